"""Renders definitions of another file for a prompt: signatures, fields and first lines of docstrings, no bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from breadknife.text.languages import BlockStyle, LanguageSyntax
from breadknife.text.outline import Definition

DOC_CHARACTERS = 100
"""The most characters of a definition's documentation."""
FIELDS = 12
"""The most lines of a class that declare its fields."""
_INDENT = "    "
_COMMENTS = re.compile(r'"""[\s\S]*?"""|' + r"'''[\s\S]*?'''|/\*[\s\S]*?\*/")
_TELLING = re.compile(
    r"@(?:[\w.]+\.)?(?:abstractmethod|cached_property|classmethod|dataclass|overload|property|setter|staticmethod)"
    r"(?![\w.])(?:\([^()\n]*\))?"
)
"""Decorators that say how a definition is used."""
_FIELD = re.compile(r"\s+(?!pass\b|\.\.\.)[\w$#]")


@dataclass(frozen=True)
class SourceFile:
    """A file, with all that it defines."""

    text: str
    definitions: Sequence[Definition]
    syntax: LanguageSyntax


def render(definitions: Sequence[Definition], file: SourceFile) -> str:
    """Return definitions of one file as they stand there, without bodies: those of a class within it."""
    ordered = sorted(definitions, key=lambda definition: (definition.span.start, -definition.span.end))
    lines: list[str] = []
    for scope, group in groupby(ordered, lambda definition: _scope(definition, ordered) if file.syntax.scope else ""):
        rendered = _nested(list(group), file)
        if scope:
            rendered = [f"{file.syntax.scope} {scope} {{", *(_INDENT + line for line in rendered), "}"]
        lines += rendered
    return "\n".join(lines)


def _scope(definition: Definition, shown: Sequence[Definition]) -> str:
    """Return the type of a method that stands in none of the definitions that are shown, in Rust's `impl` say; else
    empty."""
    is_within = any(other != definition and other.span.contains(definition.span) for other in shown)
    return definition.container if definition.kind == "method" and not is_within else ""


def _nested(ordered: Sequence[Definition], file: SourceFile) -> list[str]:
    """Return the lines of definitions in the order of the file, those that are within another one below its head."""
    syntax = file.syntax
    lines: list[str] = []
    open_definitions: list[Definition] = []
    for number, definition in enumerate(ordered):
        while open_definitions and not open_definitions[-1].span.contains(definition.span):
            open_definitions.pop()
            lines += _closing(syntax, len(open_definitions))
        depth, following = len(open_definitions), ordered[number + 1 : number + 2]
        holds_next = bool(following) and definition.span.contains(following[0].span)
        fields = _fields(definition, file) if definition.kind in ("class", "type") else []
        has_body = _has_body(definition, file)
        lines += (_INDENT * depth + decorator for decorator in _decorators(definition, file))
        is_open = has_body and (holds_next or bool(fields))
        lines += _head(definition, syntax, depth, is_open=is_open, is_cut=has_body)
        lines += (_INDENT * (depth + 1) + field for field in fields)
        if holds_next:
            open_definitions.append(definition)
        elif fields:
            lines += _closing(syntax, depth)
    while open_definitions:
        open_definitions.pop()
        lines += _closing(syntax, len(open_definitions))
    return lines


def signature(definition: Definition) -> str:
    """Return a definition's signature on one line."""
    joined = re.sub(r"\s*\n\s*", " ", definition.signature)
    return re.sub(r",?\s+([)\]])", r"\1", re.sub(r"([(\[])\s+", r"\1", joined)).rstrip(" {")


def _head(definition: Definition, syntax: LanguageSyntax, depth: int, *, is_open: bool, is_cut: bool) -> Iterator[str]:
    """Yield the lines of a definition's signature and documentation. `is_cut`: its body is left out, all of it or but
    for what follows (`is_open`)."""
    indent, head = _INDENT * depth, signature(definition)
    doc = definition.docstring.partition("\n")[0][:DOC_CHARACTERS].strip()
    if syntax.block is BlockStyle.INDENT:
        yield indent + head + (" ..." if is_cut and not is_open and not doc else "")
        if doc:
            yield f'{indent}{_INDENT}"""{doc}"""'
        return
    if doc:
        yield f"{indent}{syntax.line_comment or '//'} {doc}"
    braces = syntax.block is BlockStyle.BRACES and is_cut
    yield indent + head + ((" {" if is_open else " { … }") if braces else "")


def _decorators(definition: Definition, file: SourceFile) -> Iterator[str]:
    """Yield a definition's decorators that say how it is used, on one line each."""
    source = file.text[definition.span.start : definition.span.end]
    before, head, _ = source.partition(definition.signature.partition("\n")[0])
    for line in before.splitlines() if head else ():
        if match := _TELLING.match(line.strip()):
            yield match[0]


def _has_body(definition: Definition, file: SourceFile) -> bool:
    """Tell whether a definition is more than its signature."""
    source = file.text[definition.span.start : definition.span.end].rstrip(" ;\n")
    return definition.kind != "constant" and not source.endswith(definition.signature.rstrip(" ;\n"))


def _closing(syntax: LanguageSyntax, depth: int) -> list[str]:
    """Return the line that ends a definition; none in a language whose indentation does."""
    end = {BlockStyle.BRACES: "}", BlockStyle.END: "end"}.get(syntax.block)
    return [_INDENT * depth + end] if end else []


def _fields(definition: Definition, file: SourceFile) -> list[str]:
    """Return what a class's body has on its first level besides definitions, line by line."""
    text, start, pieces = file.text, definition.span.start, list[str]()
    for inner in file.definitions:
        if inner != definition and definition.span.contains(inner.span) and inner.span.start >= start:
            pieces.append(text[start : inner.span.start])
            start = inner.span.end
    body = "".join((*pieces, text[start : definition.span.end]))
    _, head, body = body.partition(definition.signature)
    lines = _COMMENTS.sub("", body).splitlines()[1:] if head else []
    widths = [len(line) - len(line.lstrip()) for line in lines if line.strip() and line.strip()[0] not in "})"]
    width = min(widths, default=0)
    fields = [line.strip() for line in lines if len(line) - len(line.lstrip()) == width and _FIELD.match(line)]
    return fields[:FIELDS] if width else []

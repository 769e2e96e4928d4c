"""Definitions of another file, as short as a reader of code still understands them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from breadknife.text.languages import BlockStyle, LanguageSyntax
from breadknife.text.outline import Definition

DOC_CHARACTERS = 100
"""Of a definition's documentation."""
FIELDS = 12
"""Lines of a class that declare its fields."""
_INDENT = "    "
_PROSE = re.compile(r'"""[\s\S]*?"""|' + r"'''[\s\S]*?'''|/\*[\s\S]*?\*/")
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
    ordered = sorted(definitions, key=lambda each: (each.span.start, -each.span.end))
    lines: list[str] = []
    for scope, group in groupby(ordered, lambda each: _scope(each, ordered) if file.syntax.scope else ""):
        rendered = _nested(list(group), file)
        if scope:
            rendered = [f"{file.syntax.scope} {scope} {{", *(_INDENT + line for line in rendered), "}"]
        lines += rendered
    return "\n".join(lines)


def _scope(definition: Definition, shown: Sequence[Definition]) -> str:
    """The type of a method that stands in no definition, in Rust's `impl` say."""
    held = any(other != definition and other.span.contains(definition.span) for other in shown)
    return definition.container if definition.kind == "method" and not held else ""


def _nested(ordered: Sequence[Definition], file: SourceFile) -> list[str]:
    syntax = file.syntax
    lines: list[str] = []
    inside: list[Definition] = []
    for number, each in enumerate(ordered):
        while inside and not inside[-1].span.contains(each.span):
            inside.pop()
            lines += _closed(syntax, len(inside))
        following = ordered[number + 1 : number + 2]
        holds = bool(following) and each.span.contains(following[0].span)
        fields = _fields(each, file) if each.kind in ("class", "type") else []
        body = _has_body(each, file)
        lines += (_INDENT * len(inside) + decorator for decorator in _decorators(each, file))
        lines += _head(each, syntax, len(inside), is_open=body and (holds or bool(fields)), is_cut=body)
        lines += (_INDENT * (len(inside) + 1) + field for field in fields)
        if holds:
            inside.append(each)
        elif fields:
            lines += _closed(syntax, len(inside))
    while inside:
        inside.pop()
        lines += _closed(syntax, len(inside))
    return lines


def signature(definition: Definition) -> str:
    """On one line."""
    joined = re.sub(r"\s*\n\s*", " ", definition.signature)
    return re.sub(r",?\s+([)\]])", r"\1", re.sub(r"([(\[])\s+", r"\1", joined)).rstrip(" {")


def _head(definition: Definition, syntax: LanguageSyntax, depth: int, *, is_open: bool, is_cut: bool) -> Iterator[str]:
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
    """Those that tell, on one line each."""
    source = file.text[definition.span.start : definition.span.end]
    before, head, _ = source.partition(definition.signature.partition("\n")[0])
    for line in before.splitlines() if head else ():
        if match := _TELLING.match(line.strip()):
            yield match[0]


def _has_body(definition: Definition, file: SourceFile) -> bool:
    source = file.text[definition.span.start : definition.span.end].rstrip(" ;\n")
    return definition.kind != "constant" and not source.endswith(definition.signature.rstrip(" ;\n"))


def _closed(syntax: LanguageSyntax, depth: int) -> list[str]:
    closing = {BlockStyle.BRACES: "}", BlockStyle.END: "end"}.get(syntax.block)
    return [_INDENT * depth + closing] if closing else []


def _fields(definition: Definition, file: SourceFile) -> list[str]:
    """Return what a class's body has on its first level besides definitions, line by line."""
    text, start, pieces = file.text, definition.span.start, list[str]()
    for each in file.definitions:
        if each != definition and definition.span.contains(each.span) and each.span.start >= start:
            pieces.append(text[start : each.span.start])
            start = each.span.end
    body = "".join((*pieces, text[start : definition.span.end]))
    _, head, body = body.partition(definition.signature)
    lines = _PROSE.sub("", body).splitlines()[1:] if head else []
    widths = [len(line) - len(line.lstrip()) for line in lines if line.strip() and line.strip()[0] not in "})"]
    width = min(widths, default=0)
    fields = [line.strip() for line in lines if len(line) - len(line.lstrip()) == width and _FIELD.match(line)]
    return fields[:FIELDS] if width else []

"""Docstrings and documentation comments whose parameters aren't those of the signature."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from breadknife.plugins.prose.documents.doc_comments import COMMENTED, find_commented_functions
from breadknife.plugins.prose.documents.elements import DocumentedFunction
from breadknife.plugins.prose.documents.rule import DocumentContext, DocumentProblem
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, captures

DOCUMENTED = frozenset(("python", *COMMENTED))
"""Languages, by their LSP ids, whose functions have documentation."""
_PYTHON_FUNCTIONS = """
(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters
  body: (block . (expression_statement . (string) @docstring))) @function
"""
_REST = re.compile(r"^[ \t]*[:@]param(?:eter)?\s+(?:[^:\n]*?\s)?\\?\*{0,2}(\w+)\s*:", re.MULTILINE)
_GOOGLE = re.compile(r"^([ \t]*)(?:Args|Arguments|Parameters|Params):[ \t]*\n", re.MULTILINE)
_NUMPY = re.compile(r"^([ \t]*)(?:Other )?Parameters[ \t]*\n\1-{3,}[ \t]*\n", re.MULTILINE)
_UNDERLINE = re.compile(r"[ \t]*-{3,}[ \t]*(?:\n|$)")
_GOOGLE_NAME = re.compile(r"\\?\*{0,2}(\w+)\s*(?:\((?:[^()\n]|\([^()\n]*\))*\))?\s*:(?=\s|$)")
_NUMPY_NAMES = re.compile(r"(`?\\?\*{0,2}\w+`?(?:\s*,\s*`?\\?\*{0,2}\w+`?)*)\s*(?::.*|)$")


def _find_functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    return _find_python_functions(tree) if tree.language == "python" else find_commented_functions(tree)


def _find_python_functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    nodes = captures(tree, _PYTHON_FUNCTIONS)
    # Each function has one capture of each name, so in the text's order those of one function stand side by side.
    columns = [
        sorted(nodes.get(capture, []), key=lambda node: node.start_byte)
        for capture in ("function", "name", "parameters", "docstring")
    ]
    for function, name, parameter_list, docstring in zip(*columns, strict=True):
        parameters = [child for child in parameter_list.named_children if child.type != "comment"]
        names = (_read_parameter_name(tree, parameter) for parameter in parameters if not _is_splat(parameter))
        span = tree.span(docstring)
        decorator = function.prev_named_sibling
        yield DocumentedFunction(
            tree.source(name),
            parameters=tuple(filter(None, names)),
            open_ended=any(map(_is_splat, parameters)),
            documented=tuple(_find_documented(tree.text[span.start : span.end], span.start)),
            is_overload=decorator is not None
            and decorator.type == "decorator"
            and b"overload" in (decorator.text or b""),
        )


def _is_splat(parameter: Node) -> bool:
    """Tell whether a parameter is `*args` or `**options`, also with a type."""
    types = (parameter.type, *(child.type for child in parameter.named_children[:1]))
    return any("splat" in type for type in types)


def _read_parameter_name(tree: SyntaxTree, parameter: Node) -> str:
    """Return a parameter's name; empty for what has none, such as the separators `*` and `/`."""
    if parameter.type == "identifier":
        return tree.source(parameter)
    name = parameter.child_by_field_name("name") or next(
        (child for child in parameter.named_children if child.type == "identifier"), None
    )
    return tree.source(name) if name is not None else ""


def _find_documented(docstring: str, start: int) -> Iterator[tuple[str, Span]]:
    """Yield each parameter that a docstring names in the style of reST, Google or NumPy, with the name's span in the
    document; the docstring begins at `start`."""
    for match in _REST.finditer(docstring):
        yield match[1], Span(start + match.start(1), start + match.end(1))
    for title, entry, is_indented in ((_GOOGLE, _GOOGLE_NAME, True), (_NUMPY, _NUMPY_NAMES, False)):
        for section in title.finditer(docstring):
            title_indent = len(section[1].expandtabs(8))
            for span in _find_entry_names(docstring, section.end(), title_indent, entry, is_indented=is_indented):
                yield docstring[span.start : span.end], span.shifted(start)


def _find_entry_names(
    docstring: str, section_start: int, title_indent: int, entry: re.Pattern[str], *, is_indented: bool
) -> Iterator[Span]:
    """Yield the spans, in the docstring, of the names of a section's entries.

    The lines that `entry` matches, of those indented as the first one, name parameters in its group 1. The section ends
    where a line is indented less than its entries may be: they are `is_indented` under the title in Google's style,
    and stand straight below it in NumPy's, where the next underlined title ends the section too.
    """
    line_start = section_start
    entry_indent: int | None = None
    for line in docstring[section_start:].splitlines(keepends=True):
        text = line.strip()
        indent = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
        if text:
            if indent < title_indent or (is_indented and indent == title_indent):
                return
            if not is_indented and indent == title_indent and _UNDERLINE.match(docstring, line_start + len(line)):
                return
            entry_indent = indent if entry_indent is None else entry_indent
            if indent == entry_indent and (match := entry.match(text)):
                text_start = line_start + line.index(text)
                for name in re.finditer(r"\w+", match[1]):
                    yield Span(name.start(), name.end()).shifted(text_start)
        line_start += len(line)


def find_unknown_parameters(context: DocumentContext) -> Iterator[DocumentProblem]:
    for function in _find_functions(context.tree):
        if function.open_ended or function.is_overload:
            continue
        documented = {name for name, _ in function.documented}
        for name, span in function.documented:
            if name not in function.parameters:
                missing = [parameter for parameter in function.parameters if parameter not in documented]
                similar = difflib.get_close_matches(name, missing, n=1, cutoff=0.6)
                replacement = similar[0] if similar else None
                yield DocumentProblem(span, f"`{function.name}` has no parameter `{name}`.", replacement)

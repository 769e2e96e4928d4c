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
_FUNCTIONS = """
(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters
  body: (block . (expression_statement . (string) @docstring))) @function
"""
_REST = re.compile(r"^[ \t]*[:@]param(?:eter)?\s+(?:[^:\n]*?\s)?\\?\*{0,2}(\w+)\s*:", re.MULTILINE)
_GOOGLE = re.compile(r"^([ \t]*)(?:Args|Arguments|Parameters|Params):[ \t]*\n", re.MULTILINE)
_NUMPY = re.compile(r"^([ \t]*)(?:Other )?Parameters[ \t]*\n\1-{3,}[ \t]*\n", re.MULTILINE)
_GOOGLE_NAME = re.compile(r"\\?\*{0,2}(\w+)\s*(?:\((?:[^()\n]|\([^()\n]*\))*\))?\s*:(?=\s|$)")
_NUMPY_NAMES = re.compile(r"(`?\\?\*{0,2}\w+`?(?:\s*,\s*`?\\?\*{0,2}\w+`?)*)\s*(?::.*|)$")


def _find_functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    return _find_python_functions(tree) if tree.language == "python" else find_commented_functions(tree)


def _find_python_functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    nodes = captures(tree, _FUNCTIONS)
    columns = [nodes.get(key, []) for key in ("function", "name", "parameters", "docstring")]
    for function, name, parameters, docstring in zip(*map(_in_order, columns), strict=True):
        names = [(child, _name(tree, child)) for child in parameters.named_children if child.type != "comment"]
        span = tree.span(docstring)
        above = function.prev_named_sibling
        yield DocumentedFunction(
            tree.source(name),
            tuple(own for node, own in names if own and "splat" not in node.type and not _is_splat(node)),
            any("splat" in node.type or _is_splat(node) for node, _ in names),
            tuple(_find_names(tree.text[span.start : span.end], span.start)),
            own=above is None or above.type != "decorator" or b"overload" not in (above.text or b""),
        )


def _in_order(nodes: list[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: node.start_byte)


def _is_splat(node: Node) -> bool:
    return bool(node.named_children) and "splat" in node.named_children[0].type


def _name(tree: SyntaxTree, node: Node) -> str:
    if node.type == "identifier":
        return tree.source(node)
    named = node.child_by_field_name("name") or next((c for c in node.named_children if c.type == "identifier"), None)
    return tree.source(named) if named is not None else ""


def _find_names(docstring: str, start: int) -> Iterator[tuple[str, Span]]:
    for match in _REST.finditer(docstring):
        yield match[1], Span(start + match.start(1), start + match.end(1))
    for title, pattern, deeper in ((_GOOGLE, _GOOGLE_NAME, True), (_NUMPY, _NUMPY_NAMES, False)):
        for section in title.finditer(docstring):
            yield from _find_entries(docstring, start, section.end(), len(section[1].expandtabs(8)), pattern, deeper)


def _find_entries(
    docstring: str, start: int, at: int, margin: int, pattern: re.Pattern[str], deeper: bool
) -> Iterator[tuple[str, Span]]:
    """Yield the names of a section's entries: Google's are indented under the title, NumPy's stand below it."""
    entry: int | None = None
    for line in docstring[at:].splitlines(keepends=True):
        text = line.strip()
        indent = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
        if text:
            if indent < margin or (deeper and indent <= margin):
                return
            if not deeper and indent == margin and _is_title(docstring, at, line):
                return
            entry = indent if entry is None else entry
            if indent == entry and (match := pattern.match(text)):
                names_at = at + line.index(text)
                for name in re.finditer(r"\w+", match[1]):
                    yield name[0], Span(start + names_at + name.start(), start + names_at + name.end())
        at += len(line)


def _is_title(docstring: str, at: int, line: str) -> bool:
    return re.match(r"[ \t]*-{3,}[ \t]*(?:\n|$)", docstring[at + len(line) :]) is not None


def find_unknown_parameters(context: DocumentContext) -> Iterator[DocumentProblem]:
    for function in _find_functions(context.tree):
        if function.open_ended or not function.own:
            continue
        documented = {name for name, _ in function.documented}
        for name, span in function.documented:
            if name not in function.parameters:
                missing = [parameter for parameter in function.parameters if parameter not in documented]
                near = difflib.get_close_matches(name, missing, n=1, cutoff=0.6)
                yield DocumentProblem(span, f"`{function.name}` has no parameter `{name}`.", near[0] if near else None)


def find_undocumented_parameters(context: DocumentContext) -> Iterator[DocumentProblem]:
    for function in _find_functions(context.tree):
        documented = {name for name, _ in function.documented}
        missing = [
            name
            for name in function.parameters
            if name not in documented and name not in ("self", "cls") and not name.startswith("_")
        ]
        # One that documents few of its parameters does so on purpose.
        if documented and missing and function.own and len(missing) <= len(documented):
            first = function.documented[0][1]
            names = ", ".join(f"`{name}`" for name in missing)
            yield DocumentProblem(first, f"The documentation of `{function.name}` leaves out {names}.")

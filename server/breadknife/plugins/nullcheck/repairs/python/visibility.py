"""By which names other files can see an edit."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection

from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import SyntaxTree, captures

_ATTRIBUTE = re.compile(r"\.(\w+)")
_COMMON = frozenset({*keyword.kwlist, *dir(builtins)})
_WORD = re.compile(r"[^\W\d]\w*")
_UNNAMED = re.compile(r"__(?!init__)\w+__")
"""Methods that are called without their names."""


def visible(tree: SyntaxTree, edits: Collection[TextEdit]) -> frozenset[str] | None:
    """The functions and classes that are edited, the attributes and declarations in the edited lines, and all that
    mentions one of these; None where that can't be told. It says rather too much: nobody may see a name of it."""
    if tree.error_count or not edits:
        return None
    found = captures(tree, "(function_definition) @function (class_definition) @class")
    functions = [tree.span(node) for node in found.get("function", [])]
    definitions = [node for nodes in found.values() for node in nodes]
    named = [(tree.source(name), tree.span(node)) for node in definitions if (name := node.child_by_field_name("name"))]
    names = set[str]()
    for edit in edits:
        names |= {name for name, span in named if span.touches(edit.span)}
        start, end = tree.text.rfind("\n", 0, edit.span.start) + 1, tree.text.find("\n", edit.span.end)
        said = tree.text[start : end if end >= 0 else len(tree.text)] + " " + edit.new_text
        is_inner = any(span.contains(edit.span) for span in functions)
        names |= {*_ATTRIBUTE.findall(said)} if is_inner else {*_WORD.findall(said)} - _COMMON
    words = [(name, _words(tree, span)) for name, span in named]
    while more := {name for name, said in words if name not in names and not said.isdisjoint(names)}:
        names |= more
    return None if not names or any(map(_UNNAMED.fullmatch, names)) else frozenset(names)


def _words(tree: SyntaxTree, span: Span) -> frozenset[str]:
    return frozenset(_WORD.findall(tree.text[span.start : span.end]))

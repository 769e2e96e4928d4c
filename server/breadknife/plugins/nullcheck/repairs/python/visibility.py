"""By which names other files can see an edit."""

from __future__ import annotations

import re
from collections.abc import Collection

from breadknife.plugins.nullcheck.repairs.python.nodes import text
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import SyntaxTree, captures

_DEFINITIONS = "[(function_definition) (class_definition)] @definition"
_WORD = re.compile(r"[^\W\d]\w*")
_UNNAMED = re.compile(r"__(?!init__)\w+__")
"""Methods that are called without their names."""


def visible(tree: SyntaxTree, edits: Collection[TextEdit]) -> frozenset[str] | None:
    """The functions and classes that are edited, what the edited lines name, and all that mentions one of these; None
    where that can't be told. It says rather too much: a name of it may be seen by nobody."""
    if tree.error_count or not edits:
        return None
    definitions = captures(tree, _DEFINITIONS).get("definition", [])
    named = [(node.child_by_field_name("name"), tree.span(node)) for node in definitions]
    spans = [(text(name), span) for name, span in named if name is not None]
    names = set[str]()
    for edit in edits:
        names |= {name for name, span in spans if span.touches(edit.span)}
        start, end = tree.text.rfind("\n", 0, edit.span.start) + 1, tree.text.find("\n", edit.span.end)
        line = tree.text[start : end if end >= 0 else len(tree.text)]
        names |= {*_WORD.findall(line), *_WORD.findall(edit.new_text)}
    words = [(name, span, _words(tree, span)) for name, span in spans]
    while more := {name for name, _, said in words if name not in names and not said.isdisjoint(names)}:
        names |= more
    return None if not names or any(map(_UNNAMED.fullmatch, names)) else frozenset(names)


def _words(tree: SyntaxTree, span: Span) -> frozenset[str]:
    return frozenset(_WORD.findall(tree.text[span.start : span.end]))

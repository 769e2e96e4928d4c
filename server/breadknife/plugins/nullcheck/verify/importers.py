"""Which files have to be looked at again after an edit: those that import what is changed, and can see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from breadknife.project.values import Project
from breadknife.task.values import DocumentEdits
from breadknife.text.outline import Outline, outline
from breadknife.text.syntax import parse

_ATTRIBUTE = re.compile(r"\.([^\W\d]\w*)")
_DECLARED = re.compile(r"(?:\.|^[ \t]*)([^\W\d]\w*)", re.MULTILINE)
"""The same, or what a line begins with."""
_WORD = re.compile(r"[^\W\d]\w*")
_UNNAMED = re.compile(r"__(?!init__)\w+__")
"""Methods that are called without their names."""
_PACKAGES = frozenset({"__init__", "index"})
"""Stems of files that hand on what they import."""


def importers(project: Project, change: DocumentEdits) -> list[Path]:
    """Also through a package; first those that use a name of what is edited."""
    path = change.document.path
    if path is None or not project.importers(path):
        return []
    known = project.outline(path)
    definitions = known.definitions if known else ()
    touched = [d for d in definitions if any(d.span.touches(edit.span) for edit in change.edits)]
    names = {name for d in touched for name in (d.name, d.container) if name}
    found: dict[Path, bool] = {}
    """File -> whether it uses the name of a definition that is changed."""
    for importer, its in _seeing(project, path, visible_names(change)):
        found[importer] = found.get(importer, False) or bool(its and names & its.names)
    return sorted(found.keys() - {path}, key=lambda path: (not found[path], path))


def visible_names(change: DocumentEdits) -> frozenset[str] | None:
    """The names by which another file can see the edits: the definitions and attributes in the edited lines, what
    these lines declare outside of functions, and all that mentions one of these. None where that can't be told."""
    text, language = change.document.text, change.document.language
    tree = parse(text, language)
    if tree is None or tree.error_count or not change.edits:
        return None
    its, names = outline(tree), set[str]()
    for edit in change.edits:
        touched = [each for each in its.definitions if each.span.touches(edit.span)]
        names |= {name for each in touched for name in (each.name, each.container) if name}
        start, end = text.rfind("\n", 0, edit.span.start) + 1, text.find("\n", edit.span.end)
        is_inner = any(each.kind in ("function", "method") for each in touched)
        seen = _ATTRIBUTE if is_inner else _DECLARED
        names |= {*seen.findall(text[start : end if end >= 0 else None] + edit.new_text)} & its.names
    words = [(each.name, frozenset(_WORD.findall(text[each.span.start : each.span.end]))) for each in its.definitions]
    while more := {name for name, said in words if name not in names and not said.isdisjoint(names)}:
        names |= more
    return None if not names or any(map(_UNNAMED.fullmatch, names)) else frozenset(names)


def _seeing(project: Project, path: Path, names: frozenset[str] | None) -> Iterator[tuple[Path, Outline | None]]:
    for importer in project.importers(path):
        known = project.outline(importer)
        if known is not None and names is not None and names.isdisjoint(known.names):
            continue
        yield importer, known
        if importer.stem in _PACKAGES:
            renamed = _renamed(known, names) if known and names is not None else names
            for other in project.importers(importer):
                its = project.outline(other)
                if its is None or renamed is None or not renamed.isdisjoint(its.names):
                    yield other, its


def _renamed(package: Outline, names: frozenset[str]) -> frozenset[str]:
    """With the names that a package gives them when it hands them on."""
    return names | {here for each in package.imports for there, here in each.names if there in names}

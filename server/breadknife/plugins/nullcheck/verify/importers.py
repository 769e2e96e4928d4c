"""Which files have to be looked at again after an edit: those that import what is changed."""

from __future__ import annotations

from pathlib import Path

from breadknife.project.values import Project
from breadknife.task.values import DocumentEdits

_PACKAGES = frozenset({"__init__", "index"})
"""Stems of files that hand on what they import."""


def importers(project: Project, change: DocumentEdits) -> list[Path]:
    """Also through a package; first those that use a name of what is edited."""
    path = change.document.path
    known = project.outline(path) if path is not None else None
    if path is None or known is None:
        return []
    touched = [each for each in known.definitions if any(each.span.touches(edit.span) for edit in change.edits)]
    names = {name for each in touched for name in (each.name, each.container) if name}
    found: dict[Path, bool] = {}
    """File -> whether it uses the name of a definition that is changed."""
    for importer in project.importers(path):
        through = project.importers(importer) if importer.stem in _PACKAGES else ()
        for each in (importer, *through):
            its = project.outline(each)
            found[each] = its is not None and not names.isdisjoint(its.names)
    return sorted(found.keys() - {path}, key=lambda path: (not found[path], path))

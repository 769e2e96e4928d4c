"""Which files have to be looked at again after an edit: those that import what is changed, and can see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breadknife.project.values import Project
from breadknife.task.values import DocumentEdits
from breadknife.text.outline import Outline
from breadknife.text.syntax import parse

_PACKAGES = frozenset({"__init__", "index"})
"""Stems of files that hand on what they import."""


def importers(project: Project, change: DocumentEdits) -> list[Path]:
    """Also through a package; first those that use a name of what is edited."""
    path = change.document.path
    if path is None or not project.importers(path):
        return []
    outline = project.outline(path)
    definitions = outline.definitions if outline else ()
    touched = [d for d in definitions if any(d.span.touches(edit.span) for edit in change.edits)]
    names = {name for d in touched for name in (d.name, d.container) if name}
    found: dict[Path, bool] = {}
    """File -> whether it uses the name of a definition that is changed."""
    for importer, known in _seeing(project, path, visible_names(change)):
        found[importer] = found.get(importer, False) or bool(known and names & known.names)
    return sorted(found.keys() - {path}, key=lambda path: (not found[path], path))


def visible_names(changes: DocumentEdits) -> frozenset[str] | None:
    """The names by which another file can see the edits; None where that isn't known."""
    document = changes.document
    if document.language == "python":
        from breadknife.plugins.nullcheck.repairs.python.visibility import visible
    elif document.language in ("typescript", "typescriptreact"):
        from breadknife.plugins.nullcheck.repairs.ecmascript.visibility import visible
    else:
        return None
    tree = parse(document.text, document.language)
    return visible(tree, changes.edits) if tree else None


def _seeing(project: Project, path: Path, names: frozenset[str] | None) -> Iterator[tuple[Path, Outline | None]]:
    for importer in project.importers(path):
        known = project.outline(importer)
        if known is not None and names is not None and names.isdisjoint(known.names):
            continue
        yield importer, known
        if importer.stem in _PACKAGES:
            renamed = _renamed(known, names) if known and names is not None else names
            for other in project.importers(importer):
                outline = project.outline(other)
                if outline is None or renamed is None or not renamed.isdisjoint(outline.names):
                    yield other, outline


def _renamed(package: Outline, names: frozenset[str]) -> frozenset[str]:
    """With the names that a package gives them when it hands them on."""
    return names | {here for each in package.imports for there, here in each.names if there in names}

"""Which files have to be looked at again after an edit: those that import what is changed, and can see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from breadknife.project.values import Project
from breadknife.task.values import DocumentEdits
from breadknife.text.outline import Outline
from breadknife.text.syntax import parse

_PACKAGES = frozenset({"__init__", "index"})
"""Stems of files that hand on what they import."""


def importers(project: Project, changes: Iterable[DocumentEdits]) -> list[Path]:
    """Also through a package; first those that use a name of what is edited."""
    changed = {path: each for each in changes if (path := each.document.path) is not None}
    found: dict[Path, bool] = {}
    """File -> whether it uses the name of a definition that is changed."""
    for path, each in changed.items():
        if not project.importers(path):
            continue
        outline = project.outline(path)
        definitions = outline.definitions if outline else ()
        touched = [d for d in definitions if any(d.span.touches(edit.span) for edit in each.edits)]
        names = {name for d in touched for name in (d.name, d.container) if name}
        for importer, known in _seeing(project, path, visible_names(each)):
            found[importer] = found.get(importer, False) or bool(known and names & known.names)
    return sorted(found.keys() - changed.keys(), key=lambda path: (not found[path], path))


def visible_names(changes: DocumentEdits) -> frozenset[str] | None:
    """The names by which another file can see the edits; None where that isn't known."""
    document = changes.document
    if document.language != "python" or (tree := parse(document.text, document.language)) is None:
        return None
    from breadknife.plugins.nullcheck.python.visibility import visible

    return visible(tree, changes.edits)


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

"""An attribute that a base class in another file of the project declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from breadknife.plugins.nullcheck.python.attributes import of_attribute
from breadknife.plugins.nullcheck.python.declarations import Attribute, Cure, attribute, bases_of, classes_of
from breadknife.plugins.nullcheck.python.ignoring import Checker
from breadknife.plugins.nullcheck.python.outline import Imported, outline
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree, parse

MAX_LENGTH = 400_000
"""Code points: a longer file isn't parsed for a menu."""
MAX_FILES = 2
"""That an import may mean."""
_MAX_STEPS = 3
"""From a package to the file that defines what it hands on; from a class to the base that declares an attribute."""


@dataclass(frozen=True)
class Elsewhere:
    """A cure whose edits are another document's."""

    cure: Cure
    tree: SyntaxTree
    document: Document


def of_inherited(
    found: Attribute, imports: Mapping[str, Imported], document: Document, project: Project, checker: Checker
) -> Iterator[Elsewhere]:
    """Where nothing in the file sets the attribute, and its uses in the file are all unchecked."""
    ends = tuple(found.unchecked())
    if found.sets or found.is_tested:
        return
    for there, tree, owner in _above(found.tree, found.owner, imports, document, project, _MAX_STEPS):
        declared = attribute(tree, found.key, owner)
        if declared.sets:
            files = partial(users, project, there.path, found.key.rpartition(".")[2])
            for cure in of_attribute(declared, ends, checker, files=files):
                name = there.path.name if there.path else ""
                yield Elsewhere(_placed(cure, name), tree, there)
            return


def users(project: Project, path: Path | None, name: str) -> int:
    """How many files use a name of those that import a file, or the package that it is in."""
    if path is None:
        return 0
    package = path.with_name("__init__.py")
    importers = {*project.importers(path), *(project.importers(package) if package != path else ())}
    return sum(name in known.names for each in importers if (known := project.outline(each)) is not None)


def _placed(cure: Cure, name: str) -> Cure:
    otherwise = _placed(cure.otherwise, name) if cure.otherwise else None
    consequence = f"{cure.consequence}, in {name}" if cure.consequence else f"in {name}"
    return replace(cure, consequence=consequence, otherwise=otherwise)


def _above(
    tree: SyntaxTree, owner: Node, imports: Mapping[str, Imported], document: Document, project: Project, steps: int
) -> Iterator[tuple[Document, SyntaxTree, Node]]:
    """The base classes of other files, the nearest first."""
    for imported, name in _bases(owner, tree, imports):
        found = _class_at(imported, name, document, project, _MAX_STEPS)
        if found is not None:
            yield found
            there, above, base = found
            if steps > 1:
                yield from _above(above, base, outline(above).imported, there, project, steps - 1)


def _class_at(
    imported: Import, name: str, document: Document, project: Project, steps: int
) -> tuple[Document, SyntaxTree, Node] | None:
    """The class that an imported name means, also through files that hand it on."""
    for path in project.module(imported, document)[:MAX_FILES]:
        source = project.text(path)
        tree = parse(source, "python") if source is not None and len(source) <= MAX_LENGTH else None
        if source is None or tree is None:
            continue
        there = Document(path.as_uri(), "python", source)
        if (owner := classes_of(tree).get(name)) is not None:
            return there, tree, owner
        again = outline(tree).imported.get(name) if steps > 1 else None
        if again is not None and again.name:
            return _class_at(Import(again.module, ((again.name, name),)), again.name, there, project, steps - 1)
    return None


def _bases(owner: Node, tree: SyntaxTree, imports: Mapping[str, Imported]) -> Iterator[tuple[Import, str]]:
    """What the bases outside of the file were imported from, and their names there."""
    here = classes_of(tree)
    for each in _upwards(owner, here):
        for base in bases_of(each):
            root, _, rest = base.partition("[")[0].partition(".")
            imported = imports.get(root)
            if base in here or imported is None:
                continue
            names = ((imported.name, root),) if imported.name else ()
            yield Import(imported.module, names), rest.rpartition(".")[2] or imported.name


def _upwards(owner: Node, here: dict[str, Node]) -> Iterator[Node]:
    seen, queue = set[int](), [owner]
    while queue:
        node = queue.pop()
        if node.start_byte not in seen:
            seen.add(node.start_byte)
            yield node
            queue += [here[base] for base in bases_of(node) if base in here]

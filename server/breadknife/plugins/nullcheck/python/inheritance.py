"""An attribute that a base class in another file of the project declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from breadknife.plugins.nullcheck.python.attributes import of_attribute
from breadknife.plugins.nullcheck.python.declarations import (
    Attribute,
    Cure,
    attribute,
    attribute_of,
    bases_of,
    classes_of,
)
from breadknife.plugins.nullcheck.python.ignoring import Checker
from breadknife.plugins.nullcheck.python.outline import Imported, outline
from breadknife.plugins.nullcheck.python.site import Site
from breadknife.project.values import Project
from breadknife.text.document import Document, Span
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree, parse

MAX_LENGTH = 400_000
"""Code points: a longer file isn't parsed for a menu."""
MAX_FILES = 2
"""That an import may mean."""
_MAX_STEPS = 3
"""From a package to the file that defines what it hands on; from a class to the base that declares an attribute."""


Owner = tuple[Document, SyntaxTree, Node]
"""A class, and where it is."""


@dataclass(frozen=True)
class Elsewhere:
    """A cure whose edits may be another document's."""

    cure: Cure
    tree: SyntaxTree
    document: Document


def of_inherited(
    site: Site, imports: Mapping[str, Imported], document: Document, project: Project, checker: Checker
) -> Iterator[Elsewhere]:
    """Where nothing in the file sets the attribute, and its uses in the file are all unchecked."""
    found = attribute_of(site)
    ends = tuple(found.unchecked()) if found is not None else ()
    if found is None or site.span not in ends or found.sets or found.is_tested:
        return
    above = classes_above((document, found.tree, found.owner), imports, project)
    if (declared := declared_by(above, found.key)) is not None:
        yield from of_declared(*declared, ends, document, checker, project)


def declared_by(classes: Iterable[Owner], key: str) -> tuple[Document, Attribute] | None:
    """The attribute of the first class that sets it."""
    for there, tree, owner in classes:
        if (declared := attribute(tree, key, owner)).sets:
            return there, declared
    return None


def of_declared(
    there: Document, declared: Attribute, ends: tuple[Span, ...], here: Document, checker: Checker, project: Project
) -> Iterator[Elsewhere]:
    """The cures of an attribute, and the file that they are said to be in, if it isn't this one."""
    files = partial(users, project, there.path, declared.key.rpartition(".")[2])
    for cure in of_attribute(declared, ends, checker, files=files):
        placed = _placed(cure, there.path.name) if there.path is not None and there is not here else cure
        yield Elsewhere(placed, declared.tree, there)


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


def classes_above(
    start: Owner, imports: Mapping[str, Imported], project: Project, steps: int = _MAX_STEPS
) -> Iterator[Owner]:
    """The base classes in other files, the nearest first."""
    document, tree, owner = start
    here = classes_of(tree)
    for base in dict.fromkeys(base for each in _upwards(owner, here) for base in bases_of(each) if base not in here):
        if (found := imported_class(base, imports, document, project)) is not None:
            yield found
            if steps > 1:
                yield from classes_above(found, outline(found[1]).imported, project, steps - 1)


def imported_class(written: str, imports: Mapping[str, Imported], document: Document, project: Project) -> Owner | None:
    """The class of another file that is called so."""
    root, _, rest = written.partition("[")[0].partition(".")
    if (imported := imports.get(root)) is None:
        return None
    names = ((imported.name, root),) if imported.name else ()
    name = rest.rpartition(".")[2] or imported.name
    return _class_at(Import(imported.module, names), name, document, project, _MAX_STEPS)


def _class_at(imported: Import, name: str, document: Document, project: Project, steps: int) -> Owner | None:
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


def _upwards(owner: Node, here: dict[str, Node]) -> Iterator[Node]:
    seen, queue = set[int](), [owner]
    while queue:
        node = queue.pop()
        if node.start_byte not in seen:
            seen.add(node.start_byte)
            yield node
            queue += [here[base] for base in bases_of(node) if base in here]

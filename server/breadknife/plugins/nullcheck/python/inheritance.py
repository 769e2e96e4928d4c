"""Classes of the project by their names, with those that they inherit from in other files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from breadknife.plugins.nullcheck.python.attributes import of_attribute
from breadknife.plugins.nullcheck.python.declarations import (
    Attribute,
    Cure,
    attribute,
    bases_of,
    classes_of,
)
from breadknife.plugins.nullcheck.python.ignoring import Checker
from breadknife.plugins.nullcheck.python.outline import Imported, imports_of
from breadknife.plugins.nullcheck.recent import Recent
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


@dataclass(frozen=True, eq=False)
class Module:
    """A file of a project."""

    document: Document
    tree: SyntaxTree
    project: Project
    kept: Recent[Path, Module]
    """Others that were looked into."""

    @cached_property
    def imports(self) -> Mapping[str, Imported]:
        return imports_of(self.tree)

    @property
    def name(self) -> str:
        return self.document.path.name if self.document.path is not None else ""

    def class_named(self, written: str) -> Class | None:
        """The class that the file calls so: its own, or an imported one."""
        written = written.partition("[")[0]
        own = classes_of(self.tree).get(written)
        return Class(self, own) if own is not None else self.imported_class(written)

    def imported_class(self, written: str) -> Class | None:
        root, _, rest = written.partition(".")
        if (imported := self.imports.get(root)) is None:
            return None
        names = ((imported.name, root),) if imported.name else ()
        return self._class_at(Import(imported.module, names), rest.rpartition(".")[2] or imported.name, _MAX_STEPS)

    def _class_at(self, imported: Import, name: str, steps: int) -> Class | None:
        """Also through files that hand it on."""
        for path in self.project.module(imported, self.document)[:MAX_FILES]:
            if (there := self._at(path)) is None:
                continue
            if (owner := classes_of(there.tree).get(name)) is not None:
                return Class(there, owner)
            again = there.imports.get(name) if steps > 1 else None
            if again is not None and again.name:
                return there._class_at(Import(again.module, ((again.name, name),)), again.name, steps - 1)
        return None

    def _at(self, path: Path) -> Module | None:
        source, known = self.project.text(path), self.kept.get(path)
        if known is not None and known.document.text == source:
            return known
        tree = parse(source, "python") if source is not None and len(source) <= MAX_LENGTH else None
        if source is None or tree is None:
            return None
        made = Module(Document(path.as_uri(), "python", source), tree, self.project, self.kept)
        self.kept.put(path, made)
        return made


@dataclass(frozen=True, eq=False)
class Class:
    """Where it stands."""

    module: Module
    node: Node

    def line(self) -> Iterator[Class]:
        """Itself, and what it inherits from in other files, the nearest first."""
        yield self
        yield from self.above()

    def above(self, steps: int = _MAX_STEPS) -> Iterator[Class]:
        here = classes_of(self.module.tree)
        bases = (base for each in self.of_file() for base in bases_of(each) if base not in here)
        for base in dict.fromkeys(bases):
            if (found := self.module.imported_class(base.partition("[")[0])) is not None:
                yield found
                if steps > 1:
                    yield from found.above(steps - 1)

    def of_file(self) -> Iterator[Node]:
        """The class, and those that it inherits from in its file."""
        here = classes_of(self.module.tree)
        seen, queue = set[int](), [self.node]
        while queue:
            node = queue.pop(0)
            if node.start_byte not in seen:
                seen.add(node.start_byte)
                yield node
                queue += [here[base] for base in bases_of(node) if base in here]


@dataclass(frozen=True)
class Elsewhere:
    """A cure whose edits may be another document's."""

    cure: Cure
    tree: SyntaxTree
    document: Document


def declared_by(classes: Iterable[Class], key: str) -> tuple[Module, Attribute] | None:
    """The attribute of the first class that sets it."""
    for each in classes:
        if (declared := attribute(each.module.tree, key, each.node)).sets:
            return each.module, declared
    return None


def of_declared(
    module: Module, declared: Attribute, ends: tuple[Span, ...], here: Module, checker: Checker, *, by_files: bool
) -> Iterator[Elsewhere]:
    """The cures of an attribute, and the file that they are said to be in, if it isn't this one. `by_files`: those that
    use such an attribute speak for it, too."""
    files = partial(users, module.project, module.document.path, declared.key.rpartition(".")[2])
    for cure in of_attribute(declared, ends, checker, files=files if by_files else int):
        placed = _placed(cure, module.name) if module.tree is not here.tree else cure
        yield Elsewhere(placed, module.tree, module.document)


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

"""Classes of the project by their names, with those that they inherit from in other files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from breadknife.plugins.nullcheck.python.attributes import has_fields_by
from breadknife.plugins.nullcheck.python.declarations import Attribute, Cure, attribute, bases_of, classes_of
from breadknife.plugins.nullcheck.python.outline import Imported, imports_of
from breadknife.plugins.nullcheck.recent import Recent
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


@dataclass(frozen=True, eq=False)
class Source:
    """A text that was read."""

    document: Document
    tree: SyntaxTree

    @cached_property
    def imports(self) -> Mapping[str, Imported]:
        return imports_of(self.tree)


@dataclass(frozen=True, eq=False)
class Module:
    """A file of a project."""

    source: Source
    project: Project
    kept: Recent[Path, Source]
    """Others that were looked into."""
    home: Module | None = None
    """The file at hand, where that isn't this one."""

    @property
    def document(self) -> Document:
        return self.source.document

    @property
    def tree(self) -> SyntaxTree:
        return self.source.tree

    @property
    def imports(self) -> Mapping[str, Imported]:
        return self.source.imports

    @property
    def name(self) -> str:
        return self.document.path.name if self.document.path is not None else ""

    def class_named(self, written: str) -> Class | None:
        """The class that the file calls so: its own, or an imported one."""
        written = written.partition("[")[0]
        own = classes_of(self.tree).get(written)
        return Class(self, own) if own is not None else self.imported_class(written)

    def imported_class(self, written: str) -> Class | None:
        """`A`, or `module.A`: classes in others are not known by name."""
        root, _, rest = written.partition(".")
        if (imported := self.imports.get(root)) is None or "." in rest:
            return None
        names = ((imported.name, root),) if imported.name else ()
        of_module = imported.name if rest else ""
        return self._class_at(Import(imported.module, names), rest or imported.name, of_module, _MAX_STEPS)

    def _class_at(self, imported: Import, name: str, of_module: str, steps: int) -> Class | None:
        """Also through files that hand it on. `of_module`: what the file is called."""
        for path in self.project.module(imported, self.document)[:MAX_FILES]:
            if of_module and of_module != (path.parent.name if path.stem == "__init__" else path.stem):
                continue
            if (there := self._at(path)) is None:
                continue
            if (owner := classes_of(there.tree).get(name)) is not None:
                return Class(there, owner)
            again = there.imports.get(name) if steps > 1 else None
            if again is not None and again.name:
                return there._class_at(Import(again.module, ((again.name, name),)), again.name, "", steps - 1)
        return None

    def _at(self, path: Path) -> Module | None:
        home = self.home or self
        if path == home.document.path:
            return home
        text, known = self.project.text(path), self.kept.get(path)
        if known is None or known.document.text != text:
            tree = parse(text, "python") if text is not None and len(text) <= MAX_LENGTH else None
            if text is None or tree is None:
                return None
            known = Source(Document(path.as_uri(), "python", text), tree)
            self.kept.put(path, known)
        return Module(known, self.project, self.kept, home)


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

    def has_fields(self) -> bool:
        """Whether annotations are more than types in it: a model's, by a base in whichever file."""
        return any(has_fields_by(bases_of(node)) for each in self.line() for node in each.of_file())

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


def users(project: Project, path: Path | None, name: str) -> int:
    """How many files use a name of those that import a file, or the package that it is in."""
    if path is None:
        return 0
    package = path.with_name("__init__.py")
    importers = {*project.importers(path), *(project.importers(package) if package != path else ())}
    return sum(name in known.names for each in importers if (known := project.outline(each)) is not None)

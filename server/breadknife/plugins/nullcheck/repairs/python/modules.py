"""Files of the project, and what one of them means by a name: classes, with those that they inherit from, functions."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from breadknife.plugins.nullcheck.recent import Recent
from breadknife.plugins.nullcheck.repairs.python.attributes import has_fields_by
from breadknife.plugins.nullcheck.repairs.python.declarations import (
    Attribute,
    Cure,
    attribute,
    bases_of,
    classes_of,
    function_in,
)
from breadknife.plugins.nullcheck.repairs.python.nodes import Imported, imports_of, starred, text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role, occurrences
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree, parse

_MAX_LENGTH = 400_000
"""Code points: a longer file isn't parsed for a menu."""
_MAX_FILES = 2
"""That an import may mean."""
_MAX_LOOKED_INTO = 12
"""For one name."""
_MAX_STEPS = 3
"""From a package to the file that defines what it hands on; from a class to the base that declares an attribute."""


_BINDING = frozenset({
    "function_definition", "class_definition", "parameters", "lambda_parameters", "typed_parameter",
    "default_parameter", "typed_default_parameter", "list_splat_pattern", "dictionary_splat_pattern",
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Source:
    """A text that was read."""

    document: Document
    tree: SyntaxTree

    @cached_property
    def imports(self) -> Mapping[str, Imported]:
        return imports_of(self.tree)

    @cached_property
    def starred(self) -> Sequence[str]:
        return starred(self.tree)


@dataclass(frozen=True, eq=False)
class Module:
    """A file of a project."""

    source: Source
    project: Project | None
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
        """`A`, or `module.A`."""
        found = ((there, classes_of(there.tree).get(name)) for there, name in self._imported(written))
        return next((Class(there, owner) for there, owner in found if owner is not None), None)

    def imported_function(self, written: str) -> Function | None:
        """`f`, `module.f`, or `A.f`."""
        found = ((there, function_in(there.tree.root, name)) for there, name in self._imported(written))
        return next((Function(there, node) for there, node in found if node is not None), None)

    def users(self, name: str) -> int:
        """How many files use a name of those that import this one, or the package that it is in; it takes a while."""
        return sum(1 for _ in self._users(name))

    def tests(self, name: str) -> bool:
        """Whether one of those tests an attribute of that name; it takes a while."""
        tested = re.compile(rf"\.{re.escape(name)}\s*(?:[:)\]\n]|[!=]=|(?:is|and|or|else)\b)")
        if self.project is None:
            return False
        for path in islice(self._users(name), _MAX_LOOKED_INTO):
            source = self.project.text(path)
            there = self._at(self.project, path) if source is not None and tested.search(source) else None
            every = occurrences(there.tree, f".{name}", there.tree.root) if there is not None else ()
            if any(one.role is Role.TEST for one in every):
                return True
        return False

    def _users(self, name: str) -> Iterator[Path]:
        path = self.document.path
        if path is None or self.project is None:
            return
        package = path.with_name("__init__.py")
        importers = (*self.project.importers(path), *(self.project.importers(package) if package != path else ()))
        for each in dict.fromkeys(importers):
            if (known := self.project.outline(each)) is not None and name in known.names:
                yield each

    def is_of_project(self, name: str) -> bool:
        """Whether an imported name may be from a file of the project."""
        imported = self.imports.get(name)
        return self.project is not None and imported is not None and bool(self._files(self.project, imported, name))

    def _files(self, project: Project, imported: Imported, name: str) -> Sequence[Path]:
        names = ((imported.name, name),) if imported.name else ()
        return project.module(Import(imported.module, names), self.document)

    def _imported(
        self, written: str, steps: int = _MAX_STEPS, seen: set[tuple[Path, str]] | None = None
    ) -> Iterator[tuple[Module, str]]:
        """Where what the file calls so may be, and its name there; also through files that hand it on."""
        seen = set() if seen is None else seen
        root, _, rest = written.partition(".")
        if self.project is None:
            return
        if (known := self.imports.get(root)) is not None:
            wanted = list(_meant(known, rest))
        elif root.startswith("_") or hasattr(builtins, root) or not self.source.starred or binds(self.tree, root):
            return
        else:
            wanted = [(Imported(module), written) for module in reversed(self.source.starred)]
        for imported, whole in wanted:
            for path in self._files(self.project, imported, root)[:_MAX_FILES]:
                if (path, whole) in seen or len(seen) == _MAX_LOOKED_INTO:
                    continue
                seen.add((path, whole))
                named = path.parent.name if path.stem == "__init__" else path.stem
                is_other = not imported.name and imported.module.strip(".").rpartition(".")[2] not in ("", named)
                if is_other or (there := self._at(self.project, path)) is None:
                    continue
                is_module = rest and imported.name == named and not binds(there.tree, named)
                yield there, rest if is_module else whole
                if steps > 1:
                    yield from there._imported(rest if is_module else whole, steps - 1, seen)

    def _at(self, project: Project, path: Path) -> Module | None:
        home = self.home or self
        if path == home.document.path:
            return home
        source, known = project.text(path), self.kept.get(path)
        if known is None or known.document.text != source:
            tree = parse(source, "python") if source is not None and len(source) <= _MAX_LENGTH else None
            if source is None or tree is None:
                return None
            known = Source(Document(path.as_uri(), "python", source), tree)
            self.kept.put(path, known)
        return Module(known, project, self.kept, home)


@dataclass(frozen=True, eq=False)
class Class:
    """A class, and the file that it stands in."""

    module: Module
    node: Node

    @property
    def name(self) -> str:
        return text(self.node.child_by_field_name("name") or self.node)

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


@dataclass(frozen=True, eq=False)
class Function:
    """A function, and the file that it stands in."""

    module: Module
    node: Node


def _meant(imported: Imported, rest: str) -> Iterator[tuple[Imported, str]]:
    """What `rest` of an imported name may be: of `import pkg`, `m.f` is `m.f` of `pkg` or `f` of `pkg.m`."""
    parts = rest.split(".")
    if imported.name:
        yield imported, ".".join(part for part in (imported.name, rest) if part)
        return
    for end in reversed(range(len(parts))):
        yield Imported(".".join((imported.module, *parts[:end]))), ".".join(parts[end:])


def binds(tree: SyntaxTree, name: str) -> bool:
    """Whether the file gives the name a meaning of its own, wherever."""
    found = occurrences(tree, name, tree.root)
    return any(one.role is Role.SET or one.path[-1].type in _BINDING for one in found)


@dataclass(frozen=True)
class Elsewhere:
    """A cure whose edits may be another file's."""

    cure: Cure
    module: Module


def declared_by(classes: Iterable[Class], key: str) -> tuple[Module, Attribute] | None:
    """The attribute of the first class that sets it."""
    for each in classes:
        if (declared := attribute(each.module.tree, key, each.node)).sets:
            return each.module, declared
    return None

"""The file at hand, and who uses its names in the project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from breadknife.plugins.nullcheck.repairs.python.reading.nodes import Imported, imports_of
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Role, occurrences
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

_MAX_LENGTH = 400_000
"""Code points: a longer file isn't parsed for a menu."""
_MAX_LOOKED_INTO = 12
"""For one name."""


@dataclass(frozen=True, eq=False)
class Module:
    document: Document
    tree: SyntaxTree
    project: Project | None

    @cached_property
    def imports(self) -> Mapping[str, Imported]:
        return imports_of(self.tree)

    def users(self, name: str) -> int:
        """How many files use a name of those that import this one, or the package that it is in; it takes a while."""
        return sum(1 for _ in self._users(name))

    def tests(self, name: str) -> bool:
        """Whether one of those tests an attribute of that name; it takes a while."""
        tested = re.compile(rf"\.{re.escape(name)}\s*(?:[:)\]\n]|[!=]=|(?:is|and|or|else)\b)")
        if self.project is None:
            return False
        for path in islice(self._users(name), _MAX_LOOKED_INTO):
            text = self.project.text(path)
            is_read = text is not None and len(text) <= _MAX_LENGTH and tested.search(text) is not None
            tree = parse(text, "python") if text is not None and is_read else None
            if tree is not None and any(one.role is Role.TEST for one in occurrences(tree, f".{name}", tree.root)):
                return True
        return False

    def is_of_project(self, name: str) -> bool:
        """Whether an imported name may be from a file of the project."""
        imported = self.imports.get(name)
        if self.project is None or imported is None:
            return False
        names = ((imported.name, name),) if imported.name else ()
        return bool(self.project.module(Import(imported.module, names), self.document))

    def _users(self, name: str) -> Iterator[Path]:
        path = self.document.path
        if path is None or self.project is None:
            return
        package = path.with_name("__init__.py")
        importers = (*self.project.importers(path), *(self.project.importers(package) if package != path else ()))
        for each in dict.fromkeys(importers):
            if (known := self.project.outline(each)) is not None and name in known.names:
                yield each

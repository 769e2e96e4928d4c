"""The other files of a package of Go, and the packages of the module that it imports."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.core.declarations import FileDeclarations
from breadknife.plugins.nullcheck.core.knowledge import knowledge_of
from breadknife.plugins.nullcheck.core.symbols import ResolvedSymbol, SymbolTable
from breadknife.plugins.nullcheck.languages.go.outline import GoOutliner, type_specs
from breadknife.plugins.nullcheck.languages.outlining import part, word
from breadknife.plugins.nullcheck.languages.packages import PackageFileAnalysis, PackageFiles
from breadknife.plugins.nullcheck.queries.database import Memo, Reads
from breadknife.project.values import Project
from breadknife.text.document import uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree

_TEST = "_test.go"
_TABLES = 5000
"""Files of which it is known what they declare."""
_CLAUSE = re.compile(rb"^package\s+(\w+)", re.MULTILINE)


class _PackageFile(NamedTuple):
    """What is known of a file without an analysis."""

    package: bytes
    types: Mapping[str, Node]
    """The types that it declares."""


class GoProject(PackageFiles):
    """The files of Go of one project."""

    _knowledge = knowledge_of("go")

    def __init__(self, project: Project | None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(project, clock)
        self._tables = LruCache[Path, Memo[_PackageFile | None]](_TABLES)

    def _outlined(self, tree: SyntaxTree, uri: str) -> FileDeclarations:
        reads = self._running[-1]  # functions are lowered later, whoever is reading then
        declared = cache(partial(self._declared_beside, reads, uri_to_path(uri), _package(tree.encoded)))
        return GoOutliner(tree, self._knowledge, elsewhere=declared).file()

    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        folder, slash, last = name.rpartition("/")
        package, dot, rest = last.partition(".")
        paths = self._of(home, folder + slash + package) if dot or slash else self._beside(home)
        name = rest if dot or slash else name
        wanted = name.partition(".")[0]
        having = [path for path in paths if (there := self.home(path)) is not None and _declares(there, wanted)]
        # The same name in two files, for two systems: what it gives isn't known.
        return (having[0], name) if len(having) == 1 else None

    def imported(self, home: SymbolTable, /) -> Iterator[PackageFileAnalysis]:
        yield from self._homes_at(self._beside(home))
        for package in sorted(set(home.file.imports.values())):
            yield from self._homes_at(self._of(home, package))

    def method(self, home: SymbolTable, class_: str, name: str, /) -> ResolvedSymbol | None:
        with self.running(self.reads(home)):
            package = list(self._homes_at(self._beside(home)))
        for there in package:
            known = there.file.classes.get(class_)
            if known is not None and known.is_elsewhere and (function := known.methods.get(name)) is not None:
                return ResolvedSymbol(there, function)
        return None

    def _homes_at(self, paths: Iterable[Path]) -> Iterator[PackageFileAnalysis]:
        yield from (there for path in paths if (there := self.home(path)) is not None)

    def _beside(self, home: SymbolTable) -> Iterator[Path]:
        """Return the other files of its package, without tests."""
        return self._package_at(uri_to_path(home.uri), _package(home.file.main.source))

    def _of(self, home: SymbolTable, path: str) -> Iterator[Path]:
        """Yield the files of a package that it imports, if that is of the module: the standard library's have no
        dot."""
        for file in self.paths(home.uri, Import(path), "go") if "." in path.partition("/")[0] else ():
            table = self._table(file)
            if table is not None and table.package != b"main":
                yield file

    def _package_at(self, here: Path | None, package: bytes) -> Iterator[Path]:
        for path in self.beside(here, "*.go") if here is not None else ():
            table = self._table(path) if path != here else None
            if table is not None and table.package == package:
                yield path

    def _table(self, path: Path) -> _PackageFile | None:
        return None if path.name.endswith(_TEST) else self.derive(self._tables, path, lambda: self._read_table(path))

    def _read_table(self, path: Path) -> _PackageFile | None:
        tree = self.tree(path)
        if tree is None:
            return None
        specs = type_specs(tree.root)
        types = {word(each, "name"): type_ for each in specs if (type_ := part(each, "type")) is not None}
        return _PackageFile(_package(tree.encoded), types)

    def _declared_beside(self, reads: Reads, here: Path | None, package: bytes, name: str) -> Node | None:
        """A type that another file of the package declares."""
        with self.running(reads):
            tables = [self._table(path) for path in self._package_at(here, package)]
        return next((table.types[name] for table in tables if table is not None and name in table.types), None)


def _declares(home: PackageFileAnalysis, name: str) -> bool:
    class_ = home.file.classes.get(name)
    return (class_ is not None and not class_.is_elsewhere) or name in home.file.named or name in home.file.variables


def _package(source: bytes) -> bytes:
    match = _CLAUSE.search(source)
    return match[1] if match is not None else b""

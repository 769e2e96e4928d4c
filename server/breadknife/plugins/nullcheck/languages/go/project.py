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
_MOST_FILES = 5000
"""How many files' types are remembered."""
_PACKAGE_CLAUSE = re.compile(rb"^package\s+(\w+)", re.MULTILINE)


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
        self._package_files = LruCache[Path, Memo[_PackageFile | None]](_MOST_FILES)

    def _outlined(self, tree: SyntaxTree, uri: str) -> FileDeclarations:
        reads = self._running[-1]  # functions are lowered later, whoever is reading then
        declared = cache(partial(self._declared_beside, reads, uri_to_path(uri), _package(tree.encoded)))
        return GoOutliner(tree, self._knowledge, declared_elsewhere=declared).file()

    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        folder, slash, last = name.rpartition("/")
        package, dot, rest = last.partition(".")
        is_imported = bool(dot or slash)
        paths = self._imported_files(home, folder + slash + package) if is_imported else self._beside(home)
        name = rest if is_imported else name
        root = name.partition(".")[0]
        declaring = [path for path in paths if (analysis := self.home(path)) is not None and _declares(analysis, root)]
        # The same name in two files, for two systems: what it gives isn't known.
        return (declaring[0], name) if len(declaring) == 1 else None

    def imported(self, home: SymbolTable, /) -> Iterator[PackageFileAnalysis]:
        yield from self._homes_at(self._beside(home))
        for package in sorted(set(home.file.imports.values())):
            yield from self._homes_at(self._imported_files(home, package))

    def method(self, home: SymbolTable, class_: str, name: str, /) -> ResolvedSymbol | None:
        with self.running(self.reads(home)):
            others = list(self._homes_at(self._beside(home)))
        for analysis in others:
            with_methods = analysis.file.classes.get(class_)
            if with_methods is None or not with_methods.is_elsewhere:
                continue
            if (function := with_methods.methods.get(name)) is not None:
                return ResolvedSymbol(analysis, function)
        return None

    def _homes_at(self, paths: Iterable[Path]) -> Iterator[PackageFileAnalysis]:
        yield from (analysis for path in paths if (analysis := self.home(path)) is not None)

    def _beside(self, home: SymbolTable) -> Iterator[Path]:
        """Yield the other files of a file's package, without tests."""
        return self._package_at(uri_to_path(home.uri), _package(home.file.main.source))

    def _imported_files(self, home: SymbolTable, package: str) -> Iterator[Path]:
        """Yield the files of an imported package, without tests. Those of the standard library, whose paths begin with
        a word without a dot, aren't looked for."""
        for path in self.paths(home.uri, Import(package), "go") if "." in package.partition("/")[0] else ():
            package_file = self._package_file(path)
            if package_file is not None and package_file.package != b"main":
                yield path

    def _package_at(self, here: Path | None, package: bytes) -> Iterator[Path]:
        """Yield the files of a package beside the file `here`, without that one and without tests."""
        for path in self.beside(here, "*.go") if here is not None else ():
            package_file = self._package_file(path) if path != here else None
            if package_file is not None and package_file.package == package:
                yield path

    def _package_file(self, path: Path) -> _PackageFile | None:
        """Return what is known of a file without an analysis; None of a test, or of what can't be read."""
        if path.name.endswith(_TEST):
            return None
        return self.derive(self._package_files, path, lambda: self._read_package_file(path))

    def _read_package_file(self, path: Path) -> _PackageFile | None:
        tree = self.tree(path)
        if tree is None:
            return None
        specs = type_specs(tree.root)
        types = {word(spec, "name"): type_ for spec in specs if (type_ := part(spec, "type")) is not None}
        return _PackageFile(_package(tree.encoded), types)

    def _declared_beside(self, reads: Reads, here: Path | None, package: bytes, name: str) -> Node | None:
        """Return what another file of a package declares a type as; None if none does. `reads` notes what is read for
        it."""
        with self.running(reads):
            package_files = [self._package_file(path) for path in self._package_at(here, package)]
        return next((file.types[name] for file in package_files if file is not None and name in file.types), None)


def _declares(home: PackageFileAnalysis, name: str) -> bool:
    """Tell whether the file itself declares a type, a function or a variable of this name."""
    class_ = home.file.classes.get(name)
    return (class_ is not None and not class_.is_elsewhere) or name in home.file.named or name in home.file.variables


def _package(source: bytes) -> bytes:
    """Return the name of the package that a file says it is in; b"" if it says none."""
    match = _PACKAGE_CLAUSE.search(source)
    return match[1] if match is not None else b""

"""The other classes of a package of Java, and those of the project that a file imports."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

from breadknife.plugins.nullcheck.core.declarations import FileDeclarations
from breadknife.plugins.nullcheck.core.knowledge import knowledge_of
from breadknife.plugins.nullcheck.core.symbols import SymbolTable
from breadknife.plugins.nullcheck.languages.java.outline import JavaOutliner
from breadknife.plugins.nullcheck.languages.packages import PackageFileAnalysis, PackageFiles
from breadknife.project.values import Project
from breadknife.text.document import uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree

_LIBRARIES = ("java.", "javax.", "jakarta.")
_IMPORT = re.compile(r"^import\s+([\w.]+\.(\w+))\s*;", re.MULTILINE)
_NAMED = re.compile(r"((?:[a-z_]\w*\.)*)([A-Z]\w*)(.*)")
"""A package, a class, and what is in it."""
_CLASS = re.compile(r"(?<![\w.])[A-Z]\w*")


class JavaProject(PackageFiles):
    """The files of Java of one project."""

    _knowledge = knowledge_of("java")

    def __init__(self, project: Project | None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(project, clock)
        self._imported = WeakKeyDictionary[SymbolTable, Mapping[str, str]]()

    def _outlined(self, tree: SyntaxTree, uri: str) -> FileDeclarations:
        return JavaOutliner(tree, self._knowledge).file()

    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        match = _NAMED.fullmatch(name)
        path = self._path(home, match[1], match[2]) if match is not None else None
        analysis = self.home(path) if path is not None else None
        if match is None or path is None or analysis is None or match[2] not in analysis.file.classes:
            return None
        return path, match[2] + match[3]

    def imported(self, home: SymbolTable, /) -> Iterator[PackageFileAnalysis]:
        """Yield the files of the classes that a file names, and of the bases of those."""
        waiting: list[tuple[SymbolTable, str]] = [(home, name) for name in _classes(home)]
        seen = {home.uri}
        while waiting:
            naming, name = waiting.pop()
            target = self.resolved(naming, name) if name not in naming.file.classes else None
            if target is not None and target[0].uri not in seen:
                analysis, _ = target
                seen.add(analysis.uri)
                waiting += [(analysis, base) for class_ in analysis.file.classes.values() for base in class_.bases]
                yield analysis

    def _path(self, home: SymbolTable, package: str, class_: str) -> Path | None:
        """Return the file of a class that `home` names, with its package or without; None outside of the project."""
        here = uri_to_path(home.uri)
        qualified = package + class_ if package else self._imports(home).get(class_, class_)
        if here is None or qualified.startswith(_LIBRARIES):
            return None
        if "." not in qualified:
            path = here.with_name(f"{class_}.java")
            return path if path in self.beside(here, "*.java") else None
        return next((path for path in self.paths(home.uri, Import(qualified), "java") if path.stem == class_), None)

    def _imports(self, home: SymbolTable) -> Mapping[str, str]:
        """Return the imports of a file: simple name -> qualified name."""
        if home not in self._imported:
            imports = _IMPORT.findall(home.file.main.source.decode("utf-8", "replace"))
            self._imported[home] = {name: qualified for qualified, name in imports}
        return self._imported[home]


def _classes(home: SymbolTable) -> list[str]:
    """Return the names of classes that a file has in its text, and those that its classes are based on."""
    bases = {base for class_ in home.file.classes.values() for base in class_.bases}
    return sorted(bases.union(_CLASS.findall(home.file.main.source.decode("utf-8", "replace"))))

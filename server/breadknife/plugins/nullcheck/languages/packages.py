"""What languages share whose packages are folders: a file uses what the others of its folder declare, without an
import."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.declarations import FileDeclarations
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.nullness import UNKNOWN_FACT, Fact, Nullness
from breadknife.plugins.nullcheck.core.symbols import ResolvedSymbol, SymbolTable
from breadknife.plugins.nullcheck.queries.analyses import ProjectFiles
from breadknife.text.syntax import SyntaxTree


class PackageFileAnalysis(FileAnalysis):
    """The analysis of a file of a package, which sees what the other files of the package declare."""

    def __init__(
        self, file: FileDeclarations, knowledge: Knowledge, package: PackageFiles, uri: str, *, looks_around: bool
    ) -> None:
        super().__init__(file, knowledge, package, uri)
        self.package = package
        self.looks_around = looks_around

    def anew(self) -> PackageFileAnalysis:
        return type(self)(self.file, self.knowledge, self.package, self.uri, looks_around=self.looks_around)

    def target(self, name: str, /) -> ResolvedSymbol | None:
        symbol = super().target(name)
        if symbol is not None and symbol.class_ is not None and symbol.class_.is_elsewhere:
            return self.package.target(self, name) or symbol
        return symbol

    def method(self, type_: Type, name: str, arguments: int, /) -> ResolvedSymbol | None:
        symbol = super().method(type_, name, arguments)
        target = self.class_target(type_.name) if symbol is None else None
        if target is None or target.class_ is None:
            return symbol
        return self.package.method(target.home, target.class_.name, name)

    def _global(self, name: str) -> Fact:
        fact = super()._global(name)
        is_of_package = fact == UNKNOWN_FACT and "." not in name and self.package.target(self, name) is not None
        return Fact(Nullness.NON_NULL, called=name) if is_of_package else fact

    def _qualified(self, type_: Type, steps: int = 8) -> Type:
        name = type_.name
        if self.uri and name.isidentifier() and name not in self.file.classes and name not in self.file.aliases:
            symbol = self.class_target(name) if name[:1].isalpha() and name not in self.knowledge.types else None
            if symbol is not None and symbol.class_ is not None:
                arguments = tuple(self._qualified(argument, steps - 1) for argument in type_.arguments)
                return type_._replace(name=symbol.home.own_type(symbol.class_).name, arguments=arguments)
        return super()._qualified(type_, steps)


class PackageFiles(ProjectFiles[PackageFileAnalysis]):
    """The files of a project whose packages are folders."""

    looks_further = True
    _knowledge: ClassVar[Knowledge]

    @abstractmethod
    def _outlined(self, tree: SyntaxTree, uri: str) -> FileDeclarations:
        """Return what a file declares."""

    def _home_of(self, tree: SyntaxTree, uri: str, *, looks_around: bool) -> PackageFileAnalysis:
        return PackageFileAnalysis(self._outlined(tree, uri), self._knowledge, self, uri, looks_around=looks_around)

    def home_of(self, tree: SyntaxTree, uri: str, /) -> PackageFileAnalysis:
        return self._home_of(tree, uri, looks_around=False)

    def checked_home_of(self, tree: SyntaxTree, uri: str, /) -> PackageFileAnalysis:
        return self._home_of(tree, uri, looks_around=True)

    def method(self, home: SymbolTable, class_: str, name: str, /) -> ResolvedSymbol | None:
        """Return a method of a class that another file of the package of `home` declares than the one with the class;
        None if there is none."""
        return None

"""What names of functions, methods and types mean: in this file, in its package's others, in the module's packages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.go.outline import Outline
from breadknife.plugins.nullcheck.go.summaries import Summary
from breadknife.plugins.nullcheck.summaries import OtherFiles
from breadknife.text.document import Span
from breadknife.text.outline import Import

_NAMED = re.compile(r"([*&\[\]]*)([A-Za-z_]\w*)(\.?)")
_PREDECLARED = re.compile(
    r"u?int(?:8|16|32|64|ptr)?|float(?:32|64)|complex(?:64|128)|byte|rune|string|bool|error|any|map|func|chan"
    r"|interface|struct"
)

Name = tuple[str, str]
"""A method's type, "" for a function, and its own name."""


@dataclass(frozen=True, slots=True)
class Known:
    """A function or method of another file."""

    results: tuple[str, ...]
    summary: Summary
    span: Span
    """Of its first line."""
    by_pointer: bool = False
    copes: bool = False
    """A method that does no harm to a receiver that is nil."""
    calls: int = 0
    """In its own file, of one that may give nil and doesn't tell."""
    checks: int = 0
    """Those of them whose result is compared with nil."""


@dataclass(frozen=True, slots=True)
class FileTable:
    package: str
    functions: Mapping[Name, Known]
    structs: Mapping[str, Mapping[str, str]]
    interfaces: frozenset[str]
    imports: Mapping[str, str]
    given: str = ""
    """The fields that get a value somewhere, see `making`."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    known: Known
    uri: str
    imports: Mapping[str, str]
    """Of its file."""
    package: str = ""
    """What its package is called in this file; "" for this one's own."""

    def kind(self, written: str, imports: Mapping[str, str]) -> str:
        """A type that is written there, as this file, with these imports, would write it; "" where that isn't known."""
        found = _NAMED.match(written)
        if found is None or _PREDECLARED.fullmatch(found[2]):
            return written
        if found[3]:
            return written if self.imports.get(found[2]) == imports.get(found[2]) else ""
        return f"{found[1]}{self.package}.{written[found.start(2) :]}" if self.package else written


@dataclass
class Package:
    functions: dict[Name, Elsewhere | None] = field(default_factory=dict[Name, Elsewhere | None])
    """None for one that several files have, each for another system, and that isn't the same in all."""
    structs: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    interfaces: set[str] = field(default_factory=set[str])
    given: str | None = ""
    """Of all its files; None where one of them isn't known."""

    def add(self, uri: str, table: FileTable, called: str) -> None:
        for name, known in table.functions.items():
            before = self.functions.get(name)
            if name not in self.functions:
                self.functions[name] = Elsewhere(known, uri, table.imports, called)
            elif before is None or (before.known.results, before.known.summary) != (known.results, known.summary):
                self.functions[name] = None
        self.structs.update(table.structs)
        self.interfaces |= table.interfaces
        self.given = self.given + table.given if self.given is not None else None


class Names:
    """What this file's names mean in others; asked only about what the file itself doesn't define."""

    def __init__(self, outline: Outline, others: OtherFiles[FileTable] | None) -> None:
        self._outline = outline
        self._others = others
        self._packages: dict[str, Package] = {}

    def function(self, written: str) -> Elsewhere | None:
        """`find`, or `pkg.Find`."""
        package, _, name = written.rpartition(".")
        return self._package(package).functions.get(("", name))

    def method(self, owner: str, name: str) -> Elsewhere | None:
        """Of the type `T` or `pkg.T`."""
        package, _, its = owner.rpartition(".")
        return self._package(package).functions.get((its, name)) if its else None

    def struct(self, written: str) -> Mapping[str, str] | None:
        """Field -> type. Of another package's nothing is said of the types."""
        if written in self._outline.structs:
            return self._outline.structs[written]
        package, _, name = written.rpartition(".")
        found = self._package(package).structs.get(name)
        return found if found is None or not package else dict.fromkeys(found, "")

    def is_interface(self, written: str) -> bool:
        package, _, name = written.rpartition(".")
        return written in self._outline.interfaces or name in self._package(package).interfaces

    def given(self) -> str | None:
        """The fields that other files of the package give a value; None where that isn't known of each."""
        return self._package("").given if self._others is not None else None

    def structs(self) -> Mapping[str, Mapping[str, str]]:
        """Of the package: struct -> field -> type."""
        return {**self._package("").structs, **self._outline.structs}

    def nullable(self) -> Iterator[str]:
        """How functions and methods are called that may give nil, of this package and of those that are imported."""
        for package in ("", *self._outline.imports):
            for (owner, name), found in self._package(package).functions.items():
                if found is not None and found.known.summary.may_be_nil and (not package or name[0].isupper()):
                    yield f"{package}.{name}" if package and not owner else name

    def _package(self, called: str) -> Package:
        """By its name in this file; "" is the one that the file is part of."""
        if called not in self._packages:
            self._packages[called] = self._read(called)
        return self._packages[called]

    def _read(self, called: str) -> Package:
        package, others = Package(), self._others
        here = others.document.path if others is not None else None
        if others is None or here is None:
            return package
        if called:
            imported = self._outline.imports.get(called, "")
            # The standard library's have no dot in their first name.
            found = others.paths(Import(imported)) if "." in imported.partition("/")[0] else ()
            folder = found[0].parent if found else None
        else:
            folder = here.parent
        for path in sorted(folder.glob("*.go")) if folder is not None else ():
            table = others.file(path) if path != here and not path.name.endswith("_test.go") else None
            if table is None and path != here and not path.name.endswith("_test.go"):
                package.given = None
            if table is not None and (table.package != "main" if called else table.package == self._outline.package):
                package.add(path.as_uri(), table, called)
        return package

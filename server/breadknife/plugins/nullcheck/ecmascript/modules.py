"""What other files say of the names that a file imports from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from breadknife.plugins.nullcheck.ecmascript.facts import NullFor
from breadknife.plugins.nullcheck.ecmascript.imports import ALL, WHOLE, Source
from breadknife.plugins.nullcheck.ecmascript.types import CLASS_ITSELF, Type
from breadknife.plugins.nullcheck.summaries import STEPS, OtherFiles
from breadknife.text.document import Document, Span
from breadknife.text.outline import Import


@dataclass(frozen=True, slots=True)
class Known:
    """A function or method."""

    span: Span
    """Of its first line."""
    returns: Type | None
    """What its head says; None: nothing."""
    null: str | None = None
    """What it was found to give back at times, "" for one of both; None: nothing."""
    is_async: bool = False
    never_returns: bool = False
    asserts: bool = False
    null_for: NullFor = frozenset()
    """See `Summary`."""
    calls: int = 0
    checks: int = 0
    """Calls of it in its file, and those whose result is asked for null, where nothing declares it."""

    @property
    def may_give_null(self) -> bool:
        if self.returns is None:
            return self.null is not None
        return any(type.null for type in (self.returns, *self.returns.args))


@dataclass(frozen=True, slots=True)
class Property:
    span: Span
    type: Type
    method: Known | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A type."""

    members: Mapping[str, Property | None]
    parents: tuple[str, ...] = ()
    alias: Type | None = None
    is_alias: bool = False


@dataclass(frozen=True, slots=True)
class FileTable:
    functions: Mapping[str, Known]
    values: Mapping[str, Property]
    """Constants whose type is written."""
    types: Mapping[str, Shape]
    imports: Mapping[str, Source]
    exports: Mapping[str, str]
    passed_on: Mapping[str, Source]
    stars: Sequence[str]

    def nullable(self) -> Iterator[str]:
        """The names of members that may be null."""
        for shape in self.types.values():
            for name, member in shape.members.items():
                if member is not None and (member.type.null or (member.method and member.method.may_give_null)):
                    yield name.removeprefix(CLASS_ITSELF)


@dataclass(frozen=True)
class Exported:
    """A name, and the file that defines it."""

    path: Path
    table: FileTable
    name: str

    @cached_property
    def uri(self) -> str:
        return self.path.as_uri()

    @property
    def function(self) -> Known | None:
        return self.table.functions.get(self.name)

    @property
    def value(self) -> Property | None:
        return self.table.values.get(self.name)

    @property
    def shape(self) -> Shape | None:
        return self.table.types.get(self.name)

    def kind(self, type: Type) -> Type:
        """A type that is written there, with the file that its name is of."""
        name = type.name
        if name.startswith("{…}"):
            name = ""
        elif name in self.table.types or name in self.table.imports:
            name = f"{self.uri}#{name}"
        return Type(name, tuple(self.kind(each) for each in type.args), type.null)


@dataclass
class Modules:
    """For one file, with what it imports."""

    others: OtherFiles[FileTable]
    imports: Mapping[str, Source]
    _found: dict[str, Exported | None] = field(default_factory=dict[str, "Exported | None"])

    def named(self, name: str) -> Exported | None:
        """What an imported name means, or `uri#name`."""
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def member(self, name: str, of: str) -> Exported | None:
        """What `name` of an imported module is, which is called `of` here."""
        source = self.imports.get(of)
        if source is None or source.name != ALL:
            return None
        key = f"{of}.{name}"
        if key not in self._found:
            self._found[key] = self._exported(Source(source.module, name), None, STEPS)
        return self._found[key]

    def nullable(self) -> Iterator[str]:
        """Words without which nothing that is imported may be null."""
        tables = dict[str, FileTable]()
        for name, source in self.imports.items():
            found = self.named(name)
            if found is not None:
                tables[found.uri] = found.table
                known = found.function
                if known is not None and known.may_give_null:
                    yield name
                if found.value is not None and found.value.type.null:
                    yield name
            elif source.name == ALL:
                for path in self._paths(source.module, None):
                    if (table := self.others.file(path)) is not None:
                        tables[path.as_uri()] = table
                        yield from _exports_null(table)
        for name in list(self.imports):
            for uri, table in self._of_members(name):
                tables[uri] = table
        for table in tables.values():
            yield from table.nullable()

    def _of_members(self, name: str) -> Iterator[tuple[str, FileTable]]:
        """The files of the types of what an imported type has, or an imported function gives."""
        found = self.named(name)
        if found is None:
            return
        types = [member.type for member in found.shape.members.values() if member] if found.shape is not None else []
        if found.function is not None and found.function.returns is not None:
            types.append(found.function.returns)
        for kind in {found.kind(each).name for type in types for each in (type, *type.args)}:
            if "#" in kind and (there := self.named(kind)) is not None:
                yield there.uri, there.table

    def _look(self, name: str) -> Exported | None:
        uri, sharp, its = name.rpartition("#")
        if sharp:
            path = Document(uri, "", "").path
            return self._in(path, its, STEPS) if path is not None else None
        source = self.imports.get(name)
        if source is None:
            return None
        return self._exported(Source(source.module, WHOLE) if source.name == ALL else source, None, STEPS)

    def _paths(self, module: str, here: Path | None) -> Sequence[Path]:
        others = self.others
        document = Document(here.as_uri(), others.document.language, "") if here is not None else others.document
        return others.summaries.paths(Import(module), document, others.project)

    def _exported(self, source: Source, here: Path | None, steps: int) -> Exported | None:
        if steps <= 0:
            return None
        for path in self._paths(source.module, here):
            table = self.others.file(path)
            if table is None:
                continue
            if source.name in table.exports:
                return self._in(path, table.exports[source.name], steps)
            if source.name in table.passed_on:
                return self._exported(table.passed_on[source.name], path, steps - 1)
            for module in table.stars:
                found = self._exported(Source(module, source.name), path, steps - 1)
                if found is not None:
                    return found
            return None
        return None

    def _in(self, path: Path, name: str, steps: int) -> Exported | None:
        """What a name means in the file itself."""
        table = self.others.file(path)
        if table is None:
            return None
        if name in table.imports:
            return self._exported(table.imports[name], path, steps - 1)
        return Exported(path, table, name)


def _exports_null(table: FileTable) -> Iterator[str]:
    for outside, name in table.exports.items():
        known = table.functions.get(name)
        if known is not None and known.may_give_null:
            yield outside

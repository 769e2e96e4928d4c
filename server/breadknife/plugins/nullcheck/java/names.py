"""What names of classes mean that other files of the project have: their methods and fields, as far as null goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.java.outline import Outline
from breadknife.plugins.nullcheck.summaries import STEPS, OtherFiles
from breadknife.text.document import Document, Span
from breadknife.text.outline import Import

_CLASS = re.compile(r"\b[A-Z]\w*")
_LIBRARIES = ("java.", "javax.")


@dataclass(frozen=True, slots=True)
class Known:
    """A method or field of another file."""

    type: str
    span: Span
    """Of its first line."""
    why: str = ""
    """Why it may be null, as a clause; "" where nothing says so."""
    unsaid: bool = False
    """A method that returns null at times, which only its text says: its callers' checks decide."""
    calls: int = 0
    """Of such a one, in its own file."""
    checks: int = 0
    """Those of them whose result is compared with null."""


@dataclass(frozen=True, slots=True)
class ClassTable:
    parent: str
    methods: Mapping[str, Known | None]
    """None where several have the name."""
    fields: Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class FileTable:
    classes: Mapping[str, ClassTable]
    """By simple name."""
    imports: Mapping[str, str]


@dataclass(frozen=True)
class Member:
    known: Known
    uri: str


@dataclass
class Names:
    """Asked only about what the file itself doesn't define."""

    outline: Outline
    others: OtherFiles[FileTable] | None
    _classes: dict[tuple[str, str], tuple[str, FileTable] | None] = field(
        default_factory=dict[tuple[str, str], tuple[str, FileTable] | None]
    )

    def method(self, class_: str, name: str) -> Member | None:
        return self._member(class_, name, is_method=True)

    def field(self, class_: str, name: str) -> Member | None:
        return self._member(class_, name, is_method=False)

    def nullable(self) -> Iterator[str]:
        """The names of what may be null in the classes that the file names."""
        if self.others is None:
            return
        waiting, seen = [("", name) for name in self._named()], set[str]()
        while waiting:
            uri, name = waiting.pop()
            found = self._file(name, uri)
            if found is None or found[0] in seen:
                continue
            seen.add(found[0])
            for table in found[1].classes.values():
                waiting += [(found[0], table.parent)] if table.parent else []
                for its, known in (*table.methods.items(), *table.fields.items()):
                    if known is not None and (known.why or known.unsaid):
                        yield its

    def _named(self) -> list[str]:
        parents = {its.parent for its in self.outline.classes.values()}
        return sorted({*_CLASS.findall(self.outline.source.decode("utf-8", "replace")), *parents} - {""}, reverse=True)

    def _member(self, class_: str, name: str, is_method: bool) -> Member | None:
        if self.others is None or not (class_[:1].isupper() and class_.isidentifier()):
            return None
        found = self._file(class_)
        for _ in range(STEPS):
            table = found[1].classes.get(class_) if found is not None else None
            if found is None or table is None:
                return None
            members = table.methods if is_method else table.fields
            if name in members:
                known = members[name]
                return Member(known, found[0]) if known is not None else None
            class_ = table.parent
            if class_ not in found[1].classes:
                found = self._file(class_, found[0]) if class_ else None
        return None

    def _file(self, class_: str, uri: str = "") -> tuple[str, FileTable] | None:
        """The URI and table of the file that has a class, which another file, or this one, names."""
        key = (uri, class_)
        if key not in self._classes:
            self._classes[key] = self._look(class_, uri)
        return self._classes[key]

    def _look(self, class_: str, uri: str) -> tuple[str, FileTable] | None:
        if self.others is None or (not uri and class_ in self.outline.class_names):
            return None
        document = Document(uri, "java", "") if uri else self.others.document
        here = document.path
        its = self.others.file(here) if uri and here is not None else None
        imported = (its.imports if its is not None else self.outline.imports).get(class_)
        if here is None or (imported is not None and imported.startswith(_LIBRARIES)):
            return None
        if imported is not None:
            paths = self.others.summaries.paths(Import(imported), document, self.others.project)
            path = next((path for path in paths if path.stem == class_), None)
        else:
            path = here.with_name(f"{class_}.java")
        if path is None or path == self.others.document.path or not path.is_file():
            return None
        table = self.others.file(path)
        return (path.as_uri(), table) if table is not None and class_ in table.classes else None

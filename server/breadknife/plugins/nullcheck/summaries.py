"""What the other files of a project say of null: a small table for each, kept until its text changes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

from breadknife.project.values import Project
from breadknife.text.document import Document, Span, language_of, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

KEPT = 2_000
"""Files: about 5 kB each."""
FILES = 60
"""Those that one analysis looks into; what it would need of others stays unknown."""
SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
LOOKS = 10
"""Files that one analysis looks at again; with the next one, others' turn comes."""
STEPS = 5
"""Re-exports and base classes are followed this far."""

Table = TypeVar("Table")
"""What a language keeps of a file."""
Given = TypeVar("Given", covariant=True)


@dataclass(frozen=True, slots=True)
class Null:
    """Why something may be null, and where its file says so."""

    why: str
    """A clause."""
    span: Span


class Demand(NamedTuple):
    """What a function does only where one of its parameters is so."""

    at: int
    """The parameter's place."""
    name: str
    state: str
    """As the language has it."""
    default: str
    """Source of what it is where a call doesn't give it."""


@dataclass(frozen=True, slots=True)
class Known:
    """A variable, an attribute or a function."""

    null: Null | None = None
    """Why it, or what it gives back, may be null."""
    type: str = ""
    """Its class, or that of what it gives back, by its name in the file; "" where that isn't known."""
    holds: str = ""
    """Its annotation, in its file's names, where that says something of what a container holds."""
    is_function: bool = False
    is_property: bool = False
    is_async: bool = False
    is_of_class: bool = False
    """A class method or a static one: what is called by the class's name is just this."""
    never_returns: bool = False
    items: tuple[Null | None, ...] = ()
    """Of a function that returns several values at once: why one of them may be null."""
    together: bool = False
    """Those are null all at once or not at all."""
    flag: tuple[int, bool] | None = None
    """Which other value, by its truth, tells that none of those is null, and what it is then."""
    fallback: tuple[int, str] | None = None
    """Place and name of the parameter whose null, given or its default, is the only one that a call gives back."""
    null_where: tuple[Demand, ...] = ()
    """All that holds wherever it gives back null."""
    back_where: tuple[Demand, ...] = ()
    """All that holds wherever it comes back."""
    tries: bool = False
    """It calls what it is given, and catches what a use of null raises there."""
    fills: tuple[str, ...] = ()
    """Of a decorator: the parameters to which it gives a value where a call gives none."""

    @property
    def is_nullable(self) -> bool:
        return self.null is not None or any(self.items)


@dataclass(frozen=True, slots=True)
class ClassSummary:
    bases: tuple[str, ...]
    """As they are written."""
    members: Mapping[str, Known]


@dataclass(frozen=True, slots=True)
class FileSummary:
    names: Mapping[str, Known]
    """What the file's top level defines."""
    classes: Mapping[str, ClassSummary]
    imports: Mapping[str, Import]
    """Local name -> what it was imported as: from a module if the import has names, else the module itself."""


@dataclass(frozen=True)
class Found:
    """A name of another file."""

    uri: str
    name: str
    known: Known | None = None
    summary: ClassSummary | None = None


class Beside(Protocol[Given]):
    """What a project imports that isn't its own: the packages that are installed for it."""

    def module(self, imported: Import, document: Document, root: Path, /) -> Sequence[Path]: ...

    def text(self, path: Path, /) -> str | None:
        """None for a file that isn't of an installed package."""
        ...

    def summarise(self, tree: SyntaxTree, /) -> Given: ...


@dataclass
class _Kept(Generic[Table]):
    text: str
    summary: Table | None
    seen: float
    """When the text was last compared."""
    revision: int
    """`Project.revision` then."""


class ProjectSummaries(Generic[Table]):
    """The tables of one language's files, for any project. Safe to use from several threads."""

    def __init__(
        self,
        language: str,
        summarise: Callable[[SyntaxTree], Table],
        others: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
        dialects: frozenset[str] = frozenset(),
        beside: Beside[Table] | None = None,
    ) -> None:
        self.others = others
        """Modules that no project has: the standard library's."""
        self._language = language
        """Of a file whose name tells none."""
        self._dialects = dialects
        """Languages that import from each other."""
        self._summarise = summarise
        self._beside = beside
        self._clock = clock
        self._files = OrderedDict[Path, _Kept[Table]]()
        self._paths = OrderedDict[tuple[str, Import], tuple[float, Sequence[Path]]]()
        self._lock = threading.Lock()

    def paths(self, imported: Import, document: Document, project: Project) -> Sequence[Path]:
        """`Project.module`, else what is installed, at most `SECONDS` old: neighbours import the same."""
        key, now = (document.uri.rpartition("/")[0], imported), self._clock()
        with self._lock:
            kept = self._paths.get(key)
        if kept is not None and now - kept[0] < SECONDS:
            return kept[1]
        paths = project.module(imported, document)
        if not paths and self._beside is not None:
            paths = self._beside.module(imported, document, project.root)
        with self._lock:
            self._paths[key] = now, paths
            while len(self._paths) > KEPT:
                self._paths.popitem(last=False)
        return paths

    def now(self) -> float:
        return self._clock()

    def is_stale(self, path: Path) -> bool:
        """Whether the file is known, but may have changed."""
        with self._lock:
            kept = self._files.get(path)
        return kept is not None and self._clock() - kept.seen >= SECONDS

    def of(self, path: Path, project: Project, *, again: bool = True) -> Table | None:
        """At most `SECONDS` behind the disk, unless it isn't to be looked at `again`; None when the file may not be
        read, isn't of the language or can't be parsed."""
        now, revision = self._clock(), project.revision(path)
        with self._lock:
            kept = self._files.get(path)
        if kept is not None and kept.revision == revision and (not again or now - kept.seen < SECONDS):
            return kept.summary
        text, summarise = project.text(path), self._summarise
        if text is None and self._beside is not None:
            text, summarise = self._beside.text(path), self._beside.summarise
        if text is None:
            return None
        if kept is not None and kept.text == text:
            kept.seen, kept.revision = now, revision
            return kept.summary
        language = language_of(path) or self._language
        tree = parse(text, language) if language in (self._language, *self._dialects) else None
        summary = summarise(tree) if tree is not None else None
        with self._lock:
            self._files[path] = _Kept(text, summary, now, revision)
            while len(self._files) > KEPT:
                self._files.popitem(last=False)
        return summary


@dataclass
class OtherFiles(Generic[Table]):
    """What one analysis asks of the other files: each is read once, and their number is limited."""

    document: Document
    project: Project
    summaries: ProjectSummaries[Table]
    _files: dict[Path, Table | None] = field(default_factory=dict[Path, "Table | None"])
    _looks: int = 0
    _since: float = field(init=False)
    """When the first was looked for."""

    def __post_init__(self) -> None:
        self._since = self.summaries.now()

    def file(self, path: Path) -> Table | None:
        if path not in self._files and len(self._files) < FILES:
            self._looks += self.summaries.is_stale(path)
            self._files[path] = self.summaries.of(path, self.project, again=self._looks <= LOOKS)
        return self._files.get(path)

    def paths(self, imported: Import) -> Sequence[Path]:
        """The files that an import of the document may mean."""
        return self.summaries.paths(imported, self.document, self.project)

    def known(self) -> Mapping[Path, Table | None]:
        """The files that were looked into."""
        return dict(self._files)

    def is_current(self) -> bool:
        """Whether the files that were looked into say what they said then; of those that may have changed, some are
        looked at each time."""
        looks = 0
        for path, said in list(self._files.items()):  # another thread may be at work with them
            looks += self.summaries.is_stale(path)
            if self.summaries.of(path, self.project, again=looks <= LOOKS) != said:
                return False
        return True

    def agrees(self, known: Mapping[Path, Table | None]) -> bool:
        """Whether those files still say the same."""
        return all(self.file(path) == summary for path, summary in known.items())


def current(others: OtherFiles[Table] | None) -> Callable[[], bool]:
    """`is_current`, of what may know no other files."""
    return others.is_current if others is not None else lambda: True


class Dotted(NamedTuple):
    """What a text has of modules: `module.word`."""

    source: bytes
    modules: Sequence[str]
    names: frozenset[str]


@dataclass
class Outside(OtherFiles[FileSummary]):
    """What names of Python's modules mean."""

    _found: dict[tuple[str, str, str], Found | None] = field(default_factory=dict[tuple[str, str, str], "Found | None"])
    _looking: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])
    _nullable: dict[tuple[str, str], frozenset[bytes]] = field(default_factory=dict[tuple[str, str], frozenset[bytes]])
    members: dict[frozenset[str], frozenset[bytes]] = field(default_factory=dict[frozenset[str], frozenset[bytes]])
    """What may be None by its name in classes of these kinds and those above them."""
    dotted: Dotted | None = None

    def take_over(self, before: Outside) -> None:
        """What was found a moment ago, as long as the files that tell it do."""
        is_same = before.document.uri == self.document.uri and before.project is self.project
        if is_same and self._since - before._since < SECONDS and before.is_current():
            self._files, self._found, self._since = dict(before._files), dict(before._found), before._since
            self._nullable, self.members, self.dotted = dict(before._nullable), dict(before.members), before.dotted

    def imported(self, module: str, name: str, uri: str = "", steps: int = STEPS) -> Found | None:
        """What `name` of a module means that a file (this document, without a `uri`) imports."""
        key = (module, name, uri)
        if key not in self._found:
            if key in self._looking:  # two files that import from each other
                return None
            self._looking.add(key)
            self._found[key] = self._look(module, name, uri, steps)
            self._looking.discard(key)
        return self._found[key]

    def named(self, name: str, uri: str, steps: int = STEPS) -> Found | None:
        """What a name means in another file."""
        path = uri_to_path(uri)
        return self._named(path, name, steps) if path is not None else None

    def nullable(self, module: str, name: str) -> frozenset[bytes]:
        """What may be null by its name in a module (`name` of that module, if it isn't one itself) or its classes."""
        if (module, name) not in self._nullable:
            self._nullable[module, name] = frozenset(self._look_for_nullable(module, name))
        return self._nullable[module, name]

    def _look_for_nullable(self, module: str, name: str) -> set[bytes]:
        found = set[bytes]()
        for path in self._paths(module, name, self.document):
            summary = self.file(path)
            if summary is not None and path.stem in (name or module.rpartition(".")[2], "__init__"):
                tables = [summary.names, *(class_.members for class_ in summary.classes.values())]
                found |= {each.encode() for table in tables for each, known in table.items() if known.is_nullable}
                break
        return found

    def is_of_project(self, module: str) -> bool:
        """Whether it may be: a module of the standard library isn't."""
        return module.partition(".")[0] not in self.summaries.others

    def _paths(self, module: str, name: str, here: Document) -> Sequence[Path]:
        if not self.is_of_project(module):
            return ()
        return self.summaries.paths(Import(module, ((name, name),) if name else ()), here, self.project)

    def _look(self, module: str, name: str, uri: str, steps: int) -> Found | None:
        here = Document(uri, self.document.language, "") if uri else self.document
        for path in self._paths(module, name, here):
            if path.stem != name or module.endswith("." + name) or module == name:
                found = self._named(path, name, steps)
                if found is not None:
                    return found
        return None

    def _named(self, path: Path, name: str, steps: int) -> Found | None:
        summary = self.file(path)
        if summary is None or steps <= 0:
            return None
        uri = path.as_uri()
        if name in summary.classes:
            return Found(uri, name, summary=summary.classes[name])
        if name in summary.names:
            return Found(uri, name, summary.names[name])
        root, _, rest = name.partition(".")
        imported = summary.imports.get(root)
        if imported is None:
            return None
        if imported.names:
            there = imported.names[0][0]
            if not rest:
                return self.imported(imported.module, there, uri, steps - 1)
            dot = "" if imported.module.endswith(".") else "."
            return self.imported(imported.module + dot + there, rest, uri, steps - 1)
        return self.imported(imported.module, rest, uri, steps - 1) if rest else None

"""The inputs of one project: the texts of its files, and where modules and the files of folders are."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.queries.database import Database, Query, Reads
from breadknife.plugins.nullcheck.queries.stored import Card, digest_of
from breadknife.project.files import stamp_of
from breadknife.project.index import Stamp
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.outline import Import

TEXT, CARD, MODULE, FOLDER = "text", "card", "module", "beside"
"""The queries: `TEXT, path`; `CARD, path`; `MODULE, folder, language, module, names…`; `FOLDER, path, pattern`."""
_UNREAD = object()
"""The result where too many files were read. It never comes again, so the query runs once more."""
_TEXTS = 5000
"""Files whose text is kept."""
SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
_PATHS_SECONDS = 5 * SECONDS
"""The same for a file that comes or goes: to look for a module takes longer."""
_MOST_NEW = 60
"""Files that are read for one check of an editor. What it would need of others stays unknown until the next."""


@dataclass
class SourceText:
    """A file as it was read last. Two are equal if their texts are."""

    text: str | None
    """None where it can't be read."""
    state: tuple[int, Stamp | None] = field(compare=False)
    """See `Project.revision`, and what the disk says; None where an editor gave the text."""
    card: Card | None = field(default=None, compare=False)
    """Computed when it is needed."""

    @cached_property
    def digest(self) -> str:
        return digest_of(self.text) if self.text is not None else ""

    @cached_property
    def card_digest(self) -> str:
        packed = msgspec.msgpack.encode(self.card, order="deterministic")
        return digest_of(packed.hex()) if self.card is not None else ""


class ProjectSources(Database):
    def __init__(self, project: Project | None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._project = project
        self._clock = clock
        self._sources = LruCache[Path, SourceText](_TEXTS)
        self._stamps = dict[Path, Stamp | None]()
        """What the disk said of files a moment ago."""
        self._paths = dict[Query, tuple[Path, ...]]()
        """Where modules and the files of folders were a moment ago."""
        self._generation = 0
        self._looked_at_files = self._looked_for_modules = 0.0
        self._new = 0
        self.reads_all = False
        """True if the check that runs may read more than `_MOST_NEW` files."""
        self._has_unread = False
        """True once too many files were read for some check: to look through what was read takes 7 ms of a check."""

    @abstractmethod
    def _card_of(self, path: Path, source: SourceText, /) -> Card | None:
        """Return what a file tells its importers; None where it has no analysis."""

    def text_of(self, path: Path, /) -> str | None:
        """Return what a file holds; None where it may not be read."""
        return self._project.text(path) if self._project is not None else None

    def files_of(self, imported: Import, document: Document, /) -> Sequence[Path]:
        """Return the files that an import may mean, likeliest first."""
        return self._project.module(imported, document) if self._project is not None else ()

    # What analyses read

    def source(self, path: Path) -> SourceText | None:
        """Return a file as it is; None if too many were read for this check."""
        return self.read((TEXT, str(path))) if self._may_read(path) else None

    def card(self, path: Path) -> Card | None:
        """Return what a file tells its importers; None also if too many were read for this check."""
        return self.read((CARD, str(path))) if self._may_read(path) else None

    def beside(self, path: Path, pattern: str) -> Sequence[Path]:
        """Return the files of the folder of a file, in order."""
        return self.read((FOLDER, str(path.parent), pattern))

    def paths(self, uri: str, imported: Import, language: str) -> Sequence[Path]:
        """Return the files that an import may mean in the file with this URI: the same in all files of a folder."""
        folder, _, name = uri.rpartition("/")
        names = (name for pair in imported.names for name in pair)
        found: Sequence[Path] = self.read((MODULE, folder, language, imported.module, *names))
        return [path for path in found if path.name != name or path.as_uri() != uri]

    def _may_read(self, path: Path) -> bool:
        if path not in self._sources:
            if self._new >= _MOST_NEW and not self.reads_all:
                self._has_unread = True
                self._running[-1].results[TEXT, str(path)] = _UNREAD
                return False
            self._new += 1
        return True

    # How it is computed

    def begin(self) -> None:
        """Begin a check: in a new revision, if something may have changed."""
        self._new, self._running[0] = 0, Reads()
        now, generation = self._clock(), self._project.generation if self._project is not None else 0
        is_late = now - self._looked_at_files >= SECONDS
        if is_late:
            self._looked_at_files = now
            self._stamps.clear()
        if now - self._looked_for_modules >= _PATHS_SECONDS:
            self._looked_for_modules = now
            self._paths.clear()
        if is_late or generation != self._generation:
            self._generation = generation
            self.begin_revision()

    def evaluate(self, query: Query, /) -> object:
        name, about = query[:2]
        if name in (MODULE, FOLDER):
            if query not in self._paths:
                self._paths[query] = tuple(self._found_at(*query))
            return self._paths[query]
        path = _path(about)
        return self._source(path) if name == TEXT else self._card(path)

    def digest(self, query: Query) -> str:
        """Return what tells the present result of a query from others, in any process."""
        result = self.result(query)
        match query[0]:
            case "text":
                return result.digest
            case "card":
                return self.result((TEXT, query[1])).card_digest
            case _:
                return "|".join(map(str, result))

    def is_complete(self, reads: Reads) -> bool:
        """Tell whether all was read that was asked for."""
        return not self._has_unread or all(result is not _UNREAD for result in reads.all().values())

    def set_text(self, path: Path, text: str) -> SourceText:
        """Have a file hold this text in the present revision, whatever the project says."""
        source = self._sources.get(path)
        state = self._revision(path), None
        if source is None or source.text != text:
            self._valid.clear()
            self._results.pop((CARD, str(path)), None)
            source = SourceText(text, state)
        source.state = state
        self._sources[path] = self._results[TEXT, str(path)] = source
        return source

    def _source(self, path: Path) -> SourceText:
        source = self._sources.get(path)
        if self._project is None:
            return source or SourceText(None, (0, None))
        if path not in self._stamps:
            self._stamps[path] = stamp_of(path)
        state = self._revision(path), self._stamps[path]
        if source is None or source.state != state:
            text = self.text_of(path)
            source = source if source is not None and source.text == text else SourceText(text, state)
            source.state = state
            self._sources[path] = source
        return source

    def _card(self, path: Path) -> Card | None:
        source: SourceText = self.result((TEXT, str(path)))
        if source.card is None and source.text is not None:
            with self.running(Reads()):
                source.card = self._card_of(path, source)
        return source.card

    def _found_at(self, name: str, folder: str, about: str, module: str = "", *names: str) -> Iterable[Path]:
        if self._project is None:
            return ()
        if name == FOLDER:
            return sorted(Path(folder).glob(about))
        pairs = tuple(zip(names[::2], names[1::2], strict=True))
        return self.files_of(Import(module, pairs), Document(f"{folder}/-", about, ""))

    def _revision(self, path: Path) -> int:
        return self._project.revision(path) if self._project is not None else 0


@lru_cache(_TEXTS)
def _path(name: str) -> Path:
    return Path(name)

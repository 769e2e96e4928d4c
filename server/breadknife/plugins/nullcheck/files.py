"""The analyses of the documents that are being worked on, each kept until its text changes. While a text is half
written it has the findings of the last whole one."""

from __future__ import annotations

import threading
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.shown.half_written import Whole, while_half_written
from breadknife.plugins.nullcheck.values import Content, NullFile, NullLanguage, Offer, Place, Strategy, Supposed
from breadknife.plugins.nullcheck.verify.oracle.oracle import FRESH_SECONDS
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, TextEdit
from breadknife.text.syntax import SyntaxTree

KEPT = 8
"""Documents."""
_OFFERS = 256
"""Places of a document."""


class _Remembering:
    """A `NullFile` that makes each place's offers once: for the menu of a cursor that comes there, for the one that is
    asked for, and for the choice. While it is half written it has the findings of the last text that wasn't."""

    def __init__(self, file: NullFile, before: Whole | None) -> None:
        self._file = file
        self._kept = while_half_written(before, file.tree) if before is not None else None
        self.whole = before
        """The last text that wasn't half written, of those of which somebody asked what is found in them."""
        self._offers = LruCache[tuple[Place, Sequence[Finding]], Sequence[Offer]](_OFFERS, seconds=FRESH_SECONDS)

    @property
    def tree(self) -> SyntaxTree:
        return self._file.tree

    def is_current(self) -> bool:
        return self._file.is_current()

    def findings(self) -> Sequence[Finding]:
        if self._kept is not None:
            return self._kept
        found = self._file.findings()
        self.whole = Whole(self._file.tree, found)
        return found

    def suppose(self, places: Collection[Place], /) -> Supposed:
        return self._file.suppose(places)

    def kind(self, place: Place, /) -> OriginKind | None:
        return self._file.kind(place)

    def place(self, finding: Finding, /) -> Place | None:
        return self._file.place(finding)

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        key = (place, tuple(about))
        offers = self._offers.get(key)
        if offers is None:
            offers = tuple(self._file.offers(place, about))
            self._offers[key] = offers
        else:
            for finding in about:  # of what `repair` is going to be asked about
                self._file.place(finding)
        yield from offers

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        return self._file.repair(place, strategy, content)


@dataclass
class _Kept:
    text: str
    file: _Remembering
    lock: threading.Lock = field(default_factory=threading.Lock)


class Files:
    def __init__(self) -> None:
        self._kept = LruCache[str, _Kept](KEPT)
        self._languages: dict[str, NullLanguage] = {}
        """One object for each id: it remembers what it knows of the project's files."""
        self._lock = threading.Lock()

    @contextmanager
    def open(self, document: Document, tree: SyntaxTree, project: Project | None) -> Generator[NullFile]:
        """The document's analysis, for one thread at a time."""
        with self._lock:
            kept = self._kept.get(document.uri)
            if kept is None or kept.text != document.text or not kept.file.is_current():
                id = document.language
                spoken = self._languages.get(id) or self._languages.setdefault(id, language(id))
                file = _Remembering(spoken.open(document, tree, project), kept.file.whole if kept is not None else None)
                kept = self._kept[document.uri] = _Kept(document.text, file)
        with kept.lock:
            yield kept.file

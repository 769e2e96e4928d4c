"""The analyses of the files of one project, in one language: each is made when something of it is used, and serves
whoever asks next, a check of the file itself or one of another file."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Generic, TypeVar
from weakref import WeakKeyDictionary

from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.belief import FileBeliefs
from breadknife.plugins.nullcheck.core.declarations import FileDeclarations
from breadknife.plugins.nullcheck.core.findings import NullFinding
from breadknife.plugins.nullcheck.core.nullness import UNKNOWN_FACT, Fact, located
from breadknife.plugins.nullcheck.core.symbols import ResolvedSymbol, SymbolTable
from breadknife.plugins.nullcheck.queries.database import Memo, Reads
from breadknife.plugins.nullcheck.queries.sources import TEXT, ProjectSources, SourceText
from breadknife.plugins.nullcheck.queries.stored import Card, Cards, FindingsStore, StoredFindings, card_of
from breadknife.project.values import Project
from breadknife.text.document import Document, language_of, uri_to_path
from breadknife.text.syntax import SyntaxTree, parse

Home = TypeVar("Home", bound=FileAnalysis)

_HOMES = 1000
"""Files that stay lowered: 0.5 to 1 MB each, as far as others have asked for their functions."""
_NAMES = 20_000
"""Qualified names of which it is known what they lead to."""


class ProjectFiles(ProjectSources, Generic[Home]):
    """The files of one language in one project. Hold `lock` while any of its homes is asked."""

    looks_further: ClassVar[bool] = False
    """A checked file asks more of others than one that is only asked, so each has an analysis of its own."""

    def __init__(
        self, project: Project | None, clock: Callable[[], float] = time.monotonic, cards: Cards | None = None
    ) -> None:
        super().__init__(project, clock)
        self.findings_store: FindingsStore | None = None
        self.lock = threading.RLock()
        self._cards = cards
        self._trees = LruCache[Path, Memo[SyntaxTree | None]](_HOMES)
        self._homes = LruCache[Path, Memo[Home | None]](_HOMES)
        self._checked = LruCache[Path, Memo[Home | None]](_HOMES) if self.looks_further else self._homes
        """The analyses of files that are checked."""
        self._resolved = LruCache[tuple[str, str], Memo[tuple[Path, str] | None]](_NAMES)
        """(URI, qualified name there) -> what that leads to."""
        self._reads = WeakKeyDictionary[SymbolTable, Reads]()
        """What each analysis has read."""
        self._around = WeakKeyDictionary[SymbolTable, Mapping[str, Card]]()
        """What the other files say of which a file may use something."""

    # What a language says

    @abstractmethod
    def home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """Return the analysis of one file, as others ask it."""

    def checked_home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """Return the analysis of one file that is checked; another one only where that `looks_further`."""
        return self.home_of(tree, uri)

    @abstractmethod
    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        """Return the file that a qualified name of a file leads to, and the name there."""

    def imported(self, home: SymbolTable, /) -> Iterable[Home]:
        """Return the other files of which a file may use something."""
        return ()

    def around(self, home: SymbolTable, /) -> Iterable[tuple[str, Card]]:
        """Return the URIs of those files, and what they say."""
        for there in self.imported(home):
            yield there.uri, card_of(there)

    # Checking

    def look_at(self, document: Document, tree: SyntaxTree) -> Home:
        """Return the analysis of a document that is checked, with what an edit has left valid of that before."""
        with self.lock:
            self.begin()
            path, reads = document.path, Reads()
            if path is None:
                return self._made(reads, lambda: self.checked_home_of(tree, document.uri))
            text, known = (TEXT, str(path)), self._checked.get(path)
            before = known.result if known is not None and self.is_valid(known.reads, str(path)) else None
            reads.results[text] = self.set_text(path, document.text)
            if known is not None and before is not None and known.reads.results.get(text) == reads.results[text]:
                return before
            self._trees[path] = Memo(tree, Reads(dict(reads.results)))
            home = self._made(reads, lambda: self.checked_home_of(tree, document.uri))
            if known is not None and before is not None:
                self._hand_on(before, home)
                before_reads = known.reads.all().items()
                reads.results |= {query: result for query, result in before_reads if query[1] != str(path)}
                reads.is_inherited = True
                home.inherit(before)
            self._checked[path] = Memo(home, reads)
            self._valid.add(reads)
            return home

    def stored(self, document: Document) -> Memo[Sequence[NullFinding]] | None:
        """Return what has been found in a document that nobody works on, if that is still so."""
        with self.lock:
            self.begin()
            store = self.findings_store if not self._is_worked_on(document) else None
            for stored in (store.get((document.uri, document.text)) if store is not None else None) or ():
                queries = stored.queries(self.digest)
                if queries is not None:
                    return Memo(stored.found, Reads({query: self.result(query) for query in queries}))
            return None

    def store(self, document: Document, home: Home, found: Sequence[NullFinding]) -> None:
        """Keep what was found for all processes."""
        reads = self.reads(home)
        if self.findings_store is not None and not self._is_worked_on(document) and self.is_complete(reads):
            queries = [query for query in reads.all() if query != (TEXT, str(document.path))]
            stored = StoredFindings.of(found, queries, self.digest)
            self.findings_store.put((document.uri, document.text), (stored,))

    def _is_worked_on(self, document: Document) -> bool:
        """Tell whether a part of the analysis is from before an edit: that is made anew sooner than it is read."""
        known = self._checked.get(document.path) if document.path is not None else None
        if known is None:
            return False
        source = known.reads.results.get((TEXT, str(document.path)))
        return known.reads.is_inherited or (isinstance(source, SourceText) and source.text != document.text)

    @contextmanager
    def trying(self, edited: Home, /) -> Generator[None]:
        """Within it, a file has this analysis. What others are found to be meanwhile isn't kept."""
        path, homes, resolved = uri_to_path(edited.uri), self._homes, self._resolved
        self._homes = LruCache[Path, Memo[Home | None]](_HOMES)
        self._resolved = LruCache[tuple[str, str], Memo[tuple[Path, str] | None]](_NAMES)
        if path is not None:
            self._homes[path] = Memo(edited, reads := Reads())
            self._valid.add(reads)
        try:
            yield
        finally:
            self._homes, self._resolved = homes, resolved

    def is_current(self, reads: Reads, path: Path | None) -> bool:
        """Tell whether the other files than that at `path` still say what was read of them."""
        with self.lock:
            self.begin()
            return self.is_valid(reads, str(path))

    # Files

    def home(self, path: Path) -> Home | None:
        """Return the analysis of a file; None if it can't be read, or too many were read for this check."""
        if self.source(path) is None:
            return None
        return self.derive(self._homes, path, lambda: self._home_at(path))

    def tree(self, path: Path) -> SyntaxTree | None:
        """Return the syntax tree of a file; see `home`."""
        source = self.source(path)
        if source is None or source.text is None:
            return None
        text = source.text
        return self.derive(self._trees, path, lambda: self._parsed(path, text))

    def reads(self, home: SymbolTable) -> Reads:
        """Return what an analysis has read."""
        return self._reads.setdefault(home, Reads())

    def _home_at(self, path: Path) -> Home | None:
        tree = self.tree(path)
        home = self.home_of(tree, path.as_uri()) if tree is not None else None
        if home is not None:
            self._reads[home] = self._running[-1]
        return home

    def _parsed(self, path: Path, text: str) -> SyntaxTree | None:
        self.source(path)
        return parse(text, language_of(path) or "")

    def _made(self, reads: Reads, make: Callable[[], Home]) -> Home:
        with self.running(reads):
            home = make()
        self._reads[home] = reads
        return home

    def _card_of(self, path: Path, source: SourceText, /) -> Card | None:
        """It is analysed for that only where nobody has kept its card."""
        if source.text is not None and self._cards is not None and (found := self._cards.get(source.text)):
            return found[0]
        home = self.derive(self._homes, path, lambda: self._home_at(path))
        card = card_of(home) if home is not None else None
        if card is not None and source.text is not None and self._cards is not None:
            self._cards.put(source.text, (card,))
        return card

    # What homes ask

    def leads_to(self, uri: str, name: str, find: Callable[[], tuple[Path, str] | None]) -> tuple[Path, str] | None:
        """Return what `find` says of a qualified name of the file with this URI."""
        return self.derive(self._resolved, (uri, name), find)

    def resolved(self, home: SymbolTable, name: str, /) -> tuple[Home, str] | None:
        """Return the analysis of the file that a qualified name leads to, and the name there."""
        with self.running(self.reads(home)):
            place = self.leads_to(home.uri, name, lambda: self.found(home, name))
            there = self.home(place[0]) if place is not None else None
        return (there, place[1]) if place is not None and there is not None else None

    def target(self, home: SymbolTable, name: str, /) -> ResolvedSymbol | None:
        uri, hash, rest = name.partition("#")
        if hash:
            path = uri_to_path(uri)
            with self.running(self.reads(home)):
                there = self.home(path) if path is not None else None
        else:
            there, rest = self.resolved(home, name) or (None, "")
        return there.target(rest) if there is not None and there is not home else None

    def variable(self, home: SymbolTable, name: str, /) -> Fact:
        there, rest = self.resolved(home, name) or (None, "")
        stores = there.file.variables.get(rest) if there is not None else None
        if there is None or there is home or not stores or rest in there.file.named:
            return UNKNOWN_FACT
        fact = there.variable(rest, stores)
        if not any(store.annotation for store in stores):
            return Fact(type=fact.type)  # it is another thing by the time that another file imports it
        return located(fact, there.uri)

    def file(self, uri: str, /) -> FileDeclarations | None:
        path = uri_to_path(uri)
        there = self.home(path) if path is not None else None
        return there.file if there is not None else None

    def beliefs(self, home: SymbolTable, /) -> Iterable[FileBeliefs]:
        return [card.beliefs for card in self._cards_around(home).values()]

    def _cards_around(self, home: SymbolTable) -> Mapping[str, Card]:
        if home not in self._around:
            with self.running(self.reads(home)):
                self._around[home] = dict(self.around(home)) if self._project is not None else {}
        return self._around[home]

    def _hand_on(self, before: SymbolTable, after: SymbolTable) -> None:
        """After an edit the files around are the same, unless the text imports something else, or has a word that one
        of them hands on."""
        around = self._around.get(before)
        words = {word.decode("utf-8", "replace") for word in after.file.main.words - before.file.main.words}
        if around is None or before.file.imports != after.file.imports:
            return
        if all(words.isdisjoint(card.imports) for card in around.values()):
            self._around[after] = around

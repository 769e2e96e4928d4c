"""The files of a project that the checked ones ask about: each is read when something of it is used, and kept.

What is known of a file that hasn't changed, and of which nothing that it asked has, serves whoever asks next: a check
of the file itself, or one of another file.
"""

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
from breadknife.plugins.nullcheck.core.declarations import SourceFile
from breadknife.plugins.nullcheck.core.findings import NullFinding
from breadknife.plugins.nullcheck.core.nullness import UNKNOWN_FACT, Fact, located
from breadknife.plugins.nullcheck.core.symbols import Symbol, SymbolTable
from breadknife.plugins.nullcheck.languages.answers import Answer, Answers
from breadknife.plugins.nullcheck.languages.asking import UNREAD, Asked, Asking, Read
from breadknife.plugins.nullcheck.languages.cards import Card, Cards, card_of
from breadknife.project.values import Project
from breadknife.text.document import Document, language_of, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

Home = TypeVar("Home", bound=FileAnalysis)

_KEPT = 1000
"""Files that stay lowered: 0.5 to 1 MB each, as far as others have asked for their functions."""


class ProjectFiles(Asking, Generic[Home]):
    """The files of one language in one project. Hold `lock` while any of its homes is asked."""

    looks_further: ClassVar[bool] = False
    """A checked file asks more of others than one that is only asked, so each has an analysis of its own."""

    def __init__(
        self, project: Project | None, clock: Callable[[], float] = time.monotonic, cards: Cards | None = None
    ) -> None:
        super().__init__(project, clock)
        self.answers: Answers | None = None
        self.lock = threading.RLock()
        self._cards = cards
        self._homes = LruCache[tuple[Path, bool], tuple[Read, Home]](_KEPT, on_drop=_drop_tree)
        """(File, whether it looks further) -> what it was made of, and its analysis."""
        self._asked = WeakKeyDictionary[SymbolTable, Asked]()
        """What each analysis has asked."""
        self._around = WeakKeyDictionary[SymbolTable, Mapping[str, Card]]()
        """What the other files say of which a file may use something."""

    # What a language says

    @abstractmethod
    def home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """The analysis of one file, as others ask it."""

    def checked_home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """The analysis of one file that is checked; another one only where that `looks_further`."""
        return self.home_of(tree, uri)

    @abstractmethod
    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        """The file that a qualified name of a file leads to, and the name there."""

    def imported(self, home: SymbolTable, /) -> Iterable[Home]:
        """The other files of which a file may use something."""
        return ()

    def around(self, home: SymbolTable, /) -> Iterable[tuple[str, Card]]:
        """The URIs of those files, and what they say."""
        for there in self.imported(home):
            yield there.uri, card_of(there)

    def text_of(self, path: Path, /) -> str | None:
        """What a file holds; None where it may not be read."""
        return self._project.text(path) if self._project is not None else None

    def files_of(self, imported: Import, document: Document, /) -> Sequence[Path]:
        """The files that an import may mean, likeliest first."""
        return self._project.module(imported, document) if self._project is not None else ()

    # Checking

    def look_at(self, document: Document, tree: SyntaxTree) -> Home:
        """The analysis of a document that is checked, with what an edit has left valid of that before."""
        with self.lock:
            self._begin()
            path = document.path
            if path is None:
                return self._made(lambda: self.checked_home_of(tree, document.uri))
            key = path, self.looks_further
            known = self._homes.get(key)
            base = known[1] if known is not None and self.is_true(self._asked_by(known[1]), path) else None
            read = self._told(path, document.text, (self._revision(path), None), tree)
            if base is not None and known is not None and known[0] is read:
                return base
            made = self._made(lambda: self.checked_home_of(tree, document.uri))
            if base is not None:
                self._hand_on(base, made)
                self._asked_by(base).hand_on(self._asked_by(made), path)
                made.inherit(base)
            return self._keep(key, read, made)

    def known(self, document: Document) -> tuple[Sequence[NullFinding], Asked] | None:
        """What has been found in a document that nobody works on, and what was asked for it, if that is still so."""
        with self.lock:
            self._begin()
            answers = self.answers if not self._is_worked_on(document) else None
            for each in (answers.get((document.uri, document.text)) if answers is not None else None) or ():
                said = {question: self.reply(question) for question in each.questions}
                if each.holds(said):
                    return each.found, Asked(said)
            return None

    def keep(self, document: Document, home: Home, found: Sequence[NullFinding]) -> None:
        """Keep what was found for all processes."""
        if self.answers is not None and not self._is_worked_on(document):
            said = self._asked_by(home).whole()
            if UNREAD not in said.values():
                self.answers.put((document.uri, document.text), (Answer.of(found, said),))

    def _is_worked_on(self, document: Document) -> bool:
        """Whether an edit has left a part of what is known of it: that is made anew sooner than it is read."""
        path = document.path
        known = self._homes.get((path, self.looks_further)) if path is not None else None
        return known is not None and (known[0].text != document.text or self._asked_by(known[1]).is_handed_on)

    @contextmanager
    def trying(self, edited: Home, /) -> Generator[None]:
        """Within it, a file has this analysis. What others are found to be meanwhile isn't kept."""
        path, kept = uri_to_path(edited.uri), self._homes
        read = self._read(path) if path is not None else None
        self._homes = LruCache[tuple[Path, bool], tuple[Read, Home]](_KEPT, on_drop=_drop_tree)
        if path is not None and read is not None:
            self._keep((path, False), read, edited)
        try:
            yield
        finally:
            self._homes = kept

    def is_current(self, known: SymbolTable | Asked) -> bool:
        """Whether the files that an analysis has asked still say the same."""
        with self.lock:
            self._begin()
            if isinstance(known, Asked):
                return self.is_true(known)
            return self.is_true(self._asked_by(known), uri_to_path(known.uri))

    # Files

    def home(self, path: Path) -> Home | None:
        """The analysis of a file; None where it can't be read, or too many were read for this check."""
        read, known = self._reading(path), self._homes.get((path, False))
        home = known[1] if known is not None and known[0] is read else None
        if home is None or not self.is_true(self._asked_by(home)):
            home = self._made_of(path, read) if read is not None else None
        if home is not None:
            self._askers[-1].of.add(self._asked_by(home))
        return home

    def tree(self, path: Path) -> SyntaxTree | None:
        """A file as it is; see `home`."""
        read = self._reading(path)
        return _parsed(path, read) if read is not None else None

    def _card_of(self, path: Path, read: Read, /) -> Card | None:
        """It is analysed for that only where nobody has kept it, and its text alone decides it."""
        if read.text is None:
            return None
        if self._cards is not None and (found := self._cards.get(read.text)):
            return found[0]
        known = self._homes.get((path, False))
        home = known[1] if known is not None and known[0] is read else self._made_of(path, read)
        card = card_of(home) if home is not None else None
        if card is not None and self._cards is not None:
            self._cards.put(read.text, (card,))
        return card

    # What homes ask

    def resolved(self, home: SymbolTable, name: str, /) -> tuple[Home, str] | None:
        """The analysis of the file that a qualified name leads to, and the name there."""
        with self._asking(self._asked_by(home)):
            said = self.followed(home.uri, name, lambda: self.found(home, name))
            there = self.home(said[0]) if said is not None else None
        return (there, said[1]) if said is not None and there is not None else None

    def target(self, home: SymbolTable, name: str, /) -> Symbol | None:
        uri, hash, rest = name.partition("#")
        if hash:
            path = uri_to_path(uri)
            with self._asking(self._asked_by(home)):
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

    def file(self, uri: str, /) -> SourceFile | None:
        path = uri_to_path(uri)
        there = self.home(path) if path is not None else None
        return there.file if there is not None else None

    def nullable(self, home: SymbolTable, /) -> frozenset[bytes]:
        return self._words(home, lambda card: card.own)

    def telling(self, home: SymbolTable, /) -> frozenset[bytes]:
        """The functions of the imported files that give null only beside an error, if the file speaks of them."""
        return self._words(home, lambda card: card.telling)

    def _words(self, home: SymbolTable, of: Callable[[Card], frozenset[bytes]]) -> frozenset[bytes]:
        return frozenset[bytes]().union(*map(of, self._cards_around(home).values())) & home.file.main.words

    def _cards_around(self, home: SymbolTable) -> Mapping[str, Card]:
        if home not in self._around:
            with self._asking(self._asked_by(home)):
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

    # Keeping

    def _asked_by(self, home: SymbolTable) -> Asked:
        return self._asked.setdefault(home, Asked())

    def _made(self, make: Callable[[], Home]) -> Home:
        asked = Asked()
        with self._asking(asked):
            home = make()
        self._asked[home] = asked
        return home

    def _made_of(self, path: Path, read: Read) -> Home | None:
        tree = _parsed(path, read)
        if tree is None:
            return None
        return self._keep((path, False), read, self._made(lambda: self.home_of(tree, path.as_uri())))

    def _keep(self, key: tuple[Path, bool], read: Read, home: Home) -> Home:
        self._homes[key] = read, home
        self._true.add(self._asked_by(home))
        return home


def _drop_tree(entry: tuple[Read, object]) -> None:
    """Forget the tree of a file whose analysis is dropped."""
    entry[0].tree = None


def _parsed(path: Path, read: Read) -> SyntaxTree | None:
    if read.tree is None and read.text is not None:
        read.tree = parse(read.text, language_of(path) or "")
    return read.tree

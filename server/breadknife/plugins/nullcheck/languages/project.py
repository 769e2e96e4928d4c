"""The files of a project that the checked ones ask about: each is read when something of it is used, and kept.

What is known of a file that hasn't changed, and of which nothing that it asked has, serves whoever asks next: a check
of the file itself, or one of another file.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.declarations import File
from breadknife.plugins.nullcheck.core.names import Names, Target
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact, located
from breadknife.plugins.nullcheck.languages.cards import Card, Cards, card_of
from breadknife.project.files import stamp_of
from breadknife.project.index import Stamp
from breadknife.project.values import Project
from breadknife.text.document import Document, language_of, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

Home = TypeVar("Home", bound=FileHome)

_KEPT = 1000
"""Files that stay lowered: 0.5 to 1 MB each, as far as others have asked for their functions."""
_TEXTS = 5000
"""Files whose text is kept."""
SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
_MOST_NEW = 60
"""Files that are read for one check. What it would need of others stays unknown until the next."""


class _State(NamedTuple):
    """What tells whether a file has another text than when it was read."""

    revision: int = 0
    """That of its document, see `Project.revision`."""
    stamp: Stamp | None = None
    """What the disk says of it; None where it was an editor that gave the text."""


@dataclass(eq=False)
class _Read:
    """A file as it was read last. A file with another text has another one."""

    text: str | None
    """None where it can't be read."""
    state: _State
    tree: SyntaxTree | None = None
    """Made when it is needed, and dropped with the file's analysis."""
    card: Card | None = None
    """Made when it is needed."""


class ProjectFiles(ABC, Generic[Home]):
    """The files of one language in one project. Hold `lock` while any of its homes is asked."""

    looks_further: ClassVar[bool] = False
    """A checked file asks more of others than one that is only asked, so each has an analysis of its own."""

    def __init__(
        self, project: Project | None, clock: Callable[[], float] = time.monotonic, cards: Cards | None = None
    ) -> None:
        self.lock = threading.RLock()
        self._project = project
        self._clock = clock
        self._cards = cards
        self._reads = OrderedDict[Path, _Read]()
        self._homes = OrderedDict[tuple[Path, bool], tuple[_Read, Home]]()
        """(File, whether it looks further) -> what it was made of, and its analysis."""
        self._stamps = dict[Path, Stamp | None]()
        """What the disk said of files a moment ago."""
        self._same = set[Path]()
        """The files that were seen, and that nobody has reported a change of since."""
        self._paths = dict[tuple[Import, str], Sequence[Path]]()
        self._folders = dict[tuple[Path, str], Mapping[Path, None]]()
        self._checked = set[Names]()
        """Homes of which all that they have asked said the same a moment ago."""
        self._found = dict[tuple[str, str], tuple[Path, str] | None]()
        """(URI, qualified name there) -> what that leads to."""
        self._around = WeakKeyDictionary[Names, Mapping[str, Card]]()
        """What the other files say of which a file may use something."""
        self._changes = 0
        self._changed = dict[Path, int]()
        """When a file, or one that it has asked, got another text, as a number of changes."""
        self._made = WeakKeyDictionary[Names, int]()
        """When a home was made."""
        self._generation = 0
        self._since = 0.0
        self._new = 0

    # What a language says

    @abstractmethod
    def home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """The analysis of one file, as others ask it."""

    def checked_home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """The analysis of one file that is checked; another one only where that `looks_further`."""
        return self.home_of(tree, uri)

    @abstractmethod
    def found(self, home: Names, name: str, /) -> tuple[Path, str] | None:
        """The file that a qualified name of a file leads to, and the name there."""

    def imported(self, home: Names, /) -> Iterable[Home]:
        """The other files of which a file may use something."""
        return ()

    def around(self, home: Names, /) -> Iterable[tuple[str, Card]]:
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
                return self._dated(self.checked_home_of(tree, document.uri))
            key = path, self.looks_further
            known = self._homes.get(key)
            base = known[1] if known is not None and self._asks_the_same(known[1]) else None
            read = self._told(path, document.text, _State(self._revision(path)), tree)
            if base is not None and known is not None and known[0] is read:
                return base
            made = self._dated(self.checked_home_of(tree, document.uri))
            if base is not None:
                self._hand_on(base, made)
                made.inherit(base)
            return self._keep(key, read, made)

    @contextmanager
    def trying(self, edited: Home, /) -> Generator[None]:
        """Within it, a file has this analysis. What others are found to be meanwhile isn't kept."""
        path, kept = uri_to_path(edited.uri), self._homes
        read = self._read(path) if path is not None else None
        self._homes = OrderedDict[tuple[Path, bool], tuple[_Read, Home]]()
        if path is not None and read is not None:
            self._keep((path, False), read, self._dated(edited))
        try:
            yield
        finally:
            self._homes = kept

    def is_current(self, home: Names) -> bool:
        """Whether the files that a home has asked still say the same."""
        with self.lock:
            self._begin()
            return self._asks_the_same(home)

    # Files

    def home(self, path: Path) -> Home | None:
        """The analysis of a file; None where it can't be read, or too many were read for this check."""
        read, known = self._read(path), self._homes.get((path, False))
        if known is not None and known[0] is read and self._asks_the_same(known[1]):
            return known[1]
        tree = self.tree(path)
        if read is None or tree is None:
            return None
        return self._keep((path, False), read, self._dated(self.home_of(tree, path.as_uri())))

    def card(self, path: Path) -> Card | None:
        """What a file says to those that import it. It is analysed for that only where nobody has kept it."""
        read = self._read(path)
        if read is None or read.text is None:
            return None
        if read.card is None and self._cards is not None and (found := self._cards.get(read.text)):
            [read.card] = found
        if read.card is None and (home := self.home(path)) is not None:
            read.card = card_of(home)
            if self._cards is not None:
                self._cards.put(read.text, (read.card,))
        return read.card

    def tree(self, path: Path) -> SyntaxTree | None:
        """A file as it is; see `home`."""
        read = self._read(path)
        if read is not None and read.tree is None and read.text is not None:
            read.tree = parse(read.text, language_of(path) or "")
        return read.tree if read is not None else None

    def beside(self, here: Path, pattern: str) -> Mapping[Path, None]:
        """The files of the folder of a file, in order."""
        key = here.parent, pattern
        if key not in self._folders:
            self._folders[key] = dict.fromkeys(sorted(here.parent.glob(pattern)) if self._project is not None else ())
        return self._folders[key]

    def paths(self, uri: str, imported: Import, language: str) -> Sequence[Path]:
        """The files that an import may mean in the file with this URI: it means the same in all files of a folder."""
        key = imported, uri.rpartition("/")[0]
        if key not in self._paths:
            self._paths[key] = self.files_of(imported, Document(uri, language, ""))
        return self._paths[key]

    # What homes ask

    def resolved(self, home: Names, name: str, /) -> tuple[Home, str] | None:
        """The analysis of the file that a qualified name leads to, and the name there."""
        said = self.followed(home.uri, name, lambda: self.found(home, name))
        there = self.home(said[0]) if said is not None else None
        return (there, said[1]) if said is not None and there is not None else None

    def followed(self, uri: str, name: str, find: Callable[[], tuple[Path, str] | None]) -> tuple[Path, str] | None:
        """What `find` says of a qualified name of a file, which holds for a while."""
        key = uri, name
        if key not in self._found:
            self._found[key] = None  # two files may ask each other
            self._found[key] = find()
        return self._found[key]

    def target(self, home: Names, name: str, /) -> Target | None:
        uri, hash, rest = name.partition("#")
        if hash:
            path = uri_to_path(uri)
            there = self.home(path) if path is not None else None
        else:
            there, rest = self.resolved(home, name) or (None, "")
        if there is None or there is home:
            return None
        home.asked.add(there.uri)
        return there.target(rest)

    def variable(self, home: Names, name: str, /) -> Fact:
        there, rest = self.resolved(home, name) or (None, "")
        stores = there.file.variables.get(rest) if there is not None else None
        if there is None or there is home or not stores or rest in there.file.named:
            return NOTHING
        home.asked.add(there.uri)
        fact = there.variable(rest, stores)
        if not any(store.annotation for store in stores):
            return Fact(type=fact.type)  # it is another thing by the time that another file imports it
        return located(fact, there.uri)

    def file(self, uri: str, /) -> File | None:
        path = uri_to_path(uri)
        there = self.home(path) if path is not None else None
        return there.file if there is not None else None

    def nullable(self, home: Names, /) -> frozenset[bytes]:
        return self._words(home, lambda card: card.own)

    def telling(self, home: Names, /) -> frozenset[bytes]:
        """The functions of the imported files that give null only beside an error, if the file speaks of them."""
        return self._words(home, lambda card: card.telling)

    def _words(self, home: Names, of: Callable[[Card], frozenset[bytes]]) -> frozenset[bytes]:
        return frozenset[bytes]().union(*map(of, self._cards_around(home).values())) & home.file.main.words

    def _cards_around(self, home: Names) -> Mapping[str, Card]:
        if home not in self._around:
            self._around[home] = dict(self.around(home)) if self._project is not None else {}
            home.asked.update(self._around[home])
        return self._around[home]

    def _hand_on(self, before: Names, after: Names) -> None:
        """After an edit the files around are the same, unless the text imports something else, or has a word that one
        of them hands on."""
        around = self._around.get(before)
        words = {word.decode("utf-8", "replace") for word in after.file.main.words - before.file.main.words}
        if around is None or before.file.imports != after.file.imports:
            return
        if all(words.isdisjoint(card.imports) for card in around.values()):
            self._around[after] = around

    # Keeping

    def _begin(self) -> None:
        self._new = 0
        now, generation = self._clock(), self._project.generation if self._project is not None else 0
        is_late = now - self._since >= SECONDS
        if is_late:
            self._since = now
            self._stamps.clear()
            self._paths.clear()
            self._folders.clear()
        if is_late or generation != self._generation:
            self._generation = generation
            self._same.clear()
            self._checked.clear()
            self._found.clear()

    def _read(self, path: Path) -> _Read | None:
        """A file as it is; None where too many were read for this check."""
        read = self._reads.get(path)
        if self._project is None or (read is not None and path in self._same):
            return read
        if read is None:
            if self._new >= _MOST_NEW:
                return None
            self._new += 1
        state = self._state(path)
        if read is not None and read.state == state:
            self._same.add(path)
            return read
        return self._told(path, self.text_of(path), state)

    def _told(self, path: Path, text: str | None, state: _State, tree: SyntaxTree | None = None) -> _Read:
        """Keep what a file holds now."""
        read = self._reads.get(path)
        if read is None or read.text != text:
            if read is not None:
                self._forget_what_asked(path)
            read = self._reads[path] = _Read(text, state, tree)
            while len(self._reads) > _TEXTS:
                self._forget_what_asked(self._reads.popitem(last=False)[0])
        read.state = state
        self._same.add(path)
        return read

    def _state(self, path: Path) -> _State:
        if path not in self._stamps:
            self._stamps[path] = stamp_of(path)
        return _State(self._revision(path), self._stamps[path])

    def _revision(self, path: Path) -> int:
        return self._project.revision(path) if self._project is not None else 0

    def _forget_what_asked(self, path: Path) -> None:
        """Forget what is known of the files that have asked a file, or have asked one that did."""
        self._changes += 1
        self._changed[path] = self._changes
        self._checked.clear()
        gone = {path.as_uri()}
        while asking := [key for key, (_, home) in self._homes.items() if home.asked & gone]:
            for key in asking:
                del self._homes[key]
                self._changed[key[0]] = self._changes
                gone.add(key[0].as_uri())

    def _dated(self, home: Home) -> Home:
        self._made[home] = self._changes
        return home

    def _keep(self, key: tuple[Path, bool], read: _Read, home: Home) -> Home:
        self._homes[key] = read, home
        while len(self._homes) > _KEPT:
            _, (gone, _) = self._homes.popitem(last=False)
            gone.tree = None
        return home

    def _asks_the_same(self, home: Names) -> bool:
        """Whether nothing has changed of what a home has asked. Files are looked at for that."""
        if home in self._checked:
            return True
        seen, waiting = {home}, [home]
        while waiting:
            for path in _asked(waiting.pop()):
                self._read(path)  # if its text is another one, that is noted
                there = self._homes.get((path, False))
                if there is not None and there[1] not in seen and there[1] not in self._checked:
                    seen.add(there[1])
                    waiting.append(there[1])
        for each in seen:  # what these have asked has been looked at, too
            made = self._made.get(each, 0)
            if all(self._changed.get(path, 0) <= made for path in _asked(each)):
                self._checked.add(each)
        return home in self._checked


def _asked(home: Names) -> Sequence[Path]:
    return [path for uri in home.asked if (path := uri_to_path(uri)) is not None]

"""What the analysis of a file asks of its project, and whether that still says the same.

An answer keeps what it was made of: each question with the reply, and the other answers that it used. It holds as long
as every question, asked again, has the same reply. A module that isn't there is a reply, too, so that an added file is
noticed.
"""

from __future__ import annotations

import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias

import msgspec

from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.languages.cards import Card
from breadknife.project.files import stamp_of
from breadknife.project.index import Stamp
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree

Question: TypeAlias = tuple[str, ...]
"""One of the kinds below, and what it is about."""
Reply: TypeAlias = str | tuple[Path, ...]
State: TypeAlias = tuple[int, Stamp | None]
"""See `Project.revision`, and what the disk says; None where it was an editor that gave the text."""
_TEXT, _CARD, _MODULE, _BESIDE = "text", "card", "module", "beside"
UNREAD = "unread"
"""The reply where too many files were read: it never comes again, so the question is asked once more."""
_TEXTS = 5000
"""Files whose text is kept."""
SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
_PLACES_SECONDS = 5 * SECONDS
"""The same for a file that comes or goes: to look for a module takes longer."""
_MOST_NEW = 60
"""Files that are read for one check. What it would need of others stays unknown until the next."""


@dataclass(eq=False)
class Asked:
    """What an answer was made of."""

    said: dict[Question, Reply] = field(default_factory=dict[Question, Reply])
    of: set[Asked] = field(default_factory=set["Asked"])
    """What the other answers that it used were made of."""
    is_handed_on: bool = False
    """Whether an edit has left a part of it."""

    def whole(self) -> dict[Question, Reply]:
        """With what these others were made of, and so on."""
        found, seen, waiting = dict[Question, Reply](), set[Asked](), list[Asked]([self])
        while waiting:
            seen.add(each := waiting.pop())
            found |= each.said
            waiting += each.of - seen
        return found

    def hand_on(self, to: Asked, path: Path) -> None:
        """An edit of a file leaves what is known of it, also where others have asked what it said before."""
        to.is_handed_on, own = True, str(path)
        to.said |= {question: reply for question, reply in self.whole().items() if question[1] != own}


@dataclass(eq=False)
class Read:
    """A file as it was read last. A file with another text has another one."""

    text: str | None
    """None where it can't be read."""
    state: State
    tree: SyntaxTree | None = None
    """Made when it is needed, and dropped with the file's analysis."""
    card: Card | None = None
    """Made when it is needed."""

    @cached_property
    def digest(self) -> str:
        return digest_of(self.text) if self.text is not None else ""

    @cached_property
    def card_digest(self) -> str:
        packed = msgspec.msgpack.encode(self.card, order="deterministic")
        return digest_of(packed.hex()) if self.card is not None else ""


class Asking(ABC):
    """Replies to what the analyses of one project ask, and notes it for whoever is asking."""

    def __init__(self, project: Project | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._project = project
        self._clock = clock
        self._reads = LruCache[Path, Read](_TEXTS)
        self._stamps = dict[Path, Stamp | None]()
        """What the disk said of files a moment ago."""
        self._same = set[Path]()
        """The files that were seen, and that nobody has reported a change of since."""
        self._places = dict[Question, tuple[Path, ...]]()
        """Where modules and the files of folders were a moment ago."""
        self._found = dict[tuple[str, str], tuple[tuple[Path, str] | None, Asked, bool]]()
        """(URI, qualified name there) -> what that leads to, what was asked for it, and whether that was all."""
        self._true = set[Asked]()
        """That of which all was the same a moment ago."""
        self._askers = [Asked()]
        """Whoever is asking, the innermost last."""
        self._generation = 0
        self._since = self._looked = 0.0
        self._new = 0

    @abstractmethod
    def text_of(self, path: Path, /) -> str | None:
        """What a file holds; None where it may not be read."""

    @abstractmethod
    def files_of(self, imported: Import, document: Document, /) -> Sequence[Path]:
        """The files that an import may mean, likeliest first."""

    @abstractmethod
    def _card_of(self, path: Path, read: Read, /) -> Card | None:
        """What a file says to those that import it."""

    # Asking

    def card(self, path: Path) -> Card | None:
        """What a file says to those that import it."""
        if not self._may_read(path):
            return None
        self._askers[-1].said[_CARD, str(path)] = self._card_digest(path)
        read = self._read(path)
        return read.card if read is not None else None

    def beside(self, here: Path, pattern: str) -> Mapping[Path, None]:
        """The files of the folder of a file, in order."""
        return dict.fromkeys(self._noted((_BESIDE, str(here.parent), pattern)))

    def paths(self, uri: str, imported: Import, language: str) -> Sequence[Path]:
        """The files that an import may mean in the file with this URI: it means the same in all files of a folder."""
        folder, _, name = uri.rpartition("/")
        names = (each for pair in imported.names for each in pair)
        found = self._noted((_MODULE, folder, language, imported.module, *names))
        return [each for each in found if each.name != name or each.as_uri() != uri]

    def followed(self, uri: str, name: str, find: Callable[[], tuple[Path, str] | None]) -> tuple[Path, str] | None:
        """What `find` says of a qualified name of a file, which holds for a while."""
        key, asker = (uri, name), self._askers[-1]
        if key not in self._found:
            asked = Asked()
            self._found[key] = None, asked, False  # two files may ask each other
            with self._asking(asked):
                self._found[key] = find(), asked, True
        found, asked, is_all = self._found[key]
        asker.said |= asked.said
        asker.of |= asked.of if is_all else {asked}
        return found

    @contextmanager
    def _asking(self, asked: Asked) -> Generator[None]:
        self._askers.append(asked)
        try:
            yield
        finally:
            self._askers.pop()

    def _noted(self, question: Question) -> tuple[Path, ...]:
        found = self._askers[-1].said[question] = self._place(question)
        return found

    def _place(self, question: Question) -> tuple[Path, ...]:
        found = self._places.get(question)
        if found is None:
            found = self._places[question] = tuple(self._found_at(*question))
        return found

    def _found_at(self, kind: str, folder: str, about: str, module: str = "", *names: str) -> Iterable[Path]:
        if self._project is None:
            return ()
        if kind == _BESIDE:
            return sorted(Path(folder).glob(about))
        pairs = tuple(zip(names[::2], names[1::2], strict=True))
        return self.files_of(Import(module, pairs), Document(f"{folder}/-", about, ""))

    def _reading(self, path: Path) -> Read | None:
        """A file as it is; None where too many were read for this check."""
        if not self._may_read(path):
            return None
        read = self._read(path)
        self._askers[-1].said[_TEXT, str(path)] = read.digest if read is not None else ""
        return read

    def _may_read(self, path: Path) -> bool:
        if path not in self._reads:
            if self._new >= _MOST_NEW:
                self._askers[-1].said[_TEXT, str(path)] = UNREAD
                return False
            self._new += 1
        return True

    # Asking again

    def is_true(self, asked: Asked, but: Path | None = None) -> bool:
        """Whether all that was asked has the same reply now; `but`: whatever is said of that file."""
        if asked in self._true:
            return True
        seen, waiting, own = {asked}, [asked], str(but)
        while waiting:
            each = waiting.pop()
            for question, reply in each.said.items():
                if question[1] != own and self.reply(question) != reply:
                    return False
            new = each.of - seen - self._true
            seen |= new
            waiting += new
        if but is None:
            self._true |= seen
        return True

    def reply(self, question: Question) -> Reply:
        """What the project says now."""
        kind, about = question[:2]
        if kind in (_MODULE, _BESIDE):
            return self._place(question)
        if kind == _CARD:
            return self._card_digest(_path(about))
        read = self._read(_path(about))
        return read.digest if read is not None else ""

    def _card_digest(self, path: Path) -> str:
        read = self._read(path)
        if read is not None and read.card is None:
            with self._asking(Asked()):
                read.card = self._card_of(path, read)
        return read.card_digest if read is not None else ""

    # Reading

    def _begin(self) -> None:
        self._new, self._askers[0] = 0, Asked()
        now, generation = self._clock(), self._project.generation if self._project is not None else 0
        is_late = now - self._since >= SECONDS
        if is_late:
            self._since = now
            self._stamps.clear()
        if now - self._looked >= _PLACES_SECONDS:
            self._looked = now
            self._places.clear()
        if is_late or generation != self._generation:
            self._generation = generation
            self._same.clear()
            self._true.clear()
            self._found.clear()

    def _read(self, path: Path) -> Read | None:
        read = self._reads.get(path)
        if self._project is None or (read is not None and path in self._same):
            return read
        if path not in self._stamps:
            self._stamps[path] = stamp_of(path)
        state = self._revision(path), self._stamps[path]
        if read is not None and read.state == state:
            self._same.add(path)
            return read
        return self._told(path, self.text_of(path), state)

    def _told(self, path: Path, text: str | None, state: State, tree: SyntaxTree | None = None) -> Read:
        """Keep what a file holds now."""
        read = self._reads.get(path)
        if read is None or read.text != text:
            if read is not None:
                self._true.clear()
            read = self._reads[path] = Read(text, state, tree)
        read.state = state
        self._same.add(path)
        return read

    def _revision(self, path: Path) -> int:
        return self._project.revision(path) if self._project is not None else 0


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(_TEXTS)
def _path(name: str) -> Path:
    return Path(name)

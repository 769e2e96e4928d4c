"""The files of a project that the checked ones ask about: each is read when something of it is used, and kept.

What is known of a file that hasn't changed, and of which nothing that it asked has, serves the next check.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.declarations import File
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.names import Names
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact
from breadknife.project.values import Project
from breadknife.text.document import Document, language_of, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

Home = TypeVar("Home", bound=FileHome)


class _Read(NamedTuple):
    """A file as it was read last."""

    text: str | None
    tree: SyntaxTree | None
    revision: int
    """Of its document, see `Project.revision`."""


_KEPT = 500
"""Files that stay lowered: about 1 MB each, as far as others have asked for their functions."""
SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
_MOST_LOOKED_AT = 8
_MOST_NEW = 60
"""Files that are read for one check. What it would need of others stays unknown until the next."""


class ProjectFiles(ABC, Generic[Home]):
    """The files of one language in one project. Hold `lock` while any of its homes is asked."""

    def __init__(self, project: Project | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.lock = threading.RLock()
        self._project = project
        self._clock = clock
        self._texts = OrderedDict[Path, _Read]()
        self._homes = OrderedDict[Path, tuple[SyntaxTree, Home]]()
        self._looked_at = OrderedDict[Path, tuple[SyntaxTree, Home]]()
        """Files that were checked a moment ago."""
        self._whole = dict[Path, Home]()
        """The document that was edited last, when nothing was open in it: a bracket that isn't closed yet may take all
        functions away."""
        self._seen = set[Path]()
        """Files that were compared with the disk a moment ago."""
        self._same = set[Path]()
        """Those of them of which nothing else was reported since."""
        self._paths = dict[tuple[Import, str], Sequence[Path]]()
        self._folders = dict[tuple[Path, str], Mapping[Path, None]]()
        self._checked = set[Names]()
        """Homes of which all that they have asked said the same a moment ago."""
        self._found = dict[tuple[str, str], tuple[Path, str] | None]()
        """(URI, qualified name there) -> what that leads to."""
        self._around = WeakKeyDictionary[Names, Sequence[Home]]()
        """The other files of which a file may use something."""
        self._changes = 0
        self._changed = dict[Path, int]()
        """When a file that somebody may have asked was read anew, as a number of changes."""
        self._made = WeakKeyDictionary[Names, int]()
        """When a home was made."""
        self._generation = 0
        self._since = 0.0
        self._new = 0

    @abstractmethod
    def home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """The analysis of one file, as others ask it."""

    def checked_home_of(self, tree: SyntaxTree, uri: str, /) -> Home:
        """The analysis of one file that is checked."""
        return self.home_of(tree, uri)

    @abstractmethod
    def found(self, home: Names, name: str, /) -> tuple[Path, str] | None:
        """The file that a qualified name of a file leads to, and the name there."""

    @abstractmethod
    def imported(self, home: Names, /) -> Iterable[Home]:
        """The other files of which a file may use something."""

    def look_at(self, document: Document, tree: SyntaxTree) -> Home:
        """The analysis of a document that is checked."""
        with self.lock:
            self._begin()
            path = document.path
            if path is None:
                return self._dated(self.checked_home_of(tree, document.uri))
            self._texts[path] = _Read(document.text, tree, self._revision(path))
            self._seen.add(path)
            self._same.add(path)
            known = self._looked_at.pop(path, None)
            if known is None or known[0].text != document.text or not self._asks_the_same(known[1]):
                known = tree, self._edited(path, document, tree, known[1] if known is not None else None)
            self._looked_at[path] = known
            while len(self._looked_at) > _MOST_LOOKED_AT:
                self._looked_at.popitem(last=False)
            return known[1]

    def _edited(self, path: Path, document: Document, tree: SyntaxTree, before: Home | None) -> Home:
        """The analysis of a document, with what an edit has left valid of that before."""
        made = self._dated(self.checked_home_of(tree, document.uri))
        inherits = any(
            each is not None and self._asks_the_same(each) and made.inherit(each)
            for each in (before, self._whole.get(path))
        )
        if inherits or not tree.root.has_error:
            self._whole = {path: made}
        return made

    def is_current(self, home: Names) -> bool:
        """Whether the files that a home has asked still say the same."""
        with self.lock:
            self._begin()
            return self._asks_the_same(home)

    def home(self, path: Path) -> Home | None:
        """The analysis of a file; None where it can't be read, or too many were read for this check."""
        tree, known = self.tree(path), self._homes.get(path)
        if tree is None:
            return None
        if known is not None and known[0] is tree and self._asks_the_same(known[1]):
            return known[1]
        return self._keep(path, tree, self._dated(self.home_of(tree, path.as_uri())))

    def _dated(self, home: Home) -> Home:
        self._made[home] = self._changes
        return home

    def tree(self, path: Path) -> SyntaxTree | None:
        """A file as it is; see `home`."""
        known = self._texts.get(path)
        if known is not None and path in self._same:
            return known.tree
        revision = self._revision(path)
        if known is not None and path in self._seen and known.revision == revision:
            self._same.add(path)
            return known.tree
        if self._project is None or (known is None and self._new >= _MOST_NEW):
            return None
        text = self._project.text(path)
        self._seen.add(path)
        self._same.add(path)
        if known is not None and known.text == text:
            self._texts[path] = known._replace(revision=revision)
            return known.tree
        self._new += 1
        tree = parse(text, language_of(path) or "") if text is not None else None
        self._texts[path] = _Read(text, tree, revision)
        while len(self._texts) > _KEPT:
            self._texts.popitem(last=False)
        return tree

    def _revision(self, path: Path) -> int:
        return self._project.revision(path) if self._project is not None else 0

    def beside(self, here: Path, pattern: str) -> Mapping[Path, None]:
        """The files of the folder of a file, in order."""
        key = here.parent, pattern
        if key not in self._folders:
            self._folders[key] = dict.fromkeys(sorted(here.parent.glob(pattern)) if self._project is not None else ())
        return self._folders[key]

    def paths(self, imported: Import, home: Names, language: str) -> Sequence[Path]:
        """The files that an import of a file may mean."""
        key = imported, home.uri
        if key not in self._paths and self._project is not None:
            self._paths[key] = self._project.module(imported, Document(home.uri, language, ""))
        return self._paths.get(key, ())

    # What homes ask

    def resolved(self, home: Names, name: str, /) -> tuple[Home, str] | None:
        """What `found` says, which holds for a while."""
        key = home.uri, name
        if key not in self._found:
            self._found[key] = None  # two files may ask each other
            self._found[key] = self.found(home, name)
        said = self._found[key]
        there = self.home(said[0]) if said is not None else None
        return (there, said[1]) if said is not None and there is not None else None

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
            return Fact(type=fact.type)  # it is another thing by the time that another file asks for it
        if fact.origin is None or fact.origin.file:
            return fact
        return fact._replace(origin=fact.origin._replace(file=there.uri))

    def file(self, uri: str, /) -> File | None:
        path = uri_to_path(uri)
        there = self.home(path) if path is not None else None
        return there.file if there is not None else None

    def nullable(self, home: Names, /) -> frozenset[bytes]:
        return self._words(home, lambda there: there.gate.own)

    def telling(self, home: Names, /) -> frozenset[bytes]:
        """Of the functions that give null only beside an error, those that the file has a word of."""
        return self._words(home, lambda there: there.gate.telling)

    def _words(self, home: Names, of: Callable[[FileHome], frozenset[bytes]]) -> frozenset[bytes]:
        words, used = set[bytes](), home.file.main.words
        if home not in self._around:
            self._around[home] = list(self.imported(home)) if self._project is not None else ()
            home.asked.update(there.uri for there in self._around[home])
        for there in self._around[home]:
            words |= of(there) & used
        return frozenset(words)

    # Keeping

    def _begin(self) -> None:
        self._new = 0
        generation = self._project.generation if self._project is not None else 0
        if generation != self._generation:
            self._generation = generation
            self._same.clear()
            self._checked.clear()
            self._found.clear()
        now = self._clock()
        if now - self._since >= SECONDS:
            self._since = now
            self._seen.clear()
            self._same.clear()
            self._paths.clear()
            self._folders.clear()
            self._found.clear()
            self._checked.clear()

    def _keep(self, path: Path, tree: SyntaxTree, home: Home) -> Home:
        """Keep the file as it is now, and forget what was known of those that have asked it before."""
        if path in self._homes:
            self._changes += 1
            gone, changed = {path.as_uri()}, {path}
            while asking := [each for each, (_, kept) in self._homes.items() if kept.asked & gone]:
                gone |= {each.as_uri() for each in asking}
                changed.update(asking)
                for each in asking:
                    del self._homes[each]
            self._changed.update(dict.fromkeys(changed, self._changes))
            self._checked.clear()
        self._homes[path] = tree, home
        while len(self._homes) > _KEPT:
            self._homes.popitem(last=False)
        return home

    def _asks_the_same(self, home: Names) -> bool:
        """Whether nothing has changed of what a home has asked. Files are looked at for that."""
        if home in self._checked:
            return True
        self._checked.add(home)  # two files may ask each other
        before = self._made.get(home, 0)
        for uri in list(home.asked):
            path = uri_to_path(uri)
            if path is None or self.home(path) is None or self._changed.get(path, 0) > before:
                self._checked.discard(home)
                return False
        return True

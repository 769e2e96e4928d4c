"""A workspace folder: `Project` by a table of its files that a thread in the background keeps."""

from __future__ import annotations

import os
import pickle
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import commonpath

from breadknife.lru import LruCache
from breadknife.project.background import IndexingThread
from breadknife.project.committers import of_committers
from breadknife.project.edits import RecentEdits
from breadknife.project.files import LARGEST, FolderFiles, read_text, stamp_of
from breadknife.project.ignoring import GITIGNORE, OWN
from breadknife.project.index import FileIndex, Stamp
from breadknife.project.modules import last_names, names_of, related, resolve
from breadknife.project.names import FileNames, FileNamesCache, names_in
from breadknife.project.values import LocatedDefinition, RecentEdit
from breadknife.project.words import ProjectWords, is_spoken, of_file
from breadknife.text.document import Document, language_of
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import Import, Outline, outline
from breadknife.text.syntax import parse

FILES, ENTRIES = 20_000, 200_000
"""Of a folder, files that are known, and entries that are looked at to find them."""
OUTLINES = 200
"""Those kept; the others are made anew when they are asked for."""
IMPORTING = 64
"""Files that are looked into for the import of one file."""
DEFINING = 8
"""Files that are looked into for one name: one that more files define says little."""


@dataclass(frozen=True)
class _OutlineEntry:
    """An outline, and of what: a file's stamp, or the text in the editor."""

    of: Stamp | str
    outline: Outline | None


class FolderProject:
    """See `breadknife.project.values.Project`.

    `opened` are the folder's documents that the editor has open; `known` is what another process has read there.
    """

    def __init__(self, root: Path, opened: Iterable[Document] = (), known: bytes | None = None) -> None:
        self.root = Path(os.path.abspath(root))
        self.generation = 0
        self._files = FolderFiles(self.root)
        self._names = FileNamesCache()
        self._index, self._words, self._listed, self._entries = _unpickled(known)
        self._edits = RecentEdits()
        self._outlines = LruCache[str, _OutlineEntry](OUTLINES)
        self._open = {_key(path): document for document in opened if (path := document.path)}
        self._revisions = Counter[str]()
        self._judged = set[Path]()
        """What a listing has found that may be read, and that nobody has looked at since."""
        self._lock = threading.RLock()
        self._known = _IndexedFiles(self._index, self._lock, self.text, self._files.shared)
        self._background = IndexingThread(self._lock, self._look)
        with self._lock:
            for document in self._open.values():
                self._look_soon(document.path)
            if known is None:
                self._background.list_soon(self.root)

    def known(self) -> bytes:
        """Return what the background has read, for a `FolderProject` of the same folder in another process of ours."""
        with self._lock:
            return pickle.dumps((self._index, self._words, self._listed, self._entries), pickle.HIGHEST_PROTOCOL)

    # --- what is asked ----------------------------------------------------------------------------------------------

    def may_read(self, path: Path, /) -> bool:
        return self._files.may_read(path)

    def text(self, path: Path, /) -> str | None:
        found = self._files.shared(path)
        if found is None:
            return None
        document = self._open.get(_key(found)) or self._open.get(_key(path))
        return self._text(found, document)

    def revision(self, path: Path, /) -> int:
        return self._revisions[_key(path)]

    def unsaved(self) -> Sequence[Document]:
        with self._lock:
            opened = list(self._open.values())
        return [
            document
            for document in opened
            if (path := document.path) is not None
            and (found := self._files.shared(path)) is not None
            and read_text(found, self.root) != document.text
        ]

    def outline(self, path: Path, /) -> Outline | None:
        found = self._files.shared(path)
        return self._outline(found) if found else None

    def defining(self, name: str, language: str, /) -> Sequence[LocatedDefinition]:
        languages = related(language)
        with self._lock:
            files = [Path(file) for file in self._index.defining(name)]
        located: list[LocatedDefinition] = []
        for file in [file for file in files if _outlined(file) in languages][:DEFINING]:
            found = self.outline(file)
            here = [LocatedDefinition(file, each) for each in found.definitions if each.name == name] if found else []
            located += here
            if not here:  # it has changed, and no client has told
                with self._lock:
                    self._look_soon(file)
        return located

    def module(self, imported: Import, document: Document, /) -> Sequence[Path]:
        here = document.path
        if here is None:
            return ()
        found = resolve(imported, _key(here), document.language, _key(self.root), self._known)
        with self._lock:
            known = {file for file in found if file in self._index}  # may be read, or they wouldn't be there
        return [Path(file) for file in found if file in known or self._files.shared(Path(file))]

    def importers(self, path: Path, /) -> Sequence[Path]:
        file = _key(path)
        with self._lock:
            candidates = {each for name in names_of(file) for each in self._index.importing(name)} - {file}
        near = sorted(candidates, key=lambda each: (-len(commonpath((each, file))), each))[:IMPORTING]
        return [Path(each) for each in near if self._imports(Path(each), path)]

    def recent_edits(self) -> Sequence[RecentEdit]:
        return [
            RecentEdit(path, edit.start, "".join(edit.before), "".join(edit.after), edit.at)
            for edit in self._edits.newest()
            if self._files.shared(path := Path(edit.key))
        ]

    def names(self, word: str, /) -> bool:
        with self._lock:
            return self._words.names(word)

    def saying(self, word: str, /) -> int:
        with self._lock:
            return self._words.saying(word)

    def ways(self, word: str, /) -> Mapping[str, int]:
        with self._lock:
            return self._words.ways(word)

    def _imports(self, path: Path, other: Path) -> bool:
        outline, language = self.outline(path), language_of(path)
        if outline is None or language is None:
            return False
        document, names = Document(path.as_uri(), language, ""), {*names_of(_key(other))}
        return any(
            _key(other) in map(_key, self.module(each, document))
            for each in outline.imports
            if names.intersection(last_names(each, _key(path)))
        )

    def _text(self, path: Path, document: Document | None) -> str | None:
        """Return a text as `read_text` does; None also for a document that is too large."""
        if document is None:
            return read_text(path, self.root)
        return document.text if len(document.text) <= LARGEST else None

    # --- what is told -----------------------------------------------------------------------------------------------

    def changed(self, document: Document) -> None:
        """Note that the editor has opened it, or changed its text."""
        path = document.path
        if path is None:
            return
        key = _key(path)
        with self._lock:
            before = self._open.get(key)
            self._open[key] = document
            if before is None:
                self._look_soon(path)
            elif before.text != document.text:
                self._background.look_when_rested(path)
            if before is None or before.text != document.text:
                self.generation += 1
                self._revisions[_key(path)] += 1
        if before is not None and self._files.shared(path):
            self._edits.changed(key, before.text, document.text, time.monotonic())

    def closed(self, path: Path) -> None:
        """Note that the editor has closed it: the file on disk counts again."""
        with self._lock:
            if self._open.pop(_key(path), None) is not None:
                self._background.forget_edit(path)
                self._look_soon(path)
                self.generation += 1
                self._revisions[_key(path)] += 1

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Note that files (or folders) were made, changed or removed."""
        with self._lock:
            self.generation += 1
            for path in paths:
                if path.name in (GITIGNORE, OWN):
                    self._list_anew(path.parent)
                else:
                    self._look_soon(path)
            if self._background.files > 2 * FILES:  # more than a listing leaves: to list all anew is less
                self._background.forget_files()
                self._list_anew(self.root)

    def idle(self, seconds: float, /) -> bool:
        """Wait until there is nothing to look at, at most so long. Return whether that came."""
        return self._background.idle(seconds)

    def close(self) -> None:
        self._background.close()

    # --- what the background looks at ---------------------------------------------------------------------------------

    def _look_soon(self, path: Path | None) -> None:
        if path is not None:
            self._background.look_soon(Path(os.path.abspath(path)))

    def _list_anew(self, folder: Path) -> None:
        """List a folder again, whose ignore file has changed."""
        for file in self._index.below(_key(folder)):
            self._index.remove(file)
            self._words.forget(file)
        for file in self._words.below(_key(folder)):
            self._words.forget(file)
        self._listed = {each for each in self._listed if not each.is_relative_to(folder)}
        self._entries = 0
        self._judged.clear()
        self._background.list_soon(folder)
        for document in self._open.values():  # which may not be on disk yet
            self._look_soon(document.path)

    def _look(self, path: Path) -> None:
        is_judged = path == self.root or (path in self._judged and not path.is_symlink())
        self._judged.discard(path)
        if path.is_dir() and (path == self.root or not path.is_symlink()):
            if is_judged or self._files.shared(path, is_folder=True):
                self._list(path)
            return
        key = _key(path)
        found = path if is_judged else self._files.shared(path)
        document = self._open.get(key)
        stamp = None if document else stamp_of(path)
        if found is None or _key(found) != key or (document is None and stamp is None):
            self._remove(path)
        elif is_spoken(path):
            if document or self._words.stamp(key) != stamp:
                words = of_file(
                    path, document.language if document else language_of(path), self._text(path, document) or ""
                )
                with self._lock:
                    self._words.add(key)
                    self._words.learn(key, words, None if document else stamp)
        elif document:
            self._outline(path)
        elif self._index.stamp(key) != stamp:
            text, language = self._text(path, None), language_of(path)
            names = self._names.of(text, language) if text is not None and language else FileNames()
            with self._lock:
                self._define(path, stamp, names)

    def _remove(self, path: Path) -> None:
        """Forget a file, or all of a folder, that is gone or may not be read."""
        key = _key(path)
        with self._lock:
            gone = [key]
            if path in self._listed:  # else it is no folder: all files needn't be looked through
                gone += (each for each in self._index.below(key) if each not in self._open)
                gone += (each for each in self._words.below(key) if each not in self._open)
                self._listed = {each for each in self._listed if not each.is_relative_to(path)}
            for file in gone:
                self._index.remove(file)
                self._outlines.pop(file)
                self._words.forget(file)

    def _list(self, folder: Path) -> None:
        with self._lock:
            if folder in self._listed or self._entries >= ENTRIES:
                return
            self._listed.add(folder)
        if folder == self.root:
            committers = of_committers(folder)
            with self._lock:
                self._words.learn(_key(folder / ".git"), committers)
        for path, is_folder in self._files.entries(folder):
            with self._lock:
                self._entries += 1
                if is_folder:
                    self._background.list_soon(path)
                elif _outlined(path) and len(self._index) < FILES:
                    self._index.add(_key(path))
                    self._background.look_soon(path)
                elif is_spoken(path) and self._words.add(_key(path)):
                    self._background.look_soon(path)
                else:
                    continue
                self._judged.add(path)

    def _outline(self, path: Path) -> Outline | None:
        """Return the outline of a file that may be read; the index learns its names."""
        key = _key(path)
        document = self._open.get(key)
        of = document.text if document else stamp_of(path)
        if of is None:
            return None
        made = self._outlines.get(key)
        if made is None or made.of != of:
            text = self._text(path, document)
            language = document.language if document else language_of(path)
            tree = parse(text, language) if text is not None and language else None
            made = _OutlineEntry(of, outline(tree) if tree else None)
        with self._lock:
            self._outlines[key] = made
            stamp = None if isinstance(of, str) else of
            if stamp is None or self._index.stamp(key) != stamp:
                self._define(path, stamp, names_in(made.outline))
        return made.outline

    def _define(self, path: Path, stamp: Stamp | None, names: FileNames) -> None:
        """Set what the index has of a file. To be called with the lock."""
        key = _key(path)
        if _outlined(path) and (key in self._index or len(self._index) < FILES):
            imported = [name for each in names.imports for name in last_names(each, key)]
            self._index.define(key, stamp, names.defined, imported)
            self._words.learn(key, names.words)


@dataclass(frozen=True)
class _IndexedFiles:
    """The `ModuleFiles` of this folder: also a file that nobody has told of yet, by its exact name."""

    index: FileIndex
    lock: threading.RLock
    text: Callable[[Path], str | None]
    shared: Callable[[Path], Path | None]

    def __contains__(self, file: str, /) -> bool:
        with self.lock:
            if file in self.index:
                return True
        return stamp_of(file) is not None

    def has_folder(self, folder: str, /) -> bool:
        return os.path.isdir(folder) or bool(self.inside(folder))

    def ending(self, tail: str, /) -> Sequence[str]:
        with self.lock:
            return self.index.ending(tail)

    def inside(self, folder: str, /) -> Sequence[str]:
        with self.lock:
            return self.index.inside(folder)

    def folders_ending(self, tail: str, /) -> Sequence[str]:
        with self.lock:
            return self.index.folders_ending(tail)

    def linked(self, folder: str, /) -> str | None:
        found = self.shared(Path(folder)) if os.path.islink(folder) else None
        return _key(found) if found is not None else None

    def read(self, file: str, /) -> str | None:
        path = Path(file)
        return self.text(path) if stamp_of(path) else None


def _unpickled(known: bytes | None) -> tuple[FileIndex, ProjectWords, set[Path], int]:
    """Return the tables of the files and of their words, the folders that were listed, and how many entries they
    had."""
    return pickle.loads(known) if known is not None else (FileIndex(), ProjectWords(), set[Path](), 0)


def _key(path: Path) -> str:
    return os.path.abspath(path).replace(os.sep, "/")


def _outlined(path: Path) -> str | None:
    """Return the language of a file that can define something, by its name; None for others."""
    syntax = LANGUAGES.get(language_of(path) or "")
    return syntax.id if syntax and syntax.definitions else None

"""A workspace folder as a `Project`: tables of its files, which a thread in the background fills."""

from __future__ import annotations

import os
import pickle
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
from breadknife.project.indexed_files import IndexedFiles, path_key
from breadknife.project.modules import last_names, names_of, related, resolve
from breadknife.project.names import FileDigests, FileNames, FileNamesCache, HashedText, names_in
from breadknife.project.values import LocatedDefinition, RecentEdit
from breadknife.project.words import ProjectWords, is_spoken
from breadknife.text.document import Document, language_of
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import Import, Outline, outline
from breadknife.text.syntax import parse

FILES, ENTRIES = 20_000, 200_000
"""The most files of code that the tables have, and the most entries of folders that are listed to find them."""
OUTLINES = 200
"""The most outlines in memory; the others are made anew when they are asked for."""
IMPORTING = 64
"""The most files that `importers` looks into."""
DEFINING = 8
"""The most files that `defining` looks into: a name that more files define says little."""


@dataclass(frozen=True)
class _OutlineEntry:
    """An outline, and what it was made of."""

    source: Stamp | str
    """The state of the file, or the text of the document in the editor."""
    outline: Outline | None
    """None if the text has no grammar."""


class FolderProject:
    """See `breadknife.project.values.Project`.

    `opened` are the folder's documents that the editor has open. `known` is what `known()` of another process has
    returned for this folder: then nothing is listed again.
    """

    def __init__(self, root: Path, opened: Iterable[Document] = (), known: bytes | None = None) -> None:
        self.root = Path(os.path.abspath(root))
        self.generation = 0
        self._files = FolderFiles(self.root)
        self._names, self._digests = FileNamesCache(), FileDigests()
        self._index, self._words, self._listed, self._entries = _unpickled(known)
        self._edits = RecentEdits()
        self._outlines = LruCache[str, _OutlineEntry](OUTLINES)
        self._open = {path_key(path): document for document in opened if (path := document.path)}
        self._revisions = Counter[str]()
        self._allowed = set[Path]()
        """Paths that a listing has found to be allowed, and that the thread hasn't looked at yet."""
        self._lock = threading.RLock()
        self._module_files = IndexedFiles(self._index, self._lock, self.text, self._files.shared)
        self._background = IndexingThread(self._lock, self._look)
        with self._lock:
            for document in self._open.values():
                self._look_soon(document.path)
            if known is None:
                self._background.list_soon(self.root)

    def known(self) -> bytes:
        """Return what the thread has read, for a `FolderProject` of the same folder in another process of ours."""
        with self._lock:
            return pickle.dumps((self._index, self._words, self._listed, self._entries), pickle.HIGHEST_PROTOCOL)

    # --- queries: see `Project` -------------------------------------------------------------------------------------

    def may_read(self, path: Path, /) -> bool:
        return self._files.may_read(path)

    def text(self, path: Path, /) -> str | None:
        shared = self._files.shared(path)
        if shared is None:
            return None
        document = self._open.get(path_key(shared)) or self._open.get(path_key(path))
        return self._text(shared, document)

    def revision(self, path: Path, /) -> int:
        return self._revisions[path_key(path)]

    def unsaved(self) -> Sequence[Document]:
        with self._lock:
            opened = list(self._open.values())
        return [
            document
            for document in opened
            if (path := document.path) is not None
            and (shared := self._files.shared(path)) is not None
            and read_text(shared, self.root) != document.text
        ]

    def outline(self, path: Path, /) -> Outline | None:
        shared = self._files.shared(path)
        return self._outline(shared) if shared else None

    def defining(self, name: str, language: str, /) -> Sequence[LocatedDefinition]:
        languages = related(language)
        with self._lock:
            files = [Path(file) for file in self._index.defining(name)]
        located: list[LocatedDefinition] = []
        for file in [file for file in files if _code_language(file) in languages][:DEFINING]:
            outline = self.outline(file)
            definitions = outline.definitions if outline else ()
            in_file = [LocatedDefinition(file, definition) for definition in definitions if definition.name == name]
            located += in_file
            if not in_file:  # the file has changed, and no client has said so
                with self._lock:
                    self._look_soon(file)
        return located

    def module(self, imported: Import, document: Document, /) -> Sequence[Path]:
        here = document.path
        if here is None:
            return ()
        files = resolve(imported, path_key(here), document.language, path_key(self.root), self._module_files)
        with self._lock:
            indexed = {file for file in files if file in self._index}  # may be read, or they wouldn't be in the index
        return [Path(file) for file in files if file in indexed or self._files.shared(Path(file))]

    def importers(self, path: Path, /) -> Sequence[Path]:
        file = path_key(path)
        with self._lock:
            candidates = {importer for name in names_of(file) for importer in self._index.importing(name)} - {file}
        nearest = sorted(candidates, key=lambda other: (-len(commonpath((other, file))), other))[:IMPORTING]
        return [Path(other) for other in nearest if self._imports(Path(other), path)]

    def ways_to_import(self, name: str, path: Path, /) -> Sequence[Import]:
        file = path_key(path)
        with self._lock:
            others = {other for other in self._index.importing(name) if Path(other).suffix == path.suffix} - {file}
        nearest = sorted(others, key=lambda other: (-len(commonpath((other, file))), other))[:IMPORTING]
        outlines = (self.outline(Path(other)) for other in nearest)
        imports = (each for outline in outlines if outline for each in outline.imports)
        return [each for each in imports if name in each.bound]

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
        """Tell whether the file at `path` imports `other`."""
        outline, language = self.outline(path), language_of(path)
        if outline is None or language is None:
            return False
        document, names = Document(path.as_uri(), language, ""), {*names_of(path_key(other))}
        return any(
            path_key(other) in map(path_key, self.module(each, document))
            for each in outline.imports
            if names.intersection(last_names(each, path_key(path)))
        )

    def _text(self, path: Path, document: Document | None) -> str | None:
        """Return the text of a file that may be read, or that of its document, if it is open; None as `read_text`, and
        for a document that is too large."""
        if document is None:
            return read_text(path, self.root)
        return document.text if len(document.text) <= LARGEST else None

    def _hashed_text(self, path: Path, document: Document | None) -> HashedText | None:
        """Return what `_text` does; a file that is known isn't read for it."""
        if document is None:
            return self._digests.text(path, lambda: read_text(path, self.root))
        text = self._text(path, document)
        return HashedText.of(text) if text is not None else None

    # --- reports of changes -----------------------------------------------------------------------------------------

    def changed(self, document: Document) -> None:
        """Note that the editor has opened a document, or changed its text."""
        path = document.path
        if path is None:
            return
        key = path_key(path)
        with self._lock:
            before = self._open.get(key)
            self._open[key] = document
            if before is None:
                self._look_soon(path)
            elif before.text != document.text:
                self._background.look_when_rested(path)
            if before is None or before.text != document.text:
                self.generation += 1
                self._revisions[path_key(path)] += 1
        if before is not None and self._files.shared(path):
            self._edits.changed(key, before.text, document.text, time.monotonic())

    def closed(self, path: Path) -> None:
        """Note that the editor has closed a document: the file on disk counts again."""
        with self._lock:
            if self._open.pop(path_key(path), None) is not None:
                self._background.forget_edit(path)
                self._look_soon(path)
                self.generation += 1
                self._revisions[path_key(path)] += 1

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Note that files or folders were made, changed or removed."""
        with self._lock:
            self.generation += 1
            for path in paths:
                if path.name in (GITIGNORE, OWN):
                    self._list_anew(path.parent)
                else:
                    self._look_soon(path)
            if self._background.files > 2 * FILES:  # a listing leaves fewer, so listing all anew is less work
                self._background.forget_files()
                self._list_anew(self.root)

    def idle(self, seconds: float, /) -> bool:
        """See `Project`."""
        return self._background.idle(seconds)

    def close(self) -> None:
        self._background.close()

    # --- the thread in the background ---------------------------------------------------------------------------------

    def _look_soon(self, path: Path | None) -> None:
        if path is not None:
            self._background.look_soon(Path(os.path.abspath(path)))

    def _list_anew(self, folder: Path) -> None:
        """Forget all of a folder, and list it again: its ignore file has changed. To be called with the lock."""
        for file in self._index.below(path_key(folder)):
            self._index.remove(file)
            self._words.forget(file)
        for file in self._words.below(path_key(folder)):
            self._words.forget(file)
        self._listed = {each for each in self._listed if not each.is_relative_to(folder)}
        self._entries = 0
        self._allowed.clear()
        self._background.list_soon(folder)
        for document in self._open.values():  # one may not be on disk yet
            self._look_soon(document.path)

    def _look(self, path: Path) -> None:
        """List a folder, or read what the tables need of a file. The thread calls this, without the lock."""
        is_allowed = path == self.root or (path in self._allowed and not path.is_symlink())
        self._allowed.discard(path)
        if path.is_dir() and (path == self.root or not path.is_symlink()):
            if is_allowed or self._files.shared(path, is_folder=True):
                self._list(path)
            return
        key = path_key(path)
        shared = path if is_allowed else self._files.shared(path)
        document = self._open.get(key)
        stamp = None if document else stamp_of(path)
        # A link isn't read: `shared` is what it leads to, which has a key of its own.
        if shared is None or path_key(shared) != key or (document is None and stamp is None):
            self._remove(path)
        elif is_spoken(path):
            if document or self._words.stamp(key) != stamp:
                self._learn_words(path, document, stamp)
        elif document:
            self._outline(path)
        elif self._index.stamp(key) != stamp:
            text, language = self._hashed_text(path, None), language_of(path)
            names = self._names.of(text, language) if text is not None and language else FileNames()
            with self._lock:
                self._define(path, stamp, names)

    def _learn_words(self, path: Path, document: Document | None, stamp: Stamp | None) -> None:
        """Learn the words of a document or list that may be read. `stamp` is None if it is open in the editor."""
        language = document.language if document else language_of(path)
        words = self._names.words_of(path, language, self._hashed_text(path, document) or HashedText.of(""))
        with self._lock:
            self._words.add(path_key(path))
            self._words.learn(path_key(path), words, stamp)

    def _remove(self, path: Path) -> None:
        """Forget a file, or all of a folder, that is gone or may not be read."""
        key = path_key(path)
        with self._lock:
            gone = [key]
            if path in self._listed:  # it was a folder
                gone += (file for file in self._index.below(key) if file not in self._open)
                gone += (file for file in self._words.below(key) if file not in self._open)
                self._listed = {folder for folder in self._listed if not folder.is_relative_to(path)}
            for file in gone:
                self._index.remove(file)
                self._outlines.pop(file)
                self._words.forget(file)

    def _list(self, folder: Path) -> None:
        """Have the thread look at what is in a folder that may be read, unless it was listed already or too many
        entries were."""
        with self._lock:
            if folder in self._listed or self._entries >= ENTRIES:
                return
            self._listed.add(folder)
        if folder == self.root:
            committers = of_committers(folder)
            with self._lock:
                self._words.learn(path_key(folder / ".git"), committers)
        for path, is_folder in self._files.entries(folder):
            with self._lock:
                self._entries += 1
                if is_folder:
                    self._background.list_soon(path)
                elif _code_language(path) and len(self._index) < FILES:
                    self._index.add(path_key(path))
                    self._background.look_soon(path)
                elif is_spoken(path) and self._words.add(path_key(path)):
                    self._background.look_soon(path)
                else:
                    continue
                self._allowed.add(path)

    def _outline(self, path: Path) -> Outline | None:
        """Return the outline of a file that may be read, and put its names into the tables; None if there is no such
        file or it has no grammar."""
        key = path_key(path)
        document = self._open.get(key)
        source = document.text if document else stamp_of(path)
        if source is None:
            return None
        entry = self._outlines.get(key)
        if entry is None or entry.source != source:
            text = self._text(path, document)
            language = document.language if document else language_of(path)
            tree = parse(text, language) if text is not None and language else None
            entry = _OutlineEntry(source, outline(tree) if tree else None)
        with self._lock:
            self._outlines[key] = entry
            stamp = None if isinstance(source, str) else source
            if stamp is None or self._index.stamp(key) != stamp:
                self._define(path, stamp, names_in(entry.outline))
        return entry.outline

    def _define(self, path: Path, stamp: Stamp | None, names: FileNames) -> None:
        """Put the names of a file into the tables, if it is code and there is room. `stamp` is None if they come from
        an editor's text. To be called with the lock."""
        key = path_key(path)
        if _code_language(path) and (key in self._index or len(self._index) < FILES):
            imported = [name for import_ in names.imports for name in last_names(import_, key)]
            self._index.define(key, stamp, names.defined, imported)
            self._words.learn(key, names.words)


def _unpickled(known: bytes | None) -> tuple[FileIndex, ProjectWords, set[Path], int]:
    """Return what `known()` has pickled, or empty tables: the index of the files, their words, the folders that were
    listed, and how many entries these had."""
    return pickle.loads(known) if known is not None else (FileIndex(), ProjectWords(), set[Path](), 0)


def _code_language(path: Path) -> str | None:
    """Return the language of a file by its name, if texts in it can define names; otherwise None."""
    syntax = LANGUAGES.get(language_of(path) or "")
    return syntax.id if syntax and syntax.definitions else None

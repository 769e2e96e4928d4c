"""The names of texts of code, and the words of documents. They are kept on disk, so that a folder is read once."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from breadknife import paths, text
from breadknife.disk_cache import DiskCache, TypedDiskCache, code_of
from breadknife.project.words import FileWords, is_spoken, of_code, of_file
from breadknife.text.document import language_of
from breadknife.text.outline import Import, Outline, outline
from breadknife.text.syntax import grammar_version, parse

_FILE, _DIGESTS = "names.sqlite", "digests.sqlite"
_MOST = 50_000
"""The most texts that are kept, in about 100 MB."""
_MOST_FILES = 100_000
"""The most files of which is kept what they have, in about 10 MB."""
_RESTED_S = 60.0
"""Seconds since a file's last change, after which the next one is certain to show in its times. A clone of CI, whose
files are all new, isn't noted either: nobody would look it up."""


@dataclass(frozen=True)
class FileNames:
    """What the tables of a folder need of one file, in a form that the disk cache can write."""

    defined: tuple[str, ...] = ()
    imported: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """`Import.module` and `Import.names` of each import."""
    used: frozenset[str] = frozenset()
    """The words of all identifiers and imports, see `words.of_code`."""

    @property
    def imports(self) -> tuple[Import, ...]:
        return tuple(Import(module, names) for module, names in self.imported)

    @property
    def words(self) -> FileWords:
        return FileWords(self.used)


def names_in(file_outline: Outline | None) -> FileNames:
    """Return the names of a file with this outline; none if it has no outline."""
    if file_outline is None:
        return FileNames()
    defined = tuple(sorted({definition.name for definition in file_outline.definitions}))
    imported = tuple((imported.module, imported.names) for imported in file_outline.imports)
    return FileNames(defined, imported, of_code(file_outline).names)


@dataclass(frozen=True)
class HashedText:
    """A text that need not be read to find what is kept of it."""

    digest: bytes
    read: Callable[[], str | None]
    """Raises LookupError where the text is gone for good."""

    @classmethod
    def of(cls, text: str) -> HashedText:
        return cls(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), lambda: text)

    def again(self) -> HashedText:
        """Return the text that is there now: what is kept of a text must be of just that one."""
        return HashedText.of(self.read() or "")


class FileDigests:
    """What files have in them, in the user's cache folder: one that stays the same isn't read again.

    A file is the same if its path, number, size and times are. `clock` returns seconds as `time.time` does.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.store = DiskCache(paths.answers_dir() / _DIGESTS, most=_MOST_FILES)

    def text(self, path: Path, read: Callable[[], str | None]) -> HashedText | None:
        """Return the text of a file, which `read` returns; None if that returns None."""
        state = self.state(path)
        digest = self.digest(state)
        if digest is not None:
            return HashedText(digest, read)
        text = read()
        if text is None:
            return None
        hashed = HashedText.of(text)
        self.keep(state, hashed.digest)
        return hashed

    def digest(self, state: bytes | None) -> bytes | None:
        """Return the digest of the text of a file with this state, if it was kept."""
        return self.store.get(state) if state else None

    def keep(self, state: bytes | None, digest: bytes) -> None:
        """Keep the digest of the text that was read after the file had this state."""
        if state:
            self.store.put(state, digest)

    def state(self, path: Path) -> bytes | None:
        """Return a digest of the state of a file; None if it has changed lately, or isn't there."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        if self._clock() - max(status.st_mtime, status.st_ctime) < _RESTED_S:
            return None
        times = status.st_mtime_ns, status.st_ctime_ns
        state = os.fsencode(path), _code(), status.st_dev, status.st_ino, status.st_size, *times
        return hashlib.sha256(repr(state).encode()).digest()[:16]


class FileNamesCache:
    """The names of code and the words of documents, in the user's cache folder, for all processes."""

    def __init__(self) -> None:
        store = DiskCache(paths.answers_dir() / _FILE, most=_MOST)
        self._names = TypedDiskCache[tuple[str, str, bytes], FileNames](store, _code(), FileNames)
        self._words = TypedDiskCache[tuple[str, str, str, bytes], FileWords](store, f"words {_code()}", FileWords)

    def of(self, text: HashedText, language: str) -> FileNames:
        """Return the names of a text, from the cache or by parsing it. `language` is the LSP's id."""
        about = language, grammar_version(language)
        answer = self._names.get((*about, text.digest))
        if answer is None:
            now = text.again()
            tree = parse(now.read() or "", language)
            answer = (names_in(outline(tree) if tree is not None else None),)
            self._names.put((*about, now.digest), answer)
        [names] = answer
        return names

    def words_of(self, path: Path, language: str | None, text: HashedText) -> FileWords:
        """Return the words of a document or list, see `words.of_file`, from the cache or by reading it."""
        about = path.name, language or "", grammar_version(language) if language else ""
        answer = self._words.get((*about, text.digest))
        if answer is None:
            now = text.again()
            answer = (of_file(path, language, now.read() or ""),)
            self._words.put((*about, now.digest), answer)
        [words] = answer
        return words

    def words_in(self, path: Path, text: HashedText | None) -> FileWords:
        """Return the words that a project learns of a file. Raises LookupError."""
        language = language_of(path)
        if text is None or not (language or is_spoken(path)):
            return FileWords()
        return self.words_of(path, language, text) if is_spoken(path) else self.of(text, language or "").words


def _code() -> str:
    return code_of(Path(text.__path__[0]), Path(__file__).parent)

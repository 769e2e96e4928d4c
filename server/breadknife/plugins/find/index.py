"""The entries of a workspace folder's files, read anew where a file has changed, and ranked by words."""

from __future__ import annotations

import heapq
import math
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path

from breadknife import paths, text
from breadknife.cancel import CancelToken
from breadknife.disk_cache import DiskCache, TypedDiskCache, code_of
from breadknife.plugins.find.entries import FileEntry, entries_of
from breadknife.plugins.find.words import words_of
from breadknife.project.files import FolderFiles, read_text, stamp_of
from breadknife.project.index import Stamp
from breadknife.project.names import FileDigests, HashedText
from breadknife.text.document import language_of
from breadknife.text.syntax import grammar_version

FILES, FOLDERS = 20_000, 20_000
"""The most files that are read, and the most folders that are listed to find them."""
_FILE, _MOST = "find.sqlite", 50_000
"""The cache of files' entries, and the most texts that it has."""
_SATURATION, _LENGTH = 3.0, 0.5
"""`k1` and `b` of Okapi BM25, chosen on the train part of `bench/find/code.py`, as are the next two."""
_PATH = 1
"""What a word of a file's path counts."""
_REST = 0.5
"""The share of its score that is left to what stands in no function, class or section."""
_TEST = 0.6
"""The share of its score that a test keeps if the question isn't about tests."""


@dataclass(frozen=True)
class LocatedEntry:
    """An entry and its file."""

    path: Path
    entry: FileEntry
    is_test: bool


@dataclass(frozen=True)
class _IndexedFile:
    stamp: Stamp
    entries: tuple[LocatedEntry, ...]
    path_words: tuple[str, ...]
    length: float
    """The sum of all counts of its entries."""


@dataclass(frozen=True)
class _NewFile:
    """A file whose entries aren't known."""

    path: Path
    stamp: Stamp
    read: Callable[[], str | None]


class WorkspaceIndex:
    """The entries of the folder `root`. Ignored files, and such as may hold secrets, have none. `clock` returns seconds
    as `time.monotonic` does. Safe to use from several threads."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.root = Path(os.path.realpath(root))
        self._clock = clock
        self._files: dict[Path, _IndexedFile] = {}
        self._unread = 0
        code = code_of(Path(text.__path__[0]), Path(__file__).parent)
        self._cache = TypedDiskCache[tuple[str, str, bytes], FileEntry](
            DiskCache(paths.answers_dir() / _FILE, most=_MOST), code, FileEntry
        )
        self._digests = FileDigests()
        self._lock = threading.Lock()

    def refresh(self, cancel: CancelToken, words: Sequence[str] = (), seconds: float = math.inf) -> None:
        """Read what has changed, and forget what is gone.

        Files that were never read before come last, those first in whose texts the words are. After so many seconds the
        rest of them is left for the next time; one at least is read. Raises Cancelled; what was read until then is
        kept.
        """
        end = self._clock() + seconds
        with self._lock:
            seen, new = dict[Path, _IndexedFile](), list[_NewFile]()
            for path in _listed(self.root, cancel):
                stamp = stamp_of(path)
                if stamp is None:
                    continue
                known = self._files.get(path)
                if known is None or known.stamp != stamp:
                    cancel.raise_if_cancelled()
                    read = partial(read_text, path, self.root)
                    hashed = self._digests.text(path, read)
                    entries = self._cache.get(_question(path, hashed.digest)) if hashed else ()
                    if entries is None:
                        new.append(_NewFile(path, stamp, read))
                        continue
                    known = self._files[path] = self._located(path, stamp, entries)
                seen[path] = known
            self._unread = 0
            for number, file in enumerate(_most_promising_first(new, words)):
                cancel.raise_if_cancelled()
                if number and self._clock() > end:
                    self._unread = len(new) - number
                    break
                seen[file.path] = self._files[file.path] = self._located(file.path, file.stamp, self._entries(file))
            self._files = seen

    def _located(self, path: Path, stamp: Stamp, entries: Sequence[FileEntry]) -> _IndexedFile:
        relative = path.relative_to(self.root).as_posix()
        is_test = "test" in words_of(relative)
        located = tuple(LocatedEntry(path, entry, is_test or "test" in words_of(entry.name)[:1]) for entry in entries)
        path_words = tuple(words_of(relative))
        length = sum(sum(entry.counts.values()) for entry in entries) + _PATH * len(path_words) * len(entries)
        return _IndexedFile(stamp, located, path_words, length)

    def _entries(self, file: _NewFile) -> tuple[FileEntry, ...]:
        """Return the entries of a text that isn't in the cache, and put them there."""
        source = file.read() or ""
        entries = entries_of(source, language_of(file.path) or "")
        self._cache.put(_question(file.path, HashedText.of(source).digest), entries)
        return entries

    @property
    def unread(self) -> int:
        """The number of files that were left for the next time."""
        return self._unread

    @property
    def entries(self) -> list[LocatedEntry]:
        with self._lock:
            return [located for file in self._files.values() for located in file.entries]

    @property
    def counts(self) -> tuple[int, int]:
        """The numbers of entries and files."""
        with self._lock:
            return sum(len(file.entries) for file in self._files.values()), len(self._files)

    def best(self, words: Sequence[str], keep: int) -> list[tuple[float, LocatedEntry]]:
        """Return the entries that have the words, with their scores (BM25 over weighted counts), best first."""
        with self._lock:
            files = list(self._files.values())
        number = sum(len(file.entries) for file in files)
        mean = sum(file.length for file in files) / number if number else 1.0
        found = list[tuple[LocatedEntry, dict[str, float], float]]()
        having = Counter[str]()
        for file in files:
            path_counts = {word: _PATH * file.path_words.count(word) for word in words if word in file.path_words}
            for located in file.entries:
                counts = located.entry.counts
                own: dict[str, float] = {word: counts[word] for word in words if word in counts}
                having.update(own.keys())
                if own or path_counts:
                    for word, count in path_counts.items():
                        own[word] = own.get(word, 0) + count
                    found.append((located, own, sum(counts.values()) / mean))
        weights = {word: log(1 + (number - having[word] + 0.5) / (having[word] + 0.5)) for word in words}
        is_about_tests = "test" in words
        scored = list[tuple[float, int, LocatedEntry]]()
        for order, (located, own, length) in enumerate(found):
            norm = _SATURATION * (1 - _LENGTH + _LENGTH * length)
            score = sum(weights[word] * count * (_SATURATION + 1) / (count + norm) for word, count in own.items())
            score *= _TEST if located.is_test and not is_about_tests else 1.0
            score *= _REST if located.entry.kind == "file" else 1.0
            scored.append((score, -order, located))
        return [(score, located) for score, _, located in heapq.nlargest(keep, scored, key=lambda each: each[:2])]


def _question(path: Path, digest: bytes) -> tuple[str, str, bytes]:
    language = language_of(path) or ""
    return language, grammar_version(language), digest


def _most_promising_first(files: Sequence[_NewFile], words: Sequence[str]) -> Sequence[_NewFile]:
    """Return files by the words in their texts: each word counts once, and the more the fewer files have it."""
    if not words or len(files) < 2:
        return files
    having = list[frozenset[str]]()
    for file in files:
        said = f"{file.path.name}\n{file.read() or ''}".lower()
        having.append(frozenset(word for word in words if word.removesuffix("y") in said))
    counts = Counter(word for found in having for word in found)
    promise = [sum(1 / counts[word] for word in found) for found in having]
    return [files[at] for at in sorted(range(len(files)), key=lambda at: -promise[at])]


def _listed(root: Path, cancel: CancelToken) -> Iterator[Path]:
    """Yield the files of a folder that may be read and have a language, nearest to the root first."""
    files, waiting, count = FolderFiles(root), [root], 0
    for listed in range(FOLDERS):
        if listed >= len(waiting) or count >= FILES:
            return
        cancel.raise_if_cancelled()
        for path, is_folder in files.entries(waiting[listed]):
            if is_folder:
                waiting.append(path)
            elif language_of(path) is not None and count < FILES:
                count += 1
                yield path

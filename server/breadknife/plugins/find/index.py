"""The entries of a workspace folder's files, read anew where a file has changed, and ranked by words."""

from __future__ import annotations

import heapq
import math
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log
from pathlib import Path

from breadknife import paths, text
from breadknife.cancel import CancelToken
from breadknife.disk_cache import DiskCache, TypedDiskCache, code_of
from breadknife.plugins.find.entries import FileEntry, entries_of
from breadknife.plugins.find.words import words_of
from breadknife.project.files import FolderFiles, read_texts, stamp_of
from breadknife.project.index import Stamp
from breadknife.project.names import FileDigests, HashedText
from breadknife.text.document import language_of
from breadknife.text.syntax import grammar_version

FILES, FOLDERS = 20_000, 20_000
"""The most files that are read, and the most folders that are listed to find them."""
_FILE, _MOST = "find.sqlite", 50_000
"""The cache of files' entries, and the most texts that it has."""
_AT_ONCE = 64
"""Files that one thread is handed, and whose entries are written to the cache together."""
_TEXTS = 64 << 20
"""Characters of texts that are compared with a question before they are taken apart."""
_SATURATION, _LENGTH = 3.0, 0.5
"""`k1` and `b` of Okapi BM25, chosen on the train part of `bench/find/code.py`, as are the next two."""
_PATH = 1
"""What a word of a file's path counts."""
_REST = 0.5
"""The share of its score that is left to what stands in no function, class or section."""
_TEST = 0.6
"""The share of its score that a test keeps if the question isn't about tests."""
_GENERATED = 0.8
"""The share of its score that is left to what a program has written. On five repositories of Go in the train part, with
60 questions each, less moves nothing more that people have written, but hides what is asked of generated code."""


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
class _UnreadFile:
    """A file whose entries aren't in the cache, as far as is known without reading it."""

    path: Path
    stamp: Stamp
    state: bytes | None
    """See `FileDigests`."""


class WorkspaceIndex:
    """The entries of the folder `root`. Ignored files, and such as may hold secrets, have none. `clock` returns seconds
    as `time.monotonic` does. Safe to use from several threads."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.root = Path(os.path.realpath(root))
        self._clock = clock
        self._files: Mapping[Path, _IndexedFile] = {}
        self._unread: dict[Path, _UnreadFile] = {}
        code = code_of(Path(text.__path__[0]), Path(__file__).parent)
        self._store = DiskCache(paths.answers_dir() / _FILE, most=_MOST)
        self._cache = TypedDiskCache[tuple[str, str, bytes], FileEntry](self._store, code, FileEntry)
        self._digests = FileDigests()
        self._lock = threading.Lock()

    def refresh(
        self,
        cancel: CancelToken,
        words: Sequence[str] = (),
        seconds: float = math.inf,
        report: Callable[[int, int], None] = lambda read, files: None,
    ) -> None:
        """Find what has changed, forget what is gone, and read for so many seconds what isn't in the cache; one file at
        least.

        Half of the time, files are only read; then those in whose texts the words are come first. `report` is told how
        many of how many files are read. While another question has them read, this one waits for so many seconds, and
        then takes what there is. Raises Cancelled; what was read until then is kept.
        """
        if not self._lock.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
            return
        try:
            self._look(cancel)
            end = self._clock() + seconds
            left = seconds
            while self._unread and left >= 0:
                texts = list(self._texts(self._unread.values(), end - left / 2, cancel))
                self._read(_most_promising_first(texts, words), end, cancel, report)
                left = end - self._clock()
        finally:
            self._lock.release()

    def read_on(self) -> bool:
        """Read some of the files that are unread. Return whether there are more."""
        with self._lock:
            some = list(islice(self._unread.values(), _AT_ONCE // 4))
            texts = self._texts(some, math.inf, CancelToken())
            self._read(texts, math.inf, CancelToken(), lambda read, files: None)
            return bool(self._unread)

    def _look(self, cancel: CancelToken) -> None:
        """List the folder. Take over what is known of its files, here or in the cache; the others are unread. What has
        changed is found as it was until it is read: after a checkout of another branch, most of it is where it was."""
        seen, unread = dict[Path, _IndexedFile](), dict[Path, _UnreadFile]()
        with self._digests.store.together(), self._store.together():
            for path in _listed(self.root, cancel):
                stamp = stamp_of(path)
                if stamp is None:
                    continue
                known, file = self._files.get(path), self._unread.get(path)
                if known is None or known.stamp != stamp:
                    if file is None or file.stamp != stamp:
                        cancel.raise_if_cancelled()
                        file = _UnreadFile(path, stamp, self._digests.state(path))
                        digest = self._digests.digest(file.state)
                        entries = self._cache.get(_question(path, digest)) if digest else None
                        known = self._located(path, stamp, entries) if entries is not None else known
                    if known is None or known.stamp != stamp:
                        unread[path] = file
                if known is not None:
                    seen[path] = known
        self._files, self._unread = seen, unread

    def _texts(
        self, files: Iterable[_UnreadFile], end: float, cancel: CancelToken
    ) -> Iterator[tuple[_UnreadFile, str | None]]:
        """Yield files with their texts, until the time is over or the texts are large."""
        waiting, size = iter(list(files)), 0
        while some := list(islice(waiting, _AT_ONCE)):
            cancel.raise_if_cancelled()
            texts = read_texts([file.path for file in some], self.root)
            yield from zip(some, texts, strict=True)
            size += sum(len(each or "") for each in texts)
            if self._clock() > end or size > _TEXTS:
                return

    def _read(
        self,
        texts: Iterable[tuple[_UnreadFile, str | None]],
        end: float,
        cancel: CancelToken,
        report: Callable[[int, int], None],
    ) -> None:
        """Take texts apart until the time is over, and keep their entries, here and in the cache."""
        files, number = dict(self._files), len(self._files.keys() | self._unread.keys())
        found = list[tuple[_UnreadFile, bytes, Sequence[FileEntry]]]()
        try:
            for file, source in texts:
                cancel.raise_if_cancelled()
                if source is None:
                    entries: Sequence[FileEntry] = ()
                else:
                    digest = HashedText.of(source).digest
                    known = self._cache.get(_question(file.path, digest))  # it may be another's, or that of last week
                    entries = known if known is not None else entries_of(source, language_of(file.path) or "")
                    found.append((file, digest, entries))
                files[file.path] = self._located(file.path, file.stamp, entries)
                del self._unread[file.path]
                if len(found) == _AT_ONCE:
                    self._keep(found)
                    found.clear()
                    self._files = dict(files)  # another question may go through those before
                    report(number - len(self._unread), number)
                if self._clock() > end:
                    break
        finally:
            self._keep(found)
            self._files = files

    def _keep(self, found: Sequence[tuple[_UnreadFile, bytes, Sequence[FileEntry]]]) -> None:
        with self._digests.store.together(), self._store.together():
            for file, digest, entries in found:
                self._digests.keep(file.state, digest)
                self._cache.put(_question(file.path, digest), tuple(entries))

    def _located(self, path: Path, stamp: Stamp, entries: Sequence[FileEntry]) -> _IndexedFile:
        relative = path.relative_to(self.root).as_posix()
        is_test = "test" in words_of(relative)
        located = tuple(LocatedEntry(path, entry, is_test or "test" in words_of(entry.name)[:1]) for entry in entries)
        path_words = tuple(words_of(relative))
        length = sum(sum(entry.counts.values()) for entry in entries) + _PATH * len(path_words) * len(entries)
        return _IndexedFile(stamp, located, path_words, length)

    @property
    def unread(self) -> int:
        """The number of files that are new, or have changed, and were left for the next time."""
        return len(self._unread)

    @property
    def entries(self) -> list[LocatedEntry]:
        return [located for file in self._files.values() for located in file.entries]

    @property
    def counts(self) -> tuple[int, int]:
        """The numbers of entries and files."""
        files = self._files
        return sum(len(file.entries) for file in files.values()), len(files)

    def best(self, words: Sequence[str], keep: int) -> list[tuple[float, LocatedEntry]]:
        """Return the entries that have the words, with their scores (BM25 over weighted counts), best first."""
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
            score *= _GENERATED if located.entry.is_generated else 1.0
            score *= _REST if located.entry.kind == "file" else 1.0
            scored.append((score, -order, located))
        return [(score, located) for score, _, located in heapq.nlargest(keep, scored, key=lambda each: each[:2])]


def _question(path: Path, digest: bytes) -> tuple[str, str, bytes]:
    language = language_of(path) or ""
    return language, grammar_version(language), digest


def _most_promising_first(
    texts: Sequence[tuple[_UnreadFile, str | None]], words: Sequence[str]
) -> Sequence[tuple[_UnreadFile, str | None]]:
    """Return files by the words in their texts: each word counts once, and the more the fewer files have it."""
    having = list[frozenset[str]]()
    for file, source in texts:
        said = f"{file.path.name}\n{source or ''}".lower()
        having.append(frozenset(word for word in words if word.removesuffix("y") in said))
    counts = Counter(word for found in having for word in found)
    promise = [sum(1 / counts[word] for word in found) for found in having]
    return [texts[at] for at in sorted(range(len(texts)), key=lambda at: -promise[at])]


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

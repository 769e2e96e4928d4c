"""Keeps what plugins found in the files of a whole folder, until something changes on which it depends."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife import disk_cache, paths
from breadknife.host.host import Host
from breadknife.host.settings import Settings
from breadknife.project.files import read_text
from breadknife.project.names import FileDigests, HashedText
from breadknife.project.state import ProjectState, changed_words, state_of
from breadknife.task.values import Finding, Findings
from breadknife.text.document import Document, language_of

_LEAST = 50
"""The least files that must be checked in a folder: for fewer, to look at all others would take longer."""
_FILE, _MOST = "lint.sqlite", 50
"""The most folders of which something is kept. Each has one entry, of some 500 kB at most."""
_MOST_FINDINGS = 20_000
_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class _KeptFile:
    """What a plugin found in a file."""

    text: str
    """What tells the file's text from others."""
    kept_with: str
    """The settings, and what `Host.kept_with` returns, of the plugin and of those that it has asked."""
    asked: tuple[str, ...]
    """See `Consulted.plugins`."""
    findings: tuple[Finding, ...]
    read: bytes | None
    """The other files that these depend on, packed, by their numbers in the order of the state's paths. None if it may
    be any."""
    words: bytes | None
    """See `Consulted.words`: a number of each, packed."""
    seen: Mapping[str, str]
    """With `words`, in place of `read`: what was at each of the paths."""


_Kept = dict[str, _KeptFile]
"""By plugin and file."""


@dataclass(frozen=True)
class _KeptFolder:
    state: ProjectState
    found: _Kept


class KeptFindings:
    """The findings of those plugins that say on what these depend (`Plugin.kept_with`)."""

    def __init__(self, host: Host, *, all_fixes: bool) -> None:
        self._host = host
        self._all_fixes = all_fixes
        self._store = disk_cache.DiskCache(paths.answers_dir() / _FILE, most=_MOST)
        self._states = dict[Path, ProjectState]()
        self._numbers = dict[Path, Mapping[str, int]]()
        """Root -> the number of each of its files, see `_KeptFile.read`."""
        self._kept = dict[Path, _Kept]()
        self._asked = dict[tuple[str, Path, str, str], tuple[Settings, str | None]]()
        """Plugin, root, language and its settings as a text -> the settings, and what `Host.kept_with` has returned."""
        self._digests = FileDigests()
        self._read_roots = set[Path]()
        """Roots of which something was kept."""
        self._new = set[Path]()
        """Roots of which there is something to be written."""

    def load(self, root: Path, files: int) -> None:
        """Read what was found in a workspace folder as it is, of which so many files are checked."""
        state = state_of(root) if files >= _LEAST else None
        if state is not None:
            self._states[root] = state
            self._numbers[root] = {path: number for number, path in enumerate(sorted(state.files))}
            self._kept[root] = self._still_found(root, state)
            self._read_roots |= {root} if self._kept[root] else set()

    def has(self, root: Path) -> bool:
        """Tell whether something was kept of a workspace folder that is still so."""
        return root in self._read_roots

    def find(self, root: Path, document: Document, names: Iterable[str]) -> Mapping[str, tuple[Finding, ...]]:
        """Return for each of these plugins what it finds in a file, so far as that is kept. Of `document` only the text
        need not be there."""
        kept, found = self._kept.get(root, _Kept()), dict[str, tuple[Finding, ...]]()
        for name in names if kept else ():
            file = kept.get(f"{name} {document.uri}")
            if (
                file is not None
                and file.kept_with == self._kept_with((name, *file.asked), root, document)
                and file.text == self._text_at(root, document.path)
                and all(what == self._look_at(root, path) for path, what in file.seen.items())
            ):
                found[name] = file.findings
        return found

    def keep(self, root: Path, document: Document, checks: Mapping[str, Findings]) -> None:
        """Keep what plugins found in a file."""
        kept = self._kept.get(root)
        if kept is None or len(kept) > _MOST_FINDINGS:
            return
        text = self._state_text(root, document.path) or HashedText.of(document.text).digest.hex()
        for name, found in checks.items():
            consulted = found.consulted
            asked = tuple(sorted(consulted.plugins)) if consulted is not None else ()
            kept_with = self._kept_with((name, *asked), root, document)
            if kept_with is None or found.incomplete or found.unanswered:
                continue
            words, read, seen = None, None, dict[str, str]()
            if consulted is not None:
                words = msgspec.msgpack.encode(sorted(map(_number_of, consulted.words)))
                seen = {path: self._look_at(root, path) for path in consulted.paths}
            elif found.read is not None and None not in (of := [self._numbers[root].get(path) for path in found.read]):
                read = msgspec.msgpack.encode(of)
            kept[f"{name} {document.uri}"] = _KeptFile(text, kept_with, asked, found.items, read, words, seen)
            self._new.add(root)

    def save(self) -> None:
        """Write what is new, unless something has changed since: it may have been checked before or after that."""
        for root in self._new:
            state = self._states[root]
            if state_of(root) == state and all(
                self._host.kept_with(name, settings, root, language) == before
                for (name, of, language, _), (settings, before) in self._asked.items()
                if of == root
            ):
                with contextlib.suppress(UnicodeEncodeError):  # a file's name that is no text
                    packed = zlib.compress(msgspec.msgpack.encode(_KeptFolder(state, self._kept[root])), 1)
                    self._store.put(self._key(root), packed)

    def _still_found(self, root: Path, state: ProjectState) -> _Kept:
        """Return of what was found in a workspace folder all that doesn't depend on a file that has changed since."""
        packed = self._store.get(self._key(root))
        try:
            before = msgspec.msgpack.decode(zlib.decompress(packed), type=_KeptFolder) if packed is not None else None
        except (zlib.error, msgspec.DecodeError):
            before = None
        if before is None or before.state == state:
            return before.found if before is not None else {}
        changed, words = state.changed(before.state), changed_words(state, before.state, root)
        files, keys = {self._numbers[root][path] for path in changed or ()}, set(map(_number_of, words or ()))

        def holds(file: _KeptFile) -> bool:
            if file.words is not None:
                return words is not None and keys.isdisjoint(_unpacked(file.words))
            if not changed:
                return changed is not None
            return file.read is not None and files.isdisjoint(_unpacked(file.read))

        return {about: file for about, file in before.found.items() if holds(file)}

    def _key(self, root: Path) -> bytes:
        about = disk_cache.code_of(_PACKAGE), sys.version_info[:3], os.path.abspath(root), self._all_fixes
        return hashlib.sha256(repr(about).encode("utf-8", "surrogatepass")).digest()[:16]

    def _kept_with(self, plugins: Iterable[str], root: Path, document: Document) -> str | None:
        """Return with what the first plugin's findings are kept, if it has asked the others; None if they aren't."""
        settings, found = self._host.settings_for(document, root), list[tuple[str, str | None]]()
        for name in plugins:
            own = repr((settings.plugins.get(name), sorted(settings.severities.get(name, {}).items()), settings.models))
            about = name, root, document.language, own
            if about not in self._asked:
                self._asked[about] = settings, self._host.kept_with(name, settings, root, document.language)
            found.append((own, self._asked[about][1]))
        return repr(found) if found[0][1] is not None else None

    def _state_text(self, root: Path, path: Path | None) -> str:
        """Return what the folder's state has of a file; empty if it isn't there: git ignores it, it may hold secrets,
        or it is of another kind."""
        state = self._states[root]
        return state.files.get(str(path)) or state.spoken.get(str(path), "")

    def _text_at(self, root: Path, path: Path | None) -> str:
        """Return what tells a file's text from others; empty where there is none."""
        known = self._state_text(root, path)
        text = self._digests.text(path, lambda: read_text(path, root)) if path is not None and not known else None
        return text.digest.hex() if text is not None else known

    def _look_at(self, root: Path, path: str) -> str:
        """Return what is at a path: the text of a document, or only whether there is anything."""
        if not os.path.exists(path):
            return ""
        return (self._text_at(root, Path(path)) if language_of(Path(path)) is not None else "") or "there"


def _number_of(word: str) -> int:
    """Return a number for a word. If another word has the same one, only more is checked again than has to be."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _unpacked(numbers: bytes) -> list[int]:
    return msgspec.msgpack.decode(numbers, type=list[int])

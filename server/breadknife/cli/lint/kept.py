"""Keeps what plugins found in the files of a whole folder, until a file changes that they have read for it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breadknife import disk_cache, paths
from breadknife.host.plugins.registry import may_be_kept
from breadknife.host.settings import Settings
from breadknife.project.files import read_text
from breadknife.project.names import FileDigests, HashedText
from breadknife.project.state import ProjectState, state_of
from breadknife.task.plugin import Plugin
from breadknife.task.values import CheckRequest, Finding
from breadknife.text.document import Document

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
    """The digest of the file's text; empty if the folder's state has it."""
    asked_with: str
    """The settings."""
    findings: tuple[Finding, ...]
    read: bytes | None
    """The other files that these depend on, packed, by their numbers in the order of the state's paths. None if it may
    be any."""


_Kept = dict[str, _KeptFile]
"""By plugin and file."""


@dataclass(frozen=True)
class _KeptFolder:
    state: ProjectState
    found: _Kept


class KeptFindings:
    """The findings of those plugins that say of themselves that the folder's files decide them (`may_be_kept`)."""

    def __init__(self, plugins: Iterable[Plugin], *, all_fixes: bool) -> None:
        self._plugins = {plugin.name: plugin for plugin in plugins}
        self._all_fixes = all_fixes
        self._store = disk_cache.DiskCache(paths.answers_dir() / _FILE, most=_MOST)
        self._states = dict[Path, ProjectState]()
        self._numbers = dict[Path, Mapping[str, int]]()
        """Root -> the number of each of its files, see `_KeptFile.read`."""
        self._kept = dict[Path, _Kept]()
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

    def find(
        self, root: Path, document: Document, names: Iterable[str], settings: Settings
    ) -> Mapping[str, Sequence[Finding]]:
        """Return for each of these plugins what it finds in a file, so far as that is kept. Of `document` only the text
        need not be there."""
        kept, found = self._kept.get(root, _Kept()), dict[str, Sequence[Finding]]()
        for name in names if kept else ():
            file = kept.get(f"{name} {document.uri}")
            if file is None or file.asked_with != self._asked_with(name, document, settings):
                continue
            if not file.text or file.text == self._text_now(root, document):
                found[name] = file.findings
        return found

    def keep(
        self, root: Path, document: Document, name: str, settings: Settings, found: Iterable[Finding],
        read: Collection[str] | None,
    ) -> None:  # fmt: skip
        """Keep what a plugin found in a file, of all that was found in it. `read`: see `Findings.read`."""
        kept = self._kept.get(root)
        asked_with = self._asked_with(name, document, settings) if kept is not None else ""
        if kept is None or not asked_with or len(kept) > _MOST_FINDINGS:
            return
        text = "" if str(document.path) in self._states[root].files else HashedText.of(document.text).digest.hex()
        own = tuple(finding for finding in found if finding.source == name)
        numbers = [self._numbers[root].get(path) for path in read] if read is not None else [None]
        packed = msgspec.msgpack.encode(numbers) if None not in numbers else None
        kept[f"{name} {document.uri}"] = _KeptFile(text, asked_with, own, packed)
        self._new.add(root)

    def save(self) -> None:
        """Write what is new, unless a file has changed since: it may have been checked before or after that."""
        for root in self._new:
            state = self._states[root]
            if state_of(root) == state:
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
        changed = state.changed(before.state) if before is not None else None
        if before is None or changed is None:
            return {}
        if not changed:
            return before.found
        numbers, uris = {self._numbers[root][path] for path in changed}, {Path(path).as_uri() for path in changed}
        return {
            about: file
            for about, file in before.found.items()
            if about.partition(" ")[2] not in uris and file.read is not None
            if numbers.isdisjoint(msgspec.msgpack.decode(file.read, type=list[int]))
        }

    def _key(self, root: Path) -> bytes:
        about = disk_cache.code_of(_PACKAGE), sys.version_info[:3], os.path.abspath(root), self._all_fixes
        return hashlib.sha256(repr(about).encode("utf-8", "surrogatepass")).digest()[:16]

    def _asked_with(self, name: str, document: Document, settings: Settings) -> str:
        """Return what tells the settings of a plugin for a file from others; empty if its findings may not be kept."""
        plugin, own = self._plugins[name], settings.plugins[name]
        if document.language not in plugin.serves[CheckRequest] or not may_be_kept(plugin, own):
            return ""
        return repr((own, sorted(settings.severities.get(name, {}).items())))

    def _text_now(self, root: Path, document: Document) -> str:
        """Return the digest of a file's text, which isn't in the folder's state: git ignores it, or it may hold
        secrets."""
        path = document.path
        text = self._digests.text(path, lambda: read_text(path, root)) if path is not None else None
        return text.digest.hex() if text is not None else ""

"""Keeps what plugins found in the files of a whole folder, until one of its files changes."""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
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
"""A folder has some 100 kB of findings at most, and one entry for each of its states."""
_MOST_FINDINGS = 20_000
_PACKAGE = Path(__file__).parents[2]
_Kept = dict[str, tuple[str, str, tuple[Finding, ...]]]
"""Plugin and file -> the digest of the file's text, if the folder's state hasn't got it, the settings, and what was
found."""


class KeptFindings:
    """The findings of those plugins that say of themselves that the folder's files decide them (`may_be_kept`)."""

    def __init__(self, plugins: Iterable[Plugin], *, all_fixes: bool) -> None:
        self._plugins = {plugin.name: plugin for plugin in plugins}
        self._all_fixes = all_fixes
        self._store = disk_cache.DiskCache(paths.answers_dir() / _FILE, most=_MOST)
        self._states = dict[Path, ProjectState]()
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
            self._kept[root] = self._read(self._key(root, state))
            self._read_roots |= {root} if self._kept[root] else set()

    def has(self, root: Path) -> bool:
        """Tell whether something was kept of a workspace folder as it is."""
        return root in self._read_roots

    def find(
        self, root: Path, document: Document, names: Iterable[str], settings: Settings
    ) -> Mapping[str, Sequence[Finding]]:
        """Return for each of these plugins what it finds in a file, so far as that is kept. Of `document` only the text
        need not be there."""
        kept, found = self._kept.get(root, _Kept()), dict[str, Sequence[Finding]]()
        for name in names if kept else ():
            text, asked_with, findings = kept.get(f"{name} {document.uri}", ("", "", ()))
            is_same = asked_with != "" and asked_with == self._asked_with(name, document, settings)
            if is_same and (not text or text == self._text_now(root, document)):
                found[name] = findings
        return found

    def keep(
        self, root: Path, document: Document, names: Iterable[str], settings: Settings, found: Sequence[Finding]
    ) -> None:
        """Keep what plugins found in a file, of all that was found in it."""
        kept = self._kept.get(root)
        if kept is None or len(kept) > _MOST_FINDINGS:
            return
        text = "" if str(document.path) in self._states[root].files else HashedText.of(document.text).digest.hex()
        for name in names:
            if asked_with := self._asked_with(name, document, settings):
                own = tuple(finding for finding in found if finding.source == name)
                kept[f"{name} {document.uri}"] = text, asked_with, own
                self._new.add(root)

    def save(self) -> None:
        """Write what is new, unless a file has changed since: it may have been checked before or after that."""
        for root in self._new:
            state = state_of(root)
            if state is not None and state.digest == self._states[root].digest:
                packed = zlib.compress(msgspec.msgpack.encode(self._kept[root]), 1)
                self._store.put(self._key(root, state), packed)

    def _read(self, key: bytes) -> _Kept:
        packed = self._store.get(key)
        try:
            return msgspec.msgpack.decode(zlib.decompress(packed), type=_Kept) if packed is not None else {}
        except (zlib.error, msgspec.DecodeError):
            return {}

    def _key(self, root: Path, state: ProjectState) -> bytes:
        about = disk_cache.code_of(_PACKAGE), sys.version_info[:3], os.path.abspath(root), self._all_fixes, state.digest
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

"""What a change took out of the code of a whole repository, for its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from breadknife.errors import GitFailed
from breadknife.lru import LruCache
from breadknife.plugins.drift.claims.pages import FileChange, Gone, find_gone
from breadknife.plugins.drift.facts import read_facts
from breadknife.plugins.drift.history.base import LARGEST, Base, Bases
from breadknife.plugins.drift.values import SourceFacts
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

ReadText = Callable[[Path], str | None]
"""Returns a file's text as it is now, in the editor or on disk; None if it may not be read or isn't there."""
_CHANGES = 8
_FACTS = 256


class ChangeReader:
    """Reads what the changed files of a repository say, each version once. Safe to use from several threads."""

    def __init__(self, bases: Bases) -> None:
        self._bases = bases
        self._facts = LruCache[tuple[str, str], tuple[SourceFacts | None]](_FACTS)
        self._gone = LruCache[tuple[str, ...], dict[str, Gone]](_CHANGES)

    def gone(self, base: Base, read: ReadText) -> Mapping[str, Gone]:
        """Return what has left the code since the base. Nothing if git can't tell, or for a mass change."""
        try:
            changed = self._bases.changed(base)
            sources = changed.sources
            if not sources:
                return {}
            now = {path: read(base.repository.top / path) for path in sources}
            key = base.commit, *(f"{path}\n{_digest(text)}" for path, text in now.items())
            known = self._gone.get(key)
            if known is None:
                changes = [self._change(base, path, text) for path, text in now.items()]
                known = find_gone(changes, changed.moved, lambda names: base.using(names, sources))
                self._gone[key] = known
        except GitFailed:
            return {}
        return known

    def facts(self, text: str | None, language: str, name: str = "") -> SourceFacts | None:
        """Return what a text says; None if there is none, or it can't be parsed in time."""
        if text is None or len(text) > LARGEST:
            return None
        key = language, _digest(text)
        known = self._facts.get(key)
        if known is None:
            tree = parse(text, language)
            facts = read_facts(Document(f"file:///{name}", language, text), tree) if tree is not None else None
            known = self._facts[key] = (facts,)
        return known[0]

    def _change(self, base: Base, path: str, text: str | None) -> FileChange:
        language = language_of(Path(path)) or ""
        before = self._bases.text(base, path, language)
        return FileChange(path, self.facts(before, language, path), self.facts(text, language, path))


def _digest(text: str | None) -> str:
    return hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest() if text is not None else ""

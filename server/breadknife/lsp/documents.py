"""The open documents, kept up to date by the editor's notifications.

pygls has a store of its own, but it ends lines also at form feeds, U+2028 and the like, where LSP does not: each such
character would shift all positions below it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_span
from breadknife.text.document import Document, TextEdit, language_id

PAUSE_SECONDS = 1.0
"""A user who hasn't pressed a key for so long isn't typing."""
_MOST_TYPED = 40
"""Code points that a key, or a completion, puts in or takes out at once; more of them were pasted."""
_MOST_KEPT = 32
"""Some editors skip versions for good (Neovim's `changedtick` does): what they sent isn't kept for ever."""

_Change = tuple[int, Sequence[lsp.TextDocumentContentChangeEvent]]
"""A version, and what led to it."""


@dataclass(frozen=True)
class _Gap:
    """The changes that came since one was missing, and the document as it was before the missing one.

    Helix 25.01 sends each change in a task of its own, and the tasks overtake one another: version 6 may come before 2.
    """

    before: Document
    changes: list[_Change] = field(default_factory=list[_Change])

    def is_closed(self) -> bool:
        """Tell whether every version up to the newest has come, or too many were waited for."""
        newest = max(version for version, _ in self.changes)
        return len(self.changes) >= min(newest - (self.before.version or 0), _MOST_KEPT)


class Documents:
    """The newest version of each open document. From the event loop's thread."""

    def __init__(self, encoding: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`encoding` is the position encoding that was agreed on with the client."""
        self._clock = clock
        self._open: dict[str, Document] = {}
        self._gaps: dict[str, _Gap] = {}
        self._typed: dict[str, tuple[int, float]] = {}
        """By URI the offset at which a key was pressed last, and when, on the clock."""
        self.encoding = encoding

    def get(self, uri: str) -> Document | None:
        """Return the newest version, or None when the document isn't open (any more)."""
        return self._open.get(uri)

    def at(self, path: Path) -> Document | None:
        """Return the open document of that file, whichever way its URI is written."""
        return next((document for document in self._open.values() if document.path == path), None)

    def is_current(self, document: Document) -> bool:
        return self._open.get(document.uri) is document

    def typing(self, uri: str) -> tuple[int, float]:
        """Return the offset at which the user types, and for how many seconds more they are taken to do so: 0 if they
        aren't."""
        offset, pressed_at = self._typed.get(uri, (0, -math.inf))
        return offset, max(0.0, pressed_at + PAUSE_SECONDS - self._clock())

    def uris(self) -> list[str]:
        return list(self._open)

    def open(self, item: lsp.TextDocumentItem) -> Document:
        document = Document(item.uri, language_id(item.language_id), item.text, item.version)
        self._open[item.uri] = document
        self._gaps.pop(item.uri, None)
        self._typed.pop(item.uri, None)
        return document

    def change(
        self, identifier: lsp.VersionedTextDocumentIdentifier, changes: Sequence[lsp.TextDocumentContentChangeEvent]
    ) -> Document | None:
        """Return the document after the changes; None if it isn't open.

        A version that comes after a newer one is still made before it, where it belongs.
        """
        uri, version = identifier.uri, identifier.version
        document = self._open.get(uri)
        if document is None:
            return None
        gap = self._gaps.pop(uri, None) or _Gap(document)
        gap.changes.append((version, changes))
        is_late = (gap.before.version or 0) < version < (document.version or 0)
        if is_late:
            document = gap.before
            for number, its_changes in sorted(gap.changes, key=itemgetter(0)):
                document = self._after(document, number, its_changes)
        else:
            document = self._after(document, version, changes)
        if not gap.is_closed():
            self._gaps[uri] = gap
        self._open[uri] = document
        return document

    def _after(
        self, document: Document, version: int, changes: Iterable[lsp.TextDocumentContentChangeEvent]
    ) -> Document:
        """Return the document after one version's changes, and note where the user types."""
        for change in changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                edit = TextEdit(to_span(document, change.range, self.encoding), change.text)
                document = document.changed(edit, version)
                if len(edit.span) <= _MOST_TYPED and len(edit.new_text) <= _MOST_TYPED:
                    self._typed[document.uri] = edit.span.start + len(edit.new_text), self._clock()
            else:
                document = Document(document.uri, document.language, change.text, version)
        return document

    def close(self, uri: str) -> None:
        self._open.pop(uri, None)
        self._gaps.pop(uri, None)
        self._typed.pop(uri, None)

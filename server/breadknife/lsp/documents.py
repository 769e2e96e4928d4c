"""The open documents, kept up to date by the editor's notifications.

pygls has a store of its own, but it ends lines also at form feeds, U+2028 and the like, where LSP does not: each such
character would shift all positions below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_span
from breadknife.text.document import Document, TextEdit


class Documents:
    def __init__(self, encoding: str) -> None:
        self._open: dict[str, Document] = {}
        self.encoding = encoding

    def get(self, uri: str) -> Document | None:
        """The newest version, or None when the document isn't open (any more)."""
        return self._open.get(uri)

    def at(self, path: Path) -> Document | None:
        """The open document of that file, whichever way its URI is written."""
        return next((each for each in self._open.values() if each.path == path), None)

    def is_current(self, document: Document) -> bool:
        return self._open.get(document.uri) is document

    def uris(self) -> list[str]:
        return list(self._open)

    def open(self, item: lsp.TextDocumentItem) -> Document:
        document = Document(item.uri, item.language_id, item.text, item.version)
        self._open[item.uri] = document
        return document

    def change(
        self, identifier: lsp.VersionedTextDocumentIdentifier, changes: Sequence[lsp.TextDocumentContentChangeEvent]
    ) -> Document | None:
        document = self._open.get(identifier.uri)
        if document is None:
            return None
        for change in changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                edit = TextEdit(to_span(document, change.range, self.encoding), change.text)
                document = document.changed(edit, identifier.version)
            else:
                document = Document(document.uri, document.language, change.text, identifier.version)
        self._open[identifier.uri] = document
        return document

    def close(self, uri: str) -> None:
        self._open.pop(uri, None)

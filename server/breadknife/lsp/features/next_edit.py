"""`textDocument/copilotInlineEdit`: the edit that follows from the newest one, anywhere in the document. LSP has no
request for it; clients of copilot-language-server, sidekick.nvim say, ask so."""

from __future__ import annotations

from typing import Any

import msgspec
from lsprotocol import types as lsp

from breadknife.lsp.convert import as_position, to_offset, to_range
from breadknife.lsp.document_sync import DocumentSync
from breadknife.lsp.server import NEXT_EDIT, BreadknifeServer
from breadknife.task.values import NextEditRequest


class _TextDocument(msgspec.Struct, frozen=True):
    uri: str


class _Params(msgspec.Struct, frozen=True, rename="camel"):
    text_document: _TextDocument
    position: dict[str, Any]


def register(server: BreadknifeServer, sync: DocumentSync) -> None:
    @server.handles(NEXT_EDIT)
    async def next_edit(params: object) -> dict[str, Any]:
        """Return `{"edits": []}`, or with an edit: `text`, `range`, and the document that it is of."""
        try:
            asked = msgspec.convert(params, _Params)
        except msgspec.ValidationError:
            return {"edits": []}
        await server.ready.wait()
        await sync.wait()  # the change that was made just now, too
        document, encoding = server.documents.get(asked.text_document.uri), server.documents.encoding
        at = as_position(asked.position)
        if document is None or at is None:
            return {"edits": []}
        reply = await server.ask(NextEditRequest(document, to_offset(document, at, encoding)))
        return {
            "edits": [
                {
                    "text": item.text,
                    "range": _plain(to_range(document, item.span, encoding)),
                    "textDocument": {"uri": document.uri, "version": document.version},
                }
                for item in reply.completions
            ]
        }


def _plain(range: lsp.Range) -> dict[str, dict[str, int]]:
    return {
        end: {"line": position.line, "character": position.character}
        for end, position in (("start", range.start), ("end", range.end))
    }

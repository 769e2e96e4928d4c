"""`breadknife.nextEdit` (experimental): the next place that should follow from what was changed. LSP has no request for
it: inline completions are at the cursor."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from breadknife.lsp.convert import as_position, to_offset, to_range
from breadknife.lsp.following import Following
from breadknife.lsp.server import NEXT_EDIT, BreadknifeServer
from breadknife.task.values import NextEditRequest


def register(server: BreadknifeServer, follow: Following) -> None:
    @server.handles(NEXT_EDIT)
    async def next_edit(uri: object = None, position: object = None, *_: Any) -> dict[str, Any] | None:
        """Arguments: a document's URI and the cursor's position. `{range, newText, version}`, or nothing."""
        await server.ready.wait()
        await follow.told()  # the change that was made just now, too
        document, encoding = server.documents.get(str(uri)), server.documents.encoding
        at = as_position(position)
        if document is None or at is None:
            return None
        reply = await server.ask(NextEditRequest(document, to_offset(document, at, encoding)))
        if not reply.completions:
            return None
        item = reply.completions[0]
        range = to_range(document, item.span, encoding)
        return {
            "range": {"start": _plain(range.start), "end": _plain(range.end)},
            "newText": item.text,
            "version": document.version,
        }


def _plain(position: lsp.Position) -> dict[str, int]:
    return {"line": position.line, "character": position.character}

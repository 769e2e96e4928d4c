"""`textDocument/inlayHint`: words that the editor shows within lines and that aren't part of the text."""

from __future__ import annotations

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_position, to_span
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import InlayRequest


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def inlays(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        reply = await server.ask(InlayRequest(document, to_span(document, params.range, encoding)), quiet=True)
        return [
            lsp.InlayHint(
                to_position(document, inlay.offset, encoding),
                inlay.text,
                tooltip=inlay.tooltip or None,
                padding_left=True,
            )
            for inlay in reply.inlays
        ]

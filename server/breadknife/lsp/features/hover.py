"""`textDocument/hover`: what plugins say about a place, below each other."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_code_block, to_offset, to_range
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Hover, HoverRequest

_MARKDOWN_RULE, _BLANK_LINE = "\n\n---\n\n", "\n\n"
"""Stand between the hovers of two plugins."""


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        offset = to_offset(document, params.position, encoding)
        reply = await server.ask(HoverRequest(document, offset, server.client.hover_pictures), quiet=True)
        if not reply.hovers:
            return None
        span = next((hover.span for hover in reply.hovers if hover.span is not None), None)
        range = to_range(document, span, encoding) if span else None
        return lsp.Hover(to_markup(reply.hovers, markdown=server.client.hover_markdown), range)


def to_markup(hovers: Sequence[Hover], *, markdown: bool) -> lsp.MarkupContent:
    """Return the hovers below each other, as Markdown if one of them is and the client shows it (`markdown`). Plain
    text then stands in a block of its own."""
    if markdown and any(hover.markdown for hover in hovers):
        texts = [_as_markdown(hover) for hover in hovers]
        return lsp.MarkupContent(lsp.MarkupKind.Markdown, _MARKDOWN_RULE.join(texts))
    return lsp.MarkupContent(lsp.MarkupKind.PlainText, _BLANK_LINE.join(hover.text for hover in hovers))


def _as_markdown(hover: Hover) -> str:
    text = hover.text if hover.markdown else to_code_block(hover.text, "text")
    picture = b64encode(hover.picture).decode()
    return f"{text}\n\n![](data:image/png;base64,{picture})" if picture else text

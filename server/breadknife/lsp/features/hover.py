"""`textDocument/hover`: what plugins say about a place, below each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_offset, to_range
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import Hover, HoverRequest

_BETWEEN = {True: "\n\n---\n\n", False: "\n\n"}


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        reply = await server.ask(HoverRequest(document, to_offset(document, params.position, encoding)), quiet=True)
        if not reply.hovers:
            return None
        span = next((hover.span for hover in reply.hovers if hover.span is not None), None)
        range = to_range(document, span, encoding) if span else None
        return lsp.Hover(to_markup(reply.hovers, markdown=server.client.hover_markdown), range)


def to_markup(hovers: Sequence[Hover], *, markdown: bool) -> lsp.MarkupContent:
    """Convert a hover. `markdown`: the client shows it. What is plain text stays so beside what isn't."""
    markdown = markdown and any(hover.markdown for hover in hovers)
    texts = [_fenced(hover.text) if markdown and not hover.markdown else hover.text for hover in hovers]
    kind = lsp.MarkupKind.Markdown if markdown else lsp.MarkupKind.PlainText
    return lsp.MarkupContent(kind, _BETWEEN[markdown].join(texts))


def _fenced(text: str) -> str:
    """Return a text as a block in which nothing is Markdown, whatever it says."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"

"""`textDocument/codeLens`: commands above lines, each with its title at once."""

from __future__ import annotations

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_command, to_range
from breadknife.lsp.server import PLUGIN_COMMAND, BreadknifeServer
from breadknife.task.values import Lens, LensRequest
from breadknife.text.document import Document, Span


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def lenses(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        reply = await server.ask(LensRequest(document), quiet=True)
        return [to_lens(document, plugin, lens, server.documents.encoding) for plugin, lens in reply.lenses]


def to_lens(document: Document, plugin: str, lens: Lens, encoding: str) -> lsp.CodeLens:
    """Convert a lens. LSP allows only a range within one line: the first of its own."""
    line = document.line_span(document.line_at(lens.span.start))
    within_line = Span(lens.span.start, max(lens.span.start, min(lens.span.end, line.end)))
    command = to_command(PLUGIN_COMMAND, plugin, document, lens.command)
    command.title = lens.title
    return lsp.CodeLens(to_range(document, within_line, encoding), command)

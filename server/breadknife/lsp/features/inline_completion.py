"""`textDocument/inlineCompletion` (LSP 3.18), for clients that know it."""

from __future__ import annotations

from lsprotocol import types as lsp

from breadknife.lsp.convert import on_one_line, to_command, to_offset, to_range, to_span
from breadknife.lsp.server import ACCEPTED_COMMAND, REFRESH_COMPLETION, BreadknifeServer
from breadknife.task.values import CompletionItem, CompletionRequest, Trigger
from breadknife.text.document import Document, TextEdit


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_INLINE_COMPLETION)
    async def inline_completion(params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return lsp.InlineCompletionList([])
        selected = params.context.selected_completion_info
        is_invoked = params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Invoked
        request = CompletionRequest(
            document,
            to_offset(document, params.position, encoding),
            Trigger.INVOKED if is_invoked else Trigger.TYPING,
            (to_span(document, selected.range, encoding), selected.text) if selected else None,
            grows=server.client.refreshes_completion,
        )
        reply = await server.ask(request)
        items = (to_item(document, request.offset, plugin, item, encoding) for plugin, item in reply.offers)
        return lsp.InlineCompletionList([item for item in items if item])


def to_item(
    document: Document, offset: int, plugin: str, item: CompletionItem, encoding: str
) -> lsp.InlineCompletionItem | None:
    """Convert a suggestion; None for one that changes other lines than the cursor's, which the protocol rules out."""
    edit = on_one_line(document, TextEdit(item.span, item.text), offset)
    if edit is None:
        return None
    command = to_command(ACCEPTED_COMMAND, plugin, document, item.command) if item.command else None
    return lsp.InlineCompletionItem(edit.new_text, range=to_range(document, edit.span, encoding), command=command)


def refresh(server: BreadknifeServer, document: Document) -> None:
    """Have the client ask again, if `document` is still what it shows. From the event loop's thread."""
    if server.documents.is_current(document):
        server.protocol.notify(REFRESH_COMPLETION, {"uri": document.uri, "version": document.version})

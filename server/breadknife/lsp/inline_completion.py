"""`textDocument/inlineCompletion` (LSP 3.18), for clients that know it."""

from __future__ import annotations

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_offset, to_range, to_span
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import CompletionRequest, Trigger


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_INLINE_COMPLETION)
    async def inline_completion(params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return lsp.InlineCompletionList([])
        selected = params.context.selected_completion_info
        request = CompletionRequest(
            document,
            to_offset(document, params.position, encoding),
            Trigger.INVOKED
            if params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Invoked
            else Trigger.TYPING,
            (to_span(document, selected.range, encoding), selected.text) if selected else None,
        )
        reply = await server.ask(request)
        return lsp.InlineCompletionList(
            [
                lsp.InlineCompletionItem(item.text, range=to_range(document, item.span, encoding))
                for item in reply.completions
            ]
        )

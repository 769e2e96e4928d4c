"""`textDocument/completion`, for clients without inline completion: the suggestion as one entry of the menu."""

from __future__ import annotations

from lsprotocol import types as lsp

from breadknife.lsp.convert import to_offset, to_text_edit
from breadknife.lsp.server import BreadknifeServer
from breadknife.task.values import CompletionItem, CompletionRequest, Trigger
from breadknife.text.document import Document, Span, TextEdit

LABEL_CHARACTERS = 60
_LAST = "\uffff"
"""Sorts below every entry of the language's own server."""


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_COMPLETION)
    async def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return lsp.CompletionList(is_incomplete=False, items=[])
        offset = to_offset(document, params.position, server.documents.encoding)
        invoked = params.context is None or params.context.trigger_kind == lsp.CompletionTriggerKind.Invoked
        reply = await server.ask(CompletionRequest(document, offset, Trigger.INVOKED if invoked else Trigger.TYPING))
        items = [to_item(document, item, server.documents.encoding) for item in reply.completions]
        # Every key changes the suggestion, so the editor is to ask again instead of filtering this one.
        return lsp.CompletionList(is_incomplete=True, items=items)


def to_item(document: Document, item: CompletionItem, encoding: str) -> lsp.CompletionItem:
    """Clients filter entries by the word before the cursor, so the edit replaces that word along with itself."""
    start = item.span.start
    while start > 0 and (document.text[start - 1].isalnum() or document.text[start - 1] == "_"):
        start -= 1
    word = document.text[start : item.span.start]
    text = word + item.text
    first = text.strip().split("\n", 1)[0]
    label = first if len(first) <= LABEL_CHARACTERS else first[: LABEL_CHARACTERS - 1] + "…"
    return lsp.CompletionItem(
        label=label or text.strip(),
        kind=lsp.CompletionItemKind.Snippet if "\n" in item.text else lsp.CompletionItemKind.Text,
        detail=f"breadknife · {item.origin.model or item.origin.rule}",
        documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, f"```{document.language}\n{text}\n```"),
        sort_text=_LAST,
        filter_text=text,
        insert_text_format=lsp.InsertTextFormat.PlainText,
        insert_text_mode=lsp.InsertTextMode.AsIs,
        text_edit=to_text_edit(document, TextEdit(Span(start, item.span.end), text), encoding),
    )

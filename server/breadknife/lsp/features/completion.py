"""`textDocument/completion`, for clients without inline completion: suggestions as the last entries of the menu, or
as the first ones where it was asked for by hand."""

from __future__ import annotations

import textwrap

from lsprotocol import types as lsp

from breadknife.lsp.convert import on_one_line, to_code_block, to_command, to_offset, to_text_edit
from breadknife.lsp.server import ACCEPTED_COMMAND, BreadknifeServer
from breadknife.task.values import CompletionItem, CompletionRequest, Trigger
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.tokens import is_of_word, word_before

LABEL_CHARACTERS = 60
"""The longest label of an entry."""
_FIRST, _LAST = " ", "\uffff"
"""Sort above and below every entry of the language's own server."""


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.TEXT_DOCUMENT_COMPLETION)
    async def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
        encoding = server.documents.encoding
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return lsp.CompletionList(is_incomplete=False, items=[])
        offset = to_offset(document, params.position, encoding)
        by_hand = is_by_hand(document, offset, params.context)
        trigger = Trigger.INVOKED if by_hand else Trigger.TYPING
        reply = await server.ask(CompletionRequest(document, offset, trigger, grows=False, listed=True))
        items: list[lsp.CompletionItem] = []
        for plugin, offered in reply.offers:
            item = to_item(document, offset, offered, encoding, markdown=server.client.markdown)
            if item:
                item.sort_text = f"{_FIRST if by_hand else _LAST}{len(items)}"
                item.command = (
                    to_command(ACCEPTED_COMMAND, plugin, document, offered.command) if offered.command else None
                )
                items.append(item)
        # Every key changes the suggestion, so the editor is to ask again instead of filtering this one.
        return lsp.CompletionList(is_incomplete=True, items=items)


def to_item(
    document: Document, offset: int, item: CompletionItem, encoding: str, *, markdown: bool = True
) -> lsp.CompletionItem | None:
    """Convert a suggestion; None for one that changes other lines than the cursor's, which the protocol rules out.

    `markdown`: the client shows it. Clients filter entries by the word before the cursor, so the edit replaces that
    word, too, with itself. It isn't an `InsertReplaceEdit`: that lets the user insert the text and leave what it is
    to replace behind the cursor.
    """
    edit = on_one_line(document, TextEdit(item.span, item.text), offset)
    if edit is None:
        return None
    line_start = document.line_span(document.line_at(offset)).start
    before = document.text[line_start : edit.span.start]
    word = word_before(before, len(before))
    text = word + edit.new_text
    span = Span(edit.span.start - len(word), edit.span.end)
    typed = document.text[span.start : offset]
    first = text.split("\n", 1)[0]
    label = _label(text)
    return lsp.CompletionItem(
        label=label,
        kind=lsp.CompletionItemKind.Snippet if "\n" in text else lsp.CompletionItemKind.Text,
        detail=f"breadknife · {item.origin.model or item.origin.rule}",
        documentation=_preview(before.removesuffix(word) + text, document.language if markdown else None),
        filter_text=(first if first.startswith(typed) else typed) or label,
        insert_text_format=lsp.InsertTextFormat.PlainText,
        insert_text_mode=lsp.InsertTextMode.AsIs,
        text_edit=to_text_edit(document, TextEdit(span, text), encoding),
    )


def is_by_hand(document: Document, offset: int, context: lsp.CompletionContext | None) -> bool:
    """Tell whether the user asked for the menu. Clients say `Invoked` also when the letter of a word was typed: so it
    counts only where no word ends at the cursor."""
    if context and context.trigger_kind != lsp.CompletionTriggerKind.Invoked:
        return False
    return not is_of_word(document.text[max(0, offset - 1) : offset])


def _label(text: str) -> str:
    """Return the first line that says something, cut to its length, with a sign if there is more."""
    stripped = text.strip()
    label = stripped.partition("\n")[0].rstrip()[:LABEL_CHARACTERS]
    return label if label == stripped else f"{label} …"


def _preview(text: str, language: str | None) -> lsp.MarkupContent:
    """Return the lines as they would be: as code of a language, or as plain text where the client has no Markdown."""
    text = textwrap.dedent(text)
    if language is None:
        return lsp.MarkupContent(lsp.MarkupKind.PlainText, text)
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, to_code_block(text, language))

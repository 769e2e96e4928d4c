"""The next edit as an answer: for editors that show one anywhere in a document, and as an entry of the menu."""

from __future__ import annotations

import time

from breadknife.plugins.completion.next_edit.following import Edit, following_edit
from breadknife.task.plugin import Context
from breadknife.task.reasons import silence
from breadknife.task.values import Action, Actions, CompletionItem, Completions, Origin, Silence
from breadknife.text.document import Document, TextEdit
from breadknife.text.printable import shortened
from breadknife.text.tokens import is_of_word

RULE = "next-edit"
SECONDS = 600.0
"""What was changed longer ago is done."""
_SHOWN = 24
"""Characters of the new text that a title has."""


def next_edit(document: Document, context: Context) -> Completions | Silence:
    """Return the edit that follows from the newest one of the document, or why there is none."""
    edit = _following(document, context)
    if edit is None:
        return silence("no-next-edit")
    return Completions((CompletionItem(edit.span, edit.new_text, Origin(RULE)),))


def next_edit_actions(document: Document, context: Context) -> Actions:
    """Return the same as an entry of the menu, wherever that is opened."""
    edit = _following(document, context)
    if edit is None:
        return Actions(())
    text, (start, end) = document.text, (edit.span.start, edit.span.end)
    while start > 0 and is_of_word(text[start - 1]):
        start -= 1
    while end < len(text) and is_of_word(text[end]):
        end += 1
    new = shortened(text[start : edit.span.start] + edit.new_text + text[edit.span.end : end], _SHOWN)
    line = document.line_at(start) + 1
    title = f"Also change line {line}: to {new}" if new.strip() else f"Also change line {line}"
    return Actions((Action(title, "refactor.rewrite", edits=(edit,), origin=Origin(RULE)),))


def _following(document: Document, context: Context) -> TextEdit | None:
    project, now = context.project, time.monotonic()
    if project is None or document.path is None:
        return None
    edits = [
        Edit(edit.line, edit.before.splitlines(), edit.after.splitlines())
        for edit in project.recent_edits()
        if edit.path == document.path and now - edit.at < SECONDS
    ]
    return following_edit(document, context.tree(document), edits) if edits else None

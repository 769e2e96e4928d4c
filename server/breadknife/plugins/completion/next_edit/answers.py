"""The next edit as an answer: for editors that show one anywhere in a document, and as an entry of the menu."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.plugins.completion.next_edit.following import Edit, following_edit
from breadknife.plugins.completion.next_edit.importing import missing_import
from breadknife.plugins.completion.next_edit.predicting import ROLE, predicted_edit
from breadknife.task.plugin import Context
from breadknife.task.reasons import silence
from breadknife.task.values import Action, Actions, CompletionItem, Completions, Origin, Silence
from breadknife.text.document import Document, TextEdit
from breadknife.text.printable import shortened
from breadknife.text.tokens import is_of_word

RULE = "next-edit"
SECONDS = 600.0
"""What was changed longer ago is done."""
_SHOWN, _LONGEST_TITLE = 24, 50
"""Characters of the new text that a title has, and of the title."""


@dataclass(frozen=True)
class NextEdit:
    """An edit that follows from the newest change."""

    edit: TextEdit
    title: str
    """The title of its entry in the menu."""


def next_edit(document: Document, context: Context) -> Completions | Silence:
    """Return the edit that follows from the newest one of the document, or why there is none: by a rule, or by the
    model that the user's settings name for it."""
    edits = _recent(document, context)
    found = _following(document, edits, context)
    if found is not None:
        return Completions((CompletionItem(found.edit.span, found.edit.new_text, Origin(RULE)),))
    if edits and context.names_model(ROLE):
        written = predicted_edit(document, edits, context)
        if written is not None:
            return Completions((written,))
    return silence("no-next-edit")


def next_edit_actions(document: Document, context: Context) -> Actions:
    """Return what a rule finds as an entry of the menu, wherever that is opened."""
    found = _following(document, _recent(document, context), context)
    if found is None:
        return Actions(())
    return Actions((Action(found.title, "refactor.rewrite", edits=(found.edit,), origin=Origin(RULE)),))


def _following(document: Document, edits: Sequence[Edit], context: Context) -> NextEdit | None:
    if not edits or context.project is None:
        return None
    edit = following_edit(document, context.tree(document), edits)
    if edit is not None:
        return NextEdit(edit, _title(document, edit))
    added = missing_import(document, edits, context.project)
    return NextEdit(added, shortened(f"Also add: {added.new_text.strip()}", _LONGEST_TITLE)) if added else None


def _title(document: Document, edit: TextEdit) -> str:
    text, (start, end) = document.text, (edit.span.start, edit.span.end)
    while start > 0 and is_of_word(text[start - 1]):
        start -= 1
    while end < len(text) and is_of_word(text[end]):
        end += 1
    new = shortened(text[start : edit.span.start] + edit.new_text + text[edit.span.end : end], _SHOWN)
    line = document.line_at(start) + 1
    return f"Also change line {line}: to {new}" if new.strip() else f"Also change line {line}"


def _recent(document: Document, context: Context) -> Sequence[Edit]:
    """Return what was changed in the document lately, the newest first."""
    project, now = context.project, time.monotonic()
    if project is None or document.path is None:
        return ()
    return [
        Edit(edit.line, edit.before.splitlines(), edit.after.splitlines())
        for edit in project.recent_edits()
        if edit.path == document.path and now - edit.at < SECONDS
    ]

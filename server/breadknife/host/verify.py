"""Nothing that a model wrote is shown before these checks have accepted it."""

from __future__ import annotations

from collections.abc import Sequence

from breadknife.task.values import Silence
from breadknife.text.document import Document, TextEdit, apply_edits
from breadknife.text.syntax import SyntaxTree, changed_tree, parse, parses_no_worse

MAX_NEW_CHARACTERS = 8_000
"""More than any plugin is asked to write at once; a model that rambles gets this far only by mistake."""


def refuse_edits(document: Document, before: SyntaxTree | None, edits: Sequence[TextEdit]) -> Silence | None:
    """Why a model's edits may not be shown, or None when they may. `before` is the document's tree, if it has one."""
    if sum(len(edit.new_text) for edit in edits) > MAX_NEW_CHARACTERS:
        return Silence("too-large", "the model wrote more than was asked for")
    if any("\0" in edit.new_text for edit in edits):
        return Silence("not-text", "the model wrote a NUL character")
    try:
        text = apply_edits(document.text, edits)
    except ValueError as error:
        return Silence("bad-span", str(error))
    if before is not None:
        after = changed_tree(before, edits[0]) if len(edits) == 1 else parse(text, document.language)
        if after is None or not parses_no_worse(before, after):
            return Silence("would-not-parse", "with the model's text the file would parse worse than before")
    return None

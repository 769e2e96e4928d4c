"""What tests of completion share: a draft at a cursor, and what the filters make of it."""

from __future__ import annotations

from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.filters import Draft, fitted
from breadknife.plugins.completion.shape import shape_at
from breadknife.task.values import Silence
from breadknife.text.syntax import parse
from support import document


def draft(marked: str, text: str, language: str = "python", logprobs: tuple[float, ...] = ()) -> Draft:
    """`text` at the cursor, which is `|`, or `^` where the document has bars of its own."""
    before, _, after = marked.partition("^" if "^" in marked else "|")
    at = document(before + after, language)
    cursor = CursorContext(at, len(before), parse(at.text, language))
    return Draft(text, cursor, shape_at(cursor, invoked=True), logprobs=logprobs)


def fit(marked: str, text: str, language: str = "python") -> str:
    """The text to show, or the code of the silence."""
    fit = fitted(draft(marked, text, language))
    return fit.reason if isinstance(fit, Silence) else fit

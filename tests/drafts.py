"""What tests of completion share: a draft at a cursor, and what the filters make of it."""

from __future__ import annotations

from breadknife.plugins.completion.filters import fitted
from breadknife.plugins.completion.shape import shape_at
from breadknife.plugins.completion.values import Draft
from breadknife.task.values import Silence
from breadknife.text.syntax import parse
from support import document


def draft(marked: str, text: str, language: str = "python", logprobs: tuple[float, ...] = ()) -> Draft:
    """`text` at the cursor, which is `|`, or `^` where the document has bars of its own."""
    before, _, after = marked.partition("^" if "^" in marked else "|")
    at = document(before + after, language)
    tree = parse(at.text, language)
    return Draft(text, at, len(before), shape_at(at, len(before), tree, invoked=True), tree, logprobs=logprobs)


def fit(marked: str, text: str, language: str = "python") -> str:
    """The text to show, or the code of the silence."""
    fit = fitted(draft(marked, text, language))
    return fit.reason if isinstance(fit, Silence) else fit

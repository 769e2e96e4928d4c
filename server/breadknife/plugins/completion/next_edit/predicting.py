"""Next edit by a model that was trained for it, if the user's settings name one: it writes the lines around the newest
edit anew. `forms.toml` says how each of them is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from breadknife.engine.api import Chunk, Part, Prompt
from breadknife.errors import ModelUnfit
from breadknife.plugins.completion.next_edit.following import Edit, stands
from breadknife.task.plugin import Context
from breadknife.task.values import CompletionItem
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import difference

ROLE = "next-edit"
ABOVE, BELOW = 8, 12
"""Lines of the region before and after the newest edit."""
AROUND = 40
"""Lines that are shown on either side of the region."""
EDITS = 6
"""The most recent edits that a model is told."""
MOST_TOKENS = 600
"""A region is some 25 lines."""
MOST_CHANGED = 12
"""The most lines that an answer changes: a model that writes more has lost its way."""
_FIELD = re.compile(r"\{(\w+)\}")


class PromptForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One form of the file, which says what the fields mean."""

    name: str
    order: Literal["newest first", "newest last"]
    edit: str
    prompt: str
    stops: tuple[str, ...]
    cursor: str = ""
    begins: str = ""


class _Table(msgspec.Struct, frozen=True):
    forms: tuple[PromptForm, ...]


@cache
def forms() -> Sequence[PromptForm]:
    """Return the forms, in the order of the file."""
    return msgspec.toml.decode(files(__package__ or "").joinpath("forms.toml").read_bytes(), type=_Table).forms


def form_of(model: str) -> PromptForm | None:
    """Return the form of a model; None if its name says of none."""
    return next((form for form in forms() if form.name in model.lower()), None)


def predicted_edit(document: Document, edits: Sequence[Edit], context: Context) -> CompletionItem | None:
    """Return what the user's model would change next; None if nothing, or nothing that may be shown.

    Not shown is what takes the newest edit back or rewrites many lines. Whether the document parses no worse with it,
    the host checks. Raises ModelError, EngineError and Cancelled; ModelUnfit if the model has no form.
    """
    model, edits = context.model(ROLE), [edit for edit in edits if stands(document, edit)]
    form = form_of(model.name)
    if form is None:
        known = ", ".join(form.name for form in forms())
        raise ModelUnfit(f"{model.name} isn't known to predict edits; name one of these in [models] next-edit: {known}")
    if not edits:
        return None
    newest = edits[0]
    first = max(newest.line - ABOVE, 0)
    end = min(newest.line + len(newest.after) + BELOW, document.line_count)
    span = Span(document.line_starts[first], document.line_span(end - 1).end)
    now = document.text[span.start : span.end]
    if any(stop in now for stop in form.stops):  # the answer would end there
        return None
    lines = now.split("\n")
    own = newest.line - first
    was = "\n".join((*lines[:own], *newest.before, *lines[own + len(newest.after) :]))
    prompt = prompt_of(form, document, edits, (first, end), was, now)
    text, last = "", Chunk("")
    for last in model.generate(prompt, max_tokens=MOST_TOKENS, stop=form.stops, place=f"{document.uri} next edit"):
        text += last.text
    written = text.removeprefix(form.begins).replace(form.cursor or "\0", "").rstrip("\n")
    if last.finish != "stop" or written.strip() in (now.strip(), was.strip(), ""):
        return None
    inner = difference(now.rstrip("\n"), written)
    if max(inner.new_text.count("\n"), now.count("\n", inner.span.start, inner.span.end)) > MOST_CHANGED:
        return None
    edit = TextEdit(Span(span.start + inner.span.start, span.start + inner.span.end), inner.new_text)
    return CompletionItem(edit.span, edit.new_text, model.origin(last))


def prompt_of(
    form: PromptForm, document: Document, edits: Sequence[Edit], region: tuple[int, int], was: str, now: str
) -> Prompt:
    """Return what a model is asked for the lines `region` of a document, which were `was` and are `now`."""
    first, end = region
    name = (document.path.name if document.path else document.uri).replace("\n", " ")
    cursor = edits[0].line - first + len(edits[0].after)
    marked = now.split("\n")
    marked[min(cursor, len(marked)) - 1] += form.cursor
    told = edits[:EDITS] if form.order == "newest first" else edits[:EDITS][::-1]
    around = (range(max(first - AROUND, 0), first), range(end, min(end + AROUND, document.line_count)))
    above, below = ("".join(f"{document.line_text(number)}\n" for number in numbers) for numbers in around)
    values = {"path": name, "was": was, "now": "\n".join(marked), "above": above, "below": below}
    told_parts = [part for edit in told for part in _fill(form.edit, _texts(_values_of(name, edit)))]
    return tuple(_fill(form.prompt, {**_texts(values), "edits": told_parts}))


def _values_of(name: str, edit: Edit) -> Mapping[str, str]:
    diff = "\n".join((*(f"-{line}" for line in edit.before), *(f"+{line}" for line in edit.after)))
    return {"path": name, "before": "\n".join(edit.before), "after": "\n".join(edit.after), "diff": diff}


def _texts(values: Mapping[str, str]) -> Mapping[str, Sequence[Part]]:
    """Return the values of fields as parts of a prompt in which no control token stands."""
    return {field: [Part(text)] if text else [] for field, text in values.items()}


def _fill(template: str, values: Mapping[str, Sequence[Part]]) -> Iterator[Part]:
    """Yield the parts of a template, in whose own text control tokens may stand, with the values of its fields."""
    for at, piece in enumerate(_FIELD.split(template)):
        if at % 2:  # a field's name
            yield from values[piece]
        elif piece:
            yield Part(piece, control=True)

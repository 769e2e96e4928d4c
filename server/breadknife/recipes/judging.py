"""Compares what a recipe answered with what its test expects."""

from __future__ import annotations

from breadknife.recipes.values import Example, Expectation
from breadknife.text.document import Document, Span
from breadknife.text.patterns import read_pattern


def faults(expect: Expectation, text: str | None, reason: str) -> list[str]:
    """Return what is wrong with an answer, a sentence each. `text` is None where there was none, and `reason` says
    why."""
    if expect.silence:
        if text is not None:
            return [f"it should be silent ({expect.silence}), and says {_short(text)}"]
        return [] if reason == expect.silence else [f"it is silent because of {reason}, not {expect.silence}"]
    if text is None:
        return [f"it is silent: {reason}"]
    found: list[str] = []
    if expect.equals is not None and text != expect.equals:
        found.append(f"{_short(text)} is not {_short(expect.equals)}")
    found += [f"{_short(text)} lacks {each!r}" for each in expect.contains if each not in text]
    found += [f"{_short(text)} has {each!r}" for each in expect.lacks if each in text]
    if expect.matches and not read_pattern(expect.matches).is_in(text):
        found.append(f"{_short(text)} does not match {expect.matches!r}")
    if expect.max_length is not None and len(text) > expect.max_length:
        found.append(f"{_short(text)} has {len(text)} characters, more than {expect.max_length}")
    return found


def place_of(example: Example, document: Document) -> Span:
    """Return where a test asks: its selection, or its cursor."""
    if example.selection:
        start = document.text.index(example.selection)
        return Span(start, start + len(example.selection))
    at = document.text.index(example.cursor) if example.cursor else 0
    return Span(at, at)


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")

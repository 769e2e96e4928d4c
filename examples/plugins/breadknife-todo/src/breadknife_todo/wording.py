"""Finds the words for a TODO comment without text: a cascade, cheapest step first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.api import Context, Kind, Origin, Part, PassedOn, Settled, Silence, Step, Trim, Verdict, Vetoed

ROLE = "completion"
"""The model that is on the machine anyway."""

_STUB = re.compile(
    r"\s*(?:async )?(?:def|fn|func|function|fun)\s+(\w+)[^\n]*\n(?:\s*\"\"\"[^\n]*\n)?"
    r"\s*(?:pass|\.\.\.|raise NotImplementedError|todo!\(|unimplemented!\()"
)
_PHRASE = re.compile(r"[A-Za-z][^\r\n`\"<>{}\\]{3,}")
_TOO_LONG = Silence("todo-too-long", "The model wrote more than fits the line.", "write it yourself")
_NO_PHRASE = Silence("todo-no-phrase", "The model wrote something that isn't a phrase.", "write it yourself")
_CHARACTERS = 1500
"""How many characters of the code before and after the comment the model sees."""
_TOKENS = 24
_GRAMMAR = r'root ::= [A-Za-z]+ (" " [A-Za-z0-9_.,-]+){1,11} "\n"'
"""Words up to the end of the line. Without a grammar, a model that completes code writes code."""


@dataclass(frozen=True)
class Place:
    """A TODO comment without text."""

    before: str
    """The text up to where the words belong."""
    after: str
    """The lines below it."""
    room: int
    """How many characters fit on the line."""


@dataclass(frozen=True)
class Wording(Place):
    text: str
    origin: Origin


def _stub(place: Place, context: Context) -> Verdict:
    """The words for a function without a body, "write `name`", need no model."""
    stub = _STUB.match(place.after)
    if stub is None:
        return PassedOn(place)
    return Settled(_worded(place, f"write `{stub[1]}`", Origin(rule="todo/stub")))


def _ask_model(place: Place, context: Context) -> Verdict:
    model = context.model(ROLE)
    prompt = (
        Part("<|fim_prefix|>", control=True),
        Part(place.before[-_CHARACTERS:], trim=Trim.START),
        Part("<|fim_suffix|>", control=True),
        Part("\n" + place.after[:_CHARACTERS], trim=Trim.END),
        Part("<|fim_middle|>", control=True),
    )
    text, last = "", None
    for last in model.generate(prompt, max_tokens=_TOKENS, stop=("\n", "<|"), grammar=_GRAMMAR):
        text += last.text
    if last is None or last.finish == "length":
        return Vetoed(_TOO_LONG)
    return PassedOn(_worded(place, _phrase(text), model.origin(last)))


def _check(wording: Wording, context: Context) -> Verdict:
    """Accept only a plain phrase that fits on the line."""
    if not _PHRASE.fullmatch(wording.text) or not wording.text.isprintable():
        return Vetoed(_NO_PHRASE)
    if len(wording.text) > wording.room:
        return Vetoed(_TOO_LONG)
    return PassedOn(wording)


def _phrase(text: str) -> str:
    """The text without the end of the comment, which the model may write too."""
    return text.strip().removesuffix("*/").removesuffix("-->").strip(" .:")


def _worded(place: Place, text: str, origin: Origin) -> Wording:
    return Wording(place.before, place.after, place.room, text, origin)


WORDING = (
    Step("stub", Kind.RULE, Place, Place, _stub),
    Step("model", Kind.SMALL, Place, Wording, _ask_model, role=ROLE, memoised=True),
    Step("check", Kind.RULE, Wording, Wording, _check),
)

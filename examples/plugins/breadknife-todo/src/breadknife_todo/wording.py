"""What is to do at a comment that says nothing: a cascade, cheapest step first."""

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
_NO_PHRASE = Silence("todo-no-phrase", "The model wrote something that is no phrase.", "write it yourself")
_CHARACTERS = 1500
"""Of the code before and after that the model sees."""
_TOKENS = 24
_GRAMMAR = r'root ::= [A-Za-z]+ (" " [A-Za-z0-9_.,-]+){1,11} "\n"'
"""Words up to the end of the line: without it, a model that completes code writes code."""


@dataclass(frozen=True)
class Place:
    """A comment that says nothing."""

    before: str
    """The text up to where the words belong."""
    after: str
    """The lines below it."""
    room: int
    """Characters that fit the line."""


@dataclass(frozen=True)
class Wording(Place):
    text: str
    origin: Origin


def _stub(place: Place, context: Context) -> Verdict:
    """A function that isn't written is to be written: nobody needs a model for that."""
    stub = _STUB.match(place.after)
    if stub is None:
        return PassedOn(place)
    return Settled(_worded(place, f"write `{stub[1]}`", Origin(rule="todo/stub")))


def _asked(place: Place, context: Context) -> Verdict:
    model = context.model(ROLE)
    prompt = (
        Part("<|fim_prefix|>", control=True),
        Part(place.before[-_CHARACTERS:], trim=Trim.START),
        Part("<|fim_suffix|>", control=True),
        Part("\n" + place.after[:_CHARACTERS], trim=Trim.END),
        Part("<|fim_middle|>", control=True),
    )
    said, last = "", None
    for last in model.generate(prompt, max_tokens=_TOKENS, stop=("\n", "<|"), grammar=_GRAMMAR):
        said += last.text
    if last is None or last.finish == "length":
        return Vetoed(_TOO_LONG)
    return PassedOn(_worded(place, _phrase(said), model.origin(last)))


def _checked(wording: Wording, context: Context) -> Verdict:
    """One plain phrase that fits the line, or nothing."""
    if not _PHRASE.fullmatch(wording.text) or not wording.text.isprintable():
        return Vetoed(_NO_PHRASE)
    if len(wording.text) > wording.room:
        return Vetoed(_TOO_LONG)
    return PassedOn(wording)


def _phrase(said: str) -> str:
    """Without the end of the comment, which the model sees coming."""
    return said.strip().removesuffix("*/").removesuffix("-->").strip(" .:")


def _worded(place: Place, text: str, origin: Origin) -> Wording:
    return Wording(place.before, place.after, place.room, text, origin)


WORDING = (
    Step("stub", Kind.RULE, Place, Place, _stub),
    Step("model", Kind.SMALL, Place, Wording, _asked, role=ROLE, memoised=True),
    Step("check", Kind.RULE, Wording, Wording, _checked),
)

"""Steps that work on texts by rules."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.steps.builtin.select import found_in
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import ModelPrompt
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.patterns import read_pattern


@dataclass(frozen=True)
class PromptWanted:
    user: str = literal(template=True)
    """The user's message: a Jinja template. What it names becomes text, never a control token."""
    system: str = literal("", template=True)
    raw: bool = literal(False)
    """Continue `user` without the model's chat template."""


@dataclass(frozen=True)
class PromptMade:
    prompt: ModelPrompt


def make_prompt(given: PromptWanted, context: StepContext) -> PromptMade:
    """Return a prompt from a template."""
    return PromptMade(ModelPrompt(given.user, given.system, given.raw))


@dataclass(frozen=True)
class TextWanted:
    text: str = literal(template=True)


@dataclass(frozen=True)
class TextMade:
    text: str


def make_text(given: TextWanted, context: StepContext) -> TextMade | Silence:
    """Return a text from a template."""
    return TextMade(given.text) if given.text.strip() else Silence("empty-text", "The recipe's text is empty here.")


@dataclass(frozen=True)
class FindWanted:
    text: str
    pattern: str = literal(pattern=True)
    """A regular expression. Its group `text`, or else all of the match, is what is found."""


@dataclass(frozen=True)
class Found:
    texts: tuple[str, ...]
    count: int


def find(given: FindWanted, context: StepContext) -> Found:
    """Return everything that a regular expression finds in a text."""
    texts = tuple(text for text, _ in found_in(given.pattern, given.text, context))
    return Found(texts, len(texts))


@dataclass(frozen=True)
class ReplaceWanted:
    text: str
    pattern: str = literal(pattern=True)
    by: str = literal("")
    """What stands in its place; `\\1` is the first group."""


def replace(given: ReplaceWanted, context: StepContext) -> TextMade:
    """Return a text with each match of a regular expression replaced."""
    return TextMade(read_pattern(given.pattern).replace(given.text, given.by))


@dataclass(frozen=True)
class StopWanted:
    reason: str = literal()
    """A short code, as `breadknife why` shows it."""
    sentence: str = literal(template=True)
    remedy: str = literal("")


@dataclass(frozen=True)
class Nothing:
    pass


def stop(given: StopWanted, context: StepContext) -> Nothing | Silence:
    """Ends the recipe, and says why. Use it with `when`."""
    return Silence(given.reason, given.sentence, given.remedy)


WORKING = (
    StepType("prompt", 1, Kind.RULE, PromptWanted, PromptMade, make_prompt),
    StepType("text", 1, Kind.RULE, TextWanted, TextMade, make_text),
    StepType("regex.find", 1, Kind.RULE, FindWanted, Found, find),
    StepType("regex.replace", 1, Kind.RULE, ReplaceWanted, TextMade, replace),
    StepType("stop", 1, Kind.RULE, StopWanted, Nothing, stop),
)

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
class PromptInput:
    user: str = literal(template=True)
    """The user's message: a Jinja template. What it names becomes text, never a control token."""
    system: str = literal("", template=True)
    raw: bool = literal(False)
    """Continue `user` without the model's chat template."""


@dataclass(frozen=True)
class PromptOutput:
    prompt: ModelPrompt


def make_prompt(given: PromptInput, context: StepContext) -> PromptOutput:
    """Return a prompt from a template."""
    return PromptOutput(ModelPrompt(given.user, given.system, given.raw))


@dataclass(frozen=True)
class TextInput:
    text: str = literal(template=True)


@dataclass(frozen=True)
class TextOutput:
    text: str


def make_text(given: TextInput, context: StepContext) -> TextOutput | Silence:
    """Return a text from a template."""
    return TextOutput(given.text) if given.text.strip() else Silence("empty-text", "The recipe's text is empty here.")


@dataclass(frozen=True)
class FindInput:
    text: str
    pattern: str = literal(pattern=True)
    """A regular expression. Its group `text`, or else all of the match, is what is found."""


@dataclass(frozen=True)
class FindOutput:
    texts: tuple[str, ...]
    count: int


def find(given: FindInput, context: StepContext) -> FindOutput:
    """Return everything that a regular expression finds in a text."""
    texts = tuple(text for text, _ in found_in(given.pattern, given.text, context))
    return FindOutput(texts, len(texts))


@dataclass(frozen=True)
class ReplaceInput:
    text: str
    pattern: str = literal(pattern=True)
    by: str = literal("")
    """What stands in its place; `\\1` is the first group."""


def replace(given: ReplaceInput, context: StepContext) -> TextOutput:
    """Return a text with each match of a regular expression replaced."""
    return TextOutput(read_pattern(given.pattern).replace(given.text, given.by))


@dataclass(frozen=True)
class StopInput:
    reason: str = literal()
    """A short code, as `breadknife why` shows it."""
    sentence: str = literal(template=True)
    remedy: str = literal("")


@dataclass(frozen=True)
class StopOutput:
    pass


def stop(given: StopInput, context: StepContext) -> StopOutput | Silence:
    """End the recipe, and say why. Use it with `when`."""
    return Silence(given.reason, given.sentence, given.remedy)


WORKING = (
    StepType("prompt", 1, Kind.RULE, PromptInput, PromptOutput, make_prompt),
    StepType("text", 1, Kind.RULE, TextInput, TextOutput, make_text),
    StepType("regex.find", 1, Kind.RULE, FindInput, FindOutput, find),
    StepType("regex.replace", 1, Kind.RULE, ReplaceInput, TextOutput, replace),
    StepType("stop", 1, Kind.RULE, StopInput, StopOutput, stop),
)

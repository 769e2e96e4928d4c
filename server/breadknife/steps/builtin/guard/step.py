"""The step that compares a rewritten text with the one before: what must stay, and what must not come in."""

from __future__ import annotations

from dataclasses import dataclass

from breadknife.steps.builtin.guard.actors import changed_actor
from breadknife.steps.builtin.guard.claims import changed_claim, changed_negation
from breadknife.steps.builtin.guard.facts import FACT_FINDERS, changed_fact
from breadknife.steps.builtin.guard.words import new_words, words
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence

EVERYTHING = ("code", "link", "citation", "number", "name", "negation", "quantifier", "modal", "subject")


@dataclass(frozen=True)
class GuardInput:
    before: str
    after: str | None
    keep: tuple[str, ...] = literal(EVERYTHING)
    """What must be the same in both: code, link, citation, number, name, negation, quantifier, modal, subject."""
    may_lose: bool = literal(False)
    """True if it may leave out what must be the same otherwise, as a summary does. It still may add none of it, nor
    turn round a sentence that it keeps."""
    new_words: float = literal(0.35)
    """The share of content words that may be new; one always may."""
    length: tuple[float, float] = literal((0.25, 1.5))
    """Least and most words, as a share of those before."""


@dataclass(frozen=True)
class GuardOutput:
    text: str


def guard(given: GuardInput, context: StepContext) -> GuardOutput | Silence:
    """Return the rewritten text, unless it lost or added what a rewriting must keep."""
    why = refusal(given)
    if why:
        return Silence("guard-refused", f"The rewritten text was refused: {why}.", "ask again, or edit it yourself")
    return GuardOutput((given.after or "").strip())


def refusal(given: GuardInput) -> str:
    """Return why the text after is refused, as `it lost the number 3`; empty if it isn't."""
    before, after = given.before, given.after or ""
    if not after.strip():
        return "it is empty"
    opening = words().opening.match(after.strip())
    if opening and not before.strip().lower().startswith(opening[1].lower()):
        return f"it begins with “{opening[1]}”, which answers and doesn't rewrite"
    return _lost_or_added(given, before, after) or _out_of_bounds(given, before, after)


def _lost_or_added(given: GuardInput, before: str, after: str) -> str:
    """Return the first thing of those to keep that isn't the same."""
    keep, may_lose = given.keep, given.may_lose
    for name in keep:
        if name in FACT_FINDERS and (why := changed_fact(name, before, after, may_lose)):
            return why
    if "negation" in keep and (why := changed_negation(before, after, may_lose)):
        return why
    if why := changed_claim(before, after, frozenset(keep) & {"quantifier", "modal"}, may_lose):
        return why
    return changed_actor(before, after) if "subject" in keep else ""


def _out_of_bounds(given: GuardInput, before: str, after: str) -> str:
    """Return why the text is too long, too short, or about something else."""
    old_length, new_length = len(before.split()), len(after.split())
    if not given.length[0] <= new_length / max(1, old_length) <= given.length[1]:
        return f"it has {new_length} words instead of {old_length}"
    new, total = new_words(before, after)
    if len(new) > max(1, given.new_words * total):
        return f"too many words are new: {', '.join(new[:4])}"
    return ""


GUARDING = (StepType("guard.diff", 2, Kind.RULE, GuardInput, GuardOutput, guard),)

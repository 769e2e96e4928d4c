"""The values of the null check for all languages: places, and the ways to repair them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from breadknife.task.values import DocumentEdits
from breadknife.text.document import Span, TextEdit

SOURCE = "nullcheck"
MEANT = "a null may be intended here: the code only passes it on"
"""The reason not to add a check: it could stop code that works."""


class Use(StrEnum):
    """What code does with a value that may be null. It is also the finding's code, in every language."""

    ATTRIBUTE = "none-attribute"
    CALL = "none-call"
    SUBSCRIPT = "none-subscript"
    ITERATE = "none-iterate"
    OPERAND = "none-operand"
    ARGUMENT = "none-argument"
    WITH = "none-with"
    RETURN = "none-return"
    """It is returned, and the signature excludes null."""
    ASSIGN = "none-assign"
    """It is assigned, and the declaration excludes null; or it is written into a nil map."""


_ABOUT: Mapping[Use, str] = {
    Use.ATTRIBUTE: "An attribute, a method or a field of a value that may be null is used.",
    Use.CALL: "A value that may be null is called.",
    Use.SUBSCRIPT: "A value that may be null is subscripted.",
    Use.ITERATE: "A value that may be null is iterated over or unpacked.",
    Use.OPERAND: "A value that may be null is an operand.",
    Use.ARGUMENT: "A value that may be null is passed where null isn't accepted.",
    Use.WITH: "A value that may be null is used as a context manager.",
    Use.RETURN: "A value that may be null is returned where the signature excludes null.",
    Use.ASSIGN: "A value that may be null is assigned where the declaration excludes null.",
}

RULES: Mapping[str, str] = {f"{SOURCE}/{use}": about for use, about in _ABOUT.items()}
"""What each rule is about, by the rule's id."""


class Strategy(StrEnum):
    """The ways to repair, by what they write. Each language has some of them."""

    INITIAL = "initial"
    """Sets an empty list, dict or set where None was the first value of an attribute. From here to `ANNOTATE`,
    strategies change a declaration."""
    FIELD = "field"
    """Declares the type of an attribute."""
    ANNOTATE = "annotate"
    """Adds `| None` where it is true."""
    WIDEN = "widen"
    """Adds `| None` to the declaration that receives a value which is only passed on."""
    ASSERT = "assert"
    RAISE = "raise"
    """Raises, throws, panics, or returns an error."""
    RETURN = "return"
    CONTINUE = "continue"
    NARROW = "narrow"
    """Moves the statement into an `if` that tests the value, or puts the test into a condition."""
    OPTIONAL_CHAIN = "optional-chain"
    CHECK_ERROR = "check-error"
    """Go: checks the error that was returned with it."""
    NON_NULL = "non-null"
    """TypeScript's `!`. It is always last."""
    IGNORE = "ignore"
    """Writes the checker's own ignore comment, with a reason, because no edit is right."""


DECLARATION = frozenset({Strategy.INITIAL, Strategy.FIELD, Strategy.ANNOTATE})
HIDING = frozenset({Strategy.IGNORE, Strategy.NON_NULL})
"""Strategies that only hide a finding. People may choose them, and they are never first."""


@dataclass(frozen=True)
class Dereference:
    """The use of a value that may be null, as if it couldn't be."""

    span: Span
    use: Use


@dataclass(frozen=True)
class MessageContent:
    """The part of an edit that a model may write: words, not structure."""

    exception: str = ""
    message: str = ""


@dataclass(frozen=True)
class RepairOffer:
    """A way to repair a place, verified by the language's own checks: it parses, the finding is gone, nothing new is
    found in the file, and by construction nothing changes if the value isn't null."""

    strategy: Strategy
    title: str
    """What it does, and what a null then leads to: "Assert that `m` is not None (AssertionError if it is)". `titled`
    adds the number of findings that it ends."""
    edits: tuple[TextEdit, ...]
    reason: str
    """The evidence as a clause, for people: "the function raises elsewhere"."""
    content: MessageContent | None = None
    """The part that a model may write better; None if there is none."""
    within: Span | None = None
    """The range that the edits of this document must stay in, with a model's content too. None means the place's own
    lines."""
    removes: int = 1
    """The number of findings in this file that it ends."""
    is_asked_for: bool = False
    """True if only a person may choose it, because the null may be intended."""
    is_inner: bool = False
    """True if no other file can see it: it changes neither parameters nor results."""
    elsewhere: tuple[DocumentEdits, ...] = ()
    """Edits of another file of the project, where what it declares is declared there."""
    clues: tuple[str, ...] = ()
    """What is known of it; see `repairs/merging`."""
    chance: float = 0.0
    """How likely a maintainer would write it, from 0 to 1."""

    @property
    def titled(self) -> str:
        """Return the title with the number of findings that it ends and why it is offered, for people."""
        title = self.title
        said = [f"in {each.document.uri.rpartition('/')[2]}" for each in self.elsewhere]
        said += [f"ends {self.removes} findings"] * (self.removes > 1)
        for each in said:
            title = f"{title[:-1]}, {each})" if title.endswith(")") else f"{title} ({each})"
        return title if self.reason in title else f"{title} — {self.reason}"


@dataclass(frozen=True)
class NullReachability:
    """What becomes of places at which another checker says that a value may be null."""

    found: frozenset[Dereference]
    """A null would get there, and to no other of the places before."""
    tested: Mapping[Dereference, Span]
    """A test tells that there is none; where it stands."""

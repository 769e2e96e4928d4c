"""A recipe as it is written: a chain of steps, how its result shows, and its tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from breadknife.text.document import Document, Span
from breadknife.text.patterns import read_pattern

FORMAT = 1
"""The version of the file format."""

SeverityName = Literal["error", "warning", "information", "hint"]
Presentation = Literal["edit", "completion", "hover", "finding", "document", "command"]


@dataclass(frozen=True)
class RecipeStep:
    """A step of a recipe: which type of step, and what it is given."""

    name: str
    type: str
    """The name of a `StepType`."""
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Name of an input -> what the recipe writes for it: `$step.port`, a list of these, or a literal."""
    when: str = ""
    """A condition: the step is left out unless it holds."""
    each: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name -> `$step.port` of a list. The step runs for each item, which has that name; each of its outputs becomes a
    list."""


@dataclass(frozen=True)
class Show:
    """The table `[show]`: how the result gets to the user."""

    presentation: Presentation
    """`as` in TOML."""
    text: str
    """`$step.port`: the result. For an edit or a finding, it may be a list."""
    at: str = "$input.span"
    """`$step.port` of a span: what the result replaces, or what a hover or finding is about. A list if `text` is one.
    """
    title: str = ""
    """Of the menu's entry, at most 50 characters; the recipe's own if empty. It may be a template that
    refers only to steps without a model: these have run when the menu opens."""
    preview: bool = False
    """True if the user chooses among the edits before they are made, as far as the editor can ask."""
    refused: str = ""
    """`$step.port` of a list of texts: why parts were left as they are. Each is shown as a hint at its place."""
    refused_at: str = ""
    """`$step.port` of a list of spans: the places of `refused`."""
    action_kind: str = "refactor.rewrite"
    """`kind` in TOML: the LSP kind of the code action."""
    language: str = ""
    """Language id of a new document."""
    severity: SeverityName = "information"
    """The severity of a finding."""


@dataclass(frozen=True)
class Expectation:
    """What is true of a good answer. What isn't set isn't checked."""

    equals: str | None = None
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    matches: str = ""
    """A regular expression that is found in the answer. `^` and `$` are the ends of a line."""
    max_length: int | None = None
    """The most code points that the answer may have."""
    silence: str = ""
    """The code of the reason why there is no answer."""

    def faults(self, text: str | None, reason: str) -> list[str]:
        """Return what is wrong with an answer, a sentence each. `text` is None where there was none, and `reason` says
        why."""
        if self.silence:
            if text is not None:
                return [f"it should be silent ({self.silence}), and says {_short(text)}"]
            return [] if reason == self.silence else [f"it is silent because of {reason}, not {self.silence}"]
        if text is None:
            return [f"it is silent: {reason}"]
        faults: list[str] = []
        if self.equals is not None and text != self.equals:
            faults.append(f"{_short(text)} is not {_short(self.equals)}")
        faults += [f"{_short(text)} lacks {words!r}" for words in self.contains if words not in text]
        faults += [f"{_short(text)} has {words!r}" for words in self.lacks if words in text]
        if self.matches and not read_pattern(self.matches).is_in(text):
            faults.append(f"{_short(text)} does not match {self.matches!r}")
        if self.max_length is not None and len(text) > self.max_length:
            faults.append(f"{_short(text)} has {len(text)} characters, more than {self.max_length}")
        return faults


@dataclass(frozen=True)
class Example:
    """A test of a recipe: where it is asked, and what a good answer is like."""

    expect: Expectation
    name: str = ""
    text: str = ""
    """The document's text."""
    language: str = "plaintext"
    file: str = ""
    """The document's name; made from the language if empty."""
    cursor: str = ""
    """The cursor is at the start of this text's first occurrence; at the document's start if empty."""
    selection: str = ""
    """The first occurrence of this text is selected."""
    message: str = ""
    """The message of another program's diagnostic at the cursor."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Committed files of the folder: name -> text."""
    staged: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files of the folder that are staged in git after that commit, and not committed: name -> text."""
    shelf: str = ""
    """A folder, relative to the recipe's file, that is the whole shelf for this test; the user's own shelf if empty."""

    def span_in(self, document: Document) -> Span:
        """Return the selection, or where the cursor is."""
        start = document.text.index(self.selection or self.cursor)
        return Span(start, start + len(self.selection))


@dataclass(frozen=True, kw_only=True)
class Recipe:
    name: str
    title: str
    version: str = "0"
    languages: tuple[str, ...] = ("*",)
    """Language ids, or `*`."""
    description: str = ""
    enabled: bool = True
    """True if editors offer it without a setting that says so."""
    models: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name in the recipe -> role in the user's settings."""
    named_models: bool = False
    """True if it is offered only if the user's settings name a model for each role that writes."""
    steps: tuple[RecipeStep, ...]
    show: Show
    examples: tuple[Example, ...]
    path: Path
    source: str
    """The TOML text."""


@dataclass(frozen=True)
class RecipeProblem:
    """Something wrong with a recipe, and where."""

    path: Path
    line: int
    column: int
    """Both counted from 1."""
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")

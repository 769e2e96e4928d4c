"""What is asked and what is answered: plain frozen values, in offsets and strings, with nothing of LSP in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from breadknife.text.document import Document, Span, TextEdit


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


class Confidence(StrEnum):
    """How likely it is that what a finding says really happens, as far as its plugin can tell."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    def reaches(self, least: Confidence) -> bool:
        """Whether this is at least as high as `least`."""
        order = tuple(Confidence)
        return order.index(self) <= order.index(least)


class Trigger(StrEnum):
    TYPING = "typing"
    INVOKED = "invoked"


@dataclass(frozen=True)
class Origin:
    """Who made something: a rule, or a model with what it cost."""

    rule: str = ""
    model: str = ""
    """Catalog name of the model; empty when a rule alone made it."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Of `prompt_tokens`, those that were already evaluated."""
    output_tokens: int = 0
    trimmed_tokens: int = 0
    """Left out of a prompt that was too long."""
    queued: float = 0.0
    computed: float = 0.0
    """Seconds in the engine: until the first evaluation, and of evaluation."""


@dataclass(frozen=True)
class Fix:
    """One way to repair a finding, complete: applying `edits`, and those `elsewhere`, does it."""

    title: str
    edits: tuple[TextEdit, ...]
    preferred: bool = False
    """Safe enough for "fix all" and offered first."""
    origin: Origin = Origin()
    within: Span | None = None
    """Where the edits may be when a model wrote them; without it the finding's own lines."""
    elsewhere: tuple[DocumentEdits, ...] = ()
    """Edits of other documents that belong to it: of files in the workspace folder, a rule's only, never a model's."""


@dataclass(frozen=True)
class Related:
    """A place that explains a finding; `uri` is None for the document itself."""

    span: Span
    message: str
    uri: str | None = None


@dataclass(frozen=True)
class Finding:
    span: Span
    source: str
    """Who says so: `harper`, `languagetool`, `nullcheck`, `pyright`."""
    code: str
    """The rule's name, stable across versions."""
    message: str
    severity: Severity = Severity.WARNING
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    confidence: Confidence = Confidence.HIGH
    """`breadknife lint --min-confidence` leaves out what is below. The severity is the plugin's own choice."""


@dataclass(frozen=True)
class Command:
    """Something a plugin does when the user asks for it: `arguments` are JSON values."""

    name: str
    title: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """An entry in the editor's menu of fixes.

    It carries `edits` at once, or `data`, from which its plugin makes them when it is chosen (see
    `ResolveRequest`), or a `command`. A command beside the edits that were made from `data` is told to the plugin once
    the editor has made them.
    """

    title: str
    kind: str = "quickfix"
    edits: tuple[TextEdit, ...] = ()
    data: Mapping[str, str | int] = field(default_factory=dict[str, "str | int"])
    command: Command | None = None
    findings: tuple[Finding, ...] = ()
    """What it repairs."""
    preferred: bool = False
    origin: Origin = Origin()
    within: Span | None = None
    """Where the edits may be when a model wrote them, said when the action is offered and kept when it is resolved;
    without it the lines that were asked about."""
    elsewhere: tuple[DocumentEdits, ...] = ()
    """Edits of other documents that belong to it: of files in the workspace folder, a rule's only, never a model's."""
    checked: str = ""
    """What its edits have passed, for people: `parses · finding gone · file clean`. In a menu just `file clean`."""
    explanation: str = ""
    """What follows from it, and why it is offered, in whole sentences: for the preview and the log."""
    listed: bool = True
    """Whether the menu shows it at once. Otherwise it is behind the entry "More…"."""
    undone: Command | None = None
    """Told to the plugin where the user undoes those edits again soon after."""
    unchecked: str = ""
    """Why what should have looked at its edits hasn't: the user is told when they are made."""
    unasked: bool = False
    """It is right whoever asks for it, so "fix all" makes it: what is not null goes on as before."""


@dataclass(frozen=True)
class DocumentEdits:
    """Edits of another document than the one that was asked about."""

    document: Document
    """As it was when they were made."""
    edits: tuple[TextEdit, ...]


@dataclass(frozen=True)
class CompletionItem:
    """Text to put in place of `span`, which holds the cursor."""

    span: Span
    text: str
    origin: Origin = Origin()
    command: Command | None = None
    """Told to the plugin when the user takes the item."""


# --- requests -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CompletionRequest:
    document: Document
    offset: int
    trigger: Trigger = Trigger.TYPING
    selected: tuple[Span, str] | None = None
    """The entry selected in the editor's own completion menu, which the text must continue."""
    grows: bool = True
    """The asker will ask again when more has come. Otherwise what is answered is all that is ever seen."""
    listed: bool = False
    """The answer is an entry in a menu among others': who chooses another one hasn't rejected it."""


@dataclass(frozen=True)
class NextEditRequest:
    """What should follow from what was changed lately: one item, anywhere in the document."""

    document: Document
    offset: int
    """Where the cursor is; the nearest place after it is wanted."""


@dataclass(frozen=True)
class CheckRequest:
    document: Document
    whole: bool = False
    """Wait for every checker (headless lint) instead of giving what is ready now (an editor)."""
    all_fixes: bool = True
    """Whether somebody reads every fix of a finding. Otherwise only the preferred ones are read ("fix all"), and others
    that take time to make may be left out: a menu is an `ActionRequest`."""
    each_place: bool = False
    """Whether every place is wanted as a finding of its own. Otherwise a plugin may answer with one finding for each
    cause, at the first place, and name the others as `related`."""


@dataclass(frozen=True)
class ActionRequest:
    document: Document
    span: Span
    findings: tuple[Finding, ...] = ()
    """Findings at that place that the editor shows, also other tools'."""
    invoked: bool = True
    """Whether the user has asked for the menu, not the editor for a hint that there is one."""


@dataclass(frozen=True)
class ResolveRequest:
    """Make the edits of an action that this same plugin offered for this same text."""

    document: Document
    action: Action


@dataclass(frozen=True)
class CommandRequest:
    command: Command
    root: Path | None
    """The workspace folder that it was asked in."""


Request = CompletionRequest | NextEditRequest | CheckRequest | ActionRequest | ResolveRequest | CommandRequest


# --- answers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Completions:
    items: tuple[CompletionItem, ...]
    """Alternatives, the best first."""
    incomplete: bool = False
    """More is being written: the plugin asks for a refresh when it is there."""


@dataclass(frozen=True)
class Findings:
    items: tuple[Finding, ...]
    unanswered: tuple[str, ...] = ()
    """A sentence for each part of the plugin that was asked and gave no answer: it may have found more."""


@dataclass(frozen=True)
class Actions:
    items: tuple[Action, ...]

    @classmethod
    def fixing(cls, findings: Iterable[Finding], span: Span) -> Actions:
        """The fixes of those findings that touch `span`, as a menu."""
        return cls(
            tuple(
                Action(
                    fix.title,
                    "quickfix",
                    fix.edits,
                    {},
                    None,
                    (found,),
                    fix.preferred,
                    fix.origin,
                    fix.within,
                    fix.elsewhere,
                )
                for found in findings
                if found.span.touches(span)
                for fix in found.fixes
            )
        )


@dataclass(frozen=True)
class Done:
    """A command was carried out."""

    message: str = ""


@dataclass(frozen=True)
class Silence:
    """No answer, and why: a stable reason code, a sentence, and what the user can do."""

    reason: str
    sentence: str
    remedy: str = ""


Answer = Completions | Findings | Actions | Done | Silence

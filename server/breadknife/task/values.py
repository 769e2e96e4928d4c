"""Requests and answers: frozen values made of offsets and strings. Nothing here depends on LSP."""

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
    """How likely it is, by its plugin's estimate, that what a finding reports really happens."""

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
    """Who made something: a rule, or a model. For a model, also what it cost."""

    rule: str = ""
    model: str = ""
    """Catalog name of the model; empty when a rule alone made it."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """How many of `prompt_tokens` were in the cache already."""
    output_tokens: int = 0
    trimmed_tokens: int = 0
    """How many tokens were cut from a prompt that was too long."""
    queued: float = 0.0
    """Seconds from the request to the engine's first evaluation."""
    computed: float = 0.0
    """Seconds of evaluation in the engine."""


@dataclass(frozen=True)
class Fix:
    """One way to repair a finding. Applying `edits` and the edits `elsewhere` does all of it."""

    title: str
    edits: tuple[TextEdit, ...]
    preferred: bool = False
    """Whether it is safe enough for "fix all". It is also offered first."""
    origin: Origin = Origin()
    within: Span | None = None
    """The range that the edits of a model must stay in. None means the finding's own lines."""
    elsewhere: tuple[DocumentEdits, ...] = ()
    """Edits of other files in the workspace folder that belong to it. Only a rule may make them, never a model."""


@dataclass(frozen=True)
class Related:
    """A place that explains a finding. `uri` is None if the place is in the finding's own document."""

    span: Span
    message: str
    uri: str | None = None


@dataclass(frozen=True)
class Finding:
    span: Span
    source: str
    """Who reports it: `harper`, `languagetool`, `nullcheck`, `pyright`."""
    code: str
    """The rule's name, stable across versions."""
    message: str
    severity: Severity = Severity.WARNING
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    confidence: Confidence = Confidence.HIGH
    """`breadknife lint --min-confidence` leaves out findings below its value. The plugin chooses the severity."""


@dataclass(frozen=True)
class Command:
    """Something that a plugin does when the user asks for it."""

    name: str
    title: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """An entry in the editor's menu of fixes.

    It has `edits`, or `data` from which its plugin makes the edits when the user chooses it (see `ResolveRequest`), or
    a `command`. If it has both edits made from `data` and a command, the plugin gets the command in a `CommandRequest`
    after the editor has made the edits.
    """

    title: str
    kind: str = "quickfix"
    edits: tuple[TextEdit, ...] = ()
    data: Mapping[str, str | int] = field(default_factory=dict[str, "str | int"])
    command: Command | None = None
    findings: tuple[Finding, ...] = ()
    """The findings that it repairs."""
    preferred: bool = False
    origin: Origin = Origin()
    within: Span | None = None
    """The range that the edits of a model must stay in. It is set when the action is offered, and still counts when the
    action is resolved. None means the lines of the request."""
    elsewhere: tuple[DocumentEdits, ...] = ()
    """Edits of other files in the workspace folder that belong to it. Only a rule may make them, never a model."""
    checked: str = ""
    """The checks that its edits have passed, for people: `parses · finding gone · file clean`. In a menu, just
    `file clean`."""
    explanation: str = ""
    """What follows from it and why it is offered, in whole sentences, for the preview and the log."""
    listed: bool = True
    """Whether the first menu shows it. Otherwise it is in the second menu, behind the entry "More…"."""
    undone: Command | None = None
    """The plugin gets this command in a `CommandRequest` if the user soon undoes the edits."""
    unchecked: str = ""
    """Why a check of its edits that was due didn't happen. The editor shows it when the edits are made."""
    unasked: bool = False
    """Whether "fix all" makes it: it is right for everybody, because code runs as before if the value isn't null."""


@dataclass(frozen=True)
class DocumentEdits:
    """Edits of another document than that of the request."""

    document: Document
    """The document whose text the edits were made for."""
    edits: tuple[TextEdit, ...]


@dataclass(frozen=True)
class CompletionItem:
    """Text to put in place of `span`, which holds the cursor."""

    span: Span
    text: str
    origin: Origin = Origin()
    command: Command | None = None
    """The plugin gets this command in a `CommandRequest` when the user accepts the item."""


# --- requests -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CompletionRequest:
    document: Document
    offset: int
    trigger: Trigger = Trigger.TYPING
    selected: tuple[Span, str] | None = None
    """The range and text of the entry that is selected in the editor's own completion menu. The completion must
    continue that text."""
    grows: bool = True
    """Whether the client asks again when more text has come. Otherwise it shows nothing but this answer."""
    listed: bool = False
    """Whether the answer is one entry of a menu. Choosing another entry then doesn't reject it."""


@dataclass(frozen=True)
class NextEditRequest:
    """Asks for one edit, anywhere in the document, that should follow from recent edits."""

    document: Document
    offset: int
    """The cursor. The answer is the nearest place after it."""


@dataclass(frozen=True)
class CheckRequest:
    document: Document
    whole: bool = False
    """Whether to wait for every checker, as `breadknife lint` does. An editor gets the findings that are ready."""
    all_fixes: bool = True
    """Whether the answer needs every fix of a finding. Otherwise only preferred fixes are used ("fix all"), and a
    plugin may leave out others that take time to make. A menu is an `ActionRequest`."""
    each_place: bool = False
    """Whether each place needs a finding of its own. Otherwise a plugin may return one finding for each cause, at its
    first place, with the others in `related`."""


@dataclass(frozen=True)
class ActionRequest:
    document: Document
    span: Span
    findings: tuple[Finding, ...] = ()
    """The findings that the editor shows at that place, also those of other tools."""
    invoked: bool = True
    """Whether the user opened the menu. False if the editor asks only whether there is one."""


@dataclass(frozen=True)
class ResolveRequest:
    """Asks for the edits of an action that this plugin offered for this text."""

    document: Document
    action: Action


@dataclass(frozen=True)
class CommandRequest:
    command: Command
    root: Path | None
    """The workspace folder in which the user ran it."""


Request = CompletionRequest | NextEditRequest | CheckRequest | ActionRequest | ResolveRequest | CommandRequest


# --- answers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Completions:
    items: tuple[CompletionItem, ...]
    """Alternatives, the best first."""
    incomplete: bool = False
    """Whether more text is coming. The plugin then calls `Context.refresh`."""


@dataclass(frozen=True)
class Findings:
    items: tuple[Finding, ...]
    unanswered: tuple[str, ...] = ()
    """A sentence for each part of the plugin that didn't answer. That part may have found more."""


@dataclass(frozen=True)
class Actions:
    items: tuple[Action, ...]

    @classmethod
    def fixing(cls, findings: Iterable[Finding], span: Span) -> Actions:
        """A menu with the fixes of the findings that touch `span`."""
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
    """The answer to a `CommandRequest` that succeeded. `message` is shown to the user."""

    message: str = ""


@dataclass(frozen=True)
class Silence:
    """No answer, and why: a stable reason code, a sentence, and a remedy (what the user can do)."""

    reason: str
    sentence: str
    remedy: str = ""


Answer = Completions | Findings | Actions | Done | Silence

"""What requests and answers are made of: plain frozen values, in offsets and strings, with nothing of LSP in them.

Offsets and spans count code points (Python's characters) from the start of the document's text; a span's end isn't part
of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from breadknife.text.document import Document, Span, TextEdit

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""What JSON can say. Numbers are finite, and keys are strings."""


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
        """Tell whether this is at least as high as `least`."""
        order = tuple(Confidence)
        return order.index(self) <= order.index(least)


class Trigger(StrEnum):
    """What made the editor ask for a completion: a key that was typed, or the user's command."""

    TYPING = "typing"
    INVOKED = "invoked"


@dataclass(frozen=True)
class Origin:
    """Who made something: a rule, or a model with what it cost.

    `Model.origin` gives a model's. Where a plugin asked a model and names neither, the host takes the model for the
    author.
    """

    rule: str = ""
    """The rule's name, such as `dates/iso`; empty when a model made it."""
    model: str = ""
    """Catalog name of the model; empty when a rule alone made it."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Of `prompt_tokens`, those that were already evaluated."""
    output_tokens: int = 0
    trimmed_tokens: int = 0
    """Left out of a prompt that was too long."""
    queued: float = 0.0
    """Seconds that the request waited in the engine for its first evaluation."""
    computed: float = 0.0
    """Seconds of evaluation."""


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

    @property
    def order(self) -> tuple[Span, str, str]:
        """What findings of a document are sorted by, wherever they are shown."""
        return self.span, self.source, self.code

    @property
    def is_unlikely(self) -> bool:
        """Tell whether it is a hint that its plugin isn't sure of. The command line leaves these out by default."""
        return self.severity is Severity.HINT and self.confidence is not Confidence.HIGH


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
    """Where the edits may be when a model wrote them; without it, the lines that were asked about and those of
    `findings`. Say it when the action is offered, before any model is asked: what a resolved action says is left out.
    An edit outside of it has the reason `outside-range`, and nothing is changed.

    A docstring for the function around the cursor: `Action("Write a docstring", data={"at": start},
    within=Span(start, end))`, with the function's first and last offset."""
    elsewhere: tuple[DocumentEdits, ...] = ()
    """Edits of other documents that belong to it: of files in the workspace folder, a rule's only, never a model's."""
    checked: str = ""
    """What its edits have passed, for people: `parses · finding gone · file clean`. In a menu just `file clean`."""
    explanation: str = ""
    """What follows from it, and why it is offered, in whole sentences: for the preview and the log."""
    listed: bool = True
    """True if the menu shows it at once. Otherwise it is behind the entry "More…"."""
    undone: Command | None = None
    """Told to the plugin where the user undoes those edits again soon after."""
    unchecked: str = ""
    """Why what should have looked at its edits hasn't: the user is told when they are made."""
    refused: tuple[str, ...] = ()
    """Why parts of the text were left as they are, a sentence each: for the receipt."""
    preview: bool = False
    """Its edits stand each for itself: an editor that can ask lets the user choose among them before they are made."""
    incomplete: bool = False
    """More is to come once its edits are made: its `command` looks for that, with the editor's progress, until the
    document changes or is closed."""
    unasked: bool = False
    """It is right whoever asks for it, so "fix all" makes it: what is not null goes on as before."""
    disabled: str = ""
    """Why there is nothing to choose, as a clause: editors that can show the entry greyed out, with this reason. In
    others it is an entry whose `command` may tell that. A menu that nobody opened doesn't have it."""


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


@dataclass(frozen=True)
class Lens:
    """A line of its own above a place of a document, which carries out a command when it is clicked."""

    span: Span
    """What it is about. Editors show it above the first line of that."""
    title: str
    """One line, at most 100 characters."""
    command: Command
    """Told to this same plugin, as a `CommandRequest`."""
    origin: Origin = Origin()
    """Who wrote the title."""


@dataclass(frozen=True)
class Inlay:
    """A few words that the editor shows within a line and that aren't part of the text."""

    offset: int
    """Before which character it is shown, in code points; the length of the text shows it at its end."""
    text: str
    """One line, at most 100 characters."""
    tooltip: str = ""
    """Plain text, at most 2,000 characters."""
    origin: Origin = Origin()
    """Who wrote text and tooltip."""


@dataclass(frozen=True)
class NewDocument:
    """A text that the editor opens as a document of its own, beside what the user works on. Nothing is saved over."""

    text: str
    """At most 2,000,000 characters."""
    language: str = "plaintext"
    """An LSP language id."""
    title: str = ""
    """Words for its name, at most 100 characters: characters that no file's name can have are left out."""
    origin: Origin = Origin()
    """Who wrote the text. What a model wrote is text: it is shown, and never run or rendered."""


@dataclass(frozen=True)
class OpenDocument:
    """A file that the editor shows: one of the workspace folder that may be read, one that the user has open, or one
    that the plugin `may_open`. Anything else is left out, and the log says why."""

    uri: str
    """A `file:` URI."""
    span: Span | None = None
    """What to select there, in code points of the file's text. Left out for what isn't text, such as a PDF."""
    external: bool = False
    """True if the system's own program for such files shows it, as for a PDF. `uri` may then end in `#page=12`."""


@dataclass(frozen=True)
class Resource:
    """A file as bytes, such as an image or a PDF."""

    uri: str
    """Its `file:` URI."""
    media_type: str
    """By its first bytes where those tell, else by its name: `image/png`, `application/pdf`; else
    `application/octet-stream`."""
    data: bytes

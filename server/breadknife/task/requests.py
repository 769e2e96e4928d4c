"""What is asked of plugins. See `breadknife.task.items` for what the parts are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from breadknife.task.items import Action, Command, Finding, Trigger
from breadknife.text.document import Document, Span


@dataclass(frozen=True)
class CompletionRequest:
    """How does the text go on? Answer with `Completions`."""

    document: Document
    offset: int
    """Where the cursor is: before this character, in code points from 0."""
    trigger: Trigger = Trigger.TYPING
    selected: tuple[Span, str] | None = None
    """The entry selected in the editor's own completion menu, which the text must continue."""
    grows: bool = True
    """True if the client asks again once more of the text is written. Otherwise it shows the first answer only."""
    listed: bool = False
    """True if the answer is one of several entries in a menu: a user who chooses another one hasn't rejected it."""


@dataclass(frozen=True)
class NextEditRequest:
    """What should follow from what was changed lately? Answer with `Completions` of one item, anywhere in the
    document."""

    document: Document
    offset: int
    """Where the cursor is; the nearest place after it is wanted."""


@dataclass(frozen=True)
class CheckRequest:
    """What is wrong in this document? Answer with `Findings`."""

    document: Document
    whole: bool = False
    """Wait for every checker (headless lint) instead of giving what is ready now (an editor)."""
    all_fixes: bool = True
    """True if somebody reads every fix of a finding. Otherwise only the preferred ones are read ("fix all"), and others
    that take time to make may be left out: a menu is an `ActionRequest`."""
    each_place: bool = False
    """True if every place is wanted as a finding of its own. Otherwise a plugin may answer with one finding for each
    cause, at the first place, and name the others as `related`."""
    seconds: float | None = None
    """The longest that a `whole` check waits for slow checkers; then it answers with what the others say.
    With 0 these aren't asked: only what they have said already counts."""


@dataclass(frozen=True)
class ActionRequest:
    """What does the menu offer at a place? Answer with `Actions`. Editors ask at each move of the cursor, so ask no
    model here: give an action `data`, and make its edits when it is resolved."""

    document: Document
    span: Span
    """What is selected; empty where nothing is."""
    findings: tuple[Finding, ...] = ()
    """Findings at that place that the editor shows, also other tools'."""
    invoked: bool = True
    """True if the user has asked for the menu, not the editor for a hint that there is one."""


@dataclass(frozen=True)
class ResolveRequest:
    """Make the edits of an action that this same plugin offered for this same text. Answer with `Actions` that hold
    the action with its edits."""

    document: Document
    action: Action


@dataclass(frozen=True)
class CommandRequest:
    """Carry out a command that this same plugin has given to an action, a lens or a completion. Answer with `Done`."""

    command: Command
    root: Path | None
    """The workspace folder that it was asked in."""
    document: Document | None = None
    """The document that the command came from, as it is now; None where the editor no longer has it open."""


@dataclass(frozen=True)
class HoverRequest:
    """What is there to say about a place? Answer with a `Hover`."""

    document: Document
    offset: int
    """Where the pointer (or the cursor) is: before this character, in code points from 0."""
    pictures: bool = False
    """True if the client shows the picture of a `Hover`."""


@dataclass(frozen=True)
class LensRequest:
    """Which commands stand above lines of this document? Answer with `Lenses`. Editors ask after each change."""

    document: Document


@dataclass(frozen=True)
class InlayRequest:
    """What is shown within the lines of a part of a document? Answer with `Inlays`. Editors ask after each change, and
    when somebody scrolls."""

    document: Document
    span: Span
    """What the editor shows. Inlays outside of it are left out."""


@dataclass(frozen=True)
class WhyRequest:
    """Why is nothing shown at a place? Answer with a `Silence` that says what keeps you from showing something there,
    or that you do show something; with None if you never show anything at such a place."""

    document: Document
    span: Span
    """What is selected; empty where nothing is."""


class OwnRequest:
    """The base of each kind of request that a plugin defines: a frozen dataclass that another plugin passes to
    `Context.ask`, and that is a key of `Plugin.serves`.

    If it has a field `document: Document`, plugins are asked by that document's language, as with any other request;
    otherwise the languages in `serves` don't matter.
    """


Request = (
    CompletionRequest
    | NextEditRequest
    | CheckRequest
    | ActionRequest
    | ResolveRequest
    | CommandRequest
    | HoverRequest
    | LensRequest
    | InlayRequest
    | WhyRequest
    | OwnRequest
)


def place_of(request: Request) -> Span | None:
    """Return the place of its document that somebody looks at; None where it is about the whole, or nobody does."""
    match request:
        case CompletionRequest(offset=offset) | NextEditRequest(offset=offset):
            return Span(offset, offset)
        case ActionRequest(span=span):
            return span
        case _:
            return None


def document_of(request: Request) -> Document | None:
    """Return the document that a request is about; None for one without a document."""
    document = getattr(request, "document", None)
    return document if isinstance(document, Document) else None

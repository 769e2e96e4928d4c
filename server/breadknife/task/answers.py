"""What plugins answer. See `breadknife.task.items` for what the parts are; the host checks the limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from breadknife.task.items import (
    Action,
    CompletionItem,
    Finding,
    Inlay,
    JsonValue,
    Lens,
    NewDocument,
    OpenDocument,
    Origin,
)
from breadknife.text.document import Span


@dataclass(frozen=True)
class Completions:
    """How the text may go on."""

    items: tuple[CompletionItem, ...]
    """Alternatives, the best first."""
    incomplete: bool = False
    """More is being written: the plugin asks for a refresh when it is there."""


@dataclass(frozen=True)
class Consulted:
    """What a plugin has asked besides a document, while it looked for what is wrong there."""

    words: set[str] = field(default_factory=set[str])
    """What the project was asked about, as `project.words.keys_of` returns it."""
    paths: set[str] = field(default_factory=set[str])
    """Absolute paths: whether there is something, or the text of a document."""
    plugins: set[str] = field(default_factory=set[str])
    """The names of other plugins."""


@dataclass(frozen=True)
class Findings:
    """What is wrong in a document: at most 100,000 findings and fixes."""

    items: tuple[Finding, ...]
    unanswered: tuple[str, ...] = ()
    """A sentence for each part of the plugin that was asked and gave no answer: it may have found more."""
    incomplete: bool = False
    """More is still to come: the plugin asks for a refresh when it is there. For a `whole` check, after which nothing
    comes: the plugin may find more when it is asked again, so nobody keeps these."""
    read: frozenset[str] | None = None
    """For `kept_with`: the absolute paths of the other files that these depend on, so long as none comes or goes. None
    if it may be any of the folder's code."""
    consulted: Consulted | None = None
    """For `kept_with`, in place of `read`: on what these depend where that isn't the folder's code."""


@dataclass(frozen=True)
class Actions:
    """A menu, in its order; or the one action that was resolved."""

    items: tuple[Action, ...]

    @classmethod
    def fixing(cls, findings: Iterable[Finding], span: Span) -> Actions:
        """Return the fixes of those findings that touch `span`, as a menu."""
        return cls(
            tuple(
                Action(
                    fix.title, edits=fix.edits, findings=(finding,), preferred=fix.preferred, origin=fix.origin,
                    within=fix.within, elsewhere=fix.elsewhere,
                )
                for finding in findings
                if finding.span.touches(span)
                for fix in finding.fixes
            )
        )  # fmt: skip


@dataclass(frozen=True)
class Done:
    """A command was carried out."""

    message: str = ""
    """What the user is told, at most 20,000 characters; nothing where it is empty. A long one, or one of several lines,
    opens as a page."""
    result: JsonValue = None
    """What the client gets as the result of its `workspace/executeCommand`: at most 1 MB of JSON."""
    documents: tuple[NewDocument, ...] = ()
    """What the editor opens, at most 10. A client that can't open any gets their texts in its result alone."""
    shows: tuple[OpenDocument, ...] = ()
    """What the editor then shows, at most 10; the last one gets the focus."""


@dataclass(frozen=True)
class Silence:
    """No answer, and why: a stable reason code, a sentence, and what the user can do."""

    reason: str
    sentence: str
    remedy: str = ""


@dataclass(frozen=True)
class Hover:
    """What is said about a place. What several plugins say is shown below each other."""

    text: str
    """At most 20,000 characters."""
    span: Span | None = None
    """What it is about: editors highlight it. It holds the offset that was asked about."""
    origin: Origin = field(default=Origin())
    """Who wrote the text."""
    markdown: bool = False
    """True if `text` is Markdown. What a model wrote is always shown as plain text: Markdown can load pictures from
    elsewhere and hide where a link leads."""
    picture: bytes = b""
    """A PNG that is shown below, of at most 60,000 bytes, where the request says that the client shows pictures."""


@dataclass(frozen=True)
class Lenses:
    """The lenses of a document, at most 2,000."""

    items: tuple[Lens, ...]


@dataclass(frozen=True)
class Inlays:
    """The inlays of a part of a document, at most 10,000."""

    items: tuple[Inlay, ...]


class OwnAnswer:
    """The base of each kind of answer that a plugin defines for an `OwnRequest`: a frozen dataclass.

    The host checks nothing of it. Say in an `Origin` which model wrote what, so that who asked can pass that on.
    """


Answer = Completions | Findings | Actions | Hover | Lenses | Inlays | Done | Silence | OwnAnswer

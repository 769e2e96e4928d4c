"""What the null check says of a file, whatever its language: places, and the ways to repair them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from breadknife.project.values import Project
from breadknife.task.values import DocumentEdits, Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree

SOURCE = "nullcheck"
MEANT = "a null may be intended here: the code only passes it on"
"""Why a check may end what goes well."""


class Use(StrEnum):
    """What is done with a value that may be null; also the finding's code, in every language."""

    ATTRIBUTE = "none-attribute"
    CALL = "none-call"
    SUBSCRIPT = "none-subscript"
    ITERATE = "none-iterate"
    OPERAND = "none-operand"
    ARGUMENT = "none-argument"
    WITH = "none-with"
    RETURN = "none-return"
    """It is given back where the signature says that it can't be null."""
    ASSIGN = "none-assign"
    """It is put where the declaration says that it can't be null, or into a nil map."""


class Strategy(StrEnum):
    """The ways to repair, by what they write. Which of them a language has is its own matter."""

    RETURN_TYPE = "return-type"
    """The declaration, from here to `ANNOTATE`: what a function gives back."""
    INITIAL = "initial"
    """A real value where None is set first: in `__init__`, as a parameter's default."""
    DROP_NONE = "drop-none"
    """`| None` goes from an annotation: nothing ever sets it."""
    REQUIRED = "required"
    """A parameter loses its default None."""
    FIELD = "field"
    """A field of a generic or a data class."""
    ANNOTATE = "annotate"
    """`| None` is added where it is true."""
    WIDEN = "widen"
    """The same for what gets a value that is only handed on."""
    ASSERT = "assert"
    RAISE = "raise"
    """Raises, throws, panics, or gives back an error."""
    RETURN = "return"
    CONTINUE = "continue"
    BREAK = "break"
    WALRUS = "walrus"
    """The test binds the name: `if (m := f()) is not None`."""
    NARROW = "narrow"
    """The rest goes into an `if` that tests for it."""
    REUSE = "reuse"
    """A name that holds the same value, which was tested."""
    DEFAULT = "default"
    """`?? x`, `or x`, `Optional.orElse`: a value in its place."""
    LOOK_UP = "look-up"
    """Python: `d[k]` for `d.get(k)`."""
    OPTIONAL_CHAIN = "optional-chain"
    CHECK_ERROR = "check-error"
    """Go: the error that came with it is looked at."""
    MAKE = "make"
    """What is missing is made: Go's map before it is written to, TypeScript's element where it is used."""
    NON_NULL = "non-null"
    """TypeScript's `!`: never but last."""
    IGNORE = "ignore"
    """The checker's own comment, with a reason: no edit is right."""


DECLARATION = frozenset({
    Strategy.RETURN_TYPE, Strategy.INITIAL, Strategy.DROP_NONE, Strategy.REQUIRED, Strategy.FIELD, Strategy.ANNOTATE,
})  # fmt: skip
HIDING = frozenset({Strategy.IGNORE, Strategy.NON_NULL})
"""They only hide a finding: for people, and never first."""


@dataclass(frozen=True)
class Place:
    """One value that may be null, where it is used as if it couldn't be."""

    span: Span
    use: Use


@dataclass(frozen=True)
class Content:
    """What a strategy writes that isn't structure: the part that a model may choose."""

    exception: str = ""
    message: str = ""
    default: str = ""
    """Source of a literal."""


@dataclass(frozen=True)
class Offer:
    """A way to repair a place that the language's own checks have verified: it parses, the finding is gone, nothing new
    is found in the file, and what happens when the value is there is the same by construction."""

    strategy: Strategy
    title: str
    """It says what a null leads to: "Assert that `m` is not None (AssertionError if it is)". The number of findings
    that it ends is added by `titled`."""
    edits: tuple[TextEdit, ...]
    weight: int
    """Evidence for it; the highest comes first."""
    reason: str
    """The evidence in a clause, for people: "the function raises elsewhere"."""
    content: Content | None = None
    """What a model may say better; None where there is nothing to say."""
    within: Span | None = None
    """Where the edits of this document may be, those with a model's content too; None: the place's own lines."""
    elsewhere: tuple[DocumentEdits, ...] = ()
    """Edits in other files: a declaration's."""
    removes: int = 1
    """Findings of this file that it ends."""
    is_asked_for: bool = False
    """Made where a person chooses it, never by itself: a null may be meant, and it ends that or goes on with it."""
    is_inner: bool = False
    """No other file can see it: nothing changes in what a function takes and gives."""
    otherwise: Offer | None = None
    """What is made in its place where an installed checker objects to it: of the same strategy, and less exact."""

    @property
    def titled(self) -> str:
        """What people read, wherever it is offered: what it does, how many findings it ends, and why it is offered."""
        title = self.title
        if self.removes > 1:
            ends = f"ends {self.removes} findings"
            title = f"{title[:-1]}, {ends})" if title.endswith(")") else f"{title} ({ends})"
        return title if self.reason in title else f"{title} — {self.reason}"


class NullFile(Protocol):
    """What is known of one text of one language. Used by one thread at a time; methods may be slow once."""

    @property
    def tree(self) -> SyntaxTree: ...

    def is_current(self) -> bool:
        """Whether the project's other files still say what it was made with; quick."""
        ...

    def findings(self) -> Sequence[Finding]:
        """The uses of what may be null, in the order of the text; code is a `Use`. `related` tells the path: where the
        null comes from first, then why no check stops it."""
        ...

    def place(self, finding: Finding, /) -> Place | None:
        """Where a finding, own or another checker's, points; None when it isn't about null or can't be found."""
        ...

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        """What may be offered there, best first; nothing where nothing is right. `about` are the findings that are
        answered: an ignore comment is in their checker's form."""
        ...

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        """The edits of an offer with that content, verified in the same way; None if they aren't right."""
        ...


class NullLanguage(Protocol):
    @property
    def ids(self) -> frozenset[str]:
        """Language ids of LSP."""
        ...

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> NullFile: ...

    def literal(self, default: str, like: str, /) -> bool:
        """Whether `default` is a literal of the type of `like`."""
        ...

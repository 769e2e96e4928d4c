"""The values that the tools of `breadknife mcp` return, as JSON. Lines and columns count from 1, columns in code
points."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from breadknife.task.values import Action, Finding
from breadknife.text.document import Document, Span, TextEdit


@dataclass(frozen=True)
class Position:
    line: int
    column: int


@dataclass(frozen=True)
class CausePlace:
    """A place that explains a problem."""

    path: str
    line: int
    message: str


@dataclass(frozen=True)
class Edit:
    path: str
    start: Position
    end: Position
    new_text: str


@dataclass(frozen=True)
class VerifiedFix:
    """One way to repair what is at a line; nothing is written. Making all its edits does it."""

    title: str
    edits: tuple[Edit, ...]
    checks: str = ""
    """The checks that the edits have passed."""
    model: str = ""
    """The model that wrote something of it; empty if rules alone did."""


@dataclass(frozen=True)
class VerifiedFixes:
    fixes: tuple[VerifiedFix, ...]
    refused: tuple[str, ...] = ()
    """Why other fixes aren't there."""


@dataclass(frozen=True)
class FoundProblem:
    path: str
    start: Position
    end: Position
    message: str
    rule: str
    severity: str
    confidence: str
    causes: tuple[CausePlace, ...] = ()
    """Where it comes from, such as the declaration that may be null."""
    fixes: VerifiedFixes = VerifiedFixes(())


@dataclass(frozen=True)
class FoundProblems:
    problems: tuple[FoundProblem, ...]
    since: str = ""
    """The commit that the files are compared with, in words; empty if all problems are wanted."""
    not_checked: tuple[str, ...] = ()
    """A sentence for each file that could not be checked, or that was checked only in part."""
    more: int = 0
    """How many problems are left out because there are too many."""


@dataclass(frozen=True)
class FalseClaim:
    """What documentation says and a change made false."""

    path: str
    start: Position
    end: Position
    message: str
    rule: str
    cause_path: str
    cause_line: int
    """The line of the change."""
    edits: tuple[Edit, ...] = ()
    """What makes it true again; empty where that isn't certain."""


@dataclass(frozen=True)
class FalseClaims:
    claims: tuple[FalseClaim, ...]
    since: str
    """The commit that the files are compared with, in words."""
    not_checked: tuple[str, ...] = ()
    more: int = 0
    """How many claims are left out because there are too many."""


@dataclass(frozen=True)
class RecipeAnswer:
    text: str = ""
    model: str = ""
    start: Position | None = None
    end: Position | None = None
    """`start` and `end` are the place that the text is about, or would replace. Both are null if there is no text."""
    reason: str = ""
    """Why there is no text."""
    refused: tuple[str, ...] = field(default_factory=tuple[str, ...])


def position(document: Document, offset: int) -> Position:
    line = document.line_at(offset)
    return Position(line + 1, offset - document.line_starts[line] + 1)


def problem_of(
    path: Path, document: Document, finding: Finding, causes: tuple[CausePlace, ...], fixes: VerifiedFixes
) -> FoundProblem:
    return FoundProblem(
        str(path),
        position(document, finding.span.start),
        position(document, finding.span.end),
        finding.message,
        f"{finding.source}/{finding.code}",
        str(finding.severity),
        str(finding.confidence),
        causes,
        fixes,
    )


def claim_of(path: Path, document: Document, finding: Finding, cause: CausePlace) -> FalseClaim:
    return FalseClaim(
        str(path),
        position(document, finding.span.start),
        position(document, finding.span.end),
        finding.message,
        f"{finding.source}/{finding.code}",
        cause.path,
        cause.line,
        tuple(_edit(document, edit) for fix in finding.fixes for edit in fix.edits),
    )


def fix_of(document: Document, action: Action) -> VerifiedFix:
    edits = [_edit(document, edit) for edit in action.edits]
    edits += [_edit(elsewhere.document, edit) for elsewhere in action.elsewhere for edit in elsewhere.edits]
    return VerifiedFix(action.title, tuple(edits), action.checked, action.origin.model)


def _edit(document: Document, edit: TextEdit) -> Edit:
    span: Span = edit.span
    path = str(document.path or document.uri)
    return Edit(path, position(document, span.start), position(document, span.end), edit.new_text)


@dataclass(frozen=True)
class PlaceInFolder:
    """A function, class, section or setting that a question is about."""

    path: str
    """Relative to the server's folder, with `/`."""
    line: int
    last_line: int
    name: str
    """It has its class before it, and is empty for what stands in no function, class or section."""
    kind: str
    excerpt: str
    """The first line of its signature, or its heading; where neither fits, the line of its text that fits best."""
    fits: str
    """This says what of it fits the question: `name, documentation`."""


@dataclass(frozen=True)
class FoundPlacesInFolder:
    places: tuple[PlaceInFolder, ...]
    """The likeliest first."""
    searched: str = ""
    """This says what was searched, and how."""
    model: str = ""
    """The model that compared meanings; it is empty if none did."""
    reason: str = ""
    """Why there is no place; empty if there is one."""

"""The findings of a project, what becomes of them, and what that needs of whoever runs it: answers of the plugins, and
somebody to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import Dereference, Strategy
from breadknife.plugins.nullcheck.verify.oracle.tools import InstalledChecker
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem
from breadknife.project.values import Project
from breadknife.task.values import Action, Finding, Request
from breadknife.text.document import Document, TextEdit

_Item = TypeVar("_Item")
Edits = Mapping[Path, tuple[TextEdit, ...]]
"""Of each file, in positions of its present text."""


@dataclass(frozen=True)
class DereferenceFinding:
    """A finding about null, and the value that it is about."""

    path: Path
    finding: Finding
    place: Dereference

    def moved(self, made: Sequence[Edits]) -> DereferenceFinding | None:
        """Return where it is after edits, each in positions of what those before it have made; None where they have
        changed its text."""
        found = self
        for edits in made:
            for edit in sorted(edits.get(found.path, ()), reverse=True):
                spans = (found.place.span, found.finding.span)
                if any(edit.span.start < span.end and span.start < edit.span.end for span in spans):
                    return None
                if edit.span.end <= min(span.start for span in spans):
                    by = len(edit.new_text) - len(edit.span)
                    place = replace(found.place, span=found.place.span.shifted(by))
                    finding = replace(found.finding, span=found.finding.span.shifted(by), related=())
                    found = DereferenceFinding(found.path, finding, place)
        return found


@dataclass(frozen=True)
class RepairedFinding:
    """A verified action for a finding."""

    found: DereferenceFinding
    action: Action
    edits: Edits

    @property
    def strategy(self) -> Strategy:
        return strategy_of(self.action)


@dataclass(frozen=True)
class RefusedFinding:
    """No action for a finding, and why."""

    found: DereferenceFinding
    why: str
    proposed: Action | None = None
    """The verified action that a person may choose, where only few maintainers would write it."""


@dataclass(frozen=True)
class EndedFinding:
    """A finding that isn't there any more, after the repairs of others."""

    found: DereferenceFinding


def strategy_of(action: Action) -> Strategy:
    return Strategy(action.data["strategy"])


@dataclass(frozen=True)
class PluginAnswer:
    """What the null check answers to one request."""

    findings: Sequence[Finding] = ()
    actions: Sequence[Action] = ()
    failure: str = ""
    """Why the null check has failed, as a sentence."""
    reason: str = ""
    """Why there is no answer, as a sentence."""


class Workspace(Protocol):
    """The plugins, the projects and the settings of the files. `root` is the workspace folder of a file."""

    def tell(self, message: str, *, fleeting: bool = False) -> None:
        """Say a line. A `fleeting` one is progress, which the next line replaces."""
        ...

    def shown(self, items: Sequence[_Item], what: Callable[[_Item], str]) -> Iterator[_Item]:
        """Give the items, and tell each as its turn comes."""
        ...

    def root(self, path: Path) -> Path: ...

    def settings(self, document: Document, root: Path) -> tuple[bool, NullCheckSettings]:
        """Tell whether the folder is trusted, and what is set for the document. Raises SettingsError."""
        ...

    def ask(self, request: Request, root: Path) -> PluginAnswer: ...

    def problems(
        self, checker: InstalledChecker, document: Document, beside: Mapping[Path, str], seconds: float
    ) -> Sequence[CheckerProblem]:
        """Return what an installed checker says of a document while other files have the texts `beside`. Raises
        Cancelled after `seconds`, and EngineError."""
        ...

    def project(self, root: Path) -> Project | None: ...

    def read(self, root: Path) -> None:
        """Read the project. What its files say of each other is known from here on."""
        ...

    def changed(self, document: Document, root: Path) -> None:
        """Tell the project that a document has another text."""
        ...

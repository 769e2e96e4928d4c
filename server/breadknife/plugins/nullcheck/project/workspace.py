"""What the work on a whole project needs of whoever runs it: answers of the plugins, and somebody to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.verify.oracle.tools import Installed
from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.project.values import Project
from breadknife.task.values import Action, Finding, Request
from breadknife.text.document import Document

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Answer:
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
        """Says a line. A `fleeting` one is progress, which the next line replaces."""
        ...

    def shown(self, items: Sequence[_Item], what: Callable[[_Item], str]) -> Iterator[_Item]:
        """Gives the items, and tells each as its turn comes."""
        ...

    def root(self, path: Path) -> Path: ...

    def settings(self, document: Document, root: Path) -> tuple[bool, NullCheckSettings]:
        """Whether the folder is trusted, and what is set for the document. Raises SettingsError."""
        ...

    def ask(self, request: Request, root: Path) -> Answer: ...

    def problems(
        self, checker: Installed, document: Document, beside: Mapping[Path, str], seconds: float
    ) -> Sequence[Problem]:
        """What an installed checker says of a document while other files have the texts `beside`. Raises Cancelled
        after `seconds`, and EngineError."""
        ...

    def project(self, root: Path) -> Project | None: ...

    def read(self, root: Path) -> None:
        """Reads the project. What its files say of each other is known from here on."""
        ...

    def changed(self, document: Document, root: Path) -> None:
        """Tells the project that a document has another text."""
        ...

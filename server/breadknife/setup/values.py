"""What `breadknife setup` sets up, and what it says while it does.

A *part* is something that breadknife is better with: the engine, a model, LanguageTool, an editor's settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from breadknife.cancel import CancelToken
from breadknife.engine.models.pull import PullProgress
from breadknife.errors import BreadknifeError

State = Literal["running", "done", "failed", "skipped"]


class Skipped(BreadknifeError):
    """A part that can't be used here, with what would change that."""


@dataclass(frozen=True)
class Event:
    """One line of `breadknife setup --json`: the contract is docs/setup.md."""

    part: str
    state: State
    message: str
    fraction: float | None = None
    bytes_done: int | None = None
    bytes_total: int | None = None
    usual: bool | None = None
    """Whether `--yes` sets the part up; None while parts are set up."""


@dataclass(frozen=True)
class PartStatus:
    """A part as it is before anything is done."""

    ready: bool
    state: str
    """The state in a few words: `ready`, `not installed`."""
    size: int = 0
    """Bytes that are still to be fetched for it, about; those that it has if it is ready. 0 for nothing."""
    possible: bool = True
    """Whether it can be set up here."""


class Part(Protocol):
    @property
    def name(self) -> str:
        """The name that users and programs use: `engine`, `model:NAME`, `languagetool`, `editor:NAME`."""
        ...

    @property
    def title(self) -> str:
        """The name for people, at most 24 characters."""
        ...

    @property
    def purpose(self) -> str:
        """What it is for, in a line."""
        ...

    @property
    def lane(self) -> str:
        """Parts of one lane are set up one after the other, different lanes side by side."""
        ...

    def status(self) -> PartStatus:
        """Look at what is there. Fetches and changes nothing."""
        ...

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        """Set it up unless it is there, and say in a sentence what there is now.

        Raises Skipped, Cancelled (what was fetched is kept, and the next time goes on from there), or any other
        BreadknifeError.
        """
        ...

"""The parts that `breadknife setup` sets up, and the events that it tells meanwhile.

A *part* is something that breadknife is better with: the engine, a model, LanguageTool, an editor's settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import PullProgress
from breadknife.errors import BreadknifeError

State = Literal["running", "done", "failed", "skipped"]


class Skipped(BreadknifeError):
    """A part can't be set up on this machine; the message says what would change that."""


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
    """True if `--yes` would set the part up. Only events that list what there is say so; in all others it is None."""


@dataclass(frozen=True)
class PartStatus:
    """A part as it is before anything is done."""

    ready: bool
    state: str
    """The state in a few words: `ready`, `not installed`."""
    size: int = 0
    """About how many bytes are still to be fetched, or if the part is ready, how many it takes. 0 if that isn't
    known or nothing."""
    possible: bool = True
    """True if it can be set up here."""


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
        """Says in one line what the part is for."""
        ...

    @property
    def lane(self) -> str:
        """Parts of one lane are set up one after the other, different lanes side by side."""
        ...

    def status(self) -> PartStatus:
        """Look at what is there. Fetches and changes nothing."""
        ...

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        """Set the part up unless it is there, and return a sentence that says what there is now.

        Raises Skipped, Cancelled (what was fetched is kept, and the next time goes on from there), or any other
        BreadknifeError.
        """
        ...

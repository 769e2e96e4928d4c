"""An editor's description, and what is inserted into its settings file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife import children

Command = Sequence[str]
"""The program and arguments that start the server."""


@dataclass(frozen=True)
class Insertion:
    """A text to insert into a file, which is otherwise left as it is."""

    at: int
    """The offset in code points."""
    text: str
    left_out: tuple[str, ...] = ()
    """The languages that the file configures already, for which nothing is inserted."""


@dataclass(frozen=True)
class Editor:
    name: str
    title: str
    programs: tuple[str, ...]
    """The editor's programs: it is on this machine if one of them is on the path."""
    file: str
    """The file that the settings belong in, for people; empty if they are a command to be run."""
    settings: Callable[[Command], str]
    """Returns the exact text of the settings."""
    page: str
    """The editor's page in `docs/editors/`."""
    place: Callable[[], Path] | None = None
    """Returns the file on this machine. None if breadknife can't write this editor's settings."""
    insertion: Callable[[str, Command], Insertion] | None = None
    """Returns what is inserted into a file with this text (see `inserting`). None together with `place`."""
    next_step: str = ""
    """What is left to be done in the editor, as a sentence."""

    @property
    def found(self) -> str | None:
        """The path of the editor's program; None if it isn't on the path."""
        return children.find_program(*self.programs)

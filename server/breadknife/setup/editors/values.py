"""What is known of an editor, and what is put into its settings file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife import children

Command = Sequence[str]
"""How the server is started."""


@dataclass(frozen=True)
class Insertion:
    """What a file gets, and where: what it holds already stays as it is."""

    at: int
    """Offset in code points."""
    text: str
    left_out: tuple[str, ...] = ()
    """Languages that the file configures already, so that nothing of theirs is inserted."""


@dataclass(frozen=True)
class Editor:
    name: str
    title: str
    programs: tuple[str, ...]
    """Any of them on the path means that the editor is here."""
    file: str
    """Where the settings belong, for people; empty where they are a command to be run."""
    settings: Callable[[Command], str]
    """The exact text."""
    page: str
    """The editor's page in `docs/editors/`."""
    place: Callable[[], Path] | None = None
    """The file on this machine; None where breadknife writes none."""
    insertion: Callable[[str, Command], Insertion] | None = None
    """What a file that holds this text gets. Raises SettingsError where it can't have the settings."""
    next_step: str = ""
    """What is left to be done in the editor, as a sentence."""

    @property
    def found(self) -> str | None:
        """The program's path."""
        return children.find_program(*self.programs)

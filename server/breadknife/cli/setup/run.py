"""`breadknife setup`: everything that breadknife is better with, fetched when asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import Enum

import typer

from breadknife.cli.output import cancelled_by_signals, offline_by_settings
from breadknife.cli.setup.output import (
    Events,
    JsonEvents,
    LineEvents,
    LiveEvents,
    looked,
    tell_editor,
    tell_undone,
    tell_written,
)
from breadknife.cli.setup.page import choose, show
from breadknife.engine.models.catalog import merged, user_catalog
from breadknife.errors import SettingsError
from breadknife.setup.choosing import Parts
from breadknife.setup.editors.files import undo, write
from breadknife.setup.editors.table import EditorPart, server_command
from breadknife.setup.running import set_up
from breadknife.setup.values import Part


class Settings(Enum):
    """What is done with an editor's settings."""

    SHOW = "show"
    WRITE = "write"
    UNDO = "undo"


def run(
    names: Sequence[str], *, yes: bool, as_json: bool, wheels: str, offline: bool, settings: Settings = Settings.SHOW
) -> int:
    """Return 0 if all that was asked for is there, 1 if something isn't. Raises BreadknifeError."""
    wheels = wheels and (wheels if "://" in wheels else os.path.abspath(os.path.expanduser(wheels)))
    parts = Parts(merged(user_catalog()), wheels, offline or offline_by_settings())
    wanted = parts.named(names) if names else list(parts.usual) if yes else None
    if settings is not Settings.SHOW:
        return _change_editors(wanted or [], settings)
    if wanted is None:
        if as_json:
            events, usual = JsonEvents(), parts.usual
            for part in parts.every:
                events.tell(looked(part, usual=part in usual))
            return 0
        show(parts)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            typer.echo("\nTo set up what is missing: `breadknife setup --yes`, or name parts.")
            return 0
        wanted = choose(parts)
    return _set_up(wanted, as_json=as_json)


def _change_editors(wanted: Sequence[Part], settings: Settings) -> int:
    """Write the settings of each, or take them out again."""
    editors = [part.editor for part in wanted if isinstance(part, EditorPart)]
    if not editors or len(editors) < len(wanted):
        raise SettingsError(f"`--{settings.value}` is for editors alone; say which: `breadknife setup helix --write`")
    for editor in editors:
        if settings is Settings.UNDO:
            tell_undone(editor, undo(editor))
        else:
            tell_written(editor, write(editor, server_command()))
    return 0


def _set_up(wanted: Sequence[Part], *, as_json: bool) -> int:
    if not as_json:
        for part in wanted:
            if isinstance(part, EditorPart):
                tell_editor(part.editor)
        wanted = [part for part in wanted if not isinstance(part, EditorPart)]
        if not wanted:
            return 0
    events: Events = JsonEvents() if as_json else LiveEvents(wanted) if sys.stderr.isatty() else LineEvents()
    with events, cancelled_by_signals() as cancel:
        ended = set_up(wanted, events.tell, cancel)
    if not as_json:
        typer.echo("Servers that run use it at once." if "done" in ended.values() else "Nothing has changed.")
    return 0 if all(state == "done" for state in ended.values()) else 1

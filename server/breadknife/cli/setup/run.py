"""`breadknife setup`: sets up the engine, models, LanguageTool and editors."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from enum import Enum

import typer

from breadknife.cli.output import cancelled_by_signals, offline_by_settings, tell
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
from breadknife.engine.client import DaemonEngine
from breadknife.engine.fit.recommending import ROLE, survey
from breadknife.engine.models.catalog import merged, user_catalog
from breadknife.engine.models.store import ModelStore
from breadknife.errors import BreadknifeError, SettingsError
from breadknife.host.settings import load
from breadknife.setup.choosing import Parts
from breadknife.setup.editors.files import undo, write
from breadknife.setup.editors.table import EditorPart, server_command
from breadknife.setup.running import set_up
from breadknife.setup.values import Part


class Settings(Enum):
    """Says what `breadknife setup EDITOR` does with the editor's settings."""

    SHOW = "show"
    WRITE = "write"
    UNDO = "undo"


def run(
    names: Sequence[str],
    *,
    yes: bool,
    as_json: bool,
    wheels: str,
    offline: bool,
    cuda: bool = False,
    settings: Settings = Settings.SHOW,
) -> int:
    """Set up the named parts; without names, the usual ones with `yes`, else those that the user chooses.

    Return 0 if all that was asked for is there, 1 if something isn't. Raises BreadknifeError.

    Args:
        wheels: where wheels of the engine are looked for first, a folder or a URL; empty for nowhere.
        cuda: the engine is compiled for NVIDIA's GPUs, too; it must be among what is named.
        settings: what is done with the settings of editors. Unless they are only shown, only editors may be named.
    """
    wheels = wheels and (wheels if "://" in wheels else os.path.abspath(os.path.expanduser(wheels)))
    parts = Parts(merged(user_catalog()), wheels, offline or offline_by_settings(), cuda)
    wanted = parts.named(names) if names else list(parts.usual) if yes else None
    if cuda and parts.engine not in (wanted or ()):
        raise SettingsError("`--cuda` is for the engine: `breadknife setup engine --cuda`")
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
    """Write the settings into each editor's file, or take them out again. Raises SettingsError for other parts."""
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
    """Set the parts up, and tell how it goes. For people, an editor's settings are printed first and without a bar."""
    if not as_json:
        for part in wanted:
            if isinstance(part, EditorPart):
                tell_editor(part.editor)
        wanted = [part for part in wanted if not isinstance(part, EditorPart)]
        if not wanted:
            return 0
    events: Events = JsonEvents() if as_json else LiveEvents(wanted) if sys.stderr.isatty() else LineEvents()
    with events, cancelled_by_signals() as cancel:
        states = set_up(wanted, events.tell, cancel).values()
    if not as_json:
        typer.echo("Servers that run use it at once." if "done" in states else "Nothing has changed.")
        if "done" in states and any(part.lane in ("engine", "models") for part in wanted):
            _recommend()
    return 0 if all(state == "done" for state in states) else 1


def _recommend() -> None:
    """Say which model suits this machine, as far as it can be measured now."""
    catalog = merged(user_catalog())
    with closing(DaemonEngine()) as engine, cancelled_by_signals() as cancel, suppress(BreadknifeError, OSError):
        used = load(None, {})[0].models.get(ROLE) or catalog.for_role(ROLE).name
        tell("measuring which model suits this machine, for some seconds…", fleeting=True)
        advice = survey(catalog.models, ModelStore(), used, engine, cancel).advice(used)
        tell("", fleeting=True)
        typer.echo(f"{advice} (`breadknife models recommend` shows all)")

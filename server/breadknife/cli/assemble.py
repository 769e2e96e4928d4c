"""Makes a host: the same one for an editor and for the command line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from breadknife.engine.api import Engine
from breadknife.engine.models.catalog import read_models
from breadknife.engine.routing import RoutedEngine
from breadknife.errors import LeftOut
from breadknife.host.host import Host
from breadknife.host.plugins.registry import discover
from breadknife.host.remotes import Remotes
from breadknife.host.settings import Author, Layer, Settings, load
from breadknife.offline import forbid_network


def make_host(engine_script: Path | None = None) -> Host:
    host = Host(discover(), _engine(engine_script), read_models())
    # Settings come later, and may come again: the remote engines are those that they name at the time of a request.
    host.engine = RoutedEngine(host.engine, Remotes(lambda: host.settings))
    return host


def command_line(
    *, offline: bool, learn: bool = False, checker_seconds: float | None = None, unasked: Collection[str] = ()
) -> Layer:
    """Return the settings that the command line adds.

    Args:
        learn: learn from what a user accepts; else nothing depends on that, so that CI says what an editor says.
        checker_seconds: how long an edit waits for the checker that must agree.
        unasked: plugins that are switched off.
    """
    values: dict[str, Any] = {"offline": True} if offline else {}
    if not learn:
        values |= {"completion": {"learn": False}, "nullcheck": {"learn": False}}
    if checker_seconds is not None:
        values["nullcheck"] = {**values.get("nullcheck", {}), "oracle_seconds": checker_seconds}
    for name in unasked:
        values[name] = {**values.get(name, {}), "enabled": False}
    return Layer("the command line", values, author=Author.USER)


def settings_for(
    host: Host, offline: bool, root: Path, checker_seconds: float | None = None, unasked: Collection[str] = ()
) -> Settings:
    """Return the settings of a workspace folder.

    Raises SettingsError when something is wrong with them, and tells all of it: with half of its settings, lint would
    be wrong. Tells what an untrusted folder may not set, and leaves it out.
    """
    from breadknife.cli.output import tell  # brings typer, for which a language server would have to wait

    settings, problems = load(
        root,
        host.registry.settings_types,
        command_line(offline=offline, checker_seconds=checker_seconds, unasked=unasked),
    )
    wrong = [problem for problem in problems if not isinstance(problem, LeftOut)]
    for problem in problems if not wrong else wrong[:-1]:
        tell(str(problem))
    if wrong:
        raise wrong[-1]
    if settings.offline:
        forbid_network()
    return settings


def _engine(script: Path | None) -> Engine:
    if script is not None:
        from breadknife.engine.scripted import ScriptedEngine

        return ScriptedEngine.from_file(script)
    from breadknife.engine.client import DaemonEngine

    return DaemonEngine()

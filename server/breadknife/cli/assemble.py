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


def make_host(engine_script: Path | None = None, only: Collection[str] = ()) -> Host:
    """Return a host with all installed plugins, or `only` some. Its engine starts once a request needs a model.

    Args:
        engine_script: a JSON file that answers in place of models, for tests.
    """
    host = Host(discover(only), _engine(engine_script), read_models())
    # Settings come later, and may come again: the remote engines are those that they name at the time of a request.
    host.engine = RoutedEngine(host.engine, Remotes(lambda: host.settings))
    return host


def command_line(
    *,
    offline: bool,
    learn: bool = False,
    checker_seconds: float | None = None,
    disabled_plugins: Collection[str] = (),
    base: str = "",
) -> Layer:
    """Return the layer of settings that the command line adds to those in files.

    Args:
        offline: block any use of the network. False leaves it to the other layers.
        learn: learn from what the user accepts, and use what was learned. Commands do neither, so that their answers
            are the same on every machine, as in CI.
        checker_seconds: how long an edit may wait for the installed checker that must agree; None for the default.
        disabled_plugins: names of plugins that are switched off.
        base: the commit that changes are compared with; empty to leave it to the other layers.
    """
    values: dict[str, Any] = {"offline": True} if offline else {}
    if not learn:
        values |= {"completion": {"learn": False}, "nullcheck": {"learn": False}}
    if checker_seconds is not None:
        values["nullcheck"] = {**values.get("nullcheck", {}), "oracle_seconds": checker_seconds}
    if base:
        values["drift"] = {"base": base}
    for name in disabled_plugins:
        values[name] = {**values.get(name, {}), "enabled": False}
    return Layer("the command line", values, author=Author.USER)


def settings_for(
    host: Host,
    offline: bool,
    root: Path,
    checker_seconds: float | None = None,
    disabled_plugins: Collection[str] = (),
    base: str = "",
) -> Settings:
    """Return the settings of the workspace folder `root`, with those of the command line (see `command_line`).

    Settings that an untrusted folder may not make are left out, and told on stderr. Raises SettingsError if anything
    else is wrong, because the answers of a command that ignored some settings would be wrong, too. The error is the
    last problem; those before it are told on stderr.
    """
    from breadknife.cli.output import tell  # brings typer, for which a language server would have to wait

    settings, problems = load(
        root,
        host.registry.settings_types,
        command_line(offline=offline, checker_seconds=checker_seconds, disabled_plugins=disabled_plugins, base=base),
        are_all=host.registry.is_whole,
    )
    errors = [problem for problem in problems if not isinstance(problem, LeftOut)]
    for problem in errors[:-1] if errors else problems:
        tell(str(problem))
    if errors:
        raise errors[-1]
    if settings.offline:
        forbid_network()
    return settings


def _engine(script: Path | None) -> Engine:
    if script is not None:
        from breadknife.engine.scripted import ScriptedEngine

        return ScriptedEngine.from_file(script)
    from breadknife.engine.client import DaemonEngine
    from breadknife.engine.models.store import ModelStore

    return DaemonEngine(require=lambda name: ModelStore().require(read_models().model(name)))

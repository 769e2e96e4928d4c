"""Makes a host: the same one for an editor and for the command line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from breadknife.engine.api import Engine
from breadknife.engine.catalog import read_models
from breadknife.engine.routing import RoutedEngine
from breadknife.host.host import Host
from breadknife.host.registry import discover
from breadknife.host.remotes import Remotes
from breadknife.host.settings import Author, Layer


def make_host(engine_script: Path | None = None) -> Host:
    host = Host(discover(), _engine(engine_script), read_models())
    # Settings come later, and may come again: the remote engines are those that they name at the time of a request.
    host.engine = RoutedEngine(host.engine, Remotes(lambda: host.settings))
    return host


def command_line(
    *, offline: bool, learn: bool = False, checker_seconds: float | None = None, unasked: Collection[str] = ()
) -> Layer:
    """`learn`: from what a user takes; else nothing depends on that, and CI says what a developer's machine says.
    `checker_seconds`: how long an edit waits for the checker that has a say in it. `unasked`: plugins."""
    values: dict[str, Any] = {"offline": True} if offline else {}
    if not learn:
        values |= {"completion": {"learn": False}, "nullcheck": {"learn": False}}
    if checker_seconds is not None:
        values["nullcheck"] = {**values.get("nullcheck", {}), "oracle_seconds": checker_seconds}
    for name in unasked:
        values[name] = {**values.get(name, {}), "enabled": False}
    return Layer("the command line", values, author=Author.USER)


def _engine(script: Path | None) -> Engine:
    if script is not None:
        from breadknife.engine.scripted import ScriptedEngine

        return ScriptedEngine.from_file(script)
    from breadknife.engine.client import DaemonEngine

    return DaemonEngine()

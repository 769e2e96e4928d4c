"""Makes a host: the same one for an editor and for the command line."""

from __future__ import annotations

from pathlib import Path

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


def command_line(*, offline: bool, learn: bool = True) -> Layer:
    values = {"offline": True} if offline else {}
    return Layer(
        "the command line", values if learn else {**values, "completion": {"learn": False}}, author=Author.USER
    )


def _engine(script: Path | None) -> Engine:
    if script is not None:
        from breadknife.engine.scripted import ScriptedEngine

        return ScriptedEngine.from_file(script)
    from breadknife.engine.client import DaemonEngine

    return DaemonEngine()

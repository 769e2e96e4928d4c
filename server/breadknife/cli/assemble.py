"""Makes a host: the same one for an editor and for the command line."""

from __future__ import annotations

from pathlib import Path

from breadknife.engine.api import Engine
from breadknife.engine.catalog import builtin_catalog
from breadknife.host.host import Host
from breadknife.host.registry import discover
from breadknife.host.settings import Layer


def make_host(engine_script: Path | None = None) -> Host:
    return Host(discover(), _engine(engine_script), builtin_catalog())


def command_line(*, offline: bool) -> Layer:
    return Layer("the command line", {"offline": True} if offline else {})


def _engine(script: Path | None) -> Engine:
    if script is not None:
        from breadknife.engine.scripted import ScriptedEngine

        return ScriptedEngine.from_file(script)
    from breadknife.engine.client import DaemonEngine

    return DaemonEngine()

"""The engine's settings: the table `[engine]` of the user's `config.toml`. A workspace can't change them."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast, get_type_hints

import msgspec

from breadknife.paths import config_dir

Count = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True)
class EngineSettings:
    threads: Count = 0
    """Threads that compute; 0: as many as were measured to be best, and fewer while the machine is busy."""
    memory_mb: Count = 0
    """What the engine may hold in memory, model files included; 0: as long as 512 MB are left for others."""
    unload_minutes: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    """A model that nobody used for so long is dropped from memory."""
    snapshots_mb: Count = 2000
    """Disk space for evaluated contexts that survive a restart; 0: none are kept."""
    log_text: bool = False
    """Write prompts and output to the engine's log, too."""


def read_engine_settings(warn: Callable[[str], object], path: Path | None = None) -> EngineSettings:
    """Return the user's settings. Wrong ones are left out, after a warning: the engine starts in any case."""
    path = path or config_dir() / "config.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8")).get("engine", {})
    except FileNotFoundError:
        return EngineSettings()
    except (OSError, ValueError) as error:
        warn(f"{path}: can't be read, so the engine runs with its defaults: {error}")
        return EngineSettings()
    if not isinstance(table, dict):
        warn(f"{path}: engine: expected a table, found {table!r}")
        return EngineSettings()
    kinds = get_type_hints(EngineSettings, include_extras=True)
    good: dict[str, Any] = {}
    for key, value in cast("dict[str, object]", table).items():
        if key not in kinds:
            near = difflib.get_close_matches(key, kinds, n=1) or list(kinds)
            warn(f"{path}: engine.{key}: no such setting; there is {', '.join(near)}")
            continue
        try:
            good[key] = msgspec.convert(value, kinds[key])
        except msgspec.ValidationError as error:
            warn(f"{path}: engine.{key}: {error}, found {value!r}")
    return EngineSettings(**good)

"""Where things live on this platform. `BREADKNIFE_HOME` puts all of it under one folder of the user's choice."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs


def data_dir() -> Path:
    """Models and LanguageTool: big, fetched once."""
    return _under("data", platformdirs.user_data_path("breadknife", appauthor=False))


def config_dir() -> Path:
    """`config.toml` and the user's dictionary."""
    return _under("config", platformdirs.user_config_path("breadknife", appauthor=False))


def state_dir() -> Path:
    """Logs."""
    return _under("state", platformdirs.user_state_path("breadknife", appauthor=False))


def runtime_dir() -> Path:
    """The engine's socket and lock: a folder that is the user's alone."""
    if sys.platform == "linux" and not os.environ.get("XDG_RUNTIME_DIR"):
        return _under("run", state_dir() / "run")  # not below /tmp, where others could be there first
    return _under("run", platformdirs.user_runtime_path("breadknife", appauthor=False))


def _under(name: str, default: Path) -> Path:
    home = os.environ.get("BREADKNIFE_HOME")
    return Path(home) / name if home else default

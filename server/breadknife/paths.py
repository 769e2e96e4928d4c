"""Where things live on this platform, and how a file is written there and read again.

`BREADKNIFE_HOME` puts all of it under one folder of the user's choice.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import TypeVar

import platformdirs

log = logging.getLogger("breadknife.paths")
_Kind = TypeVar("_Kind")
PROJECT_MARKS = (".git", ".breadknife", "breadknife.toml")
"""One of these in a folder makes it a project of its own."""


def is_marked(folder: Path) -> bool:
    """Whether a folder is a project of its own."""
    return any((folder / mark).exists() for mark in PROJECT_MARKS)


def data_dir() -> Path:
    """Models and LanguageTool: big, fetched once."""
    return _under("data", platformdirs.user_data_path("breadknife", appauthor=False))


def config_dir() -> Path:
    """`config.toml` and the user's dictionary."""
    return _under("config", platformdirs.user_config_path("breadknife", appauthor=False))


def state_dir() -> Path:
    """What may be lost: logs, snapshots, what was measured and learned."""
    return _under("state", platformdirs.user_state_path("breadknife", appauthor=False))


def runtime_dir() -> Path:
    """The engine's socket and lock: a folder that is the user's alone."""
    if sys.platform == "linux" and not os.environ.get("XDG_RUNTIME_DIR"):
        return _under("run", state_dir() / "run")  # not below /tmp, where others could be there first
    return _under("run", platformdirs.user_runtime_path("breadknife", appauthor=False))


def write_atomically(path: Path, *parts: bytes | memoryview, mode: int = 0o600) -> None:
    """Replace a file by `parts`, all of it or nothing; its folder is made. Raises OSError, and leaves nothing then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # has mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
        if mode != 0o600:
            os.chmod(name, mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_written(path: Path, kind: type[_Kind]) -> _Kind:
    """What was written there as JSON; an empty `kind` when the file is missing or broken, which the log tells."""
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return kind()
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s is left out and will be written anew: %s", path, error)
        return kind()


def written_at(path: Path) -> tuple[int, int] | None:
    """The time of change in ns, and the bytes: others once somebody has written it. None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _under(name: str, default: Path) -> Path:
    home = os.environ.get("BREADKNIFE_HOME")
    return Path(home) / name if home else default

"""Which folders the user trusts: their settings may then choose models and what needs trust of the plugins' settings.

Until then a folder's files can set harmless things alone. `trusted.json` holds real paths; a folder is trusted with
all below it, but a link to somewhere else isn't.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
from filelock import FileLock

from breadknife.errors import SettingsError
from breadknife.paths import config_dir, write_atomically


def trust_file() -> Path:
    return config_dir() / "trusted.json"


def trusted_folders() -> tuple[Path, ...]:
    """Raises SettingsError when the file is damaged; then nothing is trusted."""
    path = trust_file()
    try:
        return tuple(map(Path, msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])["folders"]))
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeError, KeyError) as error:
        raise SettingsError(
            f"{path}: {error!r}: no folder is trusted; remove it and say `breadknife trust FOLDER` again"
        ) from error


def trusted_by(path: Path) -> Path | None:
    """The trusted folder that a file or folder is in, wherever its links lead. Raises SettingsError."""
    real = _real(path)
    return next((folder for folder in trusted_folders() if real.is_relative_to(folder)), None)


def is_trusted(path: Path) -> bool:
    """Raises SettingsError."""
    return trusted_by(path) is not None


def trust(folder: Path) -> Path:
    """Trust a folder from now on; its real path. Raises SettingsError."""
    real = _real(folder)
    if not real.is_dir():
        raise SettingsError(f"{folder}: no such folder")
    _change(add=real)
    return real


def revoke(folder: Path) -> bool:
    """Whether the folder itself was trusted until now. Raises SettingsError."""
    return _change(remove=_real(folder))


def _real(path: Path) -> Path:
    """Unlike `Path.resolve` it takes links that lead in a circle."""
    return Path(os.path.realpath(path))


def _change(add: Path | None = None, remove: Path | None = None) -> bool:
    path = trust_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            before = trusted_folders()
            after = {*before, *([add] if add else [])} - {remove}
            if after != set(before):
                folders = sorted(str(folder) for folder in after if folder)
                write_atomically(path, json.dumps({"folders": folders}, indent=2).encode())
            return after != set(before)
    except OSError as error:
        raise SettingsError(f"{path}: can't be written: {error.strerror or error}") from error

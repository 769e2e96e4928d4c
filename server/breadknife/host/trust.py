"""The folders that the user trusts: their settings may choose models, and set plugin settings that need trust.

The files of other folders can set only harmless things. `trusted.json` holds real paths; a folder is trusted with
all below it, but a link to somewhere else isn't.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec

from breadknife.errors import SettingsError
from breadknife.paths import config_dir, lock_file, write_atomically


def trust_file() -> Path:
    return config_dir() / "trusted.json"


def trusted_folders() -> tuple[Path, ...]:
    """Return the trusted folders. Raises SettingsError if the file is damaged; then no folder is trusted."""
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
    """Return the trusted folder that contains a path, after following its links; None if none does. Raises
    SettingsError."""
    real = _real(path)
    return next((folder for folder in trusted_folders() if real.is_relative_to(folder)), None)


def is_trusted(path: Path) -> bool:
    """Tell whether the user trusts a path, after following its links. Raises SettingsError."""
    return trusted_by(path) is not None


def trust(folder: Path) -> Path:
    """Trust a folder. Returns its real path. Raises SettingsError."""
    real = _real(folder)
    if not real.is_dir():
        raise SettingsError(f"{folder}: no such folder")
    _change(add=real)
    return real


def revoke(folder: Path) -> bool:
    """Stop trusting a folder. Returns whether it was trusted itself. Raises SettingsError."""
    return _change(remove=_real(folder))


def _real(path: Path) -> Path:
    """Return the real path. Unlike `Path.resolve`, it accepts links that form a loop."""
    return Path(os.path.realpath(path))


def _change(add: Path | None = None, remove: Path | None = None) -> bool:
    """Add and remove trusted folders. Returns whether that changes anything. Raises SettingsError."""
    path = trust_file()
    try:
        with lock_file(path.with_name(f"{path.name}.lock")):
            before = trusted_folders()
            after = {*before, *([add] if add else [])} - {remove}
            if after != set(before):
                folders = sorted(str(folder) for folder in after if folder)
                write_atomically(path, json.dumps({"folders": folders}, indent=2).encode())
            return after != set(before)
    except OSError as error:
        raise SettingsError(f"{path}: can't be written: {error.strerror or error}") from error

"""The programs that a command may start: those that the user names, and those on PATH."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from breadknife.errors import SettingsError


def program(name: str) -> str:
    """The program's path. A bare name is looked for on PATH alone, never in the folder that the command runs in.

    Raises SettingsError when there is none.
    """
    if Path(name).name != name:  # the user has said where it is
        if shutil.which(name):
            return os.path.abspath(name)
        raise SettingsError(f"{name}: no such program")
    suffixes = [*os.environ.get("PATHEXT", "").split(os.pathsep), ""] if sys.platform == "win32" else [""]
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if os.path.isabs(folder):
            for suffix in suffixes:
                # With a folder in its name, it isn't looked for anywhere else.
                if found := shutil.which(str(Path(folder) / f"{name}{suffix}")):
                    return found
    raise SettingsError(f"{name}: no such program on PATH")

"""Removes what was found, and says how breadknife itself is removed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from breadknife import children, paths
from breadknife.engine.liveness import read_daemon_process
from breadknife.errors import SettingsError
from breadknife.setup.editors.files import record, undo, written_files
from breadknife.setup.editors.table import EDITORS
from breadknife.setup.uninstall.places import KeptFiles, folders

_MANAGERS = (
    (("pipx", "venvs"), "pipx uninstall breadknife"),
    (("uv", "tools"), "uv tool uninstall breadknife"),
    (("Cellar",), "brew uninstall breadknife"),
    (("mason", "packages"), ":MasonUninstall breadknife"),
    (("globalStorage", "breadknife.breadknife"), "code --uninstall-extension breadknife.breadknife"),
)
"""Package managers: folders in the path of the environments that each makes, and its command to remove breadknife."""

_END_SECONDS = 5.0
"""How long the engine may take to end before it is killed."""


def end_daemon() -> int | None:
    """End the engine's process, and return its id; None if none runs."""
    daemon = read_daemon_process(paths.runtime_dir())
    process = daemon.process() if daemon else None
    if process is None:
        return None
    processes = [*process.children(recursive=True), process]
    process.terminate()
    psutil.wait_procs(processes, _END_SECONDS)
    children.kill(processes)
    return process.pid


def remove(kept: Sequence[KeptFiles]) -> list[str]:
    """Remove all of it, and return a sentence for each thing that could not be removed. The environment that runs this
    command is removed last."""
    problems = list(_undo_editors()) if any(files.edited for files in kept) else []
    for path in sorted((path for files in kept for path in files.paths), key=is_running_from):
        if path == record() and written_files():
            continue  # some lines are still in editors' files; while they are, the record of them is kept
        if is_running_from(path) and sys.platform == "win32":
            problems.append(f"{path} runs this command: remove that folder yourself afterwards")
        elif problem := _remove(path):
            problems.append(problem)
    for folder in folders():
        with suppress(OSError):
            folder.rmdir()
    return problems


def _undo_editors() -> Iterator[str]:
    """Take our lines out of editors' files, and yield a sentence for each file where that can't be done."""
    for editor in EDITORS:
        if editor.name in written_files():
            try:
                undo(editor)
            except SettingsError as error:
                yield str(error)


def _remove(path: Path) -> str:
    """Remove a file or folder. What a link leads to stays. Return a sentence that says why it can't be removed; empty
    if it is."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        return f"{path} can't be removed ({error.strerror or error}): close what uses it, or see to its permissions"
    return ""


def is_running_from(path: Path) -> bool:
    """Tell whether the program that runs now is in this folder."""
    return Path(sys.prefix).is_relative_to(path)


def how_to_remove_program(prefix: str = sys.prefix, python: str = sys.executable) -> str:
    """Return the command that removes the package breadknife from the environment that runs it."""
    parts = Path(prefix).parts
    for folder, command in _MANAGERS:
        if any(parts[at : at + len(folder)] == folder for at in range(len(parts))):
            return command
    return f"{python} -m pip uninstall breadknife"

"""Fetches files of a package index with pip, or uv's pip, so that the user's mirrors and proxies are used."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from breadknife import children
from breadknife.errors import DownloadFailed
from breadknife.paths import make_folder

POLL = 0.2
"""Seconds between two looks at what pip has written."""
_ARCHIVES = (".whl", ".tar.gz", ".zip")


def pip_command() -> list[str]:
    """Return the command that runs pip: this environment's, or uv's if it has none. Raises DownloadFailed."""
    if importlib.util.find_spec("pip"):
        return children.python_module("pip")
    if uv := children.find_program("uv"):
        return [uv, "tool", "run", "pip"]
    raise DownloadFailed(f"needs pip or uv, and there is neither; `{sys.executable} -m ensurepip` adds pip")


def download(arguments: Sequence[str], folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Have `pip download` fetch one file into `folder`, which is emptied before, and return the file's path.

    `on_bytes` is called with the bytes so far, by the size of pip's files, since its output differs from version to
    version; what it raises ends pip. Raises DownloadFailed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    temporary = folder / "tmp"
    make_folder(temporary)
    options = ["--no-deps", "--retries=2", "--no-input", "--quiet", "--disable-pip-version-check"]
    # --no-cache-dir: pip would keep a second copy.
    command = [*pip_command(), "download", *options, "--no-cache-dir", "-d", str(folder), *arguments]
    environment = children.environment(**dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)))
    with children.start(command, environ=environment, stderr=children.PIPE) as process:
        try:
            while True:
                try:
                    _, errors = process.communicate(timeout=POLL)
                    break
                except subprocess.TimeoutExpired:
                    on_bytes(written(folder))
        except BaseException:
            process.kill()
            raise
    fetched = next((path for path in folder.iterdir() if path.name.endswith(_ARCHIVES)), None)
    if process.returncode or not fetched:
        why = reason(errors.decode(errors="replace").splitlines())
        raise DownloadFailed(why or f"pip found nothing for {arguments[-1]}")
    return fetched


def written(folder: Path) -> int:
    """Return the bytes of the archives in a folder in which pip is moving files around."""
    sizes: dict[str, int] = {}
    for subfolder, _, names in os.walk(folder):  # it passes over what is gone; `rglob` doesn't
        for name in names:
            if name.endswith(_ARCHIVES):
                with suppress(OSError):  # by name: for a moment there are a temporary file and its copy
                    sizes[name] = os.stat(os.path.join(subfolder, name)).st_size
    return sum(sizes.values())


def reason(lines: Iterable[str]) -> str:
    """Return the line of pip's output that says most: why it could not connect, or its last error."""
    stripped = [line.strip() for line in lines if line.strip()]
    retries = [line for line in stripped if "connection broken by" in line]
    errors = [line for line in stripped if line.startswith(("ERROR:", "error:"))]
    return (retries or errors or stripped or [""])[-1].removeprefix("ERROR: ")

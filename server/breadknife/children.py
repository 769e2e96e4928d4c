"""Starts other programs, so that no file of a folder that somebody opened runs only because it is there.

A program is found in the absolute entries of PATH that lie outside the current folder, and runs in a folder of ours
with an environment that names no other place to load code from. `tests/test_architecture.py` keeps every other module
from starting programs by itself.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

import psutil

from breadknife.paths import make_folder, state_dir

QUIET = subprocess.DEVNULL
PIPE = subprocess.PIPE
OUTPUT = subprocess.STDOUT
Stream = int | IO[bytes] | None
"""A child's stream is `PIPE`, `QUIET`, a file, None (this process's own stream) or, for errors, `OUTPUT`."""

LOOK_SECONDS = 0.05
"""Between two looks at a program that works for us."""
_WHOLE_LOOKS = 4
"""Looks at its memory of which one is at all that it has started, too: finding that takes 15 ms."""
_TRIES = 20
_DYING_S = 0.5
_FLAGS = {
    "detached": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW,
    "attached": subprocess.CREATE_NO_WINDOW,
} if sys.platform == "win32" else {"detached": 0, "attached": 0}  # fmt: skip


def find_program(*names: str, outside: Path | None = None) -> str | None:
    """Return the absolute path of the first program with one of these names, in the order of PATH, or None.

    Programs in the current folder, and those in `outside`, which is somebody else's folder, are passed over: also if
    a link leads there.
    """
    for folder in search_folders():
        for name in names:
            path = program_in(folder, name)
            if path is not None and (outside is None or not _lies_in(path, os.path.realpath(outside))):
                return path
    return None


def search_folders() -> Iterator[str]:
    """Yield the absolute entries of PATH that lie outside the current folder."""
    current = _foreign_folder()
    for entry in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(entry) and (current is None or not _lies_in(entry, current)):
            yield entry


def program_in(folder: str | Path, name: str) -> str | None:
    """Return the path of the program with a name in one folder, with the suffix that Windows gives it, or None."""
    # `shutil.which` would also look into the current folder of Windows.
    suffixes = os.environ.get("PATHEXT", ".EXE").split(os.pathsep) if sys.platform == "win32" else [""]
    if sys.platform == "win32" and name.upper().endswith(tuple(suffix.upper() for suffix in suffixes)):
        suffixes = [""]
    for suffix in suffixes:
        path = os.path.join(folder, name + suffix)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def python_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module in the Python of this process.

    `-P` keeps the current folder off its module path; `environment` sees to the rest. `-I` would also hide what the
    user has installed for themself, and breadknife may be one of that.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def python_file(file: str, *arguments: str) -> list[str]:
    """Return the command that runs a file of ours which needs only Python's library."""
    return [sys.executable, "-I", file, *arguments]


def environment(**added: str) -> dict[str, str]:
    """Return the environment of this process, with what is added.

    PATH has the entries of `search_folders`. Of PYTHON* only the absolute entries of PYTHONPATH stay: this process
    loads plugins from there, too.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("PYTHON")}
    modules = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(entry)]
    if modules:
        kept["PYTHONPATH"] = os.pathsep.join(modules)
    return kept | {"PATH": os.pathsep.join(search_folders())} | added


def start(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: Stream = QUIET,
    stdout: Stream = QUIET,
    stderr: Stream = QUIET,
    own_group: bool = False,
    detached: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program, whose path must be absolute.

    Args:
        command: the program's path and its arguments.
        folder: where it runs; by default a folder of ours.
        environ: all of its environment; by default `environment()`.
        own_group: Ctrl-C in a terminal doesn't reach it.
        detached: it outlives this process, and has a group of its own.

    Raises OSError where it can't be started, also since its path isn't absolute: the current folder could have it.
    """
    if not os.path.isabs(command[0]):
        raise FileNotFoundError(errno.ENOENT, "not an absolute path", command[0])
    return subprocess.Popen(
        command,
        cwd=folder or own_folder(),
        env=environment() if environ is None else environ,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=(own_group or detached) and sys.platform != "win32",
        creationflags=_FLAGS["detached" if detached else "attached"],
    )


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    given: bytes = b"",
    seconds: float,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, and return its exit code and what it wrote.

    Raises what `start` raises, and TimeoutError after so many seconds; it is ended then.
    """
    with start(command, folder=folder, environ=environ, stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        try:
            output, errors = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            kill(family(process))
            raise TimeoutError(f"{command[0]} has not ended within {seconds:g} s") from None
        except BaseException:
            kill(family(process))
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return what a program has started, and that in turn, and last the program; nothing if it has ended.

    Of a program with a group of its own, that includes what the ended ones among them have left behind.
    """
    if process.returncode is not None:  # its number may be another program's by now
        return []
    try:
        parent = psutil.Process(process.pid)
        started = {each.pid: each for each in parent.children(recursive=True)}
    except psutil.Error:
        return []
    for pid in _session(process.pid):
        if pid not in started and pid != process.pid:
            with contextlib.suppress(psutil.Error):
                started[pid] = psutil.Process(pid)
    return [*started.values(), parent]


def _session(leader: int) -> Iterator[int]:
    """Yield the processes of a session. Windows has none."""
    if sys.platform != "win32":
        for pid in psutil.pids():
            with contextlib.suppress(OSError):
                if os.getsid(pid) == leader:
                    yield pid


def kill(processes: Iterable[psutil.Process]) -> None:
    """End processes, whatever they do."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


class Family:
    """A program that was started with a group of its own, and all that it starts."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._seen: set[psutil.Process] = set()
        """Also what has left the group since, as far as somebody looked in time."""
        self._looks = 0

    def takes_more_than(self, most: int) -> bool:
        """Tell whether all together take more bytes, as the system counts resident pages. Only some of the calls look
        at more than the program itself; one is due each `LOOK_SECONDS`."""
        self._looks += 1
        if self._looks % _WHOLE_LOOKS:
            return _resident(self._process.pid) > most
        members = family(self._process)
        self._seen.update(members)
        return sum(_resident(each.pid) for each in members) > most

    def is_alone(self) -> bool:
        """Tell whether nothing that the program has started still runs in its session."""
        session = set(_session(self._process.pid)) - {self._process.pid}
        return not session and (sys.platform != "win32" or len(family(self._process)) == 1)

    def is_alive(self) -> bool:
        """Tell whether the program itself runs. It isn't waited for, so that its number stays its own."""
        try:
            return self._process.returncode is None and _runs(psutil.Process(self._process.pid))
        except psutil.Error:
            return False

    def end(self, grace: float = 0.0) -> int:
        """End all of them, whatever they do. Return the program's exit code.

        With `grace`, they are asked to end first, and have so many seconds for that.
        """
        if grace:
            members = family(self._process)
            for process in members:
                with contextlib.suppress(psutil.Error):
                    process.terminate()
            psutil.wait_procs(members, grace)
        for _ in range(_TRIES):  # one that starts others meanwhile
            kill(family(self._process))
            others = [each for each in self._others() if _runs(each)]
            if not others:
                break
            kill(others)
            psutil.wait_procs(others, _DYING_S)
        return self._process.wait()

    def _others(self) -> set[psutil.Process]:
        return {each for each in (*family(self._process), *self._seen) if each.pid != self._process.pid}


def end_this() -> NoReturn:
    """End this process and all that it has started, at once."""
    with contextlib.suppress(psutil.Error):
        kill(psutil.Process().children(recursive=True))
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def _resident(pid: int) -> int:
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def own_folder() -> Path:
    """Return a folder in which programs may run: an empty one of ours, or our Python's if nothing can be written."""
    folder = state_dir() / "empty"
    try:
        make_folder(folder)
    except OSError:
        return Path(sys.executable).parent
    return folder


def _foreign_folder() -> str | None:
    """Return the current folder, or None if it has our home or our Python in it: that is nobody's project."""
    try:
        current = os.path.realpath(os.getcwd())
    except OSError:  # somebody has deleted it
        return None
    ours = (os.path.expanduser("~"), sys.prefix, sys.base_prefix)
    return None if any(_lies_in(each, current) for each in ours) else current


def _lies_in(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or in it, as it is written or where its links lead. `folder` has no links."""
    return any(Path(lead(path)).is_relative_to(folder) for lead in (os.path.abspath, os.path.realpath))

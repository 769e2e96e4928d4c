"""Where things live on this platform, and how a file is written there and read again.

`BREADKNIFE_HOME` puts all of it under one folder of the user's choice. Other users can read none of it: our folders
have mode 0700 and our files 0600. What an older version made with a wider mode is narrowed when it is opened. Windows
needs no modes: our folders lie in the user's profile, whose access list is the user's alone, and inherit it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import platformdirs

from breadknife.errors import FileRefused

if TYPE_CHECKING:
    from filelock import BaseFileLock

log = logging.getLogger("breadknife.paths")
_Kind = TypeVar("_Kind")
_NAMED = 50
"""Characters of a file's name that a new file beside it has in its own, until it takes the old one's place."""
CACHE_DIR = "BREADKNIFE_CACHE_DIR"
"""The environment variable that says the same as `--cache-dir`."""
PROJECT_MARKS = (".git", ".breadknife", "breadknife.toml")
"""One of these in a folder makes it a project of its own."""


def is_marked(folder: Path) -> bool:
    """Tell whether a folder is a project of its own."""
    return any((folder / mark).exists() for mark in PROJECT_MARKS)


def data_dir() -> Path:
    """Return the folder of models and LanguageTool: big, fetched once."""
    return _under("data", platformdirs.user_data_path("breadknife", appauthor=False))


def config_dir() -> Path:
    """Return the folder of `config.toml` and the user's dictionary."""
    return _under("config", platformdirs.user_config_path("breadknife", appauthor=False))


def state_dir() -> Path:
    """Return what may be lost: logs, snapshots, what was measured and learned."""
    return _under("state", platformdirs.user_state_path("breadknife", appauthor=False))


def cache_dir() -> Path:
    """Return what can be made or fetched again: the engine's wheels, unfinished builds."""
    return _under("cache", platformdirs.user_cache_path("breadknife", appauthor=False))


def answers_dir() -> Path:
    """Return what was found out about texts (`disk_cache`): BREADKNIFE_CACHE_DIR, or in the folder of what can be made
    again."""
    chosen = os.environ.get(CACHE_DIR)
    return Path(chosen).absolute() if chosen else cache_dir()


def runtime_dir() -> Path:
    """Return the engine's socket and lock: a folder that is the user's alone."""
    if sys.platform == "linux" and not os.environ.get("XDG_RUNTIME_DIR"):
        return _under("run", state_dir() / "run")  # not below /tmp, where others could be there first
    return _under("run", platformdirs.user_runtime_path("breadknife", appauthor=False))


def make_folder(folder: Path) -> Path:
    """Make a folder, with those above it that are missing, and return it. Raises OSError.

    If it is one of ours, only the user can enter it and those of ours above it, whoever made them. Any other folder
    has the mode that the system gives it.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    ours = _ours(folder)
    for each in reversed(missing):
        # What is made above our own folders, such as `~/.local`, is private too: the XDG specification asks for it.
        each.mkdir(mode=0o700 if ours else 0o777, exist_ok=True)
        if str(each) in (os.environ.get("BREADKNIFE_HOME"), os.environ.get(CACHE_DIR)):
            ignoring = each / ".gitignore"  # CI servers keep a folder that is in the checkout
            with contextlib.suppress(OSError), open(ignoring, "w", encoding="ascii", opener=open_private) as file:
                file.write("*\n")
    for each in ours:
        _narrow(each)
    return folder


def open_private(path: str | os.PathLike[str], flags: int) -> int:
    """Return the descriptor of a file that only the user can read, whether it is new or was there; the `opener` of
    `open`. The folder must be there. Raises OSError."""
    descriptor = os.open(path, flags, 0o600)
    try:
        if sys.platform != "win32" and stat.S_ISREG(os.fstat(descriptor).st_mode):  # a log may go to `/dev/stderr`
            _narrow(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def make_private(path: Path) -> None:
    """Make an empty file, with its folder, unless it is there; for what another library opens. It is the user's alone
    afterwards. Raises OSError."""
    make_folder(path.parent)
    os.close(open_private(path, os.O_RDWR | os.O_CREAT))


def lock_file(path: Path, timeout: float = -1) -> BaseFileLock:
    """Return a lock of ours, in a folder that is made. `timeout` is in seconds, and -1 waits without end. Raises
    OSError; taking the lock raises `filelock.Timeout`, which is one."""
    from filelock import FileLock

    make_folder(path.parent)
    _narrow(path)
    return FileLock(path, timeout, mode=0o600)


def _ours(path: Path) -> list[Path]:
    """Return the path and the folders above it, as far as they are our own; none of a path that is somewhere else."""
    roots = {data_dir(), config_dir(), state_dir(), cache_dir(), runtime_dir()}
    above = [path, *path.parents]
    tops = [number for number, each in enumerate(above) if each in roots]
    return above[: tops[-1] + 1] if tops else []


def _narrow(file: Path | int) -> None:
    """Take from others what they may do with a file or folder. One that belongs to somebody else stays as it is."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        mode = stat.S_IMODE(os.stat(file).st_mode)
        if mode & 0o077:
            os.chmod(file, mode & 0o700)


def write_atomically(path: Path, *parts: bytes | memoryview, mode: int = 0o600, durable: bool = True) -> None:
    """Replace one of breadknife's own files by `parts`: whatever happens, the old file is there or the new one.

    The folder is made as `make_folder` does. Of a link, what it leads to is replaced. A file that isn't `durable` may
    be lost with the power: it must be one that can do without, and that can tell whether it is whole. Raises OSError;
    the old file stays then.
    """
    make_folder(path.parent)
    real = Path(os.path.realpath(path))
    make_folder(real.parent)
    _replace(real, parts, lambda descriptor: _set_mode(descriptor, mode), durable=durable)


def rewrite(path: Path, *parts: bytes | memoryview) -> None:
    """Replace what one of the user's files holds: whatever happens, the old file is there or the new one.

    Mode, owner and (on Linux) extended attributes such as access lists stay, but in a folder of ours the mode is
    narrowed. Of a link, what it leads to is replaced.
    Raises FileRefused where writing would part hard links, change the owner, or overwrite a read-only file, and
    OSError; the old file stays then.
    """
    for each in _ours(path):
        _narrow(each)
    real = Path(os.path.realpath(path))
    was = os.lstat(real)
    if not stat.S_ISREG(was.st_mode):
        raise FileRefused("not a regular file, so it isn't written; put one in its place")
    if was.st_nlink > 1:
        raise FileRefused(
            f"one of {was.st_nlink} hard links, and writing would part it from the others; make a copy of it, and "
            "rename that to its name"
        )
    if not os.access(real, os.W_OK):
        raise FileRefused("read-only, so it isn't written; make it writable")
    _replace(real, parts, lambda descriptor: _take_over(descriptor, real, was), durable=True)


def write_for_user(path: Path, data: bytes) -> None:
    """Replace one of the user's files as `rewrite` does, or make it: readable by all, unless it lies in a folder of
    ours. Raises as both do."""
    if path.exists():
        rewrite(path, data)
    else:
        write_atomically(path, data, mode=0o600 if _ours(path) else 0o644)


def _replace(real: Path, parts: Iterable[bytes | memoryview], prepare: Callable[[int], None], *, durable: bool) -> None:
    # A name may have 255 bytes, and mkstemp adds its own.
    handle, name = tempfile.mkstemp(".tmp", f".{real.name[:_NAMED]}.", real.parent)  # has mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            prepare(file.fileno())
            if durable:
                os.fsync(file.fileno())
        os.replace(name, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    if durable:
        _sync(real.parent)


def _set_mode(descriptor: int, mode: int) -> None:
    if sys.platform != "win32" and mode != 0o600:
        os.fchmod(descriptor, mode)


def _take_over(descriptor: int, old: Path, was: os.stat_result) -> None:
    """Give a new file the owner, mode and extended attributes of the old one. Raises FileRefused."""
    if sys.platform == "win32":
        return  # a file there has the access list of its folder, unless somebody gave it another one
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (was.st_uid, was.st_gid):
        try:
            os.fchown(descriptor, was.st_uid, was.st_gid)
        except PermissionError:
            raise FileRefused("of another user or group, which it would no longer be; change it as that user") from None
    os.fchmod(descriptor, stat.S_IMODE(was.st_mode))
    if sys.platform == "linux":
        for name in os.listxattr(old):
            with contextlib.suppress(OSError):  # some are the system's own
                os.setxattr(descriptor, name, os.getxattr(old, name))


def _sync(folder: Path) -> None:
    """Have the disk know the new name of a file too. Windows has no such thing; its file systems keep a journal."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):  # the file is there; some file systems can't
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_written(path: Path, kind: type[_Kind]) -> _Kind:
    """Return what was written there as JSON; an empty `kind` when the file is missing or broken, which the log
    tells."""
    import msgspec

    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return kind()
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s is left out and will be written anew: %s", path, error)
        return kind()


def written_at(path: Path) -> tuple[int, int] | None:
    """Return the time of change in ns, and the bytes: others once somebody has written it. None where there is no
    file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _under(name: str, default: Path) -> Path:
    home = os.environ.get("BREADKNIFE_HOME")
    return Path(home) / name if home else default

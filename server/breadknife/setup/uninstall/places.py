"""The files that breadknife keeps on this machine, by kinds.

Only files of these names are ever removed. On macOS and Windows several of our folders are one, and `BREADKNIFE_HOME`
may name a folder that holds other things as well.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from breadknife import paths
from breadknife.disk_cache import CACHES
from breadknife.setup.editors.files import written_files

_BESIDE = (".lock", "-wal", "-shm", "-journal")
"""Endings of files that file locks and SQLite put beside ours."""
_VSCODE = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
_VSCODE_SERVERS = (".vscode-server", ".vscode-server-insiders", ".vscodium-server", ".cursor-server")
"""Folders in the home of a machine that VS Code is used on over SSH."""


@dataclass(frozen=True)
class Kind:
    """Files that are removed together."""

    name: str
    what: str
    """What they are, in a line for people."""
    folders: tuple[tuple[Callable[[], Path], tuple[str, ...]], ...]
    """Folders of ours, with the names in each that belong to this kind."""
    elsewhere: Callable[[], Iterator[Path]] = lambda: iter(())
    """Yields folders of ours inside other programs' folders. They are removed with all that is in them."""
    edited: Callable[[], Iterator[Path]] = lambda: iter(())
    """Yields the user's own files into which we have written. Only our lines are removed from them."""
    engine_uses: bool = False
    """True if a running engine has these files open, so that it must end before they are removed."""


def environments() -> Iterator[Path]:
    """Yield the Python environments that our VS Code extension and our Neovim plugin have made."""
    for storage in _vscode_storages():
        yield from sorted(storage.glob("server-*"))
        yield from storage.glob("bin")  # the command `breadknife` of its terminals, which runs one of those
    environment = _neovim_data() / "breadknife" / "venv"
    if (environment / "pyvenv.cfg").is_file():
        yield environment


KINDS = (
    Kind(
        "models",
        "models; those of Ollama and other programs stay",
        ((paths.data_dir, ("models",)),),
        engine_uses=True,
    ),
    Kind("languagetool", "LanguageTool's jars", ((paths.data_dir, ("languagetool",)),)),
    Kind("shelf", "the index of your shelf; your documents stay", ((paths.data_dir, ("shelf",)),)),
    Kind(
        "cache",
        "what can be made again",
        ((paths.cache_dir, (*CACHES, "engine", "shared", "wheels")),),
    ),
    Kind(
        "state",
        "logs, receipts, and what was learned and measured",
        (
            (
                paths.state_dir,
                (
                    "amx.json", "arrivals", "calibration.json", "crashes.json", "documents", "empty",
                    "engine-build.log", "engine.log", "gpu.json", "installing.lock", "learned.json", "null-fixes.json",
                    "paused.json", "prose.sqlite", "receipts.jsonl", "recipe-scores.json", "run", "snapshots",
                    "suggested", "sums.json",
                ),
            ),
            (
                paths.runtime_dir,
                ("computing.json", "daemon.json", "engine.json", "engine.lock", "engine.sock", "servers", "start.lock"),
            ),
        ),
        engine_uses=True,
    ),
    Kind(
        "settings",
        "your settings, dictionary, recipes and trusted folders",
        ((paths.config_dir, ("config.toml", "dictionary.txt", "models.toml", "recipes", "trusted.json")),),
    ),
    Kind("environments", "the servers of VS Code and Neovim", (), environments, engine_uses=True),
    Kind(
        "editors",
        "what `breadknife setup EDITOR --write` put into files",
        ((paths.data_dir, ("lsp4ij",)), (paths.state_dir, ("editors.json",))),
        edited=lambda: iter(written_files().values()),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class KeptFiles:
    """The files of one kind that are on this machine."""

    kind: Kind
    paths: tuple[Path, ...]
    edited: tuple[Path, ...]
    size: int
    """The size of `paths` in bytes."""


def survey() -> list[KeptFiles]:
    """Return the files of each kind that has any."""
    kept = [_files_of(kind) for kind in KINDS]
    return [files for files in kept if files.paths or files.edited]


def folders() -> list[Path]:
    """Return the folders that only breadknife uses. They are removed if nothing is left in them."""
    own_folders = (paths.runtime_dir, paths.cache_dir, paths.data_dir, paths.state_dir, paths.config_dir)
    return [*dict.fromkeys(folder() for folder in own_folders), _neovim_data() / "breadknife", *_vscode_storages()]


def belongs(entry: str, names: tuple[str, ...]) -> bool:
    """Tell whether a file's name, `entry`, is one of `names` or that of a file written beside one of them: its lock, a
    database's journal, an older numbered copy (`name.1`) or an unfinished one (`.name.….tmp`)."""
    for name in names:
        beside = {name, f"{Path(name).stem}.lock", *(name + end for end in _BESIDE)}
        if entry in beside or re.fullmatch(rf"{re.escape(name)}\.\d+|\.{re.escape(name)}\..+\.tmp", entry):
            return True
    return False


def _files_of(kind: Kind) -> KeptFiles:
    paths_of_kind = dict.fromkeys(_paths(kind))
    outermost = tuple(path for path in paths_of_kind if not paths_of_kind.keys() & set(path.parents))
    return KeptFiles(kind, outermost, tuple(kind.edited()), sum(map(size_of, outermost)))


def _paths(kind: Kind) -> Iterator[Path]:
    for folder, names in kind.folders:
        with suppress(OSError):
            yield from (path for path in sorted(folder().iterdir()) if belongs(path.name, names))
    yield from kind.elsewhere()


def size_of(path: Path) -> int:
    """Return the size of a file, or of all files in a folder, in bytes. What a link leads to isn't counted, nor what
    can't be read."""
    size = 0
    with suppress(OSError):
        size = path.lstat().st_size if path.is_symlink() or not path.is_dir() else 0
    for folder, _, names in os.walk(path) if not path.is_symlink() else ():
        for name in names:
            with suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_size
    return size


def _neovim_data() -> Path:
    """Return Neovim's `stdpath("data")`."""
    name = os.environ.get("NVIM_APPNAME") or "nvim"
    if sys.platform == "win32":
        return Path(os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA", Path.home())) / f"{name}-data"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / name


def _vscode_storages() -> Iterator[Path]:
    """Yield our extension's own folder in each VS Code that has one."""
    if sys.platform in ("win32", "darwin"):
        settings = platformdirs.user_config_path(roaming=True)
    else:
        settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    shared = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    data_folders = [settings / name for name in _VSCODE] + [shared / "code-server"]
    data_folders += [Path.home() / name / "data" for name in _VSCODE_SERVERS]
    for data_folder in data_folders:
        storage = data_folder / "User" / "globalStorage" / "breadknife.breadknife"
        if storage.is_dir():
            yield storage

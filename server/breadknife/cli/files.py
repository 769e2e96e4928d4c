"""Which files a command is about."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pathspec

from breadknife.errors import DocumentError
from breadknife.text.document import language_of

_NEVER = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache"})


@dataclass(frozen=True)
class _Ignores:
    """A folder's `.gitignore`, which speaks of paths below that folder."""

    folder: Path
    spec: pathspec.GitIgnoreSpec

    def match(self, path: Path, *, is_folder: bool) -> bool | None:
        relative = path.relative_to(self.folder).as_posix() + ("/" if is_folder else "")
        return self.spec.check_file(relative).include


def find_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and those below the folders named that have a known language and aren't ignored by git.

    Raises DocumentError for a path that doesn't exist.
    """
    for path in paths:
        if path.is_dir():
            yield from _below(path, list(_ignores_above(Path(os.path.abspath(path)))))
        elif path.exists():
            yield path
        else:
            raise DocumentError(f"{path}: no such file or folder")


def _below(folder: Path, ignores: list[_Ignores]) -> Iterator[Path]:
    ignores = [*ignores, *_ignores_in(Path(os.path.abspath(folder)))]
    for path in sorted(folder.iterdir()):
        is_folder = path.is_dir()
        if path.name in _NEVER or path.is_symlink() or _ignored(Path(os.path.abspath(path)), is_folder, ignores):
            continue
        if is_folder:
            yield from _below(path, ignores)
        elif language_of(path):
            yield path


def _ignored(path: Path, is_folder: bool, ignores: list[_Ignores]) -> bool:
    for each in reversed(ignores):  # the nearest file that says anything decides
        verdict = each.match(path, is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False


def _ignores_above(folder: Path) -> Iterator[_Ignores]:
    """The `.gitignore` files from the repository's top down to the folder above `folder`."""
    above: list[Path] = []
    for each in (folder, *folder.parents):
        if each != folder:
            above.append(each)
        if (each / ".git").exists():
            break
    else:
        return
    for each in reversed(above):
        yield from _ignores_in(each)


def _ignores_in(folder: Path) -> Iterator[_Ignores]:
    try:
        lines = (folder / ".gitignore").read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    yield _Ignores(folder, pathspec.GitIgnoreSpec.from_lines(lines))

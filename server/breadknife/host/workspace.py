"""Finds the workspace folder of a file, the same in an editor and on the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from breadknife.paths import is_marked


def root_of(path: Path, folders: Sequence[Path] = ()) -> Path:
    """Return the workspace folder of a file: the nearest folder above it with a mark; otherwise the innermost of
    `folders` that contains it (the folders open in the editor, or where the command runs); otherwise its own folder."""
    path = Path(os.path.abspath(path))  # without `..`, and without following links
    for folder in path.parents:
        if is_marked(folder):
            return folder
    holding = [folder for folder in folders if path.is_relative_to(folder)]
    return max(holding, key=lambda folder: len(folder.parts), default=path.parent)

"""Folders made from what a test says is in them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from breadknife.project.folder import FolderProject
from breadknife.text.document import Document


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, as an author without settings of their own."""
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *author, *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def known(root: Path, files: Mapping[str, str | bytes] | None = None) -> FolderProject:
    """A project that has seen all of its folder."""
    project = FolderProject(write(root, files or {}))
    settle(project)
    return project


def settle(project: FolderProject) -> None:
    assert project.idle(30)


def opened(path: Path, text: str, version: int = 1, language: str = "python") -> Document:
    return Document(path.as_uri(), language, text, version)


def places(project: FolderProject, name: str, language: str = "python") -> list[str]:
    """The files that define a name."""
    return [each.path.relative_to(project.root).as_posix() for each in project.defining(name, language)]

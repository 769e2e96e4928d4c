from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from breadknife.disk.walking import DEEPEST, walk
from breadknife.errors import FileRefused
from project.folders import write


def test_as_the_system_does_without_links(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(["b/c.md", "b/a/x.md", "a.md", "c/d/e.md"], ""))
    assert [(at, sorted(folders), sorted(files)) for at, folders, files in os.walk(tmp_path)] == sorted(walk(tmp_path))
    assert [os.path.relpath(at, tmp_path) for at, _, _ in walk(tmp_path)] == [".", "b", "b/a", "c", "c/d"]


def test_what_is_taken_out_is_not_gone_into(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(["a/b/x", "c/b/x"], ""))
    seen: list[str] = []
    for at, folders, _ in walk(tmp_path):
        seen.append(os.path.relpath(at, tmp_path))
        folders[:] = [name for name in folders if name != "b"]
    assert seen == [".", "a", "c"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_links_and_what_is_no_file_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"a/x.md": ""})
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "to_x").symlink_to("a/x.md")
    os.mkfifo(tmp_path / "pipe")
    assert [*walk(tmp_path)] == [(str(tmp_path), ["a"], []), (str(tmp_path / "a"), [], ["x.md"])]


def test_what_is_deeper_than_people_go_is_told(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (DEEPEST + 2))
    deep.mkdir(parents=True)
    told: list[tuple[str, OSError]] = []
    seen = [at for at, _, _ in walk(tmp_path, lambda folder, error: told.append((folder, error)))]
    assert len(seen) == DEEPEST + 1
    assert [(folder, type(error)) for folder, error in told] == [(seen[-1], FileRefused)]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may list everything")
def test_what_can_not_be_listed_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    told: list[str] = []
    assert len([*walk(tmp_path, lambda folder, error: told.append(folder))]) == 1
    assert told == [str(tmp_path / "closed")]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, OSError]] = []
    assert [*walk(tmp_path / "no", lambda folder, error: told.append((folder, error)))] == []
    assert isinstance(told[0][1], FileNotFoundError)

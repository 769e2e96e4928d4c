from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.host.workspace import root_of


@pytest.mark.parametrize(
    ("marks", "file", "open_folders", "root"),
    [
        ([".git/"], "docs/a.md", [], "."),
        ([".git/"], "docs/a.md", ["docs"], "."),
        ([".git/", "docs/breadknife.toml"], "docs/a.md", [], "docs"),
        ([], "docs/sub/a.md", ["docs"], "docs"),
        ([], "docs/sub/a.md", ["docs", "docs/sub"], "docs/sub"),
        ([], "docs/a.md", ["elsewhere"], "docs"),
        ([".git/"], "docs/../a.md", [], "."),
    ],
)
def test_root_of(tmp_path: Path, marks: list[str], file: str, open_folders: list[str], root: str) -> None:
    (tmp_path / "docs" / "sub").mkdir(parents=True)
    for mark in marks:
        (tmp_path / mark).mkdir() if mark.endswith("/") else (tmp_path / mark).touch()
    assert root_of(tmp_path / file, [tmp_path / folder for folder in open_folders]) == tmp_path / root

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from breadknife.project.ignoring import GITIGNORE, Ignoring
from project.folders import write

FILES: Mapping[str, str] = {
    ".gitignore": "*.gen.py\n/build/\ncache\n!keep.gen.py\nlogs/*\n!logs/keep.py\n# a comment\n\\#odd.py\nbad[\n",
    "a.py": "",
    "a.gen.py": "",
    "keep.gen.py": "",
    "build/x.py": "",
    "src/build/x.py": "",
    "cache/deep/down.py": "",
    "src/cache": "",
    "logs/a.py": "",
    "logs/keep.py": "",
    "#odd.py": "",
    "src/.gitignore": "local.py\n!b.gen.py\n",
    "src/local.py": "",
    "src/b.gen.py": "",
    "src/c.gen.py": "",
    "local.py": "",
    "mine.py": "",
    "ünder/größe.gen.py": "",
}


def test_as_git_does(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".git/info/exclude").write_text("mine.py\n")
    command = ["git", "-C", str(tmp_path), "-c", "core.quotePath=false", "ls-files", "-oi", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    ignoring = Ignoring(str(tmp_path), GITIGNORE)
    assert {name for name in FILES if ignoring.ignores(str(tmp_path / name))} == set(listed.splitlines())


@pytest.mark.parametrize("changed", ["", "b.py\n"])
def test_a_changed_file_counts_at_once(tmp_path: Path, changed: str) -> None:
    write(tmp_path, {".gitignore": "a.py\nb.py\n", "a.py": "", "b.py": ""})
    ignoring = Ignoring(str(tmp_path), GITIGNORE)
    assert ignoring.ignores(str(tmp_path / "a.py"))
    (tmp_path / ".gitignore").write_text(changed)
    assert not ignoring.ignores(str(tmp_path / "a.py"))


def test_the_files_above_the_root_count_up_to_the_repositorys_top(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*.py\n", "repo/.git/config": "", "repo/.gitignore": "a.*\n", "repo/sub/a.py": ""})
    ignoring = Ignoring(str(tmp_path / "repo/sub"), GITIGNORE)
    assert ignoring.ignores(str(tmp_path / "repo/sub/a.py"))
    assert not ignoring.ignores(str(tmp_path / "repo/sub/b.py"))

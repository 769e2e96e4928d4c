from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.project import ignoring
from breadknife.project.ignoring import GITIGNORE, OWN, Ignoring
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
    rules = Ignoring(str(tmp_path), GITIGNORE)
    assert {name for name in FILES if rules.ignores(str(tmp_path / name))} == git_ignores(tmp_path)


def git_ignores(root: Path) -> set[str]:
    options = ["-C", str(root), "-c", "core.quotePath=false", "-c", f"core.excludesFile={os.devnull}"]
    command = ["git", *options, "ls-files", "-oi", "--exclude-standard"]
    return set(subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.splitlines())


TREE = [folder + name for folder in ("", "a/", "b/", "a/b/", "b/a/", "a/b/a/") for name in ("x.py", "y.py")]
PATTERNS = st.lists(
    st.builds(
        "".join,
        st.tuples(
            st.sampled_from(["", "!"]),
            st.sampled_from(["", "/", "**/"]),
            st.sampled_from(["a", "b", "*", "x.py", "*.py", "a/b", "a/*", "b/**", "a/**/b", "[ab]", "?.py"]),
            st.sampled_from(["", "/"]),
        ),
    ).filter(lambda line: not line.endswith("**/")),
    max_size=5,
).map("\n".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write(tmp_path_factory.mktemp("repository"), dict.fromkeys(TREE, ""))
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


@settings(max_examples=60, deadline=None)
@given(PATTERNS, PATTERNS)
def test_as_git_does_whatever_the_patterns(repository: Path, top: str, below: str) -> None:
    write(repository, {".gitignore": top, "a/.gitignore": below})
    rules = Ignoring(str(repository), GITIGNORE)
    ignored = {name for name in TREE if rules.ignores(str(repository / name))}
    assert ignored == git_ignores(repository) & set(TREE)


def test_what_is_in_a_folder_is_not_taken_in_again_with_one_above(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "private/\n!src/\n"})
    assert Ignoring(str(tmp_path), GITIGNORE).ignores(str(tmp_path / "src/private/keys.py"))


def test_a_worktree_and_a_submodule_have_their_exclude_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, {"main/.git/info/exclude": "mine.py\n", "main/.git/worktrees/other/commondir": "../..\n"})
    write(tmp_path, {"other/.git": f"gitdir: {tmp_path / 'main/.git/worktrees/other'}\n"})
    write(
        tmp_path, {"main/.git/modules/sub/info/exclude": "theirs.py\n", "main/sub/.git": "gitdir: ../.git/modules/sub"}
    )
    for root, name in (("other", "mine.py"), ("main/sub", "theirs.py")):
        assert Ignoring(str(tmp_path / root), GITIGNORE).ignores(str(tmp_path / root / name))


@pytest.mark.parametrize(("name", "ignored"), [(GITIGNORE, False), (OWN, True)])
def test_only_the_own_files_above_a_repository_count(tmp_path: Path, name: str, ignored: bool) -> None:
    write(tmp_path, {name: "a.py\n", "sub/.git/config": ""})
    assert Ignoring(str(tmp_path / "sub"), name).ignores(str(tmp_path / "sub/a.py")) is ignored


@pytest.mark.parametrize(
    ("name", "folds", "ignored"), [(GITIGNORE, False, False), (GITIGNORE, True, True), (OWN, False, True)]
)
def test_the_own_files_know_no_case_and_gits_where_the_disk_knows_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, folds: bool, ignored: bool
) -> None:
    monkeypatch.setattr(ignoring, "_FOLDS", folds)
    write(tmp_path, {name: "Private/\n"})
    assert Ignoring(str(tmp_path), name).ignores(str(tmp_path / "PRIVATE/a.py")) is ignored


@pytest.mark.parametrize("changed", ["", "b.py\n"])
def test_a_changed_file_counts_at_once(tmp_path: Path, changed: str) -> None:
    write(tmp_path, {".gitignore": "a.py\nb.py\n", "a.py": "", "b.py": ""})
    rules = Ignoring(str(tmp_path), GITIGNORE)
    assert rules.ignores(str(tmp_path / "a.py"))
    (tmp_path / ".gitignore").write_text(changed)
    assert not rules.ignores(str(tmp_path / "a.py"))


def test_the_files_above_the_root_count_up_to_the_repositorys_top(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*.py\n", "repo/.git/config": "", "repo/.gitignore": "a.*\n", "repo/sub/a.py": ""})
    rules = Ignoring(str(tmp_path / "repo/sub"), GITIGNORE)
    assert rules.ignores(str(tmp_path / "repo/sub/a.py"))
    assert not rules.ignores(str(tmp_path / "repo/sub/b.py"))

"""`breadknife lint --changed`, `--changed-lines`, `--staged`, and `breadknife baseline`, in real repositories."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from breadknife.text.document import LARGEST_DOCUMENT
from cli.commands import within
from project.folders import git, write

SETTINGS = "[prose]\nlanguagetool = false\nmodel = false\n[nullcheck]\nseverity_medium = 'warning'\n"
GUARDED = """\
import re


def first(text):
    match = re.match("a", text)
    if match is None:
        return ""
    return match.group()


def second(text):
    found = re.match("b", text)
    return found.group()
"""
UNGUARDED = GUARDED.replace('    if match is None:\n        return ""\n', "")
OLD, NEW = "This is an useful option.\n", "It is an good house.\n"


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CHANGE_TARGET", "CI_COMMIT_TARGET_BRANCH"):
        monkeypatch.delenv(name, raising=False)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@b")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def commit(folder: Path, files: dict[str, str], message: str = "x") -> str:
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, home: Path) -> Path:
    """A branch `topic` that began at `main`, with a finding in each file."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-qb", "main")
    commit(folder, {"breadknife.toml": SETTINGS, "a.py": GUARDED, "docs/b.md": OLD, "docs/c.md": OLD})
    git(folder, "checkout", "-qb", "topic")
    return folder


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return within(folder, "lint", *arguments)


def places(folder: Path, *arguments: str) -> list[str]:
    """Where there are findings: path and line."""
    result = lint(folder, "--format", "json", *arguments)
    assert result.returncode in (0, 1), result.stderr
    return [f"{each['path']}:{each['line']}" for each in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("files", "arguments", "expected"),
    [
        ({}, ["--changed"], []),
        ({"docs/b.md": OLD + "\n" + NEW}, ["--changed"], ["docs/b.md:1", "docs/b.md:3"]),
        ({"docs/b.md": OLD + "\n" + NEW}, ["--changed-lines"], ["docs/b.md:3"]),
        ({"docs/b.md": OLD + "\n" + NEW}, ["--changed-lines", "docs/c.md"], []),
        ({"docs/b.md": OLD + "\n" + NEW}, ["--changed-lines=HEAD", "."], ["docs/b.md:3"]),
        ({"docs/b.md": OLD + "\n" + NEW}, ["--changed-lines", "main", "docs"], ["docs/b.md:3"]),
        ({"docs/b.md": OLD + "\n" + NEW}, [".", "--changed-lines", "main"], ["docs/b.md:3"]),
        ({"main/b.md": OLD}, ["--changed-lines", "main"], ["main/b.md:1"]),  # a path that is there
        ({"docs/n é\tw.md": OLD}, ["--changed-lines"], ["docs/n é\tw.md:1"]),  # git knows nothing of it
        ({"a.py": GUARDED.replace("found", "it")}, ["--changed-lines"], ["a.py:13"]),
        ({"a.py": "# new\n" + GUARDED}, ["--changed-lines"], []),
        ({"a.py": UNGUARDED}, ["--changed-lines"], ["a.py:6"]),  # no line of it is new
        ({"a.py": UNGUARDED}, ["--changed"], ["a.py:6", "a.py:11"]),
        ({".gitignore": "docs/\n", "docs/n.md": OLD}, ["--changed-lines"], []),
    ],
)
def test_what_is_shown(repository: Path, files: dict[str, str], arguments: list[str], expected: list[str]) -> None:
    write(repository, files)
    assert places(repository, *arguments) == expected


def test_a_cause_in_another_file_counts(repository: Path) -> None:
    cause, use = "import re\n\ndef find(x):\n    return str(x)\n", "from cause import find\n\nfind('1').strip()\n"
    base = commit(repository, {"cause.py": cause, "use.py": use})
    write(repository, {"cause.py": cause.replace("str(x)", "re.match('a', x)")})
    assert places(repository, f"--changed-lines={base}") == ["use.py:3"]
    write(repository, {"cause.py": cause + "\n\nnew = 1\n"})
    assert places(repository, f"--changed-lines={base}") == []


def test_a_page_that_names_a_moved_file(repository: Path) -> None:
    page = "It begins in `src/old.py`.\n\nIt ends in `src/other.py`.\n"
    base = commit(repository, {"src/old.py": "first = 1\n", "docs/d.md": page, "docs/e.md": "Nothing is moved.\n"})
    git(repository, "mv", "src/old.py", "src/new.py")
    assert places(repository, f"--changed-lines={base}") == ["docs/d.md:1"]
    assert places(repository, f"--changed={base}") == []


def test_staged_is_what_the_commit_will_have(repository: Path) -> None:
    write(repository, {"docs/b.md": OLD + "\n" + NEW, "docs/c.md": NEW})
    git(repository, "add", "docs/b.md")
    write(repository, {"docs/b.md": "Nothing.\n"})
    assert places(repository, "--staged") == ["docs/b.md:1", "docs/b.md:3"]
    assert places(repository, "--staged", "--changed-lines") == ["docs/b.md:3"]


def test_a_base_that_is_too_large_is_not_read(repository: Path) -> None:
    large = "word " * (LARGEST_DOCUMENT // 5 + 1)
    base = commit(repository, {"docs/b.md": OLD + large})
    write(repository, {"docs/b.md": OLD + "\n" + NEW})
    assert places(repository, "--changed-lines", base) == ["docs/b.md:3"]


def test_a_moved_file_is_not_new(repository: Path) -> None:
    git(repository, "mv", "a.py", "moved.py")
    assert places(repository, "--changed-lines") == []
    assert places(repository, "--changed") == ["moved.py:13"]


def test_the_base_is_told(repository: Path) -> None:
    commit(repository, {"docs/b.md": NEW})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"docs/c.md": NEW})  # not the branch's
    git(repository, "checkout", "-q", "topic")
    result = lint(repository, "--changed")
    assert "1 file changed since " in result.stderr
    assert ", where this branch left main" in result.stderr


def test_a_merge_commit_of_ci_in_a_shallow_clone(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repository, {"docs/b.md": OLD + "\n" + NEW})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"docs/c.md": OLD + "\n" + NEW})
    git(repository, "merge", "-q", "--no-ff", "topic")
    clones = {depth: repository.parent / f"clone{depth}" for depth in (1, 2)}
    for depth, clone in clones.items():
        git(repository.parent, "clone", "-q", f"--depth={depth}", repository.as_uri(), str(clone))
        git(clone, "checkout", "-q", "--detach")
        git(clone, "branch", "-qD", "main")
        git(clone, "update-ref", "-d", "refs/remotes/origin/main")
        git(clone, "update-ref", "-d", "--no-deref", "refs/remotes/origin/HEAD")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert places(clones[2], "--changed-lines") == ["docs/b.md:3"]
    refused = lint(clones[1], "--changed-lines")
    assert refused.returncode == 2
    assert "this clone is shallow: `git fetch --depth=1 origin main:refs/remotes/origin/main`" in refused.stderr


def test_a_merge_of_the_base_brings_nothing(repository: Path) -> None:
    """What the base has brought since is the base's, also after a merge with a conflict."""
    commit(repository, {"docs/b.md": f"{OLD}\nOurs. {NEW}"})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"docs/b.md": f"{OLD}\nTheirs. {NEW}", "docs/n.md": OLD})
    git(repository, "checkout", "-q", "topic")
    merging = subprocess.run(["git", "merge", "-q", "main"], cwd=repository, capture_output=True, text=True)
    assert "CONFLICT" in merging.stdout
    commit(repository, {"docs/b.md": f"{OLD}\nTheirs. {NEW}\nOurs. {NEW}"})
    assert git(repository, "rev-parse", "HEAD^2") == git(repository, "rev-parse", "main")
    assert places(repository, "--changed-lines") == ["docs/b.md:5"]
    assert places(repository, "--changed-lines", "HEAD^1") == ["docs/b.md:3", "docs/n.md:1"]


def test_a_shallow_clone_of_one_branch(repository: Path) -> None:
    """It has the base, but no commit that both have."""
    commit(repository, {"docs/b.md": f"{OLD}\n{NEW}"})
    git(repository, "checkout", "-q", "main")
    commit(repository, {"docs/c.md": NEW})  # the topic lacks it: the two are compared, so its own lines are old
    clone = repository.parent / "clone"
    git(repository.parent, "clone", "-q", "--depth=1", "--branch=topic", repository.as_uri(), str(clone))
    missing = lint(clone, "--changed-lines", "origin/main")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "`git fetch --depth=1 origin main:refs/remotes/origin/main` brings it" in missing.stderr
    git(clone, "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    assert places(clone, "--changed-lines", "origin/main") == ["docs/b.md:3", "docs/c.md:1"]
    told = lint(clone, "--changed-lines", "origin/main").stderr
    assert "since origin/main itself, since no common commit is in this clone" in told
    git(clone, "fetch", "-q", "--unshallow")
    assert places(clone, "--changed-lines", "origin/main") == ["docs/b.md:3"]


def test_two_branches_baselines_are_merged_by_git(repository: Path) -> None:
    baseline(repository)
    commit(repository, {})
    for branch, name in (("one", "docs/m.md"), ("two", "docs/n.md")):
        git(repository, "checkout", "-q", "-b", branch, "topic")
        write(repository, {name: NEW})
        baseline(repository, "--add")
        commit(repository, {})
    git(repository, "merge", "-q", "one")
    assert places(repository, ".") == []
    assert baseline(repository) == (0, "breadknife: .breadknife/baseline.txt: 5 findings\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--changed=nowhere"], "the base nowhere isn't in this clone; name a commit, or a path that is there"),
        (["--changed=--output=x"], "the base --output=x isn't in this clone"),
        (["--changed", "nowhere", "docs"], "the base nowhere isn't in this clone"),
        (["--changed", "--", "main"], "main: no such file or folder"),
        (["--changed=docs"], "the base docs isn't in this clone"),
    ],
)
def test_a_base_that_is_not_there(repository: Path, arguments: list[str], told: str) -> None:
    result = lint(repository, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert told in result.stderr


@pytest.mark.parametrize("variable", ["BREADKNIFE_HOME", "BREADKNIFE_CACHE_DIR"])
def test_what_is_kept_in_a_checkout_is_no_change(
    repository: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """As CI servers keep it."""
    monkeypatch.setenv(variable, str(repository / "kept"))
    write(repository, {"docs/b.md": NEW})
    assert places(repository, "--changed-lines") == ["docs/b.md:1"]
    assert (repository / "kept").is_dir()
    assert "1 file changed since" in lint(repository, "--changed-lines").stderr
    assert git(repository, "status", "--porcelain") == "M docs/b.md"


def test_no_repository(tmp_path: Path, home: Path) -> None:
    result = lint(tmp_path, "--changed")
    assert result.returncode == 2
    assert "not a git repository" in result.stderr


def test_before_the_first_commit_everything_is_new(tmp_path: Path, home: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {"breadknife.toml": SETTINGS, "b.md": OLD})
    assert places(tmp_path, "--changed-lines") == ["b.md:1"]
    git(tmp_path, "add", "-A")
    assert places(tmp_path, "--staged", "--changed-lines") == ["b.md:1"]


@pytest.mark.skipif(os.name == "nt", reason="the programs are scripts")
def test_nothing_runs_that_the_repository_names(repository: Path) -> None:
    """A folder may bring its `.git` along, and with it programs."""
    ran = repository.parent / "ran"
    program = repository.parent / "program"
    program.write_text(f"#!/bin/sh\necho \"$0\" >> '{ran}'\ncat\n")
    program.chmod(0o755)
    write(repository, {".gitattributes": "*.md filter=evil diff=evil\n*.py filter=a=b\n"})
    for name in (
        "core.fsmonitor", "filter.evil.clean", "filter.evil.process", "filter.a=b.clean", "diff.external",
        "diff.evil.textconv", "diff.evil.command", "core.pager", "core.sshCommand",
    ):  # fmt: skip
        git(repository, "config", name, str(program))
    git(repository, "config", "remote.origin.promisor", "true")
    git(repository, "config", "remote.origin.url", "ext::" + str(program))
    git(repository, "config", "protocol.ext.allow", "always")
    hooks = repository / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).write_text(program.read_text())
        (hooks / hook).chmod(0o755)
    write(repository, {"docs/b.md": OLD + "\n" + NEW, "a.py": UNGUARDED})
    assert places(repository, "--changed-lines") == ["a.py:6", "docs/b.md:3"]
    assert places(repository, "--staged") == []
    assert not ran.exists(), ran.read_text()


def baseline(folder: Path, *arguments: str) -> tuple[int, str]:
    result = within(folder, "baseline", *arguments)
    return result.returncode, result.stderr


def test_a_baseline_hides_what_was_there(repository: Path) -> None:
    assert baseline(repository) == (0, "breadknife: .breadknife/baseline.txt: 3 findings\n")
    assert places(repository, ".") == []
    assert places(repository, "--no-baseline", ".") == ["a.py:13", "docs/b.md:1", "docs/c.md:1"]
    write(repository, {"docs/b.md": f"# New\n\n{OLD}\n{NEW}", "a.py": UNGUARDED})
    assert places(repository, ".") == ["a.py:6", "docs/b.md:5"]


def test_a_baseline_keeps_no_more_and_no_fewer_unasked(repository: Path) -> None:
    baseline(repository)
    write(repository, {"docs/b.md": NEW, "docs/c.md": "Nothing.\n"})
    before = (repository / ".breadknife/baseline.txt").read_text()
    code, told = baseline(repository)
    assert (code, (repository / ".breadknife/baseline.txt").read_text()) == (1, before)
    assert "2 lines stale; --prune removes them" in told
    assert "1 finding new" in told
    assert "2 lines of .breadknife/baseline.txt stale" in lint(repository, ".").stderr
    assert baseline(repository, "--prune")[0] == 1
    assert places(repository, ".") == ["docs/b.md:1"]
    assert baseline(repository, "--add")[0] == 0
    assert places(repository, ".") == []


def test_a_baseline_follows_files(repository: Path) -> None:
    baseline(repository)
    write(repository, {"docs/moved.md": OLD})
    (repository / "docs/b.md").unlink()
    assert places(repository, ".") == []
    assert baseline(repository)[0] == 0
    kept = (repository / ".breadknife/baseline.txt").read_text()
    assert "docs/moved.md\t" in kept
    assert "docs/b.md\t" not in kept


def test_a_part_of_a_folder_leaves_the_rest_of_its_baseline(repository: Path) -> None:
    baseline(repository)
    write(repository, {"a.py": UNGUARDED})
    assert baseline(repository, "--add", "--prune", "a.py")[0] == 0
    assert places(repository, ".") == []


def test_nothing_is_written_unless_all_was_checked(repository: Path) -> None:
    write(repository, {"z.py": "\0"})
    code, told = baseline(repository)
    assert code == 2
    assert "nothing was written" in told
    assert not (repository / ".breadknife").exists()


def test_a_wrong_baseline_is_no_clean_run(repository: Path) -> None:
    write(repository, {".breadknife/baseline.txt": "# breadknife baseline 7\n"})
    result = lint(repository, ".")
    assert (result.returncode, result.stdout) == (2, "")
    assert "not a baseline of this version" in result.stderr

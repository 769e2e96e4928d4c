"""What `breadknife lint` can't check, and where it can't write: a line each, exit code 2, and nothing else is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from breadknife.disk_cache import why_unusable
from cli.commands import within
from project.folders import git, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights, links and names")

SETTINGS = "[prose]\nlanguagetool = false\nmodel = false\n"
FLAW = "It is an good house.\n"
FOUND = "a.md:1:7: warning: Incorrect indefinite article. [harper/AnA]\n"
AS_A_USER = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.name != "nt" and not os.getuid() else []
"""Has the superuser do no more than others, whose rights count."""

Told = tuple[int, str, list[str]]
"""Exit code, standard output, and the lines of stderr."""


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "a")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "a@b")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    return write(tmp_path / "project", {"breadknife.toml": SETTINGS, "a.md": FLAW})


def as_a_user(folder: Path, *arguments: str) -> Told:
    if AS_A_USER and not shutil.which(AS_A_USER[0]):
        pytest.skip("the superuser may read everything")
    command = [*AS_A_USER, sys.executable, "-m", "breadknife", *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120)
    return ran.returncode, ran.stdout, [line.removeprefix("breadknife: ") for line in ran.stderr.splitlines()]


def told(folder: Path, *arguments: str) -> Told:
    ran = within(folder, *arguments)
    return ran.returncode, ran.stdout, [line.removeprefix("breadknife: ") for line in ran.stderr.splitlines()]


def test_what_may_not_be_read(folder: Path) -> None:
    write(folder, {"b.md": FLAW, "c/d.md": FLAW})
    (folder / "b.md").chmod(0)
    (folder / "c").chmod(0)
    try:
        assert as_a_user(folder, "lint", ".") == (2, FOUND, ["./c: Permission denied", "b.md: Permission denied"])
        assert as_a_user(folder, "lint", "b.md", "a.md") == (2, FOUND, ["b.md: Permission denied"])
    finally:
        (folder / "c").chmod(0o700)


def test_links_that_lead_in_a_circle(folder: Path) -> None:
    (folder / "self.md").symlink_to("self.md")
    (folder / "up").symlink_to(".")
    assert told(folder, "lint", ".") == (1, FOUND, [])
    assert told(folder, "lint", "self.md", "a.md") == (2, FOUND, ["self.md: no such file or folder"])
    code, found, lines = told(folder, "lint", "up/up/up")
    assert (code, found, lines) == (1, f"up/up/up/{FOUND}", [])


def test_a_submodule_is_a_repository_of_its_own(folder: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"breadknife.toml": SETTINGS, "b.md": "Nothing.\n"})
    for each in (other, folder):
        git(each, "init", "-qb", "main")
        git(each, "add", "-A")
        git(each, "commit", "-qm", "x")
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    git(folder, "commit", "-qam", "y")
    write(folder, {"sub/b.md": FLAW})
    git(folder / "sub", "commit", "-qam", "z")
    inside = FOUND.replace("a.md", "sub/b.md")
    assert told(folder, "lint", ".")[:2] == (1, FOUND + inside)
    assert told(folder, "lint", "--changed=HEAD")[:2] == (0, "")
    code, found, [since] = told(folder, "lint", "--changed=HEAD^", "sub")
    assert (code, found) == (1, inside)
    assert since.startswith("1 file changed since HEAD^ (")


def test_a_file_of_two_gigabytes(folder: Path) -> None:
    for name in ("huge.md", "huge.py"):
        with (folder / name).open("wb") as huge:
            huge.truncate(2 << 30)
    left_out = [f"{name}: left out, because it is larger than 16 MB" for name in ("huge.md", "huge.py")]
    assert told(folder, "lint", ".") == (1, FOUND, left_out)
    code, found, lines = told(folder, "lint", "huge.md", "a.md")
    assert (code, found, lines) == (2, FOUND, ["huge.md: larger than 16 MB; make it smaller, or leave it out"])


@pytest.mark.parametrize("name", ["new\nline.md", "esc\x1b[31m.md", "tab\t.md", "-o.md", "é\udcff.md"])
def test_a_name_that_is_no_line(folder: Path, name: str) -> None:
    try:
        (folder / name).write_text(FLAW)
    except OSError:
        pytest.skip("this file system has no such names")
    git(folder, "init", "-q")
    shown = FOUND.replace("a.md", name.replace("\n", r"\n").replace("\x1b", r"\x1b").replace("\t", r"\t"))
    if "\udcff" not in name:
        assert sorted(told(folder, "lint", ".")[1].splitlines()) == sorted((FOUND + shown).splitlines())
    code, found, _ = told(folder, "lint", "--changed-lines", "--", name)
    assert (code, found.count("\n")) == (1, 1)


def test_a_tree_that_may_only_be_read(folder: Path) -> None:
    folder.chmod(0o555)
    try:
        assert as_a_user(folder, "lint", ".") == (1, FOUND, [])
        code, found, lines = as_a_user(folder, "baseline")
        assert (code, found, lines) == (2, "", [f"{folder / '.breadknife'}: Permission denied"])
        written = as_a_user(folder, "lint", "--report", "json:x.json", ".")
        assert written == (2, FOUND, ["--report x.json: Permission denied"])
    finally:
        folder.chmod(0o755)


def test_nothing_can_be_kept(folder: Path, home: Path) -> None:
    home.mkdir(exist_ok=True)
    home.chmod(0o555)
    try:
        code, found, lines = as_a_user(folder, "lint", ".")
    finally:
        home.chmod(0o755)
    remedy = "each run takes as long as the first; name another folder by `--cache-dir`"
    assert (code, found, lines) == (1, FOUND, [f"{home / 'cache'}: Permission denied; {remedy}"])


def test_a_full_disk(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(folder)._replace(free=0)
    monkeypatch.setattr("breadknife.disk_cache.shutil.disk_usage", {home / "cache": full}.__getitem__)
    assert why_unusable(home / "cache") == "No space left on device"
    code, found, [line] = told(folder, "lint", ".")
    assert (code, found) == (1, FOUND)
    assert line.startswith(f"{home / 'cache'}: No space left on device; ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is full")
@pytest.mark.parametrize("format", ["text", "json"])
def test_nobody_takes_a_report_that_was_not_written_for_whole(folder: Path, format: str) -> None:
    command = [sys.executable, "-m", "breadknife", "lint", "--format", format, "."]
    with open("/dev/full", "w") as full:
        ran = subprocess.run(command, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (2, "breadknife: standard output: No space left on device\n")


def test_two_runs_at_once(folder: Path) -> None:
    """They share what is kept, and find what one alone finds."""
    write(folder, {f"{at}.md": f"{FLAW}\nText {at} is an useful one.\n" for at in range(12)})
    ended = _at_once(folder, 2)
    assert len(set(ended)) == 1
    code, found, told_of = ended[0]
    assert (code, found.count("\n"), told_of) == (1, 25, "")
    assert _at_once(folder, 1) == ended[:1]


def _at_once(folder: Path, number: int) -> Sequence[tuple[int, str, str]]:
    command = [sys.executable, "-m", "breadknife", "lint", "."]
    runs = [
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(number)
    ]
    outputs = [run.communicate(timeout=200) for run in runs]
    return [(run.returncode, *output) for run, output in zip(runs, outputs, strict=True)]

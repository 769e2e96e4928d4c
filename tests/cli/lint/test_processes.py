"""`breadknife lint --jobs`: the same findings in the same order, whatever processes there are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from breadknife import children
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.lint import executors, run
from breadknife.cli.lint.checkers import FolderState, LintAnswer, LintTask, ProcessPool, check
from breadknife.cli.lint.options import LintOptions
from breadknife.text.document import Document
from cli.commands import breadknife
from project.folders import write

FIND = "def find(k):\n    if k > 1:\n        return k\n    return None\n"
USE = "from found import find\n\nfile = find(1)\nfile.x\n"


def test_the_findings_and_their_order_are_the_same(tmp_path: Path, home: Path) -> None:
    """Also of files that use another one, which a process knows from the first one."""
    names = [f"use{at}.py" for at in range(9)]
    write(tmp_path, {"found.py": FIND, **dict.fromkeys(names, USE), "bad.py": "\0"})
    one, two = (breadknife(tmp_path, "lint", "--only", "nullcheck", "--jobs", jobs, ".") for jobs in ("1", "2"))
    assert [line.partition(":")[0] for line in one.stdout.splitlines()] == names
    assert (one.returncode, one.stdout, one.stderr) == (two.returncode, two.stdout, two.stderr)
    assert two.returncode == 2


def test_a_plugin_that_a_process_has_not_is_a_failure(tmp_path: Path, home: Path) -> None:
    """Or else a file would look clean that nobody has checked."""
    host = make_host()
    try:
        answer = check(
            host, LintTask(Document((tmp_path / "a.py").as_uri(), "python", ""), tmp_path, frozenset({"x"}), False)
        )
    finally:
        host.close()
    assert answer == LintAnswer(failures=("x can't be loaded where it is checked",))


def test_a_process_that_dies_is_replaced(tmp_path: Path, home: Path) -> None:
    host = make_host()
    settings = settings_for(host, True, tmp_path, disabled_plugins=["prose", "completion"])
    processes = ProcessPool(1, (), lambda root: FolderState(root, settings, None), lambda notice: None)
    document = Document((tmp_path / "a.py").as_uri(), "python", FIND + "file = find(1)\nfile.x\n")
    task = LintTask(document, tmp_path, frozenset({"nullcheck"}), False)
    before = {each.pid for each in psutil.Process().children()}
    try:
        first = processes.check(task).result(60)
        [worker] = [each for each in psutil.Process().children() if each.pid not in before]
        assert "breadknife.cli.lint.worker" in worker.cmdline()
        worker.kill()
        assert processes.check(task).result(60) == first
        assert [each.code for each in first.findings] == ["none-attribute"]
    finally:
        processes.close()
        host.close()


def test_a_document_that_ends_its_process_twice_is_given_up(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "python_module", lambda name: [sys.executable, "-c", "raise SystemExit(3)"])
    document = Document((tmp_path / "a.py").as_uri(), "python", "")
    processes = ProcessPool(1, (), lambda root: FolderState(root, None, None), lambda notice: None)  # pyright: ignore[reportArgumentType]
    try:
        answer = processes.check(LintTask(document, tmp_path, frozenset(), False)).result(60)
    finally:
        processes.close()
    assert answer == LintAnswer(failures=("The process that checks it ended with code 3, 2 times; try `--jobs 1`.",))


@pytest.mark.parametrize(("seconds", "numbers"), [(0.0, [2]), (1e9, [])])
def test_processes_are_started_when_checking_takes_long(
    seconds: float, numbers: list[int], tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    class Pool(ProcessPool):
        def __init__(self, number: int, *others: Any) -> None:
            started.append(number)
            super().__init__(number, *others)

    write(tmp_path, dict.fromkeys(("a.py", "b.py"), FIND))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(executors, "_SECONDS_ALONE", seconds)
    monkeypatch.setattr(run, "cores", lambda: (4, 4))
    monkeypatch.setattr(run, "ProcessPool", Pool)
    assert run.run(LintOptions([Path()], only=["nullcheck"])) == 0
    assert started == numbers


def test_what_is_not_set_up_is_told_once_whichever_process_says_it(tmp_path: Path, home: Path) -> None:
    write(tmp_path, {f"{at}.md": "Nothing.\n" for at in range(4)})
    told = [breadknife(tmp_path, "lint", "--only", "prose", "--jobs", jobs, ".").stderr for jobs in "221"]
    assert told[0].count("Harper alone") == 1
    assert told[1:] == ["", ""]

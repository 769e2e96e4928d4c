"""`breadknife lint --jobs`: the same findings in the same order, whatever processes there are."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from breadknife import children
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.lint.asking import Answer, Folder, Here, Task
from breadknife.cli.lint.processes import Processes, Spreading
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


def test_a_process_that_dies_is_replaced(tmp_path: Path, home: Path) -> None:
    host = make_host()
    settings = settings_for(host, True, tmp_path, unasked=["prose", "completion"])
    processes = Processes(1, (), lambda root: Folder(root, settings, None), lambda notice: None)
    document = Document((tmp_path / "a.py").as_uri(), "python", FIND + "file = find(1)\nfile.x\n")
    task = Task(document, tmp_path, frozenset({"nullcheck"}), False)
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
    processes = Processes(1, (), lambda root: Folder(root, None, None), lambda notice: None)  # pyright: ignore[reportArgumentType]
    try:
        answer = processes.check(Task(document, tmp_path, frozenset(), False)).result(60)
    finally:
        processes.close()
    assert answer == Answer(failures=("The process that checks it ended with code 3, 2 times; try `--jobs 1`.",))


@pytest.mark.parametrize(("seconds", "is_started"), [(0.0, True), (1e9, False)])
def test_processes_are_started_when_checking_takes_long(seconds: float, is_started: bool) -> None:
    here = Here(make_host())
    started: list[Processes] = []

    def start() -> Processes:
        started.append(Processes(0, (), lambda root: NotImplemented, lambda notice: None))
        return started[0]

    spreading = Spreading(here, start, seconds)
    asked = [spreading.checker() for _ in range(3)]
    assert asked == ([started[0]] * 3 if is_started else [here] * 3)

"""Programs that a part is set up with."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import psutil
import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled
from breadknife.setup.processes import run_program

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
child.wait()
"""


def test_each_line_is_told_and_the_last_are_kept() -> None:
    said: list[str] = []
    code = "import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)"
    result = run_program([sys.executable, "-u", "-c", code], CancelToken(), said.append)
    assert (result.code, result.lines, said) == (3, ("one", "two"), ["one", "two"])


def test_cancelling_ends_a_program_and_all_that_it_started() -> None:
    cancel, children = CancelToken(), list[psutil.Process]()

    def on_line(line: str) -> None:
        children.append(psutil.Process(int(line.split()[1])))
        threading.Thread(target=cancel.cancel).start()

    with pytest.raises(Cancelled):
        run_program([sys.executable, "-c", PARENT], cancel, on_line)
    assert psutil.wait_procs(children, 30)[1] == []


def test_what_is_cancelled_before_is_not_begun() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        run_program(["there is no such program"], cancel)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(OSError, match=r"No such file|cannot find"):
        run_program([str(Path(sys.executable).with_name("no such program"))], CancelToken())


@pytest.mark.skipif(sys.platform == "win32", reason="its priorities have other numbers")
def test_gently_it_gives_way_to_others() -> None:
    code = "import os; input() if False else None; import time; time.sleep(0.5); print(os.nice(0))"
    result = run_program([sys.executable, "-c", code], CancelToken(), gently=True)
    assert int(result.lines[0]) > psutil.Process().nice()

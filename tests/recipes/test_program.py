"""The step that runs a program: only in a trusted folder, in limited time and size, without a shell."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled
from breadknife.steps.builtin.program import RunProgramInput, RunProgramOutput, run_program
from breadknife.steps.worker import WorkerContext
from breadknife.task.values import Silence
from breadknife.testing import document


@dataclass(frozen=True)
class Context(WorkerContext):
    root: Path | None = None
    trusted: bool = True
    cancel: CancelToken = field(default_factory=CancelToken)


def run(
    root: Path, code: str, *more: str, context: Context | None = None, **wanted: object
) -> RunProgramOutput | Silence:
    argv = (sys.executable, "-c", code, *more)
    given = RunProgramInput(document("x", "plaintext"), argv, **wanted)  # type: ignore[arg-type]
    return run_program(given, context or Context(root))


def test_its_output_and_exit_code(tmp_path: Path) -> None:
    gave = run(tmp_path, "import os, sys; print(os.getcwd() == sys.argv[1], sys.stdin.read())", "{root}", stdin="so")
    assert gave == RunProgramOutput("True so\n", 0, False)
    assert run(tmp_path, "import sys; sys.exit(3)") == RunProgramOutput("", 3, False)


@pytest.mark.parametrize("word", ["; touch made", "$(touch made)", "`touch made`", "{root}x", "--help"])
def test_no_shell_reads_the_arguments(tmp_path: Path, word: str) -> None:
    gave = run(tmp_path, "import sys; print(sys.argv[1])", word)
    assert gave == RunProgramOutput(f"{word}\n", 0, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "wanted", "reason"),
    [
        ("import time; time.sleep(60)", {"seconds": 0.3}, "program-hung"),
        ("print('x' * 10**7); import time; time.sleep(60)", {"max_bytes": 1000}, ""),
    ],
)
def test_one_that_hangs_or_floods_is_ended(tmp_path: Path, code: str, wanted: dict[str, object], reason: str) -> None:
    gave = run(tmp_path, code, **wanted)
    if reason:
        assert isinstance(gave, Silence)
        assert gave.reason == reason
    else:
        assert isinstance(gave, RunProgramOutput)
        assert (len(gave.stdout), gave.is_cut) == (1000, True)


def test_what_it_has_started_ends_with_it(tmp_path: Path) -> None:
    code = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, "x" * 1000, flush=True)
time.sleep(600)
"""
    gave = run(tmp_path, code, max_bytes=500)
    assert isinstance(gave, RunProgramOutput)
    with suppress(psutil.NoSuchProcess):
        assert psutil.Process(int(gave.stdout.split()[0])).status() == psutil.STATUS_ZOMBIE


def test_one_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    given = RunProgramInput(document("x", "plaintext"), ("no-such-program",))
    gave = run_program(given, Context(tmp_path))
    assert isinstance(gave, Silence)
    assert "`no-such-program` can't be run" in gave.sentence


@pytest.mark.parametrize("context", [Context(None), Context(Path("/"), trusted=False)])
def test_without_trust_nothing_runs(tmp_path: Path, context: Context) -> None:
    gave = run(tmp_path, f"open({str(tmp_path / 'made')!r}, 'w')", context=context)
    assert isinstance(gave, Silence)
    assert gave.reason == "untrusted"
    assert list(tmp_path.iterdir()) == []


def test_cancelling_ends_it(tmp_path: Path) -> None:
    cancel = CancelToken()
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(Cancelled):
        run(tmp_path, "import time; time.sleep(60)", context=Context(tmp_path, cancel=cancel))

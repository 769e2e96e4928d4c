"""`breadknife lint` shows findings as they are found, and what there is when Ctrl-C is pressed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from breadknife.cli.lint.streams import pace_of
from project.folders import write
from prose.languagetool_api import LanguageToolApi, serving

FIRST, SECOND = "This is an useful text.\n", "It never comes.\n"
MAIN = (  # a job that a shell runs in the background ignores Ctrl-C, and so would its children
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from breadknife.__main__ import main; main()"
)


class _Server(LanguageToolApi):
    """A LanguageTool that finds nothing, and doesn't answer about the second file until the test is over."""

    over: threading.Event
    is_asked: threading.Event

    def matches(self, body: bytes) -> Sequence[Mapping[str, Any]]:
        if b"never" in body:
            self.is_asked.set()
            self.over.wait(120)
        return []


@pytest.fixture
def server(home: Path) -> Iterator[type[_Server]]:
    handler = type("Handler", (_Server,), {"over": threading.Event(), "is_asked": threading.Event()})
    with serving(handler) as url:
        config = home / "config" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f'[prose]\nmodel = false\nlanguagetool_url = "{url}"\n')
        yield handler
        handler.over.set()


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    write(folder, {"a.md": FIRST, "b.md": SECOND})
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, "lint", "--only", "prose", *arguments, "a.md", "b.md"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("done", "seconds", "pace"),
    [
        (19, 60.0, ""),
        (50, 2.0, ""),
        (50, 5.0, ", 10.0 a second, 5 s left"),
        (20, 100.0, ", 0.2 a second, 6 min left"),
        (100, 5.0, ", 20.0 a second, 0 s left"),
    ],
)
def test_the_pace_is_told_once_it_is_known(done: int, seconds: float, pace: str) -> None:
    assert pace_of(done, 100, seconds) == pace


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_it_with_what_there_is(tmp_path: Path, server: type[_Server]) -> None:
    with started(tmp_path) as process:
        assert process.stdout is not None
        first = process.stdout.readline()  # while the second file is being checked: findings stream
        assert first.startswith("a.md:1:9: warning: ")
        assert server.is_asked.wait(60)
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)  # nobody answers about the second file before
    assert (process.returncode, rest) == (130, "")
    assert said == "breadknife: interrupted: 1 of 2 files checked\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_a_report_that_ctrl_c_has_stopped_is_whole(tmp_path: Path, server: type[_Server]) -> None:
    report = tmp_path / "report.json"
    with started(tmp_path, "--format", "json", "--output-file", str(report)) as process:
        assert server.is_asked.wait(60)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert [each["path"] for each in json.loads(report.read_text("utf-8"))] == ["a.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(
    ("within", "said"),
    [
        ("breadknife.cli.lint.run.use_utf8", "interrupted"),
        ("breadknife.cli.lint.run.find_sources", "interrupted while looking for files"),
        ("breadknife.cli.lint.run.split_plugins", "interrupted: 0 of 1 file checked"),
    ],
)
def test_ctrl_c_before_anything_is_checked(within: str, said: str, tmp_path: Path, home: Path) -> None:
    """While it starts, while it looks for files, and at the first one: one line, and the next run finds all."""
    write(tmp_path, {"a.md": FIRST})
    module, _, name = within.rpartition(".")
    pressed = (
        "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"import {module} as module; asked = module.{name}; "
        f"module.{name} = lambda *given: (os.kill(os.getpid(), signal.SIGINT), asked(*given))[1]; "
        "from breadknife.__main__ import main; main()"
    )
    lint = ("lint", "--offline", "--only", "prose", ".")
    done = subprocess.run([sys.executable, "-c", pressed, *lint], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"breadknife: {said}\n")
    again = subprocess.run([sys.executable, "-c", MAIN, *lint], cwd=tmp_path, capture_output=True, text=True)
    assert again.stdout.startswith("a.md:1:9: warning: ")

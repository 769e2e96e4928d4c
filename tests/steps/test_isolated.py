"""A step of another package runs in a process of its own: whatever it does, the host gets an answer or an error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, PluginError
from breadknife.steps import isolated
from breadknife.steps.isolated import Isolation
from breadknife.steps.registry import discover_steps
from breadknife.steps.worker import WorkerContext
from breadknife.task.values import Silence

MODULE = '''
import os, sys, time
from dataclasses import dataclass
from breadknife.api import Kind, Silence, StepType

@dataclass(frozen=True)
class Takes:
    text: str

@dataclass(frozen=True)
class Gives:
    text: str

def run(given, context):
    """Does what it is told."""
    match given.text:
        case "crash":
            os._exit(3)
        case "raise":
            raise ValueError("no such word")
        case "hang":
            time.sleep(60)
        case "eat":
            held = [bytearray(1 << 20) for _ in range(400)]
            time.sleep(60)
        case "print":
            print("not a message")
            sys.stdout.flush()
            os.write(1, b"nor this")
        case "silent":
            return Silence("told-so", "It was told to be silent.")
        case "lie":
            return Takes(3)
        case "ask":
            context.model("rewrite")
    return Gives(given.text.upper())

STEPS = (StepType("other.shout", 1, Kind.RULE, Takes, Gives, run, seconds=SECONDS),)
'''


@dataclass(frozen=True)
class Context(WorkerContext):
    root: Path | None = None
    trusted: bool = False
    cancel: CancelToken = field(default_factory=CancelToken)


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Isolation]:
    """Another package, installed."""
    info = tmp_path / "breadknife_other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: breadknife-other\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[breadknife.steps]\nother = breadknife_other:STEPS\n")
    (tmp_path / "breadknife_other.py").write_text(MODULE.replace("SECONDS", "20.0"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    discover_steps.cache_clear()
    isolation = Isolation(dict(discover_steps().steps))
    yield isolation
    isolation.close()
    discover_steps.cache_clear()
    sys.modules.pop("breadknife_other", None)


def ask(steps: Isolation, text: str, context: Context | None = None) -> Any:
    kind = discover_steps().steps["other.shout"].type
    return steps(kind, kind.takes(text), context or Context())


def test_it_answers_more_than_once(steps: Isolation) -> None:
    assert [ask(steps, word).text for word in ("one", "two", "print", "three")] == ["ONE", "TWO", "PRINT", "THREE"]


def test_it_may_be_silent(steps: Isolation) -> None:
    assert ask(steps, "silent") == Silence("told-so", "It was told to be silent.")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("crash", "its process ended (exit code 3)"),
        ("raise", "ValueError: no such word"),
        ("lie", "gives Expected `str`, got `int`"),
        ("ask", "a step in a process of its own asks no model"),
    ],
)
def test_what_goes_wrong_is_an_error_with_the_step_and_its_package(steps: Isolation, word: str, message: str) -> None:
    with pytest.raises(PluginError) as error:
        ask(steps, word)
    assert "step `other.shout` of breadknife-other" in str(error.value)
    assert message in str(error.value)
    assert ask(steps, "again").text == "AGAIN"


def test_one_that_eats_memory_is_ended(steps: Isolation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "MAX_MEMORY", 200 << 20)
    with pytest.raises(PluginError, match="takes more than 200 MB of memory"):
        ask(steps, "eat")


def test_one_that_hangs_is_ended(steps: Isolation, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = discover_steps().steps["other.shout"].type
    monkeypatch.setitem(kind.__dict__, "seconds", 0.5)
    with pytest.raises(PluginError, match=r"has not answered within 0\.5 s"):
        steps(kind, kind.takes("hang"), Context())


def test_cancelling_ends_it(steps: Isolation) -> None:
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    with pytest.raises(Cancelled):
        ask(steps, "hang", Context(cancel=cancel))

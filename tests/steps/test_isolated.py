"""A step of another package runs in a process of its own: whatever it does, the host gets an answer or an error."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, PluginError
from breadknife.steps import isolated
from breadknife.steps.channel import decode, read_message, write_message
from breadknife.steps.isolated import Isolation, WorkerAnswer, WorkerCall
from breadknife.steps.registry import discover_steps
from breadknife.steps.worker import WorkerContext
from breadknife.task.values import Silence

MODULE = '''
import os, stat, subprocess, sys, time
from dataclasses import dataclass
from breadknife.api import Kind, Silence, StepType

@dataclass(frozen=True)
class Takes:
    text: str
    about: str = "0"

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
        case "answer":
            for number in range(3, 64):
                try:
                    if stat.S_ISFIFO(os.fstat(number).st_mode):
                        os.write(number, bytes.fromhex(given.about))
                except OSError:
                    pass
            time.sleep(60)
        case "start" | "start and hang" | "start and crash":
            program = f"import time; held = b'x' * ({given.about} << 20); print(flush=True); time.sleep(99)"
            child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
            child.stdout.readline()
            if given.text != "start":
                print(child.pid, file=open(os.environ["STARTED"], "w"), flush=True)
            if given.text == "start and crash":
                os._exit(3)
            if given.text == "start and hang":
                time.sleep(60)
            return Gives(str(child.pid))
        case "orphan":
            shell = ["sh", "-c", "sleep 99 >/dev/null & echo $!"]
            return Gives(subprocess.run(shell, stdout=subprocess.PIPE, text=True).stdout.strip())
        case "pid":
            return Gives(str(os.getpid()))
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
    monkeypatch.setenv("STARTED", str(tmp_path / "started"))
    discover_steps.cache_clear()
    isolation = Isolation(dict(discover_steps().steps))
    yield isolation
    isolation.close()
    discover_steps.cache_clear()
    sys.modules.pop("breadknife_other", None)


def ask(steps: Isolation, text: str, context: Context | None = None, about: str = "0") -> Any:
    kind = discover_steps().steps["other.shout"].type
    return steps(kind, kind.takes(text, about), context or Context())


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


def framed(body: bytes) -> str:
    """A message as it is sent, in hexadecimal."""
    return (struct.pack("<I", len(body)) + body).hex()


ANSWER = msgspec.msgpack.encode(WorkerAnswer(error="two\nlines"))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (struct.pack("<I", 1 << 31).hex(), "its answer has more than 64 MB"),
        (framed(b"\xc1"), "it gives MessagePack data is malformed"),
        (framed(b""), "it gives Input data was truncated"),
        (framed(msgspec.msgpack.encode([1])), "it gives Expected `object`, got `array`"),
        (framed(msgspec.msgpack.encode({"error": 1})), "it gives Expected `str`, got `int` - at `$.error`"),
        (framed(ANSWER + b"x"), "it gives MessagePack data is malformed: trailing characters"),
        (framed(ANSWER), "it has answered what nobody asked"),
    ],
)
def test_an_answer_that_is_none_is_an_error_in_one_line(steps: Isolation, sent: str, message: str) -> None:
    before = int(ask(steps, "pid").text)
    with pytest.raises(PluginError) as error:
        ask(steps, "answer", about=sent)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert not psutil.pid_exists(before)
    assert ask(steps, "again").text == "AGAIN"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_as_an_answer_are_an_error(steps: Isolation, sent: bytes) -> None:
    with pytest.raises(PluginError) as error:
        ask(steps, "answer", about=framed(sent))
    assert "\n" not in str(error.value)


SAID = st.recursive(
    st.none() | st.integers(0, 9) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.binary() | SAID.map(msgspec.msgpack.encode))
def test_any_bytes_are_an_answer_or_an_error(sent: bytes) -> None:
    try:
        assert isinstance(decode(sent, WorkerAnswer), WorkerAnswer)
    except PluginError as error:
        assert "\n" not in str(error)  # noqa: PT017
    with pytest.raises((EOFError, PluginError)):
        read_message(io.BytesIO(struct.pack("<I", len(sent) + 1) + sent))


@pytest.mark.parametrize("word", ["start", "orphan"])
def test_what_a_step_has_started_ends_with_it(steps: Isolation, word: str) -> None:
    assert not runs(int(ask(steps, word).text))
    assert ask(steps, "again").text == "AGAIN"


@pytest.mark.parametrize(("word", "message"), [("start and hang", "has not answered"), ("start and crash", "ended")])
def test_what_a_step_has_started_ends_when_it_fails(
    steps: Isolation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, message: str
) -> None:
    kind = discover_steps().steps["other.shout"].type
    monkeypatch.setitem(kind.__dict__, "seconds", 5.0)
    with pytest.raises(PluginError, match=message):
        ask(steps, word)
    assert not runs(int((tmp_path / "started").read_text()))


def test_the_memory_of_what_it_has_started_counts(steps: Isolation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "MAX_MEMORY", 300 << 20)
    with pytest.raises(PluginError, match="takes more than 300 MB of memory"):
        ask(steps, "start and hang", about="400")


@pytest.mark.parametrize("word", ["one", "hang", "start and hang"])
def test_no_worker_outlives_who_asks(steps: Isolation, tmp_path: Path, word: str) -> None:
    """As if the server were killed: nobody ends the worker, and its input ends."""
    command = children.python_module("breadknife.steps.worker", "other")
    worker = children.start(command, stdin=children.PIPE, stdout=children.PIPE, own_group=True)
    assert worker.stdin
    assert worker.stdout
    takes = discover_steps().steps["other.shout"].type.takes
    write_message(worker.stdin, WorkerCall("other.shout", msgspec.msgpack.encode(takes("warm")), "", False))
    read_message(worker.stdout)
    write_message(worker.stdin, WorkerCall("other.shout", msgspec.msgpack.encode(takes(word)), "", False))
    started = tmp_path / "started"
    if word == "start and hang":
        while not (started.is_file() and started.read_text().strip()):
            assert worker.poll() is None
    worker.stdin.close()
    worker.wait(timeout=60)
    assert not started.is_file() or not runs(int(started.read_text()))


def test_one_that_keeps_the_interpreter_ends_by_itself(tmp_path: Path) -> None:
    program = "from breadknife.steps.channel import serve; serve(lambda message: iter([sum(range(1 << 62))]), 0.5)"
    worker = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert worker.stdin
    write_message(worker.stdin, 1)
    worker.stdin.close()
    assert worker.wait(timeout=60) != 0


def runs(pid: int) -> bool:
    """Whether a process runs, after it had a moment to end."""
    try:
        process = psutil.Process(pid)
        process.wait(10)
    except psutil.NoSuchProcess:
        return False
    except psutil.TimeoutExpired:
        return process.status() != psutil.STATUS_ZOMBIE
    return False

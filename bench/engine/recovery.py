"""Rows about an engine that is killed, stopped or given hostile grammars."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

import psutil
from editor import Editor, position
from row import Row, quantile
from service import FILES, first_token

from breadknife.cancel import CancelToken
from breadknife.engine.api import GenerateRequest, Lane, Part
from breadknife.engine.client import DaemonEngine
from breadknife.errors import EngineError, EngineUnavailable

ROUNDS = 5
NEW_FILE = "def parse(line: str) -> tuple[str, int]:\n    name, _, count = line.partition(':')\n    return "
HOSTILE = {
    "minLength 1e8": json.dumps({"type": "string", "minLength": 10**8}),
    "maxItems 1e6": json.dumps({"type": "array", "items": {"type": "integer"}, "maxItems": 10**6}),
    "20,000-way anyOf": json.dumps({"anyOf": [{"const": f"value {n}"} for n in range(20_000)]}),
    "(a{1,1000}){1,1000}": "root ::= ([a]{1,1000}){1,1000}",
    "the same as a pattern": json.dumps({"type": "string", "pattern": "^(a{1,1000}){1,1000}$"}),
}


def killed_and_stopped() -> list[Row]:
    """From a key to the first suggestion after the engine was ended twice, in the editor's own terms."""

    async def rows() -> list[Row]:
        made: list[Row] = []
        for what, text in (("a new file", NEW_FILE), ("a file of 400 lines", FILES[0].read_text("utf-8"))):
            for how, end in (("two kills in a row", _kill), ("a stop", _stop)):
                seconds = [await _next_suggestion(text, end) for _ in range(ROUNDS)]
                shown = f"p50 {statistics.median(seconds):.1f} s, worst {max(seconds):.1f} s ({ROUNDS} rounds)"
                made.append(Row(f"{how}, then a key in {what}: until a suggestion", "≤ 3 s after kills", shown))
        return made

    return asyncio.run(rows())


async def _next_suggestion(text: str, end: Callable[[Editor], Awaitable[None]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        editor = Editor(Path(folder))
        await editor.start()
        uri = editor.open("a.py", text, "python")
        at = position(text, len(text))
        await editor.suggest(uri, at)
        await end(editor)
        began = time.monotonic()
        while not await editor.suggest(uri, at):
            pass
        seconds = time.monotonic() - began
        await editor.stop()
    return seconds


async def _kill(editor: Editor) -> None:
    first = await _pid(editor)
    psutil.Process(first).kill()
    uri = next(iter(editor.texts))
    at = position(editor.texts[uri], len(editor.texts[uri]))
    while await _pid(editor) in (None, first):  # somebody types, and it is there again
        await editor.suggest(uri, at)
    psutil.Process(await _pid(editor)).kill()


async def _stop(editor: Editor) -> None:
    psutil.Process(await _pid(editor)).send_signal(signal.SIGSTOP)


async def _pid(editor: Editor) -> int | None:
    engine = (await editor.command("breadknife.status"))["engine"]
    return engine and engine["pid"]


def noticing(model: str) -> Row:
    """How soon a stopped daemon is told from one that works and from none."""
    seconds: list[float] = []
    for _ in range(ROUNDS):
        with closing(DaemonEngine()) as engine:
            first_token(engine, _asked(model))
            status = engine.status()
            assert status is not None
            process = psutil.Process(status.pid)
            process.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            try:
                engine.status()
            except EngineUnavailable:
                seconds.append(time.monotonic() - began)
            process.kill()
    shown = f"p50 {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s ({ROUNDS} rounds)"
    return Row("a stopped daemon is noticed", "≤ 2 s", shown)


def hostile_grammars(model: str) -> list[Row]:
    """How soon each is refused, and what another client's keys take meanwhile."""
    with closing(DaemonEngine()) as engine, closing(DaemonEngine()) as other:
        first_token(other, _asked(model))
        idle = [first_token(other, _asked(model, key))[0] for key in range(40)]
        rows: list[Row] = []
        for name, grammar in HOSTILE.items():
            began = time.monotonic()
            try:
                first_token(engine, replace(_asked(model), grammar=grammar))
                reason = "not refused"
            except EngineError as error:
                reason = str(error).partition(": ")[2]
            rows.append(Row(f"refused: {name}", "≤ 1 s", f"{time.monotonic() - began:.2f} s: {reason[:60]}…"))
        done = threading.Event()

        def be_hostile() -> None:
            number = 0
            while not done.is_set():
                for grammar in HOSTILE.values():
                    number += 1  # each is another one, so that nothing is known of it
                    with contextlib.suppress(EngineError):
                        list(engine.generate(replace(_asked(model), grammar=grammar + number * " "), CancelToken()))

        thread = threading.Thread(target=be_hostile)
        thread.start()
        beside = [first_token(other, _asked(model, key))[0] for key in range(40, 80)]
        done.set()
        thread.join()
    ratios = " and ".join(f"{quantile(beside, q) / quantile(idle, q):.2f}×" for q in (0.5, 0.95))
    return [*rows, Row("first tokens of another client beside them, p50 and p95", "as without", ratios)]


def _asked(model: str, key: int = 0) -> GenerateRequest:
    return GenerateRequest(model, (Part("def add(a, b):\n    return a + b\n\n" + f"n{key} = "),), 2, lane=Lane.TYPING)

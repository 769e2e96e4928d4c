"""What `breadknife setup --json` says, without a network: an engine that is there, and a model that comes in a second.

Each run goes on where the one before was ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from breadknife.engine.models.catalog import read_models
from breadknife.engine.models.store import ModelStore

STEP, SECONDS = 0.02, 0.1
models, store = read_models().models, ModelStore()
model = read_models().model("qwen2.5-coder-0.5b")
file = store.path(model)
begun = Path(os.environ["OUT"]) / "begun.txt"


def say(part: str, state: str, message: str, fraction: float | None = None, size: int = 0) -> None:
    done = None if fraction is None else round(fraction * size)
    told = {"part": part, "state": state, "message": message, "fraction": fraction, "bytes_done": done}
    print(json.dumps({**told, "bytes_total": size or None}), flush=True)


def fetched() -> float:
    return float(begun.read_text("utf-8")) if begun.exists() else 0.0


def look() -> None:
    say("engine", "done", "llama-cpp-python")
    for each in models:
        state = f"{fetched():.0%} fetched" if each is model and begun.exists() else "not here"
        say(f"model:{each.name}", "done" if store.path(each).exists() else "skipped", state, size=each.size)
    say("languagetool", "skipped", "not installed", size=252_000_000)


def fetch() -> None:
    ended: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: ended.append(number))
    say("engine", "done", "the engine is installed", 1.0)
    while (fraction := fetched()) < 1.0:
        if ended:
            say(f"model:{model.name}", "skipped", "cancelled; the same command goes on from here")
            sys.exit(1)
        say(f"model:{model.name}", "running", f"{model.name}: fetching", fraction, model.size)
        time.sleep(SECONDS)
        begun.write_text(str(min(1.0, fraction + STEP)), "utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as sparse:
        sparse.truncate(model.size)
    say(f"model:{model.name}", "done", f"{model.name} is ready", 1.0)


fetch() if len(sys.argv) > 3 else look()

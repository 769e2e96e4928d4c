"""`breadknife` that writes down what each generation has cost: `python tapped.py RECORD.jsonl serve`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Generator
from pathlib import Path

from breadknife.__main__ import main
from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, GenerateRequest
from breadknife.engine.client import DaemonEngine

record = Path(sys.argv.pop(1))
generate = DaemonEngine.generate


def recorded(self: DaemonEngine, request: GenerateRequest, cancel: CancelToken) -> Generator[Chunk, None, None]:
    began, text, steps = time.time(), "", list[tuple[int, float]]()
    try:
        for chunk in generate(self, request, cancel):
            text += chunk.text
            steps.append((len(text), chunk.computed))
            yield chunk
    finally:
        line = {"at": began, "seconds": time.time() - began, "text": text, "steps": steps, "ahead": not request.urgent}
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


DaemonEngine.generate = recorded
main()

"""An engine that says what it was told to: for tests of plugins and of editor clients, without a model."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, EngineStatus, GenerateRequest


@dataclass(frozen=True)
class Line:
    """If `when` occurs in the prompt's text, say `say`, after `delay` seconds; `error` raises that error instead."""

    when: str
    say: str = ""
    delay: float = 0.0
    error: Exception | None = None


class ScriptedEngine:
    """Answers with the first line whose `when` is in the prompt, word by word; with nothing when none is."""

    def __init__(self, script: Sequence[Line]) -> None:
        self._script = tuple(script)
        self.requests: list[GenerateRequest] = []

    @classmethod
    def from_file(cls, path: Path) -> ScriptedEngine:
        """A JSON list of objects with `when`, `say` and optionally `delay`."""
        return cls([Line(**entry) for entry in json.loads(path.read_text("utf-8"))])

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        self.requests.append(request)
        prompt = "".join(part.text for part in request.prompt)
        line = next((line for line in self._script if line.when in prompt), Line(""))
        end = time.monotonic() + line.delay
        while time.monotonic() < end:
            cancel.raise_if_cancelled()
            time.sleep(0.005)
        if line.error is not None:
            raise line.error
        said, finish, tokens = line.say, "stop", 0
        for stop in request.stop:
            said = said.partition(stop)[0]
        for word in re.findall(r"\s*\S+|\s+", said):
            if tokens == request.max_tokens:
                finish = "length"
                break
            cancel.raise_if_cancelled()
            tokens += 1
            yield Chunk(word)
        yield Chunk("", finish=finish, prompt_tokens=len(prompt.split()), output_tokens=tokens)

    def status(self) -> EngineStatus | None:
        return None

    def close(self) -> None:
        pass

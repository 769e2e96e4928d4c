"""A model whose tokens are characters and which says the alphabet: for the scheduler and the daemon."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from breadknife.engine.api import Prompt

END = 0


@dataclass(frozen=True)
class Letter:
    token: int
    logprob: float = -0.5


@dataclass
class FakeModel:
    """After `x` it says `y`; after `z` it ends. `step_seconds` is what an evaluation takes."""

    cells: int = 8192
    slice: int = 8
    step_seconds: float = 0.0
    tokens: list[list[int]] = field(default_factory=lambda: [[], []])
    evaluated: list[int] = field(default_factory=list[int])
    """The number of tokens of each evaluation that was carried out."""
    _last: int = END
    _interrupted: threading.Event = field(default_factory=threading.Event)

    def tokenize(self, prompt: Prompt) -> list[int]:
        return [ord(char) for part in prompt for char in part.text]

    def piece(self, token: int) -> bytes:
        return chr(token).encode()

    def is_end(self, token: int) -> bool:
        return token == END

    def truncate(self, sequence: int, length: int) -> None:
        del self.tokens[sequence][length:]

    def used(self) -> int:
        return sum(map(len, self.tokens))

    def evaluate(self, sequence: int, tokens: Sequence[int]) -> bool:
        end = time.monotonic() + self.step_seconds
        while time.monotonic() < end:
            if self._interrupted.is_set():
                return False
            time.sleep(0.001)
        if self._interrupted.is_set():
            return False
        self.tokens[sequence] += tokens
        self.evaluated.append(len(tokens))
        self._last = tokens[-1]
        return True

    def greedy(self) -> Letter:
        return Letter(END if self._last == ord("z") else self._last + 1)

    def interrupt(self, on: bool) -> None:
        if on:
            self._interrupted.set()
        else:
            self._interrupted.clear()

    def close(self) -> None:
        pass

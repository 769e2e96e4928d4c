"""An encoder whose tokens are characters: for the scheduler."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from breadknife.engine.kinds import ModelKind
from breadknife.engine.model import EncoderInput, Rows


@dataclass
class FakeEncoder:
    """Its row counts `a`, `b` and `c`. `step_seconds` is what a text takes."""

    kind: ModelKind = ModelKind.ENCODER
    context: int = 64
    labels: tuple[str, ...] = ("a", "b", "c")
    bytes: int = 0
    device: str = "CPU"
    step_seconds: float = 0.0
    read: list[str] = field(default_factory=list[str])
    """What was read to its end."""
    begun: threading.Event = field(default_factory=threading.Event)
    _interrupted: threading.Event = field(default_factory=threading.Event)

    def encoder_input(self, text: str) -> EncoderInput:
        return EncoderInput([ord("<")], list(map(ord, text)), [ord(">")])

    def reranker_input(self, query: str, text: str) -> EncoderInput:
        return EncoderInput([ord("<"), *map(ord, query), ord("|")], list(map(ord, text)), [ord(">")])

    def encode(self, tokens: Sequence[int]) -> Rows | None:
        assert 0 < len(tokens) <= self.context
        self.begun.set()
        if self._interrupted.wait(self.step_seconds):
            return None
        text = "".join(map(chr, tokens))
        self.read.append(text)
        return np.array([text.count(letter) for letter in "abc"], np.float32)

    def set_threads(self, threads: int) -> None: ...

    def interrupt(self, on: bool) -> None:
        if on:
            self._interrupted.set()
        else:
            self._interrupted.clear()

    def close(self) -> None: ...

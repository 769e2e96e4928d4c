"""A model that remembers what was done to it: for `pool`, `calibration` and `snapshots`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.engine.model import Evaluation, Rows
from breadknife.errors import EngineError
from engine.fake_model import FakeModel


@dataclass
class StillModel(FakeModel):
    name: str = "still"
    width: int = 128
    tokens: list[list[int]] = field(default_factory=lambda: [[], [], []])
    threads: int = 0
    adapters: dict[str, Path] = field(default_factory=dict[str, Path])
    broken: bool = False
    closed: bool = False

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        if self.broken:
            raise EngineError("it is broken")
        return super().decode(batch)

    def attach(self, adapter: str, path: Path) -> None:
        assert adapter not in self.adapters
        self.adapters[adapter] = path

    def set_threads(self, threads: int) -> None:
        self.threads = threads

    def close(self) -> None:
        assert not self.closed
        self.closed = True


def holding(*sequences: list[int]) -> StillModel:
    model = StillModel(tokens=[[] for _ in sequences])
    for i, tokens in enumerate(sequences):
        model.fill(i, tokens)
    return model

"""What `status` tells of a model's work."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from breadknife.engine.api import Calibration, Chunk, EngineAnswer, ModelStatus, Scores
from breadknife.engine.kinds import Kind
from breadknife.engine.model import AnyModel, Encoder


@dataclass(eq=False)
class Tally:
    """Written by the computing thread, which alone may look into a model; read by any."""

    model: AnyModel
    used: int = 0
    sequences: int = 0
    prompt_tokens: int = 0
    reused_tokens: int = 0
    output_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    tokens_per_second: float = 0.0
    last_use: float = field(default_factory=time.monotonic)
    adapters: set[str] = field(default_factory=set[str])

    def look(self) -> None:
        if not isinstance(self.model, Encoder):
            self.used, self.sequences = self.model.used(), sum(map(bool, self.model.tokens))
        self.last_use = time.monotonic()

    def add(self, answer: EngineAnswer, first: Chunk | None) -> None:
        """Add the last thing that a job said, and the first, if that were chunks."""
        self.prompt_tokens += answer.prompt_tokens
        if isinstance(answer, Chunk | Scores):
            self.reused_tokens += answer.cached_tokens
        if isinstance(answer, Chunk) and first:
            self.output_tokens += answer.output_tokens
            self.drafted_tokens += answer.drafted_tokens
            self.accepted_tokens += answer.accepted_tokens
            if (seconds := answer.computed - first.computed) > 0:
                self.tokens_per_second = round((answer.output_tokens - first.output_tokens) / seconds, 1)

    def status(self, name: str, model: AnyModel, calibration: Calibration | None) -> ModelStatus:
        reads = isinstance(model, Encoder)
        return ModelStatus(
            name,
            self.used,
            0 if reads else model.cells,
            kind=model.kind if reads else Kind.DECODER,
            sequences=self.sequences,
            bytes=model.bytes,
            prompt_tokens=self.prompt_tokens,
            reused_tokens=self.reused_tokens,
            output_tokens=self.output_tokens,
            drafted_tokens=self.drafted_tokens,
            accepted_tokens=self.accepted_tokens,
            tokens_per_second=self.tokens_per_second,
            idle=round(time.monotonic() - self.last_use, 1),
            adapters=tuple(sorted(self.adapters)),
            calibration=calibration,
        )

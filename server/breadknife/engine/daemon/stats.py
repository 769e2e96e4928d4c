"""Counts what a model has done, for `status`."""

from __future__ import annotations

import time
from dataclasses import replace

from breadknife.engine.api import Calibration, Chunk, EngineAnswer, ModelStatus, Scores
from breadknife.engine.kinds import ModelKind
from breadknife.engine.model import AnyModel, Encoder


class ModelStats:
    """Counts what one model has done. The computing thread, which alone may look into a model, writes it; any reads
    it."""

    def __init__(self, model: AnyModel) -> None:
        self.model = model
        self.adapters: set[str] = set()
        self._last_use = time.monotonic()
        if isinstance(model, Encoder):
            self._status = ModelStatus("", 0, 0, kind=model.kind, bytes=model.bytes, device=model.device)
        else:
            kind = ModelKind.DECODER
            self._status = ModelStatus("", 0, model.cells, kind=kind, bytes=model.bytes, device=model.device)

    def look(self) -> None:
        """Note how much of the model's cache is used, and that the model was used now."""
        if not isinstance(self.model, Encoder):
            sequences = sum(map(bool, self.model.tokens))
            self._status = replace(self._status, cached_tokens=self.model.used(), sequences=sequences)
        self._last_use = time.monotonic()

    def add(self, answer: EngineAnswer, first: Chunk | None) -> None:
        """Add the last answer of a job, and the first, if those were chunks."""
        status = self._status
        status = replace(status, prompt_tokens=status.prompt_tokens + answer.prompt_tokens)
        if isinstance(answer, Chunk | Scores):
            status = replace(status, reused_tokens=status.reused_tokens + answer.cached_tokens)
        if isinstance(answer, Chunk) and first:
            status = replace(
                status,
                output_tokens=status.output_tokens + answer.output_tokens,
                drafted_tokens=status.drafted_tokens + answer.drafted_tokens,
                accepted_tokens=status.accepted_tokens + answer.accepted_tokens,
            )
            if (seconds := answer.computed - first.computed) > 0:
                rate = (answer.output_tokens - first.output_tokens) / seconds
                status = replace(status, tokens_per_second=round(rate, 1))
        self._status = status

    def status(self, name: str, calibration: Calibration | None, why: str) -> ModelStatus:
        """Return what `status` tells of the model; `why` says why no other device computes it."""
        idle = round(time.monotonic() - self._last_use, 1)
        adapters = tuple(sorted(self.adapters))
        device = f"{self._status.device}; {why}" if why else self._status.device
        return replace(self._status, name=name, idle=idle, adapters=adapters, calibration=calibration, device=device)

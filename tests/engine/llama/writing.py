"""The real model, and what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from breadknife.engine.api import Part, Sampling
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.model import Evaluation, Rows
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.models.store import ModelStore

TEXT = "def area(width, height):\n    return width * height\n\n\ndef volume(width, height, depth):\n    return "


def model_file(name: str) -> Path:
    return ModelStore().verified(builtin_catalog().model(name))


def tokens_of(model: LlamaModel, text: str = TEXT) -> list[int]:
    return model.tokenize((Part(text),))[0]


def evaluate(model: LlamaModel, sequence: int, tokens: Sequence[int], **options: Any) -> Rows:
    """All tokens, in pieces; the rows of the last piece."""
    rows: list[Rows] | None = None
    for at in range(0, len(tokens), model.width):
        rows = model.decode([Evaluation(sequence, tokens[at : at + model.width], **options)])
    assert rows is not None
    return rows[0].copy()


def write(model: LlamaModel, prompt: str, sampling: Sampling = Sampling(), grammar: str = "", limit: int = 80) -> str:
    """Text up to its end, or the first `limit` tokens."""
    model.truncate(0, 0)
    sampler = model.sampler(sampling, grammar)
    raw, pending = b"", tokens_of(model, prompt)
    for _ in range(limit):
        token = sampler.choose(evaluate(model, 0, pending)[0]).token
        if model.is_end(token):
            break
        raw += model.piece(token)
        pending = [token]
    return raw.decode("utf-8", "replace")

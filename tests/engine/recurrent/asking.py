"""A model whose memory can't be rolled back, and what it says from the beginning."""

from __future__ import annotations

import queue
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from breadknife.engine.api import Calibration, Chunk, EmbedRequest, GenerateRequest, Lane, Part, ScoreRequest
from breadknife.engine.daemon.jobs import Reply
from breadknife.engine.daemon.scheduler import Job, Scheduler
from breadknife.engine.llama.model import LlamaModel
from breadknife.engine.llama.recurrent import RecurrentModel, open_model
from breadknife.engine.llama.weights import Weights
from breadknife.engine.model import Evaluation, Rows
from engine.fake_model import FakeModels
from engine.tiny_models import VOCABULARY

SEQUENCES, CELLS, WIDTH = 6, 1024, 64


SAME = {"mamba": 1e-4, "lfm2": 0.01, "qwen35": 0.01}
"""Logits. Other widths of a batch change them by 5e-6, with attention, which rounds to 16 bits, by 0.004 at most; one
other token changes them by 1 to 4 where it is the last, by 0.01 and more where it is 160 places earlier."""


CHEAP = Calibration(1, WIDTH, ((1, 1.0), (16, 2.0), (64, 6.0)))
"""With these costs other models would draft and share their decodes."""


def last_position(model: RecurrentModel, sequence: int) -> int:
    memory: Any = model._memory
    return llama.llama_memory_seq_pos_max(memory, sequence)


def some_tokens(count: int, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    return [chance.randrange(5, VOCABULARY) for _ in range(count)]


def evaluate(model: LlamaModel, sequence: int, tokens: Sequence[int]) -> Rows:
    """As a prompt: in slices. The row of the last token."""
    row: Rows | None = None
    for at in range(0, len(tokens), WIDTH):
        rows = model.decode([Evaluation(sequence, tokens[at : at + WIDTH], int(at + WIDTH >= len(tokens)))])
        assert rows is not None
        row = rows[0]
    assert row is not None
    return row[-1].copy()


class Fresh:
    """What the same model says of a text that it reads in one go, in a context of its own."""

    def __init__(self, path: Path) -> None:
        self.model = open_model(Weights(path), cells=CELLS, sequences=1, threads=1, width=WIDTH)
        self.same = SAME[path.stem]

    def row(self, tokens: Sequence[int]) -> Rows:
        self.model.truncate(0, 0)
        return evaluate(self.model, 0, tokens)

    def check(self, prompt: str, said: Sequence[Chunk]) -> None:
        """Each token that was said must be the likeliest one after those before it."""
        pieces = {self.model.piece(token).decode(): token for token in range(5, VOCABULARY)}
        self.model.truncate(0, 0)
        row = evaluate(self.model, 0, self.model.tokenize((Part(prompt),))[0])
        for chunk in said:
            token = pieces[chunk.text]
            assert row[token] > row.max() - self.same
            row = evaluate(self.model, 0, [token])

    def score(self, prompt: str, alternative: str) -> float:
        before, after = (self.model.tokenize((Part(text),))[0] for text in (prompt, alternative))
        total = 0.0
        for number, token in enumerate(after):
            row = self.row([*before, *after[:number]]).astype(np.float64)
            total += float(row[token] - np.log(np.exp(row).sum()))
        return total


def check(model: RecurrentModel, fresh: Fresh, sequence: int) -> None:
    """What a sequence holds is what its tokens make of an empty one."""
    held = [*model.tokens[sequence]]
    np.testing.assert_allclose(evaluate(model, sequence, [7]), fresh.row([*held, 7]), atol=fresh.same)


class Lent(FakeModels):
    """Models that outlive the scheduler."""

    def close(self) -> None:
        pass


class Engine:
    def __init__(self, model: RecurrentModel) -> None:
        self.scheduler = Scheduler(Lent(lambda name: model, CHEAP))

    def begin(self, request: GenerateRequest | ScoreRequest | EmbedRequest) -> queue.Queue[Reply]:
        replies: queue.Queue[Reply] = queue.Queue()
        self.scheduler.submit(Job(request, replies.put))
        return replies

    def write(self, prompt: str, tokens: int = 12, lane: Lane = Lane.TYPING) -> queue.Queue[Reply]:
        return self.begin(GenerateRequest("m", (Part(prompt),), tokens, lane=lane))

    def ask(self, prompt: str, tokens: int = 12, lane: Lane = Lane.TYPING) -> list[Chunk]:
        return answer(self.write(prompt, tokens, lane))


def answer(replies: queue.Queue[Reply]) -> list[Chunk]:
    chunks: list[Chunk] = []
    while not chunks or not chunks[-1].finish:
        reply = replies.get(timeout=60)
        assert isinstance(reply, Chunk), reply
        chunks.append(reply)
    return chunks

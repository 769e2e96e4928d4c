"""A job whose texts an encoder reads one by one.

Packing several into one computation made it three to four times slower. So each text is a turn of its own: a more
urgent job waits for none, one of the same lane for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from breadknife.engine import api
from breadknife.engine.daemon.decoding import unable
from breadknife.engine.daemon.jobs import Job
from breadknife.engine.kinds import ModelKind
from breadknife.engine.model import Encoder, EncoderInput, Rows
from breadknife.errors import EngineError, PromptTooLong

_ASKED: dict[ModelKind, type[api.EncodeRequest]] = {
    ModelKind.ENCODER: api.EmbedRequest,
    ModelKind.RERANKER: api.RerankRequest,
    ModelKind.CLASSIFIER: api.ClassifyRequest,
}


@dataclass(eq=False)
class EncoderSlot:
    """A job of an encoder that has begun. An interrupted text is read again from its start."""

    job: Job
    model: Encoder
    request: api.EncodeRequest
    rows: list[Rows] = field(default_factory=list[Rows])
    tokens: int = 0
    trimmed: int = 0
    preempted: None = None
    """It has nothing that another job could take from it."""

    def step(self) -> api.Encoding | None:
        """Read the next text; the answer, when that was the last. Raises EngineError."""
        texts = self.request.texts
        if len(self.rows) < len(texts):
            tokens, trimmed = _fitted(self._framed(texts[len(self.rows)]), self.model.context)
            row = self.model.encode(tokens)
            if row is None:
                return None
            self.rows.append(row)
            self.tokens += len(tokens)
            self.trimmed += trimmed
        return self._answer() if len(self.rows) == len(texts) else None

    def _framed(self, text: str) -> EncoderInput:
        if isinstance(self.request, api.RerankRequest):
            return self.model.reranker_input(self.request.query, text)
        return self.model.encoder_input(text)

    def _answer(self) -> api.Encoding:
        match self.request:
            case api.EmbedRequest():
                return api.Embeddings(tuple(map(_unit, self.rows)), self.tokens, self.trimmed)
            case api.RerankRequest():
                return api.Relevances(tuple(float(row[0]) for row in self.rows), self.tokens, self.trimmed)
            case api.ClassifyRequest():
                return api.Classes(self.model.labels, tuple(map(_softmax, self.rows)), self.tokens, self.trimmed)


def begin(job: Job, model: Encoder) -> EncoderSlot:
    """Raises ModelError for what a model of this kind can't be asked."""
    request = job.request
    if not isinstance(request, _ASKED[model.kind]):
        raise unable(request, model.kind)
    return EncoderSlot(job, model, request)


def _fitted(framed: EncoderInput, context: int) -> tuple[list[int], int]:
    """Return the tokens that are read, and how many the text lost at its end. Raises PromptTooLong, EngineError."""
    around = len(framed.before) + len(framed.after)
    if not framed.text:
        raise EngineError("an empty text says nothing; leave it out")
    if around >= context:
        raise PromptTooLong(f"a query of {around} tokens leaves no room for a text; {context} are the most together")
    text = framed.text[: context - around]
    return [*framed.before, *text, *framed.after], len(framed.text) - len(text)


def _unit(row: Rows) -> tuple[float, ...]:
    vector = row.astype(np.float64)
    return tuple((vector / (np.linalg.norm(vector) or 1.0)).tolist())


def _softmax(row: Rows) -> tuple[float, ...]:
    likely = np.exp(row.astype(np.float64) - float(row.max()))
    return tuple((likely / likely.sum()).tolist())

"""A job whose texts an encoder reads one by one.

Packing several into one computation made it three to four times slower. So each text is a turn of its own: a more
urgent job waits for none, one of the same lane for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from breadknife.engine import api
from breadknife.engine.daemon.decoding import unfit_error
from breadknife.engine.daemon.jobs import Job
from breadknife.engine.kinds import ModelKind
from breadknife.engine.model import Encoder, EncoderInput, Row
from breadknife.errors import EngineError, PromptTooLong

_REQUEST_TYPES: dict[ModelKind, type[api.EncodeRequest]] = {
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
    rows: list[Row] = field(default_factory=list[Row])
    """One for each text that is read already, in order."""
    tokens: int = 0
    """Tokens that were read, those around the texts included."""
    trimmed: int = 0
    """Tokens that the texts lost at their ends."""
    preempted: None = None
    """It has nothing that another job could take from it."""

    def step(self) -> api.Encoding | None:
        """Read the next text. Returns the answer if it was the last text, and None if more texts remain or reading was
        interrupted: call it again in both cases. Raises EngineError."""
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
    """Return the slot of a job for an encoder. Raises ModelError for a request that a model of this kind can't
    answer."""
    request = job.request
    if not isinstance(request, _REQUEST_TYPES[model.kind]):
        raise unfit_error(request, model.kind)
    return EncoderSlot(job, model, request)


def _fitted(framed: EncoderInput, context: int) -> tuple[list[int], int]:
    """Return the tokens to read, and how many the text lost at its end. Raises PromptTooLong, EngineError."""
    frame_length = len(framed.before) + len(framed.after)
    if not framed.text:
        raise EngineError("an empty text says nothing; leave it out")
    if frame_length >= context:
        raise PromptTooLong(
            f"a query of {frame_length} tokens leaves no room for a text; {context} are the most together"
        )
    text = framed.text[: context - frame_length]
    return [*framed.before, *text, *framed.after], len(framed.text) - len(text)


def _unit(row: Row) -> tuple[float, ...]:
    """Return the vector scaled to length 1."""
    vector = row.astype(np.float64)
    return tuple((vector / (np.linalg.norm(vector) or 1.0)).tolist())


def _softmax(row: Row) -> tuple[float, ...]:
    exponentials = np.exp(row.astype(np.float64) - float(row.max()))
    return tuple((exponentials / exponentials.sum()).tolist())

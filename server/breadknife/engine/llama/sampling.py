"""Choosing the next token from a row of logits."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from breadknife.engine.api import Sampling
from breadknife.engine.model import Row, SampledToken

_FEW = 1024
"""Top-p looks at so many of the likeliest tokens first: they nearly always suffice, and a sort of a whole vocabulary
takes 12 ms."""


class Constraint(Protocol):
    """A grammar, and how far the output has come in it."""

    def permits(self, token: int) -> bool:
        """Tell whether a token may come next."""
        ...

    def permitted(self, logits: Row, *, best_only: bool) -> Row:
        """Return a copy of a row in which every token that may not come next is at minus infinity.

        With `best_only` it is enough that the likeliest permitted token is right: all others may be at minus infinity.
        Raises EngineError if no token may come next.
        """
        ...

    def accept(self, token: int) -> None:
        """Note that a permitted token was chosen."""
        ...


class TokenSampler:
    """Implements `model.Sampler`: greedy at temperature 0, else random with the seed's own sequence of numbers.

    With a constraint a token is chosen first, and only if it isn't permitted another one is chosen among those that
    are, whose relative probabilities stay the same. Most tokens are permitted, and to ask about a whole vocabulary
    takes longer than a decode.
    """

    def __init__(self, sampling: Sampling, constraint: Constraint | None = None) -> None:
        self.lossless = sampling.temperature <= 0
        self._sampling = sampling
        self._constraint = constraint
        self._random = np.random.Generator(np.random.PCG64(sampling.seed))
        self._buffer: Row = np.empty(0, np.float32)

    def choose(self, logits: Row) -> SampledToken:
        best = int(logits.argmax())
        token = best if self.lossless else self._draw(logits)
        if self._constraint:
            if not self._constraint.permits(token):
                allowed = self._constraint.permitted(logits, best_only=self.lossless)
                token = int(allowed.argmax()) if self.lossless else self._draw(allowed)
            self._constraint.accept(token)
        return SampledToken(token, float(logits[token] - logits[best]) - self._log_sum(logits, best))

    def _log_sum(self, logits: Row, best: int) -> float:
        """Return the natural logarithm of the sum of exp(logit - best logit)."""
        # In a buffer of our own: fresh memory of this size costs more than the arithmetic.
        if self._buffer.shape != logits.shape:
            self._buffer = np.empty_like(logits)
        np.subtract(logits, logits[best], out=self._buffer)
        np.exp(self._buffer, out=self._buffer)
        return float(np.log(self._buffer.sum()))

    def _draw(self, logits: Row) -> int:
        """Return a token at random: temperature first, then top-k, then top-p, as Hugging Face's transformers do."""
        top_k, top_p = self._sampling.top_k, self._sampling.top_p
        tokens: NDArray[np.intp] = np.arange(len(logits))
        if 0 < top_k < len(logits):
            tokens = np.sort(np.argpartition(logits, -top_k)[-top_k:])
        weights: NDArray[np.float64] = np.exp((logits[tokens] - logits.max()) / np.float64(self._sampling.temperature))
        if top_p < 1:
            enough = top_p * weights.sum()
            if len(tokens) > _FEW:
                few = np.sort(np.argpartition(weights, -_FEW)[-_FEW:])
                if weights[few].sum() >= enough:
                    tokens, weights = tokens[few], weights[few]
            order = np.argsort(-weights, kind="stable")
            tokens, weights = tokens[order], weights[order]
            size = np.count_nonzero(np.cumsum(weights) < enough) + 1
            tokens, weights = tokens[:size], weights[:size]
        sums: NDArray[np.float64] = np.cumsum(weights)
        return tokens[np.searchsorted(sums, self._random.random() * sums[-1], side="right")].item()

"""A model that reads texts, each by itself: an encoder, a reranker, a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from breadknife.engine.kinds import ModelKind
from breadknife.engine.llama.weights import Abort, Weights, forget_log, llama, reason
from breadknife.engine.model import EncoderInput, Rows
from breadknife.errors import EngineError, ModelError

MAX_TOKENS = 2048
"""The most tokens of a text. A text is evaluated in one piece, as its tokens see each other, and an interruption waits
for one step of that: about 0.1 s on two slow cores with a model of 110M and so many tokens."""

LOGITS_BYTES = 512 << 20
"""The most memory for logits. llama.cpp sets aside a row of them for each token of a text, as wide as the vocabulary,
though nobody reads them: a vocabulary of 250,000 would take 2 GB for `MAX_TOKENS`."""


class LlamaEncoder:
    """Implements `model.Encoder`. It owns the weights. Raises ModelError for a model that writes text, EngineError if
    the memory is short."""

    def __init__(self, weights: Weights, *, threads: int) -> None:
        self._weights = weights
        try:
            self.kind = weights.kind
            if self.kind is ModelKind.DECODER:
                raise ModelError(f"{weights.path} writes text and was not made to read it")
            row_bytes: int = 4 * llama.llama_vocab_n_tokens(weights.vocab)
            self.context = min(MAX_TOKENS, weights.context_size, LOGITS_BYTES // row_bytes)
            self._context = weights.context(self._params(threads))
        except Exception:
            weights.close()
            raise
        self.labels = weights.labels if self.kind is ModelKind.CLASSIFIER else ()
        self.bytes, self.device = weights.bytes, weights.device
        self._memory = llama.llama_get_memory(self._context)
        self._abort = Abort(self._context)
        outputs = llama.llama_model_n_cls_out if weights.pooling == "rank" else llama.llama_model_n_embd_out
        self._outputs: int = outputs(weights.handle)

    def _params(self, threads: int) -> Any:
        params = llama.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = self.context
        params.n_seq_max = 1
        params.embeddings = True
        if self._weights.pooling in ("", "none"):  # the file leaves it to us
            params.pooling_type = llama.LLAMA_POOLING_TYPE_MEAN
        params.no_perf = True
        params.n_threads = params.n_threads_batch = threads
        return params

    @cached_property
    def _frame(self) -> tuple[list[int], list[int]]:
        """The tokens that the model wants before and after a text."""
        bare, framed = self._weights.tokenize("a"), self._weights.tokenize("a", special=True)
        begin = next(at for at in range(len(framed)) if framed[at : at + len(bare)] == bare)
        return framed[:begin], framed[begin + len(bare) :]

    def encoder_input(self, text: str) -> EncoderInput:
        before, after = self._frame
        return EncoderInput(before, self._weights.tokenize(text), after)

    def reranker_input(self, query: str, text: str) -> EncoderInput:
        """Return a query and a text as llama.cpp's server has them (`format_prompt_rerank`), except that nothing of
        either becomes a control token."""
        tokenize, vocab = self._weights.tokenize, self._weights.vocab
        if template := self._weights.rerank_template:
            before, _, after = template.partition("{document}")
            begin, _, middle = before.partition("{query}")
            lead = tokenize(begin, control=True) + tokenize(query) + tokenize(middle, control=True)
            return EncoderInput(lead, tokenize(text), tokenize(after, control=True))
        separator: int = llama.llama_vocab_sep(vocab)
        end: int = llama.llama_vocab_eos(vocab)
        ends = [separator if end == llama.LLAMA_TOKEN_NULL else end] if llama.llama_vocab_get_add_eos(vocab) else []
        begins = [llama.llama_vocab_bos(vocab)] if llama.llama_vocab_get_add_bos(vocab) else []
        parts = [separator] if llama.llama_vocab_get_add_sep(vocab) else []
        return EncoderInput([*begins, *tokenize(query), *ends, *parts], tokenize(text), ends)

    def encode(self, tokens: Sequence[int]) -> Rows | None:
        if len(tokens) > self.context:
            raise EngineError(f"a text has more than {self.context} tokens")  # llama.cpp would abort
        if self._memory:
            llama.llama_memory_clear(self._memory, False)
        forget_log()
        array = (llama.llama_token * len(tokens))(*tokens)
        status: int = llama.llama_decode(self._context, llama.llama_batch_get_one(array, len(tokens)))
        if status == 2:  # interrupted
            return None
        if status:
            raise EngineError(f"llama.cpp can't read a text with {self._weights.path.name}: {reason()} ({status})")
        pooled = llama.llama_get_embeddings_seq(self._context, 0)
        if not pooled:
            raise ModelError(f"{self._weights.path} makes nothing of a text; choose another model")
        return np.ctypeslib.as_array(pooled, (self._outputs,)).copy()

    def interrupt(self, on: bool) -> None:
        self._abort.set(on)

    def set_threads(self, threads: int) -> None:
        llama.llama_set_n_threads(self._context, threads, threads)

    def close(self) -> None:
        llama.llama_free(self._context)
        self._weights.close()

"""Output that is a sentence of a grammar: llama.cpp's grammar sampler as a `sampling.Constraint`."""

from __future__ import annotations

import ctypes
from itertools import accumulate
from typing import Any

import llama_cpp.llama_cpp as _bindings
import numpy as np
from llama_cpp.llama_grammar import json_schema_to_gbnf
from numpy.typing import NDArray

from breadknife.engine.model import Rows
from breadknife.errors import EngineError

llama: Any = _bindings  # the bindings have no usable types

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama.cpp's `llama_token_data`."""

_FEW = 256
"""Among so many of the likeliest tokens one is nearly always permitted; to ask about a whole vocabulary is slow."""

_DEEPEST = 200
"""Parentheses in parentheses. llama.cpp's parser recurses: some 1,000 overflow a thread's stack of 512 KiB (macOS)."""


class Grammar:
    """A grammar (GBNF or a JSON schema), and how far the output has come in it.

    `vocab` is llama.cpp's; `forbidden` marks the tokens that are no text: llama.cpp compares the names of control
    tokens as if they were. Raises EngineError when the grammar is none.
    """

    def __init__(self, vocab: Any, grammar: str, forbidden: NDArray[np.bool_]) -> None:
        self._vocab = vocab
        self._forbidden = forbidden
        schema = grammar.lstrip().startswith("{")
        source = _gbnf(grammar) if schema else grammar
        usable = source.strip() and _depth(source) <= _DEEPEST
        raw = source.encode("utf-8", "replace")
        self._sampler = llama.llama_sampler_init_grammar(vocab, raw, b"root") if usable else None
        if not self._sampler:
            raise EngineError(
                "the request's grammar can't be used: llama.cpp refuses it; it takes GBNF with a rule `root`, without "
                f"left recursion, undefined rules and more than {_DEEPEST} nested parentheses, or a JSON schema"
            )

    def permits(self, token: int) -> bool:
        return bool(self._permitted(np.array([token]), np.zeros(1, np.float32))[0])

    def permitted(self, logits: Rows, *, best_only: bool) -> Rows:
        choices = [np.arange(len(logits))]
        if best_only and len(logits) > _FEW:
            choices.insert(0, np.argpartition(logits, -_FEW)[-_FEW:])
        for tokens in choices:
            tokens = tokens[self._permitted(tokens, logits[tokens])]
            if len(tokens):
                left = np.full_like(logits, -np.inf)
                left[tokens] = logits[tokens]
                return left
        raise EngineError("no token of the model fits the request's grammar here; widen the grammar")

    def accept(self, token: int) -> None:
        # The end has nothing to add, and llama.cpp kills the process when it isn't permitted.
        if not llama.llama_vocab_is_eog(self._vocab, token):
            llama.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        if self._sampler:
            llama.llama_sampler_free(self._sampler)
            self._sampler = None

    def _permitted(self, tokens: NDArray[np.intp], logits: Rows) -> NDArray[np.bool_]:
        candidates = np.zeros(len(tokens), _CANDIDATE)
        candidates["id"], candidates["logit"] = tokens, logits
        array = llama.llama_token_data_array(
            data=ctypes.cast(candidates.ctypes.data, llama.llama_token_data_p),
            size=len(tokens),
            selected=-1,
            sorted=False,
        )
        llama.llama_sampler_apply(self._sampler, ctypes.byref(array))
        return np.isfinite(candidates["logit"]) & ~self._forbidden[tokens]


def _depth(source: str) -> int:
    return max(accumulate((char == "(") - (char == ")") for char in source))


def _gbnf(schema: str) -> str:
    try:
        return json_schema_to_gbnf(schema)
    except Exception as error:  # it has no errors of its own: a KeyError, an AssertionError, …
        raise EngineError(
            f"the request's JSON schema can't be turned into a grammar ({type(error).__name__}: {error}); "
            "remove what llama.cpp doesn't know from it"
        ) from error

"""Output that is a sentence of a grammar: llguidance's matcher as a `sampling.Constraint`."""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp.llama_cpp as _bindings
import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from breadknife.engine.grammar import first_line, limits, refused, translated
from breadknife.engine.model import Rows
from breadknife.errors import EngineError

llama: Any = _bindings  # the bindings have no usable types

_FEW = 256
"""Among so many of the likeliest tokens one is nearly always permitted; to ask about a whole vocabulary is slow."""
_LONGEST_PIECE = 1024
"""Bytes of a token."""
_NOTHING_FITS = "no token of the model fits the request's grammar here; widen the grammar"


class Vocabulary:
    """A model's tokens as grammars see them. To make one takes 0.3 s for 150,000 tokens, and 30 MB."""

    def __init__(self, vocab: Any) -> None:
        size: int = llama.llama_vocab_n_tokens(vocab)
        control = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNKNOWN | llama.LLAMA_TOKEN_ATTR_UNUSED
        self.size = size
        self.ends = frozenset(token for token in range(size) if llama.llama_vocab_is_eog(vocab, token))
        piece = ctypes.create_string_buffer(_LONGEST_PIECE)
        tokens: list[bytes] = []
        for token in range(size):
            length: int = llama.llama_token_to_piece(vocab, token, piece, _LONGEST_PIECE, 0, True)
            text = piece.raw[: max(length, 0)]
            # No text begins with this byte: what is named like a control token is not that token.
            special = token in self.ends or bool(llama.llama_vocab_get_attr(vocab, token) & control)
            tokens.append(b"\xff" + text if special else text)
        tokenize: Any = ctypes.cast(llama._lib.llama_tokenize, ctypes.c_void_p).value
        make: Any = LLTokenizer.from_llamacpp  # type: ignore[attr-defined]
        self.tokenizer: LLTokenizer = make(
            tokens=tokens, vocab_ptr=vocab, tokenize_fptr=tokenize, eos_token=sorted(self.ends), slices=[]
        )


class Grammar:
    """A grammar (GBNF or a JSON schema), and how far the output has come in it. Implements `sampling.Constraint`.

    Raises EngineError when the grammar is none, or is too big; later too, when it has become too complex to follow.
    """

    def __init__(self, vocabulary: Vocabulary, grammar: str) -> None:
        self._vocabulary = vocabulary
        self._matcher = LLMatcher(vocabulary.tokenizer, translated(grammar), log_level=0, limits=limits())
        if self._matcher.is_error():
            raise refused(first_line(self._matcher.get_error()))

    def permits(self, token: int) -> bool:
        if token in self._vocabulary.ends:
            return self._matcher.is_accepting()
        permitted = self._matcher.validate_tokens([token]) == 1
        self._check()
        return permitted

    def permitted(self, logits: Rows, *, best_only: bool) -> Rows:
        tokens = self._best_permitted(logits) if best_only else None
        if tokens is None:
            tokens = self._all_permitted()
        if not len(tokens):
            raise EngineError(_NOTHING_FITS)
        left = np.full_like(logits, -np.inf)
        left[tokens] = logits[tokens]
        return left

    def accept(self, token: int) -> None:
        if token not in self._vocabulary.ends:
            self._matcher.consume_token(token)
            self._check()

    def close(self) -> None:
        pass

    def _best_permitted(self, logits: Rows) -> NDArray[np.intp] | None:
        """The likeliest permitted token, if it is among the few likeliest of all."""
        few = min(_FEW, len(logits))
        best = np.argpartition(logits, -few)[-few:]
        for token in best[np.argsort(-logits[best], kind="stable")].tolist():
            if self.permits(token):
                return np.array([token])
        return None

    def _all_permitted(self) -> NDArray[np.intp]:
        mask = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        self._check()
        return np.flatnonzero(np.unpackbits(mask, bitorder="little", count=self._vocabulary.size))

    def _check(self) -> None:
        if self._matcher.is_error():
            why = first_line(self._matcher.get_error())
            if "NoExtension" in why:
                raise EngineError(_NOTHING_FITS)
            raise EngineError(f"the request's grammar is too complex to go on with ({why}); make it simpler")

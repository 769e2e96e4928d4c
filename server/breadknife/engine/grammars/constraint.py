"""Implementations of `sampling.Constraint`, which keep the output to a grammar."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import islice
from typing import Any, Protocol

import llama_cpp.llama_cpp as _bindings
import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from breadknife.engine.grammars.grammar import first_line, limits, refused, translated
from breadknife.engine.model import Row
from breadknife.errors import EngineError

llama: Any = _bindings  # the bindings have no usable types

_FEW = 256
"""Among so many of the likeliest tokens one is nearly always permitted. To ask about a whole vocabulary is slow, and a
sort of it takes 12 ms."""
_LONGEST_PIECE = 1024
"""The most bytes that a token's text may have."""
_NOTHING_FITS = "no token of the model fits the request's grammar here; widen the grammar"


class PrefixConstraint:
    """Requires that the output begins with a text; anything may follow. Completion asks for it at nearly each key: of
    all grammars it alone needs no `Vocabulary`."""

    def __init__(self, tokens: TokenTable, text: str) -> None:
        self._tokens = tokens
        self._remaining = text.encode("utf-8", "replace")
        """The end of the text that isn't written yet."""

    def permits(self, token: int) -> bool:
        if self._tokens.is_end_of_generation(token):
            return not self._remaining
        piece = self._tokens.piece(token)  # control tokens have none
        fits = piece.startswith(self._remaining) or self._remaining.startswith(piece)
        return bool(piece) and fits and b"\0" not in piece

    def permitted(self, logits: Row, *, best_only: bool) -> Row:
        allowed = np.full_like(logits, -np.inf)
        for token in _likeliest(logits):
            if self.permits(token):
                allowed[token] = logits[token]
                if best_only:
                    break
        if not np.isfinite(allowed).any():
            raise EngineError(_NOTHING_FITS)
        return allowed

    def accept(self, token: int) -> None:
        self._remaining = self._remaining[len(self._tokens.piece(token)) :]


class TokenTable(Protocol):
    """What `PrefixConstraint` needs of a model."""

    def piece(self, token: int) -> bytes: ...
    def is_end_of_generation(self, token: int) -> bool: ...


def _likeliest(logits: Row) -> Iterator[int]:
    """Yield all tokens, the likeliest first. The `_FEW` likeliest are sorted first, and the others only if needed."""
    few = min(_FEW, len(logits))
    order = np.argpartition(-logits, few - 1)
    for part in (order[:few], order[few:]):
        yield from part[np.argsort(-logits[part], kind="stable")].tolist()


class Vocabulary:
    """A model's tokens for llguidance. To make it takes 0.3 s and 30 MB for 150,000 tokens."""

    def __init__(self, vocab: Any) -> None:
        size: int = llama.llama_vocab_n_tokens(vocab)
        # Functions of our own, without the checks of arguments that the bindings' have: three calls for each token.
        library, handle = llama._lib, ctypes.c_void_p(vocab)
        to_piece, is_end, attributes = (
            library["llama_token_to_piece"], library["llama_vocab_is_eog"], library["llama_vocab_get_attr"],
        )  # fmt: skip
        is_end.restype = ctypes.c_bool
        self.size = size
        self.ends = frozenset(token for token in range(size) if is_end(handle, token))
        special = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNKNOWN | llama.LLAMA_TOKEN_ATTR_UNUSED
        piece = ctypes.create_string_buffer(_LONGEST_PIECE)
        tokens: list[bytes] = []
        for token in range(size):
            text = ctypes.string_at(piece, max(to_piece(handle, token, piece, _LONGEST_PIECE, 0, True), 0))
            # No text begins with this byte: what is named like a control token is not that token.
            is_special = token in self.ends or attributes(handle, token) & special
            tokens.append(b"\xff" + text if is_special else text)
        tokenize: Any = ctypes.cast(llama._lib.llama_tokenize, ctypes.c_void_p).value
        make: Any = LLTokenizer.from_llamacpp  # type: ignore[attr-defined]
        self.tokenizer: LLTokenizer = make(
            tokens=tokens, vocab_ptr=vocab, tokenize_fptr=tokenize, eos_token=sorted(self.ends), slices=[]
        )


class GrammarConstraint:
    """A grammar, GBNF or a JSON schema, and how far the output has come in it.

    To make one raises EngineError for a grammar that is invalid or too big, each method for one that has become too
    complex to follow.
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

    def permitted(self, logits: Row, *, best_only: bool) -> Row:
        tokens = self._best_permitted(logits) if best_only else None
        if tokens is None:
            tokens = self._all_permitted()
        if not len(tokens):
            raise EngineError(_NOTHING_FITS)
        allowed = np.full_like(logits, -np.inf)
        allowed[tokens] = logits[tokens]
        return allowed

    def accept(self, token: int) -> None:
        if token not in self._vocabulary.ends:
            self._matcher.consume_token(token)
            self._check()

    def _best_permitted(self, logits: Row) -> NDArray[np.intp] | None:
        """Return the likeliest permitted token alone; None if it isn't among the `_FEW` likeliest of all."""
        return next((np.array([token]) for token in islice(_likeliest(logits), _FEW) if self.permits(token)), None)

    def _all_permitted(self) -> NDArray[np.intp]:
        """Return the numbers of all permitted tokens."""
        mask = np.frombuffer(self._matcher.compute_bitmask(), np.uint8)
        self._check()
        return np.flatnonzero(np.unpackbits(mask, bitorder="little", count=self._vocabulary.size))

    def _check(self) -> None:
        """Raise EngineError if llguidance can't follow the grammar any further."""
        if self._matcher.is_error():
            why = first_line(self._matcher.get_error())
            if "NoExtension" in why:
                raise EngineError(_NOTHING_FITS)
            raise EngineError(f"the request's grammar is too complex to go on with ({why}); make it simpler")

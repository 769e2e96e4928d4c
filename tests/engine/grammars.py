"""A vocabulary of single bytes, which shows what a grammar accepts without a model."""

from __future__ import annotations

from functools import cache
from typing import Any

from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper

from breadknife.engine.grammars.grammar import limits, translated

END = 256


class _Bytes:
    eos_token_id = END
    bos_token_id = None
    tokens = (*(bytes([byte]) for byte in range(256)), b"\xffend")

    def __call__(self, text: bytes) -> list[int]:
        return list(text)


@cache
def _tokenizer() -> LLTokenizer:
    wrapper: Any = TokenizerWrapper(_Bytes())
    return LLTokenizer(wrapper, n_vocab=END + 1, eos_token=END, slices=[])


def accepts(grammar: str, text: str) -> bool:
    """Whether a text is a sentence of a grammar."""
    matcher = LLMatcher(_tokenizer(), translated(grammar), log_level=0, limits=limits())
    assert not matcher.is_error(), matcher.get_error()
    tokens = list(text.encode())
    return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()

"""Prompts in which a client has written a model's control tokens itself, as Zed and minuet do to fill in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.engine.fim import FimForm


@dataclass(frozen=True)
class Gap:
    """What is to be filled in."""

    prefix: str
    suffix: str


def written_tokens(prompt: str, form: FimForm) -> Sequence[str]:
    """Return the tokens that a prompt has to have to be a raw one, in their order there; none if it has not all."""
    named = [token for token in form.tokens if token]
    return sorted(named, key=prompt.find) if all(token in prompt for token in named) else ()


def gap_of(prompt: str, form: FimForm) -> Gap | None:
    """Return what a raw prompt asks to fill in, in whatever order its parts are; None for a prompt without the model's
    tokens. What stands before the first of them belongs to the prefix.

    Raises ValueError for a prompt that has one of them twice: the text of a document may have it, too, and nobody can
    tell which of the two is the client's.
    """
    tokens = written_tokens(prompt, form)
    if not tokens:
        return None
    if twice := next((token for token in tokens if prompt.count(token) > 1), None):
        raise ValueError(f"the prompt has {twice} twice, so it isn't clear what is to be filled in; use suffix instead")
    lead, *texts = _split(prompt, tokens)
    before, after, middle = form.tokens
    parts = dict(zip(tokens, texts, strict=True))
    return Gap(lead + parts[before] + parts.get(middle, ""), parts[after])


def _split(text: str, separators: Sequence[str]) -> list[str]:
    """Split a text at each of several separators, which it has in this order."""
    parts: list[str] = []
    for separator in separators:
        part, _, text = text.partition(separator)
        parts.append(part)
    return [*parts, text]

"""What a word that dictionaries lack was meant to be: a noisy channel.

Each word that may have been meant has a score: how often documentation uses it, less what the slips cost that lie
between both (`slips`). That the writer meant the word as it stands has a score, too: is it a term of the trade, made of
words, short, a name? The probabilities are the softmax of all scores. The weights, in `respelling.toml`, are fitted to
what maintainers corrected and left by `bench/prose/respelling.py`. How often they corrected words of such a form and
probability (`unlisted.tsv`) decides whether one is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from breadknife.plugins.prose.project.misspellings import meant
from breadknife.plugins.prose.project.slips import slips
from breadknife.plugins.prose.project.word_counts import english, trade
from breadknife.project.words import dialectless, list_near_words

LIKELY, POSSIBLE, CERTAIN = 0.325, 0.12, 0.9
"""The probabilities of a slip from which on a listed misspelling is shown, and from which on any word may be shown; and
that of a word from which on it may be put there unseen."""
_LISTED = ((POSSIBLE, 0.3), (LIKELY, 1.0))
"""What `unlisted.tsv` has of a form, for listed misspellings: one that is only possible waits for the model."""
SHORTEST, SHORTEST_LISTED = 3, 2
"""Letters of a word that may be a slip, and of one in lower case that is a known misspelling: of 1.4 million words in
the repositories for tuning none was "fo" or "ot" on purpose."""
_LONGEST = 24
_PLAIN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LETTERS = "abcdefghijklmnopqrstuvwxyz'"
_PREFIX = re.compile(
    r"(?:re|un|de|dis|mis|non|sub|super|pre|post|co|multi|auto|inter|over|under|meta|hyper|micro|anti|in|out|up)"
    r"(?=\w{3})"
)
_SUFFIX = re.compile(r"(?<=\w{3})(?:s|es|ed|d|ing|ables?|ers?|ors?|ly|ness)$")
_KNOWN = 5
"""The level in `trade` of terms that may have been meant."""
_SHORT = 5
"""Letters of a word that is short in `unlisted.tsv`."""
_PART, _STEM = 4, 2
"""Levels in `english` of words that others are made of: in compounds, and with a prefix."""


class _Weights(msgspec.Struct):
    candidate: Mapping[str, float]
    word: Mapping[str, float]


_WEIGHTS = msgspec.toml.decode(files(__package__ or "").joinpath("respelling.toml").read_bytes(), type=_Weights)


@dataclass(frozen=True)
class Respelling:
    """A word that may have been meant."""

    word: str
    """As it is to be written."""
    probability: float


def form_of(word: str) -> str:
    """Return the form of a word, as `unlisted.tsv` has it."""
    lower = word.casefold().replace("’", "'").removesuffix("'s")
    if _is_compound(lower):
        return "compound"
    if _has_prefix(lower):
        return "prefix"
    if _is_derived(lower):
        return "suffix"
    return "short" if len(lower) <= _SHORT else "plain"


@cache
def _unlisted() -> Mapping[str, Sequence[tuple[float, float]]]:
    """Return by form the rows of `unlisted.tsv`: the least probability of a slip, and the share of those that were."""
    table = files(__package__ or "").joinpath("unlisted.tsv").read_text("ascii")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")][1:]
    by_form: dict[str, list[tuple[float, float]]] = {}
    for form, least, right, wrong in rows:
        by_form.setdefault(form, []).append((float(least), int(right) / (int(right) + int(wrong))))
    return by_form


def chance(word: str, likely: float) -> float:
    """Return how often maintainers correct such a word as the likeliest respelling does, by its form and how likely a
    slip is. A common misspelling needs no more than to be likely."""
    rows = _LISTED if meant(word) else _unlisted().get(form_of(word), ())
    return next((share for least, share in reversed(rows) if likely >= least), 0.0)


def doubt(found: Sequence[Respelling]) -> float:
    """Return the probability that something else was meant than what is written."""
    return sum(each.probability for each in found)


@lru_cache(maxsize=1 << 12)
def respellings(word: str, offered: tuple[str, ...], *, begins: bool) -> tuple[Respelling, ...]:
    """Return what may have been meant by a word that dictionaries lack, likeliest first.

    `offered` is what engines offer. `begins` tells that a sentence begins with the word, so its capital says nothing.
    What the probabilities lack to one is the probability that nothing is wrong.
    """
    stem, ending = (word[:-2], word[-2:]) if word.endswith(("'s", "’s")) else (word, "")
    lower = stem.casefold().replace("’", "'")
    shortest = SHORTEST_LISTED if stem.islower() and meant(lower) else SHORTEST
    if not (shortest <= len(lower) <= _LONGEST and _PLAIN.fullmatch(lower) and stem[1:].islower()):
        return ()
    offered = tuple(each.removesuffix(ending) for each in offered) if ending else offered
    if is_of_another_dialect(lower, offered) or (ending and lower in english()):
        return ()
    candidates = list_candidates(lower, offered)
    features = [candidate_features(lower, each, candidates[each]) for each in candidates]
    scores = [_score(each, _WEIGHTS.candidate) for each in features]
    as_written = _score(word_features(stem, begins=begins), _WEIGHTS.word)
    most = max((as_written, *scores))
    total = sum(math.exp(score - most) for score in (as_written, *scores))
    found = (
        Respelling(_like(stem, each, candidates[each]) + ending, math.exp(score - most) / total)
        for each, score in zip(candidates, scores, strict=True)
    )
    return tuple(sorted(found, key=lambda each: -each.probability))


def list_candidates(word: str, offered: Sequence[str]) -> dict[str, str]:
    """Return the words that may have been meant by one in lower case, each as it is written."""
    near = (each for each in list_near_words(word, _LETTERS) if each in english() or trade().get(each, 0) >= _KNOWN)
    all_words = (*meant(word), *offered, *near)
    written: dict[str, str] = {}
    for each in all_words:
        lower = each.casefold().replace("’", "'")
        if lower != word and _PLAIN.fullmatch(lower):
            written.setdefault(lower, each)
    return written


def candidate_features(word: str, candidate: str, written: str) -> Mapping[str, float]:
    """Return what speaks for a word, by the names of the weights."""
    made = slips(word, candidate)
    features = {"uses": float(english().get(candidate, -1)), "rate": len(made) / len(word)}
    for slip in made:
        for name in (slip.kind.value, *(("first",) if slip.first else ()), *(("last",) if slip.last else ())):
            features[name] = features.get(name, 0) + 1
    listed = meant(word)
    features["listed"] = float(candidate == listed[0]) if listed else 0
    features["listed_later"] = float(candidate in listed[1:])
    features["name"] = float(not written.islower())
    features["term"] = float(trade().get(candidate, 0)) if candidate not in english() else 0.0
    return features


def word_features(word: str, *, begins: bool) -> Mapping[str, float]:
    """Return what speaks for a word as it stands, by the names of the weights."""
    lower = word.casefold().replace("’", "'")
    level = trade().get(lower, trade().get(lower.removesuffix("s"), 0))
    return {
        "bias": 1.0,
        "trade": float(level),
        "no_trade": float(not level),
        "derived": float(_is_derived(lower)),
        "compound": float(_is_compound(lower)),
        "length": math.log(len(lower)),
        "capital": float(word[0].isupper() and not begins),
        "first_capital": float(word[0].isupper() and begins),
        "listed": float(bool(meant(lower))),
        "three_letters": float(len(lower) <= 3),
        "four_letters": float(len(lower) == 4),
    }


def is_of_another_dialect(word: str, offered: Sequence[str]) -> bool:
    """Tell whether a word is right in another country's English: `behaviour`."""
    plain = dialectless(word)
    return (plain in english() and plain != word) or any(dialectless(each) == plain for each in offered)


def _score(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def _is_derived(word: str) -> bool:
    """Tell whether it is made of a word that documentation uses: `reindents`, `preallocated`."""
    if _has_prefix(word):
        return True
    match = _SUFFIX.search(word)
    return match is not None and (word[: match.start()] in english() or word[: match.start()] + "e" in english())


def _has_prefix(word: str) -> bool:
    match = _PREFIX.match(word)
    return match is not None and english().get(word[match.end() :], 0) >= _STEM


def _is_compound(word: str) -> bool:
    """Tell whether it is two words that documentation uses often: `hashmap`."""
    uses = english()
    return any(uses.get(word[:at], 0) >= _PART and uses.get(word[at:], 0) >= _PART for at in range(3, len(word) - 2))


def _like(word: str, candidate: str, written: str) -> str:
    """Return a candidate as it is written, with a capital where the word has one."""
    return written if not written.islower() or word.islower() else candidate.capitalize()

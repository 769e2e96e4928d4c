"""Ranks the passages of a question, and says how likely each of them answers it.

First a regression compares the passages with each other. What it finds is a feature of a second one, which says whether
the likeliest passage answers: it also sees how far that one leads, and how much the question says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from breadknife.plugins.shelf.evidence.features import AnswerCandidate
from breadknife.plugins.shelf.evidence.model import FittedWeights
from breadknife.plugins.shelf.evidence.query import Query

_MOST_LEAD = 3.0
"""The most that a lead counts, and what it counts where there is no other chunk: a small shelf has no rivals."""
_MOST_TERMS = 4
"""A question with more terms says no more by them."""
_SAME = 0.5
"""Passages say the same if they have more than this share of the shorter one's runs of three words in common."""
_WORD = re.compile(r"\w+")
_RARITY = 10.0
"""Nats of weight that count 1: about one word that nearly no chunk has."""


@dataclass(frozen=True)
class RankedCandidate:
    answer: AnswerCandidate
    features: Mapping[str, float]
    """Those of the passage, and of how it compares with the others."""
    likelihood: float
    """The chance that it answers the question, from 0 to 1."""


def rank(query: Query, answers: Sequence[AnswerCandidate], weights: FittedWeights) -> list[RankedCandidate]:
    """Return the passages of a question, the likeliest first."""
    compared = sorted(((weights.passage.log_odds(each.features), each) for each in answers), key=lambda pair: -pair[0])
    # Chunk -> the log-odds and the text of its best complete passage; the best chunk comes first.
    best = dict[int, tuple[float, str]]()
    sections = dict[tuple[Path, tuple[str, ...]], tuple[float, str]]()  # and the same of sections
    for log_odds, answer in compared:
        if not answer.missing:
            best.setdefault(answer.candidate.id, (log_odds, answer.text))
            sections.setdefault(answer.section, (log_odds, answer.text))
    ranked = list[RankedCandidate]()
    for log_odds, answer in compared:
        rival = _rival(best.items(), answer.candidate.id, answer.text)
        other = _rival(sections.items(), answer.section, answer.text)
        features = {
            **answer.features,
            "log odds": log_odds,
            "lead": min(log_odds - rival, _MOST_LEAD) if rival is not None else _MOST_LEAD,
            "lead of section": min(log_odds - other, _MOST_LEAD) if other is not None else _MOST_LEAD,
            "terms": float(min(len(query.terms), _MOST_TERMS)),
            "rarity": sum(term.weight for term in query.terms) / _RARITY,
        }
        ranked.append(RankedCandidate(answer, features, weights.answer.likelihood(features)))
    return ranked


def _rival(bests: Iterable[tuple[object, tuple[float, str]]], own: object, text: str) -> float | None:
    """Return the log-odds of the best passage of another place. One that says the same is no rival: a glossary may
    stand in two documents, and one option in two lists."""
    return next((odds for place, (odds, said) in bests if place != own and not says_the_same(said, text)), None)


def says_the_same(a: str, b: str) -> bool:
    """Tell whether two passages are nearly the same, word for word."""
    first, second = _triples(a), _triples(b)
    return a == b or len(first & second) > _SAME * min(len(first), len(second))


@lru_cache(maxsize=1000)
def _triples(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False))

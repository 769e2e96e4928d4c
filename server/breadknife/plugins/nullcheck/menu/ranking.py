"""Which of several repairs comes first: a logistic model over the features of each.

`ranking.json` has the weights. `bench/nullcheck/fit_ranking.py` makes it out of `bench/nullcheck/repairs.tsv`, which
are repairs that maintainers made or a reader thinks best, and tells how well it does on packages that it wasn't fitted
to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec

from breadknife.plugins.nullcheck.menu.features import RANKED, about, features_of
from breadknife.plugins.nullcheck.values import Offer


class Ranking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of several offers, one is the likelier to be chosen the larger the sum of the weights of its features is."""

    languages: frozenset[str]
    """The LSP ids of those that it was fitted to. Elsewhere the language's own order stays."""
    weights: Mapping[str, float]
    """Of each feature; one that is not named has none."""

    def score(self, features: Iterable[str]) -> float:
        """In nats: an offer with one more is e times as likely to be chosen as one without."""
        return sum(self.weights.get(feature, 0.0) for feature in features)


@cache
def fitted() -> Ranking:
    """The model that comes with breadknife."""
    data = files("breadknife.plugins.nullcheck.menu").joinpath("ranking.json").read_bytes()
    return msgspec.json.decode(data, type=Ranking)


def by_likelihood(offers: Sequence[Offer], clues: frozenset[str], language: str) -> list[Offer]:
    """The likeliest choice first; what isn't `RANKED` keeps its place. `offers` are in the order in which the rules of
    the language, an LSP id, give them."""
    model = fitted()
    if language not in model.languages:
        return list(offers)
    scores = {
        at: model.score(features_of(offer.strategy, about(offer), clues, at))
        for at, offer in enumerate(offers)
        if offer.strategy in RANKED
    }
    likeliest = iter(sorted(scores, key=lambda at: -scores[at]))
    return [offers[next(likeliest)] if at in scores else offer for at, offer in enumerate(offers)]

"""Abbreviations of English, with examples that the tests run. The lists are breadknife's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AbbreviationGroup:
    """Abbreviations that are used alike. `{}` in an example stands for each of them, without its full stop."""

    words: frozenset[str]
    """In small letters, without the last full stop."""
    goes_on: str
    """An example in which no sentence ends behind them."""
    ends: str = ""
    """An example in which one does. Only abbreviations of a group that has one may end a sentence."""


def _group(words: str, goes_on: str, ends: str = "") -> AbbreviationGroup:
    return AbbreviationGroup(frozenset(words.split()), goes_on, ends)


GROUPS = (
    _group("dr mr mrs ms prof st sr jr gov", "We met {}. Smith at the door."),
    _group(
        "art ch dept ed eds eq ex fig figs no nos op p par para pp ref sec sect v ver vol vols",
        "More of it is in {}. 5 of the book.",
    ),
    _group("approx ca esp est excl incl max min resp", "It takes {}. 5 minutes."),
    _group("a.k.a aka al cf e.g etc i.e viz vs w.r.t", "Some of them, {}. Smith, are left."),
    _group("jan feb mar apr jun jul aug sep sept oct nov dec", "It came out on {}. 5 of that year."),
    _group("co corp inc ltd", "It was Acme {}. Tools that made it.", "It was made by Acme {}. The price is low."),
    _group("u.k u.s", "It was the {}. Army that asked.", "It is sold in the {}. The price is low."),
)
ABBREVIATIONS = frozenset(word for group in GROUPS for word in group.words)
MAY_END = frozenset(word for group in GROUPS if group.ends for word in group.words)

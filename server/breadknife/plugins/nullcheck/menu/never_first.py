"""Which repairs are never offered first, however strong the evidence for them is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.plugins.nullcheck.repairs.repair import FUNCTION_HABIT
from breadknife.plugins.nullcheck.values import DECLARATION, HIDING, RepairOffer, Strategy
from breadknife.project.tests import is_test

NO_ACTION = "no edit is certain to be right here"
NOT_FIRST = "nothing that is offered here is safe to write unasked"
_NULL = r"(?:None|null|nil|undefined)"
_RETURNS_NULL = re.compile(rf"\breturn {_NULL}(?:, {_NULL})*(?=\s*(?:;|\}}|$))", re.MULTILINE)
_LEAVES = re.compile(r"^\s*(?:\S.*[{:)] ?)?(?:return|continue|break)\b", re.MULTILINE)
_LEAVING = frozenset({Strategy.RETURN, Strategy.CONTINUE, Strategy.NARROW, Strategy.OPTIONAL_CHAIN})


def never_first(offer: RepairOffer, can_happen: bool, uri: str) -> bool:
    """Tell whether a person who chose it because it was first would make things worse. `can_happen`: whether a null can
    really be there."""

    def writes(pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(edit.new_text) for edit in offer.edits)

    # The callers use a returned null unchecked, unless they are given one by other paths, too.
    if writes(_RETURNS_NULL) and offer.reason != FUNCTION_HABIT:
        return True
    if is_test(uri):  # a test that leaves before its assertion passes
        return offer.strategy in _LEAVING or writes(_LEAVES)
    return can_happen and offer.strategy is Strategy.ASSERT  # it is for what cannot happen


def with_a_good_first(offers: Sequence[RepairOffer], can_happen: bool, uri: str) -> list[RepairOffer]:
    """Return the offers in their order; if the first may not be first, the best that may comes before it. Where the
    null can happen that is the one that a maintainer is most likely to write, whose bugs the chances are fitted to."""
    good = [offer for offer in offers if offer.strategy not in HIDING and not never_first(offer, can_happen, uri)]
    good.sort(key=lambda offer: (offer.is_asked_for, -offer.chance if can_happen else 0.0))
    is_good = not can_happen and not never_first(offers[0], can_happen, uri) if offers else True
    if not good or offers[0].strategy in HIDING | DECLARATION or is_good:
        return list(offers)
    return [good[0], *(offer for offer in offers if offer is not good[0])]

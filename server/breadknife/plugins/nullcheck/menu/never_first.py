"""Which repairs are never offered first, however strong the evidence for them is.

Each row comes from a repair that a person chose because it was first, and that made things worse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.values import DECLARATION, HIDING, Offer, Strategy

_NULL = r"(?:None|null|nil|undefined)"
_RETURNS_NULL = re.compile(rf"\breturn {_NULL}(?:, {_NULL})*(?=\s*(?:;|\}}|$))", re.MULTILINE)
_LEAVES = re.compile(r"^\s*(?:\S.*[{:)] ?)?(?:return|continue|break)\b", re.MULTILINE)
_ANY = re.compile(r"\bAny\b")
_TEST_FILE = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__)/|/(?:test_[^/]*|conftest)\.py$|_test\.(?:py|go)$|\.(?:test|spec)\.[cm]?[jt]sx?$"
    r"|(?:Tests?|IT)\.java$"
)
_LEAVING = frozenset({Strategy.RETURN, Strategy.CONTINUE, Strategy.BREAK, Strategy.NARROW})


@dataclass(frozen=True)
class _Case:
    offer: Offer
    can_happen: bool
    """Whether a null can happen at the place."""
    in_tests: bool

    def writes(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(edit.new_text) for edit in self.offer.edits)


@dataclass(frozen=True)
class _Row:
    why: str
    applies: Callable[[_Case], bool]


ROWS = (
    _Row(
        "`Any` hides from every checker a result that really can be null",
        lambda case: case.can_happen and case.offer.strategy in DECLARATION and case.writes(_ANY),
    ),
    _Row("the callers use a returned null unchecked", lambda case: case.writes(_RETURNS_NULL)),
    _Row(
        "a test that leaves before its assertion passes",
        lambda case: case.in_tests and (case.offer.strategy in _LEAVING or case.writes(_LEAVES)),
    ),
    _Row(
        "an assertion is for what cannot happen",
        lambda case: case.can_happen and not case.in_tests and case.offer.strategy is Strategy.ASSERT,
    ),
)


def is_test(uri: str) -> bool:
    return _TEST_FILE.search(uri) is not None


def never_first(offer: Offer, can_happen: bool, uri: str) -> str:
    """Why it may not be the first; "" where it may."""
    case = _Case(offer, can_happen, is_test(uri))
    return next((row.why for row in ROWS if row.applies(case)), "")


def with_a_good_first(offers: Sequence[Offer], can_happen: bool, uri: str) -> list[Offer]:
    """The offers in their order; if the first may not be first, the best that may comes before it."""
    good = [offer for offer in offers if offer.strategy not in HIDING and not never_first(offer, can_happen, uri)]
    good.sort(key=lambda offer: offer.is_asked_for)
    if not offers or not good or offers[0].strategy in HIDING or not never_first(offers[0], can_happen, uri):
        return list(offers)
    return [good[0], *(offer for offer in offers if offer is not good[0])]

"""Claims that a rewriting must not strengthen, weaken or turn round: negations, quantifiers, modals, opposites."""

from __future__ import annotations

import re
from collections import Counter

from breadknife.steps.builtin.guard.words import bare, content, stem, words
from breadknife.text.sentences import Certainty, sentences

_NEITHER = re.compile(r"\bneither\b.*?\bnor\b", re.IGNORECASE | re.DOTALL)
_MOST_OF = 0.6
"""The share of a sentence's content words that must be there for most of it to be said."""
_PREFIX = re.compile(r"^(?:un|in|im|ir|il|dis|non|de|en|mis)-?(?=\w{3})")


def changed_negation(before: str, after: str, may_lose: bool = False) -> str:
    """Return what became of the negations, as `it lost a negation`; empty if as much is denied as before.

    With `may_lose`, a sentence that denies may go; its words may not come back without the negation.
    """
    old, new = _negations(before), _negations(after)
    if may_lose and old > new:
        left_out = (before[span.start : span.end] for span in sentences(before, least=Certainty.LIKELY))
        return "it lost a negation" if any(_comes_back(sentence, after) for sentence in left_out) else ""
    if old != new:
        return "it lost a negation" if old > new else "it added a negation"
    was, became = ({stem(word): word for word in content(text)} for text in (before, after))
    lost = [gone for gone in was if gone not in became]
    came = [new_stem for new_stem in became if new_stem not in was]
    turned = ((was[gone], became[new_stem]) for gone in lost for new_stem in came if _is_opposite(gone, new_stem))
    return next((f"it says “{new_stem}” instead of “{gone}”" for gone, new_stem in turned), "")


def _comes_back(sentence: str, after: str) -> bool:
    """Tell whether most of what a sentence denies is said in the text after, which denies nothing."""
    words_after, denied = {stem(word) for word in content(after)}, {stem(word) for word in content(sentence)}
    is_denial = words().negation.search(bare(sentence)) is not None
    return is_denial and not _negations(after) and len(words_after & denied) >= _MOST_OF * max(1, len(denied))


def _negations(text: str) -> int:
    """Return the number of negations; `neither … nor` is one."""
    plain = _NEITHER.sub("neither", bare(text))
    return len(words().negation.findall(plain))


def _is_opposite(first: str, second: str) -> bool:
    """Tell whether two stems differ in a prefix such as `un` only, or are listed as opposites."""
    if first != second and _PREFIX.sub("", first) == _PREFIX.sub("", second):
        return True
    return any({first, second} == {stem(word) for word in pair} for pair in words().opposites)


def changed_claim(before: str, after: str, kinds: frozenset[str], may_lose: bool = False) -> str:
    """Return which quantifier or modal was lost, added or replaced; empty if none was."""
    old, new = (_claims(text, kinds) for text in (before, after))
    lost = list((_counts(old) - _counts(new)).elements())
    added = list((_counts(new) - _counts(old)).elements())
    if may_lose:
        lost = []
    if lost and added:
        return f"it says “{new[added[0]][0]}” instead of “{old[lost[0]][0]}”"
    if lost:
        return f"it lost “{old[lost[0]][0]}”"
    return f"it added “{new[added[0]][0]}”" if added else ""


MODALS = frozenset({"must", "may", "should"})


def _claims(text: str, kinds: frozenset[str]) -> dict[str, list[str]]:
    """Return claim -> its wordings in the text."""
    wordings: dict[str, list[str]] = {}
    plain = words().filler.sub("", " ".join(bare(text).split()))
    for match in words().claim.finditer(plain):
        claim = words().claim_of[match[0].lower()]
        if ("modal" if claim in MODALS else "quantifier") in kinds:
            wordings.setdefault(claim, []).append(match[0])
    return wordings


def _counts(claims: dict[str, list[str]]) -> Counter[str]:
    """Return how often each claim is made."""
    return Counter({claim: len(wordings) for claim, wordings in claims.items()})

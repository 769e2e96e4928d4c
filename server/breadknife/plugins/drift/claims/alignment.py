"""What became of the names, numbers and strings of a definition's code: gone, or replaced by another everywhere."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from breadknife.plugins.drift.values import Symbol

_MOST = 1 << 21
"""The product of the lengths of two texts' middles that are aligned."""
FEWEST_WORDS = 6
"""Of documentation that says which definition it belongs to: an empty list of parameters isn't enough."""


@dataclass(frozen=True)
class Alignment:
    """How the tokens of a definition have changed."""

    gone: frozenset[str]
    """Tokens that the code had and no longer has."""
    replaced: dict[str, str]
    """Of `gone`, what one token has replaced at each place, or at all but few."""
    renamed: dict[str, str]
    """Of `replaced`, those whose new token is new to the code, too; a number or a string needn't be."""
    causes: dict[str, int]
    """Token -> the line (as it is now) where it stood, or its neighbour."""
    changed: bool = True


UNCHANGED = Alignment(frozenset(), {}, {}, {}, changed=False)


def align(before: Symbol, after: Symbol) -> Alignment:
    """Compare the code of two versions of a definition. Time grows with the square of what differs, which is bounded:
    of more, only what is gone is told."""
    first, second = before.tokens, after.tokens
    start = 0
    while start < min(len(first), len(second)) and first[start][0] == second[start][0]:
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and first[-1 - end][0] == second[-1 - end][0]:
        end += 1
    old, new = first[start : len(first) - end], second[start : len(second) - end]
    if not old and not new:
        return UNCHANGED
    had, has = before.counts, after.counts
    gone = frozenset(token for token in had if token not in has)
    return _aligned(old, new, gone, had, has, _row(second, start, after.head))


def _aligned(
    old: Sequence[tuple[str, int]],
    new: Sequence[tuple[str, int]],
    gone: frozenset[str],
    had: Counter[str],
    has: Counter[str],
    place: int,
) -> Alignment:
    causes = dict.fromkeys(gone, place)
    if len(old) * len(new) > _MOST:
        return Alignment(gone, {}, {}, causes)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    matcher = difflib.SequenceMatcher(None, [token for token, _ in old], [token for token, _ in new], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        at = _row(new, c, _row(new, c - 1, place))
        for n, (token, _) in enumerate(old[a:b]):
            if token in gone:
                causes[token] = new[c + n][1] if c + n < d else at
                if tag == "replace" and b - a == d - c:
                    counted[token][new[c + n][0]] += 1
    replaced: dict[str, str] = {}
    for token, by in counted.items():
        [(new_token, often)] = by.most_common(1)
        if _kind(new_token) == _kind(token) and often * 4 >= had[token] * 3:
            replaced[token] = new_token
    renamed = {token: by for token, by in replaced.items() if _kind(token) != "name" or by not in had}
    return Alignment(gone, replaced, renamed, causes)


def _kind(token: str) -> str:
    """Return whether a token is a number, a string or a name."""
    return "number" if token[0].isdigit() else "string" if token[0] in "'\"" else "name"


def _row(tokens: Sequence[tuple[str, int]], at: int, otherwise: int) -> int:
    return tokens[at][1] if 0 <= at < len(tokens) else otherwise


def pair(before: Sequence[Symbol], after: Sequence[Symbol]) -> list[tuple[Symbol, Symbol]]:
    """Return the definitions that are the same in both versions, renamed ones among them.

    Of definitions of one name (overloads), those with the same documentation are paired first, then those with the same
    types and names of parameters, and the others in their order if there are as many as before, else not at all. A
    definition is a renamed one if no other has nearly its code, or, whatever became of the code, its documentation.
    """
    olds, news = _by_key(before), _by_key(after)
    pairs: list[tuple[Symbol, Symbol]] = []
    for key, symbols in news.items():
        rest, others = list(olds.get(key, ())), list(symbols)
        if len(rest) + len(others) > 2:
            for is_same in (_is_documented_alike, _has_same_parameters):
                same = list(_matched(rest, others, is_same))
                pairs += same
                rest, others = _without(rest, others, same)
        if len(rest) == len(others):
            pairs += zip(rest, others, strict=True)
    left = [symbols[0] for key, symbols in olds.items() if key not in news and len(symbols) == 1]
    right = [symbols[0] for key, symbols in news.items() if key not in olds and len(symbols) == 1]
    if len(left) * len(right) <= 400:
        for is_same in (is_alike, _is_documented_alike):
            renamed = list(_matched(left, right, is_same))
            pairs += renamed
            left, right = _without(left, right, renamed)
    return pairs


def _without(
    left: Sequence[Symbol], right: Sequence[Symbol], pairs: Sequence[tuple[Symbol, Symbol]]
) -> tuple[list[Symbol], list[Symbol]]:
    """Return the definitions of two versions that aren't in pairs."""
    return (
        [old for old in left if all(old is not each for each, _ in pairs)],
        [new for new in right if all(new is not each for _, each in pairs)],
    )


def _has_same_parameters(old: Symbol, new: Symbol) -> bool:
    return old.parameters == new.parameters


def _matched(
    left: Sequence[Symbol], right: Sequence[Symbol], is_same: Callable[[Symbol, Symbol], bool]
) -> Iterator[tuple[Symbol, Symbol]]:
    """Yield the definitions of two versions that are the same and no third is."""
    for new in right:
        alike = [old for old in left if old.container == new.container and is_same(old, new)]
        if len(alike) == 1 and sum(is_same(alike[0], other) for other in right) == 1:
            yield alike[0], new


def _is_documented_alike(old: Symbol, new: Symbol) -> bool:
    """Tell whether two definitions have the same documentation, of more than a word or two."""
    first, second = ([block.text for block in each.blocks if block.documents] for each in (old, new))
    words = " ".join(first).split()
    return old.has_parameters == new.has_parameters and first == second and len(words) >= FEWEST_WORDS


def _by_key(symbols: Sequence[Symbol]) -> dict[tuple[str, str], list[Symbol]]:
    found: dict[tuple[str, str], list[Symbol]] = {}
    for symbol in symbols:
        found.setdefault(symbol.key, []).append(symbol)
    return found


def is_alike(old: Symbol, new: Symbol) -> bool:
    """Tell whether two definitions of different names have nearly the same code."""
    if old.has_parameters != new.has_parameters:
        return False
    first, second = old.counts, new.counts
    del first[old.name], second[new.name]
    both = sum((first & second).values())
    return both >= 3 and both * 10 >= 7 * max(sum(first.values()), sum(second.values()))

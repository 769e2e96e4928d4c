"""The changes that a frame of words speaks for by itself: “many file”, “am working since two years”."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from breadknife.plugins.prose.evidence.confusions import CONFUSIONS, ConfusionSet
from breadknife.plugins.prose.evidence.contexts import EVIDENT, find_perfect, refine_rule
from breadknife.plugins.prose.evidence.counts import read_counts
from breadknife.plugins.prose.evidence.forms import forms
from breadknife.plugins.prose.evidence.neighbours import AROUND, compare_words
from breadknife.project.words import with_capital_of
from breadknife.text.document import Span
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN

FORMS = "WordForm"
LEAST_SUPPORT, LEAST_OF_FAR = 2.0, -5.0
"""Nats. Of 11 frames' changes that were the maintainers' and that the model was sure of, 9 have so much; frames alone
speak of 390 of 763 other sentences, and with so much of 139."""
_FAR = frozenset(("Attraction", "Collective", "EachOf", "Everyone", "FirstPerson", "ThirdPerson"))
"""Frames of which a part may stand too far before the verb for counts: they only tell what is no word there."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_JOINED_BEFORE = re.compile(r"[\w)][-/)]$|[/_&@#]$")
_JOINED_AFTER = re.compile(r"[-/(][\w(]|[/_&]")
_PLACEHOLDER = re.compile(f"{NOUN}|{VOWEL_NOUN}")
_BESIDE = len(NOUN) + 2
CONFUSED = frozenset(word for confusion in CONFUSIONS for word in confusion.words)


@dataclass(frozen=True)
class FramedChange:
    rule: str
    span: Span
    replacement: str
    gain: float = 0.0
    """By how many nats counts find what stands there likelier after it, once they have been asked."""


def _by_word() -> Mapping[str, tuple[ConfusionSet, ...]]:
    by_word: dict[str, list[ConfusionSet]] = {}
    for confusion in CONFUSIONS:
        for word in confusion.words:
            if word and "" not in confusion.words[:1]:
                by_word.setdefault(word, []).append(confusion)
    return {word: tuple(sets) for word, sets in by_word.items()}


_SETS = _by_word()
_MISSING = tuple(confusion for confusion in CONFUSIONS if confusion.words[0] == "")


@lru_cache(maxsize=1 << 8)
def find_supported(text: str) -> tuple[FramedChange, ...]:
    """Return the changes that a frame speaks for, and counts too, or not much against; all of them make words."""
    made = (each for each in find_framed(text) if is_known(each.replacement))
    measured = (replace(each, gain=_measure(text, each)) for each in made)
    return tuple(each for each in measured if each.gain >= (LEAST_OF_FAR if each.rule in _FAR else LEAST_SUPPORT))


def is_known(replacement: str) -> bool:
    """Tell whether counts know all words of what is put in: some forms of a word are none."""
    return all(match[0].lower().replace("’", "'") in read_counts().numbers for match in _WORD.finditer(replacement))


def _measure(text: str, change: FramedChange) -> float:
    start, end = change.span.start, change.span.end
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    as_it_is, changed = compare_words(before, after, (text[start:end], change.replacement))
    return changed - as_it_is


def find_framed(text: str) -> Iterator[FramedChange]:
    """Yield the changes of a text that a frame speaks for; not all of them make words."""
    words = [Span(*match.span()) for match in _WORD.finditer(text)]
    for index, word in enumerate(words):
        if _PLACEHOLDER.search(text, max(0, word.start - _BESIDE), word.end + _BESIDE):
            continue  # what it stands for may be any part of speech
        yield from (change for change in find_changes(text, words, index) if change.rule in EVIDENT)


def find_changes(text: str, words: Sequence[Span], index: int) -> Iterator[FramedChange]:
    """Yield what may have been meant at one word, or between it and the one before; not all of it is English."""
    for change in _find_unrefined(text, words, index):
        start, end = change.span.start, change.span.end
        yield replace(change, rule=refine_rule(change.rule, text, start, end, text[start:end], change.replacement))


def _find_unrefined(text: str, words: Sequence[Span], index: int) -> Iterator[FramedChange]:
    span = words[index]
    word = text[span.start : span.end]
    low = word.lower().replace("’", "'")
    if not (word.islower() or word[0] + word[1:].lower() == word) or _is_part(text, span):
        return
    for confusion in _SETS.get(low, ()):
        if "" not in confusion.words:
            others = (other for other in confusion.words if other != low)
            yield from (FramedChange(confusion.rule, span, with_capital_of(word, other)) for other in others)
        elif index and word.islower() and text[span.end : span.end + 1] == " " and index + 1 < len(words):
            yield FramedChange(confusion.rule, Span(span.start, span.end + 1), "")
    if perfect := find_perfect(text, span.end, word):
        yield FramedChange(perfect[0], span, with_capital_of(word, perfect[1]))
    if low not in CONFUSED and word.islower() and "'" not in low:
        yield from (FramedChange(FORMS, span, form) for form in forms(low))
    if index and word.islower() and text[words[index - 1].end : span.start] == " ":
        for missing in _MISSING:
            place = Span(span.start, span.start)
            yield from (FramedChange(missing.rule, place, f"{other} ") for other in missing.words[1:])


def _is_part(text: str, span: Span) -> bool:
    """Tell whether a word is part of a compound, whose grammar is not that of its parts: `opt-in`, `un/structuring`,
    `(re)use`."""
    return (
        _JOINED_BEFORE.search(text, max(0, span.start - 2), span.start) is not None
        or _JOINED_AFTER.match(text, span.end) is not None
    )

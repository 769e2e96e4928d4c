"""One verdict out of what several engines say of one paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.rules import (
    ARTICLES,
    COMMAS,
    NEEDS_AGREEMENT,
    PRONOUNS,
    REPEATS,
    SAFE,
    SENTENCE_BLANKS,
    SPELLING,
    is_of_dictionaries,
)
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.plugins.prose.project.spelling import is_name_for_word, is_slip
from breadknife.text.document import Span

_MOST_FIXES = 4
# After an article, so that it isn't a variable called "a".
_NOUN_OR_ADJECTIVE = re.compile(r"\s(?!(?:is|are|was|or|and|in|of|to|as|at|if|on|by|for|with)\b)[^\W\d_]+(?!\w)")

# "the *The Organization* tier": the second begins a name; "`Bootstrap-Flask`_ Bootstrap-Flask is": a link, then text.
_REPEATED_NAME = re.compile(r"\b(?:[a-z]+\W+[A-Z][a-z]*|([A-Z]\w+-[\w-]+)\W+\1)$")

# What an index never does: "i am", "i've", "i think".
_FIRST_PERSON = re.compile(
    r"['’](?:m|ve|d|ll)\b| (?:(?:also|just|never|always|still|only|really|finally|actually|usually) )?"
    r"(?:am|have|had|do|did|don['’]t|didn['’]t|agree|believed?|decided?|feel|felt|guess|hoped?|knew|know|liked?|loved?"
    r"|needed|need|prefer|recommend|suggest|suppose|think|thought|tried|try|understand|wanted|want|went|wish)\b"
)
_WORD_AND_MARK = re.compile(r"[a-z][!?]$")

_NEEDS_NO_COMMA = re.compile(
    r"(?:Thus|Hence|So|Now|Then|Next|Still|Yet|Also|Currently|Recently|Today|Sometimes|Often|Usually)\b"
)


@dataclass(frozen=True)
class Correction:
    """Text to put in place of a span of prose."""

    span: Span
    replacement: str


@dataclass(frozen=True)
class Mistake:
    """What remains of the lints at one place."""

    lint: Lint
    """The one that speaks for all."""
    engines: tuple[str, ...]
    rules: tuple[str, ...]
    corrections: tuple[Correction, ...]
    """Best first."""
    safe: bool
    """The first correction is fit to be applied unseen."""
    model: str = ""
    """Of the model that judged or proposed it."""
    known: int = 0
    """So many of the corrections, the first, are known to be meant by the word that stands there."""

    @property
    def spelling(self) -> bool:
        return self.lint.rule in SPELLING

    @property
    def unknown_word(self) -> bool:
        """Whether it is none once the word is in a dictionary."""
        return is_of_dictionaries(self.lint.engine, self.lint.rule)


def mistakes(
    text: str, lints: Sequence[Lint], engines: int, believes: Callable[[Span, Sequence[str], str], bool]
) -> list[Mistake]:
    """The mistakes of a paragraph, in order.

    `engines` is how many have spoken: some rules count only when another engine objects to the same place.
    `believes` says of a word that isn't in a dictionary, of what is offered for it, and of what all engines offer
    first, whether it is a mistake.
    """
    kept = [lint for lint in lints if _counts(text, lint, lints, engines)]
    doubtful = {lint.span for lint in kept if lint.rule in SPELLING}
    names = {span for span in doubtful if not believes(span, _offered(span, kept), _first(span, kept))}
    kept = [lint for lint in kept if lint.rule not in SPELLING or lint.span not in names]
    agreed = {key for lint in kept for key in _outcomes(text, lint) if _backed(text, key, lint, kept)}
    chosen: list[list[Lint]] = []
    for lint in sorted(kept, key=lambda lint: _rank(text, lint, agreed)):
        group = next((g for g in chosen if _overlap(g[0].span, lint.span)), None)
        if group is None:
            chosen.append([lint])
        else:
            group.append(lint)
    return in_order(_mistake(text, group, agreed) for group in chosen)


def is_same(text: str, lint: Lint, other: Lint) -> bool:
    """Whether two engines speak of the very same place or mean the same fix."""
    return lint.span == other.span or not set(_outcomes(text, lint)).isdisjoint(_outcomes(text, other))


def joined(text: str, mistake: Mistake, lint: Lint) -> Mistake:
    """The mistake with what another engine says of its place: agreement, if both give the same fix."""
    own = {_outcome(text, each.span, each.replacement): each for each in mistake.corrections}
    theirs = {_outcome(text, lint.span, new): Correction(lint.span, new) for new in lint.replacements}
    agreed = [each for key, each in own.items() if key in theirs]
    rest = [each for key, each in own.items() if key not in theirs]
    added = [each for key, each in theirs.items() if key not in own]
    return replace(
        mistake,
        engines=tuple(sorted({*mistake.engines, lint.engine})),
        rules=tuple(dict.fromkeys((*mistake.rules, lint.rule))),
        corrections=(*agreed, *rest, *added)[:_MOST_FIXES],
        safe=mistake.safe or bool(agreed),
        known=0 if agreed else mistake.known,
    )


def in_order(found: Iterable[Mistake]) -> list[Mistake]:
    return sorted(found, key=lambda mistake: mistake.lint.span)


_Outcome = tuple[int, int, str]
"""The smallest edit that has a correction's effect: equal for two engines that mean the same."""


def _offered(span: Span, lints: Sequence[Lint]) -> list[str]:
    return [new for lint in lints if lint.span == span and lint.rule in SPELLING for new in lint.replacements]


def _first(span: Span, lints: Sequence[Lint]) -> str:
    """What two engines offer first for a word; empty where they don't agree."""
    firsts = {lint.engine: lint.replacements[:1] for lint in lints if lint.span == span and lint.rule in SPELLING}
    same = set(firsts.values())
    return "".join(same.pop()) if len(firsts) > 1 and len(same) == 1 else ""


def _counts(text: str, lint: Lint, lints: Sequence[Lint], engines: int) -> bool:
    if lint.rule in SPELLING | NEEDS_AGREEMENT and engines > 1:
        others = (other for other in lints if other.engine != lint.engine)
        if not any(_overlap(other.span, lint.span) for other in others):
            return False
    if lint.rule in REPEATS and _REPEATED_NAME.search(text, lint.span.start, lint.span.end):
        return False
    if lint.rule in COMMAS and _NEEDS_NO_COMMA.match(text, lint.span.start):
        return False
    if lint.rule in SENTENCE_BLANKS and not _WORD_AND_MARK.search(text, max(0, lint.span.start - 2), lint.span.start):
        return False
    if lint.rule in ARTICLES and not _NOUN_OR_ADJECTIVE.match(text, lint.span.end):
        return False
    return lint.rule in SPELLING or not _beside_unknown_word(lint, lints)


def _beside_unknown_word(lint: Lint, lints: Sequence[Lint]) -> bool:
    """An engine that doesn't know a word can't judge the grammar around it."""
    return any(
        other.engine == lint.engine
        and other.rule in SPELLING
        and other.span != lint.span
        and other.span.start <= lint.span.end + 1
        and lint.span.start <= other.span.end + 1
        for other in lints
    )


def _overlap(a: Span, b: Span) -> bool:
    return (a.start < b.end and b.start < a.end) or a == b


def _outcomes(text: str, lint: Lint) -> list[_Outcome]:
    return [_outcome(text, lint.span, replacement) for replacement in lint.replacements]


def _outcome(text: str, span: Span, new: str) -> _Outcome:
    old, start = text[span.start : span.end], span.start
    while old and new and old[0] == new[0]:
        old, new, start = old[1:], new[1:], start + 1
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return start, start + len(old), new


def _backed(text: str, outcome: _Outcome, lint: Lint, lints: Sequence[Lint]) -> bool:
    return any(other.engine != lint.engine and outcome in _outcomes(text, other) for other in lints)


def _rank(text: str, lint: Lint, agreed: set[_Outcome]) -> tuple[bool, bool, bool, int, str]:
    """Agreement first, then grammar before spelling, a remedy before none, the narrower, and always the same order."""
    return (
        agreed.isdisjoint(_outcomes(text, lint)),
        lint.rule in SPELLING,
        not lint.replacements,
        len(lint.span),
        lint.engine,
    )


def _is_first_person(text: str, lint: Lint) -> bool:
    return lint.rule in PRONOUNS and _FIRST_PERSON.match(text, lint.span.end) is not None


def _far(word: str, correction: Correction) -> tuple[bool, bool]:
    """How unlikely a correction of a misspelled word is, whoever offers it."""
    new = correction.replacement
    return bool(word) and not is_slip(word, new), is_name_for_word(word, new)


def _mistake(text: str, group: Sequence[Lint], agreed: set[_Outcome]) -> Mistake:
    first = group[0]
    options: dict[_Outcome, tuple[Correction, int]] = {}
    for lint in group:
        if lint is first or lint.span == first.span:
            for position, replacement in enumerate(lint.replacements):
                key = _outcome(text, lint.span, replacement)
                known = options.get(key)
                correction = known[0] if known else Correction(lint.span, replacement)
                options[key] = (correction, position + (known[1] if known else 0))
    word = text[first.span.start : first.span.end] if first.rule in SPELLING else ""
    offered = {correction.replacement for correction, _ in options.values()}
    likeliest = {replacement: rank for rank, replacement in enumerate(meant(word) if word else ())}
    for replacement, rank in likeliest.items():
        options.setdefault(_outcome(text, first.span, replacement), (Correction(first.span, replacement), rank))
    # What is known to be meant comes first, then what both offer, then what they rank highest; of words, slips of the
    # fingers, and names last of them.
    best = sorted(
        options.items(),
        key=lambda item: (
            likeliest.get(item[1][0].replacement, len(likeliest)),
            *_far(word, item[1][0]),
            item[0] not in agreed,
            item[1][1],
        ),
    )
    agreement = bool(best) and best[0][0] in agreed and (first.rule not in SPELLING or best[0][1][1] == 0)
    agreement = agreement or (len(likeliest) == 1 and not offered.isdisjoint(likeliest))
    return Mistake(
        first,
        tuple(sorted({lint.engine for lint in group})),
        tuple(dict.fromkeys(lint.rule for lint in group)),
        tuple(correction for _, (correction, _) in best)[:_MOST_FIXES],
        safe=agreement or (bool(best) and (first.rule in SAFE or _is_first_person(text, first))),
        known=min(len(likeliest), _MOST_FIXES),
    )

"""Makes candidates for findings of what several engines say of one paragraph. A candidate's span, rule and message are
those of one engine, which owns the place: the quickest of those that say something there.

An engine may answer long after another. What it says then adds findings, or fixes to those that are there; it never
takes one away, nor changes its place, rule, message or severity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.lint import Lint, LintRequest, drop_noise
from breadknife.plugins.prose.engines.respelled import respell
from breadknife.plugins.prose.engines.rule_context import counts
from breadknife.plugins.prose.engines.rules import ON, PRONOUNS, SAFE, SPELLING, WAITS, is_of_dictionaries, is_right
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.plugins.prose.project.respelling import CERTAIN, POSSIBLE, Respelling, chance, doubt
from breadknife.text.document import Span

_MOST_FIXES = 4
_RIVAL = 1 / 8
"""The probability of a word that may have been meant as well, in parts of the likeliest one's."""
# What an index never does: "i am", "i've", "i think".
_I_ADVERB = r"also|just|never|always|still|only|really|finally|actually|usually"
_I_VERB = (
    r"am|have|had|do|did|don['’]t|didn['’]t|agree|believed?|decided?|feel|felt|guess|hoped?|knew|know|liked?|loved?"
    r"|needed|need|prefer|recommend|suggest|suppose|think|thought|tried|try|understand|wanted|want|went|wish"
)
_FIRST_PERSON = re.compile(rf"['’](?:m|ve|d|ll)\b| (?:(?:{_I_ADVERB}) )?(?:{_I_VERB})\b")


@dataclass(frozen=True)
class Correction:
    """Text to put in place of a span of prose."""

    span: Span
    replacement: str


@dataclass(frozen=True)
class FindingCandidate:
    """What the engines say of one place."""

    lint: Lint
    """The one that owns the place: it alone gives the finding its span, rule, message and severity."""
    engines: tuple[str, ...]
    """The names of all engines that have spoken of the place, sorted."""
    rules: tuple[str, ...]
    """The rules of all that has been said of the place; the owner's first."""
    corrections: tuple[Correction, ...]
    """Best first; engines that answer later may add some and change their order."""
    safe: bool
    """True if the first correction may be applied without a look at it."""
    ready: bool = True
    """True if it may be shown. If not, it waits until a second engine agrees."""
    model: str = ""
    """The model that judged or proposed it."""
    rivals: int = 0
    """How many of the corrections of a misspelled word, from the first on, may well have been meant."""

    @property
    def spelling(self) -> bool:
        return self.lint.rule in SPELLING

    @property
    def unknown_word(self) -> bool:
        """Tell whether adding the word to a dictionary makes it right."""
        return is_of_dictionaries(self.lint.engine, self.lint.rule)


Position = Callable[[Lint], float]
"""Returns a finding's index among those that are shown already, which own their places before all others; infinity for
one that isn't shown."""


def nowhere(lint: Lint) -> float:
    """Return the position of every finding while none is shown."""
    return math.inf


def merge_lints(
    text: str,
    lints: Sequence[Lint],
    is_allowed: Callable[[str], bool],
    position: Position = nowhere,
    enabled: frozenset[str] | None = frozenset(),
) -> list[FindingCandidate]:
    """Return the candidates of a paragraph, in order of their places: those that are ready and those that wait.

    `lints` come in the order of the engines, the quickest first. `is_allowed` tells whether the document may use a word
    that dictionaries lack. Rules in `enabled` need no second engine, for the user asked for them; None stands for all
    rules.
    """
    kept = [lint for lint in lints if counts(text, lint, lints)]
    kept = [lint for lint in kept if lint.rule not in SPELLING or _is_misspelled(text, lint, kept, is_allowed)]
    agreed = {outcome for lint in kept for outcome in _outcomes(text, lint) if _is_backed(text, outcome, lint, kept)}
    engines = list(dict.fromkeys(lint.engine for lint in lints))

    def is_ready(lint: Lint) -> bool:
        return _is_ready_alone(text, lint, kept, enabled) or _is_agreed(text, lint, kept)

    def order(lint: Lint) -> tuple[float | str, ...]:
        alone = _is_ready_alone(text, lint, kept, enabled)
        rank = _rank(text, lint, agreed)
        return (position(lint), not is_ready(lint), engines.index(lint.engine), not alone, *rank)

    groups: list[list[Lint]] = []
    for lint in sorted(kept, key=order):
        group = next((group for group in groups if _overlap(group[0].span, lint.span)), None)
        if group is None:
            groups.append([lint])
        else:
            group.append(lint)
    return in_order(_candidate_of(text, group, agreed, ready=is_ready(group[0])) for group in groups)


def _is_misspelled(text: str, lint: Lint, lints: Sequence[Lint], is_allowed: Callable[[str], bool]) -> bool:
    """Tell whether a word may be misspelled, by what all engines offer for it."""
    word = text[lint.span.start : lint.span.end]
    return chance(word, doubt(_respell(text, lint.span, lints))) >= WAITS and not is_allowed(word)


def _is_ready_alone(text: str, lint: Lint, lints: Sequence[Lint], enabled: frozenset[str] | None) -> bool:
    """Tell whether it is shown whatever other engines say of the rest."""
    if enabled is None:
        return True
    if lint.rule in SPELLING:
        # That a dictionary lacks a word says much only of the one that the weights were fitted with.
        word = text[lint.span.start : lint.span.end]
        known = bool(meant(word)) or lint.engine == "harper"
        return known and chance(word, doubt(_respell(text, lint.span, lints))) >= ON
    return lint.rule in enabled or is_right(lint.engine, lint.rule, lint.category)


def _is_agreed(text: str, lint: Lint, lints: Sequence[Lint]) -> bool:
    """Tell whether another engine says the same. That two dictionaries lack a word doesn't make it wrong: names and
    terms are in neither."""
    return lint.rule not in SPELLING and any(
        other.engine != lint.engine and other.rule not in SPELLING and _agree(text, lint, other) for other in lints
    )


def _agree(text: str, lint: Lint, other: Lint) -> bool:
    """Tell whether two engines mean the same fix, or the very same place where one of them offers none."""
    if not (lint.replacements and other.replacements):
        return lint.span == other.span
    return not set(_outcomes(text, lint)).isdisjoint(_outcomes(text, other))


def may_change_findings(request: LintRequest, lints: Sequence[Lint]) -> bool:
    """Tell whether an engine's answer may change what is shown: names and terms that no dictionary has don't."""
    return any(
        lint.rule not in SPELLING or doubt(respell(request.text, lint.span, lint.replacements)) >= POSSIBLE
        for lint in drop_noise(lints, frozenset(), request.language)
    )


def is_same(text: str, lint: Lint, other: Lint) -> bool:
    """Tell whether two engines speak of the very same place or mean the same fix."""
    return lint.span == other.span or not set(_outcomes(text, lint)).isdisjoint(_outcomes(text, other))


def join(text: str, candidate: FindingCandidate, lint: Lint) -> FindingCandidate:
    """Return the candidate with what another engine says of its place.

    Fixes that both give come first, then the candidate's own, then the other engine's.
    """
    own = {_outcome(text, old.span, old.replacement): old for old in candidate.corrections}
    theirs = {_outcome(text, lint.span, new): Correction(lint.span, new) for new in lint.replacements}
    agreed = [correction for key, correction in own.items() if key in theirs]
    others = [correction for key, correction in own.items() if key not in theirs]
    new = [correction for key, correction in theirs.items() if key not in own]
    return replace(
        candidate,
        engines=tuple(sorted({*candidate.engines, lint.engine})),
        rules=tuple(dict.fromkeys((*candidate.rules, lint.rule))),
        corrections=(*agreed, *others, *new)[:_MOST_FIXES],
        safe=candidate.safe or bool(agreed),
        rivals=0 if agreed else candidate.rivals,
    )


def add_candidates(
    text: str,
    candidates: Sequence[FindingCandidate],
    more: Iterable[FindingCandidate],
    position: Position = nowhere,
) -> list[FindingCandidate]:
    """Return the candidates with those of an engine that needs nobody's agreement, in order of their places.

    Where two touch, the one that is shown already owns the place, or else the one of `candidates`.
    """
    merged = [*candidates]
    for new in more:
        touched = [old for old in merged if new.lint.span.touches(old.lint.span)]
        if touched and not _is_shown_before(new, touched, position):
            merged[merged.index(touched[0])] = join(text, touched[0], new.lint)
        else:
            merged = _put_in_place(text, merged, touched, new)
    return in_order(merged)


def add_proposals(
    text: str, candidates: Sequence[FindingCandidate], proposed: Iterable[FindingCandidate], position: Position
) -> list[FindingCandidate]:
    """Return the candidates with the model's own, in order of their places.

    Where a rule that waits for agreement says the same, the rule's is ready. Where the model hasn't judged yet what
    another one says, its own waits too: so the order in which it answers makes no difference.
    """
    merged = [*candidates]
    for new in proposed:
        touched = [old for old in merged if new.lint.span.touches(old.lint.span)]
        same = next((old for old in touched if old.corrections and _agree(text, old.lint, new.lint)), None)
        if same is not None and not same.ready:
            merged[merged.index(same)] = replace(same, ready=True, model=new.model)
        elif not any(old.ready or old.corrections for old in touched) or _is_shown_before(new, touched, position):
            merged = _put_in_place(text, merged, touched, new)
    return in_order(merged)


def _is_shown_before(new: FindingCandidate, touched: Iterable[FindingCandidate], position: Position) -> bool:
    return position(new.lint) < min(position(old.lint) for old in touched)


def _put_in_place(
    text: str, merged: Iterable[FindingCandidate], touched: Sequence[FindingCandidate], new: FindingCandidate
) -> list[FindingCandidate]:
    """Return the candidates with `new`, joined by what those say that it touches, in place of those."""
    others = [old for old in merged if old not in touched]
    for old in touched:
        new = join(text, new, old.lint)
    return [*others, new]


def in_order(candidates: Iterable[FindingCandidate]) -> list[FindingCandidate]:
    return sorted(candidates, key=lambda candidate: candidate.lint.span)


_Outcome = tuple[int, int, str]
"""The smallest edit that has a correction's effect, as (start, end, new text): equal for two engines that mean the
same, such as one that replaces a word and one that inserts a letter."""


def _respell(text: str, span: Span, lints: Sequence[Lint]) -> tuple[Respelling, ...]:
    """Return what may have been meant by a word, of all that engines offer for it, in their order."""
    return respell(
        text, span, [new for lint in lints if lint.span == span and lint.rule in SPELLING for new in lint.replacements]
    )


def _overlap(a: Span, b: Span) -> bool:
    """Tell whether two spans share a character, or are equal (then both may be empty)."""
    return (a.start < b.end and b.start < a.end) or a == b


def _outcomes(text: str, lint: Lint) -> list[_Outcome]:
    return [_outcome(text, lint.span, replacement) for replacement in lint.replacements]


def _outcome(text: str, span: Span, new: str) -> _Outcome:
    """Return the edit that puts `new` in place of a span, without what both have in common at their ends."""
    old, start = text[span.start : span.end], span.start
    while old and new and old[0] == new[0]:
        old, new, start = old[1:], new[1:], start + 1
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return start, start + len(old), new


def _is_backed(text: str, outcome: _Outcome, lint: Lint, lints: Sequence[Lint]) -> bool:
    """Tell whether an engine other than the lint's offers a replacement with this outcome."""
    return any(other.engine != lint.engine and outcome in _outcomes(text, other) for other in lints)


def _rank(text: str, lint: Lint, agreed: set[_Outcome]) -> tuple[bool, bool, bool, int, str]:
    """Return a key by which agreement comes first, then grammar before spelling, a remedy before none, the narrower,
    and always the same order."""
    return (
        agreed.isdisjoint(_outcomes(text, lint)),
        lint.rule in SPELLING,
        not lint.replacements,
        len(lint.span),
        lint.engine,
    )


def _is_first_person(text: str, lint: Lint) -> bool:
    return lint.rule in PRONOUNS and _FIRST_PERSON.match(text, lint.span.end) is not None


def _candidate_of(text: str, group: Sequence[Lint], agreed: set[_Outcome], *, ready: bool) -> FindingCandidate:
    """Return the candidate of lints that overlap, the owner of the place first. `agreed` are the outcomes that several
    engines offer."""
    owner = group[0]
    corrections = _corrections(text, group, agreed)
    first = _outcome(text, corrections[0].span, corrections[0].replacement) if corrections else None
    return FindingCandidate(
        owner,
        tuple(sorted({lint.engine for lint in group})),
        tuple(dict.fromkeys(lint.rule for lint in group)),
        tuple(corrections[:_MOST_FIXES]),
        safe=(owner.rule not in SPELLING and first in agreed) or (bool(corrections) and is_certain(text, owner)),
        ready=ready,
        rivals=_count_rivals(_respell(text, owner.span, group)) if owner.rule in SPELLING else 0,
    )


def _count_rivals(found: Sequence[Respelling]) -> int:
    return sum(each.probability >= _RIVAL * found[0].probability for each in found[:_MOST_FIXES])


def is_certain(text: str, lint: Lint) -> bool:
    """Tell whether a finding's first fix is fit to be applied unseen, by what its own engine says of it alone."""
    if lint.rule in SPELLING:
        found = respell(text, lint.span, lint.replacements)
        return bool(found) and found[0].probability >= CERTAIN
    return lint.rule in SAFE or _is_first_person(text, lint)


def list_own_corrections(text: str, lint: Lint) -> list[str]:
    """Return what one engine alone offers, best first: it is the same whoever else speaks of the place."""
    return [correction.replacement for correction in _corrections(text, [lint], set())]


def _corrections(text: str, group: Sequence[Lint], agreed: set[_Outcome]) -> list[Correction]:
    """Return what to put in the owner's place, best first: of a misspelled word what was likeliest meant, of others
    what two engines offer, then what they rank highest."""
    owner = group[0]
    if owner.rule in SPELLING:
        return [Correction(owner.span, each.word) for each in _respell(text, owner.span, group)]
    options: dict[_Outcome, tuple[Correction, int]] = {}
    """Each correction with its rank, the sum of its positions in the engines' lists."""
    for lint in group:
        if lint.span == owner.span:
            for position, replacement in enumerate(lint.replacements):
                outcome = _outcome(text, lint.span, replacement)
                correction, rank = options.get(outcome, (Correction(lint.span, replacement), 0))
                options[outcome] = (correction, rank + position)
    best = sorted(options.items(), key=lambda item: (item[0] not in agreed, item[1][1]))
    return [correction for _, (correction, _) in best]

"""Steps that fix a text: what the checkers suggest, what a model corrects, and the single edits that are left of both.

Each takes the paragraphs and what became of them so far, so a recipe may leave one out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from breadknife.plugins.documents.editing import Change
from breadknife.plugins.documents.fixing.checkers import Checkers, Fault
from breadknife.plugins.documents.fixing.correcting import (
    Part,
    corrected,
    moved,
    parts,
    sentence_of,
    with_edits,
    worthwhile,
)
from breadknife.plugins.documents.fixing.likelihood import Likelihood
from breadknife.plugins.documents.fixing.words import touches_code, word_edits
from breadknife.steps.builtin.guard.step import GuardWanted, refusal
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.prose import ProseText

MOST_ROUNDS = 3
"""A fix shows what was hidden behind the fault."""
_LEAST_OF_SEVERAL = 3.0
"""Nats that a sentence must gain by one of several fixes. Those of slips gained 4 to 11; a term that no dictionary has
gained 1 by the likeliest word in its place."""
_SHARE_FOR_CHECKS = 0.5
"""Of the request's time that is left when the model begins to read: the checks of its corrections need it."""
_NO_LIMIT = (0.0, 99.0)


@dataclass(frozen=True)
class MendWanted:
    document: Document
    prose: tuple[ProseText, ...]
    texts: tuple[str, ...] = ()
    """What became of the paragraphs so far; empty if nothing did."""
    model: str = literal("rewrite", role=True)


@dataclass(frozen=True)
class Mended:
    texts: tuple[str, ...]
    """The paragraphs' prose after the fixes, in their order."""


def mend(given: MendWanted, context: StepContext) -> Mended:
    """Return the paragraphs with those of the checkers' fixes that make a sentence likelier. Asks the checkers again
    until they have no more to fix."""
    checkers = Checkers(given.document, given.prose, context)
    texts = given.texts or tuple(each.text for each in given.prose)
    for number in range(MOST_ROUNDS):
        context.progress("checking the text", number / MOST_ROUNDS)
        faults = checkers.faults(texts)
        if not any(fault.fixes for each in faults for fault in each):
            break
        likelihood = Likelihood(context.model(given.model))
        mended = tuple(
            with_edits(text, (edit for fault in found for edit in _best(text, fault, likelihood)))
            for text, found in zip(texts, faults, strict=True)
        )
        if mended == texts:
            break
        texts = mended
    return Mended(texts)


def _best(text: str, fault: Fault, likelihood: Likelihood) -> Sequence[TextEdit]:
    """The first fix that makes the sentence likelier; a checker's favourite is first. One with several isn't sure."""
    part = sentence_of(text, fault.span)
    inside = Span(part.start, part.start + len(part.sentence))
    fixes = [fix for fix in fault.fixes if fix and all(inside.contains(edit.span) for edit in fix)]
    if not fixes:
        return ()
    versions = [apply_edits(part.sentence, moved(fix, -part.start)) for fix in fixes]
    now, *then = likelihood.of(part.before, [part.sentence, *versions])
    least = _LEAST_OF_SEVERAL if len(fixes) > 1 else 0.0
    return next((fix for fix, likely in zip(fixes, then, strict=True) if likely - now > least), ())


@dataclass(frozen=True)
class CorrectWanted:
    prose: tuple[ProseText, ...]
    texts: tuple[str, ...] = ()
    model: str = literal("rewrite", role=True)
    least: float = literal(7.0)
    """How many nats a sentence must lose without a correction."""
    least_if_mended: float = literal(3.0)
    """The same for a sentence in which something else was wrong."""
    least_of_spelling: float = literal(10.0)
    """The same for another spelling of a word. Where nothing else was wrong there is none: names and terms that are new
    to the model are no slips."""


@dataclass(frozen=True)
class Corrected:
    texts: tuple[str, ...]
    unread: int
    """Sentences that the model didn't read, because half of the request's time was up."""


def correct(given: CorrectWanted, context: StepContext) -> Corrected:
    """Return the paragraphs with a model's corrections: of each sentence the single changes that are small, and that
    the sentence would be less likely without."""
    texts = given.texts or tuple(each.text for each in given.prose)
    work = [(number, part) for number, text in enumerate(texts) for part in parts(text)]
    edits: list[list[TextEdit]] = [[] for _ in texts]
    done, time_left = 0, context.cancel.remaining()
    for number, part in work:
        context.cancel.raise_if_cancelled()
        now_left = context.cancel.remaining()
        if time_left is not None and now_left is not None and now_left < _SHARE_FOR_CHECKS * time_left:
            break
        context.progress(f"reading sentence {done + 1} of {len(work)}", done / len(work))
        is_mended = part.sentence not in given.prose[number].text
        least = given.least_if_mended if is_mended else given.least
        least_of_spelling = given.least_of_spelling if is_mended else math.inf
        found = corrected(context.model(given.model), part, least, least_of_spelling)
        edits[number] += moved(found, part.start)
        done += 1
    changed = tuple(apply_edits(text, each) for text, each in zip(texts, edits, strict=True))
    return Corrected(changed, len(work) - done)


@dataclass(frozen=True)
class EditsWanted:
    document: Document
    prose: tuple[ProseText, ...]
    texts: tuple[str, ...]
    """What is to become of the paragraphs."""
    model: str = literal("rewrite", role=True)


@dataclass(frozen=True)
class EditsFound:
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    """What each text replaces in the document."""
    refused: tuple[str, ...]
    """Why the guard refused other changes, a sentence each."""
    refused_places: tuple[Span, ...]


@dataclass
class _Sifting:
    """The changes of one paragraph on their way through the checks."""

    prose: ProseText
    edits: tuple[TextEdit, ...]
    """In the prose."""
    refused: list[tuple[Span, str]] = field(default_factory=list[tuple[Span, str]])

    @property
    def text(self) -> str:
        return apply_edits(self.prose.text, self.edits)


def find_edits(given: EditsWanted, context: StepContext) -> EditsFound | Silence:
    """Return the single edits that lead to new texts. Each passes the guard, makes its sentence likelier, gives the
    checkers nothing new to say, and touches no markup, code or link."""
    sifting = [
        _Sifting(prose, _plain_edits(given.document, prose, text))
        for prose, text in zip(given.prose, given.texts, strict=True)
    ]
    for each in sifting:
        each.edits = tuple(_guarded(each))
    if any(each.edits for each in sifting):
        likelihood = Likelihood(context.model(given.model))
        for each in sifting:
            each.edits = tuple(_likelier(each, likelihood))
        _drop_new_faults(sifting, Checkers(given.document, given.prose, context))
    made = [edit for each in sifting for edit in _source_edits(given.document, each)]
    refused = [each for one in sifting for each in one.refused]
    if not made and not refused:
        return Silence("nothing-to-fix", "Nothing here needs a fix that is certain to be right.")
    return EditsFound(
        tuple(edit.new_text for edit in made),
        tuple(edit.span for edit in made),
        tuple(why for _, why in refused),
        tuple(span for span, _ in refused),
    )


def _plain_edits(document: Document, prose: ProseText, text: str) -> tuple[TextEdit, ...]:
    """The changes that are about prose alone."""
    return tuple(
        edit
        for edit in word_edits(prose.text, text)
        if not touches_code(prose.text[edit.span.start : edit.span.end], edit)
        and Change(prose, edit.span, edit.new_text).edit(document) is not None
    )


def _guarded(sifting: _Sifting) -> Iterator[TextEdit]:
    """The edits that the guard lets pass, each on its own. The others are refused at their sentence."""
    for edit, part in _by_sentence(sifting):
        inside = moved([edit], -part.start)
        after = apply_edits(part.sentence, inside)
        why = refusal(GuardWanted(part.sentence, after, new_words=1.0, length=_NO_LIMIT))
        if not why:
            yield edit
            continue
        old = part.sentence[inside[0].span.start : inside[0].span.end]
        place = sifting.prose.source_span(Span(part.start, part.start + len(part.sentence)))
        sifting.refused.append((place, f"The fix “{old.strip()}” → “{edit.new_text.strip()}” was refused: {why}."))


def _likelier(sifting: _Sifting, likelihood: Likelihood) -> Iterator[TextEdit]:
    by_part: dict[Part, list[TextEdit]] = {}
    for edit, part in _by_sentence(sifting):
        by_part.setdefault(part, []).append(edit)
    for part, edits in by_part.items():
        yield from moved(worthwhile(likelihood, part, moved(edits, -part.start), lambda _: 0.0), part.start)


def _by_sentence(sifting: _Sifting) -> Iterator[tuple[TextEdit, Part]]:
    """Each edit with the sentence that it lies in; one that goes over a sentence's end is left out."""
    for edit in sifting.edits:
        part = sentence_of(sifting.prose.text, edit.span)
        if Span(part.start, part.start + len(part.sentence)).contains(edit.span):
            yield edit, part


def _drop_new_faults(sifting: Sequence[_Sifting], checkers: Checkers) -> None:
    """Leaves out edits at which the checkers find something that they didn't find before."""
    before = checkers.faults([each.prose.text for each in sifting])
    for _ in range(MOST_ROUNDS):
        dropped = False
        after = checkers.faults([each.text for each in sifting])
        for each, old, new in zip(sifting, before, after, strict=True):
            known = {(fault.rule, fault.was) for fault in old}
            fresh = [fault.span for fault in new if (fault.rule, fault.was) not in known]
            kept = tuple(edit for edit, at in _landed(each.edits) if not any(at.touches(span) for span in fresh))
            dropped |= kept != each.edits
            each.edits = kept
        if not dropped:
            return


def _landed(edits: Sequence[TextEdit]) -> Iterator[tuple[TextEdit, Span]]:
    """Each edit with the place of its text after all of them."""
    by = 0
    for edit in edits:
        start = edit.span.start + by
        yield edit, Span(start, start + len(edit.new_text))
        by += len(edit.new_text) - len(edit.span)


def _source_edits(document: Document, sifting: _Sifting) -> Iterator[TextEdit]:
    for edit in sifting.edits:
        found = Change(sifting.prose, edit.span, edit.new_text).edit(document)
        if found is not None:
            yield found


FIXING = (
    StepType("text.mend", 1, Kind.SMALL, MendWanted, Mended, mend, from_outside=True, remembered=False),
    StepType("text.correct", 1, Kind.SMALL, CorrectWanted, Corrected, correct, writes=True, remembered=False),
    StepType("text.edits", 1, Kind.SMALL, EditsWanted, EditsFound, find_edits, remembered=False),
)

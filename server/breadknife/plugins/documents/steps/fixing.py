"""Steps that fix a text: what the checkers suggest, what a model corrects, and the single edits that are left of both.

Each takes the paragraphs and what became of them so far, so a recipe may leave one out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineError, ModelError
from breadknife.plugins.documents.editing import ProseChange
from breadknife.plugins.documents.fixing.checkers import Fault, FaultFinder, new_faults
from breadknife.plugins.documents.fixing.correcting import (
    SentenceContext,
    correct_sentence,
    english_sentences,
    sentence_at,
    shifted,
    with_edits,
    worthwhile,
)
from breadknife.plugins.documents.fixing.likelihood import SentenceLikelihood
from breadknife.plugins.documents.fixing.words import touches_code, word_edits
from breadknife.steps.builtin.guard.step import GuardInput, refusal
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
RULES_SECONDS = 1.5
"""The longest that the first round waits for slow checkers, of which LanguageTool may just be starting. The later
rounds take in what they find meanwhile."""
_SHARE_OF_ROUNDS, _SHARE_OF_READING, _SHARE_OF_CHECKS = 0.3, 0.5, 0.8
"""The most that each stage takes of the time that is left when it begins: the rounds of checkers and likelihood, the
model's reading, and the last checks. So there is an answer at the limit, whichever stage takes long."""
_NO_LIMIT = (0.0, 99.0)
"""The least and the largest length of a fix, as shares of the old one: the guard takes any."""


@dataclass(frozen=True)
class KnownInput:
    document: Document
    prose: tuple[ProseText, ...]


@dataclass(frozen=True)
class KnownOutput:
    effect: str
    """What the menu's entry says of the edits that are known; empty if none is."""


def known(given: KnownInput, context: StepContext) -> KnownOutput:
    """Return how many fixes the checkers that have answered are sure of. Asks no model, and nobody who is slow."""
    texts = tuple(prose.text for prose in given.prose)
    faults = FaultFinder(given.document, given.prose, context).faults(texts, 0.0)
    fixed = _with_sure_fixes(texts, faults)
    count = sum(len(word_edits(old, new)) for old, new in zip(texts, fixed, strict=True))
    return KnownOutput(f" ({count} edit{'s' * (count > 1)} known)" if count else "")


@dataclass(frozen=True)
class MendInput:
    document: Document
    prose: tuple[ProseText, ...]
    texts: tuple[str, ...] = ()
    """What became of the paragraphs so far; empty if nothing did."""
    rules_only: bool = False
    """Make the fixes that checkers are sure of, and ask no model."""
    model: str = literal("rewrite", role=True)


@dataclass(frozen=True)
class MendOutput:
    texts: tuple[str, ...]
    """The paragraphs' prose after the fixes, in their order."""
    sure: tuple[str, ...]
    """The same with nothing but the fixes that checkers are sure of, for which no model was asked."""


def mend(given: MendInput, context: StepContext) -> MendOutput:
    """Return the paragraphs with those of the checkers' fixes that make a sentence likelier. Asks the checkers again
    until they have no more to fix, or the time for that is up. If the model can't be asked, the fixes that checkers are
    sure of are left."""
    if given.rules_only and given.texts:  # slow checkers have said by now what they could in time
        return MendOutput(given.texts, given.texts)
    checkers, limit = FaultFinder(given.document, given.prose, context), _limit(context, _SHARE_OF_ROUNDS)
    before = texts = sure = given.texts or tuple(prose.text for prose in given.prose)
    try:
        for number in range(MOST_ROUNDS):
            context.progress("checking the text", number / MOST_ROUNDS)
            is_first = number == 0 and not given.texts
            faults = checkers.faults(texts, RULES_SECONDS if is_first else limit.remaining())
            if number == 0:
                sure = _with_sure_fixes(texts, faults)
            if given.rules_only:
                return MendOutput(sure, sure)
            if not any(fault.fixes for in_text in faults for fault in in_text):
                break
            likelihood = SentenceLikelihood(context.model(given.model), limit)
            mended = tuple(
                with_edits(text, (edit for fault in in_text for edit in _best(text, fault, likelihood)))
                for text, in_text in zip(texts, faults, strict=True)
            )
            if mended == texts:
                break
            texts = mended
    except Cancelled:
        context.cancel.raise_if_cancelled()
        texts = sure if texts == before else texts
    except (ModelError, EngineError):
        if sure == before:
            raise
        texts = sure if texts == before else texts
    return MendOutput(texts, sure)


def _limit(context: StepContext, share: float) -> CancelToken:
    """Return a token for a share of the request's time that is left."""
    seconds_left = context.cancel.remaining()
    return context.cancel if seconds_left is None else context.cancel.within(share * seconds_left)


def _with_sure_fixes(texts: Sequence[str], faults: Sequence[Sequence[Fault]]) -> tuple[str, ...]:
    """Return the texts with the fixes of which the checkers are sure."""
    return tuple(
        with_edits(text, (edit for fault in in_text if fault.is_safe for edit in fault.fixes[0]))
        for text, in_text in zip(texts, faults, strict=True)
    )


def _best(text: str, fault: Fault, likelihood: SentenceLikelihood) -> Sequence[TextEdit]:
    """Return the first of a fault's fixes that makes the sentence likelier; empty if none does.

    The checker's favourite comes first. A checker with several isn't sure: then the gain must be larger.
    """
    sentence = sentence_at(text, fault.span)
    fixes = [fix for fix in fault.fixes if fix and all(sentence.span.contains(edit.span) for edit in fix)]
    if not fixes:
        return ()
    versions = [apply_edits(sentence.text, shifted(fix, -sentence.start)) for fix in fixes]
    as_it_is, *fixed = likelihood.of(sentence.before, [sentence.text, *versions])
    least = _LEAST_OF_SEVERAL if len(fixes) > 1 else 0.0
    return next((fix for fix, logprob in zip(fixes, fixed, strict=True) if logprob - as_it_is > least), ())


@dataclass(frozen=True)
class CorrectInput:
    prose: tuple[ProseText, ...]
    texts: tuple[str, ...] = ()
    rules_only: bool = False
    """Leave everything as it is: it takes a model to read it."""
    model: str = literal("rewrite", role=True)
    least: float = literal(7.0)
    """How many nats a sentence must lose without a correction."""
    least_if_mended: float = literal(3.0)
    """The same for a sentence in which something else was wrong."""
    least_of_spelling: float = literal(10.0)
    """The same for another spelling of a word. Where nothing else was wrong there is none: names and terms that are new
    to the model are no slips."""


@dataclass(frozen=True)
class CorrectOutput:
    texts: tuple[str, ...]
    unread: int
    """Sentences that the model didn't read, because its share of the time was up, or it can't or mustn't be asked."""


def correct(given: CorrectInput, context: StepContext) -> CorrectOutput:
    """Return the paragraphs with a model's corrections: of each sentence the single changes that are small, and that
    the sentence would be less likely without. If the model can't be asked, what was mended before is left."""
    before = tuple(prose.text for prose in given.prose)
    texts = given.texts or before
    work = [(number, sentence) for number, text in enumerate(texts) for sentence in english_sentences(text)]
    if given.rules_only:
        return CorrectOutput(texts, len(work))
    edits: list[list[TextEdit]] = [[] for _ in texts]
    done, limit = 0, _limit(context, _SHARE_OF_READING)
    changes = sum(len(word_edits(old, new)) for old, new in zip(before, texts, strict=True))
    rules = f"{changes} change{'s' * (changes != 1)} by rules; " if changes else ""
    try:
        for number, sentence in work:
            limit.raise_if_cancelled()
            context.progress(f"{rules}reading sentence {done + 1} of {len(work)}", done / len(work))
            is_mended = sentence.text not in before[number]
            least = given.least_if_mended if is_mended else given.least
            least_of_spelling = given.least_of_spelling if is_mended else math.inf
            corrections = correct_sentence(context.model(given.model), sentence, least, least_of_spelling, limit)
            edits[number] += shifted(corrections, sentence.start)
            done += 1
    except Cancelled:
        context.cancel.raise_if_cancelled()
    except (ModelError, EngineError):
        if texts == before and not done:
            raise
    changed = tuple(apply_edits(text, of_text) for text, of_text in zip(texts, edits, strict=True))
    return CorrectOutput(changed, len(work) - done)


@dataclass(frozen=True)
class EditsInput:
    document: Document
    prose: tuple[ProseText, ...]
    texts: tuple[str, ...]
    """What is to become of the paragraphs."""
    sure: tuple[str, ...] = ()
    """What becomes of them where there is no time, or no model, to look at each change."""
    rules_only: bool = False
    """Ask no model, and so take what is sure."""
    model: str = literal("rewrite", role=True)


@dataclass(frozen=True)
class EditsOutput:
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    """What each text replaces in the document."""
    refused: tuple[str, ...]
    """Why the guard refused other changes, a sentence each."""
    refused_places: tuple[Span, ...]


@dataclass
class _ParagraphEdits:
    """The changes of one paragraph that have passed the checks so far."""

    prose: ProseText
    edits: tuple[TextEdit, ...]
    """In the prose."""
    refused: list[tuple[Span, str]] = field(default_factory=list[tuple[Span, str]])
    """Where in the document the guard refused a change, and why."""

    @property
    def text(self) -> str:
        return apply_edits(self.prose.text, self.edits)

    def by_sentence(self) -> dict[SentenceContext, list[TextEdit]]:
        """Return the edits of each sentence, counted from its start. One that goes over a sentence's end is left
        out."""
        of_sentence: dict[SentenceContext, list[TextEdit]] = {}
        for edit in self.edits:
            sentence = sentence_at(self.prose.text, edit.span)
            if sentence.span.contains(edit.span):
                of_sentence.setdefault(sentence, []).append(edit.shifted(-sentence.start))
        return of_sentence


def find_edits(given: EditsInput, context: StepContext) -> EditsOutput | Silence:
    """Return the single edits that lead to new texts. Each passes the guard, makes its sentence likelier, gives the
    checkers nothing new to say, and touches no markup, code or link."""
    paragraphs = _guarded_edits(given, given.sure if given.rules_only else given.texts)
    try:
        if not given.rules_only and any(paragraph.edits for paragraph in paragraphs):
            limit = _limit(context, _SHARE_OF_CHECKS)
            likelihood = SentenceLikelihood(context.model(given.model), limit)
            for paragraph in paragraphs:
                paragraph.edits = tuple(_likelier(paragraph, likelihood))
            _drop_new_faults(paragraphs, FaultFinder(given.document, given.prose, context), limit)
    except (Cancelled, ModelError, EngineError):
        context.cancel.raise_if_cancelled()
        if not given.sure:
            raise
        paragraphs = _guarded_edits(given, given.sure)
    edits = [
        source_edit
        for paragraph in paragraphs
        for edit in paragraph.edits
        if (source_edit := ProseChange(paragraph.prose, edit.span, edit.new_text).edit(given.document)) is not None
    ]
    refused = [place_and_why for paragraph in paragraphs for place_and_why in paragraph.refused]
    if not edits and not refused:
        return Silence("nothing-to-fix", "Nothing here needs a fix that is certain to be right.")
    return EditsOutput(
        tuple(edit.new_text for edit in edits),
        tuple(edit.span for edit in edits),
        tuple(why for _, why in refused),
        tuple(span for span, _ in refused),
    )


def _guarded_edits(given: EditsInput, texts: Sequence[str]) -> list[_ParagraphEdits]:
    """Return the changes that lead to these texts, are about prose alone, and that the guard lets pass."""
    paragraphs: list[_ParagraphEdits] = []
    for prose, text in zip(given.prose, texts, strict=True):
        edits = (
            edit
            for edit in word_edits(prose.text, text)
            if not touches_code(prose.text[edit.span.start : edit.span.end], edit)
            and ProseChange(prose, edit.span, edit.new_text).edit(given.document) is not None
        )
        paragraph = _ParagraphEdits(prose, tuple(edits))
        paragraph.edits = tuple(_guarded(paragraph))
        paragraphs.append(paragraph)
    return paragraphs


def _guarded(paragraph: _ParagraphEdits) -> Iterator[TextEdit]:
    """Yield the edits that the guard lets pass, each on its own. The others are refused at their sentence."""
    for sentence, edits in paragraph.by_sentence().items():
        for edit in edits:
            after = apply_edits(sentence.text, [edit])
            why = refusal(GuardInput(sentence.text, after, new_words=1.0, length=_NO_LIMIT))
            if not why:
                yield edit.shifted(sentence.start)
                continue
            old = sentence.text[edit.span.start : edit.span.end]
            message = f"The fix “{old.strip()}” → “{edit.new_text.strip()}” was refused: {why}."
            paragraph.refused.append((paragraph.prose.source_span(sentence.span), message))


def _likelier(paragraph: _ParagraphEdits, likelihood: SentenceLikelihood) -> Iterator[TextEdit]:
    """Yield the edits that make their sentence likelier."""
    for sentence, edits in paragraph.by_sentence().items():
        yield from shifted(worthwhile(likelihood, sentence, edits), sentence.start)


def _drop_new_faults(paragraphs: Sequence[_ParagraphEdits], checkers: FaultFinder, limit: CancelToken) -> None:
    """Leaves out edits at which the checkers find something that they didn't find before."""
    before = checkers.faults([paragraph.prose.text for paragraph in paragraphs], limit.remaining())
    for _ in range(MOST_ROUNDS):
        dropped = False
        after = checkers.faults([paragraph.text for paragraph in paragraphs], limit.remaining())
        for paragraph, old, new in zip(paragraphs, before, after, strict=True):
            faults = new_faults(old, new)
            edits = tuple(
                edit
                for edit, span in _after_all(paragraph.edits)
                if not any(span.touches(fault.span) for fault in faults)
            )
            dropped |= edits != paragraph.edits
            paragraph.edits = edits
        if not dropped:
            return


def _after_all(edits: Sequence[TextEdit]) -> Iterator[tuple[TextEdit, Span]]:
    """Yield each edit with the span of its text after all of them."""
    growth = 0  # of the text by the edits so far
    for edit in edits:
        start = edit.span.start + growth
        yield edit, Span(start, start + len(edit.new_text))
        growth += len(edit.new_text) - len(edit.span)


FIXING = (
    StepType("text.known", 1, Kind.RULE, KnownInput, KnownOutput, known, from_outside=True, remembered=False),
    StepType("text.mend", 1, Kind.SMALL, MendInput, MendOutput, mend, from_outside=True, remembered=False),
    StepType("text.correct", 1, Kind.SMALL, CorrectInput, CorrectOutput, correct, writes=True, remembered=False),
    StepType("text.edits", 1, Kind.SMALL, EditsInput, EditsOutput, find_edits, remembered=False),
)

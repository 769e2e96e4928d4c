"""Corrects sentences with a model: of what it writes, the single changes that make the sentence likelier are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine.api import Sampling
from breadknife.plugins.documents.english import is_english
from breadknife.plugins.documents.fixing.likelihood import SentenceLikelihood
from breadknife.plugins.documents.fixing.words import is_spelling, readable, small_edits, without
from breadknife.steps.builtin.models import write
from breadknife.steps.values import ModelPrompt
from breadknife.task.plugin import Model
from breadknife.text.document import Span, TextEdit, apply_edits, keep_apart
from breadknife.text.sentences import sentences

SYSTEM = (
    "You correct the grammar and spelling of sentences. You change as few words as possible, and keep the meaning. "
    "You answer with the corrected sentence alone."
)
FEWEST_WORDS = 4
"""Words of a sentence that the model corrects at least: a shorter one is mostly no sentence."""
MOST_WORDS = 60
"""Words of a sentence that the model corrects at most."""
LONGEST_ANSWER = 2.0
"""Tokens for each word of the sentence."""


@dataclass(frozen=True)
class SentenceContext:
    """A sentence of a paragraph, with the text before it."""

    before: str
    text: str

    @property
    def start(self) -> int:
        return len(self.before)

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.text))


def english_sentences(text: str) -> Iterator[SentenceContext]:
    """Yield the sentences that a model can correct: English ones of usual length."""
    for span in sentences(text) if is_english(text) else ():
        if FEWEST_WORDS <= len(text[span.start : span.end].split()) <= MOST_WORDS:
            yield SentenceContext(text[: span.start], text[span.start : span.end])


def sentence_at(text: str, span: Span) -> SentenceContext:
    """Return the sentence of a text in which `span` begins; the whole text if it begins between two."""
    for sentence in sentences(text):
        if sentence.start <= span.start <= sentence.end:
            return SentenceContext(text[: sentence.start], text[sentence.start : sentence.end])
    return SentenceContext("", text)


def write_sentence(model: Model, sentence: str, system: str, cancel: CancelToken | None = None) -> tuple[str, bool]:
    """Return what a model writes for a sentence, in one line, and whether it came to an end. Raises Cancelled,
    ModelError and EngineError."""
    most = int(LONGEST_ANSWER * len(sentence.split())) + 24
    answer, is_whole = write(model, ModelPrompt(sentence, system), most, (), "", Sampling(), cancel)
    return " ".join(answer.split()), is_whole


def correct_sentence(
    model: Model, context: SentenceContext, least: float, least_of_spelling: float, cancel: CancelToken | None = None
) -> tuple[TextEdit, ...]:
    """Return the model's corrections of a sentence, in offsets from its start.

    Each is small, and without it the sentence would lose at least `least` nats, or `least_of_spelling` if it only
    spells a word in another way. Raises Cancelled, ModelError and EngineError.
    """
    sentence = readable(context.text)
    answer, is_whole = write_sentence(model, sentence, SYSTEM, cancel)
    if not is_whole or not answer:
        return ()

    def least_gain(edit: TextEdit) -> float:
        is_respelling = is_spelling(sentence[edit.span.start : edit.span.end], edit.new_text)
        return least_of_spelling if is_respelling else least

    return worthwhile(SentenceLikelihood(model, cancel), context, tuple(small_edits(sentence, answer)), least_gain)


def worthwhile(
    likelihood: SentenceLikelihood,
    context: SentenceContext,
    edits: Sequence[TextEdit],
    least_gain: Callable[[TextEdit], float] = lambda _: 0.0,
) -> tuple[TextEdit, ...]:
    """Return the edits without which the sentence would lose at least `least_gain` nats each.

    All together must gain as much, too: a word that moves is one edit where it goes and one where it comes, and either
    alone is bad. The worst edit goes first, because the others may be worth more without it.
    """
    kept = tuple(edits)
    while kept:
        worth = likelihood.worth(context.before, context.text, kept)
        surplus = [nats - least_gain(edit) for nats, edit in zip(worth.of_each, kept, strict=True)]
        worst = min(range(len(kept)), key=surplus.__getitem__)
        if surplus[worst] >= 0 and worth.of_all >= max(map(least_gain, kept)):
            break
        kept = without(kept, worst)
    return kept


def shifted(edits: Iterable[TextEdit], by: int) -> list[TextEdit]:
    """Return the same edits, `by` code points further on."""
    return [edit.shifted(by) for edit in edits]


def with_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """Return the text after those of the edits that touch no earlier one."""
    return apply_edits(text, keep_apart(sorted(edits), gap=1))

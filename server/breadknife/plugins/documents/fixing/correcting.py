"""What a model would write for a sentence, as the single corrections in it that make the sentence likelier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine.api import Sampling
from breadknife.plugins.documents.english import is_english
from breadknife.plugins.documents.fixing.likelihood import Likelihood
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
"""Of a sentence that the model corrects: a shorter one is mostly no sentence."""
MOST_WORDS = 60
LONGEST_ANSWER = 2.0
"""Tokens for each word of the sentence."""


@dataclass(frozen=True)
class Part:
    """One sentence of a text."""

    before: str
    """The text before it."""
    sentence: str
    start: int


def parts(text: str) -> Iterator[Part]:
    """Yield the sentences that a model can correct: English ones of usual length."""
    if not is_english(text):
        return
    for span in sentences(text):
        sentence = text[span.start : span.end]
        if FEWEST_WORDS <= len(sentence.split()) <= MOST_WORDS:
            yield Part(text[: span.start], sentence, span.start)


def corrected(
    model: Model, part: Part, least: float, least_of_spelling: float, cancel: CancelToken | None = None
) -> tuple[TextEdit, ...]:
    """Return the model's corrections of a sentence, counted from its start: each is small, and the sentence would lose
    at least `least` nats without it; without another spelling, `least_of_spelling`. Raises Cancelled, ModelError and
    EngineError."""
    sentence = readable(part.sentence)
    most = int(LONGEST_ANSWER * len(sentence.split())) + 24
    answer, is_whole = write(model, ModelPrompt(sentence, SYSTEM), most, (), "", Sampling(), cancel)
    answer = " ".join(answer.split())
    if not is_whole or not answer:
        return ()
    edits = tuple(small_edits(sentence, answer))

    def needs(edit: TextEdit) -> float:
        is_other_spelling = is_spelling(sentence[edit.span.start : edit.span.end], edit.new_text)
        return least_of_spelling if is_other_spelling else least

    return worthwhile(Likelihood(model, cancel), part, edits, needs)


def worthwhile(
    likelihood: Likelihood, part: Part, edits: Sequence[TextEdit], needs: Callable[[TextEdit], float]
) -> tuple[TextEdit, ...]:
    """Return the edits without which the sentence would lose at least as many nats as each needs, and that all together
    gain as much: a word that moves is one edit where it goes and one where it comes, and either alone is bad. The worst
    goes first, for the others may be worth more without it."""
    kept = tuple(edits)
    while kept:
        worth = likelihood.worth(part.before, part.sentence, kept)
        over = [each - needs(edit) for each, edit in zip(worth.each, kept, strict=True)]
        worst = min(range(len(kept)), key=over.__getitem__)
        if over[worst] >= 0 and worth.all >= max(map(needs, kept)):
            break
        kept = without(kept, worst)
    return kept


def sentence_of(text: str, span: Span) -> Part:
    """Return the sentence of a text that a place is in."""
    for each in sentences(text):
        if each.start <= span.start <= each.end:
            return Part(text[: each.start], text[each.start : each.end], each.start)
    return Part("", text, 0)


def moved(edits: Iterable[TextEdit], by: int) -> list[TextEdit]:
    """Return the same edits, so many code points further on."""
    return [edit.shifted(by) for edit in edits]


def with_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """Return the text after those of the edits that touch no earlier one."""
    return apply_edits(text, keep_apart(sorted(edits), gap=1))

"""The step that moves a paragraph's most central sentence to its front."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from breadknife.plugins.documents.english import english, is_english, sentences, words
from breadknife.plugins.documents.formats import PARAGRAPH, blocks
from breadknife.plugins.documents.layout import are_plain, laid_out, looks_like_list, source_of, width_of
from breadknife.steps.builtin.guard.words import stem
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, line_break
from breadknife.text.extract import extract
from breadknife.text.prose import ProseText

FEWEST_SENTENCES = 4


@dataclass(frozen=True)
class FrontWanted:
    document: Document
    prose: tuple[ProseText, ...]
    kind: str
    ahead: float = literal(1.3)
    """How many times as central as the first sentence it must be."""


@dataclass(frozen=True)
class FrontMade:
    text: str
    place: Span
    before: str
    number: int
    """Of the sentence that was moved, counted from 1."""
    count: int
    """Of the paragraph's sentences."""


def move_to_front(given: FrontWanted, context: StepContext) -> FrontMade | Silence:
    """Moves a paragraph's most central sentence to its front, unless a sentence would lose what it refers to."""
    if given.kind != PARAGRAPH or len(given.prose) != 1:
        return Silence("no-paragraph", "A sentence is moved within one paragraph.", "put the cursor into one")
    document = given.document
    [block] = blocks(document, given.prose)
    text = block.prose.text
    spans = sentences(text)
    if len(spans) < FEWEST_SENTENCES or not is_english(text):
        return Silence("too-few-sentences", f"The paragraph has fewer than {FEWEST_SENTENCES} sentences.")
    if block.end is None or text.rstrip()[-1] not in ".!":
        return Silence("not-alone", "Something else stands in the paragraph's lines.")
    if looks_like_list(document, block):
        return Silence("is-a-list", "The paragraph's lines look like a list.")
    found = [text[span.start : span.end] for span in spans]
    others = [each.text for each in extract(document, context.tree(document), context.cancel)]
    scores = centrality(found, others)
    best = max(range(len(found)), key=lambda at: scores[at])
    if best == 0 or scores[best] < given.ahead * scores[0]:
        return Silence("in-front", "The paragraph's most central sentence is its first, or nearly so.")
    if _needs_others(found, best):
        return Silence("needs-others", "The most central sentence, or one beside it, refers to another one.")
    sources = [source_of(document, block, span) for span in spans]
    whole = [source for source in sources if source is not None]
    gaps = [Span(one.end, other.start) for one, other in pairwise(spans)]
    if len(whole) < len(sources) or not are_plain(document, block, gaps):
        return Silence("markup-across", "Some markup goes on over the end of a sentence.")
    ordered = " ".join((whole[best], *whole[:best], *whole[best + 1 :]))
    width = width_of(document, [block])
    laid = laid_out(ordered, block.margin, block.margin, width, document)[len(block.margin) :]
    place = Span(block.start, block.end)
    return FrontMade(laid.replace("\n", line_break(document.text)), place, document.slice(place), best + 1, len(found))


def centrality(found: Sequence[str], others: Sequence[str]) -> list[float]:
    """For each sentence the mean cosine of its TF-IDF vector with those of the others. Words are weighed by how many of
    the document's paragraphs have them."""
    weigh = Counter(each for other in others for each in {*_stems(other)})
    vectors = [
        {
            each: count * math.log((len(others) + 1) / (weigh[each] + 0.5))
            for each, count in Counter(_stems(sentence)).items()
        }
        for sentence in found
    ]
    return [
        sum(_cosine(one, other) for other in vectors if other is not one) / max(1, len(vectors) - 1) for one in vectors
    ]


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(text) if word not in english().commonest and re.match("[a-z]", word)]


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    lengths = math.sqrt(sum(x * x for x in one.values()) * sum(x * x for x in other.values()))
    return sum(value * other.get(key, 0.0) for key, value in one.items()) / lengths if lengths else 0.0


def _needs_others(found: Sequence[str], best: int) -> bool:
    """Whether the sentence refers to an earlier one, or one that stands behind it, or the first, refers back."""
    moved = words(found[best])
    if english().refers & {*moved} or moved[0] in english().references:
        return True
    behind = [found[0], *found[best + 1 : best + 2]]
    if any(words(sentence)[0] in english().references or words(sentence)[0] in english().refers for sentence in behind):
        return True
    earlier = words(" ".join(found[:best]))
    introduced = {noun for article, noun in pairwise(earlier) if article in ("a", "an")}
    taken_up = {noun for article, noun in pairwise(moved) if article == "the"}
    return bool(introduced & taken_up)


FRONTING = (StepType("sentence.front", 1, Kind.RULE, FrontWanted, FrontMade, move_to_front, from_outside=True),)

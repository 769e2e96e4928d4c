"""The step that splits long sentences where both parts are certain to be sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.documents.editing import ChangeOutput, ProseChange, change_lines
from breadknife.plugins.documents.english import (
    begins_clause,
    capitalized,
    english,
    has_finite_verb,
    is_english,
    verbs,
    word_count,
    words,
)
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, keep_apart
from breadknife.text.prose import ProseText
from breadknife.text.sentences import sentences

FEWEST_WORDS = 6
"""Words of each part."""
_HARMLESS = frozenset(("which", "who", "as", "than", "since", "so", "after", "before", "given"))
"""Words that begin a subordinate clause to which what stands behind ", and" or ", so" hardly ever belongs."""
_OBSTACLES_TO_CONTRAST = frozenset(("whether", "if", "either", "only", "so"))
"""Words whose clause may go on behind ", but" or ", which": "not only fast, but small"."""
_JOINT = re.compile(r"(?P<semicolon>;)\s+|,\s+(?P<word>and|but|so)\s+|,\s+(?P<which>which)\s+")


@dataclass(frozen=True)
class SplitInput:
    document: Document
    span: Span
    prose: tuple[ProseText, ...]
    longer_than: int = literal(25)
    """Words of a sentence that is split."""


def split_sentences(given: SplitInput, context: StepContext) -> ChangeOutput | Silence:
    """Return edits that make two sentences of each long one: at a semicolon, before "and", "but" or "so", or at ",
    which means"."""
    changes: list[ProseChange] = []
    longest = 0
    for prose in given.prose:
        context.cancel.raise_if_cancelled()
        if not is_english(prose.text):
            continue
        for span in sentences(prose.text):
            count = word_count(prose.text[span.start : span.end])
            if count <= given.longer_than or not _is_chosen(given, prose, span):
                continue
            longest = max(longest, count)
            changes += _splits(prose, span, given.longer_than)
    if not longest:
        return Silence("no-long-sentence", f"No sentence here has more than {given.longer_than} words.")
    edits = keep_apart(sorted(edit for change in changes if (edit := change.edit(given.document)) is not None))
    if not edits:
        return Silence("no-safe-place", "No long sentence here has a place where it is safe to split it.")
    return change_lines(given.document, edits, f"{longest} words" if len(edits) == 1 else f"{len(edits)} places")


def _is_chosen(given: SplitInput, prose: ProseText, span: Span) -> bool:
    """Tell whether a sentence is in the selection; without one, each is."""
    return not len(given.span) or given.span.touches(prose.source_span(span))


def _splits(prose: ProseText, span: Span, longer_than: int) -> Iterator[ProseChange]:
    """Yield the split of a sentence nearest to its middle, and those of its parts if these are still too long."""
    text = prose.text
    joints = list(_joints(text, span))
    if not joints:
        return
    middle = (span.start + span.end) / 2
    cut, replacement = min(joints, key=lambda joint: abs(joint[0].start - middle))
    yield ProseChange(prose, cut, replacement)
    # The second part begins with the last character of the cut: its first letter, which becomes a capital, or a blank.
    for half in (Span(span.start, cut.start), Span(cut.end - 1, span.end)):
        if word_count(text[half.start : half.end]) > longer_than:
            yield from _splits(prose, half, longer_than)


def _joints(text: str, span: Span) -> Iterator[tuple[Span, str]]:
    """Yield the spans in a sentence where it can be split, each with the text that replaces it."""
    sentence = text[span.start : span.end]
    if sentence.count(";") > 1 or ":" in re.sub(r"\d:\d", "", sentence) or "—" in sentence or " - " in sentence:
        return
    for match in _JOINT.finditer(text, span.start, span.end):
        left, right = text[span.start : match.start()], text[match.end() : span.end]
        if min(word_count(left), word_count(right)) < FEWEST_WORDS or _is_inside(left):
            continue
        before, after = words(left), words(right)
        if match["which"]:
            if after[0] in english().effects and _is_main(before, "which") and "," not in right:
                yield Span(match.start(), match.end()), ". This "
        elif match["semicolon"]:
            behind = after[1:] if after[0] in english().adverbs else after
            if has_finite_verb(before) and begins_clause(behind) and right[:1].isalpha():
                yield Span(match.start(), match.end() + 1), f". {right[0].upper()}"
        elif _is_main(before, match["word"]) and begins_clause(after) and right[:1].isalpha():
            if match["word"] == "and" and _is_promise(after):
                continue
            if match["word"] == "and":
                yield Span(match.start(), match.end() + 1), f". {right[0].upper()}"
            else:
                yield Span(match.start(), match.end()), f". {capitalized(match['word'])} "


def _is_inside(left: str) -> bool:
    """Tell whether what follows is in brackets or quotes."""
    opened = left.count("(") - left.count(")") + left.count("“") - left.count("”") + left.count("[") - left.count("]")
    return opened > 0 or left.count('"') % 2 == 1


def _is_main(before: list[str], word: str) -> bool:
    """Tell whether words are a whole main clause, and what follows them can't belong to a clause within it."""
    if not has_finite_verb(before) or before[0] in english().openers:
        return False
    if word == "and" and before[0] in verbs("base"):  # "Do this, and it works" is a condition
        return False
    obstacles = _OBSTACLES_TO_CONTRAST if word in ("but", "which") else english().subordinators - _HARMLESS
    return obstacles.isdisjoint(before)


def _is_promise(after: list[str]) -> bool:
    """Tell whether a clause may say what follows from what the words before it ask for: "and it will work"."""
    return after[0].endswith("'ll") or after[1] == "will"


SPLITTING = (StepType("sentence.split", 1, Kind.RULE, SplitInput, ChangeOutput, split_sentences, from_outside=True),)

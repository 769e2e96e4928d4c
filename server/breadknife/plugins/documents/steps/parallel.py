"""The step that makes the items of a list, or headings, parallel in form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.plugins.documents.editing import ProseChange
from breadknife.plugins.documents.english import english, is_english, verbs, word_count, words
from breadknife.plugins.documents.formats import blocks
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.prose import ProseText, SegmentKind
from breadknife.text.sentences import is_abbreviation, sentences

FEWEST = 3
"""Items, of which most can have a form."""
_FORMS = {"base": "a command", "gerund": "a word in -ing"}
_PLAIN_WORD = re.compile(r"[A-Za-z][a-z]+(?=[\s,.:;]|$)")


@dataclass(frozen=True)
class ParallelInput:
    document: Document
    prose: tuple[ProseText, ...]
    kind: str
    """What the prose is, as `prose.place` has it."""
    share: float = literal(0.66)
    """The share of the items that must have a form already."""


@dataclass(frozen=True)
class ParallelOutput:
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    others: tuple[str, ...]
    """A sentence for each item that isn't parallel and isn't changed."""
    other_places: tuple[Span, ...]
    """Where those items are."""
    effect: str
    """What the edits do, in a few words for the menu's title."""
    before: str
    """The items, for the guard."""
    after: str
    """The same items after the edits."""


def make_parallel(given: ParallelInput, context: StepContext) -> ParallelOutput | Silence:
    """Return edits that give the items of a list, or headings, what most of them have: the form of the first word, its
    capital, and the full stop. What isn't certain is named, and left as it is."""
    document, items = given.document, given.prose
    noun = "headings" if given.kind == "heading" else "items"
    if len(items) < FEWEST:
        return Silence("too-few-items", f"There are fewer than {FEWEST} {noun}.")
    if not is_english(" ".join(item.text for item in items)) and not any(_form(item.text) != "other" for item in items):
        return Silence("no-english", "These are not in English.")
    edits: list[TextEdit] = []
    changed: set[int] = set()
    verbs_first, others = _first_words(items, given.share, noun)
    for number, edit in (
        *((number, change.edit(document)) for number, change in verbs_first),
        *((number, change.edit(document)) for number, change in _capitals(items, given.share)),
        *_stops(document, items, given.share),
    ):
        if edit is not None and not any(edit.span.touches(other.span) for other in edits):
            edits.append(edit)
            changed.add(number)
    edits.sort()
    if not edits:
        why = others[0][1] if others else f"The {len(items)} {noun} have the same form, or no form that most have."
        return Silence("parallel", why)
    before, after = _compared(document, items, edits)
    return ParallelOutput(
        texts=tuple(edit.new_text for edit in edits),
        places=tuple(edit.span for edit in edits),
        others=tuple(sentence for _, sentence in others),
        other_places=tuple(place for place, _ in others),
        effect=f"{len(changed)} of {len(items)} {noun}",
        before=before,
        after=after,
    )


def _compared(document: Document, items: Sequence[ProseText], edits: Sequence[TextEdit]) -> tuple[str, str]:
    """Return the items before and after the edits, a line each and without their markers: for the guard."""
    before, after = list[str](), list[str]()
    for block in blocks(document, items):
        item = Span(block.prose.source_span(Span(0, 1)).start, block.end or block.prose.end)
        inside = (edit.shifted(-item.start) for edit in edits if item.contains(edit.span))
        before.append(document.slice(item))
        after.append(apply_edits(before[-1], inside))
    return "\n".join(before), "\n".join(after)


def _form(text: str) -> str:
    """Return with which form of a verb a text begins: `base`, `gerund`, `third`, or `other`."""
    match = _PLAIN_WORD.match(text)
    word = match[0].lower() if match else ""
    return next((form for form in ("base", "gerund", "third") if word in verbs(form)), "other")


def _most(values: Sequence[str], share: float) -> str:
    """Return the value that a share of all values have; empty if none has it, or all are the same."""
    value, count = Counter(values).most_common(1)[0]
    return value if count >= 2 and count >= share * len(values) and count < len(values) else ""


def _first_words(
    items: Sequence[ProseText], share: float, noun: str
) -> tuple[list[tuple[int, ProseChange]], list[tuple[Span, str]]]:
    """Return (changes of first words to the form that most have, by the item's number; span and sentence of each item
    for which that isn't certain)."""
    forms = [_form(item.text) for item in items]
    usual = _most(forms, share)
    changes: list[tuple[int, ProseChange]] = []
    uncertain: list[tuple[Span, str]] = []
    if usual not in ("base", "gerund"):
        return changes, uncertain
    for number, (item, form) in enumerate(zip(items, forms, strict=True)):
        if form == usual:
            continue
        word = item.text.split(None, 1)[0]
        if form == "other" or not _is_verb(item.text, form):
            message = f"Most {noun} here begin with {_FORMS[usual]}; this one doesn't."
            uncertain.append((item.source_span(Span(0, len(word))), message))
            continue
        new = getattr(verbs(form)[word.lower()], usual)
        new = new.capitalize() if word[0].isupper() else new
        changes.append((number, ProseChange(item, Span(0, len(word)), new)))
    return changes, uncertain


def _is_verb(text: str, form: str) -> bool:
    """Tell whether the first word is certain to be a verb, by what stands behind it."""
    first, second = [*words(text), "", ""][:2]
    has_object = second in english().determiners
    if form == "gerund" and first not in english().nouns:
        return has_object or second.startswith(("dummy", "ina0")) or second in ("started", "up", "to")
    return has_object and first not in ("is", "has")


def _capitals(items: Sequence[ProseText], share: float) -> list[tuple[int, ProseChange]]:
    """Return a capital at the start of each item if most have one. A small letter is never made of a capital: it may be
    a name's."""
    kinds = ["upper" if item.text[0].isupper() else "lower" for item in items if _is_plain(item)]
    changes: list[tuple[int, ProseChange]] = []
    if len(kinds) >= FEWEST and _most(kinds, share) == "upper":
        for number, item in enumerate(items):
            first = _PLAIN_WORD.match(item.text)
            if _is_plain(item) and first and item.text[0].islower() and _is_common(first[0]):
                changes.append((number, ProseChange(item, Span(0, 1), item.text[0].upper())))
    return changes


def _is_plain(item: ProseText) -> bool:
    """Tell whether it begins with a word, not with code."""
    return item.segments[0].kind is SegmentKind.VERBATIM and item.text[0].isalpha()


def _is_common(word: str) -> bool:
    """Tell whether a word is a common one or a verb, and so no name."""
    forms = (*verbs("base"), *verbs("gerund"), *verbs("third"), *verbs("participle"))
    return word in english().commonest or word in forms


def _stops(document: Document, items: Sequence[ProseText], share: float) -> list[tuple[int, TextEdit]]:
    """Return a full stop behind each item, or none, as most have it. Nothing is certain of a list that has other signs
    there, or items of several sentences without a stop."""
    kinds = ["other" if _ends_in_address(document, item) else _end(item.text) for item in items]
    usual = _most(kinds, share)
    edits: list[tuple[int, TextEdit]] = []
    if usual == "none" and ("other" in kinds or any(len(sentences(item.text)) > 1 for item in items)):
        return edits
    for number, (block, kind) in enumerate(zip(blocks(document, items), kinds, strict=True)):
        end = block.end
        if end is None:
            continue
        if usual == "stop" and kind == "none" and word_count(block.prose.text) > 1:
            edits.append((number, TextEdit(Span(end, end), ".")))
        elif (
            usual == "none"
            and kind == "stop"
            and document.text[end - 1] == "."
            and not _ends_in_abbreviation(block.prose.text)
        ):
            edits.append((number, TextEdit(Span(end - 1, end), "")))
    return edits


def _ends_in_address(document: Document, item: ProseText) -> bool:
    """Tell whether it ends in a URL, of which a full stop could become a part."""
    return "://" in document.text[item.start : item.end].rpartition(" ")[2]


def _end(text: str) -> str:
    """Return how a text ends: `stop`, `none`, or `other`, such as a question, or a sentence with a note or a number
    behind."""
    bare = text.rstrip()
    if re.search(r"[.!?:;]\s+(?:\([^()]*\)|\S+)$", bare):
        return "other"
    if bare.endswith("."):
        return "stop"
    if any(word in english().prepositions | english().subordinators for word in words(bare)[-1:]):  # it goes on below
        return "other"
    inner = bare.rstrip(")]")  # a quote's end may be a command's
    return "none" if inner[-1:].isalnum() else "other"


def _ends_in_abbreviation(text: str) -> bool:
    """Tell whether a text's full stop belongs to an abbreviation or an ellipsis."""
    return text.rstrip().endswith("..") or is_abbreviation(text.split()[-1].lower().lstrip("("))


ORDERING = (StepType("items.parallel", 1, Kind.RULE, ParallelInput, ParallelOutput, make_parallel, from_outside=True),)

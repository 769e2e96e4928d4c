"""The step that makes the items of a list, or headings, parallel in form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.plugins.documents.editing import Change, edited
from breadknife.plugins.documents.english import english, is_english, sentences, verbs, word_count, words
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.prose import Kind as Piece
from breadknife.text.prose import ProseText

FEWEST = 3
_FORMS = {"base": "a command", "gerund": "a word in -ing", "third": "a verb in -s", "other": "no verb"}
_PLAIN_WORD = re.compile(r"[A-Za-z][a-z]+(?=[\s,.:;]|$)")


@dataclass(frozen=True)
class ParallelWanted:
    document: Document
    prose: tuple[ProseText, ...]
    kind: str
    share: float = literal(0.66)
    """Of the items that must have a form already."""


@dataclass(frozen=True)
class ParallelMade:
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    others: tuple[str, ...]
    """What isn't parallel and isn't changed: a sentence each."""
    other_places: tuple[Span, ...]
    effect: str
    before: str
    after: str


def make_parallel(given: ParallelWanted, context: StepContext) -> ParallelMade | Silence:
    """Gives the items of a list, or headings, the form that most of them have: of the first word, its capital, and the
    full stop. What isn't certain is named, and left as it is."""
    document, items = given.document, given.prose
    noun = "headings" if given.kind == "heading" else "items"
    if len(items) < FEWEST:
        return Silence("too-few-items", f"There are fewer than {FEWEST} {noun}.")
    if not is_english(" ".join(item.text for item in items)) and not any(_form(item.text) != "other" for item in items):
        return Silence("no-english", "These are not in English.")
    edits: dict[Span, TextEdit] = {}
    changed: set[int] = set()
    others: list[tuple[Span, str]] = []
    for changes, named in (
        _first_words(items, given.share, noun), _capitals(items, given.share), _stops(items, given.share)
    ):  # fmt: skip
        for number, change in changes:
            edit = change.edit(document)
            if edit is not None and not any(edit.span.touches(span) for span in edits):
                edits[edit.span] = edit
                changed.add(number)
        others += named
    made = edited(document, edits.values())
    if made is None:
        why = others[0][1] if others else f"The {len(items)} {noun} have the same form, or no form that most have."
        return Silence("parallel", why)
    return ParallelMade(
        made.texts,
        made.places,
        tuple(why for _, why in others),
        tuple(place for place, _ in others),
        f"{len(changed)} of {len(items)} {noun}",
        made.before,
        made.text,
    )


_Found = tuple[list[tuple[int, Change]], list[tuple[Span, str]]]


def _form(text: str) -> str:
    """With which form of a verb a text begins: `base`, `gerund`, `third`, or `other`."""
    match = _PLAIN_WORD.match(text)
    word = match[0].lower() if match else ""
    return next((form for form in ("base", "gerund", "third") if word in verbs(form)), "other")


def _most(values: Sequence[str], share: float) -> str:
    """What most of the values are; empty if too few are the same."""
    value, count = Counter(values).most_common(1)[0]
    return value if count >= 2 and count >= share * len(values) and count < len(values) else ""


def _first_words(items: Sequence[ProseText], share: float, noun: str) -> _Found:
    """The first word of each item in the form of most."""
    forms = [_form(item.text) for item in items]
    wanted = _most(forms, share)
    changes: list[tuple[int, Change]] = []
    named: list[tuple[Span, str]] = []
    if wanted not in ("base", "gerund"):
        return changes, named
    for number, (item, form) in enumerate(zip(items, forms, strict=True)):
        if form == wanted:
            continue
        found = item.text.split(None, 1)[0]
        if form == "other" or not _is_verb(item.text, form):
            say = f"This one begins with {_FORMS['other']}; most {noun} here begin with {_FORMS[wanted]}."
            named.append((item.source_span(Span(0, len(found))), say))
            continue
        new = getattr(verbs(form)[found.lower()], wanted)
        new = new.capitalize() if found[0].isupper() else new
        changes.append((number, Change(item, Span(0, len(found)), new)))
    return changes, named


def _is_verb(text: str, form: str) -> bool:
    """Whether the first word is certain to be a verb, by what stands behind it."""
    found = words(text)
    if len(found) < 2:
        return False
    if form == "gerund" and found[0] not in english().nouns:
        return (
            found[1] in english().determiners
            or found[1].startswith(("dummy", "ina0"))
            or found[1] in ("started", "up", "to")
        )
    return found[1] in english().determiners and found[0] not in ("is", "has")


def _capitals(items: Sequence[ProseText], share: float) -> _Found:
    """A capital at the start of each item if most have one. A small letter is never made of a capital: it may be a
    name's."""
    kinds = ["upper" if item.text[0].isupper() else "lower" for item in items if _is_plain(item)]
    changes: list[tuple[int, Change]] = []
    if len(kinds) >= FEWEST and _most(kinds, share) == "upper":
        for number, item in enumerate(items):
            first = _PLAIN_WORD.match(item.text)
            if _is_plain(item) and first and item.text[0].islower() and _is_common(first[0]):
                changes.append((number, Change(item, Span(0, 1), item.text[0].upper())))
    return changes, []


def _is_plain(item: ProseText) -> bool:
    """Whether it begins with a word, not with code."""
    return item.segments[0].kind is Piece.VERBATIM and item.text[0].isalpha()


def _is_common(word: str) -> bool:
    forms = (*verbs("base"), *verbs("gerund"), *verbs("third"), *verbs("participle"))
    return word in english().commonest or word in forms


def _stops(items: Sequence[ProseText], share: float) -> _Found:
    """A full stop behind each item, or none, as most have it."""
    ends = [item.text.rstrip()[-1] for item in items]
    kinds = ["stop" if end == "." else "none" if end.isalnum() or end in ')`’"' else "other" for end in ends]
    wanted = _most(kinds, share)
    changes: list[tuple[int, Change]] = []
    named: list[tuple[Span, str]] = []
    if "other" in kinds and wanted != "stop":
        return changes, named
    for number, (item, kind) in enumerate(zip(items, kinds, strict=True)):
        end = len(item.text.rstrip())
        if wanted == "stop" and kind == "none" and word_count(item.text) > 1:
            last = item.text[end - 1]
            changes.append((number, Change(item, Span(end - 1, end), last + ".")))
        elif wanted == "none" and kind == "stop" and len(sentences(item.text)) == 1 and not _is_abbreviation(item.text):
            changes.append((number, Change(item, Span(end - 1, end), "")))
    return changes, named


def _is_abbreviation(text: str) -> bool:
    last = text.rstrip().rstrip(".").rpartition(" ")[2].lower().lstrip("(")
    return last in english().abbreviations or text.rstrip().endswith("..")


ORDERING = (StepType("items.parallel", 1, Kind.RULE, ParallelWanted, ParallelMade, make_parallel, from_outside=True),)

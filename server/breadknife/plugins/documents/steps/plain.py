"""Steps that put plain words in the place of wordy phrases, where the sentence doesn't become less likely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from breadknife.engine.api import Part
from breadknife.errors import EngineError, ModelError
from breadknife.plugins.documents.editing import ChangeOutput, ProseChange, change_lines
from breadknife.plugins.documents.english import FORMS, capitalized, english, is_english, verbs, words
from breadknife.plugins.documents.tables import read_rows
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit, keep_apart
from breadknife.text.prose import ProseText
from breadknife.text.sentences import sentences

LONGEST_EFFECT = 30
"""Characters of the effect in a title; a longer one is replaced by a count."""
_QUOTES = {"“": "”", "‘": "’"}


@dataclass(frozen=True)
class LexiconRow:
    """A row of `lexicon.tsv`."""

    wordy: str
    """The phrase; of a verb, its base."""
    plain: str
    """What replaces it."""
    part: str
    """The part of speech: `verb` has all forms of a verb, `plural` stands behind a plural."""
    safe: str
    """`yes`: it may be replaced without a model's opinion."""
    where: str
    """`start`: only at the start of a sentence."""
    unless: str
    """A pattern of the word behind the phrase with which it stays."""


@dataclass(frozen=True)
class WordyPhrase:
    """The plain form for one form of a wordy phrase."""

    plain: str
    row: LexiconRow


@cache
def _entries() -> dict[str, WordyPhrase]:
    """Return the plain phrase for each form of each wordy one."""
    entries: dict[str, WordyPhrase] = {}
    for row in read_rows("lexicon", LexiconRow):
        if row.part != "verb":
            entries[row.wordy] = WordyPhrase(row.plain, row)
            continue
        head, _, rest = row.plain.partition(" ")
        wordy, plain = verbs("base")[row.wordy], verbs("base")[head]
        for form in FORMS:
            entries.setdefault(getattr(wordy, form), WordyPhrase(f"{getattr(plain, form)} {rest}".strip(), row))
    return entries


@cache
def _pattern() -> re.Pattern[str]:
    """Return the pattern of any of the phrases, the longest first."""
    longest_first = sorted(_entries(), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b", re.IGNORECASE)


@dataclass(frozen=True)
class PlainInput:
    document: Document
    span: Span
    prose: tuple[ProseText, ...]


@dataclass(frozen=True)
class PlainOutput:
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    safe: tuple[bool, ...]
    """Tells of each whether it may be used without a model's opinion."""
    sentences: tuple[str, ...]
    """The sentence that each stands in."""
    rewritten: tuple[str, ...]
    """The same sentence with the plain words."""
    effect: str
    """What the edits do, in a few words for the menu's title."""


@dataclass(frozen=True)
class _Replacement:
    """One of the values of `PlainOutput`'s lists."""

    edit: TextEdit
    is_safe: bool
    sentence: str
    rewritten: str
    effect: str


def find_wordy(given: PlainInput, context: StepContext) -> PlainOutput | Silence:
    """Return plain phrases for the wordy ones of a lexicon, in each form of a verb; the longest match counts. They are
    those of the selection, or else of the cursor's line, so that a menu offers them only where they are."""
    chosen = given.span if len(given.span) else given.document.line_span(given.document.line_at(given.span.start))
    replacements: list[_Replacement] = []
    for prose in given.prose:
        context.cancel.raise_if_cancelled()
        text = prose.text
        for span, plain, is_safe in _matches(text) if is_english(text) else ():
            edit = ProseChange(prose, span, plain).edit(given.document)
            if edit is None or not _is_chosen(edit.span, chosen, is_selected=len(given.span) > 0):
                continue
            sentence = next(sentence for sentence in sentences(text) if sentence.start <= span.start < sentence.end)
            before = text[sentence.start : sentence.end]
            after = text[sentence.start : span.start] + plain + text[span.end : sentence.end]
            effect = f"“{text[span.start : span.end]}” → “{plain}”"
            replacements.append(_Replacement(edit, is_safe, before, after, effect))
    if not replacements:
        return Silence("plain-enough", "No phrase here has a plainer one in the lexicon.")
    effect, count = replacements[0].effect, len(replacements)
    return PlainOutput(
        tuple(replacement.edit.new_text for replacement in replacements),
        tuple(replacement.edit.span for replacement in replacements),
        tuple(replacement.is_safe for replacement in replacements),
        tuple(replacement.sentence for replacement in replacements),
        tuple(replacement.rewritten for replacement in replacements),
        effect if count == 1 and len(effect) <= LONGEST_EFFECT else f"{count} phrase{'s' * (count > 1)}",
    )


def _is_chosen(phrase: Span, chosen: Span, *, is_selected: bool) -> bool:
    """Tell whether a phrase is in what is chosen. One over two lines is in both; a selection must hold all of it."""
    return chosen.contains(phrase) if is_selected else phrase.start < chosen.end and chosen.start < phrase.end


def _matches(text: str) -> Iterator[tuple[Span, str, bool]]:
    """Yield (span, plain phrase, whether it is safe) of each wordy phrase that may be replaced."""
    starts = {span.start for span in sentences(text)}
    for match in _pattern().finditer(text):
        entry = _entries()[match[0].lower()]
        row, phrase = entry.row, match[0]
        is_start = match.start() in starts
        is_capital = phrase[0].isupper()
        if (row.where == "start" and not is_start) or not _is_lower(phrase[1:]) or (is_capital and not is_start):
            continue
        before, after = words(text[: match.start()])[-1:], words(text[match.end() :])[:1]
        if row.unless and after and re.fullmatch(row.unless, after[0]):
            continue
        if (
            _is_quoted(text, match.start())
            or text[match.end() : match.end() + 1] == "-"
            or text[: match.start()].endswith("-")
        ):
            continue
        if not _fits(row, entry.plain, before):
            continue
        yield Span(*match.span()), capitalized(entry.plain) if is_capital else entry.plain, row.safe == "yes"


def _is_lower(text: str) -> bool:
    return text == text.lower()


def _fits(row: LexiconRow, plain: str, before: list[str]) -> bool:
    """Tell whether the words before allow the phrase to be replaced."""
    last = before[0] if before else ""
    if last in ("a", "an"):  # which goes with the sound of the word behind it
        return False
    if row.part == "plural":
        return last.endswith("s") or last in ("you", "we", "they", "that", "which", "who")
    if plain.split(" ")[0] == "can":
        return last not in english().modals and not last.endswith("ly") and last not in ("not", "and", "or", "but")
    return True


def _is_quoted(text: str, at: int) -> bool:
    """Tell whether the offset is between quotation marks."""
    return text.count('"', 0, at) % 2 == 1 or any(
        text.count(sign, 0, at) > text.count(closing, 0, at) for sign, closing in _QUOTES.items()
    )


@dataclass(frozen=True)
class LikelyInput:
    """The values of `PlainOutput`, which says what they are."""

    document: Document
    prose: tuple[ProseText, ...]
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    safe: tuple[bool, ...]
    sentences: tuple[str, ...]
    rewritten: tuple[str, ...]
    model: str = literal("judge", role=True)


def keep_likely(given: LikelyInput, context: StepContext) -> ChangeOutput | Silence:
    """Return those replacements that a model finds no less likely than what is there; without a model, those marked
    safe."""
    are_kept = _likely(given, context)
    if are_kept is None:
        are_kept = given.safe
    replacements = zip(given.texts, given.places, are_kept, strict=True)
    edits = keep_apart(sorted(TextEdit(place, text) for text, place, is_kept in replacements if is_kept))
    if not edits:
        return Silence("unlikely-words", "With the plainer words, the sentences are less likely.")
    return change_lines(given.document, edits, f"{len(edits)} phrase{'s' * (len(edits) > 1)}")


def _likely(given: LikelyInput, context: StepContext) -> tuple[bool, ...] | None:
    """Tell for each replacement whether the sentence's probability doesn't fall; None where no model can tell."""
    try:
        model = context.model(given.model)
        likely: list[bool] = []
        for old, new in zip(given.sentences, given.rewritten, strict=True):
            context.cancel.raise_if_cancelled()
            scores = model.score((Part("\n"),), (old, new), fresh=True)
            likely.append(scores.logprobs[1] >= scores.logprobs[0])
    except (EngineError, ModelError):
        return None
    return tuple(likely)


PLAIN = (
    StepType("words.plain", 1, Kind.RULE, PlainInput, PlainOutput, find_wordy, from_outside=True),
    StepType("words.likely", 1, Kind.TINY, LikelyInput, ChangeOutput, keep_likely, from_outside=True),
)

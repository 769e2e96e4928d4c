"""The step that makes a list of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from breadknife.plugins.documents.english import english, is_english, word_count, words
from breadknife.plugins.documents.formats import PARAGRAPH, ProseBlock, blocks, format_of
from breadknife.plugins.documents.layout import are_plain, laid_out, looks_like_list, source_of, width_of
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, line_break
from breadknife.text.prose import ProseText
from breadknife.text.sentences import is_abbreviation, sentences

FEWEST_ITEMS = 3
MOST_ITEMS = 12
_FEWEST_WORDS_BEFORE = 2
"""Words before the items of a series."""
_LONGEST_ITEM = 20
"""Words of an item of a series."""
_BEGINNING = 4
"""Words at the beginning of a sentence that may refer to the one before it."""
_COLON = re.compile(r":\s+(?=\S)")
_CHOICE = re.compile(r"\b(?:one of|either|any of|options?|choices?|alternatives?|following)\b", re.IGNORECASE)


@dataclass(frozen=True)
class MakeListInput:
    document: Document
    prose: tuple[ProseText, ...]
    kind: str
    """What the prose is, as `prose.place` has it; a list is made only of a `paragraph`."""


@dataclass(frozen=True)
class ListOutput:
    """A list made of a paragraph, or a paragraph made of a list."""

    text: str
    place: Span
    """What the text replaces in the document."""
    count: int
    """The number of items."""
    before: str
    """The source that is replaced, in one line and without markers: the guard compares it with `after`."""
    after: str


def make_list(given: MakeListInput, context: StepContext) -> ListOutput | Silence:
    """Return a list out of a paragraph: of the series behind a colon, or else of each sentence.

    A sentence may need the one before it, which only English words tell: in other languages, only a series is taken,
    whose "and" or "or" is English, too.
    """
    if given.kind != PARAGRAPH or len(given.prose) != 1:
        return Silence("no-paragraph", "A list is made of one paragraph.", "put the cursor into one")
    document = given.document
    [block] = blocks(document, given.prose)
    if block.end is None or not _has_own_lines(document, block):
        return Silence("not-alone", "Something else stands in the paragraph's lines.")
    if _is_before_list(document, block):
        return Silence("before-a-list", "A list follows this paragraph.")
    text = block.prose.text
    if looks_like_list(document, block):
        return Silence("is-a-list", "The paragraph's lines look like a list already.")
    spans = _series(text)
    intro = Span(0, spans[0].start) if spans else None
    if not spans:
        spans = sentences(text)
        if silence := _why_no_items(document, block, spans):
            return silence
    parts = [_trimmed(text, span) for span in ((intro, *spans) if intro else spans)]
    gaps = [Span(before.end, after.start) for before, after in pairwise(parts)]
    gaps.append(Span(parts[-1].end, len(text.rstrip())))
    sources = [source_of(document, block, part) for part in parts]
    items = [source for source in sources if source is not None]
    if len(items) < len(sources) or not are_plain(document, block, gaps):
        return Silence("markup-across", "Some markup goes on over the end of an item.")
    head, items = (items[0], items[1:]) if intro else ("", items)
    return ListOutput(
        text=_list_text(document, block, head, items),
        place=Span(block.start, block.end),
        count=len(items),
        before=source_of(document, block, Span(0, len(text))) or text,
        after=" ".join((head, *items)),
    )


def _why_no_items(document: Document, block: ProseBlock, spans: Sequence[Span]) -> Silence | None:
    """Return why a paragraph's sentences can't become items; None if they can."""
    text = block.prose.text
    if len(spans) < FEWEST_ITEMS:
        return Silence("too-few-items", f"There are fewer than {FEWEST_ITEMS} sentences, and no series.")
    if not is_english(text):
        return Silence(
            "not-english",
            "Only in English is it known which sentences can stand alone.",
            "put the cursor into a paragraph in English",
        )
    if len(spans) > MOST_ITEMS or not all(_is_ended(text[span.start : span.end]) for span in spans):
        return Silence("unfinished", "Some of this is no whole sentence, or introduces what stands below.")
    if _has_title(document, block, spans[0]):
        return Silence("titled", "The paragraph begins with a title of its own.")
    if word := _connecting_word(text, spans):
        return Silence("connected", f"A sentence needs the one before it, by its word “{word}”.")
    return None


def _list_text(document: Document, block: ProseBlock, head: str, items: Sequence[str]) -> str:
    """Return the list in the signs of the document's format, below `head`, which introduces it and may be empty."""
    layout, margin = format_of(document), block.margin
    bullet, width = layout.bullet_in(document), width_of(document, [block])
    inner = margin + layout.indent
    further = inner + " " * len(bullet) if not layout.begin else inner + "  "
    lines = [laid_out(item, inner + bullet, further, width, document) for item in items]
    if layout.begin:
        lines = [margin + layout.begin, *lines, margin + layout.end]
    if head:
        blank = [margin.rstrip()] if layout.blank else []
        lines = [laid_out(head, margin, margin, width, document), *blank, *lines]
    # The text replaces the block, which starts behind the margin of its first line.
    return "\n".join(lines)[len(margin) :].replace("\n", line_break(document.text))


def _trimmed(text: str, span: Span) -> Span:
    """Return the span without the white space at its end."""
    return Span(span.start, span.start + len(text[span.start : span.end].rstrip()))


def _has_own_lines(document: Document, block: ProseBlock) -> bool:
    """Tell whether each line of the paragraph begins with the same margin and nothing else, so that each line of a list
    can begin with it."""
    first, last = document.line_at(block.start), document.line_at(block.prose.end)
    before = document.text[document.line_span(first).start : block.start]
    rest = (document.line_text(number) for number in range(first + 1, last + 1))
    begins = (line.startswith(before) and not line[len(before) :][:1].isspace() for line in rest)
    label = document.text[block.start : block.prose.source_span(Span(0, 1)).start]  # of a footnote
    return before == block.margin and "/*" not in before and ":" not in label and all(begins)


def _is_before_list(document: Document, block: ProseBlock) -> bool:
    """Tell whether a list begins in the next line, or behind a blank one if the paragraph introduces it."""
    item, number = format_of(document).patterns[1], document.line_at(block.prose.end) + 1
    margin = len(block.margin.rstrip())
    while number < document.line_count:
        line = document.line_text(number)[margin:].strip()
        if line:
            return item.match(line) is not None
        number += 1
    return False


def _is_ended(sentence: str) -> bool:
    """Tell whether a sentence has its full stop, which isn't an abbreviation's."""
    bare = sentence.rstrip(")”’\"'")
    last = words(sentence)[-1:]
    return bare.endswith((".", "!", "?")) and bool(last) and not is_abbreviation(last[0])


def _connecting_word(text: str, spans: Sequence[Span]) -> str:
    """Return the word at the beginning of a sentence by which it needs the one before it; empty if each can stand
    alone."""
    known = english()
    for span in spans[1:]:
        first, *rest = words(text[span.start : span.end])[:_BEGINNING] or [""]
        if first in known.connected or text[span.start] == "(":
            return first
        referring = next((word for word in rest if word in known.refers), "")
        if referring or (first in known.openers and rest[:1] == ["that"]):
            return referring or "that"
        if words(text[span.start : span.end])[-1:] == ["there"]:
            return first
    return ""


def _has_title(document: Document, block: ProseBlock, first: Span) -> bool:
    """Tell whether the first sentence is bold as a whole."""
    source = source_of(document, block, first) or ""
    return re.fullmatch(r"(\*\*|__|\\textbf\{|\*).+(\1|\})", source) is not None


def _series(text: str) -> tuple[Span, ...]:
    """Return the items behind the colon of the last sentence, or nothing where they aren't certain."""
    last = sentences(text)[-1]
    colons = [
        match for match in _COLON.finditer(text, last.start, last.end) if not _depth(text, last.start, match.start())
    ]
    if len(colons) != 1:
        return ()
    start, end = colons[0].end(), last.end
    while end > start and text[end - 1] in ".!":
        end -= 1
    introduction, body = text[last.start : start], text[start:end]
    if word_count(introduction) < _FEWEST_WORDS_BEFORE or not body or body[-1] == ":" or re.search(r"[?“\"]", body):
        return ()
    items, conjunction = _joined_items(body)
    if len(items) < FEWEST_ITEMS or (conjunction == "or" and not _CHOICE.search(introduction)):
        return ()
    if not all(_is_item(body[item.start : item.end]) for item in items):
        return ()
    return tuple(item.shifted(start) for item in items)


def _joined_items(body: str) -> tuple[list[Span], str]:
    """Return the items of "a, b, and c" or "a, b and c", and the conjunction before the last of them; no items without
    one."""
    sign = ";" if ";" in body else ","
    parts = _parts(body, sign)
    if len(parts) < 2:
        return [], ""
    *others, last = parts
    tail = body[last.start : last.end]
    if leading := re.match(r"(and|or)\s+", tail):
        return [*others, Span(last.start + leading.end(), last.end)], leading[1]
    inner = [*re.finditer(r"\s+(and|or)\s+", tail)]
    # "a and b, c and d" may be two pairs as well as three items.
    has_pairs = any(re.search(r"\s(?:and|or)\s", body[part.start : part.end]) for part in others)
    if sign == ";" or len(inner) != 1 or has_pairs:
        return [], ""
    [conjunction] = inner
    before = Span(last.start, last.start + conjunction.start())
    return [*others, before, Span(last.start + conjunction.end(), last.end)], conjunction[1]


def _parts(body: str, sign: str) -> list[Span]:
    """Return the pieces that a sign outside of brackets parts, without the blanks before them."""
    cuts = [at for at, char in enumerate(body) if char == sign and not _depth(body, 0, at)]
    starts = [0, *(cut + 1 for cut in cuts)]
    pieces: list[Span] = []
    for start, end in zip(starts, [*cuts, len(body)], strict=True):
        while start < end and body[start].isspace():
            start += 1
        if start < end:
            pieces.append(Span(start, end))
    return pieces


def _depth(text: str, start: int, end: int) -> int:
    """Return how many brackets that open in `text[start:end]` are still open at its end."""
    return sum((text[at] in "([{") - (text[at] in ")]}") for at in range(start, end))


def _is_item(text: str) -> bool:
    """Tell whether a part of a series can be an item: short, and no clause such as "which is b" or "then go on"."""
    item_words = words(text)
    return (
        0 < len(item_words) <= _LONGEST_ITEM and item_words[0] not in english().not_items and "then" not in item_words
    )


LISTING = (StepType("list.make", 1, Kind.RULE, MakeListInput, ListOutput, make_list, from_outside=True),)

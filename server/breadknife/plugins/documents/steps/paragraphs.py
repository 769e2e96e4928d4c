"""The step that makes a paragraph of a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from breadknife.plugins.documents.english import begins_clause, english, has_finite_verb, verbs, words
from breadknife.plugins.documents.formats import ITEM, PARAGRAPH, ProseBlock, blocks, format_of
from breadknife.plugins.documents.layout import laid_out, source_of, width_of
from breadknife.plugins.documents.steps.lists import ListOutput
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, line_break
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN
from breadknife.text.prose import ProseText
from breadknife.text.sentences import sentences

_LABEL = re.compile(r"(?:\S+\s+){0,3}?\S+?(?:\s*\([^()]*\))?(?::|\s+[-–—])\s")
"""A label at an item's start: a name of up to four words, and a colon or a dash behind it."""


@dataclass(frozen=True)
class JoinListInput:
    document: Document
    prose: tuple[ProseText, ...]
    kind: str
    above: ProseText | None = None
    """The paragraph before the list."""
    most_words: int = literal(150)
    """Words of the paragraph."""


def join_list(given: JoinListInput, context: StepContext) -> ListOutput | Silence:
    """Return a paragraph out of a list: of sentences, or of a series behind a colon."""
    document = given.document
    if given.kind != ITEM or len(given.prose) < 2:
        return Silence("no-list", "The cursor is in no list of two items or more.", "put it into one")
    listed = blocks(document, given.prose)
    if any(block.end is None or block.kind != ITEM or block.level != listed[0].level for block in listed):
        return Silence("nested-list", "The list has more than plain items.")
    if obstacle := _between(document, listed) or _below(document, listed[-1]):
        return Silence("nested-list", obstacle)
    items = [source_of(document, block, Span(0, len(block.prose.text))) for block in listed]
    sources = [item for item in items if item is not None]
    if len(sources) < len(items) or sum(len(source.split()) for source in sources) > given.most_words:
        return Silence("long-items", "The items are too long, or have line breaks of their own.")
    margin, layout = listed[0].margin, format_of(document)
    start = document.line_span(document.line_at(listed[0].start)).start + len(margin)
    end = listed[-1].end or listed[-1].prose.end
    if layout.begin:
        around = _environment(document, start, end)
        if around is None:
            return Silence("nested-list", "The list has more than plain items.")
        start, margin, end = around
    texts = [block.prose.text for block in listed]
    if any(_LABEL.match(block.prose.text) or "[" in block.marker for block in listed):
        return Silence("labels", "An item begins with a label, which a paragraph can't have.")
    if all(text[-1] in ".!?" for text in texts):
        if given.above is not None and given.above.text.rstrip().endswith(":"):
            return Silence("introduced", "The line above introduces a list.")
        if not all(_is_sentence(block.prose) for block in listed):
            return Silence("mixed-items", "Some items are sentences, and some aren't.")
        width = width_of(document, listed)
        text = laid_out(" ".join(sources), margin, margin, width, document)[len(margin) :]
        return _list_output(document, text, Span(start, end), sources)
    return _joined_series(given, listed, sources, margin, Span(start, end))


def _list_output(document: Document, text: str, place: Span, items: Sequence[str], head: str = "") -> ListOutput:
    """Return the output of the step. `head` is the paragraph before the list, if it becomes a part of the text."""
    before = " ".join((head, *items))
    return ListOutput(text.replace("\n", line_break(document.text)), place, len(items), before, " ".join(text.split()))


def _is_sentence(prose: ProseText) -> bool:
    """Tell whether an item can stand in a paragraph: it begins with a capital or with code, and has a verb."""
    first = prose.text[: sentences(prose.text)[0].end]
    if words(first)[0] in english().openers:  # "If it fails, the server stops"
        main = words(first.partition(",")[2])
        return begins_clause(main) or (bool(main) and main[0] in verbs("base"))
    return not first[0].islower() and has_finite_verb(words(first))


def _joined_series(
    given: JoinListInput, listed: Sequence[ProseBlock], items: Sequence[str], margin: str, place: Span
) -> ListOutput | Silence:
    """Return the paragraph above the list with the items behind its colon, as a series: "a, b, and c"."""
    document = given.document
    if given.above is None or not given.above.text.rstrip().endswith(":"):
        return Silence("no-sentences", "The items are no sentences, and nothing introduces them.")
    [above] = blocks(document, [given.above])
    texts = [block.prose.text for block in listed]
    if any(
        text[-1] in ".!?:;," or words(text)[-1] in ("and", "or") or has_finite_verb(words(text)[:1]) for text in texts
    ):
        return Silence("mixed-items", "Some items are sentences, and some aren't.")
    if any(text[0].isupper() and words(text)[0] not in english().commonest for text in texts if not _is_code(text)):
        return Silence("capital-items", "The items begin with capitals, which may be names.")
    head = source_of(document, above, Span(0, len(above.prose.text)))
    between = document.text[above.end or above.prose.end : place.start]
    if (
        above.kind != PARAGRAPH
        or head is None
        or between.count("\n") > 2
        or between.replace(margin.strip(), "").strip()
    ):
        return Silence("no-sentences", "The items are no sentences, and nothing introduces them.")
    items = [
        item[0].lower() + item[1:] if words(text)[0] in english().commonest else item
        for item, text in zip(items, texts, strict=True)
    ]
    sign = ";" if any("," in text for text in texts) else ","
    last = f"{sign} and {items[-1]}" if len(items) > 2 or sign == ";" else f" and {items[-1]}"
    text = f"{head} {f'{sign} '.join(items[:-1])}{last}."
    width = width_of(document, [above, *listed])
    laid = laid_out(text, above.margin, above.margin, width, document)[len(above.margin) :]
    return _list_output(document, laid, Span(above.start, place.end), items, head)


def _is_code(text: str) -> bool:
    """Tell whether an item begins with code or a link, for which a placeholder stands."""
    return text.startswith((NOUN, VOWEL_NOUN))


def _between(document: Document, listed: Sequence[ProseBlock]) -> str:
    """Return a sentence if something else than markers stands between the items of a list; else nothing."""
    for before, after in pairwise(listed):
        gap = document.text[before.end or before.prose.end : after.start]
        margin = after.margin.strip()
        rest = gap.replace(after.marker.strip(), "", 1) if after.marker.strip() else gap
        if (rest.replace(margin, "") if margin else rest).strip():
            return "Something else stands between the items."
    return ""


def _below(document: Document, last: ProseBlock) -> str:
    """Return a sentence if further lines belong to the last item of a list; else nothing."""
    number, edge = document.line_at(last.end or last.prose.end) + 1, len(last.margin)
    while number < document.line_count:
        line = document.line_text(number)
        if line[edge:].strip():
            return "Something else belongs to the last item." if line[edge].isspace() else ""
        number += 1
    return ""


def _environment(document: Document, start: int, end: int) -> tuple[int, str, int] | None:
    """Return the start, the margin and the end of LaTeX's environment around items; None if there is none."""
    opening = re.search(r"([ \t]*)\\begin\{itemize\}\s*\Z", document.text[:start])
    closing = re.match(r"\s*\\end\{itemize\}", document.text[end:])
    if opening is None or closing is None:
        return None
    return opening.end(1), opening[1], end + closing.end()


JOINING = (StepType("list.join", 1, Kind.RULE, JoinListInput, ListOutput, join_list, from_outside=True),)

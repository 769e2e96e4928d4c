"""What a document was told before its last edit: so that findings neither wait for the whole document nor flicker."""

from __future__ import annotations

import re
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from breadknife.plugins.prose.flaws import Flaw, moved
from breadknife.plugins.prose.rules import NEEDS_AGREEMENT, SPELLING
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.extract import LONGEST
from breadknife.text.extract.markdown import closed_blocks
from breadknife.text.prose import ProseText

LARGE = 100_000
"""Code points of a document of which an edit's own block is answered before the rest is looked at again."""
REST_S = 0.5
"""So long must it rest until then."""
_DOCUMENTS = 32
_ENDED = re.compile(r".*[.!?][\"')\]”’]*(?=\s|\Z)", re.DOTALL)
"""Up to the end of the last sentence that has one."""
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(?:[^`\n]*?\S|([ \t\r]*))$", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """What one version of a document was answered."""

    document: Document
    paragraphs: Sequence[ProseText]
    """In the order of the source."""
    flaws: Sequence[Flaw]
    about: Sequence[Finding]
    """The document as a whole."""

    def moved(self, edit: TextEdit) -> tuple[list[Flaw], list[Finding]]:
        """What an edit has not touched, at its new place."""
        return (
            [flaw for each in self.flaws if (flaw := each.moved(edit)) is not None],
            [finding for each in self.about if (finding := moved(each, edit)) is not None],
        )


@dataclass(frozen=True)
class Read:
    """What is known of one paragraph."""

    paragraph: ProseText
    flaws: Sequence[Flaw]
    pending: frozenset[str]
    """The engines that have not answered yet."""

    def waits_for(self, flaw: Flaw) -> bool:
        """Whether somebody who found the flaw of an earlier version, or must agree to it, hasn't read its place since.
        The model proposes in whole sentences alone: while one is typed at it has no end."""
        model = "model" if flaw.mistake.model else ""
        second = "languagetool" if flaw.mistake.lint.rule in SPELLING | NEEDS_AGREEMENT else ""
        if not self.pending.isdisjoint((*flaw.mistake.engines, model, second)):
            return True
        text = self.paragraph.text
        ended = _ENDED.match(text)
        last = Span(ended.end() if ended else 0, len(text))
        if flaw.mistake.engines != ("model",) or not text[last.start :].strip():
            return False
        return self.paragraph.source_span(last).start <= flaw.finding.span.start


def carried(before: Sequence[Flaw], read: Iterable[Read], left_out: Callable[[Flaw], bool]) -> list[Flaw]:
    """Of the flaws that an edit has not touched those that an engine found which has not answered for the new text."""
    starts = sorted(before, key=lambda each: each.finding.span)
    kept: list[Flaw] = []
    for each in read:
        if not starts or not each.paragraph.segments:
            continue
        start = each.paragraph.start
        end = start + each.paragraph.segments[-1].source.end
        first = bisect_left(starts, start, key=lambda flaw: flaw.finding.span.start)
        last = bisect_left(starts, end, key=lambda flaw: flaw.finding.span.start)
        kept += (
            flaw
            for flaw in starts[first:last]
            if each.waits_for(flaw)
            and not any(flaw.finding.span.touches(own.finding.span) for own in each.flaws)
            and not left_out(flaw)
        )
    return kept


@dataclass(frozen=True)
class Change:
    """An edit inside of one block of a Markdown document that leaves all other blocks what they are."""

    block: Span
    """In the text after it."""
    paragraphs: Sequence[ProseText]
    """All of the text after it."""
    fresh: Sequence[ProseText]
    """Those of the block."""


class Memory:
    """The newest answer for each document. Safe to use from several threads."""

    def __init__(self) -> None:
        self._told: dict[str, Told] = {}
        self._resting: dict[str, threading.Timer] = {}
        self._lock = threading.Lock()

    def of(self, document: Document) -> Told | None:
        with self._lock:
            told = self._told.get(document.uri)
        return told if told is not None and told.document.language == document.language else None

    def keep(self, told: Told) -> None:
        with self._lock:
            self._told.pop(told.document.uri, None)
            self._told[told.document.uri] = told
            while len(self._told) > _DOCUMENTS:
                del self._told[next(iter(self._told))]

    def when_it_rests(self, document: Document, then: Callable[[], None]) -> None:
        """Call `then` from another thread, unless the document changes again before long."""
        timer = threading.Timer(REST_S, then)
        timer.daemon = True
        with self._lock:
            if before := self._resting.pop(document.uri, None):
                before.cancel()
            self._resting[document.uri] = timer
        timer.start()

    def close(self) -> None:
        with self._lock:
            for timer in self._resting.values():
                timer.cancel()


def change(told: Told, edit: TextEdit, document: Document) -> Change | None:
    """The change that an edit makes of a large document; None if it may change more than one block, or nothing."""
    before, after = told.document.text, document.text
    if document.language != "markdown" or min(len(before), len(after)) < LARGE:
        return None
    if not edit.span and not edit.new_text:
        return None
    old = _block(before, edit.span)
    new = _block(after, Span(edit.span.start, edit.span.start + len(edit.new_text)))
    if max(len(old), len(new)) > LONGEST:
        return None
    first = bisect_left(told.paragraphs, old.start, key=_start)
    last = bisect_left(told.paragraphs, old.end, key=_start)
    were, lines = told.paragraphs[first:last], after[new.start : new.end]
    if not were and _in_fence(before, old.start) and not _FENCE.search(before[old.start : old.end] + "\n" + lines):
        fresh: Sequence[ProseText] = ()
    else:
        kinds, read = closed_blocks(before[old.start : old.end])
        # What reads alone as it reads in its place depends on no other block, and no other one on it.
        if not kinds or [*_shifted(read, old.start)] != [*were]:
            return None
        still, now = closed_blocks(lines)
        if still != kinds:
            return None
        fresh = [*_shifted((each for each in now if each.segments), new.start)]
    rest = _shifted(told.paragraphs[last:], len(after) - len(before))
    return Change(new, [*told.paragraphs[:first], *fresh, *rest], fresh)


def _in_fence(text: str, at: int) -> bool:
    """Whether a block of code that began before is open at the start of a line."""
    opened = ""
    for match in _FENCE.finditer(text, 0, at):
        if not opened:
            opened = match[1]
        elif match[1].startswith(opened) and match[2] is not None:
            opened = ""
    return bool(opened)


def _start(paragraph: ProseText) -> int:
    return paragraph.start


def _shifted(paragraphs: Iterable[ProseText], by: int) -> Iterable[ProseText]:
    if not by:
        return paragraphs
    return (ProseText(p.text, p.segments, p.start + by, p.reserved, p.language) for p in paragraphs)


def _block(text: str, span: Span) -> Span:
    """The lines of `span`, and those around it up to the next blank ones."""
    start = text.rfind("\n", 0, span.start) + 1
    while start and text[(above := text.rfind("\n", 0, start - 1) + 1) : start].strip():
        start = above
    end = _line_end(text, span.end)
    while end < len(text) and text[end : (below := _line_end(text, end))].strip():
        end = below
    return Span(start, end)


def _line_end(text: str, at: int) -> int:
    """After the line feed of the line that `at` is in."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1

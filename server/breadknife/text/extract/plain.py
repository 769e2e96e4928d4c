"""Prose in plain text and in commit messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract.comments.inline import inline_cuts
from breadknife.text.extract.comments.paragraphs import paragraphs
from breadknife.text.extract.passage import passage, prose
from breadknife.text.prose import ProseText

_SCISSORS = re.compile(r"[#;] -+ >8 -+")
"""The line below which `git commit --verbose` puts the diff."""
_TRAILER = re.compile(r"[A-Za-z][A-Za-z-]*(?:: \S| #\d)|\(cherry picked from ")
"""A line that git may read as a trailer at the message's end."""
_KNOWN_TRAILER = re.compile(
    r"[A-Z][a-z]+(?:-[a-z]+)*-(?:by|to|for|from|with|id): |(?:Cc|Fixes|Closes|Refs|Link|Bug): ", re.I
)
"""A trailer wherever it stands."""
_SUBJECT_PREFIX = re.compile(r"(?:(?:fixup|squash|amend)! )*(?:[a-z]+(?:\([^()\n]{1,60}\))?!?: )?")
_CODE_INDENT = 4


def plain_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a plain text. Raises Cancelled."""
    yield from _prose(document, map(document.line_span, range(document.line_count)), cancel)


def commit_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a commit message: not its comments, trailers and indented code, nor the diff. Raises
    Cancelled."""
    lines = [*_commit_lines(document)]
    if lines:
        subject, *body = lines
        prefix = _SUBJECT_PREFIX.match(document.slice(subject))
        yield from _prose(document, [Span(subject.start + (prefix.end() if prefix else 0), subject.end)], cancel)
        yield from _prose(document, _without_trailers(document, body), cancel)


def _prose(document: Document, lines: Iterable[Span], cancel: CancelToken) -> Iterator[ProseText]:
    for paragraph in paragraphs(document.text, lines):
        cancel.raise_if_cancelled()
        result = prose(passage(document.text, paragraph), inline_cuts, reserved="\n")
        if result is not None:
            yield result


def _commit_lines(document: Document) -> Iterator[Span]:
    """Yield the lines from the subject on, without comments; indented code is an empty line."""
    begun = in_text = False
    for number in range(document.line_count):
        span = document.line_span(number)
        line = document.slice(span)
        if _SCISSORS.match(line):
            return
        if line.startswith("#") or not (begun or line.strip()):
            continue
        is_code = not in_text and len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip()) >= _CODE_INDENT
        yield Span(span.start, span.start) if is_code and begun else span
        begun, in_text = True, not is_code and bool(line.strip())


def _without_trailers(document: Document, lines: list[Span]) -> Iterator[Span]:
    """Yield the lines without trailers: those of a last paragraph that has nothing else, and known ones anywhere."""
    kept = len(lines)
    while kept and not document.slice(lines[kept - 1]).strip():
        kept -= 1
    message_end = kept
    while kept and (line := document.slice(lines[kept - 1])).strip() and (_TRAILER.match(line) or line.startswith(" ")):
        kept -= 1
    if kept and document.slice(lines[kept - 1]).strip():
        kept = message_end  # the last paragraph has other lines, too
    return (line for line in lines[:kept] if not _KNOWN_TRAILER.match(document.slice(line)))

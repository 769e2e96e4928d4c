"""Prose in plain text and in commit messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract.passage import passage, prose
from breadknife.text.extract.python import inline_cuts
from breadknife.text.extract.structure import paragraphs
from breadknife.text.prose import ProseText

_TRAILER = re.compile(r"[A-Z][\w-]*: \S|[A-Z][a-z]+(?:-[a-z]+)+: ")
_SCISSORS = re.compile(r"# -+ >8 -+")


def plain_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    lines = _commit_lines(document) if document.language == "git-commit" else _lines(document)
    for paragraph in paragraphs(document.text, lines):
        cancel.raise_if_cancelled()
        found = passage(document.text, paragraph)
        result = prose(found, inline_cuts, reserved="\n")
        if result is not None:
            yield result


def _lines(document: Document) -> Iterator[Span]:
    return map(document.line_span, range(document.line_count))


def _commit_lines(document: Document) -> Iterator[Span]:
    """The message without comments, trailers and the diff below the scissors; the subject is a paragraph."""
    for number, span in enumerate(_lines(document)):
        line = document.slice(span)
        if _SCISSORS.match(line):
            return
        if not line.startswith("#") and not _TRAILER.match(line):
            yield span
        if number == 0:
            yield Span(span.end, span.end)

"""What the tests of prose share."""

from __future__ import annotations

from breadknife.cancel import CancelToken
from breadknife.text.document import Document
from breadknife.text.extract import extract
from breadknife.text.prose import ProseText, SegmentKind
from breadknife.text.syntax import parse
from support import document


def paragraphs(source: str | Document, language: str = "markdown") -> list[ProseText]:
    doc = source if isinstance(source, Document) else document(source, language)
    return list(extract(doc, parse(doc.text, doc.language), CancelToken()))


def assert_exact(source: str, prose: ProseText) -> None:
    """The segments cover the prose in order, and what claims to be verbatim is."""
    at, source_at = 0, 0
    for segment in prose.segments:
        span = segment.source.shifted(prose.start)
        assert segment.prose.start == at
        assert source_at <= span.start < span.end <= len(source)
        if segment.kind is SegmentKind.VERBATIM:
            assert source[span.start : span.end] == prose.text[segment.prose.start : segment.prose.end]
        at, source_at = segment.prose.end, span.end
    assert at == len(prose.text)

"""A text with errors mended, and the way back."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.engines.merge import Correction
from breadknife.plugins.prose.model.mending import MendedText
from breadknife.text.document import Span

TEXT = "The the file are to large."


def mended(*corrections: tuple[str, str]) -> MendedText:
    return MendedText.of(
        TEXT, (Correction(Span(at := TEXT.index(old), at + len(old)), new) for old, new in corrections)
    )


@pytest.mark.parametrize(
    ("corrections", "text", "word", "original"),
    [
        ([], "The the file are to large.", "file", "file"),
        ([("The the", "The")], "The file are to large.", "file", "file"),
        ([("The the", "The"), ("to", "much too")], "The file are much too large.", "large", "large"),
        ([("to", "too"), ("The the", "The")], "The file are too large.", "are", "are"),
        ([("to", "too")], "The the file are too large.", "too", None),
        ([("to", "too"), ("to large", "big")], "The the file are too large.", "large", "large"),
        ([("are ", "")], "The the file to large.", "file ", None),
    ],
)
def test_back(corrections: list[tuple[str, str]], text: str, word: str, original: str | None) -> None:
    found = mended(*corrections)
    assert found.text == text
    start = text.index(word)
    span = found.original(Span(start, start + len(word)))
    assert (span and TEXT[span.start : span.end]) == original

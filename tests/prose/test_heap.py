"""How large LanguageTool's server may become, and which languages it holds at once."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.engines.jvm import heap
from breadknife.plugins.prose.language import DETECTED

GB = 1 << 30
SPOKEN = DETECTED - {"en", "cs", "fi", "he", "hi", "hr", "hu", "ko", "lt", "nb", "th", "tr"}
"""Those that LanguageTool has, beside English."""


@pytest.mark.parametrize(
    ("memory", "expected"), [(1 * GB, 768), (2 * GB, 768), (3 * GB, 1024), (6 * GB, 2048), (64 * GB, 2048)]
)
def test_the_limit_is_a_third_of_the_memory_within_bounds(memory: int, expected: int) -> None:
    assert heap.limit_mb(memory) == expected


@pytest.mark.parametrize(
    ("memory", "languages", "fits"),
    [
        (1 * GB, ["en-US"], True),
        (1 * GB, ["en-US", "de", "fr"], True),
        (1 * GB, ["en-US", "en-GB", "de", "fr"], True),
        (1 * GB, ["en-US", "de", "nl"], False),
        (1 * GB, ["en-US", "de", "fr", "es", "pt"], False),
        (4 * GB, ["en-US", "de", "fr", "es", "pt", "it"], True),
        (8 * GB, ["en-US", "en-GB", *sorted(SPOKEN)[:12]], True),
        (8 * GB, ["en-US", "de", "de-AT", "de-CH", "de-LU", "nl", "nl-BE", "pt", "pt-BR", *SPOKEN], False),
    ],
)
def test_languages_that_fit(memory: int, languages: list[str], fits: bool) -> None:
    assert heap.fits(languages, heap.limit_mb(memory)) is fits


def test_a_language_asked_for_twice_counts_once() -> None:
    assert heap.fits(["en-US"] * 10, heap.limit_mb(GB))

"""The forms of a word that a slip of grammar may have been meant as."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.evidence.forms import forms

WORDS = """
return returns returned returning process processes processed processing copy copies copied copying plan plans planned
planning use uses used using quick quickly diagnostic diagnostics information skip skips skipped skipping bus buses file
files filed filing free frees freed freeing write writes wrote written writing send sends sent child children
"""
DICTIONARY = frozenset(WORDS.split())

CASES = [
    ("return", "returns returned returning"),
    ("returned", "return returns returning"),
    ("processes", "process processed processing"),
    ("copies", "copy copied copying"),
    ("planning", "plan plans planned"),
    ("used", "use uses using"),
    ("quick", "quickly"),
    ("quickly", "quick"),
    ("diagnostic", "diagnostics"),
    ("informations", "information"),
    ("skips", "skip skipped skipping"),
    ("freed", "free frees freeing"),
    ("bus", "buses"),
    ("wrote", "write writes written writing"),
    ("send", "sends sent"),
    ("children", "child"),
    ("of", ""),
    ("xyzzy", ""),
]


@pytest.mark.parametrize(("word", "expected"), CASES, ids=[word for word, _ in CASES])
def test_forms(word: str, expected: str) -> None:
    assert sorted(DICTIONARY.intersection(forms(word))) == sorted(expected.split())

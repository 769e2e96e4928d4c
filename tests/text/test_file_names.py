"""The language of a file, by its name and where that has several meanings, by its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.text.document import document_of, language_of


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.md", "markdown"),
        ("rules.mdc", "markdown"),
        ("CHANGELOG", "plaintext"),
        ("README", "plaintext"),
        ("readme", None),
        ("LICENSE", None),
        ("page.md.tmpl", "markdown"),
        ("page.rst.inc", "restructuredtext"),
        ("page.txt.tmpl", "plaintext"),
        ("app.py.tmpl", None),  # what is filled in isn't Python
        ("page.tmpl", None),
        ("parameters.inc", "restructuredtext"),
    ],
)
def test_a_name_says(name: str, language: str | None) -> None:
    assert language_of(Path(name)) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Users\n=====\n\nAll of them.\n", "restructuredtext"),
        (".. note::\n\n   It is.\n", "restructuredtext"),
        (":orphan: \n\nIt is.\n", "restructuredtext"),
        ("<?php\necho 1;\n", "unknown"),
        ("#define A 1\n// a list of that\nX(a)\n", "unknown"),
        ("; a list of that\nmov ax, bx\n", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_part_is_of_sphinx_if_it_looks_like_that(text: str, language: str) -> None:
    assert document_of(Path("a.inc"), text.encode()).language == language
    assert document_of(Path("a.inc"), text.encode(), "php").language == "php"

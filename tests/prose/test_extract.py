"""What of a source is prose. `@` stands for a placeholder, as the engines see one word there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.text.document import Document
from breadknife.text.extract import extract
from breadknife.text.extract.passage import LONGEST, NOT_PROSE, NOUN, SIGN, VOWEL_NOUN
from prose.reading import assert_exact, paragraphs

MARKDOWN = [
    ("plain words", ["plain words"]),
    ("# Heading\n\ntext\n\nSetext\n===\n", ["Heading", "text", "Setext"]),
    ("two\nlines  \nof  text", ["two lines of  text"]),
    ("*a* **strong** ~~gone~~ _word_", ["a strong gone word"]),
    ("run `make` and\n`test`", ["run @ and @"]),
    ("an `int` or a `str`", [f"an {VOWEL_NOUN} or a @"]),
    ("an\n`int`", [f"an {VOWEL_NOUN}"]),
    ("[a link](https://x.y 'title'), [ref][r], [col][] and [short]", ["a link, ref, col and [short]"]),
    ("[`code` link](u)", ["@ link"]),
    ("see <https://a.b>, https://a.b/c. or me@x.org", ["see @, @. or @"]),
    ("![badge](a.png) [![badge](b.png)](c)", []),
    ("text ![with image](a.png) inside", ["text  inside"]),
    ("---\ntitle: Two words\ntags: no prose\n---\n\ntext", ["Two words", "text"]),
    ("---\ndescription: >\n  on two\n  lines\nid: no prose\n---\n", ["on two lines"]),
    ("+++\ntitle = 'Two words'\nslug = 'no prose'\n+++\n\ntext", ["Two words", "text"]),
    ("```\nno prose\n```\n\n    no prose either\n", []),
    ("- one\n  more\n- [ ] two\n\n1. three\n", ["one more", "two", "three"]),
    ("> quoted\n> text\n>\n> - item\n>   goes on\n", ["quoted text", "item goes on"]),
    ("> lazy\ncontinuation", ["lazy continuation"]),
    ("| a | b |\n|---|---|\n| x `y` | this cell is a sentence |\n", ["this cell is a sentence"]),
    ("<div align=center>\n<b>HTML</b> is\nprose\n</div>\n\ntext", ["HTML is prose", "text"]),
    ("- item\n\n  <p>in it</p>\n", ["item", "in it"]),
    ("<script>\nno prose\n</script>\n\n<!-- no prose -->\n", []),
    ("a <b>bold</b> word<br>here, <kbd>Ctrl</kbd> too <!-- not this -->", ["a bold word here, @ too "]),
    ("[r]: https://x.y 'title'\n\ntext[^1]\n\n[^1]: the note", ["text", "the note"]),
    (r"an \*escaped\* star &amp; more", ["an *escaped* star & more"]),
    ("so $x^2$ it is", ["so @ it is"]),
    ("call foo() in foo.bar with --flag=1 in /etc/x or snake_case", ["call @ in @ with @ in @ or @"]),
    ("see e.g. input/output, i.e. and/or", ["see e.g. input/output, i.e. and/or"]),
    ("give a :+1: on issues, and thanks :tada:", ["give a @ on issues, and thanks "]),
    ("## Heading {#anchor}", ["Heading"]),
    ("> [!NOTE]\n> text", ["text"]),
    ("\ufeffText with a mark", ["Text with a mark"]),
    ("a\r\nb\r\n\r\nc\r\n", ["a b", "c"]),
    ("text\n\n# ab", ["text", "ab"]),
    ("", []),
    ("1. \n***\n-\n", []),
]

PLAIN = [
    ("one\ntwo\n\n  three\n", ["one two", "three"]),
    ("- a\n  b\n* c\n2) d\n", ["a b", "c", "d"]),
    ("Title\n=====\n\ntext::\n\n    no prose\n\nmore", ["Title", "text:", "more"]),
    (".. code-block:: python\n\n   no\n\n.. note::\n\n   prose here\n", ["prose here"]),
    ("see `the docs <https://x.y>`_ and :ref:`x`", ["see @ and @"]),
    (">>> no()\nprose\n\nmore prose", ["more prose"]),
    ("| no | table |\n+----+\n", []),
]

PYTHON = [
    ('"""Summary here.\n\nMore text\non two lines.\n"""\n', ["Summary here.", "More text on two lines."]),
    ("# one\n# two\n#\n# three four\n", ["one two", "three four"]),
    ("x = 1  # a trailing comment\n# another one here\n", ["a trailing comment", "another one here"]),
    ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# type: ignore\n# noqa: E501 and more\n# pragma: no cover\n", []),
    ("# SPDX-License-Identifier: MIT\n# Copyright 2024 the authors\n", []),
    ("# x = compute(1)\n# for a in b:\n#     go(a)\n", []),
    ("# TODO(me): write more tests\n", ["write more tests"]),
    ("# Not used: the value is fine\n", ["Not used: the value is fine"]),
    ("#: documented attribute here\nx = 1\n", ["documented attribute here"]),
    ('x = """no docstring here"""\nf(b"""nor here""")\n', []),
    ('"""An escaped\\tTab and a \\"quote\\" here."""', ["An escaped Tab and a  quote  here."]),
    ('r"""A raw \\d here."""', ["A raw \\d here."]),
    ('f"""not a {doc} string"""', []),
    ('"""Unfinished docstring', []),
    ('def f():\n  """Good text."""\n  return (\n', ["Good text."]),
    ("# ein Wort\r\n# zwei Worte\r\n", ["ein Wort zwei Worte"]),
]


EXAMPLES = '''
def f():
    """Do it.

    >>> f()
    1

    Use ``x`` or `y`.

    ::

        no prose

    For example:
        x = f(1)

    ```python
    no prose
    ```
    """
'''

REST = '''
def f():
    """Do it.

    :param x: the first one,
        on two lines
    :type x: int or str
    :returns: a new value
    """
'''

GOOGLE = '''
def f():
    """Do it.

    Args:
        x (int): the first one,
            on two lines
        y: another one

        z (dict(str, int), optional): the third one
        w (int):
            on a line of its own
        v (:class:`~no.prose`, optional): a class

    Returns:
        str: a new value

    Raises:
        `~no.Prose`: if it fails
        :class:`~no.Prose`: if that fails

    Yields:
        (int, str): a pair

    Example:
        no = prose()

    The end.
    """
'''

NUMPY = '''
def f():
    """Do it.

    Parameters
    ----------
    x : int, optional
        The first one.
    `y` : (M, N) ndarray
        The second one,
        of two lines.
    *args
        The rest.

    Returns
    -------
    list of str
        The names.
    ndarray or None
        The values.
    (M, N) ndarray
        Both of them.
    dict[str, int]
        The counts.
    int or str, optional
        One more.
    {'a', 'b'}
        Either of them.
    tuple of no prose

    Yields
    ------
    What is a sentence, of
    two lines.

    Of Our Own
    ----------
    Some words
    of it

    Class Attributes
    ----------------
    x : (2,) ndarray
        The last one.

    +----+
    | no |
    +----+

    See also
    --------
    no : not shown
    no, prose

    See Also
    --------
    g : not shown

    Notes
    -----
    These are
    notes.
    """
'''

DOCSTRINGS = [
    (EXAMPLES, ["Do it.", "Use @ or @.", "For example:"]),
    (REST, ["Do it.", "the first one, on two lines", "a new value"]),
    (
        GOOGLE,
        [
            "Do it.", "the first one, on two lines", "another one", "the third one", "on a line of its own", "a class",
            "a new value", "if it fails", "if that fails", "a pair", "The end.",
        ],
    ),
    (
        NUMPY,
        [
            "Do it.", "The first one.", "The second one, of two lines.", "The rest.", "The names.", "The values.",
            "Both of them.", "The counts.", "One more.", "Either of them.", "What is a sentence, of two lines.",
            "Of Our Own", "Some words of it", "Class Attributes", "The last one.", "These are notes.",
        ],
    ),
]  # fmt: skip


def check(source: str, language: str, expected: list[str]) -> None:
    found = paragraphs(source, language)
    for prose in found:
        assert_exact(source, prose)
    assert [prose.text.replace(NOUN, "@") for prose in found] == expected


@pytest.mark.parametrize(("source", "expected"), MARKDOWN)
def test_markdown(source: str, expected: list[str]) -> None:
    check(source, "markdown", expected)


@pytest.mark.parametrize(("source", "expected"), PLAIN)
def test_plain_text(source: str, expected: list[str]) -> None:
    check(source, "plaintext", expected)


@pytest.mark.parametrize(("source", "expected"), [*PYTHON, *DOCSTRINGS])
def test_python(source: str, expected: list[str]) -> None:
    check(source, "python", expected)


def test_a_paragraph_of_data_is_not_read() -> None:
    [data, prose] = paragraphs("word " * LONGEST + "\n\nprose\n")
    assert data.segments == ()
    assert prose.text == "prose"


@pytest.mark.parametrize(
    ("language", "found"),
    [("markdown", ["a text"]), ("plaintext", ["a text"]), ("python", []), ("html", []), ("rust", [])],
)
def test_of_what_took_too_long_to_parse_only_prose_is_read(language: str, found: list[str]) -> None:
    document = Document("file:///a", language, "a text", 1)
    assert [each.text for each in extract(document, None, CancelToken())] == found


@given(st.text(st.sampled_from("a_.<>:/w@-=$%#() 1A~'\"\n\0é"), max_size=30))
def test_a_text_without_signs_is_all_prose(text: str) -> None:
    """`SIGN` only saves the longer look."""
    if SIGN.search(text) is None:
        assert NOT_PROSE.search(text) is None

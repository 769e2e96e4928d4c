"""What of a language's comments is prose. `@` stands for a placeholder."""

# ruff: noqa: E501
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.text.document import Span
from breadknife.text.extract import LANGUAGES
from breadknife.text.extract.comments.code import looks_like_code
from breadknife.text.extract.comments.signs import TOOL_COMMENTS, ToolComments, is_for_tools
from breadknife.text.extract.comments.tags import TAG_FORMS, TagForm, split_at_tags
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN
from prose.reading import assert_exact, paragraphs

JSDOC = """\
/**
 * Gives the first of them, or `null`.
 *
 * @param {string} name - The name to look for, as
 *   the user wrote it.
 * @param [depth=1] how deep to look
 * @returns {Thing} the thing
 * @type {Thing}
 * @example
 * first("these words are code");
 */
function first(name, depth) {}
"""
CASES = [
    ("javascript", JSDOC, ["Gives the first of them, or @.", "The name to look for, as the user wrote it.",
                           "how deep to look", "the thing"]),
    ("javascript", "/**\n * @param {{a: number, b: {c: string}}} options The options.\n * @param [name='no prose'] The name.\n"
     " * @returns {Promise<{a: string}>} A promise.\n * @throws {Error} When it fails.\n */\nf();\n",
     ["The options.", "The name.", "A promise.", "When it fails."]),
    ("java", "/**\n * @param <T> The type.\n * @throws IOException If it fails.\n * @throws If that fails.\n */\nclass A {}\n",
     ["The type.", "If it fails.", "If that fails."]),
    ("php", "<?php\n/**\n * @param array<string, int> $map The map.\n * @param ?\\No\\Prose ...$x The rest.\n"
     " * @param callable(int, string): bool $f A function.\n * @return array{a: int}|null The result.\n */\n",
     ["The map.", "The rest.", "A function.", "The result."]),
    ("php", f"<?php\n/** @return f{'(a):bbbbbbbb' * 40}; */\n", []),  # at once
    ("php", "<?php\n/** @return string The text. */\n/** @return the text of it */\n", ["The text.", "the text of it"]),
    ("ruby", "# @param [Hash{Symbol => String}] map The map.\n# @param name [String] The name.\n# @return [Array<String>] All of it.\nf\n",
     ["The map.", "The name.", "All of it."]),
    ("typescript", "// one line\n// goes on\n\n// another block\nlet a = 1; // at its end\n",
     ["one line goes on", "another block", "at its end"]),
    ("typescriptreact", "// eslint-disable-next-line no-alert\n// @ts-ignore because\nf();\n", []),
    ("javascript", "// const old = call();\n// if (x) {\n// }\n// Why it was taken out.\n", ["Why it was taken out."]),
    ("go", "// Package x does this.\n//\n//go:generate stringer\n// It does more.\npackage x\n",
     ["Package x does this.", "It does more."]),
    ("rust", "/// Opens the file.\n///\n/// ```\n/// let no = prose();\n/// ```\n//! Inner words.\nfn f() {}\n",
     ["Opens the file.", "Inner words."]),
    ("java", "/** Sums <b>all</b> of {@link Item the items}. */\nclass A {}\n", ["Sums all of @."]),
    ("c", "/*\n * A block\n * of two lines.\n */\nint x; /* short one */\n", ["A block of two lines.", "short one"]),
    ("cpp", "// A line that \\\n   goes on.\n// And one more.\nint x;\n", ["A line that goes on. And one more."]),
    ("cpp", "/// \\brief Does it well.\n/// \\param[in] n the count of them\nvoid f(int n);\n",
     ["Does it well.", "the count of them"]),
    ("java", "/**\n * See it.\n * <pre>\n *   no prose\n * </pre>\n * <p>New <code>x</code> words.\n * <li>one item\n */\nclass A {}\n",
     ["See it.", "New @ words.", "one item"]),
    ("cpp", "/**\n * Uses \\p a and \\f$x\\f$.\n * \\code\n * no prose\n * \\endcode\n * More \\em of it.\n */\nint x;\n",
     ["Uses @ and @.", "More of it."]),
    ("rust", "/// # A title\n///\n/// Opens an [`x`] at [the path](y).\nfn f() {}\n",
     ["A title", "Opens an @ at the path."]),
    ("csharp", "/// <param name=\"a\">The first.</param>\n/// <returns>An <see cref=\"X\"/>.</returns>\nclass A {}\n",
     ["The first.", "An @."]),
    ("csharp", "/// <summary>\n/// Reads the file.\n/// </summary>\nclass A {}\n", ["Reads the file."]),
    ("ruby", "# frozen_string_literal: true\n# Says hello to them.\ndef f; end\n", ["Says hello to them."]),
    ("php", "<?php\n# one comment\n// another one\n", ["one comment another one"]),
    ("lua", "--- Adds two numbers.\n--[[ A long\ncomment ]]\nlocal x = 1\n", ["Adds two numbers.", "A long comment"]),
    ("shellscript", "#!/bin/sh\n# Runs it all.\n# shellcheck disable=SC2034\nx=1\n", ["Runs it all."]),
    ("kotlin", "// A line here.\nfun f() {}\n", ["A line here."]),
    ("html", "<!-- Some words here. -->\n<p>these too</p>\n", ["Some words here.", "these too"]),
    ("css", "/* The main colour. */\na { color: red; }\n", ["The main colour."]),
    ("json", "// Words in it.\n{}\n", ["Words in it."]),
    ("yaml", "# The settings of all.\na: 1 # of one\n", ["The settings of all.", "of one"]),
    ("toml", "# A table of things.\n[a]\n", ["A table of things."]),
    ("sql", "-- All of the rows.\nSELECT 1;\n", ["All of the rows."]),
    ("go", "// ------------------\n// A title of it\n// ------------------\npackage x\n", ["A title of it"]),
    ("c", "/* SPDX-License-Identifier: MIT */\n// Copyright 2026 Some One\nint x;\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source", "expected"), CASES)
def test_comments(language: str, source: str, expected: list[str]) -> None:
    found = paragraphs(source, language)
    assert [p.text.replace(VOWEL_NOUN, "@").replace(NOUN, "@") for p in found] == expected
    for each in found:
        assert_exact(source, each)


def test_every_language_with_comments_is_read() -> None:
    assert {language for language, _, _ in CASES} < LANGUAGES


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return x;", True),
        ("foo(bar)", True),
        ("const x = 1", True),
        ("Returns the value (or nothing).", False),
        ("This is prose", False),
        ("see foo() for more of it", False),
    ],
)
def test_code_in_comments(line: str, expected: bool) -> None:
    assert looks_like_code(line, "javascript") is expected


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        ("php", "some words of it (and more)", False),
        ("php", "$a = f($b)", True),
        ("kotlin", "some words are here() and there", False),
        ("kotlin", "val x = f(1)", True),
        ("kotlin", "some `words` here() and there", False),
        ("kotlin", "some 𝓌ords, here()", False),
        ("kotlin", "run(1) // some words", True),
        ("php", "https://x.org has some of it()", False),
        ("javascript", "print('some words of it here')", True),
        ("ruby", "what of this one (or that)", False),
        ("ruby", "puts name if known(name)", True),
        ("yaml", "words: (and more) of it", False),
        ("yaml", "key: value", True),
        ("yaml", "- name: [a, b]", True),
        ("html", "some words of it (and more)", False),
        ("html", "<p>no", True),
        ("go", "some.words = of(it)", True),
    ],
)
def test_code_that_was_commented_out_in_grammars_that_take_words_for_code(
    language: str, line: str, expected: bool
) -> None:
    assert looks_like_code(line, language) is expected


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "# call(\n#     a_b, # and what\n#     'words of it, more',\n# )\n", []),
        ("python", "# text = (\n#     'some words of a text '\n#     'and more of the text'\n# )\n", []),
        ("python", "# Some words of prose.\n#\n# f(x)\n# # words of its own\n", ["Some words of prose."]),
        ("go", "// for _, x := range y {\n//     // Calls it for each of them\n//     f(x)\n// }\n", []),
        ("python", "# Some words of prose:\n# f(x)\n", ["Some words of prose:"]),
        ("ruby", "# Some words of it\n# puts(name)\n", ["Some words of it"]),
    ],
)
def test_what_stands_in_code_that_was_commented_out(language: str, source: str, expected: list[str]) -> None:
    assert [each.text for each in paragraphs(source, language)] == expected


@given(
    st.lists(
        st.sampled_from(
            ["// a b\n", "/* c d\n * e f */\n", "x = 1;\n", "é // ü ö\n", "\r\n", "/*", "*/", "@param x y z "]
        )
    )
)
def test_any_text_is_mapped_exactly(pieces: list[str]) -> None:
    source = "".join(pieces)
    for each in paragraphs(source, "javascript"):
        assert_exact(source, each)


@pytest.mark.parametrize("row", TOOL_COMMENTS, ids=lambda row: row.examples[0])
def test_what_tools_read_is_no_prose(row: ToolComments) -> None:
    for comment in row.examples:
        assert not row.of_python or not comment.startswith("#") or is_for_tools(comment, "python"), comment
        assert not row.of_others or is_for_tools(comment, "c"), comment


@pytest.mark.parametrize("comment", ["# A typed list", "# global state", "# line 5 is left", "# Licensed under it"])
def test_only_pythons_own_tools_count_there(comment: str) -> None:
    assert not is_for_tools(comment, "python")


@pytest.mark.parametrize("form", TAG_FORMS, ids=lambda form: next(iter(form.examples)))
def test_tags(form: TagForm) -> None:
    for line, expected in form.examples.items():
        read = [
            line[span.start : span.end]
            for lines in split_at_tags(line, [Span(0, len(line))], form.language)
            for span in lines
        ]
        assert "".join(read) == expected

"""Comments without their signs: which lines belong together, and which are for tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from breadknife.text.document import Span
from breadknife.text.extract.passage import split_lines
from breadknife.text.syntax import Node, SyntaxTree

_LINE = re.compile(r"(?://[/!<]*|#+[!:|]?|--+|;+)[ \t]?")
_BLOCK = re.compile(r"/\*+[!<]?|<!--|--\[=*\[|=begin\b[^\n]*")
_BLOCK_END = re.compile(r"\*+/\s*\Z|-->\s*\Z|\]=*\]\s*\Z|\n=end[^\n]*\s*\Z")
_STAR = re.compile(r"[ \t]*\*(?!/)[ \t]?")
_SIGN = r"(?://|/\*|#|--|<!--)[\s*!]*"
_NOWHERE = (-2, -1)
"""The row and column of no line: a comment in row -1 would have to follow it."""


@dataclass(frozen=True)
class ToolComments:
    """Comments that a tool reads, or a licence's. Nothing of them is prose."""

    begins: str
    """Patterns of what stands behind the comment's sign, separated by blanks."""
    examples: tuple[str, ...]
    of_python: bool = False
    """They occur in Python."""
    of_others: bool = True
    """They occur in every other language."""


TOOL_COMMENTS = (
    ToolComments(
        r"breadknife: noqa pragma SPDX Copyright © \(c\) -\*- vim?: region\b endregion\b %%",
        (
            "# noqa: E501",
            "// SPDX-License-Identifier: MIT",
            "/* vim: set ts=4: */",
            "#region Helpers",
            "<!-- (c) Me -->",
        ),
        of_python=True,
    ),
    ToolComments(
        r"type: nosec pylint pyright mypy ruff flake8 isort fmt: yapf pyre- pytype cython: language: coding[:=] "
        r"region endregion -+\s*$ =+\s*$",
        ("# type: ignore", "# ruff: noqa", "# fmt: off", "# coding: utf-8", "# ------"),
        of_python=True,
        of_others=False,
    ),
    ToolComments(
        r"eslint\b @ts- tslint: prettier- biome- istanbul\s c8\s webpack\w*: [#@]\s*__PURE__ jshint\b global\s",
        ("// eslint-disable-next-line no-alert", "/* istanbul ignore next */", "/*#__PURE__*/"),
    ),
    ToolComments(r"go: \+build nolint line\s export\s\w+$", ("//go:generate stringer", "// +build linux")),
    ToolComments(r"clang- NOLINT cppcheck IWYU", ("// NOLINTNEXTLINE", "/* clang-format off */")),
    ToolComments(r"noinspection @formatter: CHECKSTYLE language=", ("//noinspection unused", "// @formatter:off")),
    ToolComments(r"rubocop: frozen_string_literal: typed: encoding:", ("# frozen_string_literal: true",)),
    ToolComments(r"phpcs: phpstan psalm @phpstan @psalm", ("// phpcs:ignore", "/** @phpstan-ignore */")),
    ToolComments(r"luacheck: selene: stylua:", ("-- luacheck: ignore",)),
    ToolComments(
        r"shellcheck stylelint spell-?check cspell vale\b markdownlint LTeX",
        ("# shellcheck disable=SC2034", "<!-- markdownlint-disable -->", "<!-- vale off -->"),
    ),
    ToolComments(r"yaml-language-server yamllint renovate: sqlfluff", ("# yamllint disable-line", "-- sqlfluff:off")),
    ToolComments(r"Licensed\sunder", ("// Licensed under the MIT licence.",)),
)


@cache
def _tool_comment(language: str) -> re.Pattern[str]:
    rows = (row for row in TOOL_COMMENTS if (row.of_python if language == "python" else row.of_others))
    begins = "|".join(pattern for row in rows for pattern in row.begins.split())
    return re.compile(rf"{_SIGN}(?:{begins})|#!|///\s*<reference", re.IGNORECASE)


def is_for_tools(comment: str, language: str) -> bool:
    """Tell whether a comment, with its sign, is for a tool or names a licence, and so has no prose."""
    return _tool_comment(language).match(comment) is not None


def comment_blocks(tree: SyntaxTree, comments: Iterable[Node]) -> Iterator[list[Span]]:
    """Yield each comment's lines without its signs.

    Line comments below each other in one column are one block, unless code stands before one of them. Comments for
    tools are left out.
    """
    block, last_line = list[Span](), _NOWHERE
    for node in sorted(comments, key=lambda comment: comment.start_byte):
        span = tree.span(node)
        source = tree.text[span.start : span.end].rstrip("\r\n")  # Rust's grammar counts a doc comment's line break
        span = Span(span.start, span.start + len(source))
        row, column = node.start_point
        is_alone = not tree.text[tree.text.rfind("\n", 0, span.start) + 1 : span.start].strip(" \t\ufeff")
        opening, is_tool_comment = _BLOCK.match(source), is_for_tools(source, tree.language)
        if block and (opening or is_tool_comment or not is_alone or last_line != (row - 1, column)):
            yield block
            block = []
        last_line = _NOWHERE
        if is_tool_comment:
            continue
        if opening:
            yield list(_inside(tree.text, span, opening.end()))
        elif sign := _LINE.match(source):
            lines = list(split_lines(tree.text, Span(span.start + sign.end(), span.end)))  # C's may end in a backslash
            block += lines
            last_line = (row + len(lines) - 1, column) if is_alone else last_line
    if block:
        yield block


def _inside(text: str, span: Span, opening: int) -> Iterator[Span]:
    """Yield the lines of a block comment without its signs, of which the first has `opening` characters, and without
    the stars at their starts."""
    end = _BLOCK_END.search(text[span.start : span.end], opening)
    first, *others = split_lines(text, Span(span.start + opening, span.start + end.start() if end else span.end))
    yield first
    for line in others:
        star = _STAR.match(text, line.start, line.end)
        yield Span(star.end() if star else line.start, line.end)

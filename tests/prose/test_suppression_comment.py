"""Where the comment stands that silences rules in a paragraph, and where none is offered."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.suppression_comment import comment_above
from breadknife.text.directives import Directives
from breadknife.text.document import Span
from breadknife.text.syntax import parse
from prose.reading import paragraphs
from support import document

C = "breadknife: ignore AnA, EN_A_VS_AN"
PLACES = [
    ("a line of comment", "go", "‸// It is an one.\n"),
    ("below another", "rust", "‸// Well.\n// It is an one.\n"),
    ("below code", "typescript", "let a = 1;\n‸// It is an one.\nlet b = 2;\n"),
    ("at a line's end", "c", "‸int a; // It is an one.\n"),
    ("indented, at a line's end", "java", "class A {\n  ‸int a; // It is an one.\n}\n"),
    ("a block", "javascript", "let a = 1;\n‸/** It is an one. */\nlet b = 2;\n"),
    ("a block's second paragraph", "javascript", "‸/**\n * Well.\n\n * It is an one.\n */\n"),
    ("a block below lines of comment", "cpp", "// Well.\n‸/* It is an one. */\n"),
    ("lines of comment below a block", "cpp", "/* Well. */\n‸// It is an one.\n"),
    ("in a call", "python", "f(\n    1,\n    ‸2,  # It is an one.\n)\n"),
    ("below a script's first line", "shellscript", "#!/bin/sh\n‸# It is an one.\n"),
    ("below a coding", "python", "# -*- coding: utf-8 -*-\n‸# It is an one.\n"),
    ("PHP", "php", "<?php\n‸// It is an one.\n"),
    ("CSS", "css", "‸/* It is an one. */\na { color: red }\n"),
    ("YAML", "yaml", "a:\n  ‸# It is an one.\n  b: 1\n"),
    ("SQL", "sql", "‸-- It is an one.\nSELECT 1;\n"),
    ("Lua", "lua", "‸--[[ Well.\n\nIt is an one. ]]\n"),
    ("a docstring", "python", 'def f():\n    ‸"""It is an one."""\n'),
    ("a docstring's second paragraph", "python", 'def f():\n    ‸"""Do it.\n\n    It is an one.\n    """\n'),
    ("a docstring beside its function", "python", '‸def f(): """It is an one."""\n'),
    ("a module's docstring", "python", '#!/usr/bin/python\n‸"""It is an one."""\n'),
    ("CRLF", "python", "a = 1\r\n‸# It is an one.\r\n"),
    ("a byte order mark", "python", "\ufeff‸# It is an one.\n"),
    ("astral characters", "python", "a = '😀'\n‸# It is an one.\n"),
    ("Markdown", "markdown", "Well.\n\n‸Yes.\nIt is an one.\n"),
    ("below front matter", "markdown", "---\nlang: en\n---\n‸It is an one.\n"),
    ("a byte order mark in Markdown", "markdown", "\ufeff‸It is an one.\n"),
    ("HTML", "html", "<p>Well.</p>\n\n‸<p>\nIt is an one.</p>\n"),
    ("PO", "po", 'msgid "a"\nmsgstr "b"\n\n‸#: a.c\nmsgid ""\n"It is an one."\nmsgstr ""\n'),
    ("PO without a blank line", "gettext", 'msgid "a"\nmsgstr "b"\n‸msgid "It is an one."\nmsgstr "c"\n'),
    ("a commit message", "git-commit", "‸It is an one.\n\n# Please enter the commit message.\n"),
    ("a commit's body", "gitcommit", "Do it\n\n‸Well.\nIt is an one.\n\n# On branch main\n"),
]
NONE = [
    ("plain text", "plaintext", "It is an one.\n"),
    ("a string", "python", 'a = """\nIt is an one.\n"""\n'),
    ("a C macro", "c", "#define A \\\n  1 /* It is an one. */\n"),
    ("a shell command that goes on", "shellscript", "echo a \\\n  b # It is an one.\n"),
    ("below scissors alone", "git-commit", "It is an one.\n# -------- >8 --------\n# Do not touch.\n"),
    ("a commit that keeps its comments", "git-commit", "It is an one.\n"),
    ("a block inside of a template", "typescript", "let a = `\n${1 /* It is an one. */}`;\n"),
    ("JSON", "json", '{"a": "It is an one."}\n'),
    ("an attribute of HTML", "html", '<p title="Well.\n\nIt is an one.">Well.</p>\n'),
]


@pytest.mark.parametrize(("language", "marked"), [each[1:] for each in PLACES], ids=[each[0] for each in PLACES])
def test_it_stands(language: str, marked: str) -> None:
    text = marked.replace("‸", "")
    doc = document(text, language)
    at = text.index("an one")
    edit = comment_above(doc, parse(text, language), Span(at, at + 2), ("AnA", "EN_A_VS_AN"))
    assert edit is not None
    line = marked[: marked.index("‸")].count("\n")
    after = doc.edited([edit])
    assert [each for each in range(after.line_count) if C in after.line_text(each)] == [line]
    assert after.line_text(line).strip("\ufeff").startswith(margin(doc.line_text(line).strip("\ufeff")))
    assert after.text.count("\n") == text.count("\n") + edit.new_text.count("\n")
    assert after.text.count("\r") == (after.text.count("\n") if "\r" in text else 0)
    assert Directives.of(after).silence("AnA", after.line_at(after.text.index("an one")))
    assert [each.text for each in paragraphs(after)] == [each.text for each in paragraphs(doc)]


@pytest.mark.parametrize(("language", "text"), [each[1:] for each in NONE], ids=[each[0] for each in NONE])
def test_none_is_offered(language: str, text: str) -> None:
    at = text.index("an one")
    tree = parse(text, language)
    assert comment_above(document(text, language), tree, Span(at, at + 2), ("AnA",)) is None


def margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]

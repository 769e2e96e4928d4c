"""Every language: something good is shown, what breaks the file isn't, and a broken file may stay broken."""

from __future__ import annotations

import pytest

from breadknife.text.languages import LANGUAGES
from drafts import fit

SMOKE = {
    "python": ("def f(x):\n    return |\n", "x + 1", "x + 1"),
    "typescript": ("const f = (x: number) => {\n  return |;\n};\n", "x + 1;", "x + 1"),
    "typescriptreact": ("const A = () => <b>{|}</b>;\n", "name}", "name"),
    "javascript": ("function f(x) {\n  |\n}\n", "return x + 1;\n}", "return x + 1;"),
    "javascriptreact": ('const A = () => <b id="|">x</b>;\n', 'top"', "top"),
    "go": ("package a\n\nfunc f(x int) int {\n\t|\n}\n", "return x + 1", "return x + 1"),
    "rust": ("fn f(x: i32) -> i32 {\n    |\n}\n", "x + 1", "x + 1"),
    "java": ('class A {\n  void f() {\n    g("|");\n  }\n}\n', 'a");', "a"),
    "c": ("int f(int x) {\n  for (|)\n    x++;\n}\n", "int i = 0; i < x; i++) {", "int i = 0; i < x; i++"),
    "cpp": ("int f(int x) {\n  |\n}\n", "return x;\n}\n", "return x;"),
    "csharp": ("class A {\n  int F() {\n    return |;\n  }\n}\n", "1;", "1"),
    "kotlin": ("fun f(x: Int): Int {\n    return |\n}\n", "x + 1", "x + 1"),
    "ruby": ("def f(x)\n  |\nend\n", "x + 1\nend", "x + 1"),
    "php": ("<?php\nfunction f($x) {\n    return |;\n}\n", "$x + 1;", "$x + 1"),
    "lua": ("local function f(x)\n  |\nend\n", "return x + 1\nend", "return x + 1"),
    "shellscript": ('f() {\n  echo "|"\n}\n', '$1"', "$1"),
    "html": ("<ul>\n  <li>|</li>\n</ul>\n", "one</li>", "one"),
    "css": ("a {\n  color: |;\n}\n", "red;", "red"),
    "json": ('{\n  "a": |\n}\n', '[1, 2]', "[1, 2]"),
    "yaml": ("a:\n  - one\n  |\n", "- two", "- two"),
    "toml": ('[a]\nb = |\n', '"c"', '"c"'),
    "sql": ("SELECT a FROM b WHERE |;\n", "c = 1;", "c = 1"),
    "markdown": ("# Title\n\nSome |\n", "text (with a note).", "text (with a note)."),
}  # fmt: skip

HARMFUL = {
    "python": ("x = f(|)\ny = 1\n", "a) +", "a"),
    "typescript": ("function f(): void {\n  |\n}\n", "g(;", "g"),
    "typescriptreact": ("const A = () => <b>|</b>;\n", "</i>", "would-not-parse"),
    "javascript": ("function f(x) {\n  return x|;\n}\n", ") {", "unbalanced"),
    "javascriptreact": ("const A = () => <b>|</b>;\n", "{x", "unbalanced"),
    "go": ("package a\n\nfunc f() {\n\tx := 1|\n}\n", " := 2", "would-not-parse"),
    "rust": ("fn f() {\n    let x = 1|;\n}\n", " let", "would-not-parse"),
    "java": ("class A {\n  int x = 1|;\n}\n", " class", "would-not-parse"),
    "c": ("int x = 1|;\n", " int", "would-not-parse"),
    "cpp": ("int x = 1|;\n", "}}", "unbalanced"),
    "csharp": ("class A {\n  int x = 1|;\n}\n", " class", "would-not-parse"),
    "kotlin": ("fun f() {\n    val x = 1|\n}\n", " }", "unbalanced"),
    "ruby": ("def f(x)\n  x|\nend\n", "\nend\nend", "outside-block"),
    "php": ("<?php\n$x = 1|;\n", " = = 2", "would-not-parse"),
    "lua": ("local x = 1|\n", " end", "would-not-parse"),
    "shellscript": ("if a; then\n  b|\nfi\n", " >", "would-not-parse"),
    "html": ("<b>|</b>\n", "<i", "would-not-parse"),
    "css": ("a {\n  color: red|;\n}\n", " }", "unbalanced"),
    "json": ('{"a": 1|}\n', " 2", "would-not-parse"),
    "yaml": ("a: 1\n|\n", "b: [1", "b:"),
    "toml": ("a = 1|\n", " = 2", "would-not-parse"),
    "sql": ("SELECT a FROM b|;\n", " WHERE", "would-not-parse"),
    "markdown": ("# Title\n\n```python\nx = f(|)\n```\n", "a, (b", "a,"),
}  # fmt: skip

BROKEN = {
    "python": ("def f(:\n    x = |\n", "1 + 2"),
    "typescript": ("const y = ;\nconst x = |;\n", "1 + 2"),
    "typescriptreact": ("const A = () => <b>;\nconst x = |;\n", "1 + 2"),
    "javascript": ("const y = ;\nconst x = |;\n", "1 + 2"),
    "javascriptreact": ("const A = () => <b>;\nconst x = |;\n", "1 + 2"),
    "go": ("package a\n\nfunc f( {\n}\n\nvar x = |\n", "1 + 2"),
    "rust": ("fn f( {\n}\nconst X: i32 = |;\n", "1 + 2"),
    "java": ("class A {\n  void f( {\n  }\n  int x = |;\n}\n", "1 + 2"),
    "c": ("int f( {\n}\nint x = |;\n", "1 + 2"),
    "cpp": ("int f( {\n}\nint x = |;\n", "1 + 2"),
    "csharp": ("class A {\n  void F( {\n  }\n  int x = |;\n}\n", "1 + 2"),
    "kotlin": ("fun f( {\n}\nval x = |\n", "1 + 2"),
    "ruby": ("def f(\n  1 +\nend\nx = |\n", "1 + 2"),
    "php": ("<?php\nfunction f( {\n}\n$x = |;\n", "1 + 2"),
    "lua": ("function f(\nend\nlocal x = |\n", "1 + 2"),
    "shellscript": ("if a; then\n  b\nx=|\n", "1"),
    "html": ("<ul>\n<li>a\n<b>|</b>\n", "text"),
    "css": ("a { color\nb {\n  color: |;\n}\n", "red"),
    "json": ('{"a": , "b": |}\n', "1"),
    "yaml": ("a: [1\nb: |\n", "1"),
    "toml": ("a = = 1\nb = |\n", "1"),
    "sql": ("SELEC a FROM;\nSELECT a FROM |;\n", "b"),
    "markdown": ("# Title\n\n```python\nx = f(|\n", "a, (b))"),
}  # fmt: skip


STILL_REFUSED = [
    # braces
    ("typescript", "const y = ;\nconst x = |;\n", "1 2", "would-not-parse"),
    ("go", "package a\n\nfunc f( {\n}\n\nvar x = 1|\n", " := 2", "would-not-parse"),
    ("rust", "fn f( {\n}\nconst X: i32 = 1|;\n", " let", "would-not-parse"),
    ("java", "class A {\n  void f( {\n  }\n  int x = 1|;\n}\n", " class", "would-not-parse"),
    ("c", "int f( {\n}\nint x = 1|;\n", " int", "would-not-parse"),
    # indentation
    ("python", "def f(:\n    pass\n\ndef g():\n    x = 1|\n", " 2", "would-not-parse"),
    ("python", "x = = 1\ndef g():\n    |\n", "return 1 2", "would-not-parse"),
    ("yaml", "a: [1\nb: 1|\n", "]: {", "unbalanced"),
    # end words
    ("ruby", "x = = 1\n\ndef f\n  y = 1|\nend\n", " 2", "would-not-parse"),
    ("lua", "x = = 1\n\nlocal y = 1|\n", " = 2", "would-not-parse"),
    ("shellscript", "if a; then\n  b\nx=1|\n", " >", "would-not-parse"),
    # data and markup
    ("json", '{"a": , "b": 1|}\n', " 2", "would-not-parse"),
    ("html", "<b>x</i></b>\n<b>|</b>\n", "<i", "would-not-parse"),
]


def test_every_language_has_its_cases() -> None:
    languages = {language.id for language in LANGUAGES.values()} - {"markdown_inline"}
    assert set(SMOKE) == set(BROKEN) == languages
    # Markdown has no errors: every text is some Markdown. In a fence brackets count.
    assert set(HARMFUL) == languages


@pytest.mark.parametrize(("language", "marked", "text", "expected"), STILL_REFUSED)
def test_in_a_broken_file_what_harms_is_refused_too(language: str, marked: str, text: str, expected: str) -> None:
    assert fit(marked, text, language) == expected


@pytest.mark.parametrize("language", SMOKE)
def test_what_fits_is_shown(language: str) -> None:
    marked, text, expected = SMOKE[language]
    assert fit(marked, text, language) == expected


@pytest.mark.parametrize("language", HARMFUL)
def test_what_harms_is_cut_or_refused(language: str) -> None:
    marked, text, expected = HARMFUL[language]
    assert fit(marked, text, language) == expected


@pytest.mark.parametrize("language", BROKEN)
def test_a_broken_file_is_completed_too(language: str) -> None:
    marked, text = BROKEN[language]
    assert fit(marked, text, language) == text


def test_a_language_without_a_grammar_goes_without_the_parse_gate() -> None:
    assert fit("let x = |\n", "f(1", "ocaml") == "f"
    assert fit("let x = |\n", "in = in", "ocaml") == "in = in"

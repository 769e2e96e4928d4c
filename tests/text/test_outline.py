"""What an outline tells of a file: `kind container.name: signature  # docstring`, and `import module: names`."""

from __future__ import annotations

import pytest

from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import Definition, Import, Outline, outline
from breadknife.text.syntax import parse
from text.outlines import DEFINITIONS


def outline_of(source: str, language: str) -> Outline:
    tree = parse(source, language)
    assert tree is not None
    return outline(tree)


def shown(definition: Definition) -> str:
    name = f"{definition.container}.{definition.name}" if definition.container else definition.name
    doc = f"  # {definition.docstring}" if definition.docstring else ""
    return f"{definition.kind} {name}: {definition.signature}{doc}".replace("\n", "⏎")


def imported(of: Import) -> str:
    names = ", ".join(there if there == here else f"{there} as {here}" for there, here in of.names)
    return f"{of.module}{f' as {of.alias}' if of.alias else ''}{f': {names}' if names else ''}"


@pytest.mark.parametrize("language", DEFINITIONS)
def test_definitions(language: str) -> None:
    source, expected = DEFINITIONS[language]
    assert [shown(definition) for definition in outline_of(source, language).definitions] == expected


def test_every_programming_language_has_an_outline() -> None:
    assert {language.id for language in LANGUAGES.values() if language.definitions} == set(DEFINITIONS)


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "import os, a.b as c\n", ["os", "a.b as c"]),
        ("python", "from ..p import (y as z, w)\n", ["..p: y as z, w"]),
        ("python", "from q import *\nif x:\n    from . import r\n", ["q: *", ".: r"]),
        ("typescript", "import a, { b, c as d } from './x'\n", ["./x: default as a, b, c as d"]),
        ("typescript", "import * as e from 'y'\nimport 'z'\n", ["y as e", "z"]),
        ("typescript", "import f = require('q')\nexport { m } from './n'\n", ["q as f", "./n: m"]),
        ("javascript", "const g = require('h'), {i, j: k} = require('l')\n", ["h as g", "l: i, j as k"]),
        ("javascriptreact", "import a from 'b'\n", ["b: default as a"]),
        ("typescriptreact", "import type { A } from 'b'\n", ["b: A"]),
        ("go", 'import (\n\t"fmt"\n\tx "a/b"\n)\n', ["fmt", "a/b as x"]),
        ("rust", "use a::b;\nuse a::c as d;\nuse e::*;\n", ["a: b", "a: c as d", "e: *"]),
        ("rust", "use a::{b, c as d, e::F};\nmod m;\n", ["a: b, c as d, e::F as F", "m"]),
        ("java", "import a.b.C;\nimport a.*;\n", ["a.b.C: C", "a: *"]),
        ("c", '#include <stdio.h>\n#include "a/b.h"\n', ["<stdio.h>", "a/b.h"]),
        ("cpp", "#include <vector>\n", ["<vector>"]),
        ("csharp", "using System.Text;\nusing F = A.B;\n", ["System.Text", "A.B as F"]),
        ("ruby", "require 'a/b'\nrequire_relative './c'\n", ["a/b", "./c"]),
        ("php", "<?php\nuse A\\B;\nuse C\\D as E;\nuse F\\{G, H as I};\n", ["A\\B: B", "C\\D: D as E", "F: G, H as I"]),
        ("php", "<?php\nrequire_once 'z.php';\n", ["z.php"]),
        ("lua", "local m = require('a.b')\nrequire 'c'\n", ["a.b as m", "c"]),
        ("shellscript", "source ./a.sh\n. b.sh\n", ["./a.sh", "b.sh"]),
        ("kotlin", "import a.B\nimport a.C as D\nimport e.*\n", ["a.B: B", "a.C: C as D", "e: *"]),
    ],
)
def test_imports(language: str, source: str, expected: list[str]) -> None:
    assert [imported(of) for of in outline_of(source, language).imports] == expected


@pytest.mark.parametrize(
    ("language", "source", "names"),
    [
        ("python", "a.b(c=d)  # e\n'f'\n", "a b c d"),
        ("typescript", "const a: B = { c, d: 'e' }\n", "a B c d"),
        ("go", "var a B = c.d(e{f: 1})\n", "a B c d e f"),
        ("cpp", "a::B c = d->e;\n", "a B c d e"),
        ("ruby", "@a = B.c(d: :e)\n", "@a B c d"),
    ],
)
def test_names(language: str, source: str, names: str) -> None:
    assert outline_of(source, language).names == set(names.split())


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "def f(a):\n    x = )\n\ndef g(): pass\n", ["function f: def f(a):", "function g: def g():"]),
        ("python", "def f(a\n\ndef g():\n    pass\n\nclass A:\n    x = 1\n", ["class A: class A:"]),
        ("javascript", "const f = (a) => {\n  return a +\n}\n", ["function f: const f = (a) =>"]),
        ("go", "func f() {\n\tx :=\n}\nfunc g() {}\n", ["function f: func f()", "function g: func g()"]),
        ("typescript", "let = ;\nfunction f() { return 1 + }\n", ["function f: function f()"]),
    ],
)
def test_a_broken_text_gives_what_is_whole(language: str, source: str, expected: list[str]) -> None:
    assert [shown(definition) for definition in outline_of(source, language).definitions] == expected


def test_spans_are_in_code_points_and_hold_decorators_and_body() -> None:
    source = "# 😀\n@é\ndef f():\n    return 'ñ'\n\nx = 1\n"
    [f, x] = outline_of(source, "python").definitions
    assert source[f.span.start : f.span.end] == "@é\ndef f():\n    return 'ñ'"
    assert source[x.span.start : x.span.end] == "x = 1"


@pytest.mark.parametrize("language", ["html", "css", "json", "yaml", "toml", "sql", "markdown"])
def test_markup_and_data_have_none(language: str) -> None:
    assert outline_of("a: 1\n", language) == Outline((), (), frozenset())

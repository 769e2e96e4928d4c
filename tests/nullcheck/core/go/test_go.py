"""Go in the new core: its syntax lowered, the specification, each row of its knowledge, and code of others."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.knowledge import Examples, knowledge_of
from breadknife.plugins.nullcheck.languages.go.outline import home_of
from breadknife.text.document import Span
from breadknife.text.syntax import parse
from nullcheck.core import braces
from support import marked_spans

IMPORTS = (
    "bytes", "crypto/x509", "encoding/pem", "errors", "fmt", "log", "net/http", "net/url", "os", "example.org/other",
)  # fmt: skip
HEAD = "package p\n\nimport (\n" + "".join(f'\t"{path}"\n' for path in IMPORTS) + ")\n\n"
DROPPED = frozenset(braces.dropped("go"))
FILES = 40


def home(text: str) -> FileAnalysis:
    tree = parse(text, "go")
    assert tree is not None
    return home_of(tree)


def found(text: str) -> list[Span]:
    tree = parse(text, "go")
    assert tree is not None
    return braces.spans(tree, home_of(tree))


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("x := a.b[0].c(1)", "x = a.b[0].c(1)"),
        ("a, b := b, a", "tuple(a, b) = tuple(b, a)"),
        ("a, _ := f()", "tuple(a, _) = f()"),
        ("v, ok := m[k]", "tuple(v, ok) = attempt(m[k])"),
        ("v, _ := m[k]", "tuple(v, _) = tuple(m[k], parts())"),
        ("v, ok := x.(*T)", "tuple(v, ok) = attempt(x as T)"),
        ("x := 1; { x := 2; f(x) }; g(x)", "x = 1; x = 2; f(x); g(x)"),
        ("m[k] += 1", "m[k] = +(m[k], 1)"),
        ("m[k]++", "m[k] = unary(m[k])"),
        ("var m map[string]int", "m = null"),
        ("var n int", "n = int()"),
        ("s := &S{}", "s = S() as S"),
        ("s := &S{m: nil}", "s = S(null) as S"),
        ("*p = 1", "deref(p) = 1"),
        ("x := y.(fmt.Stringer)", "x = y as fmt.Stringer"),
        ("if v := f(); v != nil { g() } else if a { h() } else { i() }",
         "v = f(); if v not is null {g()} else {if a {h()} else {i()}}"),
        ("for i := 0; i < 3; i++ { f() }", "i = 0; while <(i, 3) {f()} then i = unary(i)"),
        ("for { break }", "while  {break}"),
        ("for k, v := range m { f(k, v) }", "for parts(k) in m {v = m[k]; f(k, v)}"),
        ("a: for { continue a }", "a: while  {continue a}"),
        ("switch x { case 1, 2: f(); case nil: fallthrough; default: g() }",
         "switch {(x == 1 or x == 2): f(); break; x is null: ; default: g(); break}"),
        ("switch { case a: f() }", "switch {a: f(); break}"),
        ("switch t := x.(type) { case nil: f(); case *T: g(t) }",
         "switch {parts(): f(); break; x instance parts(): t = x as T; g(t); break}"),
        ("select { case v := <-c: f(v); default: g() }",
         "switch {parts(): v = parts(c); f(v); break; default: g(); break}"),
        ("defer r.Close()", "r.Close()"),
        ("defer func() { f() }()", "function()"),
        ("go f(x)", "f(x)"),
        ("x := 1; func() { x = 2 }()", "parts() = 1; function()"),
        ("goto end\nend:\nf()", ""),
        ("return", "return"),
    ],
)  # fmt: skip
def test_syntax(text: str, lowered: str) -> None:
    types = "type T struct{ N int }\ntype S struct{ m map[string]int }"
    file = home(f'package p\nimport "fmt"\n{types}\nfunc z() {{\n{text}\n}}\n')
    assert braces.block(file.file.functions[-1].body) == lowered


def test_results_with_names_are_variables() -> None:
    file = home("package p\nfunc z() (m map[string]int, err error) {\n\treturn\n}\n")
    assert braces.block(file.file.functions[-1].body) == "m = null; err = null; return tuple(m, err)"


@pytest.mark.parametrize("marked", [each for each in braces.cases("go", "fires") if each not in DROPPED])
def test_must_fire(marked: str) -> None:
    text, spans = marked_spans(HEAD + marked)
    assert found(text) == spans


@pytest.mark.parametrize("text", [each for each in braces.cases("go", "silent") if each not in DROPPED])
def test_must_not_fire(text: str) -> None:
    assert braces.reasons(home(HEAD + text)) == []


@pytest.mark.parametrize("marked", sorted(DROPPED))
def test_what_is_dropped_is_still_missed(marked: str) -> None:
    text, spans = marked_spans(HEAD + marked)
    assert found(text) != spans


def of_example(row: Examples, body: str) -> list[str]:
    folder, slash, name = row.name.rpartition("/")
    path = folder + slash + name.partition(".")[0]
    return braces.reasons(home(f'package p\n\nimport "{path}"\n\nfunc f() {{\n{body}\n}}\n'))


@pytest.mark.parametrize("row", knowledge_of("go").examples, ids=lambda row: row.name)
def test_each_row_keeps_its_own_examples(row: Examples) -> None:
    assert row.fires
    for example in row.fires:
        assert any(row.name.rpartition("/")[2] in why for why in of_example(row, example)), example
    for example in row.silent:
        assert of_example(row, example) == [], example


@pytest.mark.parametrize(
    "text",
    [
        "", "package", "package p\nfunc", "package p\nfunc f() { if", "package p\nfunc (t *) f() { t. }",
        "package p\nfunc f() {" + "if a {" * 300 + "}" * 301, "package p\nvar x = " + "(" * 400 + "1" + ")" * 400,
        "package p\nfunc f() { x := " + " + ".join(["1"] * 2000) + " }",
        "package p\nfunc f(x int) { switch x {\n" + "".join(f"case {n}: fallthrough\n" for n in range(400)) + "} }",
    ],
)  # fmt: skip
def test_half_written_code_is_no_error(text: str) -> None:
    home(text).findings()


def module_cache() -> Path | None:
    try:
        asked = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return None
    said = asked.stdout.strip()
    return Path(said) if said and os.path.isdir(said) else None


@pytest.mark.slow
def test_code_of_others_is_no_error() -> None:
    folder = module_cache()
    files = sorted(folder.rglob("*.go")) if folder is not None else []
    if not files:
        pytest.skip("no module of Go is here")
    for path in random.Random(7).sample(files, min(FILES, len(files))):
        home(path.read_text("utf-8", "replace")).findings()

"""Java in the new core: its syntax lowered, the specification, each row of its knowledge, and code of others."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.knowledge import Examples, knowledge_of
from breadknife.plugins.nullcheck.languages.java.outline import home_of
from breadknife.text.document import Span
from breadknife.text.syntax import parse
from nullcheck.core import braces
from support import marked_spans

DROPPED = frozenset(braces.dropped("java"))
FILES = 40


def home(text: str) -> FileAnalysis:
    tree = parse(text, "java")
    assert tree is not None
    return home_of(tree)


def found(text: str) -> list[Span]:
    tree = parse(text, "java")
    assert tree is not None
    return braces.spans(tree, home_of(tree))


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("String s = a.b[0].c(1);", "s = a.b[0].c(1)"),
        ("String s = null;", "s = null"),
        ("int n = f(); long m = 1;", "n = unbox(this.f()); m = 1"),
        ("field = 1; this.field++;", "this.field = 1; this.field = arithmetic(this.field)"),
        ('String s = "a" + x + 1;', "s = join(join(\"a\", x), 1)"),
        ("int n = x - y;", "n = arithmetic(x, y)"),
        ("f(z -> z.a());", "this.f(function)"),
        ("Object o = (String) x;", "o = x as String"),
        ("List<A> l = new ArrayList<>(x);", "l = new.ArrayList(x)!"),
        ("if (x == null || !y) { f(); } else g();", "if (x is null or not y) {this.f()} else {this.g()}"),
        ("if (x instanceof String s && s.isEmpty()) f(s);",
         "if ((x instance parts() and tuple(s = x as String)) and s.isEmpty()) {this.f(s)}"),
        ("String s = x != null ? x : y;", "s = (x not is null ? x : y)"),
        ("for (int i = 0; i < 3; i++) { continue; }",
         "i = 0; while arithmetic(i, 3) {continue} then i = arithmetic(i)"),
        ("for (String s : l) f(s);", "for s in l {this.f(s)}"),
        ("do { f(); } while (x);", "while  {this.f()} then if x {} else {break}"),
        ("a: while (true) { break a; }", "a: while true {break a}"),
        ("switch (x) { case 1: case 2: f(); break; default: g(); }",
         "switch(x); switch {x == 1: ; x == 2: this.f(); break; default: this.g()}"),
        ("switch (x) { case String s when s.a() -> f(s); default -> {} }",
         "switch(x); switch {(x == parts() or x == parts()): this.f(s); break; default: break}"),
        ("try (R r = f()) { g(); } catch (A | B e) { h(); } finally { i(); }",
         "r = this.f(); try {this.g()} catch A|B {this.h()} finally {this.i()}"),
        ("synchronized (x) { f(); }", "x; this.f()"),
        ("throw new A();", "raise new.A()!"),
        ("assert x != null;", "if not x not is null {raise}"),
        ("Objects.requireNonNull(x).a();", "x!.a()"),
        ("Preconditions.checkNotNull(x);", "x!"),
        ("Validate.isTrue(x != null, m);", "if not x not is null {raise}; m!"),
        ("return;", "return"),
    ],
)  # fmt: skip
def test_syntax(text: str, lowered: str) -> None:
    head = "class A { Object field;\nvoid z() {\n"
    function = next(each for each in home(head + text + "\n} }").file.functions if each.name == "z")
    assert braces.block(function.body) == lowered


@pytest.mark.parametrize(
    ("declared", "is_nullable"),
    [
        ("@Nullable String", True), ("@org.jspecify.annotations.Nullable String", True), ("@CheckForNull String", True),
        ("@NullOr String", True), ("@NonNull String", False), ("String", False), ("@Nullable int[]", False),
    ],
)  # fmt: skip
def test_annotations_of_all_families(declared: str, is_nullable: bool) -> None:
    text = f"class A {{ void f({declared} x) {{ x.a(); }} }}"
    assert bool(found(text)) == is_nullable


@pytest.mark.parametrize("marked", [each for each in braces.cases("java", "fires") if each not in DROPPED])
def test_must_fire(marked: str) -> None:
    text, spans = marked_spans(marked)
    assert found(text) == spans


@pytest.mark.parametrize("text", [each for each in braces.cases("java", "silent") if each not in DROPPED])
def test_must_not_fire(text: str) -> None:
    assert braces.reasons(home(text)) == []


@pytest.mark.parametrize("marked", sorted(DROPPED))
def test_what_is_dropped_is_still_missed(marked: str) -> None:
    text, spans = marked_spans(marked)
    assert found(text) != spans


def of_example(body: str) -> list[str]:
    text = "import java.util.*;\nclass A {\n    void a() throws Exception {\n" + body + "\n    }\n}\n"
    return braces.reasons(home(text))


@pytest.mark.parametrize("row", knowledge_of("java").examples, ids=lambda row: row.name)
def test_each_row_keeps_its_own_examples(row: Examples) -> None:
    assert row.fires
    method = row.name.rpartition(".")[2]
    for example in row.fires:
        assert any(method in why for why in of_example(example)), example
    for example in row.silent:
        assert of_example(example) == [], example


@pytest.mark.parametrize(
    "text",
    [
        "", "class", "import static A;", "import static ;",
        "class A { void f() { if", "class A { int f() { return switch (x) { case", "class A { @Nullable }",
        "class A { void f() {" + "if (a) {" * 300 + "}" * 302,
        "class A { int x = " + "(" * 400 + "1" + ")" * 400 + "; }",
        "class A { int x = " + " + ".join(["1"] * 2000) + "; }",
        "class A { void f(int x) { switch (x) {\n" + "".join(f"case {n}:\n" for n in range(400)) + "} } }",
        "class A extends A { void f() { super.f(); } }",
    ],
)  # fmt: skip
def test_half_written_code_is_no_error(text: str) -> None:
    home(text).findings()


@pytest.mark.slow
def test_code_of_others_is_no_error() -> None:
    jars = sorted((Path.home() / ".m2" / "repository").rglob("*-sources.jar"))
    if not jars:
        pytest.skip("no sources of Java are here")
    for jar in random.Random(7).sample(jars, min(4, len(jars))):
        with zipfile.ZipFile(jar) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".java"))
            for name in random.Random(7).sample(names, min(FILES, len(names))):
                home(archive.read(name).decode("utf-8", "replace")).findings()

"""What NullAway says of a null tells which declaration lacks `@Nullable`."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.project.annotating import JavaDeclarations, annotated, declared_nullable
from breadknife.text.document import Span, apply_edits
from breadknife.text.syntax import SyntaxTree, parse
from support import marked_spans

RETURNS = "returning @Nullable expression from method with @NonNull return type"
PASSES = "passing @Nullable parameter 'null' where @NonNull is required"
STORES = "assigning @Nullable expression to @NonNull field"
UNSET = "initializer method does not guarantee @NonNull field 'a' (line 2) is initialized along all control-flow paths"
OVERRIDES = "method returns @Nullable, but superclass method shop.B.f(java.lang.String) returns @NonNull"
TAKES = "parameter s is @NonNull, but parameter in superclass method shop.B.f(java.lang.String) is @Nullable"
IMPORT = "import org.jspecify.annotations.Nullable;"


def java(texts: dict[Path, str]) -> JavaDeclarations:
    """Files that are named after the only class that they have."""
    trees = {path: tree for path, text in texts.items() if (tree := parse(text, "java")) is not None}
    return JavaDeclarations(trees.get, lambda name: [path for path, text in texts.items() if name in text])


def asked(marked: str, message: str, other: str = "") -> tuple[list[str], dict[Path, str]]:
    """The names of what is annotated, and the texts with it."""
    text, spans = marked_spans(marked)
    here, there = Path("A.java"), Path("B.java")
    texts = {here: text, there: other}
    known = java(texts)
    names = list[str]()
    for each in known.declarations(here, Span(spans[0].start, spans[0].start), message):
        names.append(each.name)
        texts[each.path] = apply_edits(texts[each.path], annotated(each, tree_of(texts[each.path])))
    return names, texts


@pytest.mark.parametrize(
    ("marked", "message", "name"),
    [
        ("class A { String f() { return ⟦null⟧; } }", RETURNS, "A.f()"),
        ("class A { String f() { g(() -> { return ⟦null⟧; }); return s; } }", RETURNS, ""),
        ("class A { int f() { return ⟦null⟧; } }", RETURNS, ""),
        ("class A { void g(String s, int n) {} void f() { g(⟦null⟧, 1); } }", PASSES, "A.g(s)"),
        ("class A { void g(String s) {} void g(Object o) {} void f() { g(⟦null⟧); } }", PASSES, ""),
        ("class A { void g(Object... o) {} void f() { g(1, ⟦null⟧); } }", PASSES, "A.g(o)"),
        ("class A { A(String s) {} A() { this(⟦null⟧); } }", PASSES, "A.A(s)"),
        ("class A { record R(String s) {} Object f() { return new R(⟦null⟧); } }", PASSES, "R.R(s)"),
        ("class A { void f() { B.h(⟦null⟧); } }", PASSES, "B.h(s)"),
        ("class A { void f() { System.out.println(⟦null⟧); } }", PASSES, ""),
        ("class A { String a; void f() { ⟦this.a = null⟧; } }", STORES, "A.a"),
        ("class A { void f(B b) { ⟦b.c = null⟧; } }", STORES, "B.c"),
        ("class A {\n  String a;\n  ⟦A⟧() {} }", UNSET, "A.a"),
        ("class A extends B { Object ⟦f⟧(String s) { return null; } }", OVERRIDES, "B.f()"),
        ("class A extends B { Object f(⟦String s⟧) { return s; } }", TAKES, "A.f(s)"),
        ("class A { class C { String a; void f() { ⟦a = null⟧; } } String a; }", STORES, "C.a"),
        ("class A extends B { Object ⟦f⟧(String s) { return null; } }", OVERRIDES.replace(".f(", ".<T>f("), "B.f()"),
        ("class A extends B { Object ⟦f⟧(int n) { return null; } }", OVERRIDES.replace("java.lang.String", "int"), ""),
        ("class A { void f(String s) { ⟦s⟧.trim(); } }", "dereferenced expression s is @Nullable", ""),
    ],
)
def test_the_declaration_that_a_null_reaches(marked: str, message: str, name: str) -> None:
    other = "class B { String c; static void h(String s) {} Object f(String s) { return s; } }"
    names, texts = asked(marked, message, other)
    assert names == ([name] if name else [])
    declared = [each for text in texts.values() for each in declared_nullable(tree_of(text))]
    assert declared == names


def test_a_parameter_is_annotated_in_all_methods_that_override_each_other() -> None:
    names, _ = asked(
        "class A { void f(C c) { c.h(⟦null⟧); } void h(String s) {} }", PASSES, "interface C { void h(String name); }"
    )
    assert names == ["A.h(s)", "C.h(name)"]


def tree_of(text: str) -> SyntaxTree:
    tree = parse(text, "java")
    assert tree is not None
    return tree


@pytest.mark.parametrize(
    ("declared", "annotated_as"),
    [
        ("String f()", "@Nullable String f()"),
        ("public static String f()", "public static @Nullable String f()"),
        ("<T> T f()", "<T> @Nullable T f()"),
        ("Map.Entry<K, V> f()", "Map.@Nullable Entry<K, V> f()"),
        ("String[] f()", "String @Nullable [] f()"),
        ("List<@Nullable String> f()", "@Nullable List<@Nullable String> f()"),
        ("@Nullable String f()", "@Nullable String f()"),
    ],
)
def test_where_the_annotation_of_a_type_stands(declared: str, annotated_as: str) -> None:
    _, texts = asked(f"class A {{ {declared} {{ return ⟦null⟧; }} }}", RETURNS)
    assert f"class A {{ {annotated_as} {{ return null; }} }}" in texts[Path("A.java")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("package shop;\n\n", f"package shop;\n\n{IMPORT}\n\n"),
        ("package shop;\n\nimport java.util.List;\n\n", f"package shop;\n\nimport java.util.List;\n{IMPORT}\n\n"),
        ("import org.junit.Test;\n", f"{IMPORT}\nimport org.junit.Test;\n"),
        ("import javax.annotation.Nullable;\n", "import javax.annotation.Nullable;\n"),
    ],
)
def test_the_annotation_is_imported_once(before: str, after: str) -> None:
    _, texts = asked(before + "class A { String f() { return ⟦null⟧; } }", RETURNS)
    assert texts[Path("A.java")] == after + "class A { @Nullable String f() { return null; } }"

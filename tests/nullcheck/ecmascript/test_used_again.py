"""A value that its statement uses twice: a repair of one use isn't offered where the other one would fail next."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import parse

GUARDS = {Strategy.RAISE, Strategy.RETURN, Strategy.NON_NULL}


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("a.b", {Strategy.OPTIONAL_CHAIN, Strategy.NARROW}),
        ("a.b && a.c", {Strategy.OPTIONAL_CHAIN, Strategy.NARROW}),
        ("a.b && g(a.c)", {Strategy.OPTIONAL_CHAIN, Strategy.NARROW}),
        ("a.b && other.a.c", {Strategy.OPTIONAL_CHAIN, Strategy.NARROW}),
        ("!a.b && a.c", {Strategy.NARROW}),
        ("a.b || a.c", set[Strategy]()),
        ("a.b === 'x' || a.c", set[Strategy]()),
        ("g(a.b || 1, a.c)", set[Strategy]()),
        ("(a.b ? 1 : 2) > a.c", set[Strategy]()),
    ],
)
def test_what_another_checker_says_of_the_first_use(condition: str, more: set[Strategy]) -> None:
    text = f"function f(a: A | undefined) {{\n  if ({condition}) {{\n    g();\n  }}\n}}\n"
    tree, at = parse(text, "typescript"), text.index("a.b")
    assert tree is not None
    file = language("typescript").open(Document("file:///p/a.ts", "typescript", text), tree, None)
    said = Finding(Span(at, at + 1), "ts", "18048", "'a' is possibly 'undefined'.")
    place = file.place(said)
    assert place is not None
    assert {offer.strategy for offer in file.offers(place, (said,))} == GUARDS | more

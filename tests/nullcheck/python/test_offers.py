"""What is offered at a place itself, best first, and what it writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import apply_edits
from breadknife.text.syntax import parse
from nullcheck.python.cases import offered, written

LAST = (Strategy.OPTIONAL_CHAIN, Strategy.IGNORE)
"""Where nothing else can be done."""


def test_a_title_names_a_long_value_by_its_end() -> None:
    _, (first, *_) = offered("def f(n):\n    return ⟦n.a_long_name_of_an_attribute.of_another_attribute⟧.q\n")
    assert first.title == "Assert that `….of_another_attribute` is not None (AssertionError if it is)"


def test_a_loop_that_leaves_the_value_alone_has_a_check_before_it() -> None:
    text, offers = offered("def f(n):\n    g()\n    while ⟦n.p⟧.q > 1:\n        g()\n")
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.ASSERT]
    assert made == ["def f(n):\n    g()\n    assert n.p is not None\n    while n.p.q > 1:\n        g()\n"]


@pytest.mark.parametrize(
    ("head", "lines", "tested"),
    [
        ("if ⟦x⟧.y(a):", ["pass"], "if x is not None and x.y(a):"),
        ("if a:", ["g()", "a = ⟦n.p⟧.q"], None),  # it may set it
        ("if a:", ["g()", "a = ⟦x⟧.y"], None),  # it is done without x, too
        ("if a:", ["if b: return b", "a = ⟦x⟧.y"], None),
        ("if a:", ["n.p = a", "a = ⟦n.p⟧.q"], None),
        ("if g() > ⟦x⟧.y:", ["pass"], None),
        ("if a:", ["x = g(x)", "a = ⟦x⟧.y"], None),
        ("if (x := g(a)):", ["a = ⟦x⟧.y"], None),
        ("if not ⟦x⟧.y(a):", ["raise ValueError(a)"], "if x is None or not x.y(a):"),
        ("if a:", ["a = ⟦x⟧.y", "b = 1", "    else:", "pass"], None),
        ("for a in b:", ["a = ⟦x⟧.y"], None),
    ],
)
def test_a_condition_around_tests_it_too(head: str, lines: list[str], tested: str | None) -> None:
    block = "".join(f"{line}\n" if line.startswith(" ") else f"        {line}\n" for line in lines)
    text, offers = offered(f"def f(a, b, n, x=None):\n    {head}\n{block}")
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.NARROW]
    head = head.replace("⟦", "").replace("⟧", "")
    assert made == ([] if tested is None else [text.replace(head, tested)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return ⟦x⟧.y if a else b", None),
        ("return b if a else ⟦x⟧.y", None),
        ("return a and ⟦x⟧.y", None),
        ("return [x for x in a if ⟦x⟧.y]", "return [x for x in a if x is not None and x.y]"),
    ],
)
def test_a_value_is_tested_only_where_the_other_one_is_written(before: str, after: str | None) -> None:
    text, offers = offered(f"def f(a, b, x=None):\n    {before}\n")
    made = [written(text, offer) for offer in offers if offer.strategy not in LAST]
    assert made == ([] if after is None else [f"def f(a, b, x=None):\n    {after}\n"])


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (["x.a()", "return b if a else ⟦x⟧.y"], 0),
        (["b = 1", "if x.a():", "    return b if a else ⟦x⟧.y"], 1),
        (["x.a()", "x = g()", "return b if a else ⟦x⟧.y"], None),
        (["if a:", "    x.a()", "return b if a else ⟦x⟧.y"], None),
        (["b = a and x.a()", "return b if a else ⟦x⟧.y"], None),
        (["def g():", "    x.a()", "return b if a else ⟦x⟧.y"], None),
        (["return b if a else ⟦x⟧.y", "x.a()"], None),
        (["x.a()", "b = 1", "⟦x⟧.b()"], 0),
        (["x.a()", "x.b()", "⟦x⟧.c()"], 0),
        (["if b > x:", "    b = 1", "    a = -⟦x⟧"], 0),
        (["x.a()", "for b in a:", "    ⟦x⟧.y()"], 0),
        (["x.a()", "for b in a:", "    ⟦x⟧.y()", "    x = b"], 2),
        (["x.a()", "x = g()", "⟦x⟧.b()"], 2),
        (["x.a()", "x = ⟦x⟧.b()"], 0),
        (["x.a()", "if x or a:", "    ⟦x⟧.b()"], 2),
        (["if a:", "    x.a()", "⟦x⟧.b()"], 2),
        (["try:", "    x.a()", "except OSError:", "    ⟦x⟧.b()"], 3),
        (["if a:", "    g()", "    ⟦x⟧.a()", "else:", "    x.b()"], 2),  # it is done without x, too
        (["if a:", "    ⟦x⟧.a()", "elif b:", "    x.b()"], 1),
        (["if x or a:", "    ⟦x⟧.a()", "else:", "    x.b()"], 1),
    ],
)
def test_a_check_stands_before_a_use_that_always_comes_first(lines: list[str], at: int | None) -> None:
    text, offers = offered("def f(a, b, x=None):\n" + "".join(f"    {line}\n" for line in lines))
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.ASSERT]
    if at is None:
        assert made == []
    else:
        head, *body = text.splitlines()
        indent = body[at][: len(body[at]) - len(body[at].lstrip())]
        assert made == ["\n".join([head, *body[:at], f"{indent}assert x is not None", *body[at:], ""])]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if 1 < ⟦(n := g(\n        a))⟧.y: pass", None),
        ("g(n, ⟦(n := g())⟧.y)", None),
        ("with a as x, ⟦x⟧.y: pass", None),
        ("with a as b, ⟦x.y⟧.z: pass", None),
    ],
)
def test_a_check_stands_before_the_statement(before: str, after: str | None) -> None:
    text, offers = offered(f"def f(a, x):\n    {before}\n")
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.ASSERT]
    assert made == ([] if after is None else [f"def f(a, x):\n    {after}\n"])


@pytest.mark.parametrize(
    "statement",
    [
        "self.make(⟦self.x⟧.y, 1)",
        "a = [b for b in ⟦self.x⟧.y]",
        "if self.x.a and ⟦self.x⟧.b: pass",
        "self.x.y = ⟦self.x⟧.z",
    ],
)
def test_an_assert_stands_where_the_value_is_used_in_any_case(statement: str) -> None:
    text, offers = offered(f"class A:\n    def f(self):\n        {statement}\n")
    first = next(offer for offer in offers if offer.strategy is Strategy.ASSERT)
    assert written(text, first) == text.replace("        ", "        assert self.x is not None\n        ")


@pytest.mark.parametrize(
    "statement",
    [
        "self.make(self.connect(), ⟦self.x⟧.y)",
        "⟦self.x⟧.y = self.connect()",
        "return (x := self.x) and ⟦x⟧.y",
        "return g(x := self.x, ⟦x⟧.y)",
        "a = [⟦self.x⟧.y for b in c]",
    ],
)
def test_nothing_is_tested_before_what_may_set_it(statement: str) -> None:
    _, offers = offered(f"class A:\n    def f(self):\n        {statement}\n")
    assert [offer for offer in offers if offer.strategy not in LAST] == []


def test_the_elements_of_a_comprehension_come_after_what_it_iterates_over() -> None:
    text, (first, *_) = offered("def f(a):\n    return list(g(b) for b in ⟦a.b(1)⟧.c())\n", "nullcheck")
    assert first.strategy is Strategy.ASSERT
    assert "a.b(1)\n    assert" in written(text, first)


@pytest.mark.parametrize(
    ("above", "is_first"),
    [
        ("    # it is\n    # noqa\n", True),
        ("    g()  # so that it is\n", False),
        ("    # of all\n\n", False),
        ("        # of what was before\n", False),
    ],
)
def test_a_check_stands_above_the_comments_of_its_statement(above: str, is_first: bool) -> None:
    head = "def f(x=None):\n    if x:\n        g()\n"
    text, offers = offered(f"{head}{above}    return ⟦x⟧.y\n")
    made = next(offer for offer in offers if offer.strategy is Strategy.ASSERT)
    line = "    assert x is not None\n"
    lines = f"{line}{above}" if is_first else f"{above}{line}"
    assert apply_edits(text, made.edits) == f"{head}{lines}    return x.y\n"


def test_what_its_own_brackets_do_not_hold_together_gets_no_name() -> None:
    _, offers = offered("def f(d, k):\n    return (⟦d\n    [k]⟧).foo\n")
    assert Strategy.ASSERT not in {offer.strategy for offer in offers}


@pytest.mark.parametrize(
    ("head", "step"),
    [
        ('"""\n- a list\n  of lines\n"""\ndef g():\n    pass\n', "    "),
        ("def g():\n  pass\n", "  "),
        ("def g():\n    if a: b()\n", "    "),
        ("def g():\n\tpass\n", "\t"),
    ],
)
def test_indentation_is_that_of_the_code(head: str, step: str) -> None:
    text, offers = offered(f"{head}def f(x):\n{step}g()\n{step}⟦x⟧.y()\n")
    raised = next(offer for offer in offers if offer.strategy is Strategy.RAISE)
    assert f"\n{step}if x is None:\n{step}{step}raise " in written(text, raised)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a['first-name']", "a[first-name] is None"),
        ("g(a)", "g(a) is None"),
        (f"a.{'long_' * 12}.name", "the value is None"),
    ],
)
def test_a_message_says_what_is_missing(value: str, message: str) -> None:
    _, offers = offered(f"def f(a, b):\n    return ⟦{value}⟧.y\n")
    contents = [offer.content.message for offer in offers if offer.strategy is Strategy.RAISE and offer.content]
    assert contents == [message]


# --- every offer ---

STATEMENTS = (
    "⟦x.v⟧.y()", "a = ⟦x.v⟧.y", "return ⟦x.v⟧.y", "for b in ⟦x.v⟧.y: pass", "if ⟦x.v⟧.y: pass", "g(1, ⟦x.v⟧.y)",
    "while a and ⟦x.v⟧.y: pass", "return 1 if ⟦x.v⟧.y else 2", "return ⟦x.v⟧.y if a else 2", "⟦x.v()⟧.y()",
    "⟦x.v⟧.y, b = a, 1", "del ⟦x.v⟧.y", "a = [b for b in ⟦x.v⟧.y]", "with ⟦x.v⟧.y as b: pass", "g(a(), ⟦x.v⟧.y)",
)  # fmt: skip
AROUND = (
    "def f(a, x):{nl}{ind}{use}{nl}",
    "def f(a, x):{nl}{ind}for c in a:{nl}{ind}{ind}{use}{nl}",
    "def f(a, x):{nl}{ind}try:{nl}{ind}{ind}{use}{nl}{ind}except ValueError:{nl}{ind}{ind}pass{nl}",
    "class A:{nl}{ind}async def f(self, a, x):{nl}{ind}{ind}{use}{nl}{ind}{ind}return None{nl}",
)


@given(
    st.sampled_from(AROUND),
    st.sampled_from(STATEMENTS),
    st.sampled_from(["    ", "  ", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.text("aé😀 #'", max_size=8),
)
def test_every_offer_parses_and_keeps_every_token_in_its_order(
    around: str, use: str, ind: str, nl: str, comment: str
) -> None:
    text, offers = offered(f"# {comment}{nl}" + around.format(ind=ind, use=use, nl=nl))
    for offer in offers:
        after = written(text, offer)
        tree = parse(after, "python")
        assert tree is not None
        assert not tree.error_count
        removed = [text[edit.span.start : edit.span.end] for edit in offer.edits if edit.span]
        assert removed in ([], ["x.v()"])  # a call is bound to a name, once
        assert after.replace('"x.v() is None"', "").count("x.v()") == text.count("x.v()")
        assert after.count("\n") - after.count("\r\n") == (0 if nl == "\r\n" else after.count("\n"))
        assert offer.reason

"""Checks before a statement: which one comes first and why, and what they leave as it is."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.asking import findings
from nullcheck.python.cases import offered, written
from support import document

NOTHING_SAID = "nothing says what else should happen"
ELSEWHERE = "the file does so elsewhere"
F = "def f(x):\n    ⟦x⟧.y()\n"


@pytest.mark.parametrize(
    ("marked", "first", "reason"),
    [
        (F, Strategy.ASSERT, NOTHING_SAID),
        (f"def g(x):\n    if x is None:\n        raise LookupError('x')\n{F}", Strategy.RAISE, ELSEWHERE),
        (f"def g(x):\n    if not x:\n        return\n{F}", Strategy.RETURN, ELSEWHERE),
        (f"def g(x, a):\n    if x is None and a:\n        return\n{F}", Strategy.ASSERT, NOTHING_SAID),
        (f"def g(x):\n    if x is not None:\n        x.z = 1\n{F}", Strategy.ASSERT, NOTHING_SAID),
        (f"def g(x):\n    assert x\n{F}", Strategy.ASSERT, ELSEWHERE),
        ("def f(a):\n    for x in a:\n        if x.z:\n            continue\n        b = x.y\n        ⟦b⟧.c()\n",
         Strategy.ASSERT, NOTHING_SAID),  # rounds are skipped for another reason
        ("def f(n):\n    try:\n        ⟦n.x⟧.y()\n    except OSError:\n        raise\n", Strategy.ASSERT, NOTHING_SAID),
    ],
)  # fmt: skip
def test_evidence_decides_what_comes_first(marked: str, first: Strategy, reason: str) -> None:
    _, offers = offered(marked)
    assert (offers[0].strategy, offers[0].reason) == (first, reason)
    assert len({offer.strategy for offer in offers}) == len(offers)


UNKNOWN = "Raise ValueError if `x` is None"


@pytest.mark.parametrize(
    ("raised", "title"),
    [
        ("Missing('x')", "Raise Missing if `x` is None"),
        ("errors.Missing()", "Raise errors.Missing if `x` is None"),
        ("Missing(f'no {x}')", UNKNOWN),  # another value may be meant
        ("Missing(f'no {x}')\n    raise Missing('b')", "Raise Missing if `x` is None"),  # the module's usual one
        ("Missing(kind)", UNKNOWN),
        ("Missing(kind); raise ValueError('no (Missing)')", UNKNOWN),  # a class isn't read out of a message
    ],
)
def test_what_is_raised_is_what_the_file_raises(raised: str, title: str) -> None:
    _, offers = offered(
        "import errors\nfrom errors import Missing\n"
        f"def g(x, kind):\n    if x is None:\n        raise {raised}\ndef f(x):\n    ⟦x⟧.y()\n"
    )
    [made] = [offer for offer in offers if offer.strategy is Strategy.RAISE]
    assert made.title == title
    is_copied = title != UNKNOWN and "{" not in raised
    assert (f"if x is None:\n        raise {raised}\n    " in made.edits[0].new_text) == is_copied


def test_a_function_that_asserts_goes_on_asserting() -> None:
    _, (first, *_) = offered("def f(a, x=None):\n    assert a is not None\n    ⟦x⟧.y()\n")
    assert (first.strategy, first.reason) == (Strategy.ASSERT, "the function does so elsewhere")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("g(⟦re.match('state', d)⟧.y)", "match"),
        ("g(⟦d.get('a/b')⟧.y)", "value"),
        ("g(⟦read_url(d.get('a'))⟧.y)", "read_url_value"),
        ("size = 1 + ⟦root.find(d)⟧.y", "found"),
        ("g(⟦root.get_size()⟧.y)", "size"),
        ("g(⟦d[0]⟧.y)", "item"),
    ],
)
def test_what_has_no_name_gets_one_that_the_file_doesnt_use(line: str, name: str) -> None:
    text, offers = offered(f"def f(self, d, root):\n    {line}\n")
    after = written(text, next(offer for offer in offers if offer.strategy is Strategy.ASSERT))
    assert f"    {name} = " in after
    assert f"    assert {name} is not None\n" in after


@pytest.mark.parametrize(
    ("statement", "can_stand_before"),
    [
        ("return s.n + ⟦s.step()⟧.n", False),
        ("g(s.n, ⟦s.step()⟧.n)", False),
        ("g(q[0], ⟦q.pop()⟧.n)", False),
        ("return f'{s.n}: {⟦s.step()⟧.n}'", False),
        ("return ⟦s.step()⟧.n + s.n", True),
        ("g(s, ⟦s.step()⟧.n)", True),
        ("g(s.n, ⟦q.pop()⟧.n)", True),
        ("g(lambda: s.n, ⟦s.step()⟧.n)", True),
    ],
)
def test_no_call_is_put_before_what_reads_what_it_may_change(statement: str, can_stand_before: bool) -> None:
    _, offers = offered(f"def f(s, q, d, k):\n    {statement}\n")
    assert (Strategy.ASSERT in {offer.strategy for offer in offers}) is can_stand_before


@pytest.mark.parametrize(
    ("head", "lines", "is_skipped"),
    [
        ("for x in a:", ["⟦x⟧.y()"], True),
        ("for b in a:", ["⟦x⟧.y()", "x = x.z"], True),  # it ends anyhow
        ("while True:", ["⟦x⟧.y()"], False),  # the next round might find the same None, and so on for ever
        ("while x:", ["g()", "⟦x⟧.y()"], False),
        ("while True:", ["for x in a:", "    ⟦x⟧.y()"], True),
        ("while True:", ["for b in a:", "    x = g()", "⟦x⟧.y()"], False),
    ],
)
def test_a_round_is_skipped_where_the_next_one_has_another_value(head: str, lines: list[str], is_skipped: bool) -> None:
    body = "".join(f"        {line}\n" for line in lines)
    _, offers = offered(f"def f(a, n, i, x):\n    {head}\n{body}")
    assert (Strategy.CONTINUE in {offer.strategy for offer in offers}) == is_skipped


def test_a_check_before_a_loop_doesnt_continue_it() -> None:
    _, offers = offered("def f(a, x):\n    x.g()\n    for b in a:\n        ⟦x⟧.y()\n")
    assert Strategy.CONTINUE not in {offer.strategy for offer in offers}


@pytest.mark.parametrize(
    ("lines", "is_skipped"),
    [
        (["⟦x⟧.y()", "x.z()"], True),
        (["⟦x⟧.y()", "return x"], True),
        (["⟦x⟧.y()", "a = [x.z for b in a]"], True),
        (["⟦x⟧.y()", "a = x.z", "return a"], False),
        (["⟦x⟧.y()", "if x:", "    x.z()"], True),
        (["⟦x⟧.y()", "x = g()", "x.z()"], True),
        (["⟦x⟧.y()", "x = x.z"], True),
        (["if a:", "    ⟦x⟧.y()", "else:", "    x.z()"], True),
        (["if a:", "    ⟦x⟧.y()", "x.z()"], False),
        (["⟦n.p⟧.y()", "n.z()"], True),
        (["⟦n.p⟧.y()", "n.p.z()"], True),
        (["⟦n.p⟧.q = a"], True),
        (["⟦n.p⟧['q'] += a"], True),
        (["a.q = ⟦n.p⟧.q"], True),
        (["a = ⟦n.p⟧.q"], False),
        (["⟦n.p⟧.q, a = b"], False),
        (["⟦n.p⟧.q = c = b"], False),
        (["⟦n.p⟧.q(c := b)"], False),
    ],
)
def test_a_use_is_skipped_with_those_after_it_where_nothing_else_needs_it(lines: list[str], is_skipped: bool) -> None:
    _, offers = offered("def f(a, b, n, x):\n    g()\n" + "".join(f"    {line}\n" for line in lines))
    assert (Strategy.NARROW in {offer.strategy for offer in offers}) == is_skipped


@pytest.mark.parametrize(
    ("lines", "is_narrowed"),
    [
        (["if b and ⟦o⟧.c:", "    b = 1", "return b"], True),
        (["if b and ⟦o⟧.c:", "    b = 1", "return o.d"], True),  # that is one by itself
        (["if ⟦o⟧.c:", "    b = o.d", "return b"], True),
        (["if ⟦o⟧.c:", "    b = o.d", "return o.d"], False),
    ],
)
def test_a_test_that_leaves_the_next_use_as_a_finding_is_not_offered(lines: list[str], is_narrowed: bool) -> None:
    """It has the same message: only the place tells them apart."""
    head = "def f(a, b):\n    o = next((x for x in a if x.c), None)\n"
    text, offers = offered(head + "".join(f"    {line}\n" for line in lines), "nullcheck")
    assert findings(document(text))
    assert (Strategy.NARROW in {offer.strategy for offer in offers}) == is_narrowed


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        ("", "⟦x⟧.y()", "nothing"),
        ("", "if ⟦x⟧.y == a:\n        return True\n    return False", "`False`"),
        ("", "if ⟦x⟧.y == a:\n        return True\n    return g()", None),  # what passes a test isn't given
        ("", "if a:\n        raise ValueError\n    ⟦x⟧.y()\n    return 0", None),  # as if all had been done
        ("", "if a:\n        return None\n    return ⟦x⟧.y", "`None`"),
        (" -> int", "if a:\n        g()\n    ⟦x⟧.y()", None),
        (" -> None", "if a:\n        g()\n    ⟦x⟧.y()", "nothing"),
    ],
)
def test_what_a_function_gives_that_is_left_early(head: str, body: str, said: str | None) -> None:
    _, offers = offered(f"def f(a, b, x){head}:\n    {body}\n")
    given = [offer.title for offer in offers if offer.strategy is Strategy.RETURN]
    assert given == ([f"Return early if `x` is None (returns {said})"] if said else [])


FINALLY = "    f = None\n    try:\n        f = open(p)\n    finally:\n        {}\n"
EXCEPT = "    f = None\n    try:\n        f = open(p)\n    except OSError:\n        {}\n"
LOOP = "    for p in a:\n        f = p.z()\n        try:\n            g(p)\n        {}:\n            {}\n"


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (FINALLY.format("⟦f⟧.close()"), ()),
        (EXCEPT.format("⟦f⟧.close()\n        raise"), ()),
        (LOOP.format("finally", "⟦f⟧.close()"), ()),
        (LOOP.format("except OSError", "⟦f⟧.close()"), (Strategy.RETURN, Strategy.CONTINUE)),  # nothing is raised again
        ("    f = g()\n    try:\n        ⟦f⟧.close()\n    finally:\n        g()\n", (Strategy.RETURN,)),
    ],
)
def test_nothing_leaves_by_which_an_exception_is_lost(body: str, left: tuple[Strategy, ...]) -> None:
    leaves = {Strategy.RETURN, Strategy.CONTINUE}
    _, offers = offered(f"def f(a, p):\n{body}")
    assert {offer.strategy for offer in offers} & leaves == set(left)


@pytest.mark.parametrize("around", [FINALLY, EXCEPT.replace("f = None", "f = g()")])
@pytest.mark.parametrize("line", ["⟦f⟧.close()", "if ⟦f⟧.is_open(): f.close()"])
def test_where_an_exception_is_under_way_the_rest_goes_on(around: str, line: str) -> None:
    _, (first, *_) = offered(f"def f(p):\n{around.format(line)}")
    assert (first.strategy, first.reason) == (Strategy.NARROW, "the error at hand is what counts")


def test_nothing_is_offered_for_what_is_always_none() -> None:
    assert offered("def f(p):\n" + EXCEPT.format("⟦f⟧.close()"), "nullcheck")[1] == []


@pytest.mark.parametrize(
    ("caught", "offered_there"),
    [
        ("ValueError", {Strategy.ASSERT}),
        ("(KeyError, ValueError) as error", {Strategy.ASSERT}),
        ("AssertionError", {Strategy.RAISE}),
        ("(AssertionError, ValueError)", set[Strategy]()),
        ("KeyError", {Strategy.ASSERT, Strategy.RAISE}),
        ("Exception", set[Strategy]()),  # which catches what a None leads to, too
    ],
)
def test_what_is_raised_is_not_caught_around_it(caught: str, offered_there: set[Strategy]) -> None:
    marked = f"def f(x=None):\n    try:\n        ⟦x⟧.y()\n    except {caught}:\n        return 0\n"
    made = {offer.strategy for offer in offered(marked)[1]}
    assert made & {Strategy.ASSERT, Strategy.RAISE} == offered_there


def test_an_exception_of_the_file_is_caught_by_what_it_is_of() -> None:
    head = "class Missing(ValueError): ...\n\n\ndef g(x):\n    if x is None:\n        raise Missing('x')\n"
    around = "def f(x=None):\n    try:\n        ⟦x⟧.y()\n    except ValueError:\n        return 0\n"
    assert Strategy.RAISE not in {offer.strategy for offer in offered(f"{head}\n\n{around}")[1]}

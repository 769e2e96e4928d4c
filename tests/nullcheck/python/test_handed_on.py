"""A None that is handed on: who gets it may reckon with it, so that its annotation is repaired, and no check is made
unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import MEANT, Strategy, Use
from nullcheck.python.cases import offered, written
from project.folders import known

SET = "def find(names) -> Module:\n    found = None\n    for each in names:\n        found = each\n    return ⟦found⟧\n"


def test_what_a_function_sets_to_none_itself_it_may_give_back() -> None:
    text, (first, second, *guards) = offered(SET, use=Use.RETURN)
    assert first.title == "Declare that `find` may return None (checkers then look at its callers)"
    assert first.reason == "the function sets it to None itself"
    assert written(text, first) == text.replace("-> Module", '-> "Module | None"')
    assert (second.strategy, second.title) == (Strategy.IGNORE, f"Ignore it: {MEANT}")
    assert [(offer.strategy, offer.is_asked_for) for offer in guards] == [
        (Strategy.ASSERT, True),
        (Strategy.RAISE, True),
    ]


GIVEN = "def f(y) -> Module:\n    x = {how}\n    return ⟦x⟧\n"


@pytest.mark.parametrize(
    ("marked", "strategies"),
    [
        (GIVEN.format(how="next(y, None)"), "widen ignore assert raise"),
        (GIVEN.format(how="y.get('a', None)"), "widen ignore assert raise"),
        (GIVEN.format(how="g(y) if y else None"), "widen ignore assert raise"),
        (GIVEN.format(how="re.match('a', y)"), "assert raise widen ignore"),
        (GIVEN.format(how="next(y, None)").replace(" -> Module", ""), "ignore assert raise"),
        (GIVEN.format(how="next(y, None)").replace("Module", "'Module'"), "ignore assert raise"),
        (GIVEN.format(how="find(y, None)"), "assert raise widen ignore"),
        (GIVEN.format(how="re.match('a', y)\n    def g():\n        x = None"), "assert raise widen ignore"),
        (GIVEN.format(how="None\n    yield 1"), "ignore assert raise"),
        (GIVEN.format(how="None").replace("def f(y)", "def __str__(self)"), "ignore assert raise"),
        (
            "class A:\n  def f(self): ...\nclass B(A):\n  def f(self) -> M:\n    x = None\n    return ⟦x⟧\n",
            "ignore assert raise",
        ),
        (GIVEN.format(how="None").replace("return ⟦x⟧", "a.b = ⟦x⟧"), "ignore assert raise"),
        (GIVEN.format(how="re.match('a', y)").replace("return ⟦x⟧", "a.b = ⟦x⟧"), "assert raise ignore"),
    ],
)
def test_in_which_order(marked: str, strategies: str) -> None:
    use = Use.ASSIGN if "a.b" in marked else Use.RETURN
    assert " ".join(offer.strategy for offer in offered(marked, use=use)[1]) == strategies


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        ("def g(a: A, b: B = None): ...\ndef f(x):\n    g(1, ⟦x⟧)\n", 'b: "B | None" = None'),
        ("def g(a: A, *, b: B = None): ...\ndef f(x):\n    g(1, b=⟦x⟧)\n", 'b: "B | None" = None'),
        ("def g(b: B):\n    if b: ...\ndef f(x):\n    g(⟦x⟧)\n", 'b: "B | None"'),
        ("class G:\n    def __init__(self, b: B = None): ...\ndef f(x):\n    G(⟦x⟧)\n", 'b: "B | None" = None'),
        (
            "class G:\n    def g(self, b: B = None): ...\n    def f(self, x):\n        self.g(⟦x⟧)\n",
            'b: "B | None" = None',
        ),
        ("def g(b: B):\n    b.c()\ndef f(x):\n    g(⟦x⟧)\n", ""),
        ("def g(b: B | None = None): ...\ndef f(x):\n    g(⟦x⟧)\n", ""),
        ("def g(*a, b: B = None): ...\ndef f(x):\n    g(⟦x⟧)\n", ""),
        ("def g(b: B = None): ...\ndef f(x, y):\n    g(*y, ⟦x⟧)\n", ""),
        ("def f(x, g):\n    g(⟦x⟧)\n", ""),
        ("def g(a, *c: A, b: B = None): ...\ndef f(x):\n    g(1, 2, ⟦x⟧)\n", ""),
        ("def g(b: B = None): ...\ndef f(x, g):\n    g(⟦x⟧)\n", ""),
        ("def g(b: B):\n    if b is None: raise E\ndef f(x):\n    g(⟦x⟧)\n", ""),
        ("def g(b: B):\n    assert b is not None\ndef f(x):\n    g(⟦x⟧)\n", ""),
        ("def g(b: callable = None): ...\ndef f(x):\n    g(⟦x⟧)\n", ""),
        ("class G:\n    def g(self, a: A = None, b: B = None): ...\ndef f(o, x):\n    G.g(o, ⟦x⟧)\n", ""),
    ],
)
def test_a_parameter_that_reckons_with_none(marked: str, after: str) -> None:
    text, offers = offered(marked, use=Use.ARGUMENT)
    declared = [offer for offer in offers if offer.strategy is Strategy.WIDEN]
    assert bool(declared) == bool(after)
    for offer in declared:
        assert offer == offers[0]
        assert after in written(text, offer)


@pytest.mark.parametrize(
    ("default", "first"), [("=None", Strategy.IGNORE), ("", Strategy.ASSERT), ("=1", Strategy.ASSERT)]
)
def test_a_none_that_a_call_may_leave_out_is_meant(default: str, first: Strategy) -> None:
    _, offers = offered(f"def g(a, b): ...\ndef f(a, x{default}):\n    return g(a, ⟦x⟧)\n", use=Use.ARGUMENT)
    assert offers[0].strategy is first
    assert all(offer.is_asked_for for offer in offers if offer.strategy is not Strategy.IGNORE)


@pytest.mark.parametrize(
    ("marked", "asked"),
    [
        ("def f(x):\n    len(⟦x⟧)\n", False),
        ("def f(x):\n    ', '.join(⟦x⟧)\n", False),
        ("import os\ndef f(x):\n    os.path.join(⟦x⟧)\n", False),
        ("from os import fspath\ndef f(x):\n    fspath(⟦x⟧)\n", False),
        ("import re\ndef f(x):\n    re.compile('a').match(⟦x⟧)\n", False),
        ("def f(x, p):\n    open(p).write(⟦x⟧)\n", False),
        ("def f(filter, x):\n    filter(⟦x⟧)\n", True),
        ("def g(m):\n    return m.group()\ndef f(x):\n    g(⟦x⟧)\n", False),  # there it fails
        ("def f(self, x):\n    self.out.write(⟦x⟧)\n", True),
        ("def f(x, g):\n    g(1, y=⟦x⟧)\n", True),
    ],
)
def test_what_a_library_makes_of_a_none_is_known(tmp_path: Path, marked: str, asked: bool) -> None:
    project = known(tmp_path, {"helpers.py": "def give(b): ...\n", "a.py": ""})
    _, offers = offered(marked, use=Use.ARGUMENT, uri=(tmp_path / "a.py").as_uri(), project=project)
    checks = [offer for offer in offers if offer.strategy is Strategy.ASSERT]
    assert [check.is_asked_for for check in checks] == [asked]
    assert (Strategy.IGNORE in {offer.strategy for offer in offers}) == asked


@pytest.mark.parametrize(
    ("marked", "asked"),
    [
        ("def f(self, x):\n    self.y = ⟦x⟧\n", True),
        ("def f(x):\n    y: A = ⟦x⟧\n    y.z\n", False),  # a checker says nothing of what follows
    ],
)
def test_what_is_put_into_a_declared_name_is_used_next(marked: str, asked: bool) -> None:
    checks = [offer for offer in offered(marked, use=Use.ASSIGN)[1] if offer.strategy is Strategy.ASSERT]
    assert [check.is_asked_for for check in checks] == [asked]


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("", '-> "A | None"'),  # of whichever Python
        ("from __future__ import annotations\n", "-> A | None"),
        ("from __future__ import (annotations)\n", "-> A | None"),
        ("z: int|str = 1\n", "-> A | None"),
        ("z: Literal['a'] | None = None\n", "-> A | None"),
        ("m = {'k': a | b}\n# from __future__ import annotations\n", '-> "A | None"'),
        ('"""A typing.Optional, or:\n:type z: int | None\n"""\n', '-> "A | None"'),
        ("from typing import (\n    Any,\n    Optional,\n)\nz: Optional[int]\n", "-> Optional[A]"),
    ],
)
def test_none_is_written_as_the_file_can_read_it(head: str, after: str) -> None:
    text, (first, *_) = offered(head + "def f() -> A:\n    x = None\n    return ⟦x⟧\n", use=Use.RETURN)
    assert after in written(text, first)

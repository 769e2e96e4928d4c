"""What the syntax of a function says: exceptions with their conditions, returns, yields, calls."""

from __future__ import annotations

import pytest

from breadknife.steps.builtin.functions import Facts, FactsWanted, symbol_facts
from breadknife.task.values import Silence
from steps.here import Here, python, symbol


def facts(body: str, head: str = "def f(x):") -> Facts | Silence:
    document = python(f"{head}\n" + "".join(f"    {line}\n" for line in body.split("\n")))
    return symbol_facts(FactsWanted(document, symbol(document, "def ")), Here())


@pytest.mark.parametrize(
    ("body", "raises", "conditions"),
    [
        ("if x:\n    raise ValueError(x)", ("ValueError",), ("x",)),
        ("if x:\n    pass\nelse:\n    raise ValueError", ("ValueError",), ("",)),
        ("for y in x:\n    if y:\n        raise KeyError(y)", ("KeyError",), ("",)),
        ("if x:\n    raise A(x)\nif not x:\n    raise A(x)", ("A",), ("",)),
        ("raise errors.Missing(x)", ("errors.Missing",), ("",)),
        ("try:\n    raise A\nexcept A:\n    pass", (), ()),
        ("try:\n    raise A\nexcept Exception:\n    pass", (), ()),
        ("try:\n    y()\nexcept A as error:\n    raise", (), ()),
        ("try:\n    y()\nexcept A as error:\n    raise B from error", ("B",), ("",)),
        ("raise error", (), ()),
        ("def inner():\n    raise A\nreturn inner", (), ()),
    ],
)
def test_what_is_raised_and_when(body: str, raises: tuple[str, ...], conditions: tuple[str, ...]) -> None:
    found = facts(body)
    assert isinstance(found, Facts)
    assert (found.raises, found.conditions) == (raises, conditions)


@pytest.mark.parametrize(
    ("body", "returns", "yields"),
    [
        ("return x", True, False),
        ("return", False, False),
        ("return None", False, False),
        ("yield x", False, True),
        ("return lambda: (yield)", True, False),
        ("def inner():\n    return 1\ninner()", False, False),
    ],
)
def test_whether_it_returns_or_yields(body: str, returns: bool, yields: bool) -> None:
    found = facts(body)
    assert isinstance(found, Facts)
    assert (found.returns, found.yields) == (returns, yields)


def test_where_a_docstring_goes() -> None:
    found = facts("# Why.\nreturn open(x.name).read()", "def f(\n    x: File,\n) -> str:  # noqa")
    assert isinstance(found, Facts)
    assert found.head_end.start == len("def f(\n    x: File,\n) -> str:  # noqa")
    assert (found.indent, found.returned, found.calls) == ("    ", "str", ("read", "open"))


def test_a_body_in_the_line_of_the_head_is_left_alone() -> None:
    document = python("def f(x): return x\n")
    found = symbol_facts(FactsWanted(document, symbol(document)), Here())
    assert isinstance(found, Silence)
    assert found.reason == "one-line"

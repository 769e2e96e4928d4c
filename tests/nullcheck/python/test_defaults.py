"""Which default stands in for a None, and where none does."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from nullcheck.python.cases import offered, written


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        ("""f'{f"{⟦a.get(1)⟧.strip()}"}'\n""", ""),
        ("""⟦a.get('x')⟧.strip()\n""", """a.get('x', "").strip()\n"""),
    ],
)
def test_a_default_within_an_f_string_has_other_quotes(marked: str, after: str) -> None:
    text, offers = offered(marked)
    assert [written(text, offer) for offer in offers if offer.strategy is Strategy.DEFAULT] == (
        [after] if after else []
    )


@pytest.mark.parametrize(
    ("line", "is_default"),
    [
        ("return all(b for b in ⟦x⟧.items())", False),
        ("return any(b for b in sorted(⟦x⟧.items()))", False),
        ("return all([b for b in ⟦x⟧.items()])", False),
        ("return all(⟦x⟧.items())", False),
        ("return not any(⟦x⟧.items())", False),
    ],
)
def test_a_default_does_not_answer_for_what_is_not_there(line: str, is_default: bool) -> None:
    strategies = {offer.strategy for offer in offered(f"def f(a, x=None):\n    {line}\n")[1]}
    assert (Strategy.DEFAULT in strategies) == is_default


@pytest.mark.parametrize(
    ("line", "is_default"),
    [
        ("return ⟦x⟧.split('@')[1]", False),
        ("return ⟦x⟧.split()[0]", False),
        ("return ⟦x⟧.split('@')[0].upper()[0]", False),
        ("return ⟦x⟧.strip()[:1]", True),
        ("return a[⟦x⟧.strip()]", True),
        ("a, b = ⟦x⟧.split('@')", False),
        ("a, b = ⟦x⟧.splitlines(), 1", True),
        ("return g(⟦x⟧.strip())", True),
        ("return max(⟦x⟧.values())", False),
        ("return ⟦x⟧.get('a').b", False),
    ],
)
def test_a_default_that_is_certain_to_fail_is_not_offered(line: str, is_default: bool) -> None:
    strategies = {offer.strategy for offer in offered(f"def f(a, x=None):\n    {line}\n")[1]}
    assert (Strategy.DEFAULT in strategies) == is_default


@pytest.mark.parametrize(
    ("annotation", "line", "after"),
    [
        ("bytes | None", "return ⟦a.v⟧.lower()", 'return (a.v if a.v is not None else b"").lower()'),
        ("Optional[list[str]]", "return len(⟦a.v⟧)", "return len(a.v if a.v is not None else [])"),
        ("set[str] | None", "return b in ⟦a.v⟧", "return b in (a.v if a.v is not None else set())"),
        ("float | None", "return ⟦a.v⟧ * 2", "return (a.v if a.v is not None else 0.0) * 2"),
        ("tuple[int, ...] | None", "for b in ⟦a.v⟧: g()", "for b in (a.v if a.v is not None else ()): g()"),
        ("tuple[int, int] | None", "for b in ⟦a.v⟧: g()", ""),
        ("tuple[list[int], ...] | None", "for b in ⟦a.v⟧: g()", ""),  # which is as well, unseen
        ("tuple | None", "b, c = ⟦a.v⟧", ""),
        ("Codec | None", "return ⟦a.v⟧.lower()", ""),
    ],
)
@pytest.mark.parametrize("declared", ["    v: {} = None\n", "    def __init__(self):\n        self.v: {} = None\n"])
def test_the_default_of_an_attribute_is_of_its_annotation(
    declared: str, annotation: str, line: str, after: str
) -> None:
    uses = {"len": Use.ARGUMENT, "for": Use.ITERATE, "b, ": Use.ITERATE}
    use = next((uses[word] for word in uses if word in line), Use.OPERAND if "lower" not in line else Use.ATTRIBUTE)
    head = "class A:\n" + declared.format(annotation) + "def f(a: A, b):\n    "
    text, offers = offered(f"{head}{line}\n", use=use)
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.DEFAULT]
    assert made == ([f"{head}{after}\n"] if after else [])

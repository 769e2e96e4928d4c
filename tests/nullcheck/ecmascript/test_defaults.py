"""Which default stands in for a null, and where none does."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript
from nullcheck.ecmascript.asking import results


@pytest.mark.parametrize(
    ("expression", "default"),
    [
        ("JSON.parse(localStorage.getItem('a'))", "'null'"),
        ("parseInt(localStorage.getItem('a'))", "''"),
        ("4 * x", "0"),
        ("x / 4", "0"),
        ("4 / x", None),
    ],
)
def test_a_default_does_no_harm(expression: str, default: str | None) -> None:
    made = results(f"const b = 'c' + 'd';\nfunction f(x?: number) {{\n  return {expression};\n}}\n").get("default")
    assert made is None if default is None else f"?? {default}" in (made or "")


DISCOUNT = (
    "interface Discount {{ percent: {type}; name: string; isOn: boolean }}\n"
    "type P = {{ price: number; d?: Discount }};\n"
)


@pytest.mark.parametrize(
    ("expression", "after"),
    [
        ("p.price * p.d.percent", "p.price * (p.d?.percent ?? 0)"),
        ("p.price * (1 - p.d.percent / 100)", "p.price * (1 - (p.d?.percent ?? 0) / 100)"),
        ("p.d.percent > 3", "(p.d?.percent ?? 0) > 3"),
        ("show(p.d.percent)", "show(p.d?.percent ?? 0)"),
        ("show(1, p.d.name)", 'show(1, p.d?.name ?? "")'),
        ("show(p.d['name'])", None),
        ("show(p.d.isOn)", "show(p.d?.isOn ?? false)"),
        ("new Show(p.d.isOn)", "new Show(p.d?.isOn ?? false)"),
        ("p.price / p.d.percent", None),
        ("p.price + p.d.percent", "p.price + (p.d?.percent ?? 0)"),
        ("p.d.other * 2", None),
        ("p.d.percent.toFixed() * 2", None),
        ("p.d.percent", None),
        ("p.price * p?.d.percent", "p.price * (p?.d?.percent ?? 0)"),
    ],
)
def test_a_member_of_a_type_that_the_file_says_has_a_default(expression: str, after: str | None) -> None:
    text = f"{DISCOUNT.format(type='number')}function f(p: P) {{\n  return {expression};\n}}\n"
    made = results(text).get("default")
    assert made == (after and text.replace(expression, after))


@pytest.mark.parametrize("type", ["number | undefined", "Percent", "string[]"])
def test_of_another_type_a_member_has_no_default(type: str) -> None:
    text = f"{DISCOUNT.format(type=type)}function f(p: P) {{\n  return 2 * p.d.percent;\n}}\n"
    assert "default" not in results(text)


def test_what_two_types_say_differently_has_no_default() -> None:
    text = DISCOUNT.format(type="number") + "interface Other { percent: string }\n"
    assert "default" not in results(f"{text}function f(p: P) {{\n  return 2 * p.d.percent;\n}}\n")


@pytest.mark.parametrize(
    ("default", "like", "same"),
    [
        ('"a"', '""', True),
        ("'a'", '""', True),
        ("1", "0", True),
        ("true", "false", True),
        ("[]", "[]", True),
        ("1", '""', False),
        ("null", '""', False),
        ("f()", '""', False),
        ("[f()]", "[]", False),
        ('"a", b()', '""', False),
        ("", '""', False),
    ],
)
def test_a_default_must_be_a_literal_of_the_same_type(default: str, like: str, same: bool) -> None:
    assert EcmaScript().literal(default, like) is same


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("!e ? null : e.text", '!e ? "" : e.text'),
        ("e ? e.text : (undefined)", 'e ? e.text : ""'),
    ],
)
def test_a_default_stands_in_for_the_null_that_is_written(value: str, after: str) -> None:
    text = f"function f(e: E) {{\n  const t: string = {value};\n  return t;\n}}\n"
    assert results(text)["default"] == text.replace(value, after)

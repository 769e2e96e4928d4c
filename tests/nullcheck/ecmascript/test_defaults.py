"""Which default stands in for a null, and where none does."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript
from nullcheck.ecmascript.asking import results


@pytest.mark.parametrize(
    ("expression", "default"),
    [
        ("parseInt(localStorage.getItem('a'))", "''"),
        ("4 * x", "0"),
        ("x / 4", "0"),
        ("4 / x", None),
    ],
)
def test_a_default_does_no_harm(expression: str, default: str | None) -> None:
    made = results(f"const b = 'c' + 'd';\nfunction f(x?: number) {{\n  return {expression};\n}}\n").get("default")
    assert made is None if default is None else f"?? {default}" in (made or "")


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

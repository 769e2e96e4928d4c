"""Which default stands in for a null, and where none does."""

from __future__ import annotations

import pytest

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

"""Another value in place of a None: a default, or an error that names the missing key."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from nullcheck.python.cases import offered, written


@pytest.mark.parametrize(
    ("line", "use", "after"),
    [
        ("⟦a.get('x')⟧.strip()", Use.ATTRIBUTE, "a.get('x', \"\").strip()"),
        ("⟦a.get('x', None)⟧.strip()", Use.ATTRIBUTE, "a.get('x', \"\").strip()"),
        ("for b in ⟦x⟧: g()", Use.ITERATE, "if x is None:\n        x = []\n    for b in x: g()"),
        ("return ⟦x⟧.strip()[:1]", Use.ATTRIBUTE, 'if x is None:\n        x = ""\n    return x.strip()[:1]'),
        ("return ⟦a.b⟧.strip()", Use.ATTRIBUTE, 'return (a.b if a.b is not None else "").strip()'),
        ("return ⟦x⟧.split('@')[1]", Use.ATTRIBUTE, None),  # which an empty one fails of
        ("return ⟦x⟧.whatever()", Use.ATTRIBUTE, None),
        ("return all(⟦x⟧)", Use.ITERATE, None),  # to which an empty one is an answer
        ("return f\"{⟦a.get('x')⟧.strip()}\"", Use.ATTRIBUTE, None),  # the quotes would end it
    ],
)
def test_the_default_that_the_use_needs(line: str, use: Use, after: str | None) -> None:
    text, offers = offered(f"def f(a, x):\n    {line}\n", use=use)
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.DEFAULT]
    assert made == ([f"def f(a, x):\n    {after}\n"] if after else [])

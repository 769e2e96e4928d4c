"""Another value in place of a None: a default, or an error that names the missing key."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from nullcheck.python.cases import offered, written

OS = "import os\n"


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


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        (OS + 'def f():\n    return ⟦os.environ.get("X")⟧.a\n', OS + 'def f():\n    return os.environ["X"].a\n'),
        (OS + 'def f():\n    return ⟦os.getenv("X", None)⟧.a\n', OS + 'def f():\n    return os.environ["X"].a\n'),
        (OS + "a = [⟦os.getenv(x)⟧.a for x in b]\n", OS + "a = [os.environ[x].a for x in b]\n"),
        ("def f(d: dict[str, A]):\n    ⟦d.get(k)⟧.a()\n", "def f(d: dict[str, A]):\n    d[k].a()\n"),
        ("def f():\n    ⟦os.getenv('X')⟧.a()\n", None),  # whose `os` isn't known
        ("def f(d):\n    ⟦d.get(k)⟧.a()\n", None),  # a queue, for all that is said
        ("D = {}\ndef f(k):\n    ⟦D.get(k)⟧.a()\n", None),
        ("def f(d: dict[str, 'A | None']):\n    ⟦d.get(k)⟧.a()\n", None),  # where a None may be what is there
        ("def f(d: Mapping[str, Optional[A]]):\n    ⟦d.get(k)⟧.a()\n", None),
    ],
)
def test_a_key_is_looked_up_in_what_is_surely_a_mapping(marked: str, after: str | None) -> None:
    text, offers = offered(marked)
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.LOOK_UP]
    assert made == ([after] if after else [])

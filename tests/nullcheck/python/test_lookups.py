"""`d[k]` in place of `d.get(k)`, where the file's text says that `d` is a mapping."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from nullcheck.python.cases import offered, written

E = "import os\n"


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        (E + 'def f():\n    return ⟦os.environ.get("X")⟧.a\n', E + 'def f():\n    return os.environ["X"].a\n'),
        (E + 'def f():\n    return ⟦os.getenv("X", None)⟧.a\n', E + 'def f():\n    return os.environ["X"].a\n'),
        (E + 'a = [⟦os.getenv(x)⟧.a for x in b]\n', E + 'a = [os.environ[x].a for x in b]\n'),
        (
            'from os import environ\ndef f():\n    return f"{⟦environ.get(\'X\')⟧.a}"\n',
            'from os import environ\ndef f():\n    return f"{environ[\'X\'].a}"\n',
        ),
        ("def f(d: dict[str, A]):\n    ⟦d.get(k)⟧.a()\n", "def f(d: dict[str, A]):\n    d[k].a()\n"),
        ("def f():\n    d = {1: g()}\n    ⟦d.get((a, b))⟧.c\n", "def f():\n    d = {1: g()}\n    d[(a, b)].c\n"),
        ("D = {1: A}\ndef f(k):\n    return ⟦D.get(k)⟧.a\n", "D = {1: A}\ndef f(k):\n    return D[k].a\n"),
        
        (
            "def f(d: dict[str, A] | None):\n    if d is None:\n        return\n    ⟦d.get(k)⟧.a()\n",
            "def f(d: dict[str, A] | None):\n    if d is None:\n        return\n    d[k].a()\n",
        ),
        
    ],
)  # fmt: skip
def test_what_is_written(marked: str, after: str) -> None:
    text, offers = offered(marked)
    assert [written(text, offer) for offer in offers if offer.strategy is Strategy.LOOK_UP] == [after]


@pytest.mark.parametrize(
    "marked",
    [
        "def f(d):\n    ⟦d.get(k)⟧.a()\n",  # a queue, for all that is said
        "from collections import defaultdict\nD = defaultdict(A)\ndef f(k):\n    ⟦D.get(k)⟧.a()\n",
        "def f(d: dict[str, 'A | None']):\n    ⟦d.get(k)⟧.a()\n",  # where a None may be what is there
        "def f(d: Mapping[str, Optional[A]]):\n    ⟦d.get(k)⟧.a()\n",
        "def f(k):\n    ⟦{1: A, 2: None}.get(k)⟧.a()\n",
        # whose `os` isn't known
        E + "def f():\n    x = os.getenv('X')\n    if x:\n        g()\n    ⟦x⟧.a()\n",  # which may be missing
        E + "def f(a):\n    x = os.getenv('X')\n    if a:\n        ⟦x⟧.a()\n",  # where nobody asks, it may be
        E + "def f(a):\n    x = os.getenv('X')\n    if a:\n        return\n    ⟦x⟧.a()\n",
        E + "def f(a):\n    x = os.getenv('X')\n    return a and ⟦x⟧.a()\n",
        E + "def f(a):\n    x = os.getenv('X')\n    if a:\n        x = g()\n    ⟦x⟧.a()\n",
    ],
)
def test_not_offered(marked: str) -> None:
    _, offers = offered(marked)
    assert Strategy.LOOK_UP not in {offer.strategy for offer in offers}


@pytest.mark.parametrize(
    ("marked", "title"),
    [
        (
            "D = {1: A}\ndef f(k):\n    return ⟦D.get(k)⟧.a\n",
            "Use `D[k]` (KeyError if it is missing) — the KeyError names the missing key",
        ),
        (
            "D = {1: A}\ndef f(k):\n    g(D[1])\n    return ⟦D.get(k)⟧.upper()\n",
            "Use `D[k]` (KeyError if it is missing) — the file does so elsewhere",
        ),
    ],
)
def test_which_is_the_first(marked: str, title: str) -> None:
    _, (first, *_) = offered(marked)
    assert first.titled == title

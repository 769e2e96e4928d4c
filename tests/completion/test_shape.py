"""How much is suggested. `⟦|⟧` is the cursor; what the model goes on to write is cut to what is wanted."""

from __future__ import annotations

import pytest

from breadknife.plugins.completion.shape import shape_at, wanted
from support import at_cursor

CASES = [
    # name, document, what the model writes, what is suggested
    ("rest of a line", "x = ⟦|⟧\n", "1 + 2\ny = 3\n", "1 + 2"),
    ("rest of a call", "print(⟦|⟧)\n", "x, y)\nz", "x, y)"),
    ("a new statement", "def f():\n    x = 1\n    ⟦|⟧\n    return x\n", "y = 2\n    z = 3\n", "y = 2"),
    (
        "a block",
        "def f(xs):\n    ⟦|⟧\n",
        "for x in xs:\n        g(x)\n    return 1\n\ndef g():\n",
        "for x in xs:\n        g(x)\n    return 1",
    ),
    ("a block that has its lines", "def f(xs):\n    ⟦|⟧\n    return y\n", "y = 1\n    z = 2\n", "y = 1"),
    (
        "a line that opens a block brings it",
        "def f(xs):\n    y = 0\n    ⟦|⟧\n",
        "for x in xs:\n        y += x\n    return y\n",
        "for x in xs:\n        y += x",
    ),
    (
        "a line that opens the block that follows",
        "def f(xs):\n⟦|⟧        y += x\n",
        "    for x in xs:\n        z",
        "    for x in xs:\n",
    ),
]


@pytest.mark.parametrize(("marked", "model", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_wanted(marked: str, model: str, expected: str) -> None:
    document, offset = at_cursor(marked)
    assert wanted(model, shape_at(document, offset)) == (expected, True)


def test_what_may_go_on_is_not_complete() -> None:
    document, offset = at_cursor("x = ⟦|⟧\n")
    assert wanted("1 + ", shape_at(document, offset)) == ("1 + ", False)

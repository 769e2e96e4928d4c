"""What is shown of what the model wrote: `⟦|⟧` is the cursor; a reason code stands for silence."""

from __future__ import annotations

import pytest

from breadknife.plugins.completion.filters import fitted
from breadknife.task.values import Silence
from breadknife.text.syntax import parse
from support import at_cursor

CASES = [
    ("as written", "x = ⟦|⟧\n", "1 + 2", "1 + 2"),
    ("a bracket the editor has typed ahead", "print(⟦|⟧)\n", "x, y)", "x, y"),
    ("a bracket of its own", "print(⟦|⟧)\n", "len(x)", "len(x)"),
    ("a quote typed ahead", "x = '⟦|⟧'\n", "abc'", "abc"),
    ("the tail of the line", "for ⟦|⟧ in items:\n    pass\n", "item in items:", "item"),
    ("unbalanced", "x = ⟦|⟧\n", ") + (", "would-not-parse"),
    ("cut back to lines that parse", "def f():\n    ⟦|⟧\n", "x = 1\n    y = (", "x = 1"),
    ("nothing", "x = ⟦|⟧\n", "   ", "empty"),
    ("the next line again", "def f():\n    ⟦|⟧\n    return total\n", "return total", "repeats-next-line"),
    ("a broken file may stay broken", "def f(:\n    x = ⟦|⟧\n", "1", "1"),
]


@pytest.mark.parametrize(("marked", "model", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_fitted(marked: str, model: str, expected: str) -> None:
    document, offset = at_cursor(marked)
    fit = fitted(model, document, offset, parse(document.text, "python"))
    assert (fit.reason if isinstance(fit, Silence) else fit) == expected

"""A name for a value that is checked: what it is called, and what the statement looks like that binds it."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered, written


def asserted(marked: str) -> str:
    text, offers = offered(marked)
    return written(text, next(offer for offer in offers if offer.strategy is Strategy.ASSERT))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        # the key
        ("g(⟦re.match('state', d)⟧.y)", "match"),
        # which is none, or taken
        ("g(⟦d.get('a/b')⟧.y)", "value"),
        ("g(⟦d.get('class')⟧.y)", "value"),
        ("g(⟦d.get('id')⟧.y)", "value"),
        ("g(⟦d.get('x')⟧.y)", "value"),
        ("g(⟦d.get('root')⟧.y)", "value"),
        ("g(⟦d.get('os')⟧.y)", "value"),
        ("g(⟦d.get('helper')⟧.y)", "value"),
        # another function's
        # what it is for
        ("size = 1 + ⟦root.find(d)⟧.y", "found"),
        ("size = ⟦re.match(d)⟧.y", "match"),
        ("g(⟦root.find(d)⟧.y)", "found"),
    ],
)
def test_it_is_called_after_what_it_is(line: str, name: str) -> None:
    head = "import os\ndef helper(other): ...\n"
    after = asserted(f"{head}def f(self, d, root):\n    {line}\n")
    assert f"def f(self, d, root):\n    {name} = " in after
    assert f"    assert {name} is not None\n" in after

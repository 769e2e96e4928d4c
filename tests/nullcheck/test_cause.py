"""One null that gets to several places, repaired in the same way at all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.cause import changed_lines
from breadknife.text.document import apply_edits
from nullcheck.asking import findings, offered, resolved
from support import document

FIND = "def find(k):\n    if k:\n        return k\n    return None\n\n\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            FIND + "def a():\n    a = find(1)\n    return a.x\n\n\ndef b():\n    b = find(2)\n    return b.y\n",
            FIND + "def a():\n    a = find(1)\n    assert a is not None\n    return a.x\n\n\n"
            "def b():\n    b = find(2)\n    assert b is not None\n    return b.y\n",
        ),
        (
            "def f(a, x=None):\r\n  if a:\r\n    a.b = x.y\r\n  else:\r\n    a.b = x.z\r\n",
            "def f(a, x=None):\r\n  if a:\r\n    assert x is not None\r\n    a.b = x.y\r\n"
            "  else:\r\n    assert x is not None\r\n    a.b = x.z\r\n",
        ),
    ],
    ids=["two functions", "two branches"],
)
def test_all_places_of_a_cause(before: str, after: str) -> None:
    assert len(findings(document(before))) == 2
    text, action = resolved(before, "assert", everywhere=True)
    assert text == after
    assert action.title.endswith(", at all 2 places with this cause")
    assert action.origin.rule == "nullcheck/assert"
    assert findings(document(text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "def f(x=None):\n    return x.y\n",
        FIND + "def a():\n    return find(1).x\n\n\ndef b(x=None):\n    return x.y\n",
    ],
    ids=["one place", "two causes"],
)
def test_it_is_offered_for_several_places_of_one_cause(text: str) -> None:
    assert [action for action in offered(text) if action.data.get("everywhere")] == []


TEXT = st.text(alphabet=st.sampled_from("ab\n\ré"), max_size=40)


@given(TEXT, TEXT)
def test_changed_lines_make_one_text_of_the_other(old: str, new: str) -> None:
    assert apply_edits(old, changed_lines(old, new)) == new

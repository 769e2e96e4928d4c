"""What is offered where a test around says that the value is None: never another test, which denies it."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered, written

LIST = "def f(a, b, x: list | None):\n"


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ("return ⟦x⟧.y if x is None else a", {"narrow": "return x.y if x is not None else a"}),
        ("return a if x is not None else ⟦x⟧.y", {"narrow": "return a if x is None else x.y"}),
        ("return x.y if x is not None else ⟦x⟧.y", {}),  # which was right
        ("return x is None and ⟦x⟧.y", {"narrow": "return x is not None and x.y"}),
        ("return x is not None or ⟦x⟧.y", {"narrow": "return x is None or x.y"}),
        ("if a and x is None:\n        ⟦x⟧.y()", {
            "narrow": "if a and x is not None:\n        x.y()",
            "default": "if a and x is None:\n        x = []\n        x.y()",
        }),
        ("if x is None:\n        ⟦x⟧.y()\n    else:\n        x.z()", {
            "default": "if x is None:\n        x = []\n        x.y()\n    else:\n        x.z()",
        }),
        ("if x is None:\n        ⟦x⟧.y()\n        return\n    x.z()", {
            "default": "if x is None:\n        x = []\n        x.y()\n        return\n    x.z()",
        }),
        ("if x is None:\n        print(a)\n        ⟦x⟧.y()", {
            "default": "if x is None:\n        print(a)\n        x = []\n        x.y()",
        }),
        ("if x is not None:\n        g()\n    else:\n        ⟦x⟧.y()", {
            "narrow": "if x is None:\n        g()\n    else:\n        x.y()",
            "default": "if x is not None:\n        g()\n    else:\n        x = []\n        x.y()",
        }),
        ("while x is None:\n        ⟦x⟧.y()", {"default": "while x is None:\n        x = []\n        x.y()"}),
        ("if a.v is None:\n        g()\n        ⟦a.v⟧.y()", None),  # which the call may have set
        ("if a.v is None:\n        with b.c:\n            ⟦a.v⟧.y()", None),
        ("if a.v is None:\n        yield\n        ⟦a.v⟧.y()", None),
        ("if a.v is None:\n        a.w = a.b\n        ⟦a.v⟧.y()", {
            "raise": 'if a.v is None:\n        a.w = a.b\n        if a.v is None:\n            '
            'raise ValueError("a.v is None")\n        a.v.y()',
        }),
        ("if x is None:\n        x = g()\n        ⟦x⟧.y()", None),
        ("if x is None and (x := g()):\n        ⟦x⟧.y()", None),
        ("def g():\n        nonlocal x\n        x = b\n    if x is None:\n        g()\n        ⟦x⟧.y()", None),
        ("if x is None or a:\n        ⟦x⟧.y()", None),
        ("if not x:\n        ⟦x⟧.y()", None),  # it may be empty
        ("if x is None:\n        return lambda: ⟦x⟧.y", None),
    ],
)  # fmt: skip
def test_the_test_is_turned_round_or_a_value_given(body: str, changes: dict[str, str] | None) -> None:
    text, offers = offered(f"{LIST}    {body}\n")
    made = {offer.strategy: written(text, offer) for offer in offers if offer.strategy is not Strategy.IGNORE}
    if changes is None:
        assert not any(offer.reason.endswith("is None here") for offer in offers)
    else:
        assert made == {strategy: f"{LIST}    {after}\n" for strategy, after in changes.items()}


def test_nobody_is_asked_before_a_test_is_turned_round_unseen() -> None:
    _, offers = offered(LIST + "    if x is None:\n        ⟦x⟧.append(1)\n")
    assert [(offer.title, offer.is_asked_for) for offer in offers[:2]] == [
        ("Reverse the test of `x` (`is not None`)", True),
        ("Give `x` a value such as `[]` first", False),
    ]


def test_where_neither_is_right_it_is_raised() -> None:
    text, (offer, *_) = offered("def f(x):\n    if x is None:\n        g()\n        ⟦x⟧.y()\n")
    assert offer.titled == "Raise ValueError if `x` is None — a test says that `x` is None here"
    lines = '        if x is None:\n            raise ValueError("x is None")\n        x.y'
    assert written(text, offer) == text.replace("        x.y", lines)


def test_a_global_may_be_set_by_any_call() -> None:
    _, offers = offered(
        "x = None\ndef connect():\n    global x\n    x = open(0)\n"
        "def f():\n    if x is None:\n        connect()\n    if x is None:\n        connect()\n        ⟦x⟧.y()\n"
    )
    assert not any(offer.reason.endswith("is None here") for offer in offers)

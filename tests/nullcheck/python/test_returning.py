"""What a function gives that is left early where a value is None."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("if ⟦x⟧.y == a:\n        return True\n    return False", "False"),
        ("if ⟦x⟧.y == a:\n        return True\n    else:\n        return False", "False"),
        ("if ⟦x⟧.y < a:\n        return False\n    return True", "False"),
        ("if ⟦x⟧.y == a:\n        return True\n    return g()", None),
        ("if ⟦x⟧.y in a:\n        raise ValueError\n    return True", None),
        ("if a:\n        raise ValueError\n    ⟦x⟧.y()\n    return 0", None),  # as if all had been done
        ("if a:\n        raise ValueError\n    return ⟦x⟧.y() or g() or []\n    return []", "[]"),
        ("if a:\n        return True\n    if b:\n        return True\n    ⟦x⟧.y()\n    return False", "False"),
        ("if a and ⟦x⟧.y:\n        raise ValueError", None),
    ],
)
def test_a_none_gets_nothing_that_a_test_grants(body: str, value: str | None) -> None:
    _, offers = offered(f"def f(a, b, x):\n    {body}\n")
    given = [offer.title for offer in offers if offer.strategy is Strategy.RETURN]
    assert given == ([f"Return early if `x` is None (returns `{value}`)"] if value else [])

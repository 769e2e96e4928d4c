"""What is written within an expression: a link of a chain, a default."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import apply_edits
from nullcheck.ecmascript.asking import offered

USERS = (
    "interface City { name: string }\ninterface Address { city?: City }\ninterface User { address?: Address }\n"
    "interface Props { user?: User }\n"
)


@pytest.mark.parametrize(
    ("at", "before", "after"),
    [
        (0, "user.address.city.name", "user?.address.city.name"),
        (1, "user.address.city.name", "user.address?.city.name"),
        (0, "user?.address.city", "user?.address?.city"),
    ],
)
def test_a_link_of_a_chain_is_made_optional_where_others_may_be_null_too(at: int, before: str, after: str) -> None:
    text = f"{USERS}const A = ({{ user }}: Props) => <b>{{{before}}}</b>;\n"
    made = {offer.strategy: offer for offer in offered(text, "typescriptreact", at)}
    assert apply_edits(text, made[Strategy.OPTIONAL_CHAIN].edits) == text.replace(before, after)


@pytest.mark.parametrize(
    ("declared", "is_right"),
    [(": A | undefined", True), (": A | null", False), (": A", False), ("", False)],
)
def test_a_chain_is_given_back_as_undefined_where_the_type_says_so(declared: str, is_right: bool) -> None:
    strategies = [offer.strategy for offer in offered(f"function f(x?: X){declared} {{\n  return x.y();\n}}\n")]
    assert (Strategy.OPTIONAL_CHAIN in strategies) is is_right

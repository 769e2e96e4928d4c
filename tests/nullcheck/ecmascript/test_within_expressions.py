"""What is written within an expression: a length of 0, a chain of several `?.`."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import apply_edits
from nullcheck.ecmascript.asking import offered, told_offers

TYPES = "interface T { tags?: string[]; ids?: Set<string> }\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("const a = t.tags.length > 0;", "const a = (t.tags?.length ?? 0) > 0;"),
        ("if (g() && t.tags.length > 0) g();", "if (g() && (t.tags?.length ?? 0) > 0) g();"),
        ("return ts.filter((u) => u.tags.length > 1);", "return ts.filter((u) => (u.tags?.length ?? 0) > 1);"),
        ("return ts.map((u) => u.tags.length);", "return ts.map((u) => u.tags?.length ?? 0);"),
        ("return a * t.tags.length;", "return a * (t.tags?.length ?? 0);"),
        ("const a = t.ids.size === 0;", "const a = (t.ids?.size ?? 0) === 0;"),
        ("return t.ids.size;", ""),
        ("return a + t.ids.size;", ""),
        ("return a / t.tags.length;", ""),
        ("t.tags.length = 0;", ""),
        ("return t.tags.length();", ""),
        ("return t.tags.name > 0;", ""),
        ("return t.tags.length ?? 1;", ""),
    ],
)
def test_what_is_not_there_has_no_length(before: str, after: str) -> None:
    text = f"{TYPES}function f(t: T, ts: T[], a) {{\n  {before}\n}}\n"
    offers = {offer.strategy: offer for offer in offered(text)}
    made = offers.get(Strategy.DEFAULT)
    assert (apply_edits(text, made.edits) if made else "") == (text.replace(before, after) if after else "")
    assert made is None or (made.content, made.is_asked_for) == (None, " > " not in after and " === " not in after)


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("const a = t.tags.length > 0;", Strategy.DEFAULT),
        ("const a = t.tags.length;", Strategy.RAISE),
        ("const a = t.tags.length > 0;\n  g(t.tags[0]);", Strategy.RAISE),
    ],
)
def test_a_length_of_0_is_first_where_it_is_asked_for(body: str, first: Strategy) -> None:
    assert offered(f"{TYPES}function f(t: T) {{\n  {body}\n}}\n")[0].strategy is first


USERS = "interface User { address?: { city?: { name: string } } }\n"


@pytest.mark.parametrize(
    ("at", "before", "after"),
    [
        (0, "user.address.city.name", "user?.address?.city?.name"),
        (1, "user.address.city.name", "user?.address?.city?.name"),
        (0, "user?.address.city", "user?.address?.city"),
        (0, "user!.address.city.name", "user!.address?.city?.name"),
    ],
)
def test_a_chain_whose_parts_may_be_null_is_optional_as_a_whole(at: int, before: str, after: str) -> None:
    text = f"{USERS}const A = ({{ user }}: {{ user?: User }}) => <b>{{{before}}}</b>;\n"
    made = {offer.strategy: offer for offer in offered(text, "typescriptreact", at)}
    assert apply_edits(text, made[Strategy.OPTIONAL_CHAIN].edits) == text.replace(before, after)


def test_a_field_alone_is_no_reason_to_leave_early() -> None:
    text = "function f(s: S) {\n  if (s.max === 0) return;\n  send({ max: s.max, ⟦min⟧: s.min });\n}\n"
    said = "Type 'number | undefined' is not assignable to type 'number'."
    offers = [offer.strategy for offer in told_offers(text, message=said)[1]]
    assert offers[:2] == [Strategy.DEFAULT, Strategy.RAISE]
    assert Strategy.RETURN in offers


@pytest.mark.parametrize(
    ("declared", "is_right"),
    [(": A | undefined", True), (": A | null", False), (": A", False), ("", False)],
)
def test_a_chain_is_given_back_as_undefined_where_the_type_says_so(declared: str, is_right: bool) -> None:
    strategies = [offer.strategy for offer in offered(f"function f(x?: X){declared} {{\n  return x.y();\n}}\n")]
    assert (Strategy.OPTIONAL_CHAIN in strategies) is is_right
    assert strategies[0] is Strategy.RAISE

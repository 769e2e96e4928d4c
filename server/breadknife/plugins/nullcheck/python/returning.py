"""A function left early where a value is None: what it gives then."""

from __future__ import annotations

import re
from collections import Counter

from breadknife.plugins.nullcheck.python.annotations import is_optional
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import returns_of, yields_of
from breadknife.text.syntax import Node

_CONSTANT = re.compile(r"""False|True|-?\d+|""|''|\[\]|\{\}|\(\)""")


def returning(function: Node, value: str) -> tuple[str, str]:
    """What a `return` of that does, and why it may be one."""
    is_generator = any(yields_of(function))
    given = "yields no more" if is_generator else f"returns `{value}`" if value else "returns None"
    if value in returns_of(function):
        return given, "the function returns so elsewhere"
    return given, "a generator may end anywhere" if is_generator else "the function gives nothing back anyway"


def early_return(function: Node) -> str | None:
    """What an early `return` gives, by what the function's others do; None where none would fit."""
    returned = returns_of(function)
    annotation = function.child_by_field_name("return_type")
    if annotation is not None and not is_optional(text(annotation)) and not set(returned) - {"", "None"}:
        return None
    if not returned or "" in returned:
        return ""
    if "yield" in text(function):
        return None
    for value, _ in Counter(returned).most_common():
        if value == "None" or _CONSTANT.fullmatch(value):
            return value
    return None

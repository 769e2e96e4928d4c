"""How findings and titles name what they are about."""

from __future__ import annotations

_MAX_QUOTE = 40
"""Longest expression, in code points, that a message quotes."""
_MAX_IN_TITLE = 32
"""Longest expression, in code points, that a title names in full."""


def quote(expression: str) -> str:
    """Return an expression within a message for people."""
    return f"`{expression}`" if len(expression) <= _MAX_QUOTE and "\n" not in expression else "this value"


def in_title(expression: str) -> str:
    """Return an expression or a type within a title. Menus cut long lines: what is long is abbreviated, first what
    brackets hold, then what comes before the last name."""
    shown = " ".join(expression.split())
    if len(shown) > _MAX_IN_TITLE:
        shown = _without_contents(shown)
    if len(shown) > _MAX_IN_TITLE and "." in shown and " " not in shown:
        shown = f"…{shown[shown.rindex('.') :]}"
    if len(shown) > _MAX_IN_TITLE:
        shown = f"{shown[: _MAX_IN_TITLE // 2]}…{shown[1 - _MAX_IN_TITLE // 2 :]}"
    return f"`{shown}`"


def _without_contents(expression: str) -> str:
    """Return the expression with "…" in place of what its brackets hold; as it is if they aren't balanced."""
    kept, depth = "", 0
    for char, following in zip(expression, expression[1:] + " ", strict=True):
        depth -= char in ")]}"
        kept += char if depth == 0 else ""
        if char in "([{":
            kept += "…" if depth == 0 and following not in ")]}" else ""
            depth += 1
    return kept if depth == 0 else expression


def capitalised(clause: str) -> str:
    """Return the clause with a capital letter at its beginning."""
    return clause[0].upper() + clause[1:]

"""How findings and titles name what they are about."""

from __future__ import annotations

_MAX_QUOTE = 40
"""Longest expression, in code points, that a message quotes."""
_MAX_IN_TITLE = 32
"""And a title."""


def quote(expression: str) -> str:
    """Return an expression within a message for people."""
    return f"`{expression}`" if len(expression) <= _MAX_QUOTE and "\n" not in expression else "this value"


def in_title(expression: str) -> str:
    """Return an expression or a type within a title. Menus cut long lines: what is long is abbreviated, first what
    brackets hold, then what comes before the last name."""
    said = " ".join(expression.split())
    if len(said) > _MAX_IN_TITLE:
        said = _without_contents(said)
    if len(said) > _MAX_IN_TITLE and "." in said and " " not in said:
        said = f"…{said[said.rindex('.') :]}"
    if len(said) > _MAX_IN_TITLE:
        said = f"{said[: _MAX_IN_TITLE // 2]}…{said[1 - _MAX_IN_TITLE // 2 :]}"
    return f"`{said}`"


def _without_contents(expression: str) -> str:
    """Return the expression with its brackets emptied, with a mark in them."""
    kept, depth = "", 0
    for char, following in zip(expression, expression[1:] + " ", strict=True):
        depth -= char in ")]}"
        kept += char if depth == 0 else ""
        if char in "([{":
            kept += "…" if depth == 0 and following not in ")]}" else ""
            depth += 1
    return kept if depth == 0 else expression


def in_comment(expression: str) -> str:
    """Return an expression within a comment in the code, on one line and whole, else "it": half of a name is none. A
    backslash may mean more there: Java ends a comment at an escaped line break."""
    said = " ".join(expression.split())
    return said if len(said) <= _MAX_QUOTE and said.isprintable() and "\\" not in said else "it"


def capitalised(clause: str) -> str:
    return clause[0].upper() + clause[1:]


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""Random edits of Python code, such as people make them: each may change what other files learn of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_DEF = re.compile(r"^([ \t]*)(?:async )?def (\w+)\((.*?)\)(.*?):[ \t]*\n", re.MULTILINE)
_RETURN = re.compile(r"^([ \t]*)return\b.*\n", re.MULTILINE)
_GUARD = re.compile(r"^([ \t]*)if [^\n]*\b(?:None|not)\b[^\n]*:\n(?:\1[ \t]+[^\n]*\n)+", re.MULTILINE)
_IMPORT = re.compile(r"^from [\w.]+ import \w+\n", re.MULTILINE)
_Edit = Callable[[str, random.Random, int], str]


def edit_randomly(text: str, chance: random.Random, number: int) -> tuple[str, str]:
    """Return the name of an edit that could be made, and the text after it. `number` makes new names unlike others."""
    while True:
        name = chance.choice(list(EDITS))
        if (after := EDITS[name](text, chance, number)) != text:
            return name, after


def _replaced(pattern: re.Pattern[str], make: Callable[[re.Match[str], int], str]) -> _Edit:
    def edit(text: str, chance: random.Random, number: int) -> str:
        places = list(pattern.finditer(text))
        if not places:
            return text
        at = chance.choice(places)
        return text[: at.start()] + make(at, number) + text[at.end() :]

    return edit


def _add_function(text: str, chance: random.Random, number: int) -> str:
    return f"{text.rstrip()}\n\n\ndef added_{number}(k):\n    if k > 1:\n        return k\n    return None\n"


EDITS: dict[str, _Edit] = {
    "add a comment": lambda text, chance, number: f"# {number}\n{text}",
    "add a function": _add_function,
    "rename a function": _replaced(_DEF, lambda at, number: at[0].replace(f"def {at[2]}(", f"def renamed_{number}(")),
    "change a signature": _replaced(
        _DEF, lambda at, _: f"{at[1]}def {at[2]}({f'{at[3]}, ' * bool(at[3])}*more):\n" if "*" not in at[3] else at[0]
    ),
    "let it return None early": _replaced(
        _DEF, lambda at, number: f"{at[0]}{at[1]}    if len(str({number})) > 9:\n{at[1]}        return None\n"
    ),
    "return None": _replaced(_RETURN, lambda at, _: f"{at[1]}return None\n"),
    "delete a guard": _replaced(_GUARD, lambda at, _: f"{at[1]}pass\n"),
    "delete an import": _replaced(_IMPORT, lambda at, _: ""),
}

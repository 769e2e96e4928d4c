"""What a menu calls an offer: at most 50 characters, and only what the edit does.

An offer's own title is a sentence that also says what a null then leads to, and why it is offered. That belongs in
the preview and the log; menus cut long lines.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from breadknife.plugins.nullcheck.values import HIDING, RepairOffer

LONGEST = 50
"""Characters of a title."""
_EXIT = "exit"
"""The short form of how the function is left."""
_CONSEQUENCE = re.compile(r" \((?:[^()`]|`[^`]*`|\([^()]*\))*\)$")
_QUOTED = re.compile(r"`[^`]+`")
_WIDTHS = (24, 16, 10, 6)
"""Characters that each quoted piece of code may have, tried one after the other until the title is short enough."""


def menu_title(offer: RepairOffer) -> str:
    """Return what the menu calls it: "Raise ValueError", "Handle None: return []"."""
    if offer.strategy in HIDING and offer.title.startswith("Ignore it"):
        return "Ignore it"
    for pattern, short in _forms():
        if match := pattern.fullmatch(offer.title):
            said = match.groupdict()
            title = f"Handle {said['null']}: {_exit(said['exit'])}" if short == _EXIT else short.format(**said)
            return _fitted_with(title, offer)
    return _fitted_with(_CONSEQUENCE.sub("", offer.title), offer)


def _fitted_with(title: str, offer: RepairOffer) -> str:
    """Return the title with the name of the other file, where it edits one."""
    names = [each.document.uri.rpartition("/")[2] for each in offer.elsewhere]
    place = "".join(f" in {name}" if len(name) <= _WIDTHS[1] else " in another file" for name in names)
    return fitted(title, LONGEST - len(place)) + place


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = tomllib.loads(files(__package__ or "").joinpath("titles.toml").read_text("utf-8"))["titles"]
    null = r"(?P<null>None|null|undefined|nil)"
    return tuple((re.compile(row["title"].replace("<NULL>", null)), row["short"]) for row in rows)


def _exit(said: str) -> str:
    """Return how the function is left, as code: "return []" for "returns `[]`"."""
    bare = said.replace("`", "")
    for told in ("returns nothing", "returns", "return"):
        if bare == told:
            return "return"
        if bare.startswith(f"{told} "):
            return f"return {bare.removeprefix(told).strip()}"
    return bare


def fitted(title: str, room: int = LONGEST) -> str:
    """Return the title, with less of the code that it quotes if it is too long."""
    shorter = list(_narrower(title))
    fitting = next((each for each in shorter if len(each) <= room), "")
    if fitting:
        return fitting
    cut = shorter[-1][: room - 1].rstrip()
    return f"{cut}…" if cut.count("`") % 2 == 0 else f"{cut[: cut.rindex('`')].rstrip()}…"


def _narrower(title: str) -> Iterator[str]:
    """Yield the title, then with less and less of the code that it quotes."""
    yield title
    for width in _WIDTHS:
        yield _QUOTED.sub(lambda quoted, width=width: _abbreviated(quoted[0], width), title)


def _abbreviated(quoted: str, width: int) -> str:
    code = quoted[1:-1]
    if len(code) <= width:
        return quoted
    return f"`{code[: width // 2]}…{code[len(code) + 1 - width + width // 2 :]}`"

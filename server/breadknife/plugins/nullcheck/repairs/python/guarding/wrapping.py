"""A check that is longer than a line of the project may be, on several: as formatters would write it."""

from __future__ import annotations

import re
from dataclasses import replace

from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.text.document import TextEdit

_RAISE = re.compile(r"(raise \w+\()(\"[^\"\\]*\")\)")
_ASSERT = re.compile(r"(assert )([\w.]+ is not None(?: and [\w.]+ is not None)*)")


def wrapped(site: Site, edits: tuple[TextEdit, ...] | None, length: int) -> tuple[TextEdit, ...] | None:
    """The edits, each statement of theirs that is too long in parentheses of its own."""
    return tuple(_wrapped(site, edit, length) for edit in edits) if edits is not None else None


def _wrapped(site: Site, edit: TextEdit, length: int) -> TextEdit:
    if not edit.new_text.endswith(site.line_break + site.indent):
        return edit  # it is within an expression
    made = list[str]()
    for at, line in enumerate(edit.new_text.split(site.line_break)):
        said = line.lstrip() if at else line
        indent = line[: len(line) - len(said)] if at else site.indent
        found = _RAISE.fullmatch(said) or _ASSERT.fullmatch(said)
        if found is None or len((indent + said).expandtabs(4)) <= length:
            made.append(line)
            continue
        opening = found[1] if found[1].endswith("(") else f"{found[1]}("
        made += [f"{indent if at else ''}{opening}", f"{indent}{site.step}{found[2]}", f"{indent})"]
    return replace(edit, new_text=site.line_break.join(made))

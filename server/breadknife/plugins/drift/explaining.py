"""Explains a claim that a change made false: what it says, what the change was, and by which rule that is known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from breadknife.plugins.drift.kinds import kinds
from breadknife.plugins.drift.values import Drift
from breadknife.text.document import Document
from breadknife.text.printable import shortened

EXPLAIN = "drift.explain"
_MOST_SHOWN = 12
"""Lines of a change, on each side."""
_LONGEST_LINE = 160
_MOST_COMPARED = 20_000
"""Lines of a text whose change is looked for."""


def explain(drift: Drift, document: Document, cause: Document, before: str | None, base: str) -> str:
    """Return a page of plain text.

    Args:
        drift: the claim, which stands in `document`.
        document: the text as it is now.
        cause: the file of the change, as it is now: mostly the same one.
        before: the text of `cause` in the base; None if it wasn't there.
        base: the name of the commit or branch that is compared with.
    """
    row, at = kinds()[drift.kind], document.line_at(drift.span.start)
    change = list(_change(before or "", cause, drift.cause))
    place = f"line {drift.cause + 1}" + (f" of {drift.cause_path}" if drift.cause_path else "")
    parts = [
        f"{row.say(drift)}.",
        f"Line {at + 1} says:",
        _indented([document.line_text(at).strip()]),
        f"The change since {base} that made it false, at {place}:" if change else f"Since {base}, at {place}:",
        _indented(change or [cause.line_text(min(drift.cause, cause.line_count - 1)).strip()]),
        f"{row.rule} (drift/{drift.kind}). No model was asked.",
    ]
    return "\n\n".join(parts) + "\n"


def _change(before: str, cause: Document, row: int) -> Iterator[str]:
    """Yield the lines of the change that is nearest to a line, as a patch has them."""
    old, new = before.splitlines(), cause.text.splitlines()
    if not old or max(len(old), len(new)) > _MOST_COMPARED:
        return
    matcher = difflib.SequenceMatcher(None, old, new)
    groups = [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    if groups:
        a, b, c, d = min(groups, key=lambda each: max(each[2] - row, row - each[3] + 1, 0))
        yield from _signed("- ", old[a:b])
        yield from _signed("+ ", new[c:d])


def _signed(sign: str, lines: Sequence[str]) -> Iterator[str]:
    yield from (f"{sign}{line}" for line in lines[:_MOST_SHOWN])
    if len(lines) > _MOST_SHOWN:
        yield f"{sign}… and {len(lines) - _MOST_SHOWN} lines more"


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {shortened(line, _LONGEST_LINE)}" for line in lines)

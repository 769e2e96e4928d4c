"""Findings in text: the patterns of the forms find every one in whatever else was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from unicodedata import east_asian_width

from breadknife.plugins.nullcheck.formats.forms import FORMS, TextForm
from breadknife.plugins.nullcheck.formats.values import Said

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def read_text(printed: str) -> tuple[list[Said], str]:
    """The findings in the order of the text, and why there are none; "" where a tool says so."""
    text = _COLOUR.sub("", printed).replace("\r\n", "\n")
    said = list(_found(text))
    is_clean = said or not text.strip() or FORMS.nothing.search(text)
    return said, "" if is_clean else "no checker's finding is in it"


def _found(text: str) -> Iterator[Said]:
    found = [
        (match.start(), at, match)
        for at, (_, pattern, _) in enumerate(FORMS.patterns)
        for match in pattern.finditer(text)
    ]
    headings = [list(heading.finditer(text)) if heading else [] for _, _, heading in FORMS.patterns]
    end = 0
    for start, at, match in sorted(found, key=lambda each: each[:2]):
        if start < end:  # part of what another form has read
            continue
        path = next((above["path"] for above in reversed(headings[at]) if above.start() < start), "")
        said = _said(FORMS.text[at], match, path)
        if said is not None:
            end = match.end()
            yield said


def _said(form: TextForm, match: re.Match[str], heading: str) -> Said | None:
    groups = {name: said or "" for name, said in match.groupdict().items()}
    severity, path = groups.get("severity", "").lower(), groups.get("path") or heading
    if severity in form.silent or not path:
        return None
    column, end_column = int(groups.get("column") or 0), int(groups.get("end_column") or 0)
    end_column += form.end_inclusive if end_column else 0
    carets = groups.get("carets", "")
    if carets and match.groupdict().get("before") is not None:  # one caret says where, not how far
        column = len(groups["before"]) + 1
    elif carets and not end_column:
        shown = groups.get("shown")
        end_column = column + (_characters(shown, len(groups["margin"]), len(carets)) if shown else len(carets))
    message = ": ".join(filter(None, (groups["message"], groups.get("types"))))
    if left := groups.get("left") or groups.get("both"):
        message += f" between objects of type `{left}` and `{groups.get('right') or left}`"
    return Said(
        form.source, path, int(groups["line"]), " ".join(message.split()), groups.get("code", ""),
        FORMS.severity(severity), column, int(groups.get("end_line") or 0),
        end_column or len(groups.get("below", "")), form.columns,
    )  # fmt: skip


def _characters(shown: str, margin: int, cells: int) -> int:
    """How many characters have these cells of a line, in a terminal."""
    ends = list(accumulate(2 if east_asian_width(each) in "WF" else 1 for each in shown))
    return sum(margin < end <= margin + cells for end in ends)

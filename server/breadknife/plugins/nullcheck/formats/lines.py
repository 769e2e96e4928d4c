"""The text forms: a pattern for each, which finds every finding of a tool in whatever else was printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width

from breadknife.plugins.nullcheck.formats.values import Columns, Said
from breadknife.task.values import Severity

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

SEVERITIES = {
    "error": Severity.ERROR, "2": Severity.ERROR, "h": Severity.ERROR, "major": Severity.ERROR,
    "critical": Severity.ERROR, "blocker": Severity.ERROR, "fatal": Severity.ERROR,
    "warning": Severity.WARNING, "warn": Severity.WARNING, "1": Severity.WARNING, "m": Severity.WARNING,
    "minor": Severity.WARNING,
    "information": Severity.INFORMATION, "info": Severity.INFORMATION, "note": Severity.INFORMATION,
    "l": Severity.INFORMATION,
}  # fmt: skip
"""What tools call it, in lower case."""


@dataclass(frozen=True)
class TextForm:
    source: str
    name: str
    """Of the form, for people: `pyright`, `tsc --pretty`."""
    pattern: re.Pattern[str]
    """Groups: `path`, `line`, `message`, and where they are printed `column`, `end_line`, `end_column`, `code`,
    `severity`; `carets` under the place, and `before` them as much as stands left of it in the line, or, where wide
    characters have two of them, the line as it is `shown` and their `margin`; `below` the last of several lines what
    leads to the place's end from one column before it; `types`, which shorter forms have in the message, too, as they
    have those of the `left` and the `right` operand, or of `both`."""
    columns: Columns = Columns.CODE_POINTS
    heading: re.Pattern[str] | None = None
    """A line that holds the `path` for what follows."""
    end_inclusive: bool = False
    """`end_column` is the last character's, not the one after it."""
    silent: frozenset[str] = frozenset()
    """Severities that are no findings."""
    wraps: bool = False
    """A message that is too long for a line goes on in the next; otherwise details stand there."""


def _form(source: str, name: str, pattern: str, columns: Columns = Columns.CODE_POINTS, *, heading: str = "",
          end_inclusive: bool = False, silent: frozenset[str] = frozenset(),
          wraps: bool = False) -> TextForm:  # fmt: skip
    compiled = re.compile(heading, re.MULTILINE) if heading else None
    return TextForm(source, name, re.compile(pattern, re.MULTILINE), columns, compiled, end_inclusive, silent, wraps)


_PATH = r"(?P<path>(?:[A-Za-z]:)?[^\s:(][^:\n]*?)"
_AT = r":(?P<line>\d+):(?P<column>\d+)"
_CODE = r"(?P<code>[\w-]+)"
_MYPY = (
    rf"{_PATH}:(?P<line>\d+)(?::(?P<column>\d+))?(?::(?P<end_line>\d+):(?P<end_column>\d+))?: "
    "(?P<severity>error|note): "
)
_FRAME = r"\n *\|\n *\d+ \| (?P<shown>.*)\n *\| (?P<margin> *)(?P<carets>\^*-+\^[-^]*|\^+(?![-^]))"
"""What ty and pyrefly copy out of the file. Of an operation, the operands are marked otherwise than what is between."""
_TY = rf"^(?P<severity>error|warning|info)\[{_CODE}\]: (?P<message>.+)\n *--> {_PATH}{_AT}$"
_LEFT, _RIGHT = r"[Hh]as type `(?P<left>.+)`$", r"[Hh]as type `(?P<right>.+)`$"

FORMS = (
    # Before mypy's, which would read it, too. Its columns are bytes.
    _form("nilaway", "NilAway", rf"^{_PATH}{_AT}: (?:(?P<severity>error): )?(?P<message>Potential nil panic detected\."
          r".*(?:\n\t+- .*)*(?:\n\n\(Same nil source .*)?)$", Columns.UNSURE),
    _form(
        "pyright", "pyright and basedpyright",
        rf"^ {{2}}{_PATH}{_AT} - (?P<severity>error|warning|information): "
        r"(?P<message>.+?(?:\n[ \u00a0]{3,}\S.*?)*?)(?: \((?P<code>report\w+)\))?$(?!\n[ \u00a0]{3,})", Columns.UTF16,
    ),
    _form("mypy", "mypy",
          rf"^{_MYPY}(?P<message>.+?(?:\n(?!\S+:\d+:)[^\s\[].*?)*?)(?: {{2}}| ?\n ?)\[{_CODE}\]$", Columns.UNSURE,
          end_inclusive=True, silent=frozenset({"note"}), wraps=True),
    _form("mypy", "mypy without codes", rf"^{_MYPY}(?P<message>.+)$", Columns.UNSURE,
          end_inclusive=True, silent=frozenset({"note"})),
    _form("ty", "ty --output-format concise",
          rf"^{_PATH}{_AT}: (?P<severity>error|warning|info)\[{_CODE}\] (?P<message>.+)$"),
    _form("ty", "ty", rf"{_TY}{_FRAME}\n *\| +\|(?: +\|\n *\| +\| +{_RIGHT}\n *\| +{_LEFT}"
          r"|\n *\| +Both operands have type `(?P<both>.+)`$)"),
    _form("ty", "ty", rf"{_TY}\n *\|\n *\d+ \| .*\n *\| +[-^]+\n *\| +\|\n *\|  _*{_LEFT}(?:\n *(?:\d+ )?\| \|.*)*?"
          rf"\n *(?P<end_line>\d+) \| \| .*\n *\| \|(?P<below>_+[-^]+)\n *\| +\|\n *\| +{_RIGHT}"),
    _form("ty", "ty", rf"{_TY}(?:{_FRAME}(?: (?P<types>[Ee]xpected `.*))?)?"),
    _form("pyrefly", "pyrefly --output-format min-text",
          rf"^ *(?P<severity>ERROR|WARN|INFO) {_PATH}:(?P<line>\d+):(?P<column>\d+)"
          rf"(?:-(?:(?P<end_line>\d+):)?(?P<end_column>\d+))?: (?P<message>.+) \[{_CODE}\]$"),
    _form("pyrefly", "pyrefly",
          rf"^ *(?P<severity>ERROR|WARN|INFO) (?P<message>.+) \[{_CODE}\]\n *--> {_PATH}{_AT}$(?:{_FRAME})?"),
    _form("ts", "tsc", r"^(?P<path>[^\s(][^(\n]*?)\((?P<line>\d+),(?P<column>\d+)\): (?P<severity>error|warning) "
          r"TS(?P<code>\d+): (?P<message>.+(?:\n {2,}\S.*)*)$", Columns.UTF16),
    _form("ts", "tsc --pretty", rf"^{_PATH}{_AT} - (?P<severity>error|warning) TS(?P<code>\d+): "
          r"(?P<message>.+(?:\n {2,}\S.*)*)$(?:\n\n\d+ .*\n\s+(?P<carets>~+))?", Columns.UTF16),
    _form("eslint", "ESLint's stylish", r"^ {2,}(?P<line>\d+):(?P<column>\d+) +(?P<severity>error|warning) {2,}"
          r"(?P<message>\S.*?) {2,}(?P<code>\S+)$", Columns.UTF16, heading=r"^(?P<path>(?:/|[A-Za-z]:[\\/]).+)$"),
    _form("eslint", "ESLint's unix",
          rf"^{_PATH}{_AT}: (?P<message>.+) \[(?P<severity>Error|Warning)/(?P<code>[^\]]+)\]$", Columns.UTF16),
    _form("spotbugs", "SpotBugs -emacs",
          rf"^{_PATH}:(?P<line>\d+):\d+ (?P<code>[A-Z]\w*): (?P<message>.+) \((?P<severity>[HML])\) ?$"),
    _form("spotbugs", "SpotBugs", r"^(?P<severity>[HML]) [A-Z] (?P<code>[A-Z]\w*): (?P<message>.+?) {2}.*?[Aa]t "
          r"(?P<path>\S+):\[lines? (?P<line>\d+)"),
    _form("nullaway", "javac",
          rf"^{_PATH}:(?P<line>\d+): (?P<severity>warning|error): \[(?P<code>NullAway)\] (?P<message>.+)"
          r"(?:\n.*\n(?P<before>[ \t]*)(?P<carets>\^))?", Columns.UTF16),
    _form("nullaway", "Maven", r"^\[(?P<severity>WARNING|ERROR)\] (?P<path>.+?):\[(?P<line>\d+),\d+\] "
          r"\[(?P<code>NullAway)\] (?P<message>.+)$"),  # the column counts from 0 where javac is forked, else from 1
)  # fmt: skip

_CLEAN = re.compile(
    r"^(?:0 errors, \d+ warnings?, \d+ (?:informations?|notes?)"  # pyright, basedpyright
    r"|Success: no issues found in "  # mypy
    r"|All checks passed!$"  # ty
    r"| *INFO 0 errors"  # pyrefly
    r"|\[INFO\] BUILD SUCCESS$"  # Maven
    r"|BUILD SUCCESSFUL\b"  # Gradle
    r"|(?:.* )?Found 0 errors\."  # tsc --watch
    r"|[>$] (?:.*\W)?(?:tsc|eslint)\b)",  # npm and yarn, before what they run
    re.MULTILINE,
)
"""What tools print in text where they have found nothing; tsc, ESLint, javac and SpotBugs print nothing then."""


def said_in(text: str) -> Iterator[Said]:
    """All that the forms find, in the order of the text."""
    text = _plain(text)
    found = [(match.start(), at, match) for at, form in enumerate(FORMS) for match in form.pattern.finditer(text)]
    found.sort(key=lambda each: each[:2])
    headings = {
        at: [(match.start(), match["path"]) for match in form.heading.finditer(text)]
        for at, form in enumerate(FORMS)
        if form.heading
    }
    end = 0
    for start, at, match in found:
        if start < end:  # part of what another form has read
            continue
        path = next((path for above, path in reversed(headings.get(at, [])) if above < start), "")
        said = _said(FORMS[at], match, path)
        if said is not None:
            end = match.end()
            yield said


def fault_in(text: str) -> str:
    """Why nothing is said in it; "" where a tool says that there is nothing."""
    text = _plain(text)
    return "" if not text.strip() or _CLEAN.search(text) else "no checker's finding is in it"


def _plain(text: str) -> str:
    return _COLOUR.sub("", text).replace("\r\n", "\n")


def _said(form: TextForm, match: re.Match[str], heading: str) -> Said | None:
    groups = match.groupdict()
    severity = (groups.get("severity") or "error").lower()
    path = groups.get("path") or heading
    if severity in form.silent or not path:
        return None
    column = int(groups.get("column") or 0)
    carets = groups.get("carets") or ""
    if (before := groups.get("before")) is not None:
        column, carets = len(before) + 1, ""  # one caret says where, not how far
    end_column = int(groups.get("end_column") or 0) + form.end_inclusive if groups.get("end_column") else 0
    if carets and not end_column:
        shown, margin = groups.get("shown") or "", groups.get("margin") or ""
        end_column = column + (_characters(shown, len(margin), len(carets)) if shown else len(carets))
    end_column = end_column or len(groups.get("below") or "")
    details = "" if form.wraps else groups["message"].partition("\n")[2]
    message = ": ".join(filter(None, (groups["message"], groups.get("types"))))
    if (left := groups.get("left") or groups.get("both")) and (right := groups.get("right") or left):
        message += f" between objects of type `{left}` and `{right}`"
    return Said(
        form.source, path, int(groups["line"]), " ".join(message.split()), groups.get("code") or "",
        SEVERITIES[severity], column, int(groups.get("end_line") or 0), end_column, form.columns,
        " ".join(details.split()),
    )  # fmt: skip


def _characters(shown: str, margin: int, cells: int) -> int:
    """How many characters have these cells of a line, in a terminal."""
    ends = list(accumulate(2 if east_asian_width(each) in "WF" else 1 for each in shown))
    return sum(margin < end <= margin + cells for end in ends)

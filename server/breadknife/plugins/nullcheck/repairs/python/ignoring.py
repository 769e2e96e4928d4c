"""The comment with which each checker is told that the author knows better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import SyntaxTree


@dataclass(frozen=True)
class Checker:
    prefix: str
    """Of its comment: `pyright: ignore`."""
    codes: tuple[str, ...] = ()
    """Of its findings that are answered."""
    assignment: str = "assignment"
    """Its code for a None that is given to a name that is declared without."""
    attribute: str = "assignment"
    """The same for an attribute of an object."""


_PYRIGHT = Checker("pyright: ignore", (), "reportAssignmentType", "reportAttributeAccessIssue")
_EVERY = Checker("type: ignore")
"""All of them understand it."""
_CHECKERS = {
    "pyright": _PYRIGHT,
    "basedpyright": _PYRIGHT,
    "pylance": _PYRIGHT,
    "mypy": _EVERY,
    "ty": Checker("ty: ignore", (), "invalid-assignment", "invalid-assignment"),
    "pyrefly": Checker("pyrefly: ignore", (), "bad-assignment", "bad-assignment"),
}


def checker_of(findings: Sequence[Finding]) -> Checker:
    """Whose comment answers these findings; of several checkers', one that all understand."""
    others = [finding for finding in findings if finding.source != SOURCE]
    found = {_CHECKERS.get(finding.source.lower(), _EVERY) for finding in others}
    if len(found) != 1:
        return _EVERY
    codes = tuple(dict.fromkeys(finding.code for finding in others if finding.code))
    (checker,) = found
    return replace(checker, codes=codes)


def comment(tree: SyntaxTree, span: Span, checker: Checker, codes: tuple[str, ...], reason: str) -> TextEdit | None:
    """The comment at the end of the line that a span begins in, or None where none can stand. What has a comment
    already keeps it behind this one: mypy only reads the first."""
    start = tree.text.rfind("\n", 0, span.start) + 1
    end = tree.text.find("\n", span.start)
    end = len(tree.text) if end < 0 else end - (line_break(tree.text) == "\r\n")
    node = tree.node_at(Span(end, end))
    if node.type in ("string_content", "string", "interpolation", "escape_sequence") or tree.text[start:end].endswith(
        "\\"
    ):
        return None
    before = tree.text[start:end]
    if checker.prefix in before:
        return None
    for at in (i for i, char in enumerate(before) if char == "#"):
        if tree.node_at(Span(start + at, start + at + 1)).type == "comment":
            end = start + len(before[:at].rstrip())
            rest = start + at
            break
    else:
        rest = end = start + len(before.rstrip())
    written = f"  # {checker.prefix}" + (f"[{', '.join(codes)}]" if codes else "") + (f"  # {reason}" if reason else "")
    return TextEdit(Span(end, rest), written + ("  " if rest > end or tree.text[rest : rest + 1] == "#" else ""))

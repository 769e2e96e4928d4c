"""Where in a text a printed finding points, also where only its line or its beginning was printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from breadknife.plugins.nullcheck.formats.values import Columns, PrintedFinding
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.values import SOURCE, Dereference, Use
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import Node, SyntaxTree

_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r"^'([^']+)'")
"""TypeScript's messages begin with the expression: 'user.name' is possibly 'undefined'."""

_NAMED = re.compile(r"[\w$.]+")
_USED = frozenset({Use.ATTRIBUTE, Use.SUBSCRIPT, Use.OPERAND, Use.ITERATE})
_USES = {
    **dict.fromkeys(("2531", "2532", "2533"), _USED),
    **dict.fromkeys(("2721", "2722", "2723"), frozenset({Use.CALL})),
    "2345": frozenset({Use.ARGUMENT}),
    "2538": frozenset({Use.OPERAND}),
}
"""Codes of TypeScript that tell what is done with the value; the first three are of what is no name."""
_PYRIGHT = frozenset({"pyright", "basedpyright"})
_BEGINS = (
    (_PYRIGHT, re.compile(r'^"(\w+)" is not a known attribute of')),
    (_PYRIGHT, re.compile(r'^Cannot access attribute "(\w+)" for class')),
    (frozenset({"ts"}), re.compile(r"^'([\w$]+)[^']*' is possibly")),
)
"""Who tells, in which messages, the name that the place begins with."""


def may_be_of(document: Document, said: PrintedFinding) -> bool:
    """Tell whether it can have been said of this text, as far as its line, its column and a name tell."""
    if not 1 <= said.line <= document.line_count:
        return said.line < 1  # of the file as a whole
    line = document.line_text(said.line - 1)
    if not said.sure_in(line):
        return True
    units = len(line) + (sum(each > "\uffff" for each in line) if said.columns is Columns.UTF16 else 0)
    begins = (pattern.match(said.message) for sources, pattern in _BEGINS if said.source in sources)
    name = next((begin[1] for begin in begins if begin), "")
    return said.column <= units + 1 and name in line


def located(file: NullFile, document: Document, said: PrintedFinding) -> tuple[Finding, Dereference] | None:
    """Return the finding, so that `file.place` finds its place; None when it isn't about null, or may be about
    several."""
    finding = said.finding(document)
    if finding is None:
        return None
    if not said.sure_in(document.line_text(said.line - 1)):
        found = _places(file, _by_word(document, finding))
        # An attribute's name is in the message, and a line returns one value; of other uses it may have several, of
        # which not all are seen here.
        sure = (place for place in found if place.use in (Use.ATTRIBUTE, Use.RETURN) or _quotes(said, document, place))
        return _only(_own(file, found) or {place: found[place] for place in sure})
    if (place := file.place(finding)) or finding.span:
        return (finding, place) if place else None
    found = _places(file, _by_end(file.tree, finding))
    quoted = _QUOTED.match(finding.message)
    named = {place: each for place, each in found.items() if quoted and document.slice(place.span) == quoted[1]}
    uses = _USES.get(finding.code, frozenset()) if finding.source == "ts" else frozenset[Use]()
    used = {
        place: each
        for place, each in found.items()
        if place.use in uses and (uses is not _USED or not _NAMED.fullmatch(document.slice(place.span)))
    }
    innermost = sorted(used, key=lambda place: place.span.end)[:1]  # which an index may miss
    indexed = {place: used[place] for place in innermost if document.slice(place.span).endswith("]")}
    return _only(used) or _only(named or found) or _only(_own(file, found)) or _only(indexed)


def _places(file: NullFile, findings: Iterable[Finding]) -> dict[Dereference, Finding]:
    found: dict[Dereference, Finding] = {}
    for each in findings:
        if place := file.place(each):
            found.setdefault(place, each)
    return found


def _own(file: NullFile, found: dict[Dereference, Finding]) -> dict[Dereference, Finding]:
    """Return those where the null check has a finding itself."""
    own = {place for each in file.findings() if each.source == SOURCE and (place := file.place(each))}
    return {place: each for place, each in found.items() if place in own}


def _only(found: dict[Dereference, Finding]) -> tuple[Finding, Dereference] | None:
    return next(((each, place) for place, each in found.items()), None) if len(found) == 1 else None


def _quotes(said: PrintedFinding, document: Document, place: Dereference) -> bool:
    return f"'{document.slice(place.span)}'" in said.message


def _by_word(document: Document, finding: Finding) -> Iterator[Finding]:
    """Yield the finding at each word of its line: an empty span says that its end isn't known."""
    for word in _WORD.finditer(document.text, finding.span.start, finding.span.end):
        yield replace(finding, span=Span(word.start(), word.start()))


def _by_end(tree: SyntaxTree, finding: Finding) -> Iterator[Finding]:
    """Yield the finding with each end that an expression from its beginning on may have."""
    start = finding.span.start
    innermost = tree.node_at(Span(start, start + 1))
    node: Node | None = tree.root
    while node is not None:
        span = tree.span(node)
        if span.start == start:
            yield replace(finding, span=span)
        node = node.child_with_descendant(innermost) if node != innermost else None

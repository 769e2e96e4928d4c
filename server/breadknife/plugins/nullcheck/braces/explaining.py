"""What people are told of a use of null, in Go's words or in Java's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.braces.facts import Fact, NullUse
from breadknife.plugins.nullcheck.confidence import confidence_of
from breadknife.plugins.nullcheck.values import SOURCE, Use
from breadknife.plugins.nullcheck.wording import capitalised, first_line, quote
from breadknife.task.values import Finding, Related
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree


@dataclass(frozen=True)
class Words:
    null: str
    """What null is called."""
    assigned: str
    """What happens where it is put into something that doesn't take it."""
    ignore: re.Pattern[str]
    """A comment by which the author has told a checker that they know better."""
    before: bool
    """Whether such a comment may stand before the place on its line."""


def findings_of(words: Words, tree: SyntaxTree, uses: Iterable[NullUse]) -> list[Finding]:
    """In the order of the file, without those that a comment calls off."""
    ordered = sorted(uses, key=lambda use: (use.node.start_byte, use.node.end_byte))
    return [_finding_of(words, tree, use) for use in ordered if not _is_ignored(words, tree, use.node)]


def _finding_of(words: Words, tree: SyntaxTree, use: NullUse) -> Finding:
    span, cause = tree.span(use.node), use.cause
    expression = quote(tree.text[span.start : span.end])
    why = f"{cause.reason}, and {cause.why}" if cause.why else cause.reason
    message = f"{capitalised(expression)} {'is' if is_certain(use.fact) else 'may be'} {words.null}"
    message += f"{' here' if is_certain(use.fact) else ''}: {why}"
    if use.use is Use.ASSIGN:
        message += f"; {words.assigned}"
    confidence = confidence_of(tree.text, span, use.use.value, cause.reason)
    finding = Finding(span, SOURCE, use.use.value, message, confidence=confidence)
    is_checked = cause.soft or _is_compared(words, tree, cause.node, span)
    because = cause.why or (
        "no check on the path from there to here exits" if is_checked else "nothing checks it before the use"
    )
    origin = span if _is_asked_anew(tree, cause.node, span) else first_line(tree, cause.node)
    if origin == span and cause.elsewhere is None:
        return replace(finding, related=(Related(span, f"{capitalised(cause.reason)}; {because}"),))
    return replace(
        finding,
        related=(cause.elsewhere or Related(origin, capitalised(cause.reason)), Related(span, capitalised(because))),
    )


def _is_compared(words: Words, tree: SyntaxTree, origin: Node, use: Span) -> bool:
    """Whether a comparison with null, that goes on, stands between where it comes from and the use; of a call, which
    gives it anew, in the function before the use."""
    value = re.escape(tree.text[use.start : use.end])
    node: Node | None = origin
    while tree.span(origin) == use and node is not None and node.child_by_field_name("body") is None:
        node = node.parent
    between = tree.text[tree.span(node).start if node is not None else use.start : use.start]
    test = rf"(?<![\w.]){value}\s*[!=]=\s*{words.null}\b|\b{words.null}\s*[!=]=\s*{value}(?![\w.(\[])"
    return re.search(test, between) is not None


def _is_asked_anew(tree: SyntaxTree, origin: Node, use: Span) -> bool:
    """Whether the use makes the same call as an earlier comparison: its null comes from the use."""
    value = tree.text[use.start : use.end]
    return value.endswith(")") and tree.source(origin) == value


def _is_ignored(words: Words, tree: SyntaxTree, node: Node) -> bool:
    start = tree.span(node).start
    end = tree.text.find("\n", start)
    line = tree.text.rfind("\n", 0, start) + 1
    above = tree.text.rfind("\n", 0, max(0, line - 1)) + 1
    said = tree.text[line if words.before else start : end if end >= 0 else len(tree.text)]
    return words.ignore.search(said) is not None or words.ignore.match(tree.text[above:line].strip()) is not None


def is_certain(fact: Fact) -> bool:
    """Whether every path that leads to the place brings null."""
    return fact.cause is not None and (fact.cause.certain or fact.cause.soft or fact.found) and not fact.partial

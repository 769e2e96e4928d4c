"""Why no null is reported at a value: what leaves it out, or that nothing shows that it can be null."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.shown.grouping import by_cause, reported
from breadknife.plugins.nullcheck.values import SOURCE, Use
from breadknife.task.reasons import silence
from breadknife.task.values import Finding, Silence
from breadknife.text.directives import Directives
from breadknife.text.document import Document, Span
from breadknife.text.generated import is_generated
from breadknife.text.syntax import SyntaxTree

_NAME = re.compile(r"[\w$]+")


def why(
    document: Document, tree: SyntaxTree, findings: Sequence[Finding], at: Span, settings: NullCheckSettings
) -> Silence:
    """Return why nothing is reported of the value at a place. `findings` are all that the analysis has of the text."""
    line = document.line_at(at.start)
    name = _name_at(document, at)
    here = [finding for finding in findings if finding.span.touches(name)]
    shown = reported(findings, settings)
    groups = by_cause(shown)
    if (marked := next((finding for finding in groups if finding.span.touches(name)), None)) is not None:
        return silence("marked", message=marked.message.rstrip("."))
    if any(finding.span.touches(name) for finding in shown):
        first = next(each for each in groups if any(other.span.touches(name) for other in each.related))
        return silence("same-cause", line=document.line_at(first.span.start) + 1)
    if here:
        return _left_out(here[0], document.slice(name), settings)
    if (comment := _comment(document, line)) is not None:
        return silence("ignored-by-comment", line=comment, rule="nulls")
    if is_generated(document.text):
        return silence("generated-file")
    if tree.root.has_error and tree.errors:
        first = min(start for start, _ in tree.errors)
        return silence("half-written", line=document.line_at(tree.offset(first)) + 1)
    return silence("never-null", name=document.slice(name))


def _left_out(finding: Finding, name: str, settings: NullCheckSettings) -> Silence:
    """Return which setting leaves a finding out."""
    if settings.severity_of(finding.confidence) == "off":
        return silence("hidden-severity", name=name, confidence=finding.confidence)
    return silence("rule-off", rule=finding.code, plugin=SOURCE)


def _comment(document: Document, line: int) -> int | None:
    """Return the line, from 1, of a comment that ignores what the null check would say of another line."""
    rules = {*Use, "*"}
    for directive in Directives.of(document).all:
        if directive.first <= line < directive.end and not rules.isdisjoint(directive.rules):
            return document.line_at(directive.span.start) + 1
    return None


def _name_at(document: Document, at: Span) -> Span:
    """Return the word that a place touches; the place itself where there is none."""
    start = document.line_starts[document.line_at(at.start)]
    for match in _NAME.finditer(document.text, start, document.line_span(document.line_at(at.start)).end):
        if Span(*match.span()).touches(Span(at.start, at.start)):
            return Span(*match.span())
    return at

"""Finds values that may be None where they are used as if they couldn't: a pure function of one file's syntax tree."""

from __future__ import annotations

import re
from dataclasses import replace

from breadknife.plugins.nullcheck.python.expressions import Evaluator, TooDeepError
from breadknife.plugins.nullcheck.python.facts import NullUse, Summary
from breadknife.plugins.nullcheck.python.flow import Flow, parameters
from breadknife.plugins.nullcheck.python.outline import Function, Outline, is_optional, outline, text
from breadknife.plugins.nullcheck.python.rules import NULLABLE_CALLS
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.task.values import Finding, Related
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

_WORD = re.compile(rb"\w+")
_ORIGINS = frozenset({b"None", b"Optional", *(rule.name.rpartition(".")[2].encode() for rule in NULLABLE_CALLS)})
"""Without one of these words, or a function of the file that may return None, nothing in a function may be None."""
_RETURNS_VALUE = re.compile(rb"\breturn[ \t]*[^\s;#]")
_IGNORE = re.compile(r"#\s*(?:type|pyright|ty|pyrefly|basedpyright)\s*:\s*ignore")
"""The author has already told a type checker that they know better."""
_MAX_CALL_CHAIN = 12
"""Calls within the file are followed this far for what they may return."""
_MAX_QUOTE = 40
"""Longest expression, in code points, that a message quotes."""


def detect(tree: SyntaxTree) -> list[Finding]:
    """Every use of a value that may be None, in the order of the text."""
    return FileAnalysis(tree).findings()


class FileAnalysis:
    """The analyses of one file's functions, each made at most once. Not for use from two threads."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self._outline: Outline = outline(tree)
        self._uses: dict[int, list[NullUse]] = {}
        self._summaries: dict[int, Summary] = {}
        self._running: set[int] = set()
        self._nullable = {
            function.name.encode() for function in self._outline.functions if self._may_be_nullable(function)
        }

    def findings(self) -> list[Finding]:
        if not self._has_origin(self._outline.source):
            return []
        for function in self._outline.functions:
            self._analyse(function)
        uses = [use for uses in self._uses.values() for use in uses] + self._follow(self.tree.root, None)[0]
        uses.sort(key=lambda use: (use.node.start_byte, use.node.end_byte))
        return [_finding(self.tree, use) for use in uses if not _is_ignored(self.tree, use.node)]

    def findings_of(self, tree: SyntaxTree, changed: Node, original: Node) -> list[Finding]:
        """What would be found in this file's function `original` if `changed`, of another tree, stood in its place."""
        owner = next((f.owner for f in self._outline.functions if f.node == original), None)
        return [_explained(tree, use) for use in self._follow(changed, owner)[0]]

    def summary(self, function: Function) -> Summary:
        annotation = function.node.child_by_field_name("return_type")
        if not function.is_plain:
            return Summary()
        if annotation is not None:
            written = text(annotation)
            may_be_none = is_optional(written) and written != "None"
            return Summary(may_be_none, written.rpartition(".")[2] in ("NoReturn", "Never"))
        key = function.node.start_byte
        if key not in self._summaries and len(self._running) < _MAX_CALL_CHAIN and key not in self._running:
            source = self._source(function)
            if _RETURNS_VALUE.search(source) or b"raise" in source:
                self._analyse(function, for_summary=True)
            else:
                self._summaries[key] = Summary()
        return self._summaries.get(key, Summary())

    def _source(self, function: Function) -> bytes:
        return self._outline.source[function.node.start_byte : function.node.end_byte]

    def _may_be_nullable(self, function: Function) -> bool:
        annotation = function.node.child_by_field_name("return_type")
        if annotation is not None:
            return is_optional(text(annotation))
        return _RETURNS_VALUE.search(self._source(function)) is not None

    def _has_origin(self, source: bytes) -> bool:
        words = set(_WORD.findall(source))
        return not words.isdisjoint(_ORIGINS) or not words.isdisjoint(self._nullable)

    def _analyse(self, function: Function, for_summary: bool = False) -> None:
        key = function.node.start_byte
        if key in self._uses or key in self._running:
            return
        if for_summary or self._has_origin(self._source(function)):
            self._running.add(key)
            self._uses[key], self._summaries[key] = self._follow(function.node, function.owner)
            self._running.discard(key)

    def _follow(self, scope: Node, owner: int | None) -> tuple[list[NullUse], Summary]:
        """Follow a function, or the module."""
        evaluator = Evaluator(self._outline, owner, self)
        flow = Flow(evaluator)
        body = scope.child_by_field_name("body")
        try:
            end = flow.block(body or scope, parameters(scope, evaluator))
        except TooDeepError:
            return [], Summary()
        return list(evaluator.uses.values()), _summary(flow, end is not None, scope)


def _is_ignored(tree: SyntaxTree, node: Node) -> bool:
    start = tree.span(node).start
    end = tree.text.find("\n", start)
    return _IGNORE.search(tree.text, start, end if end >= 0 else len(tree.text)) is not None


def _summary(flow: Flow, falls_off: bool, scope: Node) -> Summary:
    if scope.type != "function_definition" or b"yield" in (scope.text or b""):
        return Summary()
    nones = [fact.cause for fact in flow.returns if fact.cause is not None]
    # A function that only ever returns None, or is a stub, has callers that don't want a value.
    gives_value = len(nones) < len(flow.returns) or any(cause.reason for cause in nones)
    return Summary((falls_off or bool(nones)) and gives_value, not falls_off and not flow.returns)


def _finding(tree: SyntaxTree, use: NullUse) -> Finding:
    finding, origin = _explained(tree, use), tree.span(use.cause.node)
    line_end = tree.text.find("\n", origin.start, origin.end)
    if line_end >= 0:  # a function: its first line says enough
        origin = Span(origin.start, line_end)
    reason = use.cause.reason
    related = Related(origin, reason[0].upper() + reason[1:])
    return finding if origin == finding.span else replace(finding, related=(related,))


def _explained(tree: SyntaxTree, use: NullUse) -> Finding:
    """The finding by itself: its cause may lie in another tree."""
    span = tree.span(use.node)
    message = f"{quote(tree.text[span.start : span.end])} may be None: {use.cause.reason}"
    return Finding(span, SOURCE, use.use.value, message)


def quote(expression: str) -> str:
    """An expression as part of a message for people."""
    return f"`{expression}`" if len(expression) <= _MAX_QUOTE and "\n" not in expression else "This value"

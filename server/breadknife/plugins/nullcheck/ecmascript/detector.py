"""Finds values that may be null where they are used as if they couldn't be, in one file's syntax tree."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from breadknife.plugins.nullcheck.braces.counting import CallCounts, call_counts
from breadknife.plugins.nullcheck.confidence import confidence_of
from breadknife.plugins.nullcheck.ecmascript.expressions import Evaluator, TooDeepError
from breadknife.plugins.nullcheck.ecmascript.facts import Cause, Env, NullUse, Summary
from breadknife.plugins.nullcheck.ecmascript.flow import Entered, Flow
from breadknife.plugins.nullcheck.ecmascript.frames import Frame
from breadknife.plugins.nullcheck.ecmascript.imports import links
from breadknife.plugins.nullcheck.ecmascript.modules import FileTable, Modules
from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS, Outline
from breadknife.plugins.nullcheck.ecmascript.rules import NO_RULES, UsersRules
from breadknife.plugins.nullcheck.ecmascript.scopes import Scopes
from breadknife.plugins.nullcheck.ecmascript.types import Type
from breadknife.plugins.nullcheck.ecmascript.undeclared import CHECKS, null_for
from breadknife.plugins.nullcheck.summaries import OtherFiles
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.plugins.nullcheck.wording import capitalised, first_line, quote
from breadknife.task.values import Finding, Related
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, is_misread, path_to

_IGNORE = re.compile(r"@ts-(?:expect-error|ignore|nocheck)|eslint-disable")
"""The author has already told a checker that they know better."""
_RETURNS_VALUE = re.compile(rb"\breturn[ \t]*[^\s;]|=>[ \t]*[^\s{]|\bthrow\b")
_NAME = re.compile(r"[\w$]+(?:\.#?[\w$]+)*")
_TEST = (
    r"\b(?:if|while)\s?\((?:[^;{}\n]*?(?:&&|\|\||(?<![\w$])\())?\s*!?\s*(?P<key>KEY)"
    r"\s*(?:\)|&&|\|\||[!=]==?\s*(?:null|undefined)\b)"
)
"""A condition that asks whether `KEY` is there."""
_OWN_TEXT = 0
"""Instead of the `id` of a text."""
_MAX_CALL_CHAIN = 8
"""Calls within the file are followed this far for what they may return."""


@dataclass(frozen=True)
class Entry:
    """What is known where a function begins."""

    env: Env
    given: tuple[Type, ...]
    """Its parameters' types, where it is given to a function that says so."""
    scopes: Scopes
    this: Type


class _EnteredError(Exception):
    """The function that was looked for begins."""


def _entry(evaluator: Evaluator, env: Env, given: tuple[Type, ...]) -> Entry:
    return Entry(dict(env), given, evaluator.scopes.copy(), evaluator.this[-1])


def _function_at(tree: SyntaxTree, start: int) -> Node | None:
    node = tree.root.named_descendant_for_byte_range(start, start + 1)
    while node is not None and node.type not in FUNCTIONS and node.start_byte == start:
        node = node.parent
    return node if node is not None and node.start_byte == start else None


class FileAnalysis:
    """The analysis of one file, made once. Not for use from two threads."""

    def __init__(
        self, tree: SyntaxTree, others: OtherFiles[FileTable] | None = None, rules: UsersRules = NO_RULES
    ) -> None:
        self.tree = tree
        self.others = others
        self.rules = rules
        self.imports = links(tree.root).imports
        modules = Modules(others, self.imports) if others is not None else None
        self.outline = Outline(tree, modules, self._users_words())
        self._summaries: dict[tuple[int, int], Summary] = {}
        self._running: set[tuple[int, int]] = set()
        self._entries: dict[int, Entry] = {}
        self._uses: list[NullUse] | None = None

    def _users_words(self) -> Iterator[str]:
        """Words by which the file calls what the user has a rule for."""
        yield from (name for _, name in (*self.rules.methods, *self.rules.functions))
        for name, source in self.imports.items():
            if (source.module, source.name) in self.rules.functions:
                yield name

    def uses(self) -> list[NullUse]:
        """Every one, in the order of the text, also on lines that tell a checker to be silent."""
        if self._uses is None:
            evaluator = Evaluator(self.outline.source, self.outline, self, {})
            self._uses = _sorted(self._follow(evaluator))
        return self._uses

    def findings(self) -> list[Finding]:
        uses = (use for use in self.uses() if not _is_ignored(self.tree, use.node))
        torn = self.tree.root.has_error
        return [_finding(self.tree, use) for use in uses if not (torn and is_misread(use.node))]

    def assuming(self, assumed: Mapping[tuple[int, int], Cause]) -> list[Finding]:
        """What would be found if those expressions (byte ranges) might be null as well."""
        uses = _sorted(self._follow(Evaluator(self.outline.source, self.outline, self, assumed)))
        return [_explained(self.tree, use) for use in uses]

    def again(
        self, tree: SyntaxTree, source: bytes, start: int, assumed: Mapping[tuple[int, int], Cause]
    ) -> list[Finding] | None:
        """What is found in the function that begins at byte `start`, as it is in another tree which differs from the
        file's only within it; None where it isn't one that `entered` gives."""
        entry, node = self._entries.get(start), _function_at(tree, start)
        if entry is None or node is None:
            return None
        evaluator = Evaluator(source, self.outline, self, assumed)
        try:
            self._follow_function(evaluator, tree, node, entry)
        except TooDeepError:
            return None
        finally:  # the next text may be given the same `id`
            self._summaries = {key: known for key, known in self._summaries.items() if key[0] == _OWN_TEXT}
        return [_explained(tree, use) for use in _sorted(evaluator)]

    def entered(self, byte: int) -> Sequence[int]:
        """The starts of the innermost function around and of the one that no other holds."""
        self.uses()
        around = self.outline.functions_around(byte)
        if not around:
            return ()
        inner = around[-1][0]
        if inner not in self._entries:
            self._enter(inner, byte)
        outer = next((start for start, _ in around if start in self._entries), inner)
        return tuple(start for start in dict.fromkeys((inner, outer)) if start in self._entries)

    def _enter(self, start: int, byte: int) -> None:
        """Find what is known where a function begins that another one holds, or in which nothing may be null for what
        the file tells: no function that isn't followed is entered."""
        evaluator = Evaluator(self.outline.source, self.outline, self, {(byte, byte): Cause(self.tree.root, "")})

        def entered(node: Node, env: Env, given: tuple[Type, ...], depth: int) -> None:
            if node.start_byte == start or (depth == 1 and node.start_byte <= byte < node.end_byte):
                self._entries[node.start_byte] = _entry(evaluator, env, given)
            if node.start_byte == start:
                raise _EnteredError

        around = self.outline.functions_around(byte)
        known = next((outer for outer, _ in around if outer in self._entries), None)
        node = _function_at(self.tree, known) if known is not None else None
        with contextlib.suppress(_EnteredError, TooDeepError):
            if node is None or known is None:
                Flow(evaluator, entered).run(self.tree.root, {})
            else:
                self._follow_function(evaluator, self.tree, node, self._entries[known], entered)

    def _follow_function(
        self, evaluator: Evaluator, tree: SyntaxTree, node: Node, entry: Entry, entered: Entered | None = None
    ) -> None:
        evaluator.scopes = entry.scopes.copy()
        evaluator.scopes.enter()
        evaluator.this = [entry.this]
        flow = Flow(evaluator, entered)
        flow.frames.append(Frame(tree.root))
        flow.function(node, dict(entry.env), entry.given)

    def _follow(self, evaluator: Evaluator) -> Evaluator:
        def entered(node: Node, env: Env, given: tuple[Type, ...], depth: int) -> None:
            if depth == 1:
                self._entries[node.start_byte] = _entry(evaluator, env, given)

        flow = Flow(evaluator, entered if not evaluator.assumed else None)
        try:
            flow.run(self.tree.root, {})
        except TooDeepError:
            evaluator.uses.clear()
        return evaluator

    def summary(self, function: Node, source: bytes, /) -> Summary:
        key = (id(source) if source is not self.outline.source else _OWN_TEXT, function.start_byte)
        if key in self._summaries:
            return self._summaries[key]
        if key in self._running or len(self._running) >= _MAX_CALL_CHAIN:
            return Summary()
        text = source[function.start_byte : function.end_byte]
        if not _RETURNS_VALUE.search(text) or b"yield" in text:
            return Summary()
        self._running.add(key)
        evaluator = Evaluator(source, self.outline, self, {})
        flow = Flow(evaluator)
        flow.frames.append(Frame(self.tree.root))
        try:
            flow.declare_imported(self.tree.root)
            summary = _summary(flow.function(function, {}), self._may_end(function, source), source)
        except TooDeepError:
            summary = Summary()
        self._running.discard(key)
        self._summaries[key] = summary
        return summary

    def counts(self, name: str, /) -> tuple[int, int]:
        return self._counts.of(name)

    @cached_property
    def _counts(self) -> CallCounts:
        return call_counts(self.outline.source, CHECKS)

    def _may_end(self, function: Node, source: bytes) -> bool:
        """Whether the end of a function means that it gives back undefined: not behind a call of what is imported, and
        may never come back."""
        body = function.child_by_field_name("body")
        statements = [child for child in body.named_children if child.type != "comment"] if body is not None else []
        last = statements[-1] if statements else None
        call = last.named_children[0] if last is not None and last.named_child_count else None
        if last is None or last.type != "expression_statement" or call is None or call.type != "call_expression":
            return True
        called = call.child_by_field_name("function")
        name = source[called.start_byte : called.end_byte].decode("utf-8", "replace") if called is not None else ""
        if (own := _function_named(function, name, source)) is not None:
            return not self.summary(own, source).never_returns
        modules = self.outline.modules
        return name not in self.imports or (modules is not None and modules.named(name) is not None)


def _function_named(inside: Node, name: str, source: bytes) -> Node | None:
    """The declaration of a function that code sees by a name."""
    block = inside.parent
    while block is not None and name.isidentifier():
        for node in block.named_children if block.type in ("program", "statement_block") else ():
            its = node.child_by_field_name("name") if node.type == "function_declaration" else None
            if its is not None and source[its.start_byte : its.end_byte] == name.encode():
                return node
        block = block.parent
    return None


def _summary(frame: Frame, may_end: bool, source: bytes) -> Summary:
    nulls = [fact.cause for fact in frame.returns if fact.cause is not None]
    # A function that only ever gives nothing back has callers that don't want a value.
    gives_value = len(nulls) < len(frame.returns) or any(cause.reason for cause in nulls)
    body = frame.node.child_by_field_name("body")
    block = body is not None and body.type == "statement_block"
    ends = frame.ends and block and may_end
    if block and not frame.ends and not frame.returns:
        return Summary(None, never_returns=True)
    if not gives_value or not (nulls or ends):
        return Summary()
    kinds = {cause.null for cause in nulls} | ({"undefined"} if ends else set[str]())
    its = null_for(frame.node, (cause.node for cause in nulls), source) if not ends else frozenset[tuple[int, str]]()
    return Summary(Cause(frame.node, "", kinds.pop() if len(kinds) == 1 else ""), null_for=its)


def _sorted(evaluator: Evaluator) -> list[NullUse]:
    return sorted(evaluator.uses.values(), key=lambda use: (use.node.start_byte, use.node.end_byte))


def _is_ignored(tree: SyntaxTree, node: Node) -> bool:
    start = tree.span(node).start
    line = tree.text.rfind("\n", 0, start) + 1
    before = tree.text.rfind("\n", 0, max(0, line - 1)) + 1
    end = tree.text.find("\n", start)
    return _IGNORE.search(tree.text, before, end if end >= 0 else len(tree.text)) is not None


def _finding(tree: SyntaxTree, use: NullUse) -> Finding:
    """With the path: where the null comes from, and the check that doesn't help."""
    finding, reason = _explained(tree, use), capitalised(use.cause.reason)
    if use.cause.elsewhere is not None:
        uri, span = use.cause.elsewhere
        origin = Related(span, reason, uri)
    else:
        known = use.cause.node.parent is not None  # the whole file says nothing
        origin = Related(first_line(tree, use.cause.node) if known else finding.span, reason)
    if use.cause.lost is not None:
        start = tree.span(use.cause.lost).start
        said = "The earlier check doesn't cover this function, which may run later"
        return replace(finding, related=(origin, Related(Span(start, start), said)))
    if (check := _check_before(tree, use)) is not None:
        name = quote(tree.text[finding.span.start : finding.span.end])
        said = f"This checks {name}, but doesn't cover the use"
        return replace(finding, related=(origin, Related(check, said)))
    return replace(finding, related=(replace(origin, message=f"{reason}; nothing checks it before the use"),))


def _check_before(tree: SyntaxTree, use: NullUse) -> Span | None:
    """The value in the last test of it between where the null comes from, or the function's start, and the use."""
    span = tree.span(use.node)
    key = tree.text[span.start : span.end]
    function = next((node for node in reversed(path_to(tree, use.node)) if node.type in FUNCTIONS), tree.root)
    start, origin = tree.span(function).start, use.cause.node
    if use.cause.elsewhere is None and origin.parent is not None and origin.end_byte <= use.node.start_byte:
        start = max(start, tree.span(origin).end)
    if not _NAME.fullmatch(key) or key not in tree.text[start : span.start]:
        return None
    test = re.compile(_TEST.replace("KEY", re.escape(key)))
    found = [match.span("key") for match in test.finditer(tree.text, start, span.start)]
    return Span(*found[-1]) if found else None


def _explained(tree: SyntaxTree, use: NullUse) -> Finding:
    """The finding by itself: its cause may lie in another tree."""
    span = tree.span(use.node)
    value = capitalised(quote(tree.text[span.start : span.end]))
    message = f"{value} may be {use.cause.null or 'null'}: {use.cause.reason}"
    confidence = confidence_of(tree.text, span, use.use.value, use.cause.reason)
    return Finding(span, SOURCE, use.use.value, message, confidence=confidence)

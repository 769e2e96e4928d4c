"""Finds values that may be null where they are used as if they couldn't: a pure function of one file's syntax tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from breadknife.plugins.nullcheck.braces.counting import CallCounts, CheckPatterns, call_counts
from breadknife.plugins.nullcheck.braces.evaluating import TooDeepError
from breadknife.plugins.nullcheck.braces.explaining import Words, findings_of
from breadknife.plugins.nullcheck.braces.facts import Cause, Env, Fact, NullUse
from breadknife.plugins.nullcheck.java.callers import takes_for_granted
from breadknife.plugins.nullcheck.java.flow import Flow
from breadknife.plugins.nullcheck.java.names import FileTable, Member, Names
from breadknife.plugins.nullcheck.java.outline import (
    CLASSES,
    METHODS,
    Method,
    Outline,
    is_nullable,
    method_of,
    modifiers,
    outline,
)
from breadknife.plugins.nullcheck.java.rules import BY_METHOD, NullableMethod
from breadknife.plugins.nullcheck.summaries import OtherFiles
from breadknife.task.values import Finding, Related
from breadknife.text.syntax import Node, SyntaxTree

_WORDS = Words(
    "null",
    "it is unboxed here",
    re.compile(r"//\s*(?:NOPMD|NOSONAR|noinspection\s+\S*(?:ConstantConditions|DataFlowIssue))"),
    before=False,
)
_ORIGINS = re.compile(
    rb"\bnull\b|Nullable|CheckForNull|\.(?:" + "|".join(sorted({name for _, name in BY_METHOD})).encode() + rb")\("
)
"""Without one of these, or a nullable method or field of the file, nothing in a method may be null."""
_CHECKS = CheckPatterns(
    re.compile(rb"=\s*([\w.()]*\()[^\n;]*\);\s*(?:if|while|return|assert)?\s*\(?\s*(\w+)\s*[!=]=\s*null\b"),
    re.compile(rb"\)\s*[!=]=\s*null\b"),
    b"{;",
)


class FileAnalysis:
    """The analyses of one file's methods. Not for use from two threads."""

    def __init__(
        self,
        tree: SyntaxTree,
        others: OtherFiles[FileTable] | None = None,
        rules: Mapping[tuple[str, str], NullableMethod] = BY_METHOD,
    ) -> None:
        self.tree = tree
        self.rules = rules
        self.outline: Outline = outline(tree)
        self.others = Names(self.outline, others)
        self._causes: dict[int, Cause | None] = {}
        self._called_once = set[int]()
        """Methods that may return null, by the start byte as those above."""
        names = {method.name for method in self.outline.methods if self._may_give_null(method)}
        names |= {name for its in self.outline.classes.values() for name, field in its.fields.items() if field.nullable}
        names |= set(self.others.nullable())
        names |= {name for _, name in rules.keys() - BY_METHOD.keys()}
        names.discard("")
        self._names = (
            re.compile(rb"\b(?:" + "|".join(map(re.escape, sorted(names))).encode() + rb")\b") if names else None
        )

    def findings(self) -> list[Finding]:
        return self._found(self.outline.methods)

    def findings_between(self, start: int, end: int) -> list[Finding]:
        """Those of the methods that have a part of these bytes."""
        return self._found([m for m in self.outline.methods if m.node.start_byte <= end and start <= m.node.end_byte])

    def fact_at(self, node: Node) -> Fact | None:
        """What is known where a value that may be null is used; None where this detector finds nothing."""
        for method in self.outline.methods:
            if method.node.start_byte <= node.start_byte and node.end_byte <= method.node.end_byte:
                return next((use.fact for use in self._uses(method) if use.node == node), None)
        return None

    def cause_of(self, method: Method, call: Node, given: list[Node], /) -> Cause | None:
        key = method.node.start_byte
        if key not in self._causes:
            self._causes[key] = self._cause(method)
            if self._causes[key] is None and self.returns_null(method) and self.counts.of(method.name) == (1, 0):
                self._called_once.add(key)
        if key in self._called_once and takes_for_granted(self.outline, method, call, given):
            return Cause(method.node, f"`{method.name}` may return null", why="its only caller doesn't check it")
        return self._causes[key]

    def _found(self, methods: Sequence[Method]) -> list[Finding]:
        return findings_of(
            _WORDS, self.tree, (use for method in methods if not method.suppressed for use in self._uses(method))
        )

    def _source(self, method: Method) -> bytes:
        return self.outline.source[method.node.start_byte : method.node.end_byte]

    def _may_give_null(self, method: Method) -> bool:
        return method.nullable or b"return null" in self._source(method)

    def _cause(self, method: Method) -> Cause | None:
        if method.nullable:
            return Cause(method.node, f"`{method.name}` is annotated as nullable")
        calls, checks = self.counts.of(method.name) if self.returns_null(method) else (0, 0)
        if not 2 * checks >= calls > 0:
            return None
        return Cause(method.node, f"`{method.name}` may return null", why="most callers check it")

    def returns_null(self, method: Method) -> bool:
        """Whether a method's own text says that it returns null on one of several paths."""
        returned = re.findall(rb"\breturn\b\s*([^;]*)", self._source(method))
        return b"null" in returned and any(value not in (b"null", b"") for value in returned)

    @cached_property
    def counts(self) -> CallCounts:
        """How often the file's methods are called, and have their result compared with null."""
        return call_counts(self.outline.source, _CHECKS)

    def cause_elsewhere(self, member: Member, name: str, node: Node, /) -> Cause | None:
        known = member.known
        if not known.why:
            return None
        related = Related(known.span, known.why[0].upper() + known.why[1:], member.uri)
        if not known.unsaid:
            return Cause(node, known.why, elsewhere=related)
        calls, checks = self.counts.of(name)
        if not 2 * (checks + known.checks) >= calls + 1 + known.calls > 0:
            return None
        return Cause(node, known.why, why="most callers check it", elsewhere=related)

    def _uses(self, method: Method) -> list[NullUse]:
        source = self._source(method)
        if not (_ORIGINS.search(source) or (self._names and self._names.search(source))):
            return []
        found, waiting = list[NullUse](), [method]
        while waiting:
            its = waiting.pop()
            flow = Flow(self, its.owner, its.type)
            try:
                flow.statement(its.body, parameters(its.node, flow))
            except TooDeepError:
                continue
            found += flow.evaluator.uses.values()
            bodies = {node.start_byte: node for node in flow.evaluator.classes}.values()
            waiting += [inner for body in bodies for inner in self._inner(body, its.owner)]
        return found

    def _inner(self, node: Node, owner: int) -> list[Method]:
        """The methods of a class in a method. Its fields are not known, so bare names may mean them or the outer's."""
        body = node.child_by_field_name("body") if node.type in CLASSES else node
        found = list[Method]()
        for member in body.named_children if body is not None else ():
            if member.type in METHODS and (block := member.child_by_field_name("body")) is not None:
                found.append(method_of(self.outline, member, block, -1 if node.type in CLASSES else owner, False))
        return found


def parameters(node: Node, flow: Flow) -> Env:
    """The environment at a method's first statement."""
    env: Env = {}
    found = node.child_by_field_name("parameters")
    for parameter in found.named_children if found is not None else ():
        if parameter.type == "spread_parameter":
            parameter = next(
                (child for child in parameter.named_children if child.type == "variable_declarator"), parameter
            )
        name, kind = parameter.child_by_field_name("name"), parameter.child_by_field_name("type")
        if name is None:
            continue
        its, text = flow.evaluator.text(name), flow.evaluator.text
        flow.evaluator.types[its] = text(kind) if kind is not None else ""
        if kind is not None and kind.type != "array_type" and is_nullable(modifiers(flow.evaluator.outline, parameter)):
            env[its] = Fact(Cause(parameter, f"the parameter `{its}` is annotated as nullable"), text(kind))
    return env

"""Finds values that may be nil where they are used as if they couldn't: a pure function of one file's syntax tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from breadknife.plugins.nullcheck.braces.counting import CallCounts, CheckPatterns, call_counts
from breadknife.plugins.nullcheck.braces.evaluating import TooDeepError
from breadknife.plugins.nullcheck.braces.explaining import Words, findings_of
from breadknife.plugins.nullcheck.braces.facts import Env, Fact, NullUse
from breadknife.plugins.nullcheck.go.callers import takes_for_granted
from breadknife.plugins.nullcheck.go.expressions import Evaluator
from breadknife.plugins.nullcheck.go.flow import Flow
from breadknife.plugins.nullcheck.go.making import never_made
from breadknife.plugins.nullcheck.go.names import Elsewhere, FileTable, Names
from breadknife.plugins.nullcheck.go.outline import Function, Outline, outline
from breadknife.plugins.nullcheck.go.rules import BY_NAME, NilResult
from breadknife.plugins.nullcheck.go.summaries import Summary, summarize
from breadknife.plugins.nullcheck.summaries import OtherFiles
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree

_WORDS = Words(
    "nil",
    "writing to a nil map panics",
    re.compile(
        r"//\s*(?:nolint\b(?!:)|nolint:\S*(?:nullcheck|nilaway|nilness|govet|staticcheck|SA5011)|lint:ignore\s+SA5)"
    ),
    before=True,
)
_ORIGINS = re.compile(
    rb"=\s*nil\b|\bcase nil\b|\w\{|\bnew\(|\bvar\b|\.\(\*|(?<!\berr )(?<!\bError )[!=]= nil\b|, \w+ :?= [\w.]+\["
    rb"|\b(?:" + "|".join(sorted({name.rpartition(".")[2] for name in BY_NAME})).encode() + rb")\("
)
"""Without one of these, or a function of the file that may return nil, nothing in a function may be nil."""
_CHECKS = CheckPatterns(
    re.compile(rb"=\s*([\w.()]*\()[^\n]*\)\s*(?:;|\n)\s*(?:if\s+)?(\w+)\s*[!=]=\s*nil\b"),
    re.compile(rb"\)\s*[!=]=\s*nil\b"),
    b"{",
)
_CALL = re.compile(rb"\b([\w\x80-\xff]+\.)?([\w\x80-\xff]+)\(")
_LITERAL = b"func"
"""Of a function in another."""
_GENERATED = re.compile(r"^// Code generated .* DO NOT EDIT\.$", re.MULTILINE)


class FileAnalysis:
    """The analyses of one file's functions. Not for use from two threads."""

    def __init__(
        self,
        tree: SyntaxTree,
        is_test: bool = False,
        others: OtherFiles[FileTable] | None = None,
        rules: Mapping[str, NilResult] = BY_NAME,
    ) -> None:
        self.tree = tree
        self.rules = rules
        self.is_test = is_test
        self.outline: Outline = outline(tree)
        self.names = Names(self.outline, others)
        self._summaries: dict[int, Summary] = {}
        nullable = {function.name for function in self.outline.functions if self.summary(function).may_be_nil}
        nullable.update(self.names.nullable())
        nullable.update(name.rpartition(".")[2] for name in rules.keys() - BY_NAME.keys())
        self._nullable = frozenset(name.encode() for name in nullable)

    def findings(self) -> list[Finding]:
        return [] if _GENERATED.search(self.tree.text, 0, 5000) else self._found(self.outline.functions)

    def findings_between(self, start: int, end: int) -> list[Finding]:
        """Those of the functions that have a part of these bytes."""
        return self._found([f for f in self.outline.functions if f.node.start_byte <= end and start <= f.node.end_byte])

    def fact_at(self, node: Node) -> Fact | None:
        """What is known where a value that may be nil is used; None where this detector finds nothing."""
        for function in self.outline.functions:
            if function.node.start_byte <= node.start_byte and node.end_byte <= function.node.end_byte:
                return next((use.fact for use in self._uses(function) if use.node == node), None)
        return None

    def _found(self, functions: Sequence[Function]) -> list[Finding]:
        return findings_of(_WORDS, self.tree, (use for function in functions for use in self._uses(function)))

    def summary(self, function: Function, /) -> Summary:
        key = function.node.start_byte
        if key not in self._summaries:
            self._summaries[key] = summarize(self.outline, function)
        return self._summaries[key]

    def is_checked(self, name: str, elsewhere: Elsewhere | None, /) -> bool:
        calls, checks = self.counts.of(name)
        if elsewhere is not None:
            calls, checks = calls + 1 + elsewhere.known.calls, checks + elsewhere.known.checks
        return 2 * checks >= calls > 0

    @cached_property
    def counts(self) -> CallCounts:
        """How often the file's functions are called, and have their result compared with nil."""
        return call_counts(self.outline.source, _CHECKS)

    def only_call(self, called: Node, function: Node, given: list[Node], /) -> bool:
        its = next((each for each in self.outline.functions if each.node == called), None)
        if its is None or not its.name[:1].islower() or [result[:1] for result in its.results] != ["*"]:
            return False
        return self.counts.of(its.name) == (1, 0) and takes_for_granted(self.outline, its, function, given)

    def is_never_made(self, struct: str, field: str, /) -> bool:
        return (struct, field) in self._never_made

    @cached_property
    def _never_made(self) -> frozenset[tuple[str, str]]:
        # Other tests may make what a test uses: they aren't read.
        return never_made(self.names, self.outline) if not self.is_test else frozenset()

    def receiver_may_be_nil(self, method: Function, /) -> bool:
        name = method.receiver.encode()
        if not name or name == b"_":
            return True
        body = self.outline.source[method.body.start_byte : method.body.end_byte]
        return re.search(rb"\b%b\s*[!=]=\s*nil\b" % name, body) is not None or not re.search(
            rb"\b%b\.|\*%b\b" % (name, name), body
        )

    def _has_nullable(self, source: bytes) -> bool:
        if any(b".%b[" % field.encode() in source for _, field in self._never_made):
            return True
        for package, name in _CALL.findall(source):
            if name in self._nullable or (package and package + name in self._nullable):
                return True
        return False

    def _uses(self, function: Function) -> list[NullUse]:
        source = self.outline.source[function.node.start_byte : function.node.end_byte]
        if not (_ORIGINS.search(source) or self._has_nullable(source)) or b"goto " in source:
            return []
        found, bodies = list[NullUse](), [function.node]
        while bodies:
            scope = bodies.pop()
            evaluator = Evaluator(self)
            if _LITERAL in self.outline.source[_body_start(scope) : scope.end_byte]:
                evaluator.untracked |= _set_by_closures(self.outline, scope)
            env = parameters(scope, evaluator)
            body = scope.child_by_field_name("body")
            try:
                if body is not None:
                    Flow(evaluator).statement(body, env)
            except TooDeepError:
                continue
            found += evaluator.uses.values()
            bodies += {literal.start_byte: literal for literal in evaluator.literals}.values()
        return found


def parameters(scope: Node, evaluator: Evaluator) -> Env:
    """The environment at a function's first statement: nothing is known to be nil, but types are."""
    for part in ("receiver", "parameters", "result"):
        found = scope.child_by_field_name(part)
        for parameter in found.named_children if found is not None and found.type == "parameter_list" else ():
            if (kind := parameter.child_by_field_name("type")) is not None:
                for name in parameter.children_by_field_name("name"):
                    evaluator.types[evaluator.outline.text(name)] = evaluator.outline.text(kind)
    return {}


def _body_start(scope: Node) -> int:
    body = scope.child_by_field_name("body")
    return body.start_byte if body is not None else scope.end_byte


def _set_by_closures(outline: Outline, scope: Node) -> set[str]:
    """Variables that a function in this one assigns to, or whose address it takes, as far as their names tell."""
    found, stack, body = set[str](), [(scope.child_by_field_name("body"), False)], scope
    while stack:
        node, inside = stack.pop()
        if node is None or not (inside or _LITERAL in outline.source[node.start_byte : node.end_byte]):
            continue
        if inside and node.type in ("assignment_statement", "inc_statement", "dec_statement", "range_clause"):
            left = node.child_by_field_name("left") or node
            found |= {outline.text(child) for child in left.named_children if child.type == "identifier"}
        if inside and node.type == "unary_expression" and node.children[0].type == "&":  # for somebody who fills it
            found.add(outline.text(node.named_children[-1]))
        inside = inside or (node.type == "func_literal" and node != body)
        stack += [(child, inside) for child in node.named_children]
    return found

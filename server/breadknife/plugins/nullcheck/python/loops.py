"""Comprehensions, and what a loop says of the container that it goes through."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from breadknife.plugins.nullcheck.python import narrowing
from breadknife.plugins.nullcheck.python.containers import held_by
from breadknife.plugins.nullcheck.python.facts import NOTHING, Env, Fact, key_of, trust
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.narrowing import branch
from breadknife.text.syntax import Node

_LOOKS_FOR_NONE = re.compile(rb"\bis\s+None\b|\bnot\s+[.\w]+\s*$|==\s*None\b")
"""A comprehension's condition by which it collects those that are missing: what is done next depends on it."""
_TESTS = frozenset({"comparison_operator", "not_operator", "boolean_operator"})


class Evaluator(narrowing.Evaluator, Protocol):
    @property
    def meaning(self) -> Meaning: ...

    def bind(self, target: Node, fact: Fact, env: Env, /) -> None: ...

    def iterate(self, node: Node, env: Env, /) -> Fact:
        """What each turn gets."""
        ...


def comprehension(evaluator: Evaluator, node: Node, env: Env) -> None:
    inner, bound = dict(env), set(evaluator.meaning.bound)
    body, *clauses = node.named_children or [node]
    each, container = NOTHING, ""
    for clause in clauses:
        if clause.type == "for_in_clause":
            left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
            if right is not None:
                each = evaluator.iterate(right, inner)
                container = held_by(right) if each is not NOTHING else ""
            if left is not None:
                evaluator.bind(left, each, inner)
        elif clause.type == "if_clause" and clause.named_children:
            inner = branch(evaluator, clause.named_children[0], inner)[0]
            if container and _LOOKS_FOR_NONE.search(clause.text or b""):
                trust(env, container)
    if body is not node:
        evaluator.value(body, inner)
        if container and body.type in _TESTS and _LOOKS_FOR_NONE.search(body.text or b""):
            trust(env, container)
    evaluator.meaning.bound = bound


def is_left_where_none(tests: Mapping[str, Sequence[Node]], loop: Node) -> bool:
    """Whether a loop that looks for a None in what it gets may end there: who comes after it has none."""
    left, body = loop.child_by_field_name("left"), loop.child_by_field_name("body")
    if left is None or body is None or not re.search(rb"\b(?:raise|return)\b", body.text or b""):
        return False
    names = [left, *left.named_children]
    found = [test for name in names for test in tests.get(key_of(name), ())]
    return any(body.start_byte <= test.start_byte < body.end_byte for test in found)

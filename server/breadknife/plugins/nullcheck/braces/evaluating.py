"""The walk through an expression: each kind of node is evaluated by its handler, and uses of null are noted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping

from breadknife.plugins.nullcheck.braces.facts import NOTHING, Env, Fact, NullUse, narrow
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

MAX_DEPTH = 150
"""Expressions and blocks nested deeper than this are left alone, with their whole function."""

Handler = Callable[[Node, Env], Fact]


class TooDeepError(Exception):
    """A function nested past MAX_DEPTH."""


class BracesEvaluator(ABC):
    """Of one function; the environment that a method is given is changed in the order of evaluation."""

    def __init__(self, handlers: Mapping[str, Handler], saying_nothing: Iterable[str]) -> None:
        self.types: dict[str, str] = {}
        """Variables -> their type as it is written."""
        self.uses: dict[tuple[int, int], NullUse] = {}
        self.forgiven = 0
        """How much around this place catches what a use of null throws."""
        self._depth = 0
        self._handlers = {**handlers, **dict.fromkeys(saying_nothing, _nothing)}

    @abstractmethod
    def text(self, node: Node) -> str: ...

    @abstractmethod
    def key_of(self, node: Node) -> str:
        """The name under which facts about an expression are kept, or ""."""

    def value(self, node: Node, env: Env) -> Fact:
        """Evaluate an expression, with all its effects on `env`."""
        handler = self._handlers.get(node.type)
        self.descend()
        if handler is not None:
            fact = handler(node, env)
        else:
            fact = NOTHING
            for child in node.named_children:
                self.value(child, env)
        self.ascend()
        return fact

    def condition(self, node: Node, env: Env) -> None:
        """Evaluate an expression whose truth is asked for."""
        self.value(node, env)

    def last_value(self, node: Node, env: Env) -> Fact:
        """What parentheses give: all that is in a node is evaluated in order."""
        fact = NOTHING
        for child in node.named_children:
            fact = self.value(child, env)
        return fact

    def descend(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError

    def ascend(self) -> None:
        self._depth -= 1

    def use(self, node: Node, fact: Fact, use: Use, env: Env) -> None:
        """The value is used in a way that null doesn't allow; after that, it is none."""
        if fact.cause is None or (fact.cause.certain and fact.partial):
            return
        while node.type == "parenthesized_expression" and node.named_child_count == 1:
            node = node.named_children[0]
        if not self.forgiven:
            self.uses.setdefault((node.start_byte, node.end_byte), NullUse(node, use, fact))
        narrow(env, self.key_of(node))


def _nothing(node: Node, env: Env) -> Fact:
    return NOTHING

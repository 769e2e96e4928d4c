"""The worklist: follows a function's graph until nothing changes any more."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.calls import CallEvaluator
from breadknife.plugins.nullcheck.core.cfg import Action, Graph, Node, NodeKind
from breadknife.plugins.nullcheck.core.evaluate import NullUse
from breadknife.plugins.nullcheck.core.home import Home
from breadknife.plugins.nullcheck.core.nullness import SURE, Fact, Nullness, OriginKind, State, is_initial, join
from breadknife.plugins.nullcheck.values import Use

_MOST_VISITS = 12
"""A node that is still not at rest after so many is left as it is."""


class Returned(NamedTuple):
    state: State
    fact: Fact


@dataclass
class Solution:
    """What is known of a function when it has been followed."""

    uses: list[NullUse] = field(default_factory=list[NullUse])
    returns: list[Returned] = field(default_factory=list[Returned])
    gives_value: bool = False
    """Whether a `return` has something else than the null itself."""
    end: State | None = None
    """At the end of its last statement; None if that is never reached."""
    stores: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])
    """What attributes of the receiver get."""


def solve(home: Home, function: il.Function, graph: Graph, start: State) -> Solution:
    """Follow the function from the state at its entry."""
    return _Run(home, function).run(graph, start)


class _Run:
    def __init__(self, home: Home, function: il.Function) -> None:
        self.evaluator = CallEvaluator(home, function)
        self.states = dict[Node, State]()
        self.arrived = dict[Node, dict[tuple[int, int], State]]()
        """What comes by each way."""
        self.uses = dict[Node, list[NullUse]]()
        self.returns = dict[Node, Returned]()
        self.stores = dict[Node, dict[str, list[Fact]]]()

    def run(self, graph: Graph, start: State) -> Solution:
        self.states[graph.entry] = start
        waiting, todo, visits = [0], {0}, dict[Node, int]()
        while waiting:
            index = heapq.heappop(waiting)
            todo.discard(index)
            node = graph.nodes[index]
            visits[node] = visits.get(node, 0) + 1
            if visits[node] > _MOST_VISITS:
                continue
            for way, (target, state) in enumerate(self.flow(node)):
                if self.arrive(target, (index, way), state) and target.index not in todo:
                    todo.add(target.index)
                    heapq.heappush(waiting, target.index)
        solution = Solution()
        for node in graph.nodes:
            solution.uses += self.uses.get(node, ())
            if node in self.returns:
                solution.returns.append(self.returns[node])
            for name, facts in self.stores.get(node, {}).items():
                solution.stores.setdefault(name, []).extend(facts)
            if node.kind is NodeKind.END:
                solution.end = self.states.get(node)
            elif isinstance(node.action, il.Return) and not isinstance(node.action.value, il.Null | None):
                solution.gives_value = True
        return solution

    def arrive(self, target: Node, way: tuple[int, int], state: State) -> bool:
        """Whether the state there is another one with what comes this way now."""
        arrived = self.arrived.setdefault(target, {})
        arrived[way] = state
        is_short = target.kind is NodeKind.SHORT
        joined: State | None = None
        for each in arrived.values():
            joined = each if joined is None else join(joined, each, self.evaluator.declared, is_short)
        known = self.states.get(target)
        if joined is None or joined == known:
            return False
        self.states[target] = joined
        return True

    def flow(self, node: Node) -> Iterator[tuple[Node, State]]:
        """Where a node leads, with the state there."""
        state, evaluator = self.states[node], self.evaluator
        if node.kind is NodeKind.CATCH:
            state = _caught(state, node.after_null)
        if node.action is None:
            for edge in node.edges:
                yield edge.target, state
            return
        before, state = state, state.copy()
        evaluator.uses, evaluator.stores = [], {}
        evaluator.is_dead, evaluator.forgives = False, node.forgives
        evaluator.raised = [] if node.catches else None
        self.act(node, state)
        uses = evaluator.uses
        ats = {each.at for each in uses}
        kept = [each for each in self.uses.get(node, ()) if is_initial(each.fact) and each.at not in ats]
        self.uses[node], self.stores[node] = [*kept, *uses], evaluator.stores
        raised = evaluator.raised or []
        is_dead = evaluator.is_dead
        for catch in node.catches:
            if catch.after_null:
                yield catch, before
            elif isinstance(node.action, il.Parts):  # `raise`
                yield catch, state
            for each in raised:
                yield catch, each
        if is_dead:
            return
        if node.kind is NodeKind.BRANCH:
            action = node.action
            for edge in node.edges:
                branch = state.copy()
                evaluator.uses = []
                if edge.when is None or evaluator.refine(action, edge.when, branch):  # pyright: ignore[reportArgumentType]
                    if edge.target.kind is NodeKind.SHORT:
                        _soften(branch, action)
                    yield edge.target, branch
            return
        for edge in node.edges:
            yield edge.target, state

    def act(self, node: Node, state: State) -> None:
        evaluator = self.evaluator
        match node.action:
            case il.Assign() as assign:
                if isinstance(assign.target, il.Display):
                    fact = evaluator.need(assign.value, Use.ITERATE, state)
                else:
                    fact = self.assigned(assign, evaluator.value(assign.value, state))
                evaluator.assign(assign.target, fact, state, assign.at)
                if isinstance(assign.target, il.Name):
                    _remember(assign.target.key, fact, state)
                if isinstance(assign.value, il.Call) and isinstance(assign.target, il.Name):
                    self.made(assign.target.key, assign.value, fact, state)
            case il.Return(value=value):
                fact = evaluator.value(value, state) if value is not None else Fact(Nullness.NULL)
                self.returns[node] = Returned(state.copy(), fact)
            case il.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, il.Element | il.Attribute):
                        use = Use.SUBSCRIPT if isinstance(target, il.Element) else Use.ATTRIBUTE
                        evaluator.need(target.owner, use, state)
                        state.forget_compound_truths({target.owner.key})
                        state.examined |= {target.owner.key}
                    if target.key:
                        state.forget(target.key)
            case il.Define(name=name):
                state.forget(name)
            case None:
                pass
            case expression:
                evaluator.value(expression, state)

    def made(self, key: str, call: il.Call, fact: Fact, state: State) -> None:
        """A new object has as its fields what its class was called with."""
        if fact.type is not None and self.evaluator.home.has_fields(fact.type):
            for argument in call.arguments:
                if argument.name and not argument.name.startswith("*"):
                    state.facts[f"{key}.{argument.name}"] = self.evaluator.known_value(argument.value, state)

    def assigned(self, assign: il.Assign, fact: Fact) -> Fact:
        """The fact that the target gets, with what its annotation says."""
        type_ = self.evaluator.home.qualified_type(assign.annotation)
        if type_ is None:
            return fact
        if not type_.nullable and assign.is_trusted:
            return SURE._replace(type=type_)
        if fact.nullness in (Nullness.UNKNOWN, Nullness.THERE):
            return fact._replace(type=type_._replace(nullable=False))
        return fact._replace(type=type_._replace(nullable=False))


def _remember(key: str, fact: Fact, state: State) -> None:
    """A variable's new value tells where others got theirs."""
    if key and fact.truth is not None and fact.nullness == Nullness.THERE:
        state.truths[key] = fact.truth
    if key and fact.nullness in (Nullness.NULL, Nullness.THERE):
        state.truths[f"{key} is None"] = fact.nullness == Nullness.NULL


def _caught(state: State, is_broad: bool) -> State:
    """The state in a handler: a variable that has its first null there didn't get its value. A handler of one kind of
    exception may know better where that comes from."""
    found = state
    for key, fact in state.facts.items():
        if is_initial(fact) and fact.origin is not None and (is_broad or fact.nullness == Nullness.NULL):
            found = state.copy() if found is state else found
            found.facts[key] = fact._replace(origin=fact.origin._replace(kind=OriginKind.EXCEPTION))
    return found


def _soften(state: State, test: Action) -> None:
    """What an earlier part of the condition says to be null may not be what decides it."""
    for key, fact in state.facts.items():
        origin = fact.origin
        if origin is not None and origin.kind is OriginKind.COMPARISON and fact.nullness == Nullness.NULL:
            is_own = isinstance(test, il.Test) and test.at.start <= origin.at.start < test.at.end
            state.facts[key] = fact._replace(is_soft=not is_own)

"""The worklist: follows a function's graph until nothing changes any more."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.flow.calls import TransferFunctions
from breadknife.plugins.nullcheck.core.flow.cfg import Graph, Node, NodeKind
from breadknife.plugins.nullcheck.core.nullness import NON_NULL_FACT, Fact, Nullness, is_initial
from breadknife.plugins.nullcheck.core.solution import NullDereference, ReturnPoint, Solution
from breadknife.plugins.nullcheck.core.state import FlowState, join
from breadknife.plugins.nullcheck.core.summaries import Summaries
from breadknife.plugins.nullcheck.values import Use

_MOST_VISITS = 12
"""A node that is still not at rest after so many is left as it is."""


def solve(home: Summaries, function: Function, graph: Graph, start: FlowState) -> Solution:
    """Follow the function from the state at its entry."""
    return _Worklist(home, function).run(graph, start)


class _Worklist:
    def __init__(self, home: Summaries, function: Function) -> None:
        self.evaluator = TransferFunctions(home, function)
        self.states = dict[Node, FlowState]()
        self.arrived = dict[Node, dict[tuple[int, int], FlowState]]()
        """What comes by each way."""
        self.waiting, self.todo = list[int](), set[int]()
        self.dereferences = dict[Node, list[NullDereference]]()
        self.returns = dict[Node, list[ReturnPoint]]()

    def run(self, graph: Graph, start: FlowState) -> Solution:
        self.states[graph.entry] = start
        visits = dict[Node, int]()
        self.push(graph.entry)
        while self.waiting:
            node = graph.nodes[heapq.heappop(self.waiting)]
            self.todo.discard(node.index)
            visits[node] = visits.get(node, 0) + 1
            if visits[node] <= _MOST_VISITS and self.meet(node):
                self.follow(node)
        solution = Solution()
        for node in graph.nodes:
            solution.dereferences += self.dereferences.get(node, ())
            solution.returns += self.returns.get(node, ())
            if node.kind is NodeKind.END:
                solution.end = self.states.get(node)
            elif isinstance(node.action, il.Return) and not isinstance(node.action.value, il.Null | None):
                solution.gives_value = True
        return solution

    def push(self, node: Node) -> None:
        if node.index not in self.todo:
            self.todo.add(node.index)
            heapq.heappush(self.waiting, node.index)

    def arrive(self, target: Node, way: tuple[int, int], state: FlowState) -> None:
        """Note what comes this way now, and have the target followed if that is something else than before."""
        if target.entries == 1:
            before = self.states.get(target)
            self.states[target] = state
        else:
            arrived = self.arrived.setdefault(target, {})
            before = arrived.get(way)
            arrived[way] = state
        if before is None or before != state:
            self.push(target)

    def meet(self, node: Node) -> bool:
        """Join what comes by all ways. False if that is what was there before."""
        arrived = self.arrived.get(node)
        if arrived is None:
            return True
        ways = iter(arrived.values())
        joined = next(ways)
        for case in ways:
            joined = join(joined, case, self.evaluator.declared)
        if joined == self.states.get(node):
            return False
        self.states[node] = joined
        return True

    def follow(self, node: Node) -> None:
        """Go on from a node as long as there is one way on, and no other way leads there."""
        state = self.states[node].copy()
        while True:
            if node.action is not None and not self.perform(node, state):
                return
            if node.kind is NodeKind.BRANCH:
                self.branch(node, state)
                return
            edges = node.edges
            if len(edges) == 1 and edges[0].target.entries == 1:
                node = edges[0].target
                if node.kind is NodeKind.END:
                    self.states[node] = state
                continue
            for way, edge in enumerate(edges):
                self.arrive(edge.target, (node.index, way), state.copy() if way else state)
            return

    def perform(self, node: Node, state: FlowState) -> bool:
        """Do what the node does. False if nothing comes after it."""
        evaluator, catches = self.evaluator, node.catches
        evaluator.dereferences = []
        evaluator.is_dead, evaluator.forgives = False, node.forgives
        evaluator.may_raise = isinstance(node.action, il.Opaque)  # `raise`
        before = state.copy() if catches else state
        self.act(node, state)
        if evaluator.dereferences or node in self.dereferences:
            self.dereferences[node] = [*self._first_uses(node), *evaluator.dereferences]
        for place, catch in enumerate(catches if evaluator.may_raise else ()):
            self.arrive(catch, (node.index, -1 - place), before)
        return not evaluator.is_dead

    def _first_uses(self, node: Node) -> list[NullDereference]:
        """Uses of a variable's first null that were found when the node was followed before: it surely is null there
        in the first round of a loop."""
        ats = {use.at for use in self.evaluator.dereferences}
        return [use for use in self.dereferences.get(node, ()) if is_initial(use.fact) and use.at not in ats]

    def branch(self, node: Node, state: FlowState) -> None:
        evaluator, test = self.evaluator, node.action
        for way, edge in enumerate(node.edges):
            branch = state.copy()
            evaluator.dereferences = []
            if edge.when is None or evaluator.refine(test, edge.when, branch):  # pyright: ignore[reportArgumentType]
                self.arrive(edge.target, (node.index, way), branch)

    def act(self, node: Node, state: FlowState) -> None:
        evaluator = self.evaluator
        match node.action:
            case il.Assign() as assign:
                if isinstance(assign.target, il.Display):
                    fact = evaluator.need(assign.value, Use.ITERATE, state)
                else:
                    fact = self.assigned(assign, evaluator.value(assign.value, state))
                    if assign.target.key[:1] == "%" and assign.value.key in state.truths and fact.truth is None:
                        fact = fact._replace(truth=state.truths[assign.value.key])
                    if isinstance(assign.value, il.Name) and isinstance(assign.target, il.Name):
                        fact = fact._replace(proves=(*fact.proves, (assign.value.key, True)))
                evaluator.assign(assign.target, fact, state, assign.at)
                if isinstance(assign.target, il.Name):
                    _remember(assign.target.key, fact, state)
                if isinstance(assign.value, il.Operation) and assign.value.operator == "next":
                    evaluator.give_key(assign.target, assign.value.operands[-1], state)
            case il.Return(value=value):
                fact = Fact(Nullness.NULL, nulls=evaluator.home.knowledge.left_out)
                fact = evaluator.value(value, state) if value is not None else fact
                self.returns[node] = list(self.returned(value, fact, state))
            case il.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, il.Subscript | il.Member):
                        use = Use.SUBSCRIPT if isinstance(target, il.Subscript) else Use.ATTRIBUTE
                        evaluator.need(target.owner, use, state)
                        state.forget_compound_truths({target.owner.key})
                    if target.key:
                        state.forget(target.key)
            case il.NamedDefinition(name=name):
                state.forget(name)
            case None:
                pass
            case expression:
                evaluator.value(expression, state)

    def returned(self, value: il.Expression | None, fact: Fact, state: FlowState) -> Iterator[ReturnPoint]:
        """Yield the ways back of one `return`: one that gives a test comes out in two."""
        is_test = fact.nullness == Nullness.NON_NULL and fact.truth is None and (fact.test is not None or fact.proves)
        if value is None or not is_test:
            yield ReturnPoint(state.copy(), fact)
            return
        for outcome in (True, False):
            way = state.copy()
            if self.evaluator.refine(value, outcome, way):
                yield ReturnPoint(way, fact._replace(truth=outcome, test=None, proves=()))

    def assigned(self, assign: il.Assign, fact: Fact) -> Fact:
        """Return the fact that the target gets, with what its annotation says."""
        type_ = self.evaluator.home.qualified_type(assign.annotation)
        if type_ is None:
            return fact
        if not type_.nullable and assign.is_trusted:
            return NON_NULL_FACT._replace(type=type_)
        if fact.type is not None and fact.type.name.startswith(f"{type_.name}."):
            return fact
        return fact._replace(type=type_._replace(nullable=0))


def _remember(key: str, fact: Fact, state: FlowState) -> None:
    """A variable's new value tells where others got theirs."""
    if key and fact.truth is not None and fact.nullness == Nullness.NON_NULL:
        state.truths[key] = fact.truth
    if key and fact.nullness in (Nullness.NULL, Nullness.NON_NULL):
        state.truths[f"{key} is None"] = fact.nullness == Nullness.NULL

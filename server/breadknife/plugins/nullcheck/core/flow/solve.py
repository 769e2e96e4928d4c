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
"""A node whose state still changes after so many visits is left as it is."""


def solve(home: Summaries, function: Function, graph: Graph, start: FlowState) -> Solution:
    """Follow the function from its entry, where `start` is known. Return what was found on the way."""
    return _Worklist(home, function).run(graph, start)


class _Worklist:
    def __init__(self, home: Summaries, function: Function) -> None:
        self.evaluator = TransferFunctions(home, function)
        self.states = dict[Node, FlowState]()
        """What is known before each node does its action."""
        self.arrived = dict[Node, dict[tuple[int, int], FlowState]]()
        """Node -> the state that comes by each way, for nodes where several ways meet. A way is the index of the node
        that it leaves, and the number of the edge there; for an exception a negative number."""
        self.waiting = list[int]()
        """Indices of the nodes to follow, as a heap."""
        self.pending = set[int]()
        """The same indices, to look them up."""
        self.dereferences = dict[Node, list[NullDereference]]()
        self.returns = dict[Node, list[ReturnPoint]]()

    def run(self, graph: Graph, start: FlowState) -> Solution:
        """Follow nodes until no state changes any more."""
        self.states[graph.entry] = start
        visits = dict[Node, int]()
        self.push(graph.entry)
        while self.waiting:
            node = graph.nodes[heapq.heappop(self.waiting)]
            self.pending.discard(node.index)
            visits[node] = visits.get(node, 0) + 1
            if visits[node] <= _MOST_VISITS and self.meet(node):
                self.follow(node)
        solution = Solution(calls=list(self.evaluator.calls.values()))
        for node in graph.nodes:
            solution.dereferences += self.dereferences.get(node, ())
            solution.returns += self.returns.get(node, ())
            if node.kind is NodeKind.END:
                solution.end = self.states.get(node)
            elif isinstance(node.action, il.Return) and not isinstance(node.action.value, il.Null | None):
                solution.gives_value = True
        return solution

    def push(self, node: Node) -> None:
        """Have the node followed, if it isn't waiting for that."""
        if node.index not in self.pending:
            self.pending.add(node.index)
            heapq.heappush(self.waiting, node.index)

    def arrive(self, target: Node, way: tuple[int, int], state: FlowState) -> None:
        """Note the state that comes this way now, and have the target followed if another one came before, or none."""
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
        """Join what comes by all ways. Return False if nothing has changed by it, so that the node needn't be
        followed."""
        arrived = self.arrived.get(node)
        if arrived is None:
            return True
        states = iter(arrived.values())
        joined = next(states)
        for state in states:
            joined = join(joined, state, self.evaluator.declared)
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
            for number, edge in enumerate(edges):
                self.arrive(edge.target, (node.index, number), state.copy() if number else state)
            return

    def perform(self, node: Node, state: FlowState) -> bool:
        """Do what the node does, and keep what is found by it. Return False if nothing comes after it."""
        evaluator, catches = self.evaluator, node.catches
        evaluator.dereferences = []
        evaluator.is_dead, evaluator.forgives = False, node.forgives
        evaluator.may_raise = isinstance(node.action, il.Opaque)  # `raise`
        before = state.copy() if catches else state
        self.act(node, state)
        if evaluator.dereferences or node in self.dereferences:
            self.dereferences[node] = [*self._first_round_uses(node), *evaluator.dereferences]
        for number, catch in enumerate(catches if evaluator.may_raise else ()):
            self.arrive(catch, (node.index, -1 - number), before)
        return not evaluator.is_dead

    def _first_round_uses(self, node: Node) -> list[NullDereference]:
        """Return the uses of a variable's first null that were found when the node was followed before, and aren't now:
        the variable surely is null there in the first round of a loop."""
        used_now = {use.at for use in self.evaluator.dereferences}
        return [use for use in self.dereferences.get(node, ()) if is_initial(use.fact) and use.at not in used_now]

    def branch(self, node: Node, state: FlowState) -> None:
        """Go on by each edge whose outcome the test may have, with what is known then."""
        evaluator, test = self.evaluator, node.action
        for number, edge in enumerate(node.edges):
            branch = state.copy()
            evaluator.dereferences = []
            if edge.when is None or evaluator.refine(test, edge.when, branch):  # pyright: ignore[reportArgumentType]
                self.arrive(edge.target, (node.index, number), branch)

    def act(self, node: Node, state: FlowState) -> None:
        """Change the state to what holds after the node's action."""
        evaluator = self.evaluator
        match node.action:
            case il.Assign() as assign:
                self._assign(assign, state)
            case il.Return(value=value):
                without_value = Fact(Nullness.NULL, nulls=evaluator.home.knowledge.left_out)
                fact = evaluator.value(value, state) if value is not None else without_value
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

    def _assign(self, assign: il.Assign, state: FlowState) -> None:
        evaluator, target, value = self.evaluator, assign.target, assign.value
        if isinstance(target, il.Display):
            fact = evaluator.need(value, Use.ITERATE, state)._replace(
                subject=evaluator.home.evidence.subject(value, evaluator.function)
            )
        else:
            fact = self.assigned(assign, evaluator.value(value, state))
            home, is_open = evaluator.home, fact.nullness != Nullness.NON_NULL and not fact.subject
            if is_open and isinstance(target, il.Name) and target.key not in home.file.imports:
                fact = fact._replace(subject=home.evidence.subject(value, evaluator.function))
            if target.key[:1] == "%" and value.key in state.truths and fact.truth is None:
                fact = fact._replace(truth=state.truths[value.key])
            if isinstance(value, il.Name) and isinstance(target, il.Name):
                fact = fact._replace(proves=(*fact.proves, (value.key, True)))
        evaluator.assign(target, fact, state, assign.at)
        if isinstance(target, il.Name):
            _remember(target.key, fact, state)
            if isinstance(value, il.Invocation | il.Member) and value.key and fact.may_be_null:
                _alias(target.key, value.key, fact, state)
        if isinstance(value, il.Operation) and value.operator == "next":
            evaluator.give_key(target, value.operands[-1], state)

    def returned(self, value: il.Expression | None, fact: Fact, state: FlowState) -> Iterator[ReturnPoint]:
        """Yield the points where one `return` leaves the function: two if it gives a test, one for each outcome."""
        is_test = fact.nullness == Nullness.NON_NULL and fact.truth is None and (fact.test is not None or fact.proves)
        if value is None or not is_test:
            yield ReturnPoint(state.copy(), fact)
            return
        for outcome in (True, False):
            refined = state.copy()
            if self.evaluator.refine(value, outcome, refined):
                yield ReturnPoint(refined, fact._replace(truth=outcome, test=None, proves=()))

    def assigned(self, assign: il.Assign, fact: Fact) -> Fact:
        """Return the fact that the target gets: that of the value, with what the target's annotation says."""
        type_ = self.evaluator.home.qualified_type(assign.annotation)
        if type_ is None:
            return fact
        if not type_.nullable and assign.is_trusted:
            return NON_NULL_FACT._replace(type=type_)
        if fact.type is not None and fact.type.name.startswith(f"{type_.name}."):
            return fact
        return fact._replace(type=type_._replace(nullable=0))


def _alias(name: str, key: str, fact: Fact, state: FlowState) -> None:
    """Note that a test of a variable tells of what it got, if that is asked for once more: `x = o.get()`."""
    told = {(name, True), (f"{name} is None", False)}
    state.facts[key] = fact._replace(unless=fact.unless | told, via=None)


def _remember(key: str, fact: Fact, state: FlowState) -> None:
    """Note what is known of a variable's new value as assumptions: where paths are joined, these tell by which of them
    other variables got their values."""
    if key and fact.truth is not None and fact.nullness == Nullness.NON_NULL:
        state.truths[key] = fact.truth
    if key and fact.nullness in (Nullness.NULL, Nullness.NON_NULL):
        state.truths[f"{key} is None"] = fact.nullness == Nullness.NULL

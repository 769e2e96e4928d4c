"""Expressions that choose between values, as nodes of the control-flow graph."""

from __future__ import annotations

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.flow.cfg import Action, Edge, Graph, Node, NodeKind


class ExpressionGraphBuilder:
    """Adds the nodes of expressions to a graph; see `build` for those of statements."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._catches: tuple[Node, ...] = ()
        """Where an exception leads that a new node raises."""
        self._forgives: bool = False
        """True if a use of null in a new node is meant to be caught."""
        self._slots_in_use: int = 0
        self._slots_of_loops: int = 0
        """How many of the slots in use are kept up to the end of a loop around. The next statement may take the
        others."""
        self._at: Node | None = self.node(NodeKind.MERGE)
        """The node that the next one follows; None where nothing gets to."""

    # Nodes

    def node(self, kind: NodeKind, action: Action | None = None) -> Node:
        """Return a new node of the graph, which no edge leads to yet."""
        node = Node(len(self.graph.nodes), kind, action, [], self._catches, self._forgives)
        self.graph.nodes.append(node)
        return node

    def go(self, target: Node, when: bool | None = None) -> None:
        """Add an edge from the current node. `when` is the outcome of the node's test that leads there."""
        if self._at is not None:
            self._at.edges.append(Edge(target, when))

    def start(self, node: Node) -> None:
        """Go on from a node that edges lead to."""
        self._at = node

    def step(self, action: Action, kind: NodeKind = NodeKind.STEP) -> None:
        """Add a node that does `action` after the current one, and go on from it."""
        if self._at is not None:
            node = self.node(kind, action)
            self.go(node)
            self._at = node

    def slot(self, at: il.ByteRange) -> il.Name:
        """Return a free slot for the value of the expression at this range."""
        self._slots_in_use += 1
        return il.Name(at, f"%{self._slots_in_use}")

    # Conditions

    def condition(self, test: il.Expression, yes: Node, no: Node) -> None:
        """Add the nodes that decide the test: they lead to `yes` where it is true, and to `no` where it is false."""
        match test:
            case il.Not(operand=operand):
                self.condition(operand, no, yes)
            case il.ShortCircuit(is_and=is_and, left=left, right=right):
                middle, short = self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
                self.condition(left, *((middle, short) if is_and else (short, middle)))
                self.start(middle)
                self.condition(right, *((yes, short) if is_and else (short, no)))
                self.start(short)
                self.go(no if is_and else yes)
            case il.Constant(truth=truth):
                self.go(yes if truth else no)
            case il.Null() | il.ChainNull():
                self.go(no)
            case il.Display(items=items) if items:
                self.step(self.value(test))
                self.go(yes)
            case il.Conditional(test=inner, then=then, otherwise=otherwise):
                first, second = self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
                self.condition(inner, first, second)
                self.start(first)
                self.condition(then, yes, no)
                self.start(second)
                self.condition(otherwise, yes, no)
            case _:
                self.step(self.value(test), NodeKind.BRANCH)
                self.go(yes, True)
                self.go(no, False)
        self._at = None

    # Expressions

    def value(self, value: il.Expression) -> il.Expression:
        """Add the nodes of all parts of the expression that choose between values. Return the expression with the slots
        of those in their places."""
        if not value.forks:
            return value
        match value:
            case il.ShortCircuit():
                return self._either(value)
            case il.Conditional(at=at, test=test, then=then, otherwise=otherwise):
                slot, after = self.slot(at), self.node(NodeKind.MERGE)
                yes, no = self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
                self.condition(test, yes, no)
                for start, chosen in ((yes, then), (no, otherwise)):
                    self.start(start)
                    self.step(il.Assign(chosen.at, slot, self.value(chosen)))
                    self.go(after)
                self.start(after)
                return slot
            case il.AssignmentExpression(at=at, target=target, value=bound):
                bound_value = self.value(bound)
                target = self.value(target)
                self.step(il.Assign(at, target, bound_value))
                return target
            case il.Comprehension():
                return self._comprehend(value)
            case il.TypeAssertion() | il.Cast() | il.CommaOk():
                return value._replace(value=self.value(value.value), forks=False)
            case il.Member():
                return value._replace(owner=self.value(value.owner), forks=False)
            case il.Subscript():
                within = self.value(value.within) if value.within is not None else None
                return value._replace(owner=self.value(value.owner), within=within, forks=False)
            case il.Invocation():
                callee = self.value(value.callee)
                arguments = tuple(
                    il.Argument(argument.name, self.value(argument.value)) for argument in value.arguments
                )
                return value._replace(callee=callee, arguments=arguments, forks=False)
            case il.Operation():
                return value._replace(operands=tuple(self.value(operand) for operand in value.operands), forks=False)
            case il.Comparison():
                return value._replace(left=self.value(value.left), right=self.value(value.right), forks=False)
            case il.Not():
                return value._replace(operand=self.value(value.operand), forks=False)
            case il.Display():
                return value._replace(items=tuple(self.value(item) for item in value.items), forks=False)
            case il.Opaque():
                return value._replace(parts=tuple(self.value(part) for part in value.parts), forks=False)
            case _:
                return value

    def _either(self, value: il.ShortCircuit) -> il.Name:
        """Add the nodes of `a and b` or `a or b` that is used for its value. Return the slot that has the value."""
        slot, after, rest = self.slot(value.at), self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
        self._operand(value.left, value.is_and, rest, slot, after)
        self.start(rest)
        self.step(il.Assign(value.right.at, slot, self.value(value.right)))
        self.go(after)
        self.start(after)
        return slot

    def _operand(self, operand: il.Expression, is_and: bool, rest: Node, slot: il.Name, after: Node) -> None:
        """Add the nodes of a left operand. Where it decides the outcome, its value goes to `slot`, and then on to
        `after`; else the path leads on to `rest`, the right operand."""
        if isinstance(operand, il.ShortCircuit) and operand.is_and == is_and:
            middle = self.node(NodeKind.MERGE)
            self._operand(operand.left, is_and, middle, slot, after)
            self.start(middle)
            self._operand(operand.right, is_and, rest, slot, after)
            return
        short = self.node(NodeKind.MERGE)  # the path on which the right operand isn't evaluated
        if isinstance(operand, il.Comparison | il.Not):
            value: il.Expression = il.Constant(operand.at, "", "bool", truth=not is_and)
        elif isinstance(operand, il.ShortCircuit):
            value = il.Opaque(operand.at, (), forks=False)
        else:
            value = operand = self.value(operand)
            if not operand.key:
                value = self.slot(operand.at)
                self.step(il.Assign(operand.at, value, operand))
                operand = value
        self.condition(operand, *((rest, short) if is_and else (short, rest)))
        self.start(short)
        self.step(il.Assign(operand.at, slot, value))
        self.go(after)

    def _comprehend(self, value: il.Comprehension) -> il.Expression:
        """Add the nodes of a comprehension, of which one round is followed. Return what it makes."""
        after = self.node(NodeKind.MERGE)
        for clause in value.clauses:
            if clause.target is None:
                yes = self.node(NodeKind.MERGE)
                self.condition(clause.value, yes, after)
                self.start(yes)
                continue
            iterable = self.value(clause.value)
            if not iterable.key:
                slot = self.slot(iterable.at)
                self.step(il.Assign(iterable.at, slot, iterable))
                iterable = slot
            self.step(il.Operation(iterable.at, "iterate", (iterable,), forks=False))
            self.go(after)
            element = il.Operation(iterable.at, "next", (iterable, clause.value), forks=False)
            self.step(il.Assign(clause.target.at, clause.target, element))
        for result in value.results:
            self.step(self.value(result))
        self.go(after)
        self.start(after)
        return il.Display(value.at, value.type, (), forks=False)

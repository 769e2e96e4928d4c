"""The control-flow graph of one function.

A node does one thing, and edges lead on from it. Conditions are taken apart: `a and b` is two nodes that branch. An
expression that chooses between values (`a or b`, `x if t else y`, a comprehension) becomes nodes that assign to a slot,
a variable `%1` that no program can name, and the slot stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.il import (
    Absent,
    Argument,
    Assign,
    At,
    Attempt,
    Attribute,
    Bind,
    Block,
    Both,
    Call,
    Cast,
    Choice,
    Comprehension,
    Constant,
    Define,
    Delete,
    Display,
    Element,
    Evaluate,
    Expression,
    Handler,
    If,
    Jump,
    Loop,
    Name,
    Not,
    Null,
    Operation,
    Parts,
    Raise,
    Return,
    Statement,
    Switch,
    Test,
    Told,
    Try,
)

_MOST_COPIES = 3
"""A `finally` within so many others is built once and no more for each way that leads into it."""


class NodeKind(StrEnum):
    STEP = "step"
    """An expression is evaluated, or a value is stored, deleted or given a name."""
    BRANCH = "branch"
    """A test with two edges. It has no `and`, `or` or `not`: those are edges."""
    MERGE = "merge"
    """Paths meet."""
    SHORT = "short"
    """The two ways through one condition meet: what differs between them is decided by that condition alone."""
    LOOP = "loop"
    """Where the rounds of a loop begin."""
    CATCH = "catch"
    """An exception arrives here from any node that has this one in `catches`."""
    RETURN = "return"
    """The function is left with a value."""
    END = "end"
    """The function is left after its last statement."""


Action = Expression | Assign | Delete | Define | Return


class Edge(NamedTuple):
    target: Node
    when: bool | None = None
    """The outcome of the test that leads here; None where there is no test."""


@dataclass(eq=False, slots=True)
class Node:
    index: int
    """A node with a higher one is followed later."""
    kind: NodeKind
    action: Action | None
    edges: list[Edge]
    catches: tuple[Node, ...]
    forgives: bool
    """A use of null is caught here, and meant to be."""
    entries: int = 0
    """How many ways lead here."""
    after_null: bool = True
    """Of CATCH: whether what a use of null raises arrives here."""


class Errors(NamedTuple):
    """What a language raises for the use of a null: names of exceptions."""

    exact: frozenset[str]
    broad: frozenset[str]
    """Those that catch nearly everything."""


@dataclass
class Graph:
    nodes: list[Node] = field(default_factory=list[Node])

    @property
    def entry(self) -> Node:
        return self.nodes[0]

    def drawn(self) -> str:
        """The graph as text, for tests: a line for each node with where it leads."""
        lines = list[str]()
        for node in self.nodes:
            where = [f"{'' if edge.when is None else 'yes ' if edge.when else 'no '}{edge.target.index}" for edge in node.edges]
            where += [f"raises {catch.index}" for catch in node.catches]
            said = f" {told(node.action)}" if node.action is not None else ""
            lines.append(f"{node.index} {node.kind}{said} -> {', '.join(where) or '-'}")
        return "\n".join(lines)


def told(action: Action) -> str:
    """An action in few words, for drawings."""
    match action:
        case Assign(target=target, value=value):
            return f"{told(target)} = {told(value)}"
        case Return(value=value):
            return told(value) if value is not None else ""
        case Delete(targets=targets):
            return "delete " + ", ".join(told(each) for each in targets)
        case Define(name=name):
            return f"define {name}"
        case Operation(operator=operator, operands=operands):
            return f"{operator}({', '.join(told(each) for each in operands)})"
        case Test(operator=operator, left=left, right=right, negated=negated):
            return f"{told(left)} {'not ' if negated else ''}{operator} {told(right)}"
        case Call(callee=callee, arguments=arguments):
            return f"{told(callee)}({', '.join(told(each.value) for each in arguments)})"
        case Attribute(owner=owner, name=name):
            return f"{told(owner)}.{name}"
        case Display(type=type_, items=items):
            return f"{type_}({', '.join(told(each) for each in items)})"
        case _:
            return action.key or type(action).__name__.lower()


def build(body: Block, errors: Errors) -> Graph:
    """The graph of a function's body. Its first node is the entry; a node that nothing leads to may be in it."""
    builder = _Builder(errors)
    builder.block(body)
    builder.go(builder.node(NodeKind.END))
    return _ordered(builder.graph)


def _ordered(graph: Graph) -> Graph:
    """The nodes that can be reached, each after those that lead to it, but for loops."""
    found, path = list[Node](), [graph.entry]
    begun, done = bytearray(len(graph.nodes)), bytearray(len(graph.nodes))
    while path:
        node = path[-1]
        index = node.index
        if not begun[index]:
            begun[index] = 1
            # Those after a loop are to stand behind it: they are visited first, and thus put in last.
            path += [edge.target for edge in node.edges if not begun[edge.target.index]]
            path += [each for each in node.catches if not begun[each.index]]
            continue
        path.pop()
        if not done[index]:
            done[index] = 1
            found.append(node)
    found.reverse()
    for index, node in enumerate(found):
        node.index = index
        for edge in node.edges:
            edge.target.entries += 1
        for catch in node.catches:
            catch.entries += 2  # before and after it
    found[0].entries += 1
    return Graph(found)


@dataclass
class _LoopEnds:
    """Where jumps out of a loop, or of statements with a label, lead."""

    after: Node
    again: Node | None
    """None for what isn't a loop."""
    finals: int
    """How many `finally` are around it."""
    label: str = ""
    is_block: bool = False
    """Only a jump with its label leaves it."""


class _Builder:
    def __init__(self, errors: Errors) -> None:
        self.graph = Graph()
        self._errors = errors
        self._catches: tuple[Node, ...] = ()
        self._forgives = False
        self._loops = list[_LoopEnds]()
        self._finals = list[tuple[Block, tuple[Node, ...], bool]]()
        """Each `finally` around, with what catches its own exceptions."""
        self._slots = self._held = 0
        """Slots that were given away; those of them that a loop around holds. The others serve the next statement."""
        self._at: Node | None = self.node(NodeKind.MERGE)

    # Nodes

    def node(self, kind: NodeKind, action: Action | None = None) -> Node:
        made = Node(len(self.graph.nodes), kind, action, [], self._catches, self._forgives)
        self.graph.nodes.append(made)
        return made

    def go(self, target: Node, when: bool | None = None) -> None:
        if self._at is not None:
            self._at.edges.append(Edge(target, when))

    def start(self, node: Node) -> None:
        self._at = node

    def step(self, action: Action, kind: NodeKind = NodeKind.STEP) -> None:
        if self._at is not None:
            made = self.node(kind, action)
            self.go(made)
            self._at = made

    def slot(self, at: At) -> Name:
        self._slots += 1
        return Name(at, f"%{self._slots}")

    # Statements

    def block(self, statements: Block) -> None:
        for statement in statements:
            if self._at is None:
                return
            self._slots = self._held
            _STATEMENTS[type(statement)](self, statement)

    def evaluate(self, statement: Evaluate) -> None:
        self.step(self.value(statement.value))

    def assign(self, statement: Assign) -> None:
        value = self.value(statement.value)
        self.step(statement._replace(target=self.value(statement.target), value=value))

    def choose(self, statement: If) -> None:
        yes, no = self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
        self.condition(statement.test, yes, no)
        ends = list[Node]()
        for start, body in ((yes, statement.then), (no, statement.otherwise)):
            self.start(start)
            self.block(body)
            if self._at is not None:
                ends.append(self._at)
        self.meet(ends)

    def meet(self, ends: Sequence[Node]) -> None:
        self._at = None
        if ends:
            after = self.node(NodeKind.MERGE)
            for end in ends:
                end.edges.append(Edge(after))
            self._at = after

    def loop(self, statement: Loop) -> None:
        body, out = self.node(NodeKind.LOOP), self.node(NodeKind.MERGE)
        again, after = self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
        bind: Callable[[], None] | None = None
        if statement.iterable is not None and statement.target is not None:
            iterable, target = self.value(statement.iterable), statement.target
            if not iterable.key:
                held = self.slot(iterable.at)
                self.step(Assign(iterable.at, held, iterable))
                iterable = held if not isinstance(iterable, Display) else iterable
            self.step(Operation(iterable.at, "iterate", (iterable,), forks=False))
            if isinstance(iterable, Call):
                self.go(body)
                self.go(out)
            else:
                self.condition(iterable, body, out)
            each = Operation(iterable.at, "next", (iterable,), forks=False)
            bind = lambda: self.step(Assign(target.at, self.value(target), each))  # noqa: E731
        elif statement.test is not None and not statement.is_tested_last:
            self.go(again)
            self.start(again)
            self.condition(statement.test, body, out)
        else:
            self.go(body)
        self.start(body)
        if bind is not None:
            bind()
        rounds = self.node(NodeKind.MERGE) if statement.update or statement.is_tested_last else again
        self._loops.append(_LoopEnds(after, rounds, len(self._finals), statement.label))
        held, self._held = self._held, self._slots
        self.block(statement.body)
        if rounds is not again:
            self.go(rounds)
            self.start(rounds)
            self.block(statement.update)
            if statement.is_tested_last and statement.test is not None:
                self.condition(statement.test, again, out)
        self._held = held
        self._loops.pop()
        self.go(again)
        if statement.iterable is None and (statement.test is None or statement.is_tested_last):
            self.start(again)
            self.go(body)
        if bind is not None:
            self.start(again)
            self.go(body)
            self.go(out)
        self.start(out)
        self.block(statement.otherwise)
        self.go(after)
        self.start(after)

    def switch(self, statement: Switch) -> None:
        after, bodies = self.node(NodeKind.MERGE), [self.node(NodeKind.MERGE) for _ in statement.cases]
        default = after
        for case, body in zip(statement.cases, bodies, strict=True):
            if case.test is None:
                default = body
            elif self._at is not None:
                next_ = self.node(NodeKind.MERGE)
                self.condition(case.test, body, next_)
                self.start(next_)
        self.go(default)
        self._loops.append(_LoopEnds(after, None, len(self._finals), statement.label, statement.is_block))
        self._at = None
        for case, body in zip(statement.cases, bodies, strict=True):
            self.go(body)
            self.start(body)
            self.block(case.body)
        self._loops.pop()
        self.go(after)
        self.start(after)

    def jump(self, statement: Jump) -> None:
        for loop in reversed(self._loops):
            is_meant = loop.label == statement.label if statement.label else not loop.is_block
            target = loop.after if statement.is_break else loop.again
            if is_meant and target is not None:
                self.leave(loop.finals)
                self.go(target)
                break
        self._at = None

    def leave(self, finals: int) -> None:
        """Run what stands in each `finally` on the way out, down to that many."""
        kept = self._finals, self._catches, self._forgives
        while len(self._finals) > finals and self._at is not None:
            body, catches, forgives = self._finals[-1]
            self._finals = self._finals[:-1]
            self._catches, self._forgives = catches, forgives
            if len(kept[0]) <= _MOST_COPIES:
                self.block(body)
        self._finals, self._catches, self._forgives = kept

    def return_(self, statement: Return) -> None:
        value = self.value(statement.value) if statement.value is not None else None
        self.step(Return(statement.at, value), NodeKind.RETURN)
        self.leave(0)
        self._at = None

    def raise_(self, statement: Raise) -> None:
        for value in statement.values:
            self.step(self.value(value))
        self.step(Parts(statement.at, (), forks=False))
        self._at = None

    def delete(self, statement: Delete) -> None:
        self.step(Delete(tuple(self.value(target) for target in statement.targets)))

    def define(self, statement: Define) -> None:
        for value in statement.values:
            self.step(self.value(value))
        self.block(statement.body)
        self.step(Define(statement.name, ()))

    def try_(self, statement: Try) -> None:
        outside = self._catches, self._forgives
        final: Node | None = None
        if statement.finally_:
            final = self.node(NodeKind.CATCH)
            self._finals = [*self._finals, (statement.finally_, *outside)]
            self._catches = (final,)
        around = self._catches
        catches = [self._catch(handler) for handler in statement.handlers]
        catches_all = any(self._is_broad(handler) for handler in statement.handlers)
        self._catches = (*catches, *(() if catches_all else around))
        self._forgives = outside[1] or any(self._is_forgiving(handler) for handler in statement.handlers)
        before = self.node(NodeKind.MERGE)
        self.go(before)
        self.start(before)
        self.block(statement.body)
        self._catches, self._forgives = around, outside[1]
        self.block(statement.otherwise)
        ends = [self._at] if self._at is not None else []
        for catch, handler in zip(catches, statement.handlers, strict=True):
            self.start(catch)
            for type_ in handler.types:
                self.step(Operation(handler.at, "except", (self.value(type_),), forks=False))
            if handler.name:
                name = Name(handler.at, handler.name)
                self.step(Assign(handler.at, name, Display(handler.at, "exception", (), forks=False)))
            self.block(handler.body)
            if self._at is not None:
                ends.append(self._at)
        if final is not None:
            self._finals = self._finals[:-1]
            self._catches, self._forgives = outside
            self.start(final)
            self.block(statement.finally_)
        self._catches, self._forgives = outside
        self.meet(ends)
        self.block(statement.finally_)

    def _catch(self, handler: Handler) -> Node:
        catch = self.node(NodeKind.CATCH)
        catch.after_null = self._is_broad(handler) or not self._errors.exact.isdisjoint(handler.catches)
        return catch

    def _is_broad(self, handler: Handler) -> bool:
        return not handler.catches or not self._errors.broad.isdisjoint(handler.catches)

    def _is_forgiving(self, handler: Handler) -> bool:
        exact = not self._errors.exact.isdisjoint(handler.catches)
        return exact or (handler.is_quiet and self._is_broad(handler))

    # Conditions

    def condition(self, test: Expression, yes: Node, no: Node) -> None:
        match test:
            case Not(operand=operand):
                self.condition(operand, no, yes)
            case Both(is_and=is_and, left=left, right=right):
                middle, short = self.node(NodeKind.MERGE), self.node(NodeKind.SHORT)
                self.condition(left, *((middle, short) if is_and else (short, middle)))
                self.start(middle)
                self.condition(right, *((yes, short) if is_and else (short, no)))
                self.start(short)
                self.go(no if is_and else yes)
            case Constant(truth=truth):
                self.go(yes if truth else no)
            case Null() | Absent():
                self.go(no)
            case Display(items=items) if items:
                self.step(self.value(test))
                self.go(yes)
            case Choice(test=inner, then=then, otherwise=otherwise):
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

    def value(self, value: Expression) -> Expression:
        """The expression without any that chooses."""
        if not value.forks:
            return value
        match value:
            case Both():
                return self._either(value)
            case Choice(at=at, test=test, then=then, otherwise=otherwise):
                slot, after = self.slot(at), self.node(NodeKind.MERGE)
                yes, no = self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
                self.condition(test, yes, no)
                for start, chosen in ((yes, then), (no, otherwise)):
                    self.start(start)
                    self.step(Assign(chosen.at, slot, self.value(chosen)))
                    self.go(after)
                self.start(after)
                return slot
            case Bind(at=at, target=target, value=bound):
                self.step(Assign(at, target, self.value(bound)))
                return target
            case Comprehension():
                return self._comprehend(value)
            case Told():
                return value._replace(value=self.value(value.value), forks=False)
            case Attribute():
                return value._replace(owner=self.value(value.owner), forks=False)
            case Element():
                index = self.value(value.index) if value.index is not None else None
                return value._replace(owner=self.value(value.owner), index=index, forks=False)
            case Call():
                callee = self.value(value.callee)
                arguments = tuple(Argument(each.name, self.value(each.value)) for each in value.arguments)
                return value._replace(callee=callee, arguments=arguments, forks=False)
            case Operation():
                return value._replace(operands=tuple(self.value(each) for each in value.operands), forks=False)
            case Test():
                return value._replace(left=self.value(value.left), right=self.value(value.right), forks=False)
            case Not():
                return value._replace(operand=self.value(value.operand), forks=False)
            case Display():
                return value._replace(items=tuple(self.value(each) for each in value.items), forks=False)
            case Cast():
                return value._replace(value=self.value(value.value), forks=False)
            case Attempt():
                return value._replace(value=self.value(value.value), forks=False)
            case Parts():
                return value._replace(parts=tuple(self.value(each) for each in value.parts), forks=False)
            case _:
                return value

    def _either(self, value: Both) -> Name:
        slot, after, rest = self.slot(value.at), self.node(NodeKind.SHORT), self.node(NodeKind.MERGE)
        self._operand(value.left, value.is_and, rest, slot, after)
        self.start(rest)
        self.step(Assign(value.right.at, slot, self.value(value.right)))
        self.go(after)
        self.start(after)
        return slot

    def _operand(self, operand: Expression, is_and: bool, rest: Node, slot: Name, after: Node) -> None:
        """Go on at `rest`, or give the operand to the slot where it decides the matter."""
        if isinstance(operand, Both) and operand.is_and == is_and:
            middle = self.node(NodeKind.MERGE)
            self._operand(operand.left, is_and, middle, slot, after)
            self.start(middle)
            self._operand(operand.right, is_and, rest, slot, after)
            return
        short = self.node(NodeKind.MERGE)
        if isinstance(operand, Test | Not):
            said: Expression = Constant(operand.at, "", "bool", truth=not is_and)
        elif isinstance(operand, Both):
            said = Parts(operand.at, (), forks=False)
        else:
            said = operand = self.value(operand)
            if not operand.key:
                said = self.slot(operand.at)
                self.step(Assign(operand.at, said, operand))
                operand = said
        self.condition(operand, *((rest, short) if is_and else (short, rest)))
        self.start(short)
        self.step(Assign(operand.at, slot, said))
        self.go(after)

    def _comprehend(self, value: Comprehension) -> Expression:
        after = self.node(NodeKind.MERGE)
        for clause in value.clauses:
            if clause.target is None:
                yes = self.node(NodeKind.MERGE)
                self.condition(clause.value, yes, after)
                self.start(yes)
                continue
            iterable = self.value(clause.value)
            if not iterable.key:
                held = self.slot(iterable.at)
                self.step(Assign(iterable.at, held, iterable))
                iterable = held
            self.step(Operation(iterable.at, "iterate", (iterable,), forks=False))
            self.go(after)
            each = Operation(iterable.at, "next", (iterable,), forks=False)
            self.step(Assign(clause.target.at, clause.target, each))
        for result in value.results:
            self.step(self.value(result))
        self.go(after)
        self.start(after)
        return Display(value.at, value.type, (), forks=False)


_STATEMENTS: dict[type[Statement], Callable[[_Builder, Statement], None]] = {
    Evaluate: _Builder.evaluate,
    Assign: _Builder.assign,
    If: _Builder.choose,
    Loop: _Builder.loop,
    Switch: _Builder.switch,
    Jump: _Builder.jump,
    Return: _Builder.return_,
    Raise: _Builder.raise_,
    Delete: _Builder.delete,
    Define: _Builder.define,
    Try: _Builder.try_,
}  # pyright: ignore[reportAssignmentType]

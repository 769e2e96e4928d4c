"""The control-flow graph of a function's statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.flow.cfg import Edge, Graph, Node, NodeKind, ordered
from breadknife.plugins.nullcheck.core.flow.expressions import ExpressionGraphBuilder
from breadknife.plugins.nullcheck.core.knowledge import Errors


def build(body: il.Block, errors: Errors) -> Graph:
    """Return the graph of a function's body. Its first node is the entry, and it has no node that can't be reached.
    `errors` are the exceptions that the language raises for a use of null."""
    builder = _GraphBuilder(errors)
    builder.block(body)
    builder.go(builder.node(NodeKind.END))
    return ordered(builder.graph)


@dataclass(frozen=True)
class _JumpTargets:
    """Where the jumps lead that stand in a loop, in a `switch`, or in statements with a label."""

    after: Node
    """Where a `break` leads."""
    again: Node | None
    """Where a `continue` leads; None for what isn't a loop."""
    label: str = ""


@dataclass(frozen=True)
class _LoopNodes:
    """The nodes that every kind of loop has."""

    body: Node
    """A round begins here."""
    again: Node
    """A round is over, and it is to be seen whether there is another one."""
    out: Node
    """There is no further round: `otherwise` follows."""
    after: Node
    """What stands behind the loop follows: a `break` leads here."""


class _GraphBuilder(ExpressionGraphBuilder):
    """Adds the nodes of statements: `add_loop` those of a `Loop`, and so on."""

    def __init__(self, errors: Errors) -> None:
        super().__init__()
        self._errors = errors
        self._jump_targets = list[_JumpTargets]()
        """Those around the statement that is added, the innermost last."""

    # Statements

    def block(self, statements: il.Block) -> None:
        """Add the statements one after the other, up to one that nothing comes after."""
        for statement in statements:
            if self._at is None:
                return
            self._slots_in_use = self._slots_of_loops  # other slots of the last statement are free again
            _STATEMENTS[type(statement)](self, statement)

    def add_evaluate(self, statement: il.Evaluate) -> None:
        self.step(self.value(statement.value))

    def add_assign(self, statement: il.Assign) -> None:
        value = self.value(statement.value)
        self.step(statement._replace(target=self.value(statement.target), value=value))

    def add_if(self, statement: il.If) -> None:
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
        """Go on where paths that end at these nodes meet. Without any end, nothing comes after."""
        self._at = None
        if ends:
            after = self.node(NodeKind.MERGE)
            for end in ends:
                end.edges.append(Edge(after))
            self._at = after

    def add_loop(self, statement: il.Loop) -> None:
        """Add a loop of one of three kinds, and then what runs when it ends without a `break`."""
        nodes = _LoopNodes(
            body=self.node(NodeKind.LOOP),
            again=self.node(NodeKind.MERGE),
            out=self.node(NodeKind.MERGE),
            after=self.node(NodeKind.MERGE),
        )
        if statement.iterable is not None and statement.target is not None:
            self._loop_over(statement.iterable, statement.target, statement, nodes)
        elif statement.test is not None:
            self._loop_while(statement.test, statement, nodes)
        else:
            self._loop_forever(statement, nodes)
        self.start(nodes.out)
        self.block(statement.otherwise)
        self.go(nodes.after)
        self.start(nodes.after)

    def _loop_over(self, iterable: il.Expression, target: il.Expression, statement: il.Loop, nodes: _LoopNodes) -> None:
        """Add a loop that assigns each element of `iterable` to `target`."""
        values = self.value(iterable)
        is_call = isinstance(values, il.Invocation)
        if is_call or not values.key:  # it is evaluated once, before the first round
            slot = self.slot(values.at)
            self.step(il.Assign(values.at, slot, values))
            values = slot if not isinstance(values, il.Display) else values
        self.step(il.Operation(values.at, "iterate", (values,), forks=False))
        if is_call or statement.is_true:
            self.go(nodes.body)
            self.go(nodes.out)
        else:  # there is a first round if, and only if, the container counts as true
            self.condition(values, nodes.body, nodes.out)
        self.start(nodes.body)
        element = il.Operation(values.at, "next", (values, iterable), forks=False)
        self.add_assign(il.Assign(target.at, target, element))
        self._add_round(statement, nodes)
        self.start(nodes.again)
        self.go(nodes.body)
        self.go(nodes.out)

    def _loop_while(self, test: il.Expression, statement: il.Loop, nodes: _LoopNodes) -> None:
        """Add a loop that goes on as long as the test holds."""
        self.go(nodes.again)
        self.start(nodes.again)
        self.condition(test, nodes.body, nodes.out)
        self.start(nodes.body)
        self._add_round(statement, nodes)

    def _loop_forever(self, statement: il.Loop, nodes: _LoopNodes) -> None:
        """Add a loop that only a jump leaves."""
        self.go(nodes.body)
        self.start(nodes.body)
        self._add_round(statement, nodes)
        self.start(nodes.again)
        self.go(nodes.body)

    def _add_round(self, statement: il.Loop, nodes: _LoopNodes) -> None:
        """Add the statements of one round, from where it has begun up to `again`."""
        update = self.node(NodeKind.MERGE) if statement.update else nodes.again
        self._jump_targets.append(_JumpTargets(nodes.after, update, statement.label))
        outer_slots, self._slots_of_loops = self._slots_of_loops, self._slots_in_use
        self.block(statement.body)
        if update is not nodes.again:
            self.go(update)
            self.start(update)
            self.block(statement.update)
        self._slots_of_loops = outer_slots
        self._jump_targets.pop()
        self.go(nodes.again)

    def add_switch(self, statement: il.Switch) -> None:
        after, bodies = self.node(NodeKind.MERGE), [self.node(NodeKind.MERGE) for _ in statement.cases]
        default = after
        for case, body in zip(statement.cases, bodies, strict=True):
            if case.test is None:
                default = body
            elif self._at is not None:
                next_test = self.node(NodeKind.MERGE)
                self.condition(case.test, body, next_test)
                self.start(next_test)
        self.go(default)
        self._jump_targets.append(_JumpTargets(after, again=None))
        self._at = None
        for case, body in zip(statement.cases, bodies, strict=True):
            self.go(body)
            self.start(body)
            self.block(case.body)
        self._jump_targets.pop()
        self.go(after)
        self.start(after)

    def add_jump(self, statement: il.Jump) -> None:
        for targets in reversed(self._jump_targets):
            target = targets.after if statement.is_break else targets.again
            if target is not None and statement.label in ("", targets.label):
                self.go(target)
                break
        self._at = None

    def add_return(self, statement: il.Return) -> None:
        value = self.value(statement.value) if statement.value is not None else None
        self.step(il.Return(statement.at, value), NodeKind.RETURN)
        self._at = None

    def add_raise(self, statement: il.Raise) -> None:
        for value in statement.values:
            self.step(self.value(value))
        self.step(il.Opaque(statement.at, (), forks=False))
        self._at = None

    def add_delete(self, statement: il.Delete) -> None:
        self.step(il.Delete(tuple(self.value(target) for target in statement.targets)))

    def add_named_definition(self, statement: il.NamedDefinition) -> None:
        for value in statement.values:
            self.step(self.value(value))
        self.block(statement.body)
        self.step(il.NamedDefinition(statement.name, ()))

    def add_try(self, statement: il.Try) -> None:
        """Add the body, the handlers, and `finally_` twice: once for an exception that goes on to the statements
        around, and once for the paths that go on behind."""
        outer_catches, outer_forgives = self._catches, self._forgives
        unhandled: Node | None = None
        if statement.finally_:
            unhandled = self.node(NodeKind.CATCH)
            self._catches = (unhandled,)
        catches_of_handlers = self._catches  # where an exception leads that the handlers raise, or don't catch
        handler_starts = [self.node(NodeKind.CATCH) for _ in statement.handlers]
        is_all_caught = any(self._is_broad(handler) for handler in statement.handlers)
        self._catches = (*handler_starts, *(() if is_all_caught else catches_of_handlers))
        self._forgives = outer_forgives or any(self._is_forgiving(handler) for handler in statement.handlers)
        body_start = self.node(NodeKind.MERGE)
        self.go(body_start)
        self.start(body_start)
        self.block(statement.body)
        self._catches, self._forgives = catches_of_handlers, outer_forgives
        self.block(statement.otherwise)
        ends = [self._at] if self._at is not None else []
        for start, handler in zip(handler_starts, statement.handlers, strict=True):
            self.start(start)
            self._add_handler(handler)
            if self._at is not None:
                ends.append(self._at)
        self._catches = outer_catches
        if unhandled is not None:
            self.start(unhandled)
            self.block(statement.finally_)  # nothing comes after: the exception is raised again
        self.meet(ends)
        self.block(statement.finally_)

    def _add_handler(self, handler: il.Handler) -> None:
        for type_ in handler.types:
            self.step(il.Operation(handler.at, "except", (self.value(type_),), forks=False))
        if handler.name:
            name = il.Name(handler.at, handler.name)
            self.step(il.Assign(handler.at, name, il.Display(handler.at, "exception", (), forks=False)))
        self.block(handler.body)

    def _is_broad(self, handler: il.Handler) -> bool:
        """Tell whether the handler catches nearly every exception."""
        return not handler.catches or not self._errors.broad.isdisjoint(handler.catches)

    def _is_forgiving(self, handler: il.Handler) -> bool:
        """Tell whether the author means to catch a use of null: the handler names its very exception, or catches
        everything and only gives a constant."""
        exact = not self._errors.exact.isdisjoint(handler.catches)
        return exact or (handler.is_quiet and self._is_broad(handler))


_STATEMENTS: dict[type[il.Statement], Callable[[_GraphBuilder, Any], None]] = {
    kind: getattr(_GraphBuilder, f"add_{il.kind_name(kind)}") for kind in get_args(il.Statement)
}

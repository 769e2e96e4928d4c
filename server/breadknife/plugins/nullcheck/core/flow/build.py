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
    """Return the graph of a function's body. Its first node is the entry; a node that nothing leads to may be in it."""
    builder = _GraphBuilder(errors)
    builder.block(body)
    builder.go(builder.node(NodeKind.END))
    return ordered(builder.graph)


@dataclass
class _LoopEnds:
    """Where jumps out of a loop, or of statements with a label, lead."""

    after: Node
    again: Node | None
    """None for what isn't a loop."""
    label: str = ""


class _GraphBuilder(ExpressionGraphBuilder):
    """Adds the nodes of statements: `add_loop` those of a `Loop`, and so on."""

    def __init__(self, errors: Errors) -> None:
        super().__init__()
        self._errors = errors
        self._loops = list[_LoopEnds]()

    # Statements

    def block(self, statements: il.Block) -> None:
        for statement in statements:
            if self._at is None:
                return
            self._slots = self._held
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
        self._at = None
        if ends:
            after = self.node(NodeKind.MERGE)
            for end in ends:
                end.edges.append(Edge(after))
            self._at = after

    def add_loop(self, statement: il.Loop) -> None:
        body, out = self.node(NodeKind.LOOP), self.node(NodeKind.MERGE)
        again, after = self.node(NodeKind.MERGE), self.node(NodeKind.MERGE)
        bind: il.Assign | None = None
        if statement.iterable is not None and statement.target is not None:
            iterable, target = self.value(statement.iterable), statement.target
            is_call = isinstance(iterable, il.Invocation)
            if is_call or not iterable.key:  # it is evaluated once
                held = self.slot(iterable.at)
                self.step(il.Assign(iterable.at, held, iterable))
                iterable = held if not isinstance(iterable, il.Display) else iterable
            self.step(il.Operation(iterable.at, "iterate", (iterable,), forks=False))
            if is_call or statement.is_true:
                self.go(body)
                self.go(out)
            else:
                self.condition(iterable, body, out)
            element = il.Operation(iterable.at, "next", (iterable, statement.iterable), forks=False)
            bind = il.Assign(target.at, target, element)
        elif statement.test is not None:
            self.go(again)
            self.start(again)
            self.condition(statement.test, body, out)
        else:
            self.go(body)
        self.start(body)
        if bind is not None:
            self.add_assign(bind)
        rounds = self.node(NodeKind.MERGE) if statement.update else again
        self._loops.append(_LoopEnds(after, rounds, statement.label))
        held, self._held = self._held, self._slots
        self.block(statement.body)
        if rounds is not again:
            self.go(rounds)
            self.start(rounds)
            self.block(statement.update)
        self._held = held
        self._loops.pop()
        self.go(again)
        if statement.iterable is None and statement.test is None:
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

    def add_switch(self, statement: il.Switch) -> None:
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
        self._loops.append(_LoopEnds(after, None))
        self._at = None
        for case, body in zip(statement.cases, bodies, strict=True):
            self.go(body)
            self.start(body)
            self.block(case.body)
        self._loops.pop()
        self.go(after)
        self.start(after)

    def add_jump(self, statement: il.Jump) -> None:
        for loop in reversed(self._loops):
            target = loop.after if statement.is_break else loop.again
            if target is not None and statement.label in ("", loop.label):
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
        outside = self._catches, self._forgives
        final: Node | None = None
        if statement.finally_:
            final = self.node(NodeKind.CATCH)
            self._catches = (final,)
        around = self._catches
        catches = [self.node(NodeKind.CATCH) for _ in statement.handlers]
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
                self.step(il.Operation(handler.at, "except", (self.value(type_),), forks=False))
            if handler.name:
                name = il.Name(handler.at, handler.name)
                self.step(il.Assign(handler.at, name, il.Display(handler.at, "exception", (), forks=False)))
            self.block(handler.body)
            if self._at is not None:
                ends.append(self._at)
        if final is not None:
            self._catches, self._forgives = outside
            self.start(final)
            self.block(statement.finally_)
        self._catches, self._forgives = outside
        self.meet(ends)
        self.block(statement.finally_)

    def _is_broad(self, handler: il.Handler) -> bool:
        return not handler.catches or not self._errors.broad.isdisjoint(handler.catches)

    def _is_forgiving(self, handler: il.Handler) -> bool:
        exact = not self._errors.exact.isdisjoint(handler.catches)
        return exact or (handler.is_quiet and self._is_broad(handler))


_STATEMENTS: dict[type[il.Statement], Callable[[_GraphBuilder, Any], None]] = {
    kind: getattr(_GraphBuilder, f"add_{il.kind_name(kind)}") for kind in get_args(il.Statement)
}

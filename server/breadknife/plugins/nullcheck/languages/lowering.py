"""What the lowerings share: statements that the languages write alike, and expressions made with their keys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.il import Argument, Block, ByteRange, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.outlining import at_of, first, inner, part, parts_in, text, word
from breadknife.plugins.nullcheck.languages.scopes import Scopes
from breadknife.plugins.nullcheck.repairs.grammar import LoweringKinds
from breadknife.text.syntax import Node

LONGEST_KEY = 100
"""How many characters a key has at most: a longer expression has none."""
DEEPEST = 80
"""How deep the nesting of blocks and expressions is followed."""


@dataclass
class Lowering(ABC):
    """Lowers the code of one function.

    The method for a kind of node has its name, or that of the kind that `kinds.like` says it is like: `lower_…` gives
    an expression, `run_…` gives statements. Of all other nodes only the parts matter."""

    function: Function
    scopes: Scopes
    _depth: int = field(default=0, init=False)

    kinds: ClassVar[LoweringKinds]
    """What kinds of nodes the grammar has."""
    number_operator: ClassVar[str] = "unary"
    """What the knowledge calls an operator with one operand."""

    @abstractmethod
    def case(self, node: Node, subject: Expression | None, /) -> il.SwitchCase:
        """Return a case of a switch. `subject` is what the cases are compared with, if there is anything."""

    # Nesting

    def expression(self, node: Node | None) -> Expression:
        if node is None or self._depth > DEEPEST:
            return nothing(at_of(node) if node is not None else (0, 0))
        kind = node.type
        if kind in self.kinds.literals:
            return self.literal(node)
        lower: Callable[[Node], Expression] = getattr(self, f"lower_{self.kinds.like.get(kind, kind)}", self.parts)
        self._depth += 1
        lowered = lower(node)
        self._depth -= 1
        return lowered

    def parts(self, node: Node) -> Expression:
        """Return an expression of which only the parts matter."""
        return opaque(at_of(node), self.values(node))

    def values(self, node: Node | None) -> list[Expression]:
        """Return the expressions that a node has as its children."""
        return [self.expression(child) for child in inner(node) if child.type not in self.kinds.silent]

    def statement(self, node: Node) -> Iterable[Statement]:
        """Return what a statement is lowered to. One of an unknown kind becomes the statements in it."""
        kind = self.kinds.like.get(node.type, node.type)
        run: Callable[[Node], Iterable[Statement]] | None = getattr(self, f"run_{kind}", None)
        if run is not None:
            return run(node)
        if kind in self.kinds.silent or node.is_error:
            return ()
        if kind in self.kinds.blocks:
            return self.block(node)
        if kind.endswith(("_statement", "_definition")) or kind in ("parenthesized_expression", "sequence_expression"):
            return self.within(inner(node))
        return (il.Evaluate(self.expression(node)),)

    def statements(self, nodes: Iterable[Node | None]) -> Block:
        return tuple(lowered for node in nodes if node is not None for lowered in self.statement(node))

    def block(self, node: Node | None) -> Block:
        """Return the statements of a block, whose variables are its own."""
        with self.scopes.block():
            return self.nested(node)

    def nested(self, node: Node | None) -> Block:
        """Return the statements of a block, or a single statement that stands for one."""
        return self.within(inner(node) if node.type in self.kinds.blocks else [node]) if node is not None else ()

    def within(self, nodes: Iterable[Node]) -> Block:
        """Return statements that are nested in another one; none where they are too deep."""
        if self._depth > DEEPEST:
            return ()
        self._depth += 1
        statements = self.statements(nodes)
        self._depth -= 1
        return statements

    def declared(self, node: Node | None, type_: Type | None = None) -> Expression:
        """Declare a variable of the function, and return it."""
        key = self.scopes.declare(text(node), node.start_byte if node is not None else 0, type_)
        self.function.locals.add(key)
        return il.Name(at_of(node) if node is not None else (0, 0), key)

    def target(self, node: Node | None, /) -> Expression:
        """Return what is assigned to."""
        target = self.expression(node)
        if isinstance(target, il.Name):
            self.function.locals.add(target.key)
        return target

    def kept(self, value: Expression) -> tuple[Block, Expression]:
        """Return the value under a key, so that it can be used again, after the statements that give it one."""
        if value.key and not value.forks:
            return (), value
        name = il.Name(value.at, f"@{value.at[0]}:")
        return (il.Assign(value.at, name, value),), name

    def body(self, node: Node, /) -> Block:
        """Return the body of a function."""
        return self.block(part(node, "body"))

    def function_within(self, node: Node, parameters: Iterable[Parameter], returns: Type | None = None) -> Expression:
        """Note a function without a name, which sees the variables around it, and return its value."""
        scopes, outer, at = self.scopes.inside(), self.function, at_of(node)
        own_parameters = [
            parameter._replace(name=scopes.declare(parameter.name, parameter.at[0], parameter.annotation))
            for parameter in parameters
        ]
        function = Function(
            at, "", tuple(own_parameters), returns,
            lambda function: replace(self, function=function, scopes=scopes).body(node),
            node.text or b"", around=outer, receiver=outer.receiver, receiver_class=outer.receiver_class,
        )  # fmt: skip
        outer.within.append(function)
        return il.Closure(at)

    # Expressions

    def literal(self, node: Node) -> Expression:
        at, written, kind = at_of(node), text(node), self.kinds.literals[node.type]
        if written[:1] in ('"', "'", "`"):  # the key is the same however it is quoted
            content = written[1:-1]
            return il.Constant(at, short(f'"{content}"') if '"' not in content else "", kind, truth=len(written) > 2)
        is_zero = written.strip("0.xXbBoOn_") == ""
        return il.Constant(at, short(written), kind, truth=written.lower() != "false" and not is_zero)

    def lower_null(self, node: Node) -> Expression:
        return il.Null(at_of(node), text(node))

    def lower_identifier(self, node: Node) -> Expression:
        return il.Name(at_of(node), self.scopes.key(text(node)))

    def lower_attribute(self, node: Node) -> Expression:
        """`owner.name`."""
        return attribute(at_of(node), self.expression(first(node)), text(inner(node)[-1]))

    def lower_element(self, node: Node) -> Expression:
        """`owner[index]`."""
        return subscript(at_of(node), self.expression(first(node)), self.expression(inner(node)[-1]))

    def lower_list(self, node: Node) -> Expression:
        return display(at_of(node), "list", self.values(node))

    def lower_spread_element(self, node: Node) -> Expression:
        """`*a`, `...a`."""
        return opaque(at_of(node), [operation(value.at, "iterate", value) for value in self.values(node)])

    def lower_parenthesized_expression(self, node: Node) -> Expression:
        inside = self.values(node)
        return inside[0] if len(inside) == 1 else opaque(at_of(node), inside)

    def lower_ternary_expression(self, node: Node) -> Expression:
        test, then, otherwise = (
            self.expression(part(node, name)) for name in ("condition", "consequence", "alternative")
        )
        return il.Conditional(at_of(node), test, then, otherwise)

    def lower_await_expression(self, node: Node) -> Expression:
        return self.awaited(at_of(node), self.expression(first(node)))

    def awaited(self, at: ByteRange, value: Expression, /) -> Expression:
        """Return `await value`."""
        if isinstance(value, il.Invocation):
            return value._replace(at=at, is_awaited=True, key=f"await {value.key}" if value.key else "")
        return operation(at, "await", value)

    def both(self, node: Node, operator: str) -> Expression:
        """Return `a && b && …` or `a || b || …`. However many operands there are, they don't count as nested."""
        operands, left = list[Node | None](), node
        while left.type == node.type and word(left, "operator") == operator and (left_operand := part(left, "left")):
            operands.append(part(left, "right"))
            left = left_operand
        joined = self.expression(left)
        for operand in reversed(operands):
            right = self.expression(operand)
            joined = il.ShortCircuit((joined.at[0], right.at[1]), operator in ("&&", "and"), joined, right)
        return joined

    def lower_binary_expression(self, node: Node) -> Expression:
        at, operator = at_of(node), word(node, "operator")
        if operator in ("&&", "||", "and", "or"):
            return self.both(node, operator)
        left, right = self.expression(part(node, "left")), self.expression(part(node, "right"))
        if operator in ("==", "!="):
            return compared(at, left, right, negated=operator == "!=")
        key = short(f"({left.key} {operator} {right.key})") if left.key and right.key else ""
        return operation(at, self.kind(operator, left, right), left, right, key=key)

    def kind(self, operator: str, _left: Expression, _right: Expression, /) -> str:
        """Return what the knowledge calls a binary operator."""
        return operator

    def lower_unary_expression(self, node: Node) -> Expression:
        return self.applied(at_of(node), node.children[0].type, self.expression(inner(node)[-1]))

    def applied(self, at: ByteRange, operator: str, operand: Expression, /) -> Expression:
        """Return what an operator with one operand gives."""
        if operator in ("!", "not"):
            return il.Not(at, operand, operand.forks)
        if isinstance(operand, il.Constant):
            return operand._replace(at=at, key=f"{operator}{operand.key}")
        return operation(at, self.number_operator, operand)

    def lower_update_expression(self, node: Node) -> Expression:
        """`n++`."""
        at, operand = at_of(node), first(node)
        target = self.target(operand)
        return il.AssignmentExpression(
            at, target, operation(at, self.number_operator, self.expression(operand)), target.key
        )

    # Statements

    def run_return_statement(self, node: Node) -> Iterable[Statement]:
        value = first(node)
        return (il.Return(at_of(node), self.expression(value) if value is not None else None),)

    def run_throw_statement(self, node: Node) -> Iterable[Statement]:
        return (il.Raise(at_of(node), tuple(self.values(node))),)

    def run_assert_statement(self, node: Node) -> Iterable[Statement]:
        test, *rest = self.values(node) or [nothing(at_of(node))]
        return (il.If(il.Not(test.at, test, test.forks), (il.Raise(at_of(node), tuple(rest)),), ()),)

    def run_break_statement(self, node: Node) -> Iterable[Statement]:
        return (il.Jump(node.type == "break_statement", text(first(node))),)

    def run_if_statement(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            before = self.statements([part(node, "initializer")])
            test = self.expression(part(node, "condition"))
            then = self.block(part(node, "consequence"))
            return (*before, il.If(test, then, self.block(part(node, "alternative"))))

    def run_switch_statement(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            before = self.statements([part(node, "initializer")])
            value = next(iter(parts_in(node, "value", "subject", "condition")), None)
            keeps, subject = self.kept(self.expression(value)) if value is not None else ((), None)
            return (*before, *keeps, il.Switch(tuple(self.case(case, subject) for case in self.cases(node))))

    def cases(self, node: Node) -> list[Node]:
        """Return the nodes of a switch's cases."""
        body = part(node, "body")
        return inner(body) if body is not None else [child for child in inner(node) if child.type.endswith("_case")]

    def run_try_statement(self, node: Node) -> Iterable[Statement]:
        parts = inner(node)
        with self.scopes.block():
            opened = self.statements(inner(part(node, "resources")))
            handlers = tuple(self.handler(child) for child in parts if child.type in ("catch_clause", "except_clause"))
            otherwise, final = (
                self.block(next((child for child in parts if child.type == kind), None))
                for kind in ("else_clause", "finally_clause")
            )
            return (*opened, il.Try(self.block(part(node, "body")), handlers, otherwise, final))

    def handler(self, node: Node, /) -> il.Handler:
        """Return a handler of exceptions, which catches everything."""
        body = part(node, "body")
        return il.Handler(at_of(node), (), (), "", self.block(body), is_quiet=not inner(body))

    def run_labeled_statement(self, node: Node) -> Iterable[Statement]:
        label, statements = text(first(node)), self.block(inner(node)[-1])
        if statements and isinstance(statements[-1], il.Loop):
            return (*statements[:-1], statements[-1]._replace(label=label))
        return statements

    def run_for_statement(self, node: Node) -> Iterable[Statement]:
        return self.rounds(node)

    def rounds(self, node: Node, head: Node | None = None, condition: Node | None = None) -> Block:
        """Return a loop that isn't over the elements of something. `head` is the node with its initializer, condition
        and update, if that isn't the loop itself; `condition` is that of a loop that has nothing else."""
        head = head or node
        with self.scopes.block():
            before = self.statements(parts_in(head, "initializer", "init"))
            condition = condition or part(head, "condition")
            if condition is not None and condition.type.endswith("_statement"):
                condition = first(condition)
            test = self.expression(condition) if condition is not None and condition.is_named else None
            body, update = self.block(part(node, "body")), self.statements(parts_in(head, "update", "increment"))
            if node.type == "do_statement" and test is not None:  # it is tested after each round
                test, update = None, (il.If(test, (), (il.Jump(is_break=True),)),)
            return (*before, il.Loop(at_of(node), test, None, None, body, (), update))


def nothing(at: ByteRange) -> il.Opaque:
    """Return an expression of which nothing is known."""
    return il.Opaque(at, (), forks=False)


def attribute(at: ByteRange, owner: Expression, name: str) -> il.Member:
    """Return `owner.name` with its key."""
    return il.Member(at, owner, name, short(f"{owner.key}.{name}") if owner.key else "", owner.forks)


def subscript(at: ByteRange, owner: Expression, index: Expression) -> il.Subscript:
    """Return `owner[index]` with its key."""
    key = short(f"{owner.key}[{index.key}]") if owner.key and index.key else ""
    return il.Subscript(at, owner, index, key, owner.forks or index.forks)


def call(at: ByteRange, callee: Expression, arguments: Sequence[Argument]) -> il.Invocation:
    """Return a call with its key."""
    key = ""
    if callee.key and all(argument.value.key for argument in arguments):
        written = (f"{name}={value.key}" if name else value.key for name, value in arguments)
        key = short(f"{callee.key}({','.join(written)})")
    forks = callee.forks or any(argument.value.forks for argument in arguments)
    return il.Invocation(at, callee, tuple(arguments), key, forks)


def operation(at: ByteRange, operator: str, *operands: Expression, key: str = "") -> il.Operation:
    return il.Operation(at, operator, operands, any(operand.forks for operand in operands), key)


def display(at: ByteRange, type_: str, items: Sequence[Expression] = ()) -> il.Display:
    return il.Display(at, type_, tuple(items), any(item.forks for item in items))


def compared(at: ByteRange, left: Expression, right: Expression, *, negated: bool = False) -> il.Comparison:
    """Return the test whether two values are equal, or whether one is null."""
    kind = "is" if isinstance(left, il.Null) or isinstance(right, il.Null) else "=="
    tested = [operand.target if isinstance(operand, il.AssignmentExpression) else operand for operand in (left, right)]
    key = short(f"({tested[0].key} {kind} {tested[1].key})") if all(operand.key for operand in tested) else ""
    return il.Comparison(at, kind, left, right, negated, key, left.forks or right.forks)


def any_of(at: ByteRange, tests: Iterable[Expression]) -> Expression | None:
    """Return the test whether one of several tests holds; None without any."""
    joined: Expression | None = None
    for test in tests:
        joined = test if joined is None else il.ShortCircuit(at, is_and=False, left=joined, right=test)
    return joined


def opaque(at: ByteRange, parts: Sequence[Expression]) -> il.Opaque:
    """Return an expression of which only the parts matter."""
    return il.Opaque(at, tuple(parts), any(part.forks for part in parts))


def short(key: str) -> str:
    """Return the key, or "" if it is too long."""
    return key if len(key) <= LONGEST_KEY else ""

"""What the lowerings share: scopes, statements that the languages write alike, and expressions that are made with their
keys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import ClassVar, NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, Function, Parameter, Store
from breadknife.plugins.nullcheck.core.il import Argument, At, Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

LONGEST_KEY = 100
DEEPEST = 60
"""Nesting of expressions, and of blocks, that is followed."""
_LOOPS = frozenset({"for_statement", "while_statement", "do_statement", "enhanced_for_statement", "for_in_statement"})


def text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def part(node: Node | None, name: str) -> Node | None:
    """The child in a field."""
    return node.child_by_field_name(name) if node is not None else None


def word(node: Node | None, name: str) -> str:
    """What is written in a field; "" if it is empty."""
    return text(part(node, name))


def inner(node: Node | None) -> list[Node]:
    """The named children without comments."""
    return [child for child in node.named_children if not child.is_extra] if node is not None else []


def first(node: Node | None) -> Node | None:
    return next(iter(inner(node)), None)


def at_of(node: Node) -> At:
    return (node.start_byte, node.end_byte)


@dataclass
class Reader:
    """Reads what one file declares; see `File` for what it finds."""

    tree: SyntaxTree
    knowledge: Knowledge
    functions: list[Function] = field(default_factory=list[Function])
    named: dict[str, Function] = field(default_factory=dict[str, Function])
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    variables: dict[str, list[Store]] = field(default_factory=dict[str, list[Store]])
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> qualified name."""

    def span(self, at: At) -> Span:
        return Span(self.tree.offset(at[0]), self.tree.offset(at[1]))

    def source(self, at: At) -> str:
        return self.tree.encoded[at[0] : at[1]].decode("utf-8", "replace")

    def is_ignored(self, at: At) -> bool:
        """Whether a comment on the line, or alone on the one above, tells checkers to be silent."""
        source = self.tree.encoded
        begin = source.rfind(b"\n", 0, at[0]) + 1
        before = source.rfind(b"\n", 0, max(begin - 1, 0)) + 1
        end = source.find(b"\n", at[0])
        above = source[before:begin].strip()
        return self.knowledge.ignores(source[begin : end if end >= 0 else len(source)]) or (
            above.startswith(b"//") and self.knowledge.ignores(above)
        )


class Variable(NamedTuple):
    key: str
    type: Type | None


@dataclass
class Scopes:
    """What names mean in nested blocks: a variable that hides another one has a key of its own."""

    outside: frozenset[str] = frozenset()
    """Names that the file declares."""
    _blocks: list[dict[str, Variable]] = field(default_factory=lambda: [dict[str, Variable]()])

    @contextmanager
    def block(self) -> Generator[None]:
        self._blocks.append({})
        yield
        self._blocks.pop()

    def inside(self) -> Scopes:
        """The scopes of a function that is written here."""
        return Scopes(self.outside, [*(dict(each) for each in self._blocks), {}])

    def find(self, name: str) -> Variable | None:
        return next((block[name] for block in reversed(self._blocks) if name in block), None)

    def key(self, name: str) -> str:
        found = self.find(name)
        return found.key if found is not None else name

    def is_new(self, name: str) -> bool:
        """Whether the innermost block hasn't declared it."""
        return name not in self._blocks[-1]

    def hide(self, name: str, at: int) -> str:
        """The key of a variable of the innermost block alone, whatever else has the name."""
        self._blocks[-1][name] = Variable(f"{name}@{at}", None)
        return self.key(name)

    def declare(self, name: str, at: int, type_: Type | None = None, *, is_own: bool = False) -> str:
        """The key of a new variable. One that is the function's own keeps its name."""
        hides = len(self._blocks) > 1 and (name in self.outside or self.find(name) is not None)
        key = f"{name}@{at}" if hides and not is_own else name
        self._blocks[-1][name] = Variable(key, type_)
        return key


@dataclass
class Lowering(ABC):
    """Lowers the code of one function.

    The method for a kind of node has its name: `lower_…` gives an expression, `run_…` gives statements. Of all other
    nodes only the parts matter.
    """

    function: Function
    scopes: Scopes
    _depth: int = field(default=0, init=False)
    _nesting: int = field(default=0, init=False)

    literals: ClassVar[Mapping[str, str]]
    """Kinds of node, and the types of what is written there."""
    block_kinds: ClassVar[frozenset[str]]
    """Nodes that are lists of statements."""
    silent: ClassVar[frozenset[str]]
    """Nodes that aren't evaluated: types, declarations, names of members."""

    @abstractmethod
    def loop(self, node: Node, label: str, /) -> Iterable[Statement]: ...

    # Nesting

    def expression(self, node: Node | None) -> Expression:
        if node is None or self._depth > DEEPEST:
            return nothing(at_of(node) if node is not None else (0, 0))
        kind = node.type
        if kind in self.literals:
            return self.literal(node)
        lower: Callable[[Node], Expression] = getattr(self, f"lower_{kind}", self.parts)
        self._depth += 1
        found = lower(node)
        self._depth -= 1
        return found

    def parts(self, node: Node) -> Expression:
        """An expression of which only the parts matter."""
        return parts_of(at_of(node), self.values(node))

    def values(self, node: Node | None) -> list[Expression]:
        return [self.expression(child) for child in inner(node) if child.type not in self.silent]

    def statement(self, node: Node) -> Iterable[Statement]:
        kind = node.type
        run: Callable[[Node], Iterable[Statement]] | None = getattr(self, f"run_{kind}", None)
        if run is not None:
            return run(node)
        return () if kind in self.silent or node.is_error else (il.Evaluate(self.expression(node)),)

    def statements(self, nodes: Iterable[Node | None]) -> Block:
        return tuple(each for node in nodes if node is not None for each in self.statement(node))

    def block(self, node: Node | None) -> Block:
        with self.scopes.block():
            return self.nested(node)

    def nested(self, node: Node | None) -> Block:
        """The statements of a block."""
        if node is None or self._nesting > DEEPEST:
            return ()
        self._nesting += 1
        found = self.statements(inner(node) if node.type in self.block_kinds else [node])
        self._nesting -= 1
        return found

    def declared(self, node: Node | None, type_: Type | None = None) -> Expression:
        """A new variable."""
        key = self.scopes.declare(text(node), node.start_byte if node is not None else 0, type_)
        self.function.locals.add(key)
        return il.Name(at_of(node) if node is not None else (0, 0), key)

    def kept(self, value: Expression) -> tuple[Block, Expression]:
        """The statements after which the value can be named any number of times, and how."""
        if value.key and not value.forks:
            return (), value
        name = il.Name(value.at, f"@{value.at[0]}:")
        return (il.Assign(value.at, name, value),), name

    def body(self, node: Node, /) -> Block:
        """The body of a function."""
        return self.block(part(node, "body"))

    def function_within(self, node: Node, parameters: Iterable[Parameter], returns: Type | None = None) -> Expression:
        """A function without a name, which sees the variables around it."""
        scopes = self.scopes.inside()
        own = [each._replace(name=scopes.declare(each.name, each.at[0], each.annotation)) for each in parameters]
        return self.closure(node, own, returns, lambda it: replace(self, function=it, scopes=scopes).body(node))

    def closure(
        self, node: Node, parameters: Sequence[Parameter], returns: Type | None, lower: Callable[[Function], Block]
    ) -> Expression:
        here, at = self.function, at_of(node)
        function = Function(
            at, "", tuple(parameters), returns, lower, node.text or b"", around=here, receiver=here.receiver,
            receiver_class=here.receiver_class, has_declared_null=True,
        )  # fmt: skip
        here.within.append(function)
        return il.Closure(at)

    # Expressions

    def literal(self, node: Node) -> Expression:
        said, kind = text(node), self.literals[node.type]
        is_text = said[:1] in ('"', "'", "`")
        truth = len(said) > 2 if is_text else said != "false" and said.strip("0.xXbBoOn_") != ""
        return il.Constant(at_of(node), short(said), kind, truth)

    def lower_parenthesized_expression(self, node: Node) -> Expression:
        inside = inner(node)
        return self.expression(inside[0]) if len(inside) == 1 else self.parts(node)

    def lower_ternary_expression(self, node: Node) -> Expression:
        test, then, otherwise = (
            self.expression(part(node, each)) for each in ("condition", "consequence", "alternative")
        )
        return il.Choice(at_of(node), test, then, otherwise)

    def both(self, node: Node, operator: str) -> Expression:
        """`a && b && …`, however many there are."""
        operands, left = list[Node | None](), node
        while left.type == node.type and word(left, "operator") == operator and (next_ := part(left, "left")):
            operands.append(part(left, "right"))
            left = next_
        found = self.expression(left)
        for operand in reversed(operands):
            right = self.expression(operand)
            found = il.Both((found.at[0], right.at[1]), operator == "&&", found, right)
        return found

    def lower_binary_expression(self, node: Node) -> Expression:
        at, operator = at_of(node), word(node, "operator")
        if operator in ("&&", "||"):
            return self.both(node, operator)
        left, right = self.expression(part(node, "left")), self.expression(part(node, "right"))
        if operator in ("==", "!="):
            return compared(at, left, right, negated=operator == "!=")
        key = short(f"({left.key} {operator} {right.key})") if left.key and right.key else ""
        return operation(at, self.kind(node), left, right, key=key)

    def kind(self, node: Node) -> str:
        """What the knowledge calls a binary operator."""
        return word(node, "operator")

    # Statements

    def run_block(self, node: Node) -> Iterable[Statement]:
        return self.block(node)

    def run_return_statement(self, node: Node) -> Iterable[Statement]:
        value = first(node)
        return (il.Return(at_of(node), self.expression(value) if value is not None else None),)

    def run_throw_statement(self, node: Node) -> Iterable[Statement]:
        return (il.Raise(at_of(node), tuple(self.values(node))),)

    def run_break_statement(self, node: Node) -> Iterable[Statement]:
        return (il.Jump(node.type == "break_statement", text(first(node))),)

    run_continue_statement = run_break_statement

    def run_if_statement(self, node: Node) -> Iterable[Statement]:
        with self.scopes.block():
            before = self.statements([part(node, "initializer")])
            test = self.expression(part(node, "condition"))
            then = self.block(part(node, "consequence"))
            return (*before, il.If(test, then, self.block(part(node, "alternative"))))

    def run_labeled_statement(self, node: Node) -> Iterable[Statement]:
        label, body = text(first(node)), inner(node)[-1]
        if body.type in _LOOPS:
            return self.loop(body, label)
        return (il.Switch((il.Case(None, self.block(body)),), label, is_block=True),)

    def run_for_statement(self, node: Node) -> Iterable[Statement]:
        return self.loop(node, "")

    run_while_statement = run_do_statement = run_enhanced_for_statement = run_for_in_statement = run_for_statement


def nothing(at: At) -> il.Parts:
    """An expression of which nothing is known."""
    return il.Parts(at, (), forks=False)


def attribute(at: At, owner: Expression, name: str) -> il.Attribute:
    return il.Attribute(at, owner, name, short(f"{owner.key}.{name}") if owner.key else "", owner.forks)


def element(at: At, owner: Expression, index: Expression) -> il.Element:
    key = short(f"{owner.key}[{index.key}]") if owner.key and index.key else ""
    return il.Element(at, owner, index, key, owner.forks or index.forks)


def call(at: At, callee: Expression, arguments: Sequence[Argument]) -> il.Call:
    key = ""
    if callee.key and all(argument.value.key for argument in arguments):
        said = (f"{name}={value.key}" if name else value.key for name, value in arguments)
        key = short(f"{callee.key}({','.join(said)})")
    forks = callee.forks or any(argument.value.forks for argument in arguments)
    return il.Call(at, callee, tuple(arguments), key, forks)


def operation(at: At, operator: str, *operands: Expression, key: str = "") -> il.Operation:
    return il.Operation(at, operator, operands, any(each.forks for each in operands), key)


def display(at: At, type_: str, items: Sequence[Expression] = ()) -> il.Display:
    return il.Display(at, type_, tuple(items), any(each.forks for each in items))


def compared(at: At, left: Expression, right: Expression, *, negated: bool = False) -> il.Test:
    """The test whether two values are the same, or whether one is null."""
    kind = "is" if isinstance(left, il.Null) or isinstance(right, il.Null) else "=="
    tested = [each.target if isinstance(each, il.Bind) else each for each in (left, right)]
    key = short(f"({tested[0].key} {kind} {tested[1].key})") if all(each.key for each in tested) else ""
    return il.Test(at, kind, left, right, negated, key, left.forks or right.forks)


def any_of(at: At, tests: Iterable[Expression]) -> Expression | None:
    """The test whether one of several tests holds; None without any."""
    found: Expression | None = None
    for test in tests:
        found = test if found is None else il.Both(at, is_and=False, left=found, right=test)
    return found


def parts_of(at: At, parts: Sequence[Expression]) -> il.Parts:
    return il.Parts(at, tuple(parts), any(part.forks for part in parts))


def short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else ""

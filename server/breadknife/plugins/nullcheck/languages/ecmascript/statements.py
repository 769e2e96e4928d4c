"""JavaScript's and TypeScript's statements, lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Block, ByteRange, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.ecmascript.expressions import (
    PATTERNS,
    EcmaScriptExpressions,
    compared,
    is_null,
)
from breadknife.plugins.nullcheck.languages.ecmascript.types import UNDEFINED
from breadknife.plugins.nullcheck.languages.lowering import attribute, display, opaque, operation
from breadknife.plugins.nullcheck.languages.outlining import at_of, first, inner, part, text, word
from breadknife.text.syntax import Node

_HOISTED = frozenset({"function_declaration", "generator_function_declaration"})


@dataclass
class EcmaScriptLowering(EcmaScriptExpressions):
    """Lowers the code of one function, or of the file."""

    # Blocks and names

    def body(self, node: Node, /) -> Block:
        """Return the statements of a function, or of the file."""
        if node.type not in self.kinds.blocks:
            return (il.Return(at_of(node), self.expression(node)),)
        return self.nested(node, is_own=True)

    def nested(self, node: Node | None, *, is_own: bool = False) -> Block:
        """Return the statements of a block, after the functions that it declares. `is_own`: the block is that of the
        function, whose names keep their keys."""
        inside = inner(node) if node is not None and node.type in self.kinds.blocks else [node] if node else []
        self.declare(inside, is_own=is_own)
        functions = (statement for statement in map(exported, inside) if statement.type in _HOISTED)
        return (*(hoisted for function in functions for hoisted in self._hoisted(function)), *super().nested(node))

    def declare(self, statements: Iterable[Node], *, is_own: bool = False) -> None:
        """Note the names that a block declares. One that hides a variable around it gets a key of its own, unless it
        `is_own`."""
        for definition in map(exported, statements):
            if definition.type in ("variable_declaration", "lexical_declaration"):
                is_var = definition.type == "variable_declaration"
                for name in (name for child in inner(definition) for name in bound(part(child, "name"))):
                    if self.scopes.find(name) is None if is_var else self.scopes.is_new(name):
                        self.add(name, definition, is_own=is_own or is_var)
            elif definition.type in _HOISTED or definition.type.endswith("class_declaration"):
                self.add(word(definition, "name"), definition, is_own=is_own)

    def add(self, name: str, node: Node, *, is_own: bool = False) -> str:
        """Note a name that is declared at a node, and return its key."""
        key = self.scopes.declare(name, node.start_byte, is_own=is_own)
        self.function.locals.add(key)
        return key

    def _hoisted(self, node: Node) -> Iterable[Statement]:
        """Yield the assignment of a function to its name, which is done before the block is run."""
        name = part(node, "name")
        if name is not None and part(node, "body") is not None:
            yield il.Assign(at_of(node), self.target(name), self.lower_arrow_function(node))

    # Declarations and assignments

    def run_lexical_declaration(self, node: Node) -> Iterable[Statement]:
        self.declare([node])
        is_let = bool(node.children) and node.children[0].type == "let"
        for child in inner(node):
            name, value, type_ = part(child, "name"), part(child, "value"), self.reading.types.read(part(child, "type"))
            if name is not None and name.type in PATTERNS:
                yield from self.assign(name, self.expression(value), at_of(child), type_)
            elif name is not None:
                target = self.target(name)
                if type_ is not None:
                    self.function.types[target.key] = type_
                if value is not None:
                    lowered = self.expression(value)
                    if isinstance(lowered, il.TypeAssertion) and lowered.type is not None and not is_let:
                        self.function.types.setdefault(target.key, lowered.type)  # functions within know it by this
                    yield il.Assign(at_of(child), target, lowered, type_)
                elif is_let and (type_ is None or type_.nullable):
                    yield il.Assign(at_of(child), target, il.Null(at_of(child), "undefined", nulls=UNDEFINED), type_)

    def assign(self, target: Node, value: Expression, at: ByteRange, type_: Type | None = None) -> Iterator[Statement]:
        """Yield the assignments of a value to a variable, a member, or the names of a pattern. `type_` is the declared
        type of the target."""
        if target.type == "object_pattern":
            before, named = self.held(value)
            if isinstance(before, il.AssignmentExpression):
                yield il.Assign(at, named, _as_declared(before.value, type_))
            yield il.Evaluate(operation(value.at, "unpack", named))
            for child in inner(target):
                yield from self._property(child, named, at)
        elif target.type == "array_pattern":
            yield from self._items(target, _as_declared(value, type_), at)
        elif target.type in ("assignment_pattern", "object_assignment_pattern"):
            left, default = part(target, "left"), self.expression(part(target, "right"))
            before, again = self.held(value)
            chosen = il.Conditional(at, is_null(before, UNDEFINED, negated=True), again, default)
            yield from self.assign(left, chosen, at) if left is not None else ()
        else:
            left = self.target(target)
            yield il.Assign(at, left, value, type_ or self.declared_type(left))

    def declared_type(self, target: Expression) -> Type | None:
        """Return the declared type of a variable or a parameter of the function; None where there is none."""
        if not isinstance(target, il.Name) or target.key in self.function.types:
            return self.function.types.get(target.key)
        return next(
            (parameter.annotation for parameter in self.function.parameters if parameter.name == target.key), None
        )

    def _property(self, node: Node, owner: Expression, at: ByteRange) -> Iterator[Statement]:
        """Yield the assignments of one member of an object's pattern."""
        if node.type == "rest_pattern":
            for child in inner(node):
                yield il.Assign(at, self.target(child), display(at_of(child), "object"))
        elif node.type == "pair_pattern":
            key, target = part(node, "key"), part(node, "value") or node
            yield from self.assign(target, attribute(at_of(target), owner, text(key).strip("'\"")), at)
        else:
            key = part(node, "left") or node
            yield from self.assign(node, attribute(at_of(key), owner, text(key)), at)

    def _items(self, node: Node, value: Expression, at: ByteRange) -> Iterator[Statement]:
        """Yield the assignments of an array's pattern. An item that is itself a pattern first gets a name of ours."""
        targets, patterns, is_left_out = list[Expression](), list[tuple[Node, il.Name]](), True
        for child in node.children[1:-1]:
            name = il.Name(at_of(child), f"@{child.start_byte}")
            if child.type == ",":
                targets += [name] if is_left_out else []
            elif child.type in PATTERNS or child.type == "assignment_pattern":
                targets.append(name)
                patterns.append((child, name))
            elif child.type != "comment":
                targets.append(self.target(child))
            is_left_out = child.type == ","
        yield il.Assign(at, display(at, "list", targets), value)
        for child, name in patterns:
            yield from self.assign(child, name, at)

    def run_class_declaration(self, node: Node) -> Iterable[Statement]:
        self.reading.class_(node, self.scopes, self.function)
        return (il.NamedDefinition(self.scopes.key(word(node, "name")), ()),)

    def run_assignment_expression(self, node: Node) -> Iterable[Statement]:
        left, value = part(node, "left"), self.expression(part(node, "right"))
        return self.assign(left, value, at_of(node)) if left is not None else ()

    def run_call_expression(self, node: Node) -> Iterable[Statement]:
        name, given = word(node, "function"), first(part(node, "arguments"))
        if name in self.reading.knowledge.functions["asserts"] and given is not None:
            return (il.If(self.expression(given), (), (il.Raise(at_of(node), ()),)),)
        return (il.Evaluate(self.expression(node)),)

    # Loops, switches and exceptions

    def run_for_statement(self, node: Node) -> Iterable[Statement]:
        if node.type != "for_in_statement":
            return self.rounds(node)
        left, kind, iterable = part(node, "left"), part(node, "kind"), self.expression(part(node, "right"))
        before: Block = ()
        if word(node, "operator") == "in":
            before = (il.If(is_null(iterable), (il.Jump(is_break=True),), ()),)  # over null there is no round
            iterable = opaque(iterable.at, [iterable])
        with self.scopes.block():
            for name in bound(left) if kind is not None and kind.type != "var" else ():
                self.add(name, node)
            target: Expression = il.Name(at_of(node), f"@{node.start_byte}")
            if left is not None and left.type in PATTERNS:
                before = (*before, *self.assign(left, target, at_of(left)))
            elif left is not None:
                target = self.target(left)
            body = (*before, *self.block(part(node, "body")))
            return (il.Loop(at_of(node), None, target, iterable, body, (), is_true=True),)

    def kept(self, value: Expression) -> tuple[Block, Expression]:
        """Do what `kept` of `Lowering` does, but let each case evaluate an optional chain, or `typeof x`, again: then
        its test refines `x`."""
        is_evaluated_again = isinstance(value, il.Conditional | il.Operation | il.Constant)
        return ((), value) if is_evaluated_again else super().kept(value)

    def case(self, node: Node, subject: Expression | None, /) -> il.SwitchCase:
        value, test = part(node, "value"), None
        if value is not None and subject is not None:
            is_true = isinstance(subject, il.Constant) and subject.truth  # `switch (true)`
            lowered = self.expression(value)
            test = lowered if is_true else compared(at_of(value), "===", subject, lowered)
        return il.SwitchCase(test, self.statements(child for child in inner(node) if child != value))

    def handler(self, node: Node, /) -> il.Handler:
        name, body = part(node, "parameter"), part(node, "body")
        with self.scopes.block():
            for bound_name in bound(name):
                self.add(bound_name, node)
            key = self.target(name).key if name is not None and name.type == "identifier" else ""
            return il.Handler(at_of(node), (), (), key, self.block(body), is_quiet=not inner(body))


def exported(node: Node) -> Node:
    """Return the declaration that is exported, or the statement itself."""
    return (part(node, "declaration") or node) if node.type == "export_statement" else node


def bound(node: Node | None) -> Iterator[str]:
    """Yield the names that a pattern binds."""
    if node is None:
        return
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield text(node)
    elif node.type == "pair_pattern":
        yield from bound(part(node, "value"))
    elif node.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from bound(part(node, "left"))
    elif node.type in PATTERNS or node.type == "rest_pattern":
        for child in node.named_children:
            yield from bound(child)


def _as_declared(value: Expression, type_: Type | None) -> Expression:
    """Return the value as one of the declared type, if there is one."""
    return il.TypeAssertion(value.at, value, type_, value.key, value.forks) if type_ is not None else value

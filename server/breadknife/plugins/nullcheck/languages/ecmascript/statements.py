"""JavaScript's and TypeScript's statements, lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import At, Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.ecmascript.building import PATTERNS, bound, compared, is_null
from breadknife.plugins.nullcheck.languages.ecmascript.expressions import Expressions
from breadknife.plugins.nullcheck.languages.ecmascript.types import UNDEFINED
from breadknife.plugins.nullcheck.languages.lowering import (
    at_of,
    attribute,
    display,
    first,
    inner,
    operation,
    part,
    parts_of,
    text,
    word,
)
from breadknife.text.syntax import Node

_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
_HOISTED = frozenset({"function_declaration", "generator_function_declaration"})


@dataclass
class Statements(Expressions):
    block_kinds = frozenset({
        "statement_block", "program", "switch_body", "class_static_block", "else_clause", "finally_clause",
    })  # fmt: skip

    # Blocks and names

    def body(self, node: Node) -> Block:
        """The statements of a function, or of the file."""
        if node.type not in self.block_kinds:
            return (il.Return(at_of(node), self.expression(node)),)
        return self.nested(node, is_own=True)

    def nested(self, node: Node | None, *, is_own: bool = False) -> Block:
        """`is_own`: the names in it are those of the function."""
        inside = inner(node) if node is not None and node.type in self.block_kinds else [node] if node else []
        self.declare(inside, is_own=is_own)
        functions = (each for each in map(exported, inside) if each.type in _HOISTED)
        return (*(hoisted for each in functions for hoisted in self._hoisted(each)), *super().nested(node))

    def declare(self, statements: Iterable[Node], *, is_own: bool = False) -> None:
        """Note the names that a block declares: another variable than one that is seen from it has another key."""
        for definition in map(exported, statements):
            if definition.type == "variable_declaration":
                for name in (name for each in inner(definition) for name in bound(part(each, "name"))):
                    if self.scopes.find(name) is None:
                        self.add(name, definition, is_own=True)
            elif definition.type == "lexical_declaration":
                for name in (name for each in inner(definition) for name in bound(part(each, "name"))):
                    self.add(name, definition, is_own=is_own)
            elif definition.type in _HOISTED or definition.type.endswith("class_declaration"):
                self.add(word(definition, "name"), definition, is_own=is_own)

    def add(self, name: str, node: Node, *, is_own: bool = False) -> str:
        key = self.scopes.declare(name, node.start_byte, is_own=is_own)
        self.function.locals.add(key)
        return key

    def _hoisted(self, node: Node) -> Iterable[Statement]:
        name = part(node, "name")
        if name is not None and part(node, "body") is not None:
            yield il.Assign(at_of(node), self.target(name), self.lower_arrow_function(node))

    def run_statement_block(self, node: Node) -> Iterable[Statement]:
        return self.block(node)

    # Declarations

    def run_lexical_declaration(self, node: Node) -> Iterable[Statement]:
        is_let = bool(node.children) and node.children[0].type == "let"
        for each in inner(node):
            name, value, type_ = part(each, "name"), part(each, "value"), self.reading.types.read(part(each, "type"))
            if name is None:
                continue
            if name.type in PATTERNS:
                yield from self.assign(name, self.expression(value), at_of(each), type_)
                continue
            target = self.target(name)
            if type_ is not None:
                self.function.types[target.key] = type_
            if value is not None:
                yield il.Assign(at_of(each), target, self.expression(value), type_)
            elif is_let and (type_ is None or type_.nullable):
                yield il.Assign(at_of(each), target, il.Null(at_of(each), "undefined", nulls=UNDEFINED), type_)

    run_variable_declaration = run_lexical_declaration

    def assign(self, target: Node, value: Expression, at: At, type_: Type | None = None) -> Iterator[Statement]:
        """An assignment to a variable, a member, or a pattern."""
        if target.type == "object_pattern":
            before, named = self.held(value)
            if isinstance(before, il.Bind):
                yield il.Assign(at, named, _as_declared(before.value, type_))
            yield il.Evaluate(operation(value.at, "unpack", named))
            for child in inner(target):
                yield from self._property(child, named, at)
        elif target.type == "array_pattern":
            yield from self._items(target, _as_declared(value, type_), at)
        elif target.type in ("assignment_pattern", "object_assignment_pattern"):
            left, default = part(target, "left"), self.expression(part(target, "right"))
            before, again = self.held(value)
            chosen = il.Choice(at, is_null(before, UNDEFINED, negated=True), again, default)
            yield from self.assign(left, chosen, at) if left is not None else ()
        else:
            left = self.target(target)
            yield il.Assign(at, left, value, type_ or self.declared_type(left))

    def _property(self, node: Node, owner: Expression, at: At) -> Iterator[Statement]:
        """One part of an object's pattern."""
        key, target = part(node, "key"), part(node, "value")
        if node.type == "shorthand_property_identifier_pattern":
            key = target = node
        elif node.type == "object_assignment_pattern":
            key, target = part(node, "left"), node
        if key is None or target is None:  # the rest
            for each in inner(node):
                yield il.Assign(at, self.target(each), display(at_of(each), "object"))
        elif key.type == "computed_property_name":
            yield from self.assign(target, self.parts(key), at)
        else:
            place = at_of(target if target is not node else key)
            yield from self.assign(target, attribute(place, owner, text(key).strip("'\"")), at)

    def _items(self, node: Node, value: Expression, at: At) -> Iterator[Statement]:
        targets, later, is_left_out = list[Expression](), list[tuple[Node, il.Name]](), True
        for child in node.children[1:-1]:
            name = il.Name(at_of(child), f"@{child.start_byte}")
            if child.type == ",":
                targets += [name] if is_left_out else []
            elif child.type == "rest_pattern":
                targets.append(self.parts(child))
            elif child.type in PATTERNS or child.type == "assignment_pattern":
                targets.append(name)
                later.append((child, name))
            elif child.type != "comment":
                targets.append(self.target(child))
            is_left_out = child.type == ","
        yield il.Assign(at, display(at, "list", targets), value)
        for child, name in later:
            yield from self.assign(child, name, at)

    def run_class_declaration(self, node: Node) -> Iterable[Statement]:
        self.reading.class_(node, self.scopes, self.function)
        return (il.Define(self.scopes.key(word(node, "name")), ()),)

    run_abstract_class_declaration = run_class_declaration

    def run_export_statement(self, node: Node) -> Iterable[Statement]:
        declaration, value = part(node, "declaration"), part(node, "value")
        if declaration is not None:
            return self.statement(declaration)
        return (il.Evaluate(self.expression(value)),) if value is not None else ()

    # Simple statements

    def run_expression_statement(self, node: Node) -> Iterable[Statement]:
        return [each for child in inner(node) for each in self.statement(child)]

    run_sequence_expression = run_expression_statement

    def run_parenthesized_expression(self, node: Node) -> Iterable[Statement]:
        inside = first(node)
        is_assignment = inside is not None and inside.type.endswith("assignment_expression")
        return self.statement(inside) if inside is not None and is_assignment else [il.Evaluate(self.expression(node))]

    def run_assignment_expression(self, node: Node) -> Iterable[Statement]:
        left, value = part(node, "left"), self.expression(part(node, "right"))
        return self.assign(left, value, at_of(node)) if left is not None else ()

    def run_augmented_assignment_expression(self, node: Node) -> Iterable[Statement]:
        return (il.Assign(at_of(node), *self.augmented(node)),)

    run_update_expression = run_augmented_assignment_expression

    def run_unary_expression(self, node: Node) -> Iterable[Statement]:
        if word(node, "operator") == "delete":
            return (il.Delete((self.expression(part(node, "argument")),)),)
        return (il.Evaluate(self.expression(node)),)

    def run_internal_module(self, node: Node) -> Iterable[Statement]:
        return self.block(part(node, "body"))

    def run_call_expression(self, node: Node) -> Iterable[Statement]:
        name, given = word(node, "function"), first(part(node, "arguments"))
        is_known = name in self.reading.knowledge.functions["asserts"]
        if is_known and given is not None and not self.reading.defines(name.partition(".")[0]):
            return (il.If(self.expression(given), (), (il.Raise(at_of(node), ()),)),)
        return (il.Evaluate(self.expression(node)),)

    # Loops, switches and exceptions

    def loop(self, node: Node, label: str, /) -> Iterable[Statement]:
        with self.scopes.block():
            if node.type == "for_in_statement":
                return self._each(node, label)
            before, condition = part(node, "initializer"), part(node, "condition")
            self.declare([before] if before is not None else [])
            begins = self.statements([before])
            if condition is not None and condition.type.endswith("_statement"):  # it may be an empty one
                condition = first(condition)
            test = self.expression(condition) if condition is not None and condition.is_named else None
            body, update = self.block(part(node, "body")), self.statements([part(node, "increment")])
            is_last = node.type == "do_statement"
            return (*begins, il.Loop(at_of(node), test, None, None, body, (), update, label, is_last))

    def _each(self, node: Node, label: str) -> Iterable[Statement]:
        iterable, left, kind = self.expression(part(node, "right")), part(node, "left"), part(node, "kind")
        before: Block = ()
        if word(node, "operator") == "in":
            if iterable.key:
                before = (il.If(is_null(iterable), (il.Jump(is_break=True),), ()),)  # null has no keys
            iterable = parts_of(iterable.at, [iterable])
        for name in bound(left) if kind is not None and kind.type != "var" else ():
            self.add(name, node)
        target: Expression = il.Name(at_of(node), f"@{node.start_byte}")
        if left is not None and left.type in PATTERNS:
            before = (*before, *self.assign(left, target, at_of(left)))
        elif left is not None:
            target = self.target(left)
        body = (*before, *self.block(part(node, "body")))
        return (il.Loop(at_of(node), None, target, iterable, body, (), label=label, is_true=True),)

    def run_switch_statement(self, node: Node) -> Iterable[Statement]:
        value, clauses = self.expression(part(node, "value")), inner(part(node, "body"))
        # Each case asks an optional chain, or `typeof x`, anew.
        is_asked_anew = isinstance(value, il.Choice | il.Operation | il.Constant)
        keeps, subject = self.kept(value) if not is_asked_anew else ((), value)
        with self.scopes.block():
            self.declare(each for clause in clauses for each in inner(clause))
            return (*keeps, il.Switch(tuple(self._case(each, subject) for each in clauses)))

    def _case(self, clause: Node, subject: Expression) -> il.Case:
        value, test = part(clause, "value"), None
        if value is not None:
            is_true = isinstance(subject, il.Constant) and subject.truth  # `switch (true)`
            asked = self.expression(value)
            test = asked if is_true else compared(at_of(value), "===", subject, asked)
        return il.Case(test, self.statements(each for each in inner(clause) if each != value))

    def run_try_statement(self, node: Node) -> Iterable[Statement]:
        caught, body = part(node, "handler"), self.block(part(node, "body"))
        handlers = (self._handler(caught),) if caught is not None else ()
        return (il.Try(body, handlers, (), self.block(part(part(node, "finalizer"), "body"))),)

    def _handler(self, node: Node) -> il.Handler:
        name, body = part(node, "parameter"), part(node, "body")
        with self.scopes.block():
            for each in bound(name):
                self.add(each, node)
            key = self.target(name).key if name is not None and name.type == "identifier" else ""
            return il.Handler(at_of(node), (), (), key, self.block(body), is_quiet=not inner(body))


def exported(node: Node) -> Node:
    """The declaration that is exported, or the statement itself."""
    return (part(node, "declaration") or node) if node.type == "export_statement" else node


def _as_declared(value: Expression, type_: Type | None) -> Expression:
    return il.Told(value.at, value, type_, value.key, value.forks) if type_ is not None else value

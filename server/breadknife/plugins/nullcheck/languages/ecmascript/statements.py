"""JavaScript's and TypeScript's statements, lowered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import At, Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.ecmascript.expressions import (
    FUNCTIONS,
    Expressions,
    at_of,
    attribute,
    is_null,
    parts,
)
from breadknife.plugins.nullcheck.languages.ecmascript.types import UNDEFINED, inner, text
from breadknife.text.syntax import Node

_DEEPEST = 60
"""Nesting of blocks that is followed."""
_DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
_HOISTED = frozenset({"function_declaration", "generator_function_declaration"})
_LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
_PATTERNS = frozenset({"object_pattern", "array_pattern"})
_QUIET = frozenset({"continue_statement", "break_statement", "comment", "empty_statement"})
_CONSTANTS = frozenset({"null", "undefined", "true", "false", "number", "string", "array", "object"})


@dataclass
class Statements(Expressions):
    _blocks: int = 0

    # Blocks and names

    def body(self, node: Node) -> Block:
        """The statements of a function, or of the file."""
        if node.type not in ("statement_block", "program"):
            return (il.Return(at_of(node), self.expression(node)),)
        return self.block(node, is_own=True)

    def block(self, node: Node | None, is_own: bool = False) -> Block:
        """`is_own`: the names in it are those of the function."""
        if node is None or self._blocks > _DEEPEST:
            return ()
        self._blocks += 1
        before, statements = self.names, inner(node)
        self.names = dict(before)
        if node.type not in ("statement_block", "program", "switch_body", "class_static_block"):
            statements = [node]
        self.declare(statements, node, is_own)
        found = list[Statement]()
        for child in statements:
            if (definition := _declared(child)).type in _HOISTED:
                found += self._hoisted(definition)
        for child in statements:
            found += self.statement(child)
        self.names = before
        self._blocks -= 1
        return tuple(found)

    def declare(self, statements: Iterable[Node], node: Node, is_own: bool = False) -> None:
        """Note the names that a block declares: another variable than one that is seen from it has another key."""
        for child in statements:
            definition = _declared(child)
            names = list[str]()
            if definition.type in _DECLARATIONS:
                is_variable = definition.type == "variable_declaration"
                for each in inner(definition):
                    found = list(bound(each.child_by_field_name("name")))
                    if is_variable:
                        self.names |= {name: self.names.get(name, name) for name in found}
                        self.own |= {self.names[name] for name in found}
                    else:
                        names += found
            elif definition.type in _HOISTED or definition.type.endswith("class_declaration"):
                names = [text(definition.child_by_field_name("name"))]
            for name in names:
                self.add(name, node, is_own)

    def add(self, name: str, node: Node, is_own: bool = False) -> None:
        self.names[name] = f"{name}@{node.start_byte}" if name in self.names and not is_own else name
        self.own.add(self.names[name])

    def statement(self, node: Node) -> Iterable[Statement]:
        lower = _STATEMENTS.get(node.type)
        if lower is not None:
            return lower(self, node)
        if node.is_error or node.type.endswith(("_alias_declaration", "interface_declaration", "import_statement")):
            return ()
        if node.type in ("ambient_declaration", "enum_declaration", "function_signature", "import_alias"):
            return ()
        return [il.Evaluate(self.expression(child)) for child in inner(node) if child.type != "decorator"]

    # Declarations

    def _declaration(self, node: Node) -> Iterable[Statement]:
        is_let = bool(node.children) and node.children[0].type == "let"
        for each in inner(node):
            if each.type != "variable_declarator":
                continue
            name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
            type_ = self.reading.type(each.child_by_field_name("type")) or self.reading.cast(node)
            if name is None:
                continue
            if name.type in _PATTERNS:
                yield from self.assign(name, self.expression(value), at_of(each), type_)
                continue
            target = self.target(name)
            if type_ is not None:
                self.function.types[target.key] = type_
            if value is not None:
                yield il.Assign(at_of(each), target, self.expression(value), type_)
            elif is_let and (type_ is None or type_.nullable):
                yield il.Assign(at_of(each), target, il.Null(at_of(each), "undefined", nulls=UNDEFINED), type_)

    def assign(self, target: Node, value: Expression, at: At, type_: Type | None = None) -> Iterator[Statement]:
        """An assignment to a variable, a member, or a pattern."""
        if target.type == "object_pattern":
            first, named = self.held(value)
            if isinstance(first, il.Bind):
                yield il.Assign(at, named, self._as_declared(first.value, type_))
            yield il.Evaluate(il.Operation(value.at, "unpack", (named,), named.forks))
            for child in inner(target):
                yield from self._property(child, named, at)
        elif target.type == "array_pattern":
            yield from self._items(target, self._as_declared(value, type_), at)
        elif target.type in ("assignment_pattern", "object_assignment_pattern"):
            yield from self._with_default(target, value, at)
        else:
            left = self.target(target)
            yield il.Assign(at, left, value, type_ or self.declared_type(left))

    def _as_declared(self, value: Expression, type_: Type | None) -> Expression:
        return il.Told(value.at, value, type_, value.key, value.forks) if type_ is not None else value

    def _with_default(self, target: Node, value: Expression, at: At) -> Iterator[Statement]:
        left, default = target.child_by_field_name("left"), self.expression(target.child_by_field_name("right"))
        if left is not None:
            first, again = self.held(value)
            test = is_null(first, UNDEFINED, negated=True)
            yield from self.assign(left, il.Choice(at, test, again, default), at)

    def _property(self, node: Node, owner: Expression, at: At) -> Iterator[Statement]:
        """One part of an object's pattern."""
        key, target = node.child_by_field_name("key"), node.child_by_field_name("value")
        if node.type == "shorthand_property_identifier_pattern":
            key = target = node
        elif node.type == "object_assignment_pattern":
            key, target = node.child_by_field_name("left"), node
        if node.type == "rest_pattern" or key is None or target is None:
            for each in inner(node):
                yield il.Assign(at, self.target(each), il.Display(at_of(each), "object", (), forks=False))
            return
        if key.type == "computed_property_name":
            value: Expression = parts(at_of(key), tuple(self.expression(each) for each in inner(key)))
        else:
            value = attribute(at_of(target if target is not node else key), owner, text(key).strip("'\""))
        yield from self.assign(target, value, at)

    def _items(self, node: Node, value: Expression, at: At) -> Iterator[Statement]:
        targets, later = list[Expression](), list[tuple[Node, il.Name]]()
        before = True
        for child in node.children[1:-1]:
            if child.type == ",":
                targets += [il.Name(at_of(child), f"@{child.start_byte}")] if before else []
                before = True
                continue
            if child.type == "comment":
                continue
            before = False
            if child.type == "rest_pattern":
                targets.append(parts(at_of(child), tuple(self.target(each) for each in inner(child))))
            elif child.type in _PATTERNS or child.type == "assignment_pattern":
                name = il.Name(at_of(child), f"@{child.start_byte}")
                targets.append(name)
                later.append((child, name))
            else:
                targets.append(self.target(child))
        yield il.Assign(at, il.Display(at, "list", tuple(targets), any(each.forks for each in targets)), value)
        for child, name in later:
            yield from self.assign(child, name, at)

    def _hoisted(self, node: Node) -> Iterable[Statement]:
        name = node.child_by_field_name("name")
        if name is None or node.child_by_field_name("body") is None:
            return ()
        return (il.Assign(at_of(node), self.target(name), self._function(node)),)

    def _class_declaration(self, node: Node) -> Iterable[Statement]:
        name = text(node.child_by_field_name("name"))
        self.reading.class_(node, self.names, self.function)
        return (il.Define(self.names.get(name, name), ()),)

    def _export(self, node: Node) -> Iterable[Statement]:
        declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
        if declaration is not None:
            return self.statement(declaration)
        return (il.Evaluate(self.expression(value)),) if value is not None else ()

    # Simple statements

    def _expression_statement(self, node: Node) -> Iterable[Statement]:
        for child in inner(node):
            yield from self._effect(child)

    def _effect(self, node: Node) -> Iterable[Statement]:
        at = at_of(node)
        match node.type:
            case "assignment_expression":
                left, value = node.child_by_field_name("left"), self.expression(node.child_by_field_name("right"))
                return self.assign(left, value, at) if left is not None else ()
            case "augmented_assignment_expression" | "update_expression":
                target, value = self.augmented(node)
                return (il.Assign(at, target, value),)
            case "sequence_expression":
                return [each for child in inner(node) for each in self._effect(child)]
            case "unary_expression" if text(node.child_by_field_name("operator")) == "delete":
                return (il.Delete((self.expression(node.child_by_field_name("argument")),)),)
            case "parenthesized_expression" if len(inner(node)) == 1 and inner(node)[0].type.endswith(
                "assignment_expression"
            ):
                return self._effect(inner(node)[0])
            case "internal_module":
                return self.block(node.child_by_field_name("body"))
            case "call_expression" if self._is_assertion(node):
                arguments = inner(node.child_by_field_name("arguments"))
                test = self.expression(arguments[0])
                return (il.If(test, (), (il.Raise(at, ()),)),)
            case _:
                return (il.Evaluate(self.expression(node)),)

    def _is_assertion(self, node: Node) -> bool:
        name = text(node.child_by_field_name("function"))
        given = node.child_by_field_name("arguments")
        is_known = name in self.reading.knowledge.functions["asserts"] and not self.reading.defines(
            name.partition(".")[0]
        )
        return is_known and given is not None and bool(inner(given)) and inner(given)[0].type != "spread_element"

    def _return(self, node: Node) -> Iterable[Statement]:
        values = inner(node)
        return (il.Return(at_of(node), self.expression(values[0]) if values else None),)

    def _throw(self, node: Node) -> Iterable[Statement]:
        return (il.Raise(at_of(node), tuple(self.expression(child) for child in inner(node))),)

    def _jump(self, node: Node) -> Iterable[Statement]:
        return (il.Jump(node.type == "break_statement", text(node.child_by_field_name("label"))),)

    # Branches and loops

    def _if(self, node: Node) -> Iterable[Statement]:
        alternative = node.child_by_field_name("alternative")
        otherwise = self.block(inner(alternative)[0]) if alternative is not None and inner(alternative) else ()
        test = self.expression(node.child_by_field_name("condition"))
        return (il.If(test, self.block(node.child_by_field_name("consequence")), otherwise),)

    def _while(self, node: Node, label: str = "") -> Iterable[Statement]:
        test = self.expression(node.child_by_field_name("condition"))
        body = self.block(node.child_by_field_name("body"))
        if node.type == "while_statement":
            return (il.Loop(at_of(node), test, None, None, body, (), label=label),)
        update = (il.If(test, (), (il.Jump(is_break=True),)),)
        endless = il.Constant(at_of(node), "", "boolean", truth=True)
        return (il.Loop(at_of(node), endless, None, None, body, (), update, label),)

    def _for(self, node: Node, label: str = "") -> Iterable[Statement]:
        before, self.names = self.names, dict(self.names)
        first, found = node.child_by_field_name("initializer"), list[Statement]()
        if first is not None:
            self.declare([first], node)
            is_statement = first.type.endswith(("statement", "declaration"))
            found += self.statement(first) if is_statement else self._effect(first)
        tests = [
            child
            for child in node.children_by_field_name("condition")
            if child.is_named and child.type != "empty_statement"
        ]
        tests = [part for each in tests for part in (inner(each) if each.type == "expression_statement" else [each])]
        endless = il.Constant(at_of(node), "", "boolean", truth=True)
        test = self.expression(tests[0]) if tests else endless
        step = node.child_by_field_name("increment")
        update = tuple(self._effect(step)) if step is not None else ()
        found.append(
            il.Loop(at_of(node), test, None, None, self.block(node.child_by_field_name("body")), (), update, label)
        )
        self.names = before
        return found

    def _for_in(self, node: Node, label: str = "") -> Iterable[Statement]:
        before, iterable = self.names, self.expression(node.child_by_field_name("right"))
        self.names = dict(before)
        left, kind = node.child_by_field_name("left"), node.child_by_field_name("kind")
        if text(node.child_by_field_name("operator")) == "in":
            iterable = parts(iterable.at, (iterable,))
        if kind is not None and kind.type != "var":
            for name in bound(left):
                self.add(name, node)
        binds: Block = ()
        skips: Block = ()
        if (
            text(node.child_by_field_name("operator")) == "in"
            and isinstance(iterable, il.Parts)
            and iterable.parts[0].key
        ):
            skips = (il.If(is_null(iterable.parts[0]), (il.Jump(is_break=True),), ()),)  # null has no keys
        target: Expression = il.Name(at_of(node), f"@{node.start_byte}")
        if left is not None and left.type in _PATTERNS:
            binds = tuple(self.assign(left, target, at_of(left)))
        elif left is not None:
            target = self.target(left)
        body = (*skips, *binds, *self.block(node.child_by_field_name("body")))
        self.names = before
        return (il.Loop(at_of(node), None, target, iterable, body, (), label=label, is_true=True),)

    def _labeled(self, node: Node) -> Iterable[Statement]:
        label, body = text(node.child_by_field_name("label")), node.child_by_field_name("body")
        if body is None:
            return ()
        if body.type in _LOOPS:
            lower = {"for_statement": self._for, "for_in_statement": self._for_in}.get(body.type, self._while)
            return lower(body, label)
        return (il.Switch((il.Case(None, self.block(body)),), label, is_block=True),)

    def _switch(self, node: Node) -> Iterable[Statement]:
        body = node.child_by_field_name("body")
        first, again = self.held(self.expression(node.child_by_field_name("value")))
        if isinstance(first, il.Bind) and not isinstance(first.value, il.Choice | il.Operation | il.Constant):
            yield il.Assign(first.at, first.target, first.value)
        elif isinstance(first, il.Bind):
            again = first.value  # each case asks an optional chain, or `typeof x`, anew
        before, self.names = self.names, dict(self.names)
        cases, clauses = list[il.Case](), inner(body)
        self.declare([each for clause in clauses for each in inner(clause)], node)
        for clause in clauses:
            value = clause.child_by_field_name("value")
            said = list[Statement]()
            for each in inner(clause):
                said += self.statement(each) if each != value else ()
            test = None
            if value is not None:
                test = self._compared(at_of(value), "===", again, self.expression(value))
                if isinstance(again, il.Constant) and again.truth:  # `switch (true)`
                    test = self.expression(value)
            cases.append(il.Case(test, tuple(said)))
        self.names = before
        yield il.Switch(tuple(cases))

    def _try(self, node: Node) -> Iterable[Statement]:
        caught, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
        handlers: tuple[il.Handler, ...] = ()
        if caught is not None:
            before, self.names = self.names, dict(self.names)
            name, body = caught.child_by_field_name("parameter"), caught.child_by_field_name("body")
            for each in bound(name):
                self.add(each, caught)
            key = self.target(name).key if name is not None and name.type == "identifier" else ""
            handlers = (il.Handler(at_of(caught), (), (), key, self.block(body), _is_quiet(body)),)
            self.names = before
        ended = self.block(final.child_by_field_name("body")) if final is not None else ()
        return (il.Try(self.block(node.child_by_field_name("body")), handlers, (), ended),)

    def _plain_block(self, node: Node) -> Iterable[Statement]:
        return self.block(node)


def bound(node: Node | None) -> Iterator[str]:
    """The names that a pattern binds."""
    if node is None:
        return
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield text(node)
    elif node.type == "pair_pattern":
        yield from bound(node.child_by_field_name("value"))
    elif node.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from bound(node.child_by_field_name("left"))
    elif node.type in _PATTERNS or node.type == "rest_pattern":
        for child in node.named_children:
            yield from bound(child)


def _declared(node: Node) -> Node:
    """The declaration that is exported, or the statement itself."""
    return (node.child_by_field_name("declaration") or node) if node.type == "export_statement" else node


def _is_quiet(body: Node | None) -> bool:
    """Whether a handler does nothing but give a constant."""
    return body is not None and all(
        child.type in _QUIET
        or (
            child.type == "return_statement"
            and all(each.type in _CONSTANTS and not inner(each) for each in inner(child))
        )
        for child in body.named_children
    )


_S = Statements
_STATEMENTS: dict[str, Callable[[Statements, Node], Iterable[Statement]]] = {
    "expression_statement": _S._expression_statement,
    "export_statement": _S._export,
    "return_statement": _S._return,
    "throw_statement": _S._throw,
    "if_statement": _S._if,
    "for_statement": _S._for,
    "for_in_statement": _S._for_in,
    "labeled_statement": _S._labeled,
    "switch_statement": _S._switch,
    "try_statement": _S._try,
    "statement_block": _S._plain_block,
    **dict.fromkeys(_DECLARATIONS, _S._declaration),
    **dict.fromkeys(("while_statement", "do_statement"), _S._while),
    **dict.fromkeys(("break_statement", "continue_statement"), _S._jump),
    **dict.fromkeys(("class_declaration", "abstract_class_declaration"), _S._class_declaration),
    **dict.fromkeys(_HOISTED, lambda _self, _node: ()),
}  # pyright: ignore[reportPrivateUsage]

__all__ = ["FUNCTIONS", "Statements", "bound"]

"""Java's expressions, lowered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.il import Argument, At, Expression, Type
from breadknife.plugins.nullcheck.languages.java.context import Context, Getter, Members
from breadknife.plugins.nullcheck.languages.java.types import declared, read
from breadknife.plugins.nullcheck.languages.lowering import (
    LONGEST_KEY,
    Lowering,
    at_of,
    attribute,
    call,
    compared,
    element,
    inner,
    parts_of,
    short,
    text,
)
from breadknife.text.syntax import Node

_LITERALS = {
    "string_literal": "String", "character_literal": "char", "decimal_integer_literal": "int",
    "hex_integer_literal": "int", "octal_integer_literal": "int", "binary_integer_literal": "int",
    "decimal_floating_point_literal": "double", "true": "boolean", "false": "boolean",
}  # fmt: skip
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "<", ">", "<=", ">=", "<<", ">>", ">>>", "&", "|", "^"})
_GIVE_TEXT = frozenset({"toString", "valueOf", "getName", "format", "substring"})
_TRUTHS = (il.Test, il.Not, il.Both)


@dataclass
class Expressions(Lowering):
    """Lowers the expressions of one function."""

    function: Function
    context: Context
    lower_body: Callable[[Expressions, Node, Function], il.Block]
    """Lowers the body of a function that is written in this one."""
    hoisted: list[il.Statement] = field(default_factory=list[il.Statement], kw_only=True)
    """What an expression needs to have run before its statement."""

    def lower_expression(self, node: Node, /) -> Expression:
        lower = _EXPRESSIONS.get(node.type)
        return lower(self, node) if lower is not None else self.parts(node)

    def parts(self, node: Node) -> Expression:
        return parts_of(at_of(node), [self.expression(child) for child in inner(node) if not _is_type(child)])

    def read(self, node: Node | None) -> Type | None:
        return read(node, self.context.known_types)

    # Names

    def lower_name(self, node: Node) -> Expression:
        name, at = text(node), at_of(node)
        self.function.reads.add(name)
        if self.context.is_local(name):
            return il.Name(at, name)
        members = self.context.with_field(name)
        if members is None:
            return il.Name(at, name)
        return self._constant(members, name, at) or attribute(at, self._owner(members, at), name)

    def _constant(self, members: Members, name: str, at: At) -> Expression | None:
        literal = members.constants.get(name)
        return self.expression(literal)._replace(at=at) if literal is not None else None

    def _owner(self, members: Members, at: At) -> Expression:
        """The object whose field or method is meant by its bare name."""
        if members is self.context.members:
            return il.Name(at, "this")
        class_ = members.class_.name
        return il.Cast(at, il.Name(at, f"{class_}.this"), Type(class_), f"{class_}.this", forks=False)

    def lower_this(self, node: Node) -> Expression:
        return il.Name(at_of(node), "this")

    def lower_super(self, node: Node) -> Expression:
        return il.Name(at_of(node), "super")

    def lower_field(self, node: Node) -> Expression:
        owner, name = node.child_by_field_name("object"), text(node.child_by_field_name("field"))
        if owner is not None and owner.type == "this" and self.context.members is not None:
            constant = self._constant(self.context.members, name, at_of(node))
            if constant is not None:
                return constant
        return attribute(at_of(node), self.expression(owner), name)

    def lower_element(self, node: Node) -> Expression:
        owner, index = (self.expression(node.child_by_field_name(each)) for each in ("array", "index"))
        return element(at_of(node), owner, index)

    # Calls

    def lower_call(self, node: Node) -> Expression:
        at, name = at_of(node), text(node.child_by_field_name("name"))
        owner, given = node.child_by_field_name("object"), inner(node.child_by_field_name("arguments"))
        if self.is_checker(name, owner) and given and owner is not None:
            value = self.expression(given[0])
            return il.Told(at, value, None, value.key, value.forks) if not isinstance(value, _TRUTHS) else value
        if name == "getClass" and not given:
            return il.Told(
                at, self.expression(owner) if owner is not None else il.Name(at, "this"), Type("Class"), "", False
            )
        test = self._tested(at, name, owner, given)
        if test is not None:
            return test
        members = self.context.with_method(name) if owner is None or owner.type == "this" else None
        if members is not None and (getter := members.getters.get(name)) is not None and not given:
            return self._inlined(at, members, getter)
        if name == "contains" and owner is not None and text(owner.child_by_field_name("name")) == "keySet":
            owner, name = owner.child_by_field_name("object"), "containsKey"
        arguments = [Argument("", self.expression(each)) for each in given]
        if owner is not None:
            callee: Expression = attribute(at_of(owner), self.expression(owner), name)
        elif members is not None:
            callee = attribute(at, self._owner(members, at), name)
        elif name in self.context.static_imports:
            callee = il.Name(at, name)
        else:
            callee = attribute(at, il.Name(at, "this"), name)
        lowered, same = call(at, callee, arguments), self.context.knowledge.same.get(name)
        if same is not None and lowered.key:
            lowered = lowered._replace(key=lowered.key.replace(f".{name}(", f".{same}("))
        return lowered

    def _inlined(self, at: At, members: Members, getter: Getter) -> Expression:
        """What a method gives back that only reads a field, or compares one with null."""
        read_ = attribute(at, self._owner(members, at), getter.field)
        if not getter.test:
            return il.Cast(at, read_, getter.type, read_.key, read_.forks)
        return compared(at, read_, il.Null(at, "null"), negated=getter.test == "!=")

    def _tested(self, at: At, name: str, owner: Node | None, given: Sequence[Node]) -> Expression | None:
        """A call that is a comparison: `Objects.isNull(x)`, `"a".equals(x)`."""
        if text(owner) == "Objects" and name in ("isNull", "nonNull") and len(given) == 1:
            return compared(at, self.expression(given[0]), il.Null(at, "null"), negated=name == "nonNull")
        if name == "equals" and len(given) == 1 and owner is not None:
            left, right = self.expression(owner), self.expression(given[0])
            if isinstance(left, il.Constant) or text(owner) in ("Boolean.TRUE", "Boolean.FALSE"):
                return compared(at, left, right, negated=False)
        return None

    def is_checker(self, name: str, owner: Node | None) -> bool:
        """Whether a call throws unless what it is given is there, or holds."""
        functions = self.context.knowledge.functions
        said = text(owner).rpartition(".")[2]
        return said in functions["checkers"] or any(part in name for part in functions["checks"])

    def lower_new(self, node: Node) -> Expression:
        at, type_ = at_of(node), self.read(node.child_by_field_name("type"))
        given = inner(node.child_by_field_name("arguments"))
        name = text(node.child_by_field_name("type")).partition("<")[0].rpartition(".")[2].strip()
        callee = attribute(at, il.Name(at, "new"), name)
        made = call(at, callee, [Argument("", self.expression(each)) for each in given])._replace(key="")
        knowledge = self.context.knowledge
        if (special := knowledge.makers.get(f"{name}/{len(given)}")) is not None:
            type_ = Type(special)
        elif given and f"new.{name}" in knowledge.results:
            type_ = None
        return il.Told(at, made, type_, "", made.forks)

    def lower_array(self, node: Node) -> Expression:
        items = [self.expression(child) for child in inner(node) if not _is_type(child)]
        return il.Display(at_of(node), "list", tuple(items), any(item.forks for item in items))

    def lower_lambda(self, node: Node) -> Expression:
        here, context = self.function, self.context.inside()
        written = node.child_by_field_name("parameters")
        named = [written] if written is not None and written.type == "identifier" else inner(written)
        found = list[Parameter]()
        for each in named:
            name, type_ = each.child_by_field_name("name") or each, declared(each, context.known_types)
            context.declare(text(name), type_)
            found.append(Parameter(at_of(each), text(name), None, type_))
        parameters = tuple(found)

        def lower(function: Function) -> il.Block:
            return self.lower_body(Expressions(function, context, self.lower_body), node, function)

        function = Function(
            at_of(node), "", parameters, None, lower, node.text or b"", around=here, receiver=here.receiver,
            receiver_class=here.receiver_class, has_declared_null=True,
        )  # fmt: skip
        here.within.append(function)
        return il.Closure(at_of(node), tuple(each.name for each in parameters), il.Parts(at_of(node), (), forks=False))

    # Literals

    def lower_null(self, node: Node) -> Expression:
        return il.Null(at_of(node), "null")

    def lower_literal(self, node: Node) -> Expression:
        said, kind = text(node), _LITERALS[node.type]
        truth = node.type == "true" if kind == "boolean" else said.strip("0.\"'lLfFdD") != ""
        return il.Constant(at_of(node), said if len(said) <= LONGEST_KEY else "", kind, truth)

    def lower_class_literal(self, node: Node) -> Expression:
        return il.Cast(at_of(node), il.Display(at_of(node), "Class", (), forks=False), Type("Class"), "", forks=False)

    # Operators

    def lower_binary(self, node: Node) -> Expression:
        at, operator = at_of(node), text(node.child_by_field_name("operator"))
        if operator in ("&&", "||"):
            return self._both(node, operator)
        left_node, right_node = node.child_by_field_name("left"), node.child_by_field_name("right")
        left, right = self.expression(left_node), self.expression(right_node)
        if operator in ("==", "!="):
            return compared(at, left, right, negated=operator == "!=")
        key = short(f"({left.key} {operator} {right.key})") if left.key and right.key else ""
        is_text = operator == "+" and (self.is_text(left_node) or self.is_text(right_node))
        kind = "arithmetic" if operator in _ARITHMETIC and not is_text else "join"
        return il.Operation(at, kind, (left, right), left.forks or right.forks, key)

    def _both(self, node: Node, operator: str) -> Expression:
        operands, part = list[Node](), node
        while part.type == "binary_expression" and text(part.child_by_field_name("operator")) == operator:
            right, left = part.child_by_field_name("right"), part.child_by_field_name("left")
            if right is None or left is None:
                return self.parts(node)
            operands.append(right)
            part = left
        lowered = self.expression(part)
        for operand in reversed(operands):
            right = self.expression(operand)
            lowered = il.Both((lowered.at[0], right.at[1]), operator == "&&", lowered, right)
        return lowered

    def is_text(self, node: Node | None) -> bool:
        """Whether it is known to be a text, to which anything can be joined."""
        while node is not None and node.type in ("binary_expression", "parenthesized_expression"):
            if self.is_text(node.child_by_field_name("right")):
                return True
            node = node.child_by_field_name("left") or next(iter(inner(node)), None)
        if node is None or node.type == "string_literal":
            return node is not None
        name = text(node.child_by_field_name("name"))
        if node.type == "method_invocation":
            return name in _GIVE_TEXT
        members = self.context.with_field(text(node)) if node.type == "identifier" else None
        type_ = self.context.local_type(text(node)) or (members.fields[text(node)] if members is not None else None)
        return type_ is not None and type_.name == "String"

    def lower_unary(self, node: Node) -> Expression:
        operand, operator = self.expression(node.child_by_field_name("operand")), node.children[0].type
        if operator == "!":
            return il.Not(at_of(node), operand, operand.forks)
        if isinstance(operand, il.Constant):
            return operand._replace(at=at_of(node), key=f"{operator}{operand.key}")
        return il.Operation(at_of(node), "arithmetic", (operand,), operand.forks)

    def lower_update(self, node: Node) -> Expression:
        parts = inner(node)
        if not parts:
            return self.parts(node)
        read_, target = self.expression(parts[0]), self.target(parts[0])
        value = il.Operation(at_of(node), "arithmetic", (read_,), read_.forks)
        return il.Bind(at_of(node), target, value, target.key)

    def lower_assignment(self, node: Node) -> Expression:
        left, operator = node.child_by_field_name("left"), text(node.child_by_field_name("operator"))
        right = self.expression(node.child_by_field_name("right"))
        target = self.target(left)
        if operator != "=":
            read_ = self.expression(left)
            kind = "join" if operator == "+=" else "arithmetic"
            right = il.Operation(at_of(node), kind, (read_, right), read_.forks or right.forks)
        elif left is not None and left.type == "identifier":
            type_ = self.context.local_type(text(left))
            right = self.unboxed(right, type_)
        return il.Bind(at_of(node), target, right, target.key)

    def unboxed(self, value: Expression, type_: Type | None) -> Expression:
        """The value as one of the type, which may be a primitive one."""
        if type_ is None or not type_.is_value or isinstance(value, il.Constant) or type_.name == "void":
            return value
        if isinstance(value, il.Choice):
            return value._replace(then=self.unboxed(value.then, type_), otherwise=self.unboxed(value.otherwise, type_))
        is_plain = isinstance(value, il.Name | il.Call | il.Attribute | il.Cast | il.Element)
        return il.Operation(value.at, "unbox", (value,), value.forks) if is_plain else value

    def lower_ternary(self, node: Node) -> Expression:
        test, then, otherwise = (
            self.expression(node.child_by_field_name(each)) for each in ("condition", "consequence", "alternative")
        )
        return il.Choice(at_of(node), test, then, otherwise)

    def lower_instance(self, node: Node) -> Expression:
        at, left = at_of(node), self.expression(node.child_by_field_name("left"))
        type_, name = self.read(node.child_by_field_name("right")), node.child_by_field_name("name")
        test = il.Test(at, "instance", left, il.Parts(at, (), False), negated=False, key="", forks=left.forks)
        pattern = node.child_by_field_name("pattern")
        if pattern is not None:
            self.bind_pattern(pattern)
        if name is None:
            return test
        self.context.declare(text(name), type_)
        value = left if left.key and not left.forks else il.Parts(at, (), False)
        bound = il.Bind(at, il.Name(at_of(name), text(name)), il.Cast(at, value, type_, "", False, drops_null=True), "")
        return il.Both(at, is_and=True, left=test, right=il.Display(at, "tuple", (bound,), forks=True))

    def bind_pattern(self, node: Node) -> None:
        """The variables of a pattern are there, or nothing is known of them."""
        for each in node.named_children:
            if each.type in ("record_pattern_component", "type_pattern") and len(each.named_children) > 1:
                self.context.declare(text(each.named_children[-1]), self.read(each.named_children[0]))
            self.bind_pattern(each)

    def lower_cast(self, node: Node) -> Expression:
        value, type_ = self.expression(node.child_by_field_name("value")), self.read(node.child_by_field_name("type"))
        if type_ is not None and type_.is_value:
            return self.unboxed(value, type_)
        return il.Cast(at_of(node), value, type_, value.key if not isinstance(value, il.Constant) else "", value.forks)

    def lower_switch(self, node: Node) -> Expression:
        """Statements know how."""
        raise NotImplementedError

    def target(self, node: Node | None) -> Expression:
        """What is assigned to."""
        if node is None:
            return il.Parts((0, 0), (), forks=False)
        if node.type == "identifier" and self.context.is_local(text(node)):
            self.function.locals.add(text(node))
            return il.Name(at_of(node), text(node))
        return self.expression(node)


def _is_type(node: Node) -> bool:
    return node.type.endswith("_type") or node.type in ("type_identifier", "class_body", "type_arguments")


_E = Expressions
_EXPRESSIONS: dict[str, Callable[[Expressions, Node], Expression]] = {
    "identifier": _E.lower_name,
    "this": _E.lower_this,
    "super": _E.lower_super,
    "field_access": _E.lower_field,
    "array_access": _E.lower_element,
    "method_invocation": _E.lower_call,
    "object_creation_expression": _E.lower_new,
    "array_creation_expression": _E.lower_array,
    "array_initializer": _E.lower_array,
    "lambda_expression": _E.lower_lambda,
    "null_literal": _E.lower_null,
    "class_literal": _E.lower_class_literal,
    "parenthesized_expression": _E.lower_parenthesized,
    "binary_expression": _E.lower_binary,
    "unary_expression": _E.lower_unary,
    "update_expression": _E.lower_update,
    "assignment_expression": _E.lower_assignment,
    "ternary_expression": _E.lower_ternary,
    "instanceof_expression": _E.lower_instance,
    "cast_expression": _E.lower_cast,
    "switch_expression": lambda self, node: self.lower_switch(node),
    **dict.fromkeys(_LITERALS, _E.lower_literal),
}

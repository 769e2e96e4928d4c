"""Java's expressions, lowered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, Parameter
from breadknife.plugins.nullcheck.core.il import Argument, At, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.languages.java.types import PRIMITIVES, declared, read
from breadknife.plugins.nullcheck.languages.lowering import (
    Lowering,
    at_of,
    attribute,
    call,
    compared,
    display,
    element,
    first,
    inner,
    nothing,
    operation,
    part,
    text,
    word,
)
from breadknife.text.syntax import Node

_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "<", ">", "<=", ">=", "<<", ">>", ">>>", "&", "|", "^"})
_GIVE_TEXT = frozenset({"toString", "valueOf", "getName", "format", "substring"})
_TRUTHS = (il.Test, il.Not, il.Both)


@dataclass(eq=False)
class Members:
    """What a class declares, and what is around it."""

    class_: Class
    around: Members | None
    knowledge: Knowledge
    static_imports: frozenset[str]
    fields: dict[str, Type | None] = field(default_factory=dict[str, Type | None])
    methods: dict[str, int] = field(default_factory=dict[str, int])
    """How many methods have a name."""

    def owner_of(self, name: str, *, is_method: bool = False) -> Members | None:
        """The innermost class around that declares the field or the method."""
        if name in (self.methods if is_method else self.fields):
            return self
        return self.around.owner_of(name, is_method=is_method) if self.around is not None else None


@dataclass
class Expressions(Lowering):
    """Lowers the expressions of one function."""

    members: Members
    hoisted: list[il.Statement] = field(default_factory=list[il.Statement], init=False)
    """What an expression needs to have run before its statement."""

    literals: ClassVar = {
        "string_literal": "String", "character_literal": "char", "decimal_integer_literal": "int",
        "hex_integer_literal": "int", "octal_integer_literal": "int", "binary_integer_literal": "int",
        "decimal_floating_point_literal": "double", "true": "boolean", "false": "boolean",
    }  # fmt: skip
    silent = PRIMITIVES | {
        "generic_type", "array_type", "annotated_type", "type_identifier", "scoped_type_identifier", "class_body",
        "type_arguments", "class_declaration", "record_declaration", "enum_declaration", "interface_declaration",
        "line_comment", "block_comment",
    }  # fmt: skip

    def read(self, node: Node | None) -> Type | None:
        return read(node, self.members.knowledge.annotations)

    def declared_type(self, node: Node) -> Type | None:
        return declared(node, self.members.knowledge.annotations)

    # Names

    def lower_identifier(self, node: Node) -> Expression:
        name, at = text(node), at_of(node)
        self.function.reads.add(name)
        owner = self.members.owner_of(name) if self.scopes.find(name) is None else None
        return attribute(at, self._owner(owner, at), name) if owner else il.Name(at, self.scopes.key(name))

    def _owner(self, members: Members, at: At) -> Expression:
        """The object whose field or method is meant by its bare name."""
        if members is self.members:
            return il.Name(at, "this")
        class_ = members.class_.name
        return il.Cast(at, il.Name(at, f"{class_}.this"), Type(class_), f"{class_}.this", forks=False)

    def lower_this(self, node: Node) -> Expression:
        return il.Name(at_of(node), node.type)

    lower_super = lower_this

    def lower_field_access(self, node: Node) -> Expression:
        return attribute(at_of(node), self.expression(part(node, "object")), word(node, "field"))

    def lower_array_access(self, node: Node) -> Expression:
        return element(at_of(node), self.expression(part(node, "array")), self.expression(part(node, "index")))

    # Calls

    def lower_method_invocation(self, node: Node) -> Expression:
        at, name, owner, given = at_of(node), word(node, "name"), part(node, "object"), inner(part(node, "arguments"))
        if self.is_checker(node) and given and owner is not None:
            value = self.expression(given[0])
            return il.Told(at, value, None, value.key, value.forks) if not isinstance(value, _TRUTHS) else value
        if name == "getClass" and not given:
            object_ = self.expression(owner) if owner is not None else il.Name(at, "this")
            return il.Told(at, object_, Type("Class"), "", forks=False)
        if (test := self._tested(at, name, owner, given)) is not None:
            return test
        if name == "contains" and word(owner, "name") == "keySet":
            owner, name = part(owner, "object"), "containsKey"
        arguments = [Argument("", self.expression(each)) for each in given]
        own = self.members.owner_of(name, is_method=True)
        if owner is not None:
            callee: Expression = attribute(at_of(owner), self.expression(owner), name)
        elif own is None and name in self.members.static_imports:
            callee = il.Name(at, name)
        else:
            callee = attribute(at, self._owner(own or self.members, at), name)
        lowered, same = call(at, callee, arguments), self.members.knowledge.same.get(name)
        return lowered._replace(key=lowered.key.replace(f".{name}(", f".{same}(")) if same is not None else lowered

    def _tested(self, at: At, name: str, owner: Node | None, given: Sequence[Node]) -> Expression | None:
        """A call that is a comparison: `Objects.isNull(x)`, `"a".equals(x)`."""
        if len(given) != 1 or owner is None:
            return None
        if text(owner) == "Objects" and name in ("isNull", "nonNull"):
            return compared(at, self.expression(given[0]), il.Null(at, "null"), negated=name == "nonNull")
        if name == "equals" and (owner.type in self.literals or text(owner) in ("Boolean.TRUE", "Boolean.FALSE")):
            return compared(at, self.expression(owner), self.expression(given[0]))
        return None

    def is_checker(self, node: Node) -> bool:
        """Whether a call throws unless what it is given is there, or holds."""
        functions, name, class_ = self.members.knowledge.functions, word(node, "name"), part(node, "object")
        if any(each in name for each in functions["checks"]):
            return True
        return class_ is not None and text(class_).rpartition(".")[2] in functions["checkers"]

    def lower_object_creation_expression(self, node: Node) -> Expression:
        at, type_ = at_of(node), self.read(part(node, "type"))
        arguments = [Argument("", each) for each in self.values(part(node, "arguments"))]
        name = word(node, "type").partition("<")[0].rpartition(".")[2].strip()
        made = call(at, attribute(at, il.Name(at, "new"), name), arguments)._replace(key="")
        knowledge = self.members.knowledge
        if (special := knowledge.makers.get(f"{name}/{len(arguments)}")) is not None:
            type_ = Type(special)
        elif arguments and f"new.{name}" in knowledge.results:
            type_ = None
        return il.Told(at, made, type_, "", made.forks)

    def lower_array_initializer(self, node: Node) -> Expression:
        return display(at_of(node), "list", self.values(node))

    lower_array_creation_expression = lower_array_initializer

    def lower_lambda_expression(self, node: Node) -> Expression:
        written = part(node, "parameters")
        named = [written] if written is not None and written.type == "identifier" else inner(written)
        found = (
            Parameter(at_of(each), word(each, "name") or text(each), None, self.declared_type(each)) for each in named
        )
        return self.function_within(node, found)

    # Literals

    def lower_null_literal(self, node: Node) -> Expression:
        return il.Null(at_of(node), "null")

    def lower_class_literal(self, node: Node) -> Expression:
        return il.Cast(at_of(node), display(at_of(node), "Class"), Type("Class"), "", forks=False)

    # Operators

    def kind(self, node: Node) -> str:
        operator = word(node, "operator")
        is_text = operator == "+" and any(self.is_text(part(node, each)) for each in ("left", "right"))
        return "arithmetic" if operator in _ARITHMETIC and not is_text else "join"

    def is_text(self, node: Node | None) -> bool:
        """Whether it is known to be a text, to which anything can be joined."""
        while node is not None and node.type in ("binary_expression", "parenthesized_expression"):
            if self.is_text(part(node, "right")):
                return True
            node = part(node, "left") or first(node)
        if node is None or node.type in ("string_literal", "method_invocation"):
            return node is not None and (node.type == "string_literal" or word(node, "name") in _GIVE_TEXT)
        local, owner = self.scopes.find(text(node)), self.members.owner_of(text(node))
        type_ = local.type if local is not None else owner.fields[text(node)] if owner is not None else None
        return type_ is not None and type_.name == "String"

    def lower_unary_expression(self, node: Node) -> Expression:
        at, operand, operator = at_of(node), self.expression(part(node, "operand")), node.children[0].type
        if operator == "!":
            return il.Not(at, operand, operand.forks)
        if isinstance(operand, il.Constant):
            return operand._replace(at=at, key=f"{operator}{operand.key}")
        return operation(at, "arithmetic", operand)

    def lower_update_expression(self, node: Node) -> Expression:
        operand = first(node)
        target = self.target(operand)
        return il.Bind(at_of(node), target, operation(at_of(node), "arithmetic", self.expression(operand)), target.key)

    def lower_assignment_expression(self, node: Node) -> il.Bind:
        left, operator, at = part(node, "left"), word(node, "operator"), at_of(node)
        value, target = self.expression(part(node, "right")), self.target(left)
        if operator != "=":
            value = operation(at, "join" if operator == "+=" else "arithmetic", self.expression(left), value)
        elif (local := self.scopes.find(text(left))) is not None:
            value = self.unboxed(value, local.type)
        return il.Bind(at, target, value, target.key)

    def unboxed(self, value: Expression, type_: Type | None) -> Expression:
        """The value as one of the type, which may be a primitive one."""
        if type_ is None or not type_.is_value or isinstance(value, il.Constant) or type_.name == "void":
            return value
        if isinstance(value, il.Choice):
            return value._replace(then=self.unboxed(value.then, type_), otherwise=self.unboxed(value.otherwise, type_))
        is_plain = isinstance(value, il.Name | il.Call | il.Attribute | il.Cast | il.Element)
        return operation(value.at, "unbox", value) if is_plain else value

    def lower_instanceof_expression(self, node: Node) -> Expression:
        at, left = at_of(node), self.expression(part(node, "left"))
        type_, name, pattern = self.read(part(node, "right")), part(node, "name"), part(node, "pattern")
        test = il.Test(at, "instance", left, nothing(at), negated=False, key="", forks=left.forks)
        if pattern is not None:
            self.declare_pattern(pattern)
        if name is None:
            return test
        value = left if left.key and not left.forks else nothing(at)
        bound = il.Bind(at, self.declared(name, type_), il.Cast(at, value, type_, "", False, drops_null=True), "")
        return il.Both(at, is_and=True, left=test, right=il.Display(at, "tuple", (bound,), forks=True))

    def declare_pattern(self, node: Node) -> None:
        """The variables of a pattern are there, or nothing is known of them."""
        for each in node.named_children:
            if each.type in ("record_pattern_component", "type_pattern") and len(each.named_children) > 1:
                self.declared(each.named_children[-1], self.read(each.named_children[0]))
            self.declare_pattern(each)

    def lower_cast_expression(self, node: Node) -> Expression:
        value, type_ = self.expression(part(node, "value")), self.read(part(node, "type"))
        if type_ is not None and type_.is_value:
            return self.unboxed(value, type_)
        return il.Cast(at_of(node), value, type_, value.key if not isinstance(value, il.Constant) else "", value.forks)

    def target(self, node: Node | None) -> Expression:
        """What is assigned to."""
        found = self.expression(node)
        if isinstance(found, il.Name):
            self.function.locals.add(found.key)
        return found

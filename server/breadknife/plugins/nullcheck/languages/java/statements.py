"""Java's statements and expressions, lowered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, Parameter
from breadknife.plugins.nullcheck.core.il import Argument, Block, ByteRange, Expression, Statement, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.languages.java.types import declared, read
from breadknife.plugins.nullcheck.languages.lowering import (
    Lowering,
    any_of,
    attribute,
    call,
    compared,
    nothing,
    operation,
)
from breadknife.plugins.nullcheck.languages.outlining import at_of, inner, part, text, word
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.text.syntax import Node

_CONDITIONS = (il.Comparison, il.Not, il.ShortCircuit)


@dataclass(eq=False)
class ClassMembers:
    """The members that a class declares, with those of the class around it."""

    class_: Class
    around: ClassMembers | None
    """Those of the class that this one is in."""
    knowledge: Knowledge
    imported: Mapping[str, str]
    """Imported member of another class -> the class."""
    fields: dict[str, Type | None] = field(default_factory=dict[str, Type | None])
    methods: dict[str, int] = field(default_factory=dict[str, int])
    """Name -> how many methods have it."""

    def owner_of(self, name: str, *, is_method: bool = False) -> ClassMembers | None:
        """Return the innermost class that declares the field, or the method: this one, or one around it."""
        if name in (self.methods if is_method else self.fields):
            return self
        return self.around.owner_of(name, is_method=is_method) if self.around is not None else None


@dataclass
class JavaLowering(Lowering):
    """Lowers the code of one method."""

    members: ClassMembers

    kinds = grammar_of("java").lowering
    number_operator = "arithmetic"

    def body(self, node: Node, /) -> Block:
        """Return the body of a method, a constructor, an initializer or a lambda."""
        body = part(node, "body") or next((child for child in inner(node) if child.type == "block"), None)
        if node.type != "lambda_expression" or body is None or body.type == "block":
            return self.block(body)
        return (il.Return(at_of(body), self.expression(body)),)

    def read(self, node: Node | None) -> Type | None:
        return read(node, self.members.knowledge.annotations)

    def declared_type(self, node: Node) -> Type | None:
        return declared(node, self.members.knowledge.annotations)

    # Statements

    def run_expression_statement(self, node: Node) -> Iterable[Statement]:
        for child in inner(node):
            if child.type == "method_invocation" and self.is_assertion_call(child):
                yield from self._asserted(child)
            else:
                yield from self.statement(child)

    def _asserted(self, node: Node) -> Iterable[Statement]:
        """Yield what holds after an assertion like `checkNotNull(a)` has come back: its arguments aren't null, and
        those that are conditions are true."""
        for value in self.values(part(node, "arguments")):
            if isinstance(value, (*_CONDITIONS, il.Invocation)):
                yield il.If(il.Not(value.at, value, value.forks), (il.Raise(at_of(node), ()),), ())
            elif not isinstance(value, il.Constant):
                yield il.Evaluate(_non_null(value.at, value))

    def run_local_variable_declaration(self, node: Node) -> Iterable[Statement]:
        type_ = self.declared_type(node)
        bare = type_._replace(nullable=0) if type_ is not None else None
        for declarator in node.children_by_field_name("declarator") or [node]:
            name, value = part(declarator, "name"), part(declarator, "value")
            lowered = self.expression(value)
            target = self.declared(name, bare)
            if isinstance(lowered, il.Null):
                lowered = lowered._replace(why=f"`{text(name)}` is null at first", kind="initial")
            is_typed = bare is not None and not bare.is_value
            if value is not None:
                yield il.Assign(at_of(declarator), target, self.unboxed(lowered, bare), bare if is_typed else None)

    def run_return_statement(self, node: Node) -> Iterable[Statement]:
        values = [self.unboxed(value, self.function.returns) for value in self.values(node)]
        return (il.Return(at_of(node), values[0] if values else None),)

    def run_for_statement(self, node: Node) -> Iterable[Statement]:
        if node.type != "enhanced_for_statement":
            return self.rounds(node)
        with self.scopes.block():
            iterable = self.expression(part(node, "value"))
            target = self.declared(part(node, "name"), self.declared_type(node))
            body = self.block(part(node, "body"))
            return (il.Loop(at_of(node), None, target, iterable, body, ()),)

    def handler(self, node: Node, /) -> il.Handler:
        body = part(node, "body")
        parameter = next((child for child in inner(node) if child.type == "catch_formal_parameter"), None)
        types = [child for member in inner(parameter) if member.type == "catch_type" for child in inner(member)]
        names = tuple(text(type_).rpartition(".")[2] for type_ in types) or ("?",)
        with self.scopes.block():
            name = self.declared(part(parameter, "name"), Type("Exception")).key
            return il.Handler(at_of(node), (), names, name, self.block(body), is_quiet=not inner(body))

    # Switches

    def run_switch_statement(self, node: Node) -> Iterable[Statement]:
        value = self.expression(part(node, "condition"))
        has_null_case = b"case null" in (node.text or b"")
        uses = () if has_null_case else (il.Evaluate(operation(value.at, "switch", value)),)
        return (*uses, *super().run_switch_statement(node))

    def case(self, node: Node, subject: Expression | None, /) -> il.SwitchCase:
        with self.scopes.block():
            body = self.statements(inner(node))
        leaves = (il.Jump(is_break=True),) if node.type == "switch_rule" else ()
        return il.SwitchCase(self._case_test(node, subject), (*body, *leaves))

    def _case_test(self, group: Node, subject: Expression | None) -> Expression | None:
        """Return the test of a case: whether the subject is one of its labels. None for the default."""
        labels = _labels(group)
        if subject is None or not labels or any(text(label) == "default" for label in labels):
            return None
        values = [
            nothing(at_of(label)) if label.type in ("pattern", "guard") else self.expression(label) for label in labels
        ]
        return any_of(at_of(group), [compared(value.at, subject, value) for value in values])

    # Names

    def lower_identifier(self, node: Node) -> Expression:
        name, at = text(node), at_of(node)
        owner = self.members.owner_of(name) if self.scopes.find(name) is None else None
        return attribute(at, self._owner(owner, at), name) if owner else il.Name(at, self.scopes.key(name))

    def _owner(self, members: ClassMembers, at: ByteRange) -> Expression:
        """Return the object whose field or method is meant by its bare name: `this`, or one of a class around."""
        if members is self.members:
            return il.Name(at, "this")
        class_ = members.class_.name
        return il.Cast(at, il.Name(at, f"{class_}.this"), Type(class_), f"{class_}.this", forks=False)

    # Calls

    def lower_method_invocation(self, node: Node) -> Expression:
        at, name, owner, given = at_of(node), word(node, "name"), part(node, "object"), inner(part(node, "arguments"))
        if self.is_assertion_call(node) and given and owner is not None:
            value = self.expression(given[0])
            return _non_null(at, value) if not isinstance(value, _CONDITIONS) else value
        if name == "getClass" and not given:
            value = self.expression(owner) if owner is not None else il.Name(at, "this")
            return il.TypeAssertion(at, attribute(at, value, name), Type("Class"), key="", forks=False)
        arguments = [Argument("", self.expression(child)) for child in given]
        if owner is not None:
            callee = attribute(at_of(owner), self.expression(owner), name)
        else:
            members = self.members.owner_of(name, is_method=True)
            class_ = self.members.imported.get(name) if members is None else None
            object_ = il.Name(at, class_) if class_ is not None else self._owner(members or self.members, at)
            callee = attribute(at, object_, name)
        lowered, same = call(at, callee, arguments), self.members.knowledge.same.get(name)
        # `getParentFile()` is null where `getParent()` is: a test of one is a test of the other.
        return lowered._replace(key=lowered.key.replace(f".{name}(", f".{same}(")) if same is not None else lowered

    def is_assertion_call(self, node: Node) -> bool:
        """Tell whether a call throws if its argument is null, or is a condition that is false. `checks` of the
        knowledge are words in the names of such methods, `checkers` are classes that have no others."""
        functions, name, class_ = self.members.knowledge.functions, word(node, "name"), word(node, "object")
        if name == "fail":
            return False
        return any(verb in name for verb in functions["checks"]) or class_.rpartition(".")[2] in functions["checkers"]

    def lower_object_creation_expression(self, node: Node) -> Expression:
        at, type_ = at_of(node), self.read(part(node, "type"))
        arguments = [Argument("", value) for value in self.values(part(node, "arguments"))]
        name = word(node, "type").partition("<")[0].rpartition(".")[2].strip()
        created = call(at, attribute(at, il.Name(at, "new"), name), arguments)._replace(key="")
        knowledge = self.members.knowledge
        if (special := knowledge.makers.get(f"{name}/{len(arguments)}")) is not None:
            type_ = Type(special)
        elif arguments and f"new.{name}" in knowledge.results:
            type_ = None
        return il.TypeAssertion(at, created, type_, "", created.forks)

    def lower_lambda_expression(self, node: Node) -> Expression:
        written = part(node, "parameters")
        named = [written] if written is not None and written.type == "identifier" else inner(written)
        parameters = (
            Parameter(at_of(child), word(child, "name") or text(child), None, self.declared_type(child))
            for child in named
        )
        return self.function_within(node, parameters)

    # Operators

    def kind(self, operator: str, left: Expression, right: Expression, /) -> str:
        """Return what the knowledge calls a binary operator: `+` may join a text to anything, also to null."""
        return "join" if operator == "+" else "arithmetic"

    def lower_assignment_expression(self, node: Node) -> Expression:
        left, operator, at = part(node, "left"), word(node, "operator"), at_of(node)
        value, target = self.expression(part(node, "right")), self.target(left)
        if operator != "=":
            value = operation(at, "join" if operator == "+=" else "arithmetic", self.expression(left), value)
        elif (local := self.scopes.find(text(left))) is not None:
            value = self.unboxed(value, local.type)
        return il.AssignmentExpression(at, target, value, target.key)

    def unboxed(self, value: Expression, type_: Type | None) -> Expression:
        """Return the value as one that is assigned to the type. For a primitive type it is unboxed, which fails for
        null."""
        if type_ is None or not type_.is_value or isinstance(value, il.Constant) or type_.name == "void":
            return value
        if isinstance(value, il.Conditional):
            return value._replace(then=self.unboxed(value.then, type_), otherwise=self.unboxed(value.otherwise, type_))
        is_plain = isinstance(value, il.Name | il.Invocation | il.Member | il.Cast | il.Subscript)
        return operation(value.at, "unbox", value) if is_plain else value

    def lower_instanceof_expression(self, node: Node) -> Expression:
        """`a instanceof B`, and `a instanceof B b`, which also gives the value a name. Nothing is known of what a
        pattern takes apart."""
        at, left, name = at_of(node), self.expression(part(node, "left")), part(node, "name")
        test = il.Comparison(at, "instance", left, nothing(at), negated=False, key="", forks=left.forks)
        if name is None:
            return test
        type_ = self.read(part(node, "right"))
        value = left if left.key and not left.forks else nothing(at)
        bound = il.AssignmentExpression(
            at, self.declared(name, type_), il.Cast(at, value, type_, key="", forks=False, drops_null=True), key=""
        )
        return il.ShortCircuit(at, is_and=True, left=test, right=il.Display(at, "tuple", (bound,), forks=True))

    def lower_cast_expression(self, node: Node) -> Expression:
        value, type_ = self.expression(part(node, "value")), self.read(part(node, "type"))
        if type_ is not None and type_.is_value:
            return self.unboxed(value, type_)
        return il.Cast(at_of(node), value, type_, value.key if not isinstance(value, il.Constant) else "", value.forks)


def _non_null(at: ByteRange, value: Expression) -> il.TypeAssertion:
    """Return the value as one that the author says isn't null."""
    return il.TypeAssertion(at, value, None, value.key, value.forks)


def _labels(group: Node) -> list[Node]:
    """Return what stands behind `case`; nothing for the default alone."""
    return [child for label in inner(group) if label.type == "switch_label" for child in inner(label)]

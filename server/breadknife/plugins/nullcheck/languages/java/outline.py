"""What a file of Java declares: classes with their fields and methods. Bodies are lowered when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Parameter, Store
from breadknife.plugins.nullcheck.core.il import At, Block
from breadknife.plugins.nullcheck.languages.java.asking import asked
from breadknife.plugins.nullcheck.languages.java.context import Context, Getter, Members
from breadknife.plugins.nullcheck.languages.java.expressions import Expressions
from breadknife.plugins.nullcheck.languages.java.statements import lower_body
from breadknife.plugins.nullcheck.languages.java.types import annotation_name, annotations_of, declared, read
from breadknife.plugins.nullcheck.languages.lowering import Reader, at_of, inner, text
from breadknife.text.syntax import Node

_CLASSES = frozenset({
    "class_declaration", "record_declaration", "enum_declaration", "interface_declaration",
    "annotation_type_declaration",
})  # fmt: skip
_METHODS = frozenset({
    "method_declaration", "constructor_declaration", "compact_constructor_declaration", "static_initializer",
})  # fmt: skip
_SILENT = re.compile(r'"(?:null|NullAway|all|ConstantConditions|DataFlowIssue|nullness)"')
_LITERALS = frozenset({"string_literal", "decimal_integer_literal", "true", "false", "character_literal"})
_SET = re.compile(rb"\b(?<!\.)(?:this\.)?(\w++)\s*+(?:[-+*/|&^]|<<|>>>?)?=(?!=)\s*(null\b)?")
_GETS = re.compile(rb"\.get\s*\(")
_HAS_CLASS = re.compile(rb"\bnew\b[^;{}]*\)\s*\{|\b(?:class|record|enum|interface)\s+\w")
"""A method with classes in it."""


@dataclass
class Outline(Reader):
    imports: dict[str, str] = field(default_factory=dict[str, str])
    static_imports: set[str] = field(default_factory=set[str])
    functions: list[Function] = field(default_factory=list[Function])
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    initial: list[tuple[Members, Node]] = field(default_factory=list[tuple[Members, Node]])
    """Values of fields, with their classes."""
    silent: list[At] = field(default_factory=list[At])
    """Where an annotation tells checkers to be silent."""

    def file(self) -> File:
        root = self.tree.root
        main = Function(at_of(root), "", (), None, self._initial_values, self.tree.encoded, has_declared_null=True)
        if not self.knowledge.is_generated(self.tree.encoded):
            self._walk(root, None)
        return File(
            main, self.imports, self.functions, {}, self.classes, {}, {}, self.is_ignored, self.span, self.source,
            asked=asked(self.tree) if _GETS.search(self.tree.encoded) else frozenset(),
        )  # fmt: skip

    def is_ignored(self, at: At) -> bool:
        return any(each[0] <= at[0] < each[1] for each in self.silent) or super().is_ignored(at)

    def _walk(self, root: Node, members: Members | None) -> None:
        """All classes below a node, those without a name, too."""
        waiting = [(root, members)]
        while waiting:
            node, around = waiting.pop()
            for child in node.named_children:
                if child.type == "import_declaration":
                    self._import(child)
                elif child.type in _CLASSES:
                    self._silence(child)
                    waiting.append((child, self._class(child, text(child.child_by_field_name("name")), around)))
                elif child.type == "class_body" and node.type not in _CLASSES:
                    waiting.append((child, self._class(node, f"{node.start_byte}", around)))
                else:
                    if child.type in _METHODS and around is not None:
                        self._silence(child)
                        self._method(child, around)
                    if child.type not in _METHODS or _HAS_CLASS.search(child.text or b""):
                        waiting.append((child, around))

    def _import(self, node: Node) -> None:
        name = text(inner(node)[0]).rpartition(".")[2] if inner(node) else ""
        if any(child.type == "static" for child in node.children):
            self.static_imports.add(name)
        else:
            self.imports[name] = self.knowledge.annotations.get(name, name)

    def _silence(self, node: Node) -> None:
        for each in annotations_of(node):
            name = annotation_name(each)
            if name == "SuppressFBWarnings" or (name == "SuppressWarnings" and _SILENT.search(text(each))):
                self.silent.append(at_of(node))

    # Classes

    def _class(self, node: Node, name: str, around: Members | None) -> Members:
        above = [part for part in inner(node) if part.type in ("superclass", "super_interfaces", "extends_interfaces")]
        bases = [type_.name for part in above for each in _flat(part) if (type_ := self._read(each)) is not None]
        if node.type == "object_creation_expression" and (type_ := self._read(node.child_by_field_name("type"))):
            bases = [type_.name]
        class_ = Class(at_of(node), name, tuple(bases), is_interface=node.type == "interface_declaration")
        members = Members(class_, around)
        self.classes[name] = class_
        for each in _body(node):
            if each.type in ("field_declaration", "constant_declaration"):
                self.lower_field(each, members)
            elif each.type == "method_declaration":
                members.methods.setdefault(text(each.child_by_field_name("name")), []).append(each)
        for each in inner(node.child_by_field_name("parameters")) if node.type == "record_declaration" else []:
            type_ = declared(each, self.knowledge.annotations)
            members.fields[text(each.child_by_field_name("name"))] = type_
            class_.stores[text(each.child_by_field_name("name"))] = [
                Store(at_of(each), None, lambda: None, type_, has_value=False)
            ]
        for method, found in members.methods.items():
            getter = self._getter(found[0], members) if len(found) == 1 else None
            if getter is not None:
                members.getters[method] = getter
        return members

    def lower_field(self, node: Node, members: Members) -> None:
        type_ = declared(node, self.knowledge.annotations)
        modifiers = text(next((child for child in node.named_children if child.type == "modifiers"), None))
        is_constant = node.type == "constant_declaration" or ("static" in modifiers and "final" in modifiers)
        for each in node.children_by_field_name("declarator"):
            name, value = text(each.child_by_field_name("name")), each.child_by_field_name("value")
            members.fields[name] = type_._replace(nullable=0) if type_ is not None else None
            if is_constant and value is not None and value.type in _LITERALS:
                members.constants[name] = value
            lower = partial(self._value, value, members)
            is_null = value is not None and value.type == "null_literal"
            members.class_.stores[name] = [Store(at_of(each), None, lower, type_, is_null, value is not None)]
            if value is not None and value.type not in _LITERALS:
                self.initial.append((members, value))

    def _getter(self, method: Node, members: Members) -> Getter | None:
        statements = inner(method.child_by_field_name("body"))
        if (
            len(statements) != 1
            or statements[0].type != "return_statement"
            or inner(method.child_by_field_name("parameters"))
        ):
            return None
        value, test = inner(statements[0])[0] if inner(statements[0]) else None, ""
        if (
            value is not None
            and value.type == "binary_expression"
            and text(value.child_by_field_name("right")) == "null"
        ):
            value, test = value.child_by_field_name("left"), text(value.child_by_field_name("operator"))
        name = text(value).removeprefix("this.")
        if value is None or value.type not in ("identifier", "field_access") or name not in members.fields:
            return None
        if name in members.constants or test not in ("", "==", "!="):
            return None
        return Getter(name, declared(method, self.knowledge.annotations), test)

    def _read(self, node: Node | None) -> il.Type | None:
        return read(node, self.knowledge.annotations)

    # Code

    def _context(self, members: Members | None) -> Context:
        return Context(members, self.knowledge, self.knowledge.annotations, frozenset(self.static_imports))

    def _value(self, node: Node | None, members: Members) -> il.Expression | None:
        if node is None or node.type == "array_initializer":
            return None
        scratch = Function(at_of(node), "", (), None, lambda _: (), b"", receiver="this", receiver_class=members.class_)
        return (
            Expressions(scratch, self._context(members), lower_body).expression(node)
            if b"switch" not in (node.text or b"")
            else None
        )

    def _initial_values(self, main: Function) -> Block:
        return tuple(
            il.Evaluate(Expressions(main, self._context(members), lower_body).expression(value))
            for members, value in self.initial
            if b"switch" not in (value.text or b"")
        )

    def _method(self, node: Node, members: Members) -> None:
        class_, known = members.class_, self.knowledge.annotations
        name = text(node.child_by_field_name("name")) if node.type == "method_declaration" else "<init>"
        parameters = list[Parameter]()
        for each in inner(node.child_by_field_name("parameters")):
            named = each.child_by_field_name("name") or next(
                (part.child_by_field_name("name") for part in inner(each) if part.type == "variable_declarator"), None
            )
            if named is not None:
                kind = "*" if each.type == "spread_parameter" else ""
                parameters.append(
                    Parameter(at_of(each), text(named), None, declared(each, known) if not kind else None, kind)
                )
        body = node.child_by_field_name("body")
        source = self.tree.encoded[node.start_byte : node.end_byte]
        function = Function(
            at_of(node), name, tuple(parameters), declared(node, known) if name != "<init>" else None,
            partial(self._lowered, node, members), source, class_, receiver="this", receiver_class=class_,
            is_stub=body is None and node.type == "method_declaration",
            is_of_class=any(each.type == "static" for child in node.children[:1] for each in child.children),
            decorators=tuple(annotation_name(each) for each in annotations_of(node)),
            has_declared_null=any(each.annotation is not None and each.annotation.nullable for each in parameters),
        )  # fmt: skip
        self.functions.append(function)
        is_single = name == "<init>" or len(members.methods.get(name, ())) == 1
        if node.type != "static_initializer" and is_single:
            class_.methods.setdefault(name if name not in class_.methods else f"{name}@{node.start_byte}", function)
        for found in _SET.finditer(source) if class_.stores else ():
            stores = class_.stores.get(found[1].decode("utf-8", "replace"))
            if stores:
                stores.append(Store(at_of(node), function, lambda: None, stores[0].annotation, found[2] is not None))

    def _lowered(self, node: Node, members: Members, function: Function) -> Block:
        context = self._context(members)
        for parameter in function.parameters:
            type_ = parameter.annotation
            context.declare(parameter.name, type_._replace(nullable=0) if type_ is not None else None)
        return lower_body(Expressions(function, context, lower_body), node, function)


def _body(node: Node) -> Iterator[Node]:
    """The declarations in the body of a class."""
    body = node.child_by_field_name("body") or next((each for each in inner(node) if each.type == "class_body"), None)
    for each in inner(body):
        if each.type == "enum_body_declarations":
            yield from inner(each)
        else:
            yield each


def _flat(node: Node) -> Iterator[Node]:
    for each in inner(node):
        if each.type in ("type_list", "interface_type_list"):
            yield from inner(each)
        else:
            yield each

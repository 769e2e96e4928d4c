"""What a file of Java declares: classes with their fields and methods. Bodies are lowered when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, FileDeclarations, Function, Parameter, StoredValue
from breadknife.plugins.nullcheck.core.il import Block, ByteRange, Type
from breadknife.plugins.nullcheck.languages.java.statements import ClassMembers, JavaLowering
from breadknife.plugins.nullcheck.languages.java.types import annotation_name, annotations_of, declared, read
from breadknife.plugins.nullcheck.languages.outlining import Outliner, at_of, first, inner, part, text, word
from breadknife.plugins.nullcheck.languages.scopes import Scopes
from breadknife.text.generated import is_generated
from breadknife.text.syntax import Node

_CLASSES = frozenset({
    "class_declaration", "record_declaration", "enum_declaration", "interface_declaration",
    "annotation_type_declaration",
})  # fmt: skip
_METHODS = frozenset({
    "method_declaration", "constructor_declaration", "compact_constructor_declaration", "static_initializer",
})  # fmt: skip
_ABOVE = frozenset({"superclass", "super_interfaces", "extends_interfaces"})
_LISTS = frozenset({"type_list", "interface_type_list", "enum_body_declarations"})
_SILENT = re.compile(r'"(?:null|NullAway|all|ConstantConditions|DataFlowIssue|nullness)"')
_HAS_CLASS = re.compile(rb"\bnew\b[^;{}]*\)\s*\{|\b(?:class|record|enum|interface)\s+\w")
"""A method that may have classes in it."""


@dataclass
class JavaOutliner(Outliner):
    language = "java"

    statics: dict[str, str] = field(default_factory=dict[str, str])
    """Imported member of a class -> the class."""
    silent: list[ByteRange] = field(default_factory=list[ByteRange])
    """Where an annotation tells checkers to be silent."""

    def file(self) -> FileDeclarations:
        root = self.tree.root
        main = Function(at_of(root), "", (), None, lambda _: (), self.tree.encoded)
        if not is_generated(self.tree.text):
            self._walk(root)
        return self.file_of(main)

    def is_ignored(self, at: ByteRange) -> bool:
        return any(span[0] <= at[0] < span[1] for span in self.silent) or super().is_ignored(at)

    def _walk(self, root: Node) -> None:
        """Note the imports below a node, and all classes with their methods. A class without a name is known by the
        offset where it begins."""
        waiting: list[tuple[Node, ClassMembers | None]] = [(root, None)]
        while waiting:
            node, around = waiting.pop()
            for child in node.named_children:
                if child.type == "import_declaration":
                    self._import(child)
                elif child.type in _CLASSES:
                    self._silence(child)
                    waiting.append((child, self._class(child, word(child, "name"), around)))
                elif child.type == "class_body" and node.type not in _CLASSES:
                    waiting.append((child, self._class(node, f"{node.start_byte}", around)))
                else:
                    if child.type in _METHODS and around is not None:
                        self._silence(child)
                        self._method(child, around)
                    if child.type not in _METHODS or _HAS_CLASS.search(child.text or b""):
                        waiting.append((child, around))

    def _import(self, node: Node) -> None:
        owner, _, name = text(first(node)).rpartition(".")
        if all(child.type != "static" for child in node.children):
            self.imports[name] = self.knowledge.annotations.get(name, name)
        else:
            self.statics[name] = owner.rpartition(".")[2]

    def _silence(self, node: Node) -> None:
        """Note the range of a declaration whose annotations tell checkers to be silent."""
        for annotation in annotations_of(node):
            name = annotation_name(annotation)
            if name == "SuppressFBWarnings" or (name == "SuppressWarnings" and _SILENT.search(text(annotation))):
                self.silent.append(at_of(node))

    # Classes

    def _class(self, node: Node, name: str, around: ClassMembers | None) -> ClassMembers:
        """Note a class with its fields, and return its members. `around` are those of the class that it is in."""
        above = [child for clause in inner(node) if clause.type in _ABOVE for child in _flat(clause)]
        if node.type == "object_creation_expression" and (type_ := part(node, "type")) is not None:
            above = [type_]
        bases = [type_.name for base in above if (type_ := read(base, self.knowledge.annotations)) is not None]
        class_ = Class(at_of(node), name, tuple(bases), is_interface=node.type == "interface_declaration")
        members = ClassMembers(class_, around, self.knowledge, self.statics)
        self.classes[name] = class_
        body = part(node, "body") or next((child for child in inner(node) if child.type == "class_body"), None)
        for child in _flat(body):
            if child.type in ("field_declaration", "constant_declaration"):
                for declarator in child.children_by_field_name("declarator"):
                    self._field(declarator, declared(child, self.knowledge.annotations), members)
            elif child.type == "method_declaration":
                members.methods[word(child, "name")] = members.methods.get(word(child, "name"), 0) + 1
        for member in inner(part(node, "parameters")) if node.type == "record_declaration" else ():
            self._field(member, declared(member, self.knowledge.annotations), members)
        return members

    def _field(self, node: Node, type_: Type | None, members: ClassMembers) -> None:
        name, value = word(node, "name"), part(node, "value")
        members.fields[name] = type_._replace(nullable=0) if type_ is not None else None
        members.class_.stores[name] = [StoredValue(at_of(node), None, partial(self._value, value, members), type_)]

    # Code

    def _value(self, node: Node | None, members: ClassMembers) -> il.Expression | None:
        """Return the value of a field; None where nothing is known of it."""
        if node is None or node.type == "array_initializer":
            return None
        nowhere = Function(at_of(node), "", (), None, lambda _: (), b"", receiver="this", receiver_class=members.class_)
        return JavaLowering(nowhere, Scopes(), members).expression(node)

    def _method(self, node: Node, members: ClassMembers) -> None:
        """Note a method, a constructor or a static initializer. Only a method that isn't overloaded is found by its
        name."""
        class_, annotations = members.class_, self.knowledge.annotations
        name = word(node, "name") if node.type == "method_declaration" else "<init>"
        parameters = [
            parameter for child in inner(part(node, "parameters")) if (parameter := self._parameter(child)) is not None
        ]
        source = self.tree.encoded[node.start_byte : node.end_byte]
        function = Function(
            at_of(node), name, tuple(parameters), declared(node, annotations) if name != "<init>" else None,
            partial(self._lowered, node, members), source, class_, receiver="this", receiver_class=class_,
            is_stub=part(node, "body") is None and node.type == "method_declaration",
            is_of_class=any(member.type == "static" for child in node.children[:1] for member in child.children),
            decorators=tuple(annotation_name(annotation) for annotation in annotations_of(node)),
        )  # fmt: skip
        self.functions.append(function)
        if node.type != "static_initializer" and (name == "<init>" or members.methods.get(name) == 1):
            class_.methods.setdefault(name if name not in class_.methods else f"{name}@{node.start_byte}", function)
        elif node.type == "method_declaration":
            class_.overloaded.setdefault(name, []).append(function)

    def _parameter(self, node: Node) -> Parameter | None:
        if node.type != "spread_parameter":
            name = part(node, "name")
            type_ = declared(node, self.knowledge.annotations)
            return Parameter(at_of(node), text(name), None, type_) if name is not None else None
        declarator = next((child for child in inner(node) if child.type == "variable_declarator"), None)
        return Parameter(at_of(node), word(declarator, "name"), default=None, annotation=None, kind="*")

    def _lowered(self, node: Node, members: ClassMembers, function: Function) -> Block:
        scopes = Scopes()
        for parameter in function.parameters:
            type_ = parameter.annotation
            scopes.declare(parameter.name, 0, type_._replace(nullable=0) if type_ is not None else None)
        return JavaLowering(function, scopes, members).body(node)


def _flat(node: Node | None) -> Iterator[Node]:
    """Yield the parts of a node, with those of the lists in it."""
    for child in inner(node):
        yield from inner(child) if child.type in _LISTS else (child,)


home_of = JavaOutliner.home_of

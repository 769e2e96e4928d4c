"""What a file of JavaScript or TypeScript declares. Functions are made when their text is met, and lowered when they
are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Parameter, Store
from breadknife.plugins.nullcheck.core.il import At, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.languages.ecmascript.assigned import Assigned
from breadknife.plugins.nullcheck.languages.ecmascript.building import at_of, bound
from breadknife.plugins.nullcheck.languages.ecmascript.comments import Comments, looked_at, uses_at_once
from breadknife.plugins.nullcheck.languages.ecmascript.expressions import FUNCTIONS
from breadknife.plugins.nullcheck.languages.ecmascript.imports import Links, links
from breadknife.plugins.nullcheck.languages.ecmascript.module_state import ModuleState
from breadknife.plugins.nullcheck.languages.ecmascript.statements import Statements
from breadknife.plugins.nullcheck.languages.ecmascript.types import (
    NOTHING_SAID,
    UNDEFINED,
    Doc,
    Types,
    inner,
    optional,
    promised,
    text,
)
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

_TYPED = frozenset({"typescript", "typescriptreact"})
_SHAPES = frozenset({"interface_declaration", "class_declaration", "abstract_class_declaration", "class"})
_METHODS = frozenset({"method_definition", "method_signature", "abstract_method_signature"})
_RETURNS_NULL = re.compile(rb"\breturn\s+(?:null|undefined)\b")
_DECLARING = (b"?:", b"void 0", b"@param", b"@type")
"""How code says without the word that something may be null."""
_OPEN_ENDS = frozenset({"return_statement", "throw_statement"})
_NO_FUNCTION = Function((0, 0), "?", (), None, lambda _: (), b"")
"""Stands for a function that isn't at the top of the module."""


@dataclass
class Outline:
    """Reads one file. The lowering of its functions asks it for what it declares."""

    tree: SyntaxTree
    knowledge: Knowledge
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    functions: list[Function] = field(default_factory=list[Function])
    named: dict[str, Function] = field(default_factory=dict[str, Function])
    variables: dict[str, list[Store]] = field(default_factory=dict[str, list[Store]])
    aliases: dict[str, Type] = field(default_factory=dict[str, Type])
    closures: dict[str, Function] = field(default_factory=dict[str, Function])
    _names: dict[str, str] = field(default_factory=dict[str, str])
    _repeated: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        self.is_typed = self.tree.language in _TYPED
        self._assigned = Assigned(self.tree)
        self._comments = Comments(self.tree, self.is_typed)
        self.links: Links = links(self.tree.root)
        self.types = Types(self.knowledge.annotations, self.links.imports, self._shape)
        root = self.tree.root
        self.main = Function(
            at_of(root), "", (), None, lambda function: self._statements(function, {}).body(root), self.tree.encoded,
            keeps=partial(self._assigned.keeps, (0, root.end_byte)), tells_types=self.is_typed,
            changed_within=self._assigned.changed(None),
            has_declared_null=any(each in self.tree.encoded for each in _DECLARING),
        )  # fmt: skip
        self._checks_comments = b"@ts-check" in self.tree.encoded[:500]

    def file(self) -> File:
        for node in inner(self.tree.root):
            self._declare(node)
        for node in inner(self.tree.root):
            self._top(node)
        for name in self._repeated | (self.named.keys() & self.classes.keys()):
            self.named.pop(name, None)
        for name, offsets in self._assigned.offsets.items():
            for offset in offsets:
                self._stored(name, offset)
        state = ModuleState(
            self.tree.encoded,
            self.functions,
            self.variables,
            self.links,
            self.is_typed,
            self.knowledge.functions["first_functions"],
        )
        return File(
            self.main, self.links.imports, self.functions, self.named, self.classes, self.variables, {},
            self._comments.is_ignored,
            self._span, self._source, self.is_typed, self.aliases, self.closures, self.links.exports,
            state.may_be_unset,
        )  # fmt: skip

    def _span(self, at: At) -> Span:
        return Span(self.tree.offset(at[0]), self.tree.offset(at[1]))

    def _source(self, at: At) -> str:
        return self.tree.encoded[at[0] : at[1]].decode("utf-8", "replace")

    def defines(self, name: str, /) -> bool:
        return name in self.named or name in self._repeated

    # What is at the top of the module

    def _declare(self, node: Node) -> None:
        """Note the names that a statement at the top declares."""
        definition = (node.child_by_field_name("declaration") or node) if node.type == "export_statement" else node
        for each in [definition, *(inner(definition) if definition.type.endswith("declaration") else ())]:
            for name in bound(each.child_by_field_name("name")):
                self._names[name] = name

    def _top(self, node: Node) -> None:
        definition = (node.child_by_field_name("declaration") or node) if node.type == "export_statement" else node
        if definition.type == "ambient_declaration":
            definition = next(iter(inner(definition)), definition)
        kind = definition.type
        if kind in ("function_declaration", "generator_function_declaration", "function_signature"):
            self._named(text(definition.child_by_field_name("name")), definition)
        elif kind in _SHAPES:
            self.class_(definition, self._names, None)
        elif kind == "type_alias_declaration":
            self._alias(definition)
        elif kind in ("lexical_declaration", "variable_declaration"):
            for each in inner(definition):
                self._variable(each, definition)
        elif kind == "expression_statement":
            self._assigned_function(inner(definition))
        elif kind in ("internal_module", "module"):
            for each in inner(definition.child_by_field_name("body")):
                self._top(each)

    def _named(self, name: str, node: Node) -> None:
        function = self.function(node, self._names, self.main)
        function.name = name
        if name in self.named:
            self._repeated.add(name)
            self.named[name].is_plain = function.is_plain = False  # overloaded: which one is meant isn't known
        self.named[name] = function
        self.functions.append(function)

    def _variable(self, node: Node, holder: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        if name.type != "identifier":
            for each in set(bound(name)) - self.links.imports.keys():
                self.variables.setdefault(each, []).append(Store(at_of(node), None, lambda: None))
            return
        if text(name) in self.links.imports:
            return
        annotation = self.type(node.child_by_field_name("type"))
        if annotation is None and not self.is_typed:
            annotation = self._comments.doc(holder).type
            annotation = annotation if annotation is not None and annotation.nullable else None
        if value is not None and value.type in FUNCTIONS:
            self._named(text(name), value)
            return
        is_null = value is not None and value.type in ("null", "undefined")
        store = Store(at_of(node), None, lambda: None, annotation, is_null, value is not None)
        self.variables.setdefault(text(name), []).append(store)

    def _assigned_function(self, nodes: list[Node]) -> None:
        """`exports.name = function () {}`."""
        for node in nodes:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if (
                node.type == "assignment_expression"
                and right is not None
                and right.type in FUNCTIONS
                and left is not None
            ):
                function = self.function(right, self._names, self.main)
                function.name = text(left.child_by_field_name("property") or left)
                self.functions.append(function)
            elif node.type == "internal_module":
                for each in inner(node.child_by_field_name("body")):
                    self._top(each)

    def _stored(self, name: str, offset: int) -> None:
        """A value that a variable of the module gets later."""
        if name not in self.variables:
            return
        around = next((each for each in self.functions if each.at[0] <= offset < each.at[1]), None)
        if around is None and self._assigned.function_at(offset) is not None:
            around = _NO_FUNCTION
        rest = self.tree.encoded[offset + len(name.encode()) : offset + len(name) + 40]
        is_null = re.match(rb"\s*=\s*(?:null|undefined)\b", rest) is not None
        self.variables[name].append(Store((offset, offset + len(name)), around, lambda: None, None, is_null))

    # Functions

    def function(self, node: Node, names: Mapping[str, str], around: Function, /) -> Function:
        at = at_of(node)
        key = f"=>{at[0]}"
        if key in self.closures:
            return self.closures[key]
        body = node.child_by_field_name("body")
        bounds = self._bounds(node)
        doc = self._comments.doc(node) if not self.is_typed else NOTHING_SAID
        source = self.tree.encoded[at[0] : at[1]]
        returns = self._result(node, doc)
        if not self.is_typed and returns is not None and not returns.nullable and _RETURNS_NULL.search(source):
            returns = None  # the code gives the lie to the comment
        is_async = bool(node.children) and any(child.type == "async" for child in node.children[:4])
        gives = promised(returns)
        is_arrow = node.type == "arrow_function"
        is_own = is_arrow and bool(around.receiver)
        function = Function(
            at, "", (), gives if gives is not None else returns,
            lambda function: self._lowered(function, node, dict(names), bounds), source,
            around=around, receiver=around.receiver if is_own else "",
            receiver_class=around.receiver_class if is_own else None,
            is_async=is_async or gives is not None,
            is_generator=node.type.startswith("generator") or any(child.type == "*" for child in node.children[:5]),
            is_stub=body is None, is_expression=body is not None and body.type != "statement_block",
            has_declared_null=any(each in source for each in _DECLARING) or any(
                each.nullable for each in doc.parameters.values()
            ),
            keeps=partial(self._assigned.keeps, at), tells_types=self.is_typed,
            changed_within=self._assigned.changed(at),
        )  # fmt: skip
        function.parameters = self._parameters(node, doc, source)
        predicate = node.child_by_field_name("return_type")
        if predicate is not None and predicate.type in ("asserts_annotation", "type_predicate_annotation"):
            said = next(iter(inner(predicate)), predicate)
            said = next(iter(inner(said)), said) if said.type == "asserts" else said
            function.narrows = text(said.child_by_field_name("name") or said)
            function.asserts = predicate.type == "asserts_annotation"
        function.is_open = body is not None and body.type == "statement_block" and _is_open(body)
        self.closures[key] = function
        around.within.append(function)
        return function

    def _result(self, node: Node, doc: Doc) -> Type | None:
        said = node.child_by_field_name("return_type")
        if said is None:
            return doc.returns
        return self.type(said) if said.type == "type_annotation" else None

    def _bounds(self, node: Node) -> Mapping[str, Type]:
        """The parameters of types that hold within a node."""
        own = dict[str, Type]()
        for each in inner(node.child_by_field_name("type_parameters")):
            limit = self.type(each.child_by_field_name("constraint"))
            own[text(each.child_by_field_name("name"))] = limit or Type("")
        self.types.bounds |= own
        return own

    def _lowered(self, function: Function, node: Node, names: dict[str, str], bounds: Mapping[str, Type]) -> il.Block:
        self.types.bounds |= bounds
        body, at = node.child_by_field_name("body"), at_of(node)
        if body is None:
            return ()
        statements = self._statements(function, names)
        first = list[il.Statement]()
        patterns = [each.child_by_field_name("pattern") or each for each in _given(node)]
        for pattern in patterns:
            names |= {name: name for name in bound(pattern.child_by_field_name("left") or pattern)}
        for pattern in patterns:
            target = pattern.child_by_field_name("left") or pattern
            if target.type in ("object_pattern", "array_pattern"):
                first += statements.assign(target, il.Name(at_of(target), f"@{target.start_byte}"), at)
        return (*first, *statements.body(body))

    def _statements(self, function: Function, names: dict[str, str]) -> Statements:
        return Statements(function, self, names)

    def _parameters(self, node: Node, doc: Doc, source: bytes) -> tuple[Parameter, ...]:
        found = list[Parameter]()
        asked = looked_at(node, source) if any(each.nullable for each in doc.parameters.values()) else frozenset[str]()
        for each in _given(node):
            pattern = each.child_by_field_name("pattern") or each
            value = each.child_by_field_name("value") or each.child_by_field_name("right")
            target = pattern.child_by_field_name("left") or pattern
            name = text(target) if target.type == "identifier" else f"@{target.start_byte}"
            if pattern.type == "rest_pattern":
                name, kind = text(next(iter(inner(pattern)), pattern)), "*"
            else:
                kind = ""
            type_ = self.type(each.child_by_field_name("type"))
            if type_ is None and name in doc.parameters and asked.isdisjoint((name, "arguments")):
                type_ = doc.parameters[name]
                if type_.nullable and name in doc.optional and not uses_at_once(name, node, source):
                    type_ = type_._replace(nullable=type_.nullable & ~UNDEFINED)
            if type_ is not None and each.type == "optional_parameter":
                type_ = optional(type_)
            default = self._default(value)
            if value is not None and type_ is not None:
                type_ = type_._replace(nullable=type_.nullable & ~UNDEFINED)
            left_out = il.Null(at_of(each), "undefined", nulls=UNDEFINED) if value is None and kind == "" else None
            if self.is_typed and each.type != "optional_parameter":
                left_out = None
            found.append(Parameter(at_of(target), name, default, type_, kind, left_out))
        return tuple(found)

    def _default(self, value: Node | None) -> il.Expression | None:
        if value is None:
            return None
        scratch = Function((0, 0), "", (), None, lambda _: (), b"")
        if value.type in FUNCTIONS or inner(value):
            return il.Parts(at_of(value), (), forks=False)
        return Statements(scratch, self, {}).expression(value)

    # Types

    def cast(self, node: Node, /) -> Type | None:
        return self._comments.cast(node)

    def type(self, node: Node | None, /) -> Type | None:
        return self.types.read(node)

    def named_type(self, name: str, /) -> Type:
        return self.types.named(name)

    def _alias(self, node: Node) -> None:
        name, value = text(node.child_by_field_name("name")), node.child_by_field_name("value")
        self._bounds(node)
        if value is not None and value.type == "object_type":
            self._members(value, name, ())
        elif (type_ := self.type(value)) is not None:
            self.aliases[name] = type_

    def _shape(self, node: Node) -> str:
        name = f"{{}}{node.start_byte}"
        if name not in self.classes:
            self._members(node, name, ())
        return name

    def class_(self, node: Node, names: Mapping[str, str], around: Function | None, /) -> None:
        name = text(node.child_by_field_name("name")) or f"class@{node.start_byte}"
        if around is not None and around is not self.main and name in self.classes:
            name = f"{name}@{node.start_byte}"
        self._bounds(node)
        bases = list[str]()
        for clause in inner(node):
            clauses = inner(clause) if clause.type == "class_heritage" else [clause]
            for each in clauses:
                if each.type in ("extends_clause", "extends_type_clause") or (
                    clause.type == "class_heritage" and not self.is_typed
                ):
                    values = each.children_by_field_name("value") or each.children_by_field_name("type") or [each]
                    bases += [(self._base(value) or self.type(value) or Type("")).name for value in values]
        if name in self.classes and self.classes[name].at == at_of(node):
            return
        body = node.child_by_field_name("body")
        if body is not None:
            self._members(body, name, tuple(bases), names, around)

    def _base(self, node: Node) -> Type | None:
        return Type(self.links.imports.get(text(node), text(node))) if node.type == "identifier" else None

    def _members(
        self, body: Node, name: str, bases: tuple[str, ...], names: Mapping[str, str] | None = None,
        around: Function | None = None,
    ) -> None:  # fmt: skip
        class_ = Class(at_of(body.parent or body) if names is not None else at_of(body), name, bases)
        known = self.classes.get(name)
        if known is not None and body.type in ("interface_body", "object_type"):
            class_ = known  # declared in two parts
        self.classes[name] = class_
        for each in inner(body):
            if each.type in _METHODS:
                self._method(each, class_, names or {}, around or self.main)
            elif each.type in ("public_field_definition", "field_definition", "property_signature"):
                self._field(each, class_, names or {}, around or self.main)

    def _method(self, node: Node, class_: Class, names: Mapping[str, str], around: Function) -> None:
        name, function = text(node.child_by_field_name("name")), self.function(node, names, around)
        is_static = any(child.type == "static" for child in node.children[:3])
        function.name, function.owner = name, class_
        function.receiver, function.receiver_class = "this", class_
        function.is_of_class = is_static
        function.is_property = any(child.type == "get" for child in node.children[:4])
        table = class_.statics if is_static else class_.methods
        if any(child.type == "set" for child in node.children[:4]):
            table = {}
        elif name in table and node.type != "method_definition":
            function.is_plain = table[name].is_plain = False  # overloaded
        table[name] = function
        self.functions.append(function)
        if name == "constructor":
            for each in _given(node):
                if any(child.type in ("accessibility_modifier", "readonly") for child in each.children[:2]):
                    type_, pattern = self.type(each.child_by_field_name("type")), each.child_by_field_name("pattern")
                    if type_ is not None and each.type == "optional_parameter":
                        type_ = optional(type_)
                    class_.stores[text(pattern)] = [Store(at_of(each), None, lambda: None, type_)]
            self._told_fields(node, class_)

    def _told_fields(self, node: Node, class_: Class) -> None:
        """`/** @type {A|null} */ this.a = b` in a constructor, where the file asks to be checked."""
        for each in inner(node.child_by_field_name("body")) if self._checks_comments else ():
            left = next((part.child_by_field_name("left") for part in inner(each)), None)
            name = text(left).removeprefix("this.")
            if name.isidentifier() and (type_ := self._comments.doc(each).type) is not None:
                class_.stores.setdefault(name, []).append(Store(at_of(each), None, lambda: None, type_))

    def _field(self, node: Node, class_: Class, names: Mapping[str, str], around: Function) -> None:
        name, value = (
            text(node.child_by_field_name("name") or node.child_by_field_name("property")),
            node.child_by_field_name("value"),
        )
        type_ = self.type(node.child_by_field_name("type"))
        if any(child.type == "?" for child in node.children) and type_ is not None:
            type_ = optional(type_)
        if type_ is None and self._checks_comments:
            type_ = self._comments.doc(node).type
        if value is not None and value.type in FUNCTIONS:
            function = self.function(value, names, around)
            function.receiver, function.receiver_class = "this", class_
            function.name = name
            self.functions.append(function)
            if type_ is None and node.type != "property_signature":
                class_.methods[name] = function
                return
        if type_ is not None:
            class_.stores.setdefault(name, []).append(Store(at_of(node), None, lambda: None, type_))


def _given(node: Node) -> list[Node]:
    """The parameters of a function, without `this`."""
    single = node.child_by_field_name("parameter")
    nodes = [single] if single is not None else inner(node.child_by_field_name("parameters"))
    return [each for each in nodes if (each.child_by_field_name("pattern") or each).type != "this"]


def _is_open(body: Node) -> bool:
    statements = inner(body)
    return not statements or statements[-1].type not in _OPEN_ENDS or b"return;" in (body.text or b"")

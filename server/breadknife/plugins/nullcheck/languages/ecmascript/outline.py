"""What a file of JavaScript or TypeScript declares. Functions are made when their text is met, and lowered when they
are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import (
    Class,
    FileDeclarations,
    Function,
    Parameter,
    Predicate,
    StoredValue,
)
from breadknife.plugins.nullcheck.core.il import Block, ByteRange, Type
from breadknife.plugins.nullcheck.languages.ecmascript.assigned import assigned
from breadknife.plugins.nullcheck.languages.ecmascript.expressions import FUNCTIONS, PATTERNS
from breadknife.plugins.nullcheck.languages.ecmascript.imports import ModuleLinks, links
from breadknife.plugins.nullcheck.languages.ecmascript.statements import EcmaScriptLowering, bound, exported
from breadknife.plugins.nullcheck.languages.ecmascript.types import UNDEFINED, TypeScriptTypes, optional, promised
from breadknife.plugins.nullcheck.languages.lowering import nothing
from breadknife.plugins.nullcheck.languages.outlining import Outliner, at_of, first, inner, part, text, word
from breadknife.plugins.nullcheck.languages.scopes import Scopes
from breadknife.text.syntax import Node, is_misread

_TYPED = frozenset({"typescript", "typescriptreact"})
_SHAPES = frozenset({"interface_declaration", "class_declaration", "abstract_class_declaration", "class"})
_DECLARED = frozenset({"function_declaration", "generator_function_declaration", "function_signature"})
_METHODS = frozenset({"method_definition", "method_signature", "abstract_method_signature"})
_FIELDS = frozenset({"public_field_definition", "field_definition", "property_signature"})
_EXTENDS = frozenset({"extends_clause", "extends_type_clause"})


@dataclass
class EcmaScriptOutliner(Outliner):
    """Reads one file. The lowering of its functions asks it for what it declares."""

    language = "ecmascript"

    aliases: dict[str, Type] = field(default_factory=dict[str, Type])
    closures: dict[str, Function] = field(default_factory=dict[str, Function])
    _scopes: Scopes = field(default_factory=Scopes)
    """The names that the module declares."""
    _repeated: set[str] = field(default_factory=set[str])
    """Names that several functions of the module have."""

    def __post_init__(self) -> None:
        self.is_typed = self.tree.language in _TYPED
        self._assigned = assigned(self.tree)
        self.links: ModuleLinks = links(self.tree.root)
        self.imports = self.links.imports
        self.types = TypeScriptTypes(self.knowledge.annotations, self.imports, self._shape)
        root = self.tree.root
        self.main = Function(
            at_of(root), "", (), None, lambda main: EcmaScriptLowering(main, Scopes(), self).body(root),
            self.tree.encoded,
            changed_within=self._assigned.within[None],
        )  # fmt: skip

    def file(self) -> FileDeclarations:
        for node in map(exported, inner(self.tree.root)):
            for child in [node, *(inner(node) if node.type.endswith("declaration") else ())]:
                for name in bound(part(child, "name")):
                    self._scopes.declare(name, 0)
        for node in inner(self.tree.root):
            self._top(node)
        for name in self._repeated | (self.named.keys() & self.classes.keys()):
            self.named.pop(name, None)
        for name in self._assigned.places.keys() & self.variables.keys():
            for at, is_within in self._assigned.places[name]:
                self.variables[name].append(StoredValue(at, self.main if is_within else None, lambda: None))
        return replace(
            self.file_of(self.main), is_typed=self.is_typed, aliases=self.aliases, closures=self.closures,
            exports=self.links.exports,
        )  # fmt: skip

    def is_ignored(self, at: ByteRange) -> bool:
        node = self.tree.root.descendant_for_byte_range(*at) if self.tree.root.has_error else None
        is_silent = b"@ts-nocheck" in self.tree.encoded[:200] or (node is not None and is_misread(node))
        return is_silent or super().is_ignored(at)

    # What is at the top of the module

    def _top(self, node: Node) -> None:
        """Note what a statement at the top of a module, or of a namespace, declares."""
        definition = exported(node)
        if definition.type == "ambient_declaration":
            definition = first(definition) or definition
        kind = definition.type
        if kind in _DECLARED:
            self._named(word(definition, "name"), definition)
        elif kind in _SHAPES:
            self.class_(definition, self._scopes, self.main)
        elif kind == "type_alias_declaration":
            self._alias(definition)
        elif kind in ("lexical_declaration", "variable_declaration"):
            for child in inner(definition):
                self._variable(child)
        elif kind in ("internal_module", "module"):
            for member in inner(part(definition, "body")):
                self._top(member)

    def _named(self, name: str, node: Node) -> None:
        """Note a function of the module."""
        function = self.function(node, self._scopes, self.main)
        function.name = name
        if name in self.named:
            self._repeated.add(name)
            self.named[name].is_plain = function.is_plain = False  # overloaded: which one is meant isn't known
        self.named[name] = function
        self.functions.append(function)

    def _variable(self, node: Node) -> None:
        name, value = part(node, "name"), part(node, "value")
        names = set(bound(name)) - self.imports.keys()  # without `const a = require("b")`
        if name is not None and name.type != "identifier":
            for bound_name in names:
                self.variables.setdefault(bound_name, []).append(_store(node))
        elif value is not None and value.type in FUNCTIONS and names:
            self._named(text(name), value)
        elif names:
            type_ = self.types.read(part(node, "type"))
            self.variables.setdefault(text(name), []).append(_store(node, type_))

    # Functions

    def function(self, node: Node, scopes: Scopes, around: Function, /) -> Function:
        """Return the function that is written at a node, which is made once."""
        at = at_of(node)
        key = il.closure_key(at[0])
        if key in self.closures:
            return self.closures[key]
        body, source, return_type = part(node, "body"), self.tree.encoded[at[0] : at[1]], part(node, "return_type")
        inner_scopes = scopes.inside()
        returns = (
            self.types.read(return_type) if return_type is not None and return_type.type == "type_annotation" else None
        )
        promised_type = promised(returns)
        has_outer_this = node.type == "arrow_function" and bool(around.receiver)
        heads = {child.type for child in node.children[:5]}
        function = Function(
            at, "", (), promised_type if promised_type is not None else returns,
            lambda function: self._lowered(function, node, inner_scopes), source,
            around=around, receiver=around.receiver if has_outer_this else "",
            receiver_class=around.receiver_class if has_outer_this else None,
            is_async="async" in heads or promised_type is not None, is_generator="*" in heads,
            is_stub=body is None,
            changed_within=self._assigned.within[at], predicate=self._predicate(return_type),
        )  # fmt: skip
        function.parameters = tuple(self._parameter(child) for child in _parameter_nodes(node))
        if function.parameters and function.parameters[0].annotation is None:
            given, *others = function.parameters
            function.parameters = (given._replace(annotation=self._props(node)), *others)
        self.closures[key] = function
        around.within.append(function)
        return function

    def _predicate(self, returns: Node | None) -> Predicate | None:
        """Return what `x is T`, `asserts x` and `asserts x is T` say that holds of a parameter, or of `this`."""
        if returns is None or returns.type not in ("type_predicate_annotation", "asserts_annotation"):
            return None
        is_asserted = returns.type == "asserts_annotation"
        told = first(first(returns) if is_asserted else returns)
        if told is None or told.type != "type_predicate":
            return Predicate(text(told), None, is_asserted) if told is not None else None
        return Predicate(word(told, "name"), self.types.read(part(told, "type")), is_asserted)

    def _lowered(self, function: Function, node: Node, scopes: Scopes) -> Block:
        """Return the body of a function, after what takes its parameters apart that are patterns."""
        body = part(node, "body")
        lowering, before = EcmaScriptLowering(function, scopes, self), list[il.Statement]()
        targets = [_target(child) for child in _parameter_nodes(node)]
        for name in (name for target in targets for name in bound(target)):
            lowering.scopes.declare(name, 0, is_own=True)
        for target in targets:
            if target.type in PATTERNS:
                before += lowering.assign(target, il.Name(at_of(target), f"@{target.start_byte}"), at_of(node))
        return (*before, *lowering.body(body)) if body is not None else ()

    def _parameter(self, node: Node) -> Parameter:
        target, value = _target(node), part(node, "value") or part(node, "right")
        is_rest = target.type == "rest_pattern"
        name = f"@{target.start_byte}" if target.type in PATTERNS else text(first(target) if is_rest else target)
        type_ = self.types.read(part(node, "type"))
        may_be_left_out = node.type == "optional_parameter"
        if type_ is not None and may_be_left_out:
            type_ = optional(type_)
        if type_ is not None and value is not None:
            type_ = type_._replace(nullable=type_.nullable & ~UNDEFINED)
        left_out = None
        if value is None and not is_rest and (may_be_left_out or not self.is_typed):
            left_out = il.Null(at_of(node), "undefined", nulls=UNDEFINED)
        return Parameter(at_of(target), name, self._default(value), type_, "*" if is_rest else "", left_out)

    def _props(self, node: Node) -> Type | None:
        """Return the type of what a component gets: `const A: FC<Props> = ({ b }) => …`."""
        declarator = node.parent if node.parent is not None and node.parent.type == "variable_declarator" else None
        return self._of_component(self.types.read(part(declarator, "type")) if declarator is not None else None)

    def _props_of_class(self, node: Node) -> Type | None:
        """Return the type of what a component gets: `class A extends Component<Props>`."""
        clause = next(_extend_clauses(node), None)
        written = part(clause, "type_arguments")
        if clause is None or written is None:
            return None
        type_ = self.types.named(word(clause, "value"))
        return self._of_component(type_._replace(arguments=tuple(self.types.read(each) for each in inner(written)[:1])))

    def _of_component(self, type_: Type | None) -> Type | None:
        name = type_.name.replace("react.default.", "react.") if type_ is not None else ""
        is_component = name in self.knowledge.functions["component_types"]
        return type_.arguments[0] if type_ is not None and is_component and type_.arguments else None

    def _default(self, value: Node | None) -> il.Expression | None:
        """Return the default of a parameter; only of a simple one anything is known. None if there is none."""
        if value is None or value.type in FUNCTIONS or inner(value):
            return nothing(at_of(value)) if value is not None else None
        return EcmaScriptLowering(Function((0, 0), "", (), None, lambda _: (), b""), Scopes(), self).expression(value)

    # Types and classes

    def _alias(self, node: Node) -> None:
        """Note a type alias; one of an object type, or of an intersection, is a class of that name."""
        name, value = word(node, "name"), part(node, "value")
        if value is not None and value.type in ("object_type", "intersection_type"):
            self._shaped(value, name)
        elif (type_ := self.types.read(value)) is not None:
            self.aliases[name] = type_

    def _shape(self, node: Node) -> str:
        """Note an object type that is written in place, or an intersection, and return the name that it has from then
        on."""
        name = f"{{}}{node.start_byte}"
        if name not in self.classes:
            self._shaped(node, name)
        return name

    def _shaped(self, node: Node, name: str) -> None:
        types = inner(node) if node.type == "intersection_type" else []
        bases = tuple(type_.name for child in types if (type_ := self.types.read(child)) is not None)
        if "" in bases:  # `typeof x` may have what others only may have
            bases = ()
        self._members(node, Class(at_of(node), name, bases), self._scopes, self.main)

    def class_(self, node: Node, scopes: Scopes, around: Function, /) -> None:
        name = word(node, "name") or f"class@{node.start_byte}"
        if around is not self.main and name in self.classes:
            name = f"{name}@{node.start_byte}"
        body, noted = part(node, "body"), self.classes.get(name)
        if body is not None and (noted is None or noted.at != at_of(node)):
            bases = (self._base(base).name for base in _extended(node))
            class_ = Class(at_of(node), name, tuple(bases))
            if (props := self._props_of_class(node)) is not None:
                class_.stores["props"] = [_store(node, props)]
            self._members(body, class_, scopes, around)

    def _base(self, node: Node) -> Type:
        return self.types.named(text(node)) if node.type == "identifier" else self.types.read(node) or Type("")

    def _members(self, body: Node, class_: Class, scopes: Scopes, around: Function) -> None:
        """Note a class with the methods and fields of its body."""
        if body.type in ("interface_body", "object_type"):
            class_ = self.classes.get(class_.name, class_)  # an interface may be declared in several parts
        self.classes[class_.name] = class_
        for child in inner(body):
            if child.type in _METHODS:
                self._method(child, class_, scopes, around)
            elif child.type in _FIELDS:
                self._field(child, class_, scopes, around)

    def _method(self, node: Node, class_: Class, scopes: Scopes, around: Function) -> None:
        name, heads = word(node, "name"), {child.type for child in node.children[:4]}
        function = self._of_class(node, name, class_, scopes, around)
        function.owner, function.is_of_class, function.is_property = class_, "static" in heads, "get" in heads
        table = class_.statics if function.is_of_class else class_.methods
        if name in table and heads.isdisjoint(("get", "set")):
            function.is_plain = table[name].is_plain = False  # overloaded
        if "set" not in heads:
            table[name] = function
        for member in _parameter_nodes(node) if name == "constructor" else ():
            if any(child.type in ("accessibility_modifier", "readonly") for child in member.children[:2]):
                type_ = self._parameter(member).annotation
                class_.stores[word(member, "pattern")] = [_store(member, type_)]

    def _of_class(self, node: Node, name: str, class_: Class, scopes: Scopes, around: Function) -> Function:
        function = self.function(node, scopes, around)
        function.name, function.receiver, function.receiver_class = name, "this", class_
        self.functions.append(function)
        return function

    def _field(self, node: Node, class_: Class, scopes: Scopes, around: Function) -> None:
        name, value = word(node, "name") or word(node, "property"), part(node, "value")
        type_ = self.types.read(part(node, "type"))
        if type_ is not None and any(child.type == "?" for child in node.children):
            type_ = optional(type_)
        if value is not None and value.type in FUNCTIONS:
            function = self._of_class(value, name, class_, scopes, around)
            if type_ is None:
                class_.methods[name] = function
        if type_ is not None:
            class_.stores.setdefault(name, []).append(_store(node, type_))


def _store(node: Node, type_: Type | None = None) -> StoredValue:
    """Return a store of which only the declared type is known."""
    return StoredValue(at_of(node), None, lambda: None, type_)


def _extended(node: Node) -> Iterable[Node]:
    """Yield what a class or an interface extends. The grammar of JavaScript has no clause for it."""
    for clause in inner(node):
        for child in inner(clause) if clause.type == "class_heritage" else [clause]:
            if child.type in _EXTENDS:
                yield from child.children_by_field_name("value") or child.children_by_field_name("type")
            elif clause.type == "class_heritage" and child.type != "implements_clause":
                yield child


def _extend_clauses(node: Node) -> Iterator[Node]:
    """Yield the clauses that say what a class of TypeScript extends."""
    for heritage in inner(node):
        if heritage.type == "class_heritage":
            yield from (clause for clause in inner(heritage) if clause.type == "extends_clause")


def _parameter_nodes(node: Node) -> list[Node]:
    """Return the parameters of a function, without `this`."""
    single = part(node, "parameter")
    nodes = [single] if single is not None else inner(part(node, "parameters"))
    return [child for child in nodes if (part(child, "pattern") or child).type != "this"]


def _target(node: Node) -> Node:
    """Return the name or the pattern of a parameter."""
    pattern = part(node, "pattern") or node
    return part(pattern, "left") or pattern


home_of = EcmaScriptOutliner.home_of

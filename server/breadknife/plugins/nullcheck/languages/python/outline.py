"""What a file of Python declares. Bodies of functions are lowered when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Parameter, Store
from breadknife.plugins.nullcheck.core.il import At, Block, Expression, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.languages.python.expressions import Expressions, at_of, inner, text
from breadknife.plugins.nullcheck.languages.python.statements import Statements, is_ignore
from breadknife.plugins.nullcheck.languages.python.types import type_of
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

_BLOCKS = frozenset({
    "if_statement", "elif_clause", "else_clause", "for_statement", "while_statement", "try_statement", "except_clause",
    "except_group_clause", "finally_clause", "with_statement", "match_statement", "case_clause", "block",
})  # fmt: skip
_PARAMETERS = frozenset({
    "identifier", "default_parameter", "typed_parameter", "typed_default_parameter", "list_splat_pattern",
    "dictionary_splat_pattern", "keyword_separator",
})  # fmt: skip
_PASSES_ON = frozenset({
    "identifier", "call", "conditional_expression", "boolean_operator", "attribute", "named_expression", "await",
    "parenthesized_expression",
})  # fmt: skip
_DEEPEST = 200


class _Place(NamedTuple):
    """Where a statement stands."""

    class_: Class | None = None
    """The class whose body it is in."""
    function: Function | None = None
    shared: frozenset[str] = frozenset()
    """Names that the function declares global."""
    depth: int = 0


@dataclass
class Outline:
    """Reads one file."""

    tree: SyntaxTree
    knowledge: Knowledge
    imports: dict[str, str] = field(default_factory=dict[str, str])
    functions: list[Function] = field(default_factory=list[Function])
    named: dict[str, Function] = field(default_factory=dict[str, Function])
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    variables: dict[str, list[Store]] = field(default_factory=dict[str, list[Store]])
    elsewhere: dict[str, list[Store]] = field(default_factory=dict[str, list[Store]])
    _types: dict[str, Type | None] = field(default_factory=dict[str, "Type | None"])

    def file(self) -> File:
        root = self.tree.root
        main = Function(at_of(root), "", (), None, lambda function: self._lowered(function, root), self.tree.encoded)
        self._block(root, _Place())
        for name in {name for name in self.named if name in self.variables or name in self.classes}:
            del self.named[name]
        return File(
            main,
            self.imports,
            self.functions,
            self.named,
            self.classes,
            self.variables,
            self.elsewhere,
            self._is_ignored,
            self._span,
            self._source,
        )

    def _span(self, at: At) -> Span:
        return Span(self.tree.offset(at[0]), self.tree.offset(at[1]))

    def _source(self, at: At) -> str:
        return self.tree.encoded[at[0] : at[1]].decode("utf-8", "replace")

    def type(self, node: Node | None) -> Type | None:
        """The type that an annotation declares."""
        if node is None:
            return None
        written = text(node)
        if written not in self._types:
            self._types[written] = type_of(written, self.knowledge.annotations, self.imports)
        return self._types[written]

    def _is_ignored(self, at: At) -> bool:
        source = self.tree.encoded
        end = source.find(b"\n", at[0])
        line = source[at[0] : end if end >= 0 else len(source)]
        return b"ignore" in line and is_ignore(line.decode("utf-8", "replace"))

    def _lowered(self, function: Function, body: Node | None) -> Block:
        return self._statements(function).block(body)

    def _statements(self, function: Function) -> Statements:
        return Statements(function, knowledge=self.knowledge, types=self.type, imports=frozenset(self.imports))

    # Statements

    def _block(self, node: Node, place: _Place) -> None:
        if place.depth > _DEEPEST:
            return
        place = place._replace(depth=place.depth + 1)
        for child in node.named_children:
            kind = child.type
            if kind == "expression_statement":
                self._expression(child, place)
            elif kind == "function_definition":
                self._function(child, place, [])
            elif kind == "class_definition":
                self._class(child, place, [])
            elif kind == "decorated_definition":
                self._decorated(child, place)
            elif kind in ("import_statement", "import_from_statement"):
                self._import(child)
            elif kind in ("for_statement", "with_statement"):
                self._bound_by(child, place)
                self._block(child, place)
            elif kind == "delete_statement":
                self._deleted(child, place)
            elif kind in _BLOCKS:
                self._block(child, place)

    def _import(self, node: Node) -> None:
        module = text(node.child_by_field_name("module_name"))
        for name in node.children_by_field_name("name"):
            alias, dotted = name.child_by_field_name("alias"), name.child_by_field_name("name")
            written = text(dotted) if dotted is not None else text(name)
            if module:
                dot = "" if module.endswith(".") else "."
                self.imports[text(alias) if alias is not None else written] = f"{module}{dot}{written}"
            elif alias is not None:
                self.imports[text(alias)] = written
            else:
                root = written.partition(".")[0]
                self.imports[root] = root

    def _expression(self, node: Node, place: _Place) -> None:
        for child in node.named_children:
            if child.type == "assignment":
                self._assigned(child, place)
            elif child.type == "call" and place.function is not None:
                self._set_by_name(child, place)

    def _assigned(self, node: Node, place: _Place) -> None:
        targets, value = [node.child_by_field_name("left")], node.child_by_field_name("right")
        while value is not None and value.type == "assignment":
            targets.append(value.child_by_field_name("left"))
            value = value.child_by_field_name("right")
        annotation = self.type(node.child_by_field_name("type"))
        for target in targets:
            if target is None:
                continue
            if target.type in ("pattern_list", "tuple_pattern", "list_pattern"):
                values = inner(value) if value is not None and value.type in ("expression_list", "tuple") else []
                parts = inner(target)
                for at, part in enumerate(parts):
                    self._store(part, values[at] if len(values) == len(parts) else None, None, place, is_declared=False)
            else:
                self._store(target, value, annotation, place, is_declared=value is None)

    def _store(
        self, target: Node, value: Node | None, annotation: Type | None, place: _Place, is_declared: bool
    ) -> None:
        function = place.function
        table: dict[str, list[Store]] | None = None
        name = ""
        if target.type == "identifier":
            name = text(target)
            if function is None:
                table = place.class_.stores if place.class_ is not None else self.variables
            elif name in place.shared:
                table = self.variables
        elif target.type == "attribute" and function is not None:
            owner, name = target.child_by_field_name("object"), text(target.child_by_field_name("attribute"))
            is_own = function.receiver_class is not None and text(owner) == function.receiver
            table = function.receiver_class.stores if is_own and function.receiver_class is not None else self.elsewhere
        if table is None:
            return
        is_null = value is not None and value.type == "none"
        value_of = partial(self._value, function, value)
        parameter = text(value) if value is not None and value.type == "identifier" else ""
        if annotation is not None and value is not None and value.type == "call" and self._is_nullable_field(value):
            annotation = annotation._replace(nullable=True)
        elif annotation is None and value is not None and function is None and self._is_nullable_field(value):
            annotation = Type("", nullable=True)
        passes_on = value is not None and value.type in _PASSES_ON
        store = Store(at_of(target), function, value_of, annotation, is_null, not is_declared, parameter, passes_on)
        table.setdefault(name, []).append(store)

    def _is_nullable_field(self, value: Node) -> bool:
        """Whether a field is declared by a call that lets it be None: `Instance(Shell, allow_none=True)`."""
        if value.type != "call":
            return False
        given = inner(value.child_by_field_name("arguments"))
        return any(
            each.type == "keyword_argument"
            and text(each.child_by_field_name("name")) in self.knowledge.classes["nullable_fields"]
            and text(each.child_by_field_name("value")) == "True"
            for each in given
        )

    def _value(self, function: Function | None, value: Node | None) -> Expression | None:
        here = function or Function((0, 0), "", (), None, lambda _: (), b"")
        scratch = replace(here, locals=set(), reads=set(), within=[])
        return Expressions(scratch).expression(value) if value is not None else None

    def _bound_by(self, node: Node, place: _Place) -> None:
        """The variable of a `for`, or of a `with`."""
        targets = [node.child_by_field_name("left")]
        for item in inner(next((child for child in node.named_children if child.type == "with_clause"), None)):
            value = item.child_by_field_name("value")
            alias = value.child_by_field_name("alias") if value is not None and value.type == "as_pattern" else None
            targets += inner(alias)
        for target in targets:
            if target is not None and target.type in ("identifier", "attribute"):
                self._store(target, None, None, place, is_declared=False)

    def _set_by_name(self, node: Node, place: _Place) -> None:
        """`setattr(self, "name", value)`."""
        callee, given = node.child_by_field_name("function"), inner(node.child_by_field_name("arguments"))
        function = place.function
        if function is None or function.receiver_class is None:
            return
        written = text(callee)
        if written in (f"{function.receiver}.__dict__.update", "vars(self).update"):
            function.receiver_class.is_dynamic = True
        if written != "setattr" or len(given) != 3 or text(given[0]) != function.receiver:
            return
        if given[1].type != "string":
            function.receiver_class.is_dynamic = True
            return
        value = given[2]
        store = Store(at_of(node), function, partial(self._value, function, value), None, value.type == "none")
        function.receiver_class.stores.setdefault(text(given[1])[1:-1], []).append(store)

    def _deleted(self, node: Node, place: _Place) -> None:
        function = place.function
        for target in (
            part for child in inner(node) for part in (inner(child) if child.type != "attribute" else [child])
        ):
            if target.type == "attribute" and function is not None and function.receiver_class is not None:
                owner, name = target.child_by_field_name("object"), text(target.child_by_field_name("attribute"))
                if text(owner) == function.receiver and name in function.receiver_class.stores:
                    store = Store(at_of(target), function, lambda: None, None, is_null=True, has_value=False)
                    function.receiver_class.stores[name].append(store)

    # Definitions

    def _decorated(self, node: Node, place: _Place) -> None:
        definition = node.child_by_field_name("definition")
        decorators = [child for child in node.named_children if child.type == "decorator"]
        if definition is not None and definition.type == "function_definition":
            self._function(definition, place, decorators)
        elif definition is not None:
            self._class(definition, place, decorators)

    def _class(self, node: Node, place: _Place, decorators: list[Node]) -> None:
        name = text(node.child_by_field_name("name"))
        given = inner(node.child_by_field_name("superclasses"))
        bases = tuple(
            self._qualified(text(each).partition("[")[0]) for each in given if each.type != "keyword_argument"
        )
        class_ = Class(at_of(node), name, bases, tuple(self._decorator(each) for each in decorators))
        body = node.child_by_field_name("body")
        if body is not None:
            self._block(body, place._replace(class_=class_, function=None))
        if any(text(each).replace(" ", "") == "total=False" for each in given):
            for stores in class_.stores.values():
                stores[:] = [each._replace(annotation=_not_required(each.annotation)) for each in stores]
        self.classes[name] = class_

    def _function(self, node: Node, place: _Place, decorators: list[Node]) -> None:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if named is None or body is None:
            return
        name, owner, around = text(named), place.class_ if place.function is None else None, place.function
        parameters = self._parameters(node)
        said = tuple(self._decorator(each) for each in decorators)
        is_static = "staticmethod" in said
        is_bound = owner is not None and not is_static and bool(parameters)
        receiver = parameters[0].name if is_bound else around.receiver if around is not None else ""
        receiver_class = owner if is_bound else around.receiver_class if around is not None and owner is None else None
        source, returns = self.tree.encoded[node.start_byte : node.end_byte], node.child_by_field_name("return_type")
        if returns is not None:  # its words are those of a declaration: `-> None`
            begin = node.start_byte
            source = source[: returns.start_byte - begin] + source[returns.end_byte - begin :]
        words_end = source.rfind(b"yield")
        function = Function(
            at_of(node), name, parameters, self.type(returns),
            lambda function: self._lowered(function, body), source, owner, around, receiver, receiver_class,
            is_async=node.children[0].type == "async",
            is_generator=words_end >= 0 and _yields(body),
            is_property=any(each.rpartition(".")[2] in ("property", "cached_property") for each in said),
            is_plain=all(each in self.knowledge.classes["harmless_decorators"] for each in said),
            is_of_class=is_static or "classmethod" in said,
            is_stub=_is_stub(body, owner is not None and b"NotImplementedError" in source)
            or any(each.rpartition(".")[2] in ("abstractmethod", "overload") for each in said),
            is_bound=is_bound,
            decorators=said,
            is_open=_is_open(body, source),
        )  # fmt: skip
        self.functions.append(function)
        is_setter = any(each.endswith((".setter", ".deleter", ".getter", ".register")) for each in said)
        if around is not None:
            around.within.append(function)
        elif owner is not None and not is_setter:
            owner.methods[name] = function
        elif owner is None:
            if name in self.named:
                self.variables.setdefault(name, [])  # which of them is meant depends on the order
            self.named[name] = function
        shared = frozenset(_shared(body)) if b"global" in source or b"nonlocal" in source else frozenset[str]()
        self._block(body, place._replace(class_=None, function=function, shared=shared))

    def _parameters(self, node: Node) -> tuple[Parameter, ...]:
        found, kind = list[Parameter](), ""
        for each in inner(node.child_by_field_name("parameters")):
            if each.type == "keyword_separator":
                kind = "name"
                continue
            if each.type not in _PARAMETERS:
                continue
            named = each.child_by_field_name("name") or (
                each.named_children[0] if each.type == "typed_parameter" else each
            )
            stars = {"list_splat_pattern": "*", "dictionary_splat_pattern": "**"}.get(named.type, "")
            name = text(named).lstrip("* ")
            default = each.child_by_field_name("value")
            value = self._value(None, default) if default is not None else None
            found.append(
                Parameter(at_of(each), name, value, self.type(each.child_by_field_name("type")), stars or kind)
            )
            if stars == "*":
                kind = "name"
        return tuple(found)

    def _decorator(self, node: Node) -> str:
        """Its qualified name, without arguments but for when a validator runs."""
        name, _, given = text(node).lstrip("@").partition("(")
        when = "(after)" if given.replace(" ", "").replace("'", '"') == 'mode="after")' else ""
        return self._qualified(name.strip()) + when

    def _qualified(self, written: str) -> str:
        root, dot, rest = written.strip().partition(".")
        return self.imports.get(root, root) + dot + rest


def _not_required(type_: Type | None) -> Type | None:
    return Type("NotRequired", (type_,)) if type_ is not None and type_.name != "Required" else type_


def _yields(body: Node) -> bool:
    """Whether the function is a generator: `yield` stands in it, and not in a function within it."""
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.type == "yield":
            return True
        waiting += [child for child in node.named_children if child.type not in ("function_definition", "lambda")]
    return False


def _shared(body: Node) -> list[str]:
    waiting, found = [body], list[str]()
    while waiting:
        node = waiting.pop()
        if node.type in ("global_statement", "nonlocal_statement"):
            found += [text(child) for child in node.named_children]
        elif node.type in _BLOCKS:
            waiting += node.named_children
    return found


def _is_stub(body: Node, is_abstract: bool) -> bool:
    """Whether it leaves to others what it does."""
    if is_abstract:
        return True
    statements = inner(body)
    if statements and statements[0].type == "expression_statement" and inner(statements[0])[:1]:
        first = inner(statements[0])[0]
        if first.type in ("string", "ellipsis"):
            statements = statements[1:]
    if not statements:
        return True
    if len(statements) > 1:
        return False
    said = text(statements[0]).strip()
    return said in ("pass", "...", "return None", "return") or "NotImplementedError" in said


def _is_open(body: Node, source: bytes) -> bool:
    statements = inner(body)
    if not statements or statements[-1].type not in ("return_statement", "raise_statement"):
        return True
    return any(f"return{end}".encode() in source for end in ("\n", "\r", ";", " #", "  #"))

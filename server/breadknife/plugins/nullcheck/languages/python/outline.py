"""What a file of Python declares. Bodies of functions are lowered when they are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Parameter, Store
from breadknife.plugins.nullcheck.core.il import Block, Expression, Type
from breadknife.plugins.nullcheck.languages.python.statements import Statements
from breadknife.plugins.nullcheck.languages.python.types import type_of
from breadknife.plugins.nullcheck.languages.reading import Reader, at_of, first, inner, part, text, word
from breadknife.text.syntax import Node

_BLOCKS = frozenset({
    "module", "block", "if_statement", "elif_clause", "else_clause", "for_statement", "while_statement",
    "try_statement", "except_clause", "finally_clause", "with_statement", "match_statement", "case_clause",
    "expression_statement", "decorated_definition", "ERROR",
})  # fmt: skip
"""Nodes within which a statement stands where the node does. An open bracket makes the whole text one error."""
_PASSES_ON = frozenset({
    "identifier", "call", "conditional_expression", "boolean_operator", "attribute", "named_expression", "await",
    "parenthesized_expression",
})  # fmt: skip
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})
_STARS = {"list_splat_pattern": "*", "keyword_separator": "*", "dictionary_splat_pattern": "**"}
_DEEPEST = 200
_RETURNS_NOTHING = re.compile(rb"\breturn[ \t]*(?:[#;\r\n]|\Z)")


class _Place(NamedTuple):
    """Where a statement stands."""

    class_: Class | None
    """The class whose body it is in."""
    function: Function | None
    shared: set[str]
    """Names that the function declares global."""
    depth: int = 0


@dataclass
class Outline(Reader):
    """Reads one file. The method for a kind of statement has its name: `read_…`."""

    _types: dict[str, Type | None] = field(default_factory=dict[str, "Type | None"])

    def file(self) -> File:
        root = self.tree.root
        self._read(root, _Place(None, None, set()))
        for name in {name for name in self.named if name in self.variables or name in self.classes}:
            del self.named[name]
        main = Function(at_of(root), "", (), None, partial(self._lowered, root), self.tree.encoded)
        return File(
            main, self.imports, self.functions, self.named, self.classes, self.variables,
            self.is_ignored, self.span, self.source,
        )  # fmt: skip

    def type_of(self, node: Node | None) -> Type | None:
        """The type that an annotation declares."""
        written = text(node)
        if written not in self._types:
            self._types[written] = type_of(written, self.knowledge.annotations, self.imports)
        return self._types[written]

    def _lowered(self, body: Node, function: Function) -> Block:
        lowering = Statements(
            function, type_of=self.type_of, is_ignored=self.is_ignored, imports=self.imports,
            catching=self.knowledge.catching,
        )  # fmt: skip
        return lowering.nested(body)

    # Statements

    def _read(self, node: Node, place: _Place) -> None:
        read = getattr(self, f"read_{node.type}", None)
        if read is not None:
            read(node, place)
        if node.type in _BLOCKS and place.depth < _DEEPEST:
            inside = place._replace(depth=place.depth + 1)  # made once: a key reads the whole file
            for child in node.named_children:
                self._read(child, inside)

    def read_import_statement(self, node: Node, _place: _Place) -> None:
        module = word(node, "module_name")
        for name in node.children_by_field_name("name"):
            written = word(name, "name") or text(name)
            if module:
                written = f"{module}{'' if module.endswith('.') else '.'}{written}"
                self.imports[word(name, "alias") or written.rpartition(".")[2]] = written
            elif alias := word(name, "alias"):
                self.imports[alias] = written
            else:
                root = written.partition(".")[0]
                self.imports[root] = root

    read_import_from_statement = read_import_statement

    def read_global_statement(self, node: Node, place: _Place) -> None:
        place.shared.update(text(child) for child in inner(node))

    read_nonlocal_statement = read_global_statement

    def read_assignment(self, node: Node, place: _Place) -> None:
        annotation, targets, value = self.type_of(part(node, "type")), [part(node, "left")], part(node, "right")
        while value is not None and value.type == "assignment":
            targets.append(part(value, "left"))
            value = part(value, "right")
        for target in targets:
            if target is not None and target.type in _PATTERNS:
                values = inner(value) if value is not None and value.type in ("expression_list", "tuple") else []
                parts = inner(target)
                for at, each in enumerate(parts):
                    self._store(each, values[at] if len(values) == len(parts) else None, None, place)
            elif target is not None:
                self._store(target, value, annotation, place, has_value=value is not None)

    def read_for_statement(self, node: Node, place: _Place) -> None:
        self._store(part(node, "left"), None, None, place)

    def read_with_statement(self, node: Node, place: _Place) -> None:
        for item in inner(first(node)):
            self._store(first(part(part(item, "value"), "alias")), None, None, place)

    def _store(
        self, target: Node | None, value: Node | None, annotation: Type | None, place: _Place, has_value: bool = True
    ) -> None:
        """Note what a variable of a class or of the module gets, or an attribute."""
        function = place.function
        owner = function.receiver_class if function is not None else place.class_
        table, name = None, text(target)
        if target is not None and target.type == "identifier":
            if function is None:
                table = owner.stores if owner is not None else self.variables
            elif name in place.shared:
                table = self.variables
        elif target is not None and target.type == "attribute" and function is not None:
            is_own = owner is not None and word(target, "object") == function.receiver
            table, name = owner.stores if owner is not None and is_own else None, word(target, "attribute")
        if target is None or table is None:
            return
        kind = value.type if value is not None else ""
        parameter = text(value) if kind == "identifier" else ""
        value_of = partial(self._value, function, value)
        store = Store(
            at_of(target), function, value_of, annotation, kind == "none", has_value, parameter, kind in _PASSES_ON
        )
        table.setdefault(name, []).append(store)

    def _value(self, function: Function | None, value: Node | None) -> Expression | None:
        here = function or Function((0, 0), "", (), None, lambda _: (), b"")
        scratch = replace(here, locals=set(), within=[])
        return Statements(scratch).expression(value) if value is not None else None

    # Definitions

    def read_class_definition(self, node: Node, place: _Place) -> None:
        given = inner(part(node, "superclasses"))
        bases = (self._qualified(text(each).partition("[")[0]) for each in given if each.type != "keyword_argument")
        class_ = Class(at_of(node), word(node, "name"), tuple(bases), self._decorators(node))
        if (body := part(node, "body")) is not None:
            self._read(body, place._replace(class_=class_, function=None))
        if any(text(each).replace(" ", "") == "total=False" for each in given):
            for stores in class_.stores.values():
                stores[:] = [each._replace(annotation=_not_required(each.annotation)) for each in stores]
        self.classes[class_.name] = class_

    def read_function_definition(self, node: Node, place: _Place) -> None:
        name, body, said = word(node, "name"), part(node, "body"), self._decorators(node)
        if not name or body is None:
            return
        owner, around = place.class_ if place.function is None else None, place.function
        parameters, is_static = self._parameters(node), "staticmethod" in said
        is_bound = owner is not None and not is_static and bool(parameters)
        receiver = parameters[0].name if is_bound else around.receiver if around is not None else ""
        receiver_class = owner if is_bound else around.receiver_class if around is not None and owner is None else None
        last_parts = {each.rpartition(".")[2] for each in said}
        source = self._without_its_type(node)
        function = Function(
            at_of(node), name, parameters, self.type_of(part(node, "return_type")), partial(self._lowered, body),
            source, owner, around, receiver, receiver_class,
            is_async=node.children[0].type == "async",
            is_generator=b"yield" in source and _yields(body),
            is_property=not last_parts.isdisjoint({"property", "cached_property"}),
            is_plain=all(each in self.knowledge.classes["harmless_decorators"] for each in said),
            is_of_class=is_static or "classmethod" in said,
            is_stub=not last_parts.isdisjoint({"abstractmethod", "overload"}) or _is_stub(body, owner is not None),
            is_bound=is_bound,
            decorators=said,
            is_open=_is_open(body),
        )  # fmt: skip
        self.functions.append(function)
        if around is not None:
            around.within.append(function)
        elif owner is not None and last_parts.isdisjoint({"setter", "deleter", "getter", "register"}):
            owner.methods[name] = function
        elif owner is None:
            if name in self.named:
                self.variables.setdefault(name, [])  # which of them is meant depends on the order
            self.named[name] = function
        self._read(body, place._replace(class_=None, function=function, shared=set()))

    def _without_its_type(self, node: Node) -> bytes:
        """The text of a function without what it declares to return: a `None` there says nothing of its body."""
        source, returns = node.text or b"", part(node, "return_type")
        if returns is None:
            return source
        return source[: returns.start_byte - node.start_byte] + source[returns.end_byte - node.start_byte :]

    def _parameters(self, node: Node) -> tuple[Parameter, ...]:
        found, kind = list[Parameter](), ""
        for each in inner(part(node, "parameters")):
            named = part(each, "name") or (first(each) if each.type == "typed_parameter" else each)
            stars = _STARS.get(named.type, "") if named is not None else ""
            if each.type not in ("keyword_separator", "positional_separator"):
                default = part(each, "value")
                value = self._value(None, default) if default is not None else None
                name, type_ = text(named).lstrip("* "), self.type_of(part(each, "type"))
                found.append(Parameter(at_of(each), name, value, type_, stars or kind))
            if stars == "*":
                kind = "name"
        return tuple(found)

    def _decorators(self, node: Node) -> tuple[str, ...]:
        """Their qualified names, without arguments but for when a validator runs."""
        found = list[str]()
        around = node.parent
        for each in inner(around)[:-1] if around is not None and around.type == "decorated_definition" else ():
            name, _, given = text(each).lstrip("@").partition("(")
            is_after = given.replace(" ", "").replace("'", '"') == 'mode="after")'
            found.append(self._qualified(name) + ("(after)" if is_after else ""))
        return tuple(found)

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


def _is_stub(body: Node, is_method: bool) -> bool:
    """Whether it leaves to others what it does."""
    said = text(body)
    if is_method and "NotImplementedError" in said:
        return True
    statements = [each for each in inner(body) if not _is_text(each)]
    return len(statements) < 2 and (
        not statements or "NotImplementedError" in said or text(statements[0]) in ("pass", "return None", "return")
    )


def _is_text(statement: Node) -> bool:
    """Whether it is a docstring, or three dots."""
    given = first(statement) if statement.type == "expression_statement" else None
    return given is not None and given.type in ("string", "ellipsis")


def _is_open(body: Node) -> bool:
    """Whether it may end without a value: behind its last statement, or by a `return` alone."""
    last = inner(body)[-1:]
    is_left = bool(last) and last[0].type in ("return_statement", "raise_statement")
    return not is_left or _RETURNS_NOTHING.search(body.text or b"") is not None

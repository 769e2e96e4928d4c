"""What a file of Python declares. Bodies of functions are lowered when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import Class, FileDeclarations, Function, Parameter, StoredValue
from breadknife.plugins.nullcheck.core.il import Block, Expression, Type
from breadknife.plugins.nullcheck.languages.outlining import Outliner, at_of, first, inner, part, text, word
from breadknife.plugins.nullcheck.languages.python.statements import PythonLowering
from breadknife.plugins.nullcheck.languages.python.types import type_of
from breadknife.text.syntax import Node, captures

_DECLARING = """
[
  (import_statement) (import_from_statement) (global_statement) (nonlocal_statement) (for_statement) (with_statement)
  (class_definition) (function_definition)
] @it
(expression_statement (assignment) @it)
(yield) @it
"""
"""The statements that declare something. A key reads the whole file, so that the others should cost nothing."""
_PASSES_ON = frozenset({
    "identifier", "call", "conditional_expression", "boolean_operator", "attribute", "named_expression", "await",
    "parenthesized_expression",
})  # fmt: skip
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})
_STARS = {"list_splat_pattern": "*", "keyword_separator": "*", "dictionary_splat_pattern": "**"}
_RETURNS_NOTHING = re.compile(rb"\breturn[ \t]*(?:[#;\r\n]|\Z)")
_LONGEST_STUB = 5
"""Statements and comments of a function that leaves to others what it does."""
_STUBS = frozenset({"abstractmethod", "overload"})


class _Enclosing(NamedTuple):
    """Where a statement stands."""

    end: int
    """Where the class or the function around it ends."""
    class_: Class | None = None
    """The class whose body it is in."""
    function: Function | None = None
    shared: frozenset[str] | set[str] = frozenset()
    """Names that the function declares global."""


@dataclass
class PythonOutliner(Outliner):
    """Reads one file. The method for a kind of statement has its name: `read_…`."""

    language = "python"

    _types: dict[str, Type | None] = field(default_factory=dict[str, "Type | None"])

    def file(self) -> FileDeclarations:
        root = self.tree.root
        places = [_Enclosing(root.end_byte)]
        for node in sorted(captures(self.tree, _DECLARING).get("it", ()), key=lambda statement: statement.start_byte):
            while node.start_byte >= places[-1].end:
                places.pop()
            read: Callable[[Node, _Enclosing], _Enclosing | None] = getattr(self, f"read_{node.type}")
            if (inside := read(node, places[-1])) is not None:
                places.append(inside)
        for name in {name for name in self.named if name in self.variables or name in self.classes}:
            del self.named[name]
        main = Function(at_of(root), "", (), None, partial(self._lowered, root), self.tree.encoded)
        return self.file_of(main)

    def type_of(self, node: Node | None) -> Type | None:
        """Return the type that an annotation declares."""
        written = text(node)
        if written not in self._types:
            self._types[written] = type_of(written, self.knowledge.annotations, self.imports)
        return self._types[written]

    def _lowered(self, body: Node, function: Function) -> Block:
        lowering = PythonLowering(
            function, type_of=self.type_of, is_ignored=self.is_ignored, imports=self.imports,
            catching=self.knowledge.catching,
        )  # fmt: skip
        return lowering.nested(body)

    # Statements

    def read_import_statement(self, node: Node, _place: _Enclosing) -> None:
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

    def read_global_statement(self, node: Node, place: _Enclosing) -> None:
        if isinstance(place.shared, set):
            place.shared.update(text(child) for child in inner(node))

    read_nonlocal_statement = read_global_statement

    def read_assignment(self, node: Node, place: _Enclosing) -> None:
        left, value = part(node, "left"), part(node, "right")
        is_local = place.function is not None and not place.shared and left and left.type == "identifier"
        if is_local and (value is None or value.type != "assignment"):
            return  # as most are
        targets = [left]
        annotation = self.type_of(part(node, "type"))
        while value is not None and value.type == "assignment":
            targets.append(part(value, "left"))
            value = part(value, "right")
        for target in targets:
            if target is not None and target.type in _PATTERNS:
                values = inner(value) if value is not None and value.type in ("expression_list", "tuple") else []
                parts = inner(target)
                for at, child in enumerate(parts):
                    self._store(child, values[at] if len(values) == len(parts) else None, None, place)
            elif target is not None:
                self._store(target, value, annotation, place)

    def read_yield(self, _node: Node, place: _Enclosing) -> None:
        if place.function is not None:
            place.function.is_generator = True

    def read_for_statement(self, node: Node, place: _Enclosing) -> None:
        self._store(part(node, "left"), None, None, place)

    def read_with_statement(self, node: Node, place: _Enclosing) -> None:
        for item in inner(first(node)):
            self._store(first(part(part(item, "value"), "alias")), None, None, place)

    def _store(self, target: Node | None, value: Node | None, annotation: Type | None, place: _Enclosing) -> None:
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
        store = StoredValue(at_of(target), function, value_of, annotation, parameter, kind in _PASSES_ON)
        table.setdefault(name, []).append(store)

    def _value(self, function: Function | None, value: Node | None) -> Expression | None:
        if value is None:
            return None
        here = function or Function((0, 0), "", (), None, lambda _: (), b"")
        return PythonLowering(replace(here, locals=set(), within=[])).expression(value)

    # Definitions

    def read_class_definition(self, node: Node, place: _Enclosing) -> _Enclosing:
        given = inner(part(node, "superclasses"))
        bases = (self._qualified(text(child).partition("[")[0]) for child in given if child.type != "keyword_argument")
        class_ = Class(at_of(node), word(node, "name"), tuple(bases), self._decorators(node))
        self.classes[class_.name] = class_
        return _Enclosing(node.end_byte, class_)

    def read_function_definition(self, node: Node, place: _Enclosing) -> _Enclosing | None:
        name, body, decorators = word(node, "name"), part(node, "body"), self._decorators(node)
        if not name or body is None:
            return None
        owner, around = place.class_ if place.function is None else None, place.function
        parameters, is_static = self._parameters(node), "staticmethod" in decorators
        is_bound = owner is not None and not is_static and bool(parameters)
        receiver = parameters[0].name if is_bound else around.receiver if around is not None else ""
        receiver_class = owner if is_bound else around.receiver_class if around is not None and owner is None else None
        last_parts = {name.rpartition(".")[2] for name in decorators}
        returns = part(node, "return_type")
        source = _without(node, returns)
        function = Function(
            at_of(node), name, parameters, self.type_of(returns), partial(self._lowered, body),
            source, owner, around, receiver, receiver_class,
            is_async=source.startswith(b"async"),
            is_property=not last_parts.isdisjoint({"property", "cached_property"}),
            is_plain=all(name in self.knowledge.classes["harmless_decorators"] for name in decorators),
            is_of_class=is_static or "classmethod" in decorators,
            is_stub=not last_parts.isdisjoint(_STUBS) or _is_stub(body, source, is_method=owner is not None),
            is_bound=is_bound,
            decorators=decorators,
            is_open=_is_open(body, source),
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
        return _Enclosing(node.end_byte, function=function, shared=set())

    def _parameters(self, node: Node) -> tuple[Parameter, ...]:
        parameters, kind = list[Parameter](), ""
        for child in inner(part(node, "parameters")):
            if child.type == "identifier":
                parameters.append(Parameter(at_of(child), text(child), None, None, kind))
                continue
            named = part(child, "name") or (first(child) if child.type == "typed_parameter" else child)
            stars = _STARS.get(named.type, "") if named is not None else ""
            if child.type not in ("keyword_separator", "positional_separator"):
                default = part(child, "value")
                value = self._value(None, default)
                name, type_ = text(named).lstrip("* "), self.type_of(part(child, "type"))
                parameters.append(Parameter(at_of(child), name, value, type_, stars or kind))
            if stars == "*":
                kind = "name"
        return tuple(parameters)

    def _decorators(self, node: Node) -> tuple[str, ...]:
        """Their qualified names, without arguments."""
        around = node.parent
        written = inner(around)[:-1] if around is not None and around.type == "decorated_definition" else []
        return tuple(self._qualified(text(decorator).lstrip("@").partition("(")[0]) for decorator in written)

    def _qualified(self, written: str) -> str:
        root, dot, rest = written.strip().partition(".")
        return self.imports.get(root, root) + dot + rest


def _without(function: Node, returns: Node | None) -> bytes:
    """Return the text of a function without what it declares to return: a `None` there says nothing of its body."""
    source, start = function.text or b"", function.start_byte
    return source[: returns.start_byte - start] + source[returns.end_byte - start :] if returns is not None else source


def _is_stub(body: Node, source: bytes, *, is_method: bool) -> bool:
    """Tell whether it leaves to others what it does."""
    is_left = b"NotImplementedError" in source
    if body.named_child_count > _LONGEST_STUB:
        return is_left and is_method
    statements = [child for child in inner(body) if not _is_text(child)]
    if len(statements) < 2:
        return is_left or not statements or text(statements[0]) in ("pass", "return None", "return")
    return is_left and is_method


def _is_text(statement: Node) -> bool:
    """Tell whether it is a docstring, or three dots."""
    given = first(statement) if statement.type == "expression_statement" else None
    return given is not None and given.type in ("string", "ellipsis")


def _is_open(body: Node, source: bytes) -> bool:
    """Tell whether it may end without a value: behind its last statement, or by a `return` alone."""
    statements = map(body.named_child, reversed(range(body.named_child_count)))
    last = next((statement.type for statement in statements if not statement.is_extra), "")
    return last not in ("return_statement", "raise_statement") or _RETURNS_NOTHING.search(source) is not None


home_of = PythonOutliner.home_of

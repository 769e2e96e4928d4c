"""What a file of Python declares. Bodies of functions are lowered when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from breadknife.plugins.nullcheck.core.declarations import Class, FileDeclarations, Function, Parameter, StoredValue
from breadknife.plugins.nullcheck.core.il import Block, Expression, Type, closure_key
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
"""The statements that declare something. The file is read after each key that is typed, so the others should cost
nothing."""
_PASSES_ON = frozenset({
    "identifier", "call", "conditional_expression", "boolean_operator", "attribute", "named_expression", "await",
    "parenthesized_expression",
})  # fmt: skip
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})
_STARS = {"list_splat_pattern": "*", "keyword_separator": "*", "dictionary_splat_pattern": "**"}
_LONGEST_STUB = 5
"""How many statements and comments a function has at most that does nothing itself."""
_STUBS = frozenset({"abstractmethod", "overload"})


class _Enclosing(NamedTuple):
    """The class or the function that a statement stands in, or the module."""

    end: int
    """The byte where it ends."""
    class_: Class | None = None
    """The class, if it is one."""
    function: Function | None = None
    """The function, if it is one."""
    shared: frozenset[str] | set[str] = frozenset()
    """Names that the function declares global."""


@dataclass
class PythonOutliner(Outliner):
    """Reads one file. The method for a kind of statement has its name: `read_…`."""

    language = "python"

    _types: dict[str, Type | None] = field(default_factory=dict[str, "Type | None"])
    """Text of an annotation -> its type."""

    def file(self) -> FileDeclarations:
        root = self.tree.root
        enclosing = [_Enclosing(root.end_byte)]
        for node in sorted(captures(self.tree, _DECLARING).get("it", ()), key=lambda statement: statement.start_byte):
            while node.start_byte >= enclosing[-1].end:
                enclosing.pop()
            read: Callable[[Node, _Enclosing], _Enclosing | None] = getattr(self, f"read_{node.type}")
            if (inside := read(node, enclosing[-1])) is not None:
                enclosing.append(inside)
        # A function whose name also has another meaning isn't known by it.
        for name in {name for name in self.named if name in self.variables or name in self.classes}:
            del self.named[name]
        main = Function(at_of(root), "", (), None, partial(self._lowered, root), self.tree.encoded)
        closures = {closure_key(each.at[0]): each for each in self.functions if each.around is not None}
        return replace(self.file_of(main), closures=closures)

    def type_of(self, node: Node | None) -> Type | None:
        """Return the type that an annotation declares; None if it can't be read."""
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

    def read_import_statement(self, node: Node, _enclosing: _Enclosing) -> None:
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

    def read_global_statement(self, node: Node, enclosing: _Enclosing) -> None:
        if isinstance(enclosing.shared, set):
            enclosing.shared.update(text(child) for child in inner(node))

    read_nonlocal_statement = read_global_statement

    def read_assignment(self, node: Node, enclosing: _Enclosing) -> None:
        left, value = part(node, "left"), part(node, "right")
        is_local = enclosing.function is not None and not enclosing.shared and left and left.type == "identifier"
        if is_local and (value is None or value.type != "assignment"):
            return  # most assignments are such ones, and declare nothing
        targets = [left]
        annotation = self.type_of(part(node, "type"))
        while value is not None and value.type == "assignment":
            targets.append(part(value, "left"))
            value = part(value, "right")
        for target in targets:
            if target is not None and target.type in _PATTERNS:
                values = inner(value) if value is not None and value.type in ("expression_list", "tuple") else []
                items = inner(target)
                for index, item in enumerate(items):
                    self._store(item, values[index] if len(values) == len(items) else None, None, enclosing)
            elif target is not None:
                self._store(target, value, annotation, enclosing)

    def read_yield(self, _node: Node, enclosing: _Enclosing) -> None:
        if enclosing.function is not None:
            enclosing.function.is_generator = True

    def read_for_statement(self, node: Node, enclosing: _Enclosing) -> None:
        self._store(part(node, "left"), None, None, enclosing)

    def read_with_statement(self, node: Node, enclosing: _Enclosing) -> None:
        for item in inner(first(node)):
            self._store(first(part(part(item, "value"), "alias")), None, None, enclosing)

    def _store(self, target: Node | None, value: Node | None, annotation: Type | None, enclosing: _Enclosing) -> None:
        """Note that a value is stored, if it is in a variable of a class or of the module, or in an attribute."""
        function = enclosing.function
        owner = function.receiver_class if function is not None else enclosing.class_
        table, name = None, text(target)
        if target is not None and target.type == "identifier":
            if function is None:
                table = owner.stores if owner is not None else self.variables
            elif name in enclosing.shared:
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
        """Return a value that is written in a function, or outside of all; None where it isn't written."""
        if value is None:
            return None
        outer = function or Function((0, 0), "", (), None, lambda _: (), b"")
        return PythonLowering(replace(outer, locals=set(), within=[])).expression(value)  # a copy: lowering fills it

    # Definitions

    def read_class_definition(self, node: Node, enclosing: _Enclosing) -> _Enclosing:
        arguments = [child for child in inner(part(node, "superclasses")) if child.type != "keyword_argument"]
        bases = (self._qualified(text(child).partition("[")[0]) for child in arguments)
        class_ = Class(at_of(node), word(node, "name"), tuple(bases), self._decorators(node))
        self.classes[class_.name] = class_
        return _Enclosing(node.end_byte, class_)

    def read_function_definition(self, node: Node, enclosing: _Enclosing) -> _Enclosing | None:
        name, body, decorators = word(node, "name"), part(node, "body"), self._decorators(node)
        if not name or body is None:
            return None
        owner, around = enclosing.class_ if enclosing.function is None else None, enclosing.function
        parameters, is_static = self._parameters(node), "staticmethod" in decorators
        is_bound = owner is not None and not is_static and bool(parameters)
        receiver = parameters[0].name if is_bound else around.receiver if around is not None else ""
        receiver_class = owner if is_bound else around.receiver_class if around is not None and owner is None else None
        last_parts = {name.rpartition(".")[2] for name in decorators}
        returns = part(node, "return_type")
        source = _source_without(node, returns)
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
        )  # fmt: skip
        self.functions.append(function)
        if around is not None:
            around.within.append(function)
        elif owner is not None and last_parts.isdisjoint({"setter", "deleter", "getter", "register"}):
            owner.methods[name] = function
        elif owner is None:
            before = self.named.get(name)
            if before is not None and not any(each.rpartition(".")[2] == "overload" for each in before.decorators):
                self.variables.setdefault(name, [])  # which of them is meant depends on the order
            self.named[name] = function
        return _Enclosing(node.end_byte, function=function, shared=set())

    def _parameters(self, node: Node) -> tuple[Parameter, ...]:
        parameters, kind = list[Parameter](), ""
        for child in inner(part(node, "parameters")):
            if child.type == "identifier":
                parameters.append(Parameter(at_of(child), text(child), default=None, annotation=None, kind=kind))
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
        """Return the qualified names of a definition's decorators, without arguments."""
        parent = node.parent
        written = inner(parent)[:-1] if parent is not None and parent.type == "decorated_definition" else []
        return tuple(self._qualified(text(decorator).lstrip("@").partition("(")[0]) for decorator in written)

    def _qualified(self, written: str) -> str:
        """Return the qualified name of what is written."""
        root, dot, rest = written.strip().partition(".")
        return self.imports.get(root, root) + dot + rest


def _source_without(function: Node, returns: Node | None) -> bytes:
    """Return the text of a function without what it declares to return: a `None` there says nothing of its body."""
    source, start = function.text or b"", function.start_byte
    return source[: returns.start_byte - start] + source[returns.end_byte - start :] if returns is not None else source


def _is_stub(body: Node, source: bytes, *, is_method: bool) -> bool:
    """Tell whether a function does nothing itself: others override it, or say what it does."""
    is_unimplemented = b"NotImplementedError" in source
    if body.named_child_count > _LONGEST_STUB:
        return is_unimplemented and is_method
    statements = [child for child in inner(body) if not _is_text(child)]
    if len(statements) < 2:
        return is_unimplemented or not statements or text(statements[0]) in ("pass", "return None", "return")
    return is_unimplemented and is_method


def _is_text(statement: Node) -> bool:
    """Tell whether a statement is a docstring, or three dots."""
    expression = first(statement) if statement.type == "expression_statement" else None
    return expression is not None and expression.type in ("string", "ellipsis")


home_of = PythonOutliner.home_of

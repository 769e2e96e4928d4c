"""What declarations bring: variables, parameters, and what a function knows of the code around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from breadknife.plugins.nullcheck.ecmascript.binding import bind
from breadknife.plugins.nullcheck.ecmascript.calls import demands
from breadknife.plugins.nullcheck.ecmascript.expressions import Evaluator
from breadknife.plugins.nullcheck.ecmascript.facts import CHECKED, NOTHING, Cause, Env, Fact
from breadknife.plugins.nullcheck.ecmascript.jsdoc import (
    NO_DOC,
    always_given,
    doc_before,
    documented_result,
    is_looked_at,
    is_used_for_sure,
)
from breadknife.plugins.nullcheck.ecmascript.keys import looked_up_in
from breadknife.plugins.nullcheck.ecmascript.narrowing import inner, is_null, key_of
from breadknife.plugins.nullcheck.ecmascript.outline import FUNCTIONS, WORD
from breadknife.plugins.nullcheck.ecmascript.scopes import Signature, Variable
from breadknife.plugins.nullcheck.ecmascript.site import is_optional
from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN, Type
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_TESTS = frozenset({"binary_expression", "unary_expression"})
_PATTERNS = frozenset({"identifier", "shorthand_property_identifier_pattern"})


class Declarer:
    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def hoist(self, node: Node, scope: Node) -> None:
        """Make the names of a statement known before its block runs: functions call each other in any order."""
        match node.type:
            case "ambient_declaration":
                for child in node.named_children:
                    self.hoist(child, scope)
            case "function_declaration" | "generator_function_declaration" | "function_signature":
                name = node.child_by_field_name("name")
                if name is not None:
                    written = self._evaluator.text(name)
                    overloaded = self._evaluator.scopes.declared_here(written)
                    head = signature(self._evaluator, node) if not overloaded else None
                    self._evaluator.scopes.declare(written, Variable(node, UNKNOWN, True, head, scope))
            case "lexical_declaration":
                for declarator in node.named_children:
                    value = declarator.child_by_field_name("value")
                    name = declarator.child_by_field_name("name")
                    if name is not None and value is not None and value.type in FUNCTIONS:
                        written = self._evaluator.text(name)
                        is_const = node.children[0].type == "const"
                        head = signature(self._evaluator, value) if is_const else None
                        variable = Variable(declarator, UNKNOWN, is_const, head, scope)
                        self._evaluator.scopes.declare(written, variable)
            case _:
                pass

    def imported(self, root: Node, env: Env) -> None:
        """Make what other files export known by the names that it has here."""
        modules = self._evaluator.outline.modules
        for name in modules.imports if modules is not None else ():
            self._import(name, root, env)

    def _import(self, name: str, root: Node, env: Env) -> None:
        modules = self._evaluator.outline.modules
        found = modules.named(name) if modules is not None else None
        if found is None:
            return
        if (known := found.function) is not None:
            returns = found.kind(known.returns) if known.returns is not None else None
            function = Signature(root, returns, (), known.is_async, known.asserts, known, found.uri)
            self._evaluator.scopes.declare(name, Variable(root, UNKNOWN, True, function, root))
        elif (value := found.value) is not None:
            type = self._evaluator.outline.resolved(found.kind(value.type))
            self._evaluator.scopes.declare(name, Variable(root, type, True, None, root))
            if type.null:
                cause = Cause(root, f"`{name}` may be {type.null}", type.null, elsewhere=(found.uri, value.span))
                env[name] = Fact(cause, type.present)

    def names(self, pattern: Node, env: Env, scope: Node, type: Type = UNKNOWN, is_const: bool = False) -> None:
        """Declare the names in a pattern."""
        if pattern.type in _PATTERNS:
            variable = Variable(pattern, type, is_const, None, scope)
            self._evaluator.scopes.declare(self._evaluator.text(pattern), variable, env)
            return
        for child in pattern.named_children:
            match child.type:
                case "pair_pattern":
                    if (value := child.child_by_field_name("value")) is not None:
                        self.names(value, env, scope)
                case "assignment_pattern" | "object_assignment_pattern":
                    if (left := child.child_by_field_name("left")) is not None:
                        self.names(left, env, scope)
                case _:
                    self.names(child, env, scope)

    def declare(self, declarator: Node, env: Env, is_const: bool, scope: Node) -> None:
        """`name: type = value` of a `const`, `let` or `var`."""
        evaluator = self._evaluator
        name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
        annotation = declarator.child_by_field_name("type")
        if name is None:
            return
        fact = evaluator.value(value, env) if value is not None else NOTHING
        type = evaluator.type_of(annotation)
        if value is not None and value.type in FUNCTIONS:
            evaluator.scopes.hide(evaluator.text(name), env)
            return
        self.names(name, env, scope, type, is_const)
        if value is not None and scope.type == "program" and evaluator.text(value).startswith("require("):
            for local in WORD.findall(evaluator.text(name)):
                if evaluator.scopes.declared_here(local):
                    self._import(local, scope, env)
            return
        if value is None:
            if declarator.parent is not None and declarator.parent.type == "variable_declaration":
                return  # a `var` may come again
            if type.null and "undefined" in type.null and not self._set_elsewhere(evaluator.text(name), scope):
                fact = Fact(Cause(declarator, "it is declared without a value", "undefined"), type.present)
        elif name.type in ("object_pattern", "array_pattern"):
            evaluator.use(value, fact, Use.ATTRIBUTE if name.type == "object_pattern" else Use.ITERATE, env)
            fact = Fact(type=type if type.name else fact.type)
        else:
            fact = self._initial(declarator, name, value, fact, type, scope, env)
        bind(evaluator, name, fact, env, key_of(evaluator, value) if value is not None else "")

    def _initial(
        self, declarator: Node, name: Node, value: Node, fact: Fact, type: Type, scope: Node, env: Env
    ) -> Fact:
        if is_null(self._evaluator, value):
            if self._set_elsewhere(self._evaluator.text(name), scope):
                return Fact(type=type.present)
            return Fact(fact.cause, type.present)
        if type.name or type.null:
            if self.demanded(value, fact, type, env):
                return Fact(type=type)
            return Fact(fact.cause, type.present if type.name else fact.type, fact.checked)
        is_const = declarator.parent is not None and declarator.parent.children[0].type == "const"
        if is_const and _is_test(inner(value), fact):
            return replace(fact, test=value)
        return replace(fact, test=None)

    def demanded(self, value: Node, fact: Fact, type: Type, env: Env, use: Use = Use.ASSIGN) -> bool:
        """Report a null where a declaration takes none."""
        if fact.cause is None or not self._evaluator.typed or not demands(self._evaluator, type):
            return False
        self._evaluator.use(value, fact, use, env)
        return True

    def _set_elsewhere(self, name: str, scope: Node) -> bool:
        """Whether another function than the one that declares it assigns to a variable."""
        outline = self._evaluator.outline
        for offset in outline.assigned.get(name, ()):
            if any(
                scope.start_byte < start and start <= offset < end for start, end in outline.functions_around(offset)
            ):
                return True
        return False

    def parameters(self, node: Node, env: Env, given: tuple[Type, ...]) -> None:
        """The environment at a function's first statement."""
        self._parameters(node, env, given)
        env.update(dict.fromkeys(looked_up_in(self._evaluator, node), CHECKED))

    def _parameters(self, node: Node, env: Env, given: tuple[Type, ...]) -> None:
        evaluator = self._evaluator
        documented = self.documented(node)
        single = node.child_by_field_name("parameter")
        if single is not None:
            self.names(single, env, node, given[0] if given else UNKNOWN)
            if given and given[0].name:
                bind(evaluator, single, Fact(type=given[0].present), env)
            return
        found = node.child_by_field_name("parameters")
        for at, parameter in enumerate(found.named_children if found is not None else ()):
            typed = parameter.type in ("required_parameter", "optional_parameter")
            pattern = parameter.child_by_field_name("pattern") if typed else parameter
            if pattern is None or pattern.type in ("comment", "decorator", "rest_pattern", "this"):
                continue
            if pattern.type == "assignment_pattern":
                self._default(pattern, env, node)
                continue
            type = evaluator.outline.parameter_type(parameter, evaluator.source) if typed else UNKNOWN
            if documented and pattern.type == "identifier":
                type = documented.get(evaluator.text(pattern), UNKNOWN)
            if type == UNKNOWN and at < len(given):
                type = given[at]
            value = parameter.child_by_field_name("value") if typed else None
            self.names(pattern, env, node, type)
            fact = evaluator.value(value, env) if value is not None else NOTHING
            cause = None
            if value is not None and is_null(evaluator, value):
                cause = Cause(
                    parameter, f"the default of this parameter is {evaluator.text(value)}", evaluator.text(value)
                )
            elif type.null:
                optional = parameter.type == "optional_parameter"
                said = "this parameter is optional" if optional else f"this parameter may be {type.null}"
                cause = Cause(parameter, said, type.null)
            bound = Fact(cause, type.present if type.name else fact.type)
            bind(evaluator, pattern, bound if bound != NOTHING else NOTHING, env)

    def documented(self, node: Node) -> Mapping[str, Type]:
        """Parameters that may be null by the comment before a function: not in one that sorts them out itself."""
        evaluator = self._evaluator
        doc = doc_before(node, evaluator.source) if evaluator.outline.documented else NO_DOC
        if not doc.parameters:
            return {}
        body = evaluator.text(node.child_by_field_name("body") or node)
        told = {
            name: type
            for name, type in doc.parameters.items()
            if not is_looked_at(name, body) and is_used_for_sure(name, node, evaluator.source)
        }
        return told if told and not always_given(node, evaluator.source) else {}

    def _default(self, pattern: Node, env: Env, node: Node) -> None:
        """`x = value` in JavaScript."""
        left, right = pattern.child_by_field_name("left"), pattern.child_by_field_name("right")
        if left is None or right is None:
            return
        evaluator = self._evaluator
        self.names(left, env, node)
        fact = evaluator.value(right, env)
        if is_null(evaluator, right):
            written = evaluator.text(right)
            fact = Fact(Cause(pattern, f"the default of this parameter is {written}", written))
        bind(evaluator, left, Fact(fact.cause, fact.type) if fact.cause or fact.type.name else NOTHING, env)

    def captured(self, node: Node, env: Env) -> Env:
        """What a function that is made here knows of the variables around it when it runs, at whatever time."""
        outline = self._evaluator.outline
        kept: Env = {}
        for key, fact in env.items():
            if not key.replace("$", "_").isidentifier():
                if fact.checked and "(" not in key:
                    self._evaluator.lost[key] = node
                continue
            variable = self._evaluator.scopes[key]
            assigned = key in outline.assigned
            if (fact.cause is not None and assigned) or (
                not fact.cause and assigned and self._changes(key, variable, node)
            ):
                fact = Fact(type=fact.type)
            else:
                kept[key] = fact
                continue
            if variable is not None and variable.type.null and not self._is_set(key, variable, node):
                null = variable.type.null
                cause = Cause(variable.node, f"`{key}` may be {null} whenever the function is called", null)
                fact = replace(fact, cause=cause)
                if env[key].checked:
                    self._evaluator.lost[key] = node
            if fact != NOTHING:
                kept[key] = fact
        self._unseen(node, env, kept)
        return kept

    def _changes(self, name: str, variable: Variable | None, function: Node) -> bool:
        """Whether a variable may get another value after a function was made."""
        if self._evaluator.outline.assigned_after(name, function.start_byte):
            return True
        scope = variable.scope if variable is not None else None
        return scope is not None and self._set_elsewhere(name, scope)

    def _is_set(self, name: str, variable: Variable, function: Node) -> bool:
        """Whether a function calls another that sets a variable of the module."""
        of_module = variable.scope is not None and variable.scope.type == "program"
        return of_module and self._evaluator.outline.variables.is_set_by_a_call(name, function.start_byte)

    def _unseen(self, node: Node, env: Env, kept: Env) -> None:
        """Variables with a nullable type that nothing is known of here: the declaration decides."""
        kept.update((name, Fact(cause)) for name, cause in self._evaluator.outline.variables.causes(node))
        for name, variable in self._evaluator.scopes.visible().items():
            null = variable.type.null
            if null and name not in kept and name not in env and self._changes(name, variable, node):
                if self._is_set(name, variable, node):
                    continue
                cause = Cause(variable.node, f"`{name}` may be {null} whenever the function is called", null)
                kept[name] = Fact(cause, variable.type.present)


class Reading(Protocol):
    source: bytes

    @property
    def documented(self) -> bool:
        """Whether comments tell types."""
        ...

    def text(self, node: Node, /) -> str: ...

    def type_of(self, node: Node | None, /) -> Type: ...


def signature(reading: Reading, node: Node) -> Signature:
    annotation = node.child_by_field_name("return_type")
    written = reading.text(annotation) if annotation is not None else ""
    parameters = node.child_by_field_name("parameters")
    taken = list[Type | None]()
    generic = node.child_by_field_name("type_parameters") is not None
    for parameter in parameters.named_children if parameters is not None and not generic else ():
        pattern = parameter.child_by_field_name("pattern")
        if pattern is None or pattern.type == "this":
            continue
        if pattern.type == "rest_pattern":
            break
        required = parameter.type == "required_parameter" and parameter.child_by_field_name("value") is None
        taken.append(reading.type_of(parameter.child_by_field_name("type")) if required else None)
    generator = any(child.type == "*" for child in node.children)
    type = reading.type_of(annotation) if annotation is not None else None
    if reading.documented:
        type = documented_result(node, reading.source)
    return Signature(
        node,
        UNKNOWN if generator and type is None else type,
        tuple(taken),
        node.children[0].type == "async",
        written.lstrip(": ").startswith("asserts "),
        source=reading.source,
    )


def _is_test(value: Node, fact: Fact) -> bool:
    """Whether a name for it tells, where it is tested later, what it has tested: TypeScript follows that, too."""
    if value.type == "call_expression" and fact.cause is None and fact.type == UNKNOWN:
        return True
    return value.type in _TESTS or is_optional(value)

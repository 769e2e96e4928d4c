"""Python's statements, lowered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import At, Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.lowering import (
    at_of,
    display,
    first,
    inner,
    nothing,
    operation,
    part,
    text,
    word,
)
from breadknife.plugins.nullcheck.languages.python.expressions import Expressions
from breadknife.text.syntax import Node


@dataclass
class Statements(Expressions):
    type_of: Callable[[Node | None], Type | None] = lambda _: None
    """What an annotation declares."""
    is_ignored: Callable[[At], bool] = lambda _: False
    imports: Collection[str] = ()
    """Names that the file imports."""
    catching: Collection[str] = ()
    """Calls that make a `with` catch the exceptions that they are given."""

    # Values and names

    def run_expression_statement(self, node: Node) -> Iterable[Statement]:
        for child in inner(node):
            yield from self.statement(child)

    def run_assignment(self, node: Node) -> Iterable[Statement]:
        at, targets, value = at_of(node), [part(node, "left")], part(node, "right")
        annotation = self.type_of(part(node, "type"))
        while value is not None and value.type == "assignment":
            targets.append(part(value, "left"))
            value = part(value, "right")
        if value is None:
            return
        lowered = self.expression(value)
        is_trusted = annotation is not None and self.is_ignored(at)
        for target in targets:
            left = self.target(target)
            if isinstance(lowered, il.Null) and left.key in self.imports:
                lowered = nothing(at)  # `yaml = None` where the import has failed
            yield il.Assign(at, left, lowered, annotation, is_trusted)
            if len(targets) > 1 and left.key and not isinstance(lowered, il.Null | il.Constant):
                lowered = il.Name(left.at, left.key)

    def run_augmented_assignment(self, node: Node) -> Iterable[Statement]:
        left, right = self.expression(part(node, "left")), self.expression(part(node, "right"))
        value = operation(at_of(node), word(node, "operator").removesuffix("="), left, right)
        yield il.Assign(at_of(node), self.target(part(node, "left")), value)

    def run_delete_statement(self, node: Node) -> Iterable[Statement]:
        given = first(node)
        yield il.Delete(tuple(self.values(given if given is not None and given.type == "expression_list" else node)))

    def run_global_statement(self, node: Node) -> Iterable[Statement]:
        names = {text(child) for child in inner(node)}
        self.function.shared |= names
        self.function.locals -= names
        return ()

    run_nonlocal_statement = run_global_statement

    # Definitions

    def run_decorated_definition(self, node: Node) -> Iterable[Statement]:
        for child in inner(node):
            yield from self.statement(child)

    def run_function_definition(self, node: Node) -> Iterable[Statement]:
        defaults = [part(each, "value") for each in inner(part(node, "parameters"))]
        values = [self.expression(each) for each in defaults if each is not None]
        yield il.Define(self.target(part(node, "name")).key, tuple(values), ())

    def run_class_definition(self, node: Node) -> Iterable[Statement]:
        name, body = self.target(part(node, "name")), part(node, "body")
        values = tuple(each.value for each in self.arguments(node, "superclasses"))
        with self.scopes.block(), self.owning(node):
            yield il.Define(name.key, values, self.nested(body))

    # Leaving, branches and loops

    def run_raise_statement(self, node: Node) -> Iterable[Statement]:
        yield il.Raise(at_of(node), tuple(self.values(node)))

    def run_assert_statement(self, node: Node) -> Iterable[Statement]:
        test, *message = self.values(node) or [nothing(at_of(node))]
        yield il.If(il.Not(test.at, test, test.forks), (il.Raise(at_of(node), tuple(message)),), ())

    def run_if_statement(self, node: Node) -> Iterable[Statement]:
        otherwise: Block = ()
        for each in reversed(node.children_by_field_name("alternative")):
            otherwise = self._branch(each, otherwise) if each.type == "elif_clause" else self._body(each)
        return self._branch(node, otherwise)

    def _branch(self, node: Node, otherwise: Block) -> Block:
        condition = part(node, "condition")
        is_checking = text(condition).rpartition(".")[2] == "TYPE_CHECKING"
        constant = il.Constant(at_of(node), "", "bool", truth=True)
        test = constant if is_checking else self.expression(condition)
        return (il.If(test, self.nested(part(node, "consequence")), otherwise),)

    def _body(self, node: Node | None) -> Block:
        return self.nested(part(node, "body"))

    def loop(self, node: Node, label: str, /) -> Iterable[Statement]:
        at, is_for, otherwise = at_of(node), node.type == "for_statement", part(node, "alternative")
        given = self.expression(part(node, "right" if is_for else "condition"))
        target = self.target(part(node, "left")) if is_for else None
        test, iterable = (None, given) if is_for else (given, None)
        yield il.Loop(at, test, target, iterable, self._body(node), self._body(otherwise))

    # Exceptions

    def run_try_statement(self, node: Node) -> Iterable[Statement]:
        body, otherwise, final = self._body(node), Block(), Block()
        handlers = list[il.Handler]()
        for child in inner(node):
            if child.type == "except_clause":
                handlers.append(self._handler(child))
            elif child.type == "else_clause":
                otherwise = self._body(child)
            elif child.type == "finally_clause":
                final = self.nested(first(child))
        yield il.Try(body, tuple(handlers), otherwise, final)

    def _handler(self, node: Node) -> il.Handler:
        caught, body = part(node, "value"), next((each for each in inner(node) if each.type == "block"), None)
        name = word(caught, "alias")
        if name:
            self.function.locals.add(name)
        value = first(caught) if caught is not None and caught.type == "as_pattern" else caught
        types = _flat([self.expression(value)] if value is not None else [])
        return il.Handler(at_of(node), types, _last_names(types), name, self.nested(body), _is_quiet(text(body), name))

    def run_with_statement(self, node: Node) -> Iterable[Statement]:
        caught: list[Expression] | None = None
        for item in inner(first(node)):
            value, alias = part(item, "value"), None
            if value is not None and value.type == "as_pattern":
                alias, value = part(value, "alias"), first(value)
            lowered = self.expression(value)
            if isinstance(lowered, il.Call) and lowered.callee.key in self.catching:
                caught = (caught or []) + [each.value for each in lowered.arguments if not each.name]
            entered = operation(lowered.at, "with", lowered)
            is_named = alias is not None
            yield il.Assign(lowered.at, self.target(alias), entered) if is_named else il.Evaluate(entered)
        body = self._body(node)
        if caught is None:
            yield from body
        else:
            names = _last_names(_flat(caught)) or ("?",)
            yield il.Try(body, (il.Handler(at_of(node), (), names, "", (), is_quiet=True),), (), ())

    # Patterns

    def run_match_statement(self, node: Node) -> Iterable[Statement]:
        subjects = [self.expression(each) for each in node.children_by_field_name("subject")]
        before, subject = self.kept(subjects[0] if len(subjects) == 1 else display(at_of(node), "tuple", subjects))
        rest: Block = ()
        for case in reversed(inner(part(node, "body"))):
            rest = self._case(case, subject, rest)
        return (*before, *rest)

    def _case(self, node: Node, subject: Expression, rest: Block) -> Block:
        """What a pattern binds is known only where it is nothing but a name."""
        patterns, guard = [each for each in inner(node) if each.type == "case_pattern"], first(part(node, "guard"))
        pattern = first(patterns[0]) if len(patterns) == 1 else None
        is_name = pattern is not None and pattern.type == "dotted_name" and text(pattern).isidentifier()
        bound = [(self.target(each), subject if is_name else nothing(at_of(each))) for each in _captured(patterns)]
        before = tuple(il.Assign(target.at, target, value) for target, value in bound)
        is_any = is_name or (patterns and text(patterns[0]) == "_")
        tests = [] if is_any else [_fits(node, pattern, subject)]
        tests += [self.expression(guard)] if guard is not None else []
        body = self.nested(part(node, "consequence"))
        if not tests:
            return (*before, *body)
        test = tests[0] if len(tests) == 1 else il.Both(at_of(node), is_and=True, left=tests[0], right=tests[1])
        return (*before, il.If(test, body, rest))


def _fits(case: Node, pattern: Node | None, subject: Expression) -> Expression:
    """The test that a pattern stands for."""
    at = at_of(case)
    if pattern is not None and pattern.type == "none":
        return il.Test(at, "is", subject, il.Null(at), negated=False, key="", forks=False)
    if pattern is not None and pattern.type == "union_pattern" and "None" in text(pattern):
        return nothing(at)
    return il.Test(at, "instance", subject, nothing(at), negated=False, key="", forks=False)


def _captured(patterns: Iterable[Node]) -> Iterator[Node]:
    """The names that patterns bind: one with dots is a constant, and what is called or has a value is another name."""
    for node in patterns:
        named = node.named_children
        if node.type == "dotted_name":
            yield from named if len(named) == 1 and text(node) != "_" else ()
        elif node.type in ("splat_pattern", "as_pattern"):
            yield from (child for child in named if child.type == "identifier")
            yield from _captured(child for child in named if child.type != "identifier")
        else:
            yield from _captured(named[1:] if node.type in ("class_pattern", "keyword_pattern") else named)


def _flat(values: Iterable[Expression]) -> tuple[Expression, ...]:
    """The classes that a handler names, of which tuples have several."""
    return tuple(item for each in values for item in (each.items if isinstance(each, il.Display) else (each,)))


def _last_names(classes: Iterable[Expression]) -> tuple[str, ...]:
    return tuple(each.key.rpartition(".")[2] or "?" for each in classes)


def _is_quiet(body: str, name: str) -> bool:
    """Whether a handler's body has nothing to do with the exception, and calls nothing: it gives something else."""
    return "(" not in body and "raise" not in body and (not name or name not in body)

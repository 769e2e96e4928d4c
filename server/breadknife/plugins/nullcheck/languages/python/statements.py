"""Python's statements and expressions, lowered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Parameter
from breadknife.plugins.nullcheck.core.il import Argument, Block, ByteRange, Clause, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.lowering import (
    Lowering,
    call,
    compared,
    display,
    nothing,
    opaque,
    operation,
    short,
    subscript,
)
from breadknife.plugins.nullcheck.languages.outlining import at_of, first, inner, part, text, word
from breadknife.plugins.nullcheck.languages.scopes import Scopes
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.text.syntax import Node, nodes_in

_DISPLAYS = {
    "tuple": "tuple", "expression_list": "tuple", "list": "list", "set": "set", "dictionary": "dict",
    "list_comprehension": "list", "set_comprehension": "set", "dictionary_comprehension": "dict",
    "generator_expression": "generator",
}  # fmt: skip
"""Kind of a node that is written out as a value -> the type of the value."""
_TESTS = {"is": "is", "is not": "is", "==": "==", "!=": "==", "<>": "==", "in": "in", "not in": "in"}
"""Written operator of a comparison -> the one that the intermediate language has for it."""
_NEGATED = frozenset({"is not", "!=", "<>", "not in"})
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"})


@dataclass
class PythonLowering(Lowering):
    """Lowers the code of one function, of a class, or of the module."""

    scopes: Scopes = field(default_factory=Scopes)
    type_of: Callable[[Node | None], Type | None] = lambda _: None
    """Gives the type that an annotation declares."""
    is_ignored: Callable[[ByteRange], bool] = lambda _: False
    """Tells whether a comment there tells a checker to be silent."""
    imports: Collection[str] = ()
    """Names that the file imports."""
    catching: Collection[str] = ()
    """Keys of calls that make a `with` catch the exceptions that they are given, like `suppress`."""
    own_at: int | None = None
    """The first byte of the class or the comprehension that is lowered, which has the names assigned in it for itself;
    None elsewhere."""

    kinds = grammar_of("python").lowering

    def block(self, node: Node | None) -> Block:
        """Return the statements of a block, which has no names of its own in Python."""
        return self.nested(node)

    def body(self, node: Node, /) -> Block:
        """Return the body of a `lambda`."""
        body = part(node, "body")
        return (il.Return(at_of(body or node), self.expression(body)),)

    # Assignments

    def target(self, node: Node | None, /) -> Expression:
        if node is None:
            return nothing((0, 0))
        if node.type == "identifier":
            name = text(node)
            if self.own_at is not None:
                self.scopes.hide(name, self.own_at)
            elif name not in self.function.shared and self.scopes.find(name) is None:
                self.function.locals.add(name)
            return il.Name(at_of(node), self.scopes.key(name))
        if node.type in _PATTERNS:
            return display(at_of(node), "tuple", [self.target(child) for child in inner(node)])
        if node.type in ("as_pattern_target", "parenthesized_expression"):
            return self.target(first(node))
        if node.type in ("list_splat_pattern", "list_splat"):
            return opaque(at_of(node), [self.target(child) for child in inner(node)])
        return self.expression(node)

    @contextmanager
    def owning(self, node: Node) -> Generator[None]:
        """Give the names that are assigned meanwhile to a class or a comprehension alone."""
        outer, self.own_at = self.own_at, node.start_byte
        yield
        self.own_at = outer

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
                lowered = il.Name(left.at, left.key)  # in `a = b = f()` the value is evaluated once

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

    # Definitions

    def run_function_definition(self, node: Node) -> Iterable[Statement]:
        defaults = [part(child, "value") for child in inner(part(node, "parameters"))]
        values = [self.expression(default) for default in defaults if default is not None]
        name = self.target(part(node, "name"))
        yield il.NamedDefinition(name.key, tuple(values), ())
        is_plain = node.parent is None or node.parent.type != "decorated_definition"
        if self.function.name and is_plain and self.own_at is None:  # those of the module are known by their names
            yield il.Assign(at_of(node), name, il.Closure(at_of(node), il.closure_key(node.start_byte)))

    def run_class_definition(self, node: Node) -> Iterable[Statement]:
        name, body = self.target(part(node, "name")), part(node, "body")
        values = tuple(argument.value for argument in self.arguments(node, "superclasses"))
        with self.scopes.block(), self.owning(node):
            yield il.NamedDefinition(name.key, values, self.nested(body))

    # Branches, loops and exceptions

    def run_if_statement(self, node: Node) -> Iterable[Statement]:
        otherwise: Block = ()
        for clause in reversed(node.children_by_field_name("alternative")):
            otherwise = self._branch(clause, otherwise) if clause.type == "elif_clause" else self.nested(clause)
        return self._branch(node, otherwise)

    def _branch(self, node: Node, otherwise: Block) -> Block:
        condition = part(node, "condition")
        is_true = text(condition).endswith("TYPE_CHECKING")  # as for every checker
        test = il.Constant(at_of(node), "", "bool", truth=True) if is_true else self.expression(condition)
        return (il.If(test, self.nested(part(node, "consequence")), otherwise),)

    def run_for_statement(self, node: Node) -> Iterable[Statement]:
        is_for = node.type == "for_statement"
        head = self.expression(part(node, "right" if is_for else "condition"))
        target = self.target(part(node, "left")) if is_for else None
        test, iterable = (None, head) if is_for else (head, None)
        body, otherwise = self.nested(part(node, "body")), self.nested(part(node, "alternative"))
        yield il.Loop(at_of(node), test, target, iterable, body, otherwise)

    def handler(self, node: Node, /) -> il.Handler:
        caught, body = part(node, "value"), next((child for child in inner(node) if child.type == "block"), None)
        name = word(caught, "alias")
        if name:
            self.function.locals.add(name)
        value = first(caught) if caught is not None and caught.type == "as_pattern" else caught
        types = _flat([self.expression(value)] if value is not None else [])
        is_quiet = _is_quiet(text(body), name)
        return il.Handler(at_of(node), types, _last_names(types), name, self.nested(body), is_quiet)

    def run_with_statement(self, node: Node) -> Iterable[Statement]:
        caught: list[Expression] | None = None
        for item in inner(first(node)):
            value, alias = part(item, "value"), None
            if value is not None and value.type == "as_pattern":
                alias, value = part(value, "alias"), first(value)
            lowered = self.expression(value)
            if isinstance(lowered, il.Invocation) and lowered.callee.key in self.catching:
                caught = (caught or []) + [argument.value for argument in lowered.arguments if not argument.name]
            entered = operation(lowered.at, "with", lowered)
            is_named = alias is not None
            yield il.Assign(lowered.at, self.target(alias), entered) if is_named else il.Evaluate(entered)
        body = self.nested(part(node, "body"))
        if caught is None:
            yield from body
        else:
            names = _last_names(_flat(caught)) or ("?",)
            yield il.Try(body, (il.Handler(at_of(node), (), names, "", (), is_quiet=True),), (), ())

    def case(self, node: Node, subject: Expression | None, /) -> il.SwitchCase:
        """Return a case of a `match`. Nothing is known of the names that its pattern binds: those in lower case, as
        others are classes or constants."""
        patterns = [child for child in inner(node) if child.type == "case_pattern"]
        named = [child for pattern in patterns for child in nodes_in(pattern) if child.type == "identifier"]
        binds = [
            il.Assign(at_of(child), self.target(child), nothing(at_of(child)))
            for child in named
            if text(child).islower()
        ]
        body = (*binds, *self.nested(part(node, "consequence")), il.Jump(is_break=True))
        at, guard, pattern_text = at_of(node), first(part(node, "guard")), " ".join(map(text, patterns))
        test: Expression | None = None
        if subject is not None and pattern_text == "None":
            test = compared(at, subject, il.Null(at))
        elif "None" in pattern_text:
            test = nothing(at)
        elif subject is not None and not pattern_text.isidentifier():
            test = il.Comparison(at, "instance", subject, nothing(at), negated=False, key="", forks=False)
        if guard is not None:
            guard_test = self.expression(guard)
            test = il.ShortCircuit(at, is_and=True, left=test, right=guard_test) if test is not None else guard_test
        return il.SwitchCase(test, body)

    # Names and calls

    def lower_subscript(self, node: Node) -> Expression:
        at, owner, indices = at_of(node), self.expression(part(node, "value")), node.children_by_field_name("subscript")
        values = [self.expression(index) for index in indices]
        if len(indices) == 1 and indices[0].type == "slice":
            return il.Subscript(at, owner, None, "", owner.forks or values[0].forks)
        return subscript(at, owner, values[0] if len(values) == 1 else opaque(at, values))

    def lower_call(self, node: Node) -> Expression:
        at, callee, arguments = at_of(node), self.expression(part(node, "function")), self.arguments(node)
        if callee.key == "isinstance" and len(arguments) == 2 and not arguments[0].name:
            return _test(node, "instance", arguments[0].value, arguments[1].value)
        return call(at, callee, arguments)

    def arguments(self, node: Node, name: str = "arguments") -> list[Argument]:
        """Return the arguments in the field `name` of a call or a class."""
        written = part(node, name)
        nodes = [written] if written is not None and written.type == "generator_expression" else inner(written)
        return [self._argument(child) for child in nodes]

    def _argument(self, node: Node) -> Argument:
        match node.type:
            case "keyword_argument":
                return Argument(word(node, "name"), self.expression(part(node, "value")))
            case "list_splat" | "dictionary_splat":
                return Argument("*" if node.type == "list_splat" else "**", self.expression(first(node)))
            case _:
                return Argument("", self.expression(node))

    def lower_lambda(self, node: Node) -> Expression:
        named = inner(part(node, "parameters"))
        return self.function_within(
            node, [Parameter(at_of(child), word(child, "name") or text(child), None, None) for child in named]
        )

    # Literals

    def literal(self, node: Node) -> Expression:
        inserted = [self.expression(first(child)) for child in nodes_in(node) if child.type == "interpolation"]
        return display(at_of(node), "str", inserted) if inserted else super().literal(node)

    def lower_list(self, node: Node) -> Expression:
        return display(at_of(node), _DISPLAYS[node.type], self.values(node))

    def lower_list_comprehension(self, node: Node) -> Expression:
        body, clauses = first(node), list[Clause]()
        with self.scopes.block():
            for child in inner(node)[1:]:
                if child.type == "for_in_clause":
                    iterable = self.expression(part(child, "right"))
                    with self.owning(node):
                        clauses.append(Clause(self.target(part(child, "left")), iterable))
                else:
                    clauses.append(Clause(None, self.expression(first(child))))
            is_pair = body is not None and body.type == "pair"
            results = self.values(body) if is_pair else [self.expression(body)]
        return il.Comprehension(at_of(node), _DISPLAYS[node.type], tuple(clauses), tuple(results))

    # Operators

    def lower_parenthesized_expression(self, node: Node) -> Expression:
        return super().lower_parenthesized_expression(node)._replace(at=at_of(node))

    def lower_comparison_operator(self, node: Node) -> Expression:
        operators = [" ".join(text(child).split()) for child in node.children_by_field_name("operators")]
        values = [self.expression(child) for child in inner(node)]
        tests = [_test(node, *comparison) for comparison in zip(operators, values, values[1:], strict=False)]
        return tests[0] if len(tests) == 1 else opaque(at_of(node), tests)

    def lower_conditional_expression(self, node: Node) -> Expression:
        parts = self.values(node)
        if len(parts) != 3:
            return opaque(at_of(node), parts)
        then, test, otherwise = parts
        return il.Conditional(at_of(node), test, then, otherwise)

    def lower_named_expression(self, node: Node) -> Expression:
        value, target = self.expression(part(node, "value")), self.target(part(node, "name"))
        return il.AssignmentExpression(at_of(node), target, value, target.key)


def _test(node: Node, operator: str, left: Expression, right: Expression) -> Expression:
    """Return one comparison of those that a node has. `<` and its like are operators to the analysis."""
    at, kind = (at_of(node) if operator == "instance" else (left.at[0], right.at[1])), _TESTS.get(operator, operator)
    if kind == operator and kind not in ("is", "==", "in", "instance"):
        return operation(at, operator, left, right)
    key = short(f"({left.key} {kind} {right.key})") if left.key and right.key else ""
    return il.Comparison(at, kind, left, right, operator in _NEGATED, key, left.forks or right.forks)


def _flat(values: Iterable[Expression]) -> tuple[Expression, ...]:
    """Return the classes that a handler names, of which tuples have several."""
    return tuple(item for value in values for item in (value.items if isinstance(value, il.Display) else (value,)))


def _last_names(classes: Iterable[Expression]) -> tuple[str, ...]:
    """Return the names of classes without their modules; "?" for one that isn't a name."""
    return tuple(class_.key.rpartition(".")[2] or "?" for class_ in classes)


def _is_quiet(body: str, name: str) -> bool:
    """Tell whether the text of a handler's body doesn't mention the exception, whose name is `name`, and calls and
    raises nothing: then it only gives another value."""
    return "(" not in body and "raise" not in body and (not name or name not in body)

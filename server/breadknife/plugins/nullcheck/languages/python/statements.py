"""Python's statements, lowered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.languages.python.expressions import Expressions, at_of, inner, text
from breadknife.text.syntax import Node

_LONGEST_ERROR = 1_000
"""Bytes. A bracket that isn't closed may make one error of a whole file, of which nothing can be told."""
_DEEPEST = 60
"""Nesting of blocks that is followed."""
_QUIET = frozenset({"pass_statement", "continue_statement", "break_statement", "comment"})
_IGNORES = ("type:", "pyright:", "ty:", "pyrefly:", "basedpyright:")


@dataclass
class Statements(Expressions):
    knowledge: Knowledge | None = None
    types: Callable[[Node | None], Type | None] = lambda _: None
    imports: frozenset[str] = frozenset()
    """Names that the file imports."""
    _blocks: int = 0

    def block(self, node: Node | None) -> Block:
        if node is None or self._blocks > _DEEPEST:
            return ()
        self._blocks += 1
        found = list[Statement]()
        for child in node.named_children:
            found += self.statement(child)
        self._blocks -= 1
        return tuple(found)

    def statement(self, node: Node) -> Iterable[Statement]:
        lower = _STATEMENTS.get(node.type)
        if lower is not None:
            return lower(self, node)
        is_lost = node.type == "ERROR" and node.end_byte - node.start_byte > _LONGEST_ERROR
        if node.type == "comment" or is_lost:
            return ()
        return [il.Evaluate(self.expression(child)) for child in inner(node)]

    def lower_expression_statement(self, node: Node) -> Iterable[Statement]:
        for child in inner(node):
            if child.type == "assignment":
                yield from self._assignment(child, node)
            elif child.type == "augmented_assignment":
                yield self._augmented(child)
            elif child.type == "string" and len(child.named_children) <= 3:  # a docstring
                continue
            else:
                yield il.Evaluate(self.expression(child))

    def _assignment(self, node: Node, statement: Node) -> Iterable[Statement]:
        targets, value = [node.child_by_field_name("left")], node.child_by_field_name("right")
        annotation = self.types(node.child_by_field_name("type"))
        while value is not None and value.type == "assignment":
            targets.append(value.child_by_field_name("left"))
            value = value.child_by_field_name("right")
        if value is None:
            return
        lowered, at = self.expression(value), at_of(node)
        is_trusted = annotation is not None and _is_told(statement)
        for target in targets:
            left = self.target(target)
            if isinstance(lowered, il.Null) and left.key in self.imports:
                lowered = il.Parts(at, (), forks=False)  # `yaml = None` where the import has failed
            yield il.Assign(at, left, lowered, annotation, is_trusted)
            if len(targets) > 1 and left.key and not isinstance(lowered, il.Null | il.Constant):
                lowered = il.Name(left.at, left.key)

    def _augmented(self, node: Node) -> Statement:
        left, right = node.child_by_field_name("left"), self.expression(node.child_by_field_name("right"))
        operator = text(node.child_by_field_name("operator")).removesuffix("=")
        read, target = self.expression(left), self.target(left)
        value = il.Operation(at_of(node), operator, (read, right), read.forks or right.forks)
        return il.Assign(at_of(node), target, value)

    def lower_return(self, node: Node) -> Iterable[Statement]:
        values = inner(node)
        return (il.Return(at_of(node), self.expression(values[0]) if values else None),)

    def lower_raise(self, node: Node) -> Iterable[Statement]:
        return (il.Raise(at_of(node), tuple(self.expression(child) for child in inner(node))),)

    def lower_assert(self, node: Node) -> Iterable[Statement]:
        values = [self.expression(child) for child in inner(node)]
        if not values:
            return ()
        test = il.Not(values[0].at, values[0], values[0].forks)
        return (il.If(test, (il.Raise(at_of(node), tuple(values[1:])),), ()),)

    def lower_if(self, node: Node) -> Iterable[Statement]:
        otherwise: Block = ()
        for alternative in reversed(node.children_by_field_name("alternative")):
            if alternative.type == "elif_clause":
                test = self._condition(alternative.child_by_field_name("condition"))
                otherwise = (il.If(test, self.block(alternative.child_by_field_name("consequence")), otherwise),)
            else:
                otherwise = self.block(alternative.child_by_field_name("body"))
        test = self._condition(node.child_by_field_name("condition"))
        return (il.If(test, self.block(node.child_by_field_name("consequence")), otherwise),)

    def _condition(self, node: Node | None) -> Expression:
        if node is not None and text(node).rpartition(".")[2] == "TYPE_CHECKING":
            return il.Constant(at_of(node), "", "bool", truth=True)
        return self.expression(node)

    def lower_while(self, node: Node) -> Iterable[Statement]:
        test = self.expression(node.child_by_field_name("condition"))
        yield il.Loop(at_of(node), test, None, None, self.block(node.child_by_field_name("body")), self._else(node))

    def lower_for(self, node: Node) -> Iterable[Statement]:
        iterable = self.expression(node.child_by_field_name("right"))
        target = self.target(node.child_by_field_name("left"))
        body = self.block(node.child_by_field_name("body"))
        yield il.Loop(at_of(node), None, target, iterable, body, self._else(node))

    def _else(self, node: Node) -> Block:
        alternative = node.child_by_field_name("alternative")
        return self.block(alternative.child_by_field_name("body")) if alternative is not None else ()

    def lower_try(self, node: Node) -> Iterable[Statement]:
        handlers, otherwise, final = list[il.Handler](), (), ()
        for child in inner(node):
            if child.type in ("except_clause", "except_group_clause"):
                handlers.append(self._handler(child))
            elif child.type == "else_clause":
                otherwise = self.block(child.child_by_field_name("body"))
            elif child.type == "finally_clause":
                final = self.block(next((each for each in inner(child) if each.type == "block"), None))
        yield il.Try(self.block(node.child_by_field_name("body")), tuple(handlers), otherwise, final)

    def _handler(self, node: Node) -> il.Handler:
        body = next((child for child in inner(node) if child.type == "block"), None)
        said = [child for child in inner(node) if child.type != "block"]
        name, types = "", said
        if said and said[0].type == "as_pattern":
            types, alias = inner(said[0])[:1], said[0].child_by_field_name("alias")
            name = text(alias)
        elif len(said) == 2:
            types, name = said[:1], text(said[1])
        if name:
            self.function.locals.add(name)
        lowered = [self.expression(each) for each in types]
        flat = [item for each in lowered for item in (each.items if isinstance(each, il.Display) else (each,))]
        names = tuple(each.key.rpartition(".")[2] or "?" for each in flat)
        return il.Handler(at_of(node), tuple(flat), names, name, self.block(body), _is_quiet(body))

    def lower_with(self, node: Node) -> Iterable[Statement]:
        found, caught = list[Statement](), tuple[Expression, ...]()
        catches = False
        for item in inner(next((child for child in inner(node) if child.type == "with_clause"), None)):
            value, alias = item.child_by_field_name("value"), None
            if value is not None and value.type == "as_pattern":
                alias, value = value.child_by_field_name("alias"), (inner(value) or [None])[0]
            lowered = self.expression(value)
            if self._is_catching(lowered) and isinstance(lowered, il.Call):
                catches = True
                caught += tuple(each.value for each in lowered.arguments if not each.name)
            entered = il.Operation(lowered.at, "with", (lowered,), lowered.forks)
            if alias is not None:
                found.append(il.Assign(lowered.at, self.target(alias), entered))
            else:
                found.append(il.Evaluate(entered))
        body = self.block(node.child_by_field_name("body"))
        if not catches:
            return (*found, *body)
        flat = [item for each in caught for item in (each.items if isinstance(each, il.Display) else (each,))]
        names = tuple(each.key.rpartition(".")[2] or "?" for each in flat) or ("?",)
        handler = il.Handler(at_of(node), (), names, "", (), is_quiet=True)
        return (*found, il.Try(body, (handler,), (), ()))

    def _is_catching(self, value: Expression) -> bool:
        return isinstance(value, il.Call) and self.knowledge is not None and value.callee.key in self.knowledge.catching

    def lower_match(self, node: Node) -> Iterable[Statement]:
        at, subjects = at_of(node), [self.expression(each) for each in node.children_by_field_name("subject")]
        if not subjects:
            return ()
        subject = subjects[0] if len(subjects) == 1 else il.Display(
            at, "tuple", tuple(subjects), any(each.forks for each in subjects)
        )  # fmt: skip
        found = list[Statement]()
        if not subject.key or subject.forks:
            held = il.Name(subject.at, f"@{node.start_byte}")
            found.append(il.Assign(subject.at, held, subject))
            subject = held
        rest: Block = ()
        for case in reversed(inner(node.child_by_field_name("body"))):
            if case.type == "case_clause":
                rest = self._case(case, subject, rest)
        return (*found, *rest)

    def _case(self, node: Node, subject: Expression, rest: Block) -> Block:
        patterns = [child for child in inner(node) if child.type == "case_pattern"]
        guard, body = node.child_by_field_name("guard"), self.block(node.child_by_field_name("consequence"))
        pattern = inner(patterns[0])[0] if len(patterns) == 1 and inner(patterns[0]) else None
        test = self._pattern_test(patterns, pattern, subject)
        binds = [
            (self.target(each), subject if _is_whole(each, pattern) else il.Parts(at_of(each), (), False))
            for each in _captured(patterns)
        ]
        if guard is not None and inner(guard):  # one condition: what follows must not be there twice
            said, bound = (
                self.expression(inner(guard)[0]),
                [il.Bind(each.at, each, value, each.key) for each, value in binds],
            )
            said = il.Comma(said.at, tuple(bound), said) if bound else said
            both = said if test is None else il.Both(said.at, is_and=True, left=test, right=said, key="")
            return (il.If(both, body, rest),)
        body = (*(il.Assign(each.at, each, value) for each, value in binds), *body)
        return body if test is None else (il.If(test, body, rest),)

    def _pattern_test(self, patterns: list[Node], pattern: Node | None, subject: Expression) -> Expression | None:
        """The test that a pattern stands for; None if it always fits."""
        if not patterns or (len(patterns) == 1 and (pattern is None or _is_any(pattern))):
            return None
        at = at_of(patterns[0])
        if pattern is not None and pattern.type == "none":
            return il.Test(at, "is", subject, il.Null(at), negated=False, key="", forks=False)
        if pattern is not None and b"None" in (pattern.text or b"") and pattern.type == "union_pattern":
            return il.Parts(at, (), forks=False)
        classes = il.Parts(at, (), forks=False)
        return il.Test(at, "instance", subject, classes, negated=False, key="", forks=False)

    def lower_delete(self, node: Node) -> Iterable[Statement]:
        targets = [
            part for child in inner(node) for part in (inner(child) if child.type == "expression_list" else [child])
        ]
        return (il.Delete(tuple(self.expression(each) for each in targets)),)

    def lower_shared(self, node: Node) -> Iterable[Statement]:
        names = {text(child) for child in inner(node)}
        self.function.shared |= names
        self.function.locals -= names
        return ()

    def lower_define(self, node: Node) -> Iterable[Statement]:
        decorators = [child for child in inner(node) if child.type == "decorator"]
        values = [self.expression(inner(each)[0]) for each in decorators if inner(each)]
        definition = node.child_by_field_name("definition") or node
        named = definition.child_by_field_name("name")
        name = text(named)
        if named is None:
            return ()
        if definition.type == "class_definition":
            values += [
                argument.value
                for argument in map(self._argument, inner(definition.child_by_field_name("superclasses")))
            ]
            body = self._class_body(definition)
        else:
            parameters = inner(definition.child_by_field_name("parameters"))
            defaults = [each.child_by_field_name("value") for each in parameters]
            values += [self.expression(each) for each in defaults if each is not None and each.type != "none"]
            body = ()
        target = self.target(named)
        return (il.Define(target.key or name, tuple(values), body),)

    def _class_body(self, node: Node) -> Block:
        """Its names are its own: they get the place of the class."""
        before, self.renamed = self.renamed, dict(self.renamed)
        body = node.child_by_field_name("body")
        for child in inner(body):
            name = _stored_name(child)
            if name:
                self.renamed[name] = f"{name}@{node.start_byte}"
        found = self.block(body)
        self.renamed = before
        return found


def _stored_name(node: Node) -> str:
    if node.type == "expression_statement" and inner(node) and inner(node)[0].type == "assignment":
        left = inner(node)[0].child_by_field_name("left")
        return text(left) if left is not None and left.type == "identifier" else ""
    definition = node.child_by_field_name("definition") or node
    is_definition = definition.type in ("function_definition", "class_definition")
    return text(definition.child_by_field_name("name")) if is_definition else ""


def _is_told(statement: Node) -> bool:
    """Whether a comment behind it tells a checker to believe it."""
    comment = statement.next_sibling
    return (
        comment is not None
        and comment.type == "comment"
        and comment.start_point.row == statement.end_point.row
        and is_ignore(text(comment))
    )


def is_ignore(comment: str) -> bool:
    """Whether a comment tells a checker to be silent: `# type: ignore`, `# pyright: ignore[…]`."""
    said = comment.replace(" ", "")
    return any(f"#{name}ignore" in said for name in _IGNORES)


def _is_quiet(body: Node | None) -> bool:
    """Whether a handler's body does nothing but give a constant."""
    return body is not None and all(_is_quiet_statement(child) for child in body.named_children)


def _is_quiet_statement(node: Node) -> bool:
    if node.type in _QUIET:
        return True
    if node.type == "return_statement":
        return all(_is_constant(child) for child in inner(node))
    if node.type == "expression_statement":
        parts = inner(node)
        return all(
            _is_constant(part) or (part.type == "assignment" and _is_constant(part.child_by_field_name("right")))
            for part in parts
        )
    return False


def _is_constant(node: Node | None) -> bool:
    if node is None:
        return False
    kinds = ("none", "true", "false", "integer", "float", "identifier")
    empty = node.type in ("list", "dictionary", "tuple") and not inner(node)
    plain = node.type == "string" and all(child.type != "interpolation" for child in node.named_children)
    return node.type in kinds or empty or plain


def _is_whole(name: Node, pattern: Node | None) -> bool:
    """Whether the pattern is nothing but the name."""
    return pattern is not None and (name.start_byte, name.end_byte) == (pattern.start_byte, pattern.end_byte)


def _is_any(pattern: Node) -> bool:
    said = text(pattern)
    return said == "_" or (pattern.type in ("dotted_name", "identifier") and said.isidentifier())


def _captured(patterns: list[Node]) -> Iterable[Node]:
    """The names that patterns bind: one with dots is a constant, and what is called is a class."""
    waiting = list(patterns)
    while waiting:
        node = waiting.pop()
        children = node.named_children
        if node.type == "dotted_name":
            if len(children) == 1 and text(node) != "_":
                yield children[0]
        elif node.type == "class_pattern":
            waiting += [child for child in children if child.type == "case_pattern"]
        elif node.type == "keyword_pattern":
            waiting += children[1:]
        elif node.type in ("splat_pattern", "as_pattern"):
            yield from (child for child in children if child.type == "identifier")
            waiting += [child for child in children if child.type != "identifier"]
        else:
            waiting += children


_S = Statements
_STATEMENTS: dict[str, Callable[[Statements, Node], Iterable[Statement]]] = {
    "expression_statement": _S.lower_expression_statement,
    "return_statement": _S.lower_return,
    "raise_statement": _S.lower_raise,
    "assert_statement": _S.lower_assert,
    "if_statement": _S.lower_if,
    "while_statement": _S.lower_while,
    "for_statement": _S.lower_for,
    "try_statement": _S.lower_try,
    "with_statement": _S.lower_with,
    "match_statement": _S.lower_match,
    "delete_statement": _S.lower_delete,
    "global_statement": _S.lower_shared,
    "nonlocal_statement": _S.lower_shared,
    "function_definition": _S.lower_define,
    "class_definition": _S.lower_define,
    "decorated_definition": _S.lower_define,
    "break_statement": lambda _, node: (il.Jump(is_break=True),),
    "continue_statement": lambda _, node: (il.Jump(is_break=False),),
    **dict.fromkeys(
        (
            "pass_statement",
            "import_statement",
            "import_from_statement",
            "future_import_statement",
            "type_alias_statement",
        ),
        lambda _, node: (),
    ),
}

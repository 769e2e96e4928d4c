"""What a reader sees before a use that tells that its value can't be null there, in whichever language.

Checkers miss it where the value is no plain name: they forget what a call or a subscript gave, and what an inner
function can rely on. It is read off the code: a test counts if nothing gives the expression another value after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.nullcheck.project.covering import sets
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, path_to

_LEAVING = frozenset({
    "return_statement", "raise_statement", "throw_statement", "continue_statement", "break_statement",
})  # fmt: skip
_LEAVES = re.compile(r"^(?:\w+\.)*(?:exit|Exit|abort|panic|fail|fatal|Fatal|Fatalf|skip|error)\(")
"""Calls that don't come back."""
_FUNCTIONS = frozenset({
    "function_definition", "lambda", "function_declaration", "method_declaration", "method_definition",
    "arrow_function", "function_expression", "func_literal", "lambda_expression", "constructor_declaration",
})  # fmt: skip
_CHECKS = re.compile(r"(?:\w+\.)*(?:assert|require|expect|ensure|verify|must|check)\w*\s*[(\s]", re.IGNORECASE)
_CATCHES = re.compile(r"\b(?:AttributeError|TypeError|NullPointerException)\b|^catch\s*(?:\(\w+\)\s*)?\{")
_NULL = r"(?:None|null|nil|undefined)"
_IS_NULL = re.compile(rf"\s*(?:is\s+(?!not\b){_NULL}|===?\s*{_NULL})\b")
_IS_SET = re.compile(rf"\s*(?:is\s+not\s+{_NULL}|!==?\s*{_NULL})\b")
_USED = re.compile(r"\s*(?:\.|->|\[|\()")
_NEGATED = re.compile(r"(?:\bnot\s+|!\s*)(?:[\w.]*\(\s*)*$")
_ALLOWED = r"(?:\bOptional\b|\bNone\b|\bnull\b|\bundefined\b)"
_MADE = re.compile(r"(?:await\s+)?(?:new\s+)?(?:[\w.]*\.)?[A-Z]\w*\(|[\[{\"'0-9]|f[\"']|&\w")
"""A value that is no null, whatever it is made of."""
_LOOKED_UP = re.compile(r"^(?P<of>.+?)(?:\[(?P<key>[^\[\]]+)\]|\.get\((?P<got>[^(),]+).*\))$", re.DOTALL)
_OR, _AND = re.compile(r"\bor\b|\|\|"), re.compile(r"\band\b|&&")


@dataclass(frozen=True)
class Guard:
    """Why a null doesn't get to a use."""

    span: Span
    """The code that says so."""
    why: str
    """A clause, such as "a test before it leaves"."""


def guard(tree: SyntaxTree, used: Span) -> Guard | None:
    """The guard of the expression at `used`, the innermost."""
    expression = tree.text[used.start : used.end]
    node = tree.node_at(used)
    path = (*path_to(tree, node), node)
    inside = ""
    for outer, child in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        found = _around(tree, outer, child, expression, used) or _before(tree, outer, child, expression, used)
        if found is not None:
            return Guard(found.span, found.why + inside)
        if outer.type in _FUNCTIONS:
            if outer.type.endswith(("definition", "declaration")) or _is_given(tree, outer, expression):
                return None
            inside = ", outside of the inner function"
    return None


def given_before(tree: SyntaxTree, used: Span) -> Guard | None:
    """What gives a name a value before a use: an object that is made or a literal, or, where the name's declaration
    allows null, anything. Checkers go by the declaration if they don't know the value's type."""
    name = tree.text[used.start : used.end]
    allowed = re.search(rf"(?<![\w.]){re.escape(name)}\s*:[^=\n]*{_ALLOWED}", tree.text[: used.start])
    assigned = re.compile(rf"(?<![\w.]){re.escape(name)}\s*:?=(?!=)\s*(?P<value>[^\n]+)")
    node = tree.node_at(used)
    path = (*path_to(tree, node), node)
    for outer, child in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
        for each in reversed(outer.named_children):
            source = tree.source(each)
            if each.end_byte > child.start_byte or not sets(source, name):
                continue
            values = [match["value"] for match in assigned.finditer(source)]
            if not values or not all(_MADE.match(value) or (allowed and "(" in value) for value in values):
                return None
            if each.type != "if_statement" or "else_clause" in {part.type for part in each.named_children}:
                return Guard(tree.span(each), "it gets a value there")
        if outer.type in _FUNCTIONS:
            return None
    return None


def _around(tree: SyntaxTree, outer: Node, child: Node, expression: str, used: Span) -> Guard | None:
    """What the child's place in the node says: the branch of a test, or a handler's body."""
    if outer.type == "try_statement" and child == outer.child_by_field_name("body"):
        handlers = [each for each in outer.named_children if each.type in ("except_clause", "catch_clause")]
        caught = next((each for each in handlers if _CATCHES.search(tree.source(each).partition("\n")[0])), None)
        return Guard(tree.span(caught), "a handler around it catches what a null leads to") if caught else None
    condition, is_met = _condition(outer, child)
    if condition is None or condition == child:
        return None
    tells = _tells(tree.source(condition), expression)
    line = tree.text.rfind("\n", 0, used.start)  # `x = x.strip()` gives it nothing before
    between = tree.text[tree.span(condition).end : line] if line >= 0 else ""
    if (tells.set if is_met else tells.null) and not sets(between, expression):
        return Guard(tree.span(condition), "it is tested there")
    return None


def _before(tree: SyntaxTree, outer: Node, child: Node, expression: str, used: Span) -> Guard | None:
    """What the statements before the child say, the nearest first."""
    for each in reversed(outer.named_children):
        if each.end_byte > child.start_byte:
            continue
        span = tree.span(each)
        source = tree.source(each)
        if sets(tree.text[span.end : max(span.end, tree.text.rfind("\n", 0, used.start))], expression):
            return None
        condition, body = each.child_by_field_name("condition"), each.child_by_field_name("consequence")
        if condition is not None and body is not None:
            tells = _tells(tree.source(condition), expression)
            if tells.null and _always_leaves(tree, body):
                return Guard(tree.span(condition), "a test before it leaves")
            if tells.null and sets(tree.source(body), expression):
                return Guard(tree.span(condition), "a test before it puts another value in its place")
        elif (check := _CHECKS.match(source)) and _tells(source[check.end() :], expression).set:
            return Guard(span, "it is checked there")
        if sets(source, expression):
            return None
    return None


def _condition(outer: Node, child: Node) -> tuple[Node | None, bool]:
    """The condition on which the child is evaluated, and whether it is then met."""
    if (condition := outer.child_by_field_name("condition")) is not None:
        alternatives = outer.children_by_field_name("alternative")
        return condition, child not in alternatives
    if outer.type == "conditional_expression" and len(outer.named_children) == 3:
        return outer.named_children[1], child == outer.named_children[0]
    operator, left = outer.child_by_field_name("operator"), outer.child_by_field_name("left")
    if operator is not None and left is not None and operator.type in ("and", "&&", "or", "||"):
        return left, operator.type in ("and", "&&")
    if outer.type in ("list_comprehension", "generator_expression", "set_comprehension", "dictionary_comprehension"):
        tests = [each for each in outer.named_children if each.type == "if_clause"]
        if tests and child == outer.child_by_field_name("body"):
            return tests[0], True
    return None, False


@dataclass(frozen=True)
class _Tells:
    set: bool = False
    """Where the condition is met, the expression isn't null."""
    null: bool = False
    """Where it isn't met, the expression isn't null."""


def _tells(condition: str, expression: str) -> _Tells:
    is_set, is_null = False, False
    for name in _names(expression):
        for match in re.finditer(rf"(?<![\w.$]){name}(?![\w$])", condition):
            before, after = condition[: match.start()], condition[match.end() :]
            if _IS_SET.match(after):
                is_set = True
            elif _IS_NULL.match(after) or _NEGATED.search(before):
                is_null = True
            elif not _USED.match(after):  # which would fail there already
                is_set = True
    return _Tells(is_set and not _OR.search(condition), is_null and not _AND.search(condition))


def _names(expression: str) -> list[str]:
    """Patterns of the expression, and of what says that a lookup finds something."""
    names = [re.escape(expression)]
    if found := _LOOKED_UP.match(expression):
        of, key = re.escape(found["of"]), re.escape((found["key"] or found["got"]).strip())
        names += [rf"{of}\[{key}\]", rf"{of}\.(?:get|has|containsKey)\({key}[^()]*\)", rf"{key}\s+in\s+{of}"]
    return names


def _always_leaves(tree: SyntaxTree, body: Node) -> bool:
    last = body.named_children[-1] if body.named_children and body.type not in _LEAVING else body
    if last.type == "statement_list" and last.named_children:
        last = last.named_children[-1]
    return last.type in _LEAVING or bool(_LEAVES.match(tree.source(last)))


def _is_given(tree: SyntaxTree, function: Node, expression: str) -> bool:
    """Whether the function has a parameter of the expression's first name."""
    parameters = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    first = re.match(r"[\w$]+", expression)
    given = tree.source(parameters) if parameters is not None else ""
    return first is not None and re.search(rf"\b{re.escape(first[0])}\b", given) is not None

"""Whether what is tested for null before one statement still holds at a later place, in whichever language.

Told by the look of the text: in doubt it doesn't, and the place is repaired by itself.
"""

from __future__ import annotations

import re

from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, path_to

_BLOCKS = frozenset({
    "block", "module", "statement_block", "program", "switch_case", "switch_default", "source_file", "expression_case",
    "type_case", "default_case", "communication_case", "switch_block_statement_group", "constructor_body",
})  # fmt: skip
_CONDITIONAL = frozenset({
    "conditional_expression", "boolean_operator", "ternary_expression", "lambda", "arrow_function", "func_literal",
    "function_expression", "lambda_expression", "list_comprehension", "set_comprehension", "dictionary_comprehension",
    "generator_expression",
})  # fmt: skip
_SHORT_CIRCUITS = frozenset({"&&", "||", "??"})
_DOT = r"\s*(?:\.|->|\?\.)\s*"
_SET = r"""
    (?<![\w.$]) NAME (?![\w$]) (?:
        \s* (?: : (?![=:]) [^=\n;]* )? (?: [-+*/%&|^:] | << | >>>? | \*\* | // | \?\? | \|\| | && )? = (?![=>])  # alone
        | \s* [,\]}] [\s,\w\[\]{}]* :? = (?![=>])  # with others
        | \s* (?: \+\+ | -- )
    )
    | (?: \+\+ | -- ) NAME \b
    | \b for \b [^\n;]*? (?<![\w.$]) NAME [\s,\w)]*? \s (?: of | in ) \b
    | \b as \s+ NAME \b
"""


def holds(tree: SyntaxTree, guard: int, tested: Span, later: Span) -> bool:
    """`guard`: where the statement begins before which `tested` is tested. Whether the later place of the same
    expression is in its block, and nothing before it gives that another value."""
    expression = tree.text[later.start : later.end]
    return _block(tree, guard).contains(later) and not sets(tree.text[tested.end : later.start], expression)


def is_left_with(tree: SyntaxTree, tested: Span, later: Span) -> bool:
    """Whether a loop ends only by its test, in which the expression is, and nothing gives that another value from there
    to the later place: what the loop itself gives it has come by the test."""
    around = reversed(path_to(tree, tree.node_at(tested)))
    loop = next((each for each in around if each.type == "while_statement"), None)
    body = loop.child_by_field_name("body") if loop is not None else None
    if loop is None or body is None or any(each.type == "break_statement" for each in nodes_in(body)):
        return False
    inner, start = tree.span(body), tree.span(loop).start
    if tested.end > inner.start or later.start < inner.end or not _block(tree, start).contains(later):
        return False
    between = f"{tree.text[tested.end : inner.start]}\n{tree.text[inner.end : later.start]}"
    return not sets(between, tree.text[later.start : later.end])


def is_reached(tree: SyntaxTree, place: Span) -> bool:
    """Whether an expression is evaluated whenever its statement is."""
    for outer in reversed(path_to(tree, tree.node_at(place))):
        if outer.type in _BLOCKS:
            break
        operator = outer.child_by_field_name("operator")
        if outer.type in _CONDITIONAL or (operator is not None and operator.type in _SHORT_CIRCUITS):
            return False
    return True


def _block(tree: SyntaxTree, statement: int) -> Span:
    node = tree.node_at(Span(statement, statement))
    around: Node = next((each for each in (node, *reversed(path_to(tree, node))) if each.type in _BLOCKS), tree.root)
    return tree.span(around)


def sets(text: str, expression: str) -> bool:
    """Whether a text gives another value to a dotted name, or to what that begins with."""
    parts = [re.escape(part) for part in re.findall(r"[\w$]+", re.split(r"[(\[]", expression)[0])]
    names = (_DOT.join(parts[: end + 1]) for end in range(len(parts)))
    return any(re.search(_SET.replace("NAME", name), text, re.VERBOSE) for name in names)

"""`None` diagnostics of other checkers, recognised by what they say: rows of data, tested on the tools' real output."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs.python.reading.annotations import is_optional, union_parts
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, site_of
from breadknife.plugins.nullcheck.values import Use
from breadknife.task.values import Finding
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree


class At(StrEnum):
    """Where, seen from a diagnostic's span, the expression is that may be None."""

    ITSELF = "itself"
    """It is the span."""
    OBJECT = "object"
    """The span is an attribute of it, or the attribute's name."""
    INDEXED = "indexed"
    """The span is a subscript of it."""
    CALLED = "called"
    """The span is a call of it."""
    LEFT = "left"
    """The left operand."""
    RIGHT = "right"
    VALUE = "value"
    """It is the span, or what the span gets: a target, a parameter, a keyword."""


@dataclass(frozen=True)
class Diagnostic:
    checker: str
    codes: frozenset[str]
    message: re.Pattern[str]
    """See `knowledge/checkers/python.toml` for its groups."""
    use: Use
    at: At


_SAME = {"basedpyright": "pyright", "pylance": "pyright"}
"""Checkers that say the same as another one."""


def sources(checker: str) -> tuple[str, ...]:
    """The names under which a checker reports."""
    return checker, *(name for name, same in _SAME.items() if same == checker)


@cache
def diagnostics() -> tuple[Diagnostic, ...]:
    text = files("breadknife.plugins.nullcheck.knowledge").joinpath("checkers/python.toml").read_text("utf-8")
    return tuple(
        Diagnostic(row["checker"], frozenset(row["codes"]), re.compile(row["message"]), Use(row["use"]), At(row["at"]))
        for row in tomllib.loads(text)["message"]
    )


_STATEMENTS = frozenset({
    "expression_statement", "block", "module", "for_statement", "with_item", "as_pattern", "for_in_clause",
})  # fmt: skip
_OPERATIONS = frozenset({"binary_operator", "comparison_operator", "augmented_assignment"})
_USERS: dict[Use, dict[str, str]] = {
    Use.ATTRIBUTE: {"attribute": "object"},
    Use.CALL: {"call": "function"},
    Use.SUBSCRIPT: {"subscript": "value"},
    Use.ITERATE: {"for_statement": "right", "for_in_clause": "right", "assignment": "right", "list_splat": "",
                  "argument_list": "", "yield": ""},
    Use.OPERAND: dict.fromkeys((*_OPERATIONS, "unary_operator"), ""),
    Use.WITH: {"with_item": "", "as_pattern": ""},
    Use.ARGUMENT: {"argument_list": "", "keyword_argument": "value"},
    Use.RETURN: {"return_statement": "", "yield": ""},
    Use.ASSIGN: {"assignment": "right", "default_parameter": "value", "typed_default_parameter": "value"},
}  # fmt: skip
"""Use -> the kinds of node that use a value so, and the field of theirs that it is in; "": any."""


def foreign_site(tree: SyntaxTree, finding: Finding) -> Site | None:
    """The place that another checker's finding is about, or None when it isn't about None."""
    source = finding.source.lower()
    for row in diagnostics():
        if _SAME.get(source, source) != row.checker or finding.code not in row.codes:
            continue
        said = row.message.search(finding.message)
        if said is None or not _is_about_none(said.groupdict(), finding.message):
            continue
        start = site_of(tree, tree.node_at(finding.span), row.use)
        groups = said.groupdict()
        found = _candidates(start, row.at, groups.get("attribute") or "", groups.get("operator") or "", finding.span)
        if row.at is At.VALUE:
            found = [node for node in found if _fits(site_of(tree, node, row.use))]
        elif not finding.span:  # only where it begins was printed
            sites = [site for each in found if _fits(site := site_of(tree, each, row.use))]
            # What an operator gives is hardly ever None: a left operand is the innermost.
            found = [site.node for site in (sites[:1] if row.at is At.LEFT else sites)]
        # Some report where an expression starts, but not its end; of several that start there, none is taken.
        node = found[0] if found and (len(found) == 1 or start.span == finding.span) else None
        if node is not None:
            return site_of(tree, node, row.use)
    return None


_SCALARS: dict[str, frozenset[str]] = {
    name: frozenset((name, *wider))
    for name, *wider in (("bool", "int", "float", "complex"), ("int", "float", "complex"), ("float", "complex"),
                         ("complex",), ("str",), ("bytes",))
}  # fmt: skip
"""Types, and those of them that each may stand for."""
_MEMBER = re.compile(r'(?<!Type )"([^"]+)" is (?:not assignable|incompatible)')
"""Which member of a union pyright objects to."""


def _is_about_none(groups: Mapping[str, str | None], message: str) -> bool:
    """Whether a value would fit if it weren't None; where nothing is said of types, the row itself says so."""
    value, wanted = groups.get("value") or "None", groups.get("wanted") or ""
    member = _MEMBER.search(message)
    if not is_optional(value) or is_optional(wanted) or (member is not None and member[1] != "None"):
        return False
    rest = {part.strip() for part in union_parts(value)} & _SCALARS.keys()
    return wanted not in _SCALARS or all(wanted in _SCALARS[part] for part in rest)


def _given(node: Node) -> list[Node]:
    """What a node gives to another, or itself."""
    if node.type not in (*_USERS[Use.ASSIGN], *_USERS[Use.RETURN], "keyword_argument"):
        return [node]
    value = node.child_by_field_name("right") or node.child_by_field_name("value")
    return [value] if value is not None else node.named_children[:1]


def _fits(site: Site) -> bool:
    """Whether the node is used as the diagnostic says."""
    parent = site.path[-1] if site.path else None
    field = _USERS.get(site.use, {}).get(parent.type) if parent is not None else None
    return parent is not None and field is not None and (not field or parent.child_by_field_name(field) == site.node)


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _operand(tree: SyntaxTree, node: Node, at: At, operator: str, span: Span) -> Node | None:
    """Of a comparison of several values: where the span or the operator tells which; else none. mypy tells the mirrored
    operator, and exchanges the operands, where the left one lacks a method."""
    side, parts = 0 if at is At.LEFT else 1, node.named_children
    if node.type != "comparison_operator":
        return parts[-side]
    operators = [" ".join(tree.source(each).split()) for each in node.children if not each.is_named]
    pairs = list(zip(pairwise(parts), operators, strict=False))
    spans = [Span(tree.span(left).start, tree.span(right).end) for (left, right), _ in pairs]
    # Where the whole begins, it may be meant, or its first pair.
    told = [pair[side] for (pair, _), each in zip(pairs, spans, strict=True) if span == each]
    told = told or [
        pair[side] for (pair, _), each in zip(pairs[1:], spans[1:], strict=True) if span.start == each.start
    ]
    told = told or [pair[side] for pair, each in pairs if each == operator]
    told = told or [pair[1 - side] for pair, each in pairs if each == _MIRRORED.get(operator)]
    return told[0] if len(told) == 1 else None


def _candidates(start: Site, at: At, attribute: str, operator: str, span: Span) -> list[Node]:
    """The expressions that a diagnostic may mean, innermost first."""
    found = list[Node]()
    inner = start.node
    while at in (At.LEFT, At.RIGHT) and inner.type == "parenthesized_expression" and inner.named_child_count == 1:
        inner = inner.named_children[0]  # pyright's span has the brackets, too
    for node in (inner, *reversed(start.path)):
        if node.type in _STATEMENTS:
            break
        match at:
            case At.ITSELF if node.start_byte == start.node.start_byte:
                found.append(node)
            case At.VALUE if node.start_byte == start.node.start_byte:
                found += _given(node)
            case At.OBJECT if node.type == "attribute":
                name, owner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
                if name is not None and owner is not None and name.text == attribute.encode():
                    found.append(owner)
            case At.INDEXED if node.type == "subscript" and (value := node.child_by_field_name("value")) is not None:
                found.append(value)
            case At.CALLED if node.type == "call" and node.start_byte == start.node.start_byte:
                found.extend([callee] if (callee := node.child_by_field_name("function")) is not None else [])
            case At.LEFT | At.RIGHT if node.type in _OPERATIONS:
                found += filter(None, [_operand(start.tree, node, at, operator, span)])
            case _:
                pass
    return found

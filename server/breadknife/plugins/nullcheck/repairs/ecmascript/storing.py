"""Statements that only store what they are given, or have something done: with `?.` it would be lost without a word."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.ecmascript.expression_edits import LITERALS, is_all_of_statement
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import has_effect
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_STORES = re.compile(r"(?:push|unshift|set|add|put|append|prepend|enqueue|(?:insert|write)(?:[A-Z]\w*)?)")
"""Methods. What a name such as `addEventListener` says is another thing."""
_LOOKED_UP = re.compile(r"\.(?:find|findLast|pop|shift|at|get)\([^;]*\)$")
_TESTS = (
    r"(?:[!(]|&&|\|\|)\s*{0}\s*(?:&&|\|\||\?|[!=]==?)"
    r"|(?:!|&&|\|\||\b(?:if|while)\s*\()\s*{0}\s*\)"  # `g(a)` tests nothing
)
_EMPTY = frozenset({*LITERALS.values(), "{}", "''", "new Map()", "new Set()"})


def stores(site: Site) -> bool:
    """Whether the value is given something to keep, and that is all of the statement."""
    call = site.path[-2] if len(site.path) > 1 and site.path[-2].type == "call_expression" else None
    given, name = (call.child_by_field_name("arguments"), site.parent.child_by_field_name("property")) if call else (
        None, None
    )  # fmt: skip
    if given is None or name is None or not given.named_child_count or not is_all_of_statement(site):
        return False
    return site.parent.child_by_field_name("object") == site.node and (_STORES.fullmatch(site.text(name)) is not None)


def is_taken_to_be_there(site: Site) -> bool:
    """Whether it is what was looked up in an array, a map or a record, and no type names the null: an element that its
    index may miss, or what `find` and the like give."""
    if _LOOKED_UP.search(site.declared_as):
        return True
    is_known = (site.node.start_byte, site.node.end_byte) in site.nullable
    return not is_known and site.declared_as.endswith("]")


def is_taken_apart(site: Site) -> bool:
    """Whether a pattern takes names out of it which have no default and aren't tested: they would be undefined."""
    pattern = site.parent.child_by_field_name("name") if site.parent.type == "variable_declarator" else None
    if pattern is None or pattern.type != "array_pattern" or site.function is None:
        return False
    after = site.tree.text[site.span.end : site.tree.span(site.function).end]
    taken = [site.text(part) for part in pattern.named_children if part.type != "assignment_pattern"]
    return not all(re.search(_TESTS.format(re.escape(name)), after) for name in taken)


def made_in_place(site: Site) -> tuple[TextEdit, ...]:
    """`(a[k] ??= []).push(b)` for `a[k] ??= []; a[k].push(b)`: empty where the statement before doesn't make it."""
    before = _before(site) if stores(site) else None
    value = _made(site, before) if before is not None else ""
    if before is None or value not in _EMPTY:
        return ()
    if has_effect(site.node) or site.statement is None or site.statement.start_byte != site.node.start_byte:
        return ()  # it is done twice, or more is done with what comes of it
    if _goes_on(site, before):
        return ()
    start, end = site.span.start, site.span.end
    return (
        TextEdit(Span(site.tree.span(before).start, start), "("),
        TextEdit(Span(end, end), f" ??= {value})"),
    )


def _goes_on(site: Site, statement: Node) -> bool:
    """Whether `(` in place of the statement might call what ends there."""
    before = statement.prev_named_sibling
    while before is not None and before.type == "comment":
        before = before.prev_named_sibling
    if before is None or (before.children[-1:] and before.children[-1].type == "statement_block"):
        return False
    end = before
    while end.children:
        end = end.children[-1]
    return end.type != ";"


def _made(site: Site, statement: Node) -> str:
    """What the value gets there where it isn't there."""
    operators, then = ("??=", "||="), statement
    if site.is_typed and is_tested_before(site):  # in JavaScript, `??=` may be too new
        operators, then = ("=",), statement.child_by_field_name("consequence") or statement
        then = then.named_children[0] if then.type == "statement_block" and then.named_child_count == 1 else then
    done = then.named_children[0] if then.type == "expression_statement" else None
    left, right = (done.child_by_field_name(name) for name in ("left", "right")) if done else (None, None)
    if done is None or left is None or right is None or site.text(left) != site.source:
        return ""
    operator = next((child.type for child in done.children if child.type in operators), "")
    return site.text(right) if operator else ""


def is_tested_before(site: Site) -> bool:
    """Whether the statement before does something where the value isn't there: that isn't to go on, then."""
    before = _before(site)
    if before is None or before.type != "if_statement" or before.child_by_field_name("alternative") is not None:
        return False
    name = re.escape(site.source)
    test = site.text(before.child_by_field_name("condition") or before)
    return re.fullmatch(rf"\(\s*(?:!{name}|{name}\s*===?\s*(?:null|undefined))\s*\)", test) is not None


def _before(site: Site) -> Node | None:
    """The statement right before, with no comment between."""
    statement = site.statement
    return statement.prev_named_sibling if statement is not None else None

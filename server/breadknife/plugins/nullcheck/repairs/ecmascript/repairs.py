"""What is special to JavaScript and TypeScript: `?.` after the value, where undefined is as good as what would come of
it, and TypeScript's `!`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.conditions import test_in_condition
from breadknife.plugins.nullcheck.repairs.ecmascript.site import EcmaScriptSite
from breadknife.plugins.nullcheck.repairs.leaving import leave_round, return_early, skip, throw
from breadknife.plugins.nullcheck.repairs.repair import RepairProposal, RepairRule, written
from breadknife.plugins.nullcheck.repairs.testing import fail_test
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_LINKS = frozenset({"member_expression", "subscript_expression", "call_expression"})
_PRIMARY = _LINKS | {"identifier", "this", "parenthesized_expression"}
_STORES = re.compile(r"(?:push|unshift|set|add|put|append|prepend|enqueue|(?:insert|write)(?:[A-Z]\w*)?)\([^)]")
_LOOKED_UP = re.compile(r"\.(?:find|findLast|pop|shift|at|get)\([^;]*\)$|\]$")


def chain(site: EcmaScriptSite) -> Iterator[RepairProposal]:
    """The rest of the chain isn't evaluated where the value is null."""
    links = _links(site)
    if site.node.type not in _PRIMARY or not links or site.is_certain:
        return
    following = next((child for child in links[0].children if child.start_byte >= site.node.end_byte), None)
    is_tag = any(link.children[-1].type == "template_string" for link in links)
    outer = site.path[-len(links) - 1]
    if (
        following is None
        or following.type == "optional_chain"
        or is_tag
        or not _may_be_undefined(site, links[-1], outer)
    ):
        return
    is_statement = outer.type in ("expression_statement", "await_expression")
    rest = site.tree.text[site.span.end + 1 : site.tree.span(links[-1]).end]
    evidence = repair.FILE_HABIT if f"{site.source}?." in site.tree.text else "undefined works here, too"
    is_declared = site.fact.origin is not None and site.fact.origin.kind is OriginKind.ANNOTATION
    is_looked_up = _LOOKED_UP.search(site.source) is not None and not is_declared and evidence != repair.FILE_HABIT
    if is_statement and (_STORES.match(rest) or is_looked_up):
        evidence = repair.LOST
    start = site.tree.span(following).start
    edit = TextEdit(Span(start, start), "?" if following.type == "." else "?.")
    title = f"Use `?.` ({'nothing happens' if is_statement else 'undefined'} if {site.said} is {site.said_null})"
    yield RepairProposal(
        Strategy.OPTIONAL_CHAIN, title, evidence, written((edit,)), is_asked_for=evidence == repair.LOST
    )


def _links(site: EcmaScriptSite) -> list[Node]:
    """Return the chain that the value begins, from its first link outwards."""
    found = list[Node]()
    for inner, outer in pairwise((site.node, *site.around)):
        if outer.type not in _LINKS or inner not in (
            outer.child_by_field_name("object"), outer.child_by_field_name("function")
        ):  # fmt: skip
            break
        found.append(outer)
    return found


def _may_be_undefined(site: EcmaScriptSite, node: Node, outer: Node) -> bool:
    """Tell whether the value of an expression may be undefined as well, by what is around it."""
    around = outer.parent
    operator = outer.child_by_field_name("operator")
    match outer.type:
        case "expression_statement":
            return True
        case "parenthesized_expression" if around is not None:
            is_test = around.type in ("if_statement", "while_statement", "do_statement")
            return is_test or (
                around.type not in (*_LINKS, "new_expression") and _may_be_undefined(site, outer, around)
            )
        case "unary_expression":
            return outer.children[0].type in ("!", "typeof", "void")
        case "await_expression":
            return around is not None and around.type == "expression_statement"
        case "ternary_expression":
            return node == outer.child_by_field_name("condition")
        case "binary_expression" if operator is not None and around is not None:
            is_first = node == outer.child_by_field_name("left")
            if operator.type in ("===", "=="):
                other = outer.child_by_field_name("right" if is_first else "left")
                return other is not None and other.type in ("string", "number", "true")
            is_kept = operator.type in ("??", "||") and is_first
            return is_kept or (operator.type in ("??", "||", "&&") and _may_be_undefined(site, outer, around))
        case "jsx_expression":
            return around is not None and around.type in ("jsx_element", "jsx_fragment")
        case "arrow_function":
            return _is_result_unused(site, outer, node)
        case "return_statement":
            result = site.function.child_by_field_name("return_type") if site.function is not None else None
            return "undefined" in site.text(result)
        case _:
            return False


def _is_result_unused(site: EcmaScriptSite, function: Node, done: Node) -> bool:
    """Tell whether nobody looks at what the function returns: it is given to one that has no use for it, handles an
    event, or is a call with a name of this file's own, `const focus = () => ref.current.focus()`."""
    holder = function.parent
    if holder is None or holder.parent is None or function.child_by_field_name("return_type") is not None:
        return False
    if holder.type == "arguments":
        called = site.text(holder.parent.child_by_field_name("function")).rpartition(".")[2]
        return called in site.grammar.discards
    if holder.type == "jsx_expression":
        return re.match(r"on[A-Z]", site.text(holder.parent)) is not None
    is_local = holder.type == "variable_declarator" and holder.child_by_field_name("type") is None
    is_exported = holder.parent.parent is not None and holder.parent.parent.type == "export_statement"
    return is_local and not is_exported and done.type == "call_expression"


def claim(site: EcmaScriptSite) -> Iterator[RepairProposal]:
    """Nothing checks it: people choose it for what only they know."""
    if site.home.file.is_typed and site.node.type in _PRIMARY:
        edit, title = (
            TextEdit(Span(site.span.end, site.span.end), "!"),
            f"Claim with `!`: {site.said} isn't {site.said_null} (unchecked)",
        )
        yield RepairProposal(Strategy.NON_NULL, title, "for what only you know", written((edit,)))


REPAIRS: tuple[RepairRule[EcmaScriptSite], ...] = (
    fail_test, chain, throw, leave_round, return_early, skip, test_in_condition, claim,
)  # fmt: skip

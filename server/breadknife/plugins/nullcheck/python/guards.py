"""Tests of a value, around a place or before it, that checkers don't follow: by a call, an alias, a container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.python.declarations import function_in
from breadknife.plugins.nullcheck.python.facts import key_of
from breadknife.plugins.nullcheck.python.narrowing import is_and
from breadknife.plugins.nullcheck.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.rules import NO_RETURN_METHODS
from breadknife.plugins.nullcheck.python.site import EXITS, Site, own_nodes
from breadknife.plugins.nullcheck.wording import in_comment
from breadknife.text.syntax import Node

_CHECKS = re.compile(r"_*(?:assert|require|ensure|check|validate|verify|expect|must|need|guard)(?:_|[A-Z]|$)\w*")
"""Functions that raise where what they are given isn't right."""
_LOGS = re.compile(r"(?:\w+\.)*(?:print|log\w*|warn\w*|debug|info|error|exception|critical|write|append|add|set|emit)")
"""Calls after which it goes on as before."""
_SAYS_NOTHING = frozenset({"len", "str", "repr", "print", "int", "type", "id", "getattr"})


def guarded(site: Site) -> str:
    """What makes sure that the value is there, as a clause; "" if nothing does."""
    key = key_of(site.node) or text(site.node)
    inner = site.node
    for outer in reversed(site.path):
        condition = _condition(outer, inner)
        if condition is not None and _tells(site, condition, key) and not _is_set_since(site, condition, outer):
            return f"{_quote(condition) or 'the condition'} says that it is there"
        if outer.type in ("for_statement", "for_in_clause") or outer.type.endswith("comprehension"):
            if _filtered(outer, key):
                return "filter() removed the empty ones"
        elif outer.type in ("block", "module"):
            for statement in outer.named_children:
                if statement.start_byte >= inner.start_byte:
                    break
                if reason := _checked(site, statement, key):
                    return reason
        elif outer.type in ("function_definition", "class_definition"):
            return ""
        inner = outer
    return ""


def _condition(outer: Node, inner: Node) -> Node | None:
    """What holds where `inner` is evaluated, by `outer`."""
    match outer.type:
        case "conditional_expression":
            return outer.named_children[1] if inner == outer.named_children[0] else None
        case "boolean_operator" if is_and(outer):
            return outer.child_by_field_name("left") if inner == outer.child_by_field_name("right") else None
        case "if_statement" | "elif_clause":
            return outer.child_by_field_name("condition") if inner == outer.child_by_field_name("consequence") else None
        case "while_statement":
            return outer.child_by_field_name("condition") if inner == outer.child_by_field_name("body") else None
        case _:
            return None


def _is_set_since(site: Site, condition: Node, within: Node) -> bool:
    """Whether the place's name gets another value between a condition and the place."""
    sets = (one.node.start_byte for one in site.sets_in(within)) if site.is_name else ()
    return any(condition.end_byte <= at < site.node.start_byte for at in sets)


def _conjuncts(condition: Node) -> Iterator[Node]:
    stack = [condition]
    while stack:
        node = stack.pop()
        if node.type == "parenthesized_expression" or is_and(node):
            stack += [child for child in node.named_children if child.type != "comment"]
        elif node.type == "named_expression" and (value := node.child_by_field_name("value")) is not None:
            yield value
        else:
            yield node


def _tells(site: Site, condition: Node, key: str) -> bool:
    """Whether a condition that holds says that the key is no None, other than by testing it itself."""
    for part in _conjuncts(condition):
        said = text(part)
        if part.type in ("identifier", "attribute", "call") and _is_alias(site, part, key):
            return True
        if said == f"{key} is not None" or _is_own_test(site, part, key):
            return True
        if part.type == "comparison_operator":
            call = re.fullmatch(r"(.+)\.get\((.+)\)", key)
            if re.search(rf"\bNone not in\b.*{_word(key)}", said) or (call and said == f"{call[2]} in {call[1]}"):
                return True
        elif part.type == "call" and (callee := part.child_by_field_name("function")) is not None:
            given = part.child_by_field_name("arguments")
            if said == key or (text(callee) == "all" and re.search(_word(key), said)):
                return True
            arguments = given.named_children if given is not None and text(callee) not in _SAYS_NOTHING else ()
            if any(text(child) == key for child in arguments):
                return True
    return False


def _is_alias(site: Site, part: Node, key: str) -> bool:
    """Whether a name was set to a test of the key before, or is called after it: `self.has_sock()`."""
    name = key.rpartition(".")[2].lstrip("_")
    said = text(part)
    if re.fullmatch(rf"(?:\w+\.)*_?has_{re.escape(name)}(?:\(\))?", said):
        return True
    function = site.function
    if part.type != "identifier" or function is None:
        return False
    for found in occurrences(site.tree, said, function):
        if found.role is Role.SET and found.node.start_byte < site.node.start_byte and found.value is not None:
            test = rf"{_word(key)} is not None\b|\bbool\({re.escape(key)}\)"
            return re.fullmatch(rf"\(?(?:{test})\)?|(?:{test}) and .*", text(found.value)) is not None
    return False


def _is_own_test(site: Site, part: Node, key: str) -> bool:
    """A method or property of the class, asked for its truth, that gives back a test of the attribute."""
    name = re.fullmatch(r"self\.(\w+)(?:\(\))?", text(part))
    method = _method(site, name[1]) if name is not None and key.startswith("self.") else None
    returned = [text(found) for found in own_nodes(method, "return_statement")] if method is not None else []
    return (
        len(returned) == 1 and re.fullmatch(rf"return {re.escape(key)} is not None\b(?! or).*", returned[0]) is not None
    )


def _method(site: Site, name: str) -> Node | None:
    """Of the class around the place."""
    owner = site.owner
    body = owner.child_by_field_name("body") if owner is not None else None
    return function_in(body, name) if body is not None else None


def _filtered(outer: Node, key: str) -> bool:
    clauses = [outer] if outer.type.startswith("for_") else outer.named_children
    for clause in clauses:
        left, right = clause.child_by_field_name("left"), clause.child_by_field_name("right")
        if left is not None and right is not None and text(left) == key and text(right).startswith("filter(None"):
            return True
    return False


def _checked(site: Site, statement: Node, key: str) -> str:
    """What a statement before the place has seen to."""
    inner = statement.named_children[0] if statement.named_child_count else None
    if statement.type == "expression_statement" and inner is not None and inner.type == "call":
        return f"{_call(inner)} has checked it" if _checks(site, inner, key) else ""
    if statement.type == "assert_statement" and inner is not None:
        return f"{_quote(inner, 'assert ') or 'an `assert`'} says so before" if _tells(site, inner, key) else ""
    if statement.type != "if_statement" or statement.child_by_field_name("alternative") is not None:
        return ""
    condition, body = statement.child_by_field_name("condition"), statement.child_by_field_name("consequence")
    last = body.named_children[-1] if body is not None and body.named_child_count else None
    if condition is None or last is None:
        return ""
    if last.type in EXITS:
        opposite = condition.child_by_field_name("argument") if condition.type == "not_operator" else None
        left = opposite is not None and _tells(site, opposite, key)
        among = rf"\bNone in\b.*{_word(key)}|\bany\(.* is None for .*{_word(key)}"
        left = left or re.search(among, text(condition)) is not None
        return f"{_quote(condition, 'if ') or 'an `if`'} has left before" if left else ""
    if not re.search(rf"{_word(key)} is None\b|^not {re.escape(key)}$", text(condition)):
        return ""
    call = last.named_children[0] if last.type == "expression_statement" and last.named_child_count else None
    callee = call.child_by_field_name("function") if call is not None and call.type == "call" else None
    if call is None or callee is None:
        return ""
    if _LOGS.fullmatch(text(callee)) and text(callee).removeprefix("self.") not in NO_RETURN_METHODS:
        return ""
    return f"{_call(call)} ensures it"


def _checks(site: Site, call: Node, key: str) -> bool:
    """Whether a call that raises for what isn't right was given the value, or is a method of the class that looks."""
    callee, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if callee is None or arguments is None or not _CHECKS.fullmatch(text(callee).rpartition(".")[2]):
        return False
    for child in arguments.named_children:
        if text(child) == key or text(child).startswith(f"{key} is not None"):
            return True
    if not key.startswith("self.") or not text(callee).startswith("self."):
        return False
    method = _method(site, text(callee).removeprefix("self."))
    if method is None:
        return False
    return any(found.role in (Role.TEST, Role.SET) for found in occurrences(site.tree, key, method))


def _word(key: str) -> str:
    return rf"(?<![\w.]){re.escape(key)}(?!\w)"


def _quote(node: Node, before: str = "") -> str:
    """The source in backticks, or "" where it is too much for a comment."""
    said = in_comment(before + text(node), "")
    return f"`{said}`" if said else ""


def _call(call: Node) -> str:
    """A call in backticks, without its arguments where they are too long."""
    callee = text(call.child_by_field_name("function") or call)
    return _quote(call) or (f"`{callee}()`" if in_comment(callee, "") else "the call before")

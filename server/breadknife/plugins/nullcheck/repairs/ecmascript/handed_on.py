"""An undefined that is handed on: given back, put somewhere, given to a function, or reckoned with.

It does no harm there, as one that is used does. What nobody gives is undefined in JavaScript, and who gets it may
reckon with it, whatever the type says: a check would end what went well.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import (
    BLOCKS,
    FUNCTIONS,
    SHORT_CIRCUITS,
    first_part,
    is_optional,
)
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_PLATFORM = frozenset({
    "Array", "ArrayBuffer", "BigInt", "Boolean", "Buffer", "DataView", "Date", "Error", "Function", "Intl", "JSON",
    "Map", "Math", "Number", "Object", "Promise", "Reflect", "RegExp", "Set", "String", "Symbol", "URL", "WeakMap",
    "WeakRef", "WeakSet", "console", "crypto", "document", "fetch", "globalThis", "history", "localStorage", "location",
    "navigator", "process", "sessionStorage", "structuredClone", "window",
})  # fmt: skip
_GOES_ON = frozenset({"JSON.parse", "String.fromCharCode"})
"""Of the platform, what gives something for null and undefined, too, whatever its parameter's type says."""
_BEGINS = {
    "member_expression": "object", "subscript_expression": "object", "call_expression": "function",
    "new_expression": "constructor",
}  # fmt: skip
"""Field that leads to what an expression begins with, which can't be undefined."""
_WRAPPED = frozenset({"non_null_expression", "parenthesized_expression"})
_SIMPLE = frozenset({"expression_statement", "lexical_declaration", "variable_declaration", "return_statement"})
_CONDITIONAL = FUNCTIONS | {"ternary_expression", "class_body"}
_TAKES_APART = frozenset({"object_pattern", "array_pattern"})
_COMPARES = frozenset({"<", ">", "<=", ">="})
_SETS = frozenset({"assignment_expression", "augmented_assignment_expression"})


def is_handed_on(site: Site, is_library: Callable[[str], bool]) -> bool:
    """Whether code gets it that may reckon with it: the platform's functions and a library's do what their types say.
    `is_library`: of a name's value, whether another package has it."""
    match site.use:
        case Use.RETURN:
            may_reckon = True
        case Use.ASSIGN:  # a variable that is declared is used next, and its type is trusted
            may_reckon = site.parent.type != "variable_declarator" and not _is_of_variable(site)
        case Use.ARGUMENT:
            may_reckon = _may_reckon(site, is_library)
        case Use.OPERAND:  # JavaScript goes on with NaN, or what is false
            may_reckon = _is_compared(site) or _may_be_left_out(site)
        case _:
            may_reckon = False
    return may_reckon and not _fails_later(site)


def _is_of_variable(site: Site) -> bool:
    """Whether it is assigned to a variable of the function that has a type."""
    left = site.parent.child_by_field_name("left") if site.parent.type == "assignment_expression" else None
    if left is None or left.type != "identifier" or site.function is None:
        return False
    declared = rf"\blet\s+{re.escape(site.text(left))}\s*:"
    return re.search(declared, site.text(site.function)) is not None


def _is_compared(site: Site) -> bool:
    operator = site.parent.child_by_field_name("operator")
    return operator is not None and operator.type in _COMPARES


def _may_be_left_out(site: Site) -> bool:
    """Whether it is a property, a parameter that need not be given, or tested in the same function."""
    if site.node.type == "member_expression":
        return True
    parameters = site.function.child_by_field_name("parameters") if site.function is not None else None
    given = parameters.named_children if parameters is not None else ()
    patterns = [one.child_by_field_name("pattern") for one in given if one.type == "optional_parameter"]
    if any(pattern is not None and site.text(pattern) == site.source for pattern in patterns):
        return True
    name = rf"(?<![\w.$]){re.escape(site.source)}(?![\w.$])"
    tested = rf"{name}\s*(?:\|\||\?\?|[!=]==?\s*(?:null|undefined)\b)|!{name}|typeof {name}|\(\s*{name}\s*\)\s*[{{?]"
    text = site.text(site.function) if site.function is not None else site.tree.text
    return site.is_name and re.search(tested, text) is not None


def _may_reckon(site: Site, is_library: Callable[[str], bool]) -> bool:
    call = site.path[-2] if site.parent.type == "arguments" else None
    called = call.child_by_field_name("function") or call.child_by_field_name("constructor") if call else None
    if called is None:
        return True  # an element of a literal, an attribute of JSX
    written = site.text(called)
    if written in _GOES_ON or written.endswith(".apply"):
        return True
    known = site.home.knowledge.functions
    if written in known["take_string"] | known["throw"]:
        return False
    root = called
    while (inner := _begin(root)) is not None:
        root = inner
    name = site.text(root)
    return name not in _PLATFORM and not is_library(name)


def _begin(node: Node) -> Node | None:
    """What an expression begins with."""
    if node.type in _WRAPPED:
        return first_part(node)
    return node.child_by_field_name(_BEGINS[node.type]) if node.type in _BEGINS else None


def _fails_later(site: Site) -> bool:
    """Whether the same block goes on to use the value as undefined can't be."""
    at = max((at for at, node in enumerate(site.path) if node.type in BLOCKS), default=None)
    if at is None or not site.is_name:
        return False
    for statement in site.path[at].named_children:
        if statement.start_byte <= site.node.start_byte or statement.type == "comment":
            continue
        if statement.type not in _SIMPLE:
            return False  # it may set it, or leave
        nodes = _surely(statement)
        if any(_sets(site, node) for node in nodes):
            return False
        if any(_uses(site, node) for node in nodes):
            return True
    return False


def _surely(statement: Node) -> list[Node]:
    """The nodes that are evaluated with the statement."""
    found, left = list[Node](), [statement]
    while left:
        node = left.pop()
        found.append(node)
        operator = node.child_by_field_name("operator")
        lazy = operator is not None and operator.type in SHORT_CIRCUITS
        children = node.named_children[:1] if lazy or is_optional(node) else node.named_children
        left += (child for child in children if child.type not in _CONDITIONAL)
    return found


def _uses(site: Site, node: Node) -> bool:
    """Whether undefined would end it: its own part is the value, or it takes that apart."""
    if node.type == "variable_declarator":
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value") if name is not None and name.type in _TAKES_APART else None
    else:
        value = _begin(node) if node.type in _BEGINS and not is_optional(node) else None
    while value is not None and value.type == "non_null_expression":
        value = first_part(value)
    return value is not None and site.text(value) == site.source


def _sets(site: Site, node: Node) -> bool:
    left = node.child_by_field_name("left") if node.type in _SETS else None
    if left is None:
        return False
    return left.type.endswith("_pattern") or site.source.startswith(site.text(left))

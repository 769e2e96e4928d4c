"""An undefined that is handed on: given back, put somewhere, given to a function, or reckoned with.

It does no harm there, as one that is used does. What nobody gives is undefined in JavaScript, and who gets it may
reckon with it, whatever the type says: a check would end what went well.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import (
    first_part,
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


def is_handed_on(site: Site, is_library: Callable[[str], bool]) -> bool:
    """Whether code gets it that may reckon with it: the platform's functions and a library's do what their types say.
    `is_library`: of a name's value, whether another package has it."""
    match site.use:
        case Use.RETURN:
            return True
        case Use.ASSIGN:  # a variable that is declared is used next, and its type is trusted
            return site.parent.type != "variable_declarator" and not _is_of_variable(site)
        case Use.ARGUMENT:
            return _may_reckon(site, is_library)
        case Use.OPERAND:  # JavaScript goes on with NaN, or what is false
            return True
        case _:
            return False


def _is_of_variable(site: Site) -> bool:
    """Whether it is assigned to a variable of the function that has a type."""
    left = site.parent.child_by_field_name("left") if site.parent.type == "assignment_expression" else None
    if left is None or left.type != "identifier" or site.function is None:
        return False
    declared = rf"\blet\s+{re.escape(site.text(left))}\s*:"
    return re.search(declared, site.text(site.function)) is not None


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

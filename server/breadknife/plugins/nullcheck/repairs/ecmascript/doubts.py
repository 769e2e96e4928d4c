"""Where no edit may be right: the code means to fail, or what gets a null may reckon with it.

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
from breadknife.plugins.nullcheck.values import SOURCE, Use
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_EXPECTS = re.compile(r"(?:^expect\(.*\.(?:not\.)?toThrow\w*|\b(?:assert|t)\.(?:throws|rejects))$", re.DOTALL)


def is_expected(site: Site) -> bool:
    """Whether a test expects the error."""
    functions = (node.child_by_field_name("function") for node in site.path if node.type == "call_expression")
    return any(function is not None and _EXPECTS.search(site.text(function)) for function in functions)


def ignored(site: Site, finding: Finding, reason: str) -> tuple[str, TextEdit] | None:
    """The checker's name and the comment in its own form, on a line of its own before the place."""
    text = site.tree.text
    start = text.rfind("\n", 0, finding.span.start) + 1
    line = text[start : finding.span.start]
    indent = line[: len(line) - len(line.lstrip())]
    if finding.source == SOURCE:
        return None
    if finding.source.lower() == "eslint":
        name, comment = "ESLint", f"// eslint-disable-next-line {finding.code} -- {reason}"
    elif site.is_typed:
        name, comment = "TypeScript", f"// @ts-expect-error {reason}"
    else:
        return None
    return name, TextEdit(Span(start, start), f"{indent}{comment}{site.style.line_break}")


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

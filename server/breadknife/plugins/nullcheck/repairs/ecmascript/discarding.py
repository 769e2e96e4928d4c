"""Functions whose result nobody looks at: whether they give undefined doesn't matter."""

from __future__ import annotations

from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.text.syntax import Node

_DISCARDS = frozenset({
    "forEach", "setTimeout", "setInterval", "addEventListener", "queueMicrotask", "requestAnimationFrame", "nextTick",
    "setImmediate", "afterEach", "beforeEach", "finally",
})  # fmt: skip
"""Functions that have no use for what the function they are given returns."""
_TESTS_RESULT = frozenset({"filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex"})
"""Functions that only ask whether what the function they are given returns is true."""
_KEEPS = (b"useCallback(", b"React.useCallback(")
"""How calls begin that give back the function that they are given."""
_LISTENS = frozenset({"on", "once"})
"""The same, where an event is named before: lodash's `once(f)` gives what `f` returns."""


def is_action(function: Node, done: Node) -> bool:
    """Whether a function is for what it does, as `const focus = () => ref.current.focus()` is: only the file has a name
    for it, it has no type, and all of it is a call."""
    if done.type != "call_expression" or any(child.type in ("async", "*") for child in function.children):
        return False
    holder = function.parent
    if holder is not None and holder.type == "arguments" and holder.parent is not None and holder.parent.parent:
        holder = holder.parent.parent if (holder.parent.text or b"").startswith(_KEEPS) else None
    if holder is None or holder.type != "variable_declarator" or holder.parent is None:
        return False
    typed = function.child_by_field_name("return_type") or holder.child_by_field_name("type")
    return typed is None and holder.parent.parent is not None and holder.parent.parent.type != "export_statement"


def is_discarded(site: Site, function: Node) -> bool:
    """Whether nobody looks at what the function returns, or only asks whether it is true."""
    if (annotation := function.child_by_field_name("return_type")) is not None:
        return site.text(annotation) == ": void"
    return _is_forgotten(site, function)


def _is_forgotten(site: Site, given: Node) -> bool:
    """Whether who is given a function has no use for what that returns."""
    outer = given.parent
    if outer is None or outer.parent is None:
        return False
    if outer.type == "arguments":
        name = _called(site, outer)
        return name in _DISCARDS | _TESTS_RESULT or (name in _LISTENS and outer.named_children[0] != given)
    if outer.type == "jsx_expression" and outer.parent.type == "jsx_attribute":
        name = site.text(outer.parent.named_children[0])
        return name.startswith("on") and name[2:3].isupper()
    return False


def _called(site: Site, arguments: Node) -> str:
    function = arguments.parent.child_by_field_name("function") if arguments.parent is not None else None
    return site.text(function).rpartition(".")[2] if function is not None else ""

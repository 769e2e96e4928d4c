"""Functions whose result nobody looks at: whether they give undefined doesn't matter."""

from __future__ import annotations

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.text.syntax import Node, matches

_DISCARDS = frozenset({
    "forEach", "setTimeout", "setInterval", "addEventListener", "queueMicrotask", "requestAnimationFrame", "nextTick",
    "setImmediate", "afterEach", "beforeEach", "finally",
})  # fmt: skip
"""Functions that have no use for what the function they are given returns."""
_TESTS_RESULT = frozenset({"filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex"})
"""Functions that only ask whether what the function they are given returns is true."""
_LISTENS = frozenset({"on", "once"})
"""The same, where an event is named before: lodash's `once(f)` gives what `f` returns."""
_KEEPS = frozenset({"useCallback"})
"""Functions that give back the function that they are given."""


def is_discarded(site: Site, function: Node) -> bool:
    """Whether nobody looks at what the function returns, or only asks whether it is true."""
    if (annotation := function.child_by_field_name("return_type")) is not None:
        return site.text(annotation) == ": void"
    return _is_forgotten(site, function)


def is_action(site: Site, function: Node, done: Node) -> bool:
    """Whether a function is called for what it does, as `() => ref.current.focus()` is: nobody uses what a call in it
    gives, wherever the function's name stands."""
    if done.type != "call_expression" or function.child_by_field_name("return_type") is not None:
        return False
    if any(child.type in ("async", "*") for child in function.children):
        return False
    holder = function.parent
    if holder is not None and holder.type == "arguments" and holder.parent and _called(site, holder) in _KEEPS:
        function, holder = holder.parent, holder.parent.parent
    declared = function if function.type == "function_declaration" else holder
    if declared is None or declared.type not in ("function_declaration", "variable_declarator"):
        return function.type in FUNCTIONS and _is_forgotten(site, function)
    name, statement = declared.child_by_field_name("name"), declared
    if declared.type == "variable_declarator":
        statement = declared.parent or declared
        if declared.child_by_field_name("type") is not None:
            return False
    if name is None or (statement.parent is not None and statement.parent.type == "export_statement"):
        return False
    # What no function holds may be known elsewhere though nothing exports it: in a script.
    mentions, is_local = _mentions(site, name), statement.parent is not None and statement.parent.type != "program"
    return (is_local or bool(mentions)) and all(_is_called_only(site, each) for each in mentions)


def _mentions(site: Site, name: Node) -> list[Node]:
    query = "[(identifier) (shorthand_property_identifier)] @name"
    found = (captures["name"][0] for _, captures in matches(site.tree, query))
    return [each for each in found if each != name and site.text(each) == site.text(name)]


def _is_called_only(site: Site, mention: Node) -> bool:
    """Whether nothing is done with what a call of the name gives, there."""
    parent = mention.parent
    if parent is not None and parent.type == "call_expression" and parent.child_by_field_name("function") == mention:
        return parent.parent is not None and parent.parent.type == "expression_statement"
    return _is_forgotten(site, mention)


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

"""Edits within an expression: `?.`, `??` and `!`, where they keep what happens when the value is there."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.languages.ecmascript.types import UNDEFINED
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import inner
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_PRIMARY = frozenset({
    "identifier", "member_expression", "subscript_expression", "call_expression", "this", "parenthesized_expression",
    "non_null_expression",
})  # fmt: skip
_LINKS = frozenset({"member_expression", "subscript_expression", "call_expression"})
_COMPARES = frozenset({"<", ">", "<=", ">=", "==", "===", "!=", "!=="})
_LOOSE = frozenset({
    "arrow_function", "arguments", "return_statement", "variable_declarator", "pair", "jsx_expression", "array",
    "template_substitution", "parenthesized_expression",
})  # fmt: skip
"""Around an operator no more parentheses are needed there."""
_TESTS = frozenset({"if_statement", "while_statement", "do_statement"})
LITERALS = {"string": '""', "number": "0", "boolean": "false", "list": "[]", "bigint": "0n"}
"""Type -> the literal that says "nothing"."""


def chained(site: Site) -> tuple[TextEdit, ...] | None:
    """`?.` after the value, where undefined is as good as what would have come of it."""
    parent, node = site.parent, site.node
    if node.type not in _PRIMARY or site.use not in (Use.ATTRIBUTE, Use.SUBSCRIPT, Use.CALL):
        return None
    if parent.type not in _LINKS or any(child.type in ("?.", "optional_chain") for child in parent.children):
        return None
    spine = _spine(site)
    is_tag = any(link.children[-1].type == "template_string" for link in site.path[spine:])
    if is_tag or not _fits(site, spine):
        return None
    return tuple(edit for link, child in _links(site, site.path[spine]) if (edit := _mark(site, link, child)))


def may_give_undefined(site: Site) -> bool:
    """Whether the chain that the value begins is given back by a function whose type says that it may be undefined."""
    if site.path[_spine(site) - 1].type != "return_statement" or site.function is None:
        return False
    if any(child.type in ("async", "*") for child in site.function.children):
        return False
    return bool(site.type_of(site.function.child_by_field_name("return_type")).nullable & UNDEFINED)


def _links(site: Site, outermost: Node) -> Iterator[tuple[Node, Node]]:
    """The link of the place, and those of the chain whose values may be null as well, from the outermost on."""
    link = outermost
    while link.type in _LINKS:
        child = link.child_by_field_name("object") or link.child_by_field_name("function")
        if child is None:
            return
        is_optional = any(each.type in ("?.", "optional_chain") for each in link.children)
        if child in (site.node, site.bang) or ((child.start_byte, child.end_byte) in site.nullable and not is_optional):
            yield link, child
        link = child


def _mark(site: Site, link: Node, child: Node) -> TextEdit | None:
    following = next((each for each in link.children if each.start_byte >= child.end_byte), None)
    if following is None:
        return None
    start = site.tree.span(following).start
    return TextEdit(Span(start, start), "?" if following.type == "." else "?.")


def is_all_of_statement(site: Site) -> bool:
    """Whether the chain that the value begins is a statement: what that does is left out with `?.`."""
    outer = [node.type for node in site.path[: _spine(site)] if node.type != "await_expression"]
    return outer[-1:] == ["expression_statement"]


def _spine(site: Site) -> int:
    """The index in the path of the outermost link of the chain that the value begins."""
    at = len(site.path) - 1
    while at > 0:
        outer, child = site.path[at - 1], site.path[at]
        if outer.type not in _LINKS or child not in (
            outer.child_by_field_name("object"),
            outer.child_by_field_name("function"),
        ):
            break
        at -= 1
    return at


def _fits(site: Site, at: int) -> bool:
    """Whether the expression `path[at]` may be undefined as well."""
    node, outer = site.path[at], site.path[at - 1]
    match outer.type:
        case "expression_statement":
            return True
        case "parenthesized_expression":
            return site.path[at - 2].type in _TESTS or (
                site.path[at - 2].type not in (*_LINKS, "new_expression") and _fits(site, at - 1)
            )
        case "unary_expression":
            return outer.children[0].type in ("!", "typeof", "void")
        case "await_expression":
            return site.path[at - 2].type == "expression_statement"
        case "ternary_expression":
            return node == outer.child_by_field_name("condition")
        case "binary_expression":
            operator = outer.child_by_field_name("operator")
            first = node == outer.child_by_field_name("left")
            if operator is None:
                return False
            if operator.type in ("??", "||"):
                return first or _fits(site, at - 1)
            if operator.type == "&&":
                return _fits(site, at - 1)
            other = outer.child_by_field_name("right" if first else "left")
            return operator.type in ("===", "==") and other is not None and other.type in ("string", "number", "true")
        case "jsx_expression":
            return site.path[at - 2].type in ("jsx_element", "jsx_fragment")
        case "arrow_function":
            return is_discarded(site, outer) or is_action(outer, node)
        case "return_statement":
            return may_give_undefined(site)
        case _:
            return False


def defaulted(site: Site, default: str) -> tuple[TextEdit, ...] | None:
    """`value ?? default`, in parentheses where the place needs them."""
    if not default or _is_target(site):
        return None
    span = site.span
    if (null := _null_branch(site.node)) is not None:
        return (TextEdit(site.tree.span(null), default),)
    if site.is_shorthand:
        return (TextEdit(Span(span.end, span.end), f": {site.source} ?? {default}"),)
    bare = site.use in (Use.ARGUMENT, Use.RETURN, Use.ASSIGN) or (
        site.use is Use.ITERATE and site.parent.type not in ("binary_expression", "spread_element")
    )
    before, after = ("", "") if bare else ("(", ")")
    if site.node.type not in (*_PRIMARY, "await_expression"):
        before, after = f"{before}(", f"){after}"
        return (
            TextEdit(Span(span.start, span.start), before),
            TextEdit(Span(span.end, span.end), f") ?? {default}{after[1:]}"),
        )
    if site.parent.type == "expression_statement" or _begins_statement(site):
        return None  # a line that begins with `(` may continue the one before
    edits = (TextEdit(Span(span.start, span.start), before),) if before else ()
    return (*edits, TextEdit(Span(span.end, span.end), f" ?? {default}{after}"))


def _null_branch(node: Node) -> Node | None:
    """The `null` of `a ? null : b`, where only one of the two is written so."""
    ternary = inner(node)
    parts = (ternary.child_by_field_name(field) for field in ("consequence", "alternative"))
    written = [part for part in parts if part is not None and inner(part).type in ("null", "undefined")]
    return written[0] if ternary.type == "ternary_expression" and len(written) == 1 else None


def counted(site: Site) -> tuple[TextEdit, ...]:
    """`(value?.length ?? 0)`: what isn't there has no length."""
    length, node = site.parent, site.node
    name = length.child_by_field_name("property") if length.type == "member_expression" else None
    outer = site.path[-2] if len(site.path) > 1 else length
    if name is None or site.use is not Use.ATTRIBUTE or node.type not in _PRIMARY or site.bang is not None:
        return ()
    if any(child.type == "optional_chain" for child in length.children) or _is_target(site) or _begins_statement(site):
        return ()
    operator = outer.child_by_field_name("operator") if outer.type == "binary_expression" else None
    found, is_right = operator.type if operator is not None else "", length == outer.child_by_field_name("right")
    is_number = site.text(name) == "length" or (site.text(name) == "size" and found in _COMPARES)
    is_called = length in (outer.child_by_field_name("function"), outer.child_by_field_name("constructor"))
    if not is_number or is_called or found == "??" or (found in ("/", "%") and is_right):
        return ()
    if outer.type in ("expression_statement", "unary_expression", "non_null_expression"):
        return ()
    start, dot, end = site.span.start, site.span.end, site.tree.span(length).end
    before, after = ("", "") if outer.type in _LOOSE else ("(", ")")
    edits = (TextEdit(Span(start, start), before),) if before else ()
    return (*edits, TextEdit(Span(dot, dot), "?"), TextEdit(Span(end, end), f" ?? 0{after}"))


def is_compared(site: Site) -> bool:
    """Whether a member of the value is compared with something."""
    operator = site.path[-2].child_by_field_name("operator") if len(site.path) > 1 else None
    return operator is not None and operator.type in _COMPARES


def _begins_statement(site: Site) -> bool:
    statement = next((node for node in reversed(site.path) if node.type == "expression_statement"), None)
    return statement is not None and statement.start_byte == site.node.start_byte and not site.style.semicolon


def _is_target(site: Site) -> bool:
    """Whether the value's own member is assigned to: a default's would be lost."""
    outer = site.path[-2] if len(site.path) > 1 else site.parent
    return outer.type in ("assignment_expression", "augmented_assignment_expression", "update_expression") and (
        site.parent in (outer.child_by_field_name("left"), outer.child_by_field_name("argument"))
    )


def non_null(site: Site) -> tuple[TextEdit, ...] | None:
    span = site.span
    if site.is_shorthand:
        return (TextEdit(Span(span.end, span.end), f": {site.source}!"),)
    if site.node.type in _PRIMARY:
        return (TextEdit(Span(span.end, span.end), "!"),)
    if _begins_statement(site) or site.node.type.endswith("_pattern"):
        return None
    return (TextEdit(Span(span.start, span.start), "("), TextEdit(Span(span.end, span.end), ")!"))


def default_for(site: Site) -> str:
    """A literal that the use calls for, or ""."""
    if site.use is Use.ARGUMENT and (default := _default_argument(site)):
        return default
    if site.wanted:
        return site.style.literal(LITERALS.get(site.wanted, ""))
    match site.use:
        case Use.ITERATE:
            return "[]"
        case Use.ATTRIBUTE:
            name = site.parent.child_by_field_name("property")
            method = site.text(name) if name is not None else ""
            called = len(site.path) > 1 and site.path[-2].type == "call_expression"
            if called and method in site.home.knowledge.functions["string_methods"]:
                return site.style.string("")
            return (
                "[]"
                if called and method in site.home.knowledge.functions["array_methods"] and not is_all_of_statement(site)
                else ""
            )
        case Use.OPERAND:
            operator = site.parent.child_by_field_name("operator")
            is_divisor = site.parent.child_by_field_name("right") == site.node
            found = operator.type if operator is not None else ""
            return "0" if found in ("-", "*", "<", ">", "<=", ">=") or (found in ("/", "%") and not is_divisor) else ""
        case _:
            return ""


def _default_argument(site: Site) -> str:
    function = site.path[-2].child_by_field_name("function") if len(site.path) > 1 else None
    called = site.text(function) if function is not None else ""
    if called == "JSON.parse":
        return site.style.string("null")
    if called.startswith("Object."):
        return "{}"
    return site.style.string("") if called in ("parseInt", "parseFloat", "atob", "decodeURIComponent") else ""


def is_literal_like(default: Node, like: Node) -> bool:
    """Whether two expressions are literals of one type."""
    default, like = inner(default), inner(like)
    booleans = ("true", "false")
    same = default.type == like.type or (default.type in booleans and like.type in booleans)
    empty = default.type not in ("array", "object") or default.named_child_count == 0
    return same and empty and default.type in ("string", "number", "array", "object", *booleans)


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

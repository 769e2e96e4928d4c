"""Fixes at the declaration that a null comes from, each with the evidence that nothing needs the null."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS, inner, own_nodes
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.repairs.option import Plan
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, matches, path_to

_CERTAIN = frozenset({
    "string", "template_string", "number", "true", "false", "array", "object", "new_expression", "arrow_function",
    "function_expression", "regex", "class",
})  # fmt: skip
"""Expressions whose value is always there."""
_NULL_MEMBER = re.compile(r"\s*\|\s*(?:null|undefined)\b|\b(?:null|undefined)\s*\|\s*")
_MEMBERS = frozenset({"public_field_definition", "pair"})
_HANDS_ON = frozenset({"pair", "arguments", "array", "assignment_expression", "spread_element"})
_ANNOTATED = frozenset({"predefined_type", "type_identifier", "array_type", "generic_type", "union_type"})


def declarations(site: Site, origin: Node | None) -> Iterator[Plan]:
    """What can be done at `origin`, where the null comes from, or at the declaration that doesn't take it."""
    if not site.is_typed:
        return
    if site.use in (Use.RETURN, Use.ASSIGN):
        yield from _annotated(site)
    if origin is None:
        return
    match origin.type:
        case "optional_parameter":
            yield from _required_parameter(site, origin)
        case "public_field_definition":
            yield from _field(site, origin)
        case "function_declaration" | "method_definition" | "arrow_function" | "variable_declarator":
            yield from _return_type(site, origin)
        case _:
            pass


def _required_parameter(site: Site, parameter: Node) -> Iterator[Plan]:
    path = path_to(site.tree, parameter)
    function = next((node for node in reversed(path) if node.type in FUNCTIONS), None)
    pattern, mark = parameter.child_by_field_name("pattern"), _question_mark(parameter)
    if function is None or pattern is None or mark is None or len(path) < 3:
        return
    parameters = [p for p in path[-1].named_children if p.type != "comment"]
    at = parameters.index(parameter)
    if any(p.type != "required_parameter" or p.child_by_field_name("value") is not None for p in parameters[:at]):
        return
    name = _name_of(site, function, path)
    if not name or any(node.type == "export_statement" for node in path) or not _is_always_given(site, name, at):
        return
    written = site.text(pattern)
    title = f"Require {in_title(written)} of {in_title(name)} (a call without it won't compile)"
    yield Plan(Strategy.REQUIRED, title, 75, reason="every call in the file passes it", edits=(_removed(site, mark),))


def _name_of(site: Site, function: Node, path: tuple[Node, ...]) -> str:
    """The name of a function that is only called by it; "" for methods, callbacks and the like."""
    name = function.child_by_field_name("name") if function.type == "function_declaration" else None
    if function.type in ("arrow_function", "function_expression"):
        outer = path[path.index(function) - 1]
        name = outer.child_by_field_name("name") if outer.type == "variable_declarator" else None
    return site.text(name) if name is not None and name.type == "identifier" else ""


def _is_always_given(site: Site, name: str, at: int) -> bool:
    query = "(call_expression function: (identifier) @name arguments: (arguments) @given)"
    calls = 0
    for _, found in matches(site.tree, query):
        if site.text(found["name"][0]) != name:
            continue
        calls += 1
        given = [child for child in found["given"][0].named_children if child.type != "comment"]
        spread = any(child.type == "spread_element" for child in given)
        if len(given) <= at or spread or given[at].type in ("null", "undefined"):
            return False
    mentions = len(re.findall(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", site.tree.text))
    return calls > 0 and mentions == calls + 1


def _field(site: Site, declared: Node) -> Iterator[Plan]:
    """A private field that is set once and for all before anybody reads it."""
    name, value = declared.child_by_field_name("name"), declared.child_by_field_name("value")
    if name is None:
        return
    written = site.text(name)
    if not _is_private(site, declared) or (value is not None and value.type not in _CERTAIN):
        return
    query = "(assignment_expression left: (member_expression property: (_) @name) right: (_) @value) @set"
    in_constructor = value is not None
    for _, found in matches(site.tree, query):
        if site.text(found["name"][0]) == written:
            if inner(found["value"][0]).type not in _CERTAIN:
                return
            in_constructor = in_constructor or _is_constructed(site, found["set"][0])
    edits = _without_null(site, declared)
    if in_constructor and edits and f"delete this.{written}" not in site.tree.text:
        title = f"Remove null from the type of {in_title(written)} (it is always set)"
        yield Plan(Strategy.DROP_NONE, title, 72, reason="every assignment gives it a value", edits=edits)


def _is_constructed(site: Site, assignment: Node) -> bool:
    """Whether an assignment is a statement of a constructor's own."""
    path = path_to(site.tree, assignment)
    if len(path) < 3 or path[-2].type != "statement_block" or path[-3].type != "method_definition":
        return False
    name = path[-3].child_by_field_name("name")
    return name is not None and site.text(name) == "constructor"


def _return_type(site: Site, declared: Node) -> Iterator[Plan]:
    function = declared.child_by_field_name("value") if declared.type == "variable_declarator" else declared
    body = function.child_by_field_name("body") if function is not None else None
    annotation = function.child_by_field_name("return_type") if function is not None else None
    if function is None or body is None or annotation is None or body.type != "statement_block":
        return
    returns = own_nodes(function, frozenset({"return_statement"}))
    values = [node.named_children[0] if node.named_child_count else None for node in returns]
    last = body.named_children[-1].type if body.named_child_count else ""
    certain = all(value is not None and inner(value).type in _CERTAIN for value in values)
    if not returns or not certain or last not in ("return_statement", "throw_statement"):
        return
    if edits := _without_null(site, function, "return_type"):
        name = declared.child_by_field_name("name")
        written = in_title(site.text(name)) if name is not None else "the function"
        title = f"Remove null from what {written} returns (it never does)"
        yield Plan(Strategy.RETURN_TYPE, title, 78, reason="every `return` gives a value", edits=edits)


def _annotated(site: Site) -> Iterator[Plan]:
    """The declaration that doesn't take the null says that it may come."""
    null = site.null if site.null in ("null", "undefined") else ""
    if not null:
        return
    is_asked_for = False
    if site.use is Use.RETURN:
        function = site.function
        # Its callers count on an error where there is nothing to give, or are in files that nothing is checked in.
        throws = function is not None and bool(own_nodes(function, frozenset({"throw_statement"})))
        is_asked_for = throws or (function is not None and _is_relied_on(site, function))
        holder, field = function, "return_type"
        said, reason = f"Add {null} to the return type (callers must check)", f"it returns {null} here"
    else:
        holder, field = site.parent, "type"
        said, reason = f"Add {null} to the type (its uses must check)", f"it is given {null} here"
        if holder.type not in ("variable_declarator", "public_field_definition"):
            return
    annotation = holder.child_by_field_name(field) if holder is not None else None
    type = annotation.named_children[0] if annotation is not None and annotation.named_child_count == 1 else None
    if holder is None or type is None or type.type not in _ANNOTATED:
        return
    if holder.type in FUNCTIONS and any(child.type in ("async", "*") for child in holder.children):
        arguments = type.child_by_field_name("type_arguments")
        if arguments is None or arguments.named_child_count != 1:
            return
        type = arguments.named_children[0]
    end = site.tree.span(type).end
    edits = (TextEdit(Span(end, end), f" | {null}"),)
    yield Plan(Strategy.ANNOTATE, said, 50, reason, edits=edits, is_asked_for=is_asked_for)


def _is_relied_on(site: Site, function: Node) -> bool:
    """Whether code elsewhere may call it, or have one of its own in its place (exported, a method, of an object), or a
    call in the file hands on what it gives."""
    holder = function.parent
    if function.type == "method_definition" or (holder is not None and holder.type in _MEMBERS):
        member = function if function.type == "method_definition" else holder
        return member is not None and not _is_private(site, member)
    name = function.child_by_field_name("name")
    if holder is not None and holder.type == "variable_declarator":
        name, holder = holder.child_by_field_name("name"), holder.parent
        holder = holder.parent if holder is not None else None
    if holder is not None and holder.type == "export_statement":
        return True
    written = re.escape(site.text(name)) if name is not None else ""
    calls = (found["call"][0] for _, found in matches(site.tree, "(call_expression function: (identifier) @name) @call")
             if name is not None and site.text(found["name"][0]) == site.text(name))  # fmt: skip
    if any(call.parent is not None and call.parent.type in _HANDS_ON for call in calls):
        return True
    exported = rf"^export\s+(?:default\s+{written}\b|\{{[^}}]*(?<![\w$]){written}(?![\w$]))"
    return bool(written) and re.search(exported, site.tree.text, re.MULTILINE) is not None


def _is_private(site: Site, member: Node) -> bool:
    name = member.child_by_field_name("name")
    return (name is not None and site.text(name).startswith("#")) or any(
        child.type == "accessibility_modifier" and site.text(child) == "private" for child in member.children
    )


def _without_null(site: Site, declared: Node, field: str = "type") -> tuple[TextEdit, ...]:
    """The declaration's `?` and its `| null` go."""
    edits = list[TextEdit]()
    if field == "type" and (mark := _question_mark(declared)) is not None:
        edits.append(_removed(site, mark))
    annotation = declared.child_by_field_name(field)
    union = annotation.named_children[0] if annotation is not None and annotation.named_child_count else None
    if union is not None and union.type == "union_type":
        source = site.text(union)
        if "<" in source or "(" in source or "{" in source:
            return ()
        edits.append(TextEdit(site.tree.span(union), _NULL_MEMBER.sub("", source).strip()))
    return tuple(edits)


def _question_mark(declared: Node) -> Node | None:
    return next((child for child in declared.children if child.type == "?"), None)


def _removed(site: Site, node: Node) -> TextEdit:
    return TextEdit(site.tree.span(node), "")

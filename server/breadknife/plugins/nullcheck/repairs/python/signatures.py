"""Repairs of a function's signature: `| None` where it is true, and away where it isn't."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.nullness import Nullness
from breadknife.plugins.nullcheck.core.summary import Condition
from breadknife.plugins.nullcheck.repairs.python.annotations import with_none, without_none
from breadknife.plugins.nullcheck.repairs.python.attributes import parameter_node
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.proposal import Proposal
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree


def without_null(home: FileHome, tree: SyntaxTree, function: Function) -> Iterator[Proposal]:
    """`-> T` of a function that never returns None."""
    annotation = node_of(tree, function).child_by_field_name("return_type")
    kind = without_none(tree.source(annotation)) if annotation is not None else ""
    ways = home.code_summary(function).outcomes if kind and not (function.is_stub or function.is_generator) else ()
    if annotation is None or not ways or any(way.result.nullness != Nullness.THERE for way in ways):
        return
    title = f"Declare that {in_title(function.name)} returns {in_title(kind)}, never None"
    edit = TextEdit(tree.span(annotation), kind)
    yield Proposal(Strategy.RETURN_TYPE, title, "no path of it returns None", lambda _: (edit,))


def with_null(
    home: FileHome, tree: SyntaxTree, function: Function, strategy: Strategy, reason: str, *, is_asked_for: bool = False
) -> Iterator[Proposal]:
    """`-> T | None`, but for a method that callers may know by a class above."""
    annotation = node_of(tree, function).child_by_field_name("return_type")
    written = with_none(tree, tree.source(annotation)) if annotation is not None else ""
    is_inherited = function.owner is not None and bool(function.owner.bases) and function.owner.bases != ("object",)
    if annotation is None or not written or function.name.startswith("__") or function.is_generator or is_inherited:
        return
    title = f"Declare that {in_title(function.name)} may return None (checkers then look at its callers)"
    edit = TextEdit(tree.span(annotation), written)
    yield Proposal(strategy, title, reason, lambda _: (edit,), is_asked_for=is_asked_for)


def accepting_null(
    home: FileHome, tree: SyntaxTree, function: Function, parameter: Parameter, strategy: Strategy = Strategy.WIDEN
) -> Iterator[Proposal]:
    """`| None` for a parameter without which the function gets along."""
    node = tree.root.named_descendant_for_byte_range(*parameter.at)
    annotation = node.child_by_field_name("type") if node is not None else None
    written = (
        with_none(tree, tree.source(annotation))
        if annotation is not None and not parameter.kind.startswith("*")
        else ""
    )
    if annotation is None or not written or not accepts_null(home, function, parameter.name):
        return
    is_default = node is not None and tree.source(node.child_by_field_name("value") or node) == "None"
    reason = "None is what it has by default" if is_default else "the function gets along without it"
    edit = TextEdit(tree.span(annotation), written)
    title = f"Declare that {in_title(parameter.name)} may be None (checkers then look at its uses)"
    yield Proposal(strategy, title, reason, lambda _: (edit,))


def accepts_null(home: FileHome, function: Function, name: str) -> bool:
    """Whether the function gets along with a None there: it comes back, and doesn't use it unchecked."""
    refused = {Condition(name, "null", False), Condition(name, "truth", True)}
    is_back = any(refused.isdisjoint(way.conditions) for way in home.code_summary(function).outcomes)
    return is_back and not home.needs(function, name)


def required(tree: SyntaxTree, function: Function, name: str) -> Iterator[Proposal]:
    """Of a private function, a parameter that every call passes, and that nothing tests."""
    node, parameters = parameter_node(tree, function, name), function.parameters
    at = next(at for at, each in enumerate(parameters) if each.name == name)
    is_private = function.name.startswith("_") and not function.name.startswith("__")
    default = node.child_by_field_name("value") if node is not None else None
    follows_default = not parameters[at].kind and at > 0 and parameters[at - 1].default is not None
    tested = (one for one in occurrences(tree, name, node_of(tree, function)) if one.role is Role.TEST)
    if node is None or default is None or default.type != "none" or not is_private or follows_default or any(tested):
        return
    behind = parameters[at + 1 :] if not parameters[at].kind else ()
    calls = list(_calls(tree, function))
    is_passed = bool(calls) and all(call is not None and _passes(call, at - function.is_bound, name) for call in calls)
    if not is_passed or any(each.default is None and not each.kind for each in behind):
        return
    name_node, annotation = node.child_by_field_name("name"), node.child_by_field_name("type")
    declared = tree.source(annotation) if annotation is not None else ""
    written = tree.source(name_node) if name_node is not None else name
    written += f": {without_none(declared) or declared}" if declared else ""
    edit = TextEdit(tree.span(node), written)
    yield Proposal(
        Strategy.REQUIRED,
        f"Make the parameter {in_title(name)} required (TypeError if it is left out)",
        "every call in this file passes it",
        lambda _: (edit,),
        ends=tuple(
            tree.span(one.node) for one in occurrences(tree, name, node_of(tree, function)) if one.role is Role.USE
        ),
    )


def _calls(tree: SyntaxTree, function: Function) -> Iterator[Node | None]:
    """The arguments of each call; None for another mention of the name, which may lead to any call."""
    for one in occurrences(tree, f".{function.name}" if function.is_bound else function.name, tree.root):
        call = one.path[-1]
        if call.start_byte != function.at[0]:
            is_called = call.type == "call" and call.child_by_field_name("function") == one.node
            yield call.child_by_field_name("arguments") if is_called else None


def _passes(arguments: Node, position: int, name: str) -> bool:
    given = [child for child in arguments.named_children if child.type != "comment"]
    by_name = {
        (child.named_children[0].text or b"").decode(): child for child in given if child.type == "keyword_argument"
    }
    by_place = [child for child in given if child.type != "keyword_argument"]
    value = (
        by_name[name].named_children[-1]
        if name in by_name
        else by_place[position]
        if 0 <= position < len(by_place)
        else None
    )
    return value is not None and value.type != "none" and not any("splat" in child.type for child in given)


def argument_of(function: Function, arguments: Node, value: Node) -> Parameter | None:
    """The parameter that gets a value, the node of which is among the arguments."""
    own = function.parameters[function.is_bound :]
    given = [child for child in arguments.named_children if child.type != "comment"]
    for at, each in enumerate(given):
        if "splat" in each.type:
            return None
        if each == value:
            return own[at] if at < len(own) and not any(one.kind for one in own[: at + 1]) else None
        if each.type == "keyword_argument" and each.named_children[-1] == value:
            name = (each.named_children[0].text or b"").decode()
            return next((one for one in own if one.name == name), None)
    return None


def span_of(tree: SyntaxTree, function: Function) -> Span:
    return tree.span(node_of(tree, function))


def node_of(tree: SyntaxTree, function: Function) -> Node:
    found = tree.root.named_descendant_for_byte_range(*function.at)
    return found if found is not None else tree.root

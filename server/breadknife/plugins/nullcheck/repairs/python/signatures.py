"""Repairs of a function's signature: `| None` where it is true."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.declarations import Function, Parameter
from breadknife.plugins.nullcheck.core.il import ByteRange
from breadknife.plugins.nullcheck.core.summary import Condition
from breadknife.plugins.nullcheck.repairs.python.annotations import with_none
from breadknife.plugins.nullcheck.repairs.repair import RepairProposal, written
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node, SyntaxTree


def with_null(
    site: Site, function: Function, strategy: Strategy, evidence: str, *, is_asked_for: bool = False
) -> Iterator[RepairProposal]:
    """Propose `-> T | None`, but for a method that callers may know by a class above."""
    is_inherited = function.owner is not None and function.owner.bases not in ((), ("object",))
    if not function.name.startswith("__") and not function.is_generator and not is_inherited:
        annotation = node_at(site.tree, function.at).child_by_field_name("return_type")
        title = f"Declare that {in_title(function.name)} may return None (checkers then look at its callers)"
        for proposal in allowing(site, annotation, strategy, title, evidence):
            yield RepairProposal(strategy, title, evidence, proposal.write, is_asked_for=is_asked_for)


def accepting_null(site: Site, function: Function, parameter: Parameter) -> Iterator[RepairProposal]:
    """Propose `| None` for a parameter without which the function gets along."""
    annotation = node_at(site.tree, parameter.at).child_by_field_name("type")
    if not parameter.kind.startswith("*") and accepts_null(site.home, function, parameter.name):
        title = f"Declare that {in_title(parameter.name)} may be None (checkers then look at its uses)"
        yield from allowing(site, annotation, Strategy.WIDEN, title, "the function gets along without it")


def allowing(
    site: Site, annotation: Node | None, strategy: Strategy, title: str, evidence: str
) -> Iterator[RepairProposal]:
    """Propose `| None` in an annotation that lacks it."""
    wider = with_none(site.tree, site.text(annotation)) if annotation is not None else ""
    if annotation is not None and wider:
        yield RepairProposal(strategy, title, evidence, written((TextEdit(site.tree.span(annotation), wider),)))


def accepts_null(home: FileAnalysis, function: Function, name: str) -> bool:
    """Tell whether the function gets along with a None there: it comes back, and doesn't use it unchecked."""
    if function.is_stub:
        return True
    refused = {Condition(name, "null", False), Condition(name, "truth", True)}
    is_back = any(refused.isdisjoint(way.conditions) for way in home.code_summary(function).cases)
    return is_back and not home.needs(function, name)


def argument_of(function: Function, call: Node, value: Node) -> Parameter | None:
    """Return the parameter that gets a value, which is one of the arguments."""
    own = function.parameters[function.is_bound :]
    for at, each in enumerate(arguments_of(call)):
        if "splat" in each.type:
            return None
        if each == value:
            return own[at] if at < len(own) and not any(one.kind for one in own[: at + 1]) else None
        if each.type == "keyword_argument" and each.named_children[-1] == value:
            return next((one for one in own if one.name == _keyword(each)), None)
    return None


def called(site: Site, call: Node, around: Function | None) -> Function | None:
    """Return the file's own function that a call runs. `around`: the one that calls it."""
    file = site.home.file
    owner, dot, name = site.text(call.child_by_field_name("function")).rpartition(".")
    if not dot and around is not None and name in around.parameter_names:
        return None
    if not dot and name in file.classes:
        return file.classes[name].methods.get("__init__")
    class_ = around.receiver_class if around is not None and owner in (around.receiver, "self", "cls") else None
    found = file.named.get(name) if not dot else class_.methods.get(name) if class_ is not None else None
    is_awaited = call.parent is not None and call.parent.type == "await"
    return found if found is not None and found.is_plain and found.is_async == is_awaited else None


def arguments_of(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return [child for child in arguments.named_children if child.type != "comment"] if arguments is not None else []


def _keyword(argument: Node) -> str:
    return (argument.named_children[0].text or b"").decode("utf-8", "replace")


def node_at(tree: SyntaxTree, at: ByteRange) -> Node:
    return tree.root.named_descendant_for_byte_range(*at) or tree.root

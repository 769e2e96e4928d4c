"""Repairs of a function's signature: its parameters' defaults and annotations, and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import (
    Attribute,
    Cure,
    Parameter,
    attribute,
    is_decorated,
)
from breadknife.plugins.nullcheck.repairs.python.reading.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import (
    EMPTY,
    are_deferred,
    arguments_of,
    type_of,
    without_none,
)
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import parameters_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, own_nodes
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, captures

_MAY_MEAN_ALL = 48
"""Just after an assertion, which doesn't go on with nothing where everything was meant."""
_METHODS = {
    kind: frozenset(name for name in names if not name.startswith("_"))
    for kind, names in {"str": dir(str), "dict": dir(dict)}.items()
}


def of_parameter(found: Parameter) -> Iterator[Cure]:
    ends = tuple(found.unchecked())
    default = found.default
    if default is None or default.type != "none" or any(one.role is Role.TEST for one in found.own):
        return
    calls = _always_given(found)
    if calls and _may_be_required(found):
        annotation = found.annotation
        kind = without_none(text(annotation)) if annotation is not None and is_optional(text(annotation)) else ""
        written = f"{found.name}: {kind or text(annotation)}" if annotation is not None else found.name
        yield Cure(
            Strategy.REQUIRED,
            f"Make the parameter {in_title(found.name)} required",
            (TextEdit(found.tree.span(found.node), written),),
            80,
            f"every call ({calls} in this file) passes it, and it is never tested",
            ends,
            "TypeError if it is left out",
        )
    kind = _used_as(found)
    if kind in ("str", "tuple") and all(one.role is Role.USE for one in found.own):
        annotation = found.annotation
        written = f"{found.name}: {kind} = {EMPTY[kind]}" if annotation is not None else f"{found.name}={EMPTY[kind]}"
        yield Cure(
            Strategy.INITIAL,
            f"Make the default of {in_title(found.name)} `{EMPTY[kind]}`, not None",
            (TextEdit(found.tree.span(found.node), written),),
            _MAY_MEAN_ALL if kind == "tuple" and _may_mean_all(found) else 58,
            f"the function only uses it as a {kind}",
            ends,
            "a call without it gets that",
        )


def _may_mean_all(found: Parameter) -> bool:
    """Whether others may call it without the parameter and mean all that there is, which a decorator may fill in."""
    name = found.function.child_by_field_name("name")
    is_public = name is not None and not text(name).startswith("_")
    return found.annotation is None and (is_public or is_decorated(found.tree, found.function))


def _used_as(found: Parameter) -> str:
    """The type that its annotation, or every use of it, calls for."""
    annotation = found.annotation
    if annotation is not None:
        return without_none(text(annotation)) or text(annotation)
    kinds = set[str]()
    for one in found.own:
        parent = one.path[-1]
        if parent.type == "attribute" and (name := parent.child_by_field_name("attribute")) is not None:
            kinds |= {kind if text(name) in names else "" for kind, names in _METHODS.items() if text(name) in names}
            kinds |= set() if any(text(name) in names for names in _METHODS.values()) else {""}
        else:
            kinds.add("tuple" if parent.type in ("for_statement", "for_in_clause") else "")
    return kinds.pop() if len(kinds) == 1 else ""


def _may_be_required(found: Parameter) -> bool:
    """Whether the syntax lets it stand there without a default."""
    for one in parameters_of(found.function):
        if one == found.node or one.type in ("keyword_separator", "list_splat_pattern"):
            return True
        if one.child_by_field_name("value") is not None:
            return False
    return False


def _always_given(found: Parameter) -> int:
    """How many calls there are of a private function, where each gives the parameter and it is used in no other way."""
    name = found.function.child_by_field_name("name")
    if name is None or not text(name).startswith("_") or text(name).startswith("__"):
        return 0  # others may call it
    names = [named(one) for one in parameters_of(found.function)]
    is_method = names[:1] == ["self"]
    position = names.index(found.name) - is_method
    calls = 0
    for one in _uses_of_function(found.tree, name, is_method):
        arguments = _arguments(one)
        if arguments is None or any("splat" in child.type for child in arguments):
            return 0
        values = [child for child in arguments if child.type != "keyword_argument"]
        value = values[position] if 0 <= position < len(values) else None
        for child in arguments:
            if child.type == "keyword_argument" and text(child.named_children[0]) == found.name:
                value = child.named_children[-1]
        if value is None or value.type == "none":
            return 0
        calls += 1
    return calls


def named(parameter: Node) -> str:
    return text(parameter.child_by_field_name("name") or (parameter.named_children or [parameter])[0])


def _uses_of_function(tree: SyntaxTree, name: Node, is_method: bool) -> Iterator[Occurrence]:
    key = f".{text(name)}" if is_method else text(name)
    return (one for one in occurrences(tree, key, tree.root) if one.node != name)


def _arguments(one: Occurrence) -> list[Node] | None:
    """The arguments of the call whose function an occurrence is."""
    call = one.path[-1]
    arguments = call.child_by_field_name("arguments") if call.type == "call" else None
    if arguments is None or arguments.type != "argument_list" or call.child_by_field_name("function") != one.node:
        return None
    return arguments_of(call)


# --- what a function gives back ---


def of_return(tree: SyntaxTree, function: Node, exception: str) -> Iterator[Cure]:
    """Of a function of this file whose result is used as None can't be."""
    name, body = function.child_by_field_name("name"), function.child_by_field_name("body")
    annotation = function.child_by_field_name("return_type")
    if name is None or body is None or "yield" in text(body) or not ends_always(body):
        return
    is_method = any(named(one) in ("self", "cls") for one in parameters_of(function)[:1])
    returned = own_nodes(function, "return_statement")
    values = [one.named_children[0] if one.named_child_count else None for one in returned]
    kind = without_none(text(annotation)) if annotation is not None else ""
    uses = [_dereferenced(tree, one) for one in _uses_of_function(tree, name, is_method)]
    ends = tuple(span for use in uses for span in use or ())
    if annotation is not None and kind and values and all(_is_something(tree, one, function) for one in values):
        yield Cure(
            Strategy.RETURN_TYPE,
            f"Declare that {in_title(text(name))} returns {in_title(kind)}, never None",
            (TextEdit(tree.span(annotation), kind),),
            95,
            "no path of it returns None",
            ends,
            "returning None becomes a type error",
        )
        return
    nones = [one for one, value in zip(returned, values, strict=True) if value is None or value.type == "none"]
    is_private = text(name).startswith("_") and not text(name).startswith("__")
    if not is_private or not nones or len(nones) == len(returned) or len(ends) < 2 or None in uses:
        return
    edits = [TextEdit(tree.span(one), f'raise {exception}("{text(name)} found nothing")') for one in nones]
    edits += [TextEdit(tree.span(annotation), kind)] if annotation is not None and kind else []
    yield Cure(
        Strategy.RETURN_TYPE,
        f"Make {in_title(text(name))} raise {exception}, not return None",
        tuple(edits),
        72,
        "none of its callers checks for None",
        ends,
        "they get the exception",
    )


def _dereferenced(tree: SyntaxTree, one: Occurrence) -> list[Span] | None:
    """The uses of a call's result, if it is only used as None can't be."""
    call, path = one.path[-1], one.path[:-1]
    if _arguments(one) is None or not path:
        return None
    parent = path[-1]
    if parent.type == "attribute" or (parent.type == "subscript" and parent.child_by_field_name("value") == call):
        return [tree.span(call)]
    left = parent.child_by_field_name("left") if parent.type == "assignment" else None
    function = one.inside("function_definition")
    if left is None or left.type != "identifier" or function is None or parent.child_by_field_name("right") != call:
        return None
    uses = list(occurrences(tree, text(left), function))
    if any(use.role in (Role.TEST, Role.READ) for use in uses) or sum(use.role is Role.SET for use in uses) > 1:
        return None
    return [tree.span(use.node) for use in uses if use.role is Role.USE]


def _is_something(tree: SyntaxTree, value: Node | None, function: Node) -> bool:
    return value is not None and (bool(type_of(tree, value, function)) or text(value) == "self")


def ends_always(block: Node) -> bool:
    """Whether no path falls off the block's end: told by its last statement."""
    statements = [child for child in block.named_children if child.type != "comment"]
    last = statements[-1] if statements else None
    match last.type if last is not None else "":
        case "return_statement" | "raise_statement":
            return True
        case "if_statement" if last is not None:
            parts = [last, *last.children_by_field_name("alternative")]
            bodies = [part.child_by_field_name("consequence") or part.child_by_field_name("body") for part in parts]
            return parts[-1].type == "else_clause" and all(body is not None and ends_always(body) for body in bodies)
        case "with_statement" if last is not None and (body := last.child_by_field_name("body")) is not None:
            return "suppress" not in text(last.named_children[0]) and ends_always(body)
        case "try_statement" if last is not None:
            blocks = [last.child_by_field_name("body")]
            blocks += [child.named_children[-1] for child in last.named_children if child.type == "except_clause"]
            return all(body is not None and ends_always(body) for body in blocks)
        case _:
            return False


# --- a None that is given to what is declared without ---


def annotating(site: Site) -> Iterator[Cure]:
    """`| None` where a None is written: a parameter's default, the value of an annotated name, what is returned."""
    holder = site.path[-1]
    if holder.type == "return_statement":
        yield from annotating_return(site, Strategy.ANNOTATE, "it does, and nothing in the file relies on a value", 80)
        return
    annotation = holder.child_by_field_name("type")
    if annotation is None or holder.type not in ("typed_default_parameter", "assignment"):
        return
    written = text(annotation)
    name = holder.child_by_field_name("name") or holder.child_by_field_name("left")
    if name is None or not (allowing := with_none(site.tree, written)):
        return
    if (declared := _attribute_set(site, name)) is not None and declared.unchecked():
        return
    yield Cure(
        Strategy.ANNOTATE,
        f"Declare that {in_title(text(name))} may be None",
        (TextEdit(site.tree.span(annotation), allowing),),
        80,
        "None is what it has here",
        (site.span,),
        "checkers then look at its uses",
    )


def annotating_return(
    site: Site, strategy: Strategy, reason: str, weight: int, *, is_asked_for: bool = False
) -> Iterator[Cure]:
    """`| None` for what the function gives back; not where its own file relies on a value, or the language does."""
    function = site.function
    name = function.child_by_field_name("name") if function is not None else None
    annotation = function.child_by_field_name("return_type") if function is not None else None
    if function is None or name is None or annotation is None or text(name).startswith("__"):
        return
    written = with_none(site.tree, text(annotation))
    is_method = any(named(one) in ("self", "cls") for one in parameters_of(function)[:1])
    uses = list(_uses_of_function(site.tree, name, is_method))
    # How its result is used is seen of plain calls alone.
    is_plain = function.children[0].type != "async" and not is_decorated(site.tree, function)
    if not written or "yield" in text(function) or (uses and not is_plain):
        return
    if any(_dereferenced(site.tree, one) for one in uses):
        return
    nones = tuple(
        site.tree.span(one.named_children[0])
        for one in own_nodes(function, "return_statement")
        if one.named_child_count and one.named_children[0].type == "none"
    )
    yield Cure(
        strategy,
        f"Declare that {in_title(text(name))} may return None",
        (TextEdit(site.tree.span(annotation), written),),
        weight,
        reason,
        nones if site.node.type == "none" else (site.span, *nones),
        "checkers then look at its callers",
        is_asked_for=is_asked_for,
    )


def _attribute_set(site: Site, name: Node) -> Attribute | None:
    """The attribute that a name, or `self.name`, is in a class."""
    owner = site.owner
    in_body = site.function is None and name.type == "identifier"
    if owner is None or not (in_body or text(name).startswith("self.")):
        return None
    return attribute(site.tree, "self." + text(name).removeprefix("self."), owner)


_OPTIONAL = re.compile(r"^from typing(?:_extensions)? import (?:\([^)]*|[^\n]*)\bOptional\b", re.MULTILINE)
_UNIONS = '[(type (binary_operator "|")) (type (union_type))] @union'
"""Annotations of Python 3.10 and newer."""
_TYPING = re.compile(r"import typing(?: as (\w+))?")
_NO_CLASSES = frozenset({"callable", "any", "Lock", "RLock", "threading.Lock", "threading.RLock"})
"""Functions, which people write as annotations: `|` fails with them when the file is imported."""


def with_none(tree: SyntaxTree, annotation: str) -> str:
    """In the file's own style, in quotes where a Python that doesn't know of `|` may read it; "" where it has None
    already, or can't have it."""
    if is_optional(annotation) or annotation[:1] in "'\"" or annotation in _NO_CLASSES:
        return ""
    union = f"{annotation} | None"
    if are_deferred(tree) or captures(tree, _UNIONS):
        return union
    if _OPTIONAL.search(tree.text):
        return f"Optional[{annotation}]"
    for node in tree.root.named_children:
        if node.type == "import_statement" and (imported := _TYPING.fullmatch(text(node))) is not None:
            return f"{imported[1] or 'typing'}.Optional[{annotation}]"
    return f'"{union}"' if not {"'", '"'} & {*annotation} else ""

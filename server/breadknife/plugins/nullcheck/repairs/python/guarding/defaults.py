"""A default value in place of a None, as the use of the value or its annotation calls for."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.python.guarding.failing import fails
from breadknife.plugins.nullcheck.repairs.python.reading.evaluation import COMPREHENSIONS
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import type_of
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import parameter_of, text
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, is_in_brackets
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_STRING_METHODS = frozenset(name for name in dir("") if not name.startswith("_")) - {"count", "find", "index"}
_MADE_OF = frozenset({
    "attribute", "call", "argument_list", "parenthesized_expression", "for_in_clause", *COMPREHENSIONS,
})  # fmt: skip
_DICT_METHODS = frozenset({"get", "items", "keys", "values"})
_EMPTY_DECIDES = ("all", "any")
_OF_LITERALS = frozenset({"encode", "get", "replace"})
"""Other classes have these too: a codec, a queue, a date. With literals they are those of `str` and `dict`."""
_LITERALS = frozenset({"string", "integer", "comment"})
_DEFAULTS = {"str": '""', "int": "0", "float": "0.0", "bytes": 'b""', "bool": "False", "list": "[]", "dict": "{}",
             "tuple": "()", "set": "set()", "List": "[]", "Dict": "{}", "Sequence": "()", "Iterable": "()",
             "Mapping": "{}"}  # fmt: skip

_FIXED_TUPLE = re.compile(r"\btuple\[(?![^\[\]]*,\s*\.\.\.\s*\])")
"""Of so many elements as it names: none isn't one of them."""
_NUMBERS = ("int", "float")
MADE_UP = '"0"'
"""For the number that the environment was to say, such as a port: what it means there, nobody has said."""


def default_edits(site: Site, default: str) -> tuple[TextEdit, ...] | None:
    span, inner = site.span, _in_strings(site, default)
    if (call := get_call(site)) is not None:
        given = [child for child in call.named_children if child.type != "comment"]
        at = site.tree.span(given[-1])
        if not inner:
            return None
        if len(given) == 2:  # `.get(key, None)`
            return (TextEdit(at, inner),)
        return (TextEdit(Span(at.end, at.end), f", {inner}"),)
    if site.node.type == "identifier" and (statement := site.first.statement) is not None and may_be_given(site):
        lines = [f"if {site.source} is None:", f"{site.step}{site.source} = {default}"]
        return (site.first.inserted(statement, lines),)
    if site.is_name and inner:
        written = f"{site.source} if {site.source} is not None else {inner}"
        return (TextEdit(span, written if is_in_brackets(site.node, site.path) else f"({written})"),)
    return None


def _in_strings(site: Site, default: str) -> str:
    """How it is written there: within an f-string that one's quotes can't stand, before Python 3.12. "" where it
    can't be."""
    around = {text(node).lstrip("fFrRbBtT")[:1] for node in site.path if node.type == "string"}
    if not any(quote in default for quote in around):
        return default
    others = {'"', "'"} - around
    if not others or "\\" in default or any(other in default for other in others):
        return ""
    return re.sub("[\"']", others.pop(), default)


def may_be_given(site: Site) -> bool:
    """Whether the name may be given a value here without another name being made by it."""
    function = site.function
    if site.node.type == "attribute":
        return True
    if function is None or site.is_in_class_body:
        return not site.is_in_class_body
    if parameter_of(function, site.source) is not None:
        return True
    return any(
        found.role is Role.SET and found.inside("function_definition") == function
        for found in occurrences(site.tree, site.source, function)
    )


def get_call(site: Site) -> Node | None:
    """The arguments of `receiver.get(key)` or `os.getenv(key)`, where a default can be added."""
    function = site.node.child_by_field_name("function") if site.node.type == "call" else None
    arguments = site.node.child_by_field_name("arguments")
    if function is None or arguments is None or text(function).rpartition(".")[2] not in ("get", "getenv"):
        return None
    given = [child for child in arguments.named_children if child.type != "comment"]
    plain = all("splat" not in child.type and child.type != "keyword_argument" for child in given)
    if (
        not plain
        or arguments.type != "argument_list"
        or not (len(given) == 1 or (len(given) == 2 and given[1].type == "none"))
    ):
        return None
    return arguments


def default_of(site: Site) -> str:
    """A default that the use, the annotation, or what the name gets besides calls for, as source; "" where none is
    known, or the use is certain to fail of it."""
    found = "" if _decides(site) else _called_for(site)
    return "" if fails(site, found) else found


def _called_for(site: Site) -> str:
    others = _others(site)
    annotation = _annotation(site) or next((text(one.annotation) for one in others if one.annotation is not None), "")
    if annotations := [annotation] if annotation else _of_attribute(site):
        told = set(map(_of_annotation, annotations))
        return told.pop() if len(told) == 1 else ""
    found, values = _of_use(site), [one.value for one in others if one.value is None or one.value.type != "none"]
    kinds = [type_of(site.tree, value, site.function).partition("[")[0] for value in values]
    told = {_DEFAULTS.get(kind, "") for kind in kinds if kind}
    if found != "()":
        return found if not told or found in told else ""
    if told:
        return told.pop() if len(told) == 1 else ""
    # what a loop gives, or another name, is as likely a string
    return "" if any(value is None or value.type == "identifier" for value in values) else found


def _of_annotation(annotation: str) -> str:
    for part in re.findall(r"\w+", annotation):
        if part in _DEFAULTS:
            return "" if _FIXED_TUPLE.search(annotation) and part == "tuple" else _DEFAULTS[part]
        if part not in ("Optional", "Union", "typing", "None"):
            return ""
    return ""


def _of_attribute(site: Site) -> list[str]:
    """The annotations that the file's classes have for an attribute of that name."""
    name = site.source.rpartition(".")[2]
    if site.node.type != "attribute" or not re.search(rf"\b{re.escape(name)}\s*:(?!=)", site.tree.text):
        return []
    found = [one for key in (name, f".{name}") for one in occurrences(site.tree, key, site.tree.root)]
    return [
        text(one.annotation)
        for one in found
        if one.annotation is not None
        and (one.node.type == "attribute" or (one.scope is not None and one.scope.type == "class_definition"))
    ]


def _others(site: Site) -> list[Occurrence]:
    """Where the function gives the name a value."""
    if site.node.type != "identifier" or site.function is None:
        return []
    return [one for one in occurrences(site.tree, site.source, site.function) if one.role is Role.SET]


def _of_use(site: Site) -> str:
    outer = site.path[-1] if site.path else site.node
    match site.use:
        case Use.ITERATE:
            return "()" if outer.type in ("for_statement", "for_in_clause", "argument_list") else ""
        case Use.ATTRIBUTE:
            attribute = outer.child_by_field_name("attribute")
            name = text(attribute) if attribute is not None else ""
            if name in _OF_LITERALS and not _gets_literals(site):
                return ""
            return "{}" if name in _DICT_METHODS else '""' if name in _STRING_METHODS else ""
        case Use.OPERAND:
            kinds = {child.type for child in outer.named_children if child != site.node}
            return '""' if kinds == {"string"} else "0" if kinds == {"integer"} else ""
        case Use.ARGUMENT:
            callee = _outer_call(site)
            if callee in _NUMBERS and _is_environment(site):
                return MADE_UP
            return {"int": "0", "float": "0.0", "len": "()"}.get(callee, "")
        case _:
            return ""


def _gets_literals(site: Site) -> bool:
    call = site.path[-2] if len(site.path) > 1 else None
    given = call.child_by_field_name("arguments") if call is not None else None
    return given is not None and all(each.type in _LITERALS for each in given.named_children)


def _decides(site: Site) -> bool:
    """Whether `all` or `any` would take an empty default for an answer: it iterates over it, or over what is made of
    its elements."""
    inner = site.node
    for outer in reversed(site.path):
        if outer.type in COMPREHENSIONS and inner.type != "for_in_clause":
            return False
        if outer.type == "call" and inner != outer.child_by_field_name("function"):
            if text(outer.child_by_field_name("function") or outer) in _EMPTY_DECIDES:
                return True
        elif outer.type not in _MADE_OF:
            return False
        inner = outer
    return False


def _outer_call(site: Site) -> str:
    """The name of the function that the value is an argument of."""
    function = site.path[-2].child_by_field_name("function") if len(site.path) > 1 else None
    return text(function) if function is not None else ""


def _is_environment(site: Site) -> bool:
    return "environ" in site.source or "getenv" in site.source


def _annotation(site: Site) -> str:
    function = site.function
    parameters = function.child_by_field_name("parameters") if function is not None else None
    for parameter in parameters.named_children if parameters is not None else ():
        name = parameter.child_by_field_name("name") or (
            parameter.named_children[0] if parameter.named_children else None
        )
        annotation = parameter.child_by_field_name("type")
        if name is not None and annotation is not None and text(name) == site.source:
            return text(annotation)
    return ""

"""Where a null comes from that the languages' own analysis doesn't trace: a call, a lookup, an attribute, a parameter.

Checkers infer types across files, so their findings are often about values of which only the name is seen at the use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from breadknife.plugins.nullcheck.project.causes import Found, Origin, shapes
from breadknife.plugins.nullcheck.project.declared import Kind, Shapes, declared, given
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.values import Use
from breadknife.project.values import Located
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree, path_to

_NAME = re.compile(r"[\w$]+")
_OWN = re.compile(r"(?:self|this|cls)\.([\w$]+)")
_CALL = re.compile(r"(?:await\s+|yield\s+|new\s+)?([\w$.]+(?:\([^()]*\)\.[\w$.]+|\[[^\[\]]*\]\.[\w$.]+)*)\(")
_CALLED = re.compile(r"(?:(?P<owner>\w+)\.)?(?P<name>\w+)")
_ARGUMENTS = frozenset({"argument_list", "arguments"})
_ASSIGNED = r"(?<![\w.$]){}\s*(?::[^=\n]*)?:?=(?!=)\s*"


def traced(repairs: Repairs, found: Found, origin: Origin) -> Origin:
    """The origin, or a better one where the languages' analysis knows no more than the place."""
    tree = repairs.tree(found.path)
    is_method = origin.name.startswith(".")  # of an object of which nothing is known
    is_assigned = found.place.use is Use.ASSIGN  # the origin is then what gets the null
    if tree is None or not (is_method or is_assigned or origin.kind in (Kind.PLACE, Kind.VARIABLE)):
        return origin
    document = repairs.changes.document(found.path)
    value = document.slice(found.place.span)
    if call := _CALL.match(value) if value.endswith(")") else None:
        return _called(repairs, found.path, document, call[1])
    language = shapes(document.language)
    if own := _OWN.fullmatch(value):
        return _attribute(tree, found.path, value, own[1], language) or origin
    if _NAME.fullmatch(value):
        return _assigned(repairs, found, tree, document, value, language) or origin
    return replace(origin, span=found.place.span) if origin.kind is Kind.PLACE else origin


def _assigned(
    repairs: Repairs, found: Found, tree: SyntaxTree, document: Document, name: str, language: Shapes
) -> Origin | None:
    """What the name got last, as far as the order of the text tells, else the parameter of that name."""
    start = _function(tree, found.place.span, language).start
    end = max(start, tree.text.rfind("\n", 0, found.place.span.start))  # `x = f(x)` gives it nothing before
    assigned = list(re.finditer(_ASSIGNED.format(re.escape(name)), tree.text[start:end]))
    for each in reversed(assigned):
        call = _CALL.match(tree.text, start + each.end())
        its_name = call[1].rpartition(".")[2] if call is not None else ""
        if its_name[:1].isupper():  # what is made there is no null
            continue
        if call is not None and its_name != "cast":
            return _called(repairs, found.path, document, call[1])
        span = Span(start + each.start(), start + each.start() + len(name))
        its = declared(tree, span, language, name)
        if its is not None and its.kind is not Kind.FUNCTION:
            return Origin(its.kind, its.name, found.path, its.span)
    its = given(tree, found.place.span, name, language)
    return Origin(Kind.PARAMETER, its.name, found.path, its.span, is_place=True) if its else None


def _called(repairs: Repairs, path: Path, document: Document, callee: str) -> Origin:
    """What a call gives: of the only function of that name in the project, else of a library."""
    name = callee.rpartition(".")[2]
    project = repairs.workspace.project(repairs.workspace.root(path))
    functions = [
        each
        for each in (project.defining(name, document.language) if project else ())
        if each.definition.kind in ("function", "method")
    ]
    if len(functions) != 1 or (callee != name and _is_lookup(name)):
        return Origin(Kind.LIBRARY, f"{callee}()")
    its = functions[0]
    return Origin(Kind.FUNCTION, _qualified(its), its.path, its.definition.span)


def _is_lookup(name: str) -> bool:
    """Whether so many classes have such a method that the only one of the project needn't be meant."""
    return name in ("get", "pop", "find", "match", "search", "first", "next", "load", "read")


def _qualified(its: Located) -> str:
    container = its.definition.container
    return f"{container}.{its.definition.name}()" if container else f"{its.definition.name}()"


def _attribute(tree: SyntaxTree, path: Path, value: str, name: str, language: Shapes) -> Origin | None:
    """An attribute of the class around, where it is set first."""
    first = re.search(_ASSIGNED.format(re.escape(value)), tree.text)
    its = declared(tree, Span(first.start(), first.start() + len(value)), language, value) if first else None
    if its is not None:
        return Origin(Kind.ATTRIBUTE, its.name, path, its.span, is_place=True)
    return None


def _function(tree: SyntaxTree, span: Span, language: Shapes) -> Span:
    """The innermost function around, else the whole text."""
    kinds: Mapping[str, tuple[Kind, str]] = language.declarations
    for node in reversed(path_to(tree, tree.node_at(span))):
        if kinds.get(node.type, (None, ""))[0] is Kind.FUNCTION:
            return tree.span(node)
    return Span(0, len(tree.text))


def is_handed_on(repairs: Repairs, found: Found) -> bool:
    """Whether a value is only an argument of a function of the project, or of the class that a class extends."""
    if found.place.use is not Use.ARGUMENT:
        return False
    called = _call_around(repairs, found)
    return called is not None and (called[0].startswith("super") or bool(_named(repairs, found, called[0])))


def receiver(repairs: Repairs, found: Found) -> Origin | None:
    """The parameter that an argument is for, where the project has one function of the name that is called."""
    called = _call_around(repairs, found) if found.place.use is Use.ARGUMENT else None
    named = _named(repairs, found, called[0]) if called is not None else ()
    if called is None or len(named) != 1:
        return None
    name = f"{_qualified(named[0]).removesuffix('()')}({called[1]})"
    return Origin(Kind.PARAMETER, name, named[0].path, named[0].definition.span)


def _call_around(repairs: Repairs, found: Found) -> tuple[str, str] | None:
    """The function as it is called, and the name or the place of the argument."""
    tree = repairs.tree(found.path)
    if tree is None:
        return None
    node = tree.node_at(found.place.span)
    path = (*path_to(tree, node), node)
    at = next((at for at in range(len(path) - 2, 0, -1) if path[at].type in _ARGUMENTS), None)
    function = path[at - 1].child_by_field_name("function") if at is not None else None
    if at is None or function is None:
        return None
    keyword = path[at + 1].child_by_field_name("name")
    place = path[at].named_children.index(path[at + 1]) + 1
    return tree.source(function), tree.source(keyword) if keyword is not None else f"argument {place}"


def _named(repairs: Repairs, found: Found, called: str) -> Sequence[Located]:
    """The functions of the project that may be called."""
    names = _CALLED.fullmatch(called)
    project = repairs.workspace.project(repairs.workspace.root(found.path))
    if names is None or project is None:
        return ()
    return [
        each
        for each in project.defining(names["name"], repairs.changes.document(found.path).language)
        if each.definition.kind in ("function", "method")
        and names["owner"] in (None, "self", "cls", "this", each.definition.container)
    ]

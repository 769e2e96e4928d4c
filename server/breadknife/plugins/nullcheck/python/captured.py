"""What a function takes from those around it: their parameters, where nothing says that they aren't None by then."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from breadknife.plugins.nullcheck.python.annotations import is_optional
from breadknife.plugins.nullcheck.python.facts import Cause, Env, Fact
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.occurrences import Role, occurrences
from breadknife.plugins.nullcheck.python.outline import Function, text
from breadknife.text.syntax import Node, SyntaxTree, path_to

Around = Mapping[int, Sequence[Function]]
"""Start byte of a function -> those around it, the innermost first."""


def around(functions: Sequence[Function]) -> Around:
    """`functions` in the order of the text."""
    found, open_ = dict[int, Sequence[Function]](), list[Function]()
    for function in functions:
        while open_ and open_[-1].node.end_byte <= function.node.start_byte:
            open_.pop()
        if open_:
            found[function.node.start_byte] = tuple(reversed(open_))
        open_.append(function)
    return found


def may_capture(function: Function, outer: Sequence[Function]) -> bool:
    """Whether it has the name of an optional parameter of a function around it in its text."""
    source = function.node.text or b""
    return any(re.search(rb"\b%s\b" % re.escape(name.encode()), source) for each in outer for name in _optional(each))


def captured(tree: SyntaxTree, meaning: Meaning, function: Function, outer: Sequence[Function]) -> Env:
    env: Env = {}
    hidden = _parameters(function).keys()
    for at, each in enumerate(outer):
        for name, annotation in _optional(each).items():
            if name in hidden or name in meaning.outline.shared:
                continue
            if _is_untouched(tree, name, function, each, outer[:at]):
                parameter = annotation.parent or annotation
                cause = Cause(parameter, f"the parameter is annotated `{text(annotation)}`")
                env[name] = Fact(cause, meaning.annotated(text(annotation)))
        hidden |= _parameters(each).keys()
    return env


def _parameters(function: Function) -> Mapping[str, Node | None]:
    """Name -> annotation."""
    found = dict[str, Node | None]()
    parameters = function.node.child_by_field_name("parameters")
    for parameter in parameters.named_children if parameters is not None else ():
        annotation = parameter.child_by_field_name("type")
        name = parameter.child_by_field_name("name") or parameter
        while name.type != "identifier" and name.named_child_count:
            annotation = None if name.type.endswith("splat_pattern") else annotation
            name = name.named_children[0]
        found[text(name)] = annotation
    return found


def _optional(function: Function) -> Mapping[str, Node]:
    parameters = function.node.child_by_field_name("parameters")
    source = (parameters.text or b"") if parameters is not None else b""
    if b"None" not in source and b"Optional" not in source:
        return {}
    annotated = _parameters(function).items()
    return {name: node for name, node in annotated if node is not None and is_optional(text(node))}


def _is_untouched(
    tree: SyntaxTree, name: str, function: Function, outer: Function, between: Sequence[Function]
) -> bool:
    """Whether it is defined whenever the outer one is called, nothing before it has to do with the parameter, and
    nothing at all tests it or gives it a value."""
    inner = [function, *between][-1].node
    definition = inner.parent if inner.parent is not None and inner.parent.type == "decorated_definition" else inner
    if path_to(tree, definition)[-1] != outer.body:
        return False
    for one in occurrences(tree, name, outer.body):
        at = one.node.start_byte
        if one.role is Role.SET:
            return False
        if function.node.start_byte <= at < function.node.end_byte:
            continue
        if one.role is Role.TEST or at < function.node.start_byte:
            return False
    return True

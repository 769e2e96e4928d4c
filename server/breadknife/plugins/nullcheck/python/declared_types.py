"""The type of an attribute that has no annotation, but gets the value of a parameter that has one."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.kinds import annotation_of
from breadknife.plugins.nullcheck.python.outline import Outline, text
from breadknife.text.syntax import Node


def given_annotation(outline: Outline, owner: Class, variable: Variable) -> str:
    """The parameter's annotation, if all that the class's methods assign is the one parameter; else ""."""
    found = {_annotation(outline, owner, variable, value) for value in variable.values}
    return found.pop() if len(found) == 1 and not variable.annotation else ""


def _annotation(outline: Outline, owner: Class, variable: Variable, value: Node) -> str:
    if value.type != "identifier":
        return ""
    for name in sorted(variable.setters):
        method = outline.methods.get((owner.node.start_byte, name))
        if method is not None and method.node.start_byte <= value.start_byte < method.node.end_byte:
            return annotation_of(method.node, text(value))
    return ""

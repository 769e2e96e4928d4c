"""What a class itself is asked for, by its name: `Server.get()`, `Server.running`."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.facts import NOTHING, Fact
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.text.syntax import Node


def class_variable(meaning: Meaning, node: Node) -> Fact:
    """`Class.name`, by its declaration in the body of a class of this file."""
    owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    kind = _class_named(meaning, owner) if owner is not None else ""
    member = meaning.member(kind, text(name)) if kind and name is not None else None
    variable, class_ = (member.variable, member.owner) if member is not None else (None, None)
    if variable is None or class_ is None or name is None or not variable.annotation:
        return NOTHING
    return meaning.assigned(variable, text(name), class_) if _is_of_class(variable, class_) else NOTHING


def class_called(meaning: Meaning, method: Node) -> Fact:
    """`Class` of `Class.method`, where that says itself what it returns: what is only seen to return None may do so
    for objects of another class (`Base.method(self)`)."""
    owner, name = method.child_by_field_name("object"), method.child_by_field_name("attribute")
    kind = _class_named(meaning, owner) if owner is not None else ""
    member = meaning.member(kind, text(name)) if kind and name is not None else None
    function = member.function if member is not None else None
    is_declared = function is not None and function.node.child_by_field_name("return_type") is not None
    return Fact(kind=kind) if is_declared else NOTHING


def _class_named(meaning: Meaning, node: Node) -> str:
    """The kind of the objects of the class of this file that a name stands for, or ""."""
    name = text(node) if node.type == "identifier" else ""
    found = meaning.outline.class_named.get(name) if name not in meaning.bound else None
    return f"#{found.node.start_byte}" if found is not None else ""


def _is_of_class(variable: Variable, owner: Class) -> bool:
    """Whether the class itself has it, and not something by which its objects get it (a field, a column)."""
    if variable.annotation.strip("'\"").rpartition("[")[0].startswith(("ClassVar", "typing.ClassVar")):
        return True
    statement = variable.annotated.parent.parent if variable.annotated and variable.annotated.parent else None
    block = statement.parent if statement is not None else None
    is_decorated = owner.node.parent is not None and owner.node.parent.type == "decorated_definition"
    return block == owner.node.child_by_field_name("body") and not owner.bases and not is_decorated

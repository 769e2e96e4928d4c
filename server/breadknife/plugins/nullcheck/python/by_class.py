"""What a class itself is called for, by its name: `Server.get()`."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.facts import NOTHING, Fact
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.text.syntax import Node


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

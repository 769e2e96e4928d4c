"""What a class itself is called for, by its name: `Server.get()`."""

from __future__ import annotations

from breadknife.plugins.nullcheck.python.annotations import CLASS
from breadknife.plugins.nullcheck.python.facts import NOTHING, Fact
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.text.syntax import Node


def class_called(meaning: Meaning, method: Node) -> Fact:
    """`Class` of `Class.method`, where that is of the class, or says itself what it returns: what is only seen to
    return None may do so for objects of another class (`Base.method(self)`)."""
    owner, name = method.child_by_field_name("object"), method.child_by_field_name("attribute")
    key = meaning.key(owner) if owner is not None else ""
    if name is None or not CLASS.fullmatch(key.rpartition(".")[2]) or key.partition(".")[0] in meaning.bound:
        return NOTHING
    kind = meaning.class_kind(key)
    member = meaning.member(kind, text(name)) if kind else None
    known, function = (member.known, member.function) if member is not None else (None, None)
    is_of_class = known is not None and known.is_of_class
    if function is not None:
        is_of_class = function.is_of_class or function.node.child_by_field_name("return_type") is not None
    return Fact(kind=kind) if is_of_class else NOTHING

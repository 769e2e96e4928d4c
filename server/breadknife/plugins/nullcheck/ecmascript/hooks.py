"""What React's functions give, by the type that is written in the call: `useState<User | null>(null)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from breadknife.plugins.nullcheck.ecmascript.facts import Cause, Fact
from breadknife.plugins.nullcheck.ecmascript.rules import TYPED_CALLS
from breadknife.plugins.nullcheck.ecmascript.types import Type, has_null
from breadknife.text.syntax import Node


class Reading(Protocol):
    def text(self, node: Node, /) -> str: ...

    def type_of(self, node: Node | None, /) -> Type: ...


def has_hooks(source: bytes) -> bool:
    return any(name.encode() in source for name in TYPED_CALLS)


def hook(reading: Reading, call: Node | None, given: Sequence[tuple[Node, Fact]]) -> Fact | None:
    """None for a call of something else."""
    function = call.child_by_field_name("function") if call is not None else None
    name = reading.text(function).removeprefix("React.") if function is not None else ""
    if call is None or name not in TYPED_CALLS:
        return None
    if name == "useContext":
        context = given[0][1].type if given else Type()
        held = context.args[0] if context.name == "Context" and context.args else Type()
        cause = Cause(given[0][0], f"the context's value may be {held.null}", held.null) if held.null else None
        return Fact(cause, held.present)
    if name == "useRef":
        types = call.child_by_field_name("type_arguments")
        is_element = types is not None and "null" not in reading.text(types)
        return Fact(type=Type("Ref")) if is_element and len(given) == 1 and given[0][0].type == "null" else None
    return Fact(type=type) if (type := made_type(reading, call)) is not None else None


def made_type(reading: Reading, call: Node | None) -> Type | None:
    """Of a call of `useState` or `createContext` with a type written in it."""
    if call is None or call.type != "call_expression":
        return None
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    types = call.child_by_field_name("type_arguments")
    if function is None or arguments is None or types is None or types.named_child_count != 1:
        return None
    written = reading.type_of(types.named_children[0])
    match reading.text(function).removeprefix("React."):
        case "createContext":
            return Type("Context", (written,))
        case "useState":
            null = "undefined" if arguments.named_child_count == 0 else ""
            return Type("Tuple", (Type(written.name, written.args, has_null(written.null, null)),))
        case _:
            return None

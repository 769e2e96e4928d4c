"""What the nodes of a Python tree say by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from breadknife.text.syntax import Node, SyntaxTree, captures, path_to

TUPLE_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})
"""What takes a value apart: `a, b`, `(a, b)` and `[a, b]`."""
_BY_NAME = (b"setattr(", b"delattr(", b"__dict__", b"self.__init__(")
_VARS = re.compile(rb"vars(?<!\wvars)\(")
_ALLOWS_NONE = re.compile(rb"\ballow_none\s*=\s*True\b")
_NAMES = frozenset({"identifier", "attribute", "subscript"})
_CONTAINERS = _NAMES | {"call"}
_INDICES = frozenset({
    "identifier", "attribute", "integer", "string", "unary_operator", "binary_operator", "slice",
})  # fmt: skip
_CONSTANTS = ("None.", "True.", "False.")


@dataclass(frozen=True)
class Imported:
    """What a name was imported as."""

    module: str
    """As written, with leading dots."""
    name: str = ""
    """The name there; "" for the module itself."""


def text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def parameter_of(function: Node, name: str) -> Node | None:
    for parameter in parameters_of(function):
        named = parameter.child_by_field_name("name") or (
            parameter.named_children[0] if parameter.type == "typed_parameter" else parameter
        )
        if named.type == "identifier" and text(named) == name:
            return parameter
    return None


def parameters_of(function: Node) -> list[Node]:
    parameters = function.child_by_field_name("parameters")
    return [one for one in parameters.named_children if one.type != "comment"] if parameters is not None else []


def callee_of(value: Node) -> str:
    """What is called there, or awaited; "" where it is no call."""
    call = value.named_children[0] if value.type == "await" else value
    callee = call.child_by_field_name("function") if call.type == "call" else None
    return text(callee) if callee is not None else ""


def key_of(node: Node) -> str:
    """The name under which facts about an expression are kept, or ""."""
    match node.type:
        case "identifier":
            return text(node)
        case "attribute":
            whole = text(node)
            if whole.replace(".", "").isidentifier() and not whole.startswith(_CONSTANTS):
                return whole
            owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
            prefix = key_of(owner) if owner is not None and owner.type in _NAMES else ""
            return f"{prefix}.{text(name)}" if prefix and name is not None else ""
        case "parenthesized_expression":
            return key_of(node.named_children[0]) if node.named_child_count == 1 else ""
        case "named_expression":
            name = node.child_by_field_name("name")
            return text(name) if name is not None else ""
        case "call" if node.end_byte - node.start_byte <= 100:
            return text(node)
        case "subscript" if node.end_byte - node.start_byte <= 100:
            value, indices = node.child_by_field_name("value"), node.children_by_field_name("subscript")
            is_plain = value is not None and value.type in _CONTAINERS and len(indices) == 1
            if not is_plain or value is None or indices[0].type not in _INDICES:
                return ""
            container = key_of(value)
            index = text(indices[0]).replace("'", '"')
            return f"{container}[{index}]" if container else ""
        case _:
            return ""


def is_and(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type == "and"


def sets_by_name(class_: Node) -> bool:
    """Whether a class's attributes get values in ways that no assignment shows."""
    source = class_.text or b""
    return any(word in source for word in _BY_NAME) or _VARS.search(source) is not None


def allows_none(value: Node) -> bool:
    """Whether a descriptor (of traitlets, say) is made that says so: `Instance(Server, allow_none=True)`."""
    return value.type == "call" and _ALLOWS_NONE.search(value.text or b"") is not None


def imports_of(tree: SyntaxTree) -> Mapping[str, Imported]:
    """Local name -> what it was imported as; of several of a name the first of the module's top level."""
    imported = dict[str, Imported]()
    found = captures(tree, "[(import_statement) (import_from_statement)] @import").get("import", [])
    for node in sorted(found, key=lambda node: (-_depth(tree, node), -node.start_byte)):
        module = node.child_by_field_name("module_name")
        for child in node.children_by_field_name("name"):
            name = text(child.child_by_field_name("name") or child)
            alias = child.child_by_field_name("alias")
            here = text(alias) if alias is not None else name
            if module is not None:
                imported[here] = Imported(text(module), name)
            else:
                imported[here.partition(".")[0]] = Imported(name if alias is not None else name.partition(".")[0])
    return imported


def _depth(tree: SyntaxTree, node: Node) -> int:
    """In how many functions it stands."""
    return sum(outer.type == "function_definition" for outer in path_to(tree, node))

"""What annotations, and comments in JavaScript, declare of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.text.syntax import Node

NULL, UNDEFINED = 1, 2
"""The bits of the two nulls."""
ANY = Type("any")
"""What allows null without saying so."""
UNKNOWN = Type("")
_DEEPEST = 8
_ELEMENT = re.compile(r"(?:HTML|SVG)\w*Element\Z|Element\Z")
_NULLS = {"null": NULL, "undefined": UNDEFINED}
_OPENING, _CLOSING = "([{<", ")]}>"
_TAG = re.compile(r"@(?P<tag>type|param|arg|argument|returns?)\s*\{")
_NAME = re.compile(r"\s*(?P<optional>\[\s*)?(?P<name>[\w$]+)(?P<rest>[\w$.\[]*)(?P<default>\s*=)?")
_PROMISE = re.compile(r"Promise\.?<(.*)>\Z", re.DOTALL)
_ANYTHING = frozenset({"*", "any", "unknown", "void"})


def text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def inner(node: Node | None) -> list[Node]:
    """The named children without comments."""
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


@dataclass
class Types:
    """Reads annotations. `shape` gives the name under which a type that is written in place is known."""

    names: Mapping[str, str]
    """Written name -> the name that the knowledge has for it."""
    imports: Mapping[str, str]
    shape: Callable[[Node], str]
    bounds: dict[str, Type] = field(default_factory=dict[str, Type])
    """Parameters of types, and what they extend."""

    def read(self, node: Node | None, depth: int = 0) -> Type | None:
        """The type that is written; None where nothing is."""
        if node is None:
            return None
        return self._of(node, depth)

    def _of(self, node: Node, depth: int) -> Type:
        if depth > _DEEPEST:
            return UNKNOWN
        match node.type:
            case "type_annotation" | "parenthesized_type" | "readonly_type" | "constraint" | "optional_type":
                parts = inner(node)
                type_ = self._of(parts[0], depth + 1) if parts else UNKNOWN
                return optional(type_) if node.type == "optional_type" else type_
            case "union_type":
                return self._union([self._of(child, depth + 1) for child in inner(node)])
            case "literal_type" | "undefined" | "null":
                return self._literal(text(node))
            case "predefined_type":
                name = text(node)
                return ANY if name in _ANYTHING else Type("", (), UNDEFINED) if name == "undefined" else Type(name)
            case "type_identifier" | "nested_type_identifier":
                return self.named(text(node))
            case "array_type":
                return Type("list", tuple(self._of(child, depth + 1) for child in inner(node)))
            case "generic_type":
                arguments = inner(node.child_by_field_name("type_arguments"))
                type_ = self.named(text(node.child_by_field_name("name")))
                return type_._replace(arguments=tuple(self._of(each, depth + 1) for each in arguments))
            case "tuple_type":
                return Type("tuple", tuple(self._item(child, depth) for child in inner(node)))
            case "object_type":
                return Type(self.shape(node))
            case "template_literal_type":
                return Type("string")
            case "function_type":
                if node.child_by_field_name("type_parameters") is not None:
                    return Type("function")
                gives = self.read(node.child_by_field_name("return_type"), depth + 1)
                return Type("function", (gives,) if gives is not None else ())
            case _:
                return UNKNOWN

    def _item(self, node: Node, depth: int) -> Type:
        if node.type in ("required_parameter", "optional_parameter"):
            type_ = self.read(node.child_by_field_name("type"), depth + 1) or UNKNOWN
            return optional(type_) if node.type[0] == "o" else type_
        return self._of(node, depth + 1)

    def _literal(self, written: str) -> Type:
        if written in _NULLS:
            return Type("", (), _NULLS[written])
        if written[:1] in ("'", '"'):
            return Type("string")
        return Type("number" if written[:1].isdigit() else "boolean" if written in ("true", "false") else "")

    def named(self, name: str) -> Type:
        if name in self.bounds:
            return self.bounds[name]
        if name == "undefined":
            return Type("", (), UNDEFINED)
        if name not in self.names and _ELEMENT.match(name):
            return Type("Element")
        root, dot, rest = name.partition(".")
        return Type(self.names.get(name) or self.imports.get(root, root) + dot + rest)

    def _union(self, types: Sequence[Type]) -> Type:
        nulls, others = 0, list[Type]()
        for each in types:
            nulls |= each.nullable
            if each.name == "|":
                others += each.arguments
            elif each.name or each.arguments or not each.nullable:
                others.append(each._replace(nullable=0))
        if any(each.name == ANY.name for each in others):
            return ANY
        distinct = tuple(dict.fromkeys(others))
        if len(distinct) == 1:
            return distinct[0]._replace(nullable=nulls)
        return Type("|", distinct, nulls) if distinct else Type("", (), nulls)


def optional(type_: Type) -> Type:
    """The type of what may be left out."""
    return type_ if type_.name == ANY.name else type_._replace(nullable=type_.nullable | UNDEFINED)


def promised(type_: Type | None) -> Type | None:
    """What a promise gives; None for another type."""
    if type_ is None or type_.name != "Promise" or type_.nullable:
        return None
    return type_.arguments[0] if type_.arguments else UNKNOWN


# Comments


@dataclass(frozen=True)
class Doc:
    """What a comment says of what stands behind it."""

    parameters: Mapping[str, Type]
    returns: Type | None = None
    type: Type | None = None
    optional: frozenset[str] = frozenset()
    """Parameters that are only said to be optional, by brackets around their names."""


NOTHING_SAID = Doc({})


@lru_cache(1 << 10)
def doc_of(comment: str) -> Doc:
    """What a `/** … */` says of null."""
    parameters, returns, declared = dict[str, Type](), None, None
    left_out = set[str]()
    for tag in _TAG.finditer(comment):
        end = _closing(comment, tag.end())
        written = comment[tag.end() : end]
        said = _said(written)
        match tag["tag"]:
            case "type":
                declared = said
            case "return" | "returns":
                returns = Type("never") if written.strip() == "never" else said
                if not written.strip() or written.strip().endswith("=") or (returns.nullable and not _others(written)):
                    returns = None
            case _:
                name = _NAME.match(comment, end + 1)
                if name is None or name["rest"]:
                    continue
                if name["optional"] and not said.nullable:
                    left_out.add(name["name"])
                if name["optional"] and not name["default"] and said != ANY:
                    said = said._replace(nullable=said.nullable | UNDEFINED)
                if not name["default"]:
                    parameters[name["name"]] = said
    return Doc(parameters, returns, declared, frozenset(left_out))


def _closing(comment: str, start: int) -> int:
    depth = 1
    for at in range(start, len(comment)):
        depth += (comment[at] == "{") - (comment[at] == "}")
        if depth == 0:
            return at
    return len(comment)


def _said(written: str) -> Type:
    """The nulls that are members, beside something else; those of what a promise gives."""
    written, nulls = " ".join(written.replace("*/", "").split()), 0
    if written.endswith("="):
        written, nulls = written[:-1].strip(), UNDEFINED
    if written.startswith("..."):
        return UNKNOWN
    if written.startswith("?") or (written.endswith("?") and "?" not in written[:-1]):
        written, nulls = written.strip("? "), nulls | NULL
    if written.startswith("(") and written.endswith(")"):
        written = written[1:-1]
    members = list(_members(written))
    others = [member for member in members if member not in _NULLS]
    for member in members:
        nulls |= _NULLS.get(member, 0)
    if any(other in _ANYTHING for other in others):
        return ANY
    if "=>" in written or any(other.startswith("function(") for other in others):
        return Type("function")
    if len(others) == 1 and (match := _PROMISE.match(others[0])) is not None:
        return Type("Promise", (_said(match[1]),), nulls)
    name = others[0] if len(others) == 1 and others[0].isidentifier() else ""
    return Type(name, (), nulls)


def _others(written: str) -> bool:
    return any(each not in _NULLS for each in _members(written.strip("?() ")))


def _members(written: str) -> Iterator[str]:
    """What stands between the `|` that no bracket holds."""
    depth, start = 0, 0
    for at, char in enumerate(written):
        depth += (char in _OPENING) - (char in _CLOSING and written[at - 1 : at] != "=")
        if char == "|" and depth == 0:
            yield written[start:at].strip()
            start = at + 1
    yield written[start:].strip()

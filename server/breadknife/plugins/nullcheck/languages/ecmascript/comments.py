"""Comments that declare something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.languages.ecmascript.types import ANY, Types, optional
from breadknife.text.syntax import Node, SyntaxTree, parse

_BEFORE = re.compile(
    rb"\*/\s*(?:(?:export|default|async|static|public|private|protected|readonly|override|declare|get|set|const|let|var"
    rb"|function\s*\*?)\s+)*(?:[\w$.#]+\s*[=:(]\s*)?(?:async\s+)?\Z"
)
"""What may stand between a comment and what it tells of."""
_CAST = re.compile(rb"@type[^*]*\*/\s*\Z")
_TAG = re.compile(
    r"@(?P<tag>type|param|arg|argument|returns?)\s*\{(?P<type>(?:[^{}]|\{[^{}]*\})*)\}"
    r"(?:[ \t]+(?P<optional>\[\s*)?(?P<name>[\w$]+)(?P<rest>[.\[=])?)?"
)


@dataclass(frozen=True)
class Doc:
    """What a comment says of what stands behind it."""

    parameters: Mapping[str, Type] = field(default_factory=dict[str, Type])
    returns: Type | None = None
    type: Type | None = None


@dataclass(frozen=True)
class Comments:
    tree: SyntaxTree
    types: Types
    is_typed: bool
    """Annotations say it, and not comments."""

    def cast(self, node: Node, /) -> Type | None:
        """The type that a comment before a parenthesis tells."""
        if self.is_typed or _CAST.search(self.tree.encoded, max(node.start_byte - 200, 0), node.start_byte) is None:
            return None
        return self.doc(node).type

    def doc(self, node: Node) -> Doc:
        """What the comment before a node says."""
        match = _BEFORE.search(self.tree.encoded, max(node.start_byte - 200, 0), node.start_byte)
        if self.is_typed or match is None:
            return Doc()
        begins = self.tree.encoded.rfind(b"/*", 0, match.start() + 2)
        comment = self.tree.encoded[begins : match.start() + 2]
        return doc_of(comment.decode("utf-8", "replace"), self.types) if comment.startswith(b"/**") else Doc()


def doc_of(comment: str, types: Types) -> Doc:
    """What the tags of a `/** … */` declare. A parameter whose name stands in brackets may be left out, but whether the
    function copes with that is seen better in its code."""
    parameters, returns, declared = dict[str, Type](), None, None
    for tag in _TAG.finditer(comment):
        type_ = read(tag["type"].strip(), types)
        if tag["tag"] == "type":
            declared = type_
        elif tag["tag"].startswith("return"):
            returns = type_
        elif type_ is not None and tag["name"] and not tag["rest"] and not tag["optional"]:
            parameters[tag["name"]] = type_
    return Doc(parameters, returns, declared)


def read(written: str, types: Types) -> Type | None:
    """The type that a comment writes: in JSDoc's own spelling, or in TypeScript's."""
    may_be_left_out = written.endswith("=")
    bare = written.rstrip("=").lstrip("!").replace(".<", "<")
    is_null = bare.startswith("?") or bare.endswith("?")
    bare = bare.strip("?! ")
    if bare in ("*", ""):
        return ANY if bare else None
    found = _parsed(bare)
    type_ = types.read(found.root.named_children[0].child_by_field_name("value")) if found is not None else Type("")
    if type_ is not None and is_null:
        type_ = type_._replace(nullable=type_.nullable | 1)
    return optional(type_) if type_ is not None and may_be_left_out else type_


@lru_cache(1 << 10)
def _parsed(written: str) -> SyntaxTree | None:
    tree = parse(f"type A = {written}", "typescript")
    return tree if tree is not None and not tree.root.has_error else None

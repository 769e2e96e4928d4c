"""Comments that declare something, or that tell a checker to be silent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.nullcheck.core.il import At, Type
from breadknife.plugins.nullcheck.languages.ecmascript.types import NOTHING_SAID, Doc, doc_of
from breadknife.text.syntax import Node, SyntaxTree, is_misread

_BEFORE = re.compile(
    rb"\*/\s*(?:(?:export|default|async|static|public|private|protected|readonly|override|declare|get|set|const|let|var"
    rb"|function\s*\*?)\s+)*(?:[\w$.#]+\s*[=:(]\s*)?(?:async\s+)?\Z"
)
"""What may stand between a comment and what it tells of."""
_CAST = re.compile(rb"@type[^*]*\*/\s*\Z")
_ASKS = re.compile(
    rb"(?<![\w$.])([\w$]+)\s*(?:&&|\|\||\?\??[^.]|[!=]=|=(?![=>]))|!([\w$]+)|typeof ([\w$]+)|\b(arguments)\b"
    rb"|\b(?:if|while)\s*\(\s*([\w$]+)\s*\)|[&|(]\s*([\w$]+)\s*(?:\)\s*[{?]|\?)"
)
"""Code that asks whether a name is there."""
_IGNORES = (b"@ts-expect-error", b"@ts-ignore")


@dataclass(frozen=True)
class Comments:
    tree: SyntaxTree
    is_typed: bool

    def cast(self, node: Node, /) -> Type | None:
        if self.is_typed or _CAST.search(self.tree.encoded, max(node.start_byte - 200, 0), node.start_byte) is None:
            return None
        return self.doc(node).type

    def doc(self, node: Node) -> Doc:
        """What the comment before a node says."""
        start = max(node.start_byte - 200, 0)
        match = _BEFORE.search(self.tree.encoded, start, node.start_byte)
        if match is None:
            return NOTHING_SAID
        begins = self.tree.encoded.rfind(b"/*", 0, match.start() + 2)
        comment = self.tree.encoded[begins : match.start() + 2]
        return doc_of(comment.decode("utf-8", "replace")) if comment.startswith(b"/**") else NOTHING_SAID

    def is_ignored(self, at: At) -> bool:
        source = self.tree.encoded
        begin = source.rfind(b"\n", 0, at[0])
        before = source.rfind(b"\n", 0, max(begin, 0))
        if any(each in source[before + 1 : max(begin, 0)] for each in _IGNORES) or b"@ts-nocheck" in source[:200]:
            return True
        if not self.tree.root.has_error:
            return False
        node = self.tree.root.descendant_for_byte_range(at[0], at[1])
        return node is not None and is_misread(node)


def uses_at_once(name: str, node: Node, source: bytes) -> bool:
    """Whether a function uses a parameter outside of all blocks: in an `if` it may know that it was given."""
    body = node.child_by_field_name("body")
    said = source[body.start_byte - node.start_byte :].decode("utf-8", "replace") if body is not None else ""
    match = re.search(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", said)
    before = said[: match.start()] if match is not None else ""
    return match is not None and before.count("{") - before.count("}") <= 1


def looked_at(node: Node, source: bytes) -> frozenset[str]:
    """Names of which a function asks whether they are there: then it knows more than a comment does."""
    body = node.child_by_field_name("body")
    said = source[body.start_byte - node.start_byte :] if body is not None else b""
    found = (name.decode("utf-8", "replace") for match in _ASKS.finditer(said) for name in match.groups() if name)
    return frozenset(found)

"""A place in a `catch`: what was caught is the news there, and nothing that is done about a null may drop it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.java.site import METHODS, JavaSite
from breadknife.plugins.nullcheck.repairs.option import Option
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node

_TAKE_CAUSE = frozenset({"IllegalArgumentException", "IllegalStateException", "RuntimeException", "IOException"})
"""Exceptions of Java's own that are made of a message and a cause."""


@dataclass(frozen=True, eq=False)
class Catch:
    node: Node
    name: str
    """Of what was caught."""
    site: JavaSite

    @property
    def is_left_by_throwing(self) -> bool:
        return re.search(r"\bthrow\b", self.site.text(self.node)) is not None

    def names_caught(self, node: Node) -> bool:
        return re.search(rf"\b{re.escape(self.name)}\b", self.site.text(node)) is not None

    def exception(self, usual: str) -> str:
        """One that takes a cause for certain: the method's own, as the file makes it, before the `usual` one."""
        made = _made_with_cause(self.site.tree.text)
        declared = [name for name in _declared(self.site) if name in made or name in _TAKE_CAUSE]
        here = [name for name in _made_with_cause(self.site.text(self.node)) if name in declared]
        return (here or declared or [usual if usual in _TAKE_CAUSE else "IllegalStateException"])[0]

    def written_null(self) -> Iterator[Option]:
        """In a message the null may be told as well: `"cannot read " + (f != null ? f.getPath() : null)`."""
        used, path = self.site.node, list(self.site.path)
        while path and path[-1].child_by_field_name("object") == used:
            used = path.pop()
        outer = path[-1] if path else used
        if self.site.is_name and used != self.site.node and _is_text(outer, used):
            source, span = self.site.source, self.site.tree.span(used)
            chosen = f"({source} != null ? {self.site.text(used)} : null)"
            yield Option(
                Strategy.DEFAULT, f"Write `null` there if {in_title(source)} is null", 90,
                f"`{self.name}` is what counts here", lambda _: (TextEdit(span, chosen),),
            )  # fmt: skip


def catch_around(site: JavaSite) -> Catch | None:
    for node in reversed(site.path):
        if node.type in METHODS or node.type in ("lambda_expression", "class_body"):
            return None
        parameter = next((each for each in node.named_children if each.type == "catch_formal_parameter"), None)
        name = parameter.child_by_field_name("name") if parameter is not None else None
        if node.type == "catch_clause" and name is not None:
            return Catch(node, site.text(name), site)
    return None


def _made_with_cause(source: str) -> list[str]:
    """The exceptions that are made there of a text and what was caught."""
    caught = "|".join({re.escape(name) for name in re.findall(r"\bcatch\s*\([^()]*?(\w+)\s*\)", source)})
    made = rf'\bnew (\w+)\(\s*"(?:[^"\\\n]|\\.)*"(?:\s*\+[^,;]*)?,\s*(?:{caught})\s*\)'
    return re.findall(made, source) if caught else []


def _declared(site: JavaSite) -> list[str]:
    throws = next((node for node in site.method.named_children if node.type == "throws"), None) if site.method else None
    return [site.text(node) for node in throws.named_children] if throws is not None else []


def _is_text(sum: Node, operand: Node) -> bool:
    """Whether an operand is put into a text, where a null is written as such."""
    left, right, operator = (sum.child_by_field_name(name) for name in ("left", "right", "operator"))
    if sum.type != "binary_expression" or operator is None or operator.type != "+" or left is None or right is None:
        return False
    if operand == left:
        return right.type == "string_literal"
    while left is not None and left.type == "binary_expression":
        if (beside := left.child_by_field_name("right")) is not None and beside.type == "string_literal":
            return True
        left = left.child_by_field_name("left")
    return left is not None and left.type == "string_literal"

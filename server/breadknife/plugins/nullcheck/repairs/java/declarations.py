"""What the declaration that a null comes from, or is given back by, can say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.java.site import JavaSite
from breadknife.plugins.nullcheck.repairs.option import Option
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node

_SURE = re.compile(r'new [\w.<>]+\([^()]*\)|this|"[^"]*"(?: \+ [^;?]*)?|String\.valueOf\([^()]*\)|-?\d+|true|false')
"""What is certainly no null."""


def without_annotation(site: JavaSite) -> Iterator[Option]:
    """A method or a field is annotated as nullable, but never gives null."""
    node = site.origin
    while node is not None and node.type not in ("method_declaration", "field_declaration"):
        node = node.parent if node.type in ("variable_declarator", "identifier") else None
    if node is None:
        return
    edit = _without_annotation(site, node)
    declarators = node.children_by_field_name("declarator") or [node]
    name = declarators[0].child_by_field_name("name")
    if edit is None or name is None or len(declarators) > 1:
        return
    written = site.text(name)
    if node.type == "field_declaration" and _is_always_set(site, node, declarators[0], written):
        yield Option(
            Strategy.DROP_NONE, f"`{written}` is never null: drop its annotation (uses need no check)", 94,
            "every assignment gives it a value", lambda _: (edit,),
        )  # fmt: skip
    elif node.type == "method_declaration" and _always_returns(site, node):
        yield Option(
            Strategy.RETURN_TYPE, f"`{written}` never returns null: drop its annotation (callers need no check)", 96,
            "every path of it returns a value", lambda _: (edit,),
        )  # fmt: skip


def _without_annotation(site: JavaSite, node: Node) -> TextEdit | None:
    found = site.nullable(node)
    if found is None:
        return None
    start = site.tree.span(node).start + found.start()
    after = site.tree.text[start + len(found[0].rstrip()) :]
    return TextEdit(Span(start, len(site.tree.text) - len(after.lstrip())), "")


def _always_returns(site: JavaSite, method: Node) -> bool:
    body, said = method.child_by_field_name("body"), site.modifiers(method)
    fixed = re.search(r"\b(?:private|static|final)\b", said) and "@Override" not in said
    returned = re.findall(r"\breturn\b\s*([^;]*);", site.text(body)) if body is not None else []
    return bool(fixed and returned) and all(_SURE.fullmatch(value) for value in returned)


def _is_always_set(site: JavaSite, field: Node, declarator: Node, name: str) -> bool:
    """Whether a private field has a value from the start, and gets no other but values."""
    if "private" not in site.modifiers(field) or declarator.child_by_field_name("value") is None:
        return False
    values = re.findall(rf"\b{re.escape(name)}\s*=(?!=)\s*([^;]*);", site.tree.text)
    return all(_SURE.fullmatch(value) for value in values)


def annotated(site: JavaSite) -> Iterator[Option]:
    """A null is given back: the method says so, where the file has an annotation for it."""
    name, method = next((n for n in ("Nullable", "CheckForNull") if n in site.imports), ""), site.method
    kind = method.child_by_field_name("type") if method is not None else None
    if not name or method is None or kind is None or site.nullable(method):
        return
    at = site.tree.span(kind).start
    yield Option(
        Strategy.ANNOTATE, f"Add `@{name}`: the method may return null (callers are checked)", 80,
        "it returns null here", lambda _: (TextEdit(Span(at, at), f"@{name} "),),
    )  # fmt: skip

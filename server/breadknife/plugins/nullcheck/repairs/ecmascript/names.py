"""What a value is called: in a title, in an error's message, and in the code, where it has no name yet."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import CHANGES, FUNCTIONS, PARTS, inner
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.values import Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.syntax import Node

_NAMES = {"match": "match", "exec": "match", "querySelector": "element", "getElementById": "element", "find": "found",
          "getItem": "stored", "get": "value", "pop": "last", "shift": "first", "at": "item"}  # fmt: skip
"""Name of a method -> name for its result."""
_WRAPPED = frozenset({"await_expression", "call_expression"})
_NAMED = _WRAPPED | {"subscript_expression", "member_expression"}
_RESERVED = frozenset({
    "break", "case", "catch", "class", "const", "default", "delete", "enum", "export", "extends", "false", "function",
    "import", "in", "interface", "let", "new", "null", "package", "private", "protected", "public", "return", "static",
    "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void", "while", "with", "yield",
})  # fmt: skip


def said(site: Site) -> str:
    """In a title."""
    if site.is_name or site.node.type == "member_expression":
        return in_title(site.source)
    return "the element" if site.node.type == "subscript_expression" else "the result"


def bare(site: Site) -> str:
    """In the message of an error, where there are no quotes around it."""
    node = inner(site.node)
    if node.type == "subscript_expression" and (given := new(site)):
        return given
    is_named = site.is_name or site.node.type == "member_expression"
    called = _called(site, node)
    name = site.source if is_named else f"the result of {called}" if called else "the value"
    if is_named and re.search(r"[(\[]", name):
        name = name.rpartition(".")[2]  # without its brackets the whole couldn't be read
    return re.sub(r"[^\w. ]", "", name) if len(name) <= 60 else "the value"


def _called(site: Site, node: Node) -> str:
    """The name of what is called, with that of its owner where it has one."""
    call = node.named_children[-1] if node.type == "await_expression" else node
    function = call.child_by_field_name("function") if call.type == "call_expression" else None
    owner, name = (function.child_by_field_name(field) if function else None for field in ("object", "property"))
    if owner is not None and name is not None and not re.fullmatch(r"[\w$.]+", site.text(owner)):
        return site.text(name)
    return site.text(node).removeprefix("await ").partition("(")[0]


def new(site: Site) -> str:
    """A name for a call's result or an element that the file doesn't use yet, or "" for what is neither, or long."""
    source, node = site.source, inner(site.node)
    if node.type not in _NAMED or "\n" in source or any(n.type in FUNCTIONS for n in node.named_children):
        return ""
    if site.use is Use.CALL and node.type in PARTS:
        return ""  # called by a name, a method has no `this`
    if node.type == "subscript_expression":
        if site.parent.type in CHANGES and site.parent.child_by_field_name("right") != site.node:
            return ""  # a copy would be changed in its place
        base = _of_one(node.child_by_field_name("object"), site)
    elif node.type == "member_expression":  # a getter's
        base = source.rpartition(".")[2].lstrip("#")
        if not base.isidentifier():
            return ""
    else:
        called = re.findall(r"(\w+)\s*(?:<[^()]*>)?\(", source)
        base = next((_NAMES[name] for name in reversed(called) if name in _NAMES), "result")
    more = (f"{base}{number}" for number in range(2, 10))
    for name in (base, f"{base}Value", f"maybe{base[:1].upper()}{base[1:]}", *more):
        if name not in _RESERVED and not re.search(rf"(?<![.\w$]){name}\b", site.tree.text):
            return name
    return ""


def _of_one(collection: Node | None, site: Site) -> str:
    """`row` for an element of `rows`."""
    words = re.findall(r"\w+", site.text(collection)) if collection is not None else []
    last = words[-1] if words and words[-1].isidentifier() and words[-1].isascii() else ""
    return (singular(last) if len(last) > 3 else "") or "item"


def singular(plural: str) -> str:
    """ "" for what may be none."""
    if plural.endswith("ies") and not plural.endswith("series"):
        return f"{plural[:-3]}y"
    is_plural = plural.endswith("s") and plural[-2:] not in ("ss", "us", "is") and not plural.endswith(("xes", "ches"))
    return plural[:-1] if is_plural and not plural.endswith(("ses", "series")) else ""

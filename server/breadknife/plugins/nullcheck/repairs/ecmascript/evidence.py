"""What the surroundings of a place say of the way that its author would choose, and how its function leaves early."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS, own_nodes
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.syntax import Node

_TEST_FILE = re.compile(r"/__tests__/|/(?:tests?|specs?)/[^/]*$|\.(?:test|spec)\.[cm]?[jt]sx?$")
_EXITS = {
    "throw": Strategy.RAISE,
    "return": Strategy.RETURN,
    "continue": Strategy.CONTINUE,
    "break": Strategy.BREAK,
}


def is_test(uri: str) -> bool:
    return _TEST_FILE.search(uri) is not None


def is_declaration(uri: str) -> bool:
    """Whether a file only says what code elsewhere, or none, is like: no edit of it changes what happens."""
    return uri.endswith((".d.ts", ".d.mts", ".d.cts"))


@dataclass(frozen=True, eq=False)
class Evidence:
    site: Site
    in_tests: bool

    @cached_property
    def guards(self) -> Counter[Strategy]:
        """What the file does elsewhere where the same name is null."""
        if not self.site.is_name:
            return Counter()
        name = re.escape(self.site.source)
        guard = (
            rf"\bif\s?\((?:!{name}|{name}\s*===?\s*(?:null|undefined))\)\s*(?:\{{\s*)?(throw|return|continue|break)\b"
        )
        return Counter(_EXITS[word] for word in re.findall(guard, self.site.tree.text))

    @cached_property
    def caught(self) -> bool:
        """Whether a `catch` of the function handles what is thrown here."""
        inner = self.site.node
        for outer in reversed(self.site.path):
            if outer.type in FUNCTIONS:
                return False
            if outer.type == "try_statement" and outer.child_by_field_name("body") == inner:
                return outer.child_by_field_name("handler") is not None
            inner = outer
        return False


_CONSTANT = re.compile(r"""null|undefined|false|true|-?\d+|""|''|\[\]|\{\}""")
_IF = frozenset({"if_statement"})
_RETURNS = frozenset({"return_statement"})
_HOOK = re.compile(r"(?:[\w$]+\.)?use[A-Z]\w*")
_VOID = re.compile(r":\s*(?:void|Promise<void>)$")
_HABIT = "the function has early returns already"


@dataclass(frozen=True)
class Exit:
    value: str
    """Source of what is returned; "" for a bare `return`."""
    weight: int
    reason: str

    @property
    def said(self) -> str:
        return f"returns `{self.value}`" if self.value else "returns nothing"


def early_return(site: Site, function: Node) -> Exit | None:
    """What an early `return` gives; None where none would fit."""
    body = function.child_by_field_name("body")
    if body is None or body.type != "statement_block" or any(child.type == "*" for child in function.children):
        return None
    name = function.child_by_field_name("name")
    if (name is not None and site.text(name) == "constructor") or calls_hook(site, body):
        return None
    returned = returns_of(site, function)
    habit = _leaves_early(site, function)
    weight = 30 + 25 * habit
    annotation = function.child_by_field_name("return_type")
    if annotation is not None and site.is_typed:
        is_void = _VOID.search(site.text(annotation)) is not None
        value = "" if is_void else _fitting(site, _returned_type(site, function, annotation), returned)
        if value is None:
            return None
        reason = "the return type allows it" if value else "the function returns nothing"
        if value and value in returned:
            reason = f"the function returns `{value}` elsewhere"
        return Exit(value, weight, _HABIT if habit else reason)
    if not returned or "" in returned:
        return Exit("", weight, _HABIT if habit else "the function returns nothing")
    for value, _ in Counter(returned).most_common():
        if _CONSTANT.fullmatch(value):
            return Exit(value, weight + 10, f"the function returns `{value}` elsewhere")
    return None


def calls_hook(site: Site, part: Node) -> bool:
    """Whether a hook is called there, at the place or after it: React wants each of them called each time."""
    stack = [part]
    while stack:
        node = stack.pop()
        called = node.child_by_field_name("function") if node.type == "call_expression" else None
        if called is not None and _HOOK.fullmatch(site.text(called)):
            return True
        after = (child for child in node.named_children if child.end_byte > site.node.start_byte)
        stack += [child for child in after if child.type not in FUNCTIONS]
    return False


def _returned_type(site: Site, function: Node, annotation: Node) -> Type:
    type = site.type_of(annotation)
    if any(child.type == "async" for child in function.children):
        return type.arguments[0] if type.name == "Promise" and type.arguments else Type("")
    return type


def _fitting(site: Site, type: Type, returned: list[str]) -> str | None:
    nulls = site.home.knowledge.null_name(type.nullable).split(" or ") if type.nullable else []
    for value, _ in Counter(returned).most_common():
        if value in nulls or (type.name and _CONSTANT.fullmatch(value) and value not in ("null", "undefined")):
            return value
        if value == "" and "undefined" in nulls:
            return ""
    return nulls[0] if nulls else None


def _leaves_early(site: Site, function: Node) -> bool:
    return any(
        re.match(r"if \([^\n]*\)\s*\{?\s*return\b", site.text(node)) is not None for node in own_nodes(function, _IF)
    )


def returns_of(site: Site, function: Node) -> list[str]:
    """What the function's own `return`s give back: their sources, "" for a bare one."""
    texts = (site.text(node) for node in own_nodes(function, _RETURNS))
    return [text.removeprefix("return").strip().rstrip(";").strip() for text in texts]

"""What a name means in Go's blocks: each declaration in a block that hides another one gets a key of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.languages.lowering import inner, text
from breadknife.text.syntax import Node

_SETS = frozenset({"assignment_statement", "inc_statement", "dec_statement", "range_clause"})


@dataclass
class Scopes:
    hidden: frozenset[str]
    """Names that the file itself declares."""
    _blocks: list[dict[str, str]] = field(default_factory=lambda: [dict[str, str]()])

    @contextmanager
    def block(self) -> Generator[None]:
        self._blocks.append({})
        yield
        self._blocks.pop()

    def inside(self) -> Scopes:
        """The scopes of a function that is written here."""
        return Scopes(self.hidden, [*(dict(each) for each in self._blocks), {}])

    def key(self, name: str) -> str:
        for block in reversed(self._blocks):
            if name in block:
                return block[name]
        return name

    def is_declared(self, name: str) -> bool:
        return any(name in block for block in self._blocks)

    def is_new(self, name: str) -> bool:
        return name not in self._blocks[-1]

    def declare(self, name: str, at: int) -> str:
        """The key of a new variable."""
        hides = len(self._blocks) > 1 and (name in self.hidden or any(name in block for block in self._blocks))
        key = self._blocks[-1][name] = f"{name}@{at}" if hides else name
        return key


def set_by_others(body: Node | None) -> frozenset[str]:
    """Variables that a function within this one sets, or whose address somebody gets: nothing is known of them."""
    found, waiting = set[str](), [(body, frozenset[str](), False)]
    while waiting:
        node, own, is_within = waiting.pop()
        if node is None:
            continue
        if node.type == "defer_statement":
            continue  # it sets variables at the end, when nobody uses them any more
        if node.type == "func_literal":
            own, is_within = frozenset(_declared_in(node)), True
        elif node.type == "unary_expression" and node.children[0].type == "&":
            found |= {text(each) for each in node.named_children[-1:] if each.type == "identifier"}
        elif is_within and node.type in _SETS and all(child.type != ":=" for child in node.children):
            left = node.child_by_field_name("left") or node
            found |= {text(each) for each in inner(left) if each.type == "identifier"} - own
        waiting += [(child, own, is_within) for child in node.named_children]
    return frozenset(found)


def _declared_in(literal: Node) -> Iterator[str]:
    waiting = [literal]
    while waiting:
        node = waiting.pop()
        if node.type in ("short_var_declaration", "range_clause"):
            if any(child.type == ":=" for child in node.children):
                yield from (text(each) for each in inner(node.child_by_field_name("left")))
        elif node.type in ("var_spec", "parameter_declaration"):
            yield from (text(each) for each in node.children_by_field_name("name"))
        waiting += node.named_children

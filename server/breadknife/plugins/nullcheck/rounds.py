"""The rounds of a loop: whether the next one may find another value, or the loop's end, where this one is left early.

Else `continue` before a use of null would find the same null for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from breadknife.text.syntax import Node, SyntaxTree, path_to


@dataclass(frozen=True)
class Loops:
    """A language's nodes that a loop is made of."""

    sets: Mapping[str, str]
    """What gives a name a value -> the field that has the name, or "" for the first child."""
    calls: frozenset[str]
    steps: frozenset[str]
    """Loops, or children of one, that go through something by themselves."""
    sometimes: frozenset[str]
    """What is inside of these isn't done in every round."""
    clauses: frozenset[str] = frozenset()
    """Children of a loop that have its fields."""


@dataclass(frozen=True)
class _Change:
    name: str
    by: str
    """The source of what it is given, with the operator; of a call, the method's name."""
    is_call: bool
    node: Node

    @property
    def is_step(self) -> bool:
        """Whether each time leads on from the last: `i += 1`, `n = n.next`, `queue.pop()`."""
        if self.is_call:
            return _TAKES.search(self.by) is not None
        return _STEPS.match(self.by) is not None or _is_any_of((self.name,), _names(self.by))


_FIRST = ("initializer", "init")
_UPDATE = ("update", "increment")
_NAME = re.compile(r"(?<![\w$.])[^\W\d][\w$]*(?:\??\.[\w$]+\b(?!\s*\())*")
"""A dotted name, without the method that is called on it."""
_CALL = re.compile(r"[\w$)\]>]\(|\bawait\b|<-")
_METHOD = re.compile(r"([\w$.]+)\.([\w$]+)\s*")
_TAKES = re.compile(r"pop|shift|next|poll|read(?!y)|take|remove|dequeue|recv|receive|scan|advance", re.IGNORECASE)
"""Methods that give another value each time."""
_STEPS = re.compile(r"\s*(?:\+\+|--|[-+*/%&|^<>?]+=)")
_PATTERN = re.compile(r"[\w$]+")


def goes_on(loops: Loops, tree: SyntaxTree, loop: Node, place: Node, statement: Node, *, is_name: bool) -> bool:
    """Whether `continue` before the statement of a place comes to another value, or to the loop's end: the loop steps
    on by itself; or what the condition and the value depend on does so before the place; or the value comes of a call,
    in each round anew, and nothing that only the rest of the round would change has to do with it.

    `is_name`: the place is a name, which something has to give a value, and no expression that is evaluated anew."""
    body = loop.child_by_field_name("body")
    clauses = [loop, *(child for child in loop.named_children if child.type in loops.clauses)]
    if body is None or any(part.type in loops.steps for part in (loop, *loop.named_children)):
        return body is not None
    if _fields(clauses, _UPDATE) and any(tree.source(each) != ";" for each in _fields(clauses, ("condition",))):
        return True
    once, around = _fields(clauses, _FIRST), path_to(tree, place)
    before, later = list[_Change](), set[str]()
    for change in _changes(loops, tree, loop):
        node = change.node
        if any(_holds(first, node) for first in once):
            continue
        is_evaluated = not is_name and _holds(place, node)
        if is_evaluated or not _holds(body, node) or node.end_byte <= statement.start_byte:
            inside = (each for each in path_to(tree, node) if each not in around and _holds(body, each))
            if not any(each.type in loops.sometimes for each in inside):
                before.append(change)
        elif node.start_byte >= statement.start_byte:
            later.add(change.name)
    value = tree.source(place)
    giving = [change for change in before if not change.is_call and _is_any_of((change.name,), (value,))]
    if is_name and not giving:
        return False
    given = max(giving, key=lambda change: change.node.start_byte).by if is_name else value
    parts = (child for clause in clauses for child in clause.named_children if child not in (body, *clauses, *once))
    read, sources = set[str](), [*map(tree.source, parts), given]
    comes_of_call = _CALL.search(given) is not None
    while sources:
        for name in _names(sources.pop()) - read:
            read.add(name)
            of = [each.by for each in before if not each.is_call and _is_any_of((each.name,), (name,))]
            sources += of
            comes_of_call = comes_of_call or any(map(_CALL.search, of))
    if _is_any_of((change.name for change in before if change.is_step), read):
        return True
    return comes_of_call and not _is_any_of(later - {change.name for change in before if not change.is_call}, read)


def bound(loops: Loops, tree: SyntaxTree, part: Node, apart: frozenset[str]) -> Iterator[str]:
    """The names that get a value in a part of a text, not `apart` in what is in it."""
    return (change.name for change in _changes(loops, tree, part, apart) if not change.is_call)


def _changes(loops: Loops, tree: SyntaxTree, part: Node, apart: frozenset[str] = frozenset()) -> Iterator[_Change]:
    stack = [part]
    while stack:
        node = stack.pop()
        stack += [child for child in node.named_children if child.type not in apart]
        if node.type in loops.calls:
            given = node.child_by_field_name("arguments")
            callee = tree.text[tree.span(node).start : tree.span(given).start] if given is not None else ""
            if called := _METHOD.fullmatch(callee):
                yield _Change(called[1], called[2], True, node)
        elif node.type in loops.sets:
            field = loops.sets[node.type]
            target = node.child_by_field_name(field) if field else node.named_children[0]
            if target is not None:
                whole, here = tree.span(node), tree.span(target)
                by = tree.text[whole.start : here.start] + tree.text[here.end : whole.end]
                yield from (_Change(name, by, False, node) for name in _targets(tree.source(target)))


def _targets(written: str) -> Iterator[str]:
    """The names in what is on the left: `a, b.c`, `a[0]`, `{ a, b: c }`."""
    if written[0] in "{[(":
        yield from _PATTERN.findall(written)
    else:
        yield from (each.strip().lstrip("*").partition("[")[0] for each in written.split(","))


def _names(source: str) -> set[str]:
    return {name.replace("?", "") for name in _NAME.findall(source)}


def _is_any_of(changed: Iterable[str], read: Iterable[str]) -> bool:
    """Whether one of the names that are read is one that is changed, or a member of that."""
    owners = {name[: dot.start()] for name in read for dot in re.finditer(r"\.|\Z", name)}
    return not owners.isdisjoint(changed)


def _fields(clauses: Iterable[Node], names: Iterable[str]) -> list[Node]:
    return [part for clause in clauses for name in names if (part := clause.child_by_field_name(name)) is not None]


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte

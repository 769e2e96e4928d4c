"""The rounds of a loop: whether the next one may find another value, or the loop's end, where this one is left early.

Else `continue` before a use of null would find the same null for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from breadknife.text.syntax import Node, SyntaxTree, covers, path_to


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


@dataclass(frozen=True, eq=False)
class Check:
    """A check of a value that stands before a statement."""

    tree: SyntaxTree
    value: Node
    before: Node
    is_name: bool
    """Whether something has to give the value to it; else it is evaluated anew in each round."""


@dataclass(frozen=True)
class _Change:
    name: str
    by: str
    """The source of what it is given, with the operator; of a call, the method's name."""
    is_call: bool
    node: Node


_FIRST = ("initializer", "init")
_UPDATE = ("update", "increment")
_NAME = re.compile(r"(?<![\w$.])[^\W\d][\w$]*(?:\??\.[\w$]+\b(?!\s*\())*")
"""A dotted name, without the method that is called on it."""
_CALL = re.compile(r"[\w$)\]>]\(|\bawait\b|<-")
_METHOD = re.compile(r"([\w$.]+)\.([\w$]+)\s*")
_TAKES = re.compile(
    r"pop|shift|next|poll|read(?!y)|take|remove|dequeue|recv|receive|scan|advance|get_?token", re.IGNORECASE
)
"""Methods that give another value each time."""
_STEPS = re.compile(r"\s*(?:\+\+|--|[-+*/%&|^<>?]+=)")
_WORD = re.compile(r"[\w$]+")


def goes_on(loops: Loops, check: Check, loop: Node) -> bool:
    """Whether `continue` in a check comes to another value, or to the loop's end: the loop steps
    on by itself; or what the condition and the value depend on does so before the check; or the value comes of a call,
    in each round anew, and nothing that only the rest of the round would change has to do with it."""
    tree, body = check.tree, loop.child_by_field_name("body")
    clauses = [loop, *(child for child in loop.named_children if child.type in loops.clauses)]
    if body is None or any(part.type in loops.steps for part in (loop, *loop.named_children)):
        return body is not None
    if _fields(clauses, _UPDATE) and any(tree.source(each) != ";" for each in _fields(clauses, ("condition",))):
        return True
    once = _fields(clauses, _FIRST)
    before, later = _changed(loops, check, loop, body, once)
    sets = [change for change in before if not change.is_call]
    value = tree.source(check.value)
    if check.is_name:
        giving = _of(sets, (value,))
        if not giving:
            return False
        value = max(giving, key=lambda change: change.node.start_byte).by
    parts = (child for clause in clauses for child in clause.named_children if child not in (body, *clauses, *once))
    behind = _behind(sets, value)
    read = {name for source in (*behind, *_behind(sets, *map(tree.source, parts))) for name in _names(source)}
    if any(_is_step(change, sets) for change in _of(before, read)):
        return True
    done = {change.name for change in sets}
    done |= {f"{change.name}.{change.by}" for change in before if change.is_call}
    undone = [change for change in _of(later, read) if done.isdisjoint((change.name, f"{change.name}.{change.by}"))]
    return any(map(_CALL.search, behind)) and not undone


def _changed(
    loops: Loops, check: Check, loop: Node, body: Node, once: Sequence[Node]
) -> tuple[list[_Change], list[_Change]]:
    """What each round changes before the check, and what after it."""
    around = path_to(check.tree, check.value)
    before, later = list[_Change](), list[_Change]()
    for change in _changes(loops, check.tree, loop):
        node = change.node
        if any(covers(first, node) for first in once):
            continue
        is_evaluated = not check.is_name and covers(check.value, node)
        if is_evaluated or not covers(body, node) or node.end_byte <= check.before.start_byte:
            inside = (each for each in path_to(check.tree, node) if each not in around and covers(body, each))
            if not any(each.type in loops.sometimes for each in inside):
                before.append(change)
        elif node.start_byte >= check.before.start_byte:
            later.append(change)
    return before, later


def _is_step(change: _Change, sets: Sequence[_Change]) -> bool:
    """Whether each time leads on from the last: `i += 1`, `n = n.next`, `queue.pop()`."""
    if change.is_call:
        return _TAKES.search(change.by) is not None
    is_first = all(each.name != change.name or each.node.start_byte >= change.node.start_byte for each in sets)
    return is_first and (_STEPS.match(change.by) is not None or _of((change,), _names(change.by)) != [])


def _behind(sets: Iterable[_Change], *sources: str) -> list[str]:
    """These sources, and those of all that they read."""
    known, found, waiting = set[str](), list[str](), list(sources)
    while waiting:
        found.append(waiting.pop())
        names = _names(found[-1]) - known
        known |= names
        waiting += [change.by for change in _of(sets, names)]
    return found


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
    if written.startswith(("{", "[", "(")):
        yield from _WORD.findall(written)
    else:
        yield from (each.strip().lstrip("*").partition("[")[0] for each in written.split(","))


def _names(source: str) -> set[str]:
    return {name.replace("?", "") for name in _NAME.findall(source)}


def _of(changes: Iterable[_Change], read: Iterable[str]) -> list[_Change]:
    """The changes of these names, or of what they are members of."""
    owners = {name[: dot.start()] for name in read for dot in re.finditer(r"\.|\Z", name)}
    return [change for change in changes if change.name in owners]


def _fields(clauses: Iterable[Node], names: Iterable[str]) -> list[Node]:
    return [part for clause in clauses for name in names if (part := clause.child_by_field_name(name)) is not None]

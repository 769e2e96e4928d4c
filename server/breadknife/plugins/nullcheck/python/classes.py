"""The classes of one file: which of their attributes are ever None, by the assignments in the class and its methods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from breadknife.plugins.nullcheck.python.annotations import CLASS, LITERALS, is_optional
from breadknife.text.syntax import Node

TUPLE_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})
"""What takes a value apart: `a, b`, `(a, b)` and `[a, b]`."""
_TUPLES = frozenset({"expression_list", "tuple"})
_IS_NONE = re.compile(rb"not (\w+\.\w+)|(\w+\.\w+) is None")
_BY_NAME = (b"setattr(", b"delattr(", b"__dict__", b"self.__init__(")
_VARS = re.compile(rb"vars(?<!\wvars)\(")
_WORD_IN_QUOTES = re.compile(rb"""["']-{0,2}(\w[\w-]*)=?["']""")
"""Or an option: `"--root-dir"`, `"root-dir="`."""
_KEPT = 64
"""Texts of classes: a key changes one of a file's."""
_ALLOWS_NONE = re.compile(rb"\ballow_none\s*=\s*True\b")


@dataclass(eq=False)
class Variable:
    """An attribute of a class, or a name of a module: all that one file assigns to it."""

    none: Node | None = None
    """The first place that sets it to None, or a descriptor that lets it be."""
    annotation: str = ""
    annotated: Node | None = None
    others: bool = False
    """Something else than None is assigned to it."""
    values: list[Node] = field(default_factory=list[Node])
    """What else is assigned to it, where that can be told."""
    none_in: str = ""
    """A method that sets it to None."""
    set_first: bool = False
    """What makes an object surely gives it a value, whatever happens: the class's own None is nobody's."""
    there_first: bool = False
    """That value is surely no None, nor is it one that is only checked then."""
    set_later: bool = False
    """Another method gives it what may be None for all that is known."""
    setters: set[str] = field(default_factory=set[str])
    """The methods that give it something else than None."""
    places: int = 0
    """Where it is declared or assigned: which of them is the first may be another one when one is gone."""

    @property
    def optional(self) -> bool:
        """Whether it is declared, or for want of a declaration assigned, to be None."""
        if self.annotation:
            is_made = self.there_first and self.none is not None and not self.none_in and not self.set_later
            return is_optional(self.annotation) and not is_made
        if self.none is None or self.none_in:
            return self.none is not None
        # Who makes a descriptor's value in `__init__` only lets others take it away.
        return not self.set_first and (self.none.type == "none" or "__init__" not in self.setters)


@dataclass(eq=False)
class Class:
    node: Node
    name: str
    bases: tuple[str, ...]
    """As they are written."""
    variables: dict[str, Variable] = field(default_factory=dict[str, Variable])
    is_enum: bool = False
    is_dataclass: bool = False

    @cached_property
    def sets_by_name(self) -> bool:
        return sets_by_name(self.node)

    @cached_property
    def quoted(self) -> frozenset[str]:
        """The words that stand in quotes: who gives a name so may let others set the attribute."""
        return _quoted(self.node.text or b"")


@lru_cache(_KEPT)
def _quoted(source: bytes) -> frozenset[str]:
    words = _WORD_IN_QUOTES.findall(source)
    return frozenset(word.decode("utf-8", "replace").replace("-", "_") for word in words)


def sets_by_name(class_: Node) -> bool:
    """Whether a class's attributes get values in ways that no assignment shows."""
    source = class_.text or b""
    return any(word in source for word in _BY_NAME) or _VARS.search(source) is not None


def bases_of(definition: Node) -> tuple[str, ...]:
    found = definition.child_by_field_name("superclasses")
    written = (
        (child.text or b"").decode("utf-8", "replace").partition("[")[0]
        for child in (found.named_children if found is not None else ())
        if child.type in ("identifier", "attribute", "subscript")
    )
    return tuple(written)


def assignment_of(statement: Node) -> Node | None:
    first = statement.named_child(0) if statement.named_child_count else None
    return first if first is not None and first.type == "assignment" else None


def assigned(assignment: Node | None) -> Iterator[tuple[Node, Node | None, Node | None]]:
    """(target, value, annotation) of each target of an assignment; no value where it isn't written out."""
    node, targets = assignment, list[Node]()
    while node is not None and node.type == "assignment":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        annotation = node.child_by_field_name("type")
        if left is None:
            return
        if annotation is not None or right is None:
            yield left, right, annotation
            return
        targets.append(left)
        if right.type != "assignment":
            for target in targets:
                yield from _pairs(target, right)
            return
        node = right


def _pairs(target: Node, value: Node) -> Iterator[tuple[Node, Node | None, None]]:
    if target.type not in TUPLE_PATTERNS:
        yield target, value, None
        return
    targets = target.named_children
    values: list[Node] = value.named_children if value.type in _TUPLES else []
    exact = len(targets) == len(values) and not any("splat" in child.type for child in (*targets, *values))
    for at, each in enumerate(targets):
        if exact:
            yield from _pairs(each, values[at])
        else:
            yield each, None, None


def note(
    variable: Variable,
    value: Node | None,
    annotation: Node | None,
    method: str,
    *,
    is_first: bool = False,
    is_given: bool = False,
    is_certain: bool = False,
) -> None:
    """One assignment, in the method of that name ("" outside). `is_first`: that makes an object, and its statements are
    where this one stands; `is_given`: of what each call gives; `is_certain`: it can't return before."""
    variable.places += 1
    if annotation is not None and not variable.annotation:
        variable.annotation = (annotation.text or b"").decode("utf-8", "replace")
        variable.annotated = annotation
    if value is not None and value.type == "none":
        if variable.none is None or value.start_byte < variable.none.start_byte:
            variable.none = value
        variable.none_in = method or variable.none_in
        return
    if value is None and annotation is not None:
        return
    variable.others = True
    if value is not None and not method and allows_none(value):
        variable.none = variable.none or value
        return
    if value is not None:
        variable.values.append(value)
    if method:
        variable.setters.add(method)
    is_there = value is not None and _is_surely_there(value)
    if is_first and (is_given or is_there):
        variable.set_first = True
        variable.there_first = variable.there_first or (is_there and is_certain)
    if method and not is_there:
        variable.set_later = True


def settle(class_: Class, receiver: str, check: Node) -> None:
    """An `if` of what makes an object: after it an attribute is surely no None where that ends in `raise`, or in a
    value for it."""
    condition, body = check.child_by_field_name("condition"), check.child_by_field_name("consequence")
    tested = _IS_NONE.fullmatch(condition.text or b"") if condition is not None else None
    if tested is None or body is None or check.child_by_field_name("alternative"):
        return
    attribute = tested[1] or tested[2]
    owner, _, name = attribute.decode("utf-8", "replace").partition(".")
    variable, last = class_.variables.get(name) if owner == receiver else None, body.named_children[-1:]
    if variable is None or not last:
        return
    values = (value for target, value, _ in assigned(assignment_of(last[0])) if target.text == attribute)
    if last[0].type == "raise_statement" or any(value is not None and _is_surely_there(value) for value in values):
        variable.set_first = variable.there_first = True


def may_be_unset(source: bytes, name: str) -> bool:
    """Whether a file sets an attribute of that name to None, on whatever object, deletes it, or gives it what a loop or
    `with` has."""
    attribute = rb"\." + re.escape(name.encode()) + rb"\b"
    to_none = attribute + rb"(?:[ \t]*:[^=\n]*)?[ \t]*=(?:[\w. \t]+=)*[ \t]*None\b"
    target = rb"\b(?:for|as|del)[ \t]+\(?(?:[\w.]+[ \t]*,[ \t]*)*[\w.]+" + attribute
    return re.search(to_none + b"|" + target, source) is not None


def allows_none(value: Node) -> bool:
    """Whether a descriptor (of traitlets, say) is made that says so: `Instance(Server, allow_none=True)`."""
    return value.type == "call" and _ALLOWS_NONE.search(value.text or b"") is not None


def _is_surely_there(value: Node) -> bool:
    """A literal, a container, an object that is made there, or one of them where nothing else is."""
    if value.type == "boolean_operator" and (right := value.child_by_field_name("right")) is not None:
        return any(child.type == "or" for child in value.children) and _is_surely_there(right)
    function = value.child_by_field_name("function") if value.type == "call" else None
    if function is None:
        return value.type in LITERALS
    return CLASS.fullmatch((function.text or b"").decode("utf-8", "replace").rpartition(".")[2]) is not None

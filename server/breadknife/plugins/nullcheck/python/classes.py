"""The classes of one file: which of their attributes are ever None, by the assignments in the class and its methods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.python.annotations import CLASS, LITERALS, is_optional
from breadknife.text.syntax import Node

TUPLE_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern"})
"""What takes a value apart: `a, b`, `(a, b)` and `[a, b]`."""
_TUPLES = frozenset({"expression_list", "tuple"})
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
    """`__init__` surely gives it a value, whatever happens: the class's own None is nobody's."""
    setters: set[str] = field(default_factory=set[str])
    """The methods that give it something else than None."""
    places: int = 0
    """Where it is declared or assigned: which of them is the first may be another one when one is gone."""

    @property
    def optional(self) -> bool:
        """Whether it is declared, or for want of a declaration assigned, to be None."""
        if self.annotation:
            return is_optional(self.annotation)
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


def bases_of(definition: Node) -> tuple[str, ...]:
    found = definition.child_by_field_name("superclasses")
    written = (
        (child.text or b"").decode("utf-8", "replace").partition("[")[0]
        for child in (found.named_children if found is not None else ())
        if child.type in ("identifier", "attribute", "subscript")
    )
    return tuple(written)


def assigned(statement: Node) -> Iterator[tuple[Node, Node | None, Node | None]]:
    """(target, value, annotation) of each target that a statement assigns to; no value where it isn't written out."""
    node = statement.named_child(0) if statement.named_child_count else None
    targets = list[Node]()
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
    is_whole: bool = False,
    is_given: bool = False,
) -> None:
    """One assignment, in the method of that name ("" outside). `is_whole`: it is made whenever the method is called;
    `is_given`: of what each call gives."""
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
    if value is not None and not method and _allows_none(value):
        variable.none = variable.none or value
        return
    if value is not None:
        variable.values.append(value)
    if method:
        variable.setters.add(method)
    if method == "__init__" and is_whole and value is not None and (is_given or _is_surely_there(value)):
        variable.set_first = True


def _allows_none(value: Node) -> bool:
    """Whether a descriptor (of traitlets, say) is made that says so: `Instance(Server, allow_none=True)`."""
    return value.type == "call" and _ALLOWS_NONE.search(value.text or b"") is not None


def _is_surely_there(value: Node) -> bool:
    """A literal, a container, an object that is made there."""
    function = value.child_by_field_name("function") if value.type == "call" else None
    if function is None:
        return value.type in LITERALS
    return CLASS.fullmatch((function.text or b"").decode("utf-8", "replace").rpartition(".")[2]) is not None

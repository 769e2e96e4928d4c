"""Repairs of an attribute's declaration: its annotation, and what it is set to first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.declarations import Class, Function, Store
from breadknife.plugins.nullcheck.core.nullness import Nullness
from breadknife.plugins.nullcheck.repairs.python.annotations import evaluated, is_optional, named, spelled, without_none
from breadknife.plugins.nullcheck.repairs.python.ignoring import Checker, comment
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.proposal import Proposal
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, path_to

_EMPTY = {"list": "[]", "dict": "{}", "set": "set()"}
_MOST_TYPES = 3
"""That are still worth writing out."""
_RELIANCE = 2
"""So many uses rely on a value for each place that reckons with a None: more of them, and it isn't meant."""


@dataclass(frozen=True, eq=False)
class Attribute:
    """An attribute of a class, with the classes of the file above and below."""

    home: FileHome
    tree: SyntaxTree
    name: str
    class_: Class

    @cached_property
    def family(self) -> list[Class]:
        own, is_below = self.class_, self.home.is_below
        classes = self.home.file.classes.values()
        return [
            each for each in classes if each is own or is_below(own.name, each.name) or is_below(each.name, own.name)
        ]

    @cached_property
    def stores(self) -> list[Store]:
        return [store for class_ in self.family for store in class_.stores.get(self.name, ())]

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        """Of the name as an attribute, but of objects of other classes: it may be this one."""
        found = occurrences(self.tree, f".{self.name}", self.tree.root)
        return [one for one in found if not self._is_of_another(one)]

    def _is_of_another(self, one: Occurrence) -> bool:
        owner = next((node for node in reversed(one.path) if node.type == "class_definition"), None)
        is_own = owner is None or any(each.at[0] == owner.start_byte for each in self.family)
        return (one.node.text or b"").startswith((b"self.", b"cls.")) and not is_own

    def count(self, role: Role) -> int:
        return sum(one.role is role for one in self.occurrences)

    @property
    def unchecked(self) -> tuple[Span, ...]:
        """Its uses, but where the same function has set it before."""
        sets = {one.function for one in self.occurrences if one.role is Role.SET}
        found = (one for one in self.occurrences if one.role is Role.USE)
        return tuple(self.tree.span(one.node) for one in found if one.function not in sets)

    def node(self, store: Store) -> Node | None:
        """The assignment to it alone."""
        target = self.tree.root.named_descendant_for_byte_range(*store.at)
        outer = path_to(self.tree, target)[-1] if target is not None else None
        return outer if outer is not None and outer.type == "assignment" else None

    def annotation(self, store: Store) -> Node | None:
        assignment = self.node(store)
        return assignment.child_by_field_name("type") if assignment is not None else None

    @cached_property
    def type(self) -> str:
        """What it is besides None, as the file can write it; "" where that isn't known."""
        found = list[str]()
        for store in self.stores:
            if store.annotation is not None and (written := self.tree.source(self.annotation(store) or self.tree.root)):
                return without_none(written) if is_optional(written) else written
            if not store.is_null:
                found.append(self._type_of(store))
        found = list(dict.fromkeys(found))
        return " | ".join(found) if all(found) and len(found) <= _MOST_TYPES else ""

    def _type_of(self, store: Store) -> str:
        file, assignment = self.home.file, self.node(store)
        right = assignment.child_by_field_name("right") if assignment is not None else None
        given = parameter_node(self.tree, store.function, store.is_parameter) if store.is_parameter else None
        if given is not None and (annotation := given.child_by_field_name("type")) is not None:
            written = self.tree.source(annotation)
            return without_none(written) if is_optional(written) else written
        if found := spelled(self.home.value_of(store).type, file):
            return found
        callee = right.child_by_field_name("function") if right is not None and right.type == "call" else None
        called = self.tree.source(callee) if callee is not None else ""
        is_class = called.rpartition(".")[2][:1].isupper() and not called.isupper()
        root = called.partition(".")[0]
        return called if is_class and (root in file.classes or root in file.imports) else named(called, file)

    @property
    def may_be_meant(self) -> bool:
        """Whether its author has written that it may be None, or a value may be one."""
        annotations = (store.annotation for store in self.stores)
        return self.is_given_none or any(each is not None and each.nullable for each in annotations)

    @property
    def is_given_none(self) -> bool:
        """Whether a value may be None that isn't written as one: a parameter, what a function finds."""
        facts = [self.home.value_of(store) for store in self.stores if not store.is_null and store.has_value]
        return any(fact.may_be_null for fact in facts)


def of_attribute(
    found: Attribute, checker: Checker, is_tested: Callable[[], bool], ends: tuple[Span, ...]
) -> Iterator[Proposal]:
    """`is_tested`: whether another file tests it for None, which takes a while to see. `ends`: the uses to be made
    right."""
    is_field = found.home.has_own_fields(found.class_)
    if found.name in found.class_.methods or is_field or not found.stores:
        return
    nulls = [store for store in found.stores if store.is_null]
    yield from _never_none(found, nulls, ends)
    if not nulls or not found.type:
        return
    tests = found.count(Role.TEST) + sum(not _is_first(found, store) for store in nulls)
    if not tests and len(nulls) == 1:
        yield from _initial(found, nulls[0], ends)
    if tests * _RELIANCE < max(len(ends), found.count(Role.USE)):
        yield from _declared(found, nulls, checker, ends, is_meant=bool(tests) or found.may_be_meant or is_tested())


def _never_none(found: Attribute, nulls: list[Store], ends: tuple[Span, ...]) -> Iterator[Proposal]:
    """`| None` of a declaration that nothing in the file makes true."""
    values = [found.home.value_of(store) for store in found.stores if store.has_value]
    declared = [node for store in found.stores if (node := found.annotation(store)) is not None]
    if (
        nulls
        or not values
        or len(declared) != 1
        or any(fact.nullness != Nullness.THERE and not fact.type for fact in values)
    ):
        return
    kind = without_none(found.tree.source(declared[0]))
    if kind and not found.is_given_none:
        title = f"Declare {in_title(f'self.{found.name}')} without None: {in_title(kind)} (setting it to None becomes a type error)"
        edit = TextEdit(found.tree.span(declared[0]), kind)
        yield Proposal(
            Strategy.DROP_NONE, title, "every value that it gets in this file is one", lambda _: (edit,), ends=ends
        )


def _initial(found: Attribute, null: Store, ends: tuple[Span, ...]) -> Iterator[Proposal]:
    """An empty list, say, where every other value is a list, and nothing asks whether there is one."""
    assignment = found.node(null)
    value = assignment.child_by_field_name("right") if assignment is not None else None
    empty = _EMPTY.get(found.type.partition("[")[0])
    is_read = found.count(Role.READ)
    if (
        value is None
        or value.type != "none"
        or empty is None
        or null.function is None
        or is_read
        or null.annotation is not None
    ):
        return
    title = f"Set {in_title(f'self.{found.name}')} to `{empty}` at first, not None (a use before it is set gets that)"
    edit = TextEdit(found.tree.span(value), empty)
    yield Proposal(Strategy.INITIAL, title, "every other value of it is of that type", lambda _: (edit,), ends=ends)


def _declared(
    found: Attribute, nulls: list[Store], checker: Checker, ends: tuple[Span, ...], *, is_meant: bool
) -> Iterator[Proposal]:
    """The None stays, as what stands there until the value is set; the declaration says what it is then."""
    edits = [*_annotating(found, nulls), *(edit for store in nulls if (edit := _ignoring(found, store, checker)))]
    if len(edits) != len(nulls) + 1:
        return
    times = {1: "", 2: " twice"}.get(len(nulls), f" {len(nulls)} times")
    leads_to = "fails where it is None" if is_meant else "fails if used before it is set"
    title = f"Declare {in_title(f'self.{found.name}')} as {in_title(found.type)}, ignoring None{times} ({leads_to})"
    reason = "its uses rely on it" if is_meant else "its file never tests it for None"
    made = tuple(edits)
    yield Proposal(Strategy.FIELD, title, reason, lambda _: made, ends=ends, is_asked_for=is_meant)


def _annotating(found: Attribute, nulls: list[Store]) -> Iterator[TextEdit]:
    """The type, where it is declared by now, or where it is set first."""
    annotated = [store for store in found.stores if store.annotation is not None]
    for store in (annotated or sorted(nulls, key=lambda store: not _is_first(found, store)))[:1]:
        assignment, annotation = found.node(store), found.annotation(store)
        left = assignment.child_by_field_name("left") if assignment is not None else None
        is_alone = assignment is not None and path_to(found.tree, assignment)[-1].type == "expression_statement"
        kind = evaluated(found.tree, found.type) if store.function is None else found.type
        if (
            left is None
            or not is_alone
            or not kind
            or ((assignment and assignment.child_by_field_name("right")) or left).type == "assignment"
        ):
            return
        after = found.tree.span(left).end
        yield TextEdit(Span(after, found.tree.span(annotation).end if annotation is not None else after), f": {kind}")


def _ignoring(found: Attribute, store: Store, checker: Checker) -> TextEdit | None:
    """The comment that silences the checker where None is put into it."""
    code = checker.attribute if store.function is not None else checker.assignment
    assignment = found.node(store)
    value = assignment.child_by_field_name("right") if assignment is not None else None
    return comment(found.tree, found.tree.span(value), checker, (code,), "") if value is not None else None


def _is_first(found: Attribute, store: Store) -> bool:
    return store.function is None or store.function.name in found.home.knowledge.classes["first"]


def parameter_node(tree: SyntaxTree, function: Function | None, name: str) -> Node | None:
    """The parameter of that name with its annotation and default."""
    at = next((each.at for each in function.parameters if each.name == name), None) if function is not None else None
    return tree.root.named_descendant_for_byte_range(*at) if at is not None else None

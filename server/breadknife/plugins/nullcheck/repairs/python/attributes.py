"""Repairs of an attribute's declaration: its annotation, and what it is set to first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.declarations import Class, StoredValue
from breadknife.plugins.nullcheck.repairs.layout import comment
from breadknife.plugins.nullcheck.repairs.python.annotations import BUILTINS, evaluated, spelled, without_none
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.signatures import node_at
from breadknife.plugins.nullcheck.repairs.repair import RepairProposal, written
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, captures, path_to

_EMPTY = {"list": "[]", "dict": "{}", "set": "set()"}
_MOST_TYPES = 3
"""That are still worth writing out."""
_RELIANCE, _PLAIN = 2, 10
"""So many uses rely on a value for each place that reckons with a None: then the declaration may leave it out; and it
plainly isn't meant."""
_SEVERAL = 5
_IGNORE = "type: ignore[assignment]"
WIDER = "its uses rely on more than it declares"
_LEAVING = r"\b(?:return|raise|yield|break|continue)\b"


@dataclass(frozen=True, eq=False)
class AttributeAssignment:
    """A statement that gives the attribute alone a value, or declares it."""

    store: StoredValue
    left: Node
    right: Node | None
    annotation: Node | None

    @property
    def is_none(self) -> bool:
        return self.right is not None and self.right.type == "none"


@dataclass(frozen=True, eq=False)
class DeclaredAttribute:
    """An attribute of a class, with the classes of the file above and below."""

    home: FileAnalysis
    tree: SyntaxTree
    name: str
    class_: Class

    @cached_property
    def family(self) -> list[Class]:
        own, below = self.class_, self.home.is_below
        return [
            each
            for each in self.home.file.classes.values()
            if each is own or below(own.name, each.name) or below(each.name, own.name)
        ]

    @cached_property
    def stores(self) -> list[StoredValue]:
        return [store for class_ in self.family for store in class_.stores.get(self.name, ())]

    @cached_property
    def assigned(self) -> list[AttributeAssignment]:
        """Return the stores that stand alone in their statement."""
        return [found for store in self.stores if (found := self._assigned(store)) is not None]

    def _assigned(self, store: StoredValue) -> AttributeAssignment | None:
        target = node_at(self.tree, store.at)
        path = path_to(self.tree, target)
        *_, holder, node = (self.tree.root, self.tree.root, *path)
        right = node.child_by_field_name("right")
        is_alone = node.type == "assignment" and holder.type == "expression_statement"
        if not is_alone or (right is not None and right.type == "assignment"):
            return None
        return AttributeAssignment(store, target, right, node.child_by_field_name("type"))

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        """Return where the name occurs as an attribute, but of objects of other classes: it may be this one."""
        starts = {each.at[0] for each in self.family}
        return [one for one in occurrences(self.tree, f".{self.name}", self.tree.root) if _may_be_of(one, starts)]

    def count(self, role: Role) -> int:
        return sum(one.role is role for one in self.occurrences)

    @cached_property
    def type(self) -> str:
        """Return what it is besides None, as the file can write it; "" where that isn't known."""
        for each in self.assigned:
            if each.annotation is not None:
                annotation = self.tree.source(each.annotation)
                return without_none(annotation) or annotation
        found = list(dict.fromkeys(self._type_of(each) for each in self.assigned if not each.is_none))
        is_whole = len(self.assigned) == len(self.stores) and all(found)
        return " | ".join(found) if is_whole and len(found) <= _MOST_TYPES else ""

    def _type_of(self, each: AttributeAssignment) -> str:
        """Return the type by the parameter that it is set to, by what the analysis knows, or by the class that is
        called."""
        file, function = self.home.file, each.store.function
        for parameter in function.parameters if function is not None else ():
            declared = node_at(self.tree, parameter.at).child_by_field_name("type")
            if parameter.name == each.store.parameter and declared is not None:
                annotation = self.tree.source(declared)
                return without_none(annotation) or annotation
        made = self.tree.source(each.right).partition("(")[0] if each.right is not None else ""
        known = made if made in BUILTINS else spelled(self.home.value_of(each.store).type, file)
        return known or self.made_of(each)

    def made_of(self, each: AttributeAssignment) -> str:
        """Return the class that is called for its value, by the convention of PEP 8; "" for none. `List().tag()` is a
        list, too, in the body of a class."""
        callee = each.right.child_by_field_name("function") if each.right is not None else None
        while each.store.function is None and callee is not None and callee.type == "attribute":
            inner = callee.child_by_field_name("object")
            if inner is None or inner.type != "call":
                break
            callee = inner.child_by_field_name("function")
        called, file = self.tree.source(callee) if callee is not None else "", self.home.file
        is_class = called.rpartition(".")[2][:1].isupper() and not called.isupper()
        root = called.partition(".")[0]
        return called if is_class and (root in file.classes or root in file.imports) else ""

    @property
    def may_be_given_none(self) -> bool:
        """Tell whether a value may be None that isn't written as one: a parameter, what a function finds."""
        values = [each.store for each in self.assigned if not each.is_none and each.right is not None]
        return any(self.home.value_of(store).may_be_null for store in values)


def _may_be_of(one: Occurrence, starts: set[int]) -> bool:
    """Tell whether it isn't surely another class's own, where the classes begin at these bytes."""
    owner = next((node for node in reversed(one.path) if node.type == "class_definition"), None)
    is_own = (one.node.text or b"").startswith((b"self.", b"cls."))
    return not is_own or owner is None or owner.start_byte in starts


def of_attribute(
    found: DeclaredAttribute, elsewhere: Callable[[], Counter[Role]], known: int
) -> Iterator[RepairProposal]:
    """Propose repairs of an attribute. `elsewhere`: what other files do with it, which takes a while to see. `known`:
    how many uses of other files are known to rely on a value."""
    nulls = [each for each in found.assigned if each.is_none]
    if found.name in found.class_.methods or found.home.has_own_fields(found.class_):
        return
    yield from _descriptor(found) if not nulls else ()
    firsts = found.home.knowledge.classes["first"]
    later = [each for each in nulls if each.store.function is not None and each.store.function.name not in firsts]
    tests, uses = found.count(Role.TEST) + len(later), found.count(Role.USE) + known
    if len(nulls) == 1:
        yield from _unneeded(found, nulls[0])
        yield from _initial(found, nulls[0]) if found.type and not tests else ()
    is_said = any(store.annotation is not None and store.annotation.nullable for store in found.stores)
    if (nulls or is_said) and found.type and tests * _RELIANCE < uses:
        others = elsewhere()
        tests, uses = tests + others[Role.TEST], uses + others[Role.USE]
        are_few = uses < _SEVERAL  # which say less than the annotation
        is_meant = tests * _PLAIN > uses or (is_said and are_few) or found.may_be_given_none
        yield from _placeholder(found, nulls, is_meant=is_meant, is_said=is_said)


def _descriptor(found: DeclaredAttribute) -> Iterator[RepairProposal]:
    """Propose `name: List = List()` in a class's body: checkers then look at what the class itself says that it
    gives."""
    for each in found.assigned:
        kind = found.made_of(each) if each.store.function is None and each.annotation is None else ""
        if kind:
            end = found.tree.span(each.left).end
            title = f"Declare {in_title(f'self.{found.name}')} as {in_title(kind)} (at run time nothing changes)"
            edit = TextEdit(Span(end, end), f": {kind}")
            yield RepairProposal(Strategy.FIELD, title, "its class's own methods say what it gives", written((edit,)))
            return


def _unneeded(found: DeclaredAttribute, null: AttributeAssignment) -> Iterator[RepairProposal]:
    """Propose to remove a None that the same block surely replaces: nothing in between leaves it, or calls a method of
    the object."""
    function, tree = null.store.function, found.tree
    later = [each for each in found.assigned if each.right is not None and _is_below(null.left, each.left)]
    end = min((tree.span(each.left).start for each in later), default=None)
    if function is None or end is None or null.annotation is not None:
        return
    begin = tree.span(null.left).start
    line, start = tree.text.index("\n", begin) + 1, tree.text.rfind("\n", 0, begin) + 1
    if re.search(rf"\b{function.receiver}\b(?!\.\w+\b(?!\())|{_LEAVING}", tree.text[line:end]) is None:
        said = in_title(f"self.{found.name}")
        title = f"Remove the None that {said} has at first (`{function.name}` sets it)"
        edit = TextEdit(Span(start, line), "")
        yield RepairProposal(Strategy.INITIAL, title, "the same method sets it after that", written((edit,)))


def _is_below(first: Node, second: Node) -> bool:
    """Tell whether two targets are those of statements of one block, in this order."""
    blocks = [each.parent.parent.parent if each.parent and each.parent.parent else None for each in (first, second)]
    return blocks[0] is not None and blocks[0] == blocks[1] and first.start_byte < second.start_byte


def _initial(found: DeclaredAttribute, null: AttributeAssignment) -> Iterator[RepairProposal]:
    """Propose an empty list, say, where every other value is a list, and nothing asks whether there is one."""
    empty = _EMPTY.get(found.type.partition("[")[0], "")
    is_shared = null.store.function is None or null.annotation is not None
    if null.right is not None and empty and not is_shared and not found.count(Role.READ):
        said = in_title(f"self.{found.name}")
        title = f"Set {said} to `{empty}` at first, not None (a use before it is set gets that)"
        edit = TextEdit(found.tree.span(null.right), empty)
        yield RepairProposal(Strategy.INITIAL, title, "every other value of it is of that type", written((edit,)))


def _placeholder(
    found: DeclaredAttribute, nulls: list[AttributeAssignment], *, is_meant: bool, is_said: bool
) -> Iterator[RepairProposal]:
    """The None stays, as what stands there until the value is set; the declaration says what it is then."""
    declared = next((each for each in found.assigned if each.annotation is not None), (nulls or found.assigned)[0])
    kind = evaluated(found.tree, found.type) if declared.store.function is None else found.type
    after = found.tree.span(declared.left).end
    end = found.tree.span(declared.annotation).end if declared.annotation is not None else after
    lines = [each.right or each.left for each in nulls]
    alone = {each.store for each in found.assigned}  # of what comes with others, checkers know that it may be None
    lines += [node_at(found.tree, each.at) for each in found.stores if each not in alone]
    comments = [comment(found.tree, found.tree.span(each), _IGNORE) for each in lines]
    edits = [TextEdit(Span(after, end), f": {kind}"), *(edit for edit in comments if edit is not None)]
    if kind and None not in comments:
        leads_to = "fails where it is None" if is_meant else "fails if used before it is set"
        title = f"Declare {in_title(f'self.{found.name}')} as {in_title(found.type)}, ignoring None ({leads_to})"
        is_typed = bool(captures(found.tree, "(type) @type"))  # elsewhere nobody writes such comments
        evidence = "its uses rely on it" if is_meant or not is_typed else "hardly anything tests it for None"
        evidence = WIDER if is_meant and is_said else evidence
        yield RepairProposal(Strategy.FIELD, title, evidence, written(tuple(edits)), is_asked_for=is_meant)

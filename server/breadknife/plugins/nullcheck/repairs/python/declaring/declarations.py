"""The attribute or parameter that a value comes from, and everything that the file says of it."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.python.reading.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.reading.kinds import annotation_of, type_of, usable, without_none
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import (
    TUPLE_PATTERNS,
    allows_none,
    key_of,
    parameter_of,
    text,
)
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, path_to


@dataclass(frozen=True)
class Cure:
    """A repair of a declaration."""

    strategy: Strategy
    title: str
    edits: tuple[TextEdit, ...]
    weight: int
    reason: str
    ends: tuple[Span, ...]
    """The uses that it makes right."""
    consequence: str = ""
    """What a None leads to then."""
    is_asked_for: bool = False
    """See `Offer`."""

    @property
    def titled(self) -> str:
        return f"{self.title} ({self.consequence})" if self.consequence else self.title


@dataclass(frozen=True, eq=False)
class Attribute:
    """`self.name` of a class, with the classes of the file that it is related to."""

    tree: SyntaxTree
    key: str
    owner: Node
    """The class."""
    own: Sequence[Occurrence]
    """`self.name` in the class and its relatives, and what stands for it in their bodies."""
    others: Sequence[Occurrence]
    """`.name` of anything else in the file but other classes' own: it may be the same attribute."""

    @property
    def sets(self) -> list[Occurrence]:
        return [found for found in self.own if found.role is Role.SET]

    @property
    def none_sets(self) -> list[Occurrence]:
        return [found for found in self.sets if found.value is not None and found.value.type == "none"]

    @property
    def is_tested(self) -> bool:
        """Whether the author reckons with None: then it may well be there."""
        return any(found.role is Role.TEST for found in (*self.own, *self.others))

    @property
    def name(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def is_private(self) -> bool:
        return self.name.startswith("_")

    def types(self, *, but_none: bool = False) -> list[str] | None:
        """The types of what it is set to besides None; None where some aren't known, or may be None. `but_none`: of a
        parameter that may be None, the rest of its type."""
        found = list[str]()
        for occurrence in self.sets:
            value, function = occurrence.value, occurrence.inside("function_definition")
            if value is not None and value.type == "none":
                continue
            kind = type_of(self.tree, value, function)
            if function is None and value is not None and value.type == "call" and self._may_describe(value, kind):
                return None
            if but_none and value is not None and value.type == "identifier" and function is not None:
                rest = without_none(annotation_of(function, text(value)))
                kind = rest if usable(self.tree, rest) else kind
            if not kind or is_optional(kind):
                return None
            if kind not in found:
                found.append(kind)
        return found

    def _may_describe(self, made: Node, kind: str) -> bool:
        """Whether a class's attribute may be a descriptor, whose class isn't what it gives."""
        return allows_none(made) or not (hasattr(builtins, kind) or kind in classes_of(self.tree))

    def unchecked(self) -> list[Span]:
        """The uses that nothing before them in their function, not even a value set there, makes safe. Where it is
        set to None in the function itself, that is another matter."""
        first_set = dict[int, int]()
        for found in self.sets:
            first_set.setdefault(found.function_start, found.node.start_byte)
        return [
            self.tree.span(found.node)
            for found in self.own
            if found.role is Role.USE
            and (function := found.function_start) >= 0
            and first_set.get(function, found.node.start_byte) >= found.node.start_byte
        ]


@dataclass(frozen=True, eq=False)
class Parameter:
    tree: SyntaxTree
    name: str
    node: Node
    """With its annotation and default."""
    function: Node
    own: Sequence[Occurrence]
    """In the function's body."""

    @property
    def default(self) -> Node | None:
        return self.node.child_by_field_name("value")

    @property
    def annotation(self) -> Node | None:
        return self.node.child_by_field_name("type")

    def unchecked(self) -> list[Span]:
        return [self.tree.span(found.node) for found in self.own if found.role is Role.USE]


def attribute_of(site: Site) -> Attribute | None:
    """The attribute of `self` that a place's value is."""
    key = key_of(site.node)
    function = site.function
    if not key.startswith("self.") or key.count(".") != 1 or "[" in key or function is None:
        return None
    if parameter_of(function, "self") is None:
        return None
    owner = site.owner
    return attribute(site.tree, key, owner) if owner is not None else None


def attribute_behind(site: Site, begins: Span | None = None) -> Attribute | None:
    """The attribute that a place's value is of another object, or that the name was set to before: that of the only
    class of the file which sets one of that name. `begins`: see `cures`."""
    value = site.node if site.node.type == "attribute" else origin_of(site)
    name = value.child_by_field_name("attribute") if value is not None and value.type == "attribute" else None
    if value is None or name is None or site.tree.span(value) == begins:
        return None
    around = path_to(site.tree, value)
    owner = next((node for node in reversed(around) if node.type == "class_definition"), None)
    if text(value) == f"self.{text(name)}" and owner is not None:
        found = attribute(site.tree, text(value), owner)
        return found if found.sets else None
    key = f"self.{text(name)}"
    owners = list[Node]()
    for one in occurrences(site.tree, f".{text(name)}", site.tree.root):
        there = one.inside("class_definition")
        if one.role is Role.SET and text(one.node) == key and there is not None and there not in owners:
            owners.append(there)
    for one in occurrences(site.tree, text(name), site.tree.root):
        there = one.inside("class_definition")
        if there is not None and there not in owners and _in_body_of(one, there):
            owners.append(there)
    if not owners:
        return None
    found = attribute(site.tree, key, owners[0])
    if all(one.value is not None and text(one.value).endswith(f".{text(name)}") for one in found.sets):
        return None  # it has it from the other object
    return found if all(any(owner in one.path for one in found.own) for owner in owners) else None


def attribute_set(site: Site) -> Attribute | None:
    """The attribute of a class that a place gives a value or a type: `self.x = …`, or `x = …` in the class's body."""
    owner = site.owner
    node = site.node
    target = site.path[-1] if site.path and site.path[-1].type == "attribute" else node
    outer = next((each for each in reversed(site.path) if each != target), None)
    while outer is not None and outer.type in TUPLE_PATTERNS:
        target, outer = outer, site.path[site.path.index(outer) - 1]
    if owner is None or outer is None or outer.type != "assignment" or outer.child_by_field_name("left") != target:
        return None
    in_method = text(node) if node.type == "attribute" else text(site.path[-1])
    name = in_method.removeprefix("self.") if in_method.startswith("self.") else ""
    if not name and node.type == "identifier" and site.function is None:
        name = text(node)
    return attribute(site.tree, f"self.{name}", owner) if name.isidentifier() else None


def attribute(tree: SyntaxTree, key: str, owner: Node) -> Attribute:
    name = key.rpartition(".")[2]
    family = family_of(tree, owner)
    own = list[Occurrence]()
    others = list[Occurrence]()
    for found in occurrences(tree, f".{name}", tree.root):
        is_own = text(found.node) in (key, f"cls.{name}")
        if is_own and any(node in family for node in found.path):
            own.append(found)
        elif not is_own or found.inside("class_definition") is None:
            others.append(found)
    for member in family:
        own += [found for found in occurrences(tree, name, member) if _in_body_of(found, member)]
    return Attribute(tree, key, owner, sorted(own, key=lambda found: found.node.start_byte), others)


def _in_body_of(found: Occurrence, owner: Node) -> bool:
    """Whether a bare name is an assignment of the class's own body."""
    if found.role is not Role.SET or found.assignment is None:
        return False
    around = found.path[-4:-1]
    return len(around) == 3 and around[0] == owner and around[2].type == "expression_statement"


def family_of(tree: SyntaxTree, owner: Node) -> list[Node]:
    """The class, and those of the module's top level that inherit from it or that it inherits from."""
    classes = classes_of(tree)
    bases = {name: [base for base in bases_of(node) if base in classes] for name, node in classes.items()}
    start = next((name for name, node in classes.items() if node == owner), None)
    if start is None:
        return [owner]
    related = {start}
    upwards = [start]
    while upwards:
        upwards = [base for name in upwards for base in bases[name] if base not in related]
        related |= set(upwards)
    downwards = [start]
    while downwards:
        downwards = [n for n, above in bases.items() if n not in related and not set(above).isdisjoint(downwards)]
        related |= set(downwards)
    return [node for name, node in classes.items() if name in related]


def classes_of(tree: SyntaxTree) -> dict[str, Node]:
    """The classes of the module's top level."""
    classes = dict[str, Node]()
    for node in tree.root.named_children:
        inner = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        if inner is not None and inner.type == "class_definition" and (name := inner.child_by_field_name("name")):
            classes[text(name)] = inner
    return classes


def is_decorated(tree: SyntaxTree, definition: Node) -> bool:
    return path_to(tree, definition)[-1].type == "decorated_definition"


def bases_of(owner: Node) -> list[str]:
    arguments = owner.child_by_field_name("superclasses")
    return [text(child) for child in arguments.named_children] if arguments is not None else []


def parameter(site: Site) -> Parameter | None:
    """The parameter that a place's value is: never set again in its function."""
    if site.node.type != "identifier" or site.function is None:
        return None
    return parameter_named(site.tree, site.function, text(site.node))


def parameter_at(site: Site) -> Parameter | None:
    """The parameter that a place declares."""
    if site.function is None:
        return None
    node = site.node if site.path[-1].type == "parameters" else site.path[-1]
    name = node.child_by_field_name("name") or (node.named_children[0] if node.named_children else node)
    return parameter_named(site.tree, site.function, text(name))


def parameter_named(tree: SyntaxTree, function: Node, name: str) -> Parameter | None:
    """None where it gets another value in the function."""
    node = parameter_of(function, name)
    body = function.child_by_field_name("body")
    if node is None or body is None:
        return None
    own = list(occurrences(tree, name, body))
    if any(found.role is Role.SET for found in own):
        return None
    return Parameter(tree, name, node, function, own)


def origin_of(site: Site) -> Node | None:
    """What the place's first name was last set to in its function; the place itself where it is no name."""
    root = site.source.partition(".")[0]
    if site.node.type not in ("identifier", "attribute") or not root.isidentifier():
        return site.node
    found = last_set(site, root)
    if found is not None and found.value is None and (manager := found.inside("as_pattern")) is not None:
        return manager.named_children[0]
    return found.value if found is not None else None


def last_set(site: Site, name: str) -> Occurrence | None:
    """What gave a name its value before the place in its function, as the text goes."""
    last: Occurrence | None = None
    for found in occurrences(site.tree, name, site.function or site.tree.root):
        if found.node.start_byte >= site.node.start_byte:
            break
        last = found if found.role is Role.SET else last
    return last


def called(site: Site) -> Node | None:
    """The plain function or method of this file whose result the place is."""
    value = origin_of(site) if key_of(site.node).count(".") == 0 or site.node.type == "call" else None
    is_awaited = value is not None and value.type == "await"
    call = value.named_children[0] if value is not None and is_awaited else value
    callee = call.child_by_field_name("function") if call is not None and call.type == "call" else None
    if callee is None:
        return None
    found = defined_here(site.tree, text(callee), site.path)
    return found if found is not None and (found.children[0].type == "async") == is_awaited else None


def defined_here(tree: SyntaxTree, callee: str, around: tuple[Node, ...]) -> Node | None:
    """The file's only plain function of that name, or method of the class around: `self.name`."""
    root, dot, name = callee.rpartition(".")
    owner = next((node for node in reversed(around) if node.type == "class_definition"), None)
    if dot and (root not in ("self", "cls") or owner is None):
        return None
    block = owner.child_by_field_name("body") if dot and owner is not None else tree.root
    found = [
        node
        for node in (block.named_children if block is not None else ())
        if node.type == "function_definition" and text(node.child_by_field_name("name") or node) == name
    ]
    return found[0] if len(found) == 1 else None


def is_local(site: Site, name: str) -> bool:
    """Whether the place's function gives the name a meaning of its own."""
    function = site.function
    return function is not None and (
        parameter_of(function, name) is not None
        or any(
            one.role is Role.SET or one.path[-1].type in ("function_definition", "class_definition")
            for one in occurrences(site.tree, name, function.child_by_field_name("body") or function)
        )
    )


def function_in(block: Node, name: str) -> Node | None:
    """The function of a block that is called so, or the method `A.f` of a class in it."""
    first, _, rest = name.partition(".")
    for child in block.named_children:
        inner = child.child_by_field_name("definition") or child
        named = inner.child_by_field_name("name")
        if named is None or text(named) != first:
            continue
        if inner.type == "function_definition" and not rest:
            return inner
        body = inner.child_by_field_name("body")
        if inner.type == "class_definition" and rest and "." not in rest and body is not None:
            return function_in(body, rest)
    return None

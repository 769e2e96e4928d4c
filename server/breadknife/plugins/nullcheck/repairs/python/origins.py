"""Where a None comes from, by names: fast enough for a whole project, and right often enough to rank causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from breadknife.plugins.nullcheck.project.causes import Origin
from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.repairs.python.reading.annotations import is_optional
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import (
    TUPLE_PATTERNS,
    Imported,
    callee_of,
    imports_of,
    parameter_of,
    text,
)
from breadknife.plugins.nullcheck.repairs.python.reading.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.reading.site import own_nodes, site_at
from breadknife.plugins.nullcheck.values import Place
from breadknife.text.syntax import Node, SyntaxTree, matches, path_to

_QUERY = """
(function_definition name: (identifier) @function)
(assignment left: (identifier) @variable right: (none))
(assignment left: (attribute object: (identifier) @self attribute: (identifier) @attribute) right: [
  (none) (identifier) (assignment)] @value)
(assignment left: (pattern_list (attribute object: (identifier) @self attribute: (identifier) @attribute))
  right: (expression_list (none)))
(assignment left: (identifier) @variable type: (type) @type)
(assignment left: (attribute object: (identifier) @self attribute: (identifier) @attribute) type: (type) @type)
(class_definition name: (identifier) @class superclasses: (argument_list)? @bases)
"""
_MAX_STEPS = 6
"""From a value to what it was assigned from."""
_AT_TOP = 3
"""Nodes around a variable of the module."""
_TRANSPARENT = frozenset({"await", "parenthesized_expression", "subscript"})
_FOLLOWED = _TRANSPARENT | {"call", "attribute", "identifier"}
"""Of another value the name that it is assigned to is the origin."""


@dataclass(frozen=True)
class _Declared:
    origin: Origin
    owner: str
    """The class."""


@dataclass
class PythonOrigins:
    _functions: dict[str, list[_Declared]] = field(default_factory=dict[str, list[_Declared]])
    """Those that may return None."""
    _variables: dict[str, list[_Declared]] = field(default_factory=dict[str, list[_Declared]])
    """Those of modules that are None at first."""
    _all_functions: set[str] = field(default_factory=set[str])
    _attributes: dict[str, list[_Declared]] = field(default_factory=dict[str, list[_Declared]])
    _imports: dict[Path, Mapping[str, Imported]] = field(default_factory=dict[Path, "Mapping[str, Imported]"])
    _bases: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Each class -> the last names of those that it inherits from."""

    def add(self, path: Path, tree: SyntaxTree, /) -> None:
        for _, found in matches(tree, _QUERY):
            if "class" in found:
                above = [base for each in found.get("bases", ()) for base in each.named_children]
                bases = [text(base).partition("[")[0].rpartition(".")[2] for base in above]
                self._bases.setdefault(text(found["class"][0]), []).extend(bases)
                continue
            named = found.get("function") or found.get("attribute") or found["variable"]
            around = path_to(tree, named[0])
            if "value" in found and not _gives_none(found["value"][0], around):
                continue
            if "function" in found:
                self._function(path, tree, named[0], around)
            elif "type" not in found or is_optional(text(found["type"][0])):
                self._assignment(path, tree, named[0], around, is_own=text(found["self"][0]) if "self" in found else "")

    def origin(self, path: Path, tree: SyntaxTree, place: Place, /) -> Origin | None:
        site = site_at(tree, place.span, place.use)
        node, around = site.node, site.path
        for _ in range(_MAX_STEPS):
            if node.type in _TRANSPARENT and node.named_children:
                node, around = node.named_children[0], (*around, node)
                continue
            match node.type:
                case "call":
                    return self._called(path, tree, node, around)
                case "attribute":
                    return self._attribute(path, node, around)
                case "identifier":
                    assigned = self._variable(path, tree, node, around)
                    if not isinstance(assigned, Node):
                        return assigned
                    node, around = assigned, path_to(tree, assigned)
                case _:
                    return None
        return None

    # --- what is declared ---

    def _function(self, path: Path, tree: SyntaxTree, name: Node, around: tuple[Node, ...]) -> None:
        function, owner = around[-1], _class_of(around[:-1])
        self._all_functions.add(text(name))
        title = f"{owner}.{text(name)}()" if owner else f"{text(name)}()"
        declared = _Declared(Origin(Kind.FUNCTION, title, path, tree.span(name), is_place=True), owner)
        if _may_return_none(function):
            self._functions.setdefault(text(name), []).append(declared)

    def _assignment(self, path: Path, tree: SyntaxTree, name: Node, around: tuple[Node, ...], *, is_own: str) -> None:
        owner = _class_of(around)
        in_function = any(node.type == "function_definition" for node in around)
        if len(around) == _AT_TOP and not is_own:
            origin = Origin(Kind.VARIABLE, text(name), path, tree.span(name), is_place=True)
            self._variables.setdefault(text(name), []).append(_Declared(origin, ""))
        if not owner or (in_function and is_own not in ("self", "cls")):
            return
        known = self._attributes.setdefault(text(name), [])
        if not any(declared.owner == owner and declared.origin.path == path for declared in known):  # the first says it
            origin = Origin(Kind.ATTRIBUTE, f"{owner}.{text(name)}", path, tree.span(name), is_place=True)
            known.append(_Declared(origin, owner))

    # --- what a value comes from ---

    def _called(self, path: Path, tree: SyntaxTree, call: Node, around: tuple[Node, ...]) -> Origin | None:
        callee = call.child_by_field_name("function")
        if callee is None:
            return None
        receiver, _, name = text(callee).rpartition(".")
        asked_of = receiver.rpartition(".")[2]
        is_own = text(callee).startswith(("self.", "cls."))
        owner = _class_of(around) if is_own else asked_of if asked_of in self._bases else ""
        found = self._declared(self._functions.get(name, []), path, owner)
        if found or name in self._all_functions or not name.isidentifier():
            return found
        if path not in self._imports:
            self._imports[path] = imports_of(tree)
        root, _, rest = text(callee).partition(".")
        imported = self._imports[path].get(root)
        known = ".".join(filter(None, (imported.module, imported.name, rest))) if imported is not None else ""
        return Origin(Kind.LIBRARY, f"{known or '.' + name}()")

    def _declared(self, declared: list[_Declared], path: Path, owner: str) -> Origin | None:
        """`owner`: the class that its name is said in to be its own, if any."""
        of_class = (_of_class(declared, path, each) for each in (self._lineage(owner) if owner else ()))
        return next((each for each in of_class if each), None) or _best(declared, path)

    def _attribute(self, path: Path, node: Node, around: tuple[Node, ...]) -> Origin | None:
        name, owner = node.child_by_field_name("attribute"), node.child_by_field_name("object")
        if name is None or owner is None:
            return None
        here = _class_of(around) if text(owner) in ("self", "cls") else ""
        for known in (self._attributes, self._functions):  # a property
            declared = known.get(text(name), [])
            for each in self._lineage(here) if here else ():
                if found := _of_class(declared, path, each):
                    return found
            if found := _best(declared, path):
                return found
        return None

    def _lineage(self, name: str) -> Iterator[str]:
        """A class and those above it, by name."""
        seen, queue = set[str](), [name]
        while queue:
            each = queue.pop(0)
            if each not in seen:
                seen.add(each)
                yield each
                queue += self._bases.get(each, [])

    def _variable(self, path: Path, tree: SyntaxTree, node: Node, around: tuple[Node, ...]) -> Origin | Node | None:
        """What was assigned to it last, or where it is declared."""
        name = text(node)
        functions = [each for each in reversed(around) if each.type == "function_definition"]
        for scope in (*functions, tree.root):
            sets = [one for one in occurrences(tree, name, scope) if one.role is Role.SET]
            before = [one for one in sets if one.node.start_byte < node.start_byte or scope.type == "module"]
            parameter = parameter_of(scope, name) if scope.type == "function_definition" else None
            if parameter is not None:  # an object that is made here is no None
                before = [one for one in before if not self._is_made(one.value)]
            if none := _left_none(before, around):
                return self._of_variable(path, tree, scope, none)
            values = [value for one in before if (value := _given(one)) is not None and value.type in _FOLLOWED]
            if values and values[-1].start_byte < node.start_byte:
                return values[-1]
            if before:
                return self._of_variable(path, tree, scope, before[0])
            if parameter is not None:
                return Origin(Kind.PARAMETER, _qualified(tree, scope, name), path, tree.span(parameter), is_place=True)
        return None

    def _of_variable(self, path: Path, tree: SyntaxTree, scope: Node, one: Occurrence) -> Origin:
        name = text(one.node)
        declared = _best(self._variables.get(name, []), path) if scope.type == "module" else None
        return declared or Origin(Kind.VARIABLE, _qualified(tree, scope, name), path, tree.span(one.node))

    def _is_made(self, value: Node | None) -> bool:
        return value is not None and callee_of(value).rpartition(".")[2] in self._bases


def _given(one: Occurrence) -> Node | None:
    """What a name is set to, or a part of it."""
    holder = one.path[-2] if len(one.path) > 1 and one.path[-1].type in TUPLE_PATTERNS else None
    return holder.child_by_field_name("right") if holder is not None and holder.type == "assignment" else one.value


def _left_none(sets: Sequence[Occurrence], around: tuple[Node, ...]) -> Occurrence | None:
    """The last that sets a name to None, unless another is surely set before the place that `around` leads to."""
    for one in reversed(sets):
        if one.value is not None and one.value.type == "none":
            return one
        if _is_sure(one, around):
            return None
    return None


def _is_sure(one: Occurrence, around: tuple[Node, ...]) -> bool:
    """Whether who gets to the place has come by there: it is in a block around, or in a `with` of one."""
    loop = one.inside("for_statement")
    if loop is not None and loop.child_by_field_name("body") not in one.path:  # it gets what a round of the loop is for
        return loop in around
    blocks = [inner for outer, inner in pairwise(one.path) if inner.type == "block" and outer.type != "with_statement"]
    return not blocks or blocks[-1] in around


def _of_class(declared: list[_Declared], path: Path, owner: str) -> Origin | None:
    """The one of that class, in this file or the only one of the project."""
    there = [each for each in declared if each.owner == owner]
    here = [each for each in there if each.origin.path == path]
    return next((fits[0].origin for fits in (here, there) if len(fits) == 1), None)


def _best(declared: list[_Declared], path: Path) -> Origin | None:
    """The only one of the file, or of the project."""
    here = [each for each in declared if each.origin.path == path]
    return next((fits[0].origin for fits in (here, declared) if len(fits) == 1), None)


def _gives_none(value: Node, around: tuple[Node, ...]) -> bool:
    """Whether what an attribute is set to is None, or a parameter that may be."""
    while value.type == "assignment" and (right := value.child_by_field_name("right")) is not None:  # a = b = None
        value = right
    function = next((node for node in reversed(around) if node.type == "function_definition"), None)
    if value.type != "identifier" or function is None:
        return value.type == "none"
    declared = parameter_of(function, text(value))
    if declared is None:
        return False
    default, annotation = declared.child_by_field_name("value"), declared.child_by_field_name("type")
    by_default = default is not None and default.type == "none"
    return by_default or (annotation is not None and is_optional(text(annotation)))


def _class_of(around: tuple[Node, ...]) -> str:
    owner = next((node for node in reversed(around) if node.type == "class_definition"), None)
    name = owner.child_by_field_name("name") if owner is not None else None
    return text(name) if name is not None else ""


def _qualified(tree: SyntaxTree, scope: Node, name: str) -> str:
    """`load(names)`, `Store.load(names)`."""
    function, around = scope.child_by_field_name("name"), path_to(tree, scope)
    if function is None:
        return name
    is_method = [node.type for node in around if node.type in ("class_definition", "function_definition")][-1:]
    owner = _class_of(around) if is_method == ["class_definition"] else ""
    return f"{owner}.{text(function)}({name})" if owner else f"{text(function)}({name})"


def _may_return_none(function: Node) -> bool:
    annotation = function.child_by_field_name("return_type")
    if annotation is not None:
        return is_optional(text(annotation)) and text(annotation) != "None"
    returned = own_nodes(function, "return_statement")
    nothing = [node for node in returned if not node.named_children or node.named_children[0].type == "none"]
    body = function.child_by_field_name("body")
    ends = body.named_children[-1].type if body is not None and body.named_children else ""
    gives = len(returned) > len(nothing)
    return gives and (bool(nothing) or ends not in ("return_statement", "raise_statement", "try_statement",
                                                    "with_statement", "if_statement", "while_statement"))  # fmt: skip

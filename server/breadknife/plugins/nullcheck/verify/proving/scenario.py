"""How a test gets a null to its place: which function it calls, and which mock gives None there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.values import Place
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, path_to

_MOST_STEPS = 20
"""Names and members between a null and the mock that gives it."""
_MEMBERS = re.compile(r"(?:\.(?!return_value\b|__)\w+)*")
"""Of a path, those that are read and not called."""
_OTHER_SCOPES = frozenset({"function_definition", "class_definition", "lambda"})
_CALLED_BY_DESCRIPTORS = {"property": ".fget", "cached_property": ".func", "classmethod": ".__func__"}
"""Decorator -> where the function is, on the class."""


@dataclass(frozen=True)
class Parameter:
    """One that a call has to give a value."""

    name: str
    annotation: str = ""
    by_name: bool = False


@dataclass(frozen=True)
class Source:
    """Where the null comes from. Without a name and an argument it is there without a mock's help."""

    owner: str = ""
    """What has the patched name, below the module: `re` for `re.match`; "" for the module itself."""
    name: str = ""
    """The name that is patched."""
    argument: str = ""
    """The parameter whose mock gives the null, `self` included."""
    path: str = ""
    """What leads from the mock to the null: `.find.return_value`."""

    @property
    def with_whole_owner(self) -> Source | None:
        """The same with a mock in the owner's place, because members of some objects can't be patched: those of a
        compiled expression, for one."""
        first, _, rest = self.owner.partition(".")
        path = "".join(f".{each}" for each in (rest, self.name) if each) + self.path
        return Source(name=first, path=path) if first else None


@dataclass(frozen=True)
class Scenario:
    function: str
    """What the test calls, below the module: `load`, `Store.load`."""
    name: str
    """The function's own."""
    parameters: tuple[Parameter, ...]
    is_generator: bool
    source: Source
    first_line: int
    """Of the statement with the null, from 1; it is there that the test must fail."""
    last_line: int
    value: str
    """The expression that is null."""


def scenario(tree: SyntaxTree, place: Place) -> Scenario | None:
    """How a test gets a null to a place of a Python file; None where none can be written from the code alone: outside
    of a function of the module or of its classes, in a coroutine, or for a null that no mock can give."""
    node = tree.node_at(place.span)
    around = path_to(tree, node)
    functions = [at for at, each in enumerate(around) if each.type == "function_definition"]
    if len(functions) != 1:
        return None
    function, outer = around[functions[0]], around[: functions[0]]
    classes = [each for each in outer if each.type == "class_definition"]
    name = function.child_by_field_name("name")
    body = function.child_by_field_name("body")
    if name is None or body is None or len(classes) > 1 or any(each.type == "async" for each in function.children):
        return None
    decorators = set(_decorators(tree, outer))
    given = _Function(tree, function, body, node)
    source = given.source(node)
    if source is None:
        return None
    statement = next(
        (each for each in reversed(around) if each.parent == body or each.type.endswith("statement")), node
    )
    last = statement if statement.child_by_field_name("body") is None else node
    return Scenario(
        _called(tree, classes, name, decorators), tree.source(name), tuple(given.needed(source)),
        any(each.type == "yield" for each in nodes_in(body, _OTHER_SCOPES)), source,
        statement.start_point[0] + 1, last.end_point[0] + 1, tree.source(node),
    )  # fmt: skip


def _decorators(tree: SyntaxTree, around: tuple[Node, ...]) -> Iterator[str]:
    if around and around[-1].type == "decorated_definition":
        for each in around[-1].named_children:
            if each.type == "decorator":
                yield tree.source(each.named_children[0]).rpartition(".")[2]


def _called(tree: SyntaxTree, classes: list[Node], name: Node, decorators: set[str]) -> str:
    own = tree.source(name)
    if not classes:
        return own
    class_ = classes[0].child_by_field_name("name")
    reached = next((each for kind, each in _CALLED_BY_DESCRIPTORS.items() if kind in decorators), "")
    return f"{tree.source(class_)}.{own}{reached}" if class_ is not None else own


class _Function:
    """The function around a place, as far as a null's way through it matters."""

    def __init__(self, tree: SyntaxTree, function: Node, body: Node, place: Node) -> None:
        self._tree, self._body, self._place = tree, body, place
        self._parameters = dict(_parameters(tree, function))

    def needed(self, source: Source) -> Iterator[Parameter]:
        """The parameters without a default, and the one whose mock gives the null."""
        for name, (parameter, has_default) in self._parameters.items():
            if not has_default or name == source.argument:
                yield parameter

    def source(self, node: Node) -> Source | None:
        """Where the value of an expression comes from, if a mock can give it."""
        if node.type == "identifier":
            values, parameter = list(self._values(node)), self._parameters.get(self._tree.source(node))
            is_left_out = not values and parameter is not None and parameter[1]
            if is_left_out or any(value.type == "none" for value in values):
                return Source()
        path, inner = "", node
        for _ in range(_MOST_STEPS):
            step, found = self._step(inner)
            path = step + path
            if not isinstance(found, Node):
                return self._of_name(found, path) if found else None
            inner = found
        return None

    def _values(self, name: Node) -> Iterator[Node]:
        """What is assigned to a name before the place, in the order of the text."""
        own = self._tree.source(name)
        for node in nodes_in(self._body, _OTHER_SCOPES):
            if node.start_byte >= self._place.start_byte and node.type != "named_expression":
                continue
            left = node.child_by_field_name("left" if node.type == "assignment" else "name")
            value = node.child_by_field_name("right" if node.type == "assignment" else "value")
            is_assigned = node.type in ("assignment", "named_expression") and left is not None and value is not None
            if is_assigned and left is not None and value is not None and self._tree.source(left) == own:
                yield value

    def _step(self, node: Node) -> tuple[str, Node | str | None]:
        """What leads from a mock of the inner expression to one of this, and that expression: the name itself where it
        is a parameter or the module's; None where no mock gives it."""
        match node.type:
            case "parenthesized_expression":
                return "", node.named_children[0]
            case "named_expression":
                return "", node.child_by_field_name("value")
            case "attribute":
                name = node.child_by_field_name("attribute")
                return f".{self._tree.source(name)}" if name is not None else "", node.child_by_field_name("object")
            case "call":
                return ".return_value", node.child_by_field_name("function")
            case "subscript":
                return ".__getitem__.return_value", node.child_by_field_name("value")
            case "identifier":
                return self._given(node)
            case _:
                return "", None

    def _given(self, name: Node) -> tuple[str, Node | str | None]:
        own = self._tree.source(name)
        if values := list(self._values(name)):
            return "", values[-1]
        for node in nodes_in(self._body, _OTHER_SCOPES) if own not in self._parameters else ():
            if node.type == "as_pattern" and self._tree.source(node.named_children[-1]) == own:
                return ".__enter__.return_value", node.named_children[0]
            if node.type == "identifier" and self._tree.source(node) == own and _is_bound(node):
                return "", None
        return "", own

    def _of_name(self, name: str, path: str) -> Source | None:
        if name in self._parameters:
            return Source(argument=name, path=path)
        members = _MEMBERS.match(path)
        read = members[0] if members else ""
        owner, _, last = f"{name}{read}".rpartition(".")
        rest = path.removeprefix(read)
        is_given_by_mock = rest.startswith(".return_value") or (owner and not rest)
        return Source(owner, last, path=rest) if is_given_by_mock else None


def _is_bound(name: Node) -> bool:
    """Whether a loop, an import, a pattern or another statement of the function gives the name its value."""
    parent = name.parent
    while parent is not None and parent.type in ("pattern_list", "tuple_pattern", "list_pattern", "dotted_name"):
        name, parent = parent, parent.parent
    if parent is None:
        return False
    return parent.type.startswith(("import", "aliased")) or parent.child_by_field_name("left") == name


def _parameters(tree: SyntaxTree, function: Node) -> Iterator[tuple[str, tuple[Parameter, bool]]]:
    """(Name, (parameter, whether it has a default)); without `*args` and `**kwargs`."""
    parameters, by_name = function.child_by_field_name("parameters"), False
    for node in parameters.named_children if parameters is not None else ():
        kinds = {node.type, *(each.type for each in node.named_children[:1])}
        if kinds & {"list_splat_pattern", "keyword_separator"}:
            by_name = True
            continue
        if kinds & {"dictionary_splat_pattern", "positional_separator", "comment"}:
            continue
        name = node.child_by_field_name("name") or (node.named_children[0] if node.named_children else node)
        type_ = node.child_by_field_name("type")
        annotation = tree.source(type_) if type_ is not None else ""
        parameter = Parameter(tree.source(name), annotation, by_name)
        yield parameter.name, (parameter, node.child_by_field_name("value") is not None)

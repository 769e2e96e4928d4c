"""How a test gets a null to its place: which function it calls, and which mock gives None there; and the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.values import Place
from breadknife.text.syntax import Node, SyntaxTree, nodes_in, path_to

_MOST_STEPS = 20
"""Names and members between a null and the argument that gives it."""
_OTHER_SCOPES = frozenset({"function_definition", "class_definition", "lambda"})
_CALLED_BY_DESCRIPTORS = {"property": ".fget", "cached_property": ".func", "classmethod": ".__func__"}
"""Decorator -> where the function is, on the class."""

_MOCK = "MagicMock()"
_VALUES = {
    "": '""', "str": '""', "int": "0", "float": "0.0", "bool": "False", "bytes": 'b""', "list": "[]", "tuple": "()",
    "dict": "{}", "set": "set()",
}  # fmt: skip
"""The name of a type, or that there is none -> its value in tests."""
_INDENT = "    "


@dataclass(frozen=True)
class Parameter:
    name: str
    annotation: str = ""
    is_by_name: bool = False
    has_default: bool = False


@dataclass(frozen=True)
class Scenario:
    function: str
    """What the test calls, below the module: `load`, `Store.load`."""
    name: str
    """The function's own."""
    parameters: tuple[Parameter, ...]
    """Those that the test gives a value."""
    argument: str
    """The parameter whose mock gives the null, `self` included; "" where only the code itself can make it."""
    path: str
    """What leads from that mock to the null: `.find.return_value`."""
    first_line: int
    """Of the statement with the null, from 1; it is there that the test must fail."""
    last_line: int
    value: str
    """The expression that is null."""


def scenario(tree: SyntaxTree, place: Place) -> Scenario | None:
    """How a test gets a null to a place of a Python file; None where none can be written from the code alone: outside
    of a function of the module or of its classes, in a coroutine, or in a generator."""
    node = tree.node_at(place.span)
    around = path_to(tree, node)
    functions = [at for at, each in enumerate(around) if each.type == "function_definition"]
    if len(functions) != 1:
        return None
    function, outer = around[functions[0]], around[: functions[0]]
    classes = [each for each in outer if each.type == "class_definition"]
    name, body = function.child_by_field_name("name"), function.child_by_field_name("body")
    is_late = any(each.type == "async" for each in function.children)
    if name is None or body is None or len(classes) > 1 or is_late:
        return None
    if any(each.type == "yield" for each in nodes_in(body, _OTHER_SCOPES)):
        return None
    parameters = {each.name: each for each in _parameters(tree, function)}
    argument, path = _source(tree, body, node, parameters)
    statement = next(
        (each for each in reversed(around) if each.parent == body or each.type.endswith("statement")), node
    )
    last = statement if statement.child_by_field_name("body") is None else node
    return Scenario(
        _called(tree, classes, name, outer), tree.source(name),
        tuple(each for each in parameters.values() if not each.has_default or each.name == argument), argument, path,
        statement.start_point[0] + 1, last.end_point[0] + 1, tree.source(node),
    )  # fmt: skip


def _called(tree: SyntaxTree, classes: list[Node], name: Node, outer: tuple[Node, ...]) -> str:
    class_ = classes[0].child_by_field_name("name") if classes else None
    if class_ is None:
        return tree.source(name)
    decorators = outer[-1].named_children if outer[-1].type == "decorated_definition" else ()
    written = {tree.source(each.named_children[0]).rpartition(".")[2] for each in decorators if each.named_children}
    reached = next((each for kind, each in _CALLED_BY_DESCRIPTORS.items() if kind in written), "")
    return f"{tree.source(class_)}.{tree.source(name)}{reached}"


def _source(tree: SyntaxTree, body: Node, place: Node, parameters: dict[str, Parameter]) -> tuple[str, str]:
    """The parameter that a null at the place may come from, and the path from its mock to the null."""
    path, node = "", place
    for _ in range(_MOST_STEPS):
        step, inner = "", None
        match node.type:
            case "attribute":
                name = node.child_by_field_name("attribute")
                step, inner = f".{tree.source(name)}" if name is not None else "", node.child_by_field_name("object")
            case "call":
                step, inner = ".return_value", node.child_by_field_name("function")
            case "subscript":
                step, inner = ".__getitem__.return_value", node.child_by_field_name("value")
            case "identifier":
                name = tree.source(node)
                inner = _assigned(tree, body, place, name)
                if inner is None and name in parameters:
                    is_left_out = not path and parameters[name].has_default
                    return ("", "") if is_left_out else (name, path)
            case _:
                pass
        if inner is None:
            break
        path, node = step + path, inner
    return "", ""


def _assigned(tree: SyntaxTree, body: Node, place: Node, name: str) -> Node | None:
    """What the name got last before the place, in the order of the text."""
    found: Node | None = None
    for node in nodes_in(body, _OTHER_SCOPES):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        if left is not None and node.start_byte < place.start_byte and tree.source(left) == name:
            found = node.child_by_field_name("right")
    return found


def _parameters(tree: SyntaxTree, function: Node) -> Iterator[Parameter]:
    """Without `*args` and `**kwargs`."""
    parameters, is_by_name = function.child_by_field_name("parameters"), False
    for node in parameters.named_children if parameters is not None else ():
        kinds = {node.type, *(each.type for each in node.named_children[:1])}
        if kinds & {"list_splat_pattern", "keyword_separator"}:
            is_by_name = True
        elif not kinds & {"dictionary_splat_pattern", "positional_separator", "comment"}:
            name = node.child_by_field_name("name") or (node.named_children[0] if node.named_children else node)
            type_ = node.child_by_field_name("type")
            annotation = tree.source(type_) if type_ is not None else ""
            has_default = node.child_by_field_name("value") is not None
            yield Parameter(tree.source(name), annotation, is_by_name, has_default)


def bodies(scenario: Scenario) -> tuple[str, ...]:
    """The lines of tests that call the function, which use `module` and `MagicMock`. The first one only gives it
    ordinary values, because that convinces most: the code then makes the null by itself."""
    tests = list[str]()
    plain = {each: _VALUES.get(each.annotation.partition("[")[0].lower(), "") for each in scenario.parameters}
    if all(value and each.name not in ("self", "cls") for each, value in plain.items()):
        tests.append(_call(scenario, plain))
    if scenario.argument:
        mocks = f"{scenario.argument} = {_MOCK}\n{scenario.argument}{scenario.path} = None\n" if scenario.path else ""
        given = {each: plain[each] if each.annotation and plain[each] else _MOCK for each in scenario.parameters}
        nulls = {each: each.name if scenario.path else "None" for each in given if each.name == scenario.argument}
        tests.append(mocks + _call(scenario, given | nulls))
    return tuple(tests)


def test_file(scenario: Scenario, module: str, body: str, raises: str) -> str:
    """A file for pytest. `raises` is the exception that the fixed code raises, "" where it comes back."""
    *mocks, call = re.sub(r"\bmodule\.", "", body).splitlines()
    act = [f"with pytest.raises({raises}):", _INDENT + call] if raises else [call]
    imports = ["from unittest.mock import MagicMock", ""] if _MOCK in body else []
    imports += ["import pytest", ""] if raises else []
    imports.append(f"from {module} import {scenario.function.partition('.')[0]}")
    name = re.sub(r"\W+", "_", f"test_{scenario.name}_without_{scenario.value.split('(')[0]}").strip("_").lower()
    shown = " ".join(scenario.value.split())
    said = f'"""`{scenario.function}` must not use `{shown}` where that is None."""'
    return "\n".join(
        [*imports, "", "", f"def {name}() -> None:", *(_INDENT + each for each in (said, *mocks, *act)), ""]
    )


def _call(scenario: Scenario, given: dict[Parameter, str]) -> str:
    arguments = (f"{each.name}={value}" if each.is_by_name else value for each, value in given.items())
    return f"module.{scenario.function}({', '.join(arguments)})"

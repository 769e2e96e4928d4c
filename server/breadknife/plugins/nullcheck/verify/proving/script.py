"""The test that a scenario is written as."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.verify.proving.scenario import Parameter, Scenario

_MOCK = "MagicMock()"
_VALUES = {
    "str": ('""', '"text"'), "int": ("0", "1"), "float": ("0.0", "1.0"), "bool": ("False", "True"),
    "bytes": ('b""', 'b"text"'), "list": ("[]",), "tuple": ("()",), "dict": ("{}",), "set": ("set()",),
}  # fmt: skip
"""The name of a type -> its values in tests, an empty one first."""
PLAIN = ('""', '"text"', "{}")
"""What parameters without a type are tried with where a test needs no mock, one after the other."""
UNTYPED = (_MOCK, '"text"', "1")
"""The same beside a mock that gives the null: code may ask of what type they are."""
_INDENT = "    "


def bodies(scenario: Scenario) -> tuple[str, ...]:
    """The lines of tests that call the function, which use `module` and `MagicMock`. The first ones only give it
    ordinary values, because they convince most: the code then makes the null by itself."""
    tests = list[str]()
    for at, untyped in enumerate(PLAIN):
        given = {each: _value_of(each.annotation, at) if each.annotation else untyped for each in scenario.parameters}
        if all(value and each.name not in ("self", "cls") for each, value in given.items()):
            tests.append(_call(scenario, given))
    if scenario.argument:
        mocks = f"{scenario.argument} = {_MOCK}\n{scenario.argument}{scenario.path} = None\n" if scenario.path else ""
        for untyped in UNTYPED:
            given = {each: _beside_mock(each, scenario, untyped) for each in scenario.parameters}
            tests.append(mocks + _call(scenario, given))
    return tuple(dict.fromkeys(tests))


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


def _value_of(annotation: str, at: int) -> str:
    """A value of a type; "" if none is known."""
    values = _VALUES.get(annotation.partition("[")[0].lower(), ("",))
    return values[min(at, len(values) - 1)]


def _beside_mock(parameter: Parameter, scenario: Scenario, untyped: str) -> str:
    if parameter.name == scenario.argument:
        return parameter.name if scenario.path else "None"
    is_known = parameter.annotation or parameter.name in ("self", "cls")
    return _value_of(parameter.annotation, 1) or (_MOCK if is_known else untyped)


def _call(scenario: Scenario, given: dict[Parameter, str]) -> str:
    arguments = (f"{each.name}={value}" if each.is_by_name else value for each, value in given.items())
    return f"module.{scenario.function}({', '.join(arguments)})"

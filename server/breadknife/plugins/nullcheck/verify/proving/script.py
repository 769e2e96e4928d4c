"""The test that a scenario is written as."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from breadknife.plugins.nullcheck.verify.proving.scenario import Parameter, Scenario, Source

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
_ACTS = ("with ", "module.", "list(")
"""How the lines begin that call the function. Those before them make the mocks."""


def bodies(scenario: Scenario) -> tuple[str, ...]:
    """The lines of tests that call the function, which use `module`, `MagicMock` and `patch`. The first ones only give
    it ordinary values, because they convince most: the code then makes the null by itself."""
    source = scenario.source
    sources = (source, replaced) if (replaced := source.with_whole_owner) is not None else (source,)
    mocked = ["\n".join(_body(replace(scenario, source=each), untyped)) for each in sources for untyped in UNTYPED]
    return tuple(dict.fromkeys((*_plain(scenario), *mocked)))


def test_file(scenario: Scenario, module: str, body: str, raises: str) -> str:
    """A file for pytest. `raises` is the exception that the fixed code raises, "" where it comes back."""
    lines = body.splitlines()
    acts = next(at for at, line in enumerate(lines) if line.startswith(_ACTS))
    if raises:
        lines[acts:] = [f"with pytest.raises({raises}):", *(_INDENT + line for line in lines[acts:])]
    mocks = [name for name, used in (("MagicMock", _MOCK), ("patch", "patch.object(")) if used in body]
    imports = [f"from unittest.mock import {', '.join(mocks)}", ""] if mocks else []
    imports += ["import pytest", ""] if raises else []
    if "patch" in mocks:
        imports.append(f"import {module} as module")
    else:  # the module's own names are all that the test needs
        imports.append(f"from {module} import {scenario.function.partition('.')[0]}")
        lines = [re.sub(r"\bmodule\.", "", line) for line in lines]
    name = re.sub(r"\W+", "_", f"test_{scenario.name}_without_{scenario.value.split('(')[0]}").strip("_").lower()
    shown = " ".join(scenario.value.split())
    said = f'"""`{scenario.function}` must not use `{shown}` where that is None."""'
    return "\n".join([*imports, "", "", f"def {name}() -> None:", *(_INDENT + each for each in (said, *lines)), ""])


def _plain(scenario: Scenario) -> Iterator[str]:
    """Calls with ordinary values alone, if all parameters can have one."""
    for at, untyped in enumerate(PLAIN):
        given = list[str]()
        for parameter in scenario.parameters:
            value = _value_of(parameter.annotation, at) if parameter.annotation else untyped
            if not value or parameter.name in ("self", "cls"):
                return
            given.append(_given(parameter, value))
        yield _call(scenario, given)


def _value_of(annotation: str, at: int) -> str:
    """A value of a type; "" if none is known."""
    values = _VALUES.get(annotation.partition("[")[0].lower(), ("",))
    return values[min(at, len(values) - 1)]


def _given(parameter: Parameter, value: str) -> str:
    return f"{parameter.name}={value}" if parameter.by_name else value


def _call(scenario: Scenario, given: Iterable[str]) -> str:
    call = f"module.{scenario.function}({', '.join(given)})"
    return f"list({call})" if scenario.is_generator else call


def _body(scenario: Scenario, untyped: str) -> Iterator[str]:
    source = scenario.source
    is_used = source.argument and source.path
    if is_used:
        yield f"{source.argument} = {_MOCK}"
        yield f"{source.argument}{source.path} = None"
    call = _call(scenario, (_argument(parameter, source, untyped) for parameter in scenario.parameters))
    if not source.name:
        yield call
        return
    yield from _patching(source)
    yield _INDENT + call


def _patching(source: Source) -> Iterator[str]:
    owner = f"module.{source.owner}" if source.owner else "module"
    # The name of a builtin isn't the module's own until it is patched.
    create = "" if source.owner else ", create=True"
    target = f'patch.object({owner}, "{source.name}"'
    if source.path in ("", ".return_value"):
        given = ", return_value=None" if source.path else ", None"
        yield f"with {target}{given}{create}):"
        return
    yield f"with {target}{create}) as mock:"
    yield f"{_INDENT}mock{source.path} = None"


def _argument(parameter: Parameter, source: Source, untyped: str) -> str:
    if parameter.name == source.argument:
        value = parameter.name if source.path else "None"
    else:
        is_known = parameter.annotation or parameter.name in ("self", "cls")
        value = _value_of(parameter.annotation, 1) or (_MOCK if is_known else untyped)
    return _given(parameter, value)

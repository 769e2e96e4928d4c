"""The test that a scenario is written as."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.verify.proving.scenario import Parameter, Scenario, Source

_MOCK = "MagicMock()"
_BY_TYPE = {"str": '"text"', "int": "1", "float": "1.0", "bool": "True", "bytes": 'b"text"'}
"""Annotation -> a value of the type; of others a mock does."""
UNTYPED = (_MOCK, '"text"', "1")
"""What parameters without a type are tried with, one after the other: code may ask of what type they are."""
_INDENT = "    "
_ACTS = ("with ", "module.", "list(")
"""How the lines begin that call the function. Those before them make the mocks."""


def bodies(scenario: Scenario) -> tuple[str, ...]:
    """The lines of the test that call the function, once with each of `UNTYPED`. They use `module`, `MagicMock` and
    `patch`."""
    return tuple(dict.fromkeys("\n".join(_body(scenario, untyped)) for untyped in UNTYPED))


def test_file(scenario: Scenario, module: str, body: str, raises: str) -> str:
    """A file for pytest. `raises` is the exception that the fixed code raises, "" where it comes back."""
    lines = body.splitlines()
    acts = next(at for at, line in enumerate(lines) if line.startswith(_ACTS))
    if raises:
        lines[acts:] = [f"with pytest.raises({raises}):", *(_INDENT + line for line in lines[acts:])]
    mocks = [name for name in ("MagicMock", "patch") if name in body]
    imports = [f"from unittest.mock import {', '.join(mocks)}", ""] if mocks else []
    imports += ["import pytest", ""] if raises else []
    imports.append(f"import {module} as module")
    name = re.sub(r"\W+", "_", f"test_{scenario.name}_without_{scenario.value.split('(')[0]}").strip("_").lower()
    shown = " ".join(scenario.value.split())
    said = f'"""`{scenario.function}` must not use `{shown}` where that is None."""'
    return "\n".join([*imports, "", "", f"def {name}() -> None:", *(_INDENT + each for each in (said, *lines)), ""])


def _body(scenario: Scenario, untyped: str) -> Iterator[str]:
    source = scenario.source
    is_used = source.argument and source.path
    if is_used:
        yield f"{source.argument} = {_MOCK}"
        yield f"{source.argument}{source.path} = None"
    given = ", ".join(_argument(parameter, source, untyped) for parameter in scenario.parameters)
    call = f"module.{scenario.function}({given})"
    if scenario.is_generator:
        call = f"list({call})"
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
        known = _BY_TYPE.get(parameter.annotation)
        value = known or (_MOCK if parameter.annotation or parameter.name in ("self", "cls") else untyped)
    return f"{parameter.name}={value}" if parameter.by_name else value

"""Finds types of steps: our own and anybody's, all through the entry-point group `breadknife.steps`."""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from breadknife.errors import PluginError
from breadknife.steps.step import StepType

GROUP = "breadknife.steps"
OWN = "breadknife"
"""The package whose steps run in this process."""
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}")
log = logging.getLogger("breadknife.steps")

AnyStep = StepType[Any, Any]


@dataclass(frozen=True)
class Installed:
    """A type of step, and the package that it comes from."""

    type: AnyStep
    entry: str
    """The name of its entry point."""
    package: str
    version: str


@dataclass(frozen=True)
class StepRegistry:
    steps: Mapping[str, Installed]
    problems: tuple[PluginError, ...] = ()

    @property
    def types(self) -> dict[str, AnyStep]:
        return {name: installed.type for name, installed in self.steps.items()}


@cache
def discover_steps() -> StepRegistry:
    """Return every installed type of step. One that can't be loaded is a problem of its own. Cached for the process."""
    steps: dict[str, Installed] = {}
    problems: list[PluginError] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda point: (_package(point) != OWN, point.name)):
        try:
            package = _package(entry)
            for kind in load_steps(entry):
                if kind.name in steps:
                    raise PluginError(f"{steps[kind.name].package} has a step `{kind.name}` already")
                kind = kind if package == OWN else dataclasses.replace(kind, isolated=True)
                steps[kind.name] = Installed(kind, entry.name, package, entry.dist.version if entry.dist else "")
        except Exception as error:
            log.info("steps %s can't be loaded", entry.name, exc_info=True)
            problems.append(PluginError(f"steps `{entry.name}` ({entry.value}) can't be loaded: {error}"))
    return StepRegistry(steps, tuple(problems))


def load_steps(entry: EntryPoint) -> tuple[AnyStep, ...]:
    """Return the types of steps that an entry point names. Raises PluginError for anything else, and what loading it
    raises."""
    loaded = entry.load()
    steps = cast("tuple[Any, ...]", loaded if isinstance(loaded, tuple) else (loaded,))
    for kind in steps:
        if not isinstance(kind, StepType):
            raise PluginError(f"it names a {type(kind).__name__}, not a StepType")
        check_step(cast("AnyStep", kind))
    return cast("tuple[AnyStep, ...]", steps)


def check_step(kind: AnyStep) -> None:
    """Raises PluginError for a step whose declaration is wrong."""
    if not _NAME.fullmatch(kind.name):
        raise PluginError(f"`{kind.name}` can't name a step; take words with dots, as in `select.symbol`")
    for side, data in (("takes", kind.takes), ("gives", kind.gives)):
        if not is_dataclass(data) or not data.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise PluginError(f"`{kind.name}`: `{side}` is not a frozen dataclass")
    reserved = {"use", "when", "each"} & set(kind.inputs)
    if reserved:
        raise PluginError(f"`{kind.name}`: no input can be called `{reserved.pop()}`")
    if kind.writes and not any(port.is_role for port in kind.inputs.values()):
        raise PluginError(f"`{kind.name}` writes and names no role of a model; use literal(role=True)")
    _ = kind.outputs  # raises PluginError for a type that no port can have, as `inputs` above does


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else ""

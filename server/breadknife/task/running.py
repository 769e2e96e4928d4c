"""Runs a cascade: step after step, until one settles the matter."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from breadknife.errors import ModelError, PluginError
from breadknife.lru import LruCache
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict, Vetoed
from breadknife.task.plugin import Context


@dataclass(frozen=True)
class StepTrace:
    """What a receipt records of one step."""

    name: str
    kind: str
    verdict: str
    """`settled`, `passed on`, `vetoed` or `raised`; with `, remembered` if it came from the memory."""
    milliseconds: float
    model: str = ""


MEMOISED = 512
"""Verdicts of memoised steps that are kept."""


def check_cascade(steps: Sequence[Step[Any, Any]]) -> None:
    """Raises PluginError if a step doesn't accept what the one before it gives, or if an expensive step comes before a
    cheaper one that doesn't need its result."""
    kinds = list(Kind)
    for before, after in itertools.pairwise(steps):
        if not issubclass(before.gives, after.takes):
            raise PluginError(
                f"step `{before.name}` gives {before.gives.__name__}, `{after.name}` takes {after.takes.__name__}"
            )
        is_free = not after.needs_previous and issubclass(before.takes, after.takes)
        if kinds.index(before.kind) > kinds.index(after.kind) and is_free:
            raise PluginError(f"step `{before.name}` ({before.kind}) is dearer than `{after.name}` ({after.kind})")


def run_cascade(
    steps: Sequence[Step[Any, Any]],
    value: Any,
    context: Context,
    trace: Callable[[StepTrace], None],
    memory: LruCache[Hashable, Verdict],
    owner: str = "",
) -> Any:
    """Run the steps on `value`. Returns the result, or a Silence. Calls `trace` after each step, also if it raises.

    `owner` separates the remembered verdicts of different plugins. Raises what a step raises, and PluginError (see
    `check_cascade`).
    """
    check_cascade(steps)
    for step in steps:
        model = _model_of(step, context)
        if step.escalates and not model:
            continue
        started, outcome = time.perf_counter(), "raised"
        try:
            key = (owner, step.name, model, value) if step.memoised else None
            remembered = memory.get(key) if key else None
            verdict = remembered or step.run(value, context)
            if key and not remembered:
                memory[key] = verdict
            is_remembered = remembered is not None or (isinstance(verdict, PassedOn) and verdict.remembered)
            outcome = _OUTCOMES[type(verdict)] + (", remembered" if is_remembered else "")
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 2)
            trace(StepTrace(step.name, step.kind.value, outcome, milliseconds, model))
        match verdict:
            case Settled(value=result):
                return result
            case Vetoed(silence=silence):
                return silence
            case PassedOn(value=value):
                pass
    return value


_OUTCOMES: dict[type[Any], str] = {Settled: "settled", PassedOn: "passed on", Vetoed: "vetoed"}


def _model_of(step: Step[Any, Any], context: Context) -> str:
    """Return the name of the model that a step will ask; empty if it asks none, or if there is none."""
    if not step.role:
        return ""
    if step.escalates:
        bigger = context.escalate(step.role)
        return bigger.name if bigger else ""
    try:
        return context.model(step.role).name
    except ModelError:  # the step meets it too, and may know what to do
        return ""

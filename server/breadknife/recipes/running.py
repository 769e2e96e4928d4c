"""Runs a checked recipe: a plan becomes a cascade of the host's, which shows each step in the receipt."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from breadknife.errors import ModelError, PluginError
from breadknife.lru import LruCache
from breadknife.recipes.checking import Plan
from breadknife.recipes.expressions import reference, unescaped
from breadknife.recipes.inputs import INPUT, RecipeInput
from breadknife.recipes.requests import Watcher
from breadknife.recipes.values import RecipeStep
from breadknife.steps.ports import Port
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import PassedOn, Step, Verdict, Vetoed
from breadknife.task.plugin import Context
from breadknife.task.values import Origin, Silence
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.toml import KeyPlace, key_places, nearest_place

MAX_ITEMS = 200
"""For which a step with `each` runs."""
MAX_SIZE = 16 << 20
"""Characters of all texts that the steps of one run give."""
MAX_REMEMBERED = 1_000
"""Results of steps that are kept, the newest."""
RunStep = Callable[[StepType[Any, Any], Any, StepContext], Any]
"""Runs one step, here or in a process of its own: what it gives, or a Silence."""
_ENCODER = msgspec.msgpack.Encoder(order="sorted", enc_hook=repr)


@dataclass(frozen=True)
class StepResult:
    """What a step gave, and the model that wrote something of it, if one did."""

    value: Any
    model: str = ""


def digest(name: str, version: int, model: str, given: Mapping[str, Any]) -> bytes:
    """Return a digest that is another one wherever a step's result may be another.

    `model` is the digest of the model that it asks, `given` what it takes at each port.
    """
    return hashlib.blake2b(_ENCODER.encode((name, version, model, given)), digest_size=16).digest()


@dataclass(frozen=True)
class RecipeState:
    """What the steps gave so far; None of one that was left out."""

    values: Mapping[str, Any]
    model: str = ""
    """The last one that wrote something."""
    size: int = 0
    """Characters of all texts among the values."""
    refused: tuple[Silence, ...] = ()
    """Why items of a list gave nothing."""


@dataclass(frozen=True)
class RecipeOutput:
    """A recipe's result."""

    text: str
    span: Span
    origin: Origin
    refused: tuple[Silence, ...] = ()
    """Why items of a list gave nothing."""
    places: tuple[tuple[Span, str], ...] = ()
    """Of several edits or findings, each span with its text. `span` holds all of them then; `text` is what stands there
    after the edits, or a line for each finding."""
    refused_places: tuple[tuple[Span, str], ...] = ()
    """Parts that were left as they are, and why."""

    @property
    def parts(self) -> tuple[tuple[Span, str], ...]:
        """Return the edits or findings one by one."""
        return self.places or ((self.span, self.text),)


@dataclass(frozen=True)
class RecipeRunner:
    """Runs recipes, and remembers what their steps gave: shared by all recipes of a process."""

    run_step: RunStep
    memory: LruCache[bytes, StepResult] = field(
        default_factory=lambda: LruCache[bytes, StepResult](MAX_REMEMBERED), repr=False
    )

    def steps(
        self, plan: Plan, steps: Iterable[RecipeStep], watcher: Watcher | None = None
    ) -> tuple[Step[RecipeState, RecipeState], ...]:
        """Return steps of the plan as those of a cascade."""
        return tuple(self._step(plan, step, watcher) for step in steps)

    def run(
        self, plan: Plan, given: RecipeInput, context: Context, watcher: Watcher | None = None
    ) -> RecipeOutput | Silence:
        """Return what the recipe gives at a place. Raises what a step raises: Cancelled, ModelError, EngineError."""
        end = context.run(self.steps(plan, plan.order, watcher), RecipeState({INPUT: given.values()}))
        return end if isinstance(end, Silence) else output_of(plan, end)

    def _step(self, plan: Plan, step: RecipeStep, watcher: Watcher | None) -> Step[RecipeState, RecipeState]:
        def run(state: RecipeState, context: Any) -> Verdict:
            started = time.perf_counter()
            verdict = _StepRun(self, plan, step, state, context).verdict()
            if watcher is not None:
                gave = verdict.silence if isinstance(verdict, Vetoed) else verdict.value.values[step.name]
                remembered = isinstance(verdict, PassedOn) and verdict.remembered
                watcher(step.name, gave, (time.perf_counter() - started) * 1000, remembered)
            return verdict

        kind = plan.types[step.name].kind
        return Step(step.name, kind, RecipeState, RecipeState, run, plan.role_of(step), needs_previous=True)


def output_of(plan: Plan, end: RecipeState) -> RecipeOutput | Silence:
    """Return the result that the recipe shows."""
    show = plan.recipe.show
    text, at = _resolve(show.text, end.values), _resolve(show.at, end.values)
    if text is None or at is None:
        return Silence("recipe-empty", f"{plan.recipe.name} has nothing for this place")
    origin = Origin(f"recipes/{plan.recipe.name}", end.model)
    refused_places = _pairs(_resolve(show.refused_at, end.values) or (), _resolve(show.refused, end.values) or ())
    if not isinstance(at, tuple):
        return RecipeOutput(str(text), at, origin, end.refused, refused_places=refused_places)
    spans = cast("tuple[Span | None, ...]", at)
    texts = cast("tuple[str | None, ...]", text) if isinstance(text, tuple) else (str(text),) * len(spans)
    places = _pairs(spans, texts)
    if not places:
        why = refused_places[0][1] if refused_places else f"{plan.recipe.name} has nothing for this place"
        return Silence("recipe-empty", why)
    document: Document = end.values[INPUT]["document"]
    hull = Span(min(span.start for span, _ in places), max(span.end for span, _ in places))
    if show.presentation != "edit":
        return RecipeOutput("\n".join(text for _, text in places), hull, origin, end.refused, places)
    try:
        changed = apply_edits(document.slice(hull), (TextEdit(span.shifted(-hull.start), new) for span, new in places))
    except ValueError as error:
        raise PluginError(f"`show`: {error}") from error
    return RecipeOutput(changed, hull, origin, end.refused, places, refused_places)


def _pairs(spans: Iterable[Span | None], texts: Iterable[str | None]) -> tuple[tuple[Span, str], ...]:
    pairs = zip(spans, texts, strict=False)
    return tuple((span, text) for span, text in pairs if span is not None and text is not None)


@dataclass(frozen=True)
class _StepRun:
    """One step of one recipe at one place."""

    runner: RecipeRunner
    plan: Plan
    step: RecipeStep
    state: RecipeState
    context: Context

    def verdict(self) -> Verdict:
        if not self._holds():
            return PassedOn(self._with(None))
        if self.step.each:
            return self._each()
        given = self._given(self.state.values)
        if given is None:
            return PassedOn(self._with(None))
        result, remembered = self._result(given)
        if isinstance(result.value, Silence):
            return Vetoed(result.value)
        return PassedOn(self._with(result.value, result.model), remembered)

    def _holds(self) -> bool:
        return (self.step.name, "when") not in self.plan.templates or self._rendered("when", self.state.values)

    def _rendered(self, name: str, values: Mapping[str, Any]) -> Any:
        """Return what the template of an input gives. Raises PluginError with its place in the recipe."""
        try:
            return self.plan.templates[self.step.name, name].render(values)
        except PluginError as error:
            recipe = self.plan.recipe
            place = nearest_place(key_places(recipe.source), ("steps", self.step.name, name)) or KeyPlace(1, 1)
            where = f"{recipe.path.name}:{place.line}:{place.column}"
            raise PluginError(f"{where}: `{name}`: {error}") from error

    def _each(self) -> Verdict:
        """Run the step for each item. An item that the step refuses gives None; the reason is kept."""
        lists = {name: _resolve(path, self.state.values) for name, path in self.step.each.items()}
        if any(values is None for values in lists.values()):
            return PassedOn(self._with(None))
        lengths = {len(values) for values in lists.values()}
        if len(lengths) > 1 or max(lengths) > MAX_ITEMS:
            raise PluginError(f"`{self.step.name}`: `each` takes lists of one length, of at most {MAX_ITEMS} items")
        results: list[Any] = []
        refused: list[Silence] = []
        model, all_remembered, size = "", True, self.state.size
        for items in zip(*lists.values(), strict=True):
            self.context.cancel.raise_if_cancelled()
            local = dict(zip(lists, items, strict=True))
            given = None if None in items else self._given({**self.state.values, **local})
            value: Any = None
            if given is not None:
                result, remembered = self._result(given)
                all_remembered &= remembered
                if isinstance(result.value, Silence):
                    refused.append(result.value)
                else:
                    value, model = result.value, result.model or model
                    size = self._sized(size, value)
            results.append(value)
        if refused and all(result is None for result in results):
            return Vetoed(refused[0])
        outputs = self.plan.types[self.step.name].outputs
        gathered = {name: tuple(None if r is None else getattr(r, name) for r in results) for name in outputs}
        state = self._with(gathered, model)
        return PassedOn(dataclasses.replace(state, refused=(*state.refused, *refused)), all_remembered)

    def _given(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the step's inputs; None if one that it needs is missing."""
        given: dict[str, Any] = {}
        for port in self.plan.types[self.step.name].inputs.values():
            value = self._input(port, values)
            if value is None and not port.type.is_optional and not port.is_literal:
                return None
            given[port.name] = value
        return given

    def _input(self, port: Port, values: Mapping[str, Any]) -> Any:
        if port.name not in self.step.given:
            implied = values[INPUT].get(port.name) if port.is_required else None
            return implied if implied is not None else port.default
        value = self.step.given[port.name]
        if port.is_template:
            return self._rendered(port.name, values)
        if port.is_role:
            return self.plan.recipe.models.get(value, value)
        if port.is_literal:
            return value
        if isinstance(value, list):
            return tuple(_resolve(item, values) for item in cast("list[Any]", value))
        return _resolve(value, values)

    def _result(self, given: Mapping[str, Any]) -> tuple[StepResult, bool]:
        """Return what the step gives, and whether it was remembered."""
        kind = self.plan.types[self.step.name]
        if kind.needs_trust and not self.context.trusted:
            why = f"`{self.step.name}` runs a program, and this folder isn't trusted"
            return StepResult(Silence("untrusted", why, "`breadknife trust` trusts it")), False
        key = self._key(kind, given)
        if key and (known := self.runner.memory.get(key)):
            return known, True
        value = self.runner.run_step(kind, _made(kind, given), self.context)
        result = StepResult(value, self.context.model(self.plan.role_of(self.step)).name if kind.writes else "")
        if key and not isinstance(value, Silence):
            self.runner.memory[key] = result
        return result, False

    def _key(self, kind: StepType[Any, Any], given: Mapping[str, Any]) -> bytes | None:
        if not kind.remembered:
            return None
        model = ""
        if role := self.plan.role_of(self.step):
            try:
                model = self.context.model(role).digest
            except ModelError:  # the step meets it, too
                return None
            if not model:
                return None
        return digest(kind.name, kind.version, model, given)

    def _with(self, value: Any, model: str = "") -> RecipeState:
        values = {**self.state.values, self.step.name: value}
        size = self._sized(self.state.size, value)
        return dataclasses.replace(self.state, values=values, model=model or self.state.model, size=size)

    def _sized(self, size: int, value: Any) -> int:
        """Return the size with the texts that a step gave. Raises PluginError for more than a recipe may hold."""
        size += sum(map(_length, _values_in(value)))
        if size > MAX_SIZE:
            raise PluginError(
                f"`{self.step.name}`: the recipe's texts have more than {MAX_SIZE:,} characters; make less"
            )
        return size


def _values_in(value: Any) -> Iterable[Any]:
    """Return what a step gave at its ports."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).values()
    return vars(value).values() if dataclasses.is_dataclass(value) else ()


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(map(_length, cast("tuple[Any, ...]", value))) if isinstance(value, tuple) else 0


def _made(kind: StepType[Any, Any], given: Mapping[str, Any]) -> Any:
    """Return an instance of the step's input type. A list of TOML becomes a tuple where the step wants one."""
    return kind.takes(
        **{name: tuple(cast("list[Any]", value)) if isinstance(value, list) else value for name, value in given.items()}
    )


def _resolve(written: Any, values: Mapping[str, Any]) -> Any:
    """Return what a reference stands for, None if that is missing; a literal as it is."""
    named = reference(written)
    if named is None:
        return unescaped(written) if isinstance(written, str) else written
    value: Any = values.get(named.step)
    for name in named.fields:
        if value is None:
            return None
        value = cast("Mapping[str, Any]", value).get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value

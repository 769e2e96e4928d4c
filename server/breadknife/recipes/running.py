"""Runs a checked recipe: a plan becomes a cascade of the host's, which shows each step in the receipt."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from breadknife.errors import ModelError, PluginError
from breadknife.recipes.checking import Plan, role_of
from breadknife.recipes.expressions import reference, unescaped
from breadknife.recipes.inputs import INPUT, Input
from breadknife.recipes.remembering import Result, StepMemory, digest
from breadknife.recipes.requests import Watcher
from breadknife.recipes.values import Use
from breadknife.steps.ports import Port
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import PassedOn, Step, Verdict, Vetoed
from breadknife.task.plugin import Context
from breadknife.task.values import Origin, Silence
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from breadknife.text.toml_places import KeyPlace, key_places, nearest_place

MAX_ITEMS = 200
"""For which a step with `each` runs."""
MAX_SIZE = 16 << 20
"""Characters of all texts that the steps of one run give."""
RunStep = Callable[[StepType[Any, Any], Any, StepContext], Any]
"""Runs one step, here or in a process of its own: what it gives, or a Silence."""


def run_here(kind: StepType[Any, Any], given: Any, context: StepContext) -> Any:
    return kind.run(given, context)


@dataclass(frozen=True)
class State:
    """What the steps gave so far; None of one that was left out."""

    values: Mapping[str, Any]
    model: str = ""
    """The last one that wrote something."""
    size: int = 0
    """Characters of all texts among the values."""
    refused: tuple[Silence, ...] = ()
    """Why items of a list gave nothing."""


@dataclass(frozen=True)
class Served:
    """A recipe's result."""

    text: str
    span: Span
    origin: Origin
    refused: tuple[Silence, ...] = ()
    """Why items of a list gave nothing."""
    places: tuple[tuple[Span, str], ...] = ()
    """Of several edits or findings, each span with its text. `span` holds all of them then; for edits, `text` is what
    stands there afterwards."""
    refused_places: tuple[tuple[Span, str], ...] = ()
    """Parts that were left as they are, and why."""

    @property
    def parts(self) -> tuple[tuple[Span, str], ...]:
        """Each edit or finding."""
        return self.places or ((self.span, self.text),)


@dataclass(frozen=True)
class Kitchen:
    """What recipes share in one process: the memory of steps, and how steps are run."""

    run_step: RunStep = run_here
    memory: StepMemory = field(default_factory=StepMemory)

    def steps(self, plan: Plan, uses: Iterable[Use], watcher: Watcher | None = None) -> tuple[Step[State, State], ...]:
        """Steps of the plan as those of a cascade."""
        return tuple(self._step(plan, use, watcher) for use in uses)

    def run(self, plan: Plan, asked: Input, context: Context, watcher: Watcher | None = None) -> Served | Silence:
        """Return what the recipe gives at a place. Raises what a step raises: Cancelled, ModelError, EngineError."""
        end = context.run(self.steps(plan, plan.order, watcher), State({INPUT: asked.values()}))
        return end if isinstance(end, Silence) else serve(plan, end)

    def _step(self, plan: Plan, use: Use, watcher: Watcher | None) -> Step[State, State]:
        kind = plan.types[use.name]

        def run(state: State, context: Any) -> Verdict:
            started = time.perf_counter()
            verdict = _Running(self, plan, use, state, context).verdict()
            if watcher is not None:
                gave = verdict.silence if isinstance(verdict, Vetoed) else verdict.value.values[use.name]
                remembered = isinstance(verdict, PassedOn) and verdict.remembered
                watcher(use.name, gave, (time.perf_counter() - started) * 1000, remembered)
            return verdict

        return Step(use.name, kind.kind, State, State, run, role_of(plan, use), needs_previous=True)


def serve(plan: Plan, end: State) -> Served | Silence:
    """Return the result that the recipe shows."""
    show = plan.recipe.show
    text, at = _value(show.text, end.values), _value(show.at, end.values)
    if text is None or at is None:
        return Silence("recipe-empty", f"{plan.recipe.name} has nothing for this place")
    origin = Origin(f"recipes/{plan.recipe.name}", end.model)
    refused_places = _pairs(_value(show.refused_at, end.values) or (), _value(show.refused, end.values) or ())
    if not isinstance(at, tuple):
        return Served(str(text), at, origin, end.refused, refused_places=refused_places)
    spans = cast("tuple[Span | None, ...]", at)
    texts = cast("tuple[str | None, ...]", text) if isinstance(text, tuple) else (str(text),) * len(spans)
    places = _pairs(spans, texts)
    if show.way != "edit":
        return Served("", Span(0, 0), origin, end.refused, places)
    if not places:
        why = refused_places[0][1] if refused_places else f"{plan.recipe.name} has nothing for this place"
        return Silence("recipe-empty", why)
    document: Document = end.values[INPUT]["document"]
    hull = Span(min(span.start for span, _ in places), max(span.end for span, _ in places))
    try:
        changed = apply_edits(document.slice(hull), (TextEdit(span.shifted(-hull.start), new) for span, new in places))
    except ValueError as error:
        raise PluginError(f"`show`: {error}") from error
    return Served(changed, hull, origin, end.refused, places, refused_places)


def _pairs(spans: Iterable[Span | None], texts: Iterable[str | None]) -> tuple[tuple[Span, str], ...]:
    found = zip(spans, texts, strict=False)
    return tuple((span, text) for span, text in found if span is not None and text is not None)


@dataclass(frozen=True)
class _Running:
    """One step of one recipe at one place."""

    kitchen: Kitchen
    plan: Plan
    use: Use
    state: State
    context: Context

    def verdict(self) -> Verdict:
        if not self._holds():
            return PassedOn(self._with(None))
        if self.use.each:
            return self._each()
        given = self._given(self.state.values)
        if given is None:
            return PassedOn(self._with(None))
        result, remembered = self._result(given)
        if isinstance(result.value, Silence):
            return Vetoed(result.value)
        return PassedOn(self._with(result.value, result.model), remembered)

    def _holds(self) -> bool:
        return (self.use.name, "when") not in self.plan.templates or self._rendered("when", self.state.values)

    def _rendered(self, name: str, values: Mapping[str, Any]) -> Any:
        """What the template of an input gives. Raises PluginError with its place in the recipe."""
        try:
            return self.plan.templates[self.use.name, name].render(values)
        except PluginError as error:
            recipe = self.plan.recipe
            place = nearest_place(key_places(recipe.source), ("steps", self.use.name, name)) or KeyPlace(1, 1)
            where = f"{recipe.path.name}:{place.line}:{place.column}"
            raise PluginError(f"{where}: `{name}`: {error}") from error

    def _each(self) -> Verdict:
        """The step for each item. An item that the step refuses gives None; the reason is kept."""
        lists = {name: _value(path, self.state.values) for name, path in self.use.each.items()}
        if any(values is None for values in lists.values()):
            return PassedOn(self._with(None))
        lengths = {len(values) for values in lists.values()}
        if len(lengths) > 1 or max(lengths) > MAX_ITEMS:
            raise PluginError(f"`{self.use.name}`: `each` takes lists of one length, of at most {MAX_ITEMS} items")
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
        if refused and all(each is None for each in results):
            return Vetoed(refused[0])
        outputs = self.plan.types[self.use.name].outputs
        gathered = {name: tuple(None if r is None else getattr(r, name) for r in results) for name in outputs}
        state = self._with(gathered, model)
        return PassedOn(State(state.values, state.model, state.size, (*state.refused, *refused)), all_remembered)

    def _given(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The step's inputs; None if one that it needs is missing."""
        given: dict[str, Any] = {}
        for port in self.plan.types[self.use.name].inputs.values():
            value = self._input(port, values)
            if value is None and not port.type.is_optional and not port.is_literal:
                return None
            given[port.name] = value
        return given

    def _input(self, port: Port, values: Mapping[str, Any]) -> Any:
        if port.name not in self.use.given:
            implied = values[INPUT].get(port.name) if port.is_required else None
            return implied if implied is not None else port.default
        value = self.use.given[port.name]
        if port.is_template:
            return self._rendered(port.name, values)
        if port.is_role:
            return self.plan.recipe.models.get(value, value)
        if port.is_literal:
            return value
        if isinstance(value, list):
            return tuple(_value(each, values) for each in cast("list[Any]", value))
        return _value(value, values)

    def _result(self, given: Mapping[str, Any]) -> tuple[Result, bool]:
        """What the step gives, and whether it was remembered."""
        kind = self.plan.types[self.use.name]
        if kind.needs_trust and not self.context.trusted:
            why = f"`{self.use.name}` runs a program, and this folder isn't trusted"
            return Result(Silence("untrusted", why, "`breadknife trust` trusts it")), False
        key = self._key(kind, given)
        if key and (known := self.kitchen.memory.get(key)):
            return known, True
        value = self.kitchen.run_step(kind, _made(kind, given), self.context)
        result = Result(value, self.context.model(role_of(self.plan, self.use)).name if kind.writes else "")
        if key and not isinstance(value, Silence):
            self.kitchen.memory.put(key, result)
        return result, False

    def _key(self, kind: StepType[Any, Any], given: Mapping[str, Any]) -> bytes | None:
        if not kind.remembered:
            return None
        model = ""
        if role := role_of(self.plan, self.use):
            try:
                model = self.context.model(role).digest
            except ModelError:  # the step meets it, too
                return None
            if not model:
                return None
        return digest(kind.name, kind.version, model, given)

    def _with(self, value: Any, model: str = "") -> State:
        values = {**self.state.values, self.use.name: value}
        size = self._sized(self.state.size, value)
        return State(values, model or self.state.model, size, self.state.refused)

    def _sized(self, size: int, value: Any) -> int:
        """Return the size with the texts that a step gave. Raises PluginError for more than a recipe may hold."""
        size += sum(map(_length, _fields(value)))
        if size > MAX_SIZE:
            raise PluginError(
                f"`{self.use.name}`: the recipe's texts have more than {MAX_SIZE:,} characters; make less"
            )
        return size


def _fields(value: Any) -> Iterable[Any]:
    """What a step gave at its ports."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).values()
    return (
        (getattr(value, field.name) for field in dataclasses.fields(value)) if dataclasses.is_dataclass(value) else ()
    )


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(map(_length, cast("tuple[Any, ...]", value))) if isinstance(value, tuple) else 0


def _made(kind: StepType[Any, Any], given: Mapping[str, Any]) -> Any:
    """An instance of the step's input type. A list of TOML becomes a tuple where the step wants one."""
    return kind.takes(
        **{name: tuple(cast("list[Any]", value)) if isinstance(value, list) else value for name, value in given.items()}
    )


def _value(written: Any, values: Mapping[str, Any]) -> Any:
    """What a reference stands for, None if that is missing; a literal as it is."""
    found = reference(written)
    if found is None:
        return unescaped(written) if isinstance(written, str) else written
    value: Any = values.get(found.step)
    for name in found.fields:
        if value is None:
            return None
        value = cast("Mapping[str, Any]", value).get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    return value

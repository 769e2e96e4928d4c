"""Checks a recipe before it runs: steps, ports, types, taint, order. Each problem has its place."""

from __future__ import annotations

import dataclasses
import graphlib
import itertools
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import msgspec

from breadknife.errors import PatternError, PluginError
from breadknife.recipes.expressions import Reference, Template, condition, reference, template
from breadknife.recipes.inputs import INPUT, INPUTS
from breadknife.recipes.parsing import ProblemLog, nearest, read_recipe
from breadknife.recipes.values import Recipe, RecipeProblem, RecipeStep
from breadknife.steps.ports import ANY, Port, PortType, field_type, fields_of, fits
from breadknife.steps.step import StepType
from breadknife.task.cascade import Kind
from breadknife.text.patterns import read_pattern
from breadknife.text.toml import KeyPath

_Items = Mapping[str, PortType]
"""Names that stand for an item of a list in a step with `each`, and their types."""


@dataclass(frozen=True)
class Plan:
    """A recipe that can run."""

    recipe: Recipe
    order: tuple[RecipeStep, ...]
    """Each step after those whose results it takes; of those that could be next, the cheapest."""
    types: Mapping[str, StepType[Any, Any]]
    """Name of a step in the recipe -> its type."""
    templates: Mapping[tuple[str, str], Template]
    """(Step, input) -> compiled; the input of a condition is `when`. The title's is ("", "title")."""
    tainted: frozenset[str]
    """Steps that give what comes from documents, PDFs or programs."""

    @cached_property
    def menu(self) -> tuple[RecipeStep, ...]:
        """The steps that run before the menu opens: the rules up to the first step that asks a model, runs a program,
        or has a process of its own."""

        def is_quick(step: RecipeStep) -> bool:
            kind = self.types[step.name]
            return kind.kind is Kind.RULE and not (kind.needs_trust or kind.isolated or self.role_of(step))

        return tuple(itertools.takewhile(is_quick, self.order))

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the roles of the models that the recipe asks, as the user's settings name them."""
        return tuple(dict.fromkeys(role for step in self.order if (role := self.role_of(step))))

    @property
    def writing_roles(self) -> tuple[str, ...]:
        """Return the roles of the models that write something."""
        writers = [step for step in self.order if self.types[step.name].writes]
        return tuple(dict.fromkeys(map(self.role_of, writers)))

    def role_of(self, step: RecipeStep) -> str:
        """Return the role whose model a step asks; empty if it asks none."""
        for port in self.types[step.name].inputs.values():
            if port.is_role:
                named = str(step.given.get(port.name, port.default))
                return self.recipe.models.get(named, named)
        return ""


def check(
    path: Path, source: str, types: Mapping[str, StepType[Any, Any]], locked: Mapping[str, int] | None = None
) -> tuple[Plan | None, tuple[RecipeProblem, ...]]:
    """Return what can run, or None, and everything that is wrong. Never raises for what is in the file.

    `locked`: the versions of types of steps that the recipe was written for. What it gives an older one is migrated.
    """
    recipe, log = read_recipe(path, source)
    if recipe is None:
        return None, tuple(log.problems)
    builder = _PlanBuilder(recipe, log, types, locked or {})
    plan = builder.plan()
    return (None if log.problems else plan), tuple(log.problems)


@dataclass
class _PlanBuilder:
    recipe: Recipe
    log: ProblemLog
    known: Mapping[str, StepType[Any, Any]]
    locked: Mapping[str, int]
    steps: dict[str, RecipeStep] = field(default_factory=dict[str, RecipeStep])
    types: dict[str, StepType[Any, Any]] = field(default_factory=dict[str, StepType[Any, Any]])
    templates: dict[tuple[str, str], Template] = field(default_factory=dict[tuple[str, str], Template])
    edges: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def plan(self) -> Plan | None:
        for step in self.recipe.steps:
            self.steps[step.name] = step
            if step.type in self.known:
                self.types[step.name] = self.known[step.type]
                self.steps[step.name] = self._migrated(step, self.known[step.type])
            else:
                self.log.report_name(
                    ("steps", step.name, "use"), f"there is no type of step `{step.type}`", step.type, self.known
                )
        for name, kind in self.types.items():
            self.edges[name] = set()
            self._check_step(self.steps[name], kind)
        self._check_show()
        order = self._order()
        if order is None:
            return None
        tainted = self._taint(order)
        plan = Plan(self.recipe, tuple(self.steps[name] for name in order), self.types, self.templates, tainted)
        self._check_title(plan)
        return plan

    def _migrated(self, step: RecipeStep, kind: StepType[Any, Any]) -> RecipeStep:
        """Return the step as its installed version takes it."""
        version = self.locked.get(kind.name, kind.version)
        if version == kind.version:
            return step
        path: KeyPath = ("steps", step.name, "use")
        if version > kind.version:
            self.log.report(
                path, f"`{kind.name}` is locked at version {version}, and {kind.version} is installed; update it"
            )
            return step
        if kind.migrate is None:
            self.log.report(
                path,
                f"`{kind.name}` is locked at version {version}, {kind.version} is installed, and nothing migrates it; "
                "test the recipe, and lock it again",
            )
            return step
        try:
            return dataclasses.replace(step, given=kind.migrate(version, step.given))
        except Exception as error:  # anybody's code
            self.log.report(path, f"`{kind.name}` can't be migrated from version {version}: {error}")
            return step

    def _check_step(self, step: RecipeStep, kind: StepType[Any, Any]) -> None:
        path: KeyPath = ("steps", step.name)
        items = {name: self._item_type((*path, "each"), step.name, value) for name, value in step.each.items()}
        for key, value in step.given.items():
            if key not in kind.inputs:
                self.log.report_name((*path, key), f"`{step.type}` takes no `{key}`", key, kind.inputs)
            else:
                self._check_input((*path, key), step, kind.inputs[key], value, items)
        for port in kind.inputs.values():
            if port.is_required and port.name not in step.given and not _is_implied(port):
                self.log.report(path, f"`{step.type}` needs `{port.name}`: {port.type}")
        if step.when:
            self._compile((*path, "when"), step.name, "when", step.when, items)

    def _item_type(self, path: KeyPath, step: str, value: str) -> PortType:
        list_type = self._reference_type(path, step, value, {})
        if list_type is None:
            return ANY
        if list_type.name == "passages":
            return PortType("passage")
        if list_type.name not in ("list", "any"):
            self.log.report(path, f"`each` takes a list; {value} is {list_type}")
        return list_type.item or ANY

    def _check_input(self, path: KeyPath, step: RecipeStep, port: Port, value: Any, items: _Items) -> None:
        if port.is_literal:
            self._check_literal(path, step.name, port, value, items)
        elif isinstance(value, list) and port.type.name in ("list", "any"):
            hint = port.hint if port.type.name == "any" else None
            for item in cast("list[Any]", value):
                self._check_value(path, step.name, port.type.item or ANY, hint, item, items)
        else:
            self._check_value(path, step.name, port.type, port.hint, value, items)

    def _check_value(self, path: KeyPath, step: str, wanted: PortType, hint: Any, value: Any, items: _Items) -> None:
        if reference(value) is not None:
            given = self._reference_type(path, step, value, items)
            if given is not None and not fits(given, wanted):
                self.log.report(path, f"`{path[-1]}` takes {wanted}; {value} is {given}")
        elif isinstance(value, str) and value.startswith("$") and not value.startswith("$$"):
            self.log.report(path, f"{value!r:.40} is no reference: write `$step.port`, or `$$` for a dollar sign")
        elif hint is not None and hint is not Any:
            try:
                msgspec.convert(value, hint)
            except (msgspec.ValidationError, TypeError) as error:
                self.log.report(path, f"`{path[-1]}` takes {wanted}: {error}")

    def _check_literal(self, path: KeyPath, step: str, port: Port, value: Any, items: _Items) -> None:
        if reference(value) is not None:
            why = "must be written in the recipe: no step's result can become a part of it"
            self.log.report(path, f"`{path[-1]}` {why}")
            return
        try:
            msgspec.convert(value, port.hint)
            if port.is_pattern:
                read_pattern(value)
        except (msgspec.ValidationError, PatternError) as error:
            self.log.report(path, f"`{path[-1]}`: {error}")
            return
        if port.is_template:
            self._compile(path, step, port.name, value, items)
        if port.is_role and self.recipe.models and value not in self.recipe.models:
            self.log.report_name(path, f"[models] has no `{value}`", value, self.recipe.models)

    def _compile(self, path: KeyPath, step: str, name: str, source: str, items: _Items) -> list[str]:
        """Compile a template or condition, and check what it refers to. Return the steps that exist of those."""
        try:
            compiled = condition(source) if name == "when" else template(source)
        except PluginError as error:
            self.log.report(path, f"`{path[-1]}`: {error}")
            return []
        self.templates[step, name] = compiled
        references = [Reference(source_step, tuple(fields)) for source_step, *fields in compiled.uses]
        return [named.step for named in references if self._resolve(path, step, named, items) is not None]

    def _reference_type(self, path: KeyPath, step: str, value: str, items: _Items) -> PortType | None:
        """Return the type of what a reference names; None, and a problem, if it names nothing."""
        named = reference(value)
        if named is None:
            self.log.report(path, f"{value!r:.40} is no reference: write `$step.port`")
            return None
        return self._resolve(path, step, named, items)

    def _resolve(self, path: KeyPath, step: str, named: Reference, items: _Items) -> PortType | None:
        if named.step in items:
            return self._field(path, named, items[named.step], named.fields)
        if named.step == INPUT:
            ports = INPUTS
        elif named.step in self.types:
            if step:
                self.edges[step].add(named.step)
            ports = {port.name: self._given(named.step, port) for port in self.types[named.step].outputs.values()}
        elif named.step in self.steps:  # of an unknown type, which is told already
            return None
        else:
            names = (*self.steps, INPUT, *items)
            self.log.report_name(path, f"there is no step `{named.step}`", named.step, names)
            return None
        if not named.fields:
            self.log.report(path, f"{named} names a step; name one of its ports: {', '.join(ports)}")
            return None
        first, *rest = named.fields
        if first not in ports:
            self.log.report_name(path, f"`{named.step}` gives no `{first}`", first, ports)
            return None
        return self._field(path, named, ports[first], rest)

    def _given(self, step: str, port: Port) -> PortType:
        """Return the type of what a step gives at a port: a list if it runs for each item of one."""
        return PortType("list", port.type) if self.steps[step].each else port.type

    def _field(self, path: KeyPath, named: Reference, start: PortType, names: Any) -> PortType | None:
        at = start
        for name in names:
            inner = field_type(at, name)
            if inner is None:
                self.log.report(path, f"{named}: {at} has no `{name}`; {nearest(name, fields_of(at))}")
                return None
            at = inner
        return at

    def _check_show(self) -> None:
        show = self.recipe.show
        for key, name in (("text", "text"), ("at", "span")):
            given = self._reference_type(("show", key), "", getattr(show, key), {})
            may_list = show.presentation in ("edit", "finding")
            if given is not None and not fits(given, PortType(name)) and not (may_list and _is_list(given, name)):
                self.log.report(("show", key), f"`{key}` takes {name}; {getattr(show, key)} is {given}")
        if bool(show.refused) != bool(show.refused_at):
            self.log.report(("show",), "`refused` and `refused_at` belong together")
            return
        for key, name in (("refused", "text"), ("refused_at", "span")):
            written = getattr(show, key)
            given = self._reference_type(("show", key), "", written, {}) if written else None
            if given is not None and not _is_list(given, name):
                self.log.report(("show", key), f"`{key}` takes list[{name}]; {written} is {given}")

    def _check_title(self, plan: Plan) -> None:
        """Check a title that is a template: it names steps that have run when the menu opens."""
        if "{{" not in self.recipe.show.title:
            return
        path: KeyPath = ("show", "title")
        before_menu = {INPUT, *(step.name for step in plan.menu)}
        for name in self._compile(path, "", "title", self.recipe.show.title, {}):
            if name not in before_menu:
                self.log.report(path, f"`title` can't name `{name}`: it hasn't run when the menu opens")

    def _order(self) -> list[str] | None:
        sorter = graphlib.TopologicalSorter(self.edges)
        try:
            sorter.prepare()
        except graphlib.CycleError as error:
            circle: list[str] = error.args[1]
            # graphlib names each step after the one that it needs.
            self.log.report(
                ("steps", circle[0]), f"these steps need each other's results: {' → '.join(reversed(circle))}"
            )
            return None
        place = {name: number for number, name in enumerate(self.steps)}
        order: list[str] = []
        ready = list(sorter.get_ready())
        kinds = list(Kind)
        while ready:
            ready.sort(key=lambda name: (kinds.index(self.types[name].kind), place[name]))
            name = ready.pop(0)
            order.append(name)
            sorter.done(name)
            ready += sorter.get_ready()
        return order

    def _taint(self, order: list[str]) -> frozenset[str]:
        """Return the steps that give what a document, a PDF or a program may have written. None of it may reach a port
        that is clean."""
        tainted: set[str] = {INPUT}
        for name in order:
            kind, step = self.types[name], self.steps[name]
            takes_input = INPUT in sources_of(step, self.templates) or any(
                _is_implied(port) and port.name not in step.given for port in kind.inputs.values()
            )
            if kind.from_outside or takes_input or self.edges[name] & tainted:
                tainted.add(name)
            for port in kind.inputs.values():
                if port.is_clean and (source := self._dirty_source(step, port, tainted)):
                    self.log.report(
                        ("steps", name, port.name),
                        f"`{port.name}` takes nothing that comes from documents, PDFs or programs, and {source} does",
                    )
        return frozenset(tainted - {INPUT})

    def _dirty_source(self, step: RecipeStep, port: Port, tainted: Set[str]) -> str:
        """Return the reference through which a tainted value gets to a port; empty if there is none."""
        if port.name not in step.given:
            return f"${INPUT}.{port.name}" if _is_implied(port) else ""
        for written in _values_of(step.given[port.name]):
            if (named := reference(written)) is None:
                continue
            items = reference(step.each.get(named.step))
            if (items.step if items else named.step) in tainted:
                return str(named)
        return ""


def _is_implied(port: Port) -> bool:
    """Tell whether a port takes a part of the request, which has its name, unless the recipe says otherwise."""
    return port.name in INPUTS and fits(INPUTS[port.name], port.type)


def _is_list(given: PortType, name: str) -> bool:
    return given.name == "list" and fits(given, PortType("list", PortType(name)))


def _values_of(written: Any) -> list[Any]:
    """Return what a recipe writes for one input as a list: it may be one value, or several."""
    return cast("list[Any]", written) if isinstance(written, list) else [written]


def sources_of(step: RecipeStep, templates: Mapping[tuple[str, str], Template]) -> list[str]:
    """Return the names of the steps, or `input`, that a step takes something from; some may be there twice."""
    written = (item for value in (*step.given.values(), *step.each.values()) for item in _values_of(value))
    sources = [named.step for named in map(reference, written) if named is not None]
    compiled = (template for (name, _), template in templates.items() if name == step.name)
    return sources + [path[0] for template in compiled for path in template.uses]

"""Checks a recipe before it runs: steps, ports, types, taint, order. Each problem has its place."""

from __future__ import annotations

import dataclasses
import graphlib
import itertools
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import msgspec

from breadknife.errors import PatternError, PluginError
from breadknife.recipes.expressions import Reference, Template, condition, reference, template
from breadknife.recipes.inputs import INPUT, INPUTS
from breadknife.recipes.reading import Reader, nearest, read_recipe
from breadknife.recipes.values import Problem, Recipe, Use
from breadknife.steps.ports import Port, PortType, field_type, fields_of, fits
from breadknife.steps.step import StepType
from breadknife.task.cascade import Kind
from breadknife.text.patterns import read_pattern
from breadknife.text.toml_places import KeyPath


@dataclass(frozen=True)
class Plan:
    """A recipe that can run."""

    recipe: Recipe
    order: tuple[Use, ...]
    """Each step after those whose results it takes; of those that could be next, the cheapest."""
    types: Mapping[str, StepType[Any, Any]]
    """Name of a step in the recipe -> its type."""
    templates: Mapping[tuple[str, str], Template]
    """(Step, input) -> compiled; the input of a condition is `when`. The title's is ("", "title")."""
    tainted: frozenset[str]
    """Steps that give what comes from documents, PDFs or programs."""

    @cached_property
    def menu(self) -> tuple[Use, ...]:
        """The steps that run before the menu opens: the rules up to the first step that asks a model, runs a program,
        or has a process of its own."""

        def is_quick(use: Use) -> bool:
            kind = self.types[use.name]
            return kind.kind is Kind.RULE and not (kind.needs_trust or kind.isolated or role_of(self, use))

        return tuple(itertools.takewhile(is_quick, self.order))

    @property
    def needs_trust(self) -> bool:
        return any(self.types[use.name].needs_trust for use in self.order)

    @property
    def roles(self) -> tuple[str, ...]:
        """Of models that it asks, as the user's settings name them."""
        return tuple(dict.fromkeys(role for use in self.order if (role := role_of(self, use))))

    @property
    def writing_roles(self) -> tuple[str, ...]:
        """Those of models that write something."""
        writers = [use for use in self.order if self.types[use.name].writes]
        return tuple(dict.fromkeys(role_of(self, use) for use in writers))


def role_of(plan: Plan, use: Use) -> str:
    """Return the role whose model a step asks; empty if it asks none."""
    for port in plan.types[use.name].inputs.values():
        if port.is_role:
            named = str(use.given.get(port.name, port.default))
            return plan.recipe.models.get(named, named)
    return ""


def check(
    path: Path, source: str, types: Mapping[str, StepType[Any, Any]], locked: Mapping[str, int] | None = None
) -> tuple[Plan | None, tuple[Problem, ...]]:
    """Return what can run, or None, and everything that is wrong. Never raises for what is in the file.

    `locked`: the versions of types of steps that the recipe was written for. What it gives an older one is migrated.
    """
    recipe, reader = read_recipe(path, source)
    if recipe is None:
        return None, tuple(reader.problems)
    checking = _Checking(recipe, reader, types, locked or {})
    plan = checking.plan()
    return (None if reader.problems else plan), tuple(reader.problems)


@dataclass
class _Checking:
    recipe: Recipe
    reader: Reader
    known: Mapping[str, StepType[Any, Any]]
    locked: Mapping[str, int]
    uses: dict[str, Use] = field(default_factory=dict[str, Use])
    types: dict[str, StepType[Any, Any]] = field(default_factory=dict[str, StepType[Any, Any]])
    templates: dict[tuple[str, str], Template] = field(default_factory=dict[tuple[str, str], Template])
    edges: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def plan(self) -> Plan | None:
        for use in self.recipe.steps:
            self.uses[use.name] = use
            if use.type in self.known:
                self.types[use.name] = self.known[use.type]
                self.uses[use.name] = self._migrated(use, self.known[use.type])
            else:
                self.reader.report_name(
                    ("steps", use.name, "use"), f"there is no type of step `{use.type}`", use.type, self.known
                )
        for name, kind in self.types.items():
            self.edges[name] = set()
            self._check_step(self.uses[name], kind)
        self._check_show()
        order = self._order()
        if order is None:
            return None
        tainted = self._taint(order)
        plan = Plan(self.recipe, tuple(self.uses[name] for name in order), self.types, self.templates, tainted)
        self._check_title(plan)
        return plan

    def _migrated(self, use: Use, kind: StepType[Any, Any]) -> Use:
        """The step as its installed version takes it."""
        version = self.locked.get(kind.name, kind.version)
        if version == kind.version:
            return use
        path: KeyPath = ("steps", use.name, "use")
        if version > kind.version:
            self.reader.report(
                path, f"`{kind.name}` is locked at version {version}, and {kind.version} is installed; update it"
            )
            return use
        if kind.migrate is None:
            self.reader.report(
                path,
                f"`{kind.name}` is locked at version {version}, {kind.version} is installed, and nothing migrates it; "
                "test the recipe, and lock it again",
            )
            return use
        try:
            return dataclasses.replace(use, given=kind.migrate(version, use.given))
        except Exception as error:  # anybody's code
            self.reader.report(path, f"`{kind.name}` can't be migrated from version {version}: {error}")
            return use

    def _check_step(self, use: Use, kind: StepType[Any, Any]) -> None:
        path: KeyPath = ("steps", use.name)
        items = {name: self._item_type((*path, "each"), use.name, value) for name, value in use.each.items()}
        for key, value in use.given.items():
            if key not in kind.inputs:
                self.reader.report_name((*path, key), f"`{use.type}` takes no `{key}`", key, kind.inputs)
            else:
                self._check_input((*path, key), use, kind.inputs[key], value, items)
        for port in kind.inputs.values():
            if port.is_required and port.name not in use.given and not self._is_implied(port):
                self.reader.report(path, f"`{use.type}` needs `{port.name}`: {port.type}")
        if use.when:
            self._compile((*path, "when"), use, "when", use.when, items)

    def _is_implied(self, port: Port) -> bool:
        """A port that has the name of a part of the request takes that, unless the recipe says otherwise."""
        return port.name in INPUTS and fits(INPUTS[port.name], port.type)

    def _item_type(self, path: KeyPath, step: str, value: str) -> PortType:
        found = self._reference_type(path, step, value, {})
        if found is None:
            return PortType("any")
        if found.name == "passages":
            return PortType("passage")
        if found.name not in ("list", "any"):
            self.reader.report(path, f"`each` takes a list; {value} is {found}")
        return found.item or PortType("any")

    def _check_input(self, path: KeyPath, use: Use, port: Port, value: Any, items: Mapping[str, PortType]) -> None:
        if port.is_literal:
            self._check_literal(path, use, port, value, items)
            return
        if isinstance(value, list) and port.type.name in ("list", "any"):
            wanted = port.type.item or PortType("any")
            for each in cast("list[Any]", value):
                self._check_value(path, use.name, wanted, port.hint if port.type.name == "any" else None, each, items)
            return
        self._check_value(path, use.name, port.type, port.hint, value, items)

    def _check_value(
        self, path: KeyPath, step: str, wanted: PortType, hint: Any, value: Any, items: Mapping[str, PortType]
    ) -> None:
        if reference(value) is not None:
            given = self._reference_type(path, step, value, items)
            if given is not None and not fits(given, wanted):
                self.reader.report(path, f"`{path[-1]}` takes {wanted}; {value} is {given}")
        elif isinstance(value, str) and value.startswith("$") and not value.startswith("$$"):
            self.reader.report(path, f"{value!r:.40} is no reference: write `$step.port`, or `$$` for a dollar sign")
        elif hint is not None and hint is not Any:
            try:
                msgspec.convert(value, hint)
            except (msgspec.ValidationError, TypeError) as error:
                self.reader.report(path, f"`{path[-1]}` takes {wanted}: {error}")

    def _check_literal(self, path: KeyPath, use: Use, port: Port, value: Any, items: Mapping[str, PortType]) -> None:
        if reference(value) is not None:
            self.reader.report(
                path, f"`{path[-1]}` must be written in the recipe: no step's result can become a part of it"
            )
            return
        try:
            msgspec.convert(value, port.hint)
        except msgspec.ValidationError as error:
            self.reader.report(path, f"`{path[-1]}`: {error}")
            return
        if port.is_pattern:
            try:
                read_pattern(value)
            except PatternError as error:
                self.reader.report(path, f"`{path[-1]}`: {error}")
        if port.is_template:
            self._compile(path, use, port.name, value, items)
        if port.is_role and self.recipe.models and value not in self.recipe.models:
            self.reader.report_name(path, f"[models] has no `{value}`", value, self.recipe.models)

    def _compile(self, path: KeyPath, use: Use, name: str, source: str, items: Mapping[str, PortType]) -> None:
        try:
            compiled = condition(source) if name == "when" else template(source)
        except PluginError as error:
            self.reader.report(path, f"`{path[-1]}`: {error}")
            return
        self.templates[use.name, name] = compiled
        for step, *fields in compiled.uses:
            self._resolve(path, use.name, Reference(step, tuple(fields)), items)

    def _reference_type(self, path: KeyPath, step: str, value: str, items: Mapping[str, PortType]) -> PortType | None:
        """The type of what a reference names; None, and a problem, if it names nothing."""
        found = reference(value)
        if found is None:
            self.reader.report(path, f"{value!r:.40} is no reference: write `$step.port`")
            return None
        return self._resolve(path, step, found, items)

    def _resolve(self, path: KeyPath, step: str, found: Reference, items: Mapping[str, PortType]) -> PortType | None:
        if found.step in items:
            return self._field(path, found, items[found.step], found.fields)
        if found.step == INPUT:
            ports = INPUTS
        elif found.step in self.types:
            if step:
                self.edges[step].add(found.step)
            ports = {port.name: self._given(found.step, port) for port in self.types[found.step].outputs.values()}
        elif found.step in self.uses:  # of an unknown type, which is told already
            return None
        else:
            names = (*self.uses, INPUT, *items)
            self.reader.report_name(path, f"there is no step `{found.step}`", found.step, names)
            return None
        if not found.fields:
            self.reader.report(path, f"{found} names a step; name one of its ports: {', '.join(ports)}")
            return None
        first, *rest = found.fields
        if first not in ports:
            self.reader.report_name(path, f"`{found.step}` gives no `{first}`", first, ports)
            return None
        return self._field(path, found, ports[first], rest)

    def _given(self, step: str, port: Port) -> PortType:
        """What a step gives at a port: a list if it runs for each item of one."""
        return PortType("list", port.type) if self.uses[step].each else port.type

    def _field(self, path: KeyPath, found: Reference, start: PortType, names: Any) -> PortType | None:
        at = start
        for name in names:
            inner = field_type(at, name)
            if inner is None:
                self.reader.report(path, f"{found}: {at} has no `{name}`; {nearest(name, fields_of(at))}")
                return None
            at = inner
        return at

    def _check_show(self) -> None:
        show = self.recipe.show
        for key, name in (("text", "text"), ("at", "span")):
            given = self._reference_type(("show", key), "", getattr(show, key), {})
            may_list = show.way in ("edit", "finding")
            if given is not None and not fits(given, PortType(name)) and not (may_list and _is_list(given, name)):
                self.reader.report(("show", key), f"`{key}` takes {name}; {getattr(show, key)} is {given}")
        if bool(show.refused) != bool(show.refused_at):
            self.reader.report(("show",), "`refused` and `refused_at` belong together")
            return
        for key, name in (("refused", "text"), ("refused_at", "span")):
            written = getattr(show, key)
            given = self._reference_type(("show", key), "", written, {}) if written else None
            if given is not None and not _is_list(given, name):
                self.reader.report(("show", key), f"`{key}` takes list[{name}]; {written} is {given}")

    def _check_title(self, plan: Plan) -> None:
        """A title that is a template names steps that have run when the menu opens."""
        title = self.recipe.show.title
        if "{{" not in title:
            return
        path: KeyPath = ("show", "title")
        try:
            compiled = template(title)
        except PluginError as error:
            self.reader.report(path, f"`title`: {error}")
            return
        self.templates["", "title"] = compiled
        known = {INPUT, *(use.name for use in plan.menu)}
        for step, *fields in compiled.uses:
            if self._resolve(path, "", Reference(step, tuple(fields)), {}) is not None and step not in known:
                self.reader.report(path, f"`title` can't name `{step}`: it hasn't run when the menu opens")

    def _order(self) -> list[str] | None:
        sorter = graphlib.TopologicalSorter(self.edges)
        try:
            sorter.prepare()
        except graphlib.CycleError as error:
            circle: list[str] = error.args[1]
            # graphlib names each step after the one that it needs.
            self.reader.report(
                ("steps", circle[0]), f"these steps need each other's results: {' → '.join(reversed(circle))}"
            )
            return None
        place = {name: number for number, name in enumerate(self.uses)}
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
        """What a document, a PDF or a program may have written. It must not reach a port that is clean."""
        tainted: set[str] = {INPUT}
        for name in order:
            kind, use = self.types[name], self.uses[name]
            dirty = sorted(self.edges[name] & tainted)
            if kind.from_outside or dirty or self._takes_input(use, kind):
                tainted.add(name)
            for port in kind.inputs.values():
                if port.is_clean and (source := self._dirty_source(use, port, tainted)):
                    self.reader.report(
                        ("steps", name, port.name),
                        f"`{port.name}` takes nothing that comes from documents, PDFs or programs, and {source} does",
                    )
        return frozenset(tainted - {INPUT})

    def _dirty_source(self, use: Use, port: Port, tainted: Set[str]) -> str:
        """The reference through which a tainted value gets to a port; empty if there is none."""
        if port.name not in use.given:
            return f"${INPUT}.{port.name}" if self._is_implied(port) else ""
        for written in _values_of(use.given[port.name]):
            if (found := reference(written)) is None:
                continue
            items = reference(use.each.get(found.step))
            if (items.step if items else found.step) in tainted:
                return str(found)
        return ""

    def _takes_input(self, use: Use, kind: StepType[Any, Any]) -> bool:
        given = [each for value in (*use.given.values(), *use.each.values()) for each in _values_of(value)]
        named = any((found := reference(each)) and found.step == INPUT for each in given)
        read = any(
            path[0] == INPUT for (step, _), each in self.templates.items() if step == use.name for path in each.uses
        )
        implied = any(self._is_implied(port) and port.name not in use.given for port in kind.inputs.values())
        return named or read or implied


def _is_list(given: PortType, name: str) -> bool:
    return given.name == "list" and fits(given, PortType("list", PortType(name)))


def _values_of(written: Any) -> list[Any]:
    """What a recipe writes for one input: a list of values, or one."""
    return cast("list[Any]", written) if isinstance(written, list) else [written]


def steps_named(plan: Plan) -> Iterator[tuple[str, str]]:
    """(Step, step that it takes something from), for drawings."""
    for use in plan.order:
        for value in (*use.given.values(), *use.each.values()):
            for each in _values_of(value):
                if (found := reference(each)) is not None:
                    yield use.name, found.step
        for (step, _), compiled in plan.templates.items():
            if step == use.name:
                yield from ((use.name, path[0]) for path in compiled.uses)

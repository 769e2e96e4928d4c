"""Reads a recipe's TOML. Whatever is wrong has its line, its column and the nearest right word."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

import msgspec

from breadknife.errors import PatternError
from breadknife.recipes.values import FORMAT, Example, Expectation, Recipe, RecipeProblem, RecipeStep, Show
from breadknife.text.patterns import read_pattern
from breadknife.text.toml import KeyPath, KeyPlace, key_places, nearest_place, parse_toml

LARGEST = 256 << 10
"""Bytes of a recipe's file."""
MAX_STEPS = 100
MAX_TITLE = 50
_NAME = re.compile(r"[a-z][a-z0-9-]{0,49}")
_STEP_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_RESERVED = ("input", "loop")
"""Names that templates have already."""
_TOML_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")
_RECIPE_KEYS: dict[str, Any] = {
    "name": str, "title": str, "version": str, "languages": tuple[str, ...], "description": str, "enabled": bool,
    "models": dict[str, str], "named_models": bool,
}  # fmt: skip
"""Key -> type of those that are fields of a `Recipe` as they are."""
_TOP_LEVEL_KEYS = {"recipe": int, **_RECIPE_KEYS, "steps": dict[str, Any], "show": dict[str, Any], "tests": list[Any]}
_REQUIRED_KEYS = ("recipe", "name", "title", "steps", "show")


class ProblemLog:
    """The text of one file, and what has been found wrong with it so far."""

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self.source = source
        self.problems: list[RecipeProblem] = []

    @cached_property
    def _places(self) -> Mapping[KeyPath, KeyPlace]:
        return key_places(self.source)

    def report(self, path: KeyPath, message: str) -> None:
        """Report what is wrong with a key, at its place or, if the key is missing, at that of the table around it."""
        place = nearest_place(self._places, path) or KeyPlace(1, 1)
        self.problems.append(RecipeProblem(self.path, place.line, place.column, message))

    def report_name(self, path: KeyPath, message: str, name: str, names: Iterable[str]) -> None:
        """Report a wrong name, with the nearest of those that would be right."""
        self.report(path, f"{message}; {nearest(name, names)}")


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a hint for a wrong name: the right one that is most like it, or else the first 20 right ones."""
    known = sorted(names)
    if close := difflib.get_close_matches(name, known, 1, 0.5):
        return f"did you mean `{close[0]}`?"
    return f"there are {', '.join(f'`{known_name}`' for known_name in known[:20])}" if known else "there is none"


def read_recipe(path: Path, source: str) -> tuple[Recipe | None, ProblemLog]:
    """Return the recipe, or None if nothing can be made of it; the log has the problems. Never raises."""
    log = ProblemLog(path, source)
    try:
        table = parse_toml(source)
    except ValueError as error:
        position = _TOML_POSITION.search(str(error))
        line, column = (int(position[1]), int(position[2])) if position else (max(1, source.count("\n")), 1)
        log.problems.append(
            RecipeProblem(path, line, column, f"this is not TOML: {_TOML_POSITION.sub('', str(error))}")
        )
        return None, log
    top = _top(log, table)
    if top is None:
        return None, log
    steps = _steps(log, top["steps"])
    show = _show(log, top["show"])
    examples = tuple(_examples(log, top.get("tests", [])))
    if show is None:
        return None, log
    fields = {key: value for key, value in top.items() if key in _RECIPE_KEYS}
    return Recipe(**fields, steps=steps, show=show, examples=examples, path=path, source=source), log


def _top(log: ProblemLog, table: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values of the file's top level; None if one of them is wrong or missing."""
    before = len(log.problems)
    values = _values(log, (), table, _TOP_LEVEL_KEYS)
    for key in _REQUIRED_KEYS:
        if key not in table:
            log.report((), f"`{key}` is missing")
    if "recipe" in values and values["recipe"] != FORMAT:
        log.report(("recipe",), f"the format is {values['recipe']}; this breadknife reads {FORMAT}: update it")
    if "name" in values and not _NAME.fullmatch(values["name"]):
        log.report(("name",), "a name has small letters, digits and `-`, as in `plain-words`")
    if "title" in values and not 0 < len(values["title"]) <= MAX_TITLE:
        log.report(("title",), f"a title has 1 to {MAX_TITLE} characters")
    return values if len(log.problems) == before else None


def _steps(log: ProblemLog, tables: Mapping[str, Any]) -> tuple[RecipeStep, ...]:
    steps: list[RecipeStep] = []
    if len(tables) > MAX_STEPS:
        log.report(("steps",), f"{len(tables)} steps; a recipe has at most {MAX_STEPS}")
        return ()
    for name, table in tables.items():
        path: KeyPath = ("steps", name)
        if not _STEP_NAME.fullmatch(name) or name in _RESERVED:
            log.report(path, f"`{name}` can't name a step; take small letters, digits and `_`, as in `first_line`")
        elif not isinstance(table, dict):
            log.report(path, "a step is a table: [steps.NAME]")
        else:
            step = cast("dict[str, Any]", table)
            fixed = _values(log, path, {k: step[k] for k in ("use", "when", "each") if k in step}, _STEP_KEYS)
            if "use" not in step:
                log.report(path, "`use` is missing: the type of step; `breadknife recipes steps` lists them")
            if "use" in fixed:
                given = {key: value for key, value in step.items() if key not in _STEP_KEYS}
                steps.append(RecipeStep(name, fixed["use"], given, fixed.get("when", ""), fixed.get("each", {})))
    return tuple(steps)


_STEP_KEYS = {"use": str, "when": str, "each": dict[str, str]}


def _show(log: ProblemLog, table: Mapping[str, Any]) -> Show | None:
    show = _instance(log, ("show",), table, Show, keys={"presentation": "as", "action_kind": "kind"})
    if show and "{{" not in show.title and len(show.title) > MAX_TITLE:
        log.report(("show", "title"), f"a title has at most {MAX_TITLE} characters")
    return show


def _examples(log: ProblemLog, tables: list[Any]) -> Iterable[Example]:
    for number, table in enumerate(tables):
        path: KeyPath = ("tests", number)
        if not isinstance(table, dict):
            log.report(path, "a test is a table: [[tests]]")
            continue
        test = cast("dict[str, Any]", table)
        expected = test.get("expect")
        if not isinstance(expected, dict):
            log.report(path, "`expect` is missing: what a good answer is like")
            continue
        expect = _instance(log, (*path, "expect"), cast("dict[str, Any]", expected), Expectation)
        if expect is None:
            continue
        try:
            read_pattern(expect.matches)
        except PatternError as error:
            log.report((*path, "expect"), f"`matches`: {error}")
            continue
        fields = {key: value for key, value in test.items() if key != "expect"}
        example = _instance(log, path, fields, Example, also={"expect": expect})
        for key in ("cursor", "selection"):
            marked_text: str = getattr(example, key, "")
            if example and marked_text and marked_text not in example.text:
                log.report((*path, key), f"`{key}` is not in the test's `text`")
        if example is not None:
            yield example


def _values(log: ProblemLog, path: KeyPath, table: Mapping[str, Any], types: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that have the type of their key in `types`; each of the others is reported."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in types:
            log.report_name((*path, key), f"unknown key `{key}`", key, types)
            continue
        if get_origin(types[key]) is Literal and value not in get_args(types[key]):
            log.report_name((*path, key), f"`{key}` can't be {value!r:.40}", str(value), get_args(types[key]))
            continue
        try:
            values[key] = msgspec.convert(value, types[key])
        except msgspec.ValidationError as error:
            log.report((*path, key), f"`{key}`: {error}")
    return values


def _instance(
    log: ProblemLog,
    path: KeyPath,
    table: Mapping[str, Any],
    kind: type[Any],
    *,
    keys: Mapping[str, str] | None = None,
    also: Mapping[str, Any] | None = None,
) -> Any:
    """Return a value of the dataclass `kind` made from a table and the fields of `also`; None if something is wrong or
    missing.

    `keys`: name of a field -> its key in TOML, where the two differ.
    """
    renamed, also = keys or {}, also or {}
    hints = get_type_hints(kind)
    by_key = {
        renamed.get(field.name, field.name): field for field in dataclasses.fields(kind) if field.name not in also
    }
    before = len(log.problems)
    values = _values(log, path, table, {key: hints[field.name] for key, field in by_key.items()})
    for key, field in by_key.items():
        if key not in table and field.default is field.default_factory is dataclasses.MISSING:
            log.report(path, f"`{key}` is missing")
    if len(log.problems) > before:
        return None
    return kind(**{by_key[key].name: value for key, value in values.items()}, **also)

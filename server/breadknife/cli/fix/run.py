"""`breadknife fix`: verified repairs of findings about null, as a diff, into the files or on a new git branch."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import counted, print_json, say, shown, tell
from breadknife.errors import SettingsError
from breadknife.plugins.nullcheck.project.causes import causes_of
from breadknife.plugins.nullcheck.project.commands import Command
from breadknife.plugins.nullcheck.project.each_finding import repair_each
from breadknife.plugins.nullcheck.project.repairs import NO_ACTION, TO_CHOOSE, Repairs, may_be_first, named
from breadknife.plugins.nullcheck.project.reported import Sources, Told
from breadknife.plugins.nullcheck.project.root_causes import Removed, remove_causes
from breadknife.plugins.nullcheck.project.values import Ended, Found, Refused, Repair, strategy_of
from breadknife.text.printable import escaped_name

SCHEMA = 1
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""


@dataclass(frozen=True)
class Options:
    sources: Sources
    causes: bool = False
    """Repair declarations, the worst first, instead of each finding."""
    top: int | None = None
    write: bool = False
    list_all: bool = False
    tests: str | None = None
    """A command line that must succeed with the changes: what fails with them is left."""
    as_json: bool = False


_MOST_TOLD = 3
"""Findings that are each told where the same is said of all."""

_FIRST = "; first for fix"

NO_CHECKER = "none is installed, or only the folder's own, which runs once the folder is trusted (`breadknife trust`)"

Outcome = Repair | Ended | Refused | Removed


def run(options: Options, *, offline: bool, engine_script: Path | None) -> int:
    """Exit code: 0 every finding has a repair, 1 some have none, 2 something went wrong."""
    _check(options)
    folder = Path.cwd()
    tests = Command.of(options.tests, folder) if options.tests else None
    if tests:
        tests.must_pass()
    with opened(engine_script, offline=offline, tests=tests) as repairs:
        told = findings(repairs, options.sources, folder)
        if options.list_all:
            return _list(repairs, told, folder, as_json=options.as_json)
        for language in repairs.unchecked(told.found):
            tell(f"no checker has a say in repairs of {language}: {NO_CHECKER}")
        made = _causes_removed(repairs, told, options) if options.causes else repair_each(repairs, told.found)
        outcomes = list[Outcome](made)
    if options.write:
        for path in repairs.changes.write():
            tell(f"wrote {named(path, folder)}")
    _tell_outcomes(outcomes, repairs, folder, options.top)
    if options.as_json:
        print_json(_as_json(outcomes, repairs, folder))
    elif not options.write:
        sys.stdout.flush()
        sys.stdout.buffer.write(repairs.changes.patch(folder))
    if told.failed:
        return 2
    return 1 if told.outdated or any(isinstance(outcome, Refused) for outcome in outcomes) else 0


def _check(options: Options) -> None:
    sources = options.sources
    if not sources.report and not sources.own and not sources.checker:
        raise SettingsError("which findings? --from FILE (another checker's output; -: standard input), --null or both")
    if options.top is not None and not options.causes:
        raise SettingsError("--top counts root causes: it goes with --null")
    if options.list_all and (options.write or options.tests):
        raise SettingsError("--list changes nothing: leave --write and --tests out")


def _causes_removed(repairs: Repairs, told: Told, options: Options) -> Iterable[Outcome]:
    tell("looking for the causes", fleeting=True)
    causes = causes_of(repairs, told.found, told.paths)
    tell(f"{counted(len(told.found), 'finding')} of {counted(len(causes), 'cause')}")
    return remove_causes(
        repairs, shown(causes[: options.top], lambda cause: cause.origin.name), told.checker, told.said
    )


# --- what is shown ---


def _list(repairs: Repairs, told: Told, folder: Path, *, as_json: bool) -> int:
    """All offers of each finding. Exit code as `run`."""
    menus = [(each, repairs.menu(each)) for each in shown(told.found, lambda each: _where(each, repairs, folder))]
    first = [next((action for action in actions if may_be_first(action)), None) for _, actions in menus]
    if as_json:
        listed = [
            {
                **_of(each, repairs, folder),
                "offers": [
                    {"title": action.title, "strategy": strategy_of(action), "first": action is taken}
                    for action in actions
                ],
            }
            for (each, actions), taken in zip(menus, first, strict=True)
        ]
        print_json({"schema": SCHEMA, "findings": listed})
    else:
        for (each, actions), taken in zip(menus, first, strict=True):
            say(_sentence(each, repairs, folder))
            for at, action in enumerate(actions, 1):
                say(f"  {at}. {action.title} [{strategy_of(action)}{_FIRST if action is taken else ''}]")
            if not actions:
                say(f"  {NO_ACTION}")
    return 1 if told.outdated or any(not actions for _, actions in menus) else 0


def _tell_outcomes(outcomes: Sequence[Outcome], repairs: Repairs, folder: Path, top: int | None) -> None:
    left = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    to_choose = [outcome for outcome in left if outcome.why == TO_CHOOSE]
    for outcome in left:
        if outcome.why != TO_CHOOSE or len(to_choose) <= _MOST_TOLD:
            tell(f"{_sentence(outcome.found, repairs, folder)}: {outcome.why}")
    if len(to_choose) > _MOST_TOLD:
        first = _where(to_choose[0].found, repairs, folder)
        tell(f"{first} and {len(to_choose) - 1} more: {TO_CHOOSE} (--list shows the choices)")
    for repair in (each.repair if isinstance(each, Removed) else each for each in outcomes):
        if isinstance(repair, Repair) and repair.action.unchecked:
            why = repair.action.unchecked
            tell(f"{_sentence(repair.found, repairs, folder)}: repaired without a last check: {why}")
    causes = [outcome for outcome in outcomes if isinstance(outcome, Removed)]
    if causes:
        ended = sum(each.findings for each in causes)
        done = f"{counted(len(causes), 'cause')} of {counted(ended, 'finding')} repaired"
    else:
        done = f"{counted(len(outcomes) - len(left), 'finding')} repaired"
    tell(f"{done}, {len(left)} left" + (f" of the top {counted(top, 'cause')}" if top else ""))


def _as_json(outcomes: Sequence[Outcome], repairs: Repairs, folder: Path) -> dict[str, Any]:
    told = [_outcome(outcome, repairs, folder) for outcome in outcomes]
    return {"schema": SCHEMA, "outcomes": told, "diff": repairs.changes.diff(folder)}


def _outcome(outcome: Outcome, repairs: Repairs, folder: Path) -> dict[str, Any]:
    match outcome:
        case Refused():
            return {**_of(outcome.found, repairs, folder), "outcome": "left", "why": outcome.why}
        case Ended():
            return {**_of(outcome.found, repairs, folder), "outcome": "ended"}
        case Repair():
            return {**_of(outcome.found, repairs, folder), "outcome": "repaired", **_repair(outcome, repairs)}
        case Removed():
            first, cause = outcome.cause.findings[0], outcome.cause.origin.name
            return {**_of(first, repairs, folder), "outcome": "cause-repaired", **_repair(outcome.repair, repairs),
                    "cause": cause, "findings": outcome.findings}  # fmt: skip


def _repair(repair: Repair, repairs: Repairs) -> dict[str, Any]:
    checked = " · ".join(part for part in (repair.action.checked, "tests pass" if repairs.tests else "") if part)
    return {"title": repair.action.title, "strategy": repair.strategy, "checked": checked}


def _of(found: Found, repairs: Repairs, folder: Path) -> dict[str, Any]:
    line, column = repairs.changes.position(found.path, found.place.span.start)
    finding = found.finding
    return {"path": named(found.path, folder), "line": line, "column": column, "source": finding.source,
            "code": finding.code, "message": finding.message}  # fmt: skip


def _sentence(found: Found, repairs: Repairs, folder: Path) -> str:
    finding = found.finding
    return f"{_where(found, repairs, folder)}: {finding.message} [{finding.source}/{finding.code}]"


def _where(found: Found, repairs: Repairs, folder: Path) -> str:
    line, column = repairs.changes.position(found.path, found.place.span.start)
    return f"{escaped_name(named(found.path, folder))}:{line}:{column}"

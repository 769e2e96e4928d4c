"""`breadknife fix`: verified repairs of findings about null, as a diff or into the files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cli.fix.telling import as_json, where_found
from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import counted, print_json, say, shown, tell
from breadknife.errors import SettingsError
from breadknife.plugins.nullcheck.project.repairs import NO_ACTION, TO_CHOOSE, Repairs, may_be_first, named, repair_each
from breadknife.plugins.nullcheck.project.reported import FindingSources, GatheredFindings
from breadknife.plugins.nullcheck.project.values import (
    DereferenceFinding,
    EndedFinding,
    RefusedFinding,
    RepairedFinding,
    strategy_of,
)

SCHEMA = 2
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""


@dataclass(frozen=True)
class Options:
    sources: FindingSources
    write: bool = False
    list_all: bool = False
    as_json: bool = False


_MOST_TOLD = 3
"""Findings that are each told where the same is said of all."""

_FIRST = "; first for fix"

NO_CHECKER = "none is installed, or only the folder's own, which runs once the folder is trusted (`breadknife trust`)"

Outcome = RepairedFinding | EndedFinding | RefusedFinding


def run(options: Options, *, offline: bool, engine_script: Path | None) -> int:
    """Return the exit code: 0 every finding has a repair, 1 some have none, 2 something went wrong.

    Of our own findings, those that `breadknife lint` shows are repaired: a check of an unlikely null would be noise.
    """
    if options.list_all and options.write:
        raise SettingsError("--list changes nothing: leave --write out")
    folder = Path.cwd()
    with opened(engine_script, offline=offline) as repairs:
        told = findings(repairs, options.sources, folder)
        if options.list_all:
            return _list(repairs, told, folder, is_json=options.as_json)
        likely = [each for each in told.found if not each.finding.is_unlikely]
        if len(likely) < len(told.found):
            tell(f"{counted(len(told.found) - len(likely), 'unlikely finding')} left alone (--list shows all)")
        for language in repairs.unchecked(likely):
            tell(f"no checker has a say in repairs of {language}: {NO_CHECKER}")
        outcomes = list(repair_each(repairs, likely))
    if options.write:
        for path in repairs.changes.write():
            tell(f"wrote {named(path, folder)}")
    _tell_outcomes(outcomes, repairs, folder)
    if options.as_json:
        told_outcomes = [_outcome(outcome, repairs, folder) for outcome in outcomes]
        print_json({"schema": SCHEMA, "outcomes": told_outcomes, "diff": repairs.changes.diff(folder)})
    elif not options.write:
        sys.stdout.flush()
        sys.stdout.buffer.write(repairs.changes.patch(folder))
    if told.failed:
        return 2
    return 1 if told.outdated or any(isinstance(outcome, RefusedFinding) for outcome in outcomes) else 0


def _list(repairs: Repairs, told: GatheredFindings, folder: Path, *, is_json: bool) -> int:
    """List all offers of each finding. Return the exit code, as `run`."""
    menus = [(each, repairs.menu(each)) for each in shown(told.found, lambda each: named(each.path, folder))]
    first = [next((action for action in actions if may_be_first(action)), None) for _, actions in menus]
    listed = list[dict[str, Any]]()
    for (each, actions), taken in zip(menus, first, strict=True):
        offers = [{"title": a.title, "strategy": strategy_of(a), "first": a is taken} for a in actions]
        listed.append({**as_json(repairs, each, folder), "offers": offers})
        if not is_json:
            say(_sentence(each, repairs, folder))
            for at, offer in enumerate(offers, 1):
                say(f"  {at}. {offer['title']} [{offer['strategy']}{_FIRST if offer['first'] else ''}]")
            if not actions:
                say(f"  {NO_ACTION}")
    if is_json:
        print_json({"schema": SCHEMA, "findings": listed})
    return 1 if told.outdated or any(not actions for _, actions in menus) else 0


def _tell_outcomes(outcomes: Sequence[Outcome], repairs: Repairs, folder: Path) -> None:
    """Tell what is left, by its reason, and what no checker has seen."""
    by_reason = dict[str, list[DereferenceFinding]]()
    for outcome in outcomes:
        if isinstance(outcome, RefusedFinding):
            by_reason.setdefault(outcome.why, []).append(outcome.found)
        elif isinstance(outcome, RepairedFinding) and (why := outcome.action.unchecked):
            by_reason.setdefault(f"repaired without a last check: {why}", []).append(outcome.found)
    for why, found in by_reason.items():
        if len(found) <= _MOST_TOLD:
            for each in found:
                tell(f"{_sentence(each, repairs, folder)}: {why}")
        else:
            hint = " (--list shows the choices)" if why == TO_CHOOSE else ""
            first = where_found(repairs, found[0], folder, column=True)
            tell(f"{first} and {len(found) - 1} more: {why}{hint}")
    left = sum(isinstance(outcome, RefusedFinding) for outcome in outcomes)
    tell(f"{counted(len(outcomes) - left, 'finding')} repaired, {left} left")


def _outcome(outcome: Outcome, repairs: Repairs, folder: Path) -> dict[str, Any]:
    finding = as_json(repairs, outcome.found, folder)
    match outcome:
        case RefusedFinding():
            return {**finding, "outcome": "left", "why": outcome.why}
        case EndedFinding():
            return {**finding, "outcome": "ended"}
        case RepairedFinding():
            action = outcome.action
            return {**finding, "outcome": "repaired", "title": action.title, "strategy": outcome.strategy,
                    "checked": action.checked}  # fmt: skip


def _sentence(found: DereferenceFinding, repairs: Repairs, folder: Path) -> str:
    finding = found.finding
    return f"{where_found(repairs, found, folder, column=True)}: {finding.message} [{finding.source}/{finding.code}]"

"""`breadknife fix`: verified repairs of findings about null, as a diff or into the files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from breadknife.cli.fix.telling import as_json, where_found
from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import INTERRUPTED, cancelled_by_signals, print_json, say, shown, tell
from breadknife.errors import Cancelled, DocumentError, SettingsError
from breadknife.plugins.nullcheck.project.repairing import NOT_WRITTEN, RepairRun
from breadknife.plugins.nullcheck.project.repairs import TO_CHOOSE, Repairs, may_be_first, named
from breadknife.plugins.nullcheck.project.reported import FindingSources, GatheredFindings
from breadknife.plugins.nullcheck.project.values import (
    DereferenceFinding,
    EndedFinding,
    RefusedFinding,
    RepairedFinding,
    strategy_of,
)
from breadknife.text.printable import counted

SCHEMA = 2
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""


@dataclass(frozen=True)
class Options:
    sources: FindingSources
    write: bool = False
    makes_all: bool = False
    """Also what few maintainers would write."""
    list_all: bool = False
    as_json: bool = False


_MOST_LISTED = 3
"""If a message is about more findings than this, only the first is named, with the number of the others."""

_CHOSEN_MARK = "; first for fix"
"""Stands in `--list` after the repair that `breadknife fix` makes."""

NO_CHECKER = "none is installed, or only the folder's own, which runs once the folder is trusted (`breadknife trust`)"

Outcome = RepairedFinding | EndedFinding | RefusedFinding


def run(options: Options, *, offline: bool, engine_script: Path | None) -> int:
    """Repair findings, and print a diff or write the files.

    Findings of breadknife's own are repaired only if `breadknife lint` shows them: a check of an unlikely null would be
    noise. Return the exit code: 0 if every finding is repaired, 1 if some aren't, 2 if a file couldn't be read or
    checked. After Ctrl-C, what was done is kept, and it is 130. Raises BreadknifeError.
    """
    try:
        return _run(options, offline=offline, engine_script=engine_script)
    except Cancelled:
        return INTERRUPTED


def _run(options: Options, *, offline: bool, engine_script: Path | None) -> int:
    if options.list_all and options.write:
        raise SettingsError("--list changes nothing: leave --write out")
    folder = Path.cwd()
    with (
        cancelled_by_signals("SIGINT", second_raises=True) as cancel,
        opened(engine_script, offline=offline, cancel=cancel) as repairs,
    ):
        told = findings(repairs, options.sources, folder)
        if options.list_all:
            return _list(repairs, told, folder, is_json=options.as_json)
        likely = [found for found in told.found if not found.finding.is_unlikely]
        if len(likely) < len(told.found):
            tell(f"{counted(len(told.found) - len(likely), 'unlikely finding')} left alone (--list shows all)")
        for language in repairs.unchecked(likely):
            tell(f"no checker has a say in repairs of {language}: {NO_CHECKER}")
        outcomes, is_stopped = _repaired(repairs, likely, options, folder)
    _tell_outcomes(outcomes, repairs, folder)
    if options.as_json:
        rows = [_outcome_as_json(outcome, repairs, folder) for outcome in outcomes]
        print_json({"schema": SCHEMA, "outcomes": rows, "diff": repairs.changes.diff(folder)})
    if is_stopped:
        tell(f"stopped: {counted(len(likely) - len(outcomes), 'finding')} not looked at; what was done is kept")
        return INTERRUPTED
    if told.failed:
        return 2
    return 1 if told.outdated or any(isinstance(outcome, RefusedFinding) for outcome in outcomes) else 0


def _repaired(
    repairs: Repairs, found: Sequence[DereferenceFinding], options: Options, folder: Path
) -> tuple[list[Outcome], bool]:
    """Return what becomes of the findings, and whether Ctrl-C came before all of them had their turn. What a file's
    findings change is shown or written before those of the next file are looked at."""
    groups, outcomes = repairs.by_file(found), list[Outcome]()
    run = RepairRun.of(repairs, [group[0].path for group in groups], makes_all=options.makes_all)
    shown = repairs.shown([each for group in groups for each in group])
    for group in groups:
        its = list[Outcome]()
        try:
            for outcome in run.outcomes(islice(shown, len(group))):
                its.append(outcome)
        except Cancelled:
            return [*outcomes, *_kept(run, its, options, folder)], True
        outcomes += _kept(run, its, options, folder)
    return outcomes, False


def _kept(run: RepairRun, outcomes: Sequence[Outcome], options: Options, folder: Path) -> Sequence[Outcome]:
    """Show or write what is new. Return the outcomes, where a file that has changed meanwhile is left as it is."""
    changes = run.repairs.changes
    if options.write:
        try:
            for path in changes.write():
                tell(f"wrote {named(path, folder)}")
        except DocumentError as error:
            tell(str(error))
            run.take_back()
            return [RefusedFinding(each.found, NOT_WRITTEN) for each in outcomes]
    elif not options.as_json:
        sys.stdout.flush()
        sys.stdout.buffer.write(changes.patch(folder))
        sys.stdout.flush()
    run.keep()
    return outcomes


def _list(repairs: Repairs, told: GatheredFindings, folder: Path, *, is_json: bool) -> int:
    """List all repairs that each finding is offered. Return the exit code: 1 if a finding has none or its file has
    changed since it was reported, else 0."""
    menus = [(found, repairs.menu(found)) for found in shown(told.found, lambda found: named(found.path, folder))]
    rows = list[dict[str, Any]]()
    for found, actions in menus:
        chosen = next((action for action in actions if may_be_first(action)), None)
        offers = [
            {"title": action.title, "strategy": strategy_of(action), "first": action is chosen} for action in actions
        ]
        rows.append({**as_json(repairs, found, folder), "offers": offers})
        if not is_json:
            say(_sentence(found, repairs, folder))
            for number, offer in enumerate(offers, 1):
                say(f"  {number}. {offer['title']} [{offer['strategy']}{_CHOSEN_MARK if offer['first'] else ''}]")
            if not actions:
                say(f"  {repairs.why_no_fix(found)}")
    if is_json:
        print_json({"schema": SCHEMA, "findings": rows})
    return 1 if told.outdated or any(not actions for _, actions in menus) else 0


def _tell_outcomes(outcomes: Sequence[Outcome], repairs: Repairs, folder: Path) -> None:
    """Tell which findings have no repair, and which repairs no checker has seen, each group with its reason; then how
    many findings are repaired and how many are left."""
    by_reason = dict[str, list[DereferenceFinding]]()
    proposed = [each for each in outcomes if isinstance(each, RefusedFinding) and each.proposed]
    for outcome in outcomes:
        if isinstance(outcome, RefusedFinding) and outcome.proposed:
            tell(f"{_sentence(outcome.found, repairs, folder)}: {outcome.proposed.title}?")
        elif isinstance(outcome, RefusedFinding):
            by_reason.setdefault(outcome.why, []).append(outcome.found)
        elif isinstance(outcome, RepairedFinding) and (why := outcome.action.unchecked):
            by_reason.setdefault(f"repaired without a last check: {why}", []).append(outcome.found)
    for reason, group in by_reason.items():
        if len(group) <= _MOST_LISTED:
            for found in group:
                tell(f"{_sentence(found, repairs, folder)}: {reason}")
        else:
            hint = " (--list shows the choices)" if reason == TO_CHOOSE else ""
            first = where_found(repairs, group[0], folder, column=True)
            tell(f"{first} and {len(group) - 1} more: {reason}{hint}")
    left = sum(isinstance(outcome, RefusedFinding) for outcome in outcomes)
    if proposed:
        what = "these repairs are proposals, which" if len(proposed) > 1 else "this repair is a proposal, which"
        tell(f"{what} few maintainers would write (--all makes {'them' if len(proposed) > 1 else 'it'})")
    tell(f"{counted(len(outcomes) - left, 'finding')} repaired, {left} left")


def _outcome_as_json(outcome: Outcome, repairs: Repairs, folder: Path) -> dict[str, Any]:
    finding = as_json(repairs, outcome.found, folder)
    match outcome:
        case RefusedFinding(proposed=action) if action is not None:
            return {**finding, "outcome": "proposed", "title": action.title, "strategy": strategy_of(action)}
        case EndedFinding():
            return {**finding, "outcome": "ended"}
        case RepairedFinding():
            action = outcome.action
            return {**finding, "outcome": "repaired", "title": action.title, "strategy": outcome.strategy,
                    "checked": action.checked}  # fmt: skip
        case RefusedFinding():
            return {**finding, "outcome": "left", "why": outcome.why}


def _sentence(found: DereferenceFinding, repairs: Repairs, folder: Path) -> str:
    """Return a finding in a line, as `breadknife lint` prints it."""
    finding = found.finding
    return f"{where_found(repairs, found, folder, column=True)}: {finding.message} [{finding.source}/{finding.code}]"

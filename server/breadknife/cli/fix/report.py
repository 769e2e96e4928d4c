"""`breadknife null report`: root causes, ranked by how many findings each has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from breadknife.cli.fix.telling import as_json, name_of, origin_as_json, where_declared
from breadknife.cli.fix.workspace import findings, opened
from breadknife.cli.output import counted, print_json, say, shown, tell
from breadknife.plugins.nullcheck.project.causes import RootCause, causes_of, declaration_of
from breadknife.plugins.nullcheck.project.repairs import Repairs, may_be_first
from breadknife.plugins.nullcheck.project.reported import FindingSources
from breadknife.plugins.nullcheck.project.values import strategy_of
from breadknife.plugins.nullcheck.values import DECLARATION
from breadknife.task.values import Action

SCHEMA = 2
"""Of `--json`, which docs/fix.md describes. It changes when a field's meaning does."""
_TRIES = 3
"""How many findings of a cause are searched for a repair of its declaration. Mostly the first has it."""
_LEGEND = "→ is a verified change of the declaration. Without one, decide by hand: the null may be intended."


def run(sources: FindingSources, top: int, *, is_json: bool, offline: bool) -> int:
    """Print the causes of the most findings, at most `top`, each with a repair of its declaration if there is one.

    Return the exit code: 0 no findings, 1 findings, 2 a file couldn't be checked.
    """
    folder = Path.cwd()
    with opened(offline=offline) as repairs:
        told = findings(repairs, sources, folder)
        tell("looking for the causes", fleeting=True)
        causes = causes_of(repairs, told.found, told.paths)
        rows = [(cause, _repair(cause, repairs)) for cause in shown(causes[:top], lambda cause: cause.origin.name)]
    if is_json:
        listed = [_as_json(cause, repair, repairs, folder) for cause, repair in rows]
        print_json({"schema": SCHEMA, "findings": len(told.found), "all_causes": len(causes), "causes": listed})
    else:
        say(f"{counted(len(told.found), 'finding')} of {counted(len(causes), 'cause')}")
        _show(rows, repairs, folder)
        if len(rows) < len(causes):
            say(f"{len(causes) - len(rows)} more (--top)")
    return 2 if told.failed else 1 if told.found else 0


def _repair(cause: RootCause, repairs: Repairs) -> Action | None:
    """Return the first repair that changes the cause's declaration and may be made without asking; None if there is
    none."""
    declaration = declaration_of(cause)
    for found in (*cause.findings[:_TRIES], *([declaration] if declaration else ())):
        for action in repairs.menu(found):
            if may_be_first(action) and strategy_of(action) in DECLARATION:
                return action
    return None


def _as_json(cause: RootCause, repair: Action | None, repairs: Repairs, folder: Path) -> dict[str, Any]:
    return {
        **origin_as_json(repairs, cause.origin, folder),
        "count": len(cause.findings),
        "strategy": strategy_of(repair) if repair else None,
        "repair": repair.title if repair else None,
        "findings": [as_json(repairs, found, folder) for found in cause.findings],
    }


def _show(rows: Sequence[tuple[RootCause, Action | None]], repairs: Repairs, folder: Path) -> None:
    for cause, repair in rows:
        place = where_declared(repairs, cause.origin, cause.findings[0], folder)
        say(f"{len(cause.findings):>4}  {place}  {name_of(cause.origin)}")
        if repair:
            say(f"      → {repair.title}")
    if any(repair for _, repair in rows):
        say(_LEGEND)

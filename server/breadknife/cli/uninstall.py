"""`breadknife uninstall`: what lies where, and what of it goes."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import typer

from breadknife.cli.output import megabytes, print_json, say
from breadknife.errors import SettingsError
from breadknife.host.report.inspector import running_servers
from breadknife.setup.uninstall.places import KINDS, Found, survey
from breadknife.setup.uninstall.removing import end_daemon, how_to_remove_program, remove


def run(what: Sequence[str], *, yes: bool, as_json: bool) -> int:
    """0: what was named is gone. 1: some of it isn't. Raises SettingsError."""
    wanted = _named(what)
    found = survey()
    if not what:
        _list(found, as_json=as_json)
        return 0
    found = [each for each in found if each.kind.name in wanted]
    if as_json and not yes:
        raise SettingsError("`--json` asks no questions: say `--yes` if all of it may go")
    if not as_json:
        _show(found)
        if servers := running_servers():
            say(f"Editors that run breadknife now: {len(servers)}. Close them first, or they write some of this again.")
        if found and not yes and not _agrees(found):
            say("Nothing is removed.")
            return 1
    ended = end_daemon()
    problems = remove(found)
    if as_json:
        print_json({"removed": [_row(each) for each in found], "problems": problems, "engine_ended": ended})
    else:
        _tell(found, problems, ended)
    return 1 if problems else 0


def _named(what: Sequence[str]) -> set[str]:
    names = [kind.name for kind in KINDS]
    for name in what:
        if name not in (*names, "all"):
            near = difflib.get_close_matches(name, [*names, "all"], n=1) or ["all"]
            raise SettingsError(f"there is nothing called {name!r} to remove; did you mean {near[0]}?")
    return set(names if "all" in what else what)


def _agrees(found: Sequence[Found]) -> bool:
    try:
        return typer.confirm(f"Remove these {megabytes(sum(each.size for each in found))}?")
    except typer.Abort:  # there is nobody to ask
        say()
        return False


def _list(found: Sequence[Found], *, as_json: bool) -> None:
    if as_json:
        print_json({"found": [_row(each) for each in found], "program": how_to_remove_program()})
        return
    _show(found)
    if found:
        say()
        say(f"`breadknife uninstall --what {found[0].kind.name}` removes one of these; `--what all` removes them all.")
    say(f"The program itself: `{how_to_remove_program()}`.")


def _show(found: Sequence[Found]) -> None:
    for each in found:
        say(f"{each.kind.name:<13}{megabytes(each.size):>9}  {each.kind.what}")
        for path in each.paths:
            say(f"    {path}")
        for path in each.edited:
            say(f"    {path} (only breadknife's lines)")
    if not found:
        say("There is nothing of breadknife's here but the program.")


def _tell(found: Sequence[Found], problems: Sequence[str], ended: int | None) -> None:
    if ended is not None:
        say(f"The engine (process {ended}) has ended.")
    for problem in problems:
        say(problem)
    if found and not problems:
        say(f"{megabytes(sum(each.size for each in found))} removed.")
    say(f"The program itself: `{how_to_remove_program()}`.")


def _row(found: Found) -> dict[str, object]:
    return {
        "name": found.kind.name,
        "what": found.kind.what,
        "paths": [str(path) for path in found.paths],
        "edited": [str(path) for path in found.edited],
        "size": found.size,
    }

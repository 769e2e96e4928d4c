"""`breadknife uninstall`: shows what breadknife keeps where, and removes what the user names."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import typer

from breadknife.cli.output import megabytes, print_json, say
from breadknife.errors import SettingsError
from breadknife.host.report.inspector import running_servers
from breadknife.setup.uninstall.places import KINDS, KeptFiles, survey
from breadknife.setup.uninstall.removing import end_daemon, how_to_remove_program, remove


def run(what: Sequence[str], *, yes: bool, as_json: bool) -> int:
    """Remove the files of the kinds that `what` names; without any, only list what there is.

    Return 0 if all of it is gone, 1 if some of it isn't or the user refuses. Raises SettingsError for an unknown kind.
    """
    kinds = _kinds_named(what)
    kept = survey()
    if not what:
        _print_overview(kept, as_json=as_json)
        return 0
    kept = [files for files in kept if files.kind.name in kinds]
    if as_json and not yes:
        raise SettingsError("`--json` asks no questions: say `--yes` if all of it may go")
    if not as_json:
        _print_files(kept)
        if servers := running_servers():
            say(f"Editors that run breadknife now: {len(servers)}. Close them first, or they write some of this again.")
        if kept and not yes and not _agrees(kept):
            say("Nothing is removed.")
            return 1
    engine_pid = end_daemon() if any(files.kind.engine_uses for files in kept) else None
    problems = remove(kept)
    if as_json:
        print_json({"removed": [_row(files) for files in kept], "problems": problems, "engine_ended": engine_pid})
    else:
        _print_outcome(kept, problems, engine_pid)
    return 1 if problems else 0


def _kinds_named(what: Sequence[str]) -> set[str]:
    """Return the names of kinds in `what`, or all for `all`. Raises SettingsError for a name of none."""
    names = [kind.name for kind in KINDS]
    for name in what:
        if name not in (*names, "all"):
            near = difflib.get_close_matches(name, [*names, "all"], n=1) or ["all"]
            raise SettingsError(f"there is nothing called {name!r} to remove; did you mean {near[0]}?")
    return set(names if "all" in what else what)


def _agrees(kept: Sequence[KeptFiles]) -> bool:
    try:
        return typer.confirm(f"Remove these {megabytes(sum(files.size for files in kept))}?")
    except typer.Abort:  # there is nobody to ask
        say()
        return False


def _print_overview(kept: Sequence[KeptFiles], *, as_json: bool) -> None:
    if as_json:
        print_json({"found": [_row(files) for files in kept], "program": how_to_remove_program()})
        return
    _print_files(kept)
    if kept:
        say()
        say(f"`breadknife uninstall --what {kept[0].kind.name}` removes one of these; `--what all` removes them all.")
    say(f"The program itself: `{how_to_remove_program()}`.")


def _print_files(kept: Sequence[KeptFiles]) -> None:
    for files in kept:
        say(f"{files.kind.name:<13}{megabytes(files.size):>9}  {files.kind.what}")
        for path in files.paths:
            say(f"    {path}")
        for path in files.edited:
            say(f"    {path} (only breadknife's lines)")
    if not kept:
        say("There is nothing of breadknife's here but the program.")


def _print_outcome(kept: Sequence[KeptFiles], problems: Sequence[str], engine_pid: int | None) -> None:
    """Print what was removed. `engine_pid` is the process of the engine that was ended for it; None for none."""
    if engine_pid is not None:
        say(f"The engine (process {engine_pid}) has ended.")
    for problem in problems:
        say(problem)
    if kept and not problems:
        say(f"{megabytes(sum(files.size for files in kept))} removed.")
    say(f"The program itself: `{how_to_remove_program()}`.")


def _row(files: KeptFiles) -> dict[str, object]:
    return {
        "name": files.kind.name,
        "what": files.kind.what,
        "paths": [str(path) for path in files.paths],
        "edited": [str(path) for path in files.edited],
        "size": files.size,
    }

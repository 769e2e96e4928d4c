"""`breadknife uninstall`: what lies where, and what of it goes."""

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
    """Return 0 if what was named is gone, 1 if some of it isn't. Raises SettingsError."""
    kinds = _kinds_named(what)
    kept = survey()
    if not what:
        _list(kept, as_json=as_json)
        return 0
    kept = [files for files in kept if files.kind.name in kinds]
    if as_json and not yes:
        raise SettingsError("`--json` asks no questions: say `--yes` if all of it may go")
    if not as_json:
        _show(kept)
        if servers := running_servers():
            say(f"Editors that run breadknife now: {len(servers)}. Close them first, or they write some of this again.")
        if kept and not yes and not _agrees(kept):
            say("Nothing is removed.")
            return 1
    ended = end_daemon() if any(files.kind.engine_uses for files in kept) else None
    problems = remove(kept)
    if as_json:
        print_json({"removed": [_row(files) for files in kept], "problems": problems, "engine_ended": ended})
    else:
        _tell(kept, problems, ended)
    return 1 if problems else 0


def _kinds_named(what: Sequence[str]) -> set[str]:
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


def _list(kept: Sequence[KeptFiles], *, as_json: bool) -> None:
    if as_json:
        print_json({"found": [_row(files) for files in kept], "program": how_to_remove_program()})
        return
    _show(kept)
    if kept:
        say()
        say(f"`breadknife uninstall --what {kept[0].kind.name}` removes one of these; `--what all` removes them all.")
    say(f"The program itself: `{how_to_remove_program()}`.")


def _show(kept: Sequence[KeptFiles]) -> None:
    for files in kept:
        say(f"{files.kind.name:<13}{megabytes(files.size):>9}  {files.kind.what}")
        for path in files.paths:
            say(f"    {path}")
        for path in files.edited:
            say(f"    {path} (only breadknife's lines)")
    if not kept:
        say("There is nothing of breadknife's here but the program.")


def _tell(kept: Sequence[KeptFiles], problems: Sequence[str], ended: int | None) -> None:
    if ended is not None:
        say(f"The engine (process {ended}) has ended.")
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

"""`breadknife plugins`: list, check, new, resume."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.output import Json, print_json, say, tell
from breadknife.errors import BreadknifeError

app = typer.Typer(help="List, check, create and resume plugins.", no_args_is_help=True)


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the installed plugins and what each one answers.

    Example:

      breadknife plugins list
    """
    from breadknife.cli.plugins.listing import print_table, rows

    found = rows(Path.cwd())
    if as_json:
        print_json([asdict(row) for row in found])
    else:
        print_table(found)


@app.command()
def check(
    plugin: Annotated[
        str, typer.Argument(metavar="NAME|FOLDER", help="A plugin, or the folder of a plugin's package.")
    ] = ".",
    as_json: Json = False,
) -> None:
    """Check that a plugin keeps the contract.

    Checks its names, its settings, and its answers to made-up requests.

    Exit code: 0 if nothing is wrong, 1 if something is, 2 if there is no such plugin.

    Examples:

      breadknife plugins check todo

      breadknife plugins check ./breadknife-todo
    """
    from breadknife.cli.plugins.checking import find, problems

    try:
        target = find(plugin)
    except BreadknifeError as error:
        raise _failed(error, 2) from None
    wrong = 0
    found: list[dict[str, str]] = []
    for problem in problems(target):
        wrong += 1
        if as_json:
            found.append(asdict(problem))
        else:
            say(f"✗ {problem.what}")
            say(f"    → {problem.remedy}")
    if as_json:
        print_json(found)
    elif not wrong:
        say(f"✓ {target.entry.name} keeps the contract")
    if wrong:
        raise typer.Exit(1)


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="The plugin's name, such as `todo`.")]) -> None:
    """Create a plugin's package, with tests, in `breadknife-NAME`.

    Uses no network.

    Example:

      breadknife plugins new todo
    """
    from breadknife.cli.plugins.creating import create

    try:
        folder = create(name, Path.cwd())
    except BreadknifeError as error:
        raise _failed(error, 2) from None
    say(f"{folder.name} is ready. Now:")
    for line in (f"cd {folder.name}", "pip install -e '.[dev]'", "pytest", "breadknife plugins check"):
        say(f"  {line}")


@app.command()
def resume(name: Annotated[str, typer.Argument(metavar="NAME", help="A paused plugin.")]) -> None:
    """Ask a paused plugin again, also in running servers.

    A plugin is paused after it has failed three times in a row.

    Exit code: 0 if it is asked again, 1 if it was not paused.

    Example:

      breadknife plugins resume todo
    """
    from breadknife.host.plugins.pauses import resume as clear

    try:
        cleared = clear(name)
    except OSError as error:
        raise _failed(error, 2) from None
    if not cleared:
        raise _failed(_not_paused(name), 1)
    say(f"{name} is asked again")


def _not_paused(name: str) -> str:
    from importlib.metadata import entry_points

    from breadknife.host.plugins.registry import GROUP

    names = {entry.name for entry in entry_points(group=GROUP)}
    if name in names:
        return f"{name} is not paused; `breadknife plugins list` shows which are"
    near = difflib.get_close_matches(name, names, n=1)
    remedy = f"did you mean {near[0]}?" if near else "`breadknife plugins list` shows which there are"
    return f"there is no plugin {name}; {remedy}"


def _failed(why: object, code: int) -> typer.Exit:
    tell(str(why))
    return typer.Exit(code)

"""`breadknife plugins`: list, check, new, resume."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.output import Json, print_json, say, tell
from breadknife.errors import BreadknifeError

app = typer.Typer(
    help="Plugins: your own and other people's, found where Python packages are installed.", no_args_is_help=True
)


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """Show what is installed, what each plugin answers, and whether it is asked."""
    from breadknife.cli.plugin_list import print_table, rows

    found = rows(Path.cwd())
    if as_json:
        print_json([asdict(row) for row in found])
    else:
        print_table(found)


@app.command()
def check(
    plugin: Annotated[
        str, typer.Argument(metavar="[NAME|FOLDER]", help="A plugin, or a plugin package's folder; here without it.")
    ] = ".",
    as_json: Json = False,
) -> None:
    """See whether a plugin keeps the contract: names, settings, and its answers to made-up requests.

    Exit code: 0 nothing is wrong, 1 something is, 2 there is no such plugin.

    Examples:

      breadknife plugins check todo

      breadknife plugins check ./breadknife-todo
    """
    from breadknife.cli.plugin_check import find, problems

    try:
        entry = find(plugin)
    except BreadknifeError as error:
        raise _failed(error, 2) from None
    wrong = 0
    found: list[dict[str, str]] = []
    for problem in problems(entry):
        wrong += 1
        if as_json:
            found.append(asdict(problem))
        else:
            say(f"✗ {problem.what}")
            say(f"    → {problem.remedy}")
    if as_json:
        print_json(found)
    elif not wrong:
        say(f"✓ {entry.name} keeps the contract")
    if wrong:
        raise typer.Exit(1)


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="As in `todo`.")]) -> None:
    """Write a plugin's package, complete with tests, into a new folder `breadknife-NAME` here. Uses no network.

    Example:

      breadknife plugins new todo
    """
    from breadknife.cli.plugin_new import create

    try:
        folder = create(name, Path.cwd())
    except BreadknifeError as error:
        raise _failed(error, 2) from None
    say(f"{folder.name} is ready. Now:")
    for line in (f"cd {folder.name}", "pip install -e '.[dev]'", "pytest", "breadknife plugins check"):
        say(f"  {line}")


@app.command()
def resume(name: Annotated[str, typer.Argument(metavar="NAME", help="A paused plugin.")]) -> None:
    """Ask a plugin again that was paused because it failed three times in a row; also in servers that run.

    Exit code: 0 it is asked again, 1 it was not paused.
    """
    from breadknife.host.pauses import resume as clear

    try:
        cleared = clear(name)
    except OSError as error:
        raise _failed(error, 2) from None
    if not cleared:
        raise _failed(_not_paused(name), 1)
    say(f"{name} is asked again")


def _not_paused(name: str) -> str:
    from importlib.metadata import entry_points

    from breadknife.host.registry import GROUP

    names = {entry.name for entry in entry_points(group=GROUP)}
    if name in names:
        return f"{name} is not paused; `breadknife plugins list` shows which are"
    near = difflib.get_close_matches(name, names, n=1)
    remedy = f"did you mean {near[0]}?" if near else "`breadknife plugins list` shows which there are"
    return f"there is no plugin {name}; {remedy}"


def _failed(why: object, code: int) -> typer.Exit:
    tell(str(why))
    return typer.Exit(code)

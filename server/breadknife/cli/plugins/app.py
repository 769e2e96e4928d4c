"""`breadknife plugins`: list, check, new, resume."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.commands import App, Json
from breadknife.cli.output import print_json, say, tell
from breadknife.errors import PluginError

app = App("List, check, create and resume plugins.")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the installed plugins and what each one answers.

    Example:

      breadknife plugins list
    """
    from breadknife.cli.plugins.listing import print_table, rows

    plugins = rows(Path.cwd())
    if as_json:
        print_json([asdict(row) for row in plugins])
    else:
        print_table(plugins)


@app.command()
def check(
    plugin: Annotated[
        str, typer.Argument(metavar="NAME|FOLDER", help="A plugin, or the folder of a plugin's package.")
    ] = ".",
    as_json: Json = False,
) -> int:
    """Check that a plugin keeps the contract.

    Checks its names, its settings, and its answers to made-up requests.

    Exit code: 0 if nothing is wrong, 1 if something is, 2 if there is no such plugin.

    Examples:

      breadknife plugins check todo

      breadknife plugins check ./breadknife-todo
    """
    from breadknife.cli.plugins.checking import PluginFault, faults_of, find

    target = find(plugin)
    faults: list[PluginFault] = []
    for fault in faults_of(target):
        faults.append(fault)
        if not as_json:
            say(f"✗ {fault.what}")
            say(f"    → {fault.remedy}")
    if as_json:
        print_json([asdict(fault) for fault in faults])
    elif not faults:
        say(f"✓ {target.entry.name} keeps the contract")
    return 1 if faults else 0


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="The plugin's name, such as `todo`.")]) -> None:
    """Create a plugin's package, with tests, in `breadknife-NAME`.

    Uses no network.

    Example:

      breadknife plugins new todo
    """
    from breadknife.cli.plugins.creating import create

    folder = create(name, Path.cwd())
    say(f"{folder.name} is ready. Now:")
    for line in (f"cd {folder.name}", "pip install -e '.[dev]'", "pytest", "breadknife plugins check"):
        say(f"  {line}")


@app.command()
def resume(name: Annotated[str, typer.Argument(metavar="NAME", help="A paused plugin.")]) -> int:
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
        raise PluginError(str(error)) from None
    if not cleared:
        tell(_not_paused(name))
        return 1
    say(f"{name} is asked again")
    return 0


def _not_paused(name: str) -> str:
    from importlib.metadata import entry_points

    from breadknife.host.plugins.registry import GROUP

    names = {entry.name for entry in entry_points(group=GROUP)}
    if name in names:
        return f"{name} is not paused; `breadknife plugins list` shows which are"
    near = difflib.get_close_matches(name, names, n=1)
    remedy = f"did you mean {near[0]}?" if near else "`breadknife plugins list` shows which there are"
    return f"there is no plugin {name}; {remedy}"

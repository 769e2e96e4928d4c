"""`breadknife null`: sort what a project's checker says of null.

`triage` has four sorts: what can happen (a bug), what is unclear, a life cycle, and checker noise. A life cycle is a
value that is null until it is set, such as a field that `setUp` fills: a patch of its declaration ends its findings.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.commands import App, Json, Offline, exit_on_error

_TOP = 10
app = App("Sort what a project's checker says of null.")


@app.callback(invoke_without_command=True, no_args_is_help=False)
def group(context: typer.Context) -> None:
    """Sort what a project's checker says of null: bugs or noise.

    Without a command it is `breadknife null triage`: it runs the project's own checkers, such as pyright or tsc.
    """
    if context.invoked_subcommand is None:
        exit_on_error(triage)


@app.command()
def triage(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Sort only the findings in these files, folders and lines (FILE:LINE)."),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A checker's output; - is standard input, `checker` runs the project's own checkers.",
        ),
    ] = "checker",
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Show at most this many groups of each sort.")] = _TOP,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Work in this folder instead of the current one.")
    ] = None,
    as_json: Json = False,
    offline: Offline = False,
) -> int:
    """Sort a checker's null findings by what to read first.

    Each group has one cause. What is to read and what a declaration ends come with a verified repair and the command
    that makes it; noise comes with the reason.

    Exit code: 0 without findings, 1 with findings, 2 after an error.

    Examples:

      breadknife null triage src/

      pyright --outputjson | breadknife null triage --from -

      breadknife null triage --from nilaway.txt --json
    """
    from breadknife.cli.fix.triage import run
    from breadknife.plugins.nullcheck.project.reported import FindingSources

    if folder is not None:
        os.chdir(folder)
    return run(FindingSources.of(paths or [], source), top, is_json=as_json, offline=offline)

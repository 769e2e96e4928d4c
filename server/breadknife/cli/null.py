"""`breadknife null`: sort what a project's checker says of null, rank what makes values null, annotate Java's nulls.

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
def report(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Check only these files and folders."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Read findings from another checker's output; - is stdin."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Show at most this many causes.")] = 20,
    as_json: Json = False,
    offline: Offline = False,
) -> int:
    """Rank the declarations that cause the most null findings.

    Without --from, the findings are breadknife's own.

    Exit code: 0 without findings, 1 with findings, 2 after an error.

    Examples:

      breadknife null report src/

      pyright --outputjson | breadknife null report --from -

      breadknife null report --from mypy.json --json
    """
    from breadknife.cli.fix.report import run
    from breadknife.plugins.nullcheck.project.reported import FindingSources

    return run(FindingSources.of(paths or [], source), top, is_json=as_json, offline=offline)


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


@app.command()
def annotate(
    source: Annotated[
        str, typer.Option("--from", metavar="FILE", help="NullAway's output; - is standard input.", show_default=False)
    ],
    write: Annotated[bool, typer.Option("--write", help="Change the files instead of printing a diff.")] = False,
    offline: Offline = False,
) -> None:
    """Add the @Nullable that Java declarations lack.

    NullAway reports nulls that are returned, passed or stored. Each such declaration gets JSpecify's annotation. Run
    NullAway again after that, until nothing is left but what can happen; `breadknife null triage` sorts it.

    Exit code: 0, or 2 after an error.

    Examples:

      breadknife null annotate --from nullaway.txt | git apply

      mvn -q compile 2>&1 | breadknife null annotate --from - --write
    """
    from breadknife.cli.fix.annotate import run

    run(source, write=write, offline=offline)

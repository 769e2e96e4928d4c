"""The `breadknife` command. Each subcommand has a module of its own, imported when it is chosen."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from breadknife import __version__
from breadknife.cli import config, engine, models, null, plugins
from breadknife.cli.output import Json, Offline, errors_told, say, tell
from breadknife.offline import OFFLINE, forbid_network, is_asked_for
from breadknife.task.values import Confidence

app = typer.Typer(
    name="breadknife",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Small local models beside your work: completion, null-check fixes and prose, in any editor and in CI.",
)
app.add_typer(models.app, name="models")
app.add_typer(engine.app, name="engine")
app.add_typer(plugins.app, name="plugins")
app.add_typer(config.app, name="config")
app.add_typer(null.app, name="null")

EngineScript = Annotated[
    Path | None,
    typer.Option(help="Answer from this JSON script instead of a model: for tests of editor clients.", metavar="FILE"),
]


def _version(wanted: bool) -> None:
    if wanted:
        say(f"breadknife {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Make any use of the network impossible.")] = False,
) -> None:
    if offline or is_asked_for():
        os.environ[OFFLINE] = "1"  # so each command, and what it starts, has it as if it had been given there
        forbid_network()


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def serve(context: typer.Context) -> None:
    """Run the language server, over stdio unless told otherwise. Editors start it; people seldom do."""
    from breadknife.cli.serve import main

    main(context.args)


@app.command()
def lint(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders; `.gitignore` counts.")],
    format: Annotated[str, typer.Option(help="text, json, github or sarif.")] = "text",
    language: Annotated[
        str | None, typer.Option(help="Take every file for this LSP language id, such as `markdown`.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="PLUGIN", help="Ask no other plugin; may be given again.")
    ] = None,
    min_confidence: Annotated[
        Confidence | None,
        typer.Option(help="Show what is at least so likely to happen. Without it, all but unlikely hints."),
    ] = None,
    stale_ignores: Annotated[
        bool, typer.Option("--stale-ignores", help="Show instead what is ignored and need not be any more.")
    ] = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> None:
    """Check files as an editor would. Exit code: 0 clean, 1 findings, 2 something went wrong.

    Examples:

      breadknife lint README.md src/

      breadknife lint --format github .

      breadknife lint --only nullcheck src/

      breadknife lint --format sarif docs/ > breadknife.sarif
    """
    if stale_ignores:
        if format != "text":
            raise typer.BadParameter("--stale-ignores has no other format than text")
        if only:
            raise typer.BadParameter("--stale-ignores asks all plugins: leave --only out")
        from breadknife.cli.lint import stale

        _exit_on_error(lambda: stale.run(paths, offline=offline, engine_script=engine_script))
        return

    from breadknife.cli.lint.run import Wanted, run

    wanted = Wanted(paths, language, only or (), min_confidence)
    _exit_on_error(lambda: run(wanted, format, offline=offline, engine_script=engine_script))


@app.command()
def fix(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Only in these files and folders.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="Another checker's output (-: standard input).")
    ] = None,
    checker: Annotated[
        str | None,
        typer.Option(metavar="COMMAND", help="A checker to run here, before and after: `pyright --outputjson`."),
    ] = None,
    null: Annotated[bool, typer.Option("--null", help="Repair root causes, the worst first.")] = False,
    top: Annotated[int | None, typer.Option(min=1, help="So many root causes; all without it.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Change the files, instead of printing a diff.")] = False,
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Commit to this new git branch; the files stay as they are.")
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="Show all that is offered for each finding.")] = False,
    tests: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="Leave out what fails with it: `pytest -q tests/unit`.")
    ] = None,
    as_json: Json = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> None:
    """Repair what may be null, another checker's findings or our own, with edits that were verified. Prints a diff.

    Reads what pyright, basedpyright, mypy, ty, pyrefly, tsc, ESLint, SpotBugs and NullAway print. A checker that you
    name, and tests, are run in a copy of this folder. Exit code: 0 all are repaired, 1 some aren't, 2 something went
    wrong.

    Examples:

      pyright --outputjson | breadknife fix --from -

      breadknife fix --from mypy.txt --list

      breadknife fix --null src --top 20 --checker "pyright --outputjson" --branch null-checks

      breadknife fix --null src --write
    """
    from breadknife.cli.fix.null_findings import Sources
    from breadknife.cli.fix.run import Options, run

    sources = Sources(paths or [], source, checker, own=null and source is None and checker is None)
    options = Options(sources, null, top, write, branch, list_all, tests, as_json)
    _exit_on_error(lambda: run(options, offline=offline, engine_script=engine_script))


@app.command()
def setup(
    parts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PART]...", help="`engine`, `model`, a model's name, `languagetool`, or an editor."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: engine, default models, LanguageTool.")
    ] = False,
    wheels: Annotated[
        str, typer.Option(metavar="DIR", envvar="BREADKNIFE_WHEELS", help="Look for wheels here before the index.")
    ] = "",
    as_json: Json = False,
    offline: Offline = False,
) -> None:
    """Set up what breadknife is better with: the engine, models, LanguageTool, your editors. Servers that run use each
    part at once. Nothing is ever fetched without being asked for.

    Without a part, a page shows what there is and asks. What is interrupted goes on the next time. An editor's exact
    settings are printed. Exit code: 0 all is there, 1 something isn't.

    Examples:

      breadknife setup

      breadknife setup --yes

      breadknife setup engine model

      breadknife setup neovim
    """
    from breadknife.cli.setup import run

    _exit_on_error(lambda: run(parts or [], yes=yes, as_json=as_json, wheels=wheels, offline=offline))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check everything that breadknife needs, and say what to do where something is wrong.

    Exit code: 0 all well, 1 something to do.
    """
    from breadknife.cli.doctor import run

    _exit_on_error(lambda: run(as_json=as_json))


@app.command()
def status(
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Show it anew each second, until Ctrl-C.")] = False,
) -> None:
    """Show the engine: models in memory, caches, lanes, who is connected, what failed. Starts nothing.

    Examples:

      breadknife status --watch

      breadknife status --json
    """
    from breadknife.cli.status import run

    _exit_on_error(lambda: run(as_json=as_json, watch=watch))


@app.command()
def why(
    file: Annotated[Path | None, typer.Argument(help="Only what was asked about this file.")] = None,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, help="So many receipts, the newest first.")] = 10,
) -> None:
    """Say what the running servers did last and what it cost, or why nothing came.

    Examples:

      breadknife why

      breadknife why app.py --limit 3
    """
    from breadknife.cli.why import run

    _exit_on_error(lambda: run(file, as_json=as_json, limit=limit))


@app.command()
def trust(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Here without it.")] = Path("."),
    revoke: Annotated[bool, typer.Option("--revoke", help="Trust it no longer.")] = False,
    list_all: Annotated[bool, typer.Option("--list", help="Show what you trust.")] = False,
) -> None:
    """Let a folder's own settings and programs have a say, for it and all folders in it.

    Its settings may choose models and set what needs trust; until then they may set only what is harmless. The null
    check runs its own type checker and Python (`node_modules`, `.venv`), and prose asks Vale as its `.vale.ini` says.
    Servers that run know at once.

    Examples:

      breadknife trust ~/work/app

      breadknife trust --revoke ~/work/app
    """
    from breadknife.cli.trust import run

    _exit_on_error(lambda: run(folder, revoke=revoke, list_all=list_all))


@app.command()
def learned(
    as_json: Json = False,
    forget: Annotated[bool, typer.Option("--forget", help="Delete all of it.")] = False,
) -> None:
    """Show what is learned from the suggestions and fixes that you take, and where that is kept.

    Examples:

      breadknife learned

      breadknife learned --forget
    """
    from breadknife.cli.learned import run

    _exit_on_error(lambda: run(as_json=as_json, forget=forget))


def _exit_on_error(command: Callable[[], int | None]) -> None:
    """Run a command; its code, or 2 after an error, is the process's."""
    try:
        with errors_told():
            code = command()
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except typer.Exit:
        raise
    except BrokenPipeError:  # typer would end with 1, which lint says of findings
        raise typer.Exit(2) from None
    except OSError:  # told where the command begins
        raise
    except Exception as error:
        tell(f"an error that nobody foresaw: {type(error).__name__}: {error}")
        logging.getLogger("breadknife").debug("", exc_info=True)
        raise typer.Exit(2) from error
    if code:
        raise typer.Exit(code)

"""The `breadknife` command. Each subcommand has a module of its own, imported when it is chosen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from breadknife import __version__
from breadknife.cli.commands import App, EngineScript, Json, Offline
from breadknife.cli.lint.command import lint
from breadknife.cli.mcp.after_edit import after_edit
from breadknife.cli.output import say
from breadknife.offline import OFFLINE, forbid_network, is_asked_for

app = App(
    "Run small language models on your own machine: code completion, null checks and prose corrections, in any "
    "editor and in CI.",
    name="breadknife",
)
app.add_groups(
    {
        "models": "breadknife.cli.models.app",
        "engine": "breadknife.cli.engine.app",
        "plugins": "breadknife.cli.plugins.app",
        "recipes": "breadknife.cli.recipes.app",
        "shelf": "breadknife.cli.shelf.app",
        "config": "breadknife.cli.config",
        "null": "breadknife.cli.null",
        "cache": "breadknife.cli.cache.app",
    }
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"breadknife {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Block any use of the network.")] = False,
) -> None:
    if offline or is_asked_for():
        os.environ[OFFLINE] = "1"  # so each command, and what it starts, has it as if it had been given there
        forbid_network()


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def serve(context: typer.Context) -> None:
    """Run the language server. Your editor starts it."""
    from breadknife.cli.serve import main

    main(context.args)


app.command()(lint)
app.command("after-edit")(after_edit)


@app.command()
def baseline(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files and folders; the current folder by default.", readable=False),
    ] = None,
    add: Annotated[bool, typer.Option("--add", help="Keep also findings that are new since the last time.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what is no longer found.")] = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Keep today's findings, so that lint shows only new ones.

    Writes `.breadknife/baseline.txt`, to be committed: a line for each finding, by its rule, symbol or heading, and
    text. `breadknife lint` leaves these out, also where they move. Run it again to follow them; it keeps no more and
    no fewer unless you say so.

    Exit code: 0 if all findings are kept, 1 if new ones aren't, 2 if something could not be checked.

    Examples:

      breadknife baseline

      breadknife baseline --prune src/

      breadknife baseline --add docs/
    """
    from breadknife.cli.lint.keeping import keep

    return keep(paths or [Path()], adds=add, prunes=prune, offline=offline, engine_script=engine_script)


@app.command()
def fix(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Repair only these files, folders and lines (FILE:LINE)."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Read findings from another checker's output; - is stdin, `checker` runs the project's own.",
        ),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Change the files instead of printing a diff.")] = False,
    makes_all: Annotated[
        bool, typer.Option("--all", help="Make also what few maintainers would write, instead of proposing it.")
    ] = False,
    list_all: Annotated[bool, typer.Option("--list", help="List every repair that is offered.")] = False,
    as_json: Json = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Repair values that may be null; print the repairs as a diff.

    Takes another checker's findings (--from) and verifies each repair; without --from, repairs what `breadknife lint`
    shows about null. Reads the output of pyright, mypy, ty, pyrefly, tsc, SpotBugs, NullAway and NilAway.

    Exit code: 0 if all findings are repaired, 1 if some aren't, 2 after an error.

    Examples:

      breadknife fix src

      pyright --outputjson | breadknife fix --from - --write

      breadknife fix --from mypy.txt --list
    """
    from breadknife.cli.fix.run import Options, run
    from breadknife.plugins.nullcheck.project.reported import FindingSources

    sources = FindingSources.of(paths or [], source)
    # A line that somebody names is one that they want repaired.
    options = Options(sources, write, makes_all or bool(sources.lines), list_all, as_json)
    return run(options, offline=offline, engine_script=engine_script)


@app.command()
def setup(
    parts: Annotated[
        list[str] | None,
        typer.Argument(metavar="PART", help="`engine`, `model`, a model's name, `languagetool`, or an editor."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: engine, default models, LanguageTool.")
    ] = False,
    wheels: Annotated[
        str, typer.Option(metavar="DIR", envvar="BREADKNIFE_WHEELS", help="Look for wheels here before the index.")
    ] = "",
    cuda: Annotated[
        bool, typer.Option("--cuda", help="Compile the engine for NVIDIA's GPUs, too; needs `nvcc`.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Put an editor's settings into its file.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take out of that file what `--write` put there.")] = False,
    as_json: Json = False,
    offline: Offline = False,
) -> int | None:
    """Set up the engine, models, LanguageTool and your editor.

    Without a part, shows what there is and asks about each part. For an editor, prints its exact settings. Downloads
    nothing without your consent. Running servers use a new part at once. An interrupted set-up continues where it
    stopped.

    Exit code: 0 if every part is there, 1 if one isn't, 2 after an error.

    Examples:

      breadknife setup

      breadknife setup --yes

      breadknife setup engine model

      breadknife setup neovim

      breadknife setup helix --write
    """
    from breadknife.cli.setup.run import Settings, run

    settings = Settings.UNDO if undo else Settings.WRITE if write else Settings.SHOW
    return run(parts or [], yes=yes, as_json=as_json, wheels=wheels, offline=offline, cuda=cuda, settings=settings)


@app.command()
def uninstall(
    what: Annotated[
        list[str] | None,
        typer.Option("--what", metavar="KIND", help="Remove this: `models`, `shelf`, … or `all`; can be repeated."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    as_json: Json = False,
) -> int | None:
    """Show what breadknife keeps where, and remove what you name.

    Without --what, removes nothing: lists what lies where, how large it is, and how the program itself is removed.
    With it, shows what goes, asks, and removes only files of breadknife's own. Ends the engine if it uses them.

    Exit code: 0 if all that you named is gone, 1 if some isn't, 2 after an error.

    Examples:

      breadknife uninstall

      breadknife uninstall --what models --what cache

      breadknife uninstall --what all --yes
    """
    from breadknife.cli.uninstall import run

    return run(what or [], yes=yes, as_json=as_json)


@app.command()
def doctor(as_json: Json = False) -> int | None:
    """Check what breadknife needs, and say what to correct.

    Exit code: 0 if all is well, 1 if there is something to do.

    Examples:

      breadknife doctor

      breadknife doctor --json
    """
    from breadknife.cli.doctor import run

    return run(as_json=as_json)


@app.command()
def status(
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Update each second, until Ctrl-C.")] = False,
) -> int | None:
    """Show the engine: models, caches, lanes, clients, failures.

    Doesn't start the engine.

    Examples:

      breadknife status --watch

      breadknife status --json
    """
    from breadknife.cli.status import run

    return run(as_json=as_json, watch=watch)


@app.command()
def why(
    place: Annotated[
        str | None,
        typer.Argument(metavar="FILE[:LINE[:COLUMN]]", help="Explain this place, or show requests about this file."),
    ] = None,
    as_json: Json = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show at most this many receipts, newest first.")] = 10,
) -> int | None:
    """Say why nothing is shown at a place, or what was asked.

    With a line, says why nothing is shown there, and what to do about it. Otherwise shows the latest receipts of the
    running servers: why there was no answer, and what each answer cost.

    Examples:

      breadknife why app.py:12

      breadknife why

      breadknife why app.py --limit 3
    """
    from breadknife.cli.why import run

    return run(place, as_json=as_json, limit=limit)


@app.command()
def find(
    question: Annotated[str, typer.Argument(help="What you look for: in words, or names as they are in code.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Search this folder.")] = Path("."),
    keep: Annotated[int, typer.Option("--limit", min=1, max=50, metavar="N", help="Show at most so many places.")] = 10,
    words: Annotated[bool, typer.Option("--words", help="Compare words alone: ask no model.")] = False,
    reads_all: Annotated[bool, typer.Option("--all", help="Read new files for as long as it takes.")] = False,
    as_json: Json = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Find functions, classes, sections and settings.

    Compares the words of names, documentation and code, and then, if the engine and the model all-minilm-l6-v2 are
    here, what the best fifty places mean. Says for each place what fits. Ignored files, and such as may hold secrets,
    aren't read. The first question about a folder reads its files, for 10 seconds unless you give `--all`.

    Exit code: 0 if there is a place, 1 if there is none, 2 after an error.

    Examples:

      breadknife find "where is the retry decided?"

      breadknife find "parse the settings file" server --limit 3
    """
    from breadknife.cli.find import run

    return run(
        question,
        folder,
        keep=keep,
        by_meaning=not words,
        reads_all=reads_all,
        as_json=as_json,
        offline=offline,
        engine_script=engine_script,
    )


@app.command()
def mcp(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Serve the files of this folder.")] = Path("."),
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Serve agents over MCP: lint, fix, why, recipe, search.

    MCP is the Model Context Protocol. Your agent starts this and talks to it over stdin and stdout. No tool writes a
    file. Needs the package `mcp`: pip install 'breadknife[mcp]'.

    Examples:

      breadknife mcp ~/work/app

      claude mcp add breadknife -- breadknife mcp .
    """
    from breadknife.cli.mcp.run import run

    return run(folder.absolute(), offline=offline, engine_script=engine_script)


@app.command()
def trust(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to trust.")] = Path("."),
    revoke: Annotated[bool, typer.Option("--revoke", help="Stop trusting the folder.")] = False,
    list_all: Annotated[bool, typer.Option("--list", help="List the folders that you trust.")] = False,
) -> int | None:
    """Trust a folder's settings and programs.

    The settings of a trusted folder, and of all folders in it, may choose models and use everything that needs trust.
    Those of other folders may set only what is harmless. In a trusted folder, the null check runs the folder's own
    type checker and Python (`node_modules`, `.venv`), and prose runs Vale with the folder's `.vale.ini`. Running
    servers notice at once.

    Examples:

      breadknife trust ~/work/app

      breadknife trust --revoke ~/work/app
    """
    from breadknife.cli.trust import run

    return run(folder, revoke=revoke, list_all=list_all)


@app.command()
def learned(
    as_json: Json = False,
    forget: Annotated[bool, typer.Option("--forget", help="Delete everything that was learned.")] = False,
) -> int | None:
    """Show what was learned from your choices, and in which file.

    breadknife learns from the suggestions and fixes that you accept, on this machine only.

    Examples:

      breadknife learned

      breadknife learned --forget
    """
    from breadknife.cli.learned import run

    return run(as_json=as_json, forget=forget)

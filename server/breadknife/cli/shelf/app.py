"""`breadknife shelf`: add, status, ask, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.commands import App, EngineScript, Json, Offline

app = App("Search your PDFs, books and notes, and quote them.")


@app.command()
def add(
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="Default: all folders of the shelf.")] = None,
    as_json: Json = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Add a folder, or bring all up to date.

    Reads PDF, Markdown, text, reST, HTML, EPUB and DOCX files, and pages that are pictures by OCR. Only what has
    changed is read again. Ctrl-C stops it; the next call goes on from there.

    Exit code: 0 if all is done, 2 after an error, 130 after Ctrl-C.

    Examples:

      breadknife shelf add ~/papers

      breadknife shelf add
    """
    from breadknife.cli.shelf.adding import run

    return run(folder, as_json=as_json, offline=offline, engine_script=engine_script)


@app.command()
def status(as_json: Json = False) -> int | None:
    """Show what is on the shelf, and what is missing.

    Examples:

      breadknife shelf status

      breadknife shelf status --json
    """
    from breadknife.cli.shelf.showing import run

    return run(as_json=as_json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In words of your own.")],
    as_json: Json = False,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Quote what the shelf says on a question.

    No model writes a letter of it. A passage after `>` answers the question; one after `~` is only near. The last lines
    say what was searched, which model compared texts, how long it took, and how many bytes left this machine.

    Exit code: 0 if there is a quote, 1 if there is none, 2 after an error.

    Example:

      breadknife shelf ask "How hot must the oven be?"
    """
    from breadknife.cli.shelf.asking import run

    return run(question, as_json=as_json, offline=offline, engine_script=engine_script)


@app.command()
def remove(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of `breadknife shelf status`.")],
) -> int | None:
    """Forget a folder: delete its index, not its files.

    Example:

      breadknife shelf remove ~/papers
    """
    from breadknife.cli.shelf.adding import remove

    return remove(folder)

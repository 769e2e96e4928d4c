"""`breadknife shelf`: add, status, ask, cite, remove."""

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
def cite(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="FILE|WORD", help="Of titles, authors, paths. Default: all files.")
    ] = None,
    as_json: Json = False,
) -> int | None:
    """Print BibTeX of your documents.

    An entry has the title, and authors, year and DOI where the file itself says them. Nothing is looked up.

    Exit code: 0 if there is an entry, 1 if there is none, 2 after an error.

    Examples:

      breadknife shelf cite rye bread

      breadknife shelf cite > papers.bib
    """
    from breadknife.cli.shelf.citing import run

    return run(" ".join(words or ()), as_json=as_json)


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

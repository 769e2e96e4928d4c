"""`breadknife cache`: what is kept of texts, so that nobody has to find it out again."""

from __future__ import annotations

from typing import Annotated

import typer

from breadknife import paths
from breadknife.cli.commands import App, Json
from breadknife.cli.output import megabytes, print_json, say
from breadknife.disk_cache import CACHES, DAYS, AnswersFile, describe, remove_answers
from breadknife.text.printable import counted

app = App("Show and remove what is kept of texts.")


@app.command()
def info(as_json: Json = False) -> int | None:
    """Show what is kept, where, and how much room it takes.

    Editors, `lint` and hooks share it. `--cache-dir` and BREADKNIFE_CACHE_DIR name another folder.

    Examples:

      breadknife cache info

      breadknife cache info --json
    """
    folder, files = paths.answers_dir(), _files()
    if as_json:
        rows = [
            {"name": each.path.name, "answers": each.answers, "bytes": each.size, "about": CACHES[each.path.name]}
            for each in files
        ]
        print_json({"folder": str(folder), "files": rows})
        return
    say(str(folder))
    for each in files:
        say(f"{each.path.name:<18}{each.answers:>9,} answers{megabytes(each.size):>9}  {CACHES[each.path.name]}")
    say(f"{megabytes(sum(each.size for each in files))} in all; what nobody asks for in {DAYS} days goes by itself")


@app.command()
def prune(
    days: Annotated[int, typer.Option(min=0, metavar="N", help="Keep what was asked for in the last N days.")] = 14,
) -> int | None:
    """Remove what nobody has asked for lately.

    Examples:

      breadknife cache prune

      breadknife cache prune --days 2
    """
    return _remove(days)


@app.command()
def clear() -> int | None:
    """Remove all that is kept; it is found out again when it is needed.

    Servers and runs that are at work go on.

    Examples:

      breadknife cache clear
    """
    return _remove(None)


def _files() -> list[AnswersFile]:
    return [found for name in CACHES if (found := describe(paths.answers_dir() / name))]


def _remove(days: int | None) -> None:
    """Remove the answers that nobody has asked for in so many days, or all. Raises CacheError."""
    before = _files()
    for each in before:
        remove_answers(each.path, days)
    after = _files()
    gone = sum(each.answers for each in before) - sum(each.answers for each in after)
    freed = sum(each.size for each in before) - sum(each.size for each in after)
    say(f"{counted(gone, 'answer')} removed, {megabytes(freed)} freed")

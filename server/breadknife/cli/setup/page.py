"""The page that `breadknife setup` shows without arguments (every part, its state and purpose), and its questions."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table

from breadknife import __version__
from breadknife.cli.output import megabytes
from breadknife.setup.choosing import Parts
from breadknife.setup.models import ModelPart
from breadknife.setup.values import Part

WIDTH = 80


def show(parts: Parts) -> None:
    """Print the page, without the questions."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"[bold]breadknife {__version__}[/bold]")
    console.print("Prose, document rules and null checks work as they are. The rest is up to you.")
    console.print("All of it stays on this machine; pip gets packages from its index:\n")
    console.print(_table("part", (parts.engine, parts.languagetool)))
    console.print()
    console.print(_table("model", parts.pinned_models, numbered=True))
    console.print("\nBigger models for code: `breadknife models recommend` names the one that suits this machine.")
    installed = [part for part in parts.editors if part.editor.found]
    names = ", ".join(part.editor.title for part in installed) or "none that breadknife knows"
    console.print(f"\n[bold]editors[/bold]  {names}")


def choose(parts: Parts) -> list[Part]:
    """Ask about each part that is missing, and return those that the user wants."""
    wanted: list[Part] = []
    typer.echo()
    engine = parts.engine.status()
    if not engine.ready and typer.confirm("Set up the engine?", default=engine.state.startswith("not")):
        wanted.append(parts.engine)
    wanted += _models(parts)
    languagetool = parts.languagetool.status()
    question = f"Set up LanguageTool ({megabytes(languagetool.size)})?"
    if not languagetool.ready and languagetool.possible and typer.confirm(question, default=False):
        wanted.append(parts.languagetool)
    for part in parts.editors:
        if part.editor.found and typer.confirm(f"Show the settings for {part.title}?", default=True):
            wanted.append(part)
    return wanted


def _models(parts: Parts) -> list[ModelPart]:
    """Ask for models by their numbers in the table, and return them. The default is all default models that are
    missing."""
    missing = [number for number, part in enumerate(parts.pinned_models, 1) if not part.status().ready]
    if not missing:
        return []
    usual = [number for number in missing if parts.pinned_models[number - 1] in parts.default_models]
    default = " ".join(map(str, usual)) or "none"
    while True:
        answer = typer.prompt("Models to fetch, by number (`none` for none)", default=default)
        numbers = chosen(answer, len(parts.pinned_models))
        if numbers is not None:
            return [parts.pinned_models[number - 1] for number in numbers]
        typer.echo(f"Numbers from 1 to {len(parts.pinned_models)}, such as `1 3`; or `none`.")


def chosen(answer: str, most: int) -> list[int] | None:
    """Return the numbers that a user typed, each once; None if the answer isn't numbers from 1 to `most`, or `none`."""
    words = [word for word in re.split(r"[\s,]+", answer.strip().lower()) if word]
    if words in (["none"], ["n"], ["no"], []):
        return []
    if not all(word.isdecimal() and 1 <= int(word) <= most for word in words):
        return None
    return list(dict.fromkeys(map(int, words)))


def _table(heading: str, parts: Sequence[Part], *, numbered: bool = False) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    if numbered:
        table.add_column("")
    table.add_column(heading, no_wrap=True, min_width=18)
    table.add_column("size", justify="right", no_wrap=True, min_width=8)
    table.add_column("here", max_width=13)
    table.add_column("what for")
    for number, part in enumerate(parts, 1):
        status = part.status()
        here = "yes" if status.ready else status.state
        row = [part.title, megabytes(status.size) if status.size else "", here, part.purpose]
        table.add_row(*([str(number)] if numbered else []), *row)
    return table

"""Draws the README's picture: what `breadknife lint` shows in a terminal, as `docs/pictures/lint.svg`.

    python docs/pictures/lint.py

It runs the real command on `examples/`, so it needs the models, Java and LanguageTool: `make setup model languagetool`.
Run it again when the output of `breadknife lint` changes.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from breadknife.__main__ import main

PICTURE = Path(__file__).with_name("lint.svg")
EXAMPLES = Path(__file__).parents[2] / "examples"
COMMAND = "breadknife lint notes.md inventory.py"
WIDTH = 80


class Terminal(io.StringIO):
    """Keeps what the command writes for a terminal, colours included. Works where there are no pseudoterminals."""

    def isatty(self) -> bool:
        return True


def output() -> str:
    """What the command writes to a terminal of 80 columns."""
    os.environ |= {"COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    os.chdir(EXAMPLES)
    sys.argv = COMMAND.split()
    with contextlib.redirect_stdout(Terminal()) as terminal, contextlib.suppress(SystemExit):
        main()
    return terminal.getvalue()


def picture(written: str) -> str:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), COMMAND))
    console.print(Text.from_ansi(written.rstrip()), soft_wrap=False)
    svg = console.export_svg(title="breadknife", theme=MONOKAI)
    return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # a reader's own font: nothing is fetched


if __name__ == "__main__":
    PICTURE.write_text(picture(output()), "utf-8")

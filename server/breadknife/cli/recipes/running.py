"""`breadknife recipes run`: a recipe at one place, with what each step gave."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import tell
from breadknife.cli.recipes.asking import ask_recipe, sentence_of
from breadknife.cli.recipes.finding import current_workspace, find, plan_of
from breadknife.errors import RecipeError
from breadknife.host.workspace import root_of
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, language_of, read_document

_LONGEST_OUTPUT = 200
"""Characters of a step's output that are shown."""


@dataclass(frozen=True)
class RecipeTarget:
    """The document and the place in it at which a recipe runs, as the command line names them."""

    file: Path | None
    """None for standard input."""
    at: str
    """`LINE` or `LINE:COLUMN` of the cursor, from 1."""
    until: str
    """`LINE` or `LINE:COLUMN` where a selection from `at` ends; empty for none."""
    language: str
    """The LSP language id; empty to tell it from the file's name."""
    message: str
    """The message of a diagnostic at that place; empty for none."""

    def document(self) -> Document:
        """Read the document. Raises DocumentError."""
        if self.file is None:
            return Document("untitled:stdin", self.language or "plaintext", sys.stdin.read())
        return read_document(self.file.absolute(), self.language or language_of(self.file) or "plaintext")

    def span(self, document: Document) -> Span:
        """Return the selection, or an empty span at the cursor. Raises RecipeError for a place that isn't there."""
        start = _offset(document, self.at, "--at")
        end = _offset(document, self.until, "--until") if self.until else start
        return Span(min(start, end), max(start, end))


def _offset(document: Document, place: str, option: str) -> int:
    """Return the offset of `LINE` or `LINE:COLUMN`. A column after the line's end is its end. Raises RecipeError."""
    line, _, column = place.partition(":")
    if not line.isdecimal() or not 1 <= int(line) <= document.line_count or (column and not column.isdecimal()):
        raise RecipeError(
            f"{option} {place}: no such place; it is LINE or LINE:COLUMN, from 1 to {document.line_count}"
        )
    span = document.line_span(int(line) - 1)
    return min(span.end, span.start + max(0, int(column or 1) - 1))


def run(name: str, target: RecipeTarget, *, offline: bool, engine_script: Path | None) -> int:
    """Run a recipe, and print its result. Return the exit code: 0 if there is a result, else 1. Raises
    BreadknifeError."""
    entry = find([name])[0]
    plan_of(entry)  # raises an error if it can't run
    # As in an editor, settings are those of the document's folder, wherever the command runs.
    root = root_of(target.file.absolute(), (Path.cwd(),)) if target.file else current_workspace()[0]
    with closing(make_host(engine_script)) as host:
        host.settings = settings_for(host, offline, root)
        document = target.document()
        request = RecipeRequest(entry.name, document, target.span(document), target.message, entry.path, _report)
        answer = ask_recipe(host, request, root)
    if isinstance(answer, Silence):
        tell(sentence_of(answer))
        return 1
    print(answer.text)
    for refused in answer.refused:
        tell(refused)
    return 0


def _report(step: str, output: Any, milliseconds: float, remembered: bool) -> None:
    """Tell on stderr what a step gave and how long it took. `remembered`: the output is from an earlier run."""
    took = "remembered" if remembered else f"{milliseconds:,.0f} ms"
    tell(f"{step} ({took}): {shown(output)}")


def shown(output: Any) -> str:
    """Return a step's output in one short line. The output is None for a step that didn't run, a Silence for one that
    stopped the recipe, else a dataclass or a mapping."""
    if output is None:
        return "left out"
    if isinstance(output, Silence):
        return f"stops: {output.sentence}"
    if dataclasses.is_dataclass(output):
        values = {field.name: getattr(output, field.name) for field in dataclasses.fields(output)}
    else:
        values = dict(output)
    line = ", ".join(f"{name} = {value!r}" for name, value in values.items())
    return line if len(line) <= _LONGEST_OUTPUT else line[: _LONGEST_OUTPUT - 1] + "…"

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
from breadknife.cli.recipes.finding import find, here, plan_of
from breadknife.errors import RecipeError
from breadknife.host.workspace import root_of
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, language_of, read_document

_SHOWN = 200
"""Characters of what a step gave."""


@dataclass(frozen=True)
class RecipeTarget:
    """The document and the place at which a recipe runs, as the command line names them."""

    file: Path | None
    at: str
    until: str
    language: str
    message: str

    def document(self) -> Document:
        """Raises DocumentError."""
        if self.file is None:
            return Document("untitled:stdin", self.language or "plaintext", sys.stdin.read())
        return read_document(self.file.absolute(), self.language or language_of(self.file) or "plaintext")

    def span(self, document: Document) -> Span:
        """Raises RecipeError."""
        start = _offset(document, self.at, "--at")
        end = _offset(document, self.until, "--until") if self.until else start
        return Span(min(start, end), max(start, end))


def _offset(document: Document, written: str, option: str) -> int:
    line, _, column = written.partition(":")
    if not line.isdecimal() or not 1 <= int(line) <= document.line_count or (column and not column.isdecimal()):
        raise RecipeError(
            f"{option} {written}: no such place; it is LINE or LINE:COLUMN, from 1 to {document.line_count}"
        )
    span = document.line_span(int(line) - 1)
    return min(span.end, span.start + max(0, int(column or 1) - 1))


def run(name: str, target: RecipeTarget, *, offline: bool, engine_script: Path | None) -> int:
    entry = find([name])[0]
    plan_of(entry)
    # As in an editor: the folder of the document, wherever the command runs.
    root = root_of(target.file.absolute(), (Path.cwd(),)) if target.file else here()[0]
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


def _report(step: str, gave: Any, milliseconds: float, remembered: bool) -> None:
    """Tell what a step gave, in one line, as it ends."""
    took = "remembered" if remembered else f"{milliseconds:,.0f} ms"
    tell(f"{step} ({took}): {shown(gave)}")


def shown(gave: Any) -> str:
    """Return what a step gave, in one short line."""
    if gave is None:
        return "left out"
    if isinstance(gave, Silence):
        return f"stops: {gave.sentence}"
    if dataclasses.is_dataclass(gave):
        values = {field.name: getattr(gave, field.name) for field in dataclasses.fields(gave)}
    else:
        values = dict(gave)
    line = ", ".join(f"{name} = {value!r}" for name, value in values.items())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"

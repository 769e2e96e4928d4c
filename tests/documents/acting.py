"""Asks a shipped document recipe at a place, as an editor does, with a script in the model's place."""

from __future__ import annotations

from pathlib import Path

from breadknife.plugins.documents import recipes
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.recipes.requests import RecipeRequest, RecipeResult
from breadknife.testing import ask, document
from breadknife.text.document import Document, Span, TextEdit, apply_edits

FOLDER = Path(recipes.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def acted(name: str, text: str, language: str = "markdown", cursor: str = "", selected: str = "") -> str:
    """The document after the action, or the code of the reason why there is none."""
    start = text.index(cursor or selected) if cursor or selected else 0
    span = Span(start, start + len(selected))
    given: Document = document(text, language)
    request = RecipeRequest(name, given, span, "", FOLDER / f"{name}.toml")
    reply = ask(RecipesPlugin(), request)
    for _, answer in reply.answers:
        if isinstance(answer, RecipeResult):
            return apply_edits(text, [TextEdit(answer.span, answer.text)])
    return reply.receipts[0].reason

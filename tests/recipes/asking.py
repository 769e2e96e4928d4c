"""Asks a recipe as the host does, with a script in the model's place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from breadknife.host.dispatch import Reply
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.recipes.requests import RecipeRequest, RecipeResult
from breadknife.testing import Line, ask, document
from breadknife.text.document import Span

HEAD = 'recipe = 1\nname = "x"\ntitle = "X"\n'
SHOW = '[show]\nas = "edit"\ntext = "$out.text"\nat = "$input.span"\n'


def run(
    folder: Path,
    steps: str,
    text: str = "A small cat sat.",
    *,
    show: str = SHOW,
    script: Sequence[Line] = (),
    plugin: RecipesPlugin | None = None,
    watched: list[tuple[str, Any]] | None = None,
    span: Span = Span(0, 0),
    language: str = "markdown",
) -> Reply:
    file = folder / "x.toml"
    file.write_text(f"{HEAD}{steps}\n{show}")
    watcher = None if watched is None else lambda step, gave, ms, remembered: watched.append((step, gave))
    request = RecipeRequest("x", document(text, language), span, "", file, watcher)
    return ask(plugin or RecipesPlugin(), request, script=script, root=folder)


def result(reply: Reply) -> str:
    """What it answered, or the code of the reason why it didn't."""
    for _, answer in reply.answers:
        if isinstance(answer, RecipeResult):
            return answer.text
    return reply.receipts[0].reason

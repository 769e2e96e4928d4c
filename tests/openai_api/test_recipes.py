"""`POST /v1/recipes/NAME`: a recipe's answer, or the reason why there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from breadknife.cli.engine.recipes import HostedRecipes
from breadknife.engine.scripted import ScriptedEngine
from openai_api.serving import serving

RECIPE = """\
recipe = 1
name = "shout"
title = "Say it loud"

[steps.paragraph]
use = "select.paragraph"
min_words = 2

[steps.loud]
use = "text"
text = "{{ paragraph.text | upper }}"

[show]
as = "edit"
text = "$loud.text"
at = "$paragraph.place"
"""
SILENT = {"text": None, "start": 0, "end": 0, "model": "", "refused": [], "reason": "short-paragraph"}


@pytest.mark.parametrize(
    ("name", "body", "status", "answer"),
    [
        ("shout", {"text": "So be it."}, 200, {"text": "SO BE IT.", "start": 0, "end": 9, "reason": ""}),
        ("shout", {"text": "A. B.\n\nSo it is.", "start": 8}, 200, {"text": "SO IT IS.", "start": 7, "end": 16}),
        ("shout", {"text": "So."}, 200, SILENT),
        ("whisper", {"text": "So."}, 404, {"code": "recipe_not_found", "param": "name"}),
        ("shout", {"text": "So.", "start": 9}, 400, {"param": "start"}),
        ("shout", {"txet": "So."}, 400, {}),
    ],
)
def test_a_recipe_over_http(home: Path, name: str, body: object, status: int, answer: dict[str, Any]) -> None:
    folder = home / "config" / "recipes"
    folder.mkdir(parents=True)
    (folder / "shout.toml").write_text(RECIPE)
    engine = ScriptedEngine([])
    recipes = HostedRecipes(engine)
    try:
        with serving(engine, recipes) as served:
            code, _, said = served.raw(f"/v1/recipes/{name}", body)
    finally:
        recipes.close()
    assert code == status
    assert answer.items() <= said.get("error", said).items()

"""Actions for a model that the user names: they don't exist without one, and say how good it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breadknife.cli.recipes import testing
from breadknife.engine.models.catalog import installed_catalog
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry
from breadknife.host.settings import Settings
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.plugins.recipes.settings import RecipesSettings
from breadknife.recipes.folders import RecipeFolder
from breadknife.recipes.registry import read_entry
from breadknife.recipes.requests import RecipeRequest
from breadknife.recipes.scores import Score, Scores
from breadknife.steps.registry import discover_steps
from breadknife.task.values import ActionRequest, ResolveRequest
from breadknife.testing import ask, document
from breadknife.text.document import Span, TextEdit, apply_edits
from documents.acting import FOLDER

NAMED = ("change-tone", "rewrite-text", "summarise-text")
TEXT = "In order to start **it**, make use of [the page](a.md) in 3 steps.\n"
MODEL = "qwen2.5-coder-0.5b"


def host(models: dict[str, str], *script: Line) -> Host:
    settings = Settings(plugins={"recipes": RecipesSettings()}, models=models)
    return Host(Registry((RecipesPlugin(),)), ScriptedEngine(script), installed_catalog(), settings)


@pytest.mark.parametrize(("models", "offered"), [({}, False), ({"rewrite": MODEL}, True), ({"judge": MODEL}, False)])
def test_they_are_offered_only_with_a_model_that_the_user_names(models: dict[str, str], offered: bool) -> None:
    reply = host(models).ask(ActionRequest(document(TEXT, "markdown"), Span(3, 3)))
    assert ("Rewrite plainly" in [action.title for _, action in reply.actions]) is offered


@pytest.mark.parametrize("name", NAMED)
def test_each_has_twenty_cases(name: str) -> None:
    entry = read_entry(FOLDER / f"{name}.toml", RecipeFolder(FOLDER, "breadknife"), discover_steps().types)
    assert entry.plan is not None
    assert entry.plan.recipe.named_models
    assert len(entry.plan.recipe.examples) >= 20


def rewritten(answer: str, text: str = TEXT) -> str:
    """The document with the model's wording of its first paragraph, or why it was refused."""
    seen: list[tuple[str, ...]] = []

    def watch(step: str, gave: object, milliseconds: float, remembered: bool) -> None:
        if step == "rewritten":
            seen.append(getattr(gave, "refused", ()))

    asked = document(text, "markdown")
    request = RecipeRequest("rewrite-text", asked, Span(0, 0), watcher=watch)
    reply = ask(RecipesPlugin(), request, script=[Line("You rewrite", say=answer)])
    for _, found in reply.answers:
        return apply_edits(text, [TextEdit(found.span, found.text)])  # type: ignore[union-attr]
    return " ".join(seen[0]) or reply.receipts[0].reason


def test_a_sentence_is_worded_anew_around_its_markup() -> None:
    after = rewritten("To start it, use the page in 3 steps.")
    assert after == "To start **it**, use [the page](a.md) in 3 steps.\n"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("To start it, use the page in 4 steps.", "it lost the number 3"),
        ("To start it, use the page.", "it lost the number 3"),
        ("To start it, do not use the page in 3 steps.", "it added a negation"),
        ("Sure! To start it, use the page in 3 steps.", "it begins with “Sure”, which answers and doesn't rewrite"),
    ],
)
def test_a_wording_that_the_guard_refuses(answer: str, why: str) -> None:
    assert rewritten(answer) == f"The new wording was refused: {why}."


def test_a_summary_stands_above_its_text() -> None:
    text = "# Cache\n\n" + "The cache keeps the answers of the server for an hour. After that it asks again. " * 2
    asked = document(text.rstrip() + "\n", "markdown")
    request = RecipeRequest("summarise-text", asked, Span(12, 12))
    reply = ask(RecipesPlugin(), request, script=[Line("You sum up", say="The cache keeps answers for an hour.")])
    [(_, found)] = reply.answers
    assert found.text == "The cache keeps answers for an hour.\n\n"  # type: ignore[union-attr]
    assert found.span == Span(9, 9)  # type: ignore[union-attr]


def test_a_model_s_score_is_told_at_its_use(tmp_path: Path, home: Path) -> None:
    """`breadknife recipes test` counts, and the action says what it has counted."""
    told: list[str] = []
    asking = host({"rewrite": MODEL}, Line("You rewrite", say="To start it, use the page in 3 steps."))
    asking.on_notice = told.append
    asked = document(TEXT, "markdown")

    def use() -> None:
        [action] = [
            each for _, each in asking.ask(ActionRequest(asked, Span(3, 3))).actions if each.title == "Rewrite plainly"
        ]
        asking.ask(ResolveRequest(asked, action), plugin="recipes")

    use()
    script = tmp_path / "script.json"
    script.write_text(
        json.dumps(
            [{"when": "order to start the server", "say": "To start the server, you need to use the command `code`."}]
        ),
        "utf-8",
    )
    testing.run(["rewrite-text"], [MODEL], as_json=False, offline=True, engine_script=script)
    use()
    assert told == [
        f"`breadknife recipes test rewrite-text` says how well {MODEL} does this.",
        f"{MODEL} passed 1 of 20 of our cases for “Rewrite plainly”.",
    ]


def test_scores_outlive_a_broken_file(tmp_path: Path) -> None:
    entry = read_entry(FOLDER / "rewrite-text.toml", RecipeFolder(FOLDER, "breadknife"), discover_steps().types)
    assert entry.plan is not None
    recipe, file = entry.plan.recipe, tmp_path / "scores.json"
    file.write_text("{")
    scores = Scores(file)
    assert scores.of(recipe, "a") is None
    scores.keep(recipe, "a", Score(7, 20))
    assert (scores.of(recipe, "a"), scores.of(recipe, "b")) == (Score(7, 20), None)

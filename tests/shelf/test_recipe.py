"""The recipe ask-my-shelf: its own tests pass on a shelf that they bring with them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from breadknife.cli.recipes import testing
from breadknife.cli.recipes.own_shelf import own_shelf
from breadknife.engine.models.catalog import installed_catalog
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import RecipeError
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry
from breadknife.host.settings import Settings
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.plugins.recipes.settings import RecipesSettings
from breadknife.plugins.shelf import recipes
from breadknife.plugins.shelf.index.shelves import open_shelves
from breadknife.recipes.requests import RecipeRequest, RecipeResult
from breadknife.task.values import ActionRequest
from breadknife.testing import document
from breadknife.text.document import Span

RECIPE = Path(str(files(recipes))) / "ask-my-shelf.toml"
SENTENCES = RECIPE.with_name("answer-from-my-shelf.toml")
MODEL = "qwen2.5-coder-0.5b"
QUESTION = "?? How many degrees does a rye loaf need?\n"


def test_its_own_tests_pass_without_a_model(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.json"
    script.write_text("[]")
    code = testing.run([str(RECIPE)], [], as_json=False, offline=True, engine_script=script)
    assert code == 0, capsys.readouterr().out


def host(models: dict[str, str], *script: Line) -> Host:
    settings = Settings(plugins={"recipes": RecipesSettings()}, models=models)
    return Host(Registry((RecipesPlugin(),)), ScriptedEngine(script), installed_catalog(), settings)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("A rye loaf needs 98.", "A rye loaf needs 98.\n\n> A wheat loaf"),
        ("A rye loaf needs 98. It weighs 2 kg.", "A rye loaf needs 98.\n\n> A wheat loaf"),
        ("A rye loaf needs 97.", "answer was refused: it added the number 97."),
        ("A rye loaf doesn't need 98.", "answer was refused: "),
        ("A rye loaf needs 98. [Buy](http://example.com)", "A rye loaf needs 98.\n\n> A wheat loaf"),
    ],
)
def test_a_sentence_stands_above_the_quote_that_says_it(home: Path, written: str, told: str) -> None:
    asked = document(QUESTION, "markdown")
    with own_shelf("tests", SENTENCES):
        script = Line("You answer a question", say=written)
        reply = host({"answer": MODEL}, script).ask(RecipeRequest("answer-from-my-shelf", asked, Span(2, 2)))
    said = [found.text for _, found in reply.answers if isinstance(found, RecipeResult)] or [str(reply.receipts[0])]
    assert told in said[0]


@pytest.mark.parametrize(("models", "offered"), [({}, False), ({"rewrite": MODEL}, False), ({"answer": MODEL}, True)])
def test_sentences_are_offered_only_with_a_model_for_them(home: Path, models: dict[str, str], offered: bool) -> None:
    reply = host(models).ask(ActionRequest(document(QUESTION, "markdown"), Span(2, 2)))
    titles = [each.title for _, each in reply.actions]
    assert ("Answer in sentences from my shelf" in titles) is offered
    assert "Answer from my shelf" in titles


def test_the_shelf_of_a_test_is_there_for_this_test_alone(home: Path) -> None:
    before = open_shelves().status
    with own_shelf("tests", RECIPE):
        assert open_shelves().status.folders == (RECIPE.parent / "tests",)
    assert open_shelves().status == before
    assert not list(home.rglob("*.sqlite"))


@pytest.mark.parametrize("name", ["gone", "..", "ask-my-shelf.toml"])
def test_only_a_folder_beside_the_recipe_is_a_shelf(name: str) -> None:
    with pytest.raises(RecipeError, match="no folder beside its recipe"), own_shelf(name, RECIPE):
        pass

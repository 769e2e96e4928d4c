"""The steps of recipes, as a recipe runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.plugins.shelf.steps import NO_SHELF, SearchInput, SearchOutput, search
from breadknife.steps.registry import discover_steps
from breadknife.task.plugin import Model
from recipes.asking import result, run
from shelf.filling import ScriptedEmbedder, fill
from shelf.making import BREAD
from steps.here import Here

RECIPE = """
[steps.found]
use = "shelf.search"
question = "$input.selection"

[steps.out]
use = "text"
text = "{{ found.passages[0].page }}: {{ found.passages[0].text }}"
"""


class WithModel(Here):
    """A context in which no model can be asked."""

    def model(self, role: str, /) -> Model:
        from breadknife.errors import EngineMissing

        raise EngineMissing


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    (made / "bread.pdf").write_bytes(BREAD.read_bytes())
    return made


def test_without_a_shelf_there_is_a_reason(home: Path) -> None:
    assert search(SearchInput("How hot?"), Here()) == NO_SHELF


def test_a_shelf_without_vectors_asks_no_model(folder: Path) -> None:
    fill(folder)
    found = search(SearchInput("How hot is a wheat loaf inside when it is done?", keep=2), Here())
    assert isinstance(found, SearchOutput)
    assert (found.files, found.pages, found.waiting) == (1, 5, 0)
    assert len(found.passages) == 2
    assert (found.passages[0].source, found.passages[0].page) == ((folder / "bread.pdf").as_uri(), 4)


def test_a_shelf_whose_model_is_missing_is_searched_by_words(folder: Path) -> None:
    fill(folder, ScriptedEmbedder())
    found = search(SearchInput("window test"), WithModel())
    assert isinstance(found, SearchOutput)
    assert found.passages[0].page == 3


def test_what_it_gives_is_tainted() -> None:
    assert discover_steps().types["shelf.search"].from_outside


def test_a_recipe_asks_the_shelf(folder: Path, tmp_path: Path) -> None:
    fill(folder)
    from breadknife.text.document import Span

    question = "What is the window test?"
    reply = run(tmp_path, RECIPE, question, plugin=RecipesPlugin(), span=Span(0, len(question)))
    assert result(reply).startswith("3: 2 Kneading and rising")

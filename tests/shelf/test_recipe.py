"""The recipe ask-my-shelf: its own tests pass on a shelf that they bring with them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from breadknife.cli.recipes import testing
from breadknife.cli.recipes.own_shelf import own_shelf
from breadknife.errors import RecipeError
from breadknife.plugins.shelf import recipes
from breadknife.plugins.shelf.index.shelves import open_shelves

RECIPE = Path(str(files(recipes))) / "ask-my-shelf.toml"


def test_its_own_tests_pass_without_a_model(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.json"
    script.write_text("[]")
    code = testing.run([str(RECIPE)], [], as_json=False, offline=True, engine_script=script)
    assert code == 0, capsys.readouterr().out


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

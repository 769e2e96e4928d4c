"""The document recipes: their own tests pass, and menus tell what an action does."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.cli.recipes import testing
from breadknife.recipes.folders import RecipeFolder
from breadknife.recipes.registry import read_entry
from breadknife.recipes.values import Recipe
from breadknife.steps.registry import discover_steps
from documents.acting import FOLDER, NAMES

RULES = (
    "make-list", "make-paragraph", "parallel-items", "plain-words", "shorten-text", "split-sentence",
)  # fmt: skip


def recipe(name: str) -> Recipe:
    entry = read_entry(FOLDER / f"{name}.toml", RecipeFolder(FOLDER, "breadknife"), discover_steps().types)
    assert entry.problems == ()
    assert entry.plan is not None
    return entry.plan.recipe


def test_each_recipe_of_rules_is_known() -> None:
    assert set(RULES) <= {*NAMES}


@pytest.mark.parametrize("name", RULES)
def test_its_own_tests_pass_without_a_model(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.json"
    script.write_text("[]")
    code = testing.run([str(FOLDER / f"{name}.toml")], [], as_json=False, offline=True, engine_script=script)
    assert code == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", RULES)
def test_each_is_guarded_and_is_told_by_its_effect(name: str) -> None:
    found = recipe(name)
    assert [use.type for use in found.steps][-1] == "guard.diff"
    assert "{{" in found.show.title
    assert any(example.expect.silence for example in found.examples)

"""The recipes that come with breadknife: their own tests pass, and each has a page that says what it is worth."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from breadknife.cli.recipes import testing
from breadknife.recipes.checking import Plan
from breadknife.recipes.expressions import reference
from breadknife.recipes.folders import SHIPPED, RecipeFolder, user_folder
from breadknife.recipes.registry import read_entry
from breadknife.steps.registry import discover_steps

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "recipes"
NAMES = sorted(path.stem for path in SHIPPED.glob("*.toml"))


def plan(name: str) -> Plan:
    entry = read_entry(SHIPPED / f"{name}.toml", RecipeFolder(SHIPPED, "breadknife"), discover_steps().types)
    assert entry.problems == ()
    assert entry.plan is not None
    return entry.plan


def test_there_are_some() -> None:
    assert NAMES == ["explain-diagnostic"]


@pytest.mark.parametrize("name", NAMES)
def test_each_has_tests_and_a_page(name: str) -> None:
    recipe = plan(name).recipe
    assert 4 <= len(recipe.examples) <= 8
    page = (PAGES / f"{name}.md").read_text("utf-8")
    assert page.startswith(f"# {name}\n")
    assert f"({name}.md)" in (PAGES / "README.md").read_text("utf-8")
    assert ("is on by default" in page) == recipe.enabled


@pytest.mark.parametrize("name", NAMES)
def test_each_result_of_a_model_goes_through_a_rule(name: str) -> None:
    """What a model wrote isn't shown as it is."""
    ready = plan(name)
    shown = reference(ready.recipe.show.text)
    assert shown
    assert not ready.types[shown.step].writes


RULES_ALONE = {
    "explain-diagnostic": 6,
}
"""Name -> how many of its tests pass without a model that says anything."""


@pytest.mark.parametrize(("name", "count"), RULES_ALONE.items())
def test_what_needs_no_model(name: str, count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.json"
    script.write_text("[]")
    testing.run([str(SHIPPED / f"{name}.toml")], [], as_json=False, offline=True, engine_script=script)
    said = capsys.readouterr().out.splitlines()[-1]
    passed = int(said.split()[1])
    assert passed >= count, said


def test_the_examples_pass_their_tests(capsys: pytest.CaptureFixture[str], tmp_path: Path, home: Path) -> None:
    """In the user's own folder of recipes, whose recipes may run programs."""
    script = tmp_path / "script.json"
    script.write_text("[]")
    names = [path.stem for path in sorted((ROOT / "examples" / "recipes").glob("*.toml"))]
    shutil.copytree(ROOT / "examples" / "recipes", user_folder(), dirs_exist_ok=True)
    code = testing.run(names, [], as_json=False, offline=True, engine_script=script)
    assert (code, capsys.readouterr().out) == (0, "commit-message: 2 of 2 pass\n")


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(600)
def test_their_own_tests_pass_with_the_real_model(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(SHIPPED / f"{name}.toml") for name in NAMES]
    code = testing.run(files, [], as_json=False, offline=True, engine_script=None)
    assert code == 0, capsys.readouterr().out


def test_the_page_of_steps_is_what_the_code_says() -> None:
    ran = subprocess.run(
        [sys.executable, PAGES / "steps.py", "--check"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shipped_begins_in_the_menu(name: str) -> None:
    """The plugin is then asked nothing at a key, a hover or a check, and reads no recipe to know that."""
    plan = read_entry(SHIPPED / f"{name}.toml", RecipeFolder(SHIPPED, "breadknife"), discover_steps().types).plan
    assert plan is not None
    assert plan.recipe.show.presentation in ("edit", "document", "command")

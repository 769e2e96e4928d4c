"""Which recipes there are, and what becomes of those whose name is taken."""

from __future__ import annotations

from pathlib import Path

from breadknife.recipes.folders import IN_WORKSPACE, SHIPPED
from breadknife.recipes.registry import RecipeRegistry
from project.folders import write


def test_every_recipe_with_a_taken_name_is_a_problem(tmp_path: Path, home: Path) -> None:
    shipped = SHIPPED / "explain-diagnostic.toml"
    text = shipped.read_text("utf-8")
    write(tmp_path, {f"{IN_WORKSPACE}/{name}.toml": text for name in ("explain-diagnostic", "second", "third")})
    entries = RecipeRegistry().entries(tmp_path, trusted=True)
    first, *others = (entry for entry in entries if entry.path.read_text("utf-8") == text)
    assert (first.path, first.problems) == (shipped, ())
    assert [(entry.path.stem, entry.plan) for entry in others] == [
        ("explain-diagnostic", None),
        ("second", None),
        ("third", None),
    ]
    assert {entry.problems[0].message for entry in others} == {
        f"{shipped} has the name `explain-diagnostic` already; choose another one"
    }

"""`breadknife recipes`, as its help says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.commands import within

SHOUT = """\
recipe = 1
name = "shout"
title = "Say it loud"

[steps.paragraph]
use = "select.paragraph"
min_words = 2

[steps.loud]
use = "text"
text = "{{ paragraph.text | upper }}!"

[show]
as = "edit"
text = "$loud.text"
at = "$paragraph.place"

[[tests]]
name = "a sentence"
text = "So be it."
expect = { equals = "SO BE IT.!" }

[[tests]]
name = "a word"
text = "So."
expect = { silence = "short-paragraph" }
"""


@pytest.fixture
def shout(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "shout.toml"
    path.write_text(SHOUT)
    return path


def test_the_way_of_a_first_recipe(home: Path, tmp_path: Path) -> None:
    made = within(tmp_path, "recipes", "new", "mine")
    assert made.returncode == 0
    path = Path(made.stdout.splitlines()[0])
    assert path == home / "config" / "recipes" / "mine.toml"
    assert within(tmp_path, "recipes", "new", "mine").returncode == 2

    checked = within(tmp_path, "recipes", "check", "mine")
    assert (checked.returncode, checked.stdout) == (0, "✓ mine: 4 steps, asks rewrite\n")
    assert "mine" in within(tmp_path, "recipes", "list").stdout

    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"when": "", "say": "x"}]))
    assert within(tmp_path, "recipes", "test", "mine", "--engine-script", str(script)).stdout == "mine: 1 of 1 pass\n"


def test_what_is_wrong_has_its_place(shout: Path, tmp_path: Path) -> None:
    shout.write_text(SHOUT.replace("$loud.text", "$lod.text"))
    checked = within(tmp_path, "recipes", "check", "shout.toml")
    assert checked.returncode == 1
    assert checked.stdout == f"{shout}:15:1: there is no step `lod`; did you mean `loud`?\n"
    assert within(tmp_path, "recipes", "run", "shout.toml", given="So be it.").returncode == 2


def test_run_shows_each_step_and_prints_the_result(shout: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nSo be it.\n")
    ran = within(tmp_path, "recipes", "run", "shout.toml", "a.md", "--at", "3")
    assert (ran.returncode, ran.stdout) == (0, "SO BE IT.!\n")
    assert [line.split(" (")[0] for line in ran.stderr.splitlines()] == ["breadknife: paragraph", "breadknife: loud"]
    assert (tmp_path / "a.md").read_text() == "# A\n\nSo be it.\n"


def test_run_says_why_there_is_nothing(shout: Path, tmp_path: Path) -> None:
    ran = within(tmp_path, "recipes", "run", "shout.toml", given="So.")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "fewer than 2 words" in ran.stderr.splitlines()[-1]


def test_a_test_that_fails_is_named(shout: Path, tmp_path: Path) -> None:
    shout.write_text(SHOUT.replace("SO BE IT.!", "SO BE IT."))
    ran = within(tmp_path, "recipes", "test", "shout.toml")
    assert ran.returncode == 1
    assert ran.stdout == "✗ shout: a sentence: 'SO BE IT.!' is not 'SO BE IT.'\nshout: 1 of 2 pass\n"


def test_diff_shows_what_two_versions_answer(shout: Path, tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(SHOUT.replace("upper }}!", "upper }}"))
    ran = within(tmp_path, "recipes", "diff", "shout.toml", "two.toml")
    assert ran.returncode == 1
    assert ran.stdout == "a sentence:\n  - SO BE IT.!\n  + SO BE IT.\n1 of 2 answers differ\n"
    assert within(tmp_path, "recipes", "diff", "shout.toml", "shout.toml").returncode == 0


def test_graph_draws_the_steps(shout: Path, tmp_path: Path) -> None:
    drawn = within(tmp_path, "recipes", "graph", "shout.toml").stdout
    assert drawn.startswith("flowchart LR\n")
    assert "paragraph --> loud" in drawn
    within(tmp_path, "recipes", "graph", "shout.toml", "--svg", "a.svg")
    picture = (tmp_path / "a.svg").read_text()
    assert [box for box in ("input", "paragraph", "loud", "show") if f">{box}</text>" not in picture] == []


def test_a_lock_says_what_has_changed(shout: Path, tmp_path: Path) -> None:
    assert within(tmp_path, "recipes", "lock", "shout.toml").returncode == 0
    lock = tmp_path / "recipe.lock"
    assert json.loads(lock.read_text())["recipes"]["shout"]["steps"] == {"select.paragraph": 1, "text": 1}
    assert within(tmp_path, "recipes", "check", "shout.toml").returncode == 0

    lock.write_text(lock.read_text().replace('"text": 1', '"text": 9'))
    checked = within(tmp_path, "recipes", "check", "shout.toml")
    assert checked.returncode == 1
    assert "`text` is locked at version 9, and 1 is installed; update it" in checked.stdout

    lock.write_text("{")
    assert "this lock can't be read" in within(tmp_path, "recipes", "check", "shout.toml").stdout


@pytest.mark.parametrize("command", ["check", "run", "test", "graph", "lock"])
def test_the_nearest_name_of_a_recipe_that_is_not_there(home: Path, tmp_path: Path, command: str) -> None:
    ran = within(tmp_path, "recipes", command, "plain-word")
    assert ran.returncode == 2
    assert "there is no recipe `plain-word`; did you mean `plain-words`?" in ran.stderr

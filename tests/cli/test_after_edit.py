"""`breadknife after-edit`: what an agent is told of its edits, by the hook's JSON and by name."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.commands import breadknife, within
from project.folders import write

SETTINGS = "[prose]\nlanguagetool = false\nmodel = false\n[nullcheck]\nseverity_medium = 'warning'\n"
GUARDED = 'import re\n\n\ndef first(text):\n    it = re.match("a", text)\n    return it.group() if it else ""\n'
UNGUARDED = GUARDED.replace(' if it else ""', "")
OLD, NEW = "This is an useful option.\n", "It is an good house.\n"
TOLD = """\
a.py:6:12: `it` may be None: `re.match` returns None when nothing matches [nullcheck/none-attribute]
  a.py:5:10: `re.match` returns None when nothing matches
  a.py:5:5: `it` gets it here; nothing checks it before the use
  fix: """


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    work = tmp_path / "work"
    write(work, {"breadknife.toml": SETTINGS, "a.py": GUARDED, "b.md": OLD})
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=work, check=True, capture_output=True)
    write(work, {"a.py": UNGUARDED, "b.md": f"{OLD}\n{NEW}", "src/c.md": NEW})
    write(tmp_path, {"notes.md": NEW})
    return work


def hook(folder: Path, **payload: Any) -> dict[str, Any]:
    """As Claude Code has it."""
    return {
        "session_id": "a1", "transcript_path": "/home/a/t.jsonl", "cwd": str(folder), "permission_mode": "default",
        "hook_event_name": "PostToolUse", "tool_name": "Edit", "tool_response": {"success": True}, **payload,
    }  # fmt: skip


def answered(folder: Path, payload: object) -> tuple[int, str]:
    ran = within(folder, "after-edit", given=payload if isinstance(payload, str) else json.dumps(payload))
    if not ran.stdout:
        return ran.returncode, ""
    answer = json.loads(ran.stdout)["hookSpecificOutput"]
    assert set(answer) == {"hookEventName", "additionalContext"}
    return ran.returncode, f"{answer['hookEventName']} {answer['additionalContext']}"


@pytest.mark.parametrize(
    ("edited", "begins"),
    [
        ({"tool_input": {"file_path": "a.py", "old_string": "x", "new_string": "y"}}, f"PostToolUse {TOLD}"),
        ({"tool_input": {"file_path": "b.md"}}, "PostToolUse b.md:3:7: Incorrect indefinite article"),
        ({"tool_input": {"file_path": "c.md"}, "cwd": "src"}, "PostToolUse src/c.md:1:7: "),
        ({"file_path": "src/c.md", "hook_event_name": "afterFileEdit"}, "afterFileEdit src/c.md:1:7: "),
        ({"tool_input": {"file_path": "../notes.md"}}, ""),  # the agent's own, elsewhere
        ({"tool_input": {"file_path": "breadknife.toml"}}, ""),
        ({"tool_input": {"file_path": "gone.py"}}, ""),
        ({"tool_input": {"file_path": "a\0.py"}}, ""),
        ({"tool_input": {"file_path": ["a.py"]}}, ""),
        ({"tool_input": "a.py"}, ""),
        ({"tool_input": {"command": "ls"}}, ""),
    ],
)
def test_what_a_hook_answers(folder: Path, edited: dict[str, Any], begins: str) -> None:
    code, told = answered(folder, hook(folder, **edited))
    assert code == 0
    assert told.startswith(begins)
    assert bool(told) == bool(begins)


@pytest.mark.parametrize("given", ["", "[]", "{", "null", "[" * 100_000])
def test_a_hook_without_json_stops_nobody(folder: Path, given: str) -> None:
    ran = within(folder, "after-edit", given=given)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "isn't the JSON of a hook; name the files" in ran.stderr


def test_a_file_that_can_not_be_read_stops_nobody(folder: Path) -> None:
    write(folder, {"a.py": "\0"})
    assert answered(folder, hook(folder, tool_input={"file_path": "a.py"})) == (1, "")


def test_files_by_name(folder: Path) -> None:
    found = breadknife(folder, "after-edit", "a.py", "b.md")
    assert (found.returncode, found.stdout[: len(TOLD)]) == (1, TOLD)
    assert within(folder, "after-edit", "breadknife.toml").returncode == 0
    assert within(folder, "after-edit", "gone.py").returncode == 2


def test_places_in_notebooks_are_those_of_cells(folder: Path) -> None:
    cells = [{"cell_type": "markdown", "source": ["# A title\n", NEW]}]
    write(folder, {"src/nb.ipynb": json.dumps({"cells": cells}, indent=1)})
    assert within(folder, "after-edit", "src/nb.ipynb").stdout.startswith("src/nb.ipynb:cell 1:2:7: ")


def test_without_git_all_of_a_file_is_told(tmp_path: Path, home: Path) -> None:
    write(tmp_path, {"breadknife.toml": SETTINGS, "b.md": OLD, "many.md": NEW * 30})
    assert within(tmp_path, "after-edit", "b.md").stdout.startswith("b.md:1:9: ")
    many = within(tmp_path, "after-edit", "many.md").stdout.splitlines()
    assert len([line for line in many if line.startswith("many.md:")]) == 20
    assert many[-1].startswith("and ")


def test_the_recipe_on_the_page_runs_it() -> None:
    page = (Path(__file__).parents[2] / "docs/mcp.md").read_text("utf-8")
    recipes = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    commands = [
        hook["command"]
        for recipe in recipes
        for events in recipe["hooks"].values()
        for matched in events
        for hook in matched["hooks"]
    ]
    assert commands == ["breadknife after-edit"] * 2

"""docs/recipes/README.md, done as it says: its commands run, and what it says comes is what comes."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from breadknife.host.plugins.registry import discover
from breadknife.host.settings import Author, Layer, resolve
from breadknife.steps.registry import discover_steps
from recipes.asking import result, run

PAGE = (Path(__file__).parents[2] / "docs" / "recipes" / "README.md").read_text("utf-8")
SNIPPETS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
NOTES = "# Notes\n\nThe small old cat sat down on the warm mat.\n"
SHORTER = "The small old cat sat on the warm mat."


def test_every_command(tmp_path: Path, home: Path) -> None:
    (tmp_path / "notes.md").write_text(NOTES, "utf-8")
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"when": "small old cat", "say": SHORTER}]), "utf-8")
    printed, ran = "", 0
    for kind, text in SNIPPETS:
        if kind == "text":
            assert text.strip() in printed
        for line in text.splitlines() if kind == "sh" else ():
            words = shlex.split(line)[1:]
            if words[1] in ("run", "test"):
                words += ["--engine-script", str(script)]
            done = subprocess.run(
                [sys.executable, "-m", "breadknife", *words],
                cwd=tmp_path,
                env=os.environ | {"COLUMNS": "200"},
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            printed, ran = done.stdout, ran + 1
            if words[1] == "run":
                assert printed.strip() == SHORTER
    assert ran > 5
    assert (tmp_path / "notes.md").read_text("utf-8") == NOTES


def test_the_settings_on_the_page() -> None:
    text, _ = [text for kind, text in SNIPPETS if kind == "toml"]
    assert resolve([Layer("README.md", tomllib.loads(text), text, Author.USER)], discover().settings_types)[1] == ()


def test_the_step_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = [text for kind, text in SNIPPETS if kind == "python"]
    _, registered = [tomllib.loads(text) for kind, text in SNIPPETS if kind == "toml"]
    entries = registered["project"]["entry-points"]["breadknife.steps"]
    package = tmp_path / "breadknife_rot"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "steps.py").write_text(code)
    info = tmp_path / "breadknife_rot-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: breadknife-rot\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in entries.items())
    (info / "entry_points.txt").write_text(f"[breadknife.steps]\n{lines}")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    discover_steps.cache_clear()
    try:
        for text, wanted in (("So be it.", "Fb or vg."), ("1.", "too-short")):
            steps = f'[steps.out]\nuse = "rot.turn"\ntext = "{text}"\n'
            assert result(run(tmp_path, steps)) == wanted
    finally:
        discover_steps.cache_clear()

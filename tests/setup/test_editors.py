"""The settings that are printed for each editor."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from breadknife.setup import editors
from breadknife.setup.editors import EDITORS, Editor, server_command

DOCS = Path(__file__).parents[2] / "docs" / "editors"
BY_NAME = {editor.name: editor for editor in EDITORS}
ON_PATH = ("breadknife", "serve")
ELSEWHERE = ("/home/me/my tools/breadknife", "serve")
WINDOWS = ("C:\\Users\\me\\breadknife.exe", "serve")


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_an_editor_has_a_page(editor: Editor) -> None:
    assert (DOCS / editor.page).is_file()


@pytest.mark.parametrize("name", ["helix", "emacs"])
def test_the_page_shows_the_same_settings(name: str) -> None:
    assert f"\n{BY_NAME[name].settings(ON_PATH)}\n" in (DOCS / BY_NAME[name].page).read_text("utf-8")


@pytest.mark.parametrize("command", [ON_PATH, ELSEWHERE, WINDOWS])
def test_helix_reads_its_settings(command: tuple[str, ...]) -> None:
    server = tomllib.loads(BY_NAME["helix"].settings(command))["language-server"]["breadknife"]
    assert (server["command"], *server["args"]) == command


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (ON_PATH, []),
        (ELSEWHERE, ['vim.lsp.config("breadknife", { cmd = { "/home/me/my tools/breadknife", "serve" } })']),
    ],
)
def test_neovim(command: tuple[str, ...], lines: list[str]) -> None:
    first, *others = BY_NAME["neovim"].settings(command).splitlines()
    found = re.fullmatch(r"vim\.opt\.runtimepath:append\((.*)\)", first)
    assert found
    assert (Path(json.loads(found[1])) / "plugin" / "breadknife.lua").is_file()
    assert others == lines


@pytest.mark.parametrize("command", [ON_PATH, ELSEWHERE])
def test_emacs_balances(command: tuple[str, ...]) -> None:
    lisp = BY_NAME["emacs"].settings(command)
    assert lisp.count("(") == lisp.count(")")
    assert f'("{command[0]}" "serve")' in lisp


def test_vs_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editors.shutil, "which", lambda name: "/bin/codium" if name == "codium" else None)
    said = BY_NAME["vscode"].settings(ELSEWHERE).splitlines()
    assert said[0].startswith("codium --install-extension ")
    assert json.loads("{" + said[1].removeprefix("# in your user settings: ") + "}") == {
        "breadknife.command": list(ELSEWHERE)
    }
    assert len(BY_NAME["vscode"].settings(ON_PATH).splitlines()) == 1


def test_the_server_is_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    script = str(Path(sys.executable).with_name("breadknife.exe" if sys.platform == "win32" else "breadknife"))
    monkeypatch.setattr(editors.shutil, "which", lambda name: script)
    assert server_command() == ["breadknife", "serve"]
    monkeypatch.setattr(editors.shutil, "which", lambda name: "/usr/bin/another")
    assert server_command() == [script, "serve"]

"""The settings that are printed for each editor."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from breadknife import children
from breadknife.setup.editors.table import EDITORS, server_command
from breadknife.setup.editors.values import Editor

DOCS = Path(__file__).parents[2] / "docs" / "editors"
BY_NAME = {editor.name: editor for editor in EDITORS}
ON_PATH = ("breadknife", "serve")
ELSEWHERE = ("/home/me/my tools/breadknife", "serve")
WINDOWS = ("C:\\Users\\me\\breadknife.exe", "serve")


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_an_editor_has_a_page(editor: Editor) -> None:
    assert (DOCS / editor.page).is_file()


@pytest.mark.parametrize("name", ["helix", "emacs", "vim", "zed", "sublime", "kate"])
def test_the_page_shows_the_same_settings(name: str) -> None:
    assert f"\n{BY_NAME[name].settings(ON_PATH)}\n" in (DOCS / BY_NAME[name].page).read_text("utf-8")


@pytest.mark.parametrize("command", [ON_PATH, ELSEWHERE, WINDOWS])
def test_helix_reads_its_settings(command: tuple[str, ...]) -> None:
    server = tomllib.loads(BY_NAME["helix"].settings(command))["language-server"]["breadknife"]
    assert (server["command"], *server["args"]) == command


@pytest.mark.parametrize(
    ("command", "given"),
    [(ON_PATH, ""), (ELSEWHERE, '{ cmd = { "/home/me/my tools/breadknife", "serve" } }')],
)
def test_neovim(command: tuple[str, ...], given: str) -> None:
    first, *others = BY_NAME["neovim"].settings(command).splitlines()
    found = re.fullmatch(r"vim\.opt\.runtimepath:append\((.*)\)", first)
    assert found
    assert (Path(json.loads(found[1])) / "plugin" / "breadknife.lua").is_file()
    assert others == [f'require("breadknife").setup({given})']


@pytest.mark.parametrize("command", [ON_PATH, ELSEWHERE])
def test_emacs_balances(command: tuple[str, ...]) -> None:
    lisp = BY_NAME["emacs"].settings(command)
    assert lisp.count("(") == lisp.count(")")
    assert f'("{command[0]}" "serve")' in lisp


def test_vs_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "find_program", lambda name: "/bin/codium" if name == "codium" else None)
    said = BY_NAME["vscode"].settings(ELSEWHERE).splitlines()
    assert said[0].startswith("codium --install-extension ")
    assert json.loads("{" + said[1].removeprefix("# in your user settings: ") + "}") == {
        "breadknife.command": list(ELSEWHERE)
    }
    assert len(BY_NAME["vscode"].settings(ON_PATH).splitlines()) == 1


def test_the_server_is_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    script = str(Path(sys.executable).with_name("breadknife.exe" if sys.platform == "win32" else "breadknife"))
    monkeypatch.setattr(children, "find_program", lambda name: script)
    assert server_command() == ["breadknife", "serve"]
    monkeypatch.setattr(children, "find_program", lambda name: "/usr/bin/another")
    assert server_command() == [script, "serve"]


@pytest.mark.parametrize("command", [ON_PATH, ELSEWHERE, WINDOWS])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("zed", ["lsp", "breadknife", "binary"]),
        ("sublime", ["clients", "breadknife", "command"]),
        ("kate", ["servers", "breadknife", "command"]),
    ],
)
def test_json_names_the_command(name: str, path: list[str], command: tuple[str, ...]) -> None:
    held = json.loads(BY_NAME[name].settings(command))
    for key in path:
        held = held[key]
    assert held in (list(command), {"path": command[0], "arguments": list(command[1:])})


def test_jetbrains_gets_a_template_of_lsp4ij() -> None:
    template = json.loads(BY_NAME["jetbrains"].settings(ON_PATH))
    assert set(template) == {"id", "name", "programArgs", "fileTypeMappings"}
    assert template["programArgs"] == {"default": "breadknife serve"}
    types = {each["languageId"]: each["fileType"]["patterns"] for each in template["fileTypeMappings"]}
    assert types["python"] == ["*.py", "*.pyi"]


def test_vim_escapes_quotes() -> None:
    assert "['/it''s/breadknife', 'serve']" in BY_NAME["vim"].settings(("/it's/breadknife", "serve"))

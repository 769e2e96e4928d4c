"""`--write` puts settings into an editor's file and changes nothing else there; `--undo` takes exactly them out."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from breadknife.errors import SettingsError
from breadknife.setup.editors.files import undo, write
from breadknife.setup.editors.inserting import in_json
from breadknife.setup.editors.table import EDITORS
from breadknife.setup.editors.values import Editor

COMMAND = ("/opt/breadknife", "serve")
BY_NAME = {editor.name: editor for editor in EDITORS}
WRITABLE = [editor for editor in EDITORS if editor.place]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "config"))
    monkeypatch.delenv("NVIM_APPNAME", raising=False)
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "breadknife"))
    return tmp_path


def file_of(editor: Editor, text: str | None = None) -> Path:
    """Its settings file; holding `text`, unless that is None."""
    assert editor.place
    file = editor.place()
    if text is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    return file


@pytest.mark.parametrize("editor", WRITABLE, ids=lambda editor: editor.name)
def test_a_file_that_was_not_there_is_made_and_removed(editor: Editor) -> None:
    written = write(editor, COMMAND)
    assert file_of(editor).read_text("utf-8") == editor.settings(COMMAND) + "\n"
    assert (written.file, written.is_new, written.left_out) == (str(file_of(editor)), True, ())
    undo(editor)
    assert not file_of(editor).exists()


HELD = {
    "neovim": ["vim.o.number = true\n"],
    "helix": ["# mine\n[editor]\nmouse = true", '[language-server.other]\ncommand = "ü"\r\n'],
    "emacs": ["(setq a 1)\n", "(setq a 1)"],
    "vim": ["set number\n"],
    "zed": [
        "{}",
        "{\n}\n",
        '// mine\n{\n  "theme": "ü", // a comment\n}\n',
        '{"lsp": {}}',
        '{\n  "lsp": {\n    "other": {"binary": {"path": "x"}}\n  }\n}\n',
    ],
    "sublime": ['{\n\t"clients": {"a": {}},\n}\n'],
    "kate": ['{"servers": {"python": {"command": ["pylsp"]}}}\n'],
}


@pytest.mark.parametrize(("name", "held"), [(name, held) for name, texts in HELD.items() for held in texts])
def test_what_a_file_holds_is_kept(name: str, held: str) -> None:
    editor = BY_NAME[name]
    file = file_of(editor, held)
    written = write(editor, COMMAND)
    text = file.read_bytes().decode("utf-8")
    assert text.replace(written.text, "", 1) == held
    assert "/opt/breadknife" in text
    undo(editor)
    assert file.read_bytes().decode("utf-8") == held


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("", {"lsp": {"breadknife": {"a": 1}}}),
        ("{}", {"lsp": {"breadknife": {"a": 1}}}),
        ('{"b": [2]}', {"lsp": {"breadknife": {"a": 1}}, "b": [2]}),
        ('{"b": 2, "lsp": {}}', {"b": 2, "lsp": {"breadknife": {"a": 1}}}),
        ('{"lsp": {"c": {}}}', {"lsp": {"breadknife": {"a": 1}, "c": {}}}),
    ],
)
def test_json_stays_json(held: str, expected: object) -> None:
    insertion = in_json(lambda command: {"lsp": {"breadknife": {"a": 1}}})(held, COMMAND)
    assert json.loads(held[: insertion.at] + insertion.text + held[insertion.at :]) == expected


def test_neovim_keeps_to_the_vim_script_that_it_has() -> None:
    neovim = BY_NAME["neovim"]
    file = file_of(neovim)
    script = file_of(neovim, "").with_name("init.vim")
    file.unlink()
    script.write_text("set number\n", "utf-8")
    with pytest.raises(SettingsError, match=r"Neovim reads no init\.lua beside it"):
        write(neovim, COMMAND)
    assert not file.exists()


def test_helix_keeps_the_languages_that_the_user_has_configured() -> None:
    helix = BY_NAME["helix"]
    file = file_of(helix, '[[language]]\nname = "python"\nlanguage-servers = ["pylsp"]\n')
    assert write(helix, COMMAND).left_out == ("python",)
    held = tomllib.loads(file.read_text("utf-8"))
    assert [language["name"] for language in held["language"]] == ["python", "markdown", "text"]
    assert held["language"][0]["language-servers"] == ["pylsp"]


@pytest.mark.parametrize(
    ("name", "held", "said"),
    [
        ("helix", "= 1", "it isn't valid TOML"),
        ("helix", "[language-server.breadknife]\n", "it has a `[language-server.breadknife]` already"),
        ("zed", "{", "it isn't valid JSON; correct that first"),
        ("zed", '{"lsp": {"breadknife": {}}}', 'it has a "breadknife" already'),
        ("zed", '{"lsp": 1}', 'it has a "lsp" already'),
        ("zed", "[]", "it isn't valid JSON"),
        ("jetbrains", "{}", "it is there already"),
    ],
)
def test_a_file_that_cannot_have_them_is_left_as_it_is(name: str, held: str, said: str) -> None:
    file = file_of(BY_NAME[name], held)
    with pytest.raises(SettingsError) as caught:
        write(BY_NAME[name], COMMAND)
    assert str(caught.value).startswith(f"{file}: {said}")
    assert file.read_text("utf-8") == held
    with pytest.raises(SettingsError, match="there is nothing to undo"):
        undo(BY_NAME[name])


def test_it_is_written_once() -> None:
    vim = BY_NAME["vim"]
    write(vim, COMMAND)
    with pytest.raises(SettingsError, match="`breadknife setup vim --undo` takes them out"):
        write(vim, COMMAND)


def test_what_a_user_has_changed_since_is_not_taken_out() -> None:
    vim = BY_NAME["vim"]
    file = file_of(vim, "set number\n")
    write(vim, COMMAND)
    changed = file.read_text("utf-8").replace("'rst', ", "")
    file.write_text(changed, "utf-8")
    with pytest.raises(SettingsError, match="has been changed; take the lines about breadknife out yourself"):
        undo(vim)
    assert file.read_text("utf-8") == changed


def test_what_a_user_adds_later_is_kept() -> None:
    vim = BY_NAME["vim"]
    file = file_of(vim)
    write(vim, COMMAND)
    file.write_text(file.read_text("utf-8") + "set number\n", "utf-8")
    undo(vim)
    assert file.read_text("utf-8") == "set number\n"


def test_a_file_that_is_not_utf8_is_left_as_it_is() -> None:
    vim = BY_NAME["vim"]
    file = file_of(vim, "")
    file.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="isn't UTF-8"):
        write(vim, COMMAND)


def test_an_editor_that_installs_by_itself_is_not_written_to() -> None:
    with pytest.raises(SettingsError, match=r"see docs/editors/vscode\.md"):
        write(BY_NAME["vscode"], COMMAND)


def test_emacs_and_vim_read_the_first_file_that_is_there(home: Path) -> None:
    (home / ".emacs").touch()
    (home / ".vim").mkdir()
    (home / ".vim" / "vimrc").touch()
    assert file_of(BY_NAME["emacs"]) == home / ".emacs"

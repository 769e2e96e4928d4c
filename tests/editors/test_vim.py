"""The settings that `breadknife setup vim --write` writes, in the real Vim with vim-lsp."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import platformdirs
import pytest

from editors.terminal import Terminal
from editors.workbench import MAYBE_NONE, editor, project, scripted_breadknife

pytestmark = pytest.mark.editor


def vim_lsp() -> Path:
    """The plugin's folder. No registry has it, so a checkout has to be put beside the editors."""
    default = platformdirs.user_cache_path("breadknife-dev", appauthor=False) / "editors"
    folder = Path(os.environ.get("BREADKNIFE_EDITORS", default)) / "vim-lsp"
    if not (folder / "plugin" / "lsp.vim").exists():
        pytest.skip(f"there is no checkout of vim-lsp at {folder}")
    return folder


def open_vim(folder: Path, name: str, text: str) -> tuple[Terminal, Path]:
    program, plugin = editor("vim"), vim_lsp()
    editor("tmux")
    environment = scripted_breadknife(folder, {})
    vimrc = Path(environment["HOME"]) / ".vimrc"
    vimrc.write_text(f"set nocompatible\nset runtimepath+={plugin}\nfiletype plugin on\n", "utf-8")
    subprocess.run([folder / "bin" / "breadknife", "setup", "vim", "--write"], env=environment, check=True)
    file = project(folder, name, text)
    return Terminal([program, file], environment | {"TERM": "xterm-256color"}, folder), file


@pytest.mark.shows("Vim", "null findings", "null fixes", "settings written by `breadknife setup`")
def test_a_missing_check_is_shown_and_fixed(tmp_path: Path) -> None:
    vim, file = open_vim(tmp_path, "a.py", MAYBE_NONE)
    with vim:
        vim.wait_for("W>")
        vim.type("G:LspCodeAction")
        vim.press("Enter")
        vim.wait_for("Raise ValueError")
        vim.press_until("Enter", "if m is")
        vim.type(":w")
        vim.press("Enter")
        vim.wait_for(lambda: "if m is" in file.read_text("utf-8"))


@pytest.mark.shows("Vim", "prose findings")
def test_prose_in_a_text_file_is_shown(tmp_path: Path) -> None:
    vim, _ = open_vim(tmp_path, "a.txt", "This is an useful option.\n")
    with vim:
        vim.wait_for(lambda: any(f"{sign}>" in vim.screen() for sign in "WIH"))

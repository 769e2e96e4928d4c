"""The plugin is there however it is added: Neovim is started as plugin managers do."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.neovim.editor import LAZY, MINI_DEPS, PACKER, PAGE, PLUGIN, VIM_PACK, Editor
from editors.workbench import MAYBE_NONE, editor, fenced

pytestmark = pytest.mark.editor

MANAGERS = Path(__file__).with_name("managers.lua")
WAYS = re.findall(r'^M\["(.*?)"\]', MANAGERS.read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def open_with(open_editor: Callable[..., Editor], tmp_path: Path) -> Callable[..., Editor]:
    """Opens a file in a Neovim to which one of those ways adds the plugin, and nothing else does."""

    def start(way: str, name: str, text: str) -> Editor:
        # As a repository of its own: no checkout around it.
        plugin = tmp_path / "breadknife.nvim"
        for part in ("lua", "lsp", "plugin", "doc"):
            (plugin / part).parent.mkdir(exist_ok=True)
            subprocess.run(["cp", "-r", str(PLUGIN / part), str(plugin / part)], check=True)
        return open_editor(name, text, init=f'dofile("{MANAGERS}")["{way}"]("{plugin}")')

    return start


@pytest.mark.parametrize("way", WAYS)
def test_it_finds_and_suggests(open_with: Callable[..., Editor], way: str) -> None:
    vim = open_with(way, "a.py", MAYBE_NONE)
    if "InsertEnter" not in way:
        vim.wait_for(lambda: [d["lnum"] for d in vim.diagnostics()] == [4])
    vim.type("Godef add(")
    vim.wait_for("def add(a, b): return a + b")
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines()[-1] == "def add(a, b): return a + b")
    assert vim.nvim.funcs.exists(":Breadknife") == 2
    assert vim.lua("return #vim.lsp.get_clients({ name = 'breadknife' })") == 1
    assert vim.messages() == ""


def test_the_line_alone_is_not_enough_for_lazy_nvim(open_with: Callable[..., Editor]) -> None:
    """Why the docs say `setup()` for a checkout: lazy.nvim has Neovim source no plugins."""
    vim = open_with("lazy.nvim", "a.unknown", "x\n")
    assert vim.nvim.funcs.exists(":Breadknife") == 2
    assert not vim.lua("return vim.go.loadplugins")


@pytest.mark.shows("Neovim", "settings written by `breadknife setup`")
def test_what_setup_writes_is_enough(open_editor: Callable[..., Editor], tmp_path: Path) -> None:
    settings = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    setup = [tmp_path / "bin" / "breadknife", "setup", "neovim", "--write"]
    subprocess.run(setup, env=os.environ | settings | {"BREADKNIFE_HOME": str(tmp_path / "breadknife")}, check=True)
    written = (tmp_path / "config" / "nvim" / "init.lua").read_text("utf-8")
    vim = open_editor("a.py", MAYBE_NONE, init=written)
    vim.wait_for(lambda: [d["lnum"] for d in vim.diagnostics()] == [4])


def test_the_docs_name_one_repository_for_each_manager() -> None:
    name = "breadknife/breadknife.nvim"
    assert [fenced(PAGE, "lua", block).strip() for block in (LAZY, VIM_PACK, MINI_DEPS, PACKER)] == [
        f'{{ "{name}" }},',
        f'vim.pack.add({{ "https://github.com/{name}" }})',
        f'MiniDeps.add("{name}")',
        f'use("{name}")',
    ]


def test_the_folder_is_a_repository_of_its_own(tmp_path: Path) -> None:
    """What managers expect at its root; and nothing of it is changed by what they run after installing it."""
    assert {path.name for path in PLUGIN.iterdir()} >= {"README.md", "LICENSE", "doc", "lua", "lsp", "plugin"}
    doc = tmp_path / "doc"
    doc.mkdir()
    (doc / "breadknife.txt").write_bytes((PLUGIN / "doc" / "breadknife.txt").read_bytes())
    subprocess.run([editor("nvim"), "--clean", "--headless", "-c", f"helptags {doc}", "-c", "qa"], check=True)
    assert (doc / "tags").read_text("utf-8") == (PLUGIN / "doc" / "tags").read_text("utf-8"), "run :helptags and commit"

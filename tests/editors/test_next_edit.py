"""`:Breadknife next`, in the real Neovim."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from editors.neovim import Editor

pytestmark = pytest.mark.editor

ON = 'require("breadknife").setup({ settings = { completion = { next_edit = true } } })'


def renamed(open_editor: Callable[..., Editor]) -> Editor:
    vim = open_editor("a.py", "def load(p): ...\n\n\na = load(1)\n", ON)
    vim.wait_for_server()
    vim.nvim.command("Breadknife next")
    vim.wait_for("nothing follows from what was changed")
    vim.type("gg0wcwread<Esc>")
    vim.wait_for(lambda: vim.lines()[0] == "def read(p): ...")
    vim.nvim.command("Breadknife next")
    vim.wait_for("a = loadread(1)")
    return vim


def test_it_jumps_shows_and_makes_the_change(open_editor: Callable[..., Editor]) -> None:
    vim = renamed(open_editor)
    assert vim.nvim.current.window.cursor == (4, 4)
    assert vim.lines()[3] == "a = load(1)"
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines()[3] == "a = read(1)")
    vim.wait_for("a = read(1)")
    vim.type("u")
    vim.wait_for(lambda: vim.lines()[3] == "a = load(1)")


def test_moving_away_leaves_the_place_as_it_is(open_editor: Callable[..., Editor]) -> None:
    vim = renamed(open_editor)
    vim.type("gg")
    vim.wait_for("a = load(1)")
    vim.type("G<Tab>")
    assert vim.lines()[3] == "a = load(1)"
    assert vim.nvim.funcs.maparg("<Tab>", "n") == ""

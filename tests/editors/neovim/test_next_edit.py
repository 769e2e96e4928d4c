"""`:Breadknife next`, in the real Neovim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from editors.neovim.editor import Editor

pytestmark = pytest.mark.editor

ON = 'require("breadknife").setup({ settings = { completion = { next_edit = true } } })'


def renamed(open_editor: Callable[..., Editor]) -> Editor:
    vim = open_editor("a.py", "def load(p): ...\n\n\na = load(1)\n", ON)
    vim.wait_for_server()
    vim.nvim.command("Breadknife next")
    vim.wait_for(lambda: "no other place follows from what was changed" in vim.nvim.command_output("messages"))
    vim.type("gg0wcwread<Esc>")
    vim.wait_for(lambda: vim.lines()[0] == "def read(p): ...")
    vim.nvim.command("Breadknife next")
    vim.wait_for("a = loadread(1)")
    return vim


@pytest.mark.shows("Neovim", "the next edit")
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


def shown(vim: Editor, *answers: dict[str, Any]) -> None:
    """`:Breadknife next` for each answer, then with none, from a client without a server."""
    vim.lua(
        """
        vim.lsp.enable("breadknife", false)
        _G.answers = { ... }
        local client = { offset_encoding = "utf-8" }
        function client:request(_, _, handler) handler(nil, table.remove(_G.answers, 1)) end
        require("breadknife.server").client = function() return client end
        """,
        *answers,
    )
    vim.nvim.command("Breadknife next")
    vim.wait_for(lambda: own_tab(vim).startswith("breadknife: "))


def own_tab(vim: Editor) -> str:
    """What Tab is in the file's Normal mode alone."""
    return vim.lua(
        "for _, map in ipairs(vim.api.nvim_buf_get_keymap(1, 'n')) do"
        " if map.lhs == '<Tab>' then return map.desc or map.rhs end end return ''"
    )


def edit(start: int, end: int, text: str) -> dict[str, Any]:
    return {
        "range": {"start": {"line": 0, "character": start}, "end": {"line": 0, "character": end}},
        "newText": text,
        "version": 1,
    }


def test_a_place_at_the_end_of_a_line_stays_on_screen(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "load(1\n")
    vim.type("0")
    shown(vim, edit(6, 6, ", mode)"))
    vim.wait_for("load(1, mode)")
    vim.type("l")  # can't move on from there
    vim.wait_for("load(1, mode)")
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["load(1, mode)"])


@pytest.mark.parametrize("own", ["", "ix<Esc>"])
@pytest.mark.parametrize("keys", [":Breadknife next<CR>", "$", ":new<CR>", "<Tab>"])
def test_the_key_is_given_back(open_editor: Callable[..., Editor], own: str, keys: str) -> None:
    vim = open_editor("a.txt", "load(1)\n")
    if own:
        vim.nvim.command(f"nnoremap <buffer> <Tab> {own}")
    shown(vim, edit(0, 4, "read"))
    vim.type(keys)
    vim.wait_for(lambda: own_tab(vim) == own)


def test_a_text_that_has_changed_is_left_as_it_is(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "load(1)\n")
    shown(vim, edit(0, 4, "read"))
    vim.lua(
        "local press = vim.fn.maparg('<Tab>', 'n', false, true).callback"
        " vim.api.nvim_buf_set_text(0, 0, 0, 0, 0, { 'x = ' }) press()"
    )
    assert vim.lines() == ["x = load(1)"]

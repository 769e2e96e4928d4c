"""What the keys do when there is no suggestion: what they did before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from editors.neovim.editor import Editor, show

pytestmark = pytest.mark.editor


def with_keys_mapped(open_editor: Callable[..., Editor], own: str = "", more: str = "") -> Editor:
    """An empty line in Insert mode, where a suggestion was shown and taken away, so that the keys are mapped."""
    vim = open_editor("a.txt", "\n", more)
    vim.lua(own)
    show(vim, "x", "y")
    vim.wait_for("xy")
    vim.type("<C-e><BS>")
    vim.wait_for(lambda: vim.lines() == [""])
    return vim


OWN = {
    "nothing": ("vim.keymap.del('i', '<Tab>')", "\t"),
    "Neovim's own": ("", "\t"),
    "a text": ("vim.keymap.set('i', '<Tab>', 'mine')", "mine"),
    "a text of the buffer": ("vim.keymap.set('i', '<Tab>', 'mine', { buffer = 0 })", "mine"),
    "another mapping": (
        "vim.keymap.set('i', '<C-t>', 'mine') vim.keymap.set('i', '<Tab>', '<C-t>', { remap = true })",
        "mine",
    ),
    "a key that isn't mapped again": (
        "vim.keymap.set('i', 'q', 'mine') vim.keymap.set('i', '<Tab>', 'q')",
        "q",
    ),
    "a function": (
        "vim.keymap.set('i', '<Tab>', function() vim.api.nvim_put({ 'mine' }, 'c', false, true) end)",
        "mine",
    ),
    "an expression": ("vim.keymap.set('i', '<Tab>', function() return 'mi' .. 'ne' end, { expr = true })", "mine"),
    "an expression of Vim script": ("vim.cmd([[inoremap <expr> <Tab> 'mi' .. 'ne']])", "mine"),
    "a fallback to the global one": (
        "vim.keymap.set('i', '<Tab>', 'global')"
        " vim.keymap.set('i', '<Tab>', function() local global = vim.api.nvim_get_keymap('i')"
        "   for _, map in ipairs(global) do if map.lhs == '<Tab>' then return map.rhs or map.desc end end"
        " end, { expr = true, buffer = 0 })",
        "global",
    ),
}


@pytest.mark.parametrize(("own", "expected"), OWN.values(), ids=OWN)
def test_a_key_does_what_it_did(open_editor: Callable[..., Editor], own: str, expected: str) -> None:
    vim = with_keys_mapped(open_editor, own)
    vim.type("<Tab>;")
    vim.wait_for(lambda: vim.lines() == [expected + ";"])
    show_again(vim)
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["xy"])


def show_again(vim: Editor) -> None:
    vim.type("<Esc>:%d<CR>")
    vim.wait_for(lambda: vim.lines() == [""])
    show(vim, "x", "y")
    vim.wait_for("xy")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("abc<C-Right>d", ["abcd"]),
        ("a<C-l>b", ["a\x0cb"]),
        ("a<M-]>x", ["x"]),  # Neovim: an Alt key that isn't mapped is Escape and the key
    ],
)
def test_a_key_that_was_not_mapped_is_itself(
    open_editor: Callable[..., Editor], keys: str, expected: list[str]
) -> None:
    vim = with_keys_mapped(open_editor, more="vim.keymap.set('n', ']x', 'ccx<Esc>')")
    vim.type(keys)
    vim.wait_for(lambda: vim.lines() == expected)


def test_it_still_expands_an_abbreviation(open_editor: Callable[..., Editor]) -> None:
    without_neovims_own = "vim.keymap.del('i', '<Tab>')"  # which expands none
    vim = with_keys_mapped(open_editor, more=f"{without_neovims_own} vim.cmd.iabbrev('teh', 'the')")
    vim.type("teh<Tab>x")
    vim.wait_for(lambda: vim.lines() == ["the\tx"])


def test_a_snippet_is_still_jumped_through(open_editor: Callable[..., Editor]) -> None:
    vim = with_keys_mapped(open_editor)
    vim.lua("vim.snippet.expand('f($1, $2)')")
    vim.type("a<Tab>b")
    vim.wait_for(lambda: vim.lines() == ["f(a, b)"])


def test_what_is_mapped_later_is_in_front(open_editor: Callable[..., Editor]) -> None:
    """As nvim-cmp does whenever Insert mode begins: it goes on to what was there before."""
    vim = with_keys_mapped(open_editor)
    vim.lua(
        "local before = vim.fn.maparg('<Tab>', 'i', false, true).callback"
        " vim.keymap.set('i', '<Tab>', function() _G.menus = (_G.menus or 0) + 1 before() end, { buffer = 0 })"
    )
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["\t"])
    show_again(vim)
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["xy"])
    assert vim.lua("return _G.menus") == 2


def test_a_key_that_is_switched_off_is_left_alone(open_editor: Callable[..., Editor]) -> None:
    vim = with_keys_mapped(open_editor, more='require("breadknife").setup({ keys = { accept = false } })')
    assert vim.lua("return vim.fn.maparg('<Tab>', 'i', false, true).desc or ''") != "breadknife: accept"


def test_without_the_server_the_key_that_asks_is_itself(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    vim.wait_for_server()
    vim.wait_for(lambda: vim.lua("return vim.fn.maparg('<M-Bslash>', 'i') ~= ''"))
    vim.lua('vim.lsp.enable("breadknife", false)')
    vim.wait_for(lambda: vim.lua("return require('breadknife').client() == nil"))
    vim.type("ia<M-Bslash>")
    vim.wait_for(lambda: vim.mode() == "n")

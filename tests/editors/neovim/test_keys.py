"""What the keys do when there is no suggestion: what they did before."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.neovim.editor import Editor, fake_client, show

pytestmark = pytest.mark.editor

PLUGINS = Path(__file__).with_name("completion_plugins.lua")
NAMES = re.findall(r'^M\["(.*?)"\]', PLUGINS.read_text("utf-8"), re.MULTILINE)


def with_keys_mapped(open_editor: Callable[..., Editor], own: str = "", more: str = "") -> Editor:
    """An empty line in Insert mode, where a suggestion was shown and taken away: so the keys were mapped."""
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
        ("a<M-l>x", ["x"]),  # Neovim: an Alt key that isn't mapped is Escape and the key
    ],
)
def test_a_key_that_was_not_mapped_is_itself(
    open_editor: Callable[..., Editor], keys: str, expected: list[str]
) -> None:
    vim = with_keys_mapped(open_editor, more="vim.keymap.set('n', 'lx', 'ccx<Esc>')")
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


SESSIONS = range(4)


@pytest.mark.parametrize("plugin", NAMES)
@pytest.mark.parametrize("comes", ["before", "after the first suggestion"])
def test_beside_a_completion_plugin_the_key_has_one_owner_in_every_session(
    open_editor: Callable[..., Editor], plugin: str, comes: str
) -> None:
    load = f'dofile("{PLUGINS}")["{plugin}"]()'
    vim = open_editor("a.txt", "\n", load if comes == "before" else "")
    show(vim, "x", "y")
    vim.wait_for("xy")
    if comes != "before":
        vim.lua(f'{load} vim.api.nvim_exec_autocmds("InsertEnter", {{ modeline = false }})')
        vim.type("<Esc>S")
        vim.wait_for(lambda: vim.lines() == [""])
    for _ in SESSIONS:
        show_again(vim)
        vim.lua("_G.menus, _G.menu_is_open = 0, true")
        vim.type("<Tab>")
        vim.wait_for(lambda: vim.lines() == ["xy"])
        assert vim.lua("return _G.menus") == 0, "the suggestion's, though a menu is open"
        vim.type(" <Tab>")
        vim.wait_for(lambda: vim.lines() == ["xy chosen"])
        assert vim.lua("return _G.menus") == 1, "the plugin's, once, without a suggestion"
        vim.lua("_G.menu_is_open = false")
        vim.type("<Esc>S<Tab>")
        vim.wait_for(lambda: vim.lines() == ["\t"])
        assert vim.lua("return _G.menus") == 2, "what it does without a menu"


@pytest.mark.parametrize("plugin", NAMES)
def test_a_plugin_that_maps_the_key_while_a_suggestion_shows_keeps_it(
    open_editor: Callable[..., Editor], plugin: str
) -> None:
    vim = open_editor("a.txt", "\n")
    show(vim, "x", "y")
    vim.wait_for("xy")
    vim.lua(f'dofile("{PLUGINS}")["{plugin}"]() vim.api.nvim_exec_autocmds("InsertEnter", {{ modeline = false }})')
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["xy"])
    vim.type("<Tab>;")
    vim.wait_for(lambda: vim.lines() == ["xy\t;"] or vim.lines() == ["xy;\t"])


@pytest.mark.parametrize("key", ["<M-]>", "<M-[>", "<M-Bslash>"])
def test_without_a_suggestion_the_keys_ask_for_one_and_wait_for_it(
    open_editor: Callable[..., Editor], key: str
) -> None:
    vim = open_editor("a.txt", "\n")
    fake_client(vim, "nil", answers=False)
    vim.type("ix")
    vim.wait_for(lambda: vim.lines() == ["x"])
    vim.screen()
    asked = vim.lua("return _G.asked")
    vim.type(key)
    vim.wait_for(lambda: vim.screen()[0] == "x …")
    assert vim.lua("return { _G.asked, _G.kind }") == [asked + 1, 1], "by hand"
    vim.type(2 * key)
    vim.type("<Ignore>")
    assert vim.screen()[0] == "x …"
    assert vim.mode() == "i"
    assert vim.lua("return _G.asked") == asked + 1, "it is waited for, and not asked for again"
    vim.lua("_G.answer({ { insertText = 'y' } })")
    vim.wait_for(lambda: vim.screen()[0] == "xy")


def test_where_none_comes_it_says_so(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    fake_client(vim, "nil", answers=False)
    vim.type("ix<M-]>")
    vim.wait_for(lambda: vim.screen()[0] == "x …")
    vim.lua("_G.answer({})")
    vim.wait_for(lambda: vim.screen()[0] == "x no suggestion here: see `:Breadknife why`")
    assert vim.mode() == "i"
    vim.type("z")
    vim.wait_for(lambda: vim.screen()[0] == "xz")


def test_where_there_is_no_other_the_one_stays(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    show(vim, "x", "y")
    vim.wait_for("xy")
    vim.type("<M-]>")
    vim.wait_for(lambda: vim.screen()[0] == "xy …")
    vim.lua("_G.answer({})")
    vim.wait_for(lambda: vim.screen()[0] == "xy no other suggestion here")
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.screen()[0] == "xy")


def test_a_key_typed_meanwhile_ends_the_waiting(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    fake_client(vim, "nil", answers=False)
    vim.type("ix<M-]>")
    vim.wait_for(lambda: vim.screen()[0] == "x …")
    vim.type("z")
    vim.wait_for(lambda: vim.screen()[0] == "xz")


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

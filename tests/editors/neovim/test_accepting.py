"""Accepted text is typed: `.` repeats it, macros hold it, undo takes it back, and nothing changes it on its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from editors.neovim.editor import Editor, fake_client, show

pytestmark = pytest.mark.editor

SETTINGS = """
    vim.o.autoindent, vim.o.textwidth, vim.o.expandtab, vim.o.shiftwidth = true, 8, true, 2
    vim.keymap.set("i", "(", "()<Left>")
"""
TYPED, SUGGESTED = "  x = ", "größe(a,\n    b)"
LINES = ["  x = größe(a,", "    b)"]


def accepted(open_editor: Callable[..., Editor], *, before: str = "") -> Editor:
    """The suggestion after `  x = ` has been accepted."""
    vim = open_editor("a.txt", "\n", SETTINGS)
    vim.type(before)
    show(vim, TYPED, SUGGESTED)
    vim.wait_for("x = größe(a,")
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == LINES)
    return vim


def new_line(vim: Editor) -> None:
    """Below the others, and go there: by no change that `.` would repeat."""
    vim.lua("vim.fn.append('$', '') vim.cmd.normal({ 'G', bang = true })")


def test_neither_mappings_nor_indentation_nor_text_width_change_it(open_editor: Callable[..., Editor]) -> None:
    vim = accepted(open_editor)
    assert vim.nvim.current.window.cursor == (2, len("    b)"))
    assert vim.mode() == "i"


def test_dot_repeats_it_with_what_was_typed_around_it(open_editor: Callable[..., Editor]) -> None:
    vim = accepted(open_editor)
    vim.type(";<Esc>")
    new_line(vim)
    vim.type(".")
    vim.wait_for(lambda: vim.lines() == 2 * [LINES[0], LINES[1] + ";"])


@pytest.mark.parametrize("other", ["", ":enew!<CR>"], ids=["here", "in a buffer without breadknife"])
def test_a_macro_repeats_it(open_editor: Callable[..., Editor], other: str) -> None:
    vim = accepted(open_editor, before="qq")
    vim.type(";<Esc>q" + other)
    vim.wait_for(lambda: vim.nvim.funcs.reg_recording() == "")
    once = [LINES[0], LINES[1] + ";"]
    if other:
        vim.wait_for(lambda: vim.lines() == [""])
    else:
        new_line(vim)
    vim.type("@q")
    vim.wait_for(lambda: vim.lines() == (once if other else once + once))


def test_a_key_that_accepted_nothing_is_itself_in_a_macro(open_editor: Callable[..., Editor]) -> None:
    vim = accepted(open_editor)  # so the key is mapped
    vim.type("<Esc>:%d|set textwidth=0<CR>qqa<Tab><BS><Tab>y<Esc>q")
    vim.wait_for(lambda: vim.lines() == ["  y"])
    vim.type("@q")
    vim.wait_for(lambda: vim.lines() == ["  y     y"])


def test_undo_takes_back_what_was_accepted_and_not_what_was_typed_before(open_editor: Callable[..., Editor]) -> None:
    vim = accepted(open_editor)
    vim.type("<Esc>u")
    vim.wait_for(lambda: vim.lines() == [TYPED])
    vim.type("u")
    vim.wait_for(lambda: vim.lines() == [""])
    vim.type("<C-r><C-r>")
    vim.wait_for(lambda: vim.lines() == LINES)


def test_keys_that_wait_are_typed_after_it(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", SETTINGS)
    show(vim, TYPED, SUGGESTED)
    vim.wait_for("x = größe(a,")
    vim.type("<Tab>;<Esc>yyp")
    vim.wait_for(lambda: vim.lines() == [LINES[0], LINES[1] + ";", LINES[1] + ";"])


def test_a_key_typed_just_before_is_not_typed_twice(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    show(vim, "x = ", "add(1, 2)")
    vim.wait_for("x = add(1, 2)")
    vim.type("ad<Tab>")
    vim.wait_for(lambda: vim.lines() == ["x = add(1, 2)"])


def test_it_is_accepted_from_a_mapping_of_ones_own(open_editor: Callable[..., Editor]) -> None:
    own = """
        require("breadknife").setup({ keys = { accept = false } })
        vim.keymap.set("i", "<C-j>", function()
            return require("breadknife").accept() and "" or "nothing"
        end, { expr = true })
    """
    vim = open_editor("a.txt", "\n", own)
    show(vim, "x = ", "1")
    vim.wait_for("x = 1")
    vim.type("<C-j>;<C-j>")
    vim.wait_for(lambda: vim.lines() == ["x = 1;nothing"])


@pytest.mark.parametrize("keys", ["<Plug>(breadknife-accept)", "<Plug>(breadknife-accept-line)"])
def test_it_is_accepted_by_name(open_editor: Callable[..., Editor], keys: str) -> None:
    vim = open_editor("a.txt", "\n", f'vim.keymap.set("i", "<C-j>", "{keys}", {{ remap = true }})')
    show(vim, "x = ", "1")
    vim.wait_for("x = 1")
    vim.type("<C-j>")
    vim.wait_for(lambda: vim.lines() == ["x = 1"])


def test_what_it_covers_is_replaced_and_that_is_repeated_too(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "print(ö̈)\nprint(ö̈)\n")
    fake_client(vim, "nil", answers=False)
    vim.type("6|i")
    vim.screen()
    end = len("print(ö̈)".encode())
    vim.lua(
        "_G.answer({ { insertText = 'print(x, ö̈))', range = {"
        f" start = {{ line = 0, character = 0 }}, ['end'] = {{ line = 0, character = {end} }} }} }} }})"
    )
    vim.wait_for("print(x, ö̈))")
    vim.type("<Tab><Esc>")
    vim.wait_for(lambda: vim.lines()[0] == "print(x, ö̈))")
    vim.type("j06|.")
    vim.wait_for(lambda: vim.lines()[1] == "print(x, ö̈))")

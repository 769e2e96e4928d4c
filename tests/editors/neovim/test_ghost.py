"""Ghost text in the real Neovim: what a user sees after each key."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from editors.neovim.editor import Editor, fake_client, show

pytestmark = pytest.mark.editor


@pytest.mark.shows("Neovim", "ghost text")
def test_a_suggestion_is_shown_and_accepted(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    vim.wait_for_server()
    vim.type("idef add(")
    vim.wait_for("def add(a, b): return a + b")
    assert vim.lines() == ["def add("], "the suggestion is not in the buffer"
    assert vim.nvim.funcs.screencol() == len("def add(") + 1, "the cursor stays before it"

    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["def add(a, b): return a + b"])
    assert vim.nvim.current.window.cursor == (1, len("def add(a, b): return a + b"))

    vim.type("<Esc>u")
    vim.wait_for(lambda: vim.lines() == ["def add("])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("<C-Right>", ["def add(a"]),
        ("<C-Right><C-Right>", ["def add(a,"]),
        ("<C-Right><C-Right><C-Right>", ["def add(a, b"]),
        ("<C-l>", ["def add(a, b): return a + b"]),
    ],
)
def test_a_part_is_accepted(open_editor: Callable[..., Editor], keys: str, expected: list[str]) -> None:
    vim = open_editor("a.py", "\n")
    show(vim, "def add(", "a, b): return a + b")
    vim.wait_for("def add(a, b): return a + b")
    vim.type(keys)
    vim.wait_for(lambda: vim.lines() == expected)
    assert vim.screen()[0] == "def add(a, b): return a + b", "the rest stays on screen"


@pytest.mark.shows("Neovim", "several lines", "a part accepted")
def test_several_lines_are_shown_below_and_accepted_by_the_line(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    show(vim, "def both(", "):\n    first = 1\n    second = 2")
    vim.wait_for("second = 2")
    assert vim.screen()[:3] == ["def both():", "first = 1", "second = 2"]
    vim.type("<C-l>")
    vim.wait_for(lambda: vim.lines() == ["def both():"])
    vim.type("<C-l>")
    vim.wait_for(lambda: vim.lines() == ["def both():", "    first = 1"])
    assert vim.screen()[:3] == ["def both():", "first = 1", "second = 2"]
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["def both():", "    first = 1", "    second = 2"])


def test_typing_the_suggestion_keeps_the_rest_on_screen(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    show(vim, "def add(", "a, b): return a + b")
    vim.wait_for("def add(a, b): return a + b")
    for key in "a, b)":
        vim.type(key)
        assert vim.screen()[0] == "def add(a, b): return a + b"
    vim.type("x")
    assert vim.screen()[0] == "def add(a, b)x", "a key that disagrees takes it away at once"


def test_keys_are_the_users_own_when_nothing_is_shown(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", 'vim.keymap.set("i", "<Tab>", "global ")')
    vim.lua('vim.keymap.set("i", "<C-l>", "local ", { buffer = 0 })')
    show(vim, "<Tab><C-l>", "suggested", typed="global local ")
    vim.wait_for("global local suggested")
    vim.type("<C-e>")
    vim.wait_for(lambda: "suggested" not in vim.screen()[0])
    vim.type("<Tab><C-l>")
    vim.wait_for(lambda: vim.lines() == ["global local global local "])


def test_a_dismissed_suggestion_is_gone(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    vim.wait_for_server()
    vim.type("idef add(")
    vim.wait_for("def add(a, b): return a + b")
    vim.type("<C-e>")
    vim.wait_for(lambda: vim.screen()[0] == "def add(")
    vim.type("<Esc>")
    assert vim.lines() == ["def add("]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions_count_in_the_servers_units(open_editor: Callable[..., Editor], encoding: str) -> None:
    vim = open_editor("a.txt", "\n")
    before, typed, suggested = "𝄞 ä ", "grö", "größe"
    units = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    suffix = "" if encoding == "utf-8" else "-le"

    def count(text: str) -> int:
        return len(text.encode(encoding + suffix)) // units

    start, end = count(before), count(before + typed)
    show(vim, before + typed, suggested, encoding=encoding, start=start, end=end)
    vim.wait_for(before + suggested)
    assert vim.lua("return _G.position") == {"line": 0, "character": end}
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == [before + suggested])


def test_a_suggestion_covers_what_follows(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    show(vim, "print()<Left>", "print(x, y))", start=0, end=len("print()"), typed="print()")
    vim.wait_for("print(x, y))")
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["print(x, y))"])


def test_each_key_asks_once_and_cancels_what_it_supersedes(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    fake_client(vim, "nil", answers=False)
    for key in ("i", "a", "b", "c"):
        vim.type(key)
        vim.screen()
    asked, cancelled = vim.lua("return { _G.asked, _G.cancelled }")
    assert (asked, cancelled) == (4, 3)
    vim.type("<Esc>")
    vim.wait_for(lambda: vim.lua("return _G.cancelled") == 4)


def test_an_answer_for_another_place_is_not_shown(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    fake_client(vim, "nil", answers=False)
    vim.type("ia")
    vim.screen()
    vim.lua("vim.api.nvim_buf_set_text(0, 0, 0, 0, 0, { 'new ' }) _G.answer({ { insertText = 'late' } })")
    assert vim.screen()[0] == "new a"


def test_neovims_own_inline_completion_is_left_alone(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    vim.lua("vim.lsp.inline_completion = { is_enabled = function() return true end }")
    fake_client(vim, "nil", answers=False)
    vim.type("ia")
    vim.screen()
    assert vim.lua("return _G.asked") == 0


INVOKED, AUTOMATIC = 1, 2


@pytest.mark.shows("Neovim", "suggestions that grow")
def test_a_suggestion_grows_without_leaving_the_screen(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    show(vim, "def both(", "):")
    vim.wait_for("def both():")
    asked = vim.lua("return _G.asked")
    vim.lua("_G.refresh()")
    assert vim.lua("return { _G.asked, _G.kind }") == [asked + 1, AUTOMATIC]
    assert vim.screen()[0] == "def both():", "it stays while the server is asked again"
    vim.lua("_G.answer({ { insertText = '):\\n    first = 1' } })")
    assert vim.screen()[:2] == ["def both():", "first = 1"]


def test_more_that_comes_before_the_answer_is_asked_for_after_it(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    fake_client(vim, "nil", answers=False)
    vim.type("ix")
    vim.screen()
    asked = vim.lua("return _G.asked")
    vim.lua("_G.refresh()")
    assert vim.lua("return _G.asked") == asked
    vim.lua("_G.answer({ { insertText = ' = 1' } })")
    assert vim.screen()[0] == "x = 1"
    assert vim.lua("return _G.asked") == asked + 1


@pytest.mark.parametrize("keys", ["<C-e>", "<Esc>"])
def test_what_the_user_has_left_does_not_come_back(open_editor: Callable[..., Editor], keys: str) -> None:
    vim = open_editor("a.py", "\n")
    show(vim, "def add(", "a, b): return a + b")
    vim.wait_for("def add(a, b)")
    vim.type(keys)
    vim.wait_for(lambda: vim.screen()[0] == "def add(")
    asked = vim.lua("return _G.asked")
    vim.lua("_G.refresh()")
    assert vim.lua("return _G.asked") == asked
    assert vim.screen()[0] == "def add("


@pytest.mark.shows("Neovim", "alternatives")
def test_alternatives_are_asked_for_and_stepped_through(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    show(vim, "x = ", "1")
    vim.wait_for("x = 1")
    vim.type("<M-]>")
    vim.wait_for(lambda: vim.lua("return _G.kind") == INVOKED)
    assert vim.screen()[0] == "x = 1 …", "it is still there, and the others are waited for"
    vim.lua("_G.answer({ { insertText = '1' }, { insertText = '2' }, { insertText = '3' } })")
    for key, expected in [("", "2"), ("<M-]>", "3"), ("<M-]>", "1"), ("<M-[>", "3")]:
        vim.type(key)
        vim.wait_for(f"x = {expected}")
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["x = 3"])


def test_typing_chooses_between_alternatives(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    fake_client(vim, "nil", answers=False)
    vim.type("ix<M-Bslash>")
    vim.wait_for(lambda: vim.lua("return _G.kind") == INVOKED)
    vim.lua("_G.answer({ { insertText = ' = 1' }, { insertText = '.y' } })")
    vim.wait_for("x = 1")
    vim.type(".")
    vim.wait_for("x.y")


def test_the_plugin_is_told_once_when_all_is_taken(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "\n")
    fake_client(vim, "nil", answers=False)
    vim.type("ix")
    vim.screen()
    vim.lua("_G.answer({ { insertText = ' = 1', command = { command = 'c', arguments = { 'mine' } } } })")
    vim.type("<C-Right>")
    vim.wait_for(lambda: vim.lines() == ["x ="])
    assert vim.lua("return _G.taken") == []
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["x = 1"])
    assert vim.lua("return _G.taken") == ["mine"]


def test_the_key_that_asks_is_the_users_own_if_it_is_mapped(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", 'vim.keymap.set("i", "<M-Bslash>", "mine")')
    fake_client(vim, "nil", answers=False)
    vim.type("i<M-Bslash>")
    vim.wait_for(lambda: vim.lines() == ["mine"])

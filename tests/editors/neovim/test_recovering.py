"""A server that is killed while somebody types is there again, hears every change, and finds nothing that is gone."""

from __future__ import annotations

from collections.abc import Callable

import psutil
import pytest

from editors.neovim.editor import Editor

pytestmark = pytest.mark.editor

WRONG = "This is an useful option."
KILLS = 10


def kill_server(vim: Editor) -> int:
    """The client's number."""
    client = vim.lua("return require('breadknife').client().id")
    psutil.Process(vim.nvim.funcs.getpid()).children()[0].kill()
    return client


def wait_for_another(vim: Editor, client: int) -> None:
    vim.wait_for(lambda: vim.lua("local c = require('breadknife').client() return c and c.id") not in (None, client))


def found_lines(vim: Editor) -> list[int]:
    return [each["lnum"] for each in vim.diagnostics()]


def wrong_lines(vim: Editor) -> list[int]:
    return [number for number, line in enumerate(vim.lines()) if WRONG in line]


def test_a_server_that_is_killed_while_somebody_types_comes_back_each_time(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", f"{WRONG}\n\n")
    vim.wait_for(lambda: found_lines(vim) == [0])
    for turn in range(KILLS):
        vim.type("<Esc>ggO")
        client = kill_server(vim)
        for key in f"word {turn} is written":
            vim.type(key)
        wait_for_another(vim, client)
        vim.wait_for_server()
        vim.type("<Esc>")
        vim.wait_for(lambda: found_lines(vim) == wrong_lines(vim))
        vim.type("Godef add(")
        vim.wait_for(lambda: vim.lua("return require('breadknife').is_visible()"))
        vim.type("<Tab>")
        vim.wait_for(lambda: vim.lines()[-1] == "def add(a, b): return a + b")
        vim.type("<Esc>dd")
        vim.wait_for(lambda: "def add" not in vim.lines()[-1])
    assert vim.lines()[0] == f"word {KILLS - 1} is written"


def test_a_buffer_that_was_typed_into_without_a_server_is_heard_by_the_next(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", f"{WRONG}\n")
    vim.wait_for(lambda: found_lines(vim) == [0])
    vim.lua("vim.lsp.enable('breadknife', false)")
    vim.wait_for(lambda: vim.lua("return #vim.lsp.get_clients({ _uninitialized = true }) == 0"))
    vim.type("Oa line<Esc>")
    vim.wait_for(lambda: len(vim.lines()) == 2)
    vim.lua("vim.lsp.enable('breadknife')")
    vim.wait_for_server()
    vim.type("Oanother line<Esc>")
    vim.wait_for(lambda: found_lines(vim) == [2])
    vim.type("jj0fnx")
    vim.wait_for(lambda: found_lines(vim) == [])


def test_a_plugin_that_was_switched_off_stays_off(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", f"{WRONG}\n")
    vim.wait_for(lambda: found_lines(vim) == [0])
    vim.lua("require('breadknife').toggle('prose')")
    vim.wait_for(lambda: found_lines(vim) == [])
    wait_for_another(vim, kill_server(vim))
    vim.wait_for_server()
    assert vim.lua("return require('breadknife').client().settings.breadknife.prose.enabled") is False


def test_a_server_that_ends_again_and_again_is_left_alone(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor(
        "a.md", "x\n", 'require("breadknife").setup({ cmd = { "false", "serve" } })', columns=100, lines=24
    )
    said = "breadknife: the server ended 11 times in 3 minutes; `:Breadknife restart` starts it."
    vim.wait_for(lambda: said in vim.messages())
    assert vim.mode() == "n"
    assert vim.lua("return require('breadknife').status().state") == "stopped"
    assert "the server ended with exit code 1" in vim.lua("return require('breadknife').status().detail")

"""Document actions: the menu, the second menu of an action with several edits, and undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from editors.neovim.editor import Editor

TEXT = "The parser is basically a very useful tool. It should be noted that the lexer reads `a`.\n"


@pytest.mark.editor
@pytest.mark.shows("Neovim", "document actions")
@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ("Make all 2 changes", "The parser is basically a useful tool. The lexer reads `a`."),
        ("“a very” → “a”", "The parser is basically a useful tool. It should be noted that the lexer reads `a`."),
    ],
)
def test_an_action_of_several_edits(open_editor: Callable[..., Editor], choice: str, wanted: str) -> None:
    vim = open_editor("a.md", TEXT)
    vim.wait_for_server()
    vim.lua(
        """
        local wanted = { "Shorten: ", ... }
        _G.shown = {}
        vim.ui.select = function(items, options, choose)
            for index, item in ipairs(items) do
                local title = (options.format_item or tostring)(item)
                table.insert(_G.shown, title)
                for _, start in ipairs(wanted) do
                    if vim.startswith(title, start) then return choose(item, index) end
                end
            end
            choose(nil)
        end
        vim.lsp.buf.code_action()""",
        choice,
    )
    vim.wait_for(lambda: vim.lines() == [wanted])
    assert any("Shorten: 17 → 11 words" in title for title in vim.lua("return _G.shown"))
    vim.type("u")
    vim.wait_for(lambda: vim.lines() == [TEXT.strip()])

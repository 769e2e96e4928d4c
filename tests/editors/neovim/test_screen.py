"""What a terminal of 80 columns and 24 lines shows: colours, and that nothing waits for Enter."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.style import Style

from editors.neovim.editor import in_terminal, show
from editors.terminal import Terminal

pytestmark = pytest.mark.editor


def look(style: Style) -> tuple[object, ...]:
    return style.color, style.bold, style.italic, style.underline, style.reverse, style.strike


def painted(terminal: Terminal, line: int) -> str:
    """A line, and below it a `~` for each character that is drawn like the comment on the first line.

    What is behind it may be another colour, such as that of the cursor's line.
    """
    rows = [[(character, look(style)) for character, style in row] for row in terminal.cells()]
    comment = rows[0][0][1]
    text = "".join(character for character, _ in rows[line]).rstrip()
    marks = "".join("~" if style == comment else " " for _, style in rows[line])
    return f"{text}\n{marks[: len(text)]}".rstrip()


LOOKS = """
    vim.cmd.colorscheme("habamax")
    vim.o.showmatch, vim.o.ruler, vim.o.laststatus = false, false, 0
"""

DRAWN = {
    "at the end of a line": ("x = ", "x = ", "1 + 2", {}, "x = 1 + 2\n    ~~~~~"),
    "behind a bracket that is marked": ("f(1)", "f(1)", " + g(2)", {}, "f(1) + g(2)\n    ~~~~~~~"),
    "before a bracket that is marked": ("f()<Left>", "f()", "1, 2", {}, "f(1, 2)\n  ~~~~"),
    "around what it covers": ("f()<Left>", "f()", "f(1, g(2))", {"start": 0, "end": 3}, "f(1, g(2))\n  ~~~~~~ ~"),
}


@pytest.mark.parametrize("more", ["", "vim.o.cursorline = true"], ids=["plain", "cursorline"])
@pytest.mark.parametrize(("keys", "typed", "text", "range", "expected"), DRAWN.values(), ids=DRAWN)
def test_a_suggestion_has_its_own_colours(
    tmp_path: Path, keys: str, typed: str, text: str, range: dict[str, int], expected: str, more: str
) -> None:
    with in_terminal(tmp_path, "a.txt", "comment\n\n", LOOKS + more) as (vim, terminal):
        vim.lua("vim.fn.matchadd('Comment', [[\\%1l.*]]) vim.cmd.normal({ 'G', bang = true })")
        show(vim, keys, text, typed=typed, **range)
        terminal.wait_for(lambda: painted(terminal, 1) == expected)


def test_colours_survive_a_colorscheme(tmp_path: Path) -> None:
    with in_terminal(tmp_path, "a.txt", "comment\n\n", LOOKS) as (vim, terminal):
        vim.lua("vim.fn.matchadd('Comment', [[\\%1l.*]]) vim.cmd.normal({ 'G', bang = true })")
        show(vim, "f(1)", " + g(2)", typed="f(1)")
        expected = "f(1) + g(2)\n    ~~~~~~~"
        terminal.wait_for(lambda: painted(terminal, 1) == expected)
        before = terminal.cells()[0][0][1]
        vim.lua("vim.cmd.colorscheme('blue')")
        terminal.wait_for(lambda: terminal.cells()[0][0][1] != before)
        terminal.wait_for(lambda: painted(terminal, 1) == expected)


def test_colours_of_ones_own_are_kept(tmp_path: Path) -> None:
    own = "vim.api.nvim_set_hl(0, 'BreadknifeGhost', { ctermfg = 5, bold = true, cterm = { bold = true } })"
    with in_terminal(tmp_path, "a.txt", "\n", own) as (vim, terminal):
        show(vim, "x", " = 1")
        terminal.wait_for("x = 1")
        assert [style.bold for _, style in terminal.cells()[0]][:5] == [None, True, True, True, True]


def test_several_lines_are_drawn_below_the_cursor(tmp_path: Path) -> None:
    with in_terminal(tmp_path, "a.txt", "comment\n\nlast", LOOKS) as (vim, terminal):
        vim.lua("vim.fn.matchadd('Comment', [[\\%1l.*]]) vim.api.nvim_win_set_cursor(0, { 2, 0 })")
        show(vim, "if f():", "\n    g()\n    h()")
        terminal.wait_for("h()")
        assert [painted(terminal, line) for line in range(1, 5)] == [
            "if f():",
            "    g()\n~~~~~~~",
            "    h()\n~~~~~~~",
            "last",
        ]
        vim.type("<Tab>")
        terminal.wait_for(lambda: painted(terminal, 3) == "    h()")
        assert vim.lines() == ["comment", "if f():", "    g()", "    h()", "last"]


@pytest.mark.parametrize("cmdheight", [0, 1])
def test_a_missing_program_is_told_without_waiting_for_enter(tmp_path: Path, cmdheight: int) -> None:
    program = "/a/long/path/that/does/not/lead/anywhere/breadknife"
    setup = f'require("breadknife").setup({{ cmd = {{ "{program}", "serve" }} }}) vim.o.cmdheight = {cmdheight}'
    with in_terminal(tmp_path, "a.txt", "text\n", setup) as (vim, terminal):
        terminal.wait_for("see `:checkhealth breadknife`.")
        assert vim.mode() == "n"
        assert "Press ENTER" not in terminal.screen()

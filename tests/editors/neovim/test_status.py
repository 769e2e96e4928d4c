"""What statuslines and configurations learn of suggestions, and how they decide about them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import psutil
import pytest

from editors.neovim.editor import PAGE, PREDICATE, STATUSLINE, Editor, fake_client, show
from editors.workbench import fenced

pytestmark = pytest.mark.editor

RECORD = """
    _G.events = {}
    vim.api.nvim_create_autocmd("User", {
        pattern = "Breadknife*",
        callback = function(event)
            local kind, data = event.match:sub(#"Breadknife" + 1), event.data
            table.insert(_G.events, kind .. ":" .. (data.state or data.amount or ""))
        end,
    })
"""


def events(vim: Editor, *kinds: str) -> list[str]:
    """Those of these kinds since the last call, in their order."""
    seen: list[str] = vim.lua("local events = _G.events _G.events = {} return events")
    return [event for event in seen if event.split(":")[0] in kinds]


def status(vim: Editor) -> dict[str, Any]:
    return vim.lua("return require('breadknife').status()")


def detail(vim: Editor) -> str:
    """What there is to say of suggestions, whatever client they come from."""
    return vim.lua("return select(2, require('breadknife.ghost').state(vim.api.nvim_get_current_buf()))")


def is_visible(vim: Editor) -> bool:
    return vim.lua("return require('breadknife').is_visible()")


def test_events_tell_what_becomes_of_a_suggestion(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", RECORD)
    show(vim, "x = ", "a + b")
    vim.wait_for("x = a + b")
    assert is_visible(vim)
    assert events(vim, "Shown", "Hidden", "Accepted") == ["Shown:"]
    vim.type("a")
    vim.wait_for(lambda: vim.lines() == ["x = a"])
    assert events(vim, "Shown", "Hidden", "Accepted") == [], "it is still there"
    vim.type("<C-Right>")
    vim.wait_for(lambda: vim.lines() == ["x = a +"])
    assert events(vim, "Shown", "Hidden", "Accepted") == ["Accepted:word"]
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["x = a + b"])
    vim.wait_for(lambda: not is_visible(vim))
    assert events(vim, "Shown", "Hidden", "Accepted") == ["Accepted:all", "Hidden:"]


def test_the_status_follows_a_suggestion(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", RECORD)
    vim.wait_for_server()
    vim.wait_for(lambda: status(vim)["state"] == "ready")
    vim.lua("_G.events = {}")
    vim.type("idef add(")
    vim.wait_for("def add(a, b): return a + b")
    vim.wait_for(lambda: status(vim)["state"] == "shown")
    vim.type("<Esc>")
    vim.wait_for(lambda: status(vim)["state"] == "ready")
    seen = events(vim, "Status")
    assert seen[0] == "Status:asking"
    assert seen[-2:] == ["Status:shown", "Status:ready"]
    assert all(one != other for one, other in pairwise(seen)), "each tells something new"


def test_the_servers_work_is_told(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    vim.wait_for_server()

    def tell(**value: Any) -> None:
        vim.lua("""
            local context = { client_id = require("breadknife").client().id, method = "$/progress" }
            require("breadknife").client().handlers["$/progress"](nil, { token = "1", value = ... }, context)
            """, value)  # fmt: skip

    tell(kind="begin", title="breadknife", message="loading the model")
    assert status(vim) == {
        "state": "working",
        "text": "breadknife: loading the model",
        "detail": "loading the model",
    }
    tell(kind="report", percentage=43)
    assert status(vim)["text"] == "breadknife: loading the model 43 %"
    tell(kind="end")
    assert status(vim)["state"] == "ready"


STATES = {
    "a file of another type": ("a.unknown", "", "off", ""),
    "no program": (
        "a.txt",
        'require("breadknife").setup({ cmd = { "no-such-breadknife" } })',
        "missing",
        "breadknife: not installed",
    ),
    "suggestions by hand": (
        "a.txt",
        'require("breadknife").setup({ ghost = "manual" })',
        "manual",
        "breadknife (manual)",
    ),
    "no suggestions": ("a.txt", 'require("breadknife").setup({ ghost = false })', "off", ""),
    "suggestions": ("a.txt", "", "ready", "breadknife"),
}


@pytest.mark.parametrize(("name", "more", "state", "text"), STATES.values(), ids=STATES)
def test_the_state_of_a_buffer(open_editor: Callable[..., Editor], name: str, more: str, state: str, text: str) -> None:
    vim = open_editor(name, "\n", more)
    vim.wait_for(lambda: status(vim)["state"] == state)
    assert status(vim)["text"] == text


def test_a_server_that_is_killed_is_told_in_one_line(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", RECORD, columns=80, lines=24)
    vim.wait_for_server()
    events(vim)
    psutil.Process(vim.nvim.funcs.getpid()).children()[0].kill()
    vim.wait_for("breadknife: the server ended and was started again.")
    assert vim.mode() == "n"
    vim.wait_for(lambda: status(vim)["state"] == "ready")
    assert "Status:starting" in events(vim, "Status")


def test_the_documented_statusline(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", fenced(PAGE, "lua", STATUSLINE) + "vim.o.laststatus = 2")
    vim.wait_for(lambda: any(row.split()[-2:] == ["breadknife", "1,0"] for row in vim.screen()))
    vim.nvim.command("enew")
    vim.wait_for(lambda: not any("breadknife" in row.split() for row in vim.screen()))


@pytest.mark.parametrize(
    ("more", "variable", "expected"),
    [
        ("", None, 1),
        ("", False, 0),
        ("", 0, 0),
        ("", "manual", 0),
        ('require("breadknife").setup({ ghost = "manual" })', None, 0),
        ('require("breadknife").setup({ ghost = "manual" })', True, 1),
        (fenced(PAGE, "lua", PREDICATE), None, 1),
        (fenced(PAGE, "lua", PREDICATE).replace("gitcommit", "text"), None, 0),
        (fenced(PAGE, "lua", PREDICATE).replace("gitcommit", "text"), True, 1),
        ('require("breadknife").setup({ ghost = function() error("broken") end })', None, 0),
    ],
)
def test_whether_suggestions_come_by_themselves(
    open_editor: Callable[..., Editor], more: str, variable: object, expected: int
) -> None:
    vim = open_editor("a.txt", "\n", more)
    fake_client(vim, "nil", answers=False)
    vim.lua("vim.b.breadknife = ...", variable)
    vim.type("A")
    vim.wait_for(lambda: vim.mode() == "i")
    vim.screen()
    assert vim.lua("return _G.asked") == expected
    assert vim.messages() == ""


def test_by_hand_a_suggestion_comes_when_asked_for_and_stays_while_it_fits(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n", 'require("breadknife").setup({ ghost = "manual" })')
    fake_client(vim, "nil", answers=False)
    vim.type("ix<M-Bslash>")
    vim.wait_for(lambda: vim.lua("return _G.asked") == 1)
    vim.lua("_G.answer({ { insertText = ' = 1' } })")
    vim.wait_for("x = 1")
    vim.type(" ")
    vim.wait_for(lambda: vim.lines() == ["x "])
    assert vim.screen()[0] == "x = 1"
    vim.type("y")
    vim.wait_for(lambda: not is_visible(vim))
    assert vim.lua("return _G.asked") == 1


def test_switched_off_in_a_buffer_it_goes_with_the_next_key(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.txt", "\n")
    show(vim, "x = ", "1 + 2")
    vim.wait_for("x = 1 + 2")
    vim.lua("vim.b.breadknife = false")
    vim.type("1")
    vim.wait_for(lambda: vim.lines() == ["x = 1"])
    vim.wait_for(lambda: not is_visible(vim))
    assert detail(vim) == "suggestions are off in this buffer, because of vim.b.breadknife"


MENUS = {
    "Neovim's": (
        "vim.fn.complete(1, { 'xylophone', 'xenon' })",
        "<C-y>",
    ),
    "blink.cmp's": (
        "_G.open = true vim.api.nvim_exec_autocmds('User', { pattern = 'BlinkCmpMenuOpen' })",
        "<Cmd>lua _G.open = false vim.api.nvim_exec_autocmds('User', { pattern = 'BlinkCmpMenuClose' })<CR>",
    ),
    "nvim-cmp's": (
        "_G.open = true _G.menu_opened()",
        "<Cmd>lua _G.open = false _G.menu_closed()<CR>",
    ),
}
PLUGINS = """
    vim.o.completeopt = "menuone,noinsert,noselect"
    local function is_open() return _G.open end
    if vim.g.menu == "blink.cmp's" then
        package.loaded["blink.cmp"] = { is_menu_visible = is_open }
    elseif vim.g.menu == "nvim-cmp's" then
        local event = {}
        function event:on(name, callback) _G[name] = callback end
        package.loaded.cmp = { visible = is_open, event = event }
    end
"""


@pytest.mark.parametrize("hide", [True, False], ids=["asked to hide", "not asked"])
@pytest.mark.parametrize(("menu", "opened", "closed"), [(menu, *how) for menu, how in MENUS.items()], ids=MENUS)
def test_a_menu_hides_it_if_asked(
    open_editor: Callable[..., Editor], menu: str, opened: str, closed: str, hide: bool
) -> None:
    setup = f'require("breadknife").setup({{ hide_with_menu = {str(hide).lower()} }})'
    vim = open_editor("a.txt", "\n", f'vim.g.menu = "{menu}"\n{PLUGINS}\n{setup}\n{RECORD}')
    show(vim, "x", " = 1")
    vim.wait_for("x = 1")
    events(vim)
    vim.lua(opened)
    vim.wait_for(lambda: is_visible(vim) is not hide)
    assert any("x = 1" in row for row in vim.screen()) is not hide
    if hide:
        assert events(vim, "Shown", "Hidden") == ["Hidden:"]
        assert detail(vim) == "a completion menu hides the suggestion"
    vim.type(closed)
    vim.wait_for("x = 1")
    assert is_visible(vim)
    if hide:
        assert events(vim, "Shown", "Hidden") == ["Shown:"]
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["x = 1"])


@pytest.mark.parametrize("code", [-32800, -32801, -32802, -32603])
def test_an_error_is_silence_and_leaves_what_fits(open_editor: Callable[..., Editor], code: int) -> None:
    vim = open_editor("a.txt", "\n")
    show(vim, "x = ", "1 + 2")
    vim.wait_for("x = 1 + 2")
    vim.type("1")
    vim.wait_for(lambda: vim.lines() == ["x = 1"])
    vim.lua("_G.fail({ code = ..., message = 'not now' })", code)
    assert vim.screen()[0] == "x = 1 + 2"
    assert vim.messages() == ""
    vim.type("<Tab>")
    vim.wait_for(lambda: vim.lines() == ["x = 1 + 2"])

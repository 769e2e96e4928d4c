"""The Neovim client, in the real Neovim."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pynvim
import pytest

from editors.neovim.editor import OPTIONS, PAGE, PLUGIN, Editor
from editors.workbench import MAYBE_NONE, chosen_fix, fenced

pytestmark = pytest.mark.editor


@pytest.mark.shows("Neovim", "null findings", "null fixes")
def test_diagnostics_arrive_and_a_quick_fix_is_applied(open_editor: Callable[..., Editor], tmp_path: Path) -> None:
    vim = open_editor("a.py", MAYBE_NONE)
    vim.wait_for(lambda: [d["source"] for d in vim.diagnostics()] == ["breadknife"])
    assert vim.diagnostics()[0]["lnum"] == 4

    vim.lua("""
        vim.ui.select = function(items, options, choose)
            _G.titles = vim.tbl_map(options.format_item, items)
            for at, title in ipairs(_G.titles) do
                if vim.startswith(title, "Raise") then return choose(items[at], at) end
            end
        end""")
    vim.type("5G$gra")
    vim.wait_for(lambda: vim.lines() != MAYBE_NONE.splitlines())
    vim.wait_for(lambda: vim.diagnostics() == [])
    assert vim.lua("return #_G.titles") >= 1
    vim.wait_for(lambda: chosen_fix(tmp_path) == {"m": "raise"})


WATCHING = """
    vim.api.nvim_create_autocmd("LspAttach", { callback = function(event)
        local client = vim.lsp.get_client_by_id(event.data.client_id)
        local request = client.rpc.request
        client.rpc.request = function(method, params, ...)
            if method == "textDocument/codeAction" then
                local codes = vim.tbl_map(function(each) return each.code end, params.context.diagnostics)
                _G.asked = _G.asked or {}
                table.insert(_G.asked, { params.context.triggerKind, params.range.start.line, codes })
            end
            return request(method, params, ...)
        end
    end })"""


@pytest.mark.shows("Neovim", "fixes checked ahead")
def test_fixes_are_checked_while_the_cursor_stands_on_a_finding(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", MAYBE_NONE, WATCHING)
    vim.wait_for(lambda: vim.diagnostics() != [])
    assert not vim.lua("return _G.asked"), "nothing is found where the cursor is"
    vim.type("5G")
    vim.wait_for(lambda: vim.lua("return _G.asked"))
    vim.type("$h0")
    time.sleep(1)
    assert vim.lua("return _G.asked") == [[2, 4, ["nullcheck/none-attribute"]]]


@pytest.mark.shows("Neovim", "prose findings", "prose fixes")
def test_prose_is_checked_and_fixed(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", "# Options\n\nThis is an useful option.\n")
    vim.wait_for(lambda: any(d["code"] == "harper/AnA" for d in vim.diagnostics()))
    vim.lua("vim.ui.select = function(items, _, choose) choose(items[1], 1) end")
    vim.type("3Ggra")
    vim.wait_for(lambda: vim.lines()[2] == "This is a useful option.")


def test_a_long_message_asks_for_no_key(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", "x\n")
    vim.wait_for_server()
    message = "breadknife: " + "a long sentence, " * 10 + "the end"
    vim.lua("""
        local context = { client_id = require("breadknife").client().id, method = "window/showMessage" }
        require("breadknife").client().handlers["window/showMessage"](nil, { type = 2, message = ... }, context)
        """, message)  # fmt: skip
    assert vim.nvim.api.get_mode() == {"mode": "n", "blocking": False}
    assert message in vim.nvim.funcs.execute("messages")


@pytest.mark.parametrize(
    ("message", "shown"),
    [("checking “Rename”", "breadknife: checking “Rename”"), ("checking " + "on and " * 50, "breadknife is at work")],
)
def test_what_is_at_work_is_shown(open_editor: Callable[..., Editor], message: str, shown: str) -> None:
    vim = open_editor("a.md", "x\n")
    vim.wait_for_server()

    def tell(**value: str) -> None:
        vim.lua("""
            local context = { client_id = require("breadknife").client().id, method = "$/progress" }
            require("breadknife").client().handlers["$/progress"](nil, { token = "1", value = ... }, context)
            """, value)  # fmt: skip

    tell(kind="begin", title="breadknife", message=message)
    vim.wait_for(lambda: shown in vim.screen())
    tell(kind="end")
    vim.wait_for(lambda: shown not in vim.screen())
    vim.lua('require("breadknife.message").say("breadknife: just said.")')
    vim.wait_for("just said.")
    tell(kind="begin", title="breadknife", message=message)
    tell(kind="end")
    vim.wait_for("just said.")


@pytest.mark.shows("Neovim", "fixes for other tools' findings")
def test_other_tools_findings_go_along_with_a_question_for_fixes(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "x = 'ä'; y.z\n")
    vim.wait_for_server()
    found = vim.lua("""
        local namespace = vim.api.nvim_create_namespace("another tool")
        vim.diagnostic.set(namespace, 0, {
            { lnum = 0, col = 10, end_lnum = 0, end_col = 13, message = "m", source = "mypy", code = "union-attr" } })
        local client = require("breadknife").client()
        local notify = client.rpc.request
        client.rpc.request = function(method, params, ...)
            if method == "textDocument/codeAction" then _G.sent = params.context.diagnostics end
            return notify(method, params, ...)
        end
        vim.lsp.buf.code_action({ filter = function() return false end })
        vim.wait(5000, function() return _G.sent end, 10)
        return _G.sent""")
    mypys = next(diagnostic for diagnostic in found if diagnostic.get("source") == "mypy")
    assert mypys["range"] == {"start": {"line": 0, "character": 10}, "end": {"line": 0, "character": 13}}


def test_checkhealth_says_how_things_are(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", MAYBE_NONE)
    vim.wait_for(lambda: vim.diagnostics() != [])
    vim.nvim.command("checkhealth breadknife")
    report = "\n".join(vim.lines())
    assert "The server answers" in report
    assert "plugins  completion" in report, "as people read it"
    assert "ERROR" not in report
    models = vim.lua("""
        local asked = { command = "breadknife.status", arguments = {} }
        local client = vim.lsp.get_clients({ name = "breadknife" })[1]
        return client:request_sync("workspace/executeCommand", asked, 20000).result.models""")
    missing = [model for model in models if not model.get("path")]
    assert report.count("WARNING") == len(missing)
    for model in missing:
        assert f"The model {model['name']} isn't on this machine" in report
        assert f"breadknife models pull {model['name']}" in report


def test_checkhealth_says_which_mapping_a_key_goes_on_to(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.unknown", "x\n", "vim.keymap.set('i', '<C-l>', 'λ', { desc = 'a Greek letter' })")
    vim.nvim.command("checkhealth breadknife")
    report = "\n".join(vim.lines())
    assert "accept_line: <C-l>, otherwise your mapping (a Greek letter)" in report
    assert "Here this file has no 'filetype'; set one: `:setfiletype text`." in report


def test_checkhealth_says_what_to_do_without_the_command(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "x = 1\n", 'require("breadknife").setup({ cmd = { "no-such-breadknife" } })')
    vim.wait_for(lambda: "`no-such-breadknife` wasn't found" in vim.messages())
    vim.nvim.command("checkhealth breadknife")
    report = "\n".join(vim.lines())
    assert "The program `no-such-breadknife` was not found" in report
    assert ":Breadknife setup" in report
    assert "pipx install breadknife" in report


@pytest.mark.shows("Neovim", "completion in a menu")
def test_without_ghost_text_completions_come_to_completion_plugins(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "def add(\n", 'require("breadknife").setup({ ghost = false })')
    vim.wait_for_server()
    items = vim.lua("""
        local client = require("breadknife").client()
        local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
        params.position.character = #"def add("
        local answer = client:request_sync("textDocument/completion", params, 20000)
        return answer.result.items or answer.result""")
    assert [item["textEdit"]["newText"] for item in items] == ["a, b): return a + b"]


def test_the_client_is_lazy_and_leaves_no_globals(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.unknown", "x\n", "vim.g.names = vim.tbl_keys(_G)")
    loaded = vim.lua("return vim.tbl_filter(function(m) return vim.startswith(m, 'breadknife') end,"
                     " vim.tbl_keys(package.loaded))")  # fmt: skip
    little = {"breadknife", *(f"breadknife.{name}" for name in ("server", "options", "message", "diagnostics"))}
    assert set(loaded) <= little, "no more than `lsp/breadknife.lua` needs, which Neovim 0.12 reads at once"
    new = vim.lua("""
        local modules = { "ghost", "health", "command", "command.setup", "command.models", "diagnostics" }
        for _, m in ipairs(modules) do require("breadknife." .. m) end
        return vim.tbl_filter(function(n) return not vim.tbl_contains(vim.g.names, n) end, vim.tbl_keys(_G))""")
    assert new == []


def test_the_documented_options_are_taken(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", "This is an useful option.\n", fenced(PAGE, "lua", OPTIONS))
    vim.wait_for_server()
    assert vim.lua("return require('breadknife.options').values.keys.accept") == "<C-y>"
    vim.nvim.command("Breadknife toggle prose")
    vim.wait_for(lambda: vim.diagnostics() != [])


def test_a_misspelt_option_is_named(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.unknown", "x\n")
    with pytest.raises(pynvim.NvimError, match="no option is called `gost`"):
        vim.lua("require('breadknife').setup({ gost = true })")


def test_the_help_is_found_without_a_plugin_manager(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.unknown", "x\n")
    vim.nvim.command("help breadknife-keys")
    assert vim.nvim.current.line.endswith("*breadknife-keys*")


def test_the_help_names_everything() -> None:
    """Each command, option, key, function, event and highlight group that the code has."""
    page = (PLUGIN / "doc" / "breadknife.txt").read_text("utf-8")
    lua = PLUGIN / "lua" / "breadknife"
    api = (lua / "init.lua").read_text("utf-8")
    values = (lua / "options.lua").read_text("utf-8").split("M.values = {", 1)[1].split("\n}\n", 1)[0]
    words = (lua / "command" / "init.lua").read_text("utf-8").split("local words = {", 1)[1].split("\n}\n", 1)[0]
    everything = [
        *(f":Breadknife {word}" for word in re.findall(r"^  (\w+) = \{", words, re.MULTILINE)),
        *(f"*breadknife.{name}()*" for name in re.findall(r"^function M\.(\w+)", api, re.MULTILINE)),
        *re.findall(r"^ +(\w+) = ", values, re.MULTILINE),
        *(f"*{event}*" for event in ("BreadknifeShown", "BreadknifeHidden", "BreadknifeAccepted", "BreadknifeStatus")),
        *(f"*hl-{group}*" for group in ("BreadknifeGhost",)),
        *(
            f'"{state}"'
            for state in re.findall(r'^---\| "(\w+)"', (lua / "status.lua").read_text("utf-8"), re.MULTILINE)
        ),
    ]
    assert len(everything) > 35
    assert [each for each in everything if each not in page] == []

"""The Neovim client, in the real Neovim: what a user sees after each key."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pynvim
import pytest

from editors.terminal import SECONDS
from editors.workbench import MAYBE_NONE, editor, fenced, project, scripted_breadknife

pytestmark = pytest.mark.editor

CHECKOUT = Path(__file__).parents[2]

SAYS = {
    "def add(": "a, b): return a + b",
    "größe_": "maß = 'ß' * 3",
    "def both(": "):\n    first = 1\n    second = 2",
}


class Editor:
    """A Neovim with a user interface, so that it draws as it does for people."""

    def __init__(self, nvim: pynvim.Nvim, file: Path) -> None:
        self.nvim = nvim
        self.file = file

    def lua(self, code: str, *arguments: Any) -> Any:
        return self.nvim.exec_lua(code, *arguments)

    def type(self, keys: str) -> None:
        self.nvim.input(keys)

    def lines(self) -> list[str]:
        return list(self.nvim.current.buffer)

    def screen(self) -> list[str]:
        """What is drawn, without the empty lines' `~`."""
        rows = self.lua(
            "vim.cmd.redraw() local rows = {} for row = 1, vim.o.lines do local cells = {}"
            " for column = 1, vim.o.columns do cells[column] = vim.fn.screenstring(row, column) end"
            " rows[row] = vim.trim(table.concat(cells)) end return rows"
        )
        return [row for row in rows if row not in ("", "~")]

    def wait_for(self, what: str | Callable[[], Any]) -> None:
        """Wait for a line on the screen, or for a condition."""
        end = time.monotonic() + SECONDS
        while not (any(what in row for row in self.screen()) if isinstance(what, str) else what()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {SECONDS} s for {what!r}; the screen is {self.screen()}")
            time.sleep(0.03)

    def wait_for_server(self) -> None:
        self.wait_for(lambda: self.lua("local c = require('breadknife').client() return c and c.initialized"))

    def diagnostics(self) -> list[dict[str, Any]]:
        return self.lua("return vim.tbl_map(function(d) d.user_data = nil return d end, vim.diagnostic.get(0))")


@pytest.fixture
def open_editor(tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    """Opens a file in a Neovim whose only configuration is the one in the docs."""
    environment = scripted_breadknife(tmp_path, SAYS)
    program = editor("nvim")
    opened: list[subprocess.Popen[bytes]] = []

    def start(name: str, text: str, more: str = "") -> Editor:
        configuration = fenced("editors/neovim.md", "lua").replace("/path/to/breadknife", str(CHECKOUT))
        init = tmp_path / "init.lua"
        init.write_text(configuration + more, "utf-8")
        file = project(tmp_path, name, text)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a socket's path has to be short
            socket = Path(folder) / "nvim"
            arguments = ["--headless", "--listen", socket, "-n", "-u", init, "--cmd", "set shortmess+=I", file]
            opened.append(subprocess.Popen([program, *arguments], env=environment, stdin=subprocess.DEVNULL))
            end = time.monotonic() + SECONDS
            while not socket.exists() and time.monotonic() < end:
                time.sleep(0.02)
            nvim = pynvim.attach("socket", path=str(socket))
        nvim.ui_attach(100, 30, rgb=True)
        return Editor(nvim, file)

    yield start
    for process in opened:
        process.terminate()
        process.wait(SECONDS)


def test_diagnostics_arrive_and_a_quick_fix_is_applied(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", MAYBE_NONE)
    vim.wait_for(lambda: [d["source"] for d in vim.diagnostics()] == ["nullcheck"])
    assert vim.diagnostics()[0]["lnum"] == 4

    vim.lua("""
        vim.ui.select = function(items, options, choose)
            _G.titles = vim.tbl_map(options.format_item, items)
            choose(items[1], 1)
        end""")
    vim.type("5G$gra")
    vim.wait_for(lambda: vim.lines() != MAYBE_NONE.splitlines())
    vim.wait_for(lambda: vim.diagnostics() == [])
    assert vim.lua("return #_G.titles") >= 1


def test_prose_is_checked_and_fixed(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", "# Options\n\nThis is an useful option.\n")
    vim.wait_for(lambda: any("harper" in d["source"] for d in vim.diagnostics()))
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


def test_the_server_is_restarted_and_prose_switched_off(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", "This is an useful option.\n")
    vim.wait_for(lambda: vim.diagnostics() != [])
    first = vim.lua("return require('breadknife').client().id")
    vim.nvim.command("Breadknife toggle prose")
    vim.wait_for(lambda: vim.diagnostics() == [])
    vim.nvim.command("Breadknife restart")
    vim.wait_for(lambda: vim.diagnostics() != [])
    assert vim.lua("return require('breadknife').client().id") != first


def test_checkhealth_and_the_commands_say_how_things_are(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "x = 1\n")
    vim.wait_for_server()
    assert vim.nvim.funcs.getcompletion("Breadknife ", "cmdline") == ["log", "restart", "status", "toggle", "why"]
    assert vim.nvim.funcs.getcompletion("Breadknife toggle p", "cmdline") == ["prose"]
    for word in ("status", "why"):
        vim.nvim.command(f"Breadknife {word}")
        vim.wait_for(lambda: vim.lua("return #vim.api.nvim_list_wins()") == 2)
        vim.nvim.command("fclose!")
    vim.nvim.command("checkhealth breadknife")
    report = "\n".join(vim.lines())
    assert "The server answers" in report
    assert "ERROR" not in report
    assert "WARNING" not in report


def test_checkhealth_says_what_to_do_without_the_command(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", "x = 1\n", 'require("breadknife").setup({ cmd = { "no-such-breadknife" } })')
    vim.wait_for(lambda: "no-such-breadknife` was not found" in vim.nvim.funcs.execute("messages"))
    vim.nvim.command("checkhealth breadknife")
    report = "\n".join(vim.lines())
    assert "The command `no-such-breadknife` was not found" in report
    assert "pipx install breadknife" in report


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
    assert loaded in ([], ["breadknife"]), "nothing that a file without a server needs"
    new = vim.lua("""
        for _, m in ipairs({ "ghost", "health", "command", "diagnostics", "suggestion" }) do
            require("breadknife." .. m)
        end
        return vim.tbl_filter(function(n) return not vim.tbl_contains(vim.g.names, n) end, vim.tbl_keys(_G))""")
    assert new == []


def test_the_documented_options_are_taken(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.md", "This is an useful option.\n", fenced("editors/neovim.md", "lua", 1))
    vim.wait_for_server()
    assert vim.lua("return require('breadknife').options.keys.accept") == "<C-y>"
    vim.nvim.command("Breadknife toggle prose")
    vim.wait_for(lambda: vim.diagnostics() != [])


def test_a_misspelt_option_is_named(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.unknown", "x\n")
    with pytest.raises(pynvim.NvimError, match="no option is called `gost`"):
        vim.lua("require('breadknife').setup({ gost = true })")


def test_the_help_is_found_without_a_plugin_manager(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.unknown", "x\n")
    committed = CHECKOUT / "clients" / "neovim" / "doc"
    fresh = vim.file.parent / "doc"
    fresh.mkdir()
    (fresh / "breadknife.txt").write_bytes((committed / "breadknife.txt").read_bytes())
    vim.nvim.command(f"helptags {fresh}")
    assert (fresh / "tags").read_text("utf-8") == (committed / "tags").read_text("utf-8"), "run :helptags and commit"
    vim.nvim.command("help breadknife-keys")
    assert vim.nvim.current.line.endswith("*breadknife-keys*")


# --- a client without a server, for what depends on the answer's time and units -------------------------------------


def fake_client(vim: Editor, result: str, *, answers: bool = True, encoding: str = "utf-8") -> None:
    """Ghost text from a client whose answer is the Lua value `result`, or comes when `_G.answer` is called."""
    vim.lua(
        """
        local result, answers, encoding = ...
        result = loadstring("return " .. result)()
        _G.asked, _G.cancelled = 0, 0
        local client = { id = 99, offset_encoding = encoding }
        function client:supports_method() return true end
        function client:request(_, params, handler)
            _G.asked, _G.position = _G.asked + 1, params.position
            _G.answer = function(value) handler(nil, value) end
            if answers then vim.schedule(function() handler(nil, result) end) end
            return true, _G.asked
        end
        function client:cancel_request() _G.cancelled = _G.cancelled + 1 end
        vim.lsp.enable("breadknife", false)
        require("breadknife.ghost").attach(client, vim.api.nvim_get_current_buf())
        """,
        result,
        answers,
        encoding,
    )


def show(
    vim: Editor, keys: str, text: str, *, encoding: str = "utf-8", start: int | None = None, end: int | None = None,
    typed: str | None = None,
) -> None:  # fmt: skip
    """Type `keys` and show `text` there, from a client that has just this one answer for this one place."""
    fake_client(vim, "nil", answers=False, encoding=encoding)
    vim.type("i" + keys)
    vim.wait_for(lambda: vim.lines() == [keys if typed is None else typed])
    vim.screen()
    item: dict[str, Any] = {"insertText": text}
    if start is not None:
        item["range"] = {"start": {"line": 0, "character": start}, "end": {"line": 0, "character": end}}
    vim.lua("_G.answer({ items = { ... } })", item)

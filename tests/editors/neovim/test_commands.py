"""`:Breadknife` and its words, at 80 columns: what they say is true, and nothing waits for Enter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.neovim.editor import Editor
from editors.workbench import MAYBE_NONE

pytestmark = pytest.mark.editor

WORDS = ["find", "log", "models", "null", "recipe", "restart", "setup", "shelf", "status", "toggle", "trust", "why"]


@pytest.fixture
def open_small(open_editor: Callable[..., Editor]) -> Callable[..., Editor]:
    def start(name: str, text: str, more: str = "") -> Editor:
        return open_editor(name, text, more, columns=80, lines=24)

    return start


def run(vim: Editor, command: str, said: str) -> None:
    """Run a command as people do, and wait for what it says."""
    vim.type(f":{command}<CR>")
    vim.wait_for(said)
    assert vim.mode() == "n"


def test_words_and_their_arguments_are_completed(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.unknown", "x\n")
    complete = vim.nvim.funcs.getcompletion
    assert complete("Breadknife ", "cmdline") == WORDS
    assert complete("Breadknife toggle p", "cmdline") == ["prose"]
    assert complete("Breadknife trust ", "cmdline") == ["revoke"]
    assert complete("Breadknife why ", "cmdline") == []
    assert complete("Breadknife toggle prose ", "cmdline") == []
    assert complete("Breadknife recipe ", "cmdline") == ["check", "new"]
    assert complete("Breadknife recipe new ", "cmdline") == []
    folder = Path(__file__).parent
    assert complete(f"Breadknife shelf add {folder.parent}/neo", "cmdline") == [f"{folder}/"]
    assert complete(f"Breadknife shelf add {folder} {folder.parent}/neo", "cmdline") == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("Breadknife no-such", "breadknife: no `:Breadknife no-such`; see `:help :Breadknife`."),
        ("Breadknife why not", "breadknife: after `why` comes nothing."),
        ("Breadknife toggle foo", "breadknife: after `toggle` comes only completion, nullcheck, prose."),
        ("Breadknife shelf add a b", "breadknife: after `shelf` comes only add."),
        ("Breadknife shelf add /no/such", "breadknife: /no/such isn't a folder."),
        ("Breadknife toggle", "breadknife: this file has no 'filetype'. See `:Breadknife why`."),
        ("Breadknife why", "breadknife is off: this file has no 'filetype'"),
        ("Breadknife", "→ set one: `:setfiletype text`"),
    ],
)
@pytest.mark.parametrize("cmdheight", [0, 1])
def test_where_it_is_off_it_says_so_in_one_line(
    open_small: Callable[..., Editor], command: str, said: str, cmdheight: int
) -> None:
    vim = open_small("a.unknown", "x\n", f"vim.o.cmdheight = {cmdheight}")
    vim.type(f":{command}<CR>")
    vim.wait_for(lambda: said in vim.messages() or any(said in row for row in vim.screen()))
    assert vim.mode() == "n"


REASONS = {
    "another type": ("", "setfiletype fortran", "it doesn't serve files of the type fortran"),
    "no file": ("", "help", "this buffer isn't a file"),
    "switched off": ('vim.lsp.enable("breadknife", false)', "setfiletype text", "your configuration disables it"),
    "no program": (
        'require("breadknife").setup({ cmd = { "no-such-breadknife" } })',
        "setfiletype text",
        "the program `no-such-breadknife` wasn't found",
    ),
}


@pytest.mark.parametrize(("more", "command", "reason"), REASONS.values(), ids=REASONS)
def test_the_reason_is_the_real_one(open_small: Callable[..., Editor], more: str, command: str, reason: str) -> None:
    vim = open_small("a.unknown", "x\n", more)
    vim.nvim.command(command)
    run(vim, "Breadknife why", f"breadknife is off: {reason}")
    vim.type("q")
    run(vim, "Breadknife toggle", f"breadknife: {reason}")


@pytest.mark.shows("Neovim", "why there is nothing")
def test_why_and_status_have_windows_of_their_own(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.py", MAYBE_NONE)
    vim.wait_for(lambda: vim.diagnostics() != [])
    missing = [
        "    suggestions need the model qwen2.5-coder-0.5b, which isn't on this machine",
        "    → `:Breadknife setup` fetches it",
    ]
    explained = ["    The model has nothing to add here.", "    → Write a little more."]
    for command, line, lines in (
        ("Breadknife status", "plugins  completion, drift, find, nullcheck", missing),
        ("Breadknife why", "check, by nullcheck: answered", explained),
    ):
        for key in ("q", "<Esc>", "<C-w>p"):
            run(vim, command, line)
            assert vim.lines()[1:3] == lines
            assert vim.nvim.current.buffer.options["modifiable"] is False
            vim.type(key)
            vim.wait_for(lambda: len(vim.nvim.windows) == 1)
    assert vim.lines() == MAYBE_NONE.splitlines()


def test_a_window_is_as_wide_as_the_screen_lets_it(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.unknown", "x\n")
    run(vim, "Breadknife why", "breadknife is off: this file has no 'filetype'")
    vim.nvim.ui_try_resize(40, 12)
    vim.wait_for(lambda: vim.nvim.options["columns"] == 40)
    vim.wait_for(
        lambda: max(len(row.lstrip("~")) for row in vim.screen()) <= 40 and "q closes ╯" in "".join(vim.screen())
    )


def test_a_plugin_is_toggled(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.md", "This is an useful option.\n")
    vim.wait_for(lambda: vim.diagnostics() != [])
    run(vim, "Breadknife toggle prose", "breadknife: prose is off.")
    vim.wait_for(lambda: vim.diagnostics() == [])
    run(vim, "Breadknife toggle prose", "breadknife: prose is on.")
    vim.wait_for(lambda: vim.diagnostics() != [])


def test_a_folder_is_trusted_and_not_unasked(open_small: Callable[..., Editor], tmp_path: Path) -> None:
    vim = open_small("a.md", "x\n")
    vim.wait_for_server()
    vim.lua(
        "vim.fn.confirm = function(question, choices, default) _G.question = question return _G.answer or default end"
    )
    vim.nvim.command("Breadknife trust")
    assert vim.lua("return _G.question").startswith(f"Trust {tmp_path / 'project'}?")
    assert trusted(tmp_path) == []
    vim.lua("_G.answer = 1")
    vim.nvim.command("Breadknife trust")
    vim.wait_for(lambda: trusted(tmp_path) == [str((tmp_path / "project").resolve())])
    vim.wait_for("is trusted.")
    vim.nvim.command("Breadknife trust revoke")
    vim.wait_for(lambda: trusted(tmp_path) == [])
    vim.wait_for("is no longer trusted.")


def trusted(folder: Path) -> list[str]:
    """What `breadknife trust --list` would say."""
    file = folder / "breadknife" / "config" / "trusted.json"
    return json.loads(file.read_text("utf-8"))["folders"] if file.exists() else []


@pytest.mark.shows("Neovim", "models")
def test_models_are_listed_and_fetched(open_small: Callable[..., Editor], tmp_path: Path) -> None:
    vim = open_small("a.md", "x\n")
    program = tmp_path / "bin" / "breadknife"
    fetched = tmp_path / "fetched"
    program.write_text(
        program.read_text("utf-8").replace(
            "#!/bin/sh\n",
            f'#!/bin/sh\n[ "$1 $2" = "models pull" ] && {{ echo "$3: 49 MB of 491 MB" >&2;'
            f" while [ ! -e {fetched} ]; do sleep 0.05; done; exit 0; }}\n",
        ),
        "utf-8",
    )
    run(vim, "Breadknife models", "completion, nullcheck, rewrite")
    vim.type("j<CR>")
    vim.wait_for("491 MB  49 MB of 491 MB")
    fetched.touch()
    vim.wait_for("491 MB  on this machine")
    assert vim.mode() == "n"


def test_the_log_is_opened(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.unknown", "x\n")
    vim.nvim.command("Breadknife log")
    assert vim.nvim.current.buffer.name.endswith("lsp.log")


def test_the_server_is_restarted(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.md", "This is an useful option.\n")
    vim.wait_for(lambda: vim.diagnostics() != [])
    first = vim.lua("return require('breadknife').client().id")
    run(vim, "Breadknife restart", "project/a.md")
    vim.wait_for(lambda: vim.lua("local c = require('breadknife').client() return c and c.id") not in (None, first))
    vim.wait_for(lambda: vim.diagnostics() != [])
    assert vim.messages() == ""


# --- pages that wait --------------------------------------------------------------------------------------------------


def hold(vim: Editor) -> None:
    """No answer to a command comes before `_G.go()`."""
    vim.lua("""
        local client, waiting = require("breadknife").client(), {}
        local request = client.rpc.request
        client.rpc.request = function(method, params, answer, ...)
            if method ~= "workspace/executeCommand" then return request(method, params, answer, ...) end
            return request(method, params, function(...)
                local told = { ... }
                local function tell() answer(unpack(told)) end
                if waiting then table.insert(waiting, tell) else tell() end
            end, ...)
        end
        function _G.go()
            local held = waiting
            waiting = nil
            for _, tell in ipairs(held) do tell() end
        end""")


@pytest.mark.parametrize(
    ("command", "waits", "filled"),
    [
        ("status", "Waiting for what the server says of itself …", "plugins  completion"),
        (
            "why",
            "Waiting for what the server says of this place …",
            "The server hasn't been asked about this file yet.",
        ),
    ],
)
def test_a_page_is_there_at_once_and_says_what_it_waits_for(
    open_small: Callable[..., Editor], command: str, waits: str, filled: str
) -> None:
    vim = open_small("a.toml", "\n")
    vim.wait_for_server()
    hold(vim)
    run(vim, f"Breadknife {command}", waits)
    vim.lua("_G.go()")
    vim.wait_for(filled)
    assert not any(waits in row for row in vim.screen())


def test_a_page_says_that_the_server_failed(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.md", "\n")
    vim.wait_for_server()
    vim.lua("""
        local client = require("breadknife").client()
        client.rpc.request = function(_, _, answer)
            answer({ code = -32603, message = "no such thing" })
            return true, 1
        end
        """)  # fmt: skip
    run(vim, "Breadknife status", "The server can't say it: no such thing")


def wait_before(program: Path, words: str, go: Path) -> None:
    """Have the program wait for a file when it is called with these words."""
    script = program.read_text("utf-8")
    waits = f'[ "$*" = "{words}" ] && while [ ! -e {go} ]; do sleep 0.05; done'
    program.write_text(script.replace("#!/bin/sh\n", f"#!/bin/sh\n{waits}\n"), "utf-8")


@pytest.mark.parametrize(
    ("command", "words", "filled"),
    [
        ("models", "models list --json", "completion, nullcheck, rewrite"),
        ("shelf", "shelf status", "No folder is on the shelf"),
        ("recipe", "recipes list", "fix-text              Fix this text"),
        ("recipe check", "recipes check", "fix-text: 6 steps"),
    ],
)
def test_a_page_of_the_program_is_there_at_once(
    open_small: Callable[..., Editor], tmp_path: Path, command: str, words: str, filled: str
) -> None:
    vim = open_small("a.md", "x\n")
    wait_before(tmp_path / "bin" / "breadknife", words, tmp_path / "go")
    run(vim, f"Breadknife {command}", f"Waiting for `breadknife {words.removesuffix(' --json')}` …")
    (tmp_path / "go").touch()
    vim.wait_for(filled)


def tell(vim: Editor, message: str) -> None:
    vim.lua("""
        local context = { client_id = require("breadknife").client().id, method = "window/showMessage" }
        require("breadknife").client().handlers["window/showMessage"](nil, { type = 3, message = ... }, context)
        """, message)  # fmt: skip


def test_a_message_that_is_longer_than_a_line_is_shown_at_the_cursor(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.md", "one line\nanother\n")
    vim.wait_for_server()
    tell(vim, "breadknife: " + "a long sentence, " * 8 + "END")
    vim.wait_for(lambda: any("END" in row for row in vim.screen()[:-1]))
    assert vim.lines() == ["one line", "another"], "it is only shown"
    vim.type("j")
    vim.wait_for(lambda: not any("END" in row for row in vim.screen()[:-1]))


def test_a_message_that_is_longer_than_the_screen_is_scrolled(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.md", "x\n")
    vim.wait_for_server()
    tell(vim, "breadknife: " + "a long sentence, " * 200 + "the end")
    vim.wait_for("breadknife: a long sentence, a long sentence")
    assert not any("the end" in row for row in vim.screen()[:-1])
    vim.type("$")
    vim.wait_for(lambda: any("the end" in row for row in vim.screen()[:-1]))
    vim.type("q")
    vim.wait_for(lambda: vim.screen()[0] == "x")


# --- the shelf and recipes --------------------------------------------------------------------------------------------


def shelf_commands(vim: Editor) -> None:
    """Keep in `_G.added` which folders the server is told to add."""
    vim.lua("""
        _G.added = {}
        local client = require("breadknife").client()
        local request = client.rpc.request
        client.rpc.request = function(method, params, ...)
            if method == "workspace/executeCommand" and params.command == "breadknife.shelf.addFolder" then
                table.insert(_G.added, params.arguments)
                return true, 1
            end
            return request(method, params, ...)
        end""")


@pytest.mark.parametrize("way", ["the command", "the command, asked", "the page", "the server's button"])
def test_a_folder_is_put_on_the_shelf(open_small: Callable[..., Editor], tmp_path: Path, way: str) -> None:
    vim = open_small("a.md", "x\n")
    vim.wait_for_server()
    shelf_commands(vim)
    folder = tmp_path / "my papers"
    folder.mkdir()
    vim.lua(
        """
        local folder = ...
        vim.ui.input = function(options, answer) _G.input = options.completion answer(folder) end""",
        str(folder),
    )
    if way == "the command":
        escaped = str(folder).replace(" ", "\\ ")
        vim.nvim.command(f"Breadknife shelf add {escaped}")
    elif way == "the command, asked":
        vim.nvim.command("Breadknife shelf add")
    elif way == "the page":
        run(vim, "Breadknife shelf", "a adds a folder, q closes")
        vim.type("a")
    else:
        vim.lua(
            "require('breadknife').client().handlers['breadknife/showReason'](nil,"
            " { title = 'Ask my shelf', reason = 'no-shelf', sentence = 'No folder is there.', remedy = '' }, {})"
        )
    vim.wait_for(lambda: vim.lua("return _G.added") == [[str(folder)]])
    assert vim.lua("return _G.input") == (None if way == "the command" else "dir")


def test_a_new_recipe_is_opened(open_small: Callable[..., Editor]) -> None:
    vim = open_small("a.md", "x\n")
    vim.nvim.command("Breadknife recipe new shorten-it")
    vim.wait_for(lambda: vim.nvim.current.buffer.name.endswith("recipes/shorten-it.toml"))
    assert any("shorten-it" in line for line in vim.lines())
    vim.nvim.command("bdelete")
    vim.nvim.command("Breadknife recipe new shorten-it")
    vim.wait_for(lambda: "breadknife: " in vim.messages())


def test_breadknife_is_a_command_in_the_terminal_once(open_small: Callable[..., Editor], tmp_path: Path) -> None:
    vim = open_small("a.unknown", "x\n")
    path = vim.lua("return vim.env.PATH")
    vim.lua("require('breadknife.server').put_on_path()")
    assert vim.lua("return vim.env.PATH") == path, "it is on the path already"
    program = Path(
        vim.lua("return require('breadknife.server').program(require('breadknife.server').environment(), 'breadknife')")
    )
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho it is here\n", "utf-8")
    program.chmod(0o755)
    vim.lua("vim.env.PATH = '/usr/bin:/bin'")
    for _ in range(2):
        vim.lua("require('breadknife.server').put_on_path()")
    assert vim.lua("return vim.env.PATH") == f"/usr/bin:/bin:{program.parent}"
    assert vim.lua("return require('breadknife.server').executable()") == str(program), "so `setup` still updates it"
    vim.nvim.command("terminal breadknife")
    vim.wait_for("it is here")


def test_places_are_found(open_small: Callable[..., Editor]) -> None:
    vim = open_small("maybe.py", MAYBE_NONE + "\n\ndef parse_headers(lines):\n    return lines\n")
    vim.wait_for_server()
    vim.type(":Breadknife find how are headers parsed?<CR>")
    vim.wait_for(lambda: vim.nvim.funcs.getqflist() != [])
    [place, *_] = vim.nvim.funcs.getqflist()
    assert (place["lnum"], place["text"]) == (8, "function parse_headers (name)")
    vim.wait_for("[Quickfix List] how are headers parsed?")
    vim.type(":cclose<CR>:Breadknife find<CR>")
    vim.wait_for("Find:")
    vim.type("xylophone<CR>")
    vim.wait_for("breadknife: Nothing has a word o")


REPORT = """
local range = { start = { line = 4, character = 8 }, ["end"] = { line = 4, character = 12 } }
vim.diagnostic.set(vim.api.nvim_create_namespace("checker"), 0, { {
  lnum = 4, col = 8, end_lnum = 4, end_col = 12, source = "Pyright", code = "reportOptionalMemberAccess",
  message = '"keys" is not a known attribute of "None"', user_data = { lsp = { range = range } },
} })
"""


def test_what_checkers_say_of_null_is_sorted(open_small: Callable[..., Editor]) -> None:
    """The server hasn't come up yet: it is sorted in the folder of the file all the same."""
    vim = open_small("maybe.py", MAYBE_NONE)
    vim.nvim.exec_lua(REPORT)
    vim.type(":Breadknife null<CR>")
    vim.wait_for(lambda: vim.nvim.funcs.getqflist() != [])
    assert [(each["lnum"], each["type"]) for each in vim.nvim.funcs.getqflist()] == [(5, "E")]
    assert "1 finding about null, 1 to read" in vim.messages()
    vim.wait_for("[Quickfix List] 1 finding about null, 1 to read")
    vim.type(":Breadknife null noise<CR>")
    vim.wait_for(lambda: vim.nvim.funcs.getqflist() == [])

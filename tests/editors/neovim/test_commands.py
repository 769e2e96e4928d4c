"""`:Breadknife` and its words, at 80 columns: what they say is true, and nothing waits for Enter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.neovim.editor import Editor
from editors.workbench import MAYBE_NONE

pytestmark = pytest.mark.editor

WORDS = ["log", "models", "next", "restart", "setup", "status", "toggle", "trust", "why"]


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


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("Breadknife no-such", "breadknife: no `:Breadknife no-such`; see `:help :Breadknife`."),
        ("Breadknife why not", "breadknife: after `why` comes nothing."),
        ("Breadknife toggle foo", "breadknife: after `toggle` comes only completion, nullcheck, prose."),
        ("Breadknife toggle", "breadknife: this file has no 'filetype'. See `:Breadknife why`."),
        ("Breadknife next", "breadknife: this file has no 'filetype'. See `:Breadknife why`."),
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
    for command, line in (
        ("Breadknife status", "plugins  completion, nullcheck, prose"),
        ("Breadknife why", "check, by nullcheck: answered"),
    ):
        for key in ("q", "<Esc>", "<C-w>p"):
            run(vim, command, line)
            assert vim.lines()[1:3] == [
                "    suggestions need the model qwen2.5-coder-0.5b, which isn't on this machine",
                "    → `:Breadknife setup` fetches it",
            ]
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


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "breadknife: next edits are experimental, and off."),
        (
            'require("breadknife").setup({ settings = { completion = { next_edit = true } } })',
            "breadknife: no other place follows from what was changed.",
        ),
    ],
)
def test_next_says_why_there_is_none(open_small: Callable[..., Editor], more: str, said: str) -> None:
    vim = open_small("a.py", MAYBE_NONE, more)
    vim.wait_for_server()
    run(vim, "Breadknife next", said)


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

"""`:Breadknife setup`: from nothing to a suggestion, and what it says when something is missing or fails."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from editors.neovim.editor import PLUGIN, Editor
from editors.workbench import make_wheel, with_setup, without_breadknife

pytestmark = pytest.mark.editor

FAKE = Path(__file__).with_name("fake_setup.py")


def part(name: str, state: str, message: str = "", fraction: float | None = None, *, total: int = 0) -> dict[str, Any]:
    """As docs/setup.md says; half of the `total` bytes is done."""
    counted = {"bytes_done": total // 2, "bytes_total": total} if total else {"bytes_done": None, "bytes_total": None}
    return {"part": name, "state": state, "message": message, "fraction": fraction} | counted


HAS: list[Any] = [
    part("engine", "done", "llama-cpp-python 0.3.36+breadknife2") | {"usual": True},
    part("model:smollm2-135m", "skipped", "not here") | {"bytes_total": 98_000_000, "usual": True},
    part("model:qwen2.5-coder-1.5b", "skipped", "not here") | {"bytes_total": 1_117_000_000, "usual": False},
    part("editor:neovim", "skipped", "found"),
]
"""What there is before anything is done."""


class Scenario:
    """What `breadknife setup` says, as far as the test has let it."""

    def __init__(self, folder: Path, says: list[Any], has: list[Any] = HAS) -> None:
        self._go = folder / "go"
        self._program = folder / "bin" / "breadknife"
        self.environment = {
            "BREADKNIFE_GO": str(self._go),
            "BREADKNIFE_SAYS": json.dumps(says),
            "BREADKNIFE_HAS": json.dumps(has),
        }

    def say(self, lines: int) -> None:
        """Let it say that many of its lines in all."""
        self._go.write_text("." * lines, "utf-8")

    def install(self) -> None:
        """Where the test has its scripted `breadknife`, give that the command `setup`."""
        program = self._program.read_text("utf-8")
        fake = f'[ "$1" = setup ] && exec {shlex.quote(sys.executable)} {shlex.quote(str(FAKE))} "$@"'
        self._program.write_text(program.replace("#!/bin/sh\n", f"#!/bin/sh\n{fake}\n"), "utf-8")


@pytest.fixture
def open_page(open_editor: Callable[..., Editor], tmp_path: Path) -> Callable[..., tuple[Editor, Scenario]]:
    """Opens a file and the page of a `breadknife` that says these things."""

    def start(*says: Any) -> tuple[Editor, Scenario]:
        scenario = Scenario(tmp_path, list(says))
        scenario.install()
        vim = open_editor("a.txt", "\n", environment=scenario.environment, columns=80, lines=24)
        vim.nvim.command("Breadknife setup")
        vim.wait_for("<Enter> begins, q closes")
        vim.wait_for(
            lambda: page(vim) == [" ✓ engine              on this machine", "   model:smollm2-135m  not here, 98 MB"]
        )
        return vim, scenario

    return start


def page(vim: Editor) -> list[str]:
    """The lines of the window in front, without those that say what will be done."""
    lines = vim.lines()
    return lines[lines.index("") + 1 :] if "" in lines else []


def test_each_part_shows_how_far_it_is(open_page: Callable[..., tuple[Editor, Scenario]]) -> None:
    vim, scenario = open_page(
        part("engine", "running", "compiling llama.cpp, about 5 minutes", 0.43),
        part("engine", "done", "the engine is ready", 1.0),
        part("model:qwen", "running", "fetching it from the hub", 0.5, total=491_000_000),
        part("languagetool", "running", "fetching LanguageTool from the package index that you use", 0.07),
        part("model:qwen", "skipped", "it was cancelled"),
        part("languagetool", "done", "LanguageTool is ready", 1.0),
        1,
    )
    vim.type("<CR>")
    scenario.say(1)
    vim.wait_for("… engine       ████░░░░░░  43 %  compiling llama.cpp, about 5 minutes")
    vim.wait_for("x stops it, q closes")
    scenario.say(4)
    vim.wait_for("… model:qwen    █████░░░░░  50 %  fetching it from the hub, 246 of 491 MB")
    vim.wait_for("… languagetool  ░░░░░░░░░░   7 %  fetching LanguageTool from the package i…")
    scenario.say(7)
    vim.wait_for("breadknife is ready. Open a file and type.")
    assert page(vim) == [
        " ✓ setup         ",
        " ✓ engine        the engine is ready",
        " – model:qwen    it was cancelled",
        " ✓ languagetool  LanguageTool is ready",
        "",
        "breadknife is ready. Open a file and type.",
    ]
    assert vim.mode() == "n"


def test_the_page_may_be_closed_meanwhile(open_page: Callable[..., tuple[Editor, Scenario]]) -> None:
    vim, scenario = open_page(part("engine", "running", "compiling", 0.1), part("engine", "done"))
    vim.type("<CR>")
    scenario.say(1)
    vim.wait_for("10 %")
    vim.type("q")
    vim.wait_for(lambda: not any("10 %" in row for row in vim.screen()))
    vim.nvim.command("Breadknife setup")
    vim.wait_for("10 %")
    vim.type("q")
    scenario.say(2)
    vim.wait_for("breadknife: breadknife is ready. Open a file and type.")
    assert vim.mode() == "n"


ENDS: dict[str, tuple[list[Any], list[str]]] = {
    "a part that fails": (
        [part("engine", "failed", "no C++ compiler: apt install g++"), part("model", "done"), 1],
        ["✗ engine       no C++ compiler: apt install g++", "Some of it failed. `:Breadknife setup` tries that again."],
    ),
    "a breadknife that breaks": (
        ["breadknife: the disk is full", 70],
        ["`breadknife` failed with exit code 70:", "breadknife: the disk is full"],
    ),
}


@pytest.mark.parametrize(("says", "expected"), ENDS.values(), ids=ENDS)
def test_what_fails_is_said_with_what_to_do(
    open_page: Callable[..., tuple[Editor, Scenario]], says: list[Any], expected: list[str]
) -> None:
    vim, scenario = open_page(*says)
    scenario.say(len(says))
    vim.type("<CR>")
    for line in expected:
        vim.wait_for(line)
    assert vim.mode() == "n"


def test_a_breadknife_that_has_no_guided_set_up_says_so_at_once(
    open_editor: Callable[..., Editor], tmp_path: Path
) -> None:
    scenario = Scenario(tmp_path, [], ["Usage: breadknife setup [OPTIONS] PART", "Error: No such option: --json", 2])
    scenario.install()
    vim = open_editor("a.txt", "\n", environment=scenario.environment, columns=80, lines=24)
    vim.nvim.command("Breadknife setup")
    vim.wait_for("This breadknife can't set itself up: update it the way you installed it,")
    vim.wait_for("`pipx upgrade breadknife`")
    assert vim.mode() == "n"


def test_it_can_be_stopped_and_begun_again(open_page: Callable[..., tuple[Editor, Scenario]]) -> None:
    vim, scenario = open_page(part("model", "running", "", 0.2), part("model", "done"))
    vim.type("<CR>")
    scenario.say(1)
    vim.wait_for("20 %")
    vim.type("x")
    vim.wait_for("Stopped. `:Breadknife setup` goes on where it was.")
    vim.type("q")
    vim.nvim.command("Breadknife setup")
    vim.wait_for("<Enter> begins")
    scenario.say(2)
    vim.type("<CR>")
    vim.wait_for("breadknife is ready.")


# --- without the program --------------------------------------------------------------------------------------------


@pytest.mark.shows("Neovim", "setup from nothing")
def test_from_nothing_to_a_suggestion(open_editor: Callable[..., Editor], tmp_path: Path) -> None:
    plugin = shutil.copytree(PLUGIN, tmp_path / "breadknife.nvim")  # not in a checkout, which has its own program
    without, program = without_breadknife(tmp_path, dict(os.environ))
    wheels = tmp_path / "wheels"
    make_wheel(wheels, "99", with_setup(program, FAKE))
    scenario = Scenario(tmp_path, [part("model", "done")])
    scenario.say(1)
    init = f'vim.opt.runtimepath:append("{plugin}") require("breadknife").setup({{ wheels = "{wheels}" }})'
    environment = scenario.environment | {"PATH": without["PATH"], "PIP_NO_INDEX": "1"}
    vim = open_editor("a.py", "\n", init=init, environment=environment, columns=80, lines=24)
    vim.wait_for(lambda: vim.messages() == "\nbreadknife isn't installed; `:Breadknife setup` does that.")
    assert vim.mode() == "n"

    vim.nvim.command("Breadknife setup")
    vim.wait_for("make a Python environment in ~/.local/share/nvim/breadknife/venv")
    venv = tmp_path / "home" / ".local" / "share" / "nvim" / "breadknife" / "venv"
    assert not venv.exists(), "it asks first"
    vim.type("<CR>")
    vim.wait_for("breadknife is ready. Open a file and type.")
    assert (venv / "pyvenv.cfg").exists()
    vim.type("q")
    vim.wait_for_server()
    vim.type("idef add(")
    vim.wait_for("def add(a, b): return a + b")


def test_without_python_it_says_what_to_install(open_editor: Callable[..., Editor], tmp_path: Path) -> None:
    plugin = shutil.copytree(PLUGIN, tmp_path / "breadknife.nvim")
    init = f'vim.opt.runtimepath:append("{plugin}") require("breadknife").setup() vim.env.PATH = "/no/such/folder"'
    vim = open_editor("a.txt", "\n", init=init, columns=80, lines=24)
    vim.nvim.command("Breadknife setup")
    vim.wait_for("breadknife needs Python 3.11 or newer")
    vim.wait_for("apt install python3-venv")
    assert vim.mode() == "n"


def test_a_program_that_the_configuration_names_is_not_replaced(open_editor: Callable[..., Editor]) -> None:
    more = 'require("breadknife").setup({ cmd = { "no-such-breadknife", "serve" } })'
    vim = open_editor("a.txt", "\n", more, columns=80, lines=24)
    vim.nvim.command("Breadknife setup")
    vim.wait_for("Your configuration starts breadknife as `no-such-breadknife`, which")
    vim.wait_for("→ Correct `cmd` there")
    assert vim.mode() == "n"

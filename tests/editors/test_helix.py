"""The configuration in `docs/editors/helix.md`, in the real Helix."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from editors.terminal import Terminal
from editors.workbench import MAYBE_NONE, chosen_fix, editor, fenced, project, scripted_breadknife

pytestmark = pytest.mark.editor

LANGUAGES, SHOWN_MESSAGES, SETTINGS, BESIDE = (fenced("editors/helix.md", "toml", index) for index in range(4))


def open_helix(
    folder: Path,
    name: str,
    text: str,
    *,
    says: dict[str, str] | None = None,
    languages: str | None = LANGUAGES,
    tools: Sequence[str] = (),
) -> tuple[Terminal, Path]:
    """Without `languages`, with what `breadknife setup` writes. `tools` are programs of this Python's environment."""
    program = editor("hx")
    editor("tmux")
    environment = scripted_breadknife(folder, says or {})
    configuration = Path(environment["XDG_CONFIG_HOME"]) / "helix"
    configuration.mkdir(parents=True)
    if languages is None:
        subprocess.run([folder / "bin" / "breadknife", "setup", "helix", "--write"], env=environment, check=True)
    else:
        (configuration / "languages.toml").write_text(languages, "utf-8")
    (configuration / "config.toml").write_text(SHOWN_MESSAGES, "utf-8")
    for tool in tools:
        (folder / "bin" / tool).symlink_to(Path(sys.executable).parent / tool)
    file = project(folder, name, text)
    return Terminal([program, file], environment | {"TERM": "tmux-256color"}, folder), file


def save(helix: Terminal) -> None:
    helix.press_until("Escape", " NOR ")  # a menu that opens meanwhile takes the first
    helix.type(":w")
    helix.press("Enter")


@pytest.mark.shows("Helix", "null findings", "null fixes")
def test_a_missing_check_is_shown_and_fixed(tmp_path: Path) -> None:
    helix, file = open_helix(tmp_path, "a.py", MAYBE_NONE)
    with helix:
        helix.wait_for("`m` may be None")
        helix.type("]d a")
        helix.wait_for("Raise ValueError")
        helix.press_until("Enter", "if m is")
        save(helix)
        helix.wait_for(lambda: "if m is" in file.read_text("utf-8"))
        helix.wait_for(lambda: chosen_fix(tmp_path).keys() == {"m"})


@pytest.mark.shows("Helix", "prose findings", "prose fixes")
def test_prose_is_shown_and_fixed(tmp_path: Path) -> None:
    helix, file = open_helix(tmp_path, "a.md", "This is an useful option.\n")
    with helix:
        helix.wait_for("●")
        helix.type("]d a")
        helix.wait_for("“an” → “a”")
        helix.press_until("Enter", "This is a useful option.")
        save(helix)
        helix.wait_for_file(file, "This is a useful option.\n")


@pytest.mark.shows("Helix", "completion in a menu")
def test_a_completion_is_accepted(tmp_path: Path) -> None:
    helix, file = open_helix(tmp_path, "a.py", MAYBE_NONE, says={"total = ": "1 + 2"})
    with helix:
        helix.wait_for("`m` may be None")  # so the server is there
        helix.type("geototal = ")
        helix.press_until("C-x", "1 + 2")  # on a busy machine the first may come too late to be shown
        helix.press("Tab", "Enter")
        helix.wait_for("total = 1 + 2")
        save(helix)
        helix.wait_for_file(file, MAYBE_NONE + "total = 1 + 2\n")


@pytest.mark.shows("Helix", "several lines")
def test_a_completion_of_several_lines_keeps_its_indentation(tmp_path: Path) -> None:
    says = {"def both():\n": "    one = 1\n    return one\n"}
    helix, file = open_helix(tmp_path, "a.py", MAYBE_NONE, says=says)
    with helix:
        helix.wait_for("`m` may be None")
        helix.type("geodef both():")
        helix.press("Enter")
        helix.press_until("C-x", "one = 1")
        helix.press("Tab", "Enter")
        helix.wait_for("return one")
        save(helix)
        helix.wait_for_file(file, MAYBE_NONE + "def both():\n    one = 1\n    return one\n")


@pytest.mark.shows("Helix", "settings of the server")
def test_settings_reach_the_server(tmp_path: Path) -> None:
    text = MAYBE_NONE + "# This is an useful option.\n"
    helix, _ = open_helix(tmp_path, "a.py", text, languages=LANGUAGES + SETTINGS)
    with helix:
        helix.wait_for("`m` may be None")
        helix.wait_for("● 1")  # one finding in the status line: the missing check, and no prose


@pytest.mark.shows("Helix", "settings written by `breadknife setup`")
def test_what_setup_writes_is_enough(tmp_path: Path) -> None:
    helix, _ = open_helix(tmp_path, "a.py", MAYBE_NONE, languages=None)
    with helix:
        helix.wait_for("`m` may be None")


def test_the_entry_for_helixs_own_languages(tmp_path: Path) -> None:
    """As after the pull request that release/README.md describes: users only name the server for a language."""
    entry = (Path(__file__).parents[2] / "release" / "helix" / "languages.toml").read_text("utf-8")
    named = '\n[[language]]\nname = "python"\nlanguage-servers = ["breadknife"]\n'
    helix, _ = open_helix(tmp_path, "a.py", MAYBE_NONE, languages=entry + named)
    with helix:
        helix.wait_for("`m` may be None")


def test_the_fix_at_the_cursor_comes_before_what_ruff_offers_for_the_file(tmp_path: Path) -> None:
    helix, _ = open_helix(tmp_path, "a.py", MAYBE_NONE + "import os\n", tools=["ruff"])
    with helix:
        helix.wait_for("`m` may be None")
        helix.wait_for("`os` imported but unused")
        helix.type("5Gghf(l a")
        helix.wait_for("Fix all auto-fixable problems")
        menu = helix.screen()
        assert menu.index("Raise ValueError") < menu.index("Fix all auto-fixable problems")


PYRIGHT = """
[language-server.pyright]
command = "pyright-langserver"
args = ["--stdio"]
"""


def test_beside_pyright_one_finding_shows_and_has_our_fixes(tmp_path: Path) -> None:
    languages = LANGUAGES.replace('"breadknife", "ruff"', '"breadknife", "pyright", "ruff"') + BESIDE + PYRIGHT
    text = "import re\n\nm = re.match('a', 'b')\nprint(m.group())\n"
    helix, file = open_helix(tmp_path, "a.py", text, languages=languages, tools=["pyright-langserver"])
    with helix:
        helix.wait_for('"group" is not a known')
        assert "may be None" not in helix.screen()
        helix.type("]d a")
        helix.wait_for("Raise ValueError")
        helix.press_until("Enter", "if m is")
        save(helix)
        helix.wait_for(lambda: "if m is" in file.read_text("utf-8"))

"""Whatever a file is called, no command prints more than its name: no line, no escape sequence, no command of a CI."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.text.printable import escaped, escaped_name
from cli.commands import breadknife, in_terminal
from project.folders import write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")

NAMES = (
    "i\n::stop-commands::x", "c\r::error::x", "::warning::x", " ::debug::x", "##[add-mask]x", "##vso[task]x",
    "e\x1b[2Jx", "b\x07\x08x", "d\x7fx", "n\x85x", "l\u2028x", "r\u202exyp", "m\u200fx", "i\u2066x", "s\udcff",
    "sub\n::group::x/a", 'q"\\x',
)  # fmt: skip
NULL = 'import shutil\nprint(shutil.which("a").y)\n'
FOLDER = "p\n::error::x\x1b[2J"
GITHUB = re.compile(r"::(error|warning|notice) file=")


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    """A folder with such a name, and such files with something wrong in them."""
    folder = tmp_path / FOLDER
    files = {f"{name}.py": NULL for name in NAMES} | {f"{name}.md": "This is an useful option.\n" for name in NAMES}
    settings = '[prose]\nlanguagetool = false\nmodel = false\n\n[nullcheck]\noracle = "off"\n'
    stale = "".join(f"Rule{at}\tabc\t{name}\x1b[2J\n" for at, name in enumerate(("::x", "##[x]")))
    return write(folder, {"breadknife.toml": settings, ".breadknife/ignores.txt": stale, **files})


def report() -> str:
    """As mypy prints it, but for what no line of its has."""
    names = (name for name in NAMES if not {"\n", "\udcff"} & {*name})
    return "".join(f'{name}.py:2: error: "None" has no attribute "y"  [union-attr]\n' for name in names)


COMMANDS: dict[str, tuple[str, ...]] = {
    "lint": ("lint", "."),
    "lint --format github": ("lint", "--format", "github", "."),
    "lint of what can't be read": ("lint", *(f"{name}.bin" for name in NAMES)),
    "lint of what isn't there": ("lint", f"no{FOLDER}"),
    "lint --stale-ignores": ("lint", "--stale-ignores", "."),
    "lint --only": ("lint", "--only", FOLDER, "."),
    "fix": ("fix", "."),
    "fix --list": ("fix", "--list", "."),
    "fix --from": ("fix", "--from", "-"),
    "fix --from what isn't there": ("fix", "--from", f"no{FOLDER}"),
    "fix --write": ("fix", "--from", "-", "--write"),
    "null": ("null", "triage", "."),
    "config show": ("config", "show", "--origin", f"{NAMES[0]}.py"),
    "config check": ("config", "check", "."),
    "doctor": ("doctor",),
    "status": ("status",),
    "trust": ("trust", "."),
    "why": ("why", f"{NAMES[0]}.py"),
    "models pull": ("models", "pull", FOLDER),
    "plugins check": ("plugins", "check", f"./{FOLDER}"),
    "serve": ("serve", f"--{FOLDER}"),
    "an option": ("lint", f"--{FOLDER}"),
    "an argument too many": ("doctor", FOLDER),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_is_no_more_than_a_name(project: Path, command: str) -> None:
    for name in NAMES:
        (project / f"{name}.bin").write_bytes(b"\0")
    done = breadknife(project, *COMMANDS[command], given=report())
    shown = done.stdout + done.stderr
    assert "\\" in shown or command in ("config check", "status", "an option"), shown  # a name is there, and escaped
    for line in re.split(r"\r\n|\r|\n", shown):  # as the runner of GitHub's actions does
        assert not line.lstrip().startswith("::") or ("github" in command and GITHUB.match(line)), shown
        assert re.search(r"##\w*\[", line) is None, shown
        assert [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")] == [], ascii(line)


def test_progress_and_what_a_terminal_shows(project: Path) -> None:
    done, stderr = in_terminal(project, "lint", ".")
    assert "::stop-commands" not in re.sub(r"\\n::stop-commands", "", done.stdout + stderr)
    assert "\x1b[2J" not in done.stdout + stderr
    assert "\\x1b[2Jx.py" in stderr


@pytest.mark.parametrize("setting", ['"\\u001b[2J\\n::x" = 1', 'languagetool = "\\u001b[2J\\n::x"', '"##[x]" = 1'])
def test_what_settings_say_is_no_more_than_text(project: Path, setting: str) -> None:
    (project / "breadknife.toml").write_text(f"[prose]\n{setting}\n")
    for command in (("lint", "."), ("config", "check"), ("config", "show"), ("doctor",)):
        done = breadknife(project, *command)
        shown = done.stdout + done.stderr
        assert "\x1b" not in shown
        assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
        assert "##[" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [text] (1): é, 漢字, ع, 👩\u200d💻", "plain [text] (1): é, 漢字, ع, 👩\u200d💻"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x00\x1b\x7f\x9b", r"\x00\x1b\x7f\x9b"),
        ("\u061c\u200e\u202e\u2069\ufeff\xad\u2029", r"\u061c\u200e\u202e\u2069\ufeff\xad\u2029"),
        ("\U000e0041", r"\U000e0041"),
        ("\udc80", r"\udc80"),
        ("std::vector", "std::vector"),
        ("::error::x", r":\x3aerror::x"),
        ("  ::error::x", r"  :\x3aerror::x"),
        ("a ##[error]x ##vso[x] ## [x]", r"a #\x23[error]x #\x23vso[x] ## [x]"),
    ],
)
def test_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert escaped(shown) == shown


@pytest.mark.parametrize("clean", [escaped, escaped_name])
def test_of_all_characters_nothing_but_what_shows_itself_is_left(clean: Callable[[str], str]) -> None:
    shown = clean("".join(map(chr, range(sys.maxunicode + 1))))
    left = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert left == {"\u200c", "\u200d"}


def test_a_name_has_no_command_anywhere() -> None:
    assert "::" not in escaped_name("::a::b:::c::::")

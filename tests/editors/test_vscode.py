"""The VS Code extension: its sources, in a real extension host, and its VSIX in the real window."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import breadknife
from editors.workbench import chosen_fix, editor, scripted_breadknife

TESTS = Path(__file__).parent / "vscode"
EXTENSION = Path(__file__).parents[2] / "clients" / "vscode"
SAYS = {
    "def both(first):\n": "    one = first + 1\n    two = first + 2\n    return one, two\n",
    "    total = ": "first + second",
}

Run = Callable[[str, Mapping[str, str]], None]


def test_the_extension_has_the_servers_version() -> None:
    manifest = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    assert manifest["version"] == lock["version"] == breadknife.__version__


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_the_documentation_names_only_settings_and_commands_that_exist() -> None:
    contributes = json.loads((EXTENSION / "package.json").read_text("utf-8"))["contributes"]
    settings = {key for block in contributes["configuration"] for key in block["properties"]}
    titles = {f"{command['category']}: {command['title']}" for command in contributes["commands"]}
    for page in (EXTENSION / "README.md", EXTENSION.parents[1] / "docs" / "editors" / "vscode.md"):
        text = page.read_text("utf-8")
        assert set(re.findall(r"breadknife\.(?!toml)[a-z.]+[a-z]", text)) <= settings, page
        assert set(re.findall(r"breadknife: [A-Z]\w*(?: \w+)*\??", text)) <= titles, page


@pytest.fixture(scope="session")
def npm() -> Callable[..., None]:
    """Runs npm in the extension's folder, its packages installed."""
    program = editor("npm")

    def run(*arguments: str) -> None:
        subprocess.run([program, *arguments], cwd=EXTENSION, check=True)

    if not (EXTENSION / "node_modules").is_dir():
        run("ci", "--ignore-scripts")
    return run


@pytest.fixture
def vscode(tmp_path: Path) -> Run:
    """Runs one of our Node programs on the real VS Code; `breadknife` on PATH is the scripted one."""
    node = editor("vscode-node")
    environment = scripted_breadknife(tmp_path, SAYS) | {
        "CODE_SERVER": str(node.resolve().parents[3]),
        "CHROMIUM": str(editor("chromium")),
        "OUT": str(tmp_path),
        "PYTHON": sys.executable,
    }

    def run(program: str, more: Mapping[str, str]) -> None:
        done = subprocess.run(
            [node, TESTS / program], env=environment | more, capture_output=True, text=True, timeout=280
        )
        print(done.stdout, f"logs and screenshots: {tmp_path}", sep="\n")
        assert done.returncode == 0, done.stderr[-2000:]
        assert "ok - " in done.stdout

    return run


@pytest.mark.editor
def test_types_and_style(npm: Callable[..., None]) -> None:
    npm("run", "check")


@pytest.mark.editor
def test_in_the_extension_host(npm: Callable[..., None], vscode: Run) -> None:
    npm("run", "build")
    vscode("exthost.mjs", {"EXTENSION": str(EXTENSION)})


@pytest.mark.editor
def test_in_the_window(npm: Callable[..., None], vscode: Run, tmp_path: Path) -> None:
    vsix = tmp_path / "breadknife.vsix"
    npm("run", "package", "--", "--out", str(vsix))
    vscode("window.mjs", {"VSIX": str(vsix)})
    assert chosen_fix(tmp_path).keys() == {"m"}
    shots = {path.stem for path in tmp_path.glob("*.png")}
    assert shots == {"nullCheck", "nullCheck-menu", "ghostText", "block", "prose", "prose-menu", "missingProgram"}

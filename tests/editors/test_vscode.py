"""The VS Code extension: its sources, in a real extension host, and its VSIX in the real window."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import breadknife
from editors.workbench import chosen_fix, editor, make_wheel, scripted_breadknife, with_setup, without_breadknife

TESTS = Path(__file__).parent / "vscode"
EXTENSION = Path(__file__).parents[2] / "clients" / "vscode"
BUNDLE_BYTES = 510_000
SAYS = {
    "def both(first):\n": "    one = first + 1\n    two = first + 2\n    return one, two\n",
    "    total = sum(numbers)\n    return ": "total / len(numbers)",
    "    total = ": "first + second",
}

Run = Callable[[str, Mapping[str, str]], None]
Npm = Callable[..., None]


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


def test_the_settings_are_those_of_the_schema() -> None:
    script = runpy.run_path(str(EXTENSION / "scripts" / "settings.py"))
    assert script["manifest"]() == (EXTENSION / "package.json").read_text("utf-8")


def test_titles_and_settings_are_short_enough_and_explained() -> None:
    contributes = json.loads((EXTENSION / "package.json").read_text("utf-8"))["contributes"]
    assert [each["title"] for each in contributes["commands"] if len(each["title"]) > 50] == []
    settings = {key: value for block in contributes["configuration"] for key, value in block["properties"].items()}
    assert [key for key, value in settings.items() if not (value.keys() & {"description", "markdownDescription"})] == []


@pytest.fixture(scope="session")
def npm() -> Npm:
    """Runs npm in the extension's folder, its packages installed."""
    program = editor("npm")

    def run(*arguments: str) -> None:
        subprocess.run([program, *arguments], cwd=EXTENSION, check=True)

    if not (EXTENSION / "node_modules").is_dir():
        run("ci", "--ignore-scripts")
    return run


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment in which `breadknife` on PATH is the scripted one."""
    return scripted_breadknife(tmp_path, SAYS)


@pytest.fixture
def empty_machine(tmp_path: Path, machine: dict[str, str]) -> dict[str, str]:
    """The environment of a machine that has no `breadknife`, but a folder with its wheel.

    Its `breadknife setup --json` takes a second for a model, and needs no network.
    """
    environment, program = without_breadknife(tmp_path, machine)
    make_wheel(tmp_path / "wheels", breadknife.__version__, with_setup(program, TESTS / "setting_up.py"))
    return environment | {"BREADKNIFE_WHEELS": str(tmp_path / "wheels")}


@pytest.fixture
def vscode(tmp_path: Path) -> Run:
    """Runs one of our Node programs on the real VS Code, in the environment of a machine."""
    node = editor("vscode-node")
    places = {
        "CODE_SERVER": str(node.resolve().parents[3]),
        "CHROMIUM": str(editor("chromium")),
        "OUT": str(tmp_path),
        "PYTHON": sys.executable,
    }

    def run(program: str, environment: Mapping[str, str]) -> None:
        results = tmp_path / "results.txt"
        with results.open("w", encoding="utf-8") as output:
            done = subprocess.run([node, TESTS / program], env={**environment, **places}, stdout=output, stderr=output)
        print(results.read_text("utf-8"), f"logs and screenshots: {tmp_path}", sep="\n")
        assert done.returncode == 0
        assert "ok - " in results.read_text("utf-8")

    return run


@pytest.mark.editor
def test_types_and_style(npm: Npm) -> None:
    npm("run", "check")


@pytest.mark.editor
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(
            "serving",
            marks=pytest.mark.shows(
                "VS Code",
                "fix all",
                "fixes for other tools' findings",
                "suggestions that grow",
                "a part accepted",
                "alternatives",
            ),
        ),
        pytest.param("running", marks=pytest.mark.shows("VS Code", "settings of the server")),
    ],
)
def test_in_the_extension_host(npm: Npm, vscode: Run, machine: dict[str, str], part: str) -> None:
    npm("run", "build")
    vscode("exthost.mjs", machine | {"EXTENSION": str(EXTENSION), "PART": part})


@pytest.fixture(scope="session")
def vsix(npm: Npm, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("vsix") / "breadknife.vsix"
    npm("run", "package", "--", "--out", str(path))
    return str(path)


@pytest.mark.editor
def test_the_bundle_is_small(vsix: str) -> None:
    with zipfile.ZipFile(vsix) as archive:
        bundles = [each for each in archive.infolist() if each.filename.startswith("extension/dist/")]
    assert {each.filename for each in bundles} == {"extension/dist/extension.js", "extension/dist/lsp/client.js"}
    assert sum(each.file_size for each in bundles) <= BUNDLE_BYTES


@pytest.mark.editor
def test_the_gallery_finds_every_picture(vsix: str) -> None:
    with zipfile.ZipFile(vsix) as archive:
        page = archive.read("extension/readme.md").decode()
    pictures = re.findall(r"!\[[^]]+\]\(https://[^)]*/raw/HEAD/([^)]+)\)", page)
    assert len(pictures) == page.count("![")
    assert [each for each in pictures if not (EXTENSION.parents[1] / each).is_file()] == []


@pytest.mark.editor
@pytest.mark.timeout(600)
@pytest.mark.shows(
    "VS Code",
    "null findings",
    "null fixes",
    "prose findings",
    "prose fixes",
    "ghost text",
    "several lines",
    "document actions",
)
def test_in_the_window(vscode: Run, machine: dict[str, str], vsix: str, tmp_path: Path) -> None:
    vscode("window.mjs", machine | {"VSIX": vsix})
    assert chosen_fix(tmp_path).keys() == {"m"}
    shots = {path.stem for path in tmp_path.glob("*.png")}
    assert shots == {
        "nullCheck",
        "nullCheck-menu",
        "ghostText",
        "block",
        "secondMenu",
        "prose",
        "prose-menu",
        "preview-menu",
        "preview",
        "find",
        "shelf",
        "answer",
        "recipes",
        "missingProgram",
    }


@pytest.mark.editor
@pytest.mark.timeout(600)
@pytest.mark.shows("VS Code", "setup from nothing", "models", "why there is nothing")
def test_the_first_run(vscode: Run, empty_machine: dict[str, str], vsix: str, tmp_path: Path) -> None:
    vscode("first_run.mjs", empty_machine | {"VSIX": vsix})
    said = (tmp_path / "results.txt").read_text("utf-8")
    assert "steps to the first squiggle: 1\n" in said
    assert "steps to the first completion: 2\n" in said

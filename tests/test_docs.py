"""The pages say what the code says. `UPDATE_DOCS=1 pytest tests/test_docs.py` writes what is made from the code."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breadknife.host.plugins.registry import discover
from breadknife.host.settings import Author, Layer, resolve
from breadknife.host.settings.resolve import EVERY_PLUGINS
from breadknife.host.settings.schema import json_schema
from breadknife.text.languages import LANGUAGES
from breadknife.text.languages.documents import FORMATS

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
_CELL = re.compile(r"(?<!\\)\|")
HEADING = "| setting | default | what it does |\n|---|---|---|\n"


def schema() -> dict[str, Any]:
    return json_schema(discover().settings_types)["properties"]


def settings_table() -> Iterator[str]:
    tables, plugins = schema(), discover().settings_types
    every: dict[str, Any] = next(tables[name]["properties"] for name in plugins)
    for name, about in tables.items():
        if name in ("models", "escalate"):
            yield row(f"{name}.ROLE", about)
        elif name == "engines":
            yield from (
                row(f"engines.NAME.{key}", each) for key, each in about["additionalProperties"]["properties"].items()
            )
        elif name in plugins or name == "engine":
            yield from (
                row(f"{name}.{key}", each) for key, each in about["properties"].items() if key not in EVERY_PLUGINS
            )
        else:
            yield row(name, about)
    yield from (row(f"PLUGIN.{key}", every[key]) for key in EVERY_PLUGINS)


def row(name: str, about: dict[str, Any]) -> str:
    default = f"`{json.dumps(about['default'])}`" if "default" in about else ""
    return f"| `{name}` | {default} | {about['description']} |"


def test_every_setting_is_documented() -> None:
    page = ROOT / "docs" / "settings.md"
    before, _, _ = page.read_text("utf-8").partition(HEADING)
    wanted = before + HEADING + "\n".join(settings_table()) + "\n"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(wanted, "utf-8")
    assert page.read_text("utf-8") == wanted


def test_clients_ask_for_every_language() -> None:
    """By one of its names: editors differ in them."""
    manifest = json.loads((ROOT / "clients" / "vscode" / "package.json").read_text("utf-8"))
    vscode = {each.removeprefix("onLanguage:") for each in manifest["activationEvents"]}
    lua = (ROOT / "clients" / "neovim" / "lsp" / "breadknife.lua").read_text("utf-8")
    filetypes = re.search(r"filetypes = \{(.*?)\}", lua, re.DOTALL)
    assert filetypes
    neovim = {*re.findall(r'"([^"]+)"', filetypes[1])} | {"csharp", "shellscript", "plaintext"}  # renamed there
    for known in (vscode, neovim):
        languages = {each.id: {each.id, *each.aliases} for each in (*LANGUAGES.values(), *FORMATS) if each.suffixes}
        assert [id for id, names in languages.items() if not names & known] == []


def test_the_settings_on_the_pages_are_right() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    snippets = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(snippets) > 2
    for snippet in snippets:
        layer = Layer("docs/settings.md", tomllib.loads(snippet), snippet, Author.USER)
        assert resolve([layer], discover().settings_types)[1] == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_pictures_are_small_and_fetch_nothing() -> None:
    pictures = [*(ROOT / "docs" / "pictures").glob("*.svg")]
    assert pictures
    for picture in pictures:
        text = picture.read_text("utf-8")
        assert len(text.encode()) <= 200_000
        assert re.findall(r"url\((?!#)|<image|href=", text) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_rows_of_a_table_have_as_many_cells_as_its_head(page: Path) -> None:
    """A `|` within code is the next cell's, too, without a backslash."""
    code = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
    for table in re.findall(r"(?:^\|.*\n)+", code.sub("", page.read_text("utf-8")), re.MULTILINE):
        head, *rows = table.splitlines()
        assert [row for row in rows if len(_CELL.findall(row)) != len(_CELL.findall(head))] == []


def test_files_that_architecture_names_exist() -> None:
    pages = [ROOT / "ARCHITECTURE.md", *(ROOT / "docs" / "architecture").glob("*.md")]
    text = "".join(page.read_text("utf-8") for page in pages)
    named = re.findall(r"`((?:tests|bench)/[\w/.]+\.py)`", text)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def commands() -> list[str]:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return sorted({line for line in lines if line.startswith("breadknife ")})


@pytest.mark.parametrize("command", commands())
def test_commands_on_the_pages_exist(command: str) -> None:
    words = [word for word in command.split() if not word.startswith("-")][1:]
    depth = 2 if words[0] in ("config", "models", "engine", "plugins", "null", "recipes", "shelf") else 1
    result = subprocess.run(
        [sys.executable, "-m", "breadknife", *words[:depth], "--help"], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    options = [word for word in command.split() if word.startswith("--")]
    assert [option for option in options if option not in result.stdout] == []


def test_the_package_imports_everywhere() -> None:
    """Every module can be imported alone: no cycles that depend on the order."""
    package = ROOT / "server"
    for path in sorted((package / "breadknife").rglob("*.py")):
        name = ".".join(path.relative_to(package).with_suffix("").parts)
        if not name.endswith("__main__") and "plugins.template" not in name:
            importlib.import_module(name.removesuffix(".__init__"))

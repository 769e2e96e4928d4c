"""The pages say what the code says. `UPDATE_DOCS=1 pytest tests/test_docs.py` writes what is made from the code."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from breadknife.host.registry import discover

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
HEADING = "| setting | default | what it does |\n|---|---|---|\n"


def settings_table() -> Iterator[str]:
    for plugin in discover().plugins:
        yield f"| `{plugin.name}.enabled` | `true` | Whether the plugin `{plugin.name}` is asked at all. |"
        documented = field_docstrings(plugin.settings)
        for field in fields(plugin.settings):
            default = json.dumps(field.default)
            yield f"| `{plugin.name}.{field.name}` | `{default}` | {documented[field.name]} |"


def field_docstrings(kind: type) -> dict[str, str]:
    """The string below each field of a class."""
    [body] = ast.parse(inspect.getsource(kind)).body
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[ast.unparse(field.target)] = " ".join(str(text.value.value).split())
    return found


def test_every_setting_is_documented() -> None:
    page = ROOT / "docs" / "settings.md"
    before, _, _ = page.read_text("utf-8").partition(HEADING)
    wanted = before + HEADING + "\n".join(settings_table()) + "\n"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(wanted, "utf-8")
    assert page.read_text("utf-8") == wanted


def test_vscode_contributes_settings_that_exist() -> None:
    manifest = json.loads((ROOT / "clients" / "vscode" / "package.json").read_text("utf-8"))
    [block] = [each for each in manifest["contributes"]["configuration"] if each.get("id") == "server"]
    table = "".join(settings_table())
    unknown = [key for key in block["properties"] if f"`{key.removeprefix('breadknife.')}`" not in table]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_files_that_architecture_names_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
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
    depth = 2 if words[0] == "models" else 1
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
        if not name.endswith("__main__"):
            importlib.import_module(name.removesuffix(".__init__"))

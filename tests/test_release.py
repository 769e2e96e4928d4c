"""The release workflow calls make's own targets, and the files for other registries agree with the package."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from breadknife import __version__
from breadknife.setup.editors import texts

ROOT = Path(__file__).parents[1]
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
LSPCONFIG = ROOT / "release" / "nvim-lspconfig" / "lsp" / "breadknife.lua"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "release" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


homebrew_formula = script("homebrew_formula")


def runs() -> list[str]:
    return [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]


def test_what_is_made_is_made_by_make() -> None:
    made = [target for run in runs() if run.startswith("make ") for target in run.split()[1:]]
    assert set(made) == {
        "dist-core", "dist-vscode", "dist-neovim", "dist-engine-sdist", "dist-engine-wheels", "try-dist",
    }  # fmt: skip
    assert set(made) <= TARGETS


@pytest.mark.parametrize("run", runs())
def test_nothing_is_built_or_installed_beside_it(run: str) -> None:
    assert not re.search(r"\b(?:pip|npm|npx|cibuildwheel|hatch|vsce|curl|wget)\b", run)


def test_only_publishing_may_write() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in WORKFLOW["jobs"].items() if "permissions" in job] == ["publish"]


def test_every_place_has_the_same_version() -> None:
    zed = tomllib.loads((ROOT / "clients" / "zed" / "extension.toml").read_text("utf-8"))
    crate = tomllib.loads((ROOT / "clients" / "zed" / "Cargo.toml").read_text("utf-8"))
    mason = yaml.safe_load((ROOT / "release" / "mason" / "package.yaml").read_text("utf-8"))
    assert zed["version"] == crate["package"]["version"] == __version__
    feature = json.loads((ROOT / "release/devcontainer/src/breadknife/devcontainer-feature.json").read_text("utf-8"))
    assert feature["version"] == __version__
    assert mason["source"]["id"] == f"pkg:pypi/breadknife@{__version__}"
    assert f"/v{__version__}/breadknife-{__version__}.tar.gz" in homebrew_formula.TEMPLATE.read_text("utf-8")


def test_masons_package_has_the_form_of_its_registry() -> None:
    """As `schemas/package.schema.json` there has it."""
    mason = yaml.safe_load((ROOT / "release" / "mason" / "package.yaml").read_text("utf-8"))
    assert mason.keys() == {
        "name", "description", "homepage", "licenses", "languages", "categories", "source", "bin", "neovim",
    }  # fmt: skip
    assert mason["homepage"].startswith("https://")
    assert set(mason["categories"]) <= {"Compiler", "DAP", "Formatter", "LSP", "Linter", "Runtime"}
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert mason["bin"] == {name: f"pypi:{name}" for name in scripts}
    assert mason["neovim"]["lspconfig"] == LSPCONFIG.stem


def test_the_configs_for_neovim_serve_the_same_languages() -> None:
    """nvim-lspconfig's is for those who don't use our plugin."""
    ours = (ROOT / "clients" / "neovim" / "lsp" / "breadknife.lua").read_text("utf-8")
    theirs = LSPCONFIG.read_text("utf-8")
    for name, quotes in (("filetypes", "[\"'](\\w+)[\"']"), ("root_markers", "[\"']([.\\w]+)[\"']")):
        one, other = (
            re.findall(quotes, text.partition(f"{name} = {{")[2].partition("}")[0]) for text in (ours, theirs)
        )
        assert one == other != []


def test_helixs_entry_is_the_server_that_setup_writes() -> None:
    entry = tomllib.loads((ROOT / "release" / "helix" / "languages.toml").read_text("utf-8"))
    written = tomllib.loads(texts.helix(["breadknife", "serve"]))
    assert entry["language-server"] == written["language-server"]


def test_homebrews_formula_has_the_sum_of_the_sdist(tmp_path: Path) -> None:
    sdist = tmp_path / f"breadknife-{__version__}.tar.gz"
    sdist.write_bytes(b"the sources")
    homebrew_formula.main(tmp_path)
    formula = (tmp_path / "breadknife.rb").read_text("utf-8")
    assert f'sha256 "{hashlib.sha256(b"the sources").hexdigest()}"' in formula
    later = homebrew_formula.filled(homebrew_formula.TEMPLATE.read_text("utf-8"), "2.5.0rc1", b"")
    assert "/releases/download/v2.5.0rc1/breadknife-2.5.0rc1.tar.gz" in later


def test_homebrews_formula_names_the_licences_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = re.search(r"license all_of: \[(.*)\]", homebrew_formula.TEMPLATE.read_text("utf-8"))
    assert named
    assert re.findall(r'"([^"]+)"', named[1]) == project["license"].split(" AND ")


def test_zeds_extension_may_run_what_it_runs() -> None:
    """Zed refuses programs whose arguments aren't among its capabilities."""
    manifest = tomllib.loads((ROOT / "clients" / "zed" / "extension.toml").read_text("utf-8"))
    allowed = [each["args"] for each in manifest["capabilities"] if each["kind"] == "process:exec"]
    assert allowed == [["-I", "-m", "venv", "--clear", "*"], ["-I", "-m", "pip", "install", "**"]]
    source = (ROOT / "clients" / "zed" / "src" / "environment.rs").read_text("utf-8")
    assert '"-I", "-m", "venv", "--clear", &self.folder' in " ".join(source.split())
    assert re.search(r'"-I",\s*"-m",\s*"pip",\s*"install"', source)


@pytest.mark.slow
def test_the_environment_of_zeds_extension(tmp_path: Path) -> None:
    """Its own unit tests: that file knows nothing of Zed."""
    if not (rustc := shutil.which("rustc")):
        assert not os.environ.get("CI"), "there is no rustc"
        pytest.skip("there is no rustc")
    source = ROOT / "clients" / "zed" / "src" / "environment.rs"
    subprocess.run([rustc, "--edition", "2021", "--test", source, "-o", tmp_path / "tests"], check=True)
    assert "test result: ok. 3 passed" in subprocess.run([tmp_path / "tests"], capture_output=True, text=True).stdout


def test_the_extension_is_made_of_a_checkout_alone() -> None:
    """No engine, no model and nothing else of ours is set up for it; a folder may have blanks in its name."""
    said = subprocess.run(
        # Under another make, GNU make names the folder that it enters: that line isn't a command.
        ["make", "--no-print-directory", "-n", "dist-vscode", "PYTHON=python3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "hatchling build" in said
    assert "npm run --silent package" in said
    assert not re.search(r"pip install[^\n]*-e |setup engine|engine_wheel|models pull", said)
    assert str(ROOT) not in said, "a path with blanks would need quotes"

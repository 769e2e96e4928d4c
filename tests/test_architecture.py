"""The arrows of ARCHITECTURE.md, read from the imports themselves."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import breadknife

PACKAGE = Path(breadknife.__file__).parent

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "cancel": {"errors"},
    "paths": set(),
    "offline": {"errors"},
    "text": {"errors", "cancel"},
    "project": {"cancel", "text"},
    "engine": {"errors", "cancel", "paths", "offline"},
    "openai": {"errors", "cancel", "engine"},
    "task": {"errors", "cancel", "engine", "text", "project"},
    "host": {"errors", "cancel", "paths", "engine", "text", "project", "task"},
    "plugins": {"errors", "cancel", "paths", "engine", "text", "project", "task"},
    "api": {"errors", "cancel", "engine", "text", "task"},
    "testing": {"engine", "text", "task", "host"},
    "lsp": {"errors", "cancel", "offline", "text", "task", "host"},
    "cli": {
        "errors", "cancel", "offline", "paths", "engine", "text", "project", "task", "host", "plugins", "lsp", "openai",
    },
}  # fmt: skip
"""Folder (or module) -> what it may import of breadknife, besides itself and the version."""

WITHIN: dict[str, dict[str, set[str]]] = {
    "lsp": {
        "boundary": set(),
        "client": set(),
        "lanes": set(),
        "convert": set(),
        "documents": {"convert"},
        "server": {"boundary", "client", "documents", "lanes"},
        "progress": {"server"},
        "warm_up": {"progress", "server"},
        "following": {"server"},
        "handed_out": {"server"},
        "features": {"convert", "following", "handed_out", "progress", "server"},
        "start": {"features", "following", "handed_out", "server", "warm_up"},
        "app": {"client", "server", "start"},
    },
    "plugins/prose": {
        "evidence": set(),
        "project": set(),
        "settings": set(),
        "documents": {"settings"},
        "engines": {"project"},
        "model": {"engines", "evidence", "project"},
    },
}
"""Of a folder with rooms of its own: room -> which others of that folder it may import. A room that isn't named is the
top, and may import all of them."""

CIRCLES = {
    "plugins/nullcheck/causes",
    "plugins/nullcheck/python/origins",
    "plugins/nullcheck/ecmascript/binding",
    "plugins/nullcheck/ecmascript/calls",
    "plugins/nullcheck/ecmascript/control",
    "plugins/nullcheck/ecmascript/expressions",
    "plugins/nullcheck/ecmascript/flow",
    "plugins/nullcheck/ecmascript/operators",
    "plugins/nullcheck/java/expressions",
    "plugins/nullcheck/java/operators",
    "plugins/nullcheck/go/expressions",
    "plugins/nullcheck/go/operators",
    "engine/amx",
    "engine/llama",
}
"""Modules that may still import each other; they go with the analysis that replaces them."""

OWNERS = {
    "pygls": ("lsp/",),
    "lsprotocol": ("lsp/",),
    "tree_sitter": ("text/",),
    "llama_cpp": ("engine/llama.py", "engine/grammar.py"),
    "harper": ("plugins/prose/",),
    "language_tool_python": ("plugins/prose/",),
    "huggingface_hub": ("engine/pull.py",),
    "httpx2": ("engine/remote_http.py",),
    "jinja2": ("engine/chat.py",),
    "starlette": ("openai/",),
    "uvicorn": ("cli/serve_openai.py",),
    "typer": ("cli/",),
}
"""Third-party package -> the only places that may import it."""


OTHERS = (PACKAGE / "cli" / "plugin_template", PACKAGE.parents[1] / "examples" / "plugins")
"""Plugins as anybody writes them."""


def imports(folder: Path = PACKAGE) -> Iterator[tuple[str, str]]:
    """Every (file below the folder, imported module), also those inside functions."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if folder not in OTHERS and path.is_relative_to(OTHERS[0]):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                assert node.level == 0, f"{name}: relative import"
                if node.module == "breadknife":
                    yield from ((name, f"breadknife.{alias.name}") for alias in node.names)
                else:
                    yield name, node.module


def test_arrows_point_one_way() -> None:
    wrong: list[str] = []
    for file, module in imports():
        if not module.startswith("breadknife.") or module == "breadknife.__version__":
            continue
        here = file.split("/")[0].removesuffix(".py")
        there = module.split(".")[1]
        if here in MAY_IMPORT and there != here and there not in MAY_IMPORT[here]:
            wrong.append(f"{file} imports {module}")
    assert wrong == []


def test_arrows_within_a_folder_point_one_way() -> None:
    wrong: list[str] = []
    for file, module in imports():
        for folder, rooms in WITHIN.items():
            package = f"breadknife.{folder.replace('/', '.')}."
            if not file.startswith(f"{folder}/") or not module.startswith(package):
                continue
            here = file.removeprefix(f"{folder}/").split("/")[0].removesuffix(".py")
            there = module.removeprefix(package).split(".")[0]
            if here in rooms and there != here and there not in rooms[here]:
                wrong.append(f"{file} imports {module}")
    assert wrong == []


def test_no_module_imports_itself_by_a_detour() -> None:
    modules = {path.relative_to(PACKAGE).as_posix().removesuffix(".py") for path in PACKAGE.rglob("*.py")}
    arrows: dict[str, set[str]] = {}
    for file, module in imports():
        there = module.removeprefix("breadknife.").replace(".", "/")
        if module.startswith("breadknife.") and there in modules:
            arrows.setdefault(file.removesuffix(".py"), set()).add(there)
    sorter = graphlib.TopologicalSorter(
        {here: {each for each in found if not {here, each} <= CIRCLES} for here, found in arrows.items()}
    )
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_libraries_stay_in_their_places() -> None:
    wrong = [
        f"{file} imports {module}"
        for file, module in imports()
        for package, places in OWNERS.items()
        if module.split(".")[0].startswith(package) and not file.startswith(places)
    ]
    assert wrong == []


def test_plugins_do_not_know_each_other() -> None:
    wrong = [
        f"{file} imports {module}"
        for file, module in imports()
        if file.startswith("plugins/") and file.count("/") > 1
        if module.startswith("breadknife.plugins.") and module.split(".")[2] != file.split("/")[1]
    ]
    assert wrong == []


def test_plugins_of_others_use_the_public_api_alone() -> None:
    used = {module for folder in OTHERS for _, module in imports(folder) if module.split(".")[0] == "breadknife"}
    assert used == {"breadknife.api", "breadknife.testing"}


def test_every_folder_has_its_arrows() -> None:
    folders = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert folders - {"py.typed"} == set(MAY_IMPORT)

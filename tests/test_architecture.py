"""The arrows of ARCHITECTURE.md, read from the imports themselves."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

import breadknife

PACKAGE = Path(breadknife.__file__).parent

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "lru": set(),
    "cancel": {"errors"},
    "disk": {"errors"},
    "paths": {"errors"},
    "children": {"paths"},
    "git": {"errors", "children"},
    "offline": {"errors"},
    "arrivals": {"paths"},
    "metering": {"errors"},
    "disk_cache": {"errors", "paths"},
    "text": {"errors", "lru", "cancel", "disk"},
    "project": {"errors", "lru", "cancel", "disk", "paths", "disk_cache", "text"},
    "engine": {"errors", "lru", "cancel", "children", "metering", "paths", "offline"},
    "openai": {"errors", "cancel", "engine"},
    "task": {"errors", "lru", "cancel", "engine", "text", "project"},
    "steps": {"errors", "cancel", "children", "disk", "engine", "text", "task"},
    "recipes": {"errors", "lru", "disk", "metering", "paths", "text", "task", "steps"},
    "host": {"errors", "lru", "cancel", "disk", "paths", "engine", "text", "project", "task"},
    "plugins": {
        "errors", "lru", "cancel", "children", "git", "disk", "paths", "arrivals", "disk_cache", "engine", "text",
        "project", "task", "steps", "recipes",
    },
    "api": {"errors", "cancel", "engine", "text", "task", "steps"},
    "testing": {"engine", "text", "task", "host"},
    "lsp": {"errors", "cancel", "offline", "arrivals", "paths", "text", "task", "host"},
    "setup": {"errors", "cancel", "children", "paths", "arrivals", "disk_cache", "engine", "text", "plugins"},
    "cli": {
        "errors", "cancel", "children", "git", "offline", "disk", "paths", "arrivals", "disk_cache", "engine", "text",
        "project", "task", "host", "plugins", "lsp", "openai", "setup", "steps", "recipes",
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
        "document_sync": {"server"},
        "edit_tracker": {"progress", "server"},
        "incomplete_progress": {"progress", "server"},
        "actions": {"convert", "edit_tracker", "server"},
        "offering": {"server"},
        "presenter": {"convert", "server"},
        "features": {"actions", "convert", "document_sync", "offering", "presenter", "progress", "server"},
        "start": {
            "actions",
            "document_sync",
            "edit_tracker",
            "features",
            "incomplete_progress",
            "offering",
            "presenter",
            "server",
            "warm_up",
        },
        "app": {"client", "server", "start"},
    },
    "cli": {
        "output": set(),
        "commands": {"output"},
        "files": {"output"},
        "assemble": {"output"},
        "formats": {"output"},
        "fix": {"assemble", "files", "output"},
        "cache": {"commands", "output"},
        "changes": set(),
        "baseline": set(),
        "lint": {"assemble", "baseline", "cache", "changes", "commands", "files", "formats", "output"},
        "recipes": {"assemble", "commands", "output"},
        "find": {"assemble", "output", "recipes"},
        "mcp": {"assemble", "commands", "find", "formats", "lint", "output", "recipes"},
        "shelf": {"assemble", "commands", "output", "recipes"},
        "models": {"commands", "output"},
        "setup": {"output"},
        "plugins": {"commands", "output"},
        "engine": {"commands", "output", "recipes"},
    },
    "host": {
        "receipts": set(),
        "plugins": set(),
        "answers": {"receipts"},
    },
    "engine": {
        "kinds": set(),
        "api": {"kinds"},
        "client": {"api", "connection", "crashes", "installed", "liveness", "models", "transport", "wire"},
        "routing": {"api", "remote"},
        "fim": {"api"},
        "models": {"api", "fim", "kinds"},
        "fit": {"api", "kinds", "machine", "models"},
        "gpu": {"api", "fit", "installed", "llama", "model"},
        "grammars": {"api", "model"},
        "llama": {"api", "grammars", "installed", "kinds", "machine", "model"},
        "remote": {"api", "fim"},
    },
    "plugins/shelf": {
        "values": set(),
        "reading": {"values"},
        "chunking": {"values"},
        "index": {"chunking", "reading", "values"},
        "evidence": {"chunking", "values"},
    },
    "plugins/drift": {
        "values": set(),
        "facts": {"values"},
        "claims": {"values"},
        "history": {"claims", "facts", "values"},
    },
    "plugins/nullcheck": {
        "knowledge": set(),
        "core": {"knowledge", "values", "wording"},
        "formats": {"values"},
    },
    "plugins/prose": {
        "evidence": set(),
        "project": set(),
        "settings": set(),
        "documents": {"settings"},
        "engines": {"evidence", "project"},
        "model": {"engines", "evidence", "project"},
    },
}
"""Of a folder with rooms of its own: room -> which others of that folder it may import. A room that isn't named is the
top, and may import all of them."""

LAYERS: dict[str, tuple[str, ...]] = {
    "cli": ("baseline cache changes fix formats models plugins recipes setup", "engine lint shelf", "mcp"),
    "engine": ("grammars models remote", "fit llama", "gpu", "daemon"),
    "host": ("answers plugins settings", "report"),
    "lsp": ("boundary", "features"),
    "plugins": ("completion documents drift find nullcheck prose recipes shelf",),
    "plugins/completion": ("filters next_edit",),
    "plugins/documents": ("fixing recipes", "steps"),
    "plugins/drift": ("claims", "history"),
    "plugins/nullcheck": ("core formats knowledge", "queries verify", "repairs shown", "languages", "menu", "project"),
    "plugins/nullcheck/languages": ("ecmascript go java python",),
    "plugins/nullcheck/repairs": ("ecmascript go java python",),
    "plugins/prose": ("documents evidence project", "engines", "model", "paragraphs"),
    "plugins/shelf": ("chunking reading recipes", "evidence index"),
    "setup": ("editors", "uninstall"),
    "text": ("languages", "extract"),
    "text/extract": ("comments", "markdown"),
}
"""Folder -> the layers of its subfolders, lowest first. A subfolder imports only from layers below its own."""

LEADS_BACK = set[tuple[str, str]]()
"""(File, module that it imports): the arrows inside a folder that still lead back, for their owners to remove."""

OWNERS = {
    "pygls": ("lsp/",),
    "lsprotocol": ("lsp/",),
    "tree_sitter": ("text/",),
    "llama_cpp": ("engine/llama/", "engine/grammars/constraint.py"),
    "llguidance": ("engine/grammars/",),
    "harper": ("plugins/prose/",),
    "language_tool_python": ("plugins/prose/", "setup/"),
    "huggingface_hub": ("engine/models/pull.py",),
    "httpx2": ("engine/remote/http.py",),
    "jinja2": ("metering.py", "recipes/expressions.py"),
    "pathspec": ("text/patterns.py", "project/ignoring.py"),
    "re2": ("text/patterns.py",),
    "pypdfium2": ("steps/pdf.py", "steps/pdf_picture.py"),
    "rapidocr": ("steps/ocr.py",),
    "markdown_it": ("plugins/shelf/reading/plain.py",),
    "starlette": ("openai/", "cli/engine/http.py"),
    "mcp": ("cli/mcp/run.py", "cli/mcp/server.py"),
    "uvicorn": ("cli/engine/serve_openai.py", "cli/engine/http.py"),
    "ray": ("cli/lint/cluster.py",),
    "h11": ("cli/engine/http.py",),
    "typer": ("cli/",),
}
"""Third-party package -> the only places that may import it."""


OTHERS = (PACKAGE / "cli" / "plugins" / "template", PACKAGE.parents[1] / "examples" / "plugins")
"""Plugins as anybody writes them."""


SUBFOLDERS: dict[str, set[str]] = {
    folder.relative_to(PACKAGE).as_posix(): {path.name for path in folder.iterdir() if any(path.glob("*.py"))}
    for folder in sorted(PACKAGE.rglob("*"))
    if any(folder.glob("*.py")) and not folder.is_relative_to(OTHERS[0])
}
"""Each folder with modules -> its subfolders with modules."""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(folder: Path = PACKAGE) -> Sequence[tuple[str, str]]:
    """Every (file below the folder, imported module), also those inside functions."""
    found: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if folder not in OTHERS and path.is_relative_to(OTHERS[0]):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                found += [(name, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                assert node.level == 0, f"{name}: relative import"
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                found += [(name, module) for module in sorted({n if is_module(n) else node.module for n in names})]
    return found


def is_module(name: str) -> bool:
    """Whether `breadknife.a.b` is a file or folder of ours."""
    path = PACKAGE.parent / name.replace(".", "/")
    return name == "breadknife.__version__" or path.is_dir() or path.with_suffix(".py").is_file()


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
    sorter = graphlib.TopologicalSorter(arrows)
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("folder", SUBFOLDERS)
def test_no_arrow_leads_back_inside_a_folder(folder: str) -> None:
    """A folder's modules and subfolders, each subfolder as a whole, import one way."""
    arrows: dict[str, set[str]] = {}
    for importer, imported, _ in arrows_inside(folder):
        arrows.setdefault(importer, set()).add(imported)
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("folder", [folder for folder, names in SUBFOLDERS.items() if len(names) > 1])
def test_subfolders_are_layers(folder: str) -> None:
    level = {name: number for number, layer in enumerate(LAYERS[folder]) for name in layer.split()}
    assert set(level) == SUBFOLDERS[folder]
    wrong = [
        f"{file} imports {module}"
        for importer, imported, (file, module) in arrows_inside(folder)
        if importer in level and imported in level and level[importer] <= level[imported]
    ]
    assert wrong == []


def test_no_arrow_that_leads_back_is_left_over() -> None:
    assert set(imports()) >= LEADS_BACK


def arrows_inside(folder: str) -> Iterator[tuple[str, str, tuple[str, str]]]:
    """The imports between a folder's modules and subfolders: the one that imports, the imported one, and the (file,
    module) that it is. Those of `LEADS_BACK` are left out."""
    for file, module in imports():
        names = file.removesuffix(".py"), module.removeprefix("breadknife.").replace(".", "/")
        if all(f"{name}/".startswith(f"{folder}/") for name in names):
            importer, imported = (name.removeprefix(folder).split("/")[1:2] or ["__init__"] for name in names)
            if importer != imported and (file, module) not in LEADS_BACK:
                yield importer[0], imported[0], (file, module)


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

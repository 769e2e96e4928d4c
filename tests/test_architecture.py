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


OPENERS = {
    "open", "fdopen", "read_text", "read_bytes", "write_text", "write_bytes", "copyfile", "copyfileobj", "copy2",
    "copytree", "move", "mmap", "ZipFile", "walk", "fwalk", "rglob", "getline", "getlines", "fromfile",
}  # fmt: skip
"""Names of functions and methods that open files, or go through folders within folders."""
NOT_OF_A_DISK = {
    "archive", "ast", "documents", "language", "of", "project_files", "self.documents", "self._files", "spoken",
}  # fmt: skip
"""Whose methods have such names and do something else: a document is opened, a tree is walked."""

OWN_FILES = {
    "__main__.py": "the null device, in place of a stream that is closed",
    "cli/lint/worker.py": "its own stdout",
    "cli/plugins/creating.py": "a template of this package",
    "cli/recipes/testing.py": "a test's own files, in a temporary folder",
    "cli/recipes/writing.py": "a template of this package",
    "cli/engine/serve_openai.py": "the token file that the user names on the command line",
    "disk/": "the one way",
    "engine/": "its settings, models, caches and marks; no file of a workspace gets there",
    "host/plugins/pauses.py": "state of our own",
    "host/trust.py": "configuration of our own",
    "disk_cache.py": "state of our own, and this package's own files",
    "lsp/boundary/faults.py": "the log that the user names on the command line",
    "paths.py": "files of our own, and the one way of writing",
    "plugins/completion/next_edit/predicting.py": "a table of this package",
    "plugins/drift/kinds.py": "a list of this package",
    "plugins/nullcheck/core/knowledge.py": "a list of this package",
    "plugins/documents/tables.py": "lists of this package",
    "plugins/prose/engines/jvm/": "LanguageTool's installed files, a list of ours, and a temporary folder",
    "plugins/nullcheck/repairs/diagnostics.py": "lists of this package",
    "plugins/nullcheck/repairs/grammar.py": "lists of this package",
    "plugins/nullcheck/repairs/merging.py": "a list of this package",
    "plugins/nullcheck/repairs/words.py": "a list of this package",
    "plugins/nullcheck/core/confidence.py": "weights of this package",
    "plugins/nullcheck/menu/titles.py": "a list of this package",
    "plugins/nullcheck/formats/reading.py": "a list of this package",
    "plugins/nullcheck/verify/oracle/tools.py": "a list of this package",
    "plugins/nullcheck/project/checkers.py": "a list of this package",
    "plugins/prose/documents/terms.py": "a list of this package",
    "plugins/prose/engines/rules.py": "lists of this package",
    "plugins/prose/evidence/": "lists of this package",
    "plugins/prose/language.py": "a list of this package",
    "plugins/prose/model/thresholds.py": "a list of this package",
    "plugins/prose/project/misspellings.py": "a list of this package",
    "plugins/prose/project/respelling.py": "weights of this package",
    "plugins/prose/project/word_counts.py": "lists of this package",
    "plugins/find/": "a list of this package",
    "plugins/shelf/evidence/": "lists of this package, and a database in memory",
    "plugins/shelf/index/database.py": "the indexes, which are files of our own",
    "plugins/shelf/index/shelves.py": "a list of this package",
    "plugins/shelf/reading/archives.py": "archives in memory",
    "steps/builtin/tables.py": "lists of this package",
    "steps/channel.py": "its own streams",
    "setup/": "what is fetched, compiled and installed for the user",
}
"""File or folder -> why it opens files in another way than `breadknife.disk`: never one of a workspace."""

OTHER_FOLDERS = {
    "cli/plugins/creating.py": "a project of the user's",
    "cli/recipes/testing.py": "a test's own folder, in a temporary one",
    "paths.py": "the one way",
}
"""File -> why it makes folders or locks in another way than `breadknife.paths`, which closes ours to other users."""

WITHOUT_ROOT = {
    "plugins/nullcheck/project/reported.py": "a report that the user names on the command line",
    "cli/plugins/checking.py": "the manifest of a plugin that the user names on the command line",
    "host/settings/layers.py": "the user's own settings, or a workspace's: of a link that leads out nothing is trusted",
    "plugins/nullcheck/verify/oracle/values.py": "a source file that is open in the checker",
    "plugins/prose/project/workspace.py": "the user's own dictionary, which may be a link",
    "project/committers.py": "git's folder of a worktree lies elsewhere",
    "project/files.py": "an environment's packages are often links",
    "project/ignoring.py": "the user's own ignore files, and git's folder of a worktree, lie elsewhere",
    "text/document.py": "a document that the user names or has open",
}
"""File -> why it reads a regular file without saying which folder that must be in."""


STARTERS = {
    "asyncio": {"create_subprocess_exec", "create_subprocess_shell"},
    "concurrent.futures": {"ProcessPoolExecutor"},
    "multiprocessing": {"Pool", "Process", "context", "get_context", "managers", "process"},
    "os": {
        "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe", "fork", "forkpty", "popen", "posix_spawn",
        "posix_spawnp", "spawnl", "spawnle", "spawnv", "spawnve", "spawnvp", "startfile", "system",
    },
    "pty": {"fork", "spawn"},
    "shutil": {"which"},
    "subprocess": {"call", "check_call", "check_output", "getoutput", "getstatusoutput", "run"},
    "webbrowser": {"get", "open"},
}  # fmt: skip
"""Module -> what in it starts a program, or looks for one. (Of `Popen`, a type too, only calls count.)"""
MAY_START = {
    "children.py": "the one way",
    "plugins/prose/engines/jvm/guard.py": "runs with Python's library alone",
}
OWN_PATTERNS = {
    "engine/models/chat.py": "characters of our own",
    "plugins/completion/": "names of the code, escaped, and a list of its own",
    "plugins/documents/": "lists of this package, and words, escaped",
    "plugins/nullcheck/": "lists of this package, and names of the code, escaped or nothing but word characters",
    "plugins/prose/evidence/": "lists of its own",
    "plugins/prose/language.py": "sets of letters in a list of its own",
    "plugins/prose/model/likelihood.py": "a list of its own",
    "plugins/shelf/evidence/asked.py": "a list of this package",
    "project/ignoring.py": "git's patterns, rewritten: their time grows with the square of a path's length at most",
    "project/secrets/": "lists of its own",
    "setup/uninstall/places.py": "names of our own files, escaped",
    "setup/engine_source.py": "changes of ours to files of the release that is pinned",
    "steps/builtin/diagnostics.py": "a list of this package",
    "steps/builtin/guard/": "a list of this package, and words, escaped",
    "text/extract/": "lists of its own",
    "text/tokens.py": "what is known of each language",
}
"""File or folder -> where a pattern of `re` comes from that isn't written at its place: never from a recipe, a setting,
a file of a workspace or another program. Those go through `text/patterns.py`, or what they say is escaped."""


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


def test_files_are_opened_in_one_way() -> None:
    wrong = [
        f"{file}:{call.lineno}: {ast.unparse(call)[:80]}"
        for file, call in calls()
        if not file.startswith(tuple(OWN_FILES)) and opens(call)
    ]
    assert wrong == []


def test_files_of_a_workspace_are_read_inside_their_folder() -> None:
    without = {
        file
        for file, call in calls()
        if (ast.unparse(call.func) == "read_regular" and len(call.args) < 3) or ast.unparse(call.func) == "read_end"
        if not file.startswith("disk/")
    }
    may_be_none = {"plugins/prose/project/workspace.py", "project/files.py", "project/ignoring.py"}
    assert without | may_be_none == set(WITHOUT_ROOT)


def test_programs_are_started_in_one_way() -> None:
    """By `breadknife.children`, so that no file of the current folder runs, whoever put it there."""
    wrong: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if path.is_relative_to(OTHERS[0]) or file in MAY_START:
            continue
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Attribute(value=ast.Name(id=module), attr=name) if name in STARTERS.get(module, ()):
                    wrong.append(f"{file}:{node.lineno}: {module}.{name}")
                case ast.ImportFrom(module=str(module), names=names):
                    starters = STARTERS.get(module, set())
                    wrong += [f"{file}:{node.lineno}: {module}.{a.name}" for a in names if a.name in starters]
                case ast.Call(func=ast.Attribute(attr="Popen") | ast.Name(id="Popen")):
                    wrong.append(f"{file}:{node.lineno}: Popen()")
                case _:
                    pass
    assert wrong == []


def test_our_folders_and_locks_are_made_in_one_way() -> None:
    makers = {"mkdir", "makedirs", "FileLock"}
    makes = {file for file, call in calls() if ast.unparse(call.func).rpartition(".")[2] in makers}
    assert makes == set(OTHER_FOLDERS)


def test_no_exception_is_left_over() -> None:
    files = {file for file, call in calls() if opens(call)}
    assert [place for place in OWN_FILES if not any(file.startswith(place) for file in files)] == []


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every (file, call in it) of the package, without the template of a plugin."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if not path.is_relative_to(OTHERS[0]):
            found = ast.walk(parsed(path))
            yield from ((path.relative_to(PACKAGE).as_posix(), node) for node in found if isinstance(node, ast.Call))


def opens(call: ast.Call) -> bool:
    """Whether a call opens a file, by its name."""
    match call.func:
        case ast.Name(id=name):
            return name in OPENERS - {"read_text", "walk"}  # functions of our own
        case ast.Attribute(value=value, attr=name):
            owner = ast.unparse(value)
            return (name in OPENERS and owner not in NOT_OF_A_DISK) or (owner, name) == ("sqlite3", "connect")
        case _:
            return False


def test_patterns_of_others_run_in_linear_time() -> None:
    """What isn't written in the code may be anybody's, and `re` may take years for it, with the interpreter's lock."""
    wrong = [
        f"{file}:{call.lineno}: {ast.unparse(call)[:80]}"
        for file, call in calls()
        if not file.startswith(tuple(OWN_PATTERNS)) and takes_pattern(call)
    ]
    assert wrong == []


def test_no_place_of_own_patterns_is_left_over() -> None:
    files = {file for file, call in calls() if takes_pattern(call)}
    assert [place for place in OWN_PATTERNS if not any(file.startswith(place) for file in files)] == []


def takes_pattern(call: ast.Call) -> bool:
    """Whether a call gives `re` or `fnmatch` a pattern that isn't written at its place or in a constant."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[pattern, *_]):
            return name != "escape" and not is_written(pattern)
        case ast.Call(func=ast.Name(id="map"), args=[ast.Attribute(value=ast.Name(id="re"), attr=name), *_]):
            return name != "escape"
        case ast.Call(func=ast.Name(id="fnmatch" | "fnmatchcase")):
            return True
        case _:
            return False


def is_written(node: ast.expr) -> bool:
    """Whether an expression is made of literals and constants alone."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper()
        case ast.BinOp(left=left, right=right):
            return is_written(left) and is_written(right)
        case ast.JoinedStr(values=values):
            return all(is_written(each.value if isinstance(each, ast.FormattedValue) else each) for each in values)
        case _:
            return False


def test_every_folder_has_its_arrows() -> None:
    folders = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert folders - {"py.typed"} == set(MAY_IMPORT)

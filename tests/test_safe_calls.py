"""What our own code calls: files are opened, programs started, and patterns of others matched in one safe way each."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from test_architecture import OTHERS, PACKAGE, parsed

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

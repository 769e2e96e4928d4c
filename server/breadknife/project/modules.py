"""Finds the project's own files that an import may mean, by the rules of its language. Paths are as in `index`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from posixpath import basename, commonpath, dirname, join, normpath, splitext
from typing import Any, Protocol, cast

from breadknife.project.workspaces import entries
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import Import

FOUND = 8
"""The most files that one import may mean."""
_RELATED = (
    frozenset({"typescript", "typescriptreact", "javascript", "javascriptreact"}),
    frozenset({"c", "cpp"}),
    frozenset({"java", "kotlin"}),
)
"""Languages that can import from each other."""


class ModuleFiles(Protocol):
    """The files of the project, see `FileIndex` for what the methods return."""

    def __contains__(self, file: str, /) -> bool: ...

    def ending(self, tail: str, /) -> Sequence[str]: ...

    def has_folder(self, folder: str, /) -> bool: ...

    def inside(self, folder: str, /) -> Sequence[str]: ...

    def folders_ending(self, tail: str, /) -> Sequence[str]: ...

    def linked(self, folder: str, /) -> str | None:
        """Return the folder that a link leads to; None if `folder` is no link, or leads to what may not be read."""
        ...

    def read(self, file: str, /) -> str | None:
        """Return the text of a file, also of one that isn't code: `tsconfig.json`, `go.mod`; None if there is none."""
        ...


def resolve(imported: Import, here: str, language: str, root: str, files: ModuleFiles) -> Sequence[str]:
    """Return the files that an import may mean, likeliest first. `here` is the importing file, `language` its language
    and `root` the project's folder."""
    rule = _RULES.get(LANGUAGES[language].id) if language in LANGUAGES else None
    if rule is None:
        return ()
    names = tuple(name for name, _ in imported.names if name != "*")
    meant = dict.fromkeys(rule(imported.module.strip("<>\"' "), names, here, root, files))
    meant.pop(here, None)
    return tuple(meant)[:FOUND]


def related(language: str) -> frozenset[str]:
    """Return the languages that this one can import from, itself included."""
    id = LANGUAGES[language].id if language in LANGUAGES else language
    return next((languages for languages in _RELATED if id in languages), frozenset({id}))


def last_names(imported: Import, here: str) -> Iterator[str]:
    """Yield names of files and folders, without suffixes. A file that the import means has one of them in `names_of`.
    `here` is the importing file."""
    parts = re.findall(r"[^./\\:<>\"'\s]+", imported.module)
    if parts and splitext(imported.module)[1] in _SCRIPTS:
        parts.pop()
    if parts:
        yield parts[-1]
    else:  # `from .. import x`, `'../..'`
        folder = dirname(here)
        for _ in range(imported.module.count("..") if "/" in imported.module else len(imported.module) - 1):
            folder = dirname(folder)
        yield basename(folder)
    yield from (name for name, _ in imported.names)


def names_of(file: str) -> tuple[str, ...]:
    """Return the last names that an import of the file may have: its own and, where a folder is imported, the
    folder's."""
    return (splitext(basename(file))[0].partition(".")[0], basename(dirname(file)))


def _python(module: str, names: tuple[str, ...], here: str, root: str, files: ModuleFiles) -> Iterator[str]:
    def of(base: str) -> Iterator[str]:
        modules, ends = [base], [".py", ".pyi"]
        if files.has_folder(base):  # for most of what isn't the project's that spares the other questions
            modules, ends = [*(join(base, name) for name in names), base], [".py", "/__init__.py", ".pyi"]
        yield from _present([f"{m}{end}" for m in modules for end in ends], files)

    dots = len(module) - len(module.lstrip("."))
    path = module[dots:].replace(".", "/")
    if dots:
        base = dirname(here)
        for _ in range(dots - 1):
            base = dirname(base)
        yield from of(join(base, path) if path else base)
        return
    for folder in _upwards(here, root):
        if f"{folder}/__init__.py" not in files:  # inside a package nothing is imported from
            yield from of(join(folder, path))
            if files.has_folder(source := join(folder, "src")):
                yield from of(join(source, path))
    if "/" in path:  # a package elsewhere in the project; a single name could as well be of the standard library
        tails = [f"{path}/{name}" for name in names] + [path]
        yield from _elsewhere([f"{tail}{end}" for tail in tails for end in (".py", "/__init__.py")], here, files)


_STRING_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*+(?:"|\Z))|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)', re.DOTALL)
"""The last of them may lack its end: else each beginning would be looked at up to the text's end."""
_SCRIPTS = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs")


def _ecmascript(module: str, names: tuple[str, ...], here: str, root: str, files: ModuleFiles) -> Iterator[str]:
    if module.startswith("."):
        bases = [normpath(join(dirname(here), module))]
    else:
        bases = [*_mapped(module, here, root, files), *entries(module, tuple(_upwards(here, root)), files)]
    for base in bases:
        stem, end = splitext(base)  # TypeScript imports `./a.js` where the file is `a.ts`
        yield from _present(
            [base, *(stem + each for each in _SCRIPTS if end in (".js", ".mjs", ".cjs", ".jsx"))], files
        )
        yield from _present([base + each for each in _SCRIPTS], files)
        yield from _present([f"{base}/index{each}" for each in _SCRIPTS], files)


def _mapped(module: str, here: str, root: str, files: ModuleFiles) -> Iterator[str]:
    """Yield what `paths` and `baseUrl` of the nearest tsconfig.json make of a module."""
    for folder in _upwards(here, root):
        for name in ("tsconfig.json", "jsconfig.json"):
            text = files.read(f"{folder}/{name}")
            if text is None:
                continue
            options = _compiler_options(text)
            base = options.get("baseUrl")
            start = join(folder, base) if isinstance(base, str) else folder
            paths = options.get("paths")
            for pattern, targets in cast("dict[str, Any]", paths if isinstance(paths, dict) else {}).items():
                before, star, after = pattern.partition("*")
                fits = module.startswith(before) and module.endswith(after) and (star or module == pattern)
                if fits and isinstance(targets, list):
                    middle = module[len(before) : len(module) - len(after)]
                    for target in cast("list[object]", targets):
                        yield normpath(join(start, str(target).replace("*", middle)))
            if isinstance(base, str):
                yield normpath(join(start, module))
            return


def _compiler_options(text: str) -> dict[str, Any]:
    """Return the options out of JSON with comments and trailing commas; empty for what isn't that."""
    plain = _STRING_OR_COMMENT.sub(lambda found: found[1] or "", text)
    try:
        whole = json.loads(re.sub(r",(\s*[}\]])", r"\1", plain))
    except (ValueError, RecursionError):
        return {}
    options = cast("dict[str, Any]", whole).get("compilerOptions") if isinstance(whole, dict) else None
    return cast("dict[str, Any]", options) if isinstance(options, dict) else {}


def _go(module: str, names: tuple[str, ...], here: str, root: str, files: ModuleFiles) -> Iterator[str]:
    for folder in _upwards(here, root):
        declared = re.search(r"^module\s+\"?([^\s\"]+)", files.read(f"{folder}/go.mod") or "", re.MULTILINE)
        if declared and (module == declared[1] or module.startswith(declared[1] + "/")):
            package = normpath(folder + "/" + module[len(declared[1]) :])
            yield from (each for each in files.inside(package) if each.endswith(".go") and "_test.go" not in each)


def _rust(module: str, names: tuple[str, ...], here: str, root: str, files: ModuleFiles) -> Iterator[str]:
    parts = [part for part in module.split("::") if part]
    own = dirname(here) if basename(here) in ("mod.rs", "lib.rs", "main.rs") else splitext(here)[0]
    crate = next((each for each in _upwards(here, root) if f"{each}/lib.rs" in files or f"{each}/main.rs" in files), "")
    match parts:
        case ["crate", *rest]:
            base = crate
        case ["self" | "super", *_]:
            base, rest = own, parts
            while rest and rest[0] in ("self", "super"):
                base = dirname(base) if rest[0] == "super" else base
                rest = rest[1:]
        case _:
            base, rest = own, parts
            # a crate of the same workspace
            tails = [f"{name}/src" for name in {parts[0], parts[0].replace("_", "-")}] if parts else []
            for source in (each for tail in tails for each in files.folders_ending(tail)):
                yield from _rust_module(source, [*parts[1:], *names[:1]], files)
    yield from _rust_module(base, [*rest, *names[:1]], files)


def _rust_module(base: str, parts: list[str], files: ModuleFiles) -> Iterator[str]:
    """Yield the longest beginning of the path that is a file: what follows is in it."""
    for length in range(len(parts), -1, -1):
        path = join(base, *parts[:length])
        ends = [f"{path}.rs", f"{path}/mod.rs"] if length else [f"{base}/lib.rs", f"{base}.rs", f"{base}/mod.rs"]
        if found := [each for each in ends if each in files]:
            yield from found
            return


def _by_package(separator: str, ends: tuple[str, ...], exact: bool = False) -> Callable[..., Iterator[str]]:
    """Return the rule of languages whose packages are folders: the file of the name, else all of the folder. Where the
    folders needn't be `exact`, a package may have more names before theirs."""

    def rule(module: str, names: tuple[str, ...], here: str, root: str, files: ModuleFiles) -> Iterator[str]:
        parts = [part for part in module.split(separator) if part not in ("", "*")]
        if names and parts[-1:] != [names[0]]:
            parts.append(names[0])
        for start in range(1 if exact else len(parts)):
            found: list[str] = []
            for tail in dict.fromkeys(("/".join(parts[start:]), "/".join(parts[start : len(parts) - 1]))):
                if not tail:
                    continue
                found += _elsewhere([f"{tail}{end}" for end in ends], here, files)
                for folder in _nearest(files.folders_ending(tail), here):
                    found += [each for each in files.inside(folder) if each.endswith(ends)]
                if found:
                    yield from found
                    return

    return rule


def _included(ends: tuple[str, ...], separator: str = "") -> Callable[..., Iterator[str]]:
    """Return the rule of languages that name a file: beside this one, or else anywhere in the project."""

    def rule(module: str, names: tuple[str, ...], here: str, root: str, files: ModuleFiles) -> Iterator[str]:
        path = module.replace(separator, "/") if separator else module
        tails = [path + end for end in ends]
        yield from _present([normpath(join(dirname(here), tail)) for tail in tails], files)
        yield from _elsewhere([normpath(tail) for tail in tails], here, files)

    return rule


def _php(module: str, names: tuple[str, ...], here: str, root: str, files: ModuleFiles) -> Iterator[str]:
    habit = _included(("",)) if module.endswith(".php") else _by_package("\\", (".php",))
    yield from habit(module, names, here, root, files)


_RULES: Mapping[str, Callable[[str, tuple[str, ...], str, str, ModuleFiles], Iterator[str]]] = {
    "python": _python,
    **dict.fromkeys(("typescript", "typescriptreact", "javascript", "javascriptreact"), _ecmascript),
    "go": _go,
    "rust": _rust,
    **dict.fromkeys(("java", "kotlin"), _by_package(".", (".java", ".kt"), exact=True)),
    "csharp": _by_package(".", (".cs",)),
    "php": _php,
    **dict.fromkeys(("c", "cpp"), _included(("",))),
    "ruby": _included((".rb", "")),
    "lua": _included((".lua", "/init.lua"), "."),
    "shellscript": _included(("",)),
    "css": _included(("", ".css")),
}
"""By LSP language id."""


def _upwards(here: str, root: str) -> Iterator[str]:
    """Yield the folders from the file's own to the root."""
    folder, above = dirname(here), dirname(dirname(here))
    while folder not in (root, above):
        yield folder
        folder, above = above, dirname(above)
    yield folder


def _present(candidates: Sequence[str], files: ModuleFiles) -> Iterator[str]:
    return (each for each in candidates if each in files)


def _elsewhere(tails: Sequence[str], here: str, files: ModuleFiles) -> Iterator[str]:
    for tail in tails:
        yield from _nearest(files.ending(tail), here)


def _nearest(paths: Sequence[str], here: str) -> list[str]:
    """Return the paths, those that share most folders with `here` first."""
    return sorted(paths, key=lambda path: (-len(commonpath((path, here))), path.count("/"), path))

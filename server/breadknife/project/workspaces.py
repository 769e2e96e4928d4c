"""Finds the files that an import of one of a JavaScript project's own packages means.

npm, pnpm and Yarn link such packages in `node_modules`, and `workspaces` of a package.json names their folders.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from posixpath import basename, join, normpath
from typing import Any, Protocol, cast

_ENTRIES = ("source", "types", "typings", "module", "main")
"""Fields of a package.json that name the file which is imported. The field `exports` goes before all of them."""
_CONDITIONS = (
    "source",
    "types",
    "typescript",
    "development",
    "import",
    "module",
    "node",
    "browser",
    "default",
    "require",
)
"""Conditions of `exports`, in the order of preference: source files before what is built of them."""
_DEEPEST = 5
"""The most conditions within each other."""
_BUILT = ("dist/", "lib/", "build/", "out/")
"""Folders in which compilers put what they make of `src/`."""


class LinkedFiles(Protocol):
    """Access to the project's files, see `modules.ModuleFiles`."""

    def linked(self, folder: str, /) -> str | None: ...

    def read(self, file: str, /) -> str | None: ...


def entries(module: str, folders: tuple[str, ...], files: LinkedFiles) -> Iterator[str]:
    """Yield the paths of the files that an import of `module` may mean, perhaps without their suffixes; none if it is
    no package of the project. `folders` are those from the importing file's own up to the root. Paths that lead out of
    the root are left out."""
    parts = module.split("/")
    length = 2 if module.startswith("@") else 1
    package, rest = "/".join(parts[:length]), "/".join(parts[length:])
    if not all(parts) or len(parts) < length:
        return
    for folder in _package_folders(package, folders, files):
        manifest = _json(files.read(f"{folder}/package.json"))
        if manifest.get("name") == package:
            for entry in dict.fromkeys(_entries(manifest, rest)):
                yield from _within(folders, join(folder, entry))
            return


def _package_folders(package: str, folders: tuple[str, ...], files: LinkedFiles) -> Iterator[str]:
    """Yield the folders that may have the package: those that links lead to, then those that `workspaces` name."""
    for folder in folders:
        if (linked := files.linked(f"{folder}/node_modules/{package}")) is not None:
            yield linked
    for folder in folders:
        workspaces = _json(files.read(f"{folder}/package.json")).get("workspaces")
        if isinstance(workspaces, dict):
            workspaces = cast("dict[str, Any]", workspaces).get("packages")
        for pattern in cast("list[object]", workspaces) if isinstance(workspaces, list) else []:
            # `packages/*`: a package is nearly always in a folder of its own name.
            relative = str(pattern).replace("**", "*").replace("*", basename(package))
            yield from _within(folders, join(folder, relative))


def _within(folders: tuple[str, ...], path: str) -> Iterator[str]:
    """Yield the normalized path if it is below the last of the folders, the root."""
    path = normpath(path)
    if f"{path}/".startswith(f"{folders[-1].rstrip('/')}/"):
        yield path


def _entries(manifest: Mapping[str, Any], rest: str) -> Iterator[str]:
    """Yield the files that an import may mean, relative to the package's folder. `manifest` is its package.json, and
    `rest` what follows the package's name in the import; empty if nothing does."""
    exports = manifest.get("exports")
    by_subpath = cast("dict[str, Any]", exports) if isinstance(exports, dict) else {}
    if any(name.startswith(".") for name in by_subpath):
        exported = list(_files(by_subpath.get(f"./{rest}" if rest else ".")))
    else:  # a single file, or conditions, for an import of the package itself
        exported = list(_files(manifest.get("exports"))) if not rest else []
    if not rest:
        exported += [str(manifest[field]) for field in _ENTRIES if isinstance(manifest.get(field), str)]
    yield from exported
    for file in exported:  # it may not be built yet, or not be readable: then what it is built from counts
        relative = file.removeprefix("./")
        built = next((folder for folder in _BUILT if relative.startswith(folder)), None)
        if built is not None:
            yield "src/" + relative.removeprefix(built).removesuffix(".d.ts").removesuffix(".d.mts")
    yield rest or "index"


def _files(target: object, depth: int = 0) -> Iterator[str]:
    """Yield the files of a target in `exports`: a path, or an object of conditions with a target for each. `depth` is
    the number of objects around it."""
    if isinstance(target, str):
        yield target
    elif isinstance(target, dict) and depth < _DEEPEST:
        for condition in _CONDITIONS:
            yield from _files(cast("dict[str, Any]", target).get(condition), depth + 1)


def _json(text: str | None) -> Mapping[str, Any]:
    """Return the object that a text in JSON has; empty if there is no text, or it is something else."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}

"""The packages that a JavaScript project has in its own folder, by the names that they are imported by: npm, pnpm and
Yarn link them in `node_modules`, and `workspaces` of a package.json names their folders."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from posixpath import basename, join, normpath
from typing import Any, Protocol, cast

_ENTRIES = ("source", "types", "typings", "module", "main")
"""Fields of a package.json that name the file which is imported; what `exports` says goes before all."""
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
_DEEPEST = 5
_BUILT = ("dist/", "lib/", "build/", "out/")
"""Folders in which compilers put what they make of `src/`."""


class PackageFiles(Protocol):
    def linked(self, folder: str, /) -> str | None: ...

    def read(self, file: str, /) -> str | None: ...


def entries(module: str, folders: tuple[str, ...], files: PackageFiles) -> Iterator[str]:
    """Yield the files that an import of one of these packages may mean, perhaps without their ends; `folders` are those
    from the file's own to the root. What leads out of that isn't looked at."""
    parts = module.split("/")
    length = 2 if module.startswith("@") else 1
    package, rest = "/".join(parts[:length]), "/".join(parts[length:])
    if not all(parts) or len(parts) < length:
        return
    for folder in _places(package, folders, files):
        described = _json(files.read(f"{folder}/package.json"))
        if described.get("name") == package:
            for entry in dict.fromkeys(_entries(described, rest)):
                yield from _within(folders, join(folder, entry))
            return


def _places(package: str, folders: tuple[str, ...], files: PackageFiles) -> Iterator[str]:
    for folder in folders:
        if (linked := files.linked(f"{folder}/node_modules/{package}")) is not None:
            yield linked
    for folder in folders:
        said = _json(files.read(f"{folder}/package.json")).get("workspaces")
        if isinstance(said, dict):
            said = cast("dict[str, Any]", said).get("packages")
        for pattern in cast("list[object]", said) if isinstance(said, list) else []:
            place = str(pattern).replace("**", "*").replace("*", basename(package))
            yield from _within(folders, join(folder, place))


def _within(folders: tuple[str, ...], path: str) -> Iterator[str]:
    path = normpath(path)
    if f"{path}/".startswith(f"{folders[-1].rstrip('/')}/"):
        yield path


def _entries(described: Mapping[str, Any], rest: str) -> Iterator[str]:
    exports = described.get("exports")
    ways = cast("dict[str, Any]", exports) if isinstance(exports, dict) else {}
    key = f"./{rest}" if rest else "."
    if any(name.startswith(".") for name in ways):
        said = list(_files(ways.get(key)))
    else:
        said = list(_files(described.get("exports"))) if not rest else []
    if not rest:
        said += [str(described[field]) for field in _ENTRIES if isinstance(described.get(field), str)]
    yield from said
    for each in said:  # what isn't built, or may not be read, is what it is built from
        plain = each.removeprefix("./")
        built = next((folder for folder in _BUILT if plain.startswith(folder)), None)
        if built is not None:
            yield "src/" + plain.removeprefix(built).removesuffix(".d.ts").removesuffix(".d.mts")
    yield rest or "index"


def _files(said: object, depth: int = 0) -> Iterator[str]:
    """Yield the files that conditions lead to."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict) and depth < _DEEPEST:
        for condition in _CONDITIONS:
            yield from _files(cast("dict[str, Any]", said).get(condition), depth + 1)


def _json(text: str | None) -> Mapping[str, Any]:
    """Return the object that a JSON text holds; empty for what isn't an object."""
    try:
        whole = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", whole) if isinstance(whole, dict) else {}

"""Models and roles that installed packages bring: data, read without importing anything of a package.

An entry point in the group `breadknife.models` names a package that holds a `models.toml`, in the format of ours. What
it says is added to ours, and is pulled, checked by SHA-256 and chosen in the settings as ours is. No package can take
the name of a model or role that breadknife, or a package before it in the alphabet, has.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

import msgspec

from breadknife.engine.models.info import Catalog, ModelInfo, builtin_catalog, read_catalog

log = logging.getLogger("breadknife.engine")
GROUP = "breadknife.models"
FILE = "models.toml"
MAX_BYTES = 1 << 20
_Stamp = tuple[int, int]
"""When a file or folder was changed, and its size."""
_File = tuple[Path | None, _Stamp, str]
"""A package's file, and what is wrong."""
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_MODEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@dataclass(frozen=True)
class PackageModels:
    """What all packages bring, and what is wrong with it."""

    catalog: Catalog = field(default_factory=Catalog)
    owners: dict[str, str] = field(default_factory=dict[str, str])
    """Model's name -> the package that it came with."""
    problems: tuple[str, ...] = ()
    """Sentences; what they are about is left out."""


def package_models() -> PackageModels:
    """Read those of the packages that are installed now. Looks at the disk again only where that has changed."""
    files = [(whose, *_file(entry)) for whose, entry in _entries(_stamp(sys.path))]
    return _declared(tuple(files))


def read_packages(whose: str, packages: Iterable[tuple[str, Sequence[Path]]]) -> PackageModels:
    """Read those of packages that needn't be installed: each with the folders that its outermost one may be."""
    return _declared(tuple((whose, *_found(package, folders)) for package, folders in packages))


@lru_cache(maxsize=1)
def _entries(stamp: object) -> tuple[tuple[str, EntryPoint], ...]:
    """Return the entries, each with the name of its distribution."""
    entries = [(entry.dist.name if entry.dist else entry.name, entry) for entry in entry_points(group=GROUP)]
    return tuple(sorted(entries, key=lambda entry: (entry[0], entry[1].name)))


def _stamp(folders: Sequence[str]) -> tuple[_Stamp, ...]:
    """Another one where something was installed or removed."""
    return tuple(_changed(Path(folder)) for folder in folders)


def _changed(path: Path) -> _Stamp:
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


def _file(entry: EntryPoint) -> _File:
    top, *_ = entry.module.split(".")
    try:
        spec = find_spec(top)  # of a package within another one it would import the outer one
    except (ImportError, ValueError, AttributeError) as error:
        return None, (0, 0), f"{entry.value}: {error}"
    places = spec.submodule_search_locations if spec else None
    return _found(entry.module, [Path(folder) for folder in places or ()])


def _found(package: str, folders: Sequence[Path]) -> _File:
    below = package.split(".")[1:]
    for folder in folders:
        file = folder.joinpath(*below, FILE)
        if file.is_file():
            return file, _changed(file), ""
    return None, (0, 0), f"there is no {FILE} in the package {package}"


@dataclass
class _PackageModelsBuilder:
    """What is added to ours, package by package."""

    models: dict[str, ModelInfo] = field(default_factory=dict[str, ModelInfo])
    roles: dict[str, str] = field(default_factory=dict[str, str])
    owners: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[str] = field(default_factory=list[str])

    def add(self, whose: str, read: Catalog) -> None:
        ours = builtin_catalog()
        names = {model.name for model in ours.models}
        for model in read.models:
            if why := _refuse_model(model, names | self.models.keys()):
                self.problems.append(f"the model {model.name!r} of {whose} is left out: {why}")
            else:
                self.models[model.name], self.owners[model.name] = model, whose
        for role, name in read.roles.items():
            if why := _refuse_role(role, name, ours.roles.keys() | self.roles.keys(), names | self.models.keys()):
                self.problems.append(f"the role {role!r} of {whose} is left out: {why}")
            else:
                self.roles[role] = name


def _refuse_model(model: ModelInfo, taken: Iterable[str]) -> str:
    """Return why a package's model is left out; empty if it isn't."""
    if not _MODEL.fullmatch(model.name):
        return "its name should have small letters, digits and . _ - alone"
    if model.name in taken:
        return "there is a model of that name already"
    return "`path` is for files of the user's own" if model.path else ""


def _refuse_role(role: str, name: str, taken: Iterable[str], models: Iterable[str]) -> str:
    if not _ROLE.fullmatch(role):
        return "its name should have small letters, digits, _ and - alone"
    if role in taken:
        return "there is a role of that name already"
    return "" if name in models else f"there is no model {name!r}"


@lru_cache(maxsize=4)
def _declared(files: tuple[tuple[str, Path | None, _Stamp, str], ...]) -> PackageModels:
    builder = _PackageModelsBuilder()
    for whose, file, _, wrong in files:
        try:
            if file is None:
                raise OSError(wrong)
            if file.stat().st_size > MAX_BYTES:
                raise OSError(f"{file} has more than {MAX_BYTES >> 20} MB")
            builder.add(whose, read_catalog(file))
        except (OSError, UnicodeDecodeError) as error:
            builder.problems.append(f"the models of {whose} are left out: {error}")
        except msgspec.MsgspecError as error:
            builder.problems.append(f"the models of {whose} are left out: {file}: {error}")
    for problem in builder.problems:
        log.warning("%s", problem)
    catalog = Catalog(tuple(builder.models.values()), builder.roles)
    return PackageModels(catalog, builder.owners, tuple(builder.problems))

"""Models and roles that installed packages declare: data, read without importing anything of a package.

An entry point in the group `breadknife.models` names a package that holds a `models.toml`, in the format of our own
`catalog.toml`. Its models are pulled, checked by SHA-256 and chosen in the settings as ours are. A package can't take
the name of a model or role that breadknife has, or a package whose name comes before its own in the alphabet.
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
"""The largest `models.toml` that is read."""
_Stamp = tuple[int, int]
"""When a file or folder was changed, in nanoseconds, and its size in bytes; zeros if it isn't there."""
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_MODEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@dataclass(frozen=True)
class PackageModels:
    """The models and roles of all packages, and what is wrong with their files."""

    catalog: Catalog = field(default_factory=Catalog)
    owners: dict[str, str] = field(default_factory=dict[str, str])
    """Model's name -> the distribution that brings it."""
    problems: tuple[str, ...] = ()
    """Sentences about models, roles and files, which are left out."""


@dataclass(frozen=True)
class _PackageFile:
    """A package's `models.toml`."""

    distribution: str
    path: Path | None
    stamp: _Stamp = (0, 0)
    problem: str = ""
    """If there is no path, why."""


def package_models() -> PackageModels:
    """Return the models of the packages that are installed now. Reads only what has changed since the last call."""
    entries = _entries(tuple(_stamp(Path(folder)) for folder in sys.path))
    return _read(tuple(_file_of_entry(distribution, entry) for distribution, entry in entries))


def read_packages(distribution: str, packages: Iterable[tuple[str, Sequence[Path]]]) -> PackageModels:
    """Return the models of packages of a distribution that needn't be installed. Each package comes with the folders
    that may be its top-level package."""
    return _read(tuple(_find_file(distribution, package, folders) for package, folders in packages))


@lru_cache(maxsize=1)
def _entries(stamps: tuple[_Stamp, ...]) -> tuple[tuple[str, EntryPoint], ...]:
    """Return the entry points in order, each after its distribution's name. `stamps` are those of `sys.path`: they
    change if something is installed or removed."""
    entries = [(entry.dist.name if entry.dist else entry.name, entry) for entry in entry_points(group=GROUP)]
    return tuple(sorted(entries, key=lambda entry: (entry[0], entry[1].name)))


def _stamp(path: Path) -> _Stamp:
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)


def _file_of_entry(distribution: str, entry: EntryPoint) -> _PackageFile:
    top, *_ = entry.module.split(".")
    try:
        spec = find_spec(top)  # for a package within another one it would import the outer one
    except (ImportError, ValueError, AttributeError) as error:
        return _PackageFile(distribution, None, problem=f"{entry.value}: {error}")
    folders = spec.submodule_search_locations if spec else None
    return _find_file(distribution, entry.module, [Path(folder) for folder in folders or ()])


def _find_file(distribution: str, package: str, folders: Sequence[Path]) -> _PackageFile:
    """Find a package's file; `folders` are those of its top-level package."""
    _, *subpackages = package.split(".")
    for folder in folders:
        path = folder.joinpath(*subpackages, FILE)
        if path.is_file():
            return _PackageFile(distribution, path, _stamp(path))
    return _PackageFile(distribution, None, problem=f"there is no {FILE} in the package {package}")


@dataclass
class _PackageModelsBuilder:
    """Collects the models and roles, package by package."""

    models: dict[str, ModelInfo] = field(default_factory=dict[str, ModelInfo])
    roles: dict[str, str] = field(default_factory=dict[str, str])
    owners: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[str] = field(default_factory=list[str])

    def add(self, distribution: str, catalog: Catalog) -> None:
        """Add a package's models and roles, or for each that can't be added a problem."""
        ours = builtin_catalog()
        names = {model.name for model in ours.models}
        for model in catalog.models:
            if why := _refuse_model(model, names | self.models.keys()):
                self.problems.append(f"the model {model.name!r} of {distribution} is left out: {why}")
            else:
                self.models[model.name], self.owners[model.name] = model, distribution
        for role, name in catalog.roles.items():
            if why := _refuse_role(role, name, ours.roles.keys() | self.roles.keys(), names | self.models.keys()):
                self.problems.append(f"the role {role!r} of {distribution} is left out: {why}")
            else:
                self.roles[role] = name


def _refuse_model(model: ModelInfo, taken: Iterable[str]) -> str:
    """Return why a package's model is left out; empty if it isn't."""
    if not _MODEL.fullmatch(model.name):
        return "its name should have small letters, digits and . _ - alone"
    if model.name in taken:
        return "there is a model of that name already"
    if not model.sha256:
        return "it needs a `sha256`"
    return "`path` is for files of the user's own" if model.path else ""


def _refuse_role(role: str, name: str, taken: Iterable[str], models: Iterable[str]) -> str:
    """Return why a package's role, for the model `name`, is left out; empty if it isn't."""
    if not _ROLE.fullmatch(role):
        return "its name should have small letters, digits, _ and - alone"
    if role in taken:
        return "there is a role of that name already"
    return "" if name in models else f"there is no model {name!r}"


@lru_cache(maxsize=4)
def _read(files: tuple[_PackageFile, ...]) -> PackageModels:
    """Read the files of packages; what is wrong with them is logged, too."""
    builder = _PackageModelsBuilder()
    for file in files:
        try:
            if file.path is None:
                raise OSError(file.problem)
            if file.path.stat().st_size > MAX_BYTES:
                raise OSError(f"{file.path} has more than {MAX_BYTES >> 20} MB")
            builder.add(file.distribution, read_catalog(file.path))
        except (OSError, UnicodeDecodeError) as error:
            builder.problems.append(f"the models of {file.distribution} are left out: {error}")
        except msgspec.MsgspecError as error:
            builder.problems.append(f"the models of {file.distribution} are left out: {file.path}: {error}")
    for problem in builder.problems:
        log.warning("%s", problem)
    catalog = Catalog(tuple(builder.models.values()), builder.roles)
    return PackageModels(catalog, builder.owners, tuple(builder.problems))

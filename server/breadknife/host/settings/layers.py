"""The sources of settings: files, the editor, the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from breadknife.disk.reading import read_regular
from breadknife.errors import LeftOut, SettingsError
from breadknife.host import trust
from breadknife.paths import config_dir
from breadknife.text.toml import KeyPath, KeyPlace, key_places, nearest_place, parse_toml

WORKSPACE_FILE = "breadknife.toml"
PYPROJECT = "pyproject.toml"
_IN_PYPROJECT = ("tool", "breadknife")
_LONGEST = 1 << 20
"""The largest settings file in bytes."""


class Author(Enum):
    USER = "user"
    """Their own file or command line."""
    EDITOR = "editor"
    """The user's settings of the editor, or a workspace's that the editor sends as its own: not all do ask."""
    WORKSPACE = "workspace"
    """Files that came with a checkout."""


@dataclass(frozen=True)
class Layer:
    """One source of settings, as nested tables. `origin` is for people: a file's path, or `the editor`."""

    origin: str
    values: Mapping[str, Any]
    source: str = ""
    """The TOML text, to find the line of a key."""
    author: Author = Author.EDITOR
    trusted: bool = False
    """True if the user trusts the folder that it is for."""
    inside: tuple[str, ...] = ()
    """The table of `source` that `values` are."""

    @cached_property
    def _places(self) -> dict[KeyPath, KeyPlace]:
        return key_places(self.source)

    def where(self, *path: str | int) -> str:
        """Return the place of a key: `FILE:LINE`, or the origin of what isn't a file."""
        place = nearest_place(self._places, (*self.inside, *path)) if self.source else None
        return f"{self.origin}:{place.line}" if place else self.origin


def settings_files(root: Path | None) -> list[Path]:
    """Return every file that the settings of a workspace folder depend on, whether it is there or not."""
    own = [config_dir() / "config.toml", config_dir() / "models.toml", trust.trust_file()]
    return own if root is None else [*own, root / WORKSPACE_FILE, root / PYPROJECT]


def file_layers(root: Path | None, *, trusted: bool | None = None) -> tuple[list[Layer], list[SettingsError]]:
    """Return the user's and the workspace's files, and what is wrong with them.

    `trusted` is what the editor says of the folder; without it, what the user has told `breadknife trust`.
    """
    layers: list[Layer] = []
    problems: list[SettingsError] = []
    try:
        layers.append(load_file(config_dir() / "config.toml"))
    except SettingsError as error:
        problems.append(error)
    if root is not None:
        try:
            layers += _workspace_layers(root, trusted, problems)
        except SettingsError as error:
            problems.append(error)
    return layers, problems


def load_file(path: Path, author: Author = Author.USER, *, trusted: bool = False) -> Layer:
    """Return a TOML file as a layer, empty when there is no such file. Raises SettingsError when it isn't TOML."""
    source = _read(path)
    return Layer(str(path), _parsed(path, source), source, author, trusted)


def _workspace_layers(root: Path, trusted: bool | None, problems: list[SettingsError]) -> Sequence[Layer]:
    own, project = root / WORKSPACE_FILE, root / PYPROJECT
    found: Layer | None = None
    if os.path.exists(own):  # which is False, and no error, in a folder that may not be entered
        found = load_file(own, Author.WORKSPACE, trusted=_is_trusted(own, trusted, problems))
    source = _read(project) if os.path.isfile(project) else ""
    # A pyproject.toml that says nothing of breadknife is none of our business, broken or not.
    if not re.search(r"\bbreadknife\b", source):
        return [found] if found else []
    tool = _parsed(project, source).get("tool", {})
    table: object = cast("Mapping[str, Any]", tool).get("breadknife") if isinstance(tool, Mapping) else None
    if table is None:
        return [found] if found else []
    layer = Layer(str(project), {}, source, Author.WORKSPACE, inside=_IN_PYPROJECT)
    if not isinstance(table, Mapping):
        raise SettingsError(f"{layer.where()}: tool.breadknife: expected a table, found {table!r:.60}")
    if found:
        problems.append(LeftOut(f"{layer.where()}: [tool.breadknife] is left out: {own} counts alone"))
        return [found]
    values = cast("Mapping[str, Any]", table)
    believed = _is_trusted(project, trusted, problems)
    return [Layer(str(project), values, source, Author.WORKSPACE, believed, _IN_PYPROJECT)]


def _is_trusted(file: Path, trusted: bool | None, problems: list[SettingsError]) -> bool:
    """Tell whether the user trusts the file that is read in the end: a link may lead out of a trusted folder."""
    if trusted is not None:
        return trusted and Path(os.path.realpath(file)).is_relative_to(os.path.realpath(file.parent))
    try:
        return trust.is_trusted(file)
    except SettingsError as error:
        problems.append(error)
        return False


def _read(path: Path) -> str:
    """Return a file's text, empty if there is no file. A link may lead out of the folder: then the folder's trust
    doesn't count. Raises SettingsError."""
    try:
        return read_regular(path, _LONGEST).decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: can't be read: {error}") from error


def _parsed(path: Path, source: str) -> dict[str, Any]:
    try:
        return parse_toml(source)
    except ValueError as error:
        match = re.search(r"at line (\d+)", str(error))
        line = int(match[1]) if match else source.count("\n") + 1
        raise SettingsError(f"{path}:{line}: not TOML: {error}") from error

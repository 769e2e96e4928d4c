"""Settings: layers of TOML or JSON, checked against the plugins' own types, merged into one frozen value.

Later layers win: defaults < the user's `config.toml` < the workspace's `breadknife.toml` < the editor < command line.
What is wrong in a layer is reported with its place and left out; the rest of the layer counts.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, cast, get_type_hints

import msgspec

from breadknife.engine.catalog import builtin_catalog
from breadknife.errors import SettingsError
from breadknife.paths import config_dir

PluginTypes = Mapping[str, type[Any]]
"""Plugin name -> its settings dataclass."""

_WORKSPACE_FILE = "breadknife.toml"


@dataclass(frozen=True)
class Settings:
    offline: bool = False
    """Never use the network, not even to download a model."""
    models: Mapping[str, str] = field(default_factory=dict[str, str])
    """Role -> name of a model in the catalog, where it isn't the catalog's own choice."""
    plugins: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Plugin name -> its settings, a value of the plugin's own type."""
    disabled: frozenset[str] = frozenset()
    """Plugins with `enabled = false`."""


@dataclass(frozen=True)
class Layer:
    """One source of settings, as nested tables. `origin` is for people: a file's path, or `the editor`."""

    origin: str
    values: Mapping[str, Any]
    source: str = ""
    """The TOML text, to find the line of a key."""
    workspace: bool = False
    """From files of the workspace, which may set the plugins' own settings alone."""


def resolve(layers: Sequence[Layer], types: PluginTypes) -> tuple[Settings, tuple[SettingsError, ...]]:
    """Merge layers, weakest first. Errors don't stop it: each wrong value is left out."""
    problems: list[SettingsError] = []
    settings = Settings(plugins={name: kind() for name, kind in types.items()})
    for layer in layers:
        for key, value in layer.values.items():
            try:
                settings = _apply(settings, layer, key, value, types, problems)
            except _Wrong as wrong:
                problems.append(wrong.at(layer))
    return settings, tuple(problems)


def load_file(path: Path, *, workspace: bool = False) -> Layer:
    """A TOML file as a layer, empty when there is no such file. Raises SettingsError when it isn't TOML."""
    try:
        source = path.read_text("utf-8")
        return Layer(str(path), tomllib.loads(source), source, workspace)
    except FileNotFoundError:
        return Layer(str(path), {})
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: can't be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error


def file_layers(root: Path | None) -> tuple[list[Layer], list[SettingsError]]:
    """The user's and the workspace's files, and what is wrong with them."""
    files = [(config_dir() / "config.toml", False)]
    if root is not None:
        files.append((root / _WORKSPACE_FILE, True))
    layers: list[Layer] = []
    problems: list[SettingsError] = []
    for path, workspace in files:
        try:
            layers.append(load_file(path, workspace=workspace))
        except SettingsError as error:
            problems.append(error)
    return layers, problems


def load(root: Path | None, types: PluginTypes, *stronger: Layer) -> tuple[Settings, tuple[SettingsError, ...]]:
    """The settings for a workspace folder: its files' and the user's, under the layers `stronger`."""
    layers, unreadable = file_layers(root)
    settings, wrong = resolve([*layers, *stronger], types)
    return settings, (*unreadable, *wrong)


class _Wrong(Exception):
    def __init__(self, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key
        self.why = why

    def at(self, layer: Layer) -> SettingsError:
        line = _line_of(layer.source, self.key)
        place = f"{layer.origin}:{line}" if line else layer.origin
        return SettingsError(f"{place}: {self.key}: {self.why}")


def _apply(
    settings: Settings, layer: Layer, key: str, value: object, types: PluginTypes, problems: list[SettingsError]
) -> Settings:
    if key in types:
        return _apply_plugin(settings, layer, key, _table(key, value), types[key], problems)
    if key in ("offline", "models") and layer.workspace:
        raise _Wrong(key, "only your own settings may say that, not a workspace's")
    if key == "offline":
        # No layer takes back what one has asked for: an editor may send a workspace's settings as its own.
        return replace(settings, offline=settings.offline or _converted(key, value, bool))
    if key == "models":
        for role, name in _table(key, value).items():
            settings = replace(settings, models={**settings.models, role: _model(role, name)})
        return settings
    raise _Wrong(key, _unknown(key, [*types, "offline", "models"]))


def _apply_plugin(
    settings: Settings,
    layer: Layer,
    name: str,
    table: Mapping[str, object],
    kind: type[Any],
    problems: list[SettingsError],
) -> Settings:
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    for key, value in table.items():
        full = f"{name}.{key}"
        try:
            if key == "enabled":
                on = _converted(full, value, bool)
                settings = replace(settings, disabled=settings.disabled - {name} if on else settings.disabled | {name})
            elif key in names:
                new = replace(settings.plugins[name], **{key: _converted(full, value, hints[key])})
                settings = replace(settings, plugins={**settings.plugins, name: new})
            else:
                raise _Wrong(full, _unknown(key, [*names, "enabled"]))
        except _Wrong as wrong:
            problems.append(wrong.at(layer))
    return settings


def _model(role: str, name: object) -> str:
    catalog = builtin_catalog()
    if role not in catalog.roles:
        raise _Wrong(f"models.{role}", _unknown(role, list(catalog.roles)))
    known = [model.name for model in catalog.models]
    if _converted(f"models.{role}", name, str) not in known:
        raise _Wrong(f"models.{role}", f"no model {name!r}: {_unknown(str(name), known)}")
    return str(name)


def _table(key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _Wrong(key, f"expected a table, found {value!r}")
    return cast("Mapping[str, object]", value)


def _converted(key: str, value: object, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _Wrong(key, f"{error}, found {value!r}") from None


def _unknown(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"no such setting; did you mean `{near[0]}`?" if near else f"no such setting; there are {', '.join(known)}"


def _line_of(source: str, key: str) -> int | None:
    """The 1-based line where a TOML text sets `key`, which is `name` or `table.name`."""
    for line, found in _keys(source):
        if found == key or found.startswith(key + "."):
            return line
    return None


def _keys(source: str) -> Iterator[tuple[int, str]]:
    table = ""
    for number, line in enumerate(source.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[]").strip()
            yield number, table
        elif "=" in stripped and not stripped.startswith("#"):
            name = stripped.partition("=")[0].strip().strip("\"'")
            yield number, f"{table}.{name}" if table else name

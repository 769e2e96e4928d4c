"""Checks layers against the plugins' own types and merges them: a wrong value is reported with its place and left
out."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import re
import reprlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints

import msgspec

from breadknife.engine.kinds import check_role
from breadknife.engine.models.catalog import Catalog, read_models
from breadknife.engine.remote.runtime import ENGINE_NAME, Runtime, split_model
from breadknife.engine.settings import EngineSettings
from breadknife.errors import LeftOut, ModelError, SettingsError
from breadknife.host import trust
from breadknife.host.settings.layers import Author, Layer, file_layers
from breadknife.host.settings.values import Entry, PluginTypes, Scope, Settings, settled
from breadknife.task.values import Severity
from breadknife.text.toml import KeyPath

NEEDS_TRUST = "needs_trust"
"""In the `metadata` of a plugin's field that names a program, a file, a URL or a model."""
OWN_ALONE = "own_alone"
"""In the `metadata` of a plugin's field that names where text is sent: no folder may say it, trusted or not."""
EVERY_PLUGINS: Mapping[str, Any] = {
    "enabled": bool,
    "milliseconds": Annotated[int, msgspec.Meta(ge=1)],
    "severities": dict[str, Severity],
}
"""Keys that every plugin's table has beside its own fields, with their types."""
FLAGS = ("offline", "keep_receipts")
TABLES = ("models", "escalate", "engine", "engines", "overrides")

_MOST_PATTERNS = 100
"""The most patterns of one layer's overrides together."""
_NOT_OWN = "only your own config.toml may say that: an editor may send a workspace's settings as its own"


def resolve(
    layers: Sequence[Layer], types: PluginTypes, *, are_all: bool = True
) -> tuple[Settings, tuple[SettingsError, ...]]:
    """Merge layers, weakest first. Errors don't stop it: each wrong value is left out.

    If `types` aren't those of all plugins, tables with other names are passed over: they may be other plugins'. Among
    the errors is a LeftOut for each layer with settings that need the user's trust and don't have it.
    """
    resolver = _Resolver(types, are_all)
    for layer in layers:
        resolver.add(layer)
    entries = tuple(resolver.entries)
    settings = settled([entry for entry in entries if entry.scope is None], types)
    return dataclasses.replace(settings, entries=entries), tuple(resolver.problems)


def load(
    root: Path | None, types: PluginTypes, *stronger: Layer, trusted: bool | None = None, are_all: bool = True
) -> tuple[Settings, tuple[SettingsError, ...]]:
    """Return the settings for a workspace folder: the user's files and the folder's, under the layers `stronger`.

    For `trusted` see `file_layers`, for `are_all` see `resolve`.
    """
    layers, unreadable = file_layers(root, trusted=trusted)
    settings, wrong = resolve([*layers, *stronger], types, are_all=are_all)
    return dataclasses.replace(settings, trusted=_is_trusted(root, trusted)), (*unreadable, *wrong)


def _is_trusted(root: Path | None, trusted: bool | None) -> bool:
    if root is None or trusted is not None:
        return root is not None and bool(trusted)
    with contextlib.suppress(SettingsError):  # a damaged file, which `file_layers` tells of: nothing is trusted
        return trust.is_trusted(root)
    return False


class _Wrong(Exception):
    """A value of a layer can't be used."""

    def __init__(self, path: KeyPath, why: str) -> None:
        super().__init__(why)
        self.path = path
        self.why = why


@dataclass
class _Resolver:
    """Reads layers, weakest first, into entries and problems."""

    types: PluginTypes
    are_all: bool
    entries: list[Entry] = field(default_factory=list[Entry])
    problems: list[SettingsError] = field(default_factory=list[SettingsError])
    _weaker: int = 0
    """The number of `entries` from weaker layers."""
    _untrusted: list[str] = field(default_factory=list[str])
    """The settings of the current layer that need trust and don't have it, each with its place."""
    _patterns: int = 0
    """How many patterns the current layer's overrides have so far."""

    @cached_property
    def _catalog(self) -> Catalog:
        return read_models()

    def add(self, layer: Layer) -> None:
        self._weaker, self._untrusted, self._patterns = len(self.entries), [], 0
        for key, value in sorted(layer.values.items(), key=lambda item: item[0] != "engines"):  # models name engines
            with self._collected(layer):
                self._top(layer, key, value)
        if self._untrusted:
            folder = Path(layer.origin).parent if layer.author is Author.WORKSPACE else "FOLDER"
            self.problems.append(
                LeftOut(
                    f"{'; '.join(self._untrusted)}: left out, because you don't trust the folder; if you do, run "
                    f"`breadknife trust {folder}`"
                )
            )

    def _top(self, layer: Layer, key: str, value: object) -> None:
        """Read a key outside of tables, or a table. Raises _Wrong."""
        if key in self.types:
            self._plugin(layer, (key,), value, None)
        elif key in FLAGS:
            if layer.author is Author.WORKSPACE:
                raise _Wrong((key,), "only your own settings may say that, not a workspace's")
            self._add_entry(layer, (key,), _converted((key,), value, bool))
        elif key in ("models", "escalate"):
            self._roles(layer, key, value)
        elif key in ("engine", "engines"):
            self._engines(layer, key, value)
        elif key == "overrides":
            self._overrides(layer, value)
        elif self.are_all or not isinstance(value, Mapping):
            raise _Wrong((key,), _unknown(key, [*self.types, *FLAGS, *TABLES]))

    def _plugin(self, layer: Layer, path: KeyPath, value: object, scope: Scope | None) -> None:
        name = str(path[-1])
        kind = self.types[name]
        need_trust = {attribute.name for attribute in dataclasses.fields(kind) if attribute.metadata.get(NEEDS_TRUST)}
        users_own = {attribute.name for attribute in dataclasses.fields(kind) if attribute.metadata.get(OWN_ALONE)}
        for key, setting in _table(path, value).items():
            key_path = (*path, key)
            with self._collected(layer):
                if key in users_own and layer.author is not Author.USER:
                    raise _Wrong(key_path, _NOT_OWN)
                if key in need_trust and not self._believes(layer, key_path):
                    continue
                if key in EVERY_PLUGINS:
                    new = _converted(key_path, setting, EVERY_PLUGINS[key])
                    if key == "enabled" and new and self._is_off(layer, name) and not self._believes(layer, key_path):
                        continue
                else:
                    new = _field(key_path, setting, kind, *EVERY_PLUGINS)
                    _checked(key_path, lambda key=key, new=new: dataclasses.replace(kind(), **{key: new}))
                self._add_entry(layer, key_path, new, scope)

    def _roles(self, layer: Layer, key: str, value: object) -> None:
        if key == "escalate" and layer.author is not Author.USER:
            raise _Wrong((key,), _NOT_OWN)
        for role, name in _table((key,), value).items():
            with self._collected(layer):
                if layer.author is not Author.WORKSPACE or self._believes(layer, (key, role)):
                    self._add_entry(layer, (key, role), self._model(layer, (key, role), name))

    def _model(self, layer: Layer, path: KeyPath, name: object) -> str:
        role = str(path[-1])
        if role not in self._catalog.known_roles:
            raise _Wrong(path, _unknown(role, list(self._catalog.known_roles)))
        model = str(_converted(path, name, str))
        if target := split_model(model):
            if layer.author is not Author.USER:
                raise _Wrong(path, f"{_shown(model)}: {_NOT_OWN}")
            if not any(entry.table == "engines" and entry.name == target[0] for entry in self.entries):
                where = f"there is no [engines.{target[0]}] in {layer.origin}"
                raise _Wrong(path, f"no model {_shown(model)}: {where}")
            return model
        known = [model.name for model in self._catalog.models]
        if model not in known:
            raise _Wrong(path, _unknown(model, known, f"no model {_shown(model)}"))
        try:
            check_role(role, model, self._catalog.model(model).kind)
        except ModelError as error:
            raise _Wrong(path, str(error)) from None
        return model

    def _engines(self, layer: Layer, key: str, value: object) -> None:
        if layer.author is not Author.USER:
            raise _Wrong((key,), _NOT_OWN)
        for name, wish in _table((key,), value).items():
            with self._collected(layer):
                # The engine reads [engine] of the user's file itself: it serves all workspaces.
                new = _field((key, name), wish, EngineSettings) if key == "engine" else _runtime((key, name), wish)
                self._add_entry(layer, (key, name), new)

    def _overrides(self, layer: Layer, value: object) -> None:
        if not isinstance(value, list):
            raise _Wrong(("overrides",), f"expected tables, [[overrides]], found {_shown(value)}")
        for number, item in enumerate(cast("list[object]", value)):
            path = ("overrides", number)
            with self._collected(layer):
                table = _table(path, item)
                scope = self._scope(path, table)
                for key, wish in table.items():
                    with self._collected(layer):
                        if key in self.types:
                            self._plugin(layer, (*path, key), wish, scope)
                        elif key not in _CONDITIONS and (self.are_all or not isinstance(wish, Mapping)):
                            raise _Wrong((*path, key), _unknown(key, [*_CONDITIONS, *self.types]))

    def _scope(self, path: KeyPath, table: Mapping[str, object]) -> Scope:
        if not table.keys() & _CONDITIONS.keys():
            raise _Wrong(path, "needs `paths` or `languages`, or both")
        given = {key: _converted((*path, key), table[key], kind) for key, kind in _CONDITIONS.items() if key in table}
        for key, wish in given.items():
            if not wish:
                raise _Wrong((*path, key), "an empty list fits no document")
        scope = Scope(**given)
        self._patterns += len(scope.paths)
        if self._patterns > _MOST_PATTERNS:
            raise _Wrong((*path, "paths"), f"more than {_MOST_PATTERNS} patterns in one file")
        _checked((*path, "paths"), lambda: scope.patterns)
        return scope

    def _believes(self, layer: Layer, path: KeyPath) -> bool:
        """Tell whether the layer may say what needs trust; if not, note it for the user."""
        if layer.author is Author.USER or layer.trusted:
            return True
        self._untrusted.append(f"{layer.where(*path)}: {_dotted(path)}")
        return False

    def _is_off(self, layer: Layer, plugin: str) -> bool:
        """Tell whether a weaker layer has disabled the plugin, which a workspace's layer may not undo."""
        return layer.author is Author.WORKSPACE and any(
            entry.table == plugin and entry.name == "enabled" and not entry.value
            for entry in self.entries[: self._weaker]
        )

    def _add_entry(self, layer: Layer, path: KeyPath, value: Any, scope: Scope | None = None) -> None:
        *tables, name = map(str, path)
        self.entries.append(Entry(tables[-1] if tables else "", name, value, layer.where(*path), scope))

    @contextmanager
    def _collected(self, layer: Layer) -> Generator[None, None, None]:
        """Turn a _Wrong that the block raises into a problem, so that the rest is still read."""
        try:
            yield
        except _Wrong as wrong:
            place = layer.where(*wrong.path)
            self.problems.append(SettingsError(f"{place}: {_dotted(wrong.path)}: {wrong.why}"))


_CONDITIONS: Mapping[str, Any] = {"paths": tuple[str, ...], "languages": frozenset[str]}


def _runtime(path: KeyPath, value: object) -> Runtime:
    if not ENGINE_NAME.fullmatch(str(path[-1])):
        raise _Wrong(path, "a name has small letters, digits, `-` and `_`")
    values = {key: _field((*path, key), wish, Runtime) for key, wish in _table(path, value).items()}
    if "url" not in values:
        raise _Wrong(path, 'needs a `url`, such as "http://127.0.0.1:11434"')
    return _checked(path, lambda: Runtime(**values))


def _checked(path: KeyPath, make: Any) -> Any:
    """Return `make()`. If that raises, even in a plugin's own code, the setting is wrong: raises _Wrong."""
    try:
        return make()
    except Exception as error:
        raise _Wrong(path, str(error) or type(error).__name__) from None


def _field(path: KeyPath, value: object, kind: type[Any], *also: str) -> Any:
    """Return a value converted for the field of `kind` that `path` ends with. Raises _Wrong if there is no such field;
    the message then names the fields and `also`."""
    key = str(path[-1])
    hints: dict[str, Any] = _checked(path, lambda: get_type_hints(kind, include_extras=True))
    if key not in {attribute.name for attribute in dataclasses.fields(kind)}:
        raise _Wrong(path, _unknown(key, [*(attribute.name for attribute in dataclasses.fields(kind)), *also]))
    return _converted(path, value, hints[key])


def _table(path: KeyPath, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _Wrong(path, f"expected a table, found {_shown(value)}")
    return cast("Mapping[str, object]", value)


def _converted(path: KeyPath, value: object, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except Exception as error:  # also what msgspec says of a plugin's type that it can't make
        choices = [str(choice) for choice in get_args(kind)] if get_origin(kind) is Literal else []
        what = f"expected one of {', '.join(choices)}" if choices else str(error)
        raise _Wrong(path, f"{what}, found {_shown(value)}") from None


def _shown(value: object) -> str:
    return reprlib.repr(value)


def _dotted(path: KeyPath) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{_word(key)}" for key in path).removeprefix(".")


def _word(key: str) -> str:
    """Return a key for one line of a message, whatever a stranger wrote."""
    return key if re.fullmatch(r"[\w-]{1,60}", key) else _shown(key)


def _unknown(key: str, known: Sequence[str], what: str = "no such setting") -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"{what}; did you mean `{near[0]}`?" if near else f"{what}; there are {', '.join(known)}"

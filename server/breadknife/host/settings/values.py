"""The settings after they have been read: one frozen value, and the entries that it was made from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from breadknife.engine.remote.runtime import Runtime
from breadknife.task.values import Severity
from breadknife.text.document import Document, uri_to_path

if TYPE_CHECKING:
    from breadknife.text.patterns import PathPatterns

PluginTypes = Mapping[str, type[Any]]
"""Plugin name -> its settings dataclass."""

_REMEMBERED = 500
"""The most paths whose settings are remembered."""
log = logging.getLogger("breadknife.host")


@dataclass(frozen=True)
class Scope:
    """The documents that an override is for: they match both conditions. An empty condition matches all documents."""

    paths: tuple[str, ...] = ()
    """Patterns as in `.gitignore`, relative to the workspace folder."""
    languages: frozenset[str] = frozenset()

    def fits(self, path: str | None, language: str) -> bool:
        """Tell whether it includes a document. `path` is relative to the workspace folder, with `/`; None if the
        document isn't in one."""
        if self.languages and language not in self.languages:
            return False
        return not self.paths or (path is not None and self.patterns.fit(path))

    @cached_property
    def patterns(self) -> PathPatterns:
        """Raises PatternError for an invalid pattern."""
        from breadknife.text.patterns import read_path_patterns

        return read_path_patterns(self.paths)


@dataclass(frozen=True)
class Entry:
    """One setting in one layer."""

    table: str
    """A plugin's name, `models`, `engine` and so on; empty for a key outside of tables."""
    name: str
    value: Any
    where: str
    """`FILE:LINE`, or the layer's origin if it isn't a file."""
    scope: Scope | None = None
    """The documents that it is for, if it is in an override."""

    @property
    def key(self) -> str:
        return f"{self.table}.{self.name}" if self.table else self.name


@dataclass(frozen=True)
class Settings:
    """The settings for a workspace folder, or for one document of it."""

    offline: bool = False
    """Never use the network, not even to download a model."""
    keep_receipts: bool = False
    """Write what was asked and what it cost to `receipts.jsonl`, without text of documents."""
    models: Mapping[str, str] = field(default_factory=dict[str, str])
    """Role -> name of a model in the catalog, or `ENGINE:NAME`, where it isn't the catalog's own choice."""
    escalate: Mapping[str, str] = field(default_factory=dict[str, str])
    """Role -> the bigger model for its hard cases. Without it no plugin asks a bigger one."""
    engines: Mapping[str, Runtime] = field(default_factory=dict[str, Runtime])
    """Other programs that run models. Only what a user names here can be sent text."""
    plugins: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Plugin name -> its settings, a value of the plugin's own type."""
    trusted: bool = False
    """True if the user trusts the workspace folder."""
    disabled: frozenset[str] = frozenset()
    """Plugins with `enabled = false`."""
    milliseconds: Mapping[str, int] = field(default_factory=dict[str, int])
    """Plugin name -> the most that it may take for one request."""
    severities: Mapping[str, Mapping[str, Severity]] = field(default_factory=dict[str, Mapping[str, Severity]])
    """Plugin name -> code of a finding, or `*` -> the severity that it has instead of its own."""
    entries: tuple[Entry, ...] = ()
    """The entries that these settings were made from, weakest first. Those with a scope count only in
    `for_document` and `for_path`."""
    _remembered: dict[tuple[str | None, str], Settings] = field(
        default_factory=dict[tuple[str | None, str], "Settings"], repr=False, compare=False
    )

    def for_document(self, document: Document, root: Path | None) -> Settings:
        """Return the settings with the overrides for a document of the workspace folder `root`."""
        if not any(entry.scope for entry in self.entries):
            return self
        return self.for_path(_below(root, uri_to_path(document.uri)), document.language)

    def for_path(self, path: str | None, language: str) -> Settings:
        """Return the settings with the overrides for a language and a path relative to the workspace folder."""
        if not any(entry.scope for entry in self.entries):
            return self
        key = (path, language)
        known = self._remembered.get(key)
        if known is None:
            types = {name: cast("type[Any]", type(value)) for name, value in self.plugins.items()}
            fitting = [entry for entry in self.entries if entry.scope is None or entry.scope.fits(path, language)]
            known = replace(settled(fitting, types), trusted=self.trusted)
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = known
        return known


def settled(entries: Iterable[Entry], types: PluginTypes) -> Settings:
    """Return the settings that entries make. A later entry replaces earlier ones of its key. Scopes are ignored."""
    settings = Settings(plugins={name: kind() for name, kind in types.items()}, entries=tuple(entries))
    tables: Mapping[str, dict[str, Any]] = {
        "models": dict(settings.models),
        "escalate": dict(settings.escalate),
        "engines": dict(settings.engines),
    }
    plugins, disabled, milliseconds = dict(settings.plugins), set[str](), dict[str, int]()
    severities: dict[str, Mapping[str, Severity]] = {}
    offline = keep_receipts = False
    for entry in settings.entries:
        if entry.table in plugins:
            if entry.name == "enabled":
                (disabled.discard if entry.value else disabled.add)(entry.table)
            elif entry.name == "milliseconds":
                milliseconds[entry.table] = entry.value
            elif entry.name == "severities":
                severities[entry.table] = entry.value
            else:
                plugins[entry.table] = _changed(plugins[entry.table], entry)
        elif entry.table in tables:
            tables[entry.table][entry.name] = entry.value
        elif entry.key == "offline":
            # No layer takes back what one has asked for: an editor may send a workspace's settings as its own.
            offline = offline or entry.value
        elif entry.key == "keep_receipts":
            keep_receipts = entry.value
    return replace(
        settings,
        offline=offline,
        keep_receipts=keep_receipts,
        plugins=plugins,
        disabled=frozenset(disabled),
        milliseconds=milliseconds,
        severities=severities,
        **tables,
    )


def _changed(value: Any, entry: Entry) -> Any:
    """Return a plugin's settings with an entry; without it if they don't allow it."""
    try:
        return replace(value, **{entry.name: entry.value})
    except Exception as error:  # a plugin's own check of several fields together
        log.warning("%s: %s: left out: %s", entry.where, entry.key, error)
        return value


def _below(root: Path | None, path: Path | None) -> str | None:
    """Return a path relative to `root`, with `/`; None if it isn't below."""
    if root is None or path is None or not path.is_relative_to(root):
        return None
    return path.relative_to(root).as_posix()

"""Finds plugins, built-in and others, through the entry-point group `breadknife.plugins`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, is_dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from breadknife.errors import PluginError
from breadknife.task.plugin import API, Plugin

GROUP = "breadknife.plugins"
_NEEDED = ("name", "settings", "serves", "answer", "close")
"""The attributes that every version of the protocol requires. Later ones have defaults: see `api_of`."""
log = logging.getLogger("breadknife.plugins")


@dataclass(frozen=True)
class Registry:
    plugins: tuple[Plugin, ...]
    problems: tuple[PluginError, ...] = ()
    """Entry points that could not be loaded."""
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Plugin's name -> version of its package."""
    is_whole: bool = True
    """False if plugins were left out on purpose."""

    @property
    def settings_types(self) -> dict[str, type[object]]:
        return {plugin.name: plugin.settings for plugin in self.plugins}


def discover(only: Collection[str] = ()) -> Registry:
    """Load every installed plugin, or `only` those of some entry points: most of a short command's time is loading.

    A plugin that can't be loaded is in `problems`, and doesn't affect the others.
    """
    plugins: dict[str, Plugin] = {}
    versions: dict[str, str] = {}
    problems: list[PluginError] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        if only and entry.name not in only:
            continue
        try:
            plugin = load_plugin(entry)
            if plugin.name in plugins:
                raise PluginError(f"another plugin is named `{plugin.name}` already; uninstall one of them")
            plugins[plugin.name] = plugin
            versions[plugin.name] = entry.dist.version if entry.dist else ""
        except Exception as error:
            log.info("plugin %s can't be loaded", entry.name, exc_info=True)
            problems.append(PluginError(f"plugin `{entry.name}` ({entry.value}) can't be loaded: {error}"))
    return Registry(tuple(plugins.values()), tuple(problems), versions, is_whole=not only)


def load_plugin(entry: EntryPoint) -> Plugin:
    """Load a plugin. Raises PluginError if it isn't one or needs a later breadknife, and whatever loading it raises."""
    plugin: Plugin = entry.load()()
    for name in _NEEDED:
        if not hasattr(plugin, name):
            raise PluginError(f"it has no `{name}`")
    if not is_dataclass(plugin.settings):
        raise PluginError("its `settings` is not a dataclass")
    plugin.settings()  # every setting has a default
    serves = cast("object", plugin.serves)
    if not isinstance(serves, Mapping):
        raise PluginError("its `serves` is not a mapping")
    if api_of(plugin) > API:
        raise PluginError(
            f"it is written for version {api_of(plugin)} of the plugin protocol and this breadknife has version {API}; "
            "update breadknife"
        )
    return plugin


def close_plugin(plugin: Plugin) -> None:
    try:
        plugin.close()
    except Exception:
        log.exception("plugin %s failed to close", plugin.name)


def api_of(plugin: Plugin) -> int:
    return getattr(plugin, "api", 1)


def roles_of(plugin: Plugin) -> tuple[str, ...]:
    """Return the roles of the models that it needs."""
    return getattr(plugin, "roles", ())


def rules_of(plugin: Plugin) -> Mapping[str, str]:
    """Rule id -> a sentence about the rule: see `breadknife.task.plugin.Plugin`."""
    rules: Callable[[], Mapping[str, str]] | None = getattr(plugin, "rules", None)
    return rules() if rules is not None else {}


def load(plugin: Plugin) -> None:
    """Have the plugin begin to load what it needs. A fault in that shows again once the plugin is asked something."""
    begin: Callable[[], None] | None = getattr(plugin, "load", None)
    if begin is not None:
        try:
            begin()
        except Exception:
            log.exception("the plugin %s could not begin to load", plugin.name)


def kept_with(plugin: Plugin, settings: object, root: Path, language: str) -> str | None:
    """See `breadknife.task.plugin.Plugin`; None if what the plugin finds may not be kept."""
    asked: Callable[[object, Path, str], str] | None = getattr(plugin, "kept_with", None)
    try:
        return asked(settings, root, language) if asked is not None else None
    except Exception:
        log.exception("the plugin %s can't say with what its findings may be kept", plugin.name)
        return None


def may_be_spread(plugin: Plugin, settings: object) -> bool:
    """Tell whether several processes may check at once, each with an instance of the plugin."""
    asked: Callable[[object], bool] | None = getattr(plugin, "may_be_spread", None)
    return asked is not None and asked(settings)

"""Finds plugins: the built-in ones and anybody's, all through the entry-point group `breadknife.plugins`."""

from __future__ import annotations

import logging
from dataclasses import dataclass, is_dataclass
from importlib.metadata import EntryPoint, entry_points

from breadknife.errors import PluginError
from breadknife.task.plugin import Plugin

GROUP = "breadknife.plugins"
log = logging.getLogger("breadknife.plugins")


@dataclass(frozen=True)
class Registry:
    plugins: tuple[Plugin, ...]
    problems: tuple[PluginError, ...] = ()
    """Entry points that could not be loaded."""

    @property
    def settings_types(self) -> dict[str, type[object]]:
        return {plugin.name: plugin.settings for plugin in self.plugins}

    def close(self) -> None:
        for plugin in self.plugins:
            try:
                plugin.close()
            except Exception:
                log.exception("plugin %s failed to close", plugin.name)


def discover() -> Registry:
    """Every installed plugin. One that can't be loaded is a problem of its own, not everybody's."""
    plugins: list[Plugin] = []
    problems: list[PluginError] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        try:
            plugins.append(_load(entry))
        except Exception as error:
            log.exception("plugin %s can't be loaded", entry.name)
            problems.append(PluginError(f"plugin `{entry.name}` ({entry.value}) can't be loaded: {error}"))
    return Registry(tuple(plugins), tuple(problems))


def _load(entry: EntryPoint) -> Plugin:
    plugin: Plugin = entry.load()()
    for name in ("name", "settings", "serves", "answer", "close"):
        if not hasattr(plugin, name):
            raise PluginError(f"it has no `{name}`")
    if not is_dataclass(plugin.settings):
        raise PluginError("its `settings` is not a dataclass")
    return plugin

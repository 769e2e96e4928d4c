"""The host: plugins, engine and settings together. Every request gets exactly one reply, whatever happens."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.engine.api import GenerateRequest, Lane, Part
from breadknife.host.answers.reply import Reply
from breadknife.host.dispatch import Dispatch
from breadknife.host.plugins.registry import close_plugin, kept_with, load, roles_of
from breadknife.host.progress import ProgressListener, ProgressRelay
from breadknife.host.services import Services
from breadknife.host.settings import Settings
from breadknife.task.values import CheckRequest, Request
from breadknife.text.document import Document

__all__ = ["Host", "Reply"]

LOAD_SECONDS = 0.5
"""The time that a plugin has to begin to load."""
CLOSE_SECONDS = 15.0
"""The time that a plugin has to close. LanguageTool's Java may take 10 s."""


class Host(Services):
    """`ask` may be called from several threads at once."""

    def ask(
        self,
        request: Request,
        cancel: CancelToken | None = None,
        *,
        root: Path | None = None,
        plugin: str | None = None,
        among: Collection[str] | None = None,
        progress: ProgressListener | None = None,
        quiet: bool = False,
        patience: float = math.inf,
        seconds: float | None = None,
    ) -> Reply:
        """Send the request to every plugin that serves it, at the same time. Never raises.

        With `among` only those of these names are asked; with `plugin` that one alone, whatever it serves. `progress`
        is told what they say of it, from their threads. A `quiet` request that nobody serves leaves no receipt: an
        editor makes such requests all the time, whether or not anybody answers. Once a plugin has said something, those
        that have never answered such a request about the document are waited for only as long as `patience` allows:
        they may load something first. `seconds` is what a plugin may take, in place of the kind's and the user's limit.
        """
        relay = ProgressRelay(progress or self.on_progress)
        try:
            dispatch = Dispatch(
                self, request, root, cancel or CancelToken(), relay.say, patience=patience, limit=seconds
            )
            return self._reply(dispatch, plugin, among, quiet)
        finally:
            relay.end()

    def _reply(self, dispatch: Dispatch, plugin: str | None, among: Collection[str] | None, quiet: bool) -> Reply:
        if plugin:
            return dispatch.reply([candidate for candidate in self.registry.plugins if candidate.name == plugin])
        serving = list(self.serving(dispatch.request))
        if among is not None:
            serving = [candidate for candidate in serving if candidate.name in among]
        enabled = [candidate for candidate in serving if candidate.name not in dispatch.settings.disabled]
        if not enabled and not quiet:
            dispatch.nobody(serving)
        return dispatch.reply(enabled)

    def close(self) -> None:
        """End the plugins and the connection to the engine."""
        closing = {plugin.name: partial(close_plugin, plugin) for plugin in self.registry.plugins}
        self.containment.run(closing, dict.fromkeys(closing, CLOSE_SECONDS), CancelToken())
        self.containment.close()
        self.projects.close()
        self.engine.close()

    def load(self) -> None:
        """Have the plugins begin to load what they need, before they are asked anything."""
        enabled = (plugin for plugin in self.registry.plugins if plugin.name not in self.settings.disabled)
        loading = {plugin.name: partial(load, plugin) for plugin in enabled}
        self.containment.run(loading, dict.fromkeys(loading, LOAD_SECONDS), CancelToken())

    def warm_up(self) -> None:
        """Load the completion model. Raises ModelError or EngineError."""
        if "completion" in self.settings.disabled:
            return
        request = GenerateRequest(self.model_name("completion"), (Part(" "),), 1, lane=Lane.TYPING, urgent=False)
        for _ in self.engine.generate(request, CancelToken()):
            pass

    def checkers(self, document: Document, root: Path | None) -> tuple[str, ...]:
        """Return the names of the enabled plugins that check such a document."""
        disabled = self.settings_for(document, root).disabled
        serving = self.serving(CheckRequest(document))
        return tuple(plugin.name for plugin in serving if plugin.name not in disabled)

    def kept_with(self, name: str, settings: Settings, root: Path, language: str) -> str | None:
        """Return on what a plugin's findings in a file depend besides its text, the settings of the plugin, and what
        they say themselves; None if they may not be kept. See `breadknife.task.plugin.Plugin`."""
        plugin = next((each for each in self.registry.plugins if each.name == name), None)
        if plugin is None or name in settings.disabled or language not in plugin.serves[CheckRequest]:
            return None
        more = kept_with(plugin, settings.plugins[name], root, language)
        models = [self.model_state(role, settings) for role in roles_of(plugin)]
        return repr((more, models, settings.trusted)) if more is not None else None

    def languages(self, kind: type[Any]) -> frozenset[str]:
        """Return those for which plugins serve a kind of request; ANY_LANGUAGE is one of them."""
        return frozenset[str]().union(*(plugin.serves.get(kind, ()) for plugin in self.registry.plugins))

    @property
    def checked(self) -> Mapping[str, frozenset[str]]:
        """Plugin's name -> the languages that it checks, which may include ANY_LANGUAGE."""
        return {
            plugin.name: plugin.serves[CheckRequest]
            for plugin in self.registry.plugins
            if CheckRequest in plugin.serves
        }

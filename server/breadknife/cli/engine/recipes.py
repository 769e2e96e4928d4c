"""Runs recipes for `breadknife engine serve-openai`, in a host that is made at the first request for one."""

from __future__ import annotations

import threading

from breadknife.cancel import CancelToken
from breadknife.cli.recipes.asking import ask_recipe, sentence_of
from breadknife.engine.api import Engine
from breadknife.engine.models.catalog import read_models
from breadknife.host.host import Host
from breadknife.host.plugins.registry import discover
from breadknife.host.settings import load
from breadknife.openai.recipes import RecipeBody, RecipeResponse
from breadknife.recipes.requests import RecipeRequest
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span


class HostedRecipes:
    """Runs breadknife's recipes and the user's. Safe to call from several threads.

    A request names no workspace folder, so the recipes of folders, and those that run programs, aren't offered.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._host: Host | None = None
        self._lock = threading.Lock()

    def __call__(self, name: str, body: RecipeBody, cancel: CancelToken) -> RecipeResponse:
        document = Document("untitled:request", body.language, body.text)
        span = Span(body.start, body.start if body.end is None else body.end)
        answer = ask_recipe(self._get_host(), RecipeRequest(name, document, span, body.message), None, cancel)
        if isinstance(answer, Silence):
            return RecipeResponse(None, reason=answer.reason, sentence=sentence_of(answer))
        return RecipeResponse(answer.text, answer.span.start, answer.span.end, answer.origin.model, answer.refused)

    def close(self) -> None:
        """End the host's plugins and the connection to the engine."""
        if self._host is not None:
            self._host.close()
        else:
            self._engine.close()

    def _get_host(self) -> Host:
        """Return the host, made at the first call."""
        with self._lock:
            if self._host is None:
                registry = discover()
                settings, _ = load(None, registry.settings_types)
                self._host = Host(registry, self._engine, read_models(), settings)
            return self._host

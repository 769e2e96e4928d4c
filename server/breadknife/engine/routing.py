"""Sends each request to the engine of its model: breadknife's own, or a runtime that the user's settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from breadknife.cancel import CancelToken
from breadknife.engine import api
from breadknife.engine.remote.runtime import split_model
from breadknife.errors import UnknownModel

_Request = TypeVar(
    "_Request",
    api.GenerateRequest,
    api.ChatRequest,
    api.ScoreRequest,
    api.EmbedRequest,
    api.RerankRequest,
    api.ClassifyRequest,
)


class RoutedEngine:
    """`NAME:model` goes to the remote `NAME`, every other model to `local`."""

    def __init__(self, local: api.Engine, remotes: Mapping[str, api.Engine]) -> None:
        self._local = local
        self._remotes = remotes
        self._used: list[api.Engine] = []

    def generate(self, request: api.GenerateRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        engine, request = self._route(request)
        return engine.generate(request, cancel)

    def chat(self, request: api.ChatRequest, cancel: CancelToken) -> Iterator[api.Chunk]:
        engine, request = self._route(request)
        return engine.chat(request, cancel)

    def score(self, request: api.ScoreRequest, cancel: CancelToken) -> api.Scores:
        engine, request = self._route(request)
        return engine.score(request, cancel)

    def embed(self, request: api.EmbedRequest, cancel: CancelToken) -> api.Embeddings:
        engine, request = self._route(request)
        return engine.embed(request, cancel)

    def rerank(self, request: api.RerankRequest, cancel: CancelToken) -> api.Relevances:
        engine, request = self._route(request)
        return engine.rerank(request, cancel)

    def classify(self, request: api.ClassifyRequest, cancel: CancelToken) -> api.Classes:
        engine, request = self._route(request)
        return engine.classify(request, cancel)

    def status(self) -> api.EngineStatus | None:
        """Return that of the local engine."""
        return self._local.status()

    def build(self) -> str:
        """Return that of the local engine."""
        return self._local.build()

    def close(self) -> None:
        self._local.close()
        for remote in self._used:
            remote.close()

    def _route(self, request: _Request) -> tuple[api.Engine, _Request]:
        target = split_model(request.model)
        if target is None:
            return self._local, request
        name, model = target
        if name not in self._remotes:
            raise UnknownModel(f"the model {request.model!r} needs [engines.{name}] in your config.toml")
        remote = self._remotes[name]
        if remote not in self._used:
            self._used.append(remote)
        return remote, replace(request, model=model)

"""One engine out of several: breadknife's own, and the runtimes that the user's settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    ChatRequest,
    Chunk,
    Classes,
    ClassifyRequest,
    Embeddings,
    EmbedRequest,
    Engine,
    EngineStatus,
    GenerateRequest,
    Relevances,
    RerankRequest,
    ScoreRequest,
    Scores,
)
from breadknife.engine.remote.runtime import split_model
from breadknife.errors import UnknownModel

_Request = TypeVar("_Request", GenerateRequest, ChatRequest, ScoreRequest, EmbedRequest, RerankRequest, ClassifyRequest)


class RoutedEngine:
    """`NAME:model` goes to the remote `NAME`, every other model to `local`."""

    def __init__(self, local: Engine, remotes: Mapping[str, Engine]) -> None:
        self._local = local
        self._remotes = remotes
        self._used: list[Engine] = []

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        engine, request = self._route(request)
        return engine.generate(request, cancel)

    def chat(self, request: ChatRequest, cancel: CancelToken) -> Iterator[Chunk]:
        engine, request = self._route(request)
        return engine.chat(request, cancel)

    def score(self, request: ScoreRequest, cancel: CancelToken) -> Scores:
        engine, request = self._route(request)
        return engine.score(request, cancel)

    def embed(self, request: EmbedRequest, cancel: CancelToken) -> Embeddings:
        engine, request = self._route(request)
        return engine.embed(request, cancel)

    def rerank(self, request: RerankRequest, cancel: CancelToken) -> Relevances:
        engine, request = self._route(request)
        return engine.rerank(request, cancel)

    def classify(self, request: ClassifyRequest, cancel: CancelToken) -> Classes:
        engine, request = self._route(request)
        return engine.classify(request, cancel)

    def status(self) -> EngineStatus | None:
        """Return that of the local engine."""
        return self._local.status()

    def build(self) -> str:
        """Return that of the local engine."""
        return self._local.build()

    def close(self) -> None:
        self._local.close()
        for remote in self._used:
            remote.close()

    def _route(self, request: _Request) -> tuple[Engine, _Request]:
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

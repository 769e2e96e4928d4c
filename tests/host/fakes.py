"""Plugins that do what a test tells them to, and a host for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from breadknife.engine.api import Engine
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.scripted import ScriptedEngine
from breadknife.host.host import Host
from breadknife.host.kinds import KINDS, RequestKind
from breadknife.host.plugins.registry import Registry
from breadknife.host.settings import Settings
from breadknife.task.plugin import Context
from breadknife.task.values import (
    ActionRequest,
    Answer,
    CheckRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Origin,
    Request,
    ResolveRequest,
)
from breadknife.text.document import Span

BY_MODEL = Origin(model="qwen2.5-coder-0.5b", prompt_tokens=10, cached_tokens=8, output_tokens=2)


@dataclass(frozen=True)
class NoSettings:
    pass


@dataclass
class Fake:
    name: str
    reply: Callable[[Context], Answer | None]
    settings: type[Any] = NoSettings
    languages: frozenset[str] = frozenset({"python"})

    @property
    def serves(self) -> Mapping[type[Any], frozenset[str]]:
        return dict.fromkeys((CompletionRequest, CheckRequest, ActionRequest, ResolveRequest), self.languages)

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        return self.reply(context)

    def close(self) -> None:
        raise RuntimeError("even this")


def raising(error: BaseException) -> Callable[[Context], Answer | None]:
    def reply(_context: Context) -> Answer | None:
        raise error

    return reply


def completion(text: str, origin: Origin = BY_MODEL, span: Span = Span(5, 5)) -> Callable[[Context], Answer]:
    return lambda context: Completions((CompletionItem(span, text, origin),))


def host(
    *plugins: Any, settings: Settings | None = None, engine: Engine | None = None, seconds: float = 60, **options: Any
) -> Host:
    kinds = {kind: RequestKind(each.name, each.lane, seconds) for kind, each in KINDS.items()}
    return Host(
        Registry(plugins),
        engine or ScriptedEngine([]),
        builtin_catalog(),
        settings or Settings(),
        kinds=kinds,
        **options,
    )

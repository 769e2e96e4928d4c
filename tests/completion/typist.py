"""Somebody who types, for tests of the plugin as a whole."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Engine, GenerateRequest
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.plugins.completion.learning import Learning
from breadknife.plugins.completion.plugin import CompletionPlugin
from breadknife.task.values import (
    Answer,
    CompletionRequest,
    Completions,
    Silence,
    Trigger,
)
from support import PluginContext, at_cursor


@dataclass
class Typist:
    """Somebody with one editor."""

    engine: Engine
    plugin: CompletionPlugin
    context: PluginContext

    def sees(self, marked: str, trigger: Trigger = Trigger.TYPING, **more: object) -> object:
        """The texts that are shown, or why nothing is."""
        answer = self.answer(marked, trigger, **more)
        if isinstance(answer, Silence):
            return answer.reason
        assert isinstance(answer, Completions)
        return [item.text for item in answer.items]

    def answer(self, marked: str, trigger: Trigger = Trigger.TYPING, **more: object) -> Answer | None:
        document, offset = at_cursor(marked)
        return self.plugin.answer(CompletionRequest(document, offset, trigger, **more), self.context)  # pyright: ignore[reportArgumentType]


@contextmanager
def typist(*script: Line, engine: Engine | None = None, learning: Path | None = None) -> Generator[Typist, None, None]:
    engine = engine or ScriptedEngine(script)
    plugin = CompletionPlugin(Learning(learning))
    yield Typist(engine, plugin, PluginContext(engine))
    plugin.close()


@dataclass
class Knowing:
    """Goes on with a document, from wherever the prompt ends in it; each word as sure as it says."""

    words: Sequence[tuple[str, float]]

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        end, there = 0, len(request.prompt[-1].text)
        for word, logprob in self.words:
            begin, end = end, end + len(word)
            if end > there:
                yield Chunk(word[max(there - begin, 0) :], logprob)
        yield Chunk("", finish="stop")

    def __getattr__(self, name: str) -> object:
        raise NotImplementedError(name)


@dataclass
class Doubtful:
    """Is sure of each word as far as it says."""

    words: Sequence[tuple[str, float]]

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        for word, logprob in self.words:
            yield Chunk(word, logprob)
        yield Chunk("", finish="stop")

    def __getattr__(self, name: str) -> object:
        raise NotImplementedError(name)

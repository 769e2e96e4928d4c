"""What several test modules share: a plugin context without a host, and marked-up text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Engine, GenerateRequest, Prompt, ScoreRequest, Scores
from breadknife.engine.fim import QWEN, FimForm
from breadknife.engine.scripted import ScriptedEngine
from breadknife.lru import LruCache
from breadknife.project.values import Project
from breadknife.task.cascade import Step
from breadknife.task.running import StepTrace, run_cascade
from breadknife.task.values import Answer, Origin, Request
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree, parse

CURSOR = "⟦|⟧"


@dataclass
class PluginContext:
    """A `breadknife.task.plugin.Context` on an engine of the test's choice."""

    engine: Engine = field(default_factory=lambda: ScriptedEngine([]))
    root: Path | None = None
    project: Project | None = None
    trusted: bool = False
    values: Any = None
    cancel: CancelToken = field(default_factory=CancelToken)
    notices: list[str] = field(default_factory=list[str])
    refreshed: int = 0
    digest: str = ""
    """Of its models."""
    bigger: str = ""
    """The model to escalate to."""
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    """The models that the user's settings name for roles."""
    steps: list[StepTrace] = field(default_factory=list[StepTrace])

    def tree(self, document: Document, /) -> SyntaxTree | None:
        return parse(document.text, document.language)

    def settings(self, kind: type[Any], /) -> Any:
        return kind() if self.values is None else self.values

    def model(self, role: str, /) -> PluginModel:
        return PluginModel(self, self.named.get(role, role))

    def names_model(self, role: str, /) -> bool:
        return role in self.named

    def escalate(self, role: str, /) -> PluginModel | None:
        return PluginModel(self, self.bigger) if self.bigger else None

    def ask(self, request: Request, /) -> Answer | None:
        """No other plugin is there."""

    def run(self, steps: Sequence[Step[Any, Any]], value: Any, /) -> Any:
        return run_cascade(steps, value, self, self.steps.append, LruCache(512))

    def refresh(self) -> None:
        self.refreshed += 1

    def progress(self, message: str, fraction: float | None = None, /) -> None:
        """Nobody looks at it."""

    def notify(self, message: str, /, *, optional: bool = False) -> None:
        self.notices.append(message)


@dataclass(frozen=True)
class PluginModel:
    context: PluginContext
    name: str
    context_size: int = 4096

    @property
    def digest(self) -> str:
        return self.context.digest

    @property
    def fim(self) -> FimForm:
        return QWEN

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        cancel: CancelToken | None = None,
        **options: Any,
    ) -> Iterator[Chunk]:
        request = GenerateRequest(self.name, prompt, max_tokens, **options)
        return self.context.engine.generate(request, cancel or self.context.cancel)

    def score(
        self, prompt: Prompt, alternatives: tuple[str, ...], *, cancel: CancelToken | None = None, **options: Any
    ) -> Scores:
        request = ScoreRequest(self.name, prompt, alternatives, **options)
        return self.context.engine.score(request, cancel or self.context.cancel)

    def origin(self, last: Chunk) -> Origin:
        return Origin("", self.name, last.prompt_tokens, last.cached_tokens, last.output_tokens)


def document(text: str, language: str = "python") -> Document:
    return Document("file:///project/example", language, text, 1)


def at_cursor(marked: str, language: str = "python") -> tuple[Document, int]:
    """A document and the offset of its `⟦|⟧`."""
    before, _, after = marked.partition(CURSOR)
    return document(before + after, language), len(before)


def marked_spans(text: str, start: str = "⟦", end: str = "⟧") -> tuple[str, list[Span]]:
    """`a ⟦b⟧ c` as `a b c` with the spans of what was marked."""
    plain, spans, opened = "", [], 0
    for char in text:
        if char == start:
            opened = len(plain)
        elif char == end:
            spans.append(Span(opened, len(plain)))
        else:
            plain += char
    return plain, spans

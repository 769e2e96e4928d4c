"""The context that a plugin gets with a request, and the notes that its receipt is made from."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    CONTEXT_SIZE,
    ChatRequest,
    Chunk,
    Classes,
    ClassifyRequest,
    EmbedRequest,
    Encoding,
    GenerateRequest,
    Lane,
    Message,
    Prompt,
    RerankRequest,
    Sampling,
    ScoreRequest,
    Scores,
)
from breadknife.engine.fim import FimForm
from breadknife.engine.remote.runtime import split_model
from breadknife.errors import DocumentKept, EngineAbsent, ModelMissing
from breadknife.host.resources import read_resource
from breadknife.host.services import Services
from breadknife.host.settings import Settings
from breadknife.project.files import may_be_asked_about
from breadknife.project.secrets.contents import masked
from breadknife.project.values import Project
from breadknife.task.cascade import Step
from breadknife.task.plugin import Model
from breadknife.task.running import StepTrace, run_cascade
from breadknife.task.values import Answer, Origin, Request, Resource, document_of
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree


@dataclass
class Trace:
    """What happened during one request to one plugin."""

    steps: list[StepTrace] = field(default_factory=list[StepTrace])
    models: list[str] = field(default_factory=list[str])
    """The models that were asked, in order."""
    absent: set[str] = field(default_factory=set[str])
    """Those of them that aren't on this machine, or that no engine is there for."""
    origins: list[Origin] = field(default_factory=list[Origin])
    """What generations have cost."""
    has_told: bool = False
    """The user was told something."""
    borrows: bool = False
    """A plugin that this one has asked has asked a model, or a plugin that has."""
    bytes_sent: int = 0
    """Bytes of prompts that have left the machine."""
    is_recorded: bool = False
    """True if its receipt has been written. The plugin's next receipt counts bytes that are sent later, in the
    background."""

    def note(self, origin: Origin) -> None:
        """Record a generation's cost once, even if it is reported twice or under several rules."""
        bare = replace(origin, rule="")
        if bare not in self.origins:
            self.origins.append(bare)

    def by_model(self, origin: Origin) -> bool:
        """Tell whether a model wrote something: it says so, or a model was asked and nothing else takes the credit."""
        return bool(origin.model) or ((bool(self.models) or self.borrows) and not origin.rule)


class RequestScope(Protocol):
    """The request that a context is for. `Dispatch` is one."""

    request: Request
    documents: tuple[Document, ...]
    """The documents that it is about, and those of the requests whose plugins wait for its answer."""
    lane: Lane

    def ask_others(self, plugin: str, request: Request, trace: Trace, cancel: CancelToken, /) -> Answer | None:
        """Return another plugin's answer to a request of `plugin`'s. Raises PluginError."""
        ...

    def tell(self, message: str, fraction: float | None, /) -> None:
        """Tell whoever has asked of progress."""
        ...


@dataclass(frozen=True)
class HostContext:
    """See `breadknife.task.plugin.Context`."""

    _services: Services
    _plugin: str
    _scope: RequestScope
    root: Path | None
    cancel: CancelToken
    _trace: Trace
    _settings: Settings

    @property
    def project(self) -> Project | None:
        return self._services.projects.of(self.root)

    @property
    def trusted(self) -> bool:
        return self._settings.trusted

    def tree(self, document: Document, /) -> SyntaxTree | None:
        return self._services.tree(document)

    def settings(self, kind: type[Any], /) -> Any:
        return self._settings.plugins.get(self._plugin) or kind()

    def model(self, role: str, /) -> Model:
        self._check_document()
        return self._model(self._services.model_name(role, self._settings))

    def names_model(self, role: str, /) -> bool:
        return role in self._settings.models

    def escalate(self, role: str, /) -> Model | None:
        self._check_document()
        name = self._settings.escalate.get(role)
        return self._model(name) if name else None

    def run(self, steps: Sequence[Step[Any, Any]], value: Any, /) -> Any:
        return run_cascade(steps, value, self, self._trace.steps.append, self._services.memory, self._plugin)

    def ask(self, request: Request, /) -> Answer | None:
        return self._scope.ask_others(self._plugin, request, self._trace, self.cancel)

    def read(self, path: Path | str, /) -> Resource:
        self.cancel.raise_if_cancelled()
        return read_resource(path, self.root)

    def progress(self, message: str, fraction: float | None = None, /) -> None:
        self._scope.tell(message, fraction)

    def refresh(self) -> None:
        document = document_of(self._scope.request)
        if document is not None:
            self._services.refresh(self._plugin, document, type(self._scope.request))

    def notify(self, message: str, /, *, optional: bool = False) -> None:
        self._trace.has_told |= not optional
        self._services.notify(message, self._plugin, optional=optional)

    def _check_document(self) -> None:
        """Raise DocumentKept if the user keeps a document of the request from models: no plugin may show it to one."""
        for document in self._scope.documents:
            if not may_be_asked_about(document, self.project):
                where = document.path or document.uri
                raise DocumentKept(f"{where} is ignored, or looks like a file that holds secrets")

    def _model(self, name: str) -> Model:
        return HostModel(self._services, self._plugin, name, self.cancel, self._scope.lane, self._trace)


@dataclass(frozen=True)
class HostModel:
    """See `breadknife.task.plugin.Model`."""

    _services: Services
    _plugin: str
    name: str
    _cancel: CancelToken
    _lane: Lane
    _trace: Trace
    context_size: int = CONTEXT_SIZE

    @property
    def digest(self) -> str:
        return self._services.model_digest(self.name)

    @property
    def fim(self) -> FimForm:
        return self._services.fim_form(self.name)

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        stop: tuple[str, ...] = (),
        cancel: CancelToken | None = None,
        sampling: Sampling = Sampling(),
        grammar: str = "",
        adapter: str = "",
        place: str = "",
        top_logprobs: int = 0,
        urgent: bool = True,
    ) -> Iterator[Chunk]:
        prompt = _without_secrets(prompt)
        self._note_sent([_text(prompt)])
        request = GenerateRequest(
            self.name,
            prompt,
            max_tokens,
            stop,
            self._lane,
            sampling,
            grammar,
            adapter,
            self._place(place),
            top_logprobs,
            urgent,
        )
        chunks = self._noting_chunks(lambda: self._services.engine.generate(request, cancel or self._cancel))
        return chunks if cancel else self._counted(chunks)

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        stop: tuple[str, ...] = (),
        cancel: CancelToken | None = None,
        sampling: Sampling = Sampling(),
        grammar: str = "",
        place: str = "",
        top_logprobs: int = 0,
        urgent: bool = True,
    ) -> Iterator[Chunk]:
        masked_messages = tuple(replace(message, text=masked(message.text)) for message in messages)
        self._note_sent([message.text for message in masked_messages])
        request = ChatRequest(
            self.name,
            masked_messages,
            max_tokens,
            stop,
            self._lane,
            sampling,
            grammar,
            place=self._place(place),
            top_logprobs=top_logprobs,
            urgent=urgent,
        )
        chunks = self._noting_chunks(lambda: self._services.engine.chat(request, cancel or self._cancel))
        return chunks if cancel else self._counted(chunks)

    def embed(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> tuple[tuple[float, ...], ...]:
        texts = self._mask_and_note(*texts)
        with self._noting_absence():
            result = self._services.engine.embed(EmbedRequest(self.name, texts, self._lane), cancel or self._cancel)
        self._note_reading(result)
        return result.vectors

    def rerank(self, query: str, texts: Sequence[str], *, cancel: CancelToken | None = None) -> tuple[float, ...]:
        query, *rest = self._mask_and_note(query, *texts)
        request = RerankRequest(self.name, query, tuple(rest), self._lane)
        with self._noting_absence():
            result = self._services.engine.rerank(request, cancel or self._cancel)
        self._note_reading(result)
        return result.scores

    def classify(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Classes:
        texts = self._mask_and_note(*texts)
        request = ClassifyRequest(self.name, texts, self._lane)
        with self._noting_absence():
            result = self._services.engine.classify(request, cancel or self._cancel)
        self._note_reading(result)
        return result

    def score(
        self,
        prompt: Prompt,
        alternatives: tuple[str, ...],
        *,
        adapter: str = "",
        place: str = "",
        pieces: bool = False,
        top_logprobs: int = 0,
        fresh: bool = False,
        cancel: CancelToken | None = None,
    ) -> Scores:
        prompt, alternatives = _without_secrets(prompt), tuple(map(masked, alternatives))
        # Other runtimes are sent the prompt with each of them.
        self._note_sent([_text(prompt) + alternative for alternative in alternatives])
        request = ScoreRequest(
            self.name, prompt, alternatives, self._lane, adapter, self._place(place), pieces, top_logprobs, fresh
        )
        with self._noting_absence():
            scores = self._services.engine.score(request, cancel or self._cancel)
        self._trace.note(
            Origin(
                model=self.name,
                prompt_tokens=scores.prompt_tokens,
                cached_tokens=scores.cached_tokens,
                trimmed_tokens=scores.trimmed_tokens,
            )
        )
        return scores

    def origin(self, last: Chunk) -> Origin:
        origin = Origin(
            "",
            self.name,
            last.prompt_tokens,
            last.cached_tokens,
            last.output_tokens,
            last.trimmed_tokens,
            last.queued,
            last.computed,
        )
        self._trace.note(origin)
        return origin

    def _mask_and_note(self, *texts: str) -> tuple[str, ...]:
        """Return the texts as the model may see them, and note that they are sent."""
        masked_texts = tuple(map(masked, texts))
        self._note_sent(masked_texts)
        return masked_texts

    def _note_reading(self, result: Encoding) -> None:
        cost = Origin(model=self.name, prompt_tokens=result.prompt_tokens, trimmed_tokens=result.trimmed_tokens)
        self._trace.note(cost)

    def _note_sent(self, texts: Iterable[str]) -> None:
        """Record that texts are sent to the model, and their bytes if it runs on another machine."""
        self._trace.models.append(self.name)
        engine_and_model = split_model(self.name)
        runtime = self._services.settings.engines.get(engine_and_model[0]) if engine_and_model else None
        if runtime is not None and not runtime.local:
            sent = sum(len(text.encode("utf-8", "replace")) for text in texts)
            if self._trace.is_recorded:
                self._services.sent_late(self._plugin, sent)
            else:
                self._trace.bytes_sent += sent

    def _noting_chunks(self, generate: Callable[[], Iterator[Chunk]]) -> Iterator[Chunk]:
        """Yield what `generate` yields; it is called when the first chunk is needed."""
        with self._noting_absence():
            yield from generate()

    @contextmanager
    def _noting_absence(self) -> Generator[None]:
        """Note in the block that the model or its engine is missing: no receipt names a model that wasn't there."""
        try:
            yield
        except (ModelMissing, EngineAbsent):
            self._trace.absent.add(self.name)
            raise

    def _counted(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """Yield the chunks, and note what they have cost once nobody wants more of them."""
        last: Chunk | None = None
        try:
            for last in chunks:
                yield last
        finally:
            if isinstance(chunks, Generator):
                chunks.close()
            if last is not None:
                self.origin(last)

    def _place(self, place: str) -> str:
        """Return the place with the plugin's name, so that no plugin supersedes another one's work."""
        return f"{self._plugin} {place}" if place else ""


def _without_secrets(prompt: Prompt) -> Prompt:
    """Return the prompt with its secrets masked. Every plugin's prompt passes through here."""
    return tuple(part if part.control else replace(part, text=masked(part.text)) for part in prompt)


def _text(prompt: Prompt) -> str:
    return "".join(part.text for part in prompt)

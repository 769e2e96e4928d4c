"""Asks the plugins: every request gets exactly one reply, whatever a plugin, a model or a file does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from breadknife.cancel import CancelToken
from breadknife.engine.api import CONTEXT_SIZE, Chunk, Engine, GenerateRequest, Lane, Part, Prompt
from breadknife.engine.catalog import Catalog
from breadknife.errors import BreadknifeError, Cancelled, EngineError, ModelMissing
from breadknife.host.receipts import Ledger, Outcome, Receipt
from breadknife.host.registry import Registry
from breadknife.host.settings import Settings
from breadknife.host.verify import refuse_edits
from breadknife.task.plugin import ANY_LANGUAGE, Model, Plugin
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    CommandRequest,
    CompletionItem,
    CompletionRequest,
    Completions,
    Done,
    Finding,
    Findings,
    Fix,
    Origin,
    Request,
    ResolveRequest,
    Silence,
)
from breadknife.text.document import Document, TextEdit
from breadknife.text.syntax import SyntaxTree, TreeCache

log = logging.getLogger("breadknife.host")
_Item = TypeVar("_Item", CompletionItem, Action, Fix)

_KINDS: dict[type[Any], tuple[str, Lane]] = {
    CompletionRequest: ("completion", Lane.TYPING),
    CheckRequest: ("check", Lane.BACKGROUND),
    ActionRequest: ("action", Lane.ACTION),
    ResolveRequest: ("resolve", Lane.ACTION),
    CommandRequest: ("command", Lane.ACTION),
}


@dataclass(frozen=True)
class Reply:
    """All plugins' answers to one request, each with its plugin's name, and a receipt for each plugin asked."""

    answers: tuple[tuple[str, Answer], ...] = ()
    receipts: tuple[Receipt, ...] = ()

    @property
    def completions(self) -> list[CompletionItem]:
        return [item for _, answer in self.answers if isinstance(answer, Completions) for item in answer.items]

    @property
    def findings(self) -> list[Finding]:
        found = [item for _, answer in self.answers if isinstance(answer, Findings) for item in answer.items]
        return sorted(found, key=lambda f: (f.span, f.source, f.code))

    @property
    def actions(self) -> list[tuple[str, Action]]:
        """Each with the name of the plugin that offers it and that will resolve it."""
        return [(name, item) for name, answer in self.answers if isinstance(answer, Actions) for item in answer.items]

    @property
    def message(self) -> str:
        return " ".join(answer.message for _, answer in self.answers if isinstance(answer, Done) and answer.message)

    @property
    def failures(self) -> list[Receipt]:
        return [receipt for receipt in self.receipts if receipt.outcome is Outcome.FAILED]


@dataclass
class Host:
    """Plugins, engine and settings together. `ask` may be called from several threads at once."""

    registry: Registry
    engine: Engine
    catalog: Catalog
    settings: Settings = field(default_factory=Settings)
    on_refresh: Callable[[str], None] = lambda uri: None
    """Called with a document's URI when its findings would be different now."""
    on_notice: Callable[[str], None] = lambda message: None
    """Called with what the user should read, each message once."""
    ledger: Ledger = field(default_factory=Ledger)
    _trees: TreeCache = field(default_factory=TreeCache)
    _noticed: set[str] = field(default_factory=set[str])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self,
        request: Request,
        cancel: CancelToken | None = None,
        *,
        root: Path | None = None,
        plugin: str | None = None,
    ) -> Reply:
        """Ask every plugin that serves such a request, or only the one named `plugin`. Never raises."""
        cancel = cancel or CancelToken()
        document = None if isinstance(request, CommandRequest) else request.document
        asked = [p for p in self.registry.plugins if p.name == plugin] if plugin else self._serving(request, document)
        answers: list[tuple[str, Answer]] = []
        receipts: list[Receipt] = []
        for one in asked:
            answer, receipt = self._ask_one(one, request, document, root, cancel)
            self.ledger.add(receipt)
            receipts.append(receipt)
            if answer is not None and not isinstance(answer, Silence):
                answers.append((one.name, answer))
        return Reply(tuple(answers), tuple(receipts))

    def close(self) -> None:
        """End the plugins and the connection to the engine."""
        self.registry.close()
        self.engine.close()

    def notify(self, message: str) -> None:
        with self._lock:
            new = message not in self._noticed
            self._noticed.add(message)
        if new:
            self.on_notice(message)

    def tree(self, document: Document) -> SyntaxTree | None:
        return self._trees.tree(document)

    def model_name(self, role: str) -> str:
        """The catalog name of the model that the settings, or else the catalog, give to a role."""
        return self.settings.models.get(role) or self.catalog.for_role(role).name

    def warm_up(self) -> None:
        """Have the completion model loaded. Raises ModelError or EngineError."""
        if "completion" in self.settings.disabled:
            return
        request = GenerateRequest(self.model_name("completion"), (Part(" "),), max_tokens=1, lane=Lane.BACKGROUND)
        for _ in self.engine.generate(request, CancelToken()):
            pass

    def _serving(self, request: Request, document: Document | None) -> Iterator[Plugin]:
        for plugin in self.registry.plugins:
            languages = plugin.serves.get(type(request), frozenset[str]())
            speaks = document is None or ANY_LANGUAGE in languages or document.language in languages
            if speaks and plugin.name not in self.settings.disabled:
                yield plugin

    def _ask_one(
        self, plugin: Plugin, request: Request, document: Document | None, root: Path | None, cancel: CancelToken
    ) -> tuple[Answer | None, Receipt]:
        kind, lane = _KINDS[type(request)]
        started = time.monotonic()
        answer: Answer | None = None
        try:
            cancel.raise_if_cancelled()
            answer = plugin.answer(request, _Context(self, plugin, document, root, cancel, lane))
            answer = self._verified(document, answer)
            silence = answer if isinstance(answer, Silence) else Silence("no-opinion", "the plugin has nothing to say")
            outcome = Outcome.ANSWERED if _says_something(answer) else Outcome.NOTHING
        except Cancelled as error:
            outcome, silence = Outcome.CANCELLED, Silence("cancelled", str(error))
        except ModelMissing as error:
            outcome, silence = Outcome.NOTHING, Silence("model-missing", str(error))
            self.notify(str(error))
        except BreadknifeError as error:
            reason = "engine-failed" if isinstance(error, EngineError) else "failed"
            outcome, silence = Outcome.FAILED, Silence(reason, str(error))
            log.warning("%s: %s request failed: %s", plugin.name, kind, error)
        except Exception as error:
            outcome, silence = (
                Outcome.FAILED,
                Silence("plugin-broke", f"{type(error).__name__}: {error}", "see the log"),
            )
            log.exception("plugin %s broke on a %s request", plugin.name, kind)
        origins = _origins(answer)
        by_model = [origin for origin in origins if origin.model]
        said = outcome is Outcome.ANSWERED
        receipt = Receipt(
            request=kind,
            plugin=plugin.name,
            outcome=outcome,
            uri=document.uri if document else "",
            reason="" if said else silence.reason,
            sentence="" if said else silence.sentence,
            remedy="" if said else silence.remedy,
            rules=tuple(dict.fromkeys(origin.rule for origin in origins if origin.rule))[:10],
            model=by_model[0].model if by_model else "",
            prompt_tokens=sum(origin.prompt_tokens for origin in by_model),
            cached_tokens=sum(origin.cached_tokens for origin in by_model),
            output_tokens=sum(origin.output_tokens for origin in by_model),
            milliseconds=round((time.monotonic() - started) * 1000, 1),
        )
        return answer if said else None, receipt

    def _verified(self, document: Document | None, answer: Answer | None) -> Answer | None:
        """The answer without what a model wrote and a check refuses."""
        if document is None:
            return answer
        if isinstance(answer, Completions):
            kept, refused = self._accepted(document, answer.items)
            return Completions(tuple(kept)) if kept or refused is None else refused
        if isinstance(answer, Actions):
            kept, refused = self._accepted(document, answer.items)
            return Actions(tuple(kept)) if kept or refused is None else refused
        if isinstance(answer, Findings):
            return Findings(tuple(self._with_accepted_fixes(document, finding) for finding in answer.items))
        return answer

    def _with_accepted_fixes(self, document: Document, finding: Finding) -> Finding:
        if not any(fix.origin.model for fix in finding.fixes):
            return finding
        kept, _ = self._accepted(document, finding.fixes)
        return replace(finding, fixes=tuple(kept))

    def _accepted(self, document: Document, items: tuple[_Item, ...]) -> tuple[list[_Item], Silence | None]:
        kept: list[_Item] = []
        refused: Silence | None = None
        for item in items:
            edits = (TextEdit(item.span, item.text),) if isinstance(item, CompletionItem) else item.edits
            why = refuse_edits(document, self.tree(document), edits) if item.origin.model and edits else None
            if why is None:
                kept.append(item)
            refused = why or refused
        return kept, refused


@dataclass(frozen=True)
class _Context:
    """See `breadknife.task.plugin.Context`."""

    _host: Host
    _plugin: Plugin
    _document: Document | None
    root: Path | None
    cancel: CancelToken
    _lane: Lane

    def tree(self, document: Document, /) -> SyntaxTree | None:
        return self._host.tree(document)

    def settings(self, kind: type[Any], /) -> Any:
        return self._host.settings.plugins.get(self._plugin.name) or kind()

    def model(self, role: str, /) -> Model:
        return _Model(self._host, self._host.model_name(role), self.cancel, self._lane)

    def refresh(self) -> None:
        if self._document is not None:
            self._host.on_refresh(self._document.uri)

    def notify(self, message: str, /) -> None:
        self._host.notify(message)


@dataclass(frozen=True)
class _Model:
    _host: Host
    name: str
    _cancel: CancelToken
    _lane: Lane
    context_size: int = CONTEXT_SIZE

    def generate(
        self, prompt: Prompt, *, max_tokens: int, stop: tuple[str, ...] = (), cancel: CancelToken | None = None
    ) -> Iterator[Chunk]:
        request = GenerateRequest(self.name, prompt, max_tokens, stop, self._lane)
        return self._host.engine.generate(request, cancel or self._cancel)

    def origin(self, last: Chunk) -> Origin:
        return Origin("", self.name, last.prompt_tokens, last.cached_tokens, last.output_tokens)


def _says_something(answer: Answer | None) -> bool:
    match answer:
        case Completions(items=items) | Actions(items=items):
            return bool(items)
        case Findings() | Done():
            return True
        case _:
            return False


def _origins(answer: Answer | None) -> list[Origin]:
    match answer:
        case Completions(items=items) | Actions(items=items):
            return [item.origin for item in items]
        case Findings(items=items):
            return [Origin(rule=item.code) for item in items]
        case _:
            return []

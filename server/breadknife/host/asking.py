"""Sends one request to several plugins at the same time, checks each answer, and writes a receipt for each."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineMissing, ModelError, ModelMissing
from breadknife.host.containment import Unfinished
from breadknife.host.context import HostContext, Trace
from breadknife.host.failures import PLUGINS_FAULT, explained
from breadknife.host.kinds import WHOLE_SECONDS
from breadknife.host.pauses import FAILURES, Pause
from breadknife.host.receipts import Outcome, Receipt
from breadknife.host.services import Services
from breadknife.host.verify import Verifier, check_form
from breadknife.task.plugin import Plugin
from breadknife.task.reasons import silence
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
    NextEditRequest,
    Origin,
    Request,
    ResolveRequest,
    Silence,
)
from breadknife.text.document import Document

log = logging.getLogger("breadknife.host")


@dataclass(frozen=True)
class Reply:
    """All plugins' answers to one request, each with its plugin's name, and a receipt for each plugin asked."""

    answers: tuple[tuple[str, Answer], ...] = ()
    receipts: tuple[Receipt, ...] = ()

    @property
    def completions(self) -> list[CompletionItem]:
        return [item for _, item in self.offers]

    @property
    def offers(self) -> list[tuple[str, CompletionItem]]:
        """Completions, each with the name of the plugin that gets its command when the user accepts it."""
        return [
            (name, item) for name, answer in self.answers if isinstance(answer, Completions) for item in answer.items
        ]

    @property
    def findings(self) -> list[Finding]:
        found = [item for _, answer in self.answers if isinstance(answer, Findings) for item in answer.items]
        return sorted(found, key=lambda f: (f.span, f.source, f.code))

    @property
    def unanswered(self) -> list[str]:
        """Sentences about parts of plugins that gave no answer to a check."""
        return [why for _, answer in self.answers if isinstance(answer, Findings) for why in answer.unanswered]

    @property
    def actions(self) -> list[tuple[str, Action]]:
        """Actions, each with the name of the plugin that offers it and resolves it."""
        return [(name, item) for name, answer in self.answers if isinstance(answer, Actions) for item in answer.items]

    @property
    def message(self) -> str:
        return " ".join(answer.message for _, answer in self.answers if isinstance(answer, Done) and answer.message)

    @property
    def failures(self) -> list[Receipt]:
        return [receipt for receipt in self.receipts if receipt.outcome is Outcome.FAILED]


@dataclass(frozen=True)
class _Ended:
    """One plugin's part of a reply."""

    outcome: Outcome
    answer: Answer | None
    """The answer, or a Silence with the reason why there is none."""
    milliseconds: float
    verdict: str = ""


@dataclass
class Asking:
    services: Services
    request: Request
    root: Path | None
    cancel: CancelToken
    """The client's token. Each plugin gets a token of its own, with its time limit."""
    _started: float = field(default_factory=time.monotonic)
    _at: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        self._kind = self.services.kinds[type(self.request)]
        whole = isinstance(self.request, CheckRequest) and self.request.whole
        self._seconds = WHOLE_SECONDS if whole else self._kind.seconds
        self.settings = self.services.settings_for(self.document, self.root)

    @property
    def document(self) -> Document | None:
        return None if isinstance(self.request, CommandRequest) else self.request.document

    def reply(self, plugins: Sequence[Plugin]) -> Reply:
        traces = {plugin.name: Trace() for plugin in plugins}
        ended = {plugin.name: early for plugin in plugins if (early := self._unasked(plugin.name))}
        asked = [plugin for plugin in plugins if plugin.name not in ended]
        limits = {plugin.name: self._limit(plugin.name) for plugin in asked}
        tokens = {name: self._token(seconds) for name, seconds in limits.items()}
        works = {p.name: partial(self._ask, p, traces[p.name], tokens[p.name]) for p in asked}
        forgets = [self.cancel.on_cancel(token.cancel) for token in tokens.values()]
        try:
            results = self.services.containment.run(works, limits, self.cancel, self._kind.lane.name)
        finally:
            for forget in forgets:
                forget()
        for name, result in results.items():
            ended[name] = self._unfinished(name, result) if isinstance(result, Unfinished) else result
            self._count(name, ended[name])
        receipts = tuple(self._receipt(p.name, ended[p.name], traces[p.name]) for p in plugins)
        for receipt in receipts:
            self.services.record(receipt)
        return Reply(
            tuple(
                (plugin.name, answer)
                for plugin in plugins
                if (answer := ended[plugin.name].answer) is not None and not isinstance(answer, Silence)
            ),
            receipts,
        )

    def nobody(self, disabled: Sequence[Plugin]) -> None:
        """Record a receipt for a request that no plugin gets."""
        language = self.document.language if self.document else "no document"
        why = (
            silence("disabled", plugin=", ".join(plugin.name for plugin in disabled))
            if disabled
            else silence("no-plugin", request=self._kind.name, language=language)
        )
        self.services.record(self._receipt("", self._ended(Outcome.NOTHING, why), Trace()))

    def _unasked(self, name: str) -> _Ended | None:
        if self.cancel.cancelled:
            return self._ended(Outcome.CANCELLED, silence("cancelled"))
        if pause := self.services.pauses.paused(name):
            return self._ended(Outcome.FAILED, _paused(pause))
        return None

    def _limit(self, plugin: str) -> float:
        """The time limit in seconds. The user's setting doesn't count for `breadknife lint`: no user waits at a key."""
        budget = self.settings.milliseconds.get(plugin)
        if budget is None or (isinstance(self.request, CheckRequest) and self.request.whole):
            return self._seconds
        return min(self._seconds, budget / 1000)

    def _token(self, seconds: float) -> CancelToken:
        end = self._started + seconds
        return CancelToken(end if self.cancel.deadline is None else min(end, self.cancel.deadline))

    def _ask(self, plugin: Plugin, trace: Trace, token: CancelToken) -> _Ended:
        """Ask one plugin. Runs in a thread of the plugin."""
        document = self.document
        context = HostContext(
            self.services,
            plugin.name,
            document,
            self.root,
            token,
            self._kind.lane,
            trace,
            self.settings,
            type(self.request),
        )
        verifier = Verifier(self.request, self.services.tree, trace.by_model, self._shared)
        try:
            answer = plugin.answer(self.request, context)
            check_form(self.request, answer)
            answer = self._with_severities(verifier.verified(answer), plugin.name)
            if not _says_something(answer):
                nothing = answer if isinstance(answer, Silence) else silence("no-opinion", plugin=plugin.name)
                return self._ended(Outcome.NOTHING, nothing, verifier.verdict)
            for origin in _origins(answer):
                if origin.model:
                    trace.note(origin)
            return self._ended(Outcome.ANSWERED, answer, verifier.verdict)
        except BaseException as error:  # also SystemExit and the like: it is the plugin's end, not ours
            if type(error) is Cancelled and token.cancelled and not self.cancel.cancelled:
                return self._ended(Outcome.FAILED, silence("too-slow", seconds=self._limit(plugin.name)))
            outcome, why = explained(plugin.name, error)
            if why.reason == "plugin-broke":
                log.error("plugin %s broke on a %s request", plugin.name, self._kind.name, exc_info=error)
            elif outcome is Outcome.FAILED:
                log.warning("%s: %s request failed: %s", plugin.name, self._kind.name, error)
            elif isinstance(error, ModelMissing | EngineMissing):
                self.services.notify_missing(error)
            return self._ended(outcome, why)

    def _with_severities(self, answer: Answer | None, plugin: str) -> Answer | None:
        """The answer, with the severities that the user's settings give to its findings."""
        wanted = self.settings.severities.get(plugin)
        if not wanted or not isinstance(answer, Findings):
            return answer
        usual = wanted.get("*")
        weighed = (replace(each, severity=wanted.get(each.code, usual or each.severity)) for each in answer.items)
        return replace(answer, items=tuple(weighed))

    def _shared(self, path: Path) -> str | None:
        project = self.services.projects.of(self.root)
        return project.text(path) if project else None

    def _unfinished(self, name: str, why: Unfinished) -> _Ended:
        match why:
            case Unfinished.HUNG:
                log.error("plugin %s hangs on a %s request", name, self._kind.name)
                return self._ended(Outcome.FAILED, silence("plugin-hung", plugin=name, seconds=self._limit(name)))
            case Unfinished.BUSY:
                return self._ended(Outcome.FAILED, silence("plugin-busy", plugin=name))
            case Unfinished.CANCELLED:
                return self._ended(Outcome.CANCELLED, silence("cancelled"))

    def _count(self, name: str, ended: _Ended) -> None:
        """Count a failure towards a pause, or reset the count."""
        if isinstance(ended.answer, Silence) and ended.answer.reason in PLUGINS_FAULT:
            if pause := self.services.pauses.failed(name, ended.answer.reason, ended.answer.sentence):
                paused = _paused(pause)
                self.services.notify(f"{paused.sentence}; {paused.remedy}")
        elif ended.outcome in (Outcome.ANSWERED, Outcome.NOTHING):
            self.services.pauses.succeeded(name)

    def _ended(self, outcome: Outcome, answer: Answer | None, verdict: str = "") -> _Ended:
        return _Ended(outcome, answer, round((time.monotonic() - self._started) * 1000, 1), verdict)

    def _receipt(self, plugin: str, ended: _Ended, trace: Trace) -> Receipt:
        origins = tuple(trace.origins)
        model = next(iter(trace.models), "") or next((origin.model for origin in origins), "")
        trace.is_recorded = True
        receipt = Receipt(
            request=self._kind.name,
            plugin=plugin,
            outcome=ended.outcome,
            uri=self.document.uri if self.document else "",
            line=_line(self.request),
            rules=tuple(dict.fromkeys(origin.rule for origin in _origins(ended.answer) if origin.rule))[:10],
            model=model,
            prompt_tokens=sum(origin.prompt_tokens for origin in origins),
            cached_tokens=sum(origin.cached_tokens for origin in origins),
            output_tokens=sum(origin.output_tokens for origin in origins),
            milliseconds=ended.milliseconds,
            bytes_sent=trace.bytes_sent + self.services.take_late(plugin),
            id=self.services.next_id(),
            at=self._at,
            steps=tuple(trace.steps),
            trimmed_tokens=sum(origin.trimmed_tokens for origin in origins),
            queued_ms=round(sum(origin.queued for origin in origins) * 1000, 1),
            computed_ms=round(sum(origin.computed for origin in origins) * 1000, 1),
            verdict=ended.verdict,
        )
        if isinstance(ended.answer, Silence):
            why = ended.answer
            receipt = replace(receipt, reason=why.reason, sentence=why.sentence, remedy=why.remedy)
        if model:
            try:
                info = self.services.catalog.model(model)
            except ModelError:  # another engine's
                return receipt
            return replace(receipt, quantisation=info.quantisation, sha256=info.sha256[:12])
        return receipt


def _paused(pause: Pause) -> Silence:
    return silence("plugin-paused", plugin=pause.name, times=FAILURES, error=pause.sentence)


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
            judges = [next((fix.origin.model for fix in item.fixes if fix.origin.model), "") for item in items]
            return [Origin(rule=item.code, model=judge) for item, judge in zip(items, judges, strict=True)]
        case _:
            return []


def _line(request: Request) -> int:
    match request:
        case CompletionRequest(document=document, offset=at) | NextEditRequest(document=document, offset=at):
            return document.line_at(at) + 1
        case ActionRequest(document=document, span=span):
            return document.line_at(span.start) + 1
        case ResolveRequest(document=document, action=Action(findings=(first, *_))):
            return document.line_at(first.span.start) + 1
        case _:
            return 0

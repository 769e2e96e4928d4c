"""Sends one request to several plugins at the same time, checks each answer, and writes a receipt for each."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineMissing, ModelError, ModelMissing, PluginError
from breadknife.host.answers.failures import PLUGINS_FAULT, explained
from breadknife.host.answers.form import check_form
from breadknife.host.answers.reply import Reply, line_of, origins, says_something
from breadknife.host.answers.verify import Verifier
from breadknife.host.context import HostContext, Trace
from breadknife.host.kinds import WHOLE_SECONDS, kind_of
from breadknife.host.plugins.containment import GRACE_SECONDS, Patience, Unfinished
from breadknife.host.plugins.pauses import FAILURES, Pause
from breadknife.host.progress import ProgressListener
from breadknife.host.receipts import Outcome, Receipt
from breadknife.host.services import Services
from breadknife.task.plugin import Plugin
from breadknife.task.reasons import silence
from breadknife.task.values import (
    ActionRequest,
    Actions,
    Answer,
    CheckRequest,
    Findings,
    Request,
    Silence,
    WhyRequest,
    document_of,
)

log = logging.getLogger("breadknife.host")

MOST_WAITING = 4
"""The most plugins that wait for each other's answers to one request."""


@dataclass(frozen=True)
class _PluginResult:
    """One plugin's part of a reply."""

    outcome: Outcome
    answer: Answer | None
    """The answer, or a Silence with the reason why there is none."""
    milliseconds: float
    """From the beginning of the request."""
    verdict: str = ""
    """See `Verifier.verdict`."""


@dataclass
class Dispatch:
    """One request on its way to plugins and back. It is also the scope that the plugins' contexts have."""

    services: Services
    request: Request
    root: Path | None
    """The root of the workspace folder."""
    cancel: CancelToken
    """Set or expired once nobody wants the answer any more."""
    tell: ProgressListener = lambda message, fraction: None
    """Called with the plugins' progress."""
    outer: Dispatch | None = None
    """If a plugin asks: the request that it is about to answer itself."""
    asker: str = ""
    """The name of that plugin."""
    patience: float = math.inf
    """Once a plugin has said something, those that still load are waited for so many seconds more."""
    limit: float | None = None
    """Seconds that a plugin may take, in place of the kind's and the user's limit."""
    _started: float = field(default_factory=time.monotonic)
    """On `time.monotonic()`'s clock."""
    _at: float = field(default_factory=time.time)
    """The same as Unix time."""

    def __post_init__(self) -> None:
        self._kind = kind_of(type(self.request), self.services.kinds)
        self.lane = self.outer.lane if self.outer else self._kind.lane
        whole = isinstance(self.request, CheckRequest) and self.request.whole
        self._seconds = WHOLE_SECONDS if whole else self._kind.seconds
        self.document = document_of(self.request)
        self.documents = (*(self.outer.documents if self.outer else ()), *((self.document,) if self.document else ()))
        self.settings = self.services.settings_for(self.document, self.root)
        self.asks_models = False
        """True if a plugin has asked a model, or another one that has. Known after `reply`."""

    @property
    def waiting(self) -> tuple[str, ...]:
        """The plugins that wait for this answer, the innermost last."""
        return (*self.outer.waiting, self.asker) if self.outer else ()

    def reply(self, plugins: Sequence[Plugin]) -> Reply:
        """Ask the plugins, and return their answers with a receipt of each. Never raises."""
        traces = {plugin.name: Trace() for plugin in plugins}
        ended = {plugin.name: result for plugin in plugins if (result := self._result_unasked(plugin.name))}
        asked = [plugin for plugin in plugins if plugin.name not in ended]
        limits = {plugin.name: self._limit(plugin.name) for plugin in asked}
        tokens = {name: self._token(seconds) for name, seconds in limits.items()}
        works = {plugin.name: partial(self._ask, plugin, traces[plugin.name], tokens[plugin.name]) for plugin in asked}
        forgets = [self.cancel.on_cancel(token.cancel) for token in tokens.values()]
        try:
            results = self._results(works, limits)
        finally:
            for forget in forgets:
                forget()
        self.asks_models = any(trace.models or trace.borrows for trace in traces.values())
        for name, result in results.items():
            ended[name] = self._unfinished(name, result) if isinstance(result, Unfinished) else result
            self._count(name, ended[name])
        receipts = tuple(self._receipt(plugin.name, ended[plugin.name], traces[plugin.name]) for plugin in plugins)
        for receipt in receipts:
            if not self._needs_no_receipt or receipt.outcome is Outcome.FAILED:
                self.services.record(receipt)
        return Reply(
            tuple(
                (plugin.name, answer)
                for plugin in plugins
                if (answer := ended[plugin.name].answer) is not None and not isinstance(answer, Silence)
            ),
            receipts,
        )

    @property
    def _needs_no_receipt(self) -> bool:
        """True if nobody misses an answer: an editor asks for a menu at each move of the cursor, and *why* is about
        what was asked before."""
        is_automatic_menu = isinstance(self.request, ActionRequest) and not self.request.invoked
        return is_automatic_menu or isinstance(self.request, WhyRequest)

    def nobody(self, disabled: Sequence[Plugin]) -> None:
        """Record a receipt for a request that no plugin gets."""
        language = self.document.language if self.document else "no document"
        why = (
            _disabled([plugin.name for plugin in disabled])
            if disabled
            else silence("no-plugin", request=self._kind.name, language=language)
        )
        self.services.record(self._receipt("", self._ended(Outcome.NOTHING, why), Trace()))

    def _result_unasked(self, name: str) -> _PluginResult | None:
        """Return the result of a plugin that isn't even asked; None if it is."""
        if self.cancel.cancelled:
            return self._ended(Outcome.CANCELLED, silence("cancelled"))
        if pause := self.services.pauses.paused(name):
            return self._ended(Outcome.FAILED, _paused(pause))
        return None

    def _results(
        self, works: Mapping[str, Callable[[], _PluginResult]], limits: Mapping[str, float]
    ) -> dict[str, _PluginResult | Unfinished]:
        """Run the plugins' works. Those of plugins that still load begin when the others have answered: loading is work
        that would make those late."""
        run, loading = self.services.containment.run, self._loading(works)
        ready = {name: work for name, work in works.items() if name not in loading}
        results = run(ready, limits, self.cancel, self.lane.name)
        if loading:
            has_enough = any(isinstance(result, _PluginResult) and _is_enough(result) for result in results.values())
            patience = Patience(self.patience, _is_enough, has_enough)
            loading_works = {name: works[name] for name in works if name in loading}
            results |= run(loading_works, limits, self.cancel, self.lane.name, patience)
        return results

    def _loading(self, asked: Iterable[str]) -> Collection[str]:
        """Return the plugins that may still load something: those that have never answered such a request about the
        document. A plugin with a finding where a menu opens isn't among them: it is waited for, whatever it loads."""
        if math.isinf(self.patience):
            return ()
        finders = self.services.finders
        findings = self.request.findings if isinstance(self.request, ActionRequest) else ()
        needed = {finders[finding.source] for finding in findings if finding.source in finders}
        return {name for name in asked if name not in needed and self._loaded_key(name) not in self.services.loaded}

    def _loaded_key(self, plugin: str) -> tuple[str, type[Any], str]:
        """Return what `Services.loaded` has once the plugin has answered."""
        return plugin, type(self.request), self.document.uri if self.document else ""

    def _limit(self, plugin: str) -> float:
        """Return the plugin's time limit in seconds. The user's setting doesn't count for `breadknife lint`, where
        nobody waits at a key."""
        if self.limit is not None:
            return self.limit
        budget = self.settings.milliseconds.get(plugin)
        if budget is None or (isinstance(self.request, CheckRequest) and self.request.whole):
            return self._seconds
        return min(self._seconds, budget / 1000)

    def _token(self, seconds: float) -> CancelToken:
        """Return a token that expires so long after the beginning, or with the asker's if that is sooner."""
        end = self._started + seconds
        return CancelToken(end if self.cancel.deadline is None else min(end, self.cancel.deadline))

    def _ask(self, plugin: Plugin, trace: Trace, token: CancelToken) -> _PluginResult:
        """Return the plugin's result: its answer, checked, or why there is none. Never raises. In the plugin's own
        thread."""

        def may_show(uri: str) -> bool:
            return self.services.may_show(uri, self.root, plugin)

        context = HostContext(self.services, plugin.name, self, self.root, token, trace, self.settings)
        verifier = Verifier(self.request, self.services.tree, trace.by_model, self._shared, may_show)
        try:
            self.cancel.raise_if_cancelled()  # before a thread was free for it
            answer = plugin.answer(self.request, context)
            check_form(self.request, answer)
            if answer is not None:  # who has no opinion may not have looked
                self.services.loaded.add(self._loaded_key(plugin.name))
            if isinstance(answer, Findings):
                self._note_findings(answer, plugin.name, token)
                answer = replace(answer, incomplete=answer.incomplete or trace.has_told)  # nobody keeps what tells more
            answer = self._with_severities(verifier.verified(answer), plugin.name)
            if not says_something(answer):
                nothing = answer if isinstance(answer, Silence) else silence("no-opinion", plugin=plugin.name)
                return self._ended(Outcome.NOTHING, nothing, verifier.verdict)
            for origin in origins(answer):
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

    def _note_findings(self, answer: Findings, plugin: str, token: CancelToken) -> None:
        """Note whether more findings are to come, and which plugin has found these."""
        whole = isinstance(self.request, CheckRequest) and self.request.whole
        if self.document is not None and not whole and not token.cancelled:
            self.services.incomplete.note(self.document.uri, plugin, is_incomplete=answer.incomplete)
        self.services.finders.update(dict.fromkeys((finding.source for finding in answer.items), plugin))

    def ask_others(self, plugin: str, request: Request, trace: Trace, cancel: CancelToken) -> Answer | None:
        """See `breadknife.task.plugin.Context.ask`. In the asking plugin's own thread."""
        inner = Dispatch(self.services, request, self.root, _sooner(cancel), self.tell, self, plugin)
        if len(inner.waiting) > MOST_WAITING:
            raise PluginError(f"{' asks '.join(inner.waiting)}: more than {MOST_WAITING} wait for each other")
        forget = cancel.on_cancel(inner.cancel.cancel)
        try:
            serving = [candidate for candidate in self.services.serving(request) if candidate.name not in inner.waiting]
            enabled = [candidate for candidate in serving if candidate.name not in inner.settings.disabled]
            if not enabled:
                inner.nobody(serving)
            reply = inner.reply(enabled)
        finally:
            forget()
        cancel.raise_if_cancelled()
        trace.borrows |= inner.asks_models
        return next((answer for _, answer in reply.answers), None)

    def _with_severities(self, answer: Answer | None, plugin: str) -> Answer | None:
        """Return the answer with the severities that the user's settings give to its findings."""
        severities = self.settings.severities.get(plugin)
        if not severities or not isinstance(answer, Findings):
            return answer
        for_all = severities.get("*")
        findings = (
            replace(finding, severity=severities.get(finding.code, for_all or finding.severity))
            for finding in answer.items
        )
        return replace(answer, items=tuple(findings))

    def _shared(self, path: Path) -> str | None:
        """Return the text of a file of the workspace folder; None if it may not be read there."""
        project = self.services.projects.of(self.root)
        return project.text(path) if project else None

    def _unfinished(self, name: str, why: Unfinished) -> _PluginResult:
        """Return the result of a plugin whose work has none."""
        match why:
            case Unfinished.HUNG:
                log.error("plugin %s hangs on a %s request", name, self._kind.name)
                return self._ended(Outcome.FAILED, silence("plugin-hung", plugin=name, seconds=self._limit(name)))
            case Unfinished.BUSY:
                return self._ended(Outcome.FAILED, silence("plugin-busy", plugin=name))
            case Unfinished.CANCELLED:
                return self._ended(Outcome.CANCELLED, silence("cancelled"))
            case Unfinished.LOADING:
                return self._ended(Outcome.NOTHING, silence("plugin-loading", plugin=name))

    def _count(self, name: str, ended: _PluginResult) -> None:
        """Count a failure towards a pause, or reset the count."""
        if isinstance(ended.answer, Silence) and ended.answer.reason in PLUGINS_FAULT:
            if pause := self.services.pauses.failed(name, ended.answer.reason, ended.answer.sentence):
                paused = _paused(pause)
                self.services.notify(f"{paused.sentence}; {paused.remedy}")
        elif ended.outcome in (Outcome.ANSWERED, Outcome.NOTHING):
            self.services.pauses.succeeded(name)

    def _ended(self, outcome: Outcome, answer: Answer | None, verdict: str = "") -> _PluginResult:
        return _PluginResult(outcome, answer, round((time.monotonic() - self._started) * 1000, 1), verdict)

    def _receipt(self, plugin: str, ended: _PluginResult, trace: Trace) -> Receipt:
        """Return the receipt of a plugin's result; what its trace counts later goes into the plugin's next one."""
        costs = tuple(trace.origins)
        models = (*(name for name in trace.models if name not in trace.absent), *(origin.model for origin in costs))
        model = next(iter(models), "")
        trace.is_recorded = True
        receipt = Receipt(
            request=self._kind.name,
            plugin=plugin,
            outcome=ended.outcome,
            uri=self.document.uri if self.document else "",
            line=line_of(self.request),
            rules=tuple(dict.fromkeys(origin.rule for origin in origins(ended.answer) if origin.rule))[:10],
            model=model,
            prompt_tokens=sum(origin.prompt_tokens for origin in costs),
            cached_tokens=sum(origin.cached_tokens for origin in costs),
            output_tokens=sum(origin.output_tokens for origin in costs),
            milliseconds=ended.milliseconds,
            bytes_sent=trace.bytes_sent + self.services.take_late(plugin),
            id=self.services.next_id(),
            at=self._at,
            steps=tuple(trace.steps),
            trimmed_tokens=sum(origin.trimmed_tokens for origin in costs),
            queued_ms=round(sum(origin.queued for origin in costs) * 1000, 1),
            computed_ms=round(sum(origin.computed for origin in costs) * 1000, 1),
            asked_by=self.asker,
            verdict=ended.verdict,
            refused=_refused(ended.answer),
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


def _is_enough(ended: _PluginResult) -> bool:
    return ended.outcome is Outcome.ANSWERED


def _disabled(names: Sequence[str]) -> Silence:
    return silence("disabled", plugin=", ".join(names), name="], [".join(names))


def _refused(answer: Answer | None) -> tuple[str, ...]:
    items = answer.items if isinstance(answer, Actions) else ()
    return tuple(why for action in items for why in action.refused)[:10]


def _paused(pause: Pause) -> Silence:
    return silence("plugin-paused", plugin=pause.name, times=FAILURES, error=pause.sentence)


def _sooner(cancel: CancelToken) -> CancelToken:
    """Return a token that expires earlier: a plugin that asks another one has time left to do without its answer, or to
    notice that there is none."""
    left = cancel.remaining()
    return CancelToken() if left is None else CancelToken.after(max(left / 2, left - 2 * GRACE_SECONDS))

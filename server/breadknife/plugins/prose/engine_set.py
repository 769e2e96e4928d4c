"""The engines that a document's settings ask for, each with what it has already said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from breadknife import arrivals, paths
from breadknife.disk_cache import DiskCache, TypedDiskCache, code_of
from breadknife.errors import DocumentKept, EngineAbsent, ModelError
from breadknife.lru import LruCache
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.background import BackgroundEngine
from breadknife.plugins.prose.engines.counts import CountsEngine
from breadknife.plugins.prose.engines.engine_health import AGAIN_S, SOON_S, EngineHealth
from breadknife.plugins.prose.engines.harper import HarperDictionary, HarperEngine, harper_thread
from breadknife.plugins.prose.engines.lint import BackgroundLinter, Lint, LintRequest
from breadknife.plugins.prose.engines.merge import Correction, may_change_findings
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.model.proposer import PlacedSentence, list_sentences
from breadknife.plugins.prose.model.reviewer import ModelReviewer
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.plugin import Context

ROLE = "judge"
"""The role, in the settings, of the model that this plugin asks."""
_PLUGIN = Path(__file__).parent
_SETTINGS, _MODELS = 4, 2
"""How many sets of engines, and models, are kept: for folders with other settings, whose documents are edited by turns.
"""


@dataclass(frozen=True)
class LinterSettings:
    """The settings that change what the engines say of a text."""

    dialect: str
    enabled: frozenset[str]
    languagetool_url: str


class LanguageToolRegistry:
    """One LanguageTool for each address, whatever else settings say: each is a JVM.

    Safe to use from several threads.
    """

    def __init__(self, clock: Callable[[], float], store: DiskCache) -> None:
        self._clock = clock
        self._store = store
        self._running: dict[str, BackgroundLinter] = {}
        self._missing_until = 0.0
        """Until then nobody looks again whether it has been set up, unless a part of breadknife arrives before."""
        self._arrival: object = None
        """The newest part that had arrived when it was last looked for (see `breadknife.arrivals`)."""
        self._obstacle: str | None = None
        """Why it couldn't run then: to look again for each document would take a tenth of lint's time."""
        self._lock = threading.Lock()

    def find(self, settings: LinterSettings, context: Context, *, whole: bool) -> BackgroundLinter | None:
        """Return the LanguageTool at the settings' address; None if nobody has set one up, which a `whole` check (lint)
        is told."""
        url = settings.languagetool_url
        with self._lock:
            if url not in self._running and self._is_set_up(url):
                self._running[url] = self._start(settings.dialect, url)
            running = self._running.get(url)
        if running is None and whole:
            context.notify(
                f"Prose is checked by Harper alone: LanguageTool can't run: {self._obstacle}.", optional=True
            )
        return running

    def _is_set_up(self, url: str) -> bool:
        arrival = arrivals.newest()
        if not url and self._clock() < self._missing_until and arrival == self._arrival:
            return False
        if languagetool.is_set_up(url):
            return True
        self._missing_until, self._arrival = self._clock() + AGAIN_S, arrival
        self._obstacle = languagetool.obstacle(url)
        return False

    def _start(self, dialect: str, url: str) -> BackgroundLinter:
        engine, can_run = languagetool.LanguageToolEngine(dialect, url), False

        def check(request: LintRequest) -> tuple[Lint, ...]:
            """Check once it can run here: asking Java for its version takes half a second, for which nobody waits."""
            nonlocal can_run
            if not can_run and (why := languagetool.obstacle(url)) is not None:
                raise EngineAbsent(f"LanguageTool can't run: {why}")
            can_run = True
            return engine.check(request.text, request.language)

        # Nothing of a server that the user runs is kept: it may be another version, with other rules, the next day.
        by = f"languagetool {languagetool.VERSION} {code_of(_PLUGIN)}"
        kept: TypedDiskCache[LintRequest, Lint] | None = None if url else TypedDiskCache(self._store, by, Lint)
        return BackgroundLinter(
            check,
            engine.close,
            health=EngineHealth(self._clock),
            kept=kept,
            matters=may_change_findings,
        )

    def close(self) -> None:
        for linter in self._running.values():
            linter.close()


class EnglishEngines:
    """The dictionary of one country's English, and what models say of texts in it, whatever rules are on."""

    def __init__(self, dialect: str, clock: Callable[[], float], thread: ThreadPoolExecutor, store: DiskCache) -> None:
        self._clock = clock
        self._dialect = dialect
        self._store = store
        # A linter of its own, which is asked about a word quickly.
        dictionary = HarperDictionary(dialect, thread)
        self._dictionary = BackgroundLinter(
            lambda request: dictionary.check(request.text), dictionary.close, kept=_kept(store, f"dictionary {dialect}")
        )
        self._sentences = BackgroundEngine[tuple[str, tuple[Correction, ...]], PlacedSentence](
            lambda asked: list_sentences(*asked),
            kept=TypedDiskCache(store, f"sentences {code_of(_PLUGIN)}", PlacedSentence),
        )
        """What counts speak for in a paragraph takes as long to find as Harper takes for it."""
        self._reviewers: LruCache[tuple[str, str], ModelReviewer] = LruCache(
            _MODELS, on_drop=lambda reviewer: reviewer.close(wait_s=0)
        )
        """By the model's name and digest."""

    def sentences(self, text: str, mended: Sequence[Correction]) -> tuple[PlacedSentence, ...]:
        """Return what a model reads of a paragraph, as `list_sentences` does."""
        return self._sentences.answer((text, tuple(mended)))

    def knows(self, word: str) -> bool:
        """Tell whether the dictionary has the word."""
        return not any(lint.rule in SPELLING for lint in self._dictionary.answer(LintRequest(word)))

    def reviewer(self, context: Context) -> ModelReviewer | None:
        """Return what the context's model says; None where there is none, or the document may not be shown to it."""
        try:
            model = context.model(ROLE)
            key = model.name, model.digest
        except DocumentKept:
            return None
        except ModelError as error:
            context.notify(f"Prose is checked without a model: {error}.", optional=True)
            return None
        reviewer = self._reviewers.get_or_add(key, lambda: self._make_reviewer(model.digest))
        reviewer.use(model)
        return reviewer

    def close(self) -> None:
        self._dictionary.close()
        self._sentences.close()
        for reviewer in self._reviewers.values():
            reviewer.close()

    def _make_reviewer(self, digest: str) -> ModelReviewer:
        # Its proposals depend on Harper's dictionary, too.
        by = f"{digest} {self._dialect} {metadata.version('harper-py')} {code_of(_PLUGIN)}"
        store = self._store if digest else None
        return ModelReviewer(self.knows, EngineHealth(self._clock, SOON_S), store, by)


@dataclass(frozen=True)
class EngineSet:
    """The engines for one `LinterSettings`. Harper answers at once, the others, if they are there, later."""

    settings: LinterSettings
    harper: BackgroundLinter
    loading: Future[Any] | None
    """Harper's, where that was begun ahead of the first question."""
    english: EnglishEngines
    languagetools: LanguageToolRegistry

    @property
    def harper_is_loading(self) -> bool:
        return self.loading is not None and not self.loading.done()

    def languagetool(self, context: Context, *, whole: bool) -> BackgroundLinter | None:
        return self.languagetools.find(self.settings, context, whole=whole)


class EngineRegistry:
    """All engines but Vale. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._store = DiskCache(paths.answers_dir() / "prose.sqlite")
        self._languagetools = LanguageToolRegistry(clock, self._store)
        self._thread = harper_thread()
        self._loading: Future[Any] | None = None
        self._english: dict[str, EnglishEngines] = {}
        self._sets: LruCache[LinterSettings, EngineSet] = LruCache(
            _SETTINGS, on_drop=lambda engines: engines.harper.close(wait_s=0)
        )

    def find(self, settings: ProseSettings) -> EngineSet:
        """Return the engines for these settings; they are made at the first call."""
        key = LinterSettings(settings.dialect, frozenset(settings.enabled_rules), settings.languagetool_url)
        return self._sets.get_or_add(key, lambda: self._make_set(key))

    def load(self) -> None:
        """Begin to load Harper, for which no answer to an editor waits from now on. Returns at once; called before the
        first `find`."""
        self._loading = HarperDictionary("en-US", self._thread).load()

    def close(self) -> None:
        for engines in self._sets.values():
            engines.harper.close()
        for english in self._english.values():
            english.close()
        self._languagetools.close()
        self._store.close()

    def _make_set(self, settings: LinterSettings) -> EngineSet:
        """Make a set of engines. Called while the registry's sets are locked."""
        dialect = settings.dialect
        if dialect not in self._english:
            self._english[dialect] = EnglishEngines(dialect, self._clock, self._thread, self._store)
        engine, counts = HarperEngine(dialect, settings.enabled, thread=self._thread), CountsEngine(dialect)

        def check(request: LintRequest) -> tuple[Lint, ...]:
            """Return what both say that answer at once."""
            return (*engine.check(request.text, request.language), *counts.check(request.text, request.language))

        by = f"harper {dialect} {','.join(sorted(settings.enabled))}"
        kept = _kept(self._store, by)
        harper = BackgroundLinter(check, engine.close, kept=kept, matters=may_change_findings)
        return EngineSet(settings, harper, self._loading, self._english[dialect], self._languagetools)


def _kept(store: DiskCache, by: str) -> TypedDiskCache[LintRequest, Lint]:
    """Return what Harper, and the counts, have said on earlier days: they take half a second to start."""
    return TypedDiskCache(store, f"{by} {metadata.version('harper-py')} {code_of(_PLUGIN)}", Lint)

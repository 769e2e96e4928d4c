"""The engines that a document's settings ask for, each with what it has already said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from breadknife import arrivals, paths
from breadknife.cancel import CancelToken
from breadknife.errors import DocumentKept, EngineAbsent, ModelError
from breadknife.kept import Kept, Store, code_of
from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.background import Background
from breadknife.plugins.prose.engines.harper import HarperDictionary, HarperEngine, harper_thread
from breadknife.plugins.prose.engines.health import AGAIN_S, SOON_S, Health
from breadknife.plugins.prose.engines.lint import Asked, Asking, Later, Lint, QuietEngine, quiet
from breadknife.plugins.prose.engines.merge import may_change_findings
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.model.opinions import Opinions
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.plugin import Context

ROLE = "judge"
_OWN = Path(__file__).parent
_WISHES, _MODELS = 4, 2
"""The newest that are kept: of folders with other settings, which are looked at by turns."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Wish:
    """What of the settings makes other findings of one text."""

    dialect: str
    enabled: frozenset[str]
    url: str = ""

    @classmethod
    def of(cls, settings: ProseSettings) -> Wish:
        return cls(settings.dialect, frozenset(settings.enabled_rules), settings.languagetool_url)


class _OnceJavaIsThere:
    """LanguageTool, of which is found out at the first check whether it can run: asking Java for its version takes
    half a second, for which nobody waits."""

    name = "languagetool"

    def __init__(self, dialect: str, url: str) -> None:
        self._engine = languagetool.LanguageToolEngine(dialect, url)
        self._url = url
        self._can_run = False

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Raises as LanguageToolEngine does, and EngineAbsent while something is missing."""
        if not self._can_run and (obstacle := languagetool.obstacle(self._url)) is not None:
            raise EngineAbsent(f"LanguageTool can't run: {obstacle}")
        self._can_run = True
        return self._engine.check(text, language)

    def close(self) -> None:
        self._engine.close()


class LanguageTools:
    """One LanguageTool for each address, whatever else settings say: each is a JVM.

    Safe to use from several threads.
    """

    def __init__(self, clock: Callable[[], float], store: Store) -> None:
        self._clock = clock
        self._store = store
        self._running: dict[str, Later] = {}
        self._missing_until = 0.0
        """When is looked again whether it has been set up, unless a part of breadknife arrives before that."""
        self._arrival: object = None
        self._lock = threading.Lock()

    def of(self, wish: Wish, context: Context, *, whole: bool) -> Later | None:
        """Return the LanguageTool at the wish's address; None if nobody has set one up, which only lint is told."""
        with self._lock:
            running = self._running.get(wish.url) or self._made(wish)
        if running is None and whole:
            context.notify(
                f"Prose is checked by Harper alone: LanguageTool can't run: {languagetool.obstacle(wish.url)}."
            )
        return running

    def _made(self, wish: Wish) -> Later | None:
        arrival = arrivals.newest()
        if not wish.url and self._clock() < self._missing_until and arrival == self._arrival:
            return None
        if not languagetool.is_set_up(wish.url):
            self._missing_until, self._arrival = self._clock() + AGAIN_S, arrival
            return None
        engine = _OnceJavaIsThere(wish.dialect, wish.url)
        # What a server of the user's own is, and says, may change from one day to the next.
        by = f"languagetool {languagetool.VERSION} {code_of(_OWN)}"
        kept: Kept[Asked, Lint] | None = None if wish.url else Kept(self._store, by, Lint)
        self._running[wish.url] = Background(
            Asking(engine), health=Health(self._clock), kept=kept, matters=may_change_findings
        )
        return self._running[wish.url]

    def close(self) -> None:
        for each in self._running.values():
            each.close()


@dataclass(frozen=True)
class Tool:
    """What LanguageTool says, as one wish has it: its English is of a country, and some of its rules are off."""

    answers: Later
    wish: Wish

    @property
    def failure(self) -> str | None:
        return self.answers.failure

    @property
    def is_absent(self) -> bool:
        return self.answers.is_absent

    def submit(self, owner: str, asked: Iterable[Asked], arrived: Callable[[], None]) -> None:
        self.answers.submit(owner, map(self._named, asked), arrived)

    def wait(self, asked: Iterable[Asked], cancel: CancelToken) -> None:
        self.answers.wait(map(self._named, asked), cancel)

    def waits(self, owner: str) -> bool:
        return self.answers.waits(owner)

    def lost(self, asked: Iterable[Asked]) -> bool:
        return self.answers.lost(map(self._named, asked))

    def result(self, asked: Asked) -> tuple[Lint, ...] | None:
        found = self.answers.result(self._named(asked))
        return None if found is None else quiet(found, self.wish.enabled)

    def _named(self, asked: Asked) -> Asked:
        return asked if asked.language else replace(asked, language=self.wish.dialect)


class English:
    """Of one country, whatever rules are on: its dictionary, and what the model says of texts in it."""

    def __init__(
        self,
        dialect: str,
        clock: Callable[[], float],
        thread: ThreadPoolExecutor | None = None,
        store: Store | None = None,
    ) -> None:
        self._clock = clock
        self._dialect = dialect
        self._store = store
        # A linter of its own, for which a word is asked about quickly.
        self._dictionary: Later = Background(Asking(HarperDictionary(dialect, thread)))
        self._opinions: dict[tuple[str, str], Opinions] = {}
        """By the model's name and digest, the newest last."""
        self._lock = threading.Lock()

    def knows(self, word: str) -> bool:
        return not any(lint.rule in SPELLING for lint in self._dictionary.answer(Asked(word)))

    def opinions(self, context: Context) -> Opinions | None:
        try:
            model = context.model(ROLE)
            key = model.name, model.digest
        except DocumentKept:
            return None
        except ModelError as error:
            context.notify(f"Prose is checked without a model: {error}.")
            return None
        with self._lock:
            opinions = self._opinions.pop(key, None) or self._asked(key[1])
            self._opinions[key] = opinions
            dropped = _oldest(self._opinions, _MODELS)
        opinions.use(model)
        for each in dropped:
            each.close(wait_s=0)
        return opinions

    def close(self) -> None:
        for each in (self._dictionary, *self._opinions.values()):
            each.close()

    def _asked(self, digest: str) -> Opinions:
        if not digest:
            return Opinions(self.knows, Health(self._clock, SOON_S))
        # Of the words that it proposes the dictionary has a say.
        by = f"{digest} {self._dialect} {metadata.version('harper-py')} {code_of(_OWN)}"
        return Opinions(self.knows, Health(self._clock, SOON_S), self._store, by)


@dataclass(frozen=True)
class Checkers:
    """The engines for one wish. Harper answers at once, the others, if they are there, later."""

    wish: Wish
    harper: Later
    english: English
    tools: LanguageTools

    def languagetool(self, context: Context, *, whole: bool) -> Tool | None:
        running = self.tools.of(self.wish, context, whole=whole)
        return Tool(running, self.wish) if running is not None else None

    def opinions(self, context: Context) -> Opinions | None:
        return self.english.opinions(context)

    def knows(self, word: str) -> bool:
        return self.english.knows(word)


class Engines:
    """All that the plugin asks. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._store = Store(paths.state_dir() / "prose.sqlite")
        self._tools = LanguageTools(clock, self._store)
        self._thread = harper_thread()
        self._english: dict[str, English] = {}
        self._checkers: dict[Wish, Checkers] = {}
        """The newest last."""
        self._lock = threading.Lock()

    def of(self, settings: ProseSettings) -> Checkers:
        wish = Wish.of(settings)
        with self._lock:
            checkers = self._checkers.pop(wish, None) or self._made(wish)
            self._checkers[wish] = checkers
            dropped = _oldest(self._checkers, _WISHES)
        for each in dropped:
            each.harper.close(wait_s=0)
        return checkers

    def _made(self, wish: Wish) -> Checkers:
        english = self._english.get(wish.dialect) or English(wish.dialect, self._clock, self._thread, self._store)
        self._english[wish.dialect] = english
        harper = QuietEngine(HarperEngine(wish.dialect, wish.enabled, thread=self._thread), wish.enabled)
        return Checkers(wish, Background(Asking(harper), matters=may_change_findings), english, self._tools)

    def close(self) -> None:
        for each in (*(checkers.harper for checkers in self._checkers.values()), *self._english.values(), self._tools):
            each.close()
        self._store.close()


def _oldest(kept: dict[_Key, _Value], most: int) -> list[_Value]:
    """Those that are too many, taken out."""
    return [kept.pop(key) for key in list(kept)[: max(0, len(kept) - most)]]

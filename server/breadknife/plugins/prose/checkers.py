"""The engines that a document's settings ask for, each with what it has already said."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from breadknife.errors import ModelError
from breadknife.plugins.prose import languagetool, vale
from breadknife.plugins.prose.background import Background
from breadknife.plugins.prose.engine import Asked, Asking, HarperEngine, Lint, QuietEngine
from breadknife.plugins.prose.opinions import Opinions
from breadknife.plugins.prose.rules import SPELLING
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.plugin import Context

_ROLE = "judge"
Later = Background[Asked, Lint]


@dataclass(frozen=True)
class Wish:
    """What of the settings makes other engines of them."""

    dialect: str
    enabled: frozenset[str]
    url: str = ""

    @classmethod
    def of(cls, settings: ProseSettings) -> Wish:
        return cls(settings.dialect, frozenset(settings.enabled_rules), settings.languagetool_url)


class Checkers:
    """The engines for one wish. Harper answers at once, the others, if they are there, later."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        harper = QuietEngine(HarperEngine(wish.dialect, wish.enabled), wish.enabled)
        self.harper: Later = Background(Asking(harper))
        # One of its own, or a single word would wait while the other reads paragraphs.
        self._dictionary: Later = Background(Asking(HarperEngine(wish.dialect, alone=SPELLING)))
        self._languagetool: Later | None = None
        self._obstacle: str | None = None
        self._opinions: Opinions | None = None
        self._lock = threading.Lock()

    def languagetool(self, context: Context) -> Later | None:
        with self._lock:
            if self._languagetool is None and self._obstacle is None:
                self._obstacle = languagetool.obstacle(self._wish.url)
                if self._obstacle is None:
                    engine = languagetool.LanguageToolEngine(self._wish.dialect, self._wish.url)
                    self._languagetool = Background(Asking(QuietEngine(engine, self._wish.enabled)))
        if self._obstacle is not None:
            context.notify(f"Prose is checked by Harper alone; LanguageTool can't help: {self._obstacle}.")
        return self._languagetool

    def opinions(self, context: Context) -> Opinions | None:
        try:
            model = context.model(_ROLE)
        except ModelError as error:
            context.notify(f"Prose is checked without a model: {error}.")
            return None
        with self._lock:
            if self._opinions is None:
                self._opinions = Opinions(self.knows)
        self._opinions.use(model)
        return self._opinions

    def knows(self, word: str) -> bool:
        return not any(lint.rule in SPELLING for lint in self._dictionary.answer(Asked(word)))

    def close(self) -> None:
        for each in (self.harper, self._dictionary, self._languagetool, self._opinions):
            if each is not None:
                each.close()


class Vales:
    """A Vale for each folder that has styles of its own, and that may have a program run."""

    def __init__(self) -> None:
        self._running: dict[tuple[Path, float], Later] = {}
        self._lock = threading.Lock()

    def of(self, context: Context) -> Later | None:
        root = context.root
        configured = vale.configuration(root) if root is not None and context.trusted else None
        if root is None or configured is None:
            return None
        try:
            key = (configured, configured.stat().st_mtime)
        except OSError:
            return None
        with self._lock:
            if key not in self._running:
                program = vale.program(root)
                if program is None:
                    return None
                self._running[key] = Background(Asking(vale.ValeEngine(program, configured)))
            return self._running[key]

    def close(self) -> None:
        for each in self._running.values():
            each.close()

"""An engine of the test's choice in LanguageTool's place."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.text.document import Span


@dataclass
class Second:
    """Answers when `gate` is open."""

    name: str = "languagetool"
    lints: Callable[[str], list[Lint]] = lambda text: []
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list[str])
    languages: list[str] = field(default_factory=list[str])
    made: int = 0

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        assert self.gate.wait(30)
        self.asked.append(text)
        self.languages.append(language)
        return tuple(self.lints(text))

    def close(self) -> None:
        self.gate.set()

    def put_in_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def make(dialect: str, url: str) -> Second:
            self.made += 1
            return self

        monkeypatch.setattr(languagetool, "is_set_up", lambda url: True)
        monkeypatch.setattr(languagetool, "obstacle", lambda url: None)
        monkeypatch.setattr(languagetool, "LanguageToolEngine", make)


def speaks_of(words: str, rule: str, *replacements: str, category: str = "TYPOS") -> Callable[[str], list[Lint]]:
    def lints(text: str) -> list[Lint]:
        at = text.find(words)
        span = Span(at, at + len(words))
        return [] if at < 0 else [Lint("languagetool", rule, span, "so", replacements, category)]

    return lints

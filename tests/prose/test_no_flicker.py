"""What was shown stays while the text around it is typed, whoever found it and however late the next answer comes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from breadknife.plugins.prose import languagetool, opinions
from breadknife.plugins.prose.engine import Lint
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.text.document import Document, Span, TextEdit
from prose.disliking import DislikingEngine
from prose.typing import Editor, Shown, type_around
from support import document


@dataclass
class Tool:
    """LanguageTool's place: objects to "keep", after a while."""

    random: Random = field(default_factory=lambda: Random(3))
    name: str = "languagetool"

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        time.sleep(self.random.choice((0, 0.01, 0.05)))
        at = text.find("keep")
        return (Lint("languagetool", "SHE_LIVE", Span(at, at + 4), "so", ("keeps",), "GRAMMAR"),) if at >= 0 else ()

    def close(self) -> None: ...


@pytest.fixture
def plugin(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProsePlugin]:
    monkeypatch.setattr(languagetool, "obstacle", lambda url: None)
    monkeypatch.setattr(languagetool, "LanguageToolEngine", lambda dialect, url: Tool())
    monkeypatch.setattr(opinions, "_REST_S", 0.03)
    plugin = ProsePlugin()
    yield plugin
    plugin.close()


NOT_ENGLISH = "Das ist nicht auf Englisch, und es ist auch nicht für die Maschine.\n\n"
CASES = [
    ("LanguageTool's", "The inventory keep one line,", {}, "keep", False),
    ("what the model agreed to", "It is better then before,", {"then": -9, "than": -1}, "then", True),
    ("the model's own", "Each file have a name,", {"have": -20, "has": -1}, "have", True),
    ("among other languages", NOT_ENGLISH + "The inventory keep one line,", {}, "keep", False),
    ("beside another one", "You see the the end. Each file have a name,", {"have": -20, "has": -1}, "have", True),
]


@pytest.mark.parametrize(("text", "words", "found", "model"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_it_stays(plugin: ProsePlugin, text: str, words: Mapping[str, float], found: str, model: bool) -> None:
    editor = Editor(values=ProseSettings(model=model, languagetool=not model), engine=DislikingEngine(words))
    doc = document(f"{text} and so you see it.\n\nThe other one is here.\n", "markdown")
    after = doc.text.index(", and")
    type_around(plugin, editor, doc, found, after, Random(5))


def test_it_goes_with_its_mistake_and_comes_back_with_it(plugin: ProsePlugin) -> None:
    editor = Editor(values=ProseSettings(model=False))
    wrong = document("The inventory keep one line.\n", "markdown")
    right = Document(wrong.uri, wrong.language, wrong.text.replace("keep", "holds"), 2)
    shown = Shown(plugin, editor)
    shown.until(wrong, "keep")
    assert shown.now(right) == []
    assert shown.now(wrong.edited([TextEdit(Span(0, 0), "")], 3)) == ["keep"]

"""What was shown stays while the text around it is typed, whoever found it and however late the next answer comes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from breadknife.plugins.prose.engines import languagetool, vale
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.model import reviewer
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.text.document import Document, Span, TextEdit
from prose.disliking import DislikingEngine
from prose.typing import Editor, Shown, type_around
from support import document


@dataclass
class Late:
    """In LanguageTool's place or Vale's: objects to a word, after a while."""

    name: str
    rule: str
    word: str
    instead: str
    waits: tuple[float, ...] = (0, 0.01, 0.05)
    random: Random = field(default_factory=lambda: Random(3))

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        time.sleep(self.random.choice(self.waits))
        at = text.find(self.word)
        span = Span(at, at + len(self.word))
        return (Lint(self.name, self.rule, span, "so", (self.instead,), "TYPOS"),) if at >= 0 else ()

    def close(self) -> None: ...


@pytest.fixture
def plugin(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProsePlugin]:
    monkeypatch.setattr(languagetool, "is_set_up", lambda url: True)
    monkeypatch.setattr(languagetool, "obstacle", lambda url: None)
    monkeypatch.setattr(
        languagetool, "LanguageToolEngine", lambda dialect, url: Late("languagetool", "SHE_LIVE", "keep", "keeps")
    )
    monkeypatch.setattr(vale, "program", lambda root: home / "vale")
    monkeypatch.setattr(
        vale, "ValeEngine", lambda program, ini: Late("vale", "House.Terms", "utilize", "use", (0, 0.1, 0.4))
    )
    monkeypatch.setattr(reviewer, "_REST_S", 0.03)
    plugin = ProsePlugin()
    yield plugin
    plugin.close()


NOT_ENGLISH = "Das ist nicht auf Englisch, und es ist auch nicht für die Maschine.\n\n"
ENGLISH = "This is a list of all that is in the file and it will tell you how each of these can be used.\n\n"
TOOL, MODEL = ProseSettings(model=False), ProseSettings(languagetool=False)
HAVE = {"have": -20, "has": -1}
CASES = [
    ("LanguageTool's", "The inventory keep one line,", {}, "keep", TOOL),
    ("what the model agreed to", "It is better then before,", {"then": -9, "than": -1}, "then", MODEL),
    ("the model's own", "Everyone have a name,", HAVE, "have", MODEL),
    ("among other languages", NOT_ENGLISH + ENGLISH + "The inventory keep one line,", {}, "keep", TOOL),
    ("beside another one", "You see the the end. Everyone have a name,", HAVE, "have", MODEL),
    ("LanguageTool's that the model agreed to", "The inventory keep one line,", {"keep": -9, "keeps": -1}, "keep",
     ProseSettings()),
    ("the model's own beside LanguageTool's", "The inventory keep one line. Everyone have a name,",
     {"keep": -9, "keeps": -1, **HAVE}, "have", ProseSettings()),
    ("Vale's, which is slow", "We utilize one line,", {}, "utilize", replace(TOOL, languagetool=False)),
    ("Vale's beside all others", "We utilize one line, the inventory keep it,", {"keep": -9, "keeps": -1}, "utilize",
     ProseSettings()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words", "found", "settings"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_it_stays(
    plugin: ProsePlugin, tmp_path: Path, text: str, words: Mapping[str, float], found: str, settings: ProseSettings
) -> None:
    (tmp_path / ".vale.ini").touch()
    editor = Editor(values=settings, engine=DislikingEngine(words), root=tmp_path, trusted=True)
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

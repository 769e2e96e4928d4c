"""What a slow engine has found doesn't flicker; and a large document is looked at as a whole when it rests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from breadknife.plugins.prose.engines import languagetool
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.finding import move_finding
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Finding, Findings, Fix
from breadknife.text.document import Document, Span, TextEdit
from support import PluginContext, document


@pytest.mark.parametrize(
    ("span", "edit", "expected"),
    [
        (Span(5, 9), TextEdit(Span(0, 0), "ab"), Span(7, 11)),
        (Span(5, 9), TextEdit(Span(12, 13), ""), Span(5, 9)),
        (Span(5, 9), TextEdit(Span(0, 3), ""), Span(2, 6)),
        (Span(5, 9), TextEdit(Span(6, 6), "x"), None),
        (Span(5, 9), TextEdit(Span(9, 9), "x"), None),
        (Span(5, 9), TextEdit(Span(2, 5), ""), None),
    ],
)
def test_a_finding_moves_with_its_text(span: Span, edit: TextEdit, expected: Span | None) -> None:
    finding = Finding(span, "harper", "R", "so", fixes=(Fix("Fix", (TextEdit(span, "new"),)),))
    new = move_finding(finding, edit)
    assert (new and new.span) == expected
    assert new is None or new.fixes[0].edits == (TextEdit(new.span, "new"),)


@dataclass
class Slow:
    """LanguageTool's place: finds "keep" in whatever it has been let through."""

    gate: threading.Event = field(default_factory=threading.Event)
    name: str = "languagetool"

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        assert self.gate.wait(30)
        at = text.find("keep")
        return (Lint("languagetool", "SHE_LIVE", Span(at, at + 4), "so", ("keeps",), "TYPOS"),) if at >= 0 else ()

    def close(self) -> None:
        self.gate.set()


class Editor(PluginContext):
    def __init__(self, root: Path) -> None:
        super().__init__(root=root, values=ProseSettings(model=False))
        self.again = threading.Event()

    def refresh(self) -> None:
        self.again.set()


def words(plugin: ProsePlugin, doc: Document, editor: Editor) -> list[str]:
    answer = plugin.answer(CheckRequest(doc), editor)
    assert isinstance(answer, Findings)
    return [doc.slice(each.span) for each in sorted(answer.items, key=lambda each: each.span)]


@pytest.mark.parametrize("filler", ["", "Some other words.\n\n" * 8_000], ids=["small", "large"])
def test_findings_of_a_slow_engine_do_not_flicker(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filler: str
) -> None:
    slow = Slow()
    monkeypatch.setattr(languagetool, "is_set_up", lambda url: True)
    monkeypatch.setattr(languagetool, "obstacle", lambda url: None)
    monkeypatch.setattr(languagetool, "LanguageToolEngine", lambda dialect, url: slow)
    plugin, editor = ProsePlugin(), Editor(tmp_path)
    try:
        slow.gate.set()
        doc = document("The inventory keep one line, and so you see it.\n\n" + filler, "markdown")
        while words(plugin, doc, editor) != ["keep"]:
            assert editor.again.wait(30)
            editor.again.clear()
        slow.gate.clear()
        editor.again.clear()
        for version in range(2, 5):  # typing elsewhere in its sentence
            at = doc.text.index(", and")
            doc = doc.changed(TextEdit(Span(at, at), f", so{version}"), version)
            assert words(plugin, doc, editor) == ["keep"]
        at = doc.text.index("keep")
        doc = doc.changed(TextEdit(Span(at + 4, at + 4), "s"), 9)  # the word itself
        assert words(plugin, doc, editor) == []
        slow.gate.set()
    finally:
        plugin.close()


def test_a_large_document_is_looked_at_as_a_whole_when_it_rests(home: Path, tmp_path: Path) -> None:
    plugin, editor = ProsePlugin(), Editor(tmp_path)
    editor.values = ProseSettings(model=False, languagetool=False)
    try:
        text = "# One\n\n" + "Some other words.\n\n" * 8_000 + "You see an cat here.\n"
        doc = document(text, "markdown")
        while words(plugin, doc, editor) != ["an"]:
            assert editor.again.wait(30)
            editor.again.clear()
        editor.again.clear()
        doc = doc.changed(TextEdit(Span(5, 5), "s an apple, an pear"), 2)
        assert words(plugin, doc, editor) == ["an", "an"]
        assert editor.again.wait(30)
        assert words(plugin, doc, editor) == ["an", "an"]
    finally:
        plugin.close()


def test_a_long_document_is_told_what_is_wrong_with_all_of_it_once_it_rests(home: Path, tmp_path: Path) -> None:
    plugin, editor = ProsePlugin(), Editor(tmp_path)
    editor.values = ProseSettings(model=False, languagetool=False)
    try:
        text = "# One\n\n### Too deep\n\nYou see an cat here.\n\n" + "Some other words.\n\n" * 1_000
        doc = document(text, "markdown")
        assert words(plugin, doc, editor) == ["an"]
        assert editor.again.wait(30)
        assert words(plugin, doc, editor) == ["Too deep", "an"]
        assert words(plugin, doc.changed(TextEdit(Span(0, 0), " "), 2), editor) == ["Too deep", "an"]
    finally:
        plugin.close()

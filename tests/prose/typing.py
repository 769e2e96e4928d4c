"""Typing in a document beside what was found there, and looking at each answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from random import Random

from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.task.values import CheckRequest, Findings
from breadknife.text.document import Document, Span, TextEdit
from support import PluginContext


@dataclass
class Editor(PluginContext):
    again: threading.Event = field(default_factory=threading.Event)

    def refresh(self) -> None:
        self.again.set()


@dataclass(frozen=True)
class Shown:
    plugin: ProsePlugin
    editor: Editor

    def now(self, doc: Document) -> list[str]:
        answer = self.plugin.answer(CheckRequest(doc), self.editor)
        assert isinstance(answer, Findings)
        return [doc.slice(each.span) for each in sorted(answer.items, key=lambda each: each.span)]

    def until(self, doc: Document, found: str) -> None:
        """Ask again whenever there is news, until it is found."""
        while found not in self.now(doc):
            assert self.editor.again.wait(60), f"{found} isn't found in {doc.text}"
            self.editor.again.clear()


def type_around(plugin: ProsePlugin, editor: Editor, doc: Document, found: str, after: int, random: Random) -> None:
    """Type behind `after` and in front of the document; at each key, and when there is news, it must be shown."""
    shown = Shown(plugin, editor)
    shown.until(doc, found)
    for version in range(2, 30):
        at = random.choice((0, random.randint(after, len(doc.text) - 1), random.randint(after, len(doc.text) - 1)))
        edit = TextEdit(Span(at, at), random.choice(("Words. ", "\n\n"))) if at == 0 else _key(doc.text, at, random)
        after += len(edit.new_text) if at == 0 else 0
        doc = doc.changed(edit, version)
        assert found in shown.now(doc), (version, edit, doc.text)
        if random.random() < 0.4 and editor.again.wait(0.3):
            editor.again.clear()
            assert found in shown.now(doc), (version, edit, doc.text)
        if random.random() < 0.2:  # as after a pause
            while editor.again.wait(0.3):
                editor.again.clear()
                assert found in shown.now(doc), (version, edit, doc.text)


def _key(text: str, at: int, random: Random) -> TextEdit:
    if random.random() < 0.3 and text[at] not in "\n":
        return TextEdit(Span(at, at + 1), "")
    return TextEdit(Span(at, at), random.choice("aes ,"))

"""The plugin with the real Harper and a second engine of the test's choice."""

from __future__ import annotations

import threading
from pathlib import Path

from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import (
    Action,
    ActionRequest,
    Actions,
    CheckRequest,
    Finding,
)
from breadknife.text.document import Document, Span
from support import PluginContext

ALONE = ProseSettings(languagetool=False, model=False)


def check(plugin: ProsePlugin, doc: Document, context: PluginContext, *, whole: bool = False) -> tuple[Finding, ...]:
    answer = plugin.answer(CheckRequest(doc, whole), context)
    assert answer is not None
    return answer.items  # type: ignore[union-attr]


def actions(plugin: ProsePlugin, doc: Document, span: Span, context: PluginContext) -> tuple[Action, ...]:
    answer = plugin.answer(ActionRequest(doc, span), context)
    assert isinstance(answer, Actions)
    return answer.items


TEXT = "This is an useful thing."


class Refreshing(PluginContext):
    def __init__(self, root: Path | None) -> None:
        super().__init__(root=root, values=ProseSettings(model=False))
        self.again = threading.Event()

    def refresh(self) -> None:
        self.again.set()

"""What an editor sees first of a document: nothing waits for what is slower, nor takes its time from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from breadknife.plugins.prose import engine_set
from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.task.values import CheckRequest, Findings
from prose.plugin.asking import Refreshing
from prose.second import Second, speaks_of
from support import PluginContext, document

SENTENCES = ("You see the the end.", "The inventory keep one line.")
DOCUMENT = document("\n\n".join(("# One", "### Three", *SENTENCES, "```", *["x = 1"] * 1_500, "```\n")), "markdown")
"""A long one."""


@pytest.fixture
def harper_is_free(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Until it is set, Harper's thread does nothing."""
    free = threading.Event()

    def make_thread() -> ThreadPoolExecutor:
        thread = ThreadPoolExecutor(max_workers=1)
        thread.submit(free.wait, 30)
        return thread

    monkeypatch.setattr(engine_set, "harper_thread", make_thread)
    yield free
    free.set()


def ask(plugin: ProsePlugin, editor: PluginContext) -> tuple[list[str], bool]:
    """Return the rules of what is found so far, and whether more is to come."""
    answer = plugin.answer(CheckRequest(DOCUMENT), editor)
    assert isinstance(answer, Findings)
    return [each.code for each in answer.items], answer.incomplete


def test_while_harper_loads_a_long_document_is_answered_without_it(
    harper_is_free: threading.Event, plugin: ProsePlugin, second: Second, context: PluginContext
) -> None:
    second.lints = speaks_of("keep", "SHE_LIVE", "keeps")
    second.gate.set()
    editor = Refreshing(context.root)
    plugin.load()
    assert ask(plugin, editor) == ([], True)  # what is wrong with all of it comes once it rests
    assert ask(plugin, editor) == (["heading-skip"], True)
    assert second.asked == []
    harper_is_free.set()
    while ask(plugin, editor)[0] != ["RepeatedWords", "SHE_LIVE", "heading-skip"]:
        assert editor.again.wait(30)
        editor.again.clear()
    assert second.asked == [*SENTENCES]

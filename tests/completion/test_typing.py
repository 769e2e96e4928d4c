"""The real model, while somebody types: what a key costs is read from the receipts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from breadknife.engine.api import Engine
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry
from breadknife.host.receipts import Receipt
from breadknife.plugins.completion.learning import Learning
from breadknife.plugins.completion.plugin import CompletionPlugin
from breadknife.task.values import CompletionRequest, Completions, Trigger
from support import at_cursor

pytestmark = pytest.mark.model

MEAN = 'def mean(xs):\n    """Average."""\n    return⟦|⟧\n\n\nprint(mean([1, 2, 3]))\n'


@pytest.fixture
def host(real_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    learning = Learning(tmp_path_factory.mktemp("learned") / "learned.json")
    plugin = CompletionPlugin(learning)
    yield Host(Registry((plugin,)), real_engine, builtin_catalog())
    plugin.close()


def ask(host: Host, typed: str, trigger: Trigger = Trigger.TYPING) -> tuple[list[str], Receipt]:
    """The whole suggestions after `typed`, and the receipt of the first request for them: on a slow machine there is
    only a part of them when its answer is due."""
    request = CompletionRequest(*at_cursor(MEAN.replace("⟦|⟧", f"{typed}⟦|⟧")), trigger)
    receipts: list[Receipt] = []
    while True:
        reply = host.ask(request)
        receipts += reply.receipts
        answers = [answer for _, answer in reply.answers]
        if not any(isinstance(answer, Completions) and answer.incomplete for answer in answers):
            return [item.text for item in reply.completions], receipts[0]


def cost(receipt: Receipt) -> tuple[str, int, float]:
    """The step that settled it, tokens written, and seconds of evaluation."""
    return receipt.steps[-1].name, receipt.output_tokens, receipt.computed_ms


def test_keys_that_agree_and_deletions_cost_nothing(host: Host) -> None:
    [suggestion], _ = ask(host, "")
    assert suggestion == " sum(xs) / len(xs)"
    for typed in (" ", " s", " su", " sum", " sum(", " sum", " s", "", " sum(xs) /"):
        assert ask(host, typed)[0] == [suggestion[len(typed) :]]
        assert cost(ask(host, typed)[1]) == ("known", 0, 0.0)

    [other], receipt = ask(host, " [")
    assert (receipt.steps[-1].name, receipt.output_tokens > 0) == ("fit", True)
    assert receipt.prompt_tokens - receipt.cached_tokens <= 3, "a key that disagrees costs its own tokens"
    for typed, text in (("", suggestion), (" [", other), (" sum(", suggestion[5:])):
        shown, receipt = ask(host, typed)
        assert (shown, cost(receipt)) == ([text], ("known", 0, 0.0))


def test_alternatives_differ(host: Host) -> None:
    shown, _ = ask(host, "", Trigger.INVOKED)
    assert len(shown) == 3 == len({text.strip() for text in shown})
    assert shown[0] == " sum(xs) / len(xs)"
    assert ask(host, "", Trigger.INVOKED)[0] == shown


@pytest.mark.parametrize("typed", ["ret", "retu", "retur"])
def test_half_a_word_is_understood(host: Host, typed: str) -> None:
    marked = MEAN.replace("return⟦|⟧", typed + "⟦|⟧")
    reply = host.ask(CompletionRequest(*at_cursor(marked), Trigger.INVOKED, grows=False))
    assert (typed + reply.completions[0].text).startswith("return sum(xs) / len(xs)")

"""Errors of one sentence, mended in any order, leave the sentence that was meant; what was right all along is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from breadknife.plugins.prose.plugin import ProsePlugin
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Findings
from breadknife.text.document import apply_edits
from support import PluginContext, document

RULES_ALONE = ProseSettings(model=False, languagetool=False)
TWO_ERRORS = [
    ("We did not recieve the the data.", "We did not receive the data."),
    ("It is usefull and avaliable.", "It is useful and available."),
    ("This is an usefull option.", "This is a useful option."),
    ("Please recieve an packages list.", "Please receive a packages list."),
    ("We use the the same adress.", "We use the same address."),
    ("We wrote it untill teh end.", "We wrote it until the end."),
    ("The the name is unnecesary.", "The name is unnecessary."),
]
RIGHT = [
    "It is released under an MIT license.",
    "It makes a SHA-256 digest of the file.",
    "It is copied from an older version.",
    "The Id of the user is set by the server.",
    "It is the one earlier in the list.",
    "All rows are labelled with their names.",
    "The shell supports globbing of file names.",
    "The clean build is the one that we use.",
]
NEVER = [
    ("It is copied from a an older version.", "It is copied from a a older version."),
    ("It is copied from a an older version.", "It is copied from an an older version."),
    ("It shows an start page to new users.", "It shows an start page to new user."),
    ("The Id of the user is set by the server.", "The I'd of the user is set by the server."),
]


@pytest.fixture(scope="module")
def plugin() -> Iterator[ProsePlugin]:
    plugin = ProsePlugin()
    yield plugin
    plugin.close()


def list_fixed(plugin: ProsePlugin, text: str) -> list[str]:
    """Return what each finding's first fix makes of the text."""
    context = PluginContext(values=RULES_ALONE)
    answer = plugin.answer(CheckRequest(document(text, "markdown"), whole=True), context)
    assert isinstance(answer, Findings)
    return [apply_edits(text, each.fixes[0].edits) for each in answer.items if each.fixes]


@pytest.mark.parametrize(("wrong", "right"), TWO_ERRORS, ids=[wrong for wrong, _ in TWO_ERRORS])
def test_every_order_of_fixes_ends_with_the_sentence_that_was_meant(
    plugin: ProsePlugin, wrong: str, right: str
) -> None:
    ends, waiting = set[str](), [wrong]
    while waiting:
        text = waiting.pop()
        fixed = list_fixed(plugin, text)
        waiting += fixed
        if not fixed:
            ends.add(text)
    assert ends == {right}


@pytest.mark.parametrize("text", RIGHT)
def test_nothing_is_mended_that_is_right(plugin: ProsePlugin, text: str) -> None:
    assert list_fixed(plugin, text) == []


@pytest.mark.parametrize(("text", "wrong"), NEVER, ids=[wrong for _, wrong in NEVER])
def test_no_fix_makes_it_worse(plugin: ProsePlugin, text: str, wrong: str) -> None:
    assert wrong not in list_fixed(plugin, text)

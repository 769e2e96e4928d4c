from __future__ import annotations

import pytest
from breadknife.api import ActionRequest, CheckRequest
from breadknife.testing import ask, document

from breadknife_newcomer.plugin import NewcomerPlugin, NewcomerSettings


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("x = 1  # XXX\n", "x = 1  # \n"),
        ("😀 XXX\r\n", "😀 \r\n"),
    ],
)
def test_finds_and_removes(text: str, fixed: str) -> None:
    before = document(text)
    [finding] = ask(NewcomerPlugin(), CheckRequest(before)).findings
    assert before.edited(finding.fixes[0].edits).text == fixed
    [(_, action)] = ask(NewcomerPlugin(), ActionRequest(before, finding.span)).actions
    assert action.edits == finding.fixes[0].edits


@pytest.mark.parametrize("text", ["", "nothing here", "xxx"])
def test_is_silent(text: str) -> None:
    assert ask(NewcomerPlugin(), CheckRequest(document(text))).findings == []


def test_the_word_is_a_setting() -> None:
    asked = CheckRequest(document("HACK"))
    assert ask(NewcomerPlugin(), asked, settings=NewcomerSettings(word="HACK")).findings

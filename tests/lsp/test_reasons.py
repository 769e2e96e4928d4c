"""Why something that was chosen wasn't made: a sentence and what helps, or the reason for a client with a button."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol import types as lsp

ASK = "Answer from my shelf"
RULES_ALONE = {"prose": {"languagetool": False, "model": False}}
"""Nothing is said of what isn't installed."""
SENTENCE, REMEDY = "No folder is on your shelf.", "`breadknife shelf add FOLDER` adds one"


@pytest.fixture(autouse=True)
def empty(home: None) -> None:
    """No shelf."""


async def choose(session: Any) -> None:
    uri = session.open("note.md", "?? How hot must the oven be?\n", "markdown")
    place = lsp.Range(lsp.Position(0, 5), lsp.Position(0, 5))
    [action] = [each for each in await session.actions(uri, place, []) if each.title == ASK]
    await session.client.code_action_resolve_async(action)


async def test_a_message_says_the_remedy(connect, script) -> None:
    session = await connect(engine_script=script([]), options=RULES_ALONE)
    await choose(session)
    assert [each.message for each in session.client.messages] == [f"breadknife: “{ASK}”: {SENTENCE} → {REMEDY}"]


async def test_a_client_with_buttons_gets_the_reason(connect, script) -> None:
    session = await connect(
        engine_script=script([]), options=RULES_ALONE, experimental={"breadknife": {"showsReasons": True}}
    )
    told: list[Any] = []
    session.client.feature("breadknife/showReason")(lambda params: told.append(params))
    await choose(session)
    [why] = told
    assert (why.title, why.reason, why.sentence, why.remedy) == (ASK, "no-shelf", SENTENCE, REMEDY)
    assert session.client.messages == []

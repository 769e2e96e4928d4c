from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types as lsp

MEAN = 'def mean(xs):\n    """Average."""\n    return \n'


@pytest.mark.model
async def test_the_real_model_completes_python(connect):
    session = await connect()
    uri = session.open("a.py", MEAN)
    items = await session.inline(uri, 2, 11, by_hand=True)
    assert items[0].insert_text == "sum(xs) / len(xs)"
    assert items[0].range == lsp.Range(lsp.Position(2, 11), lsp.Position(2, 11))
    receipt = (await session.why(uri))[0]
    assert receipt["outcome"] == "answered"
    assert receipt["model"] == "qwen2.5-coder-0.5b"
    assert receipt["prompt_tokens"] > 0
    assert receipt["bytes_sent"] == 0


async def test_what_was_typed_is_cut_from_the_stream(connect, script):
    session = await connect(engine_script=script([{"when": "return", "say": "sum(xs) / len(xs)"}]))
    uri = session.open("a.py", MEAN)
    assert [i.insert_text for i in await session.inline(uri, 2, 11)] == ["sum(xs) / len(xs)"]
    session.replace(uri, MEAN.replace("return ", "return sum("), 2)
    assert [i.insert_text for i in await session.inline(uri, 2, 15)] == ["xs) / len(xs)"]


async def test_silence_has_a_reason(connect, script):
    session = await connect(engine_script=script([{"when": "return", "say": "1 2 3"}]))
    uri = session.open("a.py", MEAN)
    assert await session.inline(uri, 2, 11) == []
    receipt = (await session.why(uri))[0]
    assert (receipt["outcome"], receipt["reason"]) == ("nothing", "would-not-parse")


async def test_a_cancelled_request_gets_one_reply(connect, script):
    session = await connect(engine_script=script([{"when": "return", "say": "sum(xs)", "delay": 30}]))
    uri = session.open("a.py", MEAN)
    await session.pull(uri)  # answered when the plugins are there: only then is a request the plugins' to cancel
    pending = asyncio.ensure_future(session.inline(uri, 2, 11))
    await asyncio.sleep(0.2)
    session.client.cancel_request(lsp.CancelParams(next(reversed(session.client.protocol._request_futures))))
    with pytest.raises(Exception, match="cancel"):
        await asyncio.wait_for(pending, 5)
    async with asyncio.timeout(5):
        while (await session.why(uri))[0]["request"] != "completion":
            await asyncio.sleep(0.02)
    assert (await session.why(uri))[0]["outcome"] == "cancelled"


async def test_a_client_that_knows_how_is_told_to_ask_again(connect, script):
    line = {"when": "def block():\n    ", "say": "one = 1\n    two = 2\n    return one + two\n\n", "pace": 0.15}
    session = await connect(engine_script=script([line]), experimental={"breadknife": {"refreshCompletion": True}})
    told = []
    session.client.feature("breadknife/refreshCompletion")(lambda params: told.append((params.uri, params.version)))
    uri = session.open("a.py", "def block():\n    \n", version=7)
    await session.pull(uri)
    first = await session.inline(uri, 1, 4)
    async with asyncio.timeout(120):
        while not told:
            await asyncio.sleep(0.02)
    assert told[0] == (uri, 7)
    then = await session.inline(uri, 1, 4)
    assert then[0].insert_text == "one = 1\n    two = 2\n    return one + two"
    assert then[0].insert_text.startswith(first[0].insert_text)
    assert first != then


async def test_what_is_accepted_is_told_to_the_plugin_alone(connect, script):
    session = await connect(engine_script=script([{"when": "return", "say": "sum(xs) / len(xs)"}]))
    uri = session.open("a.py", MEAN)
    [item] = await session.inline(uri, 2, 11)
    taken = lsp.ExecuteCommandParams(item.command.command, list(item.command.arguments))
    await session.client.workspace_execute_command_async(taken)
    receipts = await session.why(uri)
    assert [(each["request"], each["plugin"]) for each in receipts][-1] == ("completion", "completion")
    assert session.client.messages == []


ALTERNATIVES = [
    {"when": "x = gamma", "say": ""},
    {"when": "x = alpha -", "say": " b"},
    {"when": "x", "say": " alpha + beta", "instead": {" alpha": " gamma", " +": " -"}},
]


@pytest.mark.parametrize(
    ("by_hand", "shown"), [(False, [" alpha + beta"]), (True, [" alpha + beta", " gamma", " alpha - b"])]
)
async def test_who_asks_by_hand_gets_alternatives(connect, script, by_hand, shown):
    session = await connect(engine_script=script(ALTERNATIVES))
    uri = session.open("a.py", "x =\n")
    assert [each.insert_text for each in await session.inline(uri, 0, 3, by_hand=by_hand)] == shown


async def test_the_entry_selected_in_the_menu_is_continued(connect, script):
    session = await connect(engine_script=script([{"when": "xs.append", "say": "(1)"}]))
    uri = session.open("a.py", "xs.ap\n")
    replaced = lsp.Range(lsp.Position(0, 3), lsp.Position(0, 5))
    [item] = await session.inline(uri, 0, 5, selected=lsp.SelectedCompletionInfo(replaced, "append"))
    assert (item.insert_text, item.range) == ("append(1)", replaced)


@pytest.mark.parametrize(("arguments", "counted"), [([], True), (["--no-learn"], False)])
async def test_the_command_line_has_the_last_word_about_learning(connect, script, arguments, counted):
    session = await connect(
        engine_script=script([{"when": "return", "say": "sum(xs) / len(xs)"}]),
        arguments=arguments,
        options={"completion": {"learn": True}},
    )
    uri = session.open("a.py", MEAN)
    [item] = await session.inline(uri, 2, 11)
    assert (item.command is not None) is counted

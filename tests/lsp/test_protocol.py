"""The protocol boundary: each message with an id gets exactly one reply, whatever it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lsp.fuzzing import Fuzzer
from lsp.raw import RawClient

TWO = "def f():\n    return "
WHERE = {"textDocument": {"uri": "URI"}, "position": {"line": 1, "character": 11}}
RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
CAPABILITIES = {"textDocument": {"diagnostic": {"dynamicRegistration": True}, "inlineCompletion": {}}}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    path.write_text(json.dumps([{"when": "", "say": "x", "delay": 30}]), "utf-8")
    return path


@pytest.fixture
def raw(home: Path, script: Path) -> Iterator[RawClient]:
    """A server that isn't initialized, whose model takes half a minute."""
    client = RawClient("--engine-script", str(script))
    yield client
    client.close()


@pytest.fixture
def client(raw: RawClient, tmp_path: Path) -> RawClient:
    """An initialized one, with one document."""
    raw.initialize(tmp_path, CAPABILITIES, prose={"languagetool": False, "model": False})
    raw.open(uri(tmp_path), TWO)
    return raw


def uri(folder: Path) -> str:
    return (folder / "a.py").as_uri()


def with_uri(params: Any, folder: Path) -> Any:
    return json.loads(json.dumps(params).replace('"URI"', json.dumps(uri(folder))))


WRONG = [
    ("textDocument/inlineCompletion", WHERE, "params.context is missing"),
    ("textDocument/inlineCompletion", None, "params"),
    ("textDocument/inlineCompletion", {**WHERE, "context": None}, "params.context should be an object"),
    (
        "textDocument/inlineCompletion",
        {**WHERE, "position": {"line": -1, "character": 0}, "context": {"triggerKind": 1}},
        "params.position.line is out of range",
    ),
    (
        "textDocument/inlineCompletion",
        {**WHERE, "position": {"line": "1", "character": 0}, "context": {"triggerKind": 1}},
        "params.position.line should be an integer, not a string",
    ),
    ("textDocument/codeAction", {"textDocument": {"uri": "URI"}, "range": RANGE}, "params.context is missing"),
    (
        "textDocument/codeAction",
        {
            "textDocument": {"uri": "URI"},
            "range": RANGE,
            "context": {"diagnostics": [{"range": RANGE, "message": 5}]},
        },
        "params.context.diagnostics[0].message should be a string, not an integer",
    ),
    ("codeAction/resolve", {"title": None}, "params.title should be a string, not null"),
    ("workspace/executeCommand", {"command": ["x"]}, "params.command should be a string, not an array"),
    ("workspace/executeCommand", {"command": "nothing"}, "nothing"),
    (
        "textDocument/inlineCompletion",
        {**WHERE, "textDocument": {"uri": "file:///a\x00"}, "context": {"triggerKind": 1}},
        "params.textDocument.uri has a NUL",
    ),
    (
        "textDocument/inlineCompletion",
        {**WHERE, "textDocument": {"uri": "file:///\ud800"}, "context": {"triggerKind": 1}},
        "params.textDocument.uri has a NUL or half of a surrogate pair",
    ),
]


def test_bad_parameters_name_the_wrong_field(client: RawClient, tmp_path: Path) -> None:
    client.call("known", "workspace/executeCommand", {"command": "breadknife.status"})  # features are there
    for number, (method, params, named) in enumerate(WRONG):
        error = client.call(number, method, with_uri(params, tmp_path))["error"]
        assert error["code"] == -32602, method
        assert named in error["message"]
    assert not any("Traceback" in line for line in client.stderr)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": {}}, -32601),
        ({"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": {"capabilities": {}}}, -32600),
        ({"jsonrpc": "1.0", "id": 7, "method": "shutdown"}, -32600),
        ({"id": 7, "method": "shutdown"}, -32600),
        ({"jsonrpc": "2.0", "id": 7}, -32600),
        ({"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"}, -32600),
        ({"jsonrpc": "2.0", "id": None, "method": "shutdown"}, -32600),
        ({"jsonrpc": "2.0", "id": [7], "method": "shutdown"}, -32600),
    ],
)
def test_what_is_no_request_is_refused(client: RawClient, message: dict[str, Any], code: int) -> None:
    client.send(message)
    assert client.reply(message["id"])["error"]["code"] == code


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"id": NaN}', b"\xff", b"1" * 10_000])
def test_what_is_no_json_is_refused_and_what_follows_is_read(client: RawClient, body: bytes) -> None:
    client.send_bytes(body)
    assert client.reply(None)["error"]["code"] == -32700
    assert "result" in client.call(1, "workspace/executeCommand", {"command": "breadknife.why"})


def test_noise_between_messages_is_skipped(client: RawClient) -> None:
    client.send_raw(b"what is this?\r\n\r\ncontent-type: x\r\n\r\n")
    assert "result" in client.call(1, "workspace/executeCommand", {"command": "breadknife.why"})


def test_before_initialize(raw: RawClient, tmp_path: Path) -> None:
    assert raw.call(1, "textDocument/inlineCompletion", {})["error"]["code"] == -32002
    raw.notify("textDocument/didOpen", {"textDocument": 5})
    assert raw.call(2, "initialize", {"processId": None, "rootUri": None})["error"]["code"] == -32602
    assert "result" in raw.initialize(tmp_path)


def test_after_shutdown(client: RawClient) -> None:
    assert client.call(1, "shutdown") == {"jsonrpc": "2.0", "id": 1, "result": None}
    for number, method in enumerate(("shutdown", "textDocument/diagnostic", "initialize"), 2):
        assert client.call(number, method, {})["error"]["code"] == -32600
    client.notify("exit")
    assert client.process.wait(20) == 0


def test_exit_without_shutdown_is_a_failure(client: RawClient) -> None:
    client.notify("exit")
    assert client.process.wait(20) == 1


def test_a_client_that_never_says_initialized_is_answered(raw: RawClient, tmp_path: Path) -> None:
    raw.call("i", "initialize", {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": {}})
    assert "result" in raw.call(1, "workspace/executeCommand", {"command": "breadknife.why"})


def test_enumerations_may_grow(client: RawClient, tmp_path: Path) -> None:
    wanted = {"diagnostics": [{"range": RANGE, "message": "m", "severity": 9}], "only": ["odd"], "triggerKind": 9}
    params = with_uri({"textDocument": {"uri": "URI"}, "range": RANGE, "context": wanted}, tmp_path)
    assert client.call(1, "textDocument/codeAction", params)["result"] == []
    params["context"]["only"] = ["quickfix"]
    assert isinstance(client.call(2, "textDocument/codeAction", params)["result"], list)


CHANGES = [
    ("textDocument/didChange", {"textDocument": {"uri": "URI", "version": 2}, "contentChanges": [{"text": "x"}]}),
    ("textDocument/didClose", {"textDocument": {"uri": "URI"}}),
]


def waiting(client: RawClient, folder: Path) -> None:
    """Have the request "slow" under way, at a model that takes half a minute."""
    client.call("known", "workspace/executeCommand", {"command": "breadknife.status"})
    client.request("slow", "textDocument/inlineCompletion", {**with_uri(WHERE, folder), "context": {"triggerKind": 1}})


@pytest.fixture
def completing(raw: RawClient, tmp_path: Path) -> RawClient:
    raw.initialize(tmp_path, CAPABILITIES)
    raw.open(uri(tmp_path), TWO)
    waiting(raw, tmp_path)
    return raw


@pytest.mark.parametrize(("method", "params"), CHANGES, ids=["changed", "closed"])
def test_a_request_about_an_older_text_is_dropped(
    completing: RawClient, tmp_path: Path, method: str, params: Any
) -> None:
    completing.notify(method, with_uri(params, tmp_path))
    assert completing.reply("slow", 10)["error"]["code"] == -32801


def test_a_pull_about_an_older_text_is_to_be_repeated(raw: RawClient, tmp_path: Path) -> None:
    raw.initialize(tmp_path, CAPABILITIES)
    raw.open(uri(tmp_path), "x = 1\n" * 50_000)
    raw.call("known", "workspace/executeCommand", {"command": "breadknife.status"})
    raw.request("pull", "textDocument/diagnostic", {"textDocument": {"uri": uri(tmp_path)}, "identifier": "nullcheck"})
    raw.notify(CHANGES[0][0], with_uri(CHANGES[0][1], tmp_path))
    error = raw.reply("pull", 30)["error"]
    assert (error["code"], error["data"]) == (-32802, {"retriggerRequest": True})


def test_a_cancelled_request_says_so(completing: RawClient) -> None:
    completing.notify("$/cancelRequest", {"id": "slow"})
    assert completing.reply("slow", 10)["error"]["code"] == -32800


def test_ids_that_only_look_alike_are_two(completing: RawClient) -> None:
    completing.notify("$/cancelRequest", {"id": ["slow"]})
    for found in (1, "1"):
        completing.request(found, "workspace/executeCommand", {"command": "breadknife.why"})
    assert [completing.reply(found)["id"] for found in (1, "1")] == [1, "1"]
    assert "slow" not in {json.loads(found) for found in completing.replies}


def test_an_id_that_is_used_twice_is_answered_twice(client: RawClient) -> None:
    for _ in range(2):
        client.request(1, "workspace/executeCommand", {"command": "breadknife.why"})
    client.wait([1], 60, times=2)


def test_a_message_in_a_message_is_data(client: RawClient) -> None:
    inside = {"jsonrpc": "2.0", "id": 9, "method": "shutdown"}
    client.notify("workspace/didChangeConfiguration", {"settings": {"breadknife": inside}})
    assert "result" in client.call(1, "workspace/executeCommand", {"command": "breadknife.why"})
    assert "9" not in client.replies


def test_random_messages_are_all_answered_once(home: Path, tmp_path: Path) -> None:
    """The long run is `bench/lsp/fuzz.py`."""
    (tmp_path / "script.json").write_text(json.dumps([{"when": "", "say": "x"}]), "utf-8")
    client = RawClient("--engine-script", str(tmp_path / "script.json"))
    client.initialize(tmp_path, CAPABILITIES)
    ids = []
    for message in Fuzzer(28, tmp_path.as_uri()).messages(600):
        if isinstance(message, bytes):
            client.send_raw(message)
        else:
            client.send(message)
            if isinstance(message.get("method"), str) and "id" in message and message["jsonrpc"] == "2.0":
                ids.append(message["id"])
    client.wait(ids, 120)
    counts = client.replies_per_id()
    assert {found for found in map(json.dumps, ids) if counts[found] != 1} == set()
    assert client.close() == 0
    assert not any("Traceback" in line for line in client.stderr)

"""`breadknife why` and the servers that run."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from breadknife.engine import transport
from breadknife.host.report.inspector import Inspector, InspectorRequest, ask_servers, inspect, servers_folder
from breadknife.task.values import CheckRequest, Findings
from host.fakes import Fake, host
from support import document

unix_only = pytest.mark.skipif(not transport.HAS_UNIX_SOCKETS, reason="no Unix sockets here")


@pytest.fixture(params=[pytest.param(True, marks=unix_only, id="unix"), pytest.param(False, id="tcp")])
def transports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(transport, "HAS_UNIX_SOCKETS", request.param)


@pytest.mark.usefixtures("transports")
def test_a_server_tells_its_receipts_and_its_status() -> None:
    one = host(Fake("one", lambda c: Findings(())))
    one.ask(CheckRequest(document("x")))
    server = inspect(one)
    [(pid, [receipt])] = ask_servers(InspectorRequest("why"))
    assert (pid, receipt["plugin"], receipt["outcome"]) == (os.getpid(), "one", "answered")
    assert list(ask_servers(InspectorRequest("why", uri="file:///elsewhere"))) == [(pid, [])]
    [(_, status)] = ask_servers(InspectorRequest("status"))
    assert status["plugins"] == [{"name": "one", "enabled": True}]
    assert list(ask_servers(InspectorRequest("nonsense"))) == []
    server.close()
    assert list(ask_servers(InspectorRequest("why"))) == []
    assert list(servers_folder().iterdir()) == []


def test_what_a_dead_server_left_is_cleared_away(home: Path) -> None:
    left = servers_folder() / "999999999"
    left.mkdir(parents=True)
    (left / "engine.json").write_text("{")
    assert list(ask_servers(InspectorRequest("why"))) == []
    assert not left.exists()


@pytest.mark.usefixtures("transports")
@pytest.mark.parametrize(
    "said", [b"", b"\n", b"{}\n", b'{"ask": 3}\n', b"x" * 100_000, b'{"ask": "why", "token": "no"}\n']
)
def test_garbage_does_not_end_it(said: bytes) -> None:
    folder = servers_folder() / str(os.getpid())
    server = Inspector({"why": lambda question: "well"}, folder)
    peer, _ = transport.connect(folder)
    with peer:
        try:
            peer.sendall(said)
            peer.shutdown(socket.SHUT_WR)
            heard = peer.makefile().read()
        except OSError:
            heard = ""
    assert "well" not in heard
    assert list(ask_servers(InspectorRequest("why"))) == [(os.getpid(), "well")]
    server.close()


def test_an_impostor_is_not_believed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "HAS_UNIX_SOCKETS", False)
    folder = transport.private_folder(servers_folder() / str(os.getpid()))
    listening, _ = transport.listen(folder)

    def answer() -> None:
        peer, _ = listening.accept()
        with peer:
            peer.recv(1000)
            peer.sendall(json.dumps({"proof": "guessed", "value": "lies"}).encode() + b"\n")

    threading.Thread(target=answer, daemon=True).start()
    assert list(ask_servers(InspectorRequest("why"))) == []
    listening.close()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions there are the profile's")
def test_nobody_else_can_enter(home: Path) -> None:
    server = Inspector({})
    assert (servers_folder() / str(os.getpid())).stat().st_mode & 0o777 == 0o700
    server.close()

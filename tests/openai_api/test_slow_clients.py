"""Clients that send slowly, too much, or in great number: none keeps others from being served."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from breadknife.cli.engine import http
from breadknife.openai import request_body
from openai_api.serving import TOKEN, Served

HEAD = f"POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(http, "BODY_SECONDS", 3.0)
    monkeypatch.setattr(request_body, "BODY_SECONDS", 1.0)


def connected(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=30)


def answer(peer: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    found = b""
    with suppress(ConnectionError):
        while piece := peer.recv(4096):
            found += piece
    return found


def whole_answer(peer: socket.socket) -> bytes:
    """One answer of a connection that goes on: its head and its body may come apart."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += peer.recv(1)
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    body = b""
    while len(body) < length:
        body += peer.recv(length - len(body))
    return head + body


def trickle(peer: socket.socket, text: str) -> bytes:
    """Send a byte every tenth of a second, until the server has had enough."""
    peer.settimeout(0.1)
    for byte in text.encode():
        with suppress(TimeoutError):
            if (first := peer.recv(1)) == b"":
                return b""
            peer.settimeout(30)
            return first + answer(peer)
        try:
            peer.sendall(bytes([byte]))
        except ConnectionError:
            return b""
    raise AssertionError("the server has waited to the end")


def test_a_head_that_comes_byte_by_byte_is_dropped(served: Served) -> None:
    with connected(served) as peer:
        assert trickle(peer, HEAD + "X: " + "a" * 500) == b""


def test_a_connection_that_says_nothing_is_dropped(served: Served) -> None:
    with connected(served) as peer:
        assert answer(peer) == b""


def test_a_body_that_comes_byte_by_byte_is_refused(served: Served) -> None:
    with connected(served) as peer:
        peer.sendall(f"{HEAD}Content-Length: 1000\r\n\r\n".encode())
        said = trickle(peer, "{" + " " * 500)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"the request wasn't whole within 1 s" in said


def test_the_second_request_of_a_connection_has_limits_too(served: Served) -> None:
    with connected(served) as peer:
        peer.sendall(f"{HEAD.replace('POST', 'GET').replace('completions', 'models')}\r\n".encode())
        assert whole_answer(peer).startswith(b"HTTP/1.1 200")
        assert trickle(peer, HEAD + "X: " + "a" * 500) == b""


@pytest.mark.parametrize("length", [str((4 << 20) + 1), "9" * 17, "9" * 19, "0" * 30 + "1"])
def test_a_declared_length_beyond_the_limit_is_refused_before_the_body(served: Served, length: str) -> None:
    """No byte of the body is sent, and the answer is there."""
    with connected(served) as peer:
        peer.sendall(f"{HEAD}Content-Length: {length}\r\n\r\n".encode())
        said = answer(peer)
    assert said.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))
    if len(length) < 19:
        assert b"a request has 4 MB at most" in said


def test_a_body_of_unknown_length_has_the_same_limit(served: Served) -> None:
    with connected(served) as peer:
        peer.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        with suppress(ConnectionError):
            for _ in range(6):
                peer.sendall(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
        assert answer(peer)[:12] in (b"HTTP/1.1 413", b"")  # it may be lost with the connection


def many(served: Served, count: int, stack: ExitStack) -> Iterator[socket.socket]:
    for _ in range(count):
        peer = stack.enter_context(connected(served))
        peer.sendall(HEAD.encode())
        yield peer


def test_many_slow_clients_do_not_stop_others(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than may wait: the oldest go, and whoever asks is served."""
    monkeypatch.setattr(http, "HEAD_SECONDS", 60.0)
    with ExitStack() as stack:
        peers = list(many(served, http.MOST_WAITING + 50, stack))
        status, _, _ = served.raw("/v1/models")
        assert status == 200
        peers[0].settimeout(30)
        assert answer(peers[0]) == b""
        peers[-1].sendall(b"Content-Length: 2\r\n\r\n{}")
        assert peers[-1].recv(12) == b"HTTP/1.1 400"


def test_an_answer_may_take_longer_than_the_limits(served: Served) -> None:
    """They are for what the client sends."""
    with connected(served) as peer:
        peer.sendall(f"{HEAD.replace('POST', 'GET').replace('completions', 'models')}\r\n".encode())
        assert peer.recv(12) == b"HTTP/1.1 200"
        time.sleep(0.2)

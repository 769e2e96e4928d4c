"""Messages of the daemon that come together are all read at once."""

from __future__ import annotations

import socket
import threading

from breadknife.engine.connection import LineReader


def test_a_message_that_came_with_another_waits_for_nothing_more() -> None:
    ours, theirs = socket.socketpair()
    found: list[bytes] = []

    def read() -> None:
        lines = LineReader(ours)
        found.extend(lines.next_or_wait() for _ in range(2))

    with ours, theirs:
        ours.settimeout(0.25)
        theirs.sendall(b"first\nsecond\n")
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(timeout=15)
        assert found == [b"first\n", b"second\n"]

"""Somebody else who listens where LanguageTool is expected, and notes all that they hear.

    python squatter.py PORT HOW HEARD CERTIFICATE

HOW: `silent` (only listens), `http` (answers as a LanguageTool without TLS), `tls` (answers by TLS with a key of their
own). HEARD is the file that gets what comes in, and what came in after decryption. Where the tests run as root, this is
another user. Standard output says `listens` or `refused`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import sys
import threading
from pathlib import Path

NOBODY = 65534
LANGUAGES = b'[{"name": "English", "code": "en", "longCode": "en-US"}]'
NOTHING_WRONG = b'{"matches": [], "language": {"code": "en-US"}}'


def main() -> None:
    port, how, heard, certificate = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    notes = heard.open("ab", buffering=0)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen()
    except OSError:
        print("refused", flush=True)
        return
    print("listens", flush=True)
    while True:
        threading.Thread(target=hear, args=(listening.accept()[0], how, context, notes), daemon=True).start()


def hear(connection: socket.socket, how: str, context: ssl.SSLContext, notes: object) -> None:
    """Notes the raw bytes too: those of a handshake are all that there may be."""
    write = notes.write  # type: ignore[attr-defined]
    with contextlib.suppress(OSError):
        write(b"<" + connection.recv(1 << 16, socket.MSG_PEEK) + b">")
        if how == "tls":
            connection = context.wrap_socket(connection, server_side=True)
        while data := connection.recv(1 << 16):
            write(data)
            if how != "silent":
                body = LANGUAGES if data.startswith(b"GET") else NOTHING_WRONG
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


if __name__ == "__main__":
    main()

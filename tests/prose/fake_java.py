"""A "java" that behaves as LanguageTool's server: it objects to the first word of every text, and hangs over some.

    python -P -m prose.fake_java FOLDER JAVA'S ARGUMENT…

It also takes the part of Java's `keytool`. FOLDER has `server.pem` (a key with its certificate) and `authority.pem`,
and the notes of whoever sits at a port, see `squatter.py`.
"""

from __future__ import annotations

import http.server
import ssl
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prose.languagetool_api import LanguageToolApi, match

FOLDER, ARGUMENTS = Path(sys.argv[1]), sys.argv[2:]


class LanguageTool(LanguageToolApi):
    protocol_version = "HTTP/1.1"

    def matches(self, body: bytes) -> Sequence[Mapping[str, Any]]:
        if b"hang" in body:
            time.sleep(600)
        return [match("DESPITE_OF", 0, 3, "We")]


def main() -> None:
    if "-version" in ARGUMENTS:
        print('openjdk version "21.0.1"', file=sys.stderr)
    elif "-exportcert" in ARGUMENTS:
        sys.stdout.write((FOLDER / "authority.pem").read_text())
    elif "--port" in ARGUMENTS:
        port = int(ARGUMENTS[ARGUMENTS.index("--port") + 1])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(FOLDER / "server.pem")
        try:
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), LanguageTool)
        except OSError:
            # The real one takes seconds until it tries, and is looked for at its port meanwhile.
            while not any(notes.stat().st_size for notes in FOLDER.glob(f"heard-{port}-*")):
                time.sleep(0.02)
            raise
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.serve_forever()


if __name__ == "__main__":
    main()

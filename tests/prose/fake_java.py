"""A "java" that behaves as LanguageTool's server: it objects to the first word of every text, and hangs over some.

    python fake_java.py FOLDER JAVA'S ARGUMENT…

It also takes the part of Java's `keytool`. FOLDER has `server.pem` (a key with its certificate) and `authority.pem`.
"""

from __future__ import annotations

import http.server
import json
import ssl
import sys
import time
from pathlib import Path

FOLDER, ARGUMENTS = Path(sys.argv[1]), sys.argv[2:]


class LanguageTool(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply([{"name": "English", "code": "en", "longCode": "en-US"}])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b"hang" in body:
            time.sleep(600)
        rule = {"id": "DESPITE_OF", "category": {"id": "GRAMMAR", "name": ""}, "issueType": "", "description": ""}
        place = {"offset": 0, "length": 3, "context": {"text": "You", "offset": 0, "length": 3}, "sentence": "You"}
        match = {"message": "heard", "replacements": [{"value": "We"}], "rule": rule, **place}
        self.reply({"matches": [match], "language": {"code": "en-US"}})

    def reply(self, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None: ...


def main() -> None:
    if "-version" in ARGUMENTS:
        print('openjdk version "21.0.1"', file=sys.stderr)
    elif "-exportcert" in ARGUMENTS:
        sys.stdout.write((FOLDER / "authority.pem").read_text())
    elif "--port" in ARGUMENTS:
        port = int(ARGUMENTS[ARGUMENTS.index("--port") + 1])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(FOLDER / "server.pem")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), LanguageTool)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.serve_forever()


if __name__ == "__main__":
    main()

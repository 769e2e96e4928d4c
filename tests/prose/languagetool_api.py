"""As much of LanguageTool's HTTP API as a check needs."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


def match(rule: str, offset: int, length: int, replacement: str) -> Mapping[str, Any]:
    """One finding of a grammar rule, as LanguageTool writes it."""
    return {
        "message": "heard",
        "replacements": [{"value": replacement}],
        "offset": offset,
        "length": length,
        "rule": {"id": rule, "category": {"id": "TYPOS", "name": ""}, "issueType": "", "description": ""},
        "context": {"text": "", "offset": 0, "length": length},
        "sentence": "",
    }


class LanguageToolApi(http.server.BaseHTTPRequestHandler):
    """A LanguageTool that knows English. A subclass says what it finds."""

    def matches(self, body: bytes) -> Sequence[Mapping[str, Any]]:
        """The findings of a check, of which `body` is the form."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self._reply([{"name": "English", "code": "en", "longCode": "en-US"}])

    def do_POST(self) -> None:
        found = self.matches(self.rfile.read(int(self.headers["Content-Length"])))
        self._reply({"matches": found, "language": {"code": "en-US"}})

    def log_message(self, format: str, *args: object) -> None: ...

    def _reply(self, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@contextmanager
def serving(handler: type[LanguageToolApi]) -> Iterator[str]:
    """Serves on a free port of this machine; gives the URL as the setting `languagetool_url` has it."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v2/"
        server.shutdown()

"""Random messages of every kind, right and wrong, from a seed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

TEXTS = (
    "import re\n\nm = re.match('a', b)\nprint(m.group())\n",
    "def f(x):\n    return ",
    "This is an useful option. We recieve it.\n",
    "x = '😀𝔘'\n\x00\r\n\x0c\u2028",
    "",
    "(" * 300,
)
LANGUAGES = ("python", "markdown", "typescript", "go", "java", "plaintext", "cobol", "", "\x00", "\ud800")
STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**12,
    -(2**40),
    "",
    "x",
    "\x00",
    "\ud800",
    "😀",
    [],
    {},
    [None],
    {"x": {"y": [1]}},
    9,
    "file:///%00",
    "file://[::1",
    "https://example.org/a.py",
    "jsonrpc",
    {"jsonrpc": "2.0", "id": 3, "method": "shutdown"},
)


class Fuzzer:
    """Makes messages about a few documents."""

    def __init__(self, seed: int, folder_uri: str) -> None:
        self._random = random.Random(seed)
        self._uris = [f"{folder_uri}/{name}" for name in ("a.py", "b.md", "c.ts", "d.go", "e.java", "ü 1.py")]
        self._uris += ["untitled:Untitled-1", "file:///nowhere/at/all.py"]
        self._id = 0
        self._version = 1
        self._sent: list[Any] = [0]

    def messages(self, count: int) -> Iterator[bytes | dict[str, Any]]:
        """So many messages; bytes are a frame of their own, which may be broken."""
        kinds: list[tuple[int, Callable[[], bytes | dict[str, Any]]]] = [
            (40, self._request),
            (15, self._broken_request),
            (25, self._edit),
            (5, self._notification),
            (5, self._cancel),
            (4, self._response),
            (2, self._no_message),
            (2, self._frame),
            (2, self._unknown),
        ]
        weights = [weight for weight, _ in kinds]
        for _ in range(count):
            [(_, make)] = self._random.choices(kinds, weights)
            yield make()

    def _any(self, values: Any) -> Any:
        return self._random.choice(values)

    def _position(self) -> dict[str, int]:
        return {"line": self._random.randrange(8), "character": self._random.randrange(40)}

    def _range(self) -> dict[str, Any]:
        return {"start": self._position(), "end": self._position()}

    def _document(self) -> dict[str, Any]:
        return {"uri": self._any(self._uris)}

    def _diagnostic(self) -> dict[str, Any]:
        return {
            "range": self._range(),
            "message": '"group" is not a known attribute of "None"',
            "source": self._any(["Pyright", "nullcheck", "harper", "ts"]),
            "code": self._any(["reportOptionalMemberAccess", 2531, "none-dereference"]),
            "severity": self._any([1, 2, 3, 4, 5]),
        }

    def _params(self) -> tuple[str, dict[str, Any]]:
        where = {"textDocument": self._document(), "position": self._position()}
        context = {"diagnostics": [self._diagnostic() for _ in range(self._random.randrange(3))]}
        return self._any(
            [
                ("textDocument/inlineCompletion", {**where, "context": {"triggerKind": self._any([1, 2, 7])}}),
                ("textDocument/completion", {**where, "context": {"triggerKind": self._any([1, 2, 3, 9])}}),
                (
                    "textDocument/diagnostic",
                    {"textDocument": self._document(), "identifier": self._any(["nullcheck", "prose", "x"])},
                ),
                (
                    "textDocument/codeAction",
                    {
                        "textDocument": self._document(),
                        "range": self._range(),
                        "context": {
                            **context,
                            "only": self._any([["quickfix"], ["source.fixAll"], ["a.b"], []]),
                            "triggerKind": self._any([1, 2, 5]),
                        },
                    },
                ),
                (
                    "codeAction/resolve",
                    {
                        "title": "Fix",
                        "data": self._any(
                            [
                                {},
                                {
                                    "uri": self._any(self._uris),
                                    "plugin": "prose",
                                    "version": 1,
                                    "title": "t",
                                    "kind": "quickfix",
                                    "data": {},
                                },
                                5,
                            ]
                        ),
                    },
                ),
                (
                    "workspace/executeCommand",
                    {
                        "command": self._any(
                            [
                                "breadknife.why",
                                "breadknife.whyHere",
                                "breadknife.status",
                                "breadknife.accepted",
                                "breadknife.command",
                                "nothing",
                            ]
                        ),
                        "arguments": self._any(
                            [[], [self._any(self._uris)], [1, 2, 3, 4], ["prose", "x", "prose.addWord", "t"]]
                        ),
                    },
                ),
            ]
        )

    def _next_id(self) -> int | str:
        self._id += 1
        found: int | str = self._id if self._random.random() < 0.7 else f"id {self._id}"
        self._sent.append(found)
        return found

    def _request(self) -> dict[str, Any]:
        method, params = self._params()
        return {"jsonrpc": "2.0", "id": self._next_id(), "method": method, "params": params}

    def _broken_request(self) -> dict[str, Any]:
        message = copy.deepcopy(self._request())
        holder: Any = message["params"]
        key: Any = None
        while True:  # a random place in it
            keys: list[Any] = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = self._any(keys)
            if not isinstance(holder[key], dict | list) or self._random.random() < 0.3:
                break
            holder = holder[key]
        if key is None or self._random.random() < 0.1:
            message["params"] = self._any(STRANGE)
        elif self._random.random() < 0.4 and isinstance(holder, dict):
            holder.pop(key, None)
        elif key in (holder if isinstance(holder, dict) else range(len(holder))):
            holder[key] = self._any(STRANGE)
        return message

    def _edit(self) -> dict[str, Any]:
        self._version += 1
        document = {**self._document(), "version": self._version}
        method, params = self._any(
            [
                (
                    "textDocument/didOpen",
                    {"textDocument": {**document, "languageId": self._any(LANGUAGES), "text": self._any(TEXTS)}},
                ),
                (
                    "textDocument/didChange",
                    {
                        "textDocument": document,
                        "contentChanges": [{"range": self._range(), "text": self._any("a .(\n😀")}],
                    },
                ),
                ("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": self._any(TEXTS)}]}),
                (
                    "textDocument/didChange",
                    {
                        "textDocument": document,
                        "contentChanges": [{"range": self._range(), "text": self._any("a .(\n😀")}],
                    },
                ),
                ("textDocument/didClose", {"textDocument": {"uri": document["uri"]}}),
            ]
        )
        return {"jsonrpc": "2.0", "method": method, "params": params}

    def _notification(self) -> dict[str, Any]:
        method = self._any(
            [
                "initialized",
                "textDocument/didOpen",
                "textDocument/didChange",
                "textDocument/didSave",
                "$/setTrace",
                "workspace/didChangeConfiguration",
                "workspace/didChangeWatchedFiles",
                "workspace/didChangeWorkspaceFolders",
                "window/workDoneProgress/cancel",
                "$/cancelRequest",
                "notebookDocument/didOpen",
                "nothing/atAll",
            ]
        )
        return {"jsonrpc": "2.0", "method": method, "params": self._any(STRANGE)}

    def _cancel(self) -> dict[str, Any]:
        found = self._any(self._sent[-20:]) if self._random.random() < 0.9 else self._any(STRANGE)
        return {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": found}}

    def _response(self) -> dict[str, Any]:
        body = self._any(
            [{"result": self._any(STRANGE)}, {"error": self._any(STRANGE)}, {"error": {"code": 1, "message": "no"}}]
        )
        return {"jsonrpc": "2.0", "id": self._any([self._any(self._sent), "nobody", None, 1.5]), **body}

    def _no_message(self) -> dict[str, Any]:
        return self._any([{}, {"jsonrpc": "1.0", "id": "old", "method": "x"}, {"jsonrpc": "2.0"}, {"x": 1}])

    def _frame(self) -> bytes:
        """Bytes that are no JSON, in a frame."""
        body = self._any(
            [b"", b"{", b"[" * 5_000, b"\xff\xfe\x00", b'{"a": NaN}', b"null", b"[]", b'"text"', b"1" * 5_000]
        )
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def _unknown(self) -> dict[str, Any]:
        method = self._any(["textDocument/hover", "initialize", "workspace/symbol", "a", "", "exit2", "$/x"])
        return {"jsonrpc": "2.0", "id": self._next_id(), "method": method, "params": self._any(STRANGE)}

"""A day at the editor in little: typing, checks and menus over 30 files, where stale requests aren't all cancelled."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from lsp.raw import RawClient

KEY_SECONDS = 0.12
SOURCES = (
    "import re\n\n\ndef first(text):\n    m = re.match('a', text)\n    return m.group()\n\n\n",
    "# Notes\n\nThis is an useful file.\n\n",
)
CAPABILITIES = {
    "textDocument": {
        "inlineCompletion": {},
        "diagnostic": {"dynamicRegistration": True},
        "codeAction": {"resolveSupport": {"properties": ["edit"]}},
    },
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


@dataclass
class File:
    uri: str
    language: str
    text: str
    version: int = 1
    waiting: list[str] = field(default_factory=list)
    """Ids of requests about a text that has changed since."""


class Soak:
    def __init__(self, client: RawClient, folder: Path, seed: int, cancel: float) -> None:
        self.client = client
        self.random = random.Random(seed)
        self.cancel = cancel
        self.sent: dict[str, tuple[str, float]] = {}
        """By id: the kind of request, and when it was sent."""
        self.files = [
            File(
                (folder / f"file{n}.{'md' if n % 3 == 0 else 'py'}").as_uri(),
                "markdown" if n % 3 == 0 else "python",
                SOURCES[n % 3 == 0],
            )
            for n in range(30)
        ]
        self.samples: list[tuple[float, int, int, int]] = []

    def request(self, kind: str, method: str, params: Any, file: File) -> None:
        found = f"{kind} {len(self.sent)}"
        self.sent[found] = (kind, time.monotonic())
        file.waiting.append(found)
        self.client.request(found, method, params)

    def key(self, file: File, key: str, number: int) -> None:
        line, character = file.text.count("\n"), len(file.text.rsplit("\n", 1)[-1])
        at = {"line": line, "character": character}
        file.text, file.version = file.text + key, file.version + 1
        document = {"uri": file.uri}
        for found in file.waiting:
            if json.dumps(found) not in self.client.replies and self.random.random() < self.cancel:
                self.client.notify("$/cancelRequest", {"id": found})
        file.waiting.clear()
        self.client.notify(
            "textDocument/didChange",
            {
                "textDocument": {**document, "version": file.version},
                "contentChanges": [{"range": {"start": at, "end": at}, "text": key}],
            },
        )
        after = {"line": file.text.count("\n"), "character": len(file.text.rsplit("\n", 1)[-1])}
        self.request(
            "completion",
            "textDocument/inlineCompletion",
            {"textDocument": document, "position": after, "context": {"triggerKind": 2}},
            file,
        )
        if number % 4 == 0:
            for plugin in ("nullcheck", "prose"):
                self.request(plugin, "textDocument/diagnostic", {"textDocument": document, "identifier": plugin}, file)
        if number % 15 == 0:
            menu = {
                "textDocument": document,
                "range": {"start": {"line": 2, "character": 0}, "end": {"line": 5, "character": 9}},
                "context": {"diagnostics": [], "triggerKind": 1},
            }
            self.request("menu", "textDocument/codeAction", menu, file)

    def run(self, minutes: float) -> None:
        process = psutil.Process(self.client.process.pid)
        began = time.monotonic()
        for file in self.files:
            self.client.open(file.uri, file.text, file.language)
        number, next_key, next_sample = 0, began, began
        while time.monotonic() < began + minutes * 60:
            file = self.random.choice(self.files)
            words = self.random.choices(
                ["value", "result", "return", "for", "item", "recieve", "useful", "m.group()", "if"], k=8
            )
            if len(file.text) > 6_000:  # begin anew, as in another file
                file.text, file.version = SOURCES[file.language == "markdown"], file.version + 1
                self.client.notify(
                    "textDocument/didChange",
                    {
                        "textDocument": {"uri": file.uri, "version": file.version},
                        "contentChanges": [{"text": file.text}],
                    },
                )
            for key in f"{' '.join(words)}\n":
                number += 1
                self.key(file, key, number)
                next_key += KEY_SECONDS
                if time.monotonic() > next_sample:
                    next_sample += 10
                    self.samples.append(
                        (time.monotonic() - began, process.memory_info().rss, handles(process), process.num_threads())
                    )
                time.sleep(max(0.0, next_key - time.monotonic()))
        with suppress(TimeoutError):
            self.client.wait(list(self.sent), 60)

    @property
    def unanswered(self) -> list[str]:
        counts = self.client.replies_per_id()
        return [each for each in self.sent if counts[json.dumps(each)] == 0]

    @property
    def answered_twice(self) -> list[str]:
        counts = self.client.replies_per_id()
        return [each for each in self.sent if counts[json.dumps(each)] > 1]


def handles(process: psutil.Process) -> int:
    return process.num_handles() if psutil.WINDOWS else process.num_fds()


@contextmanager
def scripted(folder: Path, *, real: bool = False, with_prose: bool = False) -> Iterator[RawClient]:
    """A server at work in `folder / "work"`, whose completions a script says after 50 ms unless `real`."""
    script = folder / "script.json"
    script.write_text(json.dumps([{"when": "", "say": "value = 1", "delay": 0.05}]), "utf-8")
    (folder / "work" / ".breadknife").mkdir(parents=True)
    client = RawClient(*(() if real else ("--engine-script", str(script))))
    try:
        client.initialize(folder / "work", CAPABILITIES, prose={"languagetool": with_prose, "model": with_prose})
        yield client
    finally:
        client.close()

"""What typing in a long file feels like, in a server with the traffic of VS Code.

    python bench/lsp/long_file.py FOLDER [--lines 5000] [--keys 200] [--pause 0.2] [--seed 5]

A file is made of the Python files of FOLDER, one after the other, and opened in a server of its own. Lines are typed in
random functions, a key each so many seconds. After each key the client does what VS Code does: it cancels what it has
asked for the text before, pulls from each plugin, asks for a suggestion and for the menu at the cursor. An empty
request (`breadknife/ping`) after each key says how long the server keeps others waiting; the same before any file is
open is its baseline. At the end of each line the client pauses until everything is answered.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

import psutil

from lsp.raw import RawClient

LINE = 'value = options.get("name", None); value.strip()'
BODY = re.compile(r"^( *)(?:async )?def \w+\([^()]*\)[^:\n]*:\n( +)(?=\w)", re.MULTILINE)
CAPABILITIES: dict[str, Any] = {
    "textDocument": {
        "diagnostic": {"dynamicRegistration": True},
        "inlineCompletion": {},
        "codeAction": {
            "dataSupport": True,
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "resolveSupport": {"properties": ["edit"]},
        },
    }
}
AUTOMATIC = 2
CANCELLED = (-32800, -32801)
"""Error codes: an answer that nobody waits for. (That there is no method `breadknife/ping` is an answer.)"""
PLUGINS = ("nullcheck", "prose", "recipes")


class Typist:
    """Types in one document, and knows how long each request took that wasn't cancelled."""

    def __init__(self, client: RawClient, uri: str, text: str) -> None:
        self._client, self._uri, self._version, self._number = client, uri, 1, 0
        self._asked: dict[int, tuple[str, float]] = {}
        self.seconds: dict[str, list[float]] = {}
        client.open(uri, text)

    def type(self, line: int, character: int, new: str) -> None:
        """A key, and what VS Code asks after it."""
        for number in self._asked:
            if json.dumps(number) not in self._client.arrived:
                self._client.notify("$/cancelRequest", {"id": number})
        self._collect()
        self._version += 1
        here = {"line": line, "character": character}
        document = {"uri": self._uri, "version": self._version}
        change = {"range": {"start": here, "end": here}, "text": new}
        self._client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        after = {"line": line, "character": character + len(new)}
        context = {"diagnostics": [], "triggerKind": AUTOMATIC}
        self._ask("an empty request", "breadknife/ping")
        self._ask("suggestion", "textDocument/inlineCompletion", self._of(position=after, context=context))
        self.look()
        place = {"start": after, "end": after}
        self._ask("menu at the cursor", "textDocument/codeAction", self._of(range=place, context=context))

    def look(self) -> None:
        """What VS Code asks for when a file is opened."""
        for plugin in PLUGINS:
            self._ask(f"pull, {plugin}", "textDocument/diagnostic", self._of(identifier=plugin))

    def rest(self) -> None:
        """Until everything is answered."""
        self._client.wait(list(self._asked), 120.0)
        self._collect()

    def _of(self, **more: Any) -> dict[str, Any]:
        return {"textDocument": {"uri": self._uri}, **more}

    def _ask(self, kind: str, method: str, params: Any = None) -> None:
        self._number += 1
        self._asked[self._number] = kind, time.monotonic()
        self._client.request(self._number, method, params)

    def _collect(self) -> None:
        """What has been answered; what was cancelled is forgotten."""
        for number, (kind, began) in self._asked.items():
            for reply in self._client.replies.get(json.dumps(number), ()):
                if reply.get("error", {}).get("code") not in CANCELLED:
                    self.seconds.setdefault(kind, []).append(self._client.arrived[json.dumps(number)] - began)
        self._asked.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    drawing, text = random.Random(chosen.seed), long_text(chosen.folder, chosen.lines)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".git").mkdir()
        (root / "long.py").write_text(text, "utf-8")
        client = RawClient()
        client.initialize(root, CAPABILITIES)
        client.call("ready", "workspace/executeCommand", {"command": "breadknife.status"})
        before = [ping(client, f"before {each}") for each in range(50)]
        typist = Typist(client, (root / "long.py").as_uri(), text)
        typist.look()
        typist.rest()
        typist.seconds.clear()
        process, typed = psutil.Process(client.process.pid), 0
        began = sum(process.cpu_times()[:2])
        for line, indent in places(text, drawing):
            typist.type(line, 0, f"{indent}\n")
            for at, key in enumerate(LINE, len(indent)):
                typist.type(line, at, key)
                time.sleep(chosen.pause)
            typist.rest()
            typed += len(LINE)
            if typed >= chosen.keys:
                break
        spent = sum(process.cpu_times()[:2]) - began
        client.close()
    print(f"an empty request before: {row(before)}")
    for kind, seconds in typist.seconds.items():
        print(f"{kind}: {row(seconds)}")
    print(f"CPU of the server, a key: {1000 * spent / typed:.0f} ms")


def ping(client: RawClient, number: str) -> float:
    began = time.monotonic()
    client.call(number, "breadknife/ping")
    return client.arrived[json.dumps(number)] - began


def long_text(folder: Path, lines: int) -> str:
    found = list[str]()
    for path in sorted(folder.rglob("*.py")):
        found += path.read_text("utf-8").splitlines()
        if len(found) >= lines:
            break
    return "\n".join(found[:lines]) + "\n"


def places(text: str, drawing: random.Random) -> Iterator[tuple[int, str]]:
    """Random functions, the last of the file first, so that what is typed moves none: the line of the body's beginning,
    and its indentation."""
    bodies = list(BODY.finditer(text))
    for match in sorted(drawing.sample(bodies, min(20, len(bodies))), key=lambda each: -each.start()):
        yield text.count("\n", 0, match.start(2)), match[2]


def row(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    shares = (("p50", 0.5), ("p95", 0.95))
    told = (
        f"{name} {1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.0f} ms" for name, share in shares
    )
    return f"{len(ordered)}, {', '.join(told)}"


if __name__ == "__main__":
    main()

"""A long day at the editor: typing, checks and menus over 30 files, for `--minutes` (30).

    python bench/lsp/soak.py [--minutes 30] [--cancel 0.5] [--seed 1] [--real] [--with-prose]

A client types a key every 120 ms, asks for a completion at each, pulls diagnostics from each plugin after every fourth,
opens a menu after every fifteenth and turns to another file after some fifty. `--cancel` is the share of stale requests
that it cancels itself. Run it with 0.5 and with 1.0: the goal is a completion p95 of at most 1.5 times. `--real` asks
the real completion model; without it a script answers after 50 ms.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

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
        self.pulls_again = 0

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
                        (time.monotonic() - began, process.memory_info().rss, process.num_fds(), process.num_threads())
                    )
                time.sleep(max(0.0, next_key - time.monotonic()))
        try:
            self.client.wait(list(self.sent), 60)
        except TimeoutError as error:
            print("unanswered:", str(error)[:300])

    def report(self) -> None:
        counts = self.client.replies_per_id()
        each_count = [counts[json.dumps(each)] for each in self.sent]
        print(f"{len(self.sent)} requests; unanswered {each_count.count(0)}, answered twice {each_count.count(2)}")
        for kind in ("completion", "nullcheck", "prose", "menu"):
            mine = [each for each, (name, _) in self.sent.items() if name == kind]
            good = [each for each in mine if "result" in self.client.replies.get(json.dumps(each), [{}])[0]]
            late = sorted(self.client.arrived[json.dumps(each)] - self.sent[each][1] for each in good)
            if late:
                p50, p95, most = (1000 * late[min(len(late) - 1, int(len(late) * part))] for part in (0.5, 0.95, 1))
                dropped = len(mine) - len(good)
                print(
                    f"{kind}: {len(good)} answered, {dropped} dropped; ms p50 {p50:.0f}, p95 {p95:.0f}, most {most:.0f}"
                )
        refreshes = sum(each["method"] == "workspace/diagnostic/refresh" for each in self.client.asked)
        print(f"refreshes: {refreshes}")
        settled = [each for each in self.samples if each[0] > min(300, self.samples[-1][0] / 3)]
        print("after the first third, or five minutes:")
        for name, index, unit in (("memory, MB", 1, 1 << 20), ("handles", 2, 1), ("threads", 3, 1)):
            values = [each[index] / unit for each in settled]
            most, least = max(values), min(values)
            print(f"  {name}: {values[0]:.0f} to {values[-1]:.0f}, least {least:.0f}, most {most:.0f}")
        tracebacks = sum("Traceback" in line for line in self.client.stderr)
        print(f"stderr: {len(self.client.stderr)} lines, {tracebacks} tracebacks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--cancel", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--with-prose", action="store_true", help="with LanguageTool and the judge")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    script = folder / "script.json"
    script.write_text(json.dumps([{"when": "", "say": "value = 1", "delay": 0.05}]), "utf-8")
    work = folder / "work"
    (work / ".breadknife").mkdir(parents=True)
    arguments = () if options.real else ("--engine-script", str(script))
    client = RawClient(*arguments)
    prose = {"languagetool": options.with_prose, "model": options.with_prose}
    client.initialize(work, CAPABILITIES, prose=prose)
    soak = Soak(client, work, options.seed, options.cancel)
    soak.run(options.minutes)
    soak.report()
    print(f"exit code {client.close()}")


if __name__ == "__main__":
    main()

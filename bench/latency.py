"""How fast and how big: start-up, completion, diagnostics after an edit, memory. Against a bare pygls server.

python bench/latency.py [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))

import psutil
from editor import Editor, position
from lsprotocol import types as lsp

BARE = """
from lsprotocol import types
from pygls.lsp.server import LanguageServer
LanguageServer("bare", "1").start_io()
"""
CODE = '''import re


def parse(line: str) -> tuple[str, int]:
    """Return the name and the count of a line."""
    match = re.match(r"(\\w+):(\\d+)", line)
    if match is None:
        raise ValueError(line)
    return match.group(1), int(match.group(2))


'''
PROSE = "The cache keep its entries for a hour. Each of the plugins have their own file, and the server is fast.\n\n"


def initialize_seconds(command: Sequence[str]) -> float:
    """From starting the process until `initialize` is answered."""
    params = {"capabilities": {}, "processId": None, "rootUri": None}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    process.stdin.flush()
    process.stdout.readline()
    taken = time.monotonic() - began
    process.kill()
    process.wait()
    return taken


def row(what: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(f"| {what} | {statistics.median(ordered) * 1000:.0f} ms | {p95 * 1000:.0f} ms |", flush=True)


async def edits(editor: Editor, uri: str, rounds: int) -> list[float]:
    """Type one letter in the middle and ask for diagnostics, again and again."""
    times: list[float] = []
    for number in range(rounds):
        at = position(editor.texts[uri], len(editor.texts[uri]) // 2)
        editor.edit(uri, [lsp.TextEdit(lsp.Range(at, at), "a" if number % 7 else " ")])
        began = time.monotonic()
        await editor.diagnostics(uri)
        times.append(time.monotonic() - began)
    return times


async def completions(editor: Editor, rounds: int) -> list[float]:
    times: list[float] = []
    for number in range(rounds):
        text = f"{CODE}def field_{number}(line: str) -> str:\n    return "
        uri = editor.open(f"c{number}.py", text, "python")
        began = time.monotonic()
        await editor.suggest(uri, position(text, len(text)))
        times.append(time.monotonic() - began)
        editor.close(uri)
    return times


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    print("| what | p50 | p95 |\n|---|---|---|")
    starts = [(initialize_seconds([sys.executable, "-c", BARE]),
               initialize_seconds([sys.executable, "-m", "breadknife", "serve"])) for _ in range(10)]  # fmt: skip
    row("bare pygls server: start to `initialize` answered", [bare for bare, _ in starts])
    row("breadknife: start to `initialize` answered", [ours for _, ours in starts])
    with tempfile.TemporaryDirectory() as folder:
        editor = Editor(Path(folder))
        await editor.start()
        await completions(editor, 2)
        row("completion of a line at the end of a new 110-token file", await completions(editor, rounds))
        code = editor.open("a.py", CODE * 60, "python")
        row("diagnostics after an edit, 660 lines of Python", await edits(editor, code, rounds))
        notes = editor.open("a.md", PROSE * 200, "markdown")
        await editor.diagnostics(notes)
        row("diagnostics after an edit, 4,000 words of Markdown", await edits(editor, notes, rounds))
        engine = (await editor.command("breadknife.status"))["engine"]
        server = psutil.Process(editor.server_pid)
        java = sum(p.memory_info().rss for p in server.children(recursive=True) if p.name().startswith("java"))
        print("\n| process | resident |\n|---|---|")
        print(f"| server (with Harper) | {server.memory_info().rss / 1e6:.0f} MB |")
        print(f"| engine (0.5B; the file is memory-mapped) | {engine['resident_bytes'] / 1e6:.0f} MB |")
        print(f"| LanguageTool | {java / 1e6:.0f} MB |")
        await editor.stop()


if __name__ == "__main__":
    asyncio.run(main())

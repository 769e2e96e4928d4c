"""How soon a null finding is there: `python bench/lsp/first_finding.py [start] [prose] [long] [--rounds N]`.

`start`: from the start of the process to the first null finding, as VS Code asks, with the engine, models and
LanguageTool that are installed here; against the time in which a bare pygls server answers `initialize`, in turns.

`prose`: real files (of `--files FOLDER`) with a null bug appended, in turns with prose on and off; compared is the time
from `didOpen` to the null plugin's own report, while prose is asked for at the same time, as VS Code does.
`long`: a Python file of 20,000 lines, against the first diagnostics of pyright's language server in the same turn. Each
has a process of its own, started and initialized before.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from latency import BARE

from lsp.raw import RawClient

PULLS = {"textDocument": {"diagnostic": {"dynamicRegistration": True}}}
BUG = '\n\ndef _appended(text):\n    import re\n    found = re.match("a", text)\n    return found.group()\n'
ORDERS = '''"""Reads orders such as 3x bread knife."""

import re

ORDER = re.compile(r"([0-9]+)x (.+)")


def amount(line: str) -> int:
    order = ORDER.match(line)
    return int(order.group(1))
'''
ENGINE_SCRIPT = "[]"


def server(folder: Path, **options: object) -> RawClient:
    script = folder / "script.json"
    script.write_text(ENGINE_SCRIPT, "utf-8")
    client = RawClient("--engine-script", str(script))
    client.initialize(folder / "work", PULLS, **options)
    client.call("ready", "workspace/executeCommand", {"command": "breadknife.status"})
    return client


def first_finding(client: RawClient, uri: str, text: str, *, with_prose: bool) -> float:
    """Milliseconds from the document's opening to its null findings."""
    client.open(uri, text)
    began, name = time.monotonic(), f"null {uri}"
    for plugin in ("nullcheck", "prose") if with_prose else ("nullcheck",):
        where = {"textDocument": {"uri": uri}, "identifier": plugin}
        client.request(name if plugin == "nullcheck" else f"prose {uri}", "textDocument/diagnostic", where)
    reply = client.reply(name, 120)
    seconds = client.arrived[f'"{name}"'] - began
    assert reply["result"]["items"], "no null finding"
    if with_prose:
        client.reply(f"prose {uri}", 120)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return seconds * 1000


def with_and_without_prose(files: Sequence[Path], rounds: int) -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "work").mkdir()
    quiet = {"languagetool": False, "model": False}
    on, off = server(folder, prose=quiet), server(folder, prose={"enabled": False})
    ratios, times = list[float](), list[float]()
    for number, path in enumerate(files[:rounds]):
        text = path.read_text("utf-8") + BUG
        uri = (folder / "work" / f"{number}_{path.name}").as_uri()
        order = [(on, True), (off, False)] if number % 2 else [(off, False), (on, True)]
        found = {with_prose: first_finding(client, uri, text, with_prose=with_prose) for client, with_prose in order}
        ratios.append(found[True] / found[False])
        times.append(found[True])
        print(f"{path.name}, {text.count(chr(10))} lines: {found[False]:.0f} ms without, {found[True]:.0f} with prose")
    print(f"{len(ratios)} files; with prose / without: median {statistics.median(ratios):.2f}")
    print(f"median with prose {statistics.median(times):.0f} ms")
    on.close()
    off.close()


def against_pyright(rounds: int) -> None:
    chunk = '''
def function_{n}(rows, names):
    """Return the rows of the names."""
    total = 0
    for row in rows:
        if row in names:
            total += names[row]
    return [total, len(rows)]


class Class_{n}:
    def __init__(self, value):
        self.value = value

    def method(self, other):
        if self.value == other:
            return self.value
        return [each for each in other if each]
'''
    text = "import re\n" + "".join(chunk.format(n=n) for n in range(20_000 // chunk.count("\n"))) + BUG
    folder = Path(tempfile.mkdtemp())
    (folder / "work").mkdir()
    pyright = shutil.which("pyright-langserver") or str(Path(sysconfig.get_path("scripts")) / "pyright-langserver")
    for number in range(rounds):
        uri = (folder / "work" / f"long{number}.py").as_uri()
        ours = server(folder, prose={"languagetool": False, "model": False})
        mine = first_finding(ours, uri, text, with_prose=True)
        ours.close()
        theirs = RawClient(command=[pyright, "--stdio"])
        theirs.initialize(folder / "work", {})
        theirs.open(uri, text)
        began = time.monotonic()
        while not any(each["method"] == "textDocument/publishDiagnostics" for each in list(theirs.asked)):
            time.sleep(0.005)
        other = (time.monotonic() - began) * 1000
        theirs.process.kill()
        print(f"{text.count(chr(10))} lines: {mine:.0f} ms, pyright {other:.0f} ms: {mine / other:.2f}")


def from_start(rounds: int) -> None:
    """Python keeps its bytecode, as after any installation; the first turn writes it, and isn't counted."""
    folder = Path(tempfile.mkdtemp())
    environment = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    work = folder / "work"
    work.mkdir()
    (work / ".git").mkdir()
    (work / "orders.py").write_text(ORDERS, "utf-8")
    ratios, times, processor, bare = list[float](), list[float](), list[float](), list[float]()
    for number in range(rounds + 1):
        pygls = initialized(RawClient(command=[sys.executable, "-c", BARE], env=environment), work)
        seconds, cpu = started(RawClient(env=environment), work)
        if number:
            times.append(seconds)
            processor.append(cpu)
            bare.append(pygls)
            ratios.append(seconds / pygls)
            print(f"{seconds:.2f} s ({cpu:.2f} s of CPU); bare pygls server initialized in {pygls:.2f} s", flush=True)
    print(f"median {statistics.median(times):.2f} s, {statistics.median(processor):.2f} s of CPU")
    print(f"against a bare server's hello ({statistics.median(bare):.2f} s): median {statistics.median(ratios):.1f}")


def initialized(client: RawClient, work: Path) -> float:
    began = time.monotonic()
    client.initialize(work)
    seconds = time.monotonic() - began
    client.process.kill()
    return seconds


def started(client: RawClient, work: Path) -> tuple[float, float]:
    """Seconds until the null finding is there, and those of the processor that the server took for it."""
    began, process = time.monotonic(), psutil.Process(client.process.pid)
    uri = (work / "orders.py").as_uri()
    where = {"textDocument": {"uri": uri}}

    def answer(message: dict[str, Any]) -> Any:
        for each in message.get("params", {}).get("registrations", ()):
            if each["method"] == "textDocument/diagnostic":
                name = each["registerOptions"]["identifier"]
                client.request(name, "textDocument/diagnostic", {**where, "identifier": name})
        return None

    client.answer = answer
    client.initialize(work, PULLS)
    client.open(uri, ORDERS)
    place = {"line": 0, "character": 0}
    client.request(
        "menu",
        "textDocument/codeAction",
        {**where, "range": {"start": place, "end": place}, "context": {"diagnostics": []}},
    )
    reply = client.reply("nullcheck", 120)
    seconds = client.arrived['"nullcheck"'] - began
    times = process.cpu_times()
    assert reply["result"]["items"], "no null finding"
    client.close()
    return seconds, times.user + times.system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["start", "prose", "long"])
    parser.add_argument("--files", type=Path, default=Path(sysconfig.get_path("stdlib")))
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if "start" in options.what:
        from_start(options.rounds)
    if "prose" in options.what:
        files = [each for each in options.files.rglob("*.py") if 8_000 < each.stat().st_size < 80_000]
        random.Random(options.seed).shuffle(files)
        with_and_without_prose(files, options.rounds)
    if "long" in options.what:
        against_pyright(max(1, options.rounds // 4))


if __name__ == "__main__":
    main()

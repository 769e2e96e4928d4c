"""Prose while one writes: a real `breadknife serve`, typed at by a person's pace, beside busy cores.

    python bench/prose/pace.py [type] [open] [--sentences N] [--words N] [--busy N] [--cold] [--pull]

`type` types sentences with planted errors, five keys a second with a pause after each sentence, and tells for each
when its squiggle came; how often a word was underlined while it was being typed; and which findings vanished or
changed. `open` opens a README of `--words` that nothing has been read of: when its first and its last finding came, and
the processor's seconds of the server, of LanguageTool and of the engine. Both push by default, so that every
publication is seen; `--pull` has `open` count the refreshes that a client which pulls is sent.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path += [str(Path(__file__).parents[2] / folder) for folder in ("bench/prose", "bench/engine")]

import psutil
from corpus import installed, words
from peers import own_home
from row import quantile

from breadknife.plugins.prose.engines.rules import SPELLING, is_right

KEY_S, PAUSE_S, PAUSED_S = 0.2, 3.0, 1.0
"""Between two keys, after a sentence, and after which a word isn't being typed any more."""
QUIET_S = 25.0
"""Then nothing more comes: the model's findings in a long document come up to 20 s apart."""
SENTENCES = (
    "This is [[an=>a]] useful option for large repositories.",
    "We [[recieve=>receive]] a notification when the build is done.",
    "You see the [[the the=>the]] latest release on the first page.",
    "The value depends [[from=>on]] the size of the window.",
    "It will [[effect=>affect]] every plugin that is loaded.",
    "The server [[don't=>doesn't]] support incremental updates.",
    "The library [[allows to=>allows you to]] read the settings once.",
    "These settings [[overrides=>override]] the values in the file.",
    "Open the [[setings=>settings]] page and choose your account.",
    "If the file is [[to=>too]] large, it is skipped.",
    "Each line [[have=>has]] a number and a name.",
    "The cache is [[seperate=>separate]] from the rest of the data.",
    "You can [[checkout=>check out]] the main branch and build it.",
    "There [[is=>are]] several ways to configure the logger.",
    "Please open [[a=>an]] issue if something does not work.",
    "The new version is much faster [[then=>than]] the old one.",
    "The key is never [[send=>sent]] to the server of the project.",
    "All of the users have [[there=>their]] own settings.",
    "It is one of the [[occured=>occurred]] errors in the log.",
    "You will [[loose=>lose]] your changes if you close the window.",
)
_PLANTED = re.compile(r"\[\[(.*?)=>.*?\]\]")
_WORD_END = re.compile(r"[\w'’-]+$")


@dataclass
class Publication:
    at: float
    version: int
    items: list[dict[str, Any]]


@dataclass
class Editor:
    """A client with one document, which it appends to."""

    process: asyncio.subprocess.Process
    uri: str
    text: str = ""
    version: int = 0
    last_key: float = 0.0
    published: list[Publication] = field(default_factory=list[Publication])
    under_cursor: list[str] = field(default_factory=list[str])
    refreshes: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict[int, "asyncio.Future[Any]"])

    def send(self, method: str, params: Any, id: int | None = None) -> None:
        self._write({"method": method, "params": params} | ({"id": id} if id is not None else {}))

    async def ask(self, method: str, params: Any) -> Any:
        id = len(self.answers) + 1
        self.answers[id] = asyncio.get_running_loop().create_future()
        self.send(method, params, id)
        return await self.answers[id]

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            length = int(line.split(b":")[1])
            while (await self.process.stdout.readline()).strip():
                pass
            self._heard(json.loads(await self.process.stdout.readexactly(length)))

    def _heard(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            self.answers[message["id"]].set_result(message.get("result"))
            return
        if "id" in message:
            self._write({"id": message["id"], "result": None})
        if method == "workspace/diagnostic/refresh":
            self.refreshes += 1
            self.news.set()
        if method == "textDocument/publishDiagnostics" and message["params"]["uri"] == self.uri:
            self._published(message["params"])

    def _published(self, params: dict[str, Any]) -> None:
        now = time.monotonic()
        self.published.append(Publication(now, params.get("version") or 0, params["diagnostics"]))
        self.news.set()
        word = _WORD_END.search(self.text)
        if params.get("version") == self.version and now < self.last_key + PAUSED_S and word is not None:
            self.under_cursor += (
                f"{word[0]}: {shown(each)}" for each in params["diagnostics"] if end(self.text, each) > word.start()
            )

    def open(self, text: str) -> None:
        self.text, self.version = text, 1
        item = {"uri": self.uri, "languageId": "markdown", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})

    def type(self, key: str) -> None:
        at = position(self.text, len(self.text))
        self.text, self.version, self.last_key = self.text + key, self.version + 1, time.monotonic()
        change = {"range": {"start": at, "end": at}, "text": key}
        identifier = {"uri": self.uri, "version": self.version}
        self.send("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})

    async def diagnostics(self) -> list[dict[str, Any]]:
        asked = {"textDocument": {"uri": self.uri}, "identifier": "prose"}
        found = await self.ask("textDocument/diagnostic", asked)
        return found["items"]

    async def quiet(self, seconds: float) -> None:
        """Return when there has been no news for so long."""
        with contextlib.suppress(TimeoutError):
            while True:
                self.news.clear()
                await asyncio.wait_for(self.news.wait(), seconds)


def position(text: str, offset: int) -> dict[str, int]:
    return {"line": text.count("\n", 0, offset), "character": offset - text.rfind("\n", 0, offset) - 1}


def offset(text: str, at: dict[str, int]) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: at["line"]]) + at["character"]


def end(text: str, diagnostic: dict[str, Any]) -> int:
    return offset(text, diagnostic["range"]["end"])


def shown(diagnostic: dict[str, Any]) -> str:
    return diagnostic["code"]


def identity(diagnostic: dict[str, Any]) -> str:
    return json.dumps([diagnostic[key] for key in ("range", "source", "code", "message", "severity")], sort_keys=True)


@asynccontextmanager
async def editing(folder: Path, *, pull: bool = False) -> AsyncGenerator[Editor]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "breadknife", "serve", cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    editor = Editor(process, (folder / "text.md").as_uri())
    listening = asyncio.create_task(editor.listen())
    text: dict[str, Any] = {"publishDiagnostics": {"versionSupport": True}} | (
        {"diagnostic": {"dynamicRegistration": True}} if pull else {}
    )
    capabilities = {
        "general": {"positionEncodings": ["utf-32"]},
        "textDocument": text,
        "workspace": {"diagnostics": {"refreshSupport": pull}, "workspaceFolders": True},
    }
    folders = [{"uri": folder.as_uri(), "name": "bench"}]
    await editor.ask("initialize", {"processId": None, "capabilities": capabilities, "workspaceFolders": folders,
                                    "rootUri": folder.as_uri()})  # fmt: skip
    editor.send("initialized", {})
    try:
        yield editor
    finally:
        await editor.ask("shutdown", None)
        editor.send("exit", None)
        await process.wait()
        listening.cancel()


@contextmanager
def busy(cores: int) -> Iterator[None]:
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for each in others:
            each.kill()
            each.wait()


@dataclass(frozen=True)
class Typed:
    """One sentence: its planted error's place, and when its last key was pressed."""

    sentence: str
    start: int
    end: int
    ended: float


async def typing(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name, busy(chosen.busy):
        async with editing(Path(name).resolve()) as editor:
            editor.open("# Notes\n\n")
            if not chosen.cold:  # until every engine has answered once
                for key in "The function return a list of all names in it, and the inventory keep one line. ":
                    editor.type(key)
                await editor.quiet(60.0)
            first, typed = editor.version, list[Typed]()
            for sentence in SENTENCES[: chosen.sentences]:
                typed.append(await one_sentence(editor, sentence))
            await editor.quiet(QUIET_S)
            told(editor, typed, first)


async def one_sentence(editor: Editor, sentence: str) -> Typed:
    planted = _PLANTED.search(sentence)
    assert planted is not None
    start = len(editor.text) + planted.start()
    for key in _PLANTED.sub(r"\1", sentence):
        editor.type(key)
        await asyncio.sleep(KEY_S)
    typed = Typed(sentence, start, start + len(planted[1]), editor.last_key)
    await asyncio.sleep(PAUSE_S)
    editor.type(" ")
    return typed


def told(editor: Editor, typed: Sequence[Typed], first: int) -> None:
    waited: dict[str, list[float]] = {"Harper alone": [], "others": []}
    for each in typed:
        came = next(
            (
                (publication.at, found)
                for publication in editor.published
                for found in publication.items
                if offset(editor.text, found["range"]["start"]) <= each.end and each.start <= end(editor.text, found)
            ),
            None,
        )
        if came is None:
            print(f"| – | | {each.sentence} |")
            continue
        at, found = came
        engine, _, rule = found["code"].partition("/")
        alone = engine == "harper" and (rule in SPELLING or is_right(engine, rule))
        waited["Harper alone" if alone else "others"].append(max(0.0, at - each.ended))
        print(f"| {max(0.0, at - each.ended):.2f} s | {shown(found)} | {each.sentence} |")
    for who, seconds in waited.items():
        if seconds:
            p50, p95 = (quantile(seconds, share) for share in (0.5, 0.95))
            print(f"| {who}: {len(seconds)} of {len(typed)} | p50 {p50:.2f} s, p95 {p95:.2f} s |")
    gone, changed = vanished([each for each in editor.published if each.version >= first])
    print(f"| under a word being typed | {len(editor.under_cursor)} {editor.under_cursor[:10]} |")
    print(f"| vanished | {len(gone)} {gone[:10]} |\n| changed | {len(changed)} {changed[:10]} |")
    print(f"| publications | {len(editor.published)} |", flush=True)


def vanished(published: Sequence[Publication]) -> tuple[list[str], list[str]]:
    """Findings that a later publication doesn't have any more; and those at whose place it has another one."""
    gone, changed = list[str](), list[str]()
    for before, after in itertools.pairwise(published):
        now = {identity(each) for each in after.items}
        places = {json.dumps(each["range"]) for each in after.items}
        for each in before.items:
            if identity(each) not in now:
                (changed if json.dumps(each["range"]) in places else gone).append(shown(each))
    return gone, changed


async def opening(chosen: argparse.Namespace) -> None:
    readme = ""
    for each in installed(frozenset()).values():
        for line in each.text.splitlines(keepends=True) if each.language == "markdown" else ():
            readme += line if words(readme) < chosen.words else ""
    with tempfile.TemporaryDirectory() as name, busy(chosen.busy):
        async with editing(Path(name).resolve(), pull=chosen.pull) as editor:
            await asyncio.sleep(3)  # the server has started
            used, began = spent(editor.process.pid), time.monotonic()
            editor.open(readme)
            if chosen.pull:
                found = await editor.diagnostics()
                first = time.monotonic() - began if found else None
                while editor.refreshes < 1_000:
                    editor.news.clear()
                    try:
                        await asyncio.wait_for(editor.news.wait(), QUIET_S)
                    except TimeoutError:
                        break
                    found = await editor.diagnostics()
                    first = first or (time.monotonic() - began if found else None)
                count = editor.refreshes
            else:
                await editor.quiet(QUIET_S)
                found = editor.published[-1].items
                first = next((each.at - began for each in editor.published if each.items), None)
                count = len(editor.published) - 1
            after = spent(editor.process.pid)
            last = max(each.at for each in editor.published) - began if editor.published else 0.0
            print(f"| first finding of {words(readme):,} words | {first or 0:.2f} s, {len(found)} in the end |")
            print(f"| {'refreshes' if chosen.pull else 'publications after the first'} | {count} |")
            for who, seconds in after.items():
                print(f"| CPU of {who} | {seconds - used[who]:.1f} s, and {used[who]:.1f} s before |")
            print(f"| CPU of all | {sum(after.values()) - sum(used.values()):.1f} s |")
            if not chosen.pull:
                gone, changed = vanished(editor.published)
                print(f"| vanished, changed | {gone[:10]}, {changed[:10]} |")
                print(f"| the last publication | {last:.1f} s |")
            print(f"| all of it took | {time.monotonic() - began - QUIET_S:.0f} s |", flush=True)


def spent(server: int) -> dict[str, float]:
    """Seconds of the processor so far: of the server itself, of the Java that it started, and of this home's engine."""
    own = psutil.Process(server)
    java = [each for each in own.children(recursive=True) if each.name().startswith("java")]
    home = os.environ["BREADKNIFE_HOME"]
    engines = [
        each
        for each in psutil.process_iter(["cmdline"])
        if {"breadknife.engine.daemon.daemon"} & {*(each.info["cmdline"] or ())}
        and any(home in part for part in each.info["cmdline"])
    ]
    groups = {"the server": [own], "LanguageTool": java, "the engine": engines}
    return {who: sum(sum(each.cpu_times()[:2]) for each in processes) for who, processes in groups.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", default=["type", "open"])
    parser.add_argument("--sentences", type=int, default=len(SENTENCES))
    parser.add_argument("--words", type=int, default=4_500, help="of the README that is opened")
    parser.add_argument("--busy", type=int, default=1, help="so many other processes each keep a core busy")
    parser.add_argument("--cold", action="store_true", help="type at once, before LanguageTool and the model are there")
    parser.add_argument("--pull", action="store_true")
    chosen = parser.parse_args()
    with own_home():  # in one's own answers are kept from earlier runs
        if "type" in chosen.figures:
            asyncio.run(typing(chosen))
        if "open" in chosen.figures:
            asyncio.run(opening(chosen))


if __name__ == "__main__":
    main()

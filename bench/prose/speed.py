"""How soon findings come, and what that takes: through the real language server, and LanguageTool by itself.

    python bench/prose/speed.py [edit] [open] [languagetool] [--megabytes N] [--places N]

The text is made of the READMEs of the packages that are installed here.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

sys.path += [str(Path(__file__).parents[2] / folder) for folder in ("bench/prose", "bench/engine", "examples")]

import psutil
from corpus import installed, words
from editor import Editor, position
from lsprotocol import types as lsp
from peers import own_home

from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine

HARPER = "[prose]\nmodel = false\nlanguagetool = false\n"
EVERYBODY = "[prose]\n"
READS = 4_000
KEY_S, KEYS = 0.15, 5
QUIET_S = {HARPER: 3.0, EVERYBODY: 25.0}
"""Then nothing more comes: the model's findings in a long document come up to 20 s apart."""
SENTENCE = "The server reads its settings once and then answers each request of a client in order of arrival. "


async def serving(folder: Path, settings: str) -> Editor:
    (folder / "breadknife.toml").write_text(settings)
    editor = Editor(folder)
    await editor.start()
    return editor


async def settled(editor: Editor, uri: str, quiet: float) -> float:
    """When the last findings have come: nothing new for a while. The seconds until then."""
    began = last = time.monotonic()
    while time.monotonic() - last < quiet:
        editor.published.clear()
        await editor.diagnostics(uri)
        last = time.monotonic()
        try:
            await asyncio.wait_for(editor.published.wait(), quiet)
        except TimeoutError:
            break
    return last - began


def resident(editor: Editor) -> str:
    server = psutil.Process(editor.server_pid)
    java = [each for each in server.children(recursive=True) if each.name().startswith("java")]
    return f"server {server.memory_info().rss / 1e6:.0f} MB" + "".join(
        f", JVM {each.memory_info().rss / 1e6:.0f} MB" for each in java
    )


def shown(what: str, seconds: Sequence[float], note: str = "") -> None:
    ordered = sorted(1000 * each for each in seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(f"| {what} | {statistics.median(ordered):.0f} ms | {p95:.0f} ms | {note} |", flush=True)


async def edits(text: str, places: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        editor = await serving(Path(name), HARPER)
        uri = editor.open("long.md", text, "markdown")
        began = time.monotonic()
        await editor.diagnostics(uri)
        first = time.monotonic() - began
        everything = await settled(editor, uri, QUIET_S[HARPER])
        shown(f"{len(text) / 1e6:.2f} MB: first findings", [first], resident(editor))
        shown(f"{len(text) / 1e6:.2f} MB: all findings", [everything], resident(editor))
        random, times = Random(7), list[float]()
        for _ in range(places):
            offset = random.randrange(len(text))
            for key in range(KEYS):
                at = position(editor.texts[uri], offset + key)
                editor.edit(uri, [lsp.TextEdit(lsp.Range(at, at), "a")])
                began = time.monotonic()
                await editor.diagnostics(uri)
                times.append(time.monotonic() - began)
                await asyncio.sleep(KEY_S)
        shown(f"warm edit to diagnostics, {len(times)} keys in {places} places", times, resident(editor))
        await editor.stop()


async def opened(text: str) -> None:
    changed = text.replace(" the ", " the very ", 1)
    for who, settings in (("Harper", HARPER), ("all engines", EVERYBODY), ("all engines, another day", EVERYBODY)):
        with tempfile.TemporaryDirectory() as name:
            editor = await serving(Path(name), settings)
            quiet = QUIET_S[settings]
            for what, content in (("a small document first", "Some words here.\n"), ("a 4,000-word README", text)):
                uri = editor.open(f"{len(content)}.md", content, "markdown")
                began = time.monotonic()
                await editor.diagnostics(uri)
                first = time.monotonic() - began
                shown(f"{who}: opening {what}, first findings", [first], resident(editor))
                everything = first + await settled(editor, uri, quiet)
                shown(f"{who}: opening {what}, all findings", [everything], resident(editor))
            uri = editor.open("again.md", changed, "markdown")
            began = time.monotonic()
            await editor.diagnostics(uri)
            shown(f"{who}: the same with one word changed, first findings", [time.monotonic() - began])
            shown(f"{who}: the same with one word changed, all findings", [await settled(editor, uri, quiet)])
            await editor.stop()


def languagetool(text: str) -> None:
    began = time.monotonic()
    engine = LanguageToolEngine("en-US")
    engine.check("This is an useful thing.")
    shown("LanguageTool: start to first result", [time.monotonic() - began])
    paragraphs = [each for each in text.split("\n\n") if each.strip()]
    for each in paragraphs:
        engine.check(each)
    times: list[float] = []
    for number in range(20):
        paragraph = " ".join((SENTENCE * 20).split()[:199]) + f" end{number}."
        began = time.monotonic()
        engine.check(paragraph)
        times.append(time.monotonic() - began)
    shown("LanguageTool: a warm paragraph of 200 words", times)
    times = []
    for number in range(20):
        began = time.monotonic()
        engine.check(paragraphs[number % len(paragraphs)] + f" So it is, {number} times.")
        times.append(time.monotonic() - began)
    shown("LanguageTool: 4,000 words after one edit (its paragraph)", times)
    java = next(p for p in psutil.Process().children(recursive=True) if p.name().startswith("java"))
    print(f"JVM: {java.memory_info().rss / 1e6:.0f} MB")
    engine.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", default=["edit", "open", "languagetool"])
    parser.add_argument("--megabytes", type=float, default=1.0)
    parser.add_argument("--places", type=int, default=40)
    chosen = parser.parse_args()
    readmes = "\n\n".join(each.text for each in installed(frozenset()).values() if each.language == "markdown")
    characters = int(chosen.megabytes * 1_000_000)
    long = (readmes * (characters // len(readmes) + 1))[:characters]
    readme = ""
    for line in readmes.splitlines(keepends=True):
        if words(readme) < READS:
            readme += line
    print("| what | p50 | p95 | |\n|---|---|---|---|")
    with own_home():  # in one's own answers are kept from earlier runs
        if "edit" in chosen.figures:
            asyncio.run(edits(long, chosen.places))
        if "open" in chosen.figures:
            asyncio.run(opened(readme))
        if "languagetool" in chosen.figures:
            languagetool(readme)


if __name__ == "__main__":
    main()

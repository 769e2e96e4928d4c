"""What LanguageTool's server needs for several languages at once, and how often it collects all garbage meanwhile.

    python bench/prose/languages.py [--languages en,de,fr,es,pt] [--all] [--rounds N] [--old]

Each round checks, for each language that has come so far, all of its sentences in turn, as a set of documents has them;
nothing is answered out of a cache. The figure: every language is answered, and full collections take little of the
time. `--all` loads each language that LanguageTool has and collects all garbage after each: the increments are the
table in `jvm/heap.py`. `--old` uses the options of before: a limit of 512 MB, and Java's own small steps.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from breadknife.errors import EngineError
from breadknife.plugins.prose.engines.jvm import guard, heap
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine

OLD = ("-Xmx512m", "-Xms64m", "-Xmn48m", "-XX:MinHeapFreeRatio=10", "-XX:MaxHeapFreeRatio=25", "-XX:+UseSerialGC")
FULL = re.compile(r"Pause Full \((.*?)\) (\d+)M->(\d+)M\((\d+)M\) ([\d.]+)ms")
BY_HAND = "Diagnostic Command"


def sentences() -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for line in Path(__file__).with_name("sentences.tsv").read_text("utf-8").splitlines():
        language, _, sentence = line.partition("\t")
        if not line.startswith("#"):
            found.setdefault(language, []).append(sentence)
    return found


SENTENCES = sentences()


@contextmanager
def logged() -> Iterator[Path]:
    """The folder of Java's logs of its collections, one of each process."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JDK_JAVA_OPTIONS"] = f"-Xlog:gc:file={folder}/%p.log"
        yield Path(folder)


def java() -> psutil.Process | None:
    guards = [each for each in psutil.Process().children() if guard.__file__ in each.cmdline()]
    return next((child for each in guards for child in each.children()), None)


def check_all(engine: LanguageToolEngine, languages: Sequence[str], number: int) -> tuple[int, int, float]:
    """Answered and asked; and the slowest one, in seconds."""
    answered = asked = 0
    slowest = 0.0
    for language in languages:
        for sentence in SENTENCES[language]:
            began = time.monotonic()
            asked += 1
            try:
                engine.check(f"{sentence} {number}.", "" if language == "en" else language)
                answered += 1
            except EngineError as error:
                print(f"{language}: {error}", file=sys.stderr)
            slowest = max(slowest, time.monotonic() - began)
    return answered, asked, slowest


def by_number(languages: Sequence[str], rounds: int, logs: Path) -> None:
    print("| languages | answered | seconds | slowest | full collections | in them | resident | servers |")
    print("|---|---|---|---|---|---|---|---|")
    engine, servers = LanguageToolEngine("en-US"), set[int]()
    try:
        for count in range(1, len(languages) + 1):
            began, answered, asked, slowest = time.monotonic(), 0, 0, 0.0
            before = collections(logs)
            for each in range(rounds):
                found = check_all(engine, languages[:count], 100 * count + each)
                answered, asked, slowest = answered + found[0], asked + found[1], max(slowest, found[2])
                process = java()
                servers |= {process.pid} if process else set()
            seconds = time.monotonic() - began
            full = collections(logs)[len(before) :]
            resident = process.memory_info().rss / 1e6 if (process := java()) else 0
            share = f"{sum(full):.1f} s, {100 * sum(full) / seconds:.0f} %"
            cells = (
                ", ".join(languages[:count]), f"{answered} of {asked}", f"{seconds:.1f}", f"{slowest:.1f}", len(full),
                share, f"{resident:.0f} MB", len(servers),
            )  # fmt: skip
            print("|", " | ".join(map(str, cells)), "|", flush=True)
    finally:
        engine.close()


def collections(logs: Path) -> list[float]:
    """Seconds of each full collection so far."""
    texts = [path.read_text() for path in sorted(logs.iterdir(), key=lambda path: path.stat().st_ctime)]
    return [float(found[4]) / 1e3 for found in FULL.findall("\n".join(texts)) if found[0] != BY_HAND]


def by_language(logs: Path) -> None:
    """The increments of what is in use."""
    print("| language | in use, MB | more by | resident, MB |\n|---|---|---|---|")
    engine, before = LanguageToolEngine("en-US"), 0
    try:
        for language, texts in SENTENCES.items():
            for sentence in texts:
                engine.check(f"{sentence} Xqzt brlpf.", "" if language == "en" else language)
            process = java()
            assert process is not None
            subprocess.run(["jcmd", str(process.pid), "GC.run"], capture_output=True, check=True)
            live = int(FULL.findall((logs / f"{process.pid}.log").read_text())[-1][2])
            resident = process.memory_info().rss / 1e6
            print(f"| {language} | {live} | {live - before:+} | {resident:.0f} |", flush=True)
            before = live
    finally:
        engine.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", default="en,de,fr,es,pt")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--old", action="store_true")
    chosen = parser.parse_args()
    if chosen.old:
        heap.options = lambda limit: [*OLD]
    if chosen.old or chosen.all:
        heap.fits = lambda languages, limit: True
    with logged() as logs:
        if chosen.all:
            by_language(logs)
        else:
            by_number(chosen.languages.split(","), chosen.rounds, logs)


if __name__ == "__main__":
    main()

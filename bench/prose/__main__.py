"""Prose: flags of well-edited text, planted errors, learners' errors, and how soon findings come.

    python bench/prose FIGURE… [--eval FOLDER] [--m2 FILE] [--every N] [--flags FILE] [--only SYSTEM…]

`readmes`, `planted` (both with FOLDER's files), `learners` (FILE: BEA-2019 or another corpus in the M2 format), `open`.
All systems are measured in the same run. `--flags` writes what breadknife flags, to be looked at by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "engine")]

from corpus import Readme, edited, learners, paragraphs, readmes, words
from peers import own_home
from systems import Flag, System, systems

from breadknife.cli.assemble import make_host
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest
from breadknife.text.document import Document

WRONG = (
    ("have",), ("don't",), ("an",), ("checkout", "the the"), ("looses", "restart"), ("Its", "send"), ("to", "skips"),
    ("recieve", "wich"), ("have", "wrote"), ("can effect", "less"), ("has", "informations"),
    ("Despite of", "could of"), ("depends of", "who", "in your"), ("return", "diagnostic", "it's"),
    ("am working", "since", "its", "more better", "then"),
)  # fmt: skip
"""The wrong words of each sentence of `planted.tsv`: a flag that touches them has found the error."""
READS = 4_000
"""Words of the README that is opened."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="+", choices=("readmes", "planted", "learners", "open"))
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval/prose"))
    parser.add_argument("--m2", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every Nth sentence of the learners'")
    parser.add_argument(
        "--flags", type=Path, help="write breadknife's flags of the READMEs there, a JSON object a line"
    )
    parser.add_argument("--wheels", type=Path, help="where the READMEs' wheels lie, or are put")
    parser.add_argument("--only", nargs="+", help="measure these systems alone, by their names in the tables")
    chosen = parser.parse_args()
    with own_home():  # in one's own answers are kept from earlier runs
        measured(chosen)


def measured(chosen: argparse.Namespace) -> None:
    everybody = systems(chosen.only) if set(chosen.figures) - {"open"} else []
    with tempfile.TemporaryDirectory() as folder:
        texts = readmes(chosen.eval / "readmes.txt", chosen.wheels or Path(folder))
    if "planted" in chosen.figures:
        show("planted errors found, wrong flags", everybody, lambda each: planted(each, chosen.eval / "planted.tsv"))
    if "learners" in chosen.figures:
        show("learners", everybody, lambda each: learned(each, chosen.m2, chosen.every))
    if "readmes" in chosen.figures:
        show("flags per 1,000 words", everybody, lambda each: flagged(each, texts, chosen.flags))
    for each in everybody:
        each.close()
    if "open" in chosen.figures:
        opened(texts)


def show(what: str, everybody: list[System], measure: Callable[[System], str]) -> None:
    print(f"\n| {what} | | seconds |\n|---|---|---|")
    for each in everybody:
        began = time.monotonic()
        print(f"| {each.name} | {measure(each)} | {time.monotonic() - began:.0f} |", flush=True)


def planted(system: System, path: Path) -> str:
    lines = [line.split("\t")[0] for line in path.read_text("utf-8").splitlines()]
    found, false, missed = 0, list[str](), list[str]()
    for text, wrong in zip(lines, WRONG, strict=True):
        flags = system.flags(text, "plaintext")
        hit = {word for word in wrong if any(touches(flag, text, word) for flag in flags)}
        found += len(hit)
        missed += (word for word in wrong if word not in hit)
        false += (flag.by for flag in flags if not any(touches(flag, text, word) for word in wrong))
    return f"{found} of {sum(map(len, WRONG))}, {len(false)} wrong {false or ''} (missed: {', '.join(missed)})"


def touches(flag: Flag, text: str, word: str) -> bool:
    at = text.index(f" {word} " if f" {word} " in text else word)
    return flag.span.start < at + len(word) + 1 and at < flag.span.end


def learned(system: System, path: Path, every: int) -> str:
    """Precision, recall and F0.5 of the first fixes: right is what an annotator corrected in the same way."""
    right = offered = wanted = 0
    for sentence in learners(path)[::every]:
        fixes = [flag.fix for flag in system.flags(sentence.text, "plaintext") if flag.fix]
        outcomes = {edited(sentence.text, span, new) for span, new in fixes}
        right += len(outcomes & sentence.corrected)
        offered += len(fixes)
        wanted += len(sentence.corrected)
    precision, recall = right / max(offered, 1), right / wanted
    score = 1.25 * precision * recall / max(0.25 * precision + recall, 1e-9)
    return f"{precision:.1%} / {recall:.1%} / {score:.1%} ({right} of {offered} right, {wanted} wanted)"


def flagged(system: System, texts: dict[str, Readme], out: Path | None) -> str:
    count, total = 0, sum(words(p.text) for each in texts.values() for p in paragraphs(each.text, each.language))
    with out.open("w") if out and system.name == "breadknife" else tempfile.TemporaryFile("w") as file:
        for name, readme in texts.items():
            text = readme.text
            for flag in system.flags(text, readme.language):
                count += 1
                context = text[max(0, flag.span.start - 60) : flag.span.end + 40]
                shown = {"in": name, "by": flag.by, "at": text[flag.span.start : flag.span.end], "context": context}
                file.write(json.dumps(shown | {"fix": flag.fix and flag.fix[1]}) + "\n")
    return f"{1000 * count / total:.2f} ({count} in {total:,} words)"


def opened(texts: dict[str, Readme]) -> None:
    """What an editor waits for, and everything, of a README; then after an edit of one word."""
    text = ""
    for each in texts.values():
        for line in each.text.splitlines(keepends=True):
            if words(text) < READS:
                text += line
    process = psutil.Process()
    print("\n| opening a README | ms | resident, MB |\n|---|---|---|")
    for name, settings in (
        ("Harper alone", ProseSettings(model=False, languagetool=False)),
        ("without a model", ProseSettings(model=False)),
        ("all", ProseSettings()),
    ):
        host = make_host()
        host.settings = replace(host.settings, plugins={"prose": settings})
        host.ask(CheckRequest(Document("file:///warm", "plaintext", "This is an useful one.", 1), whole=True))
        changed = text.replace("the ", "the very ", 1)
        for what, content, whole in (
            ("first", text, False), ("whole", text, True), ("again", text, False), ("an edit, whole", changed, True),
        ):  # fmt: skip
            began = time.perf_counter()
            host.ask(CheckRequest(Document("file:///readme", "markdown", content, 1), whole=whole), plugin="prose")
            milliseconds = 1000 * (time.perf_counter() - began)
            print(f"| {name}, {what} | {milliseconds:.0f} | {process.memory_info().rss / 1e6:.0f} |", flush=True)
        host.close()


if __name__ == "__main__":
    main()

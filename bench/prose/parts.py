"""What each part of the check adds in CI, and what its peers say: the table of `docs/ci.md`.

    python bench/prose/parts.py CORRECTIONS [--rows N] [--seed N] [--only PART…] [--vale FILE]
        [--errors FILE]

CORRECTIONS has rows of kind, repository, commit, path, edit, line before, line after; those of the test part are drawn
by a seed. Each line before its correction is a document. Found: something is said of the place. Right: the first fix
gives the maintainer's line. Others: what is said of the rest of these lines, in 1,000 words. Each part begins with
nothing kept, and its processor's seconds have the start of its programs. With `--errors`, only those of the drawn
corrections count whose numbers, from 1, are in a file: readers have called the line before wrong.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "engine")]

import msgspec
import psutil
from base_rates import changed, plain
from corpus import edited, split_of, words
from corrections import is_english
from peers import own_home
from systems import Flag, systems

from breadknife.text.document import Span

PARTS = ("breadknife's rules", "breadknife without a model", "breadknife", "Harper", "LanguageTool")
VALE = "StylesPath = styles\nMinAlertLevel = suggestion\n[*.md]\nBasedOnStyles = Vale\n"


class Alert(msgspec.Struct):
    """What Vale says of a place of a line, whose first character has the number one."""

    Span: tuple[int, int]
    Check: str


def draw(path: Path, rows: int, seed: int) -> list[tuple[str, str]]:
    """Return lines before and after their correction, without markup."""
    every = (line.rstrip("\n").split("\t") for line in path.open(encoding="utf-8"))
    pairs = sorted({(plain(row[5]), plain(row[6])) for row in every if split_of(row[1]) == "test"})
    pairs = [pair for pair in pairs if is_english(pair[0])]
    return random.Random(seed).sample(pairs, min(rows, len(pairs)))


def spent(home: Path) -> float:
    """Return the processor's seconds of this process, of children that have ended, and of the daemon of a home."""
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    daemons = (each for each in psutil.process_iter(["cmdline"]) if str(home) in " ".join(each.info["cmdline"] or ()))
    return own + sum(sum(each.cpu_times()[:2]) for each in daemons)


def by_vale(program: Path, texts: Sequence[str]) -> list[list[Flag]]:
    """Return what Vale says with the one style that it brings, of all texts in one run. It tells no fixes."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / ".vale.ini").write_text(VALE)
        (at / "styles").mkdir()
        for number, text in enumerate(texts):
            (at / f"{number}.md").write_text(text, "utf-8")
        ran = subprocess.run(
            [program, "--output=JSON", "--no-exit", "."], cwd=at, capture_output=True, text=True, check=True
        )
        alerts = msgspec.json.decode(ran.stdout, type=dict[str, list[Alert]])
        said = {Path(name).stem: own for name, own in alerts.items()}
    return [
        [Flag(Span(each.Span[0] - 1, each.Span[1]), each.Check, None) for each in said.get(str(number), ())]
        for number in range(len(texts))
    ]


def report(name: str, pairs: Sequence[tuple[str, str]], flags: Sequence[Sequence[Flag]], seconds: float) -> None:
    found = right = others = 0
    for (before, after), said in zip(pairs, flags, strict=True):
        start, end = changed(before, after)
        touching = [flag for flag in said if flag.span.start <= end and flag.span.end >= start]
        fixed = (edited(before, *flag.fix) for flag in touching if flag.fix)
        found += bool(touching)
        right += any(line.split() == after.split() for line in fixed)
        others += len(said) - len(touching)
    total = sum(words(before) for before, _ in pairs)
    print(f"| {name} | {found} | {right} | {1000 * others / total:.1f} | {seconds:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corrections", type=Path)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=40)
    parser.add_argument("--only", nargs="+", default=PARTS)
    parser.add_argument("--vale", type=Path, help="the program")
    parser.add_argument("--errors", type=Path, help="numbers of corrections, one in a line")
    chosen = parser.parse_args()
    pairs = draw(chosen.corrections, chosen.rows, chosen.seed)
    if chosen.errors:
        pairs = [pairs[int(number) - 1] for number in chosen.errors.read_text("ascii").split()]
    print(f"{len(pairs)} corrections, {sum(words(before) for before, _ in pairs):,} words, seed {chosen.seed}\n")
    print("| | found | right | others in 1,000 words | CPU s |\n|---|---|---|---|---|")
    for name in chosen.only:
        with own_home() as home:
            began = spent(home)
            (system,) = systems([name])
            flags = [system.flags(before, "markdown") for before, _ in pairs]
            system.close()
            report(name, pairs, flags, spent(home) - began)
    if chosen.vale:
        began = spent(Path("\0"))
        flags = by_vale(chosen.vale.absolute(), [before for before, _ in pairs])
        report("Vale", pairs, flags, spent(Path("\0")) - began)


if __name__ == "__main__":
    main()

"""How often a firing of each rule is a correction: `prose/engines/base_rates.tsv`.

    python bench/prose/base_rates.py collect ENGINE CORRECTIONS TEXTS --out FILE.jsonl [--rows N] [--paragraphs N]
        [--seconds N] [--seed N]
    python bench/prose/base_rates.py table FILE.jsonl… --out server/breadknife/plugins/prose/engines/base_rates.tsv

ENGINE is `harper`, `languagetool`, `counts` or `list` (known misspellings, looked up by themselves). CORRECTIONS are rows
of kind, repository, commit, path, edit, line before, line after; TEXTS is a folder of paragraphs of untouched text as
`ngrams.py` takes them, named `owner+name.txt`. Repositories for training and tuning are read; of `counts`, which are
made of the former, those for tuning alone. `collect` goes on where an earlier run was ended.

All rules that an engine has on by itself are counted, whatever breadknife does with them. One repository counts once
for a rule that says the same of the same words.
"""

from __future__ import annotations

import argparse
import difflib
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import harper
import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from corpus import edited, paragraphs, split_of
from corrections import is_english

from breadknife.plugins.prose.engines.counts import CountsEngine
from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.rule_context import counts
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.text.document import Span

DIALECT = "en-US"
RENEWED = 500
"""Texts after which Harper's linter, which remembers them, is replaced."""
WORD = re.compile(r"[^\W\d_]+")
Check = Callable[[str], Sequence[Lint]]


class Firing(msgspec.Struct):
    """A rule that speaks of a text. `verdict`: the first fix is the maintainers' (`right`), or they changed something
    else there (`touched`), or nothing there (`left`)."""

    rule: str
    category: str
    verdict: str
    old: str
    new: str


class Read(msgspec.Struct):
    """A text that was read: a line before its correction, or a paragraph that nobody touched."""

    engine: str
    repository: str
    corrected: bool
    words: int
    firings: list[Firing]
    context: str = ""


def collect(chosen: argparse.Namespace) -> None:
    """Read corrections and untouched paragraphs in turn, so that whenever it ends both are samples."""
    splits = ("tune",) if chosen.engine == "counts" else ("train", "tune")
    chance = random.Random(chosen.seed)
    rows = (line.rstrip("\n").split("\t") for line in chosen.corrections.open(encoding="utf-8"))
    corrections = sorted({(row[1], row[5], row[6]) for row in rows if split_of(row[1]) in splits})
    chance.shuffle(corrections)
    untouched: list[tuple[str, str]] = []
    for path in sorted(chosen.texts.glob("*+*.txt")):
        repository = path.stem.replace("+", "/", 1)
        if split_of(repository) in splits:
            own = [line.rpartition("\t")[2] for line in path.read_text("utf-8").splitlines()]
            untouched += ((repository, text) for text in chance.sample(own, min(chosen.paragraphs, len(own))))
    chance.shuffle(untouched)
    done = sum(1 for _ in chosen.out.open()) if chosen.out.exists() else 0
    check, until = checker(chosen.engine), time.monotonic() + chosen.seconds
    turns = list(turn(corrections[: chosen.rows], untouched))
    with chosen.out.open("a", encoding="utf-8") as out:
        for number, (row, text) in enumerate(turns[done:], done):
            if time.monotonic() > until:
                print(f"{number} of {len(turns)}")
                return
            read = read_correction(check, *row) if row else read_untouched(check, *text) if text else None
            read = read or Read("", "", False, 0, [])
            read.engine = chosen.engine
            out.write(msgspec.json.encode(read).decode() + "\n")
    print("all of it")


def turn(
    corrections: Sequence[tuple[str, ...]], untouched: Sequence[tuple[str, str]]
) -> Iterator[tuple[tuple[str, ...] | None, tuple[str, str] | None]]:
    for row, text in zip_longest(corrections, untouched):
        yield row, None
        yield None, text


def read_correction(check: Check, repository: str, before: str, after: str) -> Read | None:
    source, wanted = plain(before), plain(after).split()
    if not is_english(source):
        return None
    start, end = changed(source, plain(after))
    firings: list[Firing] = []
    for paragraph in paragraphs(source, "markdown"):
        for lint in check(paragraph.text):
            span = paragraph.source_span(lint.span)
            edit = paragraph.edit(lint.span, lint.replacements[0]) if lint.replacements else None
            is_right = edit is not None and edited(source, edit.span, edit.new_text).split() == wanted
            is_elsewhere = span.start > end or span.end < start
            firings.append(fired(paragraph.text, lint, "left" if is_elsewhere else "right" if is_right else "touched"))
    return Read("", repository, True, len(source.split()), firings)


def read_untouched(check: Check, repository: str, text: str) -> Read | None:
    if not is_english(text):
        return None
    lints = check(text)
    return Read(
        "", repository, False, len(text.split()), [fired(text, lint, "left") for lint in lints], text if lints else ""
    )


def fired(text: str, lint: Lint, verdict: str) -> Firing:
    old = text[max(0, lint.span.start - 1) : lint.span.end + 1]
    return Firing(lint.rule, lint.category, verdict, old, lint.replacements[0] if lint.replacements else "")


def checker(engine: str) -> Check:
    """Return what asks an engine, with all of its rules but spelling, for what may become a finding."""
    if engine == "list":
        return find_listed
    of = LanguageToolEngine(DIALECT) if engine == "languagetool" else CountsEngine(DIALECT)
    return renewed() if engine == "harper" else lambda text: kept(text, of.check(text))


def find_listed(text: str) -> list[Lint]:
    words = [(Span(*match.span()), match[0]) for match in WORD.finditer(text) if match[0].islower()]
    return [Lint("list", "SpellCheck", span, "", meant(word), "") for span, word in words if meant(word)]


def renewed() -> Check:
    rules = frozenset(rule for rule, on in harper.get_default_lint_config().items() if on) - SPELLING
    engines = [HarperEngine(DIALECT, rules, alone=rules)]
    asked = Counter[str]()

    def check(text: str) -> Sequence[Lint]:
        asked["texts"] += 1
        if asked["texts"] % RENEWED == 0:
            engines[0] = HarperEngine(DIALECT, rules, alone=rules)
        return kept(text, engines[0].check(text))

    return check


def kept(text: str, lints: Sequence[Lint]) -> Sequence[Lint]:
    return [lint for lint in lints if lint.rule not in SPELLING and counts(text, lint, lints)]


def plain(line: str) -> str:
    return line.strip().lstrip("#>*+-").strip()


def changed(before: str, after: str) -> tuple[int, int]:
    """Return where the words are that a correction changed, as offsets before it."""
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    spans = [(start, end) for tag, start, end, _, _ in codes if tag != "equal"] or [(0, 0)]
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    while start > 0 and before[start - 1].isalnum():
        start -= 1
    while end < len(before) and before[end].isalnum():
        end += 1
    return start, end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("engine", choices=("harper", "languagetool", "counts", "list"))
    collecting.add_argument("corrections", type=Path)
    collecting.add_argument("texts", type=Path)
    collecting.add_argument("--out", type=Path, required=True)
    collecting.add_argument("--rows", type=int, default=20_000)
    collecting.add_argument("--paragraphs", type=int, default=400, help="of each repository")
    collecting.add_argument("--seconds", type=float, default=280)
    collecting.add_argument("--seed", type=int, default=40)
    collecting.set_defaults(do=collect)
    chosen = parser.parse_args()
    chosen.do(chosen)


if __name__ == "__main__":
    main()

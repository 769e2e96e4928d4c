"""How often a firing of each rule is a correction: `prose/engines/base_rates.tsv`.

    python bench/prose/base_rates.py collect ENGINE CORRECTIONS TEXTS --out FILE.jsonl [--rows N] [--paragraphs N]
        [--seconds N] [--seed N]
    python bench/prose/base_rates.py table [FILE.jsonl…] [--earlier TABLE]
        --out server/breadknife/plugins/prose/engines/base_rates.tsv

ENGINE is `harper`, `languagetool` or `counts`. CORRECTIONS are rows of kind, repository, commit, path, edit, line
before, line after; TEXTS is a folder of paragraphs of untouched text as `ngrams.py` takes them, named `owner+name.txt`.
Repositories for training and tuning are read; of `counts`, which are made of the former, those for tuning alone.
`collect` goes on where an earlier run was ended.

All rules that an engine has on by itself are counted, whatever breadknife does with them. `right`: the first fix gives
the maintainer's line. `fired`: the rule speaks of a paragraph that nobody touched, or of something else in a corrected
line, which its maintainer left. One repository counts once for a rule that says the same of the same words.

`chance` tells, roughly, how often a rule that speaks of untouched text speaks of an error. REFERENCE are rules that say
that a word is there twice, or has the wrong article: these are errors wherever they stand, and what is left of them in
untouched text is what maintainers have overlooked. So `right` for each `fired`, in parts of what the same is for the
engine's rules of REFERENCE, or for all of them if it has none, is the part of what a rule says that is an error, or one
if that is less.

How often a rule was right is known only about, so `chance` is the mean of that part over all that its counts leave
possible: the rule's share of `right` among all it said is beta-distributed with A + `right` and B + `fired` + 1, for
where it is asked it has spoken once more. A + B is the strength with which the counts of all rules of the engine are
likeliest (a beta-binomial distribution); A's part in it is that of the rule's category, if that has MANY rules, else
that of the engine. A row without a rule is about rules that never spoke. Together they are right A / B times, with the
strength and the reference of all engines: an engine by itself has too few of them.

`--earlier` adds the counts of a table whose reads are gone.
"""

from __future__ import annotations

import argparse
import difflib
import math
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from corpus import edited, paragraphs, split_of
from corrections import is_english
from systems import DIALECT, default_rules_of_harper

from breadknife.plugins.prose.engines.counts import CountsEngine
from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.rule_context import counts
from breadknife.plugins.prose.engines.rules import ARTICLES, REPEATS, SPELLING
from breadknife.text.extract.passage import NOUN

RENEWED = 500
"""Texts after which Harper's linter, which remembers them, is replaced."""
REFERENCE = ARTICLES | REPEATS
ENGINES = ("harper", "languagetool", "counts")
MANY = 8
ABOUT = re.compile(r"# (\w+): ([\d,]+) corrections and ([\d,]+) words")
LOGITS = [step / 50 for step in range(-1500, 1501)]
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
    of = LanguageToolEngine(DIALECT) if engine == "languagetool" else CountsEngine(DIALECT)
    return renewed() if engine == "harper" else lambda text: kept(text, of.check(text))


def renewed() -> Check:
    rules = default_rules_of_harper() - SPELLING
    engines = [HarperEngine(DIALECT, rules, alone=rules)]
    asked = Counter[str]()

    def check(text: str) -> Sequence[Lint]:
        asked["texts"] += 1
        if asked["texts"] % RENEWED == 0:
            engines[0] = HarperEngine(DIALECT, rules, alone=rules)
        return kept(text, engines[0].check(text))

    return check


def kept(text: str, lints: Sequence[Lint]) -> Sequence[Lint]:
    own = (lint for lint in lints if lint.rule not in SPELLING and NOUN not in text[lint.span.start : lint.span.end])
    return [lint for lint in own if counts(text, lint, lints)]


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


class Tally(msgspec.Struct):
    """What the rules of one engine said. `right` and `fired` are sets of (repository, old, new); `earlier` is what an
    earlier table has."""

    corrections: int = 0
    words: int = 0
    right: dict[str, set[tuple[str, str, str]]] = msgspec.field(default_factory=lambda: defaultdict(set))
    fired: dict[str, set[tuple[str, str, str]]] = msgspec.field(default_factory=lambda: defaultdict(set))
    categories: dict[str, str] = msgspec.field(default_factory=dict)
    earlier: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict[str, tuple[int, int]])

    def add(self, read: Read) -> None:
        self.corrections += read.corrected
        self.words += read.words
        for each in read.firings:
            said = (read.repository, each.old.strip(), each.new)
            self.categories[each.rule] = each.category
            if NOUN in each.old or each.verdict == "touched":
                continue
            (self.right if each.verdict == "right" else self.fired)[each.rule].add(said)

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """By rule, how often it was right, and how often it spoke of what was left."""
        counts = {rule: self.earlier.get(rule, (0, 0)) for rule in {*self.right, *self.fired, *self.earlier}}
        return {
            rule: (right + len(self.right.get(rule, ())), fired + len(self.fired.get(rule, ())))
            for rule, (right, fired) in counts.items()
        }

    @property
    def mix(self) -> float:
        """Return the words that were read for each correction."""
        return self.words / self.corrections


def read_table(path: Path) -> dict[str, Tally]:
    """Return what a table that `table` has written counts."""
    tallies = {engine: Tally() for engine in ENGINES}
    for line in path.read_text("ascii").splitlines():
        if about := ABOUT.match(line):
            tally = tallies[about[1]]
            tally.corrections, tally.words = (int(number.replace(",", "")) for number in about.groups()[1:])
        elif not line.startswith(("#", "engine\t")):
            engine, category, rule, right, fired, _ = line.split("\t")
            if rule:
                tallies[engine].categories[rule] = category
                tallies[engine].earlier[rule] = int(right), int(fired)
    return tallies


def table(chosen: argparse.Namespace) -> None:
    tallies = read_table(chosen.earlier) if chosen.earlier else {engine: Tally() for engine in ENGINES}
    for path in chosen.reads:
        for line in path.open(encoding="utf-8"):
            read = msgspec.json.decode(line, type=Read)
            if read.repository:
                tallies[read.engine].add(read)
    strengths = {engine: sum(likeliest(list(tally.counts.values()))) for engine, tally in tallies.items()}
    of_all = sum(likeliest([each for tally in tallies.values() for each in tally.counts.values()]))
    most = reference(list(tallies.values()))
    rows: list[tuple[str, str, str, int, int, float]] = []
    for engine, tally in tallies.items():
        strength, shares = strengths[engine], share_by_category(tally, strengths[engine])
        for category, share in share_by_category(tally, of_all).items():
            rows.append((engine, category, "", 0, 0, min(1.0, share / (1 - share) * tally.mix / most)))
        of_error = tally.mix / (reference([tally]) or most)
        for rule, (right, fired) in tally.counts.items():
            a = strength * shares.get(tally.categories[rule], shares[""])
            chance = expected(right + a, fired + 1 + strength - a, of_error)
            rows.append((engine, tally.categories[rule], rule, right, fired, chance))
    rows.sort(key=lambda row: (ENGINES.index(row[0]), row[2] != "", -row[5], -row[3], row[4], row[1:3]))
    about = [
        "# How often a rule that speaks speaks of an error; bench/prose/base_rates.py says what the columns are. Of",
        *(
            f"# {engine}: {each.corrections:,} corrections and {each.words:,} words, {len(each.counts)} rules,"
            f" A + B = {strengths[engine]:.2f}"
            for engine, each in tallies.items()
        ),
        "# in repositories for training and tuning (bench/prose/sources.tsv).",
    ]
    lines = ["\t".join(("engine", "category", "rule", "right", "fired", "chance"))]
    lines += ("\t".join((*map(str, row[:5]), f"{row[5]:.2f}")) for row in rows)
    chosen.out.write_text("\n".join((*about, *lines)) + "\n", "utf-8", newline="\n")


def reference(tallies: Sequence[Tally]) -> float:
    """Return what is `right` for each `fired`, in as many corrections as words, of the rules of REFERENCE; 0 if there
    are none."""
    counts = [
        (right * tally.mix, fired)
        for tally in tallies
        for rule, (right, fired) in tally.counts.items()
        if rule in REFERENCE
    ]
    return sum(right for right, _ in counts) / max(1, sum(fired for _, fired in counts))


def expected(a: float, b: float, of_error: float) -> float:
    """Return the mean of `of_error` times the odds of a share, or one if that is less, where the share is
    beta-distributed."""
    logs = [a * each - (a + b) * math.log1p(math.exp(each)) for each in LOGITS]
    most = max(logs)
    weights = [math.exp(each - most) for each in logs]
    parts = (min(1.0, of_error * math.exp(each)) for each in LOGITS)
    return sum(part * weight for part, weight in zip(parts, weights, strict=True)) / sum(weights)


def share_by_category(tally: Tally, strength: float) -> dict[str, float]:
    """Return the likeliest part of A in A + B by category; that of all rules by an empty name."""
    of: dict[str, list[tuple[int, int]]] = {"": list(tally.counts.values())}
    for rule, each in tally.counts.items():
        of.setdefault(tally.categories[rule], []).append(each)
    shares = [step / 100 for step in range(1, 100)]
    return {
        category: max(shares, key=lambda share: likelihood(each, strength * share, strength * (1 - share)))
        for category, each in of.items()
        if len(each) >= MANY
    }


def likelihood(counts: Sequence[tuple[int, int]], a: float, b: float) -> float:
    """Return the log-likelihood of counts of right and not right, each of a share that is beta-distributed."""

    def log_beta(a: float, b: float) -> float:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)

    return sum(log_beta(right + a, fired + b) - log_beta(a, b) for right, fired in counts)


def likeliest(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Return the parameters of the beta distribution that makes counts of right and not right likeliest."""
    steps = [round(0.02 * 1.25**step, 3) for step in range(24)]

    return max(((a, b) for a in steps for b in steps), key=lambda each: likelihood(counts, *each))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("engine", choices=ENGINES)
    collecting.add_argument("corrections", type=Path)
    collecting.add_argument("texts", type=Path)
    collecting.add_argument("--out", type=Path, required=True)
    collecting.add_argument("--rows", type=int, default=20_000)
    collecting.add_argument("--paragraphs", type=int, default=400, help="of each repository")
    collecting.add_argument("--seconds", type=float, default=280)
    collecting.add_argument("--seed", type=int, default=40)
    collecting.set_defaults(do=collect)
    tabling = commands.add_parser("table")
    tabling.add_argument("reads", type=Path, nargs="*")
    tabling.add_argument("--earlier", type=Path, help="a table whose counts are added: of other texts")
    tabling.add_argument("--out", type=Path, required=True)
    tabling.set_defaults(do=table)
    chosen = parser.parse_args()
    chosen.do(chosen)


if __name__ == "__main__":
    main()

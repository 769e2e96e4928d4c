"""How often maintainers made the correction that each of an engine's rules proposes, in lines that they corrected.

    python bench/prose/rule_counts.py CORRECTIONS --out bench/prose/harper_rules.tsv [--lines N] [--seed N]
    python bench/prose/rule_counts.py CORRECTIONS --out bench/prose/languagetool_rules.tsv --languagetool

CORRECTIONS: rows of kind, repository, commit, path, edit, line before, line after. N of them are drawn by the seed, one
of a correction that was made again and again.

`right`: the first fix is the maintainers'. `touched`: the rule speaks of what they changed, with another fix. `left`:
it speaks of something else in the line, which they left as it is.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import harper

sys.path.insert(0, str(Path(__file__).parent))

from corpus import edited, paragraphs

from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint, drop_noise
from breadknife.plugins.prose.engines.rule_context import counts
from breadknife.plugins.prose.engines.rules import SPELLING

VERDICTS = ("right", "touched", "left")
RENEWED = 500
"""Texts after which a linter, which remembers them, is replaced."""


@dataclass(frozen=True)
class Correction:
    repository: str = field(compare=False)
    before: str
    after: str


class HarperReader:
    """All of Harper's rules that are on by default, but spelling, which takes most of the time."""

    def __init__(self) -> None:
        self._rules = frozenset(rule for rule, on in harper.get_default_lint_config().items() if on) - SPELLING
        self._engine = HarperEngine("en-US", self._rules, alone=self._rules)
        self._read = 0

    def lints(self, text: str) -> Sequence[Lint]:
        self._read += 1
        if self._read % RENEWED == 0:
            self._engine = HarperEngine("en-US", self._rules, alone=self._rules)
        lints = self._engine.check(text)
        return [lint for lint in lints if counts(text, lint, lints)]


class LanguageToolReader:
    """The rules of LanguageTool that breadknife has on, but spelling."""

    def __init__(self) -> None:
        self._engine = LanguageToolEngine("en-US")

    def lints(self, text: str) -> Sequence[Lint]:
        lints = drop_noise(self._engine.check(text), frozenset())
        return [lint for lint in lints if lint.rule not in SPELLING and counts(text, lint, lints)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corrections", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=40)
    parser.add_argument("--languagetool", action="store_true")
    chosen = parser.parse_args()
    corrections = sorted(set(list_corrections(chosen.corrections)), key=lambda each: (each.before, each.after))
    random.Random(chosen.seed).shuffle(corrections)
    reader = LanguageToolReader() if chosen.languagetool else HarperReader()
    verdicts = Counter[tuple[str, str]]()
    drawn = corrections[: chosen.lines]
    for each in drawn:
        verdicts.update(judged(reader, each))
    counted = {rule: [verdicts[rule, verdict] for verdict in VERDICTS] for rule, _ in verdicts}
    rows = sorted(counted.items(), key=lambda row: (-row[1][0], sum(row[1]), row[0]))
    words = sum(len(each.before.split()) for each in drawn)
    engine = "LanguageTool" if chosen.languagetool else "Harper"
    about = (
        f"# Of {engine}'s rules, by bench/prose/rule_counts.py: {len(drawn):,} corrections ({words:,} words) in"
        f" {len({each.repository for each in drawn})} repositories,\n"
        f"# the training part of bench/prose/sources.tsv, drawn with seed {chosen.seed}.\n"
    )
    table = "".join("\t".join((rule, *map(str, each))) + "\n" for rule, each in rows)
    chosen.out.write_text(about + "\t".join(("rule", *VERDICTS)) + "\n" + table, "utf-8", newline="\n")


def list_corrections(path: Path) -> Iterator[Correction]:
    for line in path.read_text("utf-8").splitlines():
        _, repository, _, _, _, before, after = line.split("\t")
        yield Correction(repository, plain(before), plain(after))


def plain(line: str) -> str:
    return line.strip().lstrip("#>*+-").strip()


def judged(reader: HarperReader | LanguageToolReader, correction: Correction) -> set[tuple[str, str]]:
    """Return the rules that speak of the line, each with its verdict, once."""
    source, wanted = correction.before, correction.after.split()
    start, end = changed(source, correction.after)
    said: set[tuple[str, str]] = set()
    for paragraph in paragraphs(source, "markdown"):
        for lint in reader.lints(paragraph.text):
            span = paragraph.source_span(lint.span)
            if span.start > end or span.end < start:
                said.add((lint.rule, "left"))
                continue
            edit = paragraph.edit(lint.span, lint.replacements[0]) if lint.replacements else None
            is_right = edit is not None and edited(source, edit.span, edit.new_text).split() == wanted
            said.add((lint.rule, "right" if is_right else "touched"))
    return said


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


if __name__ == "__main__":
    main()

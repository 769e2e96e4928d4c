"""How often maintainers corrected what each of Harper's rules says, and how often they let it stand.

    python bench/prose/rule_counts.py CORRECTIONS TEXTS --out bench/prose/harper_rules.tsv [--words N] [--seed N]

CORRECTIONS: rows of kind, repository, commit, path, edit, line before, line after. TEXTS: a folder with a file for each
repository, `owner+name.txt`, a paragraph a line after its path. Only repositories that are in both count: what the
rule would have said of all lines that were corrected there is set against what it says of the text that stands, drawn
by the seed, N words of a repository, and counted up to the whole text.

`right`: its first fix is the maintainers'. `touched`: it speaks of what they changed, with another fix. `standing`:
what it says of the text. `whole`: the same of all of the text, by the sample's share.
"""

from __future__ import annotations

import argparse
import difflib
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import harper

sys.path.insert(0, str(Path(__file__).parent))

from corpus import edited, paragraphs

from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import counts
from breadknife.plugins.prose.engines.rules import SPELLING

LONGEST = 2_000
"""Characters of a paragraph that is read."""
RENEWED = 500
"""Texts after which a linter, which remembers them, is replaced."""


@dataclass(frozen=True)
class Correction:
    repository: str
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corrections", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=40)
    chosen = parser.parse_args()
    texts = {path.stem.replace("+", "/", 1): path for path in sorted(chosen.texts.glob("*.txt"))}
    reader = HarperReader()
    right, touched, standing, whole = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    read, corrected = 0, 0
    for each in list_corrections(chosen.corrections):
        if each.repository in texts:
            corrected += 1
            hits = judged(reader, each)
            right.update(rule for rule, is_right in hits.items() if is_right)
            touched.update(rule for rule, is_right in hits.items() if not is_right)
    for repository, path in texts.items():
        lines = [line.partition("\t")[2] for line in path.read_text("utf-8", "replace").splitlines()]
        total = sum(len(line.split()) for line in lines)
        random.Random(f"{chosen.seed} {repository}").shuffle(lines)
        here, said = 0, Counter[str]()
        for line in lines:
            if here >= chosen.words:
                break
            if len(line) <= LONGEST:
                here += len(line.split())
                said.update(lint.rule for lint in reader.lints(line))
        read += here
        standing += said
        whole += Counter({rule: round(count * total / max(here, 1)) for rule, count in said.items()})
    rows = sorted({*right, *touched, *standing}, key=lambda rule: (-right[rule], whole[rule], rule))
    lines = [f"{rule}\t{right[rule]}\t{touched[rule]}\t{standing[rule]}\t{whole[rule]}\n" for rule in rows]
    about = (
        f"# Of Harper's rules, by bench/prose/rule_counts.py: {corrected:,} corrections in {len(texts)} repositories\n"
        f"# (the training part of bench/prose/sources.tsv), and {read:,} words of their text, drawn with seed"
        f" {chosen.seed}.\nrule\tright\ttouched\tstanding\twhole\n"
    )
    chosen.out.write_text(about + "".join(lines), "utf-8", newline="\n")


def list_corrections(path: Path) -> Iterator[Correction]:
    for line in path.read_text("utf-8").splitlines():
        _, repository, _, _, _, before, after = line.split("\t")
        yield Correction(repository, plain(before), plain(after))


def plain(line: str) -> str:
    return line.strip().lstrip("#>*+-").strip()


def judged(reader: HarperReader, correction: Correction) -> dict[str, bool]:
    """Return the rules that speak of what was changed, and whether the fix of one is the maintainers'."""
    source, wanted = correction.before, correction.after.split()
    start, end = changed(source, correction.after)
    hits: dict[str, bool] = {}
    for paragraph in paragraphs(source, "markdown"):
        for lint in reader.lints(paragraph.text):
            span = paragraph.source_span(lint.span)
            if span.start > end or span.end < start:
                continue
            edit = paragraph.edit(lint.span, lint.replacements[0]) if lint.replacements else None
            is_right = edit is not None and edited(source, edit.span, edit.new_text).split() == wanted
            hits[lint.rule] = hits.get(lint.rule, False) or is_right
    return hits


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

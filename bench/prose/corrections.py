"""What counts and the model say of corrections that maintainers made: `prose/evidence/kinds.toml`.

    python bench/prose/corrections.py CORRECTIONS TEXTS SPLIT [--rows N] [--paragraphs N] [--seed N] [--model]

CORRECTIONS has rows of kind, repository, commit, path, edit, line before, line after (`mine_prose.py` and `errors.py`
of the evaluation data make them); TEXTS is a folder of paragraphs as `ngrams.py` takes them, named `owner+name.txt`.
SPLIT is `train`, `tune` or `test`: a repository belongs to one, by a digest of its name. Right is what gives the
maintainer's line.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "engine")]

from corpus import paragraphs, split_of
from peers import own_home

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.engines.counts import CountsEngine
from breadknife.plugins.prose.evidence.kinds import KINDS
from breadknife.plugins.prose.language import LanguageEvidence
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.proposer import Proposer, least, list_sentences
from breadknife.text.document import Span

Said = tuple[str, Span, str]
"""A kind, a span, and what should stand there."""


def read_prose(line: str) -> str:
    """Return what the check reads of a line as a paragraph of its own; nothing if it is several."""
    own = [each.text for each in paragraphs(line.strip().lstrip("#>*+-").strip())]
    return own[0] if len(own) == 1 else ""


def read_english(line: str) -> str:
    """Return what `read_prose` does; nothing of another language."""
    text = read_prose(line)
    return text if is_english(text) else ""


def is_english(text: str) -> bool:
    return LanguageEvidence.of((text,)).likeliest() == "en"


def say_by_counts(text: str) -> list[Said]:
    return [(lint.rule, lint.span, lint.replacements[0]) for lint in CountsEngine("en-US").check(text)]


def say_by_model(text: str, proposer: Proposer, likelihood: TextLikelihood) -> list[Said]:
    found = say_by_counts(text)
    for placed in list_sentences(text, ()):
        for each in proposer.read(placed.sentence, likelihood):
            span = each.span.shifted(placed.start)
            if each.margin >= least(each) and not any(span.touches(other) for _, other, _ in found):
                found.append((each.rule, span, each.replacement))
    return found


def measure(rows: Iterable[tuple[str, str, str]], clean: Iterable[str], model: bool) -> None:
    from calibrate import BenchModel

    from breadknife.engine.client import DaemonEngine

    def say(text: str) -> list[Said]:
        return say_by_model(text, proposer, likelihood) if model else say_by_counts(text)

    right, wrong, flags, found, all_of, words = (Counter[str]() for _ in range(6))
    with own_home():
        proposer = Proposer(lambda word: True)
        likelihood = TextLikelihood(BenchModel(DaemonEngine()), CancelToken())
        for kind, before, after in rows:
            all_of[kind] += 1
            for rule, span, new in say(before):
                is_right = f"{before[: span.start]}{new}{before[span.end :]}".split() == after.split()
                (right if is_right else wrong)[rule] += 1
                found[kind] += is_right
        for text in clean:
            words["all"] += len(text.split())
            flags.update(rule for rule, _, _ in say(text))
    for kind, count in sorted(all_of.items()):
        print(f"{kind:20} {found[kind]:5} of {count}")
    for rule in sorted({*right, *wrong, *flags}, key=lambda rule: (rule not in KINDS.by_name, rule)):
        said, rate = right[rule] + wrong[rule], 1_000 * flags[rule] / max(words["all"], 1)
        print(f"{rule:20} {right[rule]:5} right of {said:4}; {rate:.2f} in 1,000 words")
    said, rate = right.total() + wrong.total(), 1_000 * flags.total() / max(words["all"], 1)
    print(f"{'all':20} {right.total():5} right of {said:4}; {rate:.2f} in {words['all']:,} words")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corrections", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("split", choices=("train", "tune", "test"))
    parser.add_argument("--rows", type=int, default=500, help="corrections, but for punctuation")
    parser.add_argument("--paragraphs", type=int, default=20, help="of each repository")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", action="store_true")
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    lines = [line.rstrip("\n").split("\t") for line in chosen.corrections.open(encoding="utf-8")]
    lines = [row for row in lines if split_of(row[1]) == chosen.split and row[0] != "punctuation"]
    chance.shuffle(lines)
    rows = ((row[0], read_english(row[5]), read_english(row[6])) for row in lines[: chosen.rows])
    clean: list[str] = []
    for path in sorted(chosen.texts.glob("*+*.txt")):
        if split_of(path.stem.replace("+", "/", 1)) == chosen.split:
            own = path.read_text("utf-8").splitlines()
            clean += (text.rpartition("\t")[2] for text in chance.sample(own, min(chosen.paragraphs, len(own))))
    measure((row for row in rows if row[1] and row[2]), clean, chosen.model)


if __name__ == "__main__":
    main()

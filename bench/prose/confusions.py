"""Make `prose/evidence/confusions.tsv` of what maintainers corrected in the training part of the repositories.

    python bench/prose/confusions.py CORRECTIONS

CORRECTIONS are those of `corrections.py`. A pair of words is in the table if counts know both, and two repositories put
one for the other; of prepositions, and of long words that are alike and aren't forms of one word, one is enough. So are
pairs that everybody knows. Pairs of synonyms (WISHES) aren't: these are a project's wishes, not mistakes.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from pathlib import Path

from corpus import split_of

from breadknife.plugins.prose import evidence
from breadknife.plugins.prose.evidence.counts import read_counts
from breadknife.plugins.prose.evidence.forms import forms

WORDS = re.compile(r"[a-z']+ [a-z']+|[a-z]{3,} [a-z]+ [a-z]+|[a-z]+ [a-z]+ [a-z]{3,}")
LONG = 4
"""Letters of a word that is seldom put for another by chance."""
PREPOSITIONS = "in on at of to for with from by into as about than"
KNOWN = """
form from|then than|its it's|your you're|lead led|loose lose|to too|there their|their they're|affect effect|of off
whose who's|were where|quite quiet|accept except|weather whether|which witch|of or|on one|an and|now know|not no|no now
use us|sue use|this these|that those|latter later|advice advise|principle principal|breaks brakes|past passed
chose choose|thorough through|though through|though thought|were we're|were was|let's lets|by buy|hear here
complement compliment|ever every|many may|the they|the then|this thus|his this|any and|as is|as has|be been|to do
can van|most must|for form|for or|if it|if of|in an|is it|in is|our out|our or|are our|are or|so to|a an
is are|was were|has have|do does|doesn't don't|isn't aren't|wasn't weren't|hasn't haven't
"""
"""Pairs that everybody knows, taken for each other in both directions."""
WISHES = """
behaviour behavior behaviors behaviours colour color colours colors grey gray config configuration integer int bool
boolean libs libraries jpg png parameters arguments time writeable s o se th es os you're your's function module notice
disabled don't project customise customize option possible application overwrite cwd add my sites those full
parenthesis alternate assure codebase entrypoint filenames filepath timeseries timezone web white
"""
MISTAKES = frozenset((
    ("full", "fully"), ("those", "these"), ("you're", "your"), ("parenthesis", "parentheses"),
    ("alternate", "alternative"), ("assure", "ensure"),
))  # fmt: skip
"""Pairs with a word of WISHES that are mistakes all the same."""
ABOUT = """\
# A word, a word that maintainers put in its place, and in how many repositories of the training half they did so
# (0: a pair that is well known). Made by bench/prose/confusions.py; `bench/prose/sources.tsv` says of which.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corrections", type=Path)
    prepositions, wishes = frozenset(PREPOSITIONS.split()), frozenset(WISHES.split())
    words, made = read_counts().numbers, defaultdict[tuple[str, str], set[str]](set)
    for line in parser.parse_args().corrections.read_text("utf-8").splitlines():
        kind, repository, _, _, edit, _, _ = line.split("\t")
        old, _, new = edit.lower().replace("’", "'").partition(" -> ")
        if split_of(repository) != "train" or kind in ("punctuation", "article") or old == new:
            continue
        if words.keys() >= {*old.split(), *new.split()} and WORDS.fullmatch(f"{old} {new}"):
            made[old, new].add(repository)
    pairs = {
        pair: len(repositories)
        for pair, repositories in made.items()
        if len(repositories) >= (1 if prepositions.issuperset(pair) or is_other_word(*pair) else 2)
        if wishes.isdisjoint(pair[0].split()) or pair in MISTAKES
    }
    for one, other in (known.split() for known in KNOWN.strip().replace("\n", "|").split("|")):
        for pair in ((one, other), (other, one)) if {one, other} <= words.keys() else ():
            pairs.setdefault(pair, len(made.get(pair, ())))
    rows = "".join(f"{old}\t{new}\t{repositories}\n" for (old, new), repositories in sorted(pairs.items()))
    (Path(next(iter(evidence.__path__))) / "confusions.tsv").write_text(ABOUT + rows, "utf-8", newline="\n")


def is_other_word(old: str, new: str) -> bool:
    """Tell whether one long word is put for another that is alike, neither being a form of the other. The
    others, such as *validation* for *indentation*, are seldom corrected again: 124 pairs have 10 of the tuning half's
    625, none of them a slip."""
    length = max(len(old), len(new))
    is_alike = distance(old, new) <= max(2, length // 3)
    return length >= LONG and " " not in old + new and new not in forms(old) and is_alike


def distance(old: str, new: str) -> int:
    """Return how many letters are to be added, left out or replaced (V. Levenshtein, 1966)."""
    row = list(range(len(new) + 1))
    for at, letter in enumerate(old, 1):
        above, row[0] = row[0], at
        for n, other in enumerate(new, 1):
            above, row[n] = row[n], min(row[n] + 1, row[n - 1] + 1, above + (letter != other))
    return row[-1]


if __name__ == "__main__":
    main()

"""Fit the weights in `prose/project/respelling.toml` to what maintainers corrected, and to what they left.

    python bench/prose/respelling.py collect WORDS CORRECTIONS TEXTS
    python bench/prose/respelling.py fit WORDS COUNTS [--write]

`collect` writes to WORDS the words that Harper's dictionary lacks: those corrected in CORRECTIONS (rows of kind,
repository, commit, path, edit, line before, line after) and those that TEXTS have (as `word_counts.py` takes them) less
than three times; nothing of the test part of the repositories (`corpus.split_of`). `fit` takes the training part and
reports on the one for tuning. A term that only the word's own repository establishes doesn't count: COUNTS, of
`word_counts.py`, tells. A word that the first fit finds wrong though nobody has corrected it yet is left out of the
second one.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import harper
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))

from corpus import split_of

from breadknife.plugins.prose import project
from breadknife.plugins.prose.language import LanguageEvidence
from breadknife.plugins.prose.project import respelling
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.text.sentences import begins_sentence

STEPS, RATE, DECAY = 800, 0.05, 1e-3
WORD = re.compile(r"(?<![\w`'’./@#\\-])[A-Za-z][a-z]*(?:['’][a-z]+)?(?![\w./\\@]*\w)")
CORRECTED = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
REPEATED = 3
LEVELS = (0.12, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8)
ABOUT = """\
# What `respelling` weighs, fitted by bench/prose/respelling.py to {corrected:,} misspellings that maintainers corrected
# and {left:,} words unknown to Harper that documentation has ({repositories} repositories; NOTICE names them).
# Licence: Apache-2.0, as breadknife's.
"""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    repository: str
    word: str
    meant: str
    """Empty for a word that nobody has corrected."""
    begins: bool
    offered: Sequence[str]


@dataclass(frozen=True)
class Table:
    """The features of many cases: those of candidates below each other, `owner` telling whose each is."""

    candidates: Floats
    owner: NDArray[np.int64]
    words: Floats
    target: NDArray[np.int64]
    """The row of the candidate that was meant; -1 for none."""
    cases: Sequence[Case]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect")
    for name in ("words", "corrections", "texts"):
        collecting.add_argument(name, type=Path)
    fitting = commands.add_parser("fit")
    for name in ("words", "counts"):
        fitting.add_argument(name, type=Path)
    fitting.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    if chosen.command == "collect":
        cases = {json.dumps(case.__dict__) for case in collect(chosen.corrections, chosen.texts)}
        chosen.words.write_text("\n".join(sorted(cases)) + "\n", "utf-8")
        return
    fit(chosen.words, chosen.counts, write=chosen.write)


def collect(corrections: Path, texts: Path) -> Iterator[Case]:
    linter = harper.Linter(harper.Dialect.AMERICAN)
    linter.set_lint_config({rule: rule == "SpellCheck" for rule in linter.get_default_lint_config()})
    offers: dict[str, list[str] | None] = {}

    def offered(word: str) -> list[str] | None:
        if word not in offers:
            lints = linter.organized_lints(f"So {word}", language="plaintext", dedup=False).get("SpellCheck", [])
            unknown = lints and not linter.is_likely_english(word)
            offers[word] = [each.replacement_text for each in lints[0].suggestions] if unknown else None
        return offers[word]

    repositories = {path.stem.replace("+", "/", 1): path for path in texts.glob("*.txt")}
    repositories = {name: path for name, path in repositories.items() if split_of(name) != "test"}
    for line in corrections.read_text("utf-8").splitlines():
        kind, repository, _, _, edit, before, _ = line.split("\t")
        if "spelling" not in kind or split_of(repository) == "test":
            continue
        gone, came = (part.replace("’", "'").split("-") for part in edit.split(" -> "))
        differ = [(old, new) for old, new in zip(gone, came, strict=False) if old != new]
        if len(gone) != len(came) or len(differ) != 1 or not all(map(CORRECTED.fullmatch, differ[0])):
            continue
        old, new = differ[0]
        at = before.replace("’", "'").find(old)
        if at >= 0 and (offer := offered(old)) is not None and LanguageEvidence.of((before,)).likeliest() == "en":
            yield Case(repository, old, new.lower(), begins_sentence(before, at), offer)
    for repository, path in sorted(repositories.items()):
        seen, begins = Counter[str](), dict[str, bool]()
        for line in path.read_text("utf-8", "replace").splitlines():
            text = line.rpartition("\t")[2]
            for match in WORD.finditer(text):
                word = match[0].replace("’", "'").removesuffix("'s")
                seen[word.lower()] += 1
                if word not in begins:
                    begins[word] = begins_sentence(text, match.start())
        for word, beginning in begins.items():
            rare = seen[word.lower()] < REPEATED or meant(word)
            if (
                rare
                and word[1:].islower()
                and len(word) >= respelling.SHORTEST
                and (offer := offered(word)) is not None
            ):
                yield Case(repository, word, "", beginning, offer)


def fit(words: Path, counts: Path, *, write: bool) -> None:
    cases = [Case(**json.loads(line)) for line in words.read_text("utf-8").splitlines()]
    cases = [case for case in cases if not respelling.is_of_another_dialect(case.word.casefold(), case.offered)]
    counted = json.loads(counts.read_text("utf-8"))
    own = {(repository.replace("+", "/", 1), word) for repository, said in counted["own"].items() for word in said}
    kept = [case for case in cases if split_of(case.repository) == "train"]
    held_out = [case for case in cases if split_of(case.repository) == "tune"]
    table = tabulate(kept, counted["trade"], own)
    weights = trained(table)
    wrong = 1 - probabilities(table, *weights)[1]
    trusted = [case for case, doubt in zip(kept, wrong, strict=True) if case.meant or doubt < 0.5]
    weights = trained(tabulate(trusted, counted["trade"], own))
    report("the others", tabulate(held_out, counted["trade"], own), weights)
    for names, values in zip((CANDIDATE, WORDS), weights, strict=True):
        print(", ".join(f"{name} {value:.2f}" for name, value in zip(names, values, strict=True)))
    if write:
        about = ABOUT.format(
            corrected=sum(bool(case.meant) for case in kept),
            left=sum(not case.meant for case in kept),
            repositories=len({case.repository for case in kept}),
        )
        tables = (
            f"\n[{title}]\n" + "".join(f"{name} = {value:.3f}\n" for name, value in zip(names, values, strict=True))
            for title, names, values in zip(("candidate", "word"), (CANDIDATE, WORDS), weights, strict=True)
        )
        Path(project.__file__).with_name("respelling.toml").write_text(about + "".join(tables), "utf-8", newline="\n")


CANDIDATE = (
    "uses", "rate", "swapped", "doubled", "undoubled", "added", "left_out", "vowel", "alike", "key", "other",
    "apostrophe", "first", "last", "listed", "listed_later", "name", "term", "repeated",
)  # fmt: skip
WORDS = (
    "bias", "trade", "no_trade", "derived", "compound", "length", "capital", "first_capital", "listed",
    "three_letters", "four_letters",
)  # fmt: skip


def tabulate(cases: Sequence[Case], trade: Mapping[str, float], own: set[tuple[str, str]]) -> Table:
    candidates, owner = list[list[float]](), list[int]()
    words, target = list[list[float]](), list[int]()
    for index, case in enumerate(cases):
        lower = case.word.casefold()
        options = respelling.list_candidates(lower, case.offered)
        named = [dict(respelling.candidate_features(lower, each, options[each])) for each in options]
        target.append(len(candidates) + [*options].index(case.meant) if case.meant in options else -1)
        candidates += [[features.get(name, 0.0) for name in CANDIDATE] for features in named]
        owner += [index] * len(options)
        features = dict(respelling.word_features(case.word, begins=case.begins))
        if (case.repository, lower) in own:  # its own text doesn't make it a term
            left = trade.get(lower, 1.0) - 2
            level = round(math.log2(left)) if left >= 4 else 0
            features |= {"trade": float(level), "no_trade": float(not level)}
        words.append([features[name] for name in WORDS])
    return Table(np.array(candidates), np.array(owner), np.array(words), np.array(target), cases)


def probabilities(table: Table, candidate: Floats, word: Floats) -> tuple[Floats, Floats]:
    """Return the probability of each candidate, and of each word that nothing is wrong with it."""
    scores, as_written = table.candidates @ candidate, table.words @ word
    most = as_written.copy()
    np.maximum.at(most, table.owner, scores)
    scores, as_written = np.exp(scores - most[table.owner]), np.exp(as_written - most)
    total = as_written.copy()
    np.add.at(total, table.owner, scores)
    return scores / total[table.owner], as_written / total


def trained(table: Table) -> tuple[Floats, Floats]:
    """Return the weights that make what happened likeliest, by Adam, with a little decay."""
    weights = [np.zeros(len(CANDIDATE)), np.zeros(len(WORDS))]
    firsts, seconds = [np.zeros_like(each) for each in weights], [np.zeros_like(each) for each in weights]
    left = np.array([not case.meant for case in table.cases])
    used = (left | (table.target >= 0)).astype(float)
    meant_rows = table.target[table.target >= 0]
    for step in range(1, STEPS + 1):
        each, nothing = probabilities(table, *weights)
        pull = -each * used[table.owner]
        pull[meant_rows] += 1
        gradients = (
            table.candidates.T @ pull / used.sum() - DECAY * weights[0],
            table.words.T @ ((left - nothing) * used) / used.sum() - DECAY * weights[1],
        )
        for at, gradient in enumerate(gradients):
            firsts[at] = 0.9 * firsts[at] + 0.1 * gradient
            seconds[at] = 0.99 * seconds[at] + 0.01 * gradient**2
            speed = RATE * (1 + math.cos(math.pi * step / STEPS)) / 2
            weights[at] += speed * firsts[at] / (1 - 0.9**step) / (np.sqrt(seconds[at] / (1 - 0.99**step)) + 1e-8)
    return weights[0], weights[1]


def report(what: str, table: Table, weights: tuple[Floats, Floats]) -> None:
    each, nothing = probabilities(table, *weights)
    best = np.full(len(table.cases), -1)
    for row in np.argsort(each, kind="stable"):
        best[table.owner[row]] = row
    corrected = np.array([bool(case.meant) for case in table.cases])
    listed = np.array([bool(meant(case.word)) for case in table.cases])
    print(f"{what}: {corrected.sum()} corrected, {listed[corrected].sum()} of them listed; {(~corrected).sum()} left")
    for level in LEVELS:
        found = 1 - nothing >= level
        right = found & corrected & (best == table.target)
        print(
            f"  {level:.2f}: found {found[corrected].mean():.1%}, right {right[corrected].mean():.1%}; unlisted found "
            f"{found[corrected & ~listed].mean():.1%}; left, but flagged {found[~corrected].sum()}, of them unlisted "
            f"{found[~corrected & ~listed].sum()}",
            file=sys.stdout,
        )


if __name__ == "__main__":
    main()

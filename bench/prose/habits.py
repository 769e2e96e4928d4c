"""Whether what a document says again and again is its authors' habit: `prose/engines/habits.py`.

    python bench/prose/habits.py collect REPOSITORY.git OWNER/NAME CORRECTIONS --out FILE.jsonl [--words N] [--rows N]
    python bench/prose/habits.py table FILE.jsonl…

CORRECTIONS are rows of kind, repository, commit, path, edit, line before, line after (`errors.py` of the evaluation
data). `collect` reads documents of the newest commit, and writes down what each rule says there that is on: it was
left. Of corrections it writes down what gives the maintainer's line, and how often the same rule said the same of the
same words in the document, and in others of the project, as they were before. `table` counts both by how often.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from base_rates import Check, checker, plain
from corpus import edited, paragraphs, split_of
from corrections import is_english
from unlisted import FORMATS, git, read_files

from breadknife.plugins.prose.engines.habits import Habit, habit_of
from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.rules import WAITS, chance

ENGINES = ("harper", "counts", "languagetool")
MANY, MOST_READ, MOST_DOCUMENTS = 6, 40, 12
"""Beyond so many times it makes no difference; so many paragraphs and other documents are read to count them."""
Paragraph = tuple[str, str]
"""A document's path, and the text of one of its paragraphs."""


class Said(msgspec.Struct):
    """What a rule says of a place. `own`, `others`: how often it says so in the document, and in others."""

    repository: str
    corrected: bool
    habit: Habit
    own: int
    others: int


@cache
def check_of(engine: str) -> Check:
    return checker(engine)


@cache
def said_of(text: str) -> tuple[tuple[Lint, Habit], ...]:
    lints = [lint for engine in ENGINES for lint in check_of(engine)(text)]
    counted = [(lint, habit_of(text, lint)) for lint in lints if chance(lint.engine, lint.rule, lint.category) >= WAITS]
    return tuple((lint, habit) for lint, habit in counted if habit is not None)


def texts_of(path: str, source: str) -> list[str]:
    return [each.text for each in paragraphs(source, FORMATS.get(PurePosixPath(path).suffix, "markdown"))]


def count(habit: Habit, documents: Iterable[Paragraph]) -> int:
    """Return how often a rule says the same in documents, each with its path."""
    found, words = 0, habit[2]
    texts = (text for path, source in documents for text in texts_of(path, source) if words in text.casefold())
    for _, text in zip(range(MOST_READ), texts, strict=False):
        found += sum(other == habit for _, other in said_of(text))
        if found >= MANY:
            break
    return found


def collect(chosen: argparse.Namespace) -> None:
    _, documents = read_files(git(chosen.git, "archive", "HEAD"))
    with chosen.out.open("w", encoding="utf-8") as out:
        for said in (*list_left(chosen, documents), *list_corrected(chosen)):
            out.write(msgspec.json.encode(said).decode() + "\n")


def list_left(chosen: argparse.Namespace, documents: Mapping[str, str]) -> list[Said]:
    own, words = dict[str, Counter[Habit]](), 0
    for path in random.Random(chosen.name).sample(sorted(documents), len(documents)):
        texts = texts_of(path, documents[path])
        if words < chosen.words and is_english(" ".join(texts)):
            words += sum(len(text.split()) for text in texts)
            own[path] = Counter(habit for text in texts for _, habit in said_of(text))
    every = sum(own.values(), Counter[Habit]())
    return [
        Said(chosen.name, corrected=False, habit=habit, own=times, others=every[habit] - times)
        for counted in own.values()
        for habit, times in counted.items()
        for _ in range(times)
    ]


def list_corrected(chosen: argparse.Namespace) -> list[Said]:
    rows = [line.rstrip("\n").split("\t") for line in chosen.corrections.open(encoding="utf-8")]
    random.Random(chosen.name).shuffle(rows)
    found = list[Said]()
    for _, repository, commit, path, _, before, after in rows[: chosen.rows]:
        line, wanted = plain(before), plain(after).split()
        own = [*paragraphs(line)]
        if repository != chosen.name or len(own) != 1 or not is_english(line):
            continue
        for lint, habit in said_of(own[0].text):
            edit = own[0].edit(lint.span, lint.replacements[0]) if lint.replacements else None
            if edit is not None and edited(line, edit.span, edit.new_text).split() == wanted:
                others = [other for other in list_with(chosen.git, commit, habit[2]) if other != path]
                documents = ((other, show(chosen.git, commit, other)) for other in others[:MOST_DOCUMENTS])
                times = max(1, count(habit, [(path, show(chosen.git, commit, path))]))
                found.append(Said(repository, True, habit, times, count(habit, documents)))
    return found


def show(repository: Path, commit: str, path: str) -> str:
    return git(repository, "show", f"{commit}^:{path}").decode("utf-8", "replace")


def list_with(repository: Path, commit: str, words: str) -> list[str]:
    """Return the documents with these words before a commit."""
    patterns = [f"*{suffix}" for suffix in FORMATS]
    found = git(repository, "grep", "-Ilie", words.strip(), "--fixed-strings", f"{commit}^", "--", *patterns)
    return [line.partition(":")[2] for line in found.decode("utf-8", "replace").splitlines()]


def table(chosen: argparse.Namespace) -> None:
    every = [msgspec.json.decode(line, type=Said) for path in chosen.said for line in path.open(encoding="utf-8")]
    every = [said for said in every if split_of(said.repository) != "test"]
    for name, is_whole in (("document", False), ("project", True)):
        for corrected in (True, False):
            times = [said.own + (said.others if is_whole else 0) for said in every if said.corrected is corrected]
            counts = Counter(min(each, MANY) for each in times)
            print(name, "corrected" if corrected else "left", *(f"{n}: {counts[n]}" for n in range(1, MANY + 1)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("git", type=Path)
    collecting.add_argument("name")
    collecting.add_argument("corrections", type=Path)
    collecting.add_argument("--out", type=Path, required=True)
    collecting.add_argument("--words", type=int, default=6_000)
    collecting.add_argument("--rows", type=int, default=160)
    collecting.set_defaults(do=collect)
    tabling = commands.add_parser("table")
    tabling.add_argument("said", type=Path, nargs="+")
    tabling.set_defaults(do=table)
    chosen = parser.parse_args()
    chosen.do(chosen)


if __name__ == "__main__":
    main()

"""Count the words of documentation and the terms in names: `english.txt` and `trade.txt` in `prose/project`.

    python bench/prose/word_counts.py TEXTS PACKAGES COUNTS [--modules FOLDER…] [--programs FOLDER…]

TEXTS: a folder of texts, each the prose of one repository, `owner+name.txt`, that may be learned from. PACKAGES: a
folder with `pypi.tsv` (name, version, month, rank among the most downloaded) and `npm.tsv` (name, version, downloads a
month). COUNTS: where the counts are written for `respelling.py`. `--modules`: folders of Python packages, whose
identifiers are counted; `--programs`: folders of programs.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import harper

from breadknife.plugins.prose import project
from breadknife.plugins.prose.project.misspellings import meant

LEAST_USES = 2
"""Of an English word. One that is used once has the level of one that isn't."""
LEAST_TRADE = 4.0
POPULAR_RANK, POPULAR_DOWNLOADS = 15_000, 100_000
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_0-9]{2,}")
NOT_CODE = re.compile(r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|#.*|"[^"\n]*"|\'[^\'\n]*\'')
LARGEST = 500_000
"""Characters of a module."""
ABOUT_ENGLISH = """\
# How often documentation uses words that dictionaries have: a level, the rounded binary logarithm of the uses, then the
# words. Made by bench/prose/word_counts.py of the prose of {repositories} public repositories, {words:,} words.
# NOTICE names them. Licence: Apache-2.0, as breadknife's.
"""
ABOUT_TRADE = """\
# Terms that dictionaries lack: a level, then the terms. The level is the rounded binary logarithm of 1 + 2 for each
# repository whose prose has the term + 1 for each Python package whose identifiers do + 1 for four names of packages on
# PyPI or npm + 2 if one of those is popular + 4 if it names a program of Debian's. A known misspelling is here only if
# it is such a name. Made by bench/prose/word_counts.py.
# Licence: Apache-2.0, as breadknife's.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("packages", type=Path)
    parser.add_argument("counts", type=Path)
    parser.add_argument("--modules", type=Path, nargs="*", default=[])
    parser.add_argument("--programs", type=Path, nargs="*", default=[Path("/usr/bin"), Path("/usr/sbin")])
    chosen = parser.parse_args()
    linter = harper.Linter(harper.Dialect.AMERICAN)
    texts = sorted(chosen.texts.glob("*.txt"))
    said = {path.stem: Counter(words_of(path.read_text("utf-8", "replace"))) for path in texts}
    uses = sum(said.values(), Counter[str]())
    english = {
        word: round(math.log2(count))
        for word, count in uses.items()
        if count >= LEAST_USES and plain(word.replace("'", "")) and linter.is_likely_english(word)
    }
    names, popular = names_of(chosen.packages)
    programs = {part for folder in chosen.programs for path in folder.iterdir() for part in parts(path.name)}
    in_code = Counter(part for package in packages_in(chosen.modules) for part in package)
    in_prose = Counter(word for counts in said.values() for word in counts)
    trade = {
        word: established
        for word in {*names, *programs, *in_code, *in_prose}
        if plain(word) and 4 <= len(word) <= 16
        if (
            established := 1.0 + 2 * in_prose[word] + in_code[word] + names[word] / 4
            + 2 * (word in popular) + 4 * (word in programs)
        )
        >= LEAST_TRADE - 2  # those that only a repository's own prose establishes are left out when it is judged
        if not linter.is_likely_english(word)
        if not meant(word) or word in popular or word in programs  # people misspell identifiers, too
    }  # fmt: skip
    folder = Path(project.__file__).parent
    about = ABOUT_ENGLISH.format(repositories=len(texts), words=sum(uses.values()))
    write(folder / "english.txt", about, english)
    settled = {word: round(math.log2(value)) for word, value in trade.items() if value >= LEAST_TRADE}
    write(folder / "trade.txt", ABOUT_TRADE, settled)
    own = {repository: sorted(word for word in counts if word in trade) for repository, counts in said.items()}
    chosen.counts.write_text(json.dumps({"trade": trade, "own": own}), "utf-8")
    print(f"{len(english):,} words, {len(settled):,} terms")


def write(path: Path, about: str, levels: Mapping[str, int]) -> None:
    by_level: dict[int, list[str]] = {}
    for word in sorted(levels):
        by_level.setdefault(levels[word], []).append(word)
    lines = (f"{level} {' '.join(words)}\n" for level, words in sorted(by_level.items(), reverse=True))
    path.write_text(about + "".join(lines), "ascii", newline="\n")


def words_of(text: str) -> Iterator[str]:
    return (match[0].replace("’", "'").lower() for match in WORD.finditer(text))


def plain(word: str) -> bool:
    return word.isascii() and word.isalpha()


def parts(name: str) -> Iterator[str]:
    """Yield the words of a name, and each of their parts: `doreceive` and `receive` for `doReceive`."""
    for word in re.split(r"[^A-Za-z]+", name):
        yield from (part.lower() for part in {word, *PART.findall(word)} if part)


def names_of(folder: Path) -> tuple[Counter[str], set[str]]:
    """Return in how many packages' names each word is, and the words of popular ones."""
    names, popular = Counter[str](), set[str]()
    for row in rows(folder / "pypi.tsv"):
        words = set(parts(row[0]))
        names.update(words)
        if row[3] and int(row[3]) <= POPULAR_RANK:
            popular |= words
    for row in rows(folder / "npm.tsv"):
        words = set(parts(row[0].rpartition("/")[2]))
        names.update(words)
        if row[2].isdigit() and int(row[2]) >= POPULAR_DOWNLOADS:
            popular |= words
    return names, popular


def rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        next(lines)
        yield from (line.rstrip("\n").split("\t") for line in lines)


def packages_in(folders: Iterable[Path]) -> Iterator[set[str]]:
    """Yield the words of the identifiers of each package."""
    for package in (each for folder in folders for each in sorted(folder.iterdir())):
        words = set[str]()
        for module in [package] if package.is_file() else package.rglob("*.py*"):
            if module.suffix in (".py", ".pyi") and module.stat().st_size <= LARGEST:
                code = NOT_CODE.sub(" ", module.read_text("utf-8", "replace"))
                words.update(part for name in set(IDENTIFIER.findall(code)) for part in parts(name))
        yield words


if __name__ == "__main__":
    main()

"""How often maintainers corrected words that no list of misspellings has: `prose/project/unlisted.tsv`.

    python bench/prose/unlisted.py collect REPOSITORY.git OWNER/NAME PAIRS --out FILE.jsonl
    python bench/prose/unlisted.py table FILE.jsonl… [--write]

PAIRS are rows of repository, commit, path, edit, line before, line after: what `mine_prose.py` of the evaluation data
finds in all commits. `collect` reads the documents of the newest commit, at most MOST words, and asks of each word what
a document's check asks: is it unknown to Harper and to the list, is it not the document's own, nor said thrice in the
project, and how likely is it a slip? It asks the same of each word that was corrected, in the document as it was.
A repository counts once for a word. Words that stand in its code aren't counted: `Project.names` knows most of them.

`table` counts by the form of the word and the probability of a slip. `right`: the likeliest word is the maintainer's.
`wrong`: they put another one there, or left the word. Neighbouring rows of a form are united where the share of `right`
would fall while the probability rises (pool adjacent violators).
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

import harper
import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from corpus import split_of
from corrections import is_english

from breadknife.cancel import CancelToken
from breadknife.plugins.prose import project
from breadknife.plugins.prose.engines.respelled import respell
from breadknife.plugins.prose.project import respelling
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.plugins.prose.project.spelling import REPEATED, DocumentVocabulary
from breadknife.text.document import Document, Span
from breadknife.text.extract import extract
from breadknife.text.prose import ProseText
from breadknife.text.syntax import parse

WORD = re.compile(r"(?<![\w`'’./@#\\-])[A-Za-z][a-z]+(?![\w./\\@]*\w)")
PARTS = re.compile(r"[A-Z]?[a-z]+")
FORMATS = {".md": "markdown", ".markdown": "markdown", ".rst": "restructuredtext"}
CODE = frozenset((
    ".py", ".rs", ".go", ".js", ".ts", ".tsx", ".jsx", ".java", ".c", ".h", ".cpp", ".rb", ".ex", ".exs", ".vue",
    ".lua", ".sh", ".toml", ".json", ".yml", ".yaml", ".cfg", ".xml",
))  # fmt: skip
MOST, MOST_CODE, LARGEST = 120_000, 15_000_000, 400_000
"""Words of documents, characters of code, and bytes of a file that are read."""
STEP = 0.1


class Case(msgspec.Struct):
    """A word that may be a slip. `meant`: what its maintainer put there; empty if nothing."""

    repository: str
    word: str
    likeliest: str
    doubt: float
    meant: str = ""


@cache
def offers(word: str) -> tuple[str, ...] | None:
    """Return what Harper offers for a word; None if it knows the word."""
    lints = linter().organized_lints(f"So {word}", language="plaintext", dedup=False).get("SpellCheck", [])
    if not lints or linter().is_likely_english(word):
        return None
    return tuple(each.replacement_text for each in lints[0].suggestions)


@cache
def linter() -> harper.Linter:
    made = harper.Linter(harper.Dialect.AMERICAN)
    made.set_lint_config({rule: rule == "SpellCheck" for rule in made.get_default_lint_config()})
    return made


def doubted(repository: str, text: str, at: int, word: str) -> Case | None:
    """Return the case of a word that may be a slip; None for any other word."""
    if not word[1:].islower() or meant(word) or (offered := offers(word)) is None:
        return None
    found = respell(text, Span(at, at + len(word)), offered)
    doubt = respelling.doubt(found)
    return Case(repository, word, found[0].word, doubt) if doubt >= respelling.POSSIBLE else None


def read(name: str, text: str) -> tuple[list[ProseText], DocumentVocabulary]:
    document = Document("file:///document", FORMATS.get(PurePosixPath(name).suffix, "markdown"), text, 1)
    found = list(extract(document, parse(text, document.language), CancelToken()))
    return found, DocumentVocabulary(text, found, frozenset())


def collect(chosen: argparse.Namespace) -> None:
    code, documents = read_files(git(chosen.git, "archive", "HEAD"))
    said, own, cases, words = Counter[str](), set[str](), dict[str, Case | None](), 0
    for name, text in documents.items():
        if words > MOST:
            break
        paragraphs, vocabulary = read(name, text)
        for paragraph in paragraphs:
            if not is_english(paragraph.text):
                continue
            words += len(paragraph.text.split())
            for match in WORD.finditer(paragraph.text):
                word = match[0]
                said[word.lower()] += 1
                if word not in cases:
                    cases[word] = doubted(chosen.name, paragraph.text, match.start(), word)
                if cases[word] is not None and word in vocabulary:
                    own.add(word)
    kept = [case for word, case in cases.items() if case and word not in own and said[word.lower()] < REPEATED]
    kept += list_corrected(chosen)
    with chosen.out.open("w", encoding="utf-8") as out:
        out.writelines(msgspec.json.encode(case).decode() + "\n" for case in kept if case.word.lower() not in code)
    print(f"{chosen.name}: {words:,} words, {len(kept)} cases, of {split_of(chosen.name)}")


def list_corrected(chosen: argparse.Namespace) -> Iterator[Case]:
    seen = set[str]()
    for line in chosen.pairs.open(encoding="utf-8"):
        _, commit, path, edit, before, _ = line.rstrip("\n").split("\t")
        old, _, new = edit.partition(" -> ")
        text = before.strip().lstrip("#>*+-").strip()
        if old.lower() in seen or not WORD.fullmatch(old) or old not in text or not is_english(text):
            continue
        seen.add(old.lower())
        case = doubted(chosen.name, text, text.index(old), old)
        if case is None:
            continue
        source = git(chosen.git, "show", f"{commit}^:{path}").decode("utf-8", "replace")
        if old not in read(path, source)[1]:
            case.meant = new
            yield case


def read_files(archive: bytes) -> tuple[set[str], dict[str, str]]:
    """Return the words of a tree's code, and its documents by name."""
    code, documents, size = set[str](), dict[str, str](), 0
    with tarfile.open(fileobj=io.BytesIO(archive)) as tree:
        for member in tree:
            file = tree.extractfile(member) if member.size < LARGEST else None
            suffix = PurePosixPath(member.name).suffix
            if file is None or (suffix not in FORMATS and (suffix not in CODE or size > MOST_CODE)):
                continue
            text = file.read().decode("utf-8", "replace")
            if suffix in FORMATS:
                documents[member.name] = text
            else:
                size += len(text)
                code |= {part.lower() for part in PARTS.findall(text)}
    return code, documents


def git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "--git-dir", repository, *arguments], capture_output=True, check=False).stdout


Row = tuple[float, int, int]
"""The least probability of a slip, and how often the likeliest word was right and wrong."""


def table(chosen: argparse.Namespace) -> None:
    cases = [msgspec.json.decode(line, type=Case) for path in chosen.cases for line in path.open(encoding="utf-8")]
    cases = [case for case in cases if split_of(case.repository) != "test"]
    counted: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for case in cases:
        is_right = case.likeliest.lower() == case.meant.lower()
        counted[respelling.form_of(case.word)][int(case.doubt / STEP)][not is_right] += 1
    corrected = sum(bool(case.meant) for case in cases)
    lines = [
        f"# How often words on no list of misspellings were slips: of {corrected} that maintainers corrected, and of",
        f"# {len(cases) - corrected} that they left, in {len({case.repository for case in cases})} repositories.",
        "# bench/prose/unlisted.py made it and says what the columns are. A row counts up to the next one of its form.",
        "# Licence: Apache-2.0, as breadknife's.",
        "form\tleast\tright\twrong",
    ]
    for form, bands in sorted(counted.items()):
        rows = [(band * STEP, right, wrong) for band, (right, wrong) in sorted(bands.items())]
        for least, right, wrong in pooled(rows):
            lines.append(f"{form}\t{least:.1f}\t{right}\t{wrong}")
    print("\n".join(lines))
    if chosen.write:
        Path(project.__file__).with_name("unlisted.tsv").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def pooled(rows: list[Row]) -> list[Row]:
    done: list[Row] = []
    for row in rows:
        done.append(row)
        while len(done) > 1 and share(done[-2]) >= share(done[-1]):
            (least, right, wrong), (_, more_right, more_wrong) = done[-2:]
            done[-2:] = [(least, right + more_right, wrong + more_wrong)]
    return done


def share(row: Row) -> float:
    return row[1] / (row[1] + row[2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("git", type=Path)
    collecting.add_argument("name")
    collecting.add_argument("pairs", type=Path)
    collecting.add_argument("--out", type=Path, required=True)
    collecting.set_defaults(do=collect)
    tabling = commands.add_parser("table")
    tabling.add_argument("cases", type=Path, nargs="+")
    tabling.add_argument("--write", action="store_true")
    tabling.set_defaults(do=table)
    chosen = parser.parse_args()
    chosen.do(chosen)


if __name__ == "__main__":
    main()

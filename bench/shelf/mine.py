"""Mines questions and the passages that answer them from documentation: `python bench/shelf/mine.py MIRROR FOLDER`.

MIRROR has a folder `OWNER+NAME` with a git repository for each public repository. Nobody judges anything: a heading is
a question, and the section below it has the answer. The heading is taken out of the document. For every third one the
section goes, too: then nothing in the documents of this repository answers it, however near it is. A term of a
glossary, the first cell of a table's row and an option of a manual page are asked for by name, and stay where they are.

FOLDER gets a folder for each repository (and for a dozen manual pages), each one shelf, and `questions.jsonl`. A hash
of its name puts each shelf into a part: six of ten train, two tune, two test.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

SEED = 44
MOST_FILES, MOST_QUESTIONS = 6, 14
"""Of a repository."""
MOST_OF_FILE = 4
"""Questions of one kind in a file."""
LONGEST_FILE = 25_000
FOREIGN = re.compile(r"(^|/)(zh|ja|ko|fr|de|es|pt|ru|it|tr|vi|pl|uk|id|ar|fa|he|hi|bn|cs|nl)([-_][A-Za-z]+)?/")
UNWANTED = re.compile(
    r"(?i)changelog|history|release|news|authors|contributors|licen[sc]e|/tests?/|node_modules|vendor/"
)
HEADING = re.compile(r"^(#{1,5})\s+(.+?)\s*#*$")
QUESTION = re.compile(r"(?i)^(how|what|why|when|where|which|who|can|do|does|is|are|should|will)\b.{8,}")
ROW = re.compile(r"^\|\s*`?([^|`]{2,40}?)`?\s*\|(.{15,})\|\s*$")
TERM = re.compile(r"^\s*[-*]\s+\*\*([^*]{3,40}?):?\*\*\s*[:—–-]?\s+(\S.{30,})$")
OPTION = re.compile(r"^ {2,8}(-{1,2}[A-Za-z][\w-]*)(?:[ ,=\[].*)?$")
PLAIN = {"MANWIDTH": "90", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
"""So that `man` writes lines of text."""
MARKUP = re.compile(r"\{[#:%].*?\}|<[^>]+>|!?\[([^\]]*)\]\([^)]*\)|`|\*\*|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


@dataclass(frozen=True)
class Mined:
    part: str
    shelf: str
    file: str
    kind: str
    """`question` and `topic` (headings), `term`, `row`, `option`."""
    question: str
    answer: str
    """The source of the passage that answers it; empty if it was taken out of the shelf."""


def part_of(shelf: str) -> str:
    number = sha256(f"{SEED} {shelf}".encode()).digest()[0] % 10
    return "train" if number < 6 else "tune" if number < 8 else "test"


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("mirror", type=Path)
    reader.add_argument("folder", type=Path)
    given = reader.parse_args()
    found = list[Mined]()
    for repository in sorted(path for path in given.mirror.iterdir() if "+" in path.name):
        found += of_repository(repository, given.folder)
    found += of_manuals(given.folder)
    with (given.folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(each)) + "\n" for each in found)
    for part in ("train", "tune", "test"):
        of_part = [each for each in found if each.part == part]
        kinds = {kind: sum(each.kind == kind for each in of_part) for kind in sorted({each.kind for each in of_part})}
        unanswered = sum(not each.answer for each in of_part)
        print(f"{part}: {len({each.shelf for each in of_part})} shelves, {kinds}, without an answer {unanswered}")


def of_repository(repository: Path, folder: Path) -> list[Mined]:
    shelf = repository.name
    chance = random.Random(f"{SEED} {shelf}")
    sources = dict[str, tuple[str, list[Mined]]]()
    for path, text in documents(repository, chance):
        changed, mined = of_markdown(text, part_of(shelf), shelf, path.replace("/", "__"), chance)
        sources[path.replace("/", "__")] = changed, mined
    best = sorted(sources.items(), key=lambda item: -len(item[1][1]))[:MOST_FILES]
    mined = [each for _, (_, of_file) in best for each in of_file]
    if len(mined) < 6:
        return []
    for name, (text, _) in best:
        path = folder / part_of(shelf) / shelf / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return chance.sample(mined, min(len(mined), MOST_QUESTIONS))


def documents(repository: Path, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield Markdown files of the newest commit, in English, up to some hundred."""
    git = next((path for path in (repository / "repo", *repository.iterdir()) if (path / "HEAD").exists()), repository)
    listed = subprocess.run(["git", "-C", git, "ls-tree", "-r", "-l", "HEAD"], capture_output=True, text=True)
    paths = list[str]()
    for line in listed.stdout.splitlines():
        head, _, path = line.partition("\t")
        size = head.split()[-1]
        is_long_enough = size.isdigit() and 1_500 < int(size) < LONGEST_FILE
        if is_long_enough and path.endswith((".md", ".mdx")) and not (FOREIGN.search(path) or UNWANTED.search(path)):
            paths.append(path)
    chance.shuffle(paths)
    paths.sort(key=lambda path: not re.search(r"(?i)faq|glossary|question", path))
    asked = "".join(f"HEAD:{path}\n" for path in paths[:100]).encode()
    shown = subprocess.run(["git", "-C", git, "cat-file", "--batch"], input=asked, capture_output=True).stdout
    for path in paths[:100]:
        head, _, shown = shown.partition(b"\n")
        size = int(head.split()[-1])
        text = shown[:size].decode("utf-8", "replace").replace("\r\n", "\n")
        shown = shown[size + 1 :]
        if text and sum(map(str.isascii, text)) > 0.98 * len(text):
            yield path.removesuffix("x"), text


def of_markdown(text: str, part: str, shelf: str, file: str, chance: random.Random) -> tuple[str, list[Mined]]:
    """Return a document without the headings that are asked, and the questions."""
    lines, mined, dropped = text.split("\n"), list[Mined](), set[int]()
    fenced = in_fences(lines)
    headings = [(at, len(match[1]), plain(match[2])) for at, line in enumerate(lines)
                if at not in fenced and (match := HEADING.match(line))]  # fmt: skip
    asked = [each for each in headings if wanted(each[2])]
    asked = sorted(asked, key=lambda each: (not QUESTION.match(each[2]), chance.random()))[:MOST_OF_FILE]
    for at, depth, title in asked:
        end = next((other for other, level, _ in headings if other > at and level <= depth), len(lines))
        inner = next((other for other, _, _ in headings if other > at), len(lines))
        body = "\n".join(lines[at + 1 : inner]).strip()
        if not 120 < len(body) < 4_000 or dropped & set(range(at, end)):
            continue
        is_gone = chance.random() < 1 / 3
        dropped |= set(range(at, end)) if is_gone else {at}
        kind = "question" if QUESTION.match(title) else "topic"
        mined.append(Mined(part, shelf, file, kind, title, "" if is_gone else body))
    named = list[Mined]()
    for at, line in enumerate(lines):
        is_head = lines[at + 1 : at + 2] and lines[at + 1].lstrip().startswith(("|-", "| -", "|:", "| :"))
        if at in dropped or at in fenced or is_head:
            continue
        if (match := TERM.match(line)) or (match := ROW.match(line)):
            kind = "term" if match.re is TERM else "row"
            name = plain(match[1]).strip()
            if len(name) >= 3 and any(map(str.isalpha, name)) and sum(name in other for other in lines) > 1:
                ask = f"What is {name}?" if kind == "term" else f"What does {name} do?"
                named.append(Mined(part, shelf, file, kind, ask, line))
    mined += chance.sample(named, min(len(named), 2))
    return "\n".join("" if at in dropped else line for at, line in enumerate(lines)), mined


def in_fences(lines: list[str]) -> set[int]:
    inside, found = False, set[int]()
    for at, line in enumerate(lines):
        is_fence = line.lstrip().startswith(("```", "~~~"))
        if is_fence or inside:
            found.add(at)
        inside ^= is_fence
    return found


def plain(text: str) -> str:
    return " ".join(MARKUP.sub(lambda match: match[1] or "", text).split())


def wanted(title: str) -> bool:
    words = re.findall(r"[A-Za-z]{3,}", title)
    return 3 <= len(words) <= 14 and len(set(words)) >= 3


def of_manuals(folder: Path) -> list[Mined]:
    """A dozen of the system's manual pages are one shelf."""
    found = list[Mined]()
    pages = sorted({path.name.split(".")[0] for path in Path("/usr/share/man/man1").iterdir()})
    pages = [name for name in pages if not name.startswith("gcloud")]  # nine of ten, and alike
    random.Random(SEED).shuffle(pages)
    kept = 0
    for name in pages:
        shown = subprocess.run(["man", "-P", "cat", "1", name], capture_output=True, text=True, env=PLAIN)
        shelf = f"man-{kept // 12:02}"
        chance = random.Random(f"{SEED} {name}")
        mined = list(of_manual(shown.stdout, part_of(shelf), shelf, f"{name}.txt"))
        if len(mined) < 5 or len(shown.stdout) > LONGEST_FILE:
            continue
        path = folder / part_of(shelf) / shelf / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown.stdout, encoding="utf-8")
        found += chance.sample(mined, 3)
        kept += 1
        if kept == 4 * 12:
            break
    return found


def of_manual(text: str, part: str, shelf: str, file: str) -> Iterator[Mined]:
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if match := OPTION.match(line):
            depth = len(line) - len(line.lstrip())
            end = at + 1
            while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip()) > depth:
                end += 1
            body = "\n".join(lines[at:end])
            if end > at + 1 and len(body) > 80 and text.count(match[1]) > 1:
                command = file.removesuffix(".txt")
                yield Mined(part, shelf, file, "option", f"What does the option {match[1]} of {command} do?", body)


if __name__ == "__main__":
    main()

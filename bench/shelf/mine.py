"""Mines questions and the passages that answer them from documentation: `python bench/shelf/mine.py MIRROR FOLDER`.

MIRROR has a folder `OWNER+NAME` with a git repository for each public repository. Nobody judges anything:

- `link`: a link's text asks for the section that it leads to, in other words than the heading has. The link is taken
  out of the documents. For every fifth one the section goes, too (`gone`): nothing that its author meant answers it.
- `question`: a heading that is a question is answered by its section, and stays where it is.
- `term`, `row`, `option`: a term of a glossary, the first cell of a table's row, and an option of a manual page are
  asked for by name, if only one place explains that name.
- `foreign`: a question of another repository of the same part. It has a word that few have, and more of its words are
  on this shelf than those of any other such question.

FOLDER gets a folder for each repository (and for each dozen manual pages), which is a shelf, and `questions.jsonl`. A
hash of its name puts each shelf into a part: six of ten train, two tune, two test.
"""

from __future__ import annotations

import argparse
import json
import posixpath
import random
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from breadknife.text.languages.values import kinds

SEED = 44
MOST_READ, MOST_FILES = 600, 15
"""Documents of a repository that are read, and those that come onto its shelf."""
MOST = {"link": 8, "question": 4, "term": 3, "row": 2, "foreign": 4}
"""Questions of a kind on one shelf."""
LONGEST_FILE = 40_000
FOREIGN = re.compile(
    r"(^|[/._-])(zh|ja|ko|fr|de|es|pt|ru|it|tr|vi|pl|uk|id|ar|fa|he|hi|bn|cs|nl|te|br|cn|tw)([-_][A-Za-z]+)?[/.]"
)
UNWANTED = re.compile(
    r"(?i)changelog|history|release|news|authors|contributors|licen[sc]e|/tests?/|node_modules|vendor/|\.claude|uzbek|blog/|issue_template|summary\.md|template"
)
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
ANCHOR = re.compile(r"\s*\{#([\w-]+)\}\s*$")
LINK = re.compile(r"(?<!!)\[([^\]\n]{6,90})\]\(([^)\s#:]*?)(?:\.mdx?)?/?#([\w-]+)\)")
QUESTION = re.compile(r"(?i)^(how|what|why|when|where|which|who|can|do|does|is|are|should|will)\b.{8,}")
ROW = re.compile(r"^\|\s*`?([^|`]{2,40}?)`?\s*\|(.{15,})\|\s*$")
TERM = re.compile(r"^\s*[-*]\s+\*\*([^*]{3,40}?):?\*\*\s*[:—–-]?\s+(\S.{30,})$")
OPTION = re.compile(r"^ {2,8}(-{1,2}[A-Za-z][\w-]*)(?:[ ,=\[].*)?$")
PLAIN = {"MANWIDTH": "90", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
"""So that `man` writes lines of text."""
MARKUP = re.compile(r"\{[#:%].*?\}|<[^>]+>|!?\[([^\]]*)\]\([^)]*\)|`|\*\*|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
EMPTY_WORDS = kinds(
    """
    the and for with from this that see section below above more details detail documentation docs guide page
    chapter read learn here about its our your you are how what when which into use using used can not all about
    following next previous example examples information new step note why important tip warning added fixed
    changed removed
    """
)


@dataclass(frozen=True)
class Mined:
    part: str
    shelf: str
    file: str
    kind: str
    """See above."""
    question: str
    answer: str
    """The source of the section or passage that answers it; empty if nothing on the shelf does."""


@dataclass(frozen=True)
class Section:
    path: str
    start: int
    """The heading's line."""
    inner: int
    """Where the next heading is, whatever its level."""
    end: int
    title: str


@dataclass
class Source:
    lines: list[str]
    sections: list[Section]
    by_anchor: dict[str, Section]
    dropped: set[int] = field(default_factory=set[int])


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("mirror", type=Path)
    reader.add_argument("folder", type=Path)
    given = reader.parse_args()
    found, vocabulary = list[Mined](), dict[str, set[str]]()
    for repository in sorted(path for path in given.mirror.iterdir() if "+" in path.name):
        found += of_repository(repository, given.folder, vocabulary)
    found += foreign(found, vocabulary)
    found += of_manuals(given.folder)
    with (given.folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(each)) + "\n" for each in found)
    told(found)


def told(found: list[Mined]) -> None:
    """Print how many questions of each kind a part has."""
    for part in ("train", "tune", "test"):
        of_part = [each for each in found if each.part == part]
        kinds = dict(sorted(Counter(each.kind for each in of_part).items()))
        print(f"{part}: {len({each.shelf for each in of_part})} shelves, {kinds}")


def part_of(shelf: str) -> str:
    number = sha256(f"{SEED} {shelf}".encode()).digest()[0] % 10
    return "train" if number < 6 else "tune" if number < 8 else "test"


def of_repository(repository: Path, folder: Path, vocabulary: dict[str, set[str]]) -> list[Mined]:
    shelf = repository.name
    chance = random.Random(f"{SEED} {shelf}")
    sources = {path: sectioned(path, text) for path, text in documents(repository, chance)}
    asked = list(links(sources))
    chance.shuffle(asked)
    wanted_files = Counter(section.path for _, section in asked)
    for path, source in sources.items():
        wanted_files[path] += sum(bool(QUESTION.match(each.title)) for each in source.sections)
        wanted_files[path] += any(map(TERM.match, source.lines))
    on_shelf = {path: sources[path] for path, _ in wanted_files.most_common(MOST_FILES)}
    found = list(taken(asked, on_shelf, chance))
    found += headings(on_shelf)
    explained = Counter(name.lower() for source in on_shelf.values() for name in names(source))
    for path, source in on_shelf.items():
        found += (mined for mined in named(path, source) if explained[name_in(mined.question)] <= 1)
    found = list({each.question: each for each in found}.values())
    kept = list[Mined]()
    for kind in dict.fromkeys(each.kind for each in found):
        of_kind = [each for each in found if each.kind == kind]
        kept += chance.sample(of_kind, min(len(of_kind), MOST.get(kind, 3)))
    if len(kept) < 5 or len(on_shelf) < 3:
        return []
    asked_texts = {each.question for each in kept}
    words = set[str]()
    for path, source in on_shelf.items():
        text = "\n".join("" if at in source.dropped else line for at, line in enumerate(source.lines))
        text = LINK.sub(lambda match: "" if plain(match[1]) in asked_texts else match[0], text)
        words |= {word.rstrip("s") for word in words_of(text)}
        target = folder / part_of(shelf) / shelf / flat(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    vocabulary[shelf] = words
    return [replace(each, part=part_of(shelf), shelf=shelf, file=flat(each.file)) for each in kept]


def documents(repository: Path, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield Markdown files of the newest commit, in English, up to some hundred."""
    git = next((path for path in (repository / "repo", *repository.iterdir()) if (path / "HEAD").exists()), repository)
    listed = subprocess.run(["git", "-C", git, "ls-tree", "-r", "-l", "HEAD"], capture_output=True, text=True)
    paths = list[str]()
    for line in listed.stdout.splitlines():
        head, _, path = line.partition("\t")
        size = head.split()[-1]
        is_long_enough = size.isdigit() and 1_000 < int(size) < LONGEST_FILE
        if is_long_enough and path.endswith((".md", ".mdx")) and not (FOREIGN.search(path) or UNWANTED.search(path)):
            paths.append(path)
    chance.shuffle(paths)
    paths.sort(key=lambda path: not re.search(r"(?i)faq|glossary|question", path))
    asked = "".join(f"HEAD:{path}\n" for path in paths[:MOST_READ]).encode()
    shown = subprocess.run(["git", "-C", git, "cat-file", "--batch"], input=asked, capture_output=True).stdout
    for path in paths[:MOST_READ]:
        head, _, shown = shown.partition(b"\n")
        size = int(head.split()[-1])
        text = shown[:size].decode("utf-8", "replace").replace("\r\n", "\n")
        shown = shown[size + 1 :]
        lines = text.split("\n")
        is_list_of_links = sum("](http" in line for line in lines) > len(lines) / 3
        if text and sum(map(str.isascii, text)) > 0.98 * len(text) and not is_list_of_links:
            yield path.removesuffix("x"), text


def sectioned(path: str, text: str) -> Source:
    lines = text.split("\n")
    fenced = in_fences(lines)
    heads = [(at, len(match[1]), match[2]) for at, line in enumerate(lines)
             if at not in fenced and (match := HEADING.match(line))]  # fmt: skip
    sections, by_anchor = list[Section](), dict[str, Section]()
    for at, depth, title in heads:
        end = next((other for other, level, _ in heads if other > at and level <= depth), len(lines))
        inner = next((other for other, _, _ in heads if other > at), len(lines))
        section = Section(path, at, inner, end, plain(ANCHOR.sub("", title)))
        sections.append(section)
        own = ANCHOR.search(title)
        for anchor in (own[1] if own else "", slug(section.title), slug(title)):
            if anchor:
                by_anchor.setdefault(anchor, section)
    return Source(lines, sections, by_anchor)


def links(sources: Mapping[str, Source]) -> Iterator[tuple[str, Section]]:
    """Yield what links ask for in other words than the heading has, each text once."""
    by_name = defaultdict[str, list[str]](list)
    for path in sources:
        by_name[posixpath.basename(path.removesuffix(".md"))].append(path)
    seen = set[str]()
    for path, source in sources.items():
        for match in LINK.finditer("\n".join(source.lines)):
            text, where, anchor = plain(match[1]), match[2], match[3]
            target = path if not where else ""
            if where:
                resolved = posixpath.normpath(posixpath.join(posixpath.dirname(path), where)) + ".md"
                named_so = by_name.get(posixpath.basename(where), [])
                target = resolved if resolved in sources else named_so[0] if len(named_so) == 1 else ""
            section = sources[target].by_anchor.get(anchor) if target else None
            if section is None or text in seen:
                continue
            words, of_title = content(text), content(section.title)
            body = "\n".join(sources[target].lines[section.start + 1 : section.end]).strip()
            if 2 <= len(words) <= 12 and words != of_title and 80 < len(body) < 6_000:
                seen.add(text)
                yield text, section


def taken(asked: list[tuple[str, Section]], on_shelf: Mapping[str, Source], chance: random.Random) -> Iterator[Mined]:
    used, gone = set[tuple[str, int]](), list[Section]()
    for text, section in asked:
        source = on_shelf.get(section.path)
        if source is None or (section.path, section.start) in used or overlaps(section, gone):
            continue
        used.add((section.path, section.start))
        lines = range(section.start, section.end)
        if chance.random() < 0.2 and not any(
            start in lines for path, start in used - {(section.path, section.start)} if path == section.path
        ):
            source.dropped |= set(lines)
            gone.append(section)
            yield Mined("", "", section.path, "gone", text, "")
        else:
            yield Mined("", "", section.path, "link", text, body_of(source, section))


def overlaps(section: Section, others: list[Section]) -> bool:
    return any(each.path == section.path and each.start < section.end and section.start < each.end for each in others)


def headings(on_shelf: Mapping[str, Source]) -> Iterator[Mined]:
    for path, source in on_shelf.items():
        for section in source.sections:
            body = body_of(source, section)
            if not QUESTION.match(section.title) or not 80 < len(body) < 6_000 or section.start in source.dropped:
                continue
            if len(content(section.title)) < 2:
                continue
            yield Mined("", "", path, "question", section.title, body)


def named(path: str, source: Source) -> Iterator[Mined]:
    fenced = in_fences(source.lines)
    for at, line in enumerate(source.lines):
        is_head = source.lines[at + 1 : at + 2] and source.lines[at + 1].lstrip().startswith(("|-", "| -", "|:", "| :"))
        if at in source.dropped or at in fenced or is_head:
            continue
        if (match := TERM.match(line)) or (match := ROW.match(line)):
            kind = "term" if match.re is TERM else "row"
            name = plain(match[1]).strip()
            is_text = len(name) >= 3 and sum(map(str.isalpha, name)) > len(name) / 2
            if (
                is_text
                and len(content(name)) > 0
                and not name.endswith(("!", ".", "?"))
                and sum(name in other for other in source.lines) > 1
            ):
                yield Mined("", "", path, kind, f"What is {name}?" if kind == "term" else f"What does {name} do?", line)
    if re.search(r"(?i)glossary", path):
        for section in source.sections:
            body = body_of(source, section)
            if len(section.title.split()) <= 3 and 60 < len(body) < 3_000 and section.start not in source.dropped:
                yield Mined("", "", path, "term", f"What is {article(section.title)}?", body)


def names(source: Source) -> Iterator[str]:
    """What headings, terms and rows of a document are called."""
    yield from (section.title for section in source.sections)
    for line in source.lines:
        if (match := TERM.match(line)) or (match := ROW.match(line)):
            yield plain(match[1]).strip()


def name_in(question: str) -> str:
    return re.sub(r"^What (is|does) (an? )?|( do)?\?$", "", question).lower()


def article(name: str) -> str:
    is_countable = name[:1].isalpha() and not name.endswith("s") and not name[:2].isupper()
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name[:1].lower()}{name[1:]}" if is_countable else name


def foreign(mined: list[Mined], vocabulary: Mapping[str, set[str]]) -> Iterator[Mined]:
    spread = Counter(word for words in vocabulary.values() for word in words)
    used = set[str]()
    for shelf, words in vocabulary.items():
        scored = list[tuple[float, str]]()
        for each in mined:
            own = content(each.question)
            is_other = each.shelf != shelf and each.part == part_of(shelf) and each.question not in used
            if is_other and len(own) >= 2 and min(spread[word] for word in own) <= len(vocabulary) / 20:
                scored.append((len(own & words) / len(own) + 0.01 * len(own), each.question))
        for _, question in sorted(scored, reverse=True)[: MOST["foreign"]]:
            used.add(question)
            yield Mined(part_of(shelf), shelf, "", "foreign", question, "")


def body_of(source: Source, section: Section) -> str:
    lines = source.lines[section.start + 1 : section.end]
    return "\n".join(line for at, line in enumerate(lines, section.start + 1) if at not in source.dropped).strip()


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z][a-z0-9]{2,}", text.lower())


def content(text: str) -> set[str]:
    """The words that say something, without their plural."""
    return {word.rstrip("s") for word in words_of(text)} - {word.rstrip("s") for word in EMPTY_WORDS}


def slug(title: str) -> str:
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip())


def flat(path: str) -> str:
    return path.replace("/", "__")


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
        found += chance.sample(mined, 1)
        kept += 1
        if kept == 8 * 12:
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

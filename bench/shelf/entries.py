"""Makes shelves of manuals with the questions that their own headings and entries ask: `python bench/shelf/entries.py
MIRROR FOLDER`. FOLDER becomes what `mine.py` makes, so `fit.py` reads it.

MIRROR is what `mine.py` takes; the repositories that are named here have manuals of reStructuredText or Markdown. The
others are HTML out of packages of Debian 12 (`apt-get download`, `dpkg -x`). Nobody judges anything:

- `heading`: a heading asks for the text beneath it; `term` and `option`: an entry is asked for by its name.
- `which`: the beginning of an entry's text asks for the entry.
- `default`: the sentence with an entry's default answers what that is.
- `gone`: a question of one of these kinds whose section or entry is taken out of the documents; no other line begins
  with its name.
- `lacking`: what the default of an entry is that has none: its terms stand there, and the answer doesn't.
- `foreign`: see `mine.py`.

A hash of a manual's name puts it into a part. Up to five manuals of a part are one shelf, as they are on a user's.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import accumulate, islice
from pathlib import Path

from mine import (
    HEADING,
    LONGEST_FILE,
    QUESTION,
    Mined,
    content,
    flat,
    in_fences,
    part_of,
    plain,
    told,
    words_of,
)

from breadknife.text.languages.values import kinds

SEED = 47
MOST_FILES, MOST_MANUALS = 60, 5
"""Files of a manual, and manuals of a shelf."""
MOST = {"heading": 10, "term": 6, "option": 6, "which": 5, "default": 3, "gone": 8, "lacking": 2}
"""Questions of a kind of one manual."""
MOST_COMMON = 0.3
"""The share of all manuals that may have the rarest word of a heading: "Bug fixes" asks nothing."""
LONGEST = 600
"""Characters of what answers a question: it stands at the beginning of a section."""
MANUALS = kinds(
    """
    TanStack+query aio-libs+aiohttp agronholm+anyio apache+logging-log4j2 beetbox+beets buildbot+buildbot celery+kombu
    eslint+eslint encode+httpx fastapi+typer fastify+fastify gohugoio+hugoDocs gruntwork-io+terragrunt ipython+ipython
    jekyll+jekyll marshmallow-code+marshmallow mitmproxy+mitmproxy mkdocs+mkdocs networkx+networkx openstack+keystone
    pallets+click pallets+flask pallets+jinja pallets+werkzeug paramiko+paramiko phoenixframework+phoenix psf+requests
    prometheus+docs pypa+packaging pypa+pip pytest-dev+pytest python-attrs+attrs python-poetry+poetry python-trio+trio
    readthedocs+readthedocs.org restic+restic rust-lang+cargo rust-lang+mdBook rust-lang+reference scrapy+scrapy
    sphinx-doc+sphinx sqlalchemy+alembic streamlink+streamlink tornadoweb+tornado tox-dev+tox traefik+traefik
    twisted+twisted urllib3+urllib3 webpack+webpack.js.org helix-editor+helix psf+black
    """
)
PACKAGES = kinds(
    """
    python-django-doc postfix-doc sqlite3-doc zsh-doc dar-docs octave-doc apache2-doc borgbackup-doc snakemake-doc
    r-doc-html debian-policy developers-reference fish-common mutt privoxy cmake-doc cython-doc bash-doc rsyslog-doc
    bind9-doc haproxy-doc libfftw3-doc maint-guide imagemagick-6-doc
    """
)
UNWANTED = re.compile(
    r"(?i)change|history|release|news|authors|contributors|licen[sc]e|/tests?/|genindex|search|whatsnew"
)
TAG = re.compile(r"<[^>]+>")
HTML_HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.DOTALL)
DEFINED = re.compile(r"(?:<dt[^>]*>(?:(?!<d[td]\b).)*?</dt>\s*)+<dd[^>]*>(?:(?!<d[tdl]\b).)*?</dd>", re.DOTALL)
UNDERLINE = re.compile(r"([=#*~^\"'+`-])\1{2,}\s*")
DIRECTIVE = re.compile(r"( *)\.\. (?:[\w-]+:)*(option|confval|setting|envvar|config|reqmeta|bb:\w+|conf_\w+):: +(\S.*)")
NUMBER = re.compile(r"^(?:Chapter|Appendix|Section)?\s*(?:[A-Z]\.)?[\d.]+:?\s+")
OPTION = re.compile(r"[-+]{1,2}\w[\w-]*|[a-z][\w.-]*[_.-][\w-]+|[A-Z][A-Z\d_]{3,}|:?[a-z][\w-]+:?")
CODE = re.compile(r"[{};$|<>⏩`\\]|\(\*|= |^[/.(\"']|[(,:=]$|^(?:class|int|void|def|const|char|static)\b")
"""What no name of an entry has."""
CODED = re.compile(r"[_\d./]|^-|[a-z][A-Z]|^[A-Z]{4}")
VERBS = kinds(
    """
    make save read convert use set do show allow enable disable display switch let try suppress print write run add
    remove ignore include exclude skip force create delete list specify output control limit define choose select turn
    change keep send check return configure install build handle manage work test debug customize extend deploy update
    import export access open override generate load register restart validate render parse pass call
    """
)
DEFAULT = re.compile(r"[^.]*\b[Dd]efaults?\b(?: value)?(?: is| to|s to|:|s are) [^.]{2,80}(?:\.[^.\s][^.]*)*")


@dataclass(frozen=True)
class Entry:
    kind: str
    """`heading`, `term` or `option`."""
    name: str
    file: str
    start: int
    end: int
    """Of what is taken out, in the file's text."""
    text: str
    """What is beneath the heading, or the entry with its name, from its beginning."""


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("mirror", type=Path)
    reader.add_argument("folder", type=Path)
    given = reader.parse_args()
    by_part, spread = defaultdict[str, list[tuple[str, dict[str, str]]]](list), Counter[str]()
    for name in sorted({*MANUALS, *PACKAGES}):
        chance = random.Random(f"{SEED} {name}")
        found_files = (
            of_package(name, given.folder, chance) if name in PACKAGES else of_repository(given.mirror / name, chance)
        )
        files = dict(islice(found_files, MOST_FILES))
        if len(files) >= 3:
            by_part[part_of(name)].append((name, {f"{name}__{flat(path)}": text for path, text in files.items()}))
            spread.update({word for text in files.values() for word in words_of(text)})
    limit = MOST_COMMON * sum(map(len, by_part.values()))
    common = {word for word, count in spread.items() if count > limit}
    found, vocabulary = list[Mined](), dict[str, set[str]]()
    for part, manuals in by_part.items():
        random.Random(SEED).shuffle(manuals)
        for at in range(0, len(manuals), MOST_MANUALS):
            shelf = f"{part}-{at // MOST_MANUALS:02}"
            found += of_shelf(part, shelf, manuals[at : at + MOST_MANUALS], given.folder, vocabulary, common)
    used = set[str]()
    for shelf, words in vocabulary.items():  # `mine.foreign` takes the part from the name
        others = {name: each for name, each in vocabulary.items() if name[:4] == shelf[:4]}
        new = list(foreign_to(shelf, words, [each for each in found if each.question not in used], others))
        used |= {each.question for each in new}
        found += new
    with (given.folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(each)) + "\n" for each in found)
    print({part: sorted(name for name, _ in manuals) for part, manuals in by_part.items()})
    told(found)


def of_package(package: str, folder: Path, chance: random.Random) -> Iterator[tuple[str, str]]:
    scratch = folder / "packages"
    scratch.mkdir(parents=True, exist_ok=True)
    if not (scratch / package).exists():
        subprocess.run(["apt-get", "download", "-q", package], cwd=scratch, check=True, capture_output=True)
        subprocess.run(["dpkg", "-x", next(scratch.glob(f"{package}_*.deb")), scratch / package], check=True)
    paths = sorted((scratch / package / "usr/share").rglob("*.html"))
    chance.shuffle(paths)
    for path in paths:
        name = path.relative_to(scratch / package).as_posix()
        if path.is_file() and not path.is_symlink() and not UNWANTED.search(name):
            text = path.read_text("utf-8", "replace")
            shown = plain_html(text).lower()
            if 1_000 < len(shown) < 10 * LONGEST_FILE and shown.count(" the ") > len(shown) / 500:  # in English
                yield name, text


def of_repository(repository: Path, chance: random.Random) -> Iterator[tuple[str, str]]:
    git = next(path for path in (repository / "repo", *repository.iterdir()) if (path / "HEAD").exists())
    paths = [path for path in git_output(git, "ls-tree", "-r", "--name-only", "HEAD").decode().splitlines()
             if path.endswith((".rst", ".md")) and not UNWANTED.search(path)]  # fmt: skip
    chance.shuffle(paths)
    is_rst = sum(path.endswith(".rst") for path in paths) > len(paths) / 2
    for path in paths:
        if path.endswith(".rst") == is_rst:
            text = git_output(git, "show", f"HEAD:{path}").decode("utf-8", "replace").replace("\r\n", "\n")
            if 1_000 < len(text) < 2 * LONGEST_FILE and sum(map(str.isascii, text)) > 0.97 * len(text):
                yield path, text


def git_output(git: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", git, *arguments], capture_output=True, check=True).stdout


def of_shelf(
    part: str,
    shelf: str,
    manuals: list[tuple[str, dict[str, str]]],
    folder: Path,
    vocabulary: dict[str, set[str]],
    common: set[str],
) -> Iterator[Mined]:
    entries = {
        name: [entry for file, text in files.items() for entry in entries_of(file, text)] for name, files in manuals
    }
    times = Counter(entry.name.lower() for of_manual in entries.values() for entry in of_manual)
    vocabulary[shelf] = set[str]()
    for name, files in manuals:
        chance = random.Random(f"{SEED} {name}")
        bases = Counter(word for text in files.values() for word in words_of(text))
        asked = [(kind, question, entry, answer)
                 for entry in entries[name]
                 if times[entry.name.lower()] == 1 and (entry.kind == "option" or content(entry.name) - common)
                 for kind, question, answer in questions_of(entry, bases, chance)]  # fmt: skip
        chance.shuffle(asked)
        counts, taken, used = Counter[str](), defaultdict[str, list[tuple[int, int]]](list), set[str]()
        for kind, question, entry, answer in asked:
            where = entry.start, entry.end
            if entry.name in used or any(start < where[1] and where[0] < end for start, end in taken[entry.file]):
                continue
            may_go = kind != "lacking" and counts["gone"] < MOST["gone"] and chance.random() < 0.25
            if may_go and not begins_elsewhere(entry, files):
                kind, answer = "gone", ""
                taken[entry.file].append(where)
            elif counts[kind] == MOST[kind]:
                continue
            else:
                taken[entry.file].append(where)
            counts[kind] += 1
            used.add(entry.name)
            if kind == "gone":
                text = files[entry.file]
                cut = text[entry.start : entry.end]
                kept = "".join(TAG.findall(cut)) if entry.file.endswith(".html") else ""
                files[entry.file] = text[: entry.start] + kept.ljust(len(cut)) + text[entry.end :]
            yield Mined(part, shelf, entry.file, kind, question, answer)
        for file, text in files.items():
            target = folder / part / shelf / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            shown = plain_html(text) if file.endswith(".html") else text
            vocabulary[shelf] |= {word.rstrip("s") for word in words_of(shown)}


def begins_elsewhere(entry: Entry, files: dict[str, str]) -> bool:
    """Tell whether another line or sentence begins with an entry's name, or defines it: it may answer, too."""
    name = re.escape(name_of(entry))
    rest = "\n".join(
        text[: entry.start] + "\n" + text[entry.end :] if file == entry.file else text for file, text in files.items()
    )
    return bool(re.search(rf"(?im)(?:^|[.>])[\W_]*{name}\b|\b{name}\W*(?: (?:is|are|means?) |:|—|&mdash;)", rest))


def foreign_to(shelf: str, words: set[str], found: list[Mined], others: dict[str, set[str]]) -> Iterator[Mined]:
    """As `mine.foreign`, but a question needs a word that the shelf hasn't: the shelves are few and large."""
    scored = list[tuple[float, str]]()
    for each in found:
        own = content(each.question)
        if each.shelf in others and each.shelf != shelf and each.answer and len(own) >= 2 and not own <= words:
            scored.append((len(own & words) / len(own) + 0.01 * len(own), each.question))
    for _, question in random.Random(SEED).sample(sorted(scored, reverse=True)[:40], min(20, len(scored))):
        yield Mined(shelf[:-3], shelf, "", "foreign", question, "")


def plain_html(source: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", source)).replace("¶", " ").replace("\u200b", "").split())


def entries_of(file: str, text: str) -> Iterator[Entry]:
    make = of_html if file.endswith(".html") else of_rst if file.endswith(".rst") else of_markdown
    for kind, name, start, end, body in make(text):
        name = re.sub(r"\s+(?=[?!.,])", "", NUMBER.sub("", name.strip().rstrip(":#¶ ")))
        is_text = sum(map(str.isalpha, name)) > len(name) / 2 and name.isascii()
        if 2 < len(name) < 80 and len(body) > 80 and is_text and (kind == "heading" or not CODE.search(name)):
            yield Entry(kind, name, file, start, end, body[:LONGEST])


def of_html(text: str) -> Iterator[tuple[str, str, int, int, str]]:
    heads = [*HTML_HEADING.finditer(text)]
    for match, following in zip(heads, [*heads[1:], None], strict=False):
        end = following.start() if following else len(text)
        yield "heading", plain_html(match[2]), match.start(), end, plain_html(text[match.end() : end])
    for match in DEFINED.finditer(text):
        *names, _ = re.split(r"</dt>", match[0])
        name = plain_html(names[0])
        shown = plain_html(match[0])
        yield entry_kind(name), name, match.start(), match.end(), shown


def entry_kind(name: str) -> str:
    first = re.split(r"[\s,=(\[]", name, maxsplit=1)[0]
    return "option" if OPTION.fullmatch(first) and (" " not in name[:4] or first[0] in "-+") else "term"


def of_rst(text: str) -> Iterator[tuple[str, str, int, int, str]]:
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    heads = [at for at in range(len(lines) - 1)
             if lines[at][:1].strip() and UNDERLINE.fullmatch(lines[at + 1]) and not UNDERLINE.fullmatch(lines[at])
             and len(lines[at + 1]) >= len(lines[at]) - 1]  # fmt: skip
    for at, end in zip(heads, [*heads[1:], len(lines)], strict=False):
        body = "\n".join(line for line in lines[at + 2 : end] if not line.startswith(".. _")).strip()
        if not body.startswith((".. toctree", ".. contents")):
            yield "heading", unmarked(lines[at]), starts[at], starts[end] - 1, body
    literal = -1  # how deep the line is that begins a block of code
    for at, line in enumerate(lines):
        match, depth = DIRECTIVE.match(line), len(line) - len(line.lstrip())
        if line.strip() and depth <= literal:
            literal = -1
        if literal >= 0:
            continue
        if line.rstrip().endswith("::") or re.match(r" *\.\. (?:code|sourcecode|parsed-literal|ipython)", line):
            literal = depth
        is_entry = line.strip() and not line.lstrip().startswith(("..", ":", "-", "*", "#", "|", ">"))
        below = lines[at + 1] if at + 1 < len(lines) else ""
        is_defined = is_entry and len(line.split()) <= 4 and below.strip() and len(below) - len(below.lstrip()) > depth
        if not (
            match or (is_defined and (at == 0 or not lines[at - 1].strip()) and not line.rstrip().endswith((":", ".")))
        ):
            continue
        end = at + 1
        while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth):
            end += 1
        name = match[3] if match else unmarked(line)
        body = "\n".join(lines[at:end]).strip()
        yield "option" if match else entry_kind(name), name, starts[at], starts[end] - 1, body


def unmarked(text: str) -> str:
    return re.sub(r":[\w:]+:`([^`<]*?)(?: *<[^>]*>)?`|`+", lambda match: match[1] or "", text).replace("**", "").strip()


def of_markdown(text: str) -> Iterator[tuple[str, str, int, int, str]]:
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    fenced = in_fences(lines)
    heads = [(at, match[2]) for at, line in enumerate(lines) if at not in fenced and (match := HEADING.match(line))]
    for (at, title), end in zip(heads, [*(at for at, _ in heads[1:]), len(lines)], strict=False):
        name = plain(re.sub(r"\s*\{#.*\}$", "", title))
        yield "heading", name, starts[at], starts[end] - 1, "\n".join(lines[at + 1 : end]).strip()


def questions_of(entry: Entry, bases: Counter[str], chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, the question, and what answers it."""
    if entry.kind == "heading":
        if len(content(entry.name)) >= 2 and len(entry.name.split()) <= 9:
            yield "heading", of_heading(entry.name, bases, chance), entry.text
        return
    name = name_of(entry)
    if not content(name.replace("_", " ").replace("-", " ")) or len(name.split()) > 4 or QUESTION.match(entry.name):
        return
    is_code = CODED.search(name)
    if entry.kind == "option":
        patterns = "What does the option {} do?", "What does {} do?", "What is {} for?", "How does the {} option work?"
    else:
        patterns = ("What is {}?", "What is {} for?") if is_code else ("What is {}?", "What does {} mean?")
    yield entry.kind, chance.choice(patterns).format(name), entry.text
    if entry.kind != "option":
        return
    shown = plain_html(entry.text) if entry.file.endswith(".html") else unmarked(" ".join(entry.text.split()))
    body = shown.partition(name)[2]
    first = re.search(r"(?:^|[\s)])([A-Z][a-z]+ [^.:;,()<>]{24,80})(?=[.:;,]\s)", body[:200])
    if first:
        verb, _, rest = first[1].partition(" ")
        verb = base(verb.lower(), bases)
        if verb in VERBS and not re.search(r"\b(?:this|instead|it|its|these|also)\b", rest):
            yield (
                "which",
                chance.choice(("Which option makes it {} {}?", "How do I {} {}?")).format(verb, rest),
                entry.text,
            )
    asks = chance.choice(("What is the default of {}?", "What is the default value of {}?")).format(name)
    if default := DEFAULT.search(body):
        found = default[0].strip()
        yield "default", asks, f"{name} {found}" if len(found) < 60 else found
    elif "efault" not in entry.text and len(entry.text) < LONGEST:
        yield "lacking", asks, ""


def name_of(entry: Entry) -> str:
    """The entry's one name; of an option's the long one."""
    if entry.kind == "heading":
        return entry.name
    joined = re.sub(r"(?<=\w) ?\. ?(?=[a-z_])", ".", entry.name.lstrip(": "))
    names = [each.strip() for each in re.split(r",|\s(?:or|and)\s|\s-or\s|(?<=\w)\s(?=--)", joined)]
    long = next((each for each in names if each.startswith("--")), names[0])
    name = re.split(r"[=(\[]|\s(?:[<\[(:]|[A-Z]{2})", long, maxsplit=1)[0].strip()
    return name.split()[0] if CODED.search(name.partition(" ")[0]) else name  # without what stands for a value


def of_heading(name: str, bases: Counter[str], chance: random.Random) -> str:
    """A heading as people would ask for what it names."""
    if QUESTION.match(name):
        return name if name.endswith("?") else f"{name}?"
    text = re.sub(r"\s*\([^)]*\)?", "", re.sub(r"^(?:Examples?|Notes?|Tip|Tutorial|Step \w+):\s*", "", name))
    words = text.split()
    text = " ".join(word if word[1:] != word[1:].lower() else word.lower() for word in words)
    first, _, rest = text.partition(" ")
    verb = base(first, bases) if first.endswith("ing") else first
    if verb in VERBS and rest and rest.split()[0] not in ("and", "or", "of", "is", "are", "in", "on", "at"):
        return f"How do I {verb} {rest}?"
    is_thing = len(words) <= 4 and not re.search(
        r"(?:ing|ed|[,:?!&])\b|\b(?:is|are|vs|how|with|your|to|for|in|on|by)\b", text
    )
    article = "are" if words[-1].endswith("s") and not words[-1].endswith(("ss", "us", "is")) else "is"
    the = "the " if article == "is" and len(words) > 1 and first != "the" else ""
    return f"What {article} {the}{text}?" if is_thing else text


def base(verb: str, bases: Counter[str]) -> str:
    """The verb's infinitive: the likely form that the manual itself has most often."""
    stem = re.sub(r"ies$", "y", verb) if verb.endswith("ies") else re.sub(r"(?:ing|es|s)$", "", verb)
    forms = {stem, f"{stem}e", verb.removesuffix("s") if verb.endswith("s") else stem}
    forms |= {stem[:-1]} if stem[-1:] == stem[-2:-1] else set[str]()
    return max(sorted(forms), key=lambda form: (form in VERBS, bases[form]))


if __name__ == "__main__":
    main()

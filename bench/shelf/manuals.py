"""Asks a shelf of manuals what their headings, glossary, options and defaults ask: `python bench/shelf/manuals.py
FOLDER`. FOLDER gets the questions (`questions.tsv`), and what each one got (`answers.tsv`).

Nobody judges anything: a question is made of a heading, a glossary's term, an option or its description, and its answer
is what stands there. Questions without an answer are headings of a manual that isn't on the shelf. The documents come
out of packages of Debian 12 (`apt-get download`, `dpkg -x`), which nothing else here uses.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import html
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pypdfium2

from breadknife.text.languages.values import kinds

SEED = 46
BREADKNIFE = Path(sys.executable).with_name("breadknife")
PACKAGES = {
    "libmpfr-doc": ("mpfr.pdf.gz",), "flex-doc": ("flex.pdf.gz",), "autoconf-doc": ("autoconf.pdf.gz",),
    "nano": ("nano.html",), "exim4-doc-html": ("spec_html/ch-*.html",), "aspell-doc": ("aspell.html/*.html",),
    "git-doc": ("gitglossary.html", "gitfaq.html", "user-manual.html"), "debian-handbook": ("html/en-US/*.html",),
}  # fmt: skip
"""Package -> its documents, below its folder of documentation."""
ELSEWHERE = ("postgresql-doc-15", "html/*.html")
"""What questions without an answer are about."""
MOST = {"term": 8, "which": 8, "option": 6, "default": 8, "pdf": 12, "html": 8, "gone": 10}
TAG = re.compile(r"<[^>]+>")
WORD = re.compile(r"\w+")
DEFINED = re.compile(r"<dt[^>]*>(?:(?!<dt).)*?</dt>\s*<dd>.*?</dd>", re.DOTALL)
DEFAULT = re.compile(r'<td><span class="docbook_option">(\w+)</span></td>.{0,400}?Default:(.*?)</td>', re.DOTALL)
HEAD = re.compile(
    r'<h[2-5][^>]*>(.*?)</h[2-5]>\s*(?:</?div[^>]*>\s*)*<(?:p|div class="para")[^>]*>(.*?)</(?:p|div)>', re.DOTALL
)
IMPERATIVE = re.compile(r"(?:make|save|read|convert|use|set|do|show|allow|enable|display|switch|let|try|suppress)\b")
NUMBER = re.compile(r"^(?:Chapter\s+)?(?:[A-Z]\.)?[\d.]+\s+")
STOP = kinds("a an and are as at by for from how in is it its of on or the to using what with your")


@dataclass(frozen=True)
class Question:
    kind: str
    text: str
    file: str
    """Below the folder; empty if nothing answers it."""
    page: int
    """Counted from 1; 0 if the format has none."""
    answer: str
    """A pattern of a part of the answer, with a blank for each space."""


def fetched(package: str, patterns: tuple[str, ...], scratch: Path, folder: Path) -> None:
    subprocess.run(["apt-get", "download", "-q", package], cwd=scratch, check=True, capture_output=True)
    subprocess.run(["dpkg", "-x", next(scratch.glob(f"{package}_*.deb")), scratch / package], check=True)
    for pattern in patterns:
        for path in sorted((scratch / package / "usr/share/doc").glob(f"*/{pattern}")):
            target = folder / package / path.name.removesuffix(".gz")
            target.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            target.write_bytes(gzip.decompress(content) if path.suffix == ".gz" else content)


def plain(source: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", source)).replace("\u200b", "").split())


def pattern(text: str, words: int = 5) -> str:
    """A pattern of the first words of a text, whatever stands between them."""
    return r"\W+".join(WORD.findall(text)[:words])


def asked(heading: str) -> str:
    """A heading as a question."""
    if heading.endswith("?"):
        return heading
    words = heading.split()
    text = " ".join(word if word[1:] != word[1:].lower() else word.lower() for word in words)
    if words[0].endswith("ing"):
        return f"How does {text} work?"
    return f"What {'are' if heading.endswith('s') else 'is'} {text}?"


def of_html(folder: Path, path: Path) -> Iterator[Question]:
    text, name = path.read_text("utf-8", "replace"), path.relative_to(folder).as_posix()
    for match in DEFINED.finditer(text):
        *terms, described = (plain(each) for each in re.split(r"</dt>", match[0]))
        first = re.split(r"(?<=[a-z])[.:;](?:\s|$)", re.sub(r"^\(\s*\w+\s*\)\s*", "", described))[0]
        if not 6 <= len(first.split()) <= 30:
            continue
        if "glossary" in name:
            article = "an" if terms[0][0] in "aeiou" else "a"
            yield Question("term", f"What is {article} {terms[0]}?", name, 0, pattern(first))
        elif path.parent.name == "nano" and terms[-1].startswith("--"):
            option, verb = terms[-1].split("=")[0], first[:1].lower() + first[1:]
            if re.match(
                r"(?:make|save|read|convert|use|set|do|show|allow|enable|display|switch|let|try|suppress)\b", verb
            ):
                yield Question("which", f"Which option makes nano {verb}?", name, 0, re.escape(option) + r"\b")
        elif path.name == "The-Options.html" and re.fullmatch(r"[\w-]+(,-\w)?", terms[-1]):
            yield Question("option", f"What does the option {terms[-1].split(',')[0]} do?", name, 0, pattern(first))
    for option, default in DEFAULT.findall(text):
        value = plain(default)
        if re.search(r"\w", value) and value not in {"unset", "false", "true"}:
            answer = rf"\b{option}\b.*Default:\W*{pattern(value)}"
            yield Question("default", f"What is the default of {option}?", name, 0, answer)
    if path.parent.name == "debian-handbook":
        for heading, body in HEAD.findall(text):
            title, below = NUMBER.sub("", plain(heading)), plain(body)
            if 2 <= len(title.split()) <= 8 and len(below) > 80:
                yield Question("html", asked(title), name, 0, pattern(below))


def of_pdf(folder: Path, path: Path) -> Iterator[Question]:
    pdf: Any = pypdfium2.PdfDocument(path)
    for mark in pdf.get_toc():
        title, target = NUMBER.sub("", " ".join(mark.get_title().split())), mark.get_dest()
        if target is None or "index" in title.lower() or not 2 <= len(title.split()) <= 8:
            continue
        at = target.get_index() or 0
        text = " ".join(pdf[at].get_textpage().get_text_range().split())
        below = text.rpartition(title)[2].strip()
        if len(below) > 150 and below[0].isupper():
            yield Question("pdf", asked(title), path.relative_to(folder).as_posix(), at + 1, pattern(below))


def elsewhere(folder: Path, words: set[str]) -> Iterator[Question]:
    """Headings whose words are mostly on the shelf: those that share most come first."""
    found = list[tuple[float, str]]()
    for path in sorted(folder.rglob("*.html")):
        for heading in re.findall(r"<h2[^>]*>(.*?)</h2>", path.read_text("utf-8", "replace"), re.DOTALL):
            title = NUMBER.sub("", plain(heading)).removesuffix("#").strip()
            own = {word.lower() for word in WORD.findall(title)} - STOP
            if 2 <= len(own) <= 6 and not own <= words and not title.isupper():
                found.append((len(own & words) / len(own), title))
    for _, title in sorted(found, reverse=True)[: 3 * MOST["gone"]]:
        yield Question("gone", asked(title), "", 0, "")


def made(folder: Path) -> list[Question]:
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for package, patterns in PACKAGES.items():
            fetched(package, patterns, scratch, folder / "shelf")
        fetched(ELSEWHERE[0], (ELSEWHERE[1],), scratch, scratch / "elsewhere")
        shelf, found, words = folder / "shelf", list[Question](), set[str]()
        for path in sorted(shelf.rglob("*.*")):
            if path.suffix == ".pdf":
                found += of_pdf(shelf, path)
                text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))
            else:
                found += of_html(shelf, path)
                text = plain(path.read_text("utf-8", "replace"))
            words |= {word.lower() for word in WORD.findall(text)}
        found += elsewhere(scratch / "elsewhere", words)
    chance, kept = random.Random(SEED), list[Question]()
    times = Counter(each.text for each in found)
    for kind, most in MOST.items():
        of_kind = [each for each in found if each.kind == kind and times[each.text] == 1]
        kept += chance.sample(of_kind, min(most, len(of_kind)))
    return kept


def said(question: str, home: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The quotes and the passages that are near, as `breadknife shelf ask` says them."""
    run = subprocess.run(
        [BREADKNIFE, "shelf", "ask", "--json", "--offline", question],
        env=os.environ | {"BREADKNIFE_HOME": str(home)}, capture_output=True, text=True,
    )  # fmt: skip
    answer = json.loads(run.stdout)
    return answer.get("quotes", []), answer.get("near", [])


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--home", type=Path, help="where breadknife's files are; FOLDER/home unless given")
    given = reader.parse_args()
    folder: Path = given.folder.resolve()
    home, table = given.home or folder / "home", folder / "questions.tsv"
    if not table.exists():
        with_answers = made(folder)
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t").writerows(astuple(each) for each in with_answers)
    with table.open(encoding="utf-8", newline="") as file:
        rows = [Question(kind, text, name, int(page), answer)
                for kind, text, name, page, answer in csv.reader(file, delimiter="\t")]  # fmt: skip
    environment = os.environ | {"BREADKNIFE_HOME": str(home)}
    subprocess.run([BREADKNIFE, "shelf", "add", "--offline", str(folder / "shelf")], env=environment, check=True)
    found = [(each, *said(each.text, home)) for each in rows]
    with (folder / "answers.tsv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        for asked_one, quotes, near in found:
            for name, passages in (("quote", quotes), ("near", near)):
                for at, each in enumerate(passages, 1):
                    right = is_right(asked_one, each)
                    table.writerow((asked_one.kind, asked_one.text, name, at, right, each["link"], each["text"]))
    for kind in (*MOST, ""):
        tell(kind, [each for each in found if kind in ("", each[0].kind) and (kind or each[0].file)])


def is_right(asked_one: Question, passage: dict[str, Any]) -> bool:
    """Whether a passage of the manual has the answer: another document of the package may say the same."""
    is_there = f"/shelf/{asked_one.file.partition('/')[0]}/" in passage["link"]
    return bool(asked_one.file) and is_there and re.search(asked_one.answer, passage["text"], re.DOTALL) is not None


def is_page(asked_one: Question, passage: dict[str, Any]) -> bool:
    """Whether it shows the page: where a document is one file without pages, only the passage counts."""
    path, _, place = passage["link"].partition("#")
    has_pages = asked_one.page or (asked_one.file.count("/") and asked_one.kind in ("default", "html", "option"))
    is_same = path.endswith(f"/shelf/{asked_one.file}") and place.startswith(
        f"page={asked_one.page}" * bool(asked_one.page)
    )
    return is_right(asked_one, passage) or (bool(asked_one.file and has_pages) and is_same)


def tell(name: str, found: list[tuple[Question, list[dict[str, Any]], list[dict[str, Any]]]]) -> None:
    first = sum(is_right(each, quotes[0]) for each, quotes, _ in found if quotes)
    among = sum(any(is_right(each, quote) for quote in quotes) for each, quotes, _ in found)
    top = sum(any(is_right(each, passage) for passage in (quotes + near)[:1]) for each, quotes, near in found)
    shown = sum(any(is_right(each, passage) for passage in quotes + near) for each, quotes, near in found)
    pages = sum(any(is_page(each, passage) for passage in quotes + near) for each, quotes, near in found)
    spoke = sum(bool(quotes) for _, quotes, _ in found)
    print(
        f"{name or 'all with an answer'}: {len(found)}; speaks {spoke}, right quote first {first}, among three {among};"
    )
    print(f"  right passage first, quoted or near {top}, among three {shown}; right page shown {pages}")


if __name__ == "__main__":
    main()

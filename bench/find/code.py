"""Finds functions by what their authors say of them: `python bench/find/code.py MIRROR FOLDER --part test`.

MIRROR has a folder `OWNER+NAME` with a git repository for each public repository; FOLDER gets the code of each. The
question is the first sentence of a function's documentation, which is taken out of the code; with `--ground commits`,
the subject of a commit (see `commits`). The right place is that function, or any that the commit changes: a place
counts if it shares a line with it. A hash of its name puts each repository into the part `train`, `tune` or `test`.
With `--meaning N`, N questions of each repository are also ranked by the embedding model; with `--semble PYTHON`, an
interpreter that has semble is asked the same. With `--first SECONDS`, an index that has read nothing is asked each
question, and has so many seconds of processor time for it; with `--files N`, a repository has up to so many files; with
`--only NAME`, which may be given several times, those repositories are asked.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import random
import re
import subprocess
import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import sha256
from math import log, log2
from pathlib import Path
from typing import Any

from commits import asked_of, base_of

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest
from breadknife.engine.client import DaemonEngine
from breadknife.paths import CACHE_DIR
from breadknife.plugins.find.index import LocatedEntry, WorkspaceIndex
from breadknife.plugins.find.meaning import EntryVectors
from breadknife.plugins.find.plugin import fused
from breadknife.plugins.find.words import asked_words
from breadknife.text.document import Document, language_of
from breadknife.text.outline import outline
from breadknife.text.syntax import parse

SEED = 44
ENDINGS = (".py", ".go", ".java", ".ts", ".js", ".rs")
MOST_FILES, MOST_QUESTIONS, REPOSITORIES = 250, 25, 20
LONGEST_FILE = 100_000
UNWANTED = re.compile(
    r"(?i)(^|/)(tests?|testdata|vendor|third_party|node_modules|dist|examples?|docs?|bench\w*)/|\.min\."
)
COMMENT = re.compile(r"^\s*(//|/\*|\*|#(?!\[))")
MODEL = "all-minilm-l6-v2"
SEMBLE = """
import json, sys
from semble import SembleIndex
for line in sys.stdin:
    folder, questions = json.loads(line)
    index = SembleIndex.from_path(folder)
    found = []
    for question in questions:
        results = index.search(question, top_k=10)
        found.append([(str(r.chunk.file_path), r.chunk.start_line, r.chunk.end_line) for r in results])
    print(json.dumps(found), flush=True)
"""


@dataclass(frozen=True)
class Question:
    text: str
    right: list[tuple[str, int, int]]
    """Path, first line and last line of each place that is right."""

    def rank(self, places: list[tuple[str, int, int]]) -> int:
        """Return the place of the first right one, from 1; 0 if none of the first ten is."""
        for rank, (path, line, last) in enumerate(places[:10], 1):
            if any(path == each and line <= end and last >= start for each, start, end in self.right):
                return rank
        return 0


class Model:
    """As much of `breadknife.task.plugin.Model` as vectors need."""

    name, digest = MODEL, "bench"

    def __init__(self) -> None:
        self._engine = DaemonEngine()

    def embed(self, texts: Any, *, cancel: CancelToken) -> Any:
        return self._engine.embed(EmbedRequest(MODEL, tuple(texts)), cancel).vectors


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("mirror", type=Path)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--part", choices=("train", "tune", "test"), default="test")
    reader.add_argument("--ground", choices=("documentation", "commits"), default="documentation")
    reader.add_argument("--meaning", type=int, default=0)
    reader.add_argument("--semble", default="")
    reader.add_argument("--first", type=float, default=0.0)
    reader.add_argument("--files", type=int, default=MOST_FILES)
    reader.add_argument("--only", action="append", default=[])
    given = reader.parse_args()
    ranks: dict[str, list[int]] = defaultdict(list)
    names = given.only or [
        path.name for path in sorted(given.mirror.iterdir()) if "+" in path.name and part_of(path.name) == given.part
    ]
    random.Random(SEED).shuffle(names)
    used = 0
    for name in names:
        folder = given.folder / name
        if used == REPOSITORIES:
            break
        questions = prepared(given.mirror / name, folder, given.files, given.ground)
        if len(questions) < 10:
            continue
        used += 1
        measure(folder, questions, given.meaning, given.semble, ranks)
        if given.first:
            ask_first(folder, questions, given.first, ranks)
        print(name, len(questions), flush=True)
    for way, found in ranks.items():
        ndcg = sum(1 / log2(rank + 1) for rank in found if rank) / len(found)
        mrr = sum(1 / rank for rank in found if rank) / len(found)
        five = sum(0 < rank <= 5 for rank in found) / len(found)
        print(f"{way}: NDCG@10 {ndcg:.3f}, MRR {mrr:.3f}, among five {five:.0%}, {len(found)} questions")


def part_of(name: str) -> str:
    number = sha256(f"{SEED} {name}".encode()).digest()[0]
    return "test" if number % 2 == 0 else "tune" if number % 8 == 1 else "train"


def prepared(repository: Path, folder: Path, most_files: int, ground: str) -> list[Question]:
    """Write the code, once. Return some of the questions, by a seed."""
    kept = folder / "questions.json"
    if not kept.exists():
        git = next(
            (path for path in (repository / "repo", *repository.iterdir()) if (path / "HEAD").exists()), repository
        )
        commit = base_of(git) if ground == "commits" else "HEAD"
        listed = subprocess.run(["git", "-C", git, "ls-tree", "-r", "-z", "--name-only", commit], capture_output=True)
        paths = [path for path in listed.stdout.decode("utf-8", "replace").split("\0")
                 if path.endswith(ENDINGS) and not UNWANTED.search(path)]  # fmt: skip
        random.Random(SEED).shuffle(paths)
        questions, texts = list[Question](), dict[str, str]()
        if paths:
            archive = subprocess.run(
                ["git", "-C", git, "archive", commit, *paths[:most_files]], capture_output=True
            ).stdout
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                for member in tar:
                    data = tar.extractfile(member) if member.isfile() and member.size < LONGEST_FILE else None
                    if data is not None:
                        text = data.read().decode("utf-8", "replace").replace("\r\n", "\n")
                        if ground == "documentation":
                            text, asked = without_documentation(text, member.name)
                            questions += asked
                        texts[member.name] = text
                        path = folder / "code" / member.name
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_text(text, encoding="utf-8")
        if ground == "commits" and texts:
            questions = [Question(subject, right) for subject, right in asked_of(git, commit, texts)]
        random.Random(SEED).shuffle(questions)
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([vars(each) for each in questions[:MOST_QUESTIONS]]))
    return [Question(**each) for each in json.loads(kept.read_text())]


def without_documentation(text: str, path: str) -> tuple[str, list[Question]]:
    language = language_of(Path(path)) or ""
    tree = parse(text, language)
    if tree is None:
        return text, []
    document = Document("untitled:a", language, text)
    lines, dropped, found = text.split("\n"), set[int](), list[tuple[str, int, int]]()
    for definition in outline(tree).definitions:
        first, last = document.line_at(definition.span.start), document.line_at(definition.span.end)
        if definition.docstring and language != "python":
            above = first - 1
            while above >= 0 and COMMENT.match(lines[above]):
                dropped.add(above)
                above -= 1
        if definition.kind in ("function", "method") and last - first >= 3 and definition.docstring:
            sentence = re.split(r"(?<=[.!?])\s|\n\n", " ".join(definition.docstring.split()))[0]
            words = [word for word in sentence.split() if word.strip("`().,") != definition.name]
            if 4 <= len(words) <= 40:
                found.append((" ".join(words), first, last))
    if language == "python":
        dropped |= docstring_lines(text)
    new_line = {at: number for number, at in enumerate((at for at in range(len(lines)) if at not in dropped), 1)}
    kept = [line for at, line in enumerate(lines) if at not in dropped]
    questions = list[Question]()
    for sentence, first, last in found:
        inside = [new_line[at] for at in range(first, last + 1) if at in new_line]
        if len(inside) >= 3:
            questions.append(Question(sentence, [(path, inside[0], inside[-1])]))
    return "\n".join(kept), questions


def docstring_lines(text: str) -> set[int]:
    found = set[int]()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(
            node
        ):
            string = node.body[0]
            if len(node.body) > 1 and node.body[1].lineno > (string.end_lineno or 0):
                found |= set(range(string.lineno - 1, string.end_lineno or 0))
    return found


def measure(folder: Path, questions: list[Question], meaning: int, semble: str, ranks: dict[str, list[int]]) -> None:
    index = WorkspaceIndex(folder / "code")
    index.refresh(CancelToken())
    plain = PlainBm25(index)
    vectors, model = EntryVectors(), Model() if meaning else None
    others = semble_places(semble, folder / "code", questions[: meaning or None]) if semble else []
    for number, question in enumerate(questions):
        words = asked_words(question.text)
        scored = index.best(words, 50)
        best = [located for _, located in scored]
        suffix = "" if number < meaning or not meaning else " (rest)"
        ranks[f"BM25 alone{suffix}"].append(question.rank(places(plain.best(question.text), index)))
        ranks[f"find, words{suffix}"].append(question.rank(places(best, index)))
        if model is not None and number < meaning:
            cosines = vectors.cosines(question.text, best, model, CancelToken())  # type: ignore[arg-type]
            ranks["find, words and meaning"].append(question.rank(places(fused(scored, cosines), index)))
        if number < len(others):
            ranks["semble"].append(question.rank(others[number]))


def ask_first(folder: Path, questions: list[Question], seconds: float, ranks: dict[str, list[int]]) -> None:
    for question in questions:
        with tempfile.TemporaryDirectory() as caches:
            os.environ[CACHE_DIR] = caches
            index = WorkspaceIndex(folder / "code", clock=time.process_time)
            words = asked_words(question.text)
            started = time.process_time()
            index.refresh(CancelToken(), words, seconds)
            best = [located for _, located in index.best(words, 50)]
            spent = time.process_time() - started
            del os.environ[CACHE_DIR]
        rank = question.rank(places(best, index))
        ranks["find, words, first question"].append(rank)
        is_read = any(
            each.path.relative_to(index.root).as_posix() in [path for path, _, _ in question.right]
            for each in index.entries
        )
        print(f"  rank {rank}, {index.counts[1]} files read, {'also' if is_read else 'not'} its own, {spent:.2f} s")


def places(found: list[LocatedEntry], index: WorkspaceIndex) -> list[tuple[str, int, int]]:
    return [(each.path.relative_to(index.root).as_posix(), each.entry.line, each.entry.last_line) for each in found]


class PlainBm25:
    """Okapi BM25 with its usual constants, over the same entries' texts, whose identifiers are split."""

    def __init__(self, index: WorkspaceIndex) -> None:
        self._entries = index.entries
        self._texts = [Counter(own_words(each)) for each in self._entries]
        self._having = Counter(word for text in self._texts for word in text)
        self._mean = sum(text.total() for text in self._texts) / max(1, len(self._texts))

    def best(self, question: str) -> list[LocatedEntry]:
        words = {word.lower() for word in re.findall(r"[A-Za-z]{2,}", question)}
        weights = {
            word: log(1 + (len(self._texts) - self._having[word] + 0.5) / (self._having[word] + 0.5)) for word in words
        }
        scores = [
            sum(
                weights[word] * text[word] * 2.2 / (text[word] + 1.2 * (0.25 + 0.75 * text.total() / self._mean))
                for word in words
                if word in text
            )
            for text in self._texts
        ]
        order = sorted(range(len(scores)), key=lambda at: -scores[at])[:10]
        return [self._entries[at] for at in order]


def own_words(located: LocatedEntry) -> list[str]:
    lines = located.path.read_text("utf-8").split("\n")[located.entry.line - 1 : located.entry.last_line]
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", "\n".join(lines))
    return [word.lower() for word in re.findall(r"[A-Za-z]{2,}", split)]


def semble_places(python: str, folder: Path, questions: list[Question]) -> list[list[tuple[str, int, int]]]:
    asked = json.dumps([str(folder), [each.text for each in questions]]) + "\n"
    ran = subprocess.run([python, "-c", SEMBLE], input=asked, capture_output=True, text=True)
    return [[tuple(place) for place in found] for found in json.loads(ran.stdout)] if ran.stdout else []


if __name__ == "__main__":
    main()

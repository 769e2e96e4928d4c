"""Mines the ground of `drift` out of whole git histories: which documentation did a change of code make false?

    python bench/drift/mine.py FOLDER OUT [--seconds 25] [--only NAME]

FOLDER has a git directory for each repository, as `OWNER+NAME/repo`. OUT gets `SPLIT/OWNER+NAME.jsonl.gz`, a row for
each case, with texts; `places.py` makes the list of places that the repository keeps. The split is by the hash of the
repository's name. Nobody judges a row. Kinds of row:

- `together`: a commit changed code and documentation of one file. The code part alone is the change; the maintainers'
  new documentation is the answer.
- `later`: a commit changed documentation alone, at most 60 days after one that changed the code of the same symbol.
- `docs`: a commit changed code and a page (Markdown, reStructuredText) together.
- `quiet`: a commit changed the code of a documented symbol, and its documentation is the same 60 days later.

A claim is a run of changed lines of documentation. It is `shared` if a name or a number that left it (or came) has also
left (or come to) the code of that symbol in the commit: only then does the change have something to do with the text.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import hashlib
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from documented import Claim, Text, mixed, page_claims, read, tokens
from history import Commit, FileChange, Repository

from breadknife.text.document import language_of

CODE = {"python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go", "java"}
PAGES = {"markdown", "restructuredtext"}
WITHIN = 60 * 86_400
"""Seconds."""
FEWEST_FILES = 30
"""Of code, in a repository that counts."""
_LOG = re.compile(r"change|news|history|release|whats.?new|contributors|authors|migrat|upgrad|blog", re.I)
_VENDORED = re.compile(
    r"(^|/)(vendor|node_modules|third_party|dist|build|_vendor|testdata|fixtures)/|\.min\.js$|_pb2?\.|generated", re.I
)


def split_of(name: str) -> str:
    """Return the part of the ground that a repository belongs to."""
    number = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 10
    return "train" if number < 4 else "tune" if number < 6 else "test"


@dataclass(frozen=True)
class Row:
    kind: str
    repository: str
    base: str
    commit: str
    answer: str
    """The commit with the maintainers' documentation."""
    path: str
    before: dict[str, str]
    """Path -> text before the change."""
    after: dict[str, str]
    """Path -> text after it: code new, documentation old."""
    claims: list[Claim] = field(default_factory=list[Claim])
    pages: dict[str, str] = field(default_factory=dict[str, str])
    """Pages that stayed as they were and have a name that left the code."""


class Miner:
    def __init__(self, name: str, repository: Repository, seconds: float, most: int) -> None:
        self.name, self.repository, self.end, self.most = name, repository, time.monotonic() + seconds, most
        self.commits = list(repository.commits("2013-01-01"))
        self.by_path: dict[str, list[tuple[Commit, FileChange]]] = defaultdict(list)
        for commit in self.commits:
            if len(commit.changes) <= 60:
                for change in commit.changes:
                    self.by_path[change.path].append((commit, change))
        self.count = Counter[str]()

    def rows(self) -> Iterator[Row]:
        order = [commit for commit in self.commits if 1 <= len(commit.changes) <= 30 and self._has_code(commit)]
        random.Random(f"drift {self.name}").shuffle(order)
        for commit in order:
            if time.monotonic() > self.end:
                return
            for row in self._of(commit):
                self.count[row.kind] += 1
                yield row

    def _has_code(self, commit: Commit) -> bool:
        return any(
            language_of(Path(change.path)) in CODE and not _VENDORED.search(change.path) for change in commit.changes
        )

    def _of(self, commit: Commit) -> Iterator[Row]:
        sources: list[tuple[FileChange, str, str, Text, Text]] = []
        pages: list[tuple[FileChange, str, str]] = []
        whole = True
        for change in commit.changes:
            language = language_of(Path(change.path))
            if language in CODE and not _VENDORED.search(change.path):
                old, new = self.repository.text(change.before), self.repository.text(change.after)
                if old is None or new is None:
                    whole = False
                    continue
                first, second = read(old, language), read(new, language)
                if first is not None and second is not None:
                    sources.append((change, old, new, first, second))
            elif language in PAGES:
                whole = False
                old, new = self.repository.text(change.before), self.repository.text(change.after)
                if old is not None and new is not None and not _LOG.search(change.path):
                    pages.append((change, old, new))
        if not sources:
            return
        before = {change.path: old for change, old, *_ in sources}
        after: dict[str, str] = {}
        gone, come = Counter[str](), Counter[str]()
        all_claims: dict[str, list[Claim]] = {}
        code_changed = False
        for change, _, _, first, second in sources:
            result = mixed(first, second)
            assert result is not None
            lines, claims, changed = result
            code_changed = code_changed or changed
            after[change.path] = "\n".join(lines)
            if claims or not changed:
                whole = False
            if claims and changed and not PurePosixPath(change.path).name.startswith("test"):
                all_claims[change.path] = claims
            if not changed:
                yield from self._later(commit, change, first, second)
            left = tokens([line for line, doc in zip(first.lines, first.documentation, strict=True) if not doc])
            right = tokens([line for line, doc in zip(second.lines, second.documentation, strict=True) if not doc])
            gone += left - right
            come += right - left
        for path, claims in all_claims.items():
            if self.count["together"] < self.most:
                yield Row("together", self.name, commit.parent, commit.id, commit.id, path, before, after, claims)
        for change, old, new in pages:
            claims = page_claims(old, new, gone, come) if code_changed else []
            if 1 <= len(claims) <= 6 and self.count["docs"] < self.most:
                yield Row("docs", self.name, commit.parent, commit.id, commit.id, change.path,
                          before | {change.path: old}, after | {change.path: old}, claims)  # fmt: skip
        if whole and code_changed and not all_claims and self.count["quiet"] < self.most // 2:
            yield from self._quiet(commit, sources, before, gone)

    def _quiet(
        self,
        commit: Commit,
        sources: list[tuple[FileChange, str, str, Text, Text]],
        before: dict[str, str],
        gone: Counter[str],
    ) -> Iterator[Row]:
        documented = False
        for change, _, new, first, second in sources:
            later = [c for k, c in self.by_path[change.path] if commit.at < k.at <= commit.at + WITHIN]
            text = self.repository.text(later[-1].after) if later else new
            if text is None:
                return
            kept = {line.strip() for line in text.split("\n")}
            if any(
                doc and line.strip() not in kept for line, doc in zip(second.lines, second.documentation, strict=True)
            ):
                return
            documented = documented or _touches_documented(first, second)
        if not documented:
            return
        pages: dict[str, str] = {}
        names = {name for name in gone if len(name) > 2}
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)[:300]))})\b") if names else None
        if pattern:
            listed = [
                (p, b)
                for p, b in self.repository.files(commit.id)
                if language_of(Path(p)) in PAGES and not _LOG.search(p)
            ]
            for path, blob in listed[:150]:
                text = self.repository.text(blob)
                if text is not None and pattern.search(text):
                    pages[path] = text
        yield Row("quiet", self.name, commit.parent, commit.id, "", "", before,
                  {change.path: new for change, _, new, *_ in sources}, [], pages)  # fmt: skip

    def _later(self, commit: Commit, change: FileChange, old: Text, new: Text) -> Iterator[Row]:
        """Yield the case of a commit that changed documentation alone: the code commit before it made it false."""
        hunks = [
            (a, b, c, d)
            for tag, a, b, c, d in difflib.SequenceMatcher(None, old.lines, new.lines, autojunk=False).get_opcodes()
            if tag != "equal" and tokens(old.lines[a:b]) != tokens(new.lines[c:d])
        ]
        if not 1 <= len(hunks) <= 5 or self.count["later"] >= self.most:
            return
        earlier = [(k, f) for k, f in self.by_path[change.path] if commit.at - WITHIN <= k.at < commit.at]
        for code_commit, code_change in reversed(earlier[-6:]):
            was, became = self.repository.text(code_change.before), self.repository.text(code_change.after)
            language = language_of(Path(change.path))
            if was is None or became is None or language is None:
                continue
            first, second = read(was, language), read(became, language)
            if first is None or second is None:
                continue
            claims: list[Claim] = []
            for a, b, c, d in hunks:
                at = _find(second.lines, old.lines[a:b]) if b > a else _find(second.lines, old.lines[max(a - 1, 0) : a])
                symbol = old.symbol_at(a)
                if at is None or not symbol:
                    continue
                left, right = first.code(symbol, (a, b)), second.code(symbol, (a, b))
                lost, got = tokens(old.lines[a:b]), tokens(new.lines[c:d])
                away = (lost - got).keys() & (left - right).keys()
                shared = away | (got - lost).keys() & (right - left).keys()
                if left != right and left and shared:
                    start = at if b > a else at + 1
                    texts = old.lines[a:b], new.lines[c:d]
                    claims.append(Claim(start, start + b - a, *texts, symbol, sorted(shared), sorted(away)))
            if claims:
                yield Row("later", self.name, code_commit.parent, code_commit.id, commit.id, change.path,
                          {change.path: was}, {change.path: became}, claims)  # fmt: skip
                return


def _find(lines: list[str], wanted: list[str]) -> int | None:
    places = [at for at in range(len(lines) - len(wanted) + 1) if lines[at : at + len(wanted)] == wanted]
    return places[0] if len(places) == 1 else None


def _touches_documented(old: Text, new: Text) -> bool:
    for tag, _, _, c, d in difflib.SequenceMatcher(None, old.lines, new.lines, autojunk=False).get_opcodes():
        if tag == "replace":
            for _, start, end in new.symbols:
                if start <= c and d - 1 <= end and any(new.documentation[start : end + 1]):
                    return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=25)
    parser.add_argument("--most", type=int, default=60)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for folder in sorted(options.folder.iterdir(), key=lambda each: hashlib.sha256(each.name.encode()).digest()):
        name = folder.name.replace("+", "/")
        target = options.out / split_of(name) / f"{folder.name}.jsonl.gz"
        if options.only not in name or not (folder / "repo").is_dir() or target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with Repository(folder / "repo") as repository:
            if sum(language_of(Path(path)) in CODE for path, _ in repository.files("HEAD")) < FEWEST_FILES:
                continue
            try:
                miner = Miner(name, repository, options.seconds, options.most)
            except Exception as error:  # one repository of many
                print(name, error, file=sys.stderr)
                continue
            rows = [asdict(row) for row in miner.rows()]
        with gzip.open(target, "wt", encoding="utf-8", errors="surrogatepass") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
        print(name, split_of(name), dict(miner.count), flush=True)


if __name__ == "__main__":
    main()

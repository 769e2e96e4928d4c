"""How often a change of code needs another one that isn't the same text: the test's expectation, and the other branch.

    python bench/completion/elsewhere.py REPOSITORY.git… [--commits 150] [--seed 43] [--rows FILE]

`expectation`: a hunk outside the tests replaces one literal by another; the old one stands in a line of a test.
`branch`: a line of a branch is changed, and a line like it stands in another branch of the same statement, on which
the words of the change don't fit. Shown is the first such line (of branches the likest), with the change carried over;
it is right if the commit has it so there, and needed if the commit makes that change in any such line. A commit is
quiet if it needs none. Nobody judges anything.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from next_edits import FILES, HUNKS, LINES, Hunk, git, hunks_of

from breadknife.plugins.completion.next_edit.change import change_of
from breadknife.text.document import common_prefix, common_suffix, language_of

COMMITS = 3_000
SHORTEST = 6
"""Characters of a literal that is looked for."""
MOST_PLACES = 4
"""Lines of tests with a literal beyond which it says nothing of itself."""
LIKE = 0.6
"""Share of the tokens that two lines must have in common."""
FARTHEST = 60
"""Lines of a branch."""
_TEST = re.compile(r"(^|/)(tests?|specs?|__tests__|testing)/|(^|/)test_[^/]*$|[_.-](test|spec)s?\.\w+$|Tests?\.java$")
_LITERAL = re.compile(
    r""""((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`\n]*)`|(?<![\w.])(\d[\d_]*(?:\.\d+)?)(?![\w.])"""
)
_TOKEN = re.compile(r"\w+|[^\w\s]")
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
_BRANCH = re.compile(r"\s*(?:\}\s*)?(?:if|elif|else|case|default|except|catch|when|finally|rescue|elsif)\b|.*=>\s*\{$")


@dataclass(frozen=True)
class Case:
    """One change of a commit that may need another one."""

    kind: str
    commit: str
    path: str
    is_needed: bool
    is_shown: bool
    is_right: bool
    notes: Sequence[object] = ()

    @property
    def row(self) -> str:
        return "\t".join(map(str, (self.kind, self.commit[:12], self.path, *map(int, (
            self.is_needed, self.is_shown, self.is_right)), *self.notes)))  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """A file of a commit: its lines before it, and what the commit does to them."""

    path: str
    hunks: Sequence[Hunk]

    def has(self, number: int, new: str) -> bool:
        """Tell whether the commit makes `new` of line `number` (from 0)."""
        for hunk in self.hunks:
            if hunk.line <= number < hunk.line + len(hunk.gone):
                return new in hunk.came
        return False


_BEGINS = re.compile(r"\s*(?:if|try|switch|match)\b")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=150)
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--rows", type=Path)
    options = parser.parse_args()
    commits, cases = 0, list[Case]()
    for repository in options.repositories:
        chance = random.Random(f"{options.seed} {repository.parent.name}")
        seen, found = _of(repository, options.commits, chance)
        commits, cases = commits + seen, cases + found
        if options.rows:
            with options.rows.open("a", encoding="utf-8") as file:
                file.writelines(f"{repository.parent.name}\t{case.row}\n" for case in found)
        print(repository.parent.name, seen, Counter(case.kind for case in found), flush=True)
    for kind in ("expectation", "branch"):
        here = [case for case in cases if case.kind == kind]
        needed = {case.commit for case in here if case.is_needed}
        shown = [case for case in here if case.is_shown]
        disturbed = {case.commit for case in shown} - needed
        print(f"{kind}: needed in {len(needed)} of {commits} commits; shown {len(shown)}, right "
              f"{sum(case.is_right for case in shown)}; quiet commits with one shown {len(disturbed)} of "
              f"{commits - len(needed)}")  # fmt: skip


def _of(repository: Path, most: int, chance: random.Random) -> tuple[int, list[Case]]:
    commits = git(repository, "log", "-n", str(COMMITS), "--no-merges", "--diff-filter=M", "--format=%H").split()
    chance.shuffle(commits)
    seen, cases = 0, list[Case]()
    for commit in commits:
        diff = git(repository, "show", "-U0", "--format=", "--no-renames", "--diff-filter=M", commit)
        parts = diff.split("\ndiff --git ")
        files = [changed for part in parts if (changed := _changed(part))]
        code = [file for file in files if not _TEST.search(file.path)]
        if not code or len(parts) > FILES:
            continue
        seen += 1
        for file in code:
            if len(file.hunks) <= HUNKS:
                cases += _expectations(repository, commit, file, files)
                cases += _branches(repository, commit, file)
        if seen == most:
            break
    return seen, cases


def _changed(part: str) -> Changed | None:
    path = re.search(r"^\+\+\+ b/(.*)$", part, re.MULTILINE)
    return Changed(path[1], list(hunks_of(part))) if path and language_of(Path(path[1])) else None


def _literals(lines: Sequence[str]) -> Counter[str]:
    matches = (match for line in lines for match in _LITERAL.finditer(line))
    return Counter(next((text for text in match.groups() if text), "") for match in matches)


def _expectations(repository: Path, commit: str, file: Changed, files: Sequence[Changed]) -> Iterator[Case]:
    for hunk in file.hunks:
        old, new = _literals(hunk.gone), _literals(hunk.came)
        went, came = [*(old - new)], [*(new - old)]
        if len(went) != 1 or len(came) != 1 or not went[0] or not came[0]:
            continue
        [gone], [to] = went, came
        is_number = gone[0].isdigit() and not re.search(r"[^\d_.]", gone)
        if not is_number and len(gone) < SHORTEST:
            continue
        found = git(repository, "grep", "-n", "-F", "-e", gone, f"{commit}^")
        places = list[tuple[str, int, str]]()
        in_code = 0
        for line in found.splitlines():
            _, path, number, text = line.split(":", 3) if line.count(":") >= 3 else ("", "", "0", "")
            if not _TEST.search(path):
                in_code += 1
            elif language_of(Path(path)) and (gone in _literals([text]) or (not is_number and gone in text)):
                places.append((path, int(number) - 1, text))
        changed = {each.path: each for each in files}
        rights = [
            path in changed and changed[path].has(number, text.replace(gone, to)) for path, number, text in places
        ]
        stem = Path(file.path).stem.lower().strip("_")
        near = [stem in Path(path).stem.lower() for path, _, _ in places]
        whole = [gone in _literals([text]) for _, _, text in places]
        is_shown = 0 < len(places) <= MOST_PLACES and not is_number
        yield Case("expectation", commit, file.path, any(rights), is_shown, is_shown and rights[0], (
            "number" if is_number else "string", len(gone), len(places), in_code, sum(near), sum(whole), sum(rights),
            int(" " in gone)))  # fmt: skip


def _branches(repository: Path, commit: str, file: Changed) -> Iterator[Case]:
    evens = [hunk for hunk in file.hunks if len(hunk.gone) == len(hunk.came) <= 3]
    if not evens:
        return
    lines = git(repository, "show", f"{commit}^:{file.path}").split("\n")
    if len(lines) > LINES:
        return
    for hunk in evens:
        for at, (before, after) in enumerate(zip(hunk.gone, hunk.came, strict=True)):
            number = hunk.line + at
            change = change_of(before, after)
            if change is None:
                continue
            candidates = [
                (other, carried, like)
                for other in _other_branches(lines, number)
                if change.applied(lines[other]) is None
                and (like := _likeness(before, lines[other])) >= LIKE
                and (carried := _carried(before, after, lines[other]))
            ]
            if candidates:
                rights = [file.has(other, carried) for other, carried, _ in candidates]
                best = max(range(len(candidates)), key=lambda each: candidates[each][2])
                other, _, like = candidates[best]
                notes = (change.kind, f"{like:.2f}", len(candidates), abs(other - number))
                yield Case("branch", commit, file.path, any(rights), True, rights[best], notes)


def _other_branches(lines: Sequence[str], number: int) -> list[int]:
    """Return the lines of the other branches of the statement around a line, by how they are indented."""
    depth = _depth(lines[number])
    header = next((n for n in range(number - 1, max(number - FARTHEST, -1), -1)
                   if lines[n].strip() and _depth(lines[n]) < depth), None)  # fmt: skip
    if header is None or not _BRANCH.match(lines[header]):
        return []
    level, found = _depth(lines[header]), list[int]()
    for step in (-1, 1):
        is_own, at = True, number
        while 0 <= at + step < len(lines) and abs(at - number) < FARTHEST:
            at += step
            line = lines[at]
            if not line.strip():
                continue
            if _depth(line) < level or (_depth(line) == level and not _BRANCH.match(line) and line.strip() not in "})"):
                break
            if _depth(line) == level and _BRANCH.match(line):
                if step == 1 and _BEGINS.match(line):
                    break
                is_own = False
                if step == -1 and _BEGINS.match(line):
                    break
            elif not is_own:
                found.append(at)
    return found


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _TOKEN.findall(one), _TOKEN.findall(other), autojunk=False).ratio()


def _carried(before: str, after: str, other: str) -> str | None:
    """Return another line with the change at the tokens that stand where it was made; None if they aren't there."""
    old, new, there = (_PIECE.findall(line) for line in (before, after, other))
    start = common_prefix(old, new)
    end = len(old) - common_suffix(old, new, start)
    came = new[start : len(new) - (len(old) - end)]
    for _, a, b, size in (
        (None, *block) for block in SequenceMatcher(None, old, there, autojunk=False).get_matching_blocks()
    ):
        if a <= start and end <= a + size and size and (end > start or a < start or end < a + size):
            begin, stop = b + start - a, b + end - a
            made = "".join((*there[:begin], *came, *there[stop:]))
            return made if made != other else None
    return None


if __name__ == "__main__":
    main()

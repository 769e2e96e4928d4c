"""How often the next edit that is shown is the maintainers' own, and how often one is shown where none follows.

    python bench/completion/next_edits.py REPOSITORY.git… [--commits 20] [--seed 42] [--fit]

The hunks of commits are made from the top of each file, as a person would make them. After each, what is shown is right
if it is a line as the commit has it there, in a later hunk. A position is quiet if no hunk of the file follows. Nobody
judges anything. `--fit` prints weights for `likelihood.py` instead; split repositories before you do that.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.plugins.completion.next_edit.following import Edit, following_edit, following_line
from breadknife.text.document import Document, TextEdit, language_of
from breadknife.text.syntax import parse

COMMITS = 1_500
"""The newest commits of a repository that chance draws from."""
FILES, HUNKS, LINES = 15, 40, 4_000
"""The most files of a commit, hunks of a file, and lines of a file."""
REMEMBERED = 20
"""Edits that the server remembers."""
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@.*$", re.MULTILINE)


@dataclass(frozen=True)
class Hunk:
    line: int
    """From 0, in the file before the commit."""
    gone: Sequence[str]
    came: Sequence[str]


@dataclass(frozen=True)
class Position:
    """A file after one of its hunks."""

    document: Document
    edits: Sequence[Edit]
    later: Sequence[Hunk]
    """Those that follow, with the lines where they are now."""

    def is_right(self, edit: TextEdit) -> bool:
        number = self.document.line_at(edit.span.start)
        start = self.document.line_starts[number]
        line = self.document.line_text(number)
        new = line[: edit.span.start - start] + edit.new_text + line[edit.span.end - start :]
        for hunk in self.later:
            if hunk.line <= number < hunk.line + len(hunk.gone):
                is_even = len(hunk.gone) == len(hunk.came)
                return hunk.came[number - hunk.line] == new if is_even else new in hunk.came
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--commits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    later = quiet = shown = right = disturbed = 0
    features, outcomes = list[dict[str, float]](), list[bool]()
    for repository in options.repositories:
        chance = random.Random(f"{options.seed} {repository.parent.name}")
        for position in _positions(repository, options.commits, chance):
            later, quiet = later + bool(position.later), quiet + (not position.later)
            if options.fit:
                following = following_line(position.document, position.edits)
                if following:
                    new = following.place.change.applied(following.place.line) or ""
                    span = position.document.line_span(following.number)
                    features.append(following.place.features)
                    outcomes.append(position.is_right(TextEdit(span, new)))
                continue
            tree = parse(position.document.text, position.document.language)
            edit = following_edit(position.document, tree, position.edits)
            if edit:
                shown, disturbed = shown + 1, disturbed + (not position.later)
                right += position.is_right(edit)
    if options.fit:
        for name, weight in _fitted(features, outcomes).items():
            print(f"{name}: {weight:.2f}")
    print(f"positions with a later hunk {later}, without one {quiet}")
    if shown:
        print(f"shown {shown}, right {right} ({right / shown:.0%}), of all later hunks {right / later:.1%}")
        print(f"shown where nothing follows: {disturbed} of {quiet} ({disturbed / quiet:.1%})")


def _positions(repository: Path, most: int, chance: random.Random) -> Iterator[Position]:
    commits = git(repository, "log", "-n", str(COMMITS), "--no-merges", "--format=%H").split()
    chance.shuffle(commits)
    found = 0
    for commit in commits:
        diff = git(repository, "show", "-U0", "--format=", "--no-renames", "--diff-filter=M", commit)
        is_found = False
        for part in diff.split("\ndiff --git ")[:FILES]:
            path = re.search(r"^\+\+\+ b/(.*)$", part, re.MULTILINE)
            language = language_of(Path(path[1])) if path else None
            hunks = list(hunks_of(part))
            if path and language and len(hunks) <= HUNKS:
                lines = git(repository, "show", f"{commit}^:{path[1]}").split("\n")
                if len(lines) <= LINES:
                    yield from _typed(path[1], language, lines, hunks)
                    is_found = True
        found += is_found
        if found == most:
            return


def hunks_of(part: str) -> Iterator[Hunk]:
    matches = list(_HUNK.finditer(part))
    for match, following in zip(matches, [*matches[1:], None], strict=False):
        body = part[match.end() + 1 : following.start() if following else None].split("\n")
        gone, came = ([line[1:] for line in body if line[:1] == sign] for sign in "-+")
        yield Hunk(int(match[1]) - bool(gone), gone, came)


def _typed(path: str, language: str, lines: list[str], hunks: Sequence[Hunk]) -> Iterator[Position]:
    edits, moved = list[Edit](), 0
    for number, hunk in enumerate(hunks):
        start = hunk.line + moved
        lines[start : start + len(hunk.gone)] = hunk.came
        moved += len(hunk.came) - len(hunk.gone)
        edits.insert(0, Edit(start, hunk.gone, hunk.came))
        later = [Hunk(each.line + moved, each.gone, each.came) for each in hunks[number + 1 :]]
        yield Position(Document(f"file:///{path}", language, "\n".join(lines)), edits[:REMEMBERED], later)


def _fitted(features: Sequence[dict[str, float]], outcomes: Sequence[bool]) -> dict[str, float]:
    """Return the weights of a logistic regression, with a little of a penalty for all but the first."""
    import numpy as np

    names = [*features[0]]
    x, y = np.array([[*each.values()] for each in features]), np.array(outcomes, float)
    weights = np.zeros(len(names))
    for _ in range(20_000):
        error = y - 1 / (1 + np.exp(-x @ weights))
        weights += 0.5 * (x.T @ error / len(y) - 0.002 * np.concatenate([[0.0], weights[1:]]))
    return dict(zip(names, weights.tolist(), strict=True))


def git(repository: Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=False)
    return run.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()

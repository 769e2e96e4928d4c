"""What is suggested on a new line of a replayed commit: how often something, and how often its beginning is right.

    python bench/completion/new_lines.py REPOSITORY.git… [--places 300] [--seed 42] [--list PLACES.tsv] [--seconds 280]

A commit's added lines are typed from the top: at one of them, which a seed draws, the document is as the commit has it
above, and as the commit leaves it below the hunk; the line has its indentation, as editors give it. Nobody judges
anything: right is what the commit has there. A suggestion is waited for until it grows no more, so the machine's speed
doesn't matter. With `--seconds` it ends after so many; it goes on there if `--list` names the same file again.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from breadknife.engine.client import DaemonEngine
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.host.host import Host
from breadknife.host.plugins.registry import Registry
from breadknife.plugins.completion.learning import Learning
from breadknife.plugins.completion.plugin import CompletionPlugin
from breadknife.task.values import CompletionRequest, Completions
from breadknife.text.document import Document, language_of

LANGUAGES = ("python", "typescript", "javascript", "go", "java", "rust", "ruby", "php")
SIZE = range(40, 1_500)
"""Lines of a file."""
COMMITS = 1_500
"""The newest commits of a repository that chance draws from."""
FEWEST = 5
"""Characters of a line that count; a shorter line is no place."""
_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    repository: str
    commit: str
    path: str
    line: int
    """1-based, in the commit's file."""
    end: int
    """The last line of the hunk."""


@dataclass(frozen=True)
class Row:
    place: Place
    shown: bool
    right: bool
    whole: bool
    """The whole line is right."""
    reason: str
    """Why nothing is shown."""
    origin: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--places", type=int, default=300)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--list", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    options = parser.parse_args()
    end, chance = time.monotonic() + options.seconds, random.Random(options.seed)
    each = -(-options.places // len(options.repositories))
    rows = [json.loads(line) for line in options.list.read_text("utf-8").splitlines()] if options.list else []
    done = {json.dumps(row["place"]) for row in rows}
    with tempfile.TemporaryDirectory() as folder, closing(DaemonEngine()) as engine:
        for repository in options.repositories:
            for place in _places(repository, each, random.Random(f"{options.seed} {repository.parent.name}")):
                if json.dumps(asdict(place)) in done or time.monotonic() > end:
                    continue
                plugin = CompletionPlugin(Learning(Path(folder) / "learned.json"))
                row = asdict(_row(place, repository, Host(Registry((plugin,)), engine, builtin_catalog())))
                plugin.close()
                rows.append(row)
                if options.list:
                    with options.list.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(row) + "\n")
    chance.shuffle(rows)
    shown = [row for row in rows if row["shown"]]
    print(f"{len(rows)} places of {len(options.repositories)} repositories")
    print(f"shown {len(shown)}, first {FEWEST} characters right {sum(row['right'] for row in shown)}")
    print(f"whole line right {sum(row['whole'] for row in shown)}")
    print("silent:", Counter(row["reason"] for row in rows if not row["shown"]).most_common())
    for origin, count in Counter(row["origin"] for row in shown).most_common():
        print(f"of {origin}: {sum(row['right'] for row in shown if row['origin'] == origin)} of {count} right")


def _places(repository: Path, most: int, chance: random.Random) -> Iterator[Place]:
    """Yield a place of each of some commits that chance draws."""
    commits = _git(repository, "log", "-n", str(COMMITS), "--no-merges", "--format=%H").split()
    chance.shuffle(commits)
    found = 0
    for commit in commits[: 20 * most]:
        diff = _git(repository, "show", "-U0", "--format=", "--no-renames", "--diff-filter=M", commit)
        places = list[Place]()
        for part in diff.split("\ndiff --git ")[:20]:
            path = re.search(r"^\+\+\+ b/(.*)$", part, re.MULTILINE)
            if not path or language_of(Path(path[1])) not in LANGUAGES:
                continue
            for hunk in _HUNK.finditer(part):
                first, count = int(hunk[1]), int(hunk[2] or 1)
                added = [line[1:] for line in part[hunk.end() :].split("\n@@", 1)[0].split("\n") if line[:1] == "+"]
                places += (
                    Place(repository.parent.name, commit, path[1], first + number, first + count - 1)
                    for number, line in enumerate(added)
                    if len(line.strip()) >= FEWEST
                )
        if places:
            place = chance.choice(places)
            if len(_git(repository, "show", f"{commit}:{place.path}").split("\n")) in SIZE:
                yield place
                found += 1
                if found == most:
                    return


def _row(place: Place, repository: Path, host: Host) -> Row:
    lines = _git(repository, "show", f"{place.commit}:{place.path}").split("\n")
    line = lines[place.line - 1].rstrip()
    indentation = line[: len(line) - len(line.lstrip())]
    before = "".join(f"{above}\n" for above in lines[: place.line - 1]) + indentation
    text = "\n".join((before, *lines[place.end :]))
    language = language_of(Path(place.path)) or ""
    request = CompletionRequest(Document(f"file:///{place.path}", language, text), len(before))
    while True:
        reply = host.ask(request)
        if not any(isinstance(answer, Completions) and answer.incomplete for _, answer in reply.answers):
            break
    rest, items = line[len(indentation) :], reply.completions
    shown = items[0].text if items else ""
    reason = "" if items else next((receipt.reason for receipt in reply.receipts), "")
    return Row(
        place,
        bool(items),
        shown[:FEWEST] == rest[:FEWEST],
        shown.split("\n")[0].rstrip() == rest,
        reason,
        (items[0].origin.rule or "model") if items else "",
    )


def _git(repository: Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=False)
    return run.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()

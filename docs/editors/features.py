"""Writes `docs/editors/README.md`: which feature works in which editor, as far as a test in the real editor has passed.

    make test-editors && python docs/editors/features.py build/editors.xml
    python docs/editors/features.py --check

A test says what it shows by the mark `shows`, and the report of a run says which tests passed. What they showed is kept
in `features.json`. With `--check`, nothing is written: the exit code is 1 if the page isn't what `features.json` says
(or the report), or if no test shows any more what is in it.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
PAGE, KEPT = HERE / "README.md", HERE / "features.json"
TESTS = HERE.parents[1] / "tests" / "editors"
COLUMNS = {"VS Code": "vscode.md", "Neovim": "neovim.md", "Helix": "helix.md", "Emacs": "emacs.md", "Vim": "vim.md"}
UNTESTED = {"Zed": "zed.md", "JetBrains": "jetbrains.md", "Sublime Text": "sublime.md", "Kate": "kate.md"}
ROWS = (
    "setup from nothing",
    "settings written by `breadknife setup`",
    "settings of the server",
    "null findings",
    "null fixes",
    "fixes checked ahead",
    "fixes for other tools' findings",
    "prose findings",
    "prose fixes",
    "document actions",
    "fix all",
    "completion in a menu",
    "ghost text",
    "several lines",
    "a part accepted",
    "suggestions that grow",
    "alternatives",
    "models",
    "why there is nothing",
)


@dataclass(frozen=True, order=True)
class Shown:
    editor: str
    feature: str


@dataclass(frozen=True)
class Kept:
    """What a run of the tests has shown."""

    date: str
    shown: tuple[Shown, ...]


def in_report(report: Path) -> list[Shown]:
    """What a test showed that passed, if no other test of the same thing failed or was skipped."""
    passed, others = set[Shown](), set[Shown]()
    for case in ElementTree.parse(report).iter("testcase"):
        has_passed = not any(case.find(end) is not None for end in ("failure", "error", "skipped"))
        for each in case.iterfind("properties/property[@name='shows']"):
            editor, feature = each.attrib["value"].split(": ", 1)
            (passed if has_passed else others).add(Shown(editor, feature))
    return sorted(passed - others)


def in_tests(folder: Path = TESTS) -> set[Shown]:
    """What the tests say that they show."""
    return {shown for path in folder.rglob("test_*.py") for shown in _marks(ast.parse(path.read_text("utf-8")))}


def _marks(module: ast.Module) -> Iterator[Shown]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "shows":
            editor, *features = (ast.literal_eval(each) for each in node.args)
            yield from (Shown(editor, feature) for feature in features)


def page(kept: Kept) -> str:
    head = " | ".join(f"[{editor}]({link})" for editor, link in COLUMNS.items())
    rows = (
        f"| {row} | " + " | ".join("yes" if Shown(editor, row) in kept.shown else "" for editor in COLUMNS) + " |"
        for row in ROWS
    )
    others = ", ".join(f"[{editor}]({link})" for editor, link in UNTESTED.items())
    return "\n".join(
        [
            "# What works in which editor",
            "",
            "<!-- Written by `python docs/editors/features.py`: see there. -->",
            "",
            f"*yes* means that a test in the real editor passed ({kept.date}). An empty cell means that no test shows",
            "it: the editor can't do it, or nobody has tried.",
            "",
            f"| | {head} |",
            "|---|" + "---|" * len(COLUMNS),
            *rows,
            "",
            f"The settings for {others} are tested, but not in the editor itself.",
            "",
        ]
    )


def read(path: Path = KEPT) -> Kept:
    held = json.loads(path.read_text("utf-8"))
    return Kept(held["date"], tuple(Shown(**each) for each in held["shown"]))


def wrong(kept: Kept, written: str, known: Iterable[Shown]) -> list[str]:
    """What `--check` objects to."""
    found = [f"{each.editor}: no test shows “{each.feature}”" for each in sorted(set(kept.shown) - {*known})]
    found += [f"“{each.feature}” has no row" for each in kept.shown if each.feature not in ROWS]
    return found + ["README.md isn't what features.json says"] * (written != page(kept))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", type=Path, nargs="*", help="JUnit reports of the editors' tests")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    today = datetime.date.today().isoformat()
    reported = {shown for report in arguments.reports for shown in in_report(report)}
    kept = Kept(today, tuple(sorted(reported))) if reported else read()
    if not arguments.check:
        KEPT.write_text(json.dumps(asdict(kept), indent=2, ensure_ascii=False) + "\n", "utf-8")
        PAGE.write_text(page(kept), "utf-8")
    objections = wrong(kept, PAGE.read_text("utf-8"), in_tests())
    print(*objections, sep="\n", end="\n" * bool(objections))
    return 1 if objections else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Our first choice against what the maintainers did: an older release against a newer one.

    python -m pip install --no-deps --target OLD paramiko==2.12.0 …
    python -m pip install --no-deps --target NEW paramiko==5.1.0 …
    python bench/nullcheck/maintainers.py OLD NEW --packages paramiko … [--show] [--learn]

Counted are pyright's `reportOptional…` errors of a function that both releases have, which are gone in the newer one
while the same use is still there. What the maintainers did is read from the lines that are new in the function. Where
none of them is about the value, a declaration was repaired, if the package has one that is another now: if not, the
types of another package have changed. Rewritten functions tell nothing and are left out.

With `--learn` the maintainers choose in our menu, case by case: what they did comes first where the same name may be
None again (`nullcheck.learn`).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fixes import EDITOR, bench, placed
from judgement import Report, judgement, sources

from breadknife.plugins.nullcheck.menu.choices import ChoiceStore
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.project.values import DereferenceFinding, strategy_of
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy
from breadknife.text.syntax import Node, SyntaxTree, parse

DECLARED = "declaration"
SAME = 0.5
"""Of a function's lines, the share that is the same in both; less is a rewrite."""


@dataclass(frozen=True)
class Function:
    """Its lines without indentation."""

    lines: tuple[str, ...]
    first: int
    last: int

    def reports(self, reports: list[Report]) -> set[tuple[str, str]]:
        return {(each.rule, each.message) for each in reports if self.first <= each.line <= self.last}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("old", type=Path)
    arguments.add_argument("new", type=Path)
    arguments.add_argument("--packages", nargs="+", required=True)
    arguments.add_argument("--show", action="store_true", help="every case")
    arguments.add_argument("--learn", action="store_true", help="what they did is told after each case")
    chosen = arguments.parse_args()
    if chosen.learn:
        os.environ["BREADKNIFE_HOME"] = tempfile.mkdtemp()
    first = second = cases = 0
    theirs_all, ours_all = Counter[str](), Counter[str]()
    for name in chosen.packages:
        for where, theirs, ours in compared(chosen.old.resolve(), chosen.new.resolve(), name, learn=chosen.learn):
            cases += 1
            first += ours[:1] == [theirs]
            second += theirs in ours[:2]
            theirs_all[theirs] += 1
            ours_all[ours[0] if ours else "nothing"] += 1
            if chosen.show:
                print(f"  {where}: theirs {theirs}, ours {', '.join(ours) or 'nothing'}")
    print(f"{cases} cases: first {first}, first two {second}")
    print(f"theirs: {theirs_all.most_common()}; our first: {ours_all.most_common()}")


def compared(old: Path, new: Path, name: str, *, learn: bool = False) -> Iterator[tuple[str, str, list[str]]]:
    """(Place, what they did, what we offer in order) for each case; a strategy of several places once."""
    choices = ChoiceStore()
    for case in changed(old, new, name, learn=learn):
        menu = case.repairs.menu(case.found)
        ours = dict[str, Strategy]()
        for way in map(strategy_of, menu):
            ours.setdefault(DECLARED if way in DECLARATION else str(way), way)
        yield f"{case.report.path}:{case.report.line + 1} `{case.value}`", case.theirs, list(ours)
        if learn and case.theirs in ours:
            choices.chose(case.root, str(menu[0].data["name"]), ours[case.theirs])


@dataclass(frozen=True)
class Changed:
    """A place of the older release that the newer one has repaired."""

    report: Report
    found: DereferenceFinding
    value: str
    theirs: str
    """What the maintainers did: a strategy, or `DECLARED`."""
    repairs: Repairs
    root: Path


def changed(old: Path, new: Path, name: str, *, learn: bool = False) -> Iterator[Changed]:
    """The places of a package that its maintainers repaired between the two releases."""
    newer = judgement(new, name)
    by_path: dict[str, list[Report]] = {}
    for report in newer:
        by_path.setdefault(report.path, []).append(report)
    with bench(old, name, "off") as here:
        repairs = here.repairs(EDITOR, learn=learn)
        for report in judgement(old, name):
            if not report.optional or not (new / report.path).is_file():
                continue
            found = placed(repairs, here.root, report)
            old_text, new_text = (_text(folder / report.path) for folder in (old, new))
            function = _around(old_text, report.line)
            if found is None or function is None:
                continue
            qualified, before = function
            after = dict(_functions(new_text)).get(qualified)
            if after is None or (report.rule, report.message) in after.reports(by_path.get(report.path, [])):
                continue
            value = old_text[found.place.span.start : found.place.span.end]
            theirs = _theirs(before, after, value, old_text.splitlines()[report.line].strip())
            if theirs == DECLARED and not _is_declared_anew(value, before, old / name, new / name):
                continue
            if theirs:
                yield Changed(report, found, value, theirs, repairs, here.root)


def _theirs(before: Function, after: Function, value: str, use: str) -> str:
    """The strategy, or "" where the change doesn't tell."""
    if use not in after.lines and value not in " ".join(after.lines):
        return ""
    matcher = SequenceMatcher(None, before.lines, after.lines, autojunk=False)
    if matcher.ratio() < SAME:
        return ""
    fresh = [
        line for kind, _, _, start, end in matcher.get_opcodes() if kind != "equal" for line in after.lines[start:end]
    ]
    name = re.escape(value)
    guard = re.compile(rf"^if (?:not {name}|{name} is None)\b.*:$")
    for at, line in enumerate(fresh):
        if re.match(rf"assert (?:{name}\b|isinstance\({name})", line):
            return Strategy.ASSERT
        if guard.match(line):
            body = fresh[at + 1].split(" ")[0].split("(")[0] if at + 1 < len(fresh) else ""
            return body if body in ("raise", "return", "continue", "break") else "default"
        if re.match(rf"(?:el)?if .*:=.*{name.rpartition('.')[2]}", line):
            return "walrus"
        if re.match(rf"(?:el)?if (?:.* and )?{name}(?: is not None)?(?: and .*)?:$", line):
            return Strategy.NARROW
        if re.search(rf"\(?{name} or ", line):
            return "default"
        if re.search(r"#.*\bignore\b", line) and name in re.escape(line):
            return Strategy.IGNORE
    if use in after.lines and not any(re.search(rf"\b{name}\b", line) for line in fresh):
        return DECLARED
    return ""


def _is_declared_anew(value: str, before: Function, old: Path, new: Path) -> bool:
    """Whether the package itself declares, or sets, what the value comes from in another way."""
    last, escaped = value.partition("(")[0].rpartition(".")[2], re.escape(value)
    given = re.compile(rf"(?:{escaped}\s*(?::[^=]*)?=\s*(?:await )?|for {escaped} in )([\w.]+)")
    sources_of = (found[1].rpartition(".")[2] for line in before.lines if (found := given.match(line)))
    names = {re.sub(r"\W", "", last), *sources_of} - {""}
    return any(_declared(name, old) != _declared(name, new) for name in names)


def _declared(name: str, package: Path) -> Counter[str]:
    """The package's lines and signatures that declare or set that name."""
    lines = re.compile(rf"^.*\b{name}\b(?:\s*:[^=\n]*)?(?:=(?!=)|:).*|\bdef {name}\([^)]*\)[^:]*:", re.MULTILINE)
    texts = _texts(package)
    return Counter(each.strip() for text in texts if name in text for each in lines.findall(text))


@cache
def _texts(package: Path) -> tuple[str, ...]:
    return tuple(map(_text, sources(package)))


def _functions(text: str) -> Iterator[tuple[str, Function]]:
    tree = parse(text, "python")
    if tree is not None:
        yield from _below(tree, tree.root, "", text.splitlines())


def _below(tree: SyntaxTree, node: Node, prefix: str, lines: list[str]) -> Iterator[tuple[str, Function]]:
    for child in node.named_children:
        name = child.child_by_field_name("name")
        if child.type in ("function_definition", "class_definition") and name is not None:
            qualified = f"{prefix}{(name.text or b'').decode()}"
            if child.type == "function_definition":
                start, end = child.start_point[0], child.end_point[0]
                yield qualified, Function(tuple(line.strip() for line in lines[start : end + 1]), start, end)
            yield from _below(tree, child, f"{qualified}.", lines)
        elif child.type not in ("expression_statement", "return_statement"):
            yield from _below(tree, child, prefix, lines)


def _around(text: str, line: int) -> tuple[str, Function] | None:
    """The innermost function with its qualified name."""
    found = [each for each in _functions(text) if each[1].first <= line <= each[1].last]
    return max(found, key=lambda each: each[1].first, default=None)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


if __name__ == "__main__":
    main()

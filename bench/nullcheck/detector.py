"""The detector against pyright's judgement: precision, recall and speed, for packages that are installed in a folder.

    python -m pip install --target PACKAGES -r packages.txt
    python bench/nullcheck/detector.py PACKAGES --packages rich click … [--misses N] [--alone]

pyright checks each package in its basic mode, with the others of the folder to import; what it says is kept beside
PACKAGES. Tests and vendored code are left out of both. A finding is right where pyright reports something about None at
an overlapping place (it points at the name after the dot); a report of pyright's is found where a finding overlaps.
pyright reports each use of one value, the detector only the first: with it, the next ones are counted as repetitions.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.plugins.nullcheck.languages.python.file import Python
from breadknife.project.folder import FolderProject
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.syntax import parse

LEFT_OUT = frozenset({
    "test", "tests", "testing", "_vendor", "_vendored", "vendor", "vendored", "extern", "__pycache__", "conftest.py",
})  # fmt: skip
APPLICATIONS = frozenset({
    "black", "blackd", "blib2to3", "scrapy", "celery", "glances", "yt_dlp", "poetry", "streamlink", "streamlink_cli",
    "pylint",
})  # fmt: skip
"""The others are libraries."""
NONE = re.compile(r"\bNone\b")
JUDGED = ("reportOptional", "reportArgumentType", "reportCallIssue", "reportAttributeAccessIssue", "reportIndexIssue",
          "reportOperatorIssue", "reportGeneralTypeIssues", "reportReturnType")  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What pyright says: line, first and last column, from 0."""

    path: str
    line: int
    start: int
    end_line: int
    end: int
    rule: str
    message: str

    @property
    def optional(self) -> bool:
        return self.rule.startswith("reportOptional")


@dataclass
class Result:
    package: str
    right: list[tuple[Path, Finding, str]] = field(default_factory=list[tuple[Path, Finding, str]])
    wrong: list[tuple[Path, Finding, str]] = field(default_factory=list[tuple[Path, Finding, str]])
    found: int = 0
    again: int = 0
    """Reports of what was found before in the same function: a value that was used once is no None any more."""
    missed: list[Report] = field(default_factory=list[Report])
    lines: int = 0
    seconds: float = 0.0

    def row(self) -> str:
        fired, wanted = len(self.right) + len(self.wrong), self.found + self.again + len(self.missed)
        return (
            f"{self.package:14} {len(self.right):5} of {fired:5} right {_share(len(self.right), fired):>6}"
            f"   {self.found:5} of {wanted:5} found {_share(self.found, wanted):>6}"
            f" ({_share(self.found + self.again, wanted):>6} with repetitions)"
            f"   {self.lines:7} lines, {self.lines / self.seconds if self.seconds else 0:8.0f} a second"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--packages", nargs="+", help="names of the folders to import")
    parser.add_argument("--misses", type=int, default=0, help="show that many of the wrong and of the missed")
    parser.add_argument("--alone", action="store_true", help="without what other files say")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    results = list[Result]()
    for name in arguments.packages:
        result = measure(arguments.folder, name, not arguments.alone)
        print(result.row(), flush=True)
        results.append(result)
    for kind, chosen in (
        ("libraries", [r for r in results if r.package not in APPLICATIONS]),
        ("applications", [r for r in results if r.package in APPLICATIONS]),
    ):
        print(_together(kind, chosen).row())
    if arguments.misses:
        _show(arguments.folder, _together("all", results), arguments.misses, random.Random(arguments.seed))


def measure(folder: Path, name: str, with_project: bool) -> Result:
    """Of the package as a project of its own: what it depends on isn't part of it, but installed beside it."""
    result = Result(name)
    by_file: dict[str, list[Report]] = {}
    for report in judgement(folder, name):
        by_file.setdefault(report.path, []).append(report)
    python = Python()
    with tempfile.TemporaryDirectory() as root:
        for path in sources(folder / name):
            copy = Path(root) / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        _installed(Path(root), folder)
        project = FolderProject(Path(root)) if with_project else None
        for path in sources(Path(root) / name):
            text = path.read_text("utf-8", errors="replace")
            document = Document(path.as_uri(), "python", text)
            started = time.thread_time()
            tree = parse(text, "python")
            findings = python.open(document, tree, project).findings() if tree else ()
            result.seconds += time.thread_time() - started
            result.lines += text.count("\n") + 1
            where = str(path.relative_to(root))
            judge(result, folder / where, text, findings, by_file.get(where, []))
        if project is not None:
            project.close()
    return result


def _installed(root: Path, folder: Path) -> None:
    """What pyright may import, too."""
    packages = root / ".venv" / "lib" / "python3.11" / "site-packages"
    packages.parent.mkdir(parents=True)
    packages.symlink_to(folder.resolve(), target_is_directory=True)
    (root / ".venv" / "pyvenv.cfg").touch()


def judge(result: Result, path: Path, text: str, findings: Sequence[Finding], reports: Sequence[Report]) -> None:
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    spans = [(report, lines[report.line] + report.start, lines[report.end_line] + report.end) for report in reports]
    hit, first, functions = set[int](), dict[int, set[str]](), _functions(text)
    for finding in findings:
        at = text.count("\n", 0, finding.span.start) + 1
        overlapping = [
            index
            for index, (_, start, end) in enumerate(spans)
            if (start <= finding.span.end and finding.span.start <= end)
            or (finding.span.end < start and text[finding.span.end : start].strip() in (".", ")."))
        ]
        hit.update(overlapping)
        first.setdefault(_function_at(functions, at), set()).add(text[finding.span.start : finding.span.end])
        (result.right if overlapping else result.wrong).append((path, finding, f"{path}:{at}"))
    for index, (report, start, _) in enumerate(spans):
        if report.optional:
            if index in hit:
                result.found += 1
            elif _expression(text, start) in first.get(_function_at(functions, report.line + 1), ()):
                result.again += 1
            else:
                result.missed.append(report)


def _functions(text: str) -> list[tuple[int, int]]:
    """First and last line of each, from 1."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(node.lineno, node.end_lineno or 0) for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]


def _function_at(functions: Sequence[tuple[int, int]], line: int) -> int:
    """The first line of the innermost one, 0 outside of all."""
    return max((first for first, last in functions if first <= line <= last), default=0)


def _expression(text: str, start: int) -> str:
    """The name or dotted name that a report is about: before the dot that it points behind, or at its place."""
    before = re.search(r"([\w.]+)\.$", text[max(0, start - 200) : start])
    here = re.match(r"[\w.]+", text[start : start + 200])
    return before[1] if before else here[0] if here else ""


def sources(package: Path) -> Iterator[Path]:
    for path in sorted(package.rglob("*.py")):
        if not _left_out(path.relative_to(package)):
            yield path


def _left_out(path: Path) -> bool:
    return bool(LEFT_OUT.intersection(path.parts)) or path.name.startswith("test_")


def judgement(folder: Path, name: str) -> list[Report]:
    """pyright's reports about None, of this package's own files; paths are relative to `folder`."""
    kept = folder.with_name(f"{folder.name}-pyright") / f"{name}.json"
    if not kept.is_file():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as root:
            for path in sources(folder / name):
                copy = Path(root) / path.relative_to(folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
            settings = {"include": [name], "extraPaths": [str(folder)], "pythonVersion": "3.11"}
            (Path(root) / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
            command = [sys.executable, "-m", "pyright", "--outputjson"]
            answer = subprocess.run(command, cwd=root, capture_output=True, check=False)
            said = json.loads(answer.stdout)
            for each in said["generalDiagnostics"]:
                each["file"] = str(Path(each["file"]).resolve().relative_to(Path(root).resolve()))
            kept.write_text(json.dumps(said), "utf-8")
    reports = list[Report]()
    for said in json.loads(kept.read_bytes())["generalDiagnostics"]:
        rule, message, place = said.get("rule", ""), said["message"], said["range"]
        if rule.startswith(JUDGED) and (rule.startswith("reportOptional") or NONE.search(message)):
            start, end = place["start"], place["end"]
            reports.append(
                Report(said["file"], start["line"], start["character"], end["line"], end["character"], rule, message)
            )
    return reports


def _together(name: str, results: Sequence[Result]) -> Result:
    whole = Result(name)
    for result in results:
        whole.right += result.right
        whole.wrong += result.wrong
        whole.found += result.found
        whole.again += result.again
        whole.missed += result.missed
        whole.lines += result.lines
        whole.seconds += result.seconds
    return whole


def _show(folder: Path, result: Result, count: int, chance: random.Random) -> None:
    print("\nRIGHT", sorted(Counter(finding.code for _, finding, _ in result.right).items()))
    print("WRONG", sorted(Counter(finding.code for _, finding, _ in result.wrong).items()))
    for _, finding, at in chance.sample(result.wrong, min(count, len(result.wrong))):
        print(f"  {at} {finding.code} {finding.message}")
    print("\nMISSED", Counter(report.rule for report in result.missed).most_common())
    for report in chance.sample(result.missed, min(count, len(result.missed))):
        source = (folder / report.path).read_text("utf-8", errors="replace").splitlines()[report.line]
        print(f"  {report.path}:{report.line + 1} {report.message.splitlines()[0]}\n      {source.strip()[:110]}")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


if __name__ == "__main__":
    main()

"""pyright's judgement of packages that are installed in a folder: what it reports about None.

pyright checks each package in its basic mode, with the others of the folder to import; what it says is kept beside the
folder. Tests and vendored code are left out.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = frozenset({
    "test", "tests", "testing", "_vendor", "_vendored", "vendor", "vendored", "extern", "__pycache__", "conftest.py",
})  # fmt: skip
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

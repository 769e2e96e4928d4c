"""What checkers say of packages: places with a message that somebody may want explained."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.text.document import Document, Span

MOST_FILES = 400
LARGEST = 60_000
"""Characters of a file that is read."""
CHECKED = 40
"""Files."""
RULES = "E,F,W,B,C4,SIM,PL,N,RET,TRY,UP,A,ARG,S,BLE,FBT,ANN,D1,PTH,PERF"
"""Of ruff."""


@dataclass(frozen=True)
class Case:
    name: str
    """The same again with the same seed: a file and line, and a finding."""
    document: Document
    span: Span
    message: str
    about: str
    """What a reader needs to judge the answer."""


def sources(folder: Path, seed: int) -> list[Path]:
    """Return Python files of packages below a folder, at random; no tests, and nothing of ours."""
    found = [
        path
        for path in sorted(folder.rglob("*.py"))
        if not re.search(r"tests?/|breadknife|_vendor|/pip/|test_|_pb2|conftest", path.relative_to(folder).as_posix())
        and 500 < path.stat().st_size < LARGEST
    ]
    return random.Random(seed).sample(found, min(MOST_FILES, len(found)))


def findings(folder: Path, seed: int) -> Iterator[Case]:
    """One finding of each rule, from files at random: half of them pyright's, half ruff's."""
    with tempfile.TemporaryDirectory(prefix="breadknife-") as made:
        copies: dict[str, Path] = {}
        for number, path in enumerate(sources(folder, seed)[:CHECKED]):
            copy = Path(made) / f"case_{number}.py"
            copy.write_text(path.read_text("utf-8", "replace"), "utf-8")
            copies[copy.name] = path
        chance = random.Random(seed)
        by_tool = [list(_one_each(found, chance)) for found in (_pyright(Path(made)), _ruff(Path(made)))]
        for pair in zip(*by_tool, strict=False):
            for rule, file, line, column, message in pair:
                text = (Path(made) / file).read_text("utf-8")
                document = Document("", "python", text, 1)
                at = document.line_span(line).start + column
                name = f"{copies[file].relative_to(folder)}:{line + 1} {rule}"
                span = document.line_span(line)
                about = f"{document.slice(span)}\n--- {message}"
                yield Case(name, document, type(span)(min(at, span.end), min(at, span.end)), message, about)


def _one_each(found: Sequence[tuple[str, str, int, int, str]], chance: random.Random) -> Iterator[Any]:
    shuffled = sorted(found)
    chance.shuffle(shuffled)
    seen: set[str] = set()
    for each in shuffled:
        if each[0] not in seen:
            seen.add(each[0])
            yield each


def _pyright(folder: Path) -> list[tuple[str, str, int, int, str]]:
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    said = _json("pyright", "--outputjson", "-p", str(folder))["generalDiagnostics"]
    return [
        (each.get("rule", "syntax"), Path(each["file"]).name, at["line"], at["character"], each["message"])
        for each in said
        for at in [each["range"]["start"]]
    ]


def _ruff(folder: Path) -> list[tuple[str, str, int, int, str]]:
    said = _json("ruff", "check", "--isolated", "--select", RULES, "--output-format", "json", str(folder))
    return [
        (each["code"] or "syntax", Path(each["filename"]).name, at["row"] - 1, at["column"] - 1, each["message"])
        for each in said
        for at in [each["location"]]
    ]


def _json(*words: str) -> Any:
    program = Path(sys.executable).with_name(words[0])
    return json.loads(subprocess.run([program, *words[1:]], capture_output=True, check=False).stdout)

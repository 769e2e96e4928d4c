"""Code after a call that never returns has no findings: 200 generated programs, each a way to end in a shape."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript
from breadknife.plugins.nullcheck.languages.file import NullLanguage
from breadknife.plugins.nullcheck.languages.go.file import Go
from breadknife.plugins.nullcheck.languages.java.file import Java
from breadknife.plugins.nullcheck.languages.python.file import Python
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document
from breadknife.text.syntax import parse

HERE = {"python": "here.py", "typescript": "here.ts", "go": "here.go", "java": "src/a/Here.java"}
LANGUAGES: Mapping[str, Callable[[], NullLanguage]] = {
    "python": Python, "typescript": EcmaScript, "go": Go, "java": Java,
}  # fmt: skip
DATA = tomllib.loads((Path(__file__).parent / "never_returns.toml").read_text("utf-8"))


def messages(root: Path, language: str, shape: str, end: str, way: Mapping[str, Any]) -> list[str]:
    """What is found in a program whose body has this shape. `way` has what `end` needs: `head`, `members`, what the
    class is `above`, and other `files`."""
    filled = {"head": "", "members": "", "above": "", **way, "body": shape.format(end=end)}
    text = DATA[language]["around"].format(**filled)
    others: dict[str, str] = {"go.mod": "module example.org/m\n\ngo 1.22\n", **way.get("files", {})}
    for name, other in others.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(other, "utf-8")
    tree = parse(text, language)
    assert tree is not None
    assert not tree.root.has_error, text
    project = FolderProject(root)
    assert project.idle(10)
    document = Document((root / HERE[language]).as_uri(), language, text)
    found = list(LANGUAGES[language]().open(document, tree, project).findings())
    project.close()
    return [finding.message for finding in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_found_after_a_call_that_never_returns(language: str, tmp_path: Path) -> None:
    data = DATA[language]
    ways = [*({"end": end} for end in data["alone"]), *data["ways"]]
    programs = [(way, shape) for way in ways for shape in data["shapes"]]
    for number, (way, shape) in enumerate(random.Random(41).sample(programs, 50)):
        assert messages(tmp_path / str(number), language, shape, way["end"], way) == [], shape.format(end=way["end"])


@pytest.mark.parametrize(("language", "call"), [(each, call) for each in LANGUAGES for call in DATA[each]["returns"]])
def test_null_arrives_after_a_call_that_returns(language: str, call: str, tmp_path: Path) -> None:
    data = DATA[language]
    for number, shape in enumerate(data["shapes"]):
        assert messages(tmp_path / str(number), language, shape, call, data["soft"]), shape

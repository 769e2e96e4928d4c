"""The real Vale, with a style of a house's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from breadknife.errors import EngineUnavailable
from breadknife.plugins.prose.engines.vale import ValeEngine

pytestmark = pytest.mark.peers

CONFIGURATION = """\
StylesPath = styles
MinAlertLevel = suggestion

[*.md]
BasedOnStyles = House
"""
STYLES = {
    "Terms": """\
extends: substitution
message: "Use '%s' instead of '%s'."
level: error
ignorecase: true
action:
  name: replace
swap:
  utilize: use
""",
    "Weasels": """\
extends: existence
message: "Leave out '%s'."
level: suggestion
ignorecase: true
action:
  name: remove
tokens:
  - very
""",
    "Words": """\
extends: existence
message: "What is '%s'?"
level: warning
tokens:
  - foobar
""",
}


@pytest.fixture(scope="module")
def program() -> Path:
    """Skips where it can't be built, but for CI."""
    built = Path(os.environ.get("BREADKNIFE_PEERS", "~/.cache/breadknife-dev/peers")).expanduser() / "vale"
    if not built.exists():
        go = shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin")
        assert not (os.environ.get("CI") and go), f"{built} is missing: make vale"
        pytest.skip("the real Vale isn't built: make vale")
    return built


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    house = tmp_path / "styles" / "House"
    house.mkdir(parents=True)
    for name, style in STYLES.items():
        (house / f"{name}.yml").write_text(style, "utf-8")
    (tmp_path / ".vale.ini").write_text(CONFIGURATION, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All is well.", []),
        ("We utilize it.", [("House.Terms", "utilize", ("use",), "error")]),
        ("We 😀 Utilize it 😀, and utilize it.", [
            ("House.Terms", "Utilize", ("use",), "error"), ("House.Terms", "utilize", ("use",), "error"),
        ]),
        ("It is very good.", [("House.Weasels", "very", ("",), "suggestion")]),
        ("A foobar is here.", [("House.Words", "foobar", (), "warning")]),
        ("A foobar\nis\nvery good.", [("House.Words", "foobar", (), "warning"),
                                      ("House.Weasels", "very", ("",), "suggestion")]),
        ("# *A* `foobar` <b>is", []),
        ("A Dummy0 is a \ud800 \0 foobar.", [("House.Words", "foobar", (), "warning")]),
    ],
)  # fmt: skip
def test_what_it_says(program: Path, folder: Path, text: str, expected: list[object]) -> None:
    found = sorted(ValeEngine(program, folder / ".vale.ini").check(text), key=lambda lint: lint.span)
    assert [(each.rule, text[each.span.start : each.span.end], each.replacements, each.category) for each in found] == (
        expected
    )


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("styles/House/Terms.yml", "extends: nothing\nmessage: x\n", r"'extends' key must be one of .*\]$"),
        (".vale.ini", "StylesPath = gone\n[*.md]\nBasedOnStyles = House\n", "gone' does not exist$"),
    ],
)
def test_a_broken_style(program: Path, folder: Path, file: str, content: str, said: str) -> None:
    (folder / file).write_text(content, "utf-8")
    with pytest.raises(EngineUnavailable, match=said):
        ValeEngine(program, folder / ".vale.ini").check("We utilize it.")

"""Every file is a normal file: nothing that somebody has written, or half written, makes the analysis fail."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.core.findings import explained
from breadknife.plugins.nullcheck.languages.python.outline import home_of
from breadknife.text.syntax import parse

LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = sorted(LIBRARY.rglob("*.py"))
SOME = random.Random(32).sample(FILES, 40)
CASES = [
    block
    for name in ("fires.md", "silent.md")
    for block in (Path(__file__).parents[1] / "cases" / name).read_text("utf-8").split("```")
    if block.startswith("python\n")
]


def analyse(text: str) -> None:
    """Follow every function, also those that can't have to do with null. Raises whatever goes wrong."""
    tree = parse(text, "python")
    if tree is None:
        return
    home = home_of(tree)
    for each in explained(home):
        assert 0 <= each.finding.span.start <= each.finding.span.end <= len(text)
    for function in home.file.functions:
        home.summary(function)
        assert home.solution(function) is not None


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_files_of_the_standard_library(path: Path) -> None:
    analyse(path.read_text("utf-8", "replace"))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.integers(0), st.integers(0, 60), st.text("()[]:=.,\n *None@'", max_size=4))
def test_half_written_files(text: str, at: int, length: int, new: str) -> None:
    start = at % len(text)
    analyse(text[len("python\n") : start] + new + text[start + length :])


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 5000 + "None" + ")" * 5000,
        "def f(x=None):\n    return " + " + ".join(["1"] * 20000) + " + x\n",
        "def f(x=None):\n    return " + " and ".join(["x"] * 2000) + "\n",
        "def f(x=None):\n    return x" + ".a(None)" * 3000 + "\n",
        "".join("    " * depth + "if None:\n" for depth in range(300)) + "    " * 300 + "pass\n",
        "def f(x=None):\n" + "".join("    " * d + "for a in x:\n" for d in range(1, 40)) + "    " * 40 + "x = None\n",
        "def f(x=None):\n" + "".join("    " * d + "try:\n" for d in range(1, 12)) + "    " * 12 + "return x.y\n"
        + "".join("    " * d + "finally:\n" + "    " * (d + 1) + "x = None\n" for d in range(11, 0, -1)),
        "def f0(): return None\n" + "".join(f"def f{i}():\n    if a: return f{i - 1}()\n" for i in range(1, 3000)),
        "def f(x=None):\n" + "".join(f"    if a{i}: x = None\n    elif b{i}: x = 1\n" for i in range(300)) + "    x.y",
    ],
    ids=["parentheses", "sum", "ands", "chain", "ifs", "loops", "finallys", "calls", "branches"],
)  # fmt: skip
def test_deep_nesting_is_a_normal_file(text: str) -> None:
    tree = parse(text, "python")
    assert tree is not None
    assert isinstance(home_of(tree).findings(), list)

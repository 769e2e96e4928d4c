"""What is found and what isn't: the cases of `cases/`, but for those of `dropped.md`, and the knowledge's examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.core.knowledge import Examples, knowledge_of
from breadknife.plugins.nullcheck.languages.python.outline import home_of
from breadknife.text.document import Span
from breadknife.text.syntax import parse
from nullcheck.core.alike import followed
from support import marked_spans

HERE = Path(__file__).parent


def blocks(file: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", file.read_text("utf-8"), re.DOTALL | re.MULTILINE)


DROPPED = blocks(HERE / "dropped.md")
FIRES = blocks(HERE.parent / "cases" / "fires.md")
SILENT = blocks(HERE.parent / "cases" / "silent.md")


def found(text: str) -> list[Span]:
    tree = parse(text, "python")
    assert tree is not None
    home = home_of(tree)
    return followed(home)


@pytest.mark.parametrize("marked", [each for each in FIRES if each not in DROPPED])
def test_must_fire(marked: str) -> None:
    text, spans = marked_spans(marked)
    assert found(text) == spans


@pytest.mark.parametrize("text", [each for each in SILENT if each not in DROPPED])
def test_must_not_fire(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("marked", DROPPED)
def test_what_is_dropped_is_a_case_that_fails(marked: str) -> None:
    text, spans = marked_spans(marked) if "⟦" in marked else (marked, [])
    assert marked in FIRES + SILENT
    assert found(text) != spans


@pytest.mark.parametrize("row", knowledge_of("python").examples, ids=lambda row: row.name)
def test_each_row_of_the_knowledge_does_what_its_examples_say(row: Examples) -> None:
    assert row.fires
    assert [text for text in row.fires if not found(text)] == []
    assert [text for text in row.silent if found(text)] == []

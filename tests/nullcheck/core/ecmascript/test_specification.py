"""What is found in TypeScript and JavaScript and what isn't: the cases of `ecmascript/cases/`, but for those of
`dropped.md`, and the knowledge's examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.core.knowledge import Examples, knowledge_of
from breadknife.plugins.nullcheck.languages.ecmascript.outline import home_of
from breadknife.text.document import Span
from breadknife.text.syntax import parse
from nullcheck.core.alike import followed

HERE = Path(__file__).parent
CASES = HERE.parents[1] / "ecmascript" / "cases"


def blocks(file: Path) -> list[tuple[str, str]]:
    """(language, text) of each."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", file.read_text("utf-8"), re.DOTALL | re.MULTILINE)


DROPPED = blocks(HERE / "dropped.md")
FIRES, SILENT = blocks(CASES / "fires.md"), blocks(CASES / "silent.md")


def found(text: str, language: str = "typescript") -> list[Span]:
    tree = parse(text, language)
    assert tree is not None
    return followed(home_of(tree))


def marked(text: str) -> tuple[str, list[Span]]:
    """`⟦⟦a⟧.b⟧` as `a.b` with the spans of what was marked, inner marks too."""
    plain, opened = "", list[int]()
    spans: list[Span] = []
    for char in text:
        if char == "⟦":
            opened.append(len(plain))
        elif char == "⟧":
            spans.append(Span(opened.pop(), len(plain)))
        else:
            plain += char
    return plain, sorted(spans)


@pytest.mark.parametrize(("language", "text"), [each for each in FIRES if each not in DROPPED])
def test_must_fire(language: str, text: str) -> None:
    plain, spans = marked(text)
    assert sorted(found(plain, language)) == spans


@pytest.mark.parametrize(("language", "text"), [each for each in SILENT if each not in DROPPED])
def test_must_not_fire(language: str, text: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(("language", "text"), DROPPED)
def test_what_is_dropped_is_a_case_that_fails(language: str, text: str) -> None:
    plain, spans = marked(text)
    assert (language, text) in FIRES + SILENT
    assert sorted(found(plain, language)) != spans


@pytest.mark.parametrize("row", knowledge_of("ecmascript").examples, ids=lambda row: row.name)
def test_each_row_of_the_knowledge_does_what_its_examples_say(row: Examples) -> None:
    assert row.fires
    assert [text for text in row.fires if not found(text)] == []
    assert [text for text in row.silent if found(text)] == []

"""Items of lists and headings that are made parallel, and what is only named."""

from __future__ import annotations

import pytest

from breadknife.plugins.documents.steps import selection
from breadknife.plugins.documents.steps.parallel import ParallelInput, make_parallel
from breadknife.plugins.documents.steps.selection import PlaceInput, PlaceOutput, find_place
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span
from documents.acting import acted
from steps.here import Here


@pytest.mark.parametrize(
    ("text", "parallel"),
    [
        ("- Add the a.\n- Read the b.\n- drop the c.\n", "- Add the a.\n- Read the b.\n- Drop the c.\n"),
        ("- Add the a.\n- Read the b.\n- Drop `c`\n", "- Add the a.\n- Read the b.\n- Drop `c`.\n"),
        ("- Add the a.\n- Read the b.\n- Drop [the c](d)\n", "- Add the a.\n- Read the b.\n- Drop [the c](d).\n"),
        ("- the a\n- the b\n- the c.\n", "- the a\n- the b\n- the c\n"),
        ("- Add the a\n- Read the b\n- Drops the c\n", "- Add the a\n- Read the b\n- Drop the c\n"),
        ("- Adding the a\n- Reading the b\n- Drop the c\n", "- Adding the a\n- Reading the b\n- Dropping the c\n"),
        ("- the a\n- the b\n- the c etc.\n", "parallel"),
        ("- the a\n- the b\n- The c\n", "parallel"),  # it may be a name
        ("- The a.\n- The b.\n- npm and c.\n", "parallel"),
        ("- Add the a\n- Read the b\n- Logging the c\n", "- Add the a\n- Read the b\n- Log the c\n"),
        ("- Add the a\n- Read the b\n- Logging of c\n", "parallel"),
        ("- the a\n- the b\n- the c. It is d.\n", "parallel"),
        ("- the a.\n- the b.\n- the c of\n", "parallel"),
        ("- the a.\n- the b.\n- the c https://x.org/d\n", "parallel"),
        ("- the a.\n- the b.\n- It is c. #12\n", "parallel"),
        ("- the a\n- the b\n", "too-few-items"),
        ("The a.\n", "no-list"),
    ],
)
def test_items_get_the_form_of_most(text: str, parallel: str) -> None:
    assert acted("parallel-items", text, cursor="he a" if "he a" in text else "") == parallel


@pytest.mark.parametrize(
    ("language", "text", "parallel"),
    [
        ("latex", "\\section{Use the a}\n\\section{Testing the b}\n\\section{Read the c}\n", "\\section{Test the b}"),
        ("asciidoc", "== Use the a\n\n=== Parsing the d\n\n== Deploying the b\n\n== Read the c\n", "== Deploy the b"),
        ("org", "* Use the a\n* Deploying the b\n* Read the c\n", "* Deploy the b"),
        ("typst", "= Use the a\n\n= Deploying the b\n\n= Read the c\n", "= Deploy the b"),
        ("markdown", "# A\n\n## Use the a\n\n## Deploying the b\n\n## Read the c\n", "## Deploy the b"),
    ],
)
def test_headings_beside_each_other_in_each_format(language: str, text: str, parallel: str) -> None:
    changed = acted("parallel-items", text, language, cursor="he a")
    assert parallel in changed
    assert [line for line in changed.splitlines() if line not in text.splitlines()] == [parallel]


def test_what_is_not_certain_is_named_at_its_place() -> None:
    document = Document(
        "file:///a.md", "markdown", "- Add the a.\n- Read the b.\n- Names of c.\n- drop it.\n- Use it.\n", 1
    )
    here = Here()
    found = find_place(PlaceInput(document, Span(2, 2), "parallel"), here)
    assert isinstance(found, PlaceOutput)
    made = make_parallel(ParallelInput(document, found.prose, found.kind), here)
    assert not isinstance(made, Silence)
    assert made.others == ("Most items here begin with a command; this one doesn't.",)
    assert [document.slice(span) for span in made.other_places] == ["Names"]
    assert made.effect == "1 of 5 items"


def test_the_recipes_of_a_menu_have_one_reading_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    document, here = Document("file:///a.txt", "plaintext", "Read once.\n\nAnd not again.\n", 1), Here()
    assert isinstance(find_place(PlaceInput(document, Span(2, 2)), here), PlaceOutput)
    monkeypatch.setattr(selection, "extract", lambda *_: pytest.fail("it is read again"))
    assert isinstance(find_place(PlaceInput(document, Span(15, 15)), here), PlaceOutput)

"""Cells of notebooks, their prose, and the way back to the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.text.directives import directives
from breadknife.text.document import Document, Span, apply_edits
from breadknife.text.extract import extract
from breadknife.text.notebooks import cells_of
from breadknife.text.prose import ProseText


def notebook(*cells: tuple[str, str | list[str]], language: str = "python", ascii: bool = True) -> Document:
    metadata = {"language_info": {"name": language}}
    value = {"cells": [{"cell_type": kind, "source": source} for kind, source in cells], "metadata": metadata}
    return Document("file:///a.ipynb", "ipynb", json.dumps(value, indent=1, ensure_ascii=ascii))


def prose_of(document: Document) -> list[ProseText]:
    return list(extract(document, None, CancelToken()))


@pytest.mark.parametrize(
    ("kind", "language", "source", "prose"),
    [
        ("markdown", "python", "# A title\n\nAnd *its* text.\n", ["A title", "And its text."]),
        ("markdown", "python", ["Two lines\n", "of it.\n"], ["Two lines of it."]),
        ("markdown", "python", 'It says "yes" in a café 🎉.', ['It says "yes" in a café 🎉.']),
        ("raw", "python", "Not to be read.", []),
        (
            "code",
            "python",
            'def f():\n    """Return it all."""\n    # Then go on.\n',
            ["Return it all.", "Then go on."],
        ),
        ("code", "python", "%matplotlib inline\n!pip install of that\n# Then go on.\n", ["Then go on."]),
        ("code", "python", "%%bash\n# Then go on.\n", []),
        ("code", "python", "%%time\n# Then go on.\n", ["Then go on."]),
        ("code", "julia", "# Then go on.\n", []),
        ("code", "javascript", "// Then go on.\n", ["Then go on."]),
        ("markdown", "python", "word " * 60_000, [""]),
    ],
)
@pytest.mark.parametrize("ascii", [True, False])
def test_a_cell_has_prose(kind: str, language: str, source: str | list[str], prose: list[str], ascii: bool) -> None:
    found = prose_of(notebook((kind, source), language=language, ascii=ascii))
    assert [text.text if text.segments else "" for text in found] == prose


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cells": 1}', "[" * 5_000, '{"cells": [{"source": "a b', "}" * 9])
def test_what_is_no_notebook_has_no_prose(text: str) -> None:
    assert prose_of(Document("file:///a.ipynb", "ipynb", text)) == []


def test_json_is_a_notebook_by_its_name_alone() -> None:
    text = notebook(("markdown", "Some of it.")).text
    assert prose_of(Document("file:///a.ipynb", "json", text))
    assert not prose_of(Document("file:///a.json", "json", text))


def test_output_and_metadata_are_no_cells() -> None:
    cell = {
        "cell_type": "code",
        "source": "# The one text",
        "metadata": {"source": "a b c"},
        "outputs": [{"source": "d e"}],
    }
    text = json.dumps({"metadata": {"cells": [{"cell_type": "markdown", "source": "x y z"}]}, "cells": [cell]})
    assert [each.text for each in prose_of(Document("file:///a.ipynb", "ipynb", text))] == ["The one text"]


_LINES = st.lists(st.text(st.sampled_from('ab \\"\té🎉\ud800.'), max_size=12), max_size=5)


@given(st.lists(_LINES, min_size=1, max_size=3), st.booleans(), st.booleans(), st.integers(0, 60))
def test_an_edit_of_prose_is_the_same_edit_of_the_cell(
    cells: list[list[str]], ascii: bool, as_lists: bool, at: int
) -> None:
    sources = ["\n".join(lines).replace("\ud800", "") for lines in cells]
    given = [source.splitlines(keepends=True) if as_lists else source for source in sources]
    document = notebook(*(("markdown", source) for source in given), ascii=ascii)
    read = {cell.number: cell for cell in cells_of(document)}
    assert {number: cell.document.text for number, cell in read.items()} == {
        number: source for number, source in enumerate(sources, 1) if source
    }
    for text in prose_of(document):
        span = Span(min(at, len(text.text) - 1), min(at + 2, len(text.text)))
        source = document.slice(text.source_span(span))
        edit = text.edit(span, "new")
        if edit is None:
            continue
        assert not {*'\\"'} & {*source}
        after = json.loads(apply_edits(document.text, [edit]))["cells"]
        cell = next(cell for cell in read.values() if cell.source.start <= edit.span.start <= cell.source.end)
        begin = cell.offset_of(edit.span.start)
        assert "".join(after[cell.number - 1]["source"]) == (
            cell.document.text[:begin] + edit.new_text + cell.document.text[begin + len(edit.span) :]
        )


def test_a_comment_silences_its_cell_alone() -> None:
    above = "<!-- breadknife: ignore -->\n"
    document = notebook(("markdown", [above, "One of it.\n", "\n", "Two of it.\n"]), ("markdown", ["Three of it.\n"]))
    (directive,) = directives(document)
    lines = [at for at in range(document.line_count) if directive.silences("AnA", at)]
    assert "".join(map(document.line_text, lines)).count(" of it.") == 1
    everywhere = notebook(("code", ["# breadknife: ignore-file AnA\n"]), ("markdown", ["Three of it.\n"]))
    (directive,) = directives(everywhere)
    assert directive.silences("AnA", everywhere.line_count - 1)

"""`source.fixAll.breadknife`: preferred fixes, and repairs of null that change nothing for other values."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from breadknife.lsp.convert import to_span
from breadknife.lsp.features.fix_all import line_edits
from breadknife.text.document import Document, TextEdit, apply_edits

OPTIONS = {"prose": {"languagetool": False}, "nullcheck": {"oracle": "off"}}
EVERYTHING = lsp.Range(lsp.Position(0, 0), lsp.Position(99, 0))

HELP = "import shutil\n\n\ndef show(texts: list[str]) -> None:\n    for text in texts:\n"
CASES = {
    # what is written -> what is written afterwards, in this order, and in how many fixes
    "a use": (
        "        found = shutil.which(text)\n        print(found.strip())\n",
        ["found = shutil.which", "found is ", "continue", "print(found.strip())"],
        1,
    ),
    "two uses of one value": (
        '        found = shutil.which(text)\n        if found.startswith("/"):\n            print(found.strip())\n',
        ["found = shutil.which", "if found is not None and found.startswith", "print(found.strip())"],
        1,
    ),
    "two values, and a comment with a mistake": (
        "        one = shutil.which(text)\n        print(one.strip())\n        # This is an useful list.\n"
        '        two = shutil.which(text + "2")\n        print(two.strip())\n',
        ["one is ", "print(one.strip())", "# This is a useful list.", "two is ", "print(two.strip())"],
        3,
    ),
    "a repair that few maintainers would write": (
        "        print(text)\n    found = shutil.which(texts[0])\n    return found.strip()\n",
        ["return found.strip()"],
        0,
    ),
    "nothing that is wrong": ("        print(len(text))\n", ["print(len(text))"], 0),
}


@pytest.mark.parametrize("case", CASES)
async def test_what_may_be_null_is_checked(connect, script, home, case: str) -> None:
    body, wanted, count = CASES[case]
    session = await connect(engine_script=script([]), options=OPTIONS)
    text = HELP + body
    uri = session.open("a.py", text)
    await session.pull(uri)
    found = await session.actions(uri, EVERYTHING, [], only=["source.fixAll.breadknife"])
    assert [action.title for action in found] == (
        [f"Apply {count} safe fix{'es' * (count > 1)} (breadknife)"] * bool(count)
    )
    after = apply_edits(text, edits_of(Document(uri, "python", text), found))
    ast.parse(after)
    at = 0
    for each in wanted:
        at = after.index(each, at)
    assert len(re.findall(r"\bis\b.*None", after)) == sum(" is " in each and "#" not in each for each in wanted)


async def test_a_declaration_is_left_to_a_person(connect, script, home) -> None:
    """Others may ask what it says."""
    session = await connect(engine_script=script([]), options=OPTIONS)
    uri = session.open("a.py", "def size(text: str = None) -> int:\n    return len(text)\n")
    assert [each.code for each in await session.pull(uri)] == ["nullcheck/none-argument"]
    assert await session.actions(uri, EVERYTHING, [], only=["source.fixAll.breadknife"]) == []


def edits_of(document: Document, actions: list[lsp.CodeAction]) -> list[TextEdit]:
    changes = [change for action in actions for change in action.edit.document_changes[0].edits]  # type: ignore[union-attr, index]
    return [TextEdit(to_span(document, each.range, "utf-16"), each.new_text) for each in changes]


@given(st.text("ab\n\f"), st.text("ab\n\f"))
def test_line_edits_make_one_text_of_the_other(before: str, after: str) -> None:
    edits = list(line_edits(Document("file:///a", "python", before), Document("file:///a", "python", after)))
    assert apply_edits(before, edits) == after
    assert bool(edits) == (before != after)

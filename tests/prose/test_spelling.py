"""Which unknown words are slips, and which are the document's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.prose.spelling import Vocabulary, is_slip, is_typo, of_project
from project.folders import known
from prose.reading import paragraphs


@pytest.mark.parametrize(
    ("word", "meant", "expected"),
    [
        ("recieve", "receive", True),  # two neighbours swapped
        ("wich", "which", True),  # a letter left out
        ("occured", "occurred", True),
        ("untill", "until", True),  # one too many
        ("seperate", "separate", True),  # a vowel that sounds alike
        ("definately", "definitely", True),
        ("tihng", "thing", True),
        ("environnement", "environment", True),  # two slips, in a long word
        ("recieve", "relieve", False),  # another consonant is another word
        ("mtime", "dime", False),
        ("reindents", "reinvents", False),
        ("toplevel", "top-level", False),
        ("devtool", "DevTools", False),
        ("contextmanager", "context manager", False),
    ],
)
def test_slip(word: str, meant: str, expected: bool) -> None:
    assert is_slip(word, meant) is expected


@pytest.mark.parametrize(
    ("source", "word", "offered", "expected"),
    [
        ("We recieve it.", "recieve", ["receive"], True),
        ("Done. Recieve it.", "Recieve", ["Receive"], True),
        ("So Recieve it.", "Recieve", ["Receive"], False),  # a name
        ("We recieve it. They recieve it. You recieve it.", "recieve", ["receive"], False),  # they mean it
        ("We recieve it.\n\n    recieve(x)\n", "recieve", ["receive"], False),  # it is in the code
        ("We recieve it.\n\n`doRecieve`\n", "recieve", ["receive"], False),
        ("We recieve it.\n\n`a_recieve_b`\n", "recieve", ["receive"], False),
        ("We recieve it.\n\n`recieved`\n", "recieve", ["receive"], True),  # that is another word
        ("The frobnicate ones.", "frobnicate", ["forbidden"], False),  # nothing near it
        ("The colour of it.", "colour", ["color"], False),  # right elsewhere
        ("A tokenizer.", "tokenizer", ["tokenized"], False),  # a term of the trade
        ("It unpickes it.", "unpickes", ["unpicks"], True),
        ("It repacks it.", "repacks", ["repacked"], False),  # `packs` is known
        ("The ünderbar.", "ünderbar", ["underbar"], False),  # not English
        ("My wrods are mine.", "wrods", ["words"], False),  # in the dictionary
        ("The HTTPX.", "HTTPX", ["HTTPS"], False),
        ("An ab.", "ab", ["an"], False),
    ],
)
def test_typo(source: str, word: str, offered: list[str], expected: bool) -> None:
    found = paragraphs(source)
    before = found[0].text.partition(word)[0]
    vocabulary = Vocabulary(source, found, frozenset({"wrods"}))
    assert is_typo(before, word, tuple(offered), vocabulary, {"packs", "pick"}.__contains__) is expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, True),
        ({"a.py": "def recieve(): pass\n"}, False),
        ({"pyproject.toml": '[project]\nname = "recieve"\n'}, False),
        ({"a.md": "We recieve it.\n", "b.md": "They recieve it.\n"}, True),  # a slip can be made twice
        ({"a.md": "We recieve it.\n", "b.md": "They recieve it.\n", "c.md": "I recieve it.\n"}, False),
    ],
)
def test_what_the_project_says(tmp_path: Path, files: dict[str, str], expected: bool) -> None:
    source = "We recieve it."
    project = known(tmp_path, files)
    vocabulary = Vocabulary(source, paragraphs(source), frozenset(), of_project(project, whole=True))
    assert is_typo("We ", "recieve", ("receive",), vocabulary, lambda word: False) is expected

"""Which unknown words are slips, and which are the document's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.prose.project.spelling import DocumentVocabulary, is_slip, is_typo, looks_meant, of_project
from breadknife.text.document import Span
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
        ("Recieve Jones did it.", "Recieve", ["Receive"], False),  # a person's
        ("Jonatan did it.", "Jonatan", ["Jonathan"], False),  # what is offered is a name
        ("We fiddel it. They fiddel it. You fiddel it.", "fiddel", ["fiddle"], False),  # they mean it
        ("We recieve it. They recieve it. You recieve it.", "recieve", ["receive"], True),  # nobody does
        ("We wiat.", "wiat", ["what"], True),  # known, whatever is offered
        ("We recieve it.\n\n    recieve(x)\n", "recieve", ["receive"], False),  # it is in the code
        ("We recieve it.\n\n`doRecieve`\n", "recieve", ["receive"], False),
        ("We recieve it.\n\n`a_recieve_b`\n", "recieve", ["receive"], False),
        ("We recieve it.\n\n`recieved`\n", "recieve", ["receive"], True),  # that is another word
        ("The frobnicate ones.", "frobnicate", ["forbidden"], False),  # nothing near it
        ("The colour of it.", "colour", ["color"], False),  # right elsewhere
        ("They colourised it.", "colourised", ["colorized"], False),
        ("They travelled it.", "travelled", ["traveled"], False),
        ("The centre of it.", "centre", ["center"], False),
        ("They practise it.", "practise", ["practice"], False),
        ("We wait untill it.", "untill", ["until"], True),  # right nowhere
        ("It is forteen of it.", "forteen", ["fourteen"], True),
        ("The chalenges of it.", "chalenges", ["challenges"], True),
        ("A tokenizer.", "tokenizer", ["tokenized"], False),  # a term of the trade
        ("It unpickes it.", "unpickes", ["unpicks"], True),
        ("It repacks it.", "repacks", ["repacked"], False),  # `packs` is known
        ("It is editably so.", "editably", ["editable"], False),
        ("The ünderbar.", "ünderbar", ["underbar"], False),  # not English
        ("My wrods are mine.", "wrods", ["words"], False),  # in the dictionary
        ("The HTTPX.", "HTTPX", ["HTTPS"], False),
        ("An ab.", "ab", ["an"], False),
    ],
)
def test_typo(source: str, word: str, offered: list[str], expected: bool) -> None:
    found = paragraphs(source)
    text = found[0].text
    start = text.index(word)
    vocabulary = DocumentVocabulary(source, found, frozenset({"wrods"}))
    knows = {"packs", "pick", "receive", "editable"}.__contains__
    assert is_typo(text, Span(start, start + len(word)), tuple(offered), vocabulary, knows) is expected


@pytest.mark.parametrize(
    ("word", "agreed", "expected"),
    [
        ("grobal", "global", True),  # heard so, no slip of the fingers
        ("comportable", "comfortable", True),
        ("pepo", "people", False),  # too short to be sure
        ("frobnicate", "forbidden", False),
        ("gthread", "thread", False),  # a name made of a word
        ("defusedxml", "defused", False),
        ("iphone", "iPhone", False),
        ("globl", "", False),  # engines don't agree
    ],
)
def test_what_all_engines_take_for_the_same_word(word: str, agreed: str, expected: bool) -> None:
    assert looks_meant(word, agreed) is expected
    nothing = DocumentVocabulary("", (), frozenset())
    assert is_typo(f"So {word}", Span(3, 3 + len(word)), (), nothing, {"x"}.__contains__, agreed) is expected


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
@pytest.mark.parametrize(("word", "offered", "is_known"), [("receife", "receive", False), ("recieve", "receive", True)])
def test_what_the_project_says(
    tmp_path: Path, files: dict[str, str], expected: bool, word: str, offered: str, is_known: bool
) -> None:
    source = f"We {word} it."
    project = known(tmp_path, {name: text.replace("recieve", word) for name, text in files.items()})
    vocabulary = DocumentVocabulary(source, paragraphs(source), frozenset(), of_project(project, whole=True))
    always = is_known and all(name.endswith(".md") for name in files)  # or else it is a name
    found = is_typo(f"We {word}", Span(3, 10), (offered,), vocabulary, lambda word: False)
    assert found is (expected or always)

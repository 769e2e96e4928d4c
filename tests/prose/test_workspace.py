"""The team's files: words and ignored findings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from breadknife.errors import BreadknifeError
from breadknife.plugins.prose.workspace import Decisions, Sentence, dictionary_path, ignores_path
from breadknife.text.document import Span


def test_lines_are_sorted_unique_and_keep_comments(tmp_path: Path) -> None:
    path = tmp_path / ".breadknife" / "dictionary.txt"
    decisions = Decisions()
    for word in ("zebra", "Apfel", "zebra", "bird"):
        decisions.add(path, word)
    path.write_text("# ours\n" + path.read_text("utf-8"), "utf-8")
    decisions.add(path, "cat")
    assert path.read_text("utf-8") == "# ours\nApfel\nbird\ncat\nzebra\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["dictionary.txt"]


def test_words_are_read_again_when_the_file_changes(home: Path, tmp_path: Path) -> None:
    decisions = Decisions()
    assert decisions.words(tmp_path) == frozenset()
    decisions.add(dictionary_path(tmp_path), "Frobnicator's")
    assert decisions.words(tmp_path) == {"frobnicator"}
    dictionary_path(tmp_path).write_text("other words\r\n", "utf-8")
    assert decisions.words(tmp_path) == {"other words"}
    dictionary_path(tmp_path).unlink()
    assert decisions.words(tmp_path) == frozenset()


def test_the_users_own_words_count_everywhere(home: Path, tmp_path: Path) -> None:
    decisions = Decisions()
    decisions.add(dictionary_path(None), "mine")
    decisions.add(dictionary_path(tmp_path), "ours")
    assert decisions.words(tmp_path) == {"mine", "ours"}
    assert decisions.words(None) == {"mine"}
    assert home in dictionary_path(None).parents


def test_a_damaged_file_is_not_overwritten(tmp_path: Path) -> None:
    path = dictionary_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"caf\xe9\n")
    with pytest.raises(BreadknifeError, match="isn't UTF-8"):
        Decisions().add(path, "word")
    assert path.read_bytes() == b"caf\xe9\n"


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / ".breadknife").write_text("a file where the folder should be")
    with pytest.raises(BreadknifeError, match="can't be written"):
        Decisions().add(dictionary_path(tmp_path), "word")


def test_an_ignored_finding_is_a_rule_and_a_sentence(tmp_path: Path) -> None:
    decisions = Decisions()
    decisions.add(ignores_path(tmp_path), "RULE\tabc\tAn excerpt.")
    assert decisions.ignored(tmp_path) == {("RULE", "abc")}
    assert decisions.ignored(None) == frozenset()


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("One. Two is here. Three.", "Two", "Two is here."),
        ("One. Two is here. Three.", "One", "One."),
        ("One. Two is here. Three", "Three", "Three"),
        ("Only  one\nhere", "one", "Only one here"),
        ("See e.g. this one. Next.", "one", "See e.g. this one."),
    ],
)
def test_sentence(text: str, words: str, expected: str) -> None:
    start = text.index(words)
    sentence = Sentence.around(text, Span(start, start + len(words)))
    assert sentence.text == expected
    assert len(sentence.hash) == 16


def test_permissions_stay(tmp_path: Path) -> None:
    if os.name == "nt":
        return
    path = dictionary_path(tmp_path)
    Decisions().add(path, "a")
    path.chmod(0o664)
    Decisions().add(path, "b")
    assert path.stat().st_mode & 0o777 == 0o664

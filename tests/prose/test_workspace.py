"""The team's files: words and ignored findings."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from breadknife.errors import BreadknifeError
from breadknife.plugins.prose.project.workspace import Decisions, Sentence, dictionary_path, ignores_path
from breadknife.text.document import Span


def test_lines_are_sorted_unique_and_keep_comments(tmp_path: Path) -> None:
    path = tmp_path / ".breadknife" / "dictionary.txt"
    decisions = Decisions()
    for word in ("zebra", "Apfel", "zebra", "bird"):
        decisions.add(path, word)
    path.write_text("# ours\n" + path.read_text("utf-8"), "utf-8")
    decisions.add(path, "cat")
    assert path.read_text("utf-8") == "# ours\nApfel\nbird\ncat\nzebra\n"
    assert {entry.name for entry in path.parent.iterdir()} == {".gitattributes", "dictionary.txt"}


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
    assert not dictionary_path(None).with_name(".gitattributes").exists()


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_what_two_branches_add_merges(tmp_path: Path) -> None:
    words, ignores = dictionary_path(tmp_path), ignores_path(tmp_path)

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def commit(word: str, rule: str) -> None:
        Decisions().add(words, word)
        Decisions().add(ignores, f"{rule}\tabc\tAn excerpt.")
        git("add", "-A")
        git("commit", "-m", word)

    git("init", "-b", "main")
    commit("apple", "RuleA")
    commit("zebra", "RuleZ")
    git("switch", "-c", "other")
    commit("monkey", "RuleM")
    git("switch", "main")
    commit("nut", "RuleN")
    git("merge", "other")  # both stand between the same two lines
    decisions = Decisions()
    assert decisions.words(tmp_path) == {"apple", "monkey", "nut", "zebra"}
    assert {rule for rule, _ in decisions.ignored(tmp_path)} == {"RuleA", "RuleM", "RuleN", "RuleZ"}


def test_the_team_s_own_attributes_stay(tmp_path: Path) -> None:
    attributes = dictionary_path(tmp_path).with_name(".gitattributes")
    attributes.parent.mkdir()
    attributes.write_text("* text\n")
    Decisions().add(dictionary_path(tmp_path), "a")
    assert attributes.read_text() == "* text\n"


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

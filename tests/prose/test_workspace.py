"""The team's files: words and ignored findings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from breadknife.errors import BreadknifeError
from breadknife.plugins.prose.project.workspace import Decisions, Sentence, dictionary_path
from breadknife.project.decisions import ignores_path
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


LINKS = pytest.mark.skipif(sys.platform == "win32", reason="few users may make links there")


@LINKS
@pytest.mark.parametrize(
    ("link", "target"),
    [
        (".breadknife/dictionary.txt", "../../outside"),
        (".breadknife/dictionary.txt", "../inside"),
        (".breadknife/dictionary.txt", "../../not there"),
        (".breadknife/dictionary.txt", "/dev/zero"),
        (".breadknife/dictionary.txt", "dictionary.txt"),
        (".breadknife", "../elsewhere"),
        (".breadknife", "folder"),
    ],
)
def test_nothing_is_added_to_a_link_nor_copied_from_what_it_leads_to(tmp_path: Path, link: str, target: str) -> None:
    root = tmp_path / "clone"
    for folder in (root / "folder", tmp_path / "elsewhere"):
        folder.mkdir(parents=True)
    for file in (tmp_path / "outside", root / "inside"):
        file.write_text("password\n")
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(target)
    before = {each: each.is_symlink() for each in tmp_path.rglob("*")}
    with pytest.raises(BreadknifeError, match=r"dictionary\.txt can't be written: .*; replace the link") as refused:
        Decisions().add(dictionary_path(root), "word")
    assert str(dictionary_path(root)) in str(refused.value)
    assert {each: each.is_symlink() for each in tmp_path.rglob("*")} == before
    assert (tmp_path / "outside").read_text() == (root / "inside").read_text() == "password\n"


@LINKS
def test_no_file_is_made_where_a_link_of_a_clone_leads(tmp_path: Path) -> None:
    (tmp_path / "clone/.breadknife").mkdir(parents=True)
    (tmp_path / "clone/.breadknife/.gitattributes").symlink_to(tmp_path / "made")
    Decisions().add(dictionary_path(tmp_path / "clone"), "word")
    assert not (tmp_path / "made").exists()


@LINKS
def test_the_users_own_dictionary_may_be_a_link(home: Path, tmp_path: Path) -> None:
    (tmp_path / "dotfiles").write_text("a\n")
    dictionary_path(None).parent.mkdir(parents=True)
    dictionary_path(None).symlink_to(tmp_path / "dotfiles")
    Decisions().add(dictionary_path(None), "b")
    assert dictionary_path(None).is_symlink()
    assert (tmp_path / "dotfiles").read_text() == "a\nb\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\r\nz\r\n", "a\r\nm\r\nz\r\n"),
        ("a\rz\r", "a\rm\rz\r"),
        ("a\r\nz\n", "a\r\nm\r\nz\n"),
        ("\ufeffa\nz\n", "\ufeffa\nm\nz\n"),
        ("\ufeff# ours\r\na\r\n", "\ufeff# ours\r\na\r\nm\r\n"),
        ("a", "a\nm\n"),
        ("z\n\n# last", "# last\nm\nz\n"),
        ("", "m\n"),
    ],
)
def test_a_files_own_line_ends_and_mark_stay(tmp_path: Path, before: str, after: str) -> None:
    path = dictionary_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(before.encode())
    Decisions().add(path, "m")
    assert path.read_bytes().decode() == after
    assert "m" in Decisions().words(tmp_path)


def test_what_is_no_file_or_too_large_is_not_written(tmp_path: Path) -> None:
    path = dictionary_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"word\n" * (1 << 20))
    with pytest.raises(BreadknifeError, match="larger than 4 MB"):
        Decisions().add(path, "m")
    assert path.stat().st_size == 5 << 20
    assert Decisions().words(tmp_path) == frozenset()
    assert Decisions().unread(tmp_path) == [path]


def test_the_words_of_a_dictionary_are_folded_once(tmp_path: Path, home: Path) -> None:
    dictionary_path(tmp_path).parent.mkdir()
    dictionary_path(tmp_path).write_text("\n".join(f"Word{number}" for number in range(10_000)), "utf-8")
    decisions = Decisions()
    words = decisions.words(tmp_path)
    assert decisions.words(tmp_path) is words
    decisions.add(dictionary_path(None), "mine")
    assert decisions.words(tmp_path) == words | {"mine"}
    assert decisions.words(None) == {"mine"}

"""What a folder teaches of its own words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from breadknife.project.words import FileWords, ProjectWords, parts, term
from project.folders import known, opened, settle, write

COMMITTED = f"{'0' * 40} {'1' * 40} Ada Lovelice <a@b> 1 +0\tx\n"
NAMED: list[tuple[str, dict[str, str], str, bool]] = [
    ("an identifier", {"a.py": "def frobnicate(): pass\n"}, "frobnicate", True),
    ("a part of one", {"a.py": "class TheFrobnicator: pass\n"}, "frobnicator", True),
    ("a local one", {"a.py": "def f():\n    frob_nic = 1\n"}, "frob", True),
    ("what is imported", {"a.py": "from pydrone import fly\n"}, "pydrone", True),
    ("not what a comment says", {"a.py": "# recieve\nx = 1\n"}, "recieve", False),
    ("a dependency", {"pyproject.toml": '[project]\ndependencies = ["numba>=1"]\n'}, "numba", True),
    ("an author", {"package.json": '{"author": "Ada Lovelice"}'}, "lovelice", True),
    ("a dependency of Rust", {"Cargo.toml": '[dependencies]\nserdey = "1"\n'}, "serdey", True),
    ("somebody in a list", {".mailmap": "Ada Lovelice <ada@example.org>\n"}, "lovelice", True),
    ("in one of another name", {"Contributors.rst": "* Ada Lovelice\n"}, "lovelice", True),
    ("in one of a folder's", {".github/CODEOWNERS": "* @lovelice\n"}, "lovelice", True),
    ("in a citation", {"CITATION.cff": "authors:\n  - family-names: Lovelice\n"}, "lovelice", True),
    ("who has committed", {".git/logs/HEAD": COMMITTED}, "lovelice", True),
    ("who has in a worktree", {".git": "gitdir: main/.git/worktrees/w\n",
        "main/.git/worktrees/w/logs/HEAD": COMMITTED}, "lovelice", True),
    ("who has in its main one", {".git": "gitdir: main/.git/worktrees/w\n",
        "main/.git/worktrees/w/commondir": "../..\n", "main/.git/logs/HEAD": COMMITTED}, "lovelice", True),
    ("not what is no log", {".git": "gitdir: \0\n", "a.md": "Text.\n"}, "lovelice", False),
    ("code of a document", {"a.md": "Use `frobnicate` now.\n"}, "frobnicate", True),
    ("not the prose of a document", {"a.md": "We recieve it.\n"}, "recieve", False),
    ("nothing that is ignored", {".gitignore": "b.py\n", "b.py": "frobnicate = 1\n"}, "frobnicate", False),
]  # fmt: skip


@pytest.mark.parametrize(("files", "word", "expected"), [case[1:] for case in NAMED], ids=[case[0] for case in NAMED])
def test_names(tmp_path: Path, files: Mapping[str, str], word: str, expected: bool) -> None:
    assert known(tmp_path, files).names(word) is expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.md": "We frobb it. We frobb it.\n"}, 1),
        ({"a.md": "We frobb it.\n", "b.rst": "They frobb it.\n"}, 2),
        ({"a.md": "# Frobb it\n\nText.\n", "b.md": "They frobb it.\n"}, 3),
        ({"a.rst": "Frobb\n=====\n\nText.\n"}, 2),
        ({"a.py": "# We frobb it.\n"}, 0),
    ],
)
def test_what_documents_say(tmp_path: Path, files: Mapping[str, str], expected: int) -> None:
    assert known(tmp_path, files).saying("frobb") == expected


def test_the_ways_to_write_a_term(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.md": "An e-mail.\n", "b.md": "An email, an email.\n", "c.md": "Two email.\n"})
    assert project.ways("E-mail") == {"e-mail": 1, "email": 2}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("e-mail", "email", True),
        ("GitHub", "Github", True),
        ("behaviour", "behavior", True),
        ("initialise", "initialize", True),
        ("project’s", "project", True),
        ("hour", "hor", False),
        ("file", "files", False),
    ],
)
def test_a_term(one: str, other: str, alike: bool) -> None:
    assert (term(one) == term(other)) is alike


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("receive", ["receive"]),
        ("doReceive_it", ["doreceive_it", "receive"]),
        ("HTTPServer", ["httpserver", "http", "server"]),
        ("__init__", ["__init__"]),
    ],
)
def test_parts_of_a_name(name: str, expected: list[str]) -> None:
    assert list(parts(name)) == expected


def test_a_change_is_learned_and_what_was_there_forgotten(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.md": "A frobb here.\n", "p/b.md": "A frobb there.\n", "c.py": "xylo = 1\n"})
    assert (project.saying("frobb"), project.names("xylo")) == (2, True)
    write(tmp_path, {"a.md": "A new thing.\n", "c.py": "other = 1\n"})
    (tmp_path / "p" / "b.md").unlink()
    project.files_changed([tmp_path / "a.md", tmp_path / "p", tmp_path / "p" / "b.md", tmp_path / "c.py"])
    settle(project)
    assert (project.saying("frobb"), project.names("xylo"), project.names("other")) == (0, False, True)


def test_the_text_in_the_editor_counts(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.md": "A thing.\n"})
    project.changed(opened(tmp_path / "a.md", "A frobb.\n", language="markdown"))
    settle(project)
    assert project.saying("frobb") == 1


def test_a_folder_that_is_ignored_from_now_on_is_forgotten(tmp_path: Path) -> None:
    project = known(tmp_path, {"p/a.md": "A frobb.\n", "p/b.py": "xylo = 1\n"})
    write(tmp_path, {".gitignore": "p/\n"})
    project.files_changed([tmp_path / ".gitignore"])
    settle(project)
    assert (project.saying("frobb"), project.names("xylo")) == (0, False)


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.project.words.MOST", 3)
    monkeypatch.setattr("breadknife.project.words.FILES", 1)
    words = ProjectWords()
    words.learn("a", FileWords(frozenset({"one", "two"})))
    words.learn("b", FileWords(frozenset({"three", "four"})))
    assert [words.names(each) for each in ("one", "three")] == [True, False]
    words.forget("a")
    words.learn("b", FileWords(frozenset({"three", "four"})))
    assert [words.names(each) for each in ("one", "three")] == [False, True]
    assert (words.add("x"), words.add("y")) == (True, False)

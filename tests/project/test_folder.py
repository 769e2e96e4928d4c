from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.project import background, folder
from breadknife.project.files import LARGEST, may_read
from breadknife.project.index import FileIndex
from breadknife.text.document import Document
from breadknife.text.outline import Import
from project.folders import known, opened, places, settle, write

F = "def f():\n    pass\n"


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        ({"a.py": F}, ["a.py"]),
        ({"deep/er/a.py": F, "b.pyi": F}, ["b.pyi", "deep/er/a.py"]),
        ({"a.py": F + "def g(:\n"}, ["a.py"]),  # a broken file
        ({"a.py": "﻿" + F, "b.py": F.replace("\n", "\r\n")}, ["a.py", "b.py"]),
        ({"b.md": "# f", "c.json": '{"f": 1}', "d": F}, []),
        ({".gitignore": "a.py\nout/\n", "a.py": F, "out/b.py": F, "c.py": F}, ["c.py"]),
        ({".breadknifeignore": "private/\n", "private/a.py": F, "b.py": F}, ["b.py"]),
        ({"sub/.gitignore": "*\n", "sub/a.py": F, "b.py": F}, ["b.py"]),
        ({".gitignore": "*\n!keep.py\n", "keep.py": F, "b.py": F}, ["keep.py"]),
        ({"node_modules/x/a.py": F, ".venv/a.py": F, ".git/a.py": F}, []),
        ({".ssh/a.py": F, ".aws/b.py": F, "id_rsa.py": F}, []),
        ({"binary.py": b"\0" + F.encode(), "latin1.py": b"# \xe9\n" + F.encode()}, []),
        ({"large.py": F + "#" * LARGEST, "not.py": F + "#" * (LARGEST - 100)}, ["not.py"]),
        ({"empty.py": "", "junk.py": bytes(range(1, 256)) * 40}, []),
    ],
)
def test_which_files_are_known(tmp_path: Path, files: Mapping[str, str | bytes], kept: list[str]) -> None:
    project = known(tmp_path, files)
    assert places(project, "f") == kept
    outlines = {name: project.outline(tmp_path / name) for name in files}
    assert sorted(name for name, outline in outlines.items() if outline and outline.definitions) == kept


@pytest.mark.parametrize(
    ("name", "open_too", "with_others"),
    [
        ("a.py", True, True),
        ("generated.py", True, False),  # git's ignored files are worked in
        ("private/a.py", False, False),
        (".env", False, False),
        ("keys/id_rsa", False, False),
        ("link_to_env.txt", False, False),
        ("link_outside.py", True, False),
        ("link_to_private.py", False, False),
        ("link_to_folder/a.py", False, False),
        ("../outside.py", False, False),
        ("missing.py", True, False),
    ],
)
def test_what_may_be_read(tmp_path: Path, name: str, open_too: bool, with_others: bool) -> None:
    root = tmp_path / "root"
    write(root, {".gitignore": "generated.py\n", ".breadknifeignore": "private/\n", "a.py": F, "generated.py": F})
    write(root, {"private/a.py": F, ".env": "A=1", "keys/id_rsa": "x", "../outside.py": F})
    (root / "link_to_env.txt").symlink_to(root / ".env")
    (root / "link_outside.py").symlink_to(tmp_path / "outside.py")
    (root / "link_to_private.py").symlink_to(root / "private/a.py")
    (root / "link_to_folder").symlink_to(root / "private", target_is_directory=True)
    project = known(root)
    assert project.may_read(root / name) is open_too
    assert (project.text(root / name) is not None) is with_others
    assert project.outline(root / name) is None or with_others


@pytest.mark.parametrize(
    "ignore", ["data/.gitignore", "data/.breadknifeignore", "data/sub/.gitignore", "home/.breadknifeignore"]
)
def test_a_root_that_is_a_link_is_judged_where_it_leads_too(tmp_path: Path, ignore: str) -> None:
    write(tmp_path, {"data/.git/HEAD": "", "data/sub/a.py": F, "data/sub/b.py": F, ignore: "a.py\n", "home/x": ""})
    (tmp_path / "home/link").symlink_to(tmp_path / "data/sub", target_is_directory=True)
    project = known(tmp_path / "home/link")
    assert places(project, "f") == ["b.py"]
    assert project.text(project.root / "a.py") is None
    assert project.may_read(project.root / "a.py") is (".git" in ignore)


def test_links_are_followed_nowhere(tmp_path: Path) -> None:
    write(tmp_path, {"root/a.py": F, "elsewhere/b.py": F})
    (tmp_path / "root" / "loop").symlink_to(tmp_path / "root", target_is_directory=True)
    (tmp_path / "root" / "away").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "root" / "dead.py").symlink_to(tmp_path / "nowhere.py")
    project = known(tmp_path / "root")
    assert places(project, "f") == ["a.py"]
    assert project.text(tmp_path / "root/away/b.py") is None
    assert project.text(tmp_path / "root/loop/a.py") == F  # the same file


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that count")
def test_an_unreadable_file_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": F, "b.py": F, "c/d.py": F})
    (tmp_path / "a.py").chmod(0)
    (tmp_path / "c").chmod(0)
    try:
        assert places(known(tmp_path), "f") == ["b.py"]
    finally:
        (tmp_path / "c").chmod(0o700)


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    project = known(tmp_path / "root", {"a.py": F, "b/c.py": F})
    shutil.rmtree(project.root)
    project.files_changed([project.root / "a.py", project.root / "b"])
    settle(project)
    assert places(project, "f") == []
    assert places(known(tmp_path / "never"), "f") == []


def test_a_huge_folder_is_known_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "FILES", 5)
    project = known(tmp_path, {f"{number}.py": f"def f{number}(): ..." for number in range(9)} | {"a/b.py": F})
    assert sum(bool(places(project, f"f{number}")) for number in range(9)) == 5
    (tmp_path / "0.py").unlink()
    project.files_changed([tmp_path / "0.py", tmp_path / "8.py"])
    settle(project)
    assert places(project, "f8") == ["8.py"]


def test_more_changes_than_can_be_known_are_looked_at_by_listing_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "FILES", 2)
    project = known(tmp_path, {"a.py": F})
    write(tmp_path, {"b.py": F})
    (tmp_path / "a.py").unlink()
    project.files_changed([tmp_path / f"gone/{number}.py" for number in range(9)])
    settle(project)
    assert places(project, "f") == ["b.py"]


@pytest.mark.parametrize(("gone", "looked_through"), [("a.py", 0), ("unknown", 0), ("sub", 1)])
def test_all_files_are_looked_through_only_for_a_folder_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str, looked_through: int
) -> None:
    project = known(tmp_path, {"a.py": F, "sub/b.py": F})
    asked: list[str] = []
    below = FileIndex.below

    def counted(index: FileIndex, folder: str) -> Sequence[str]:
        asked.append(folder)
        return below(index, folder)

    monkeypatch.setattr(FileIndex, "below", counted)
    shutil.rmtree(tmp_path / gone, ignore_errors=True)
    (tmp_path / gone).unlink(missing_ok=True)
    project.files_changed([tmp_path / gone])
    settle(project)
    assert len(asked) == looked_through
    assert places(project, "f") == sorted({"a.py", "sub/b.py"} - {gone, gone + "/b.py"})


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("python", ["a.py"]),
        ("typescript", ["b.ts", "c.jsx"]),
        ("javascriptreact", ["b.ts", "c.jsx"]),
        ("cpp", ["d.h"]),
        ("rust", []),
        ("unheard-of", []),
    ],
)
def test_names_of_the_languages_that_import_each_other(tmp_path: Path, language: str, expected: list[str]) -> None:
    files = {"a.py": F, "b.ts": "function f() {}", "c.jsx": "function f() {}", "d.h": "int f(void) { return 1; }"}
    assert places(known(tmp_path, files), "f", language) == expected


@pytest.mark.parametrize(("name", "expected"), [("a.py", True), ("Private/a.py", False), (".env", False)])
def test_what_may_be_read_in_no_project(tmp_path: Path, name: str, expected: bool) -> None:
    write(tmp_path, {".breadknifeignore": "private/\n", "sub/" + name: ""})
    assert may_read(tmp_path / "sub" / name) is expected


def test_an_open_document_counts_instead_of_its_file(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.py": F})
    path = tmp_path / "a.py"
    project.changed(opened(path, "def g(): ..."))
    settle(project)
    assert (places(project, "f"), places(project, "g")) == ([], ["a.py"])
    project.changed(opened(path, "def h(): ...", 2))
    assert project.text(path) == "def h(): ..."
    settle(project)
    assert (places(project, "g"), places(project, "h")) == ([], ["a.py"])
    project.closed(path)
    settle(project)
    assert (places(project, "f"), places(project, "h")) == (["a.py"], [])


def test_an_open_document_may_be_too_large_too(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.py": F})
    project.changed(opened(tmp_path / "a.py", F + "#" * LARGEST))
    settle(project)
    assert (project.text(tmp_path / "a.py"), places(project, "f")) == (None, [])


def test_a_file_that_nobody_told_of_is_seen_when_it_is_asked_for(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.py": F, "b.py": ""})
    write(tmp_path, {"a.py": "def other_name(): ...", "new.py": F})
    [definition] = (project.outline(tmp_path / "a.py") or pytest.fail("no outline")).definitions
    assert definition.name == "other_name"
    assert (places(project, "f"), places(project, "other_name")) == ([], ["a.py"])
    document = opened(tmp_path / "b.py", "import new")
    assert project.module(Import("new"), document) == [tmp_path / "new.py"]


@pytest.mark.parametrize("name", [".gitignore", ".breadknifeignore"])
def test_a_changed_ignore_file(tmp_path: Path, name: str) -> None:
    project = known(tmp_path, {"a.py": F, "sub/b.py": F})
    for ignored, kept in (("sub/\n", ["a.py"]), ("a.py\n", ["sub/b.py"]), ("", ["a.py", "sub/b.py"])):
        (tmp_path / name).write_text(ignored)
        project.files_changed([tmp_path / name])
        settle(project)
        assert places(project, "f") == kept


def test_unsaved_is_what_differs_from_the_disk_and_may_be_read(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.py": "a\r\n", "b.py": "b\n", ".env": "KEY=1\n"})
    for name, text in (("a.py", "a\r\n"), ("b.py", "c\n"), ("new.py", "new\n"), (".env", "KEY=2\n")):
        project.changed(opened(tmp_path / name, text))
    assert [each.text for each in project.unsaved()] == ["c\n", "new\n"]
    (tmp_path / "b.py").write_text("c\n", "utf-8")
    project.closed(tmp_path / "new.py")
    assert project.unsaved() == []


def test_recent_edits_are_those_of_files_that_may_be_read(tmp_path: Path) -> None:
    project = known(tmp_path, {".gitignore": "ignored.py\n"})
    for name in ("a.py", "b.py", "ignored.py", ".env", "id_rsa.py"):
        for version, text in enumerate(("old = 1\n", "new = 1\n")):
            project.changed(opened(tmp_path / name, text, version))
    edits = [(each.path.name, each.line, each.before, each.after) for each in project.recent_edits()]
    assert edits == [("b.py", 0, "old = 1\n", "new = 1\n"), ("a.py", 0, "old = 1\n", "new = 1\n")]
    (tmp_path / ".breadknifeignore").write_text("b.py\n")
    assert [each.path.name for each in project.recent_edits()] == ["a.py"]


def test_a_commit_of_5000_files_is_no_edit_and_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = known(tmp_path, {"a.py": F})
    for version, text in enumerate(("old = 1\n", "new = 1\n")):
        project.changed(opened(tmp_path / "a.py", text, version))
    edits = project.recent_edits()
    readers = set[int]()
    monkeypatch.setattr(folder, "read_text", lambda path, root: readers.add(threading.get_ident()))
    project.files_changed(tmp_path / f"f{number}.py" for number in range(5_000))
    assert threading.get_ident() not in readers
    assert project.recent_edits() == edits


NAMES = ("a.py", "b.py", "sub/a.py", "sub/deep/b.py")
STEP = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(["f", "g", "h"])),
    st.tuples(st.just("delete"), st.sampled_from((*NAMES, "sub", "sub/deep")), st.just("")),
    st.tuples(st.just("ignore"), st.sampled_from(("", "sub")), st.sampled_from(["", "a.py\n", "deep/\n", "*\n"])),
    st.tuples(st.just("type"), st.sampled_from(NAMES), st.sampled_from(["f", "g", "h"])),
    st.tuples(st.just("close"), st.sampled_from(NAMES), st.just("")),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(STEP, max_size=12))
def test_what_is_known_after_any_changes_is_what_a_new_project_knows(steps: list[tuple[str, str, str]]) -> None:
    quiet = pytest.MonkeyPatch()
    quiet.setattr(background, "QUIET_SECONDS", 0.0)
    with TemporaryDirectory() as where, quiet.context():
        root = Path(where).resolve()
        project = known(root, {"a.py": "def f(): ..."})
        documents: dict[Path, Document] = {}
        for what, name, detail in steps:
            path = root / name
            match what:
                case "write":
                    write(root, {name: f"def {detail}(): ..."})
                case "delete" if path.is_dir():
                    shutil.rmtree(path)
                case "delete":
                    path.unlink(missing_ok=True)
                case "ignore":
                    path = path / ".gitignore"
                    write(root, {path.relative_to(root).as_posix(): detail})
                case "type":
                    documents[path] = opened(path, f"def {detail}(): ...")
                    project.changed(documents[path])
                    continue
                case _:
                    documents.pop(path, None)
                    project.closed(path)
                    continue
            project.files_changed([path])
        settle(project)
        new = folder.FolderProject(root, documents.values())
        settle(new)
        try:
            assert [places(project, name) for name in "fgh"] == [places(new, name) for name in "fgh"]
        finally:
            project.close()
            new.close()


@pytest.mark.parametrize(
    ("files", "of", "importers"),
    [
        ({"a.py": F, "b.py": "import a\n", "c.py": "from a import f\n", "d.py": "a = 1\n"}, "a.py", ["b.py", "c.py"]),
        ({"p/__init__.py": F, "b.py": "from p import f\n", "p/c.py": "from . import f\n"}, "p/__init__.py",
         ["p/c.py", "b.py"]),
        ({"p/a.py": F, "p/b.py": "from . import a\n", "q/a.py": F, "q/b.py": "from .a import f\n"}, "p/a.py",
         ["p/b.py"]),
        ({"a.ts": "export function f() {}\n", "b.ts": "import {f} from './a'\n", "c.tsx": "import './a.js'\n"}, "a.ts",
         ["b.ts", "c.tsx"]),
        ({"u/index.ts": "export const f = 1\n", "b.ts": "import {f} from './u'\n"}, "u/index.ts", ["b.ts"]),
        ({".gitignore": "b.py\n", "a.py": F, "b.py": "import a\n"}, "a.py", []),
    ],
)  # fmt: skip
def test_who_imports_a_file(tmp_path: Path, files: Mapping[str, str], of: str, importers: list[str]) -> None:
    project = known(tmp_path, files)
    assert [each.relative_to(tmp_path).as_posix() for each in project.importers(tmp_path / of)] == importers


def test_importers_are_of_the_text_in_the_editor(tmp_path: Path) -> None:
    project = known(tmp_path, {"a.py": F, "b.py": "import a\n"})
    project.changed(opened(tmp_path / "b.py", "import c\n"))
    settle(project)
    assert project.importers(tmp_path / "a.py") == []


def test_ways_to_import_are_those_of_files_of_the_language(tmp_path: Path) -> None:
    files = {
        "a.py": "import os.path\nfrom q import f as g\n",
        "b.py": "from q import g\n",
        "b.ts": "import {g} from 'q'\n",
    }
    project = known(tmp_path, files)
    settle(project)
    found = [(each.module, each.names) for each in project.ways_to_import("g", tmp_path / "c.py")]
    assert found == [("q", (("g", "g"),))]
    assert [each.module for each in project.ways_to_import("os", tmp_path / "c.py")] == []


def test_each_change_that_is_told_begins_a_generation(tmp_path: Path) -> None:
    project, path = known(tmp_path, {"a.py": "a"}), tmp_path / "a.py"
    seen = [project.generation]

    def is_new() -> bool:
        seen.append(project.generation)
        return seen[-1] not in seen[:-1]

    project.changed(opened(path, "a"))
    assert is_new()
    project.changed(opened(path, "a"))
    assert not is_new()
    project.changed(opened(path, "b"))
    assert is_new()
    project.closed(path)
    assert is_new()
    project.files_changed([path])
    assert is_new()
    project.defining("a", "python")
    assert not is_new()

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.host import projects
from breadknife.host.projects import Projects
from breadknife.task.plugin import Context
from breadknife.task.values import CheckRequest, Findings
from host.fakes import Fake, host
from project.folders import opened, places, settle, write

F = "def f(): ..."


@pytest.mark.parametrize(
    ("name", "opened_by_editor", "known"),
    [
        ("marked", [], True),
        ("plain", [], False),
        ("plain", ["plain"], True),
        ("home", ["home"], False),
        ("home/marked", [], True),
        ("", [""], False),  # a home is inside
        ("missing", [], False),
    ],
)
def test_which_folders_are_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, opened_by_editor: list[str], known: bool
) -> None:
    write(tmp_path, {"marked/.git/HEAD": "", "plain/a.py": F, "home/.git/HEAD": "", "home/marked/.breadknife/x": ""})
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    all_of_them = Projects()
    all_of_them.folders = [tmp_path / each for each in opened_by_editor]
    assert (all_of_them.of(tmp_path / name) is not None) is known
    all_of_them.close()


@pytest.mark.parametrize("root", [None, Path(Path.cwd().anchor)])
def test_no_folder_and_the_whole_disk_are_none(root: Path | None) -> None:
    all_of_them = Projects()
    all_of_them.folders = [root] if root else []
    assert all_of_them.of(root) is None


def test_a_project_knows_what_was_opened_before_it_was_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "a.py": ""})
    all_of_them = Projects()
    all_of_them.changed(opened(tmp_path / "a.py", F), tmp_path)
    project = all_of_them.of(tmp_path)
    assert project is not None
    settle(project)
    assert places(project, "f") == ["a.py"]
    all_of_them.closed((tmp_path / "a.py").as_uri())
    settle(project)
    assert places(project, "f") == []
    write(tmp_path, {"b.py": F})
    all_of_them.files_changed([tmp_path / "b.py", tmp_path.parent / "elsewhere.py"])
    settle(project)
    assert places(project, "f") == ["b.py"]
    all_of_them.close()


def test_what_is_edited_before_anybody_asks_is_an_edit(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "a.py": F})
    all_of_them = Projects()
    all_of_them.changed(opened(tmp_path / "a.py", F), tmp_path)
    all_of_them.changed(opened(tmp_path / "a.py", "def g(): ..."), tmp_path)
    project = all_of_them.of(tmp_path)
    assert project is not None
    assert [(each.before, each.after) for each in project.recent_edits()] == [(F, "def g(): ...")]
    all_of_them.close()


def test_a_document_that_has_another_root_now_is_closed_in_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "sub/a.py": ""})
    all_of_them = Projects()
    document = opened(tmp_path / "sub/a.py", F)
    all_of_them.changed(document, tmp_path)
    old = all_of_them.of(tmp_path)
    assert old is not None
    write(tmp_path, {"sub/.git/HEAD": ""})
    all_of_them.changed(document, tmp_path / "sub")
    settle(old)
    assert old.text(tmp_path / "sub/a.py") == ""
    new = all_of_them.of(tmp_path / "sub")
    assert new is not None
    assert new.text(tmp_path / "sub/a.py") == F
    all_of_them.close()


def test_the_folder_asked_for_longest_ago_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "FOLDERS", 2)
    write(tmp_path, {f"{name}/.git/HEAD": "" for name in "abc"})
    all_of_them = Projects()
    a, b = (all_of_them.of(tmp_path / name) for name in "ab")
    assert all_of_them.of(tmp_path / "a") is a
    all_of_them.of(tmp_path / "c")
    assert all_of_them.of(tmp_path / "a") is a
    assert all_of_them.of(tmp_path / "b") is not b
    all_of_them.close()


def test_a_plugin_is_given_the_project_of_its_document(tmp_path: Path) -> None:
    write(tmp_path, {"known/.git/HEAD": "", "unknown/a.py": ""})
    seen: list[Path | None] = []

    def reply(context: Context) -> Findings:
        seen.append(context.project.root if context.project else None)
        return Findings(())

    asked = host(Fake("asks", reply))
    for root in (tmp_path / "known", tmp_path / "unknown", None):
        asked.ask(CheckRequest(opened(tmp_path / "known/a.py", "")), root=root)
    assert seen == [tmp_path / "known", None, None]
    asked.close()

"""The plugin in a folder with a history: what it says in a file, on a page, and in its menu."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.plugins.drift.plugin import DriftPlugin
from breadknife.plugins.drift.settings import DriftSettings
from breadknife.plugins.prose.documents.check import find_document_findings
from breadknife.task.values import (
    ActionRequest,
    Answer,
    CheckRequest,
    CommandRequest,
    Consulted,
    NextEditRequest,
    Request,
)  # fmt: skip
from breadknife.testing import ask
from breadknife.text.document import Document, language_of
from project.folders import git
from support import PluginContext

CODE = '''def fetch_all(url, wait=30):
    """Fetch it.

    :param url: where it is
    :param wait: seconds
    """
    return url, wait
'''
PAGE = "# Use\n\nCall `fetch_all(url)`, with `--dry-run`.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a repository with a file of code and a page."""
    (tmp_path / "a.py").write_text(CODE)
    (tmp_path / "README.md").write_text(PAGE)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def document(path: Path, text: str | None = None) -> Document:
    return Document(path.as_uri(), language_of(path) or "", path.read_text() if text is None else text)


EVERY_KIND = DriftSettings(enabled_rules=("page-renamed", "page-gone"))


def said(
    folder: Path, name: str, plugin: DriftPlugin | None = None, settings: DriftSettings = EVERY_KIND
) -> list[tuple[str, str]]:
    request = CheckRequest(document(folder / name), whole=True)
    reply = ask(plugin or DriftPlugin(), request, root=folder, settings=settings)
    assert not reply.failures
    return [(finding.code, finding.message) for finding in reply.findings]


def test_a_file_and_a_page(folder: Path) -> None:
    assert said(folder, "a.py") == []
    (folder / "a.py").write_text(CODE.replace("wait=30", "timeout=30").replace(", wait", ", timeout"))
    assert said(folder, "a.py") == [
        ("parameter-renamed", "fetch_all has no parameter “wait” any more: it is “timeout” now")
    ]
    (folder / "a.py").write_text(CODE.replace("fetch_all", "fetch_each"))
    assert said(folder, "README.md") == [("page-renamed", "“fetch_all” is “fetch_each” in the code now")]


def test_documentation_is_the_next_edit(folder: Path) -> None:
    renamed = CODE.replace("wait=30", "timeout=30").replace(", wait", ", timeout")
    request = NextEditRequest(document(folder / "a.py", renamed), 0)
    reply = ask(DriftPlugin(), request, root=folder, settings=EVERY_KIND)
    [item] = reply.completions
    assert renamed[item.span.start : item.span.end] + "->" + item.text == "wait->timeout"
    unchanged = ask(DriftPlugin(), replace(request, document=document(folder / "a.py")), root=folder)
    assert not unchanged.completions


class BesideDrift(PluginContext):
    """The context of a plugin that may ask drift."""

    def ask(self, request: Request, /) -> Answer | None:
        return next((answer for _, answer in ask(DriftPlugin(), request, root=self.root).answers), None)


def test_prose_leaves_to_drift_what_drift_says(folder: Path) -> None:
    path = folder / "a.py"

    def said_by_prose() -> list[str]:
        found = find_document_findings(document(path), BesideDrift(root=folder), (), bool, Consulted())
        return [each.code for each in found if each.code == "unknown-parameter"]

    path.write_text(CODE.replace("wait=30", "timeout=30"))
    assert said_by_prose() == []
    [finding] = ask(DriftPlugin(), CheckRequest(document(path)), root=folder).findings
    menu = ask(DriftPlugin(), ActionRequest(document(path), finding.span), root=folder).actions
    [holds] = [action.command for _, action in menu if action.title.startswith("It still holds")]
    assert holds is not None
    ask(DriftPlugin(), CommandRequest(holds, folder, document(path)), root=folder)
    assert said(folder, "a.py") == []
    assert said_by_prose() == []
    git(folder, "commit", "-q", "-a", "-m", "second")
    assert said_by_prose() == ["unknown-parameter"]


def test_a_name_that_other_code_has_is_not_gone(folder: Path) -> None:
    (folder / "b.py").write_text("from a import fetch_all\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "second")
    (folder / "a.py").write_text(CODE.replace("fetch_all", "fetch_each"))
    assert said(folder, "README.md") == []


def test_a_path_of_a_file_that_moved(folder: Path) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "b.py").write_text(CODE)
    (folder / "guide.md").write_text("See [it](src/b.py), `src/b.py`.\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "second")
    git(folder, "mv", "src/b.py", "src/c.py")
    moved = ("page-moved", "“src/b.py” is “src/c.py” now")
    assert said(folder, "guide.md") == [moved, moved]


def test_a_file_that_moved_is_compared_with_what_it_was(folder: Path) -> None:
    git(folder, "mv", "a.py", "b.py")
    (folder / "b.py").write_text(CODE.replace("wait=30", "timeout=30").replace(", wait", ", timeout"))
    assert [code for code, _ in said(folder, "b.py")] == ["parameter-renamed"]


def test_the_menu_updates_or_keeps(folder: Path) -> None:
    plugin, path = DriftPlugin(), folder / "a.py"
    text = CODE.replace("wait=30", "timeout=30").replace(", wait", ", timeout")
    path.write_text(text)
    [finding] = ask(plugin, CheckRequest(document(path)), root=folder).findings
    assert document(path).line_at(finding.related[0].span.start) == 0
    (_, update), (_, holds), (_, explain) = ask(
        plugin, ActionRequest(document(path), finding.span), root=folder
    ).actions
    assert update.title == "Update to “timeout”"
    assert document(path).edited(update.edits).text == text.replace(":param wait", ":param timeout")
    assert holds.title == "It still holds: “wait”"
    assert explain.title == "Explain: “wait”"
    assert explain.command is not None
    told = ask(plugin, CommandRequest(explain.command, folder, document(path)), root=folder)
    assert told.message == EXPLANATION
    other = ask(plugin, CommandRequest(explain.command, folder, document(path, "\n" + text)), root=folder)
    assert other.message == "The text has changed since; open the menu again"
    assert holds.command is not None
    ask(plugin, CommandRequest(holds.command, folder, document(path)), root=folder)
    assert said(folder, "a.py", plugin) == []
    assert "it still holds" in (folder / ".breadknife" / "ignores.txt").read_text()


EXPLANATION = """\
fetch_all has no parameter “wait” any more: it is “timeout” now.

Line 5 says:

    :param wait: seconds

The change since HEAD that made it false, at line 1:

    - def fetch_all(url, wait=30):
    + def fetch_all(url, timeout=30):

Documentation describes a parameter that a change has renamed (drift/parameter-renamed). No model was asked.
"""


def test_a_page_is_explained_by_the_file_of_the_change(folder: Path) -> None:
    plugin, path = DriftPlugin(), folder / "README.md"
    (folder / "a.py").write_text(CODE.replace("fetch_all", "fetch_each"))
    [finding] = ask(plugin, CheckRequest(document(path)), root=folder, settings=EVERY_KIND).findings
    menu = ask(plugin, ActionRequest(document(path), finding.span), root=folder, settings=EVERY_KIND).actions
    [command] = [action.command for _, action in menu if action.title.startswith("Explain")]
    assert command is not None
    told = ask(plugin, CommandRequest(command, folder, document(path)), root=folder, settings=EVERY_KIND).message
    assert "    Call `fetch_all(url)`, with `--dry-run`.\n" in told
    assert "at line 1 of a.py:\n\n    - def fetch_all(url, wait=30):\n    + def fetch_each(url, wait=30):\n" in told


def test_while_typing_findings_move_and_nothing_is_compared(folder: Path) -> None:
    plugin, path = DriftPlugin(), folder / "a.py"
    text = CODE.replace("wait=30", "timeout=30").replace(", wait", ", timeout")
    before = ask(plugin, CheckRequest(document(path, text)), root=folder)
    after = ask(plugin, CheckRequest(document(path, "x = 1\n" + text)), root=folder)
    assert [finding.span.start + 6 for finding in before.findings] == [each.span.start for each in after.findings]
    assert after.checks["drift"].incomplete
    plugin.close()


BREAKING = [
    "no git", "no repository", "no commit", "a base that isn't there", "a shallow clone", "a file that is new",
    "a file that didn't parse", "a file that doesn't parse", "a file that a program has written",
]  # fmt: skip


@pytest.mark.parametrize("breaking", BREAKING)
def test_without_two_versions_nothing_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch, breaking: str) -> None:
    name, changed = "a.py", CODE.replace("wait=30", "timeout=30")
    settings = EVERY_KIND
    match breaking:
        case "no git":
            monkeypatch.setenv("PATH", "")
        case "a base that isn't there":
            settings = replace(EVERY_KIND, base="v1.0")
        case "a shallow clone":
            git(folder, "commit", "-q", "--allow-empty", "-m", "second")
            git(folder, "clone", "-q", "--depth=1", folder.as_uri(), str(folder / "clone"))
            folder, settings = folder / "clone", replace(EVERY_KIND, base="HEAD~1")
        case "a file that doesn't parse":
            changed = changed.replace("):", "")
        case "a file that a program has written":
            changed = f"# Code generated by a program. DO NOT EDIT.\n{changed}"
        case "no repository":
            (folder / ".git").rename(folder / "git")
        case "no commit":
            git(folder, "checkout", "-q", "--orphan", "empty")
        case "a file that is new":
            name = "new.py"
        case _:
            (folder / name).write_text("def (")
            git(folder, "commit", "-q", "-a", "-m", "broken")
    (folder / name).write_text(changed)
    assert said(folder, name, settings=settings) == []
    assert said(folder, "README.md", settings=settings) == []


def test_a_page_that_a_program_has_written(folder: Path) -> None:
    (folder / "README.md").write_text("<!-- @generated -->\n\n" + PAGE)
    git(folder, "commit", "-q", "-a", "-m", "second")
    (folder / "a.py").write_text(CODE.replace("fetch_all", "fetch_each"))
    assert said(folder, "README.md") == []


def test_a_mass_rename_is_silent_on_pages(folder: Path) -> None:
    for n in range(500):
        (folder / f"m{n}.py").write_text(f"def name_{n}(a):\n    return a\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "many")
    for n in range(500):
        (folder / f"m{n}.py").rename(folder / f"n{n}.py")
    (folder / "a.py").write_text("")
    git(folder, "add", ".")
    plugin = DriftPlugin()
    assert said(folder, "README.md", plugin) == []
    assert said(folder, "n7.py", plugin) == []


@pytest.mark.parametrize("key", ["core.fsmonitor", "filter.x.clean", "diff.x.textconv", "diff.external"])
def test_nothing_of_the_folder_is_run(folder: Path, key: str) -> None:
    mark = folder / "ran"
    program = folder / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    program.chmod(0o755)
    (folder / ".gitattributes").write_text("* filter=x diff=x\n")
    git(folder, "config", key, str(program))
    (folder / "a.py").write_text(CODE.replace("fetch_all", "fetch_each"))
    mark.unlink(missing_ok=True)
    assert said(folder, "README.md") != []
    said(folder, "a.py")
    assert not mark.exists()

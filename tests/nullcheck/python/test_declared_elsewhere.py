"""A declaration in another file of the project is repaired there, from the place where its null is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.languages.python.file import Python, PythonFile
from breadknife.plugins.nullcheck.menu.titles import LONGEST
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.values import RepairOffer, Strategy
from breadknife.project.folder import FolderProject
from breadknife.task.values import ActionRequest, Actions, Finding, ResolveRequest
from breadknife.text.document import Document, Span, apply_edits
from breadknife.text.syntax import parse
from support import PluginContext

BASE = "class Base:\n    match: 'Match | None'\n    def load(self):\n        self.match = find()\n"
SUB = "from base import Base\nclass Sub(Base):\n    def run(self):\n"
USE = SUB + "        self.match.end()\n        self.match.start()\n"
TESTED = SUB + "        if self.match: pass\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[FolderProject]:
    made = FolderProject(tmp_path)
    yield made
    made.close()


def opened(project: FolderProject, base: str, use: str, more: str = "") -> PythonFile:
    """`use.py`, beside the other files."""
    for name, text in {"base.py": base, "more.py": more, "use.py": use}.items():
        (project.root / name).write_text(text, "utf-8")
    assert project.idle(10)
    tree = parse(use, "python")
    assert tree is not None
    return Python().open(Document((project.root / "use.py").as_uri(), "python", use), tree, project)


def declared(file: PythonFile, finding: Finding) -> RepairOffer | None:
    """What is done in another file about a finding."""
    place = file.place(finding)
    assert place is not None
    return next((offer for offer in file.offers(place, (finding,)) if offer.elsewhere), None)


def test_the_other_file_is_edited_and_this_one_is_not(project: FolderProject) -> None:
    file = opened(project, BASE, USE)
    offer = declared(file, file.findings()[0])
    assert offer is not None
    (there,) = offer.elsewhere
    assert (offer.strategy, offer.edits) == (Strategy.FIELD, ())
    assert "in base.py" in offer.titled
    assert apply_edits(there.document.text, there.edits) == BASE.replace("'Match | None'", "'Match'")


def test_a_declaration_that_may_be_right_stays(project: FolderProject) -> None:
    file = opened(project, BASE + "    def again(self):\n        return self.match is None\n", USE)
    assert declared(file, file.findings()[0]) is None


def test_what_other_files_test_is_for_a_person_to_choose(project: FolderProject) -> None:
    file = opened(project, BASE, USE, TESTED)
    offer = declared(file, file.findings()[0])
    assert offer is not None
    assert offer.is_asked_for


def test_the_analysis_of_the_project_is_as_before(project: FolderProject) -> None:
    """What was tried with the other file isn't kept."""
    file = opened(project, BASE, USE)
    before = file.findings()
    assert declared(file, before[0]) is not None
    tree = parse(USE + "\n", "python")
    assert tree is not None
    again = file.files.look_at(Document(file.document.uri, "python", USE + "\n"), tree)
    assert [again.file.span(each.dereference.at) for each in again.findings()] == [each.span for each in before]


def test_what_another_checker_reports_is_repaired_there_too(project: FolderProject) -> None:
    base = "class Base:\n    sock = None\n    def open(self):\n        self.sock = bytes()\n"
    use = SUB + "        self.sock.hex()\n"
    file = opened(project, base, use)
    at = use.index("hex")
    message = '"hex" is not a known attribute of "None"'
    offer = declared(file, Finding(Span(at, at + 3), "pyright", "reportOptionalMemberAccess", message))
    assert offer is not None
    (there,) = offer.elsewhere
    line = "    sock: bytes = None  # type: ignore[assignment]\n"
    assert apply_edits(there.document.text, there.edits) == base.replace("    sock = None\n", line)


def test_what_is_set_together_with_others_may_be_none_and_is_ignored(project: FolderProject) -> None:
    file = opened(project, BASE + "    def load_both(self):\n        self.key, self.match = find_both()\n", USE)
    offer = declared(file, file.findings()[0])
    assert offer is not None
    after = apply_edits(offer.elsewhere[0].document.text, offer.elsewhere[0].edits)
    assert "self.key, self.match = find_both()  # type: ignore[assignment]\n" in after


def test_the_chosen_fix_carries_the_other_file(project: FolderProject) -> None:
    file = opened(project, BASE, USE)
    plugin, context = NullCheckPlugin(), PluginContext(root=project.root, project=project)
    menu = plugin.answer(ActionRequest(file.document, Span(0, len(USE))), context)
    assert isinstance(menu, Actions)
    action = next(each for each in menu.items if each.data.get("strategy") == Strategy.FIELD)
    assert action.title.endswith(" in base.py")
    assert len(action.title) <= LONGEST
    done = plugin.answer(ResolveRequest(file.document, action), context)
    assert isinstance(done, Actions)
    assert done.items[0].edits == ()
    assert [each.document.path for each in done.items[0].elsewhere] == [project.root / "base.py"]

"""What files say to their importers is kept on disk: it spares work, and never changes an answer."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from breadknife import paths
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.languages.python.project import PythonProject
from breadknife.plugins.nullcheck.queries.stored import Card, store_of
from breadknife.project.folder import FolderProject
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree, parse

FIND = "def find(xs):\n    for x in xs:\n        if x.ok:\n            return x\n"
SURE = "def find(xs):\n    return xs[0]\n"
HERE = "from a import find\ndef f(xs):\n    return find(xs).x\n"
BESIDE = "from a import find\ndef f(xs):\n    return xs\n"


class Lowering(PythonProject):
    """A project of a new process, which tells the files that it has lowered."""

    def __init__(self, root: Path) -> None:
        cards, self.folder = store_of("python", Card), FolderProject(root)
        super().__init__(self.folder, cards=cards)
        self.lowered = list[str]()

    def home_of(self, tree: SyntaxTree, uri: str, /) -> FileAnalysis:
        self.lowered.append(uri.rpartition("/")[2])
        return super().home_of(tree, uri)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path / "home"))


def checked(root: Path, text: str) -> tuple[int, list[str]]:
    """How many findings a text of `here.py` has, and the files that were lowered for them."""
    tree, project = parse(text, "python"), Lowering(root)
    assert tree is not None
    home = project.look_at(Document((root / "here.py").as_uri(), "python", text), tree)
    return len(home.findings()), project.lowered


def test_a_file_of_which_nothing_is_used_is_not_lowered(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FIND, "utf-8")
    assert checked(tmp_path, BESIDE) == (0, ["here.py"])


def test_a_changed_file_says_something_else(tmp_path: Path) -> None:
    for text, findings in [(FIND, 1), (SURE, 0), (FIND, 1)]:
        (tmp_path / "a.py").write_text(text, "utf-8")
        assert checked(tmp_path, HERE)[0] == findings


@pytest.mark.parametrize("broken", [b"", b"\xc1", b"\x91\x01"])
def test_a_broken_card_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "a.py").write_text(FIND, "utf-8")
    assert checked(tmp_path, HERE)[0] == 1
    with sqlite3.connect(paths.cache_dir() / "nullcheck.sqlite") as database:
        assert database.execute("UPDATE answers SET answer = ?", (broken,)).rowcount == 1
    assert checked(tmp_path, HERE)[0] == 1
    assert checked(tmp_path, BESIDE) == (0, ["here.py"])


def test_processes_share_the_cards(tmp_path: Path) -> None:
    """Two write at once, and a third one reads what they have written."""
    for number in range(20):
        (tmp_path / f"a{number}.py").write_text(f"X{number} = 1\n{FIND}", "utf-8")
    script = (
        "import sys; from pathlib import Path; from nullcheck.test_cards import Lowering\n"
        "root = Path(sys.argv[1])\nproject = Lowering(root)\n"
        "for number in range(20): assert project.card(root / f'a{number}.py')\n"
        "project.folder.close()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    writers = [subprocess.Popen(command, cwd=Path(__file__).parents[1]) for _ in range(2)]
    assert [each.wait(60) for each in writers] == [0, 0]
    reader = Lowering(tmp_path)
    cards = [reader.card(tmp_path / f"a{number}.py") for number in range(20)]
    assert [card is not None and f"X{number}" in card.names for number, card in enumerate(cards)] == [True] * 20
    assert reader.lowered == []

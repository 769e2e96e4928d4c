"""`breadknife lint` over a folder that hasn't changed: what null checks found is read, and is what they would find."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.cli.lint import kept
from breadknife.cli.lint.options import LintOptions
from breadknife.cli.lint.run import run
from breadknife.plugins.nullcheck.plugin import NullCheckPlugin
from breadknife.plugins.nullcheck.queries import sources
from cli.commands import within
from cli.lint.editing import edit_randomly
from project.folders import write

FIND = "def find(k):\n    if k > 1:\n        return k\n    return None\n"
USE = "from found import find\n\nfile = find(1)\nfile.x\n"


@pytest.fixture
def asked(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that the null check was asked about, in a folder of three."""
    files: list[str] = []
    answer = NullCheckPlugin.answer

    def note(self: NullCheckPlugin, request: object, context: object) -> object:
        files.append(request.document.path.name)  # pyright: ignore
        return answer(self, request, context)  # pyright: ignore

    monkeypatch.setattr(NullCheckPlugin, "answer", note)
    monkeypatch.setattr(kept, "_LEAST", 1)
    write(tmp_path / "here", {"found.py": FIND, "use.py": USE, "other.py": "x = None\nx.y\n", "README.md": "Text.\n"})
    return files


def lint(folder: Path, *options: str) -> str:
    done = within(folder, "lint", "--only", "nullcheck", "--jobs", "1", *options, ".")
    assert done.returncode in (0, 1)
    return done.stdout


def test_nothing_changed(tmp_path: Path, asked: list[str]) -> None:
    first = lint(tmp_path / "here")
    assert "use.py:4:1" in first
    assert "other.py:2:1" in first
    assert sorted(asked) == ["found.py", "other.py", "use.py"]
    assert lint(tmp_path / "here") == first
    assert len(asked) == 3
    fixes = lint(tmp_path / "here", "--format", "json")  # which has the fixes, too
    assert len(asked) == 6
    assert lint(tmp_path / "here", "--format", "json") == fixes
    assert len(asked) == 6


CHANGES: dict[str, Callable[[Path], object]] = {
    "what another file says": lambda folder: (folder / "found.py").write_text(FIND.replace("None", "2")),
    "a file that was not there": lambda folder: write(folder, {"found/__init__.py": "def find(k):\n    return 1\n"}),
    "a file that is gone": lambda folder: (folder / "found.py").unlink(),
    "a file of another size": lambda folder: (folder / "use.py").write_text("\n" + USE),
    "a file of the same size and time": lambda folder: rewrite(folder / "found.py", FIND.replace("None", "1000")),
    "a setting": lambda folder: write(folder, {"breadknife.toml": "[nullcheck]\nseverity_high = 'error'\n"}),
    "a file that may not be read": lambda folder: write(folder, {".breadknifeignore": "found.py\n"}),
}


def rewrite(path: Path, text: str) -> None:
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", CHANGES)
def test_something_changed(change: str, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    lint(folder)
    CHANGES[change](folder)
    before, again = len(asked), lint(folder)
    assert len(asked) > before
    monkeypatch.setattr(kept, "_LEAST", 1000)
    monkeypatch.setenv("BREADKNIFE_CACHE_DIR", str(tmp_path / "fresh"))
    assert again == lint(folder)


def test_more_files_than_a_check_of_an_editor_reads(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lint finds doesn't depend on which files it has checked before."""
    folder = tmp_path / "here"
    write(folder, {"before.py": USE})  # it is checked before the file that it imports
    monkeypatch.setattr(sources, "_MOST_NEW", 0)
    first = lint(folder)
    assert "before.py:4:1" in first
    asked.clear()
    assert lint(folder) == first
    assert asked == []


def test_a_file_that_changes_while_it_is_checked(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept: nobody knows which text was checked."""
    folder, answer = tmp_path / "here", NullCheckPlugin.answer

    def change(self: NullCheckPlugin, request: object, context: object) -> object:
        (folder / "found.py").write_text(FIND + f"# {time.time_ns()}\n")
        return answer(self, request, context)  # pyright: ignore

    monkeypatch.setattr(NullCheckPlugin, "answer", change)
    lint(folder)
    monkeypatch.setattr(NullCheckPlugin, "answer", answer)
    before = len(asked)
    lint(folder)
    assert len(asked) == before + 3


def test_a_file_of_which_the_state_knows_nothing(tmp_path: Path, asked: list[str]) -> None:
    """One that git ignores, and that the user has named, is always read; one that may hold secrets is compared."""
    folder = tmp_path / "here"
    write(folder, {"secrets.py": "x = None\nx.y\n"})
    first = lint(folder)
    assert "secrets.py:2:1" in first
    assert lint(folder) == first
    assert len(asked) == 4
    (folder / "secrets.py").write_text("x = 1\nx.y\n")
    assert "secrets.py" not in lint(folder)
    assert run(LintOptions([folder / "other.py"], only=["nullcheck"], exit_zero=True)) == 0
    assert asked[-1] == "other.py"


REUSE = "from use import file\nimport found\n\n\ndef again(k):\n    return found.find(k)\n\n\nagain(2).y\n"
KEEPER = """\
from reuse import again


class Keeper:
    def __init__(self, k):
        self.kept = again(k)

    def use(self):
        if self.kept is not None:
            return self.kept.x
        return None


Keeper(1).use().x
Keeper(2).kept.x
"""


def test_only_what_has_read_the_changed_file_is_checked_again(tmp_path: Path, asked: list[str]) -> None:
    folder = tmp_path / "here"
    write(folder, {"reuse.py": REUSE, "keeper.py": KEEPER})
    lint(folder)
    asked.clear()
    write(folder, {"reuse.py": REUSE + "\n\ndef more():\n    return None\n"})
    lint(folder)
    assert sorted(asked) == ["keeper.py", "reuse.py"]


@pytest.mark.parametrize("seed", range(3))
def test_random_edits(seed: int, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With what was kept and with nothing the same is found."""
    folder, chance = tmp_path / "here", random.Random(seed)
    write(folder, {"reuse.py": REUSE, "keeper.py": KEEPER})
    lint(folder)
    for at in range(5):
        path = chance.choice([folder / name for name in ("found.py", "reuse.py", "keeper.py", "use.py")])
        name, text = edit_randomly(path.read_text(), chance, at)
        path.write_text(text)
        with_kept = lint(folder, "--min-confidence", "low")
        with monkeypatch.context() as fresh:
            fresh.setenv("BREADKNIFE_CACHE_DIR", str(tmp_path / f"fresh {at}"))
            assert lint(folder, "--min-confidence", "low") == with_kept, name

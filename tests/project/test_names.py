"""The names of a text are made once, for all processes, and are those of its outline."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from breadknife.project import names
from breadknife.project.names import FileDigests, FileNamesCache, HashedText, names_in
from breadknife.text.outline import outline
from breadknife.text.syntax import SyntaxTree, parse

TEXTS = [
    ("python", "from a import b as c\nclass A:\n    def find_it(self): return c.Thing\n"),
    ("typescript", "import { a } from './b';\nexport function find(x: string) { return a(x); }\n"),
    ("go", "package a\nimport \"example.com/b\"\nfunc Find() { b.Get() }\n"),
    ("python", "def f(:\n"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path))


def parsed_never(text: str, language: str) -> SyntaxTree | None:
    raise AssertionError(f"{language} is parsed again: {text}")


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_names_are_made_once(language: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = parse(text, language)
    assert tree is not None
    expected = names_in(outline(tree))
    assert FileNamesCache().of(HashedText.of(text), language) == expected
    monkeypatch.setattr(names, "parse", parsed_never)
    assert FileNamesCache().of(HashedText.of(text), language) == expected


def test_another_text_has_other_names() -> None:
    texts = [HashedText.of(f"def {name}(): pass\n") for name in ("f", "g")]
    assert [FileNamesCache().of(text, "python").defined for text in texts] == [("f",), ("g",)]


def later() -> float:
    return time.time() + 3600.0


def read(path: Path, reads: list[str]) -> str:
    reads.append(path.read_text())
    return reads[-1]


def test_a_file_that_stays_the_same_is_read_once(tmp_path: Path) -> None:
    path, reads = tmp_path / "a.py", list[str]()
    path.write_text("def f(): pass\n")
    for _ in range(2):
        text = FileDigests(later).text(path, lambda: read(path, reads))
        assert text is not None
        assert FileNamesCache().of(text, "python").defined == ("f",)
    assert len(reads) == 1


@pytest.mark.parametrize("keeps_times", [False, True])
def test_a_file_that_has_changed_is_read_again(tmp_path: Path, *, keeps_times: bool) -> None:
    """Also one of the same size whose time of change was set back, as `cp -p` does."""
    path, reads = tmp_path / "a.py", list[str]()
    path.write_text("def f(): pass\n")
    before, names = path.stat(), list[tuple[str, ...]]()
    for name in ("f", "g"):
        path.write_text(f"def {name}(): pass\n")
        if keeps_times and sys.platform != "win32":
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        text = FileDigests(later).text(path, lambda: read(path, reads))
        assert text is not None
        names.append(FileNamesCache().of(text, "python").defined)
    assert names == [("f",), ("g",)]


def test_a_file_that_changes_while_it_is_looked_at(tmp_path: Path) -> None:
    """Nothing is kept of it under the text that it had before."""
    before = HashedText.of("def f(): pass\n")
    changing = HashedText(before.digest, lambda: "def g(): pass\n")
    assert FileNamesCache().of(changing, "python").defined == ("g",)
    assert FileNamesCache().of(before, "python").defined == ("f",)


def test_what_has_changed_just_now_is_read_each_time(tmp_path: Path) -> None:
    path, reads = tmp_path / "a.py", list[str]()
    path.write_text("def f(): pass\n")
    for _ in range(2):
        assert FileDigests().text(path, lambda: read(path, reads))
    assert len(reads) == 2

"""`.breadknife/baseline.txt`: written in one way, merged by git, and never half understood."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cli.baseline.entries import Entry
from breadknife.cli.baseline.file import baseline_path, read_baseline, write_baseline
from breadknife.errors import SettingsError

FIELD = st.text(st.characters(blacklist_categories=("Cs",)), max_size=12)
HEAD = "# breadknife baseline 1\n"


@given(entries=st.lists(st.builds(Entry, *[FIELD] * 6), max_size=8))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    root = tmp_path_factory.mktemp("root")
    write_baseline(root, entries)
    lines = baseline_path(root).read_bytes().decode().split("\n")[1:-1]
    assert lines == sorted(lines)
    assert sorted(read_baseline(root) or ()) == sorted(entry for entry in entries if not entry.path.startswith("#"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "not a baseline of this version"),
        ("# breadknife baseline 2: x\n", "not a baseline of this version"),
        ("a.py\tr\ts\tt\tb\tb\n", "not a baseline of this version"),
        (HEAD + "<<<<<<< HEAD\n", "baseline.txt:2: a conflict of git"),
        (HEAD + "a.py\tr/x\n", "baseline.txt:2: not a line of a baseline"),
    ],
)
def test_what_is_no_baseline_is_an_error(tmp_path: Path, content: str, told: str) -> None:
    path = baseline_path(tmp_path)
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(SettingsError, match=told):
        read_baseline(tmp_path)


def test_windows_line_ends_and_a_mark_are_read(tmp_path: Path) -> None:
    write_baseline(tmp_path, [Entry("a.py", "r/x", "f", "t", "b", "c")])
    path = baseline_path(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_baseline(tmp_path) == [Entry("a.py", "r/x", "f", "t", "b", "c")]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert read_baseline(tmp_path) is None


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("linked", [".breadknife", ".breadknife/baseline.txt", ".breadknife/.gitattributes"])
def test_no_link_is_written_through(tmp_path: Path, linked: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / linked).parent.mkdir(parents=True)
    if linked == ".breadknife":
        outside.mkdir()
    else:
        outside.write_text("mine")
    (root / linked).symlink_to(outside)
    with pytest.raises(OSError, match=r"link|outside"):
        write_baseline(root, [Entry("a.py", "r/x", "f", "t", "b", "c")])
    assert list(outside.iterdir()) == [] if outside.is_dir() else outside.read_text() == "mine"


@pytest.mark.parametrize("seed", range(5))
def test_two_branches_merge(tmp_path: Path, seed: int) -> None:
    """Whatever both add and remove, git has nothing to ask, and keeps what either still has."""
    random = Random(seed)

    def entry() -> Entry:
        return Entry(f"{random.choice('abc')}.py", "r/x", f"f{random.randrange(9)}", f"t{random.randrange(99)}", "", "")

    base = {entry() for _ in range(20)}
    sides = [{*random.sample(sorted(base), 15), *(entry() for _ in range(5))} for _ in range(2)]
    names = list[str]()
    for name, entries in zip(("mine", "base", "theirs"), (sides[0], base, sides[1]), strict=True):
        (tmp_path / name).mkdir()
        write_baseline(tmp_path / name, entries)
        names.append(str(baseline_path(tmp_path / name)))
    assert "baseline.txt merge=union" in (tmp_path / "base/.breadknife/.gitattributes").read_text()
    subprocess.run(["git", "merge-file", "--union", *names], check=True)
    merged = read_baseline(tmp_path / "mine")
    assert merged is not None
    assert {*merged} >= (sides[0] - base) | (sides[1] - base) | (sides[0] & sides[1])

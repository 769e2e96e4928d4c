"""What an index holds after files came, changed and went, and after it was stopped at any moment."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, ShelfError
from breadknife.plugins.shelf.index.database import all_indexes, index_folder, index_of, remove_index
from breadknife.plugins.shelf.index.filling import FillProgress
from breadknife.plugins.shelf.index.shelves import IndexedShelves, added_folders
from breadknife.plugins.shelf.values import ShelfStatus, SkippedFile
from shelf.filling import ScriptedEmbedder, fill
from shelf.making import encrypted_pdf, pdf


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    (made / "deep").mkdir(parents=True)
    (made / "bread.txt").write_text("Bread needs flour.")
    (made / "deep" / "salt.pdf").write_bytes(pdf("Salt slows the yeast."))
    return made


def status() -> ShelfStatus:
    shelves = IndexedShelves()
    try:
        return shelves.status
    finally:
        shelves.close()


def texts() -> list[str]:
    shelves = IndexedShelves()
    try:
        found = shelves.search("bread flour salt yeast oven rye wheat number", (), 1000)
        return sorted(each.chunk.text for each in found)
    finally:
        shelves.close()


def test_files_come_and_go(folder: Path) -> None:
    assert fill(folder) == ["bread.txt", "deep/salt.pdf"]
    assert texts() == ["Bread needs flour.", "Salt slows the yeast."]
    assert fill(folder) == []
    (folder / "bread.txt").write_text("Bread needs an oven, too.")
    (folder / "rye.md").write_text("# Rye\n\nIt needs acid.")
    (folder / "deep" / "salt.pdf").unlink()
    assert fill(folder) == ["bread.txt", "rye.md"]
    assert texts() == ["Bread needs an oven, too.", "Rye It needs acid."]


def test_a_file_whose_time_alone_has_changed_keeps_its_chunks(folder: Path) -> None:
    embedder = ScriptedEmbedder()
    fill(folder, embedder)
    os.utime(folder / "bread.txt", (1, 1))
    assert fill(folder, embedder) == ["bread.txt"]  # its bytes, to compare them
    assert len(embedder.texts) == 2
    assert fill(folder) == []


def test_what_is_skipped_is_named(folder: Path) -> None:
    (folder / "locked.pdf").write_bytes(encrypted_pdf())
    (folder / "passwords.txt").write_text("bread: hunter2")
    fill(folder)
    assert status().skipped == (
        SkippedFile(folder / "locked.pdf", "it is encrypted", "save a copy without a password"),
        SkippedFile(
            folder / "passwords.txt",
            "its name says that it holds passwords or keys",
            "rename it if it doesn't",
        ),
    )
    assert status().files == 2
    assert fill(folder) == []
    (folder / "locked.pdf").write_bytes(pdf("Rye bread."))
    fill(folder)
    assert [each.file.name for each in status().skipped] == ["passwords.txt"]


@pytest.mark.parametrize("name", [".hidden.txt", ".git/a.txt", "node_modules/a.txt", "~$a.docx", "a.xlsx", "a"])
def test_what_is_not_for_a_shelf(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("Rye bread.")
    assert name not in fill(folder)


def test_a_folder_that_is_gone_keeps_its_index(folder: Path) -> None:
    """Its drive may come back."""
    fill(folder)
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(ShelfError, match="plug its drive in"):
        fill(folder)
    assert len(texts()) == 2


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="everything can be listed")
def test_a_folder_that_cannot_be_listed_keeps_its_files(folder: Path) -> None:
    fill(folder)
    (folder / "deep").chmod(0)
    try:
        fill(folder)
    finally:
        (folder / "deep").chmod(0o700)
    assert len(texts()) == 2


def test_the_index_is_the_users_alone_and_not_in_the_folder(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    fill(folder, ScriptedEmbedder())
    assert sorted(folder.rglob("*")) == before
    [index] = all_indexes()
    assert index.is_relative_to(index_folder())
    if sys.platform != "win32":
        assert stat.S_IMODE(index.stat().st_mode) == 0o600
        assert stat.S_IMODE(index.parent.stat().st_mode) == 0o700


def test_vectors_are_made_once_and_again_for_another_model(folder: Path) -> None:
    one, other = ScriptedEmbedder("one"), ScriptedEmbedder("other")
    fill(folder, one)
    fill(folder, one)
    assert sorted(one.texts) == ["Bread needs flour.", "Salt slows the yeast."]
    assert status().chunks_waiting == 0
    (folder / "bread.txt").write_text("Bread needs an oven.")
    fill(folder, one)
    assert one.texts[2:] == ["Bread needs an oven."]
    fill(folder, other)
    assert sorted(other.texts) == ["Bread needs an oven.", "Salt slows the yeast."]


def truncated(index: Path) -> None:
    index.write_bytes(index.read_bytes()[:9000])


def halved(index: Path) -> None:
    """Its first page is whole, so it opens; what is read later isn't there."""
    index.write_bytes(index.read_bytes()[: index.stat().st_size // 2 // 4096 * 4096])


def garbage(index: Path) -> None:
    index.write_bytes(b"no database, whatever its name says" * 100)


def empty(index: Path) -> None:
    index.write_bytes(b"")


def another_schema(index: Path) -> None:
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("DROP TABLE vectors")
        connection.execute("CREATE TABLE vectors (something TEXT)")
        connection.commit()


def another_version(index: Path) -> None:
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("UPDATE about SET version = 1")
        connection.commit()


def scribbled(index: Path) -> None:
    """Each page but the first few holds something else."""
    data = bytearray(index.read_bytes())
    data[5 * 4096 :] = b"x" * (len(data) - 5 * 4096)
    index.write_bytes(data)


DAMAGES = [truncated, halved, garbage, empty, another_schema, another_version, scribbled]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
def test_a_damaged_index_is_told_in_one_line_and_made_anew(
    folder: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Meanwhile the other folders answer. `breadknife shelf add` brings all that `added_folders` names up to date."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "rye.txt").write_text("Rye bread needs acid.")
    fill(folder)
    fill(other)
    damage(index_of(folder))
    with closing(IndexedShelves()) as shelves:
        assert [each.chunk.text for each in shelves.search("bread", (), 5)] == ["Rye bread needs acid."]
        assert shelves.frequency("acid") == 1
        [problem] = shelves.problems
        assert re.fullmatch(
            rf"the index of {folder} is damaged( or of another version)?; `breadknife shelf add` makes it anew", problem
        )
        assert set(added_folders()) == {folder, other}
        assert fill(folder) == ["bread.txt", "deep/salt.pdf"]
        assert len(shelves.search("bread salt", (), 5)) == 3
        assert shelves.problems == ()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")
@pytest.mark.parametrize("of", ["folder", "folder above"])
def test_a_folder_that_has_become_a_link_is_not_followed(folder: Path, tmp_path: Path, of: str) -> None:
    """Nothing of where it leads gets into the index, and what was read stays."""
    papers = tmp_path / "above" / "papers"
    papers.parent.mkdir()
    folder.rename(papers)
    fill(papers)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "papers").mkdir(parents=True)
    for each in (elsewhere, elsewhere / "papers"):
        (each / "private.txt").write_text("Bread of somebody else.")
    replaced = papers if of == "folder" else papers.parent
    replaced.rename(tmp_path / "before")
    replaced.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(ShelfError, match="is a link now, which isn't followed; add the folder that it leads to"):
        fill(papers)
    assert len(texts()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")
def test_a_folder_that_becomes_a_link_while_it_is_read_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "salt.pdf").write_bytes(pdf("Salt of somebody else."))

    def tell(progress: FillProgress) -> None:
        if progress.done == 1 and not folder.is_symlink():
            folder.rename(tmp_path / "before")
            folder.symlink_to(elsewhere, target_is_directory=True)

    (folder / "zucchini.txt").write_text("Bread with zucchini.")
    with pytest.raises(ShelfError, match="is a link now"):
        fill(folder, tell=tell)
    assert "Salt of somebody else." not in texts()


def test_a_removed_folder_leaves_nothing(folder: Path) -> None:
    fill(folder)
    remove_index(index_of(folder))
    assert list(index_folder().iterdir()) == []
    assert status() == ShelfStatus()


def test_two_folders_are_searched_as_one(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "rye.txt").write_text("Rye bread needs acid.")
    fill(folder)
    fill(other)
    assert len(texts()) == 3
    assert set(status().folders) == {folder, other}


class Stop(Exception):
    """Ends filling in the midst."""


@pytest.mark.parametrize("after", range(1, 8))
def test_whoever_is_stopped_goes_on(folder: Path, after: int) -> None:
    """At each step that is told: the result is the same as without the stop, and nothing is read or embedded twice
    but what was under way."""
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"Bread number {number} needs flour.")
    embedder = ScriptedEmbedder()
    told = 0

    def tell(progress: FillProgress) -> None:
        nonlocal told
        told += progress.done > 0 and progress.done % 16 == 0
        if told == after:
            raise Stop

    stopped = 0
    try:
        fill(folder, embedder, tell=tell)
    except Stop:
        stopped = len(embedder.texts)
    fill(folder, embedder)
    assert len(texts()) == 42
    assert status().chunks_waiting == 0
    assert len(embedder.texts) <= 42 + (16 if stopped else 0)


def test_cancelling_loses_nothing(folder: Path) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        fill(folder, tell=lambda progress: cancel.cancel() if progress.done else None, cancel=cancel)
    assert texts() == ["Bread needs flour."]
    assert fill(folder) == ["deep/salt.pdf"]


FILLS = """
import sys
from pathlib import Path
from shelf.filling import ScriptedEmbedder, fill
fill(Path(sys.argv[1]), ScriptedEmbedder(), tell=lambda progress: print(progress.phase, progress.done, flush=True))
"""


@pytest.mark.parametrize("line", [b"read 5", b"read 20", b"embed 16"])
def test_a_kill_at_any_moment_loses_nothing(folder: Path, line: bytes) -> None:
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"Bread number {number} needs flour.")
    tests = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", FILLS, str(folder)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": tests}
    )
    assert process.stdout
    for told in process.stdout:
        if told.strip() == line:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    embedder = ScriptedEmbedder()
    fill(folder, embedder)
    assert len(texts()) == 42
    assert status().chunks_waiting == 0
    connection = sqlite3.connect(index_of(folder))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.execute("INSERT INTO words(words) VALUES ('integrity-check')")  # raises where they don't fit the chunks
    connection.close()


def test_a_search_sees_what_another_process_has_written(folder: Path) -> None:
    shelves = IndexedShelves()
    assert shelves.search("bread", (), 5) == ()
    fill(folder)
    assert [each.chunk.text for each in shelves.search("bread", (), 5)] == ["Bread needs flour."]
    assert shelves.frequency("bread") == 1
    time.sleep(0.01)  # so that the file's time is another one
    (folder / "bread.txt").write_text("Bread needs bread, it is said. It does.")
    (folder / "more.txt").write_text("More bread.")
    fill(folder)
    assert len(shelves.search("bread", (), 5)) == shelves.frequency("bread") == 2
    remove_index(index_of(folder))
    assert shelves.search("bread", (), 5) == ()
    shelves.close()

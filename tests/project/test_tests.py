"""What is a test, and what a test reads, by names of files and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.project.tests import is_test, is_test_data


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tests/data/cases/comments.py", True),
        ("tests/syntax-tests/source/Go/main.go", True),
        ("src/test/resources/page.html", True),
        ("pkg/testdata/in.go", True),
        ("tests/syntax-tests/markdown/example.md", True),
        ("tests/README.md", False),
        ("tests/data.md", False),
        ("tests/syntax-tests/notes/README.md", False),
        ("tests/unit/test_one.py", False),
        ("tests/helpers/server.py", False),
        ("docs/data/page.md", False),
        ("docs/tests.md", False),
    ],
)
def test_what_a_test_reads(tmp_path: Path, name: str, expected: bool) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("")
    assert is_test_data(path, tmp_path, is_document=path.suffix in (".md", ".html")) is expected


def test_a_document_beside_tests_is_about_them(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "slow"
    folder.mkdir(parents=True)
    (folder / "test_it.py").write_text("")
    assert not is_test_data(folder / "how.md", tmp_path, is_document=True)


def test_the_folders_around_a_project_say_nothing(tmp_path: Path) -> None:
    root = tmp_path / "tests" / "data"
    assert not is_test_data(root / "README.md", root, is_document=True)
    assert not is_test_data(tmp_path / "elsewhere.md", root, is_document=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("tests/a.py", True), ("a_test.go", True), ("a.spec.ts", True), ("ATest.java", True), ("src/a.py", False)],
)
def test_what_is_a_test(name: str, expected: bool) -> None:
    assert is_test(name) is expected

"""Reports as checkers write them: where their paths are seen from, of another commit, too long, of a changing file."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.project import changes as changes_module
from breadknife.plugins.nullcheck.project.changes import UnsavedDocuments
from breadknife.text.document import Span, TextEdit
from cli.commands import within
from project.folders import write

STORE = "import shutil\n\n\ndef host(name):\n    match = shutil.which(name)\n    return match.end()\n"
SAID = '{path}:6:18 - error: "end" is not a known attribute of "None" (reportOptionalMemberAccess)\n'
ONE = "1 finding about null: 1 to read\n"


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    write(tmp_path / "project", {"pkg/store.py": STORE, "breadknife.toml": '[nullcheck]\noracle = "off"\n'})
    (tmp_path / "project" / "ci").mkdir()
    return tmp_path / "project"


@pytest.mark.parametrize(
    "path",
    [
        "pkg/store.py",
        "./pkg/store.py",
        "../pkg/store.py",
        "../project/pkg/store.py",
        "pkg\\store.py",
        "..\\pkg\\store.py",
        "C:\\work\\project\\pkg\\store.py",
        "/home/runner/work/project/pkg/store.py",
        "{root}/pkg/store.py",
        "file://{root}/pkg/store.py",
        "file:///c%3A/work/project/pkg/store.py",
    ],
)
@pytest.mark.parametrize("report", ["report.txt", "ci/report.txt"])
def test_a_path_is_found_however_it_is_written(project: Path, path: str, report: str) -> None:
    write(project, {report: f"  {SAID.format(path=path.format(root=project.as_posix()))}"})
    assert within(project, "null", "triage", "--from", report).stdout.startswith(ONE)


@pytest.mark.parametrize("path", ["../elsewhere/other.py", "/etc/no-such.py", "gone.py", "C:\\gone.py"])
def test_findings_of_other_files_are_told(project: Path, path: str) -> None:
    write(project.parent, {"elsewhere/other.py": STORE})
    result = within(project, "null", "triage", "--from", "-", given=f"  {SAID.format(path=path)}")
    why = "of no file that is looked at; run this in the folder that the checker ran in"
    assert f"1 finding, at {path}:6: {why}" in result.stderr
    assert result.stdout.startswith("0 findings about null")


@pytest.mark.parametrize(
    "said",
    [
        "pkg/store.py:60:18",  # no such line
        "pkg/store.py:5:70",  # no such column
        "pkg/store.py:5:18",  # not the name on this line
    ],
)
def test_a_report_of_another_commit_is_told(project: Path, said: str) -> None:
    message = 'error: "end" is not a known attribute of "None" (reportOptionalMemberAccess)'
    result = within(project, "null", "triage", "--from", "-", given=f"  {said} - {message}\n")
    place = said.rpartition(":")[0]
    assert f"1 finding, at {place}: not of the text as it is by now; run the checker again" in result.stderr
    assert result.returncode == 0


def test_more_findings_than_anybody_reads(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breadknife.plugins.nullcheck.project.reported._MOST", 2)
    names = [f"pkg/m{number}.py" for number in range(5)]
    write(project, dict.fromkeys(names, STORE))
    given = "".join(f"  {SAID.format(path=name)}" for name in names)
    result = within(project, "null", "triage", "--from", "-", given=given)
    assert "3 findings left out, after 2 places: name files or folders to look at others" in result.stderr
    assert result.stdout.startswith("2 findings about null")
    rest = within(project, "null", "triage", "--from", "-", "pkg/m4.py", given=given)
    assert rest.stdout.startswith(ONE)


def test_a_file_that_is_too_long(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def takes_too_long(text: str, language: str) -> None:
        """No tree."""

    monkeypatch.setattr("breadknife.plugins.nullcheck.project.repairs.parse", takes_too_long)
    result = within(project, "null", "triage", "--from", "-", given=f"  {SAID.format(path='pkg/store.py')}")
    assert "1 finding, at pkg/store.py:6: the file is too long to be analysed" in result.stderr
    assert result.stdout.startswith("0 findings about null")


def test_files_that_are_not_named_are_left_out_without_a_word(project: Path) -> None:
    write(project, {"pkg/other.py": STORE})
    given = "".join(f"  {SAID.format(path=path)}" for path in ("pkg/store.py", "pkg/other.py"))
    result = within(project, "null", "triage", "--from", "-", "pkg/store.py", given=given)
    assert result.stdout.startswith(ONE)
    assert result.stderr == "breadknife: 2 findings read: 1 place about null\n"


def test_a_line_that_is_named(project: Path) -> None:
    given = f"  {SAID.format(path='pkg/store.py')}"
    assert "+    if match is None:" in within(project, "fix", "pkg/store.py:6", "--from", "-", given=given).stdout
    assert within(project, "fix", "pkg/store.py:5", "--from", "-", given=given).stdout == ""


def test_a_file_that_changes_while_others_are_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody saves the second file after the first is written: both are as they would have been without us."""
    write(project, {"a.py": "a\n", "b.py": "b\n"})
    unsaved = UnsavedDocuments()
    for name in ("a.py", "b.py"):
        unsaved.put(unsaved.edited({project / name: (TextEdit(Span(0, 1), "ours"),)}))

    def rewrite(path: Path, raw: bytes) -> None:
        path.write_bytes(raw)
        (project / "b.py").write_text("theirs\n")

    monkeypatch.setattr(changes_module, "rewrite", rewrite)
    with pytest.raises(DocumentError, match="has changed meanwhile: its repairs weren't written"):
        unsaved.write()
    assert (project / "a.py").read_text() == "a\n"
    assert (project / "b.py").read_text() == "theirs\n"

"""What a person sees of findings in a terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from breadknife.cli.formats.table import FORMATS
from breadknife.cli.formats.values import RelatedSpan, ReportedFile, ReportedFinding
from breadknife.task.values import DocumentEdits, Finding, Fix
from breadknife.text.document import Document, Span, TextEdit, apply_edits
from cli.lint.writing import written


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "marked", "shown"),
    [
        ("x = a.b", "a", ["    x = a.b", "        ^"]),
        ("\tm[1]", "m", ["        m[1]", "        ^"]),
        ("a\tb", "b", ["    a   b", "        ^"]),
        ("日本 x", "x", ["    日本 x", "         ^"]),
        ("日本", "本", ["    日本", "      ^^"]),
    ],
)
def test_the_caret_stands_under_what_it_means(
    text: str, marked: str, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    start = text.index(marked)
    finding = Finding(Span(start, start + len(marked)), "harper", "Rule", "so")
    out = Terminal()
    written(
        "text",
        ReportedFinding(ReportedFile(Path("a.txt"), Document("file:///a.txt", "plaintext", text)), finding),
        out=out,
    )
    _, *lines, last = out.getvalue().splitlines()
    assert lines == shown
    assert last == "1 finding in 1 file"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_whether_it_has_fixes(name: str) -> None:
    fix = Fix("Change it", (TextEdit(Span(0, 1), "replacement"),))
    finding = Finding(Span(0, 1), "harper", "Rule", "so", fixes=(fix,))
    out = written(
        name, ReportedFinding(ReportedFile(Path("a.txt"), Document("file:///a.txt", "plaintext", "a")), finding)
    )
    assert ("replacement" in out) is FORMATS[name].has_fixes


def test_a_fix_that_inserts_deletes_nothing() -> None:
    """It stands where it belongs, not over the finding."""
    fix = Fix("Assert", (TextEdit(Span(0, 0), "assert a\n"),))
    finding = Finding(Span(2, 3), "nullcheck", "none-attribute", "so", fixes=(fix,))
    problem = ReportedFinding(ReportedFile(Path("a.txt"), Document("file:///a.txt", "plaintext", "x a")), finding)
    [edit] = json.loads(written("json", problem))[0]["fixes"][0]["edits"]
    assert edit == {"path": "a.txt", "line": 1, "column": 1, "end_line": 1, "end_column": 1, "new_text": "assert a\n"}
    [result] = json.loads(written("sarif", problem))["runs"][0]["results"]
    [replacement] = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}


def test_of_edits_at_one_place_the_insertion_is_told_first() -> None:
    edits = (
        TextEdit(Span(4, 5), "c"),
        TextEdit(Span(2, 3), "b"),
        TextEdit(Span(2, 2), "x\n"),
        TextEdit(Span(2, 2), "y\n"),
    )
    finding = Finding(Span(2, 3), "nullcheck", "none-attribute", "so", fixes=(Fix("Do", edits),))
    document = Document("file:///a.txt", "plaintext", "x a d")
    told = json.loads(written("json", ReportedFinding(ReportedFile(Path("a.txt"), document), finding)))[0]["fixes"][0][
        "edits"
    ]
    assert [each["new_text"] for each in told] == ["x\n", "y\n", "b", "c"]
    text = document.text
    for each in reversed(told):  # as docs/lint.md says
        text = text[: each["column"] - 1] + each["new_text"] + text[each["end_column"] - 1 :]
    assert text == "x x\ny\nb c" == apply_edits(document.text, edits)


def test_what_explains_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    use = ReportedFile(Path("use.py"), Document("file:///use.py", "python", "m = f()\nm.x\n"))
    lib = ReportedFile(Path("lib.py"), Document("file:///lib.py", "python", "\ndef f(): ...\n"))
    finding = Finding(Span(8, 9), "nullcheck", "none-attribute", "`m` may be None")
    related = (RelatedSpan(lib, Span(5, 6), "`f` may return None"), RelatedSpan(use, Span(0, 1), "`m` gets it here"))
    problem = ReportedFinding(use, finding, related)
    terminal = Terminal()
    written("text", problem, out=terminal)
    assert terminal.getvalue().splitlines()[1:-1] == [
        "    m.x", "    ^", "    lib.py:2:5 `f` may return None", "    use.py:1:1 `m` gets it here",
    ]  # fmt: skip
    for one_line in ("text", "github"):
        assert len(written(one_line, problem).splitlines()) == 1
    [shown] = json.loads(written("json", problem))
    assert shown["related"] == [
        {"path": "lib.py", "line": 2, "column": 5, "end_line": 2, "end_column": 6, "message": "`f` may return None"},
        {"path": "use.py", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "message": "`m` gets it here"},
    ]
    [result] = json.loads(written("sarif", problem))["runs"][0]["results"]
    assert [
        (each["id"], each["physicalLocation"]["artifactLocation"]["uri"], each["message"]["text"])
        for each in result["relatedLocations"]
    ] == [(0, "lib.py", "`f` may return None."), (1, "use.py", "`m` gets it here.")]
    [diagnostic] = json.loads(written("rdjson", problem))["diagnostics"]
    assert [(each["message"], each["location"]["path"]) for each in diagnostic["related_locations"]] == [
        ("`f` may return None", "lib.py"), ("`m` gets it here", "use.py"),
    ]  # fmt: skip


def test_a_fix_of_another_file_says_which_file_each_edit_is_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    library = Document((tmp_path / "my lib.py").as_uri(), "python", "x: int\n")
    there = DocumentEdits(library, (TextEdit(Span(3, 6), "int | None"),))
    fix = Fix("Declare it", (TextEdit(Span(0, 0), "import a\n"),), elsewhere=(there,))
    only_there = Fix("Declare it alone", (), elsewhere=(there,))
    finding = Finding(Span(0, 1), "nullcheck", "none-attribute", "so", fixes=(fix, only_there))
    problem = ReportedFinding(
        ReportedFile(Path("a.py"), Document((tmp_path / "a.py").as_uri(), "python", "b\n")), finding
    )
    fixes = json.loads(written("json", problem))[0]["fixes"]
    assert [[(edit["path"], edit["new_text"]) for edit in each["edits"]] for each in fixes] == [
        [("a.py", "import a\n"), ("my lib.py", "int | None")], [("my lib.py", "int | None")],
    ]  # fmt: skip
    [result] = json.loads(written("sarif", problem))["runs"][0]["results"]
    assert [[change["artifactLocation"]["uri"] for change in each["artifactChanges"]] for each in result["fixes"]] == [
        ["a.py", "my%20lib.py"], ["my%20lib.py"],
    ]  # fmt: skip
    [diagnostic] = json.loads(written("rdjson", problem))["diagnostics"]
    assert "suggestions" not in diagnostic  # a suggestion is one edit of the finding's own file


def test_a_summary_shows_a_message_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a text says isn't Markdown, and mentions nobody."""
    monkeypatch.chdir(tmp_path)
    hostile = "<img src=x> [a](b) @all `c` | d\n# e"
    document = Document("file:///a.txt", "plaintext", "one\ntwo\n")
    finding = Finding(Span(4, 7), "harper", "Rule", hostile)
    problem = ReportedFinding(ReportedFile(Path("a|b.txt"), document), finding)
    summary = written("markdown", problem, problem, failures=(f"c.txt: {hostile}",))
    assert summary.splitlines()[0] == "### breadknife: 2 findings in 1 file"
    assert "| harper/Rule | 2 | The rule harper/Rule. |" in summary
    assert "- a&#124;b.txt&#58;2: &#60;img src=x&#62; &#91;a" in summary
    assert not any(mark in summary for mark in ("<img", "[a]", "@all", "`c`", "\n# e"))
    assert "Not checked:\n\n- c.txt" in summary
    assert written("markdown") == "### breadknife: no findings\n"
    assert "- and 2 more" in written("markdown", *[problem] * 202)

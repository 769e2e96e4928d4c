"""What the options of `breadknife lint` leave out, count, and where they write to."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from breadknife.cli.lint.options import RuleSelection, split_names
from breadknife.cli.main import app
from breadknife.errors import SettingsError
from breadknife.task.values import Finding
from breadknife.text.document import Span
from project.folders import write

NULL = 'import re\n\nm = re.match("a", "b")\nm.group()\nre.match("a", "b") + 1\n'
PROSE = "This is an useful text for the the reader.\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    settings = "[prose]\nlanguagetool = false\nmodel = false\n"
    settings += "[nullcheck]\nseverity_medium = 'warning'\nseverity_low = 'warning'\n"
    write(folder, {"a.py": NULL, "b.md": PROSE, "breadknife.toml": settings})
    monkeypatch.chdir(folder)
    return folder


def lint(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(app, ["lint", *arguments], input=given)


@pytest.mark.parametrize(
    ("selected", "ignored", "kept"),
    [
        ("", "", "harper/AnA nullcheck/none-attribute nullcheck/none-operand harper+languagetool/AnA"),
        ("nullcheck", "", "nullcheck/none-attribute nullcheck/none-operand"),
        ("nullcheck/none-a", "", "nullcheck/none-attribute"),
        ("none-attribute,AnA", "", "harper/AnA nullcheck/none-attribute harper+languagetool/AnA"),
        ("", "nullcheck", "harper/AnA harper+languagetool/AnA"),
        ("", "none-operand", "harper/AnA nullcheck/none-attribute harper+languagetool/AnA"),
        ("languagetool/", "", "harper+languagetool/AnA"),
        ("nullcheck", "nullcheck/none-operand", "nullcheck/none-attribute"),
        ("nullcheck/none-operand", "nullcheck", "nullcheck/none-operand"),
        ("nullcheck", "nullcheck", ""),
    ],
)
def test_the_longest_name_decides(selected: str, ignored: str, kept: str) -> None:
    selection = RuleSelection(split_names([selected]), split_names([ignored]))
    rules = ["harper/AnA", "nullcheck/none-attribute", "nullcheck/none-operand", "harper+languagetool/AnA"]
    findings = {rule: Finding(Span(0, 1), rule.partition("/")[0], rule.partition("/")[2], "so") for rule in rules}
    assert [rule for rule, finding in findings.items() if selection.keeps(finding)] == kept.split()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "nullcheck/none-atribute",
            "--select nullcheck/none-atribute: no such rule; the nearest are nullcheck/none-attr",
        ),
        ("ana", "the nearest are AnA"),
        ("languagetool/ANYTHING", ""),  # it can't list its rules
        ("none-", ""),
        ("zzz", "name a rule as a finding shows it, such as `nullcheck/none-attribute`"),
    ],
)
def test_a_rule_that_is_not_there(name: str, said: str) -> None:
    rules = {"nullcheck/none-attribute": "", "harper/AnA": "", "languagetool/": ""}
    with pytest.raises(SettingsError, match=re.escape(said)) if said else nullcontext():
        RuleSelection((name,)).check(rules)


@pytest.mark.parametrize(
    ("arguments", "code", "places"),
    [
        (["--select", "nullcheck", "."], 1, ["a.py:4:1", "a.py:5:1"]),
        (["--ignore", "none-operand,harper", "."], 1, ["a.py:4:1"]),
        (["--ignore", "nullcheck", "--ignore", "harper", "."], 0, []),
        (["--exit-zero", "--select", "nullcheck/none-operand", "."], 0, ["a.py:5:1"]),
        (["--select", "nullcheck", "nowhere", "a.py", "gone/"], 2, ["a.py:4:1", "a.py:5:1"]),
        (["--exit-zero", "--select", "nullcheck", "nowhere", "a.py"], 2, ["a.py:4:1", "a.py:5:1"]),
        (["--select", "nullcheck", "a.py", "./a.py", "."], 1, ["a.py:4:1", "a.py:5:1"]),
    ],
)
def test_findings_and_exit_codes(arguments: list[str], code: int, places: list[str]) -> None:
    result = lint(*arguments)
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()] == places
    assert result.exit_code == code
    for missing in {"nowhere", "gone/"} & {*arguments}:
        assert f"breadknife: {Path(missing)}: no such file or folder\n" in result.stderr


def test_statistics_count_the_rules() -> None:
    result = lint("--statistics", ".")
    assert result.exit_code == 1
    counts = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    assert [(count, rule) for count, rule, _ in counts] == [
        ("1", "harper/AnA"), ("1", "harper/RepeatedWords"), ("1", "nullcheck/none-attribute"),
        ("1", "nullcheck/none-operand"),
    ]  # fmt: skip
    assert counts[-1][2] == "A value that may be null is an operand."
    as_json = json.loads(lint("--statistics", "--format", "json", ".").stdout)
    assert [(each["rule"], each["count"]) for each in as_json] == [(rule, int(count)) for count, rule, _ in counts]


def test_an_output_file_has_what_standard_output_would_have(project: Path) -> None:
    shown = lint("--select", "nullcheck", ".").stdout
    result = lint("--select", "nullcheck", "--output-file", "report.txt", ".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (project / "report.txt").read_text("utf-8") == shown
    result = lint("--output-file", "nowhere/report.txt", ".")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--output-file nowhere/report.txt: its folder is not there" in result.stderr


@pytest.mark.parametrize(
    ("name", "given", "code", "line"),
    [
        ("new.py", NULL, 1, "new.py:4:1: warning: `m` may be None"),
        ("a.py", "x = 1\n", 0, ""),  # not what the file holds
        ("sub/new.md", PROSE, 1, "sub/new.md:1:9: warning: "),
        ("use.py", "import a\n\na.m.group()\n", 0, ""),
    ],
)
def test_standard_input_is_checked_as_the_file_of_that_name(name: str, given: str, code: int, line: str) -> None:
    result = lint("--stdin-filename", name, given=given)
    assert (result.exit_code, result.stderr) == (code, "")
    assert result.stdout.startswith(line)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--stdin-filename", "a.py", "b.md"], "leave the paths out"),
        ([], "name files or folders, such as `.`"),
        (["--format", "junit", "--statistics", "."], "--statistics: its formats are text, json"),
        (["--select", "nullchek", "."], "--select nullchek: no such rule"),
    ],
)
def test_options_that_exclude_each_other(arguments: list[str], said: str) -> None:
    result = lint(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.replace("│", "").split())


def test_one_run_writes_several_formats(project: Path) -> None:
    result = lint("--report", "rdjson:all.json", "--report=markdown:summary.md", "b.md")
    assert "b.md:1:9: " in result.stdout
    [first, _] = json.loads((project / "all.json").read_text("utf-8"))["diagnostics"]
    assert first["suggestions"][0]["text"] == "a"
    assert "| harper/AnA | 1 | A rule that looks for" in (project / "summary.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("all.json", "--report all.json: write FORMAT:FILE; the formats are text, json, "),
        ("xml:all.xml", "--report xml:all.xml: write FORMAT:FILE"),
        ("json:", "--report json:: write FORMAT:FILE"),
        ("json:no/where", "--report no/where: its folder is not there"),
    ],
)
def test_a_report_that_can_not_be_written(report: str, said: str) -> None:
    result = lint("--report", report, "b.md")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr

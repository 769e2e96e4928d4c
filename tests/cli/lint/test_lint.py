"""`breadknife lint` as CI runs it: the built-in plugins, Harper alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import in_terminal, shown_lines, within
from project.folders import write

NULL = 'import re\n\nm = re.match("a", "é😀")\nprint("😀", m.group())\n'
HARPER_ALONE = "[prose]\nlanguagetool = false\nmodel = false\n"
PROSE = "This is an useful option for large repositories.\n"


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "breadknife.toml").write_text(
        f"{HARPER_ALONE}[nullcheck]\nseverity_medium = 'warning'\nseverity_low = 'warning'\n"
    )
    return folder


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return within(folder, "lint", *arguments)


@pytest.mark.parametrize(
    ("files", "paths", "code"),
    [
        ({"a.py": "x = 1\n"}, ["."], 0),
        ({"a.py": NULL}, ["."], 1),
        ({"a.md": PROSE}, ["a.md"], 1),
        ({}, ["missing.py"], 2),
        ({"a.py": "x = 1\n", "b.py": "\0"}, ["a.py", "b.py"], 2),
        ({"a.md": PROSE, ".gitignore": "*.md\n"}, ["."], 0),
        ({"a.md": PROSE, ".gitignore": "*.md\n!a.md\n"}, ["."], 1),
        ({"a.md": PROSE, ".gitignore": "*.md\n"}, ["a.md"], 1),  # named is asked for
        ({"sub/a.md": PROSE, "sub/.gitignore": "/a.md\n"}, ["sub"], 0),
        ({"build/a.md": PROSE, ".gitignore": "build/\n"}, ["."], 0),
        ({"a.md": PROSE.replace("\n", "\r\n")}, ["."], 1),
        ({"a.py": ""}, ["."], 0),
    ],
)
def test_exit_codes(project: Path, files: dict[str, str], paths: list[str], code: int) -> None:
    write(project, files)
    result = lint(project, *paths)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr


LIKELY = "import yaml\n\nline = input()\nm = yaml.safe_load(line)\nm.keys()\n"
USE = "    def u{}(self):\n        return self.x.strip()\n"
UNLIKELY = "class A:\n    x: str | None = None\n\n" + "".join(USE.format(at) for at in range(400))


@pytest.mark.parametrize(
    ("text", "arguments", "code", "hidden"),
    [
        (UNLIKELY, [], 0, "1 unlikely finding not shown"),
        (UNLIKELY, ["--min-confidence", "low"], 1, ""),
        (LIKELY, [], 1, ""),
        (LIKELY, ["--min-confidence", "high"], 1, ""),
    ],
    ids=["unlikely", "asked for", "likely", "most likely"],
)
def test_what_most_likely_cannot_happen_is_shown_on_request(
    project: Path, text: str, arguments: list[str], code: int, hidden: str
) -> None:
    write(project, {"a.py": text, "breadknife.toml": HARPER_ALONE})
    result = lint(project, *arguments, "a.py")
    assert result.returncode == code, result.stdout + result.stderr
    assert hidden in result.stderr
    assert bool(result.stdout) is bool(code)


def test_a_python_file_is_read_in_the_encoding_that_it_names(project: Path) -> None:
    (project / "a.py").write_bytes(b"# coding: latin-1\n" + NULL.replace("😀", "").encode("latin-1"))
    (project / "b.py").write_bytes(b"x = '\xe9'\n")
    result = lint(project, "a.py", "b.py")
    assert result.returncode == 2
    assert result.stdout.startswith("a.py:5:11: warning: `m` may be None")
    assert "b.py:1: not UTF-8 (byte 0xe9); convert the file, or name its encoding" in result.stderr


def test_json_counts_in_lines_and_code_points(project: Path) -> None:
    write(project, {"a.py": NULL})
    [finding] = json.loads(lint(project, "--format", "json", "a.py").stdout)
    place = {key: finding[key] for key in ("path", "line", "column", "end_line", "end_column", "source", "severity")}
    assert place == {
        "path": "a.py", "line": 4, "column": 12, "end_line": 4, "end_column": finding["end_column"],
        "source": "nullcheck", "severity": "warning",
    }  # fmt: skip
    assert {"code", "message", "fixes"} <= set(finding)
    raises = next(fix for fix in finding["fixes"] if fix["title"].startswith("Raise"))
    [inserted] = raises["edits"]
    assert inserted == {
        "path": "a.py",
        "line": 4,
        "column": 1,
        "end_line": 4,
        "end_column": 1,
        "new_text": inserted["new_text"],
    }
    assert inserted["new_text"].startswith("if m is None:\n    raise ")


def test_what_other_files_say_is_known_before_the_first_is_checked(project: Path) -> None:
    """Java's packages are found in the index alone, which is made in the background in an editor."""
    node = "package b;\n\nclass Node {\n    @Nullable Node next() { return g(); }\n}\n"
    here = "package b;\n\nclass Here {\n    void f(Node n) {\n        n.next().next();\n    }\n}\n"
    more = {f"src/b/More{at}.java": f"package b;\n\nclass More{at} {{}}\n" for at in range(30)}
    write(project, {"src/b/Node.java": node, "src/b/Here.java": here, **more})
    result = lint(project, "src/b/Here.java")
    assert (result.returncode, result.stdout.count("none-attribute")) == (1, 1), result.stdout + result.stderr


def test_a_folder_without_a_mark_is_a_project_where_it_is_asked_for(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "bare"
    find = "def find(k):\n    try:\n        return open(k)\n    except OSError:\n        return None\n"
    write(folder, {"found.py": find, "use.py": "from found import find\n\nfile = find(1)\nfile.x\n"})
    result = lint(folder, ".")
    assert "use.py:4:1: warning: `file` may be None: `find` may return None" in result.stdout, result.stderr


def test_github(project: Path) -> None:
    write(project, {"a b.md": PROSE})
    [line] = lint(project, "--format", "github", ".").stdout.splitlines()
    assert line.startswith(("::warning file=a b.md,line=1,", "::notice file=a b.md,line=1,"))
    assert "::" in line[2:]


def test_sarif_is_valid(project: Path) -> None:
    write(project, {"a.py": NULL, "a.md": PROSE})
    report = json.loads(lint(project, "--format", "sarif", ".").stdout)
    [run] = report["runs"]
    assert report["version"] == "2.1.0"
    assert {result["ruleId"] for result in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "yaml", "."], "the formats are text, json, github, gitlab, junit, markdown, rdjson, sarif"),
        (["nowhere"], "nowhere: no such file or folder"),
        (["--language", "pyton", "."], "--language pyton: no plugin checks it; there are "),
        (["--stale-ignores", "--format", "json", "."], "no other format than text"),
        (["--only", "nullchek", "."], "--only nullchek: no such plugin checks files; there are drift, nullcheck, "),
        (["--only", "completion", "."], "--only completion: no such plugin checks files"),
        (["--only", "nullcheck", "--language", "markdown", "."], "--language markdown: no plugin checks it"),
        (["--only", "prose", "--stale-ignores", "."], "leave --only out"),
    ],
)
def test_errors_say_what_to_do(project: Path, arguments: list[str], said: str) -> None:
    result = lint(project, *arguments)
    assert result.returncode == 2
    assert said in result.stderr


def test_a_wrong_setting_names_file_line_key_and_the_nearest_name(project: Path) -> None:
    (project / "breadknife.toml").write_text("[prose]\nlanguagetol = false\n")
    write(project, {"a.md": PROSE})
    result = lint(project, ".")
    assert result.returncode == 2
    assert "breadknife.toml:2: prose.languagetol: no such setting; did you mean `languagetool`?" in result.stderr


def test_an_editor_and_ci_agree(project: Path) -> None:
    """The same host, asked by the command line and as an editor would ask it."""
    from breadknife.cli.assemble import command_line, make_host
    from breadknife.host.settings import file_layers, resolve
    from breadknife.task.values import CheckRequest
    from breadknife.text.document import Document

    write(project, {"a.py": NULL + f"# {PROSE}"})
    host = make_host()
    layers, _ = file_layers(project)
    host.settings, _ = resolve([*layers, command_line(offline=True)], host.registry.settings_types)
    text = (project / "a.py").read_bytes().decode()
    reply = host.ask(CheckRequest(Document((project / "a.py").as_uri(), "python", text, 7)), root=project)
    host.close()
    linted = json.loads(lint(project, "--format", "json", "a.py").stdout)
    assert [(f.source, f.code, f.message) for f in reply.findings] == [
        (f["source"], f["code"], f["message"]) for f in linted
    ]
    assert len(linted) == 2


def test_a_null_finding_tells_its_path(project: Path) -> None:
    """Also where it begins in a file that wasn't named."""
    write(project, {
        "lib.py": "def find(key):\n    if key:\n        return key\n    return None\n",
        "use.py": "from lib import find\n\n\ndef first(key):\n    it = find(key)\n    return it.upper()\n",
    })  # fmt: skip
    [finding] = json.loads(lint(project, "--format", "json", "use.py").stdout)
    assert [(told["path"], told["line"], told["message"]) for told in finding["related"]] == [
        ("lib.py", 1, "`find` may return None"),
        ("use.py", 5, "`it` gets it here"),
        ("use.py", 6, "It arrives only where `key` is false; nothing checks it before the use"),
    ]
    [result] = json.loads(lint(project, "--format", "sarif", "use.py").stdout)["runs"][0]["results"]
    assert [each["message"]["text"] for each in result["relatedLocations"]] == [
        f"{told['message']}." for told in finding["related"]
    ]


def test_only_the_plugins_that_are_named_are_asked(project: Path) -> None:
    write(project, {"a.py": NULL + f"# {PROSE}"})

    def sources(*only: str) -> set[str]:
        asked = [word for name in only for word in ("--only", name)]
        return {each["source"] for each in json.loads(lint(project, "--format", "json", *asked, "a.py").stdout)}

    assert sources() == sources("nullcheck", "prose") == {"nullcheck", "harper"}
    assert sources("nullcheck") == {"nullcheck"}


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
def test_a_terminal_shows_which_file_is_checked_in_a_line_that_goes_away(project: Path) -> None:
    long = f"{'long' * 20}.md"
    write(project, {"a.py": NULL, "b.md": PROSE, long: "", "c.py": "\0"})
    result, shown = in_terminal(project, "lint", "a.py", "b.md", "c.py", long)
    assert result.returncode == 2
    assert result.stdout == lint(project, "a.py", "b.md", "c.py", long).stdout
    lines = shown_lines(shown)
    assert [line for line in lines if " of 4: " in line] == [
        "1 of 4: a.py", "2 of 4: b.md", "3 of 4: c.py",
        f"4 of 4: {long}"[:58] + "…",
    ]  # fmt: skip
    assert "breadknife: c.py: a binary file (it has NUL bytes)" in lines
    assert shown.endswith("\x1b[K\r")


@pytest.mark.parametrize(
    ("paths", "arguments", "said"),
    [
        (
            ["nb.vue", "b.svg", "c.svg"],
            ["--only", "nullcheck"],
            "nb.vue and 2 more: nothing checks files of this kind",
        ),
        (["nb.vue"], [], "nb.vue: nothing checks files of this kind; it is read as plain text"),
        (["nb.vue"], ["--only", "nullcheck"], "nb.vue: nothing checks files of this kind"),
        (["a.md"], ["--only", "nullcheck"], ""),
        (["nb.vue"], ["--language", "markdown"], ""),
        (["NOTES"], [], ""),
        (["a.md"], [], ""),
        (["."], ["--only", "nullcheck"], ""),
    ],
)
def test_a_named_file_that_nothing_looks_at_is_told(
    project: Path, paths: list[str], arguments: list[str], said: str
) -> None:
    """Hooks name all that has changed: it is no error."""
    write(project, dict.fromkeys(["b.svg", "c.svg", "nb.vue", "a.md", "NOTES"], "{}\n"))
    result = lint(project, *arguments, *paths)
    assert (result.returncode, result.stderr) == (0, f"breadknife: {said}\n" if said else "")


def test_places_in_notebooks_are_those_of_cells_and_of_the_file(project: Path) -> None:
    cells = [{"cell_type": "markdown", "source": ["# A title\n", PROSE]}, {"cell_type": "code", "source": ["x = 1"]}]
    write(project, {"nb.ipynb": json.dumps({"cells": cells}, indent=1)})
    assert lint(project, ".").stdout.startswith("nb.ipynb:cell 1:2:9: warning: ")
    (found,) = json.loads(lint(project, "--format", "json", ".").stdout)
    assert (found["line"], found["fixes"][0]["edits"][0]["new_text"]) == (7, "a")

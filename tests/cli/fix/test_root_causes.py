"""`breadknife fix --null` as people run it: what ends several findings at once, with a checker, tests, and git."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.project.declared import Kind
from breadknife.plugins.nullcheck.project.root_causes import BY_HAND
from cli.commands import breadknife, in_terminal, read, shown_lines
from cli.fix.checkers import USES, mypy
from project.folders import write

CAUSE = """\
class Store:
    def __init__(self):
        self._names = None

    def fill(self):
        self._names = []

    def add(self, name):
        self._names.append(name)

    def last(self):
        return self._names[-1]
"""
REPAIRED = CAUSE.replace("self._names = None", "self._names = []")
CHECKER = """\
import pathlib, re, sys
text = pathlib.Path("a.py").read_text()
if "self._names = None" in text:
    for at, line in enumerate(text.splitlines(), 1):
        if found := re.search(r"_names\\.(append)", line):
            column = found.start() + 1
            print(f'a.py:{at}:{column}: error: Item "None" of "L | None" has no attribute "append"  [union-attr]')
        if found := re.search(r"self\\._names\\[", line):
            place = f"a.py:{at}:{found.start() + 1}:{at}:{found.end() + 2}"
            print(f'{place}: error: Value of type "L | None" is not indexable  [index]')
print(sys.argv[1:] and f"a.py:{text.count(sys.argv[1])}: error: So many of them  [misc]" or "")
"""
"""Finds what mypy would, and with an argument counts a word: an error that every edit of it changes."""


@pytest.fixture
def checker(tmp_path: Path) -> Callable[[str], str]:
    script = tmp_path / "checker.py"
    script.write_text(CHECKER, "utf-8")
    return lambda word: f'"{sys.executable}" "{script}" {word}'


def test_a_declaration_ends_all_that_it_causes(project: Path, checker: Callable[[str], str]) -> None:
    write(project, {"a.py": CAUSE})
    result = breadknife(project, "fix", "--null", "--checker", checker(""), "--write", "--json")
    [outcome] = json.loads(result.stdout)["outcomes"]
    wanted = {"outcome": "cause-repaired", "cause": "Store._names", "findings": 2, "strategy": "initial"}
    assert {key: outcome[key] for key in wanted} == wanted, result.stderr
    assert (result.returncode, read(project, "a.py")) == (0, REPAIRED)


TWO = {
    "a.py": "def _f(a, x=None):\n    if a:\n        return x.y\n    return x.z\n\n\n_f(1, 2)\n",
    "b.py": "def _g(x=None):\n    return x.y\n\n\n_g(1)\n",
}


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["fix", "--null"], ["1 of 2: a.py", "2 of 2: b.py", "1 of 2: _f(x)", "2 of 2: _g(x)"]),
        (["fix", "--null", "--list"], ["1 of 2: a.py", "2 of 2: b.py", "1 of 3: a.py:3:16", "3 of 3: b.py:2:12"]),
        (["fix", "--from", "mypy.txt"], ["1 of 1: b.py", "1 of 1: b.py", "checking what is repaired"]),
        (["null", "report"], ["1 of 2: a.py", "2 of 2: b.py", "1 of 2: _f(x)", "2 of 2: _g(x)"]),
    ],
)
def test_a_terminal_shows_how_far_it_is_in_a_line_that_goes_away(
    project: Path, arguments: list[str], lines: list[str]
) -> None:
    said = 'b.py:2:12: error: Item "None" of "L | None" has no attribute "y"  [union-attr]\n'
    write(project, {**TWO, "mypy.txt": said})
    result, screen = in_terminal(project, *arguments)
    plain = breadknife(project, *arguments)
    assert (result.stdout, result.returncode) == (plain.stdout, plain.returncode)
    told = iter(shown_lines(screen))
    assert all(line in told for line in lines), screen
    assert " of 2: " not in plain.stderr
    last = shown_lines(screen)[-2]
    assert not last or last.startswith("breadknife: ")


@pytest.mark.parametrize(("top", "causes"), [(["--top", "1"], ["_f(x)"]), ([], ["_f(x)", "_g(x)"])])
def test_our_own_findings_are_ended_at_their_causes_the_worst_first(
    project: Path, top: list[str], causes: list[str]
) -> None:
    write(project, TWO)
    result = breadknife(project, "fix", "--null", *top, "--write", "--json")
    outcomes = json.loads(result.stdout)["outcomes"]
    assert [(each["outcome"], each["cause"], each["strategy"]) for each in outcomes] == [
        ("cause-repaired", cause, "required") for cause in causes
    ], result.stderr
    assert result.stderr.endswith(", 0 left of the top 1 cause\n" if top else ", 0 left\n")
    assert read(project, "a.py") == TWO["a.py"].replace("x=None", "x")
    assert "2 findings gone: _f(x): Make the parameter `x` required (TypeError if it is left out) — " in result.stderr
    assert read(project, "b.py") == TWO["b.py"].replace("x=None", "x" if len(causes) > 1 else "x=None")


TYPED = """\
class Timer {
  private start: Date | null;
  constructor() {
    this.start = new Date();
  }
  time() {
    return this.start.getTime();
  }
  day() {
    return this.start.getDate();
  }
}
"""
GIVEN = """\
package p

type T struct{ N int }

func f(t *T) int {
	if t == nil {
		println("none")
	}
	return t.N
}
"""
NAMED = """\
import javax.annotation.Nullable;

class A {
    @Nullable
    private static String name() {
        return "a";
    }

    int size() {
        return name().length();
    }
}
"""


@pytest.mark.parametrize(
    ("name", "text", "outcome", "said"),
    [
        ("a.ts", TYPED, "left", BY_HAND[Kind.ATTRIBUTE]),
        ("a.go", GIVEN, "left", BY_HAND[Kind.PARAMETER]),
        ("A.java", NAMED, "cause-repaired", "return-type"),
    ],
)
def test_causes_in_other_languages(project: Path, name: str, text: str, outcome: str, said: str) -> None:
    write(project, {name: text})
    result = breadknife(project, "fix", "--null", "--json")
    [shown] = json.loads(result.stdout)["outcomes"]
    assert (shown["outcome"], shown.get("strategy") or shown["why"]) == (outcome, said), result.stderr


@pytest.mark.parametrize(
    ("between", "outcome", "said"),
    [
        ("", "cause-repaired", "assert"),
        ("\n\ndef g(s):\n    m = re.match('b', s)", "left", BY_HAND[Kind.LIBRARY]),
    ],
)
def test_of_what_a_library_gives_one_check_ends_several_findings(
    project: Path, between: str, outcome: str, said: str
) -> None:
    text = f"import re\n\n\ndef f(s):\n    m = re.match('a', s)\n    print(m.end()){between}\n    print(m.group())\n"
    write(project, {"a.py": text})
    given = mypy("a.py", 6, "end") + mypy("a.py", text.count("\n"), "group")
    result = breadknife(project, "fix", "--null", "--from", "-", "--json", given=given)
    [shown] = json.loads(result.stdout)["outcomes"]
    assert (shown["outcome"], shown.get("strategy") or shown["why"]) == (outcome, said), result.stderr


EXPECTS = """\
import a
try:
    a.{name}()
except AttributeError:
    pass
assert "g" in vars(a)
"""


@pytest.mark.parametrize(("tested", "repaired"), [("nothing", ["f", "g"]), ("f", ["g"])])
def test_what_a_test_fails_with_is_left(project: Path, tested: str, repaired: list[str]) -> None:
    uses = USES + "\n\n" + USES.replace("f", "g").replace("deg", "def")
    files = {"a.py": uses, "check.py": EXPECTS.format(name=tested) if tested == "f" else "import a\n"}
    write(project, files)
    result = breadknife(project, "fix", "--from", "-", "--json", "--tests", f'"{sys.executable}" check.py',
                        given=mypy("a.py", 2, "y") + mypy("a.py", 6, "y"))  # fmt: skip
    outcomes = json.loads(result.stdout)["outcomes"]
    made = [name for name, line in (("f", 2), ("g", 6)) if (line, "repaired") in
            [(outcome["line"], outcome["outcome"]) for outcome in outcomes]]  # fmt: skip
    assert made == repaired, result.stderr
    assert [o["checked"].endswith(" · tests pass") for o in outcomes if o["outcome"] == "repaired"] == [True] * len(
        made
    )
    assert [o["why"].startswith("the tests fail with it") for o in outcomes if o["outcome"] == "left"] == (
        [True] * (2 - len(made))
    )
    assert read(project, "a.py") == uses


def test_tests_that_fail_before_say_nothing(project: Path) -> None:
    write(project, {"a.py": USES, "check.py": "raise SystemExit('2 failed')\n"})
    result = breadknife(project, "fix", "--null", "--tests", f'"{sys.executable}" check.py')
    assert result.returncode == 2
    assert "they fail before anything is changed: 2 failed" in result.stderr


def test_what_brings_a_new_error_is_not_kept(project: Path, checker: Callable[[str], str]) -> None:
    write(project, {"a.py": CAUSE})
    result = breadknife(project, "fix", "--null", "--checker", checker("e"))  # each repair changes how many there are
    assert (result.returncode, result.stdout) == (1, ""), result.stderr
    assert "it would bring" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_no_program_of_the_folder_is_run_by_its_bare_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {"a.py": USES, "pyright": "#!/bin/sh\n: > ran\n"})
    (project / "pyright").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}bin")
    result = breadknife(project, "fix", "--checker", "pyright --outputjson")
    assert result.returncode == 2
    assert not (project / "ran").exists()
    assert breadknife(project, "fix", "--checker", "./pyright").returncode == 0  # the user has said where


STORE = """\
class Store:
    def __init__(self) -> None:
        self.path = None

    def start(self) -> None:
        self.path = str(1)
"""


@pytest.mark.parametrize(
    "head", [b"", b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\n# \xe9\n"], ids=["", "BOM", "cookie"]
)
def test_another_file_is_edited_where_it_says_so_in_its_own_encoding(project: Path, head: bytes) -> None:
    (project / "store.py").write_bytes(head + STORE.encode())
    uses = "".join(f"\n\ndef {name}(s: Store):\n    return s.path.{name}()\n" for name in ("upper", "lower"))
    write(project, {"a.py": "from store import Store\n" + uses})
    result = breadknife(project, "fix", "--null", "--write")
    written = (project / "store.py").read_bytes()
    assert written.startswith(head), result.stderr
    assert b"        self.path: str = None  # type: ignore[assignment]\n" in written, result.stderr

"""`breadknife fix` as people run it: real processes, real output of checkers, git."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

USES = "def f(x=None):\n    return x.y\n"
ASSERTED = "def f(x=None):\n    assert x is not None\n    return x.y\n"
TWICE = "def f(x=None):\n    x.a()\n    return x.y\n"
MYPY = '{path}:{line}: error: Item "None" of "A | None" has no attribute "{attribute}"  [union-attr]\n'


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    # No checker that happens to be installed has a say here.
    (folder / "breadknife.toml").write_text('[nullcheck]\noracle = "off"\n')
    return folder


def breadknife(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "breadknife", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


def read(folder: Path, name: str) -> str:
    return (folder / name).read_bytes().decode()


def mypy(path: str, line: int, attribute: str) -> str:
    return MYPY.format(path=path, line=line, attribute=attribute)


DIFF = """\
--- a/a.py
+++ b/a.py
@@ -1,2 +1,3 @@
 def f(x=None):
+    assert x is not None
     return x.y
"""


def test_the_default_is_a_diff(project: Path) -> None:
    write(project, {"a.py": USES})
    result = breadknife(project, "fix", "--from", "-", given=mypy("a.py", 2, "y"))
    assert (result.returncode, result.stdout) == (0, DIFF), result.stderr
    assert read(project, "a.py") == USES


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        (USES, 2, ASSERTED),
        (USES.replace("\n", "\r\n"), 2, ASSERTED.replace("\n", "\r\n")),
        ("\ufeff" + USES, 2, "\ufeff" + ASSERTED),
        ("é = 1\f\n" + USES, 3, "é = 1\f\n" + ASSERTED),
        (USES.rstrip("\n"), 2, ASSERTED.rstrip("\n")),
    ],
    ids=["plain", "CRLF", "byte order mark", "form feed", "no last line end"],
)
def test_write_changes_only_what_has_to_be(project: Path, before: str, line: int, after: str) -> None:
    write(project, {"a.py": before, "log": mypy("a.py", line, "y")})
    result = breadknife(project, "fix", "--from", "log", "--write")
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert read(project, "a.py") == after


@pytest.mark.parametrize(
    "text", [USES, USES.rstrip("\n"), USES.replace("\n", "\r\n")], ids=["plain", "no last line end", "CRLF"]
)
def test_git_applies_the_diff(project: Path, text: str) -> None:
    write(project, {"a.py": text})
    diff = subprocess.run(
        [sys.executable, "-m", "breadknife", "fix", "--from", "-"],
        cwd=project, input=mypy("a.py", 2, "y").encode(), capture_output=True, timeout=120,
    ).stdout  # fmt: skip
    subprocess.run(["git", "apply", "-"], cwd=project, input=diff, check=True)
    assert "assert x is not None" in read(project, "a.py")
    assert read(project, "a.py").count("\r") == (text.count("\r") and text.count("\r") + 1)


def test_a_guard_covers_the_uses_after_it(project: Path) -> None:
    write(project, {"a.py": TWICE})
    result = breadknife(project, "fix", "--from", "-", "--json", given=mypy("a.py", 2, "a") + mypy("a.py", 3, "y"))
    shown = json.loads(result.stdout)
    assert [outcome["outcome"] for outcome in shown["outcomes"]] == ["repaired", "covered"], result.stderr
    assert shown["diff"].count("\n+ ") == 1


ARGUMENT = 'a.py:{line}:{column}: error: Argument 1 to "g" has incompatible type "A | None"; expected "A"  [arg-type]\n'


TYPED_ARGUMENT = (
    "a.ts(2,5): error TS2345: Argument of type 'A | undefined' is not assignable to parameter of type 'A'.\n"
)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a.py", "def f(g, x=None):\n    g(x)\n", ARGUMENT.format(line=2, column=7)),
        ("a.ts", "function f(g: (x: A) => void, x?: A) {\n  g(x);\n}\n", TYPED_ARGUMENT),
    ],
)
def test_no_check_is_made_where_a_null_is_only_handed_on(project: Path, path: str, text: str, said: str) -> None:
    write(project, {path: text})
    result = breadknife(project, "fix", "--from", "-", "--write", given=said)
    assert result.returncode == 1
    assert "a null may be meant here: what is done about it is for you to choose" in result.stderr
    assert read(project, path) == text


def test_who_gets_a_none_is_not_its_cause(project: Path) -> None:
    """Widening the one parameter that gets it would end one finding of three."""
    text = "def g(b: B):\n    if b: print(b)\n\nclass A:\n    def __init__(self):\n        self.b: B | None = None\n\n"
    text += "    def start(self):\n        self.b = B()\n\n    def f(self):\n        g(self.b)\n        self.b.c()\n"
    text += "        self.b.d()\n"
    write(project, {"a.py": text})
    given = ARGUMENT.format(line=12, column=11)
    given += "".join(mypy("a.py", line, name) for line, name in ((13, "c"), (14, "d")))
    result = breadknife(project, "fix", "--null", "--from", "-", "--write", given=given)
    assert "def g(b: B):\n" in read(project, "a.py"), result.stderr
    assert "self.b: B = None" in read(project, "a.py")


def test_repairs_of_one_statement_see_each_other(project: Path) -> None:
    write(project, {"a.py": "def f(x=None, y=None):\n    return x.a + y.b\n"})
    result = breadknife(project, "fix", "--from", "-", "--write", given=mypy("a.py", 2, "a") + mypy("a.py", 2, "b"))
    assert result.returncode == 0, result.stderr
    assert read(project, "a.py").count("is not None\n") == 2
    assert breadknife(project, "lint", "a.py").returncode == 0


def test_json(project: Path) -> None:
    write(project, {"pkg/a.py": USES})
    result = breadknife(project, "fix", "--from", "-", "--json", given=mypy("pkg/a.py", 2, "y"))
    shown = json.loads(result.stdout)
    [outcome] = shown["outcomes"]
    wanted = {"path": "pkg/a.py", "line": 2, "column": 12, "source": "mypy", "code": "union-attr",
              "outcome": "repaired", "strategy": "assert"}  # fmt: skip
    assert {key: outcome[key] for key in wanted} == wanted
    assert shown["schema"] == 1
    assert shown["diff"].startswith("--- a/pkg/a.py\n")


def test_a_list_shows_every_offer(project: Path) -> None:
    write(project, {"a.py": USES})
    result = breadknife(project, "fix", "--from", "-", "--list", given=mypy("a.py", 2, "y"))
    lines = result.stdout.splitlines()
    assert lines[0].startswith("a.py:2:12: ")
    assert [line.rpartition("[")[2] for line in lines[1:3]] == ["assert]", "raise]"], result.stdout


FORMATS = Path(__file__).parents[1] / "nullcheck" / "formats"


@pytest.mark.parametrize("printed", sorted((FORMATS / "printed").iterdir()), ids=lambda path: path.name)
def test_what_any_checker_prints_leads_to_offers(project: Path, printed: Path) -> None:
    shutil.copytree(FORMATS / "sources", project, dirs_exist_ok=True)
    result = breadknife(project, "fix", "--from", str(printed), "--list", "--json")
    assert result.returncode in (0, 1), result.stderr
    assert any(finding["offers"] for finding in json.loads(result.stdout)["findings"]), result.stderr


OUTSIDE = "/home/runner/work/app/app/pkg/a.py"


@pytest.mark.parametrize(
    ("printed", "paths", "repaired"),
    [
        ("a.py", [], True),
        ("./pkg/../a.py", [], True),
        (OUTSIDE, [], True),  # a log of another machine
        ("../outside.py", [], False),
        ("b.py", [], False),
        ("pkg/a.py", ["a.py"], False),
        ("pkg/a.py", ["pkg"], True),
    ],
)
def test_only_files_of_this_folder_are_repaired(project: Path, printed: str, paths: list[str], repaired: bool) -> None:
    write(project, {"a.py": USES, "pkg/a.py": USES, "../outside.py": USES})
    result = breadknife(project, "fix", *paths, "--from", "-", given=mypy(printed, 2, "y"))
    assert (result.returncode, bool(result.stdout)) == (0, repaired), result.stderr
    assert read(project, "../outside.py") == USES


@pytest.mark.parametrize(
    ("arguments", "given", "code", "said"),
    [
        (["--from", "-"], "", 0, ""),
        (
            ["--from", "-"],
            "All checks passed!\n",
            0,
            "no finding in it that can be read; the forms",
        ),
        (["--from", "-"], mypy("a.py", 2, "nothing"), 0, "1 findings read: 0 places about null"),
        (["--from", "-"], mypy("lazy.py", 2, "y"), 1, "lazy.py:2"),
        (["--from", "nowhere"], "", 2, "nowhere: No such file"),
        ([], "", 2, "which findings? --from FILE"),
        (["--from", "-", "--top", "3"], "", 2, "it goes with --null"),
        (["--null", "--write", "--branch", "b"], "", 2, "choose one"),
        (["--null", "--branch", "b"], "", 2, "--branch b: git"),
        (["--checker", "no-such-checker --json"], "", 2, "no-such-checker: no such program on PATH"),
    ],
)
def test_exit_codes(project: Path, arguments: list[str], given: str, code: int, said: str) -> None:
    write(project, {"a.py": USES, "lazy.py": "def f(x=None):\n    return lambda: x.y\n"})
    result = breadknife(project, "fix", *arguments, given=given)
    assert result.returncode == code, result.stdout + result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


# --- root causes ---

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
print(sys.argv[1:] and f"a.py:1: error: {text.count(sys.argv[1])} of them  [misc]" or "")
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
    assert read(project, "a.py") == TWO["a.py"].replace("x=None", "x")
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
        ("a.ts", TYPED, "cause-repaired", "drop-none"),
        ("a.go", GIVEN, "left", "no edit of its declaration is surely right"),
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
        ("\n\ndef g(s):\n    m = re.match('b', s)", "left", "it has no declaration in this project"),
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
    result = breadknife(project, "fix", "--null", "--checker", checker("None"))
    assert (result.returncode, result.stdout) == (1, ""), result.stderr
    assert "it would bring" in result.stderr


def git(folder: Path, *arguments: str) -> str:
    named = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *named, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_branch_leaves_the_files_alone(
    project: Path, checker: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.org")
    write(project, {"a.py": CAUSE, "b.py": USES})
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    write(project, {"b.py": USES + "# being worked on\n"})
    arguments = ("fix", "--null", "--checker", checker(""), "--branch", "null")
    result = breadknife(project, *arguments)
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert read(project, "a.py") == CAUSE
    assert git(project, "show", "null:a.py") == REPAIRED
    assert git(project, "diff", "--name-only", "main", "null").split() == ["a.py"]
    assert git(project, "status", "--porcelain").split() == ["M", "b.py"]
    assert "Ends 2 findings." in git(project, "log", "-1", "--format=%B", "null")
    assert "there is such a branch already" in breadknife(project, *arguments).stderr


def test_a_branch_takes_no_uncommitted_work_along(project: Path, checker: Callable[[str], str]) -> None:
    write(project, {"a.py": CAUSE})
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    write(project, {"a.py": CAUSE + "# being worked on\n"})
    result = breadknife(project, "fix", "--null", "--checker", checker(""), "--branch", "null")
    assert result.returncode == 2
    assert "changes that aren't committed" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_no_program_of_the_folder_is_run_by_its_bare_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {"a.py": USES, "pyright": "#!/bin/sh\n: > ran\n"})
    (project / "pyright").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}bin")
    result = breadknife(project, "fix", "--checker", "pyright --outputjson")
    assert result.returncode == 2
    assert not (project / "ran").exists()
    assert breadknife(project, "fix", "--checker", "./pyright").returncode == 0  # the user has said where

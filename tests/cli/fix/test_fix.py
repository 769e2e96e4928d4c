"""`breadknife fix` as people run it: real processes (but for the long tables), real output of checkers, git."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import breadknife, in_terminal, read, shown_lines, within
from cli.fix.checkers import ARGUMENT, ASSERTED, USES, mypy
from project.folders import write

MIXED = ASSERTED.replace("not None\n", "not None\r\n")
TWICE = "def f(x=None):\n    x.a()\n    return x.y\n"


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
    result = breadknife(project, "fix", "--all", "--from", "-", given=mypy("a.py", 2, "y"))
    assert (result.returncode, result.stdout) == (0, DIFF), result.stderr
    assert read(project, "a.py") == USES


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        (USES, 2, ASSERTED),
        (USES.replace("\n", "\r\n"), 2, ASSERTED.replace("\n", "\r\n")),
        ("a = 1\r\nb = 2\n" + USES + "c = 3\r\n", 4, "a = 1\r\nb = 2\n" + MIXED + "c = 3\r\n"),
        ("\ufeff" + USES, 2, "\ufeff" + ASSERTED),
        ("é = 1\f\n" + USES, 3, "é = 1\f\n" + ASSERTED),
        (USES.rstrip("\n"), 2, ASSERTED.rstrip("\n")),
    ],
    ids=["plain", "CRLF", "both", "byte order mark", "form feed", "no last line end"],
)
def test_write_changes_only_what_has_to_be(project: Path, before: str, line: int, after: str) -> None:
    write(project, {"a.py": before, "log": mypy("a.py", line, "y")})
    result = within(project, "fix", "--all", "--from", "log", "--write")
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert read(project, "a.py") == after


@pytest.mark.parametrize(
    "text",
    [USES, USES.rstrip("\n"), USES.replace("\n", "\r\n")],
    ids=["plain", "no last line end", "CRLF"],
)
def test_git_applies_the_diff(project: Path, text: str) -> None:
    write(project, {"a.py": text})
    diff = subprocess.run(
        [sys.executable, "-m", "breadknife", "fix", "--all", "--from", "-"],
        cwd=project, input=mypy("a.py", 2, "y").encode(), capture_output=True, timeout=120,
    ).stdout  # fmt: skip
    subprocess.run(["git", "apply", "-"], cwd=project, input=diff, check=True)
    assert "assert x is not None" in read(project, "a.py")
    assert read(project, "a.py").count("\r") == (text.count("\r") and text.count("\r") + 1)


def test_a_file_keeps_the_encoding_that_it_names(project: Path) -> None:
    """In the diff too, which git applies."""
    before = b"# coding: latin-1\n" + USES.encode().replace(b"(x=None):", b"(x=None):  # \xe9")
    after = b"# coding: latin-1\n" + ASSERTED.encode().replace(b"(x=None):", b"(x=None):  # \xe9")
    write(project, {"log": mypy("a.py", 3, "y")})
    (project / "a.py").write_bytes(before)
    command = [sys.executable, "-m", "breadknife", "fix", "--all", "--from", "log"]
    diff = subprocess.run(command, cwd=project, capture_output=True, timeout=120).stdout
    subprocess.run(["git", "apply", "-"], cwd=project, input=diff, check=True)
    assert (project / "a.py").read_bytes() == after
    (project / "a.py").write_bytes(before)
    result = within(project, "fix", "--all", "--from", "log", "--write")
    assert result.returncode == 0, result.stderr
    assert (project / "a.py").read_bytes() == after


def test_what_few_maintainers_would_write_is_only_proposed(project: Path) -> None:
    write(project, {"a.py": USES})
    result = breadknife(project, "fix", "--from", "-", "--json", given=mypy("a.py", 2, "y"))
    shown = json.loads(result.stdout)
    assert ([each["outcome"] for each in shown["outcomes"]], shown["diff"]) == (["proposed"], ""), result.stderr
    assert "this repair is a proposal, which few maintainers would write (--all makes it)" in result.stderr


def test_a_guard_covers_the_uses_after_it(project: Path) -> None:
    write(project, {"a.py": TWICE})
    result = within(project, "fix", "--all", "--from", "-", "--json", given=mypy("a.py", 2, "a") + mypy("a.py", 3, "y"))
    shown = json.loads(result.stdout)
    assert [outcome["outcome"] for outcome in shown["outcomes"]] == ["repaired", "ended"], result.stderr
    assert shown["diff"].count("\n+ ") == 1


def test_two_reads_of_an_element_get_names_of_their_own(project: Path) -> None:
    write(project, {"a.ts": "function f(xs: X[]) {\n  const a = xs[0].a;\n  g();\n  const b = xs[0].b;\n}\n"})
    given = "".join(f"a.ts({line},13): error TS2532: Object is possibly 'undefined'.\n" for line in (2, 4))
    result = within(project, "fix", "--all", "--from", "-", "--json", "--write", given=given)
    assert [each["outcome"] for each in json.loads(result.stdout)["outcomes"]] == ["repaired"] * 2, result.stderr
    assert "const b = itemValue.b;" in read(project, "a.ts")


POOL = """\
class Pool:
    def take(self) -> int:
        return 1


class Store:
    def __init__(self):
        self.pool = None

    def start(self):
        self.pool = Pool()

    def get(self):
        return self.pool

    def take(self):
        return self.pool.take()

    def drain(self):
        self.pool.take()
"""
SHOWN = "from pool import Store\n\n\ndef show(store: Store):\n    print(store.get().take())\n    store.get().take()\n"


def pyright(project: Path) -> str:
    write(project, {"breadknife.toml": '[nullcheck]\noracle = "pyright"\n'})
    command = [sys.executable, "-m", "pyright", "--outputjson"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False).stdout


LOADS = "import importlib.util\n\nspec = importlib.util.find_spec('json')\nspec.loader.exec_module(object())\n"
CHECKED = """\
if spec is not None:
    assert spec.loader is not None
    spec.loader"""
LOADED = LOADS.replace("spec.loader", CHECKED, 1)


def test_what_has_to_wait_for_another_repair_is_tried_again(project: Path) -> None:
    write(project, {"a.py": LOADS})
    result = within(project, "fix", "--all", "--from", "-", "--write", given=pyright(project))
    assert (result.returncode, read(project, "a.py")) == (0, LOADED), result.stderr


def test_what_a_declaration_ends_elsewhere_is_left_alone(project: Path) -> None:
    write(project, {"a.py": SHOWN, "pool.py": POOL})
    said = pyright(project)
    write(project, {"pyrightconfig.json": "{}"})
    result = within(project, "fix", "--all", "--from", "-", "--write", "--json", given=said)
    outcomes = [(each["path"], each["outcome"]) for each in json.loads(result.stdout)["outcomes"]]
    assert sorted(outcomes) == [("a.py", "ended")] * 2 + [("pool.py", "ended"), ("pool.py", "repaired")], result.stderr
    assert read(project, "a.py") == SHOWN
    assert "self.pool: Pool = None" in read(project, "pool.py")


def test_who_has_no_say_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = "node_modules/typescript/lib/tsserver.js"
    text = "function f(x?: A) {\n  x.y();\n}\n"
    write(project, {"a.ts": text, "breadknife.toml": "", own: "// isn't run", "tsconfig.json": "{}"})
    monkeypatch.setenv("PATH", str(project / "nothing"))
    said = "a.ts(2,3): error TS18048: 'x' is possibly 'undefined'.\n"
    result = within(project, "fix", "--all", "--from", "-", given=said)
    assert "no checker has a say in repairs of typescript: " in result.stderr
    assert "breadknife trust" in result.stderr


def test_what_is_for_people_to_choose_is_told_once(project: Path) -> None:
    write(project, {"a.py": "def f(g, x=None):\n" + "    g(x)\n" * 5})
    said = "".join(ARGUMENT.format(line=line, column=7) for line in range(2, 7))
    result = within(project, "fix", "--all", "--from", "-", given=said)
    assert result.stderr.count("for you to choose") == 1
    assert "a.py:2:7 and 4 more: a null may be meant here" in result.stderr
    assert "0 findings repaired, 5 left" in result.stderr


def test_repairs_of_one_statement_see_each_other(project: Path) -> None:
    write(project, {"a.py": "def f(x=None, y=None):\n    return x.a + y.b\n"})
    result = within(
        project, "fix", "--all", "--from", "-", "--write", given=mypy("a.py", 2, "a") + mypy("a.py", 2, "b")
    )
    assert result.returncode == 0, result.stderr
    assert read(project, "a.py").count("is not None\n") == 2
    assert within(project, "lint", "a.py").returncode == 0


def test_json(project: Path) -> None:
    write(project, {"pkg/a.py": USES})
    result = within(project, "fix", "--all", "--from", "-", "--json", given=mypy("pkg/a.py", 2, "y"))
    shown = json.loads(result.stdout)
    [outcome] = shown["outcomes"]
    wanted = {"path": "pkg/a.py", "line": 2, "column": 12, "source": "mypy", "code": "union-attr",
              "outcome": "repaired", "strategy": "assert"}  # fmt: skip
    assert {key: outcome[key] for key in wanted} == wanted
    assert shown["schema"] == 2
    assert shown["diff"].startswith("--- a/pkg/a.py\n")


def test_a_list_shows_every_offer(project: Path) -> None:
    write(project, {"a.py": USES})
    result = within(project, "fix", "--from", "-", "--list", given=mypy("a.py", 2, "y"))
    lines = result.stdout.splitlines()
    assert lines[0].startswith("a.py:2:12: ")
    assert [line.rpartition("[")[2] for line in lines[1:3]] == ["assert; first for fix]", "raise]"], result.stdout
    listed = json.loads(within(project, "fix", "--from", "-", "--list", "--json", given=mypy("a.py", 2, "y")).stdout)
    assert [offer["first"] for offer in listed["findings"][0]["offers"][:2]] == [True, False]


FORMATS = Path(__file__).parents[2] / "nullcheck" / "formats"


@pytest.mark.parametrize("printed", sorted((FORMATS / "printed").iterdir()), ids=lambda path: path.name)
def test_what_any_checker_prints_leads_to_offers(project: Path, printed: Path) -> None:
    shutil.copytree(FORMATS / "sources", project, dirs_exist_ok=True)
    result = within(project, "fix", "--from", str(printed), "--list", "--json")
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
    result = within(project, "fix", "--all", *paths, "--from", "-", given=mypy(printed, 2, "y"))
    assert (result.returncode, bool(result.stdout)) == (0, repaired), result.stderr
    assert read(project, "../outside.py") == USES


@pytest.mark.parametrize(
    ("arguments", "given", "code", "said"),
    [
        (["--from", "-"], "", 0, "standard input: no findings in it: there is nothing to repair"),
        (["--from", "-"], "All checks passed!\n", 0, "standard input: no findings in it: there is nothing to repair"),
        (["--from", "-"], "[]", 0, "standard input: no findings in it: there is nothing to repair"),
        (["--from", "-"], "Done.\n", 2, "standard input: no checker's finding is in it. Run the checker again, in one"),
        (["--from", "-"], '{"generalDiagnostics": [', 2, "standard input: its JSON is cut off or broken (Expecting"),
        (["--from", "a.py"], "", 2, "a.py: no checker's finding is in it."),
        (["--from", "-"], "\x00\x01", 2, "standard input: it isn't text in UTF-8."),
        (["--from", "-"], mypy("a.py", 2, "nothing"), 0, "1 finding read: 0 places about null"),
        (["--from", "-"], mypy("a.py", 99, "y"), 1, "1 finding, at a.py:99: not of the text as it is by now; run the"),
        (["--from", "-", "--list"], mypy("a.py", 99, "y"), 1, "1 finding, at a.py:99: not of the text as it is by now"),
        (
            ["--from", "-"],
            mypy("gone.py", 1, "y") + mypy("gone.py", 2, "y"),
            0,
            "2 findings, the first at gone.py:1: of no file that is looked at",
        ),
        (["--from", "-"], mypy("lazy.py", 2, "y"), 1, "lazy.py:2"),
        (["--from", "nowhere"], "", 2, "nowhere: No such file"),
        (["--list", "--write"], "", 2, "--list changes nothing: leave --write out"),
    ],
)
def test_exit_codes(project: Path, arguments: list[str], given: str, code: int, said: str) -> None:
    write(project, {"a.py": USES, "lazy.py": "def f(x=None):\n    return lambda: x.y\n"})
    result = within(project, "fix", *arguments, given=given)
    assert result.returncode == code, result.stdout + result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_what_is_left_is_found_where_it_is_after_several_repairs(project: Path) -> None:
    """Repairs of one round are all in positions of one text: a finding right after the last isn't moved by it."""
    long = "a_rather_long_name_of_a_parameter"
    text = f"def f({long}=None):\n    return {long}.y\n\n\ndef g(p=None, q=None):\n    return p.a(q.b)\n"
    write(project, {"a.py": text, "log": mypy("a.py", 2, "y") + mypy("a.py", 6, "a") + mypy("a.py", 6, "b")})
    result = within(project, "fix", "--all", "--from", "log", "--write", "--json")
    assert [each["outcome"] for each in json.loads(result.stdout)["outcomes"]] == ["repaired"] * 3, result.stderr
    after = read(project, "a.py")
    assert all(f"    assert {name} is not None\n" in after for name in (long, "p", "q")), after


def test_the_files_that_import_one_are_known_from_the_first_repair_on(project: Path) -> None:
    """A real default in place of None would be wrong for a caller that gives None."""
    lib = "def shout(text: str | None = None) -> str:\n    return text.upper()\n"
    (project / "breadknife.toml").write_text('[nullcheck]\noracle = "pyright"\n')
    write(project, {"lib.py": lib, "use.py": "from lib import shout\n\nprint(shout(None))\n"})
    result = within(project, "fix", "--all", "--from", "-", given=mypy("lib.py", 2, "upper"))
    assert "+    assert text is not None" in result.stdout, result.stderr


def test_one_declaration_repairs_all_findings_that_it_is_offered_for(project: Path) -> None:
    text = "class A:\n    def __init__(self):\n        self._b = None\n\n    def fill(self):\n        self._b = []\n\n"
    text += "    def f(self):\n        self._b.append(1)\n\n    def g(self):\n        self._b.pop()\n"
    write(project, {"a.py": text})
    given = mypy("a.py", 9, "append") + mypy("a.py", 12, "pop")
    result = within(project, "fix", "--all", "--from", "-", "--write", "--json", given=given)
    assert [each["outcome"] for each in json.loads(result.stdout)["outcomes"]] == ["repaired", "ended"], result.stderr
    assert read(project, "a.py") == text.replace("None", "[]")


TWO = {
    "a.py": "import shutil\n\ndef f(a):\n    x = shutil.which(a)\n    if a:\n        return x.y\n    return x.z\n",
    "b.py": "def g(a=None):\n    return a.b\n\ndef one(a):\n    x = shutil.which(a)\n    return x.y\n\nimport shutil\n"
    "\ndef two():\n    return g(None)\n",
}


def test_without_another_checker_our_own_findings_are_repaired(project: Path) -> None:
    write(project, TWO)
    result = within(project, "fix", "--all", "--write", "--json")
    outcomes = json.loads(result.stdout)["outcomes"]
    assert [each["source"] for each in outcomes] == ["nullcheck"] * 4
    assert sorted(each["outcome"] for each in outcomes) == ["left", "repaired", "repaired", "repaired"]
    assert "a.py:7:12: " in result.stderr
    assert "the same null has been repaired above in the function" in result.stderr
    assert within(project, "lint", "b.py").returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["fix"], ["1 of 2: a.py", "2 of 2: b.py", "1 of 4: a.py", "4 of 4: b.py"]),
        (["fix", "--list"], ["1 of 2: a.py", "2 of 2: b.py", "4 of 4: b.py"]),
        (["fix", "--from", "mypy.txt"], ["1 of 1: b.py"]),
        (["null", "triage"], ["1 of 2: a.py", "2 of 2: b.py", "1 of 2: shutil.which()", "2 of 2: g(a)"]),
    ],
)
def test_a_terminal_shows_how_far_it_is_in_a_line_that_goes_away(
    project: Path, arguments: list[str], lines: list[str]
) -> None:
    said = 'b.py:2:12: error: Item "None" of "L | None" has no attribute "b"  [union-attr]\n'
    write(project, {**TWO, "mypy.txt": said})
    result, screen = in_terminal(project, *arguments)
    plain = within(project, *arguments)
    assert (result.stdout, result.returncode) == (plain.stdout, plain.returncode)
    told = iter(shown_lines(screen))
    assert all(line in told for line in lines), screen
    assert " of 2: " not in plain.stderr
    last = shown_lines(screen)[-2]
    assert not last or last.startswith("breadknife: ")

"""`breadknife null triage`: another checker's findings in groups, as people and programs read them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cli.commands import within
from project.folders import write
from support import marked_spans

STORE = """\
import re, shutil


class Store:
    def __init__(self):
        self._names = None

    def fill(self):
        self._names = []

    def add(self, name):
        self._names.append(name)

    def last(self):
        return self._names.pop()


def host(request_url):
    match = shutil.which(request_url)
    return match.end()


def price(prices, name):
    if prices.get(name) is None:
        return 0
    return prices.get(name).amount


def total(prices):
    return re.sub("x", "", prices.total.text)
"""
PYRIGHT = """\
  {root}/store.py:12:21 - error: "append" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:15:28 - error: "pop" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:20:18 - error: "end" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:26:29 - error: "amount" is not a known attribute of "None" (reportOptionalMemberAccess)
  {root}/store.py:30:39 - error: "text" is not a known attribute of "None" (reportOptionalMemberAccess)
"""


SHOWN = """\
5 findings about null: 1 to read, 2 declarations with 3 findings, 1 noise

To read: the null can get there
store.py:20:12: result of shutil.which(): `shutil.which` returns None when there is no such program
    → Raise ValueError
      +    if match is None:
      +        raise ValueError("match is None")
    breadknife fix store.py:20 --from FILE --write

Declarations: they say less than the code
store.py:6: attribute Store._names: `Store._names` is null until it is set, or by its declaration
    used at store.py:12:9, store.py:15:16
    → Set `self._names` to `[]` at first, not None (ends 2 of 2)
      -        self._names = None
      +        self._names = []
    breadknife fix store.py:12 store.py:15 --from FILE --write
store.py:30: prices.total: Only its type allows null here
    used at store.py:30:28

Noise
    1  A test before it tells that it is there (store.py:26)
"""


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    write(tmp_path / "project", {"store.py": STORE, "breadknife.toml": '[nullcheck]\noracle = "off"\n'})
    return tmp_path / "project"


def triage(folder: Path, *arguments: str, given: str = PYRIGHT) -> subprocess.CompletedProcess[str]:
    return within(folder, "null", "triage", *arguments, given=given.format(root=folder.as_posix()))


def test_for_people(project: Path) -> None:
    result = triage(project, "--from", "-")
    assert result.stdout == SHOWN
    assert result.returncode == 1


def test_json(project: Path) -> None:
    shown = json.loads(triage(project, "--from", "-", "--json").stdout)
    assert {key: shown[key] for key in ("schema", "findings", "patches", "bugs", "unclear", "by_hand", "noise")} == {
        "schema": 2, "findings": 5, "patches": 1, "bugs": 1, "unclear": 0, "by_hand": 1, "noise": 1,
    }  # fmt: skip
    bug, attribute, *_ = shown["groups"]
    assert (bug["sort"], bug["kind"], bug["name"], bug["count"]) == ("can happen", "library", "shutil.which()", 1)
    assert (attribute["sort"], attribute["name"], attribute["line"]) == ("life cycle", "Store._names", 6)
    assert [(each["line"], each["column"]) for each in attribute["findings"]] == [(12, 9), (15, 16)]
    assert "+        self._names = []" in attribute["patch"]["diff"].splitlines()
    assert attribute["patch"]["edits"] == [
        {
            "path": str(project / "store.py"), "line": 6, "end": 7,
            "before": ["        self._names = None"], "after": ["        self._names = []"],
        }
    ]  # fmt: skip


def test_nothing_is_changed(project: Path) -> None:
    triage(project, "--from", "-")
    assert (project / "store.py").read_text("utf-8") == STORE


@pytest.mark.parametrize(
    ("given", "code"),
    [("0 errors, 0 warnings, 0 informations\n", 0), ("what is this\n", 2)],
)
def test_without_findings(project: Path, given: str, code: int) -> None:
    assert triage(project, "--from", "-", given=given).returncode == code


DEFAULTS = """\
def one(a: str = None, b: int = None):
    return a, b


def label(text: str) -> str:
    return text or "none"


def two(name: str | None):
    return [label(name)]


def three(name: str | None):
    return [label(name)]
"""
NARROW = """\
  {root}/narrow.py:1:18 - error: Expression of type "None" cannot be assigned to parameter of type "str" (reportArgumentType)
  {root}/narrow.py:1:33 - error: Expression of type "None" cannot be assigned to parameter of type "int" (reportArgumentType)
  {root}/narrow.py:10:19 - error: Argument of type "str | None" cannot be assigned to parameter "text" of type "str" in function "label" (reportArgumentType)
  {root}/narrow.py:14:19 - error: Argument of type "str | None" cannot be assigned to parameter "text" of type "str" in function "label" (reportArgumentType)
"""  # noqa: E501


def test_one_patch_for_one_declaration(project: Path) -> None:
    """Of all defaults of null together, and of the parameter that several calls hand a null to."""
    write(project, {"narrow.py": DEFAULTS})
    groups = json.loads(triage(project, "--from", "-", "--json", given=NARROW).stdout)["groups"]
    assert [(each["sort"], each["name"], each["count"]) for each in groups] == [
        ("life cycle", "defaults of null", 2),
        ("life cycle", "two(name)", 2),
    ]
    added = [line for each in groups for line in each["patch"]["diff"].splitlines() if line.startswith("+")]
    assert "+def one(a: str | None = None, b: int | None = None):" in added
    assert "+def label(text: str | None) -> str:" in added


@pytest.mark.parametrize(
    ("text", "sort", "kind", "why"),
    [
        (
            "def f(name=None):\n    name = name.⟦x⟧\n    return name\n",
            "life cycle", "parameter", "`f(name)` may be null by its default or its annotation",
        ),
        (
            "def part(a: str) -> str | None:\n    return a if a else None\n\n\ndef f(a):\n    return part(a).⟦x⟧\n",
            "can happen", "function", "`part` may return None",
        ),
        (
            "def part(a: str) -> str | None:\n    return a if a else None\n\n\n"
            "def f(a):\n    one = part(a)\n    return one.⟦x⟧\n",
            "can happen", "function", "`part` may return None",
        ),
        (
            "import shutil\n\n\ndef f(path):\n    program = shutil.which(path)\n    return program.⟦x⟧\n",
            "can happen", "library", "`shutil.which` returns None when there is no such program",
        ),
        (
            "class Box:\n    item = None\n\n    def fill(self, item):\n        self.item = item\n\n"
            "    def f(self):\n        return self.item.⟦x⟧\n",
            "life cycle", "attribute", "`Box.item` is null until it is set, or by its declaration",
        ),
        (
            "class Box:\n    def f(self):\n        if self.parent.item is None:\n            return 0\n"
            "        return 1\n\n    def g(self):\n        return self.parent.item.⟦x⟧\n",
            "unclear", "place", "1 other function tests it, and here it isn't tested",
        ),
        (
            "def f(a):\n    def g():\n        return a.b().⟦x⟧\n    return g\n",
            "checker noise", "library", "`a.b` may return None, but nothing around it says that it does here",
        ),
    ],
)  # fmt: skip
def test_sorts(project: Path, text: str, sort: str, kind: str, why: str) -> None:
    plain, [attribute] = marked_spans(text)
    line, column = plain[: attribute.start].count("\n") + 1, attribute.start - plain.rfind("\n", 0, attribute.start)
    write(project, {"case.py": plain})
    said = f'  case.py:{line}:{column} - error: "x" is not a known attribute of "None" (reportOptionalMemberAccess)\n'
    [group] = json.loads(triage(project, "--from", "-", "--json", given=said).stdout)["groups"]
    assert (group["sort"], group["kind"], group["why"]) == (sort, kind, why)


def test_what_many_others_rely_on_is_noise(project: Path) -> None:
    uses = "".join(f"def f{at}(a):\n    return box.size.bit_length()\n\n\n" for at in range(200))
    test = "def g():\n    return 0 if box.size is None else 1\n\n\n"
    write(project, {"case.py": f"from boxes import box\n\n\n{test}{uses}"})
    said = '  case.py:9:21 - error: "bit_length" is not a known attribute of "None" (reportOptionalMemberAccess)\n'
    [group] = json.loads(triage(project, "--from", "-", "--json", given=said).stdout)["groups"]
    assert (group["sort"], group["why"]) == ("checker noise", "Many others use it without a test")


def test_in_a_test_a_null_only_fails_it(project: Path) -> None:
    write(project, {"tests/test_a.py": "import shutil\n\n\ndef test_a():\n    assert shutil.which('a').x\n"})
    said = 'tests/test_a.py:5:30 - error: "x" is not a known attribute of "None" (reportOptionalMemberAccess)'
    [group] = json.loads(triage(project, "--from", "-", "--json", given=f"  {said}\n").stdout)["groups"]
    assert (group["sort"], group["why"]) == ("checker noise", "In a test: a null only makes it fail")


def test_a_lookup_of_javascript_can_fail(project: Path) -> None:
    text = "function f(xs: string[], y: string) {\n  const x = xs.find((each) => each === y);\n  return x.length;\n}\n"
    write(project, {"case.ts": text})
    said = "case.ts(3,10): error TS18048: 'x' is possibly 'undefined'.\n"
    [group] = json.loads(triage(project, "--from", "-", "--json", given=said).stdout)["groups"]
    assert group["sort"] == "can happen"


BOX = """\
class Box:
    def __init__(self):
        self.items = None

    def fill(self, item):
        self.items = [item]

    def last(self):
        return self.items.pop()


def box(a, b) -> Box:
    return Box()
"""
USE = "from box import box\n\n\ndef f(a, b):\n    return box(a, b).items.pop()\n"


def test_what_a_patch_of_another_file_ends_is_no_noise(project: Path) -> None:
    """Whose attribute it is, the text of its use alone doesn't tell."""
    write(project, {"box.py": BOX, "use.py": USE, "breadknife.toml": '[nullcheck]\noracle = "pyright"\n'})
    said = "".join(
        f'  {{root}}/{file}:{place} - error: "pop" is not a known attribute of "None" (reportOptionalMemberAccess)\n'
        for file, place in (("box.py", "9:27"), ("use.py", "5:28"))
    )
    [group] = json.loads(triage(project, "--from", "-", "--json", given=said).stdout)["groups"]
    assert (group["sort"], group["name"]) == ("life cycle", "Box.items")
    assert [each["path"] for each in group["findings"]] == ["box.py", "use.py"]
    assert group["patch"]["ended"] == 2

"""What is offered for a place, best first, and what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.project.folder import FolderProject
from breadknife.text.syntax import parse
from nullcheck.python.cases import offered, written
from project.folders import known

# --- declarations ---

CONNECTION = """\
from net import Socket

class Connection:
    def __init__(self):
        self.sock = None
    def connect(self):
        self.sock = Socket()
    def send(self, data):
        ⟦self.sock⟧.send(data)
    def close(self):
        self.sock.close()
"""


def test_an_attribute_that_is_never_tested_is_declared_as_what_it_is_set_to() -> None:
    text, (first, *_) = offered(CONNECTION)
    assert first.strategy is Strategy.FIELD
    assert first.title == "Declare `self.sock` as `Socket`: None only stands in until it is set"
    assert first.removes == 2
    assert first.reason == "no code of this file tests it for None, and it is set elsewhere"
    line = "        self.sock: Socket = None  # pyright: ignore[reportAttributeAccessIssue]\n"
    assert written(text, first) == text.replace("        self.sock = None\n", line)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if self.sock is None: return", ""),
        ("self.sock = None", ""),
        ("return bool(self.sock)", ""),
        ("return other.sock is not None", ""),
        ("return self.sock", "Socket"),
    ],
)
def test_an_attribute_that_is_tested_or_taken_away_may_be_none(before: str, after: str) -> None:
    marked = CONNECTION + f"    def more(self, other):\n        {before}\n"
    _, offers = offered(marked)
    declared = [offer for offer in offers if offer.strategy is Strategy.FIELD]
    assert bool(declared) == bool(after)
    assert offers


TAKEN_AWAY = """\
from net import Socket

class Connection:
    def __init__(self, sock=None):
        {first}
    def connect(self):
        self.sock = Socket()
    def send(self, data):
        ⟦self.sock⟧.send(data)
        self.sock.flush()
    def receive(self):
        return self.sock.receive()
    {last}(self):
        self.sock = None
"""


@pytest.mark.parametrize(
    ("first", "last", "lines"),
    [
        (
            "self.sock = None",
            "def close",
            [
                "        self.sock: Socket = None  # pyright: ignore[reportAttributeAccessIssue]",
                "        self.sock = None  # pyright: ignore[reportAttributeAccessIssue]",
            ],
        ),
        ("self.sock = sock", "def unlink", ["from typing import Any", "        self.sock: Any = sock"]),
        ("self.sock, self.name = None, None", "def close", ["from typing import Any", "    sock: Any", ""]),
        ("self.sock = None", "@property\n    def sock", None),
    ],
)
def test_what_a_last_method_takes_away_is_there_for_the_others(first: str, last: str, lines: list[str] | None) -> None:
    text, offers = offered(TAKEN_AWAY.format(first=first, last=last))
    declared = [offer for offer in offers if offer.strategy is Strategy.FIELD]
    assert bool(declared) == (lines is not None), [offer.title for offer in offers]
    for offer in declared:
        after = written(text, offer)
        changed = after.splitlines()
        for line in text.splitlines():
            if line in changed:
                changed.remove(line)
        assert changed == lines


@pytest.mark.parametrize(
    "use",
    [
        "def f(connection):\n    ⟦connection.sock⟧.send()\n    connection.sock.flush()\n    connection.sock.x()\n",
        "class Other(Connection):\n    def f(self):\n        sock = self.sock\n        ⟦sock⟧.send()\n",
    ],
)
def test_the_attribute_behind_a_value_is_declared(use: str) -> None:
    text, offers = offered(CONNECTION.replace("⟦", "").replace("⟧", "") + use)
    (declared,) = (offer for offer in offers if offer.strategy is Strategy.FIELD)
    assert "self.sock: Socket = None" in written(text, declared)


@pytest.mark.parametrize(
    ("change", "name", "written_as"),
    [
        (("", ""), "Socket | Any", "self.sock: Socket | Any = None\n"),
        (("from net import Socket", "import net"), "net.Socket | Any", "self.sock: net.Socket | Any = None\n"),
        (("    def __init__(self):\n        self.sock = None\n", "    sock = None\n"), '"Socket | Any"',
         '    sock: "Socket | Any" = None\n'),
        (("from net import Socket\n\nclass Connection:\n    def __init__(self):\n        self.sock = None\n",
          "from __future__ import annotations\nfrom net import Socket\n\nclass Connection:\n    sock = None\n"),
         "Socket | Any", "    sock: Socket | Any = None\n"),
    ],
)  # fmt: skip
def test_where_a_checker_objects_to_the_type_it_stays_open_for_others(
    change: tuple[str, str], name: str, written_as: str
) -> None:
    marked = CONNECTION.replace(*change)
    if change[1] == "import net":
        marked = marked.replace("Socket()", "net.Socket()")
    text, (first, *_) = offered(marked)
    other = first.otherwise
    assert other is not None
    assert other.title.startswith(f"Declare `self.sock` as `{name}`: ")
    assert written_as in written(text, other)
    assert "ignore" not in written(text, other)
    assert other.otherwise is None
    assert first.within is not None
    assert all(first.within.contains(edit.span) for edit in (*first.edits, *other.edits))


@pytest.mark.parametrize(
    ("marked", "strategies"),
    [
        (CONNECTION.replace("⟦", "").replace("⟧", "").replace("self.sock = None", "⟦self.sock⟧ = None"),
         [Strategy.FIELD]),
        ("class A:\n    ⟦x⟧ = None\n    def f(self):\n        return self.x.y\n", [Strategy.FIELD]),
        ("def ⟦_f⟧(a) -> str | None:\n    return str(a)\ndef g(a):\n    return _f(a).strip()\n",
         [Strategy.RETURN_TYPE]),
        ("def g(a):\n    return _f(a, 1)\ndef _f(a, ⟦x=None⟧):\n    return x.y\n", [Strategy.REQUIRED]),
        ("⟦x⟧ = None\ndef f():\n    return x.y\n", []),
    ],
)  # fmt: skip
def test_a_declaration_can_be_asked_about_itself(marked: str, strategies: list[Strategy]) -> None:
    assert [offer.strategy for offer in offered(marked, use=Use.ASSIGN)[1]] == strategies


def check_first(marked: str, strategy: Strategy, old: str, new: str, use: Use = Use.ATTRIBUTE) -> None:
    text, offers = offered(marked, use=use)
    assert offers[0].strategy is strategy, [offer.title for offer in offers]
    assert text.count(old) == 1
    assert written(text, offers[0]) == text.replace(old, new)


@pytest.mark.parametrize(
    ("marked", "strategy", "old", "new"),
    [
        (
            "import a\nclass A:\n    def __init__(self):\n        self.x = None\n    def g(self, x):\n"
            "        self.x = x\n"
            "    def f(self):\n        ⟦self.x⟧.y()\n    def h(self):\n        self.x.y()\n",
            Strategy.FIELD,
            "import a\nclass A:\n    def __init__(self):\n        self.x = None",
            "from typing import Any\nimport a\nclass A:\n    def __init__(self):\n        self.x: Any = None",
        ),
        (
            '"""Doc."""\nfrom __future__ import annotations\nclass A:\n    x = None\n    def f(self):\n'
            "        ⟦self.x⟧.y()\n        self.x.z()\n",
            Strategy.FIELD,
            "class A:\n    x = None",
            "from typing import Any\n\n\nclass A:\n    x: Any = None",
        ),
        (
            "from typing import Any\nclass A:\n    x = None\n    def f(self):\n        ⟦self.x⟧.y()\n"
            "        self.x.z()\n",
            Strategy.FIELD,
            "x = None",
            "x: Any = None",
        ),
        (
            "class A:\n    def __init__(self):\n        self._x = None\n    def g(self):\n        self._x = [1]\n"
            "    def f(self):\n        ⟦self._x⟧.append(2)\n        self._x.sort()\n",
            Strategy.INITIAL,
            "self._x = None",
            "self._x = []",
        ),
        (
            "def f(a):\n    _g(a, 1)\ndef _g(a, x=None):\n    ⟦x⟧.y()\n",
            Strategy.REQUIRED,
            "x=None",
            "x",
        ),
        (
            "class A:\n    def f(self):\n        self._g(x=1)\n    def _g(self, *, b=1, x: int | None = None):\n"
            "        ⟦x⟧.bit_count()\n",
            Strategy.REQUIRED,
            "x: int | None = None",
            "x: int",
        ),
        ("def f(x=None):\n    return ⟦x⟧.strip()\n", Strategy.INITIAL, "x=None", 'x=""'),
        ("def f(x: str = None):\n    return ⟦x⟧.strip()\n", Strategy.INITIAL, "x: str = None", 'x: str = ""'),
        (
            "def _f(a):\n    if a:\n        return None\n    return a.b\ndef g(a):\n    _f(a).c()\ndef h(a):\n"
            "    x = _f(a)\n"
            "    return ⟦x⟧.c\n",
            Strategy.RETURN_TYPE,
            "return None",
            'raise ValueError("_f found nothing")',
        ),
        ("def f(x: int = ⟦None⟧):\n    return x\n", Strategy.ANNOTATE, "x: int", "x: int | None"),
        (
            "from typing import Optional\nclass A:\n    def f(self):\n        self.x: int = ⟦None⟧\n",
            Strategy.ANNOTATE,
            "x: int",
            "x: Optional[int]",
        ),
        (
            "def f(a) -> int:\n    if a:\n        return ⟦None⟧\n    return 1\n",
            Strategy.ANNOTATE,
            "-> int",
            "-> int | None",
        ),
    ],
)
def test_the_declaration_comes_first(marked: str, strategy: Strategy, old: str, new: str) -> None:
    if "Optional" in marked:
        marked = marked.replace("class A", "y: Optional[int] = 1\nclass A")
    check_first(marked, strategy, old, new, Use.ASSIGN if "⟦None" in marked else Use.ATTRIBUTE)


@pytest.mark.parametrize(
    ("marked", "never"),
    [
        ("def f(a):\n    _g(a)\ndef _g(a, x=None):\n    ⟦x⟧.y()\n", Strategy.REQUIRED),
        ("def f(a):\n    _g(a, None)\ndef _g(a, x=None):\n    ⟦x⟧.y()\n", Strategy.REQUIRED),
        ("def f(a):\n    _g(*a)\ndef _g(a, x=None):\n    ⟦x⟧.y()\n", Strategy.REQUIRED),
        ("def f(a):\n    _g(a, 1)\n    h(_g)\ndef _g(a, x=None):\n    ⟦x⟧.y()\n", Strategy.REQUIRED),
        ("def f(a):\n    _g(1, 2)\ndef _g(a=1, x=None):\n    ⟦x⟧.y()\n", Strategy.REQUIRED),
        ("def f(a):\n    g(a, 1)\ndef g(a, x=None):\n    ⟦x⟧.y()\n", Strategy.REQUIRED),
        ("def f(x=None):\n    print(x)\n    return ⟦x⟧.strip()\n", Strategy.INITIAL),
        (
            "class A:\n    _x = None\n    def g(self):\n        self._x = [1]\n    def f(self):\n"
            "        ⟦self._x⟧.append(2)\n",
            Strategy.INITIAL,
        ),
        (
            "@dataclass\nclass A:\n    x: B | None = None\n    def f(self):\n        ⟦self.x⟧.y()\n",
            Strategy.FIELD,
        ),
        (
            "def _f(a):\n    if a:\n        return None\n    return a.b\ndef g(a):\n    if _f(a):\n"
            "        pass\ndef h(a):\n"
            "    ⟦_f(a)⟧.c()\n    _f(a).d()\n",
            Strategy.RETURN_TYPE,
        ),
        ("def f(a) -> int | None:\n    if a:\n        return 1\ndef g():\n    ⟦f(1)⟧.y()\n", Strategy.RETURN_TYPE),
        ("def f(a) -> int | None:\n    return a.b()\ndef g():\n    ⟦f(1)⟧.y()\n", Strategy.RETURN_TYPE),
        ("class A:\n    x: int = ⟦None⟧\n    def f(self):\n        return self.x.y\n", Strategy.ANNOTATE),
    ],
)
def test_a_declaration_that_may_be_right_stays(marked: str, never: Strategy) -> None:
    assert never not in [offer.strategy for offer in offered(marked)[1]]


APP = """\
from typing import Any
_app = None
def get_app(none=False):
    if none:
        return None
    return _app
"""


@pytest.mark.parametrize(
    ("files", "module", "uses", "title"),
    [
        (
            {"pkg/app.py": APP, "pkg/__init__.py": "from .app import get_app\n"},
            "pkg",
            "def g():\n    get_app().b()\ndef h():\n    app = get_app()\n    app.c()\n",
            "Declare that `get_app` gives `Any`: None is for callers that ask for it (in app.py)",
        ),
        ({"app.py": APP}, "app", "def g():\n    return get_app() is None\ndef h():\n    get_app().b()\n", ""),
        ({"app.py": APP}, "app", "", ""),
        ({"app.py": APP.replace("(none=False)", "(none=False) -> object")}, "app",
         "def g():\n    get_app().b()\ndef h():\n    get_app().b()\n", ""),
        ({}, "app", "def g():\n    get_app().b()\ndef h():\n    get_app().b()\n", ""),
    ],
)  # fmt: skip
def test_what_a_function_of_another_file_gives(
    tmp_path: Path, files: dict[str, str], module: str, uses: str, title: str
) -> None:
    marked = f"from {module} import get_app\ndef f():\n    ⟦get_app()⟧.a()\n{uses}"
    project = known(tmp_path, {**files, "use.py": ""})
    _, offers = offered(marked, uri=(tmp_path / "use.py").as_uri(), project=project)
    declared = [offer for offer in offers if offer.strategy is Strategy.RETURN_TYPE]
    assert [offer.title for offer in declared] == [title] * bool(title)
    for offer in declared:
        assert offer is offers[0]
        assert not offer.edits
        (edits,) = offer.elsewhere
        assert edits.document.edited(edits.edits).text == APP.replace("(none=False)", "(none=False) -> Any")


@pytest.mark.parametrize(
    ("gives", "declared"),
    [
        ("Socket()", ' -> "Socket | Any":'),
        ("Socket() if a else a.b", " -> Any:"),
        ("a.b", " -> Any:"),
    ],
)
def test_a_function_says_what_it_gives_as_far_as_that_is_known(gives: str, declared: str) -> None:
    uses = "".join(f"def g{n}():\n    find({n}).a()\n" for n in range(3))
    text, offers = offered(
        "from typing import Any\nfrom net import Socket\n"
        f"def find(a):\n    if a:\n        return {gives}\n    return None\n"
        f"{uses}def h():\n    ⟦find(1)⟧.a()\n"
    )
    (offer,) = (offer for offer in offers if offer.strategy is Strategy.RETURN_TYPE)
    (edits,) = offer.elsewhere or (None,)
    after = edits.document.edited(edits.edits).text if edits else written(text, offer)
    assert f"def find(a){declared}" in after


# --- at the place ---


@pytest.mark.parametrize(
    ("strategy", "old", "new"),
    [
        (Strategy.NARROW, "while ⟦n.p⟧.q:", "while n.p is not None and n.p.q:"),
        (
            Strategy.NARROW,
            "if a:\n        pass\n    elif ⟦x⟧.y:",
            "if a:\n        pass\n    elif x is not None and x.y:",
        ),
        (Strategy.NARROW, "if a and ⟦x⟧.y:", "if a and x is not None and x.y:"),
        (Strategy.NARROW, "if a or not ⟦x⟧.y:", "if a or x is not None and not x.y:"),
        (Strategy.NARROW, "while ⟦x⟧.y if a else b:", "while x.y if a and x is not None else b:"),
        (Strategy.NARROW, "if 1 < a < ⟦x⟧.y:", None),
        (Strategy.NARROW, "if b(a and ⟦x⟧.y):", None),
        (Strategy.NARROW, "if (lambda: ⟦x⟧.y)():", None),
        (Strategy.WALRUS, "while ⟦g()⟧.y:", "while (result := g()) is not None and result.y:"),
        (Strategy.WALRUS, "while 1 < ⟦find_row()⟧.y:", "while (row := find_row()) is not None and 1 < row.y:"),
        (Strategy.WALRUS, "while h() < ⟦g()⟧.y:", None),
    ],
)
def test_a_condition_tests_it_where_nothing_can_stand_before(strategy: Strategy, old: str, new: str | None) -> None:
    text, offers = offered(f"def f(a, b, n, x=None):\n    {old}\n        pass\n")
    made = [written(text, offer) for offer in offers if offer.strategy is strategy]
    assert made == ([] if new is None else [f"def f(a, b, n, x=None):\n    {new}\n        pass\n"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return ⟦x⟧.y if a else b", "return x.y if a and x is not None else b"),
        ("return ⟦x⟧.y if a or b else b", "return x.y if (a or b) and x is not None else b"),
        ("return b if a else ⟦x⟧.y", None),
        ("return a and ⟦x⟧.y", None),
        ("return [⟦x⟧.y for x in a]", None),
        ("return [x for x in a if ⟦x⟧.y]", "return [x for x in a if x is not None and x.y]"),
    ],
)
def test_a_value_is_tested_only_where_the_other_one_is_written(before: str, after: str | None) -> None:
    text, offers = offered(f"def f(a, b, x=None):\n    {before}\n")
    made = [written(text, offer) for offer in offers]
    assert made == ([] if after is None else [f"def f(a, b, x=None):\n    {after}\n"])


@pytest.mark.parametrize(
    "statement",
    [
        "self.make(⟦self.x⟧.y, 1)",
        "a = [b for b in ⟦self.x⟧.y]",
        "if self.x.a and ⟦self.x⟧.b: pass",
        "self.x.y = ⟦self.x⟧.z",
    ],
)
def test_an_assert_stands_where_the_value_is_used_in_any_case(statement: str) -> None:
    text, offers = offered(f"class A:\n    def f(self):\n        {statement}\n")
    first = next(offer for offer in offers if offer.strategy is Strategy.ASSERT)
    assert written(text, first) == text.replace("        ", "        assert self.x is not None\n        ")


@pytest.mark.parametrize(
    "statement",
    [
        "self.make(self.connect(), ⟦self.x⟧.y)",
        "⟦self.x⟧.y = self.connect()",
        "return (x := self.x) and ⟦x⟧.y",
        "return g(x := self.x, ⟦x⟧.y)",
        "a = [⟦self.x⟧.y for b in c]",
    ],
)
def test_nothing_is_tested_before_what_may_set_it(statement: str) -> None:
    assert offered(f"class A:\n    def f(self):\n        {statement}\n")[1] == []


def test_a_global_is_given_no_default_that_would_make_it_local() -> None:
    text, offers = offered("x = None\ndef f():\n    for a in ⟦x⟧:\n        pass\n", use=Use.ITERATE)
    (default,) = (offer for offer in offers if offer.strategy is Strategy.DEFAULT)
    assert written(text, default) == text.replace("in x", "in (x if x is not None else ())")


@pytest.mark.parametrize(
    ("marked", "inner"),
    [
        ("def f(x=None):\n    return ⟦x⟧.y\n", {Strategy.ASSERT, Strategy.RAISE}),
        ("def f(x=None):\n    ⟦x⟧.y()\n    return x\n", set[Strategy]()),
        ("def f(x=None):\n    ⟦x⟧.y()\n    yield x\n", set[Strategy]()),
        ("def f(x=None):\n    ⟦x⟧.y()\n", {Strategy.ASSERT, Strategy.RAISE}),
        ("def f(x=None) -> None:\n    ⟦x⟧.y()\n",
         {Strategy.ASSERT, Strategy.RAISE, Strategy.NARROW, Strategy.RETURN}),
        ("x = None\n⟦x⟧.y()\n", set[Strategy]()),
        (CONNECTION.replace("def send(self, data)", "def send(self, data) -> None"),
         {Strategy.ASSERT, Strategy.RAISE, Strategy.NARROW, Strategy.RETURN}),
    ],
)  # fmt: skip
def test_what_other_files_can_see_of_an_edit(marked: str, inner: set[Strategy]) -> None:
    assert {offer.strategy for offer in offered(marked)[1] if offer.is_inner} == inner


# --- the order ---


@pytest.mark.parametrize(
    ("marked", "first", "reason"),
    [
        ("def f(x):\n    ⟦x⟧.y()\n", Strategy.ASSERT, "nothing says what else should happen"),
        (
            "def g(x):\n    if x is None:\n        raise LookupError('x')\ndef f(x):\n    ⟦x⟧.y()\n",
            Strategy.RAISE,
            "the file raises elsewhere when `x` is None",
        ),
        (
            "def g(x):\n    if not x:\n        return\ndef f(x):\n    ⟦x⟧.y()\n",
            Strategy.RETURN,
            "the file does so elsewhere when `x` is None",
        ),
        (
            "def g(x):\n    if x:\n        x.z()\ndef f(x):\n    ⟦x⟧.y()\n",
            Strategy.NARROW,
            "the file skips what needs `x` elsewhere",
        ),
        ("def g(x):\n    assert x\ndef f(a, x):\n    if a:\n        raise ValueError('a')\n    ⟦x⟧.y()\n"
         "", Strategy.ASSERT,
         "the file asserts it elsewhere"),
        (
            "def f(x):\n    try:\n        return ⟦x⟧.y()\n    except ValueError:\n        return 0\n",
            Strategy.RAISE,
            "the ValueError is handled here",
        ),
        (
            "def f(a):\n    for x in a:\n        if x.z:\n            break\n        b = x.y\n        ⟦b⟧.c()\n",
            Strategy.ASSERT,
            "nothing says what else should happen",
        ),
        (
            "def f(a):\n    for x in a:\n        if x.z:\n            continue\n        b = x.y\n        ⟦b⟧.c()\n",
            Strategy.ASSERT,
            "nothing says what else should happen",  # rounds are skipped for another reason
        ),
        (
            "def g(a):\n    for x in a:\n        if x is None:\n            break\n"
            "def f(a):\n    for x in a:\n        ⟦x⟧.c()\n",
            Strategy.BREAK,
            "the file does so elsewhere when `x` is None",
        ),
        ("def f(**kw):\n    ⟦kw.get('a')⟧.strip()\n", Strategy.DEFAULT, "the call takes one"),
    ],
)  # fmt: skip
def test_evidence_decides_what_comes_first(marked: str, first: Strategy, reason: str) -> None:
    _, offers = offered(marked)
    assert (offers[0].strategy, offers[0].reason) == (first, reason)
    weights = [offer.weight for offer in offers]
    assert weights == sorted(weights, reverse=True)
    assert len({offer.strategy for offer in offers}) == len(offers)


def test_a_test_asserts() -> None:
    marked = "def test_a(x):\n    if x.z:\n        raise ValueError(1)\n    ⟦x⟧.y()\n"
    assert offered(marked)[1][0].strategy is Strategy.RAISE
    assert offered(marked, uri="file:///project/tests/test_a.py")[1][0].strategy is Strategy.ASSERT


# --- every offer ---

STATEMENTS = (
    "⟦x.v⟧.y()", "a = ⟦x.v⟧.y", "return ⟦x.v⟧.y", "for b in ⟦x.v⟧.y: pass", "if ⟦x.v⟧.y: pass", "g(1, ⟦x.v⟧.y)",
    "while a and ⟦x.v⟧.y: pass", "return 1 if ⟦x.v⟧.y else 2", "return ⟦x.v⟧.y if a else 2", "⟦x.v()⟧.y()",
    "⟦x.v⟧.y, b = a, 1", "del ⟦x.v⟧.y", "a = [b for b in ⟦x.v⟧.y]", "with ⟦x.v⟧.y as b: pass", "g(a(), ⟦x.v⟧.y)",
)  # fmt: skip
AROUND = (
    "def f(a, x):{nl}{ind}{use}{nl}",
    "def f(a, x):{nl}{ind}for c in a:{nl}{ind}{ind}{use}{nl}",
    "def f(a, x):{nl}{ind}try:{nl}{ind}{ind}{use}{nl}{ind}except ValueError:{nl}{ind}{ind}pass{nl}",
    "class A:{nl}{ind}async def f(self, a, x):{nl}{ind}{ind}{use}{nl}{ind}{ind}return None{nl}",
)


@given(
    st.sampled_from(AROUND),
    st.sampled_from(STATEMENTS),
    st.sampled_from(["    ", "  ", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.text("aé😀 #'", max_size=8),
)
def test_every_offer_parses_and_keeps_every_token_in_its_order(
    around: str, use: str, ind: str, nl: str, comment: str
) -> None:
    text, offers = offered(f"# {comment}{nl}" + around.format(ind=ind, use=use, nl=nl))
    for offer in offers:
        after = written(text, offer)
        tree = parse(after, "python")
        assert tree is not None
        assert not tree.error_count
        removed = [text[edit.span.start : edit.span.end] for edit in offer.edits if edit.span]
        assert removed in ([], ["x.v()"])  # a call is bound to a name, once
        assert after.count("x.v()") == text.count("x.v()")
        assert after.count("\n") - after.count("\r\n") == (0 if nl == "\r\n" else after.count("\n"))
        assert offer.reason


# --- a declaration in another file ---


BASE = """\
class Machine: pass
class State:
    def __init__(self, machine: Machine):
        self.machine = None
        self.node: list | None = None
    def run(self, machine: Machine):
        self.machine = machine
class Substate(State): pass
"""


@pytest.mark.parametrize(
    ("base", "use", "title", "line"),
    [
        (
            BASE,
            "⟦self.machine⟧.go()\n        self.machine.stop()",
            "Declare `self.machine` as `Machine`: None only stands in until it is set (in base.py)",
            "        self.machine: Machine = None  # pyright: ignore[reportAttributeAccessIssue]\n",
        ),
        (BASE, "⟦self.machine⟧.go()\n        return self.machine is None", "", ""),
        (BASE + "def f(s):\n    if s.machine: pass\n", "⟦self.machine⟧.go()\n        self.machine.stop()", "", ""),
        (BASE, "⟦self.other⟧.go()", "", ""),
    ],
)
def test_a_base_class_of_the_project_is_declared_anew(
    tmp_path: Path, base: str, use: str, title: str, line: str
) -> None:
    (tmp_path / "base.py").write_text(base, "utf-8")
    project = FolderProject(tmp_path)
    uri = (tmp_path / "mine.py").as_uri()
    marked = f"import base\nclass Mine(base.Substate):\n    def f(self):\n        {use}\n"
    offers = [offer for offer in offered(marked, uri=uri, project=project)[1] if offer.elsewhere]
    project.close()
    assert [offer.title for offer in offers] == ([title] if title else [])
    for offer in offers:
        ((changed,), edits) = (offer.elsewhere, offer.edits)
        assert edits == ()
        assert changed.document.uri.endswith("/base.py")
        after = changed.document.edited(changed.edits).text
        assert after == base.replace("        self.machine = None\n", line)


def test_a_base_class_is_found_where_a_package_hands_it_on(tmp_path: Path) -> None:
    root = "import os\nclass Root:\n    session = None\n    @classmethod\n"
    root += "    def bind(cls, session):\n        cls.session = session\n"
    files = {
        "pkg/root.py": root,
        "pkg/base.py": "from .root import Root\nclass Base(Root): pass\n",
        "pkg/__init__.py": "from .base import Base\n",
        "use.py": "",
    }
    marked = "from pkg import Base\nclass Mine(Base):\n    def f(self):\n        ⟦self.session⟧.go()\n"
    _, (first, *_) = offered(marked, uri=(tmp_path / "use.py").as_uri(), project=known(tmp_path, files))
    assert first.title == "Declare `self.session` as `Any`: None only stands in until it is set (in root.py)"
    (edits,) = first.elsewhere
    assert "    session: Any = None\n" in edits.document.edited(edits.edits).text


@pytest.mark.parametrize(("users", "offered_at_all"), [(1, False), (4, True)])
def test_other_files_uses_outweigh_a_test_in_its_own(tmp_path: Path, users: int, offered_at_all: bool) -> None:
    files = {
        f"use{at}.py": "from field import Field\ndef f(field: Field):\n    return field.rel.x\n" for at in range(users)
    }
    project = known(tmp_path, {"field.py": "", **files})
    marked = "class Field:\n    def __init__(self, rel=None):\n        ⟦self.rel⟧ = rel\n"
    marked += (
        "        self.is_relation = self.rel is not None\n    def copy(self):\n        if self.rel:\n            pass\n"
    )
    _, offers = offered(marked, use=Use.ASSIGN, uri=(tmp_path / "field.py").as_uri(), project=project)
    project.close()
    assert [offer.strategy for offer in offers] == [Strategy.FIELD] * offered_at_all


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        ("""f"{⟦a.get('x')⟧.strip()}"\n""", """f"{a.get('x', '').strip()}"\n"""),
        ("""f'{⟦a.get(1)⟧.strip()}'\n""", """f'{a.get(1, "").strip()}'\n"""),
        ("""f'{f"{⟦a.get(1)⟧.strip()}"}'\n""", ""),
        ("""⟦a.get('x')⟧.strip()\n""", """a.get('x', "").strip()\n"""),
    ],
)
def test_a_default_within_an_f_string_has_other_quotes(marked: str, after: str) -> None:
    text, offers = offered(marked)
    assert [written(text, offer) for offer in offers if offer.strategy is Strategy.DEFAULT] == (
        [after] if after else []
    )

"""A declaration of the file at hand: which one is repaired, and how."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from nullcheck.python.cases import offered, written

CONNECTION = """\
from net import Socket

class Connection:
    def __init__(self):
        self.sock = None
    def connect(self):
        self.sock = Socket()
    def send(self, data: bytes):
        ⟦self.sock⟧.send(data)
    def close(self):
        self.sock.close()
"""


def test_an_attribute_that_is_never_tested_is_declared_as_what_it_is_set_to() -> None:
    text, (first, *_) = offered(CONNECTION)
    assert first.strategy is Strategy.FIELD
    assert first.title == "Declare `self.sock` as `Socket`, ignoring None (fails if used before it is set)"
    assert first.reason == "hardly anything tests it for None"
    line = "        self.sock: Socket = None  # type: ignore[assignment]\n"
    assert written(text, first) == text.replace("        self.sock = None\n", line)


def test_a_file_without_types_asserts_first() -> None:
    _, (first, second, *_) = offered(CONNECTION.replace(": bytes", ""))
    assert (first.strategy, second.strategy) == (Strategy.ASSERT, Strategy.FIELD)
    assert second.reason == "its uses rely on it"


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


@pytest.mark.parametrize(
    ("between", "is_needed"),
    [
        ("self.name = name", False),
        ("print(name)", False),
        ("self.load()", True),
        ("register(self)", True),
        ("return", True),
    ],
)
def test_a_none_that_the_same_method_replaces_is_removed(between: str, is_needed: bool) -> None:
    marked = (
        "class A:\n    def __init__(self, name):\n        self.config = None\n"
        f"        {between}\n        self.config = read(name)\n"
        "    def run(self):\n        return ⟦self.config⟧.get('x')\n"
    )
    text, offers = offered(marked)
    made = next((written(text, offer) for offer in offers if offer.strategy is Strategy.INITIAL), None)
    assert made == (None if is_needed else text.replace("        self.config = None\n", ""))


def test_a_title_counts_the_comments_and_not_the_names_that_speak_of_ignoring() -> None:
    _, (first, *_) = offered(CONNECTION.replace("Socket", "Gitignore"))
    assert first.title == "Declare `self.sock` as `Gitignore`, ignoring None (fails if used before it is set)"


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
                "        self.sock: Socket = None  # type: ignore[assignment]",
                "        self.sock = None  # type: ignore[assignment]",
            ],
        ),
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
    ("marked", "strategies"),
    [
        (CONNECTION.replace("⟦", "").replace("⟧", "").replace("self.sock = None", "⟦self.sock⟧ = None"),
         [Strategy.FIELD]),
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
            "class A:\n    def __init__(self):\n        self._x = None\n    def g(self):\n        self._x = [1]\n"
            "    def f(self):\n        ⟦self._x⟧.append(2)\n        self._x.sort()\n",
            Strategy.INITIAL,
            "self._x = None",
            "self._x = []",
        ),
        ("def f(x: int = ⟦None⟧):\n    return x\n", Strategy.ANNOTATE, "x: int", 'x: "int | None"'),
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
            '-> "int | None"',
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
        ("def f(x=None):\n    print(x)\n    return ⟦x⟧.strip()\n", Strategy.INITIAL),
        (
            "class A:\n    _x = None\n    def g(self):\n        self._x = [1]\n    def f(self):\n"
            "        ⟦self._x⟧.append(2)\n",
            Strategy.INITIAL,
        ),
        (
            "class A:\n    x = Instance(X, allow_none=True)\n    def g(self):\n"
            "        self.x = X() if self.x else None\n    def f(self):\n"
            "        with ⟦self.x⟧:\n            pass\n",
            Strategy.FIELD,
        ),
        (
            "@dataclass\nclass A:\n    x: B | None = None\n    def f(self):\n        ⟦self.x⟧.y()\n",
            Strategy.FIELD,
        ),
        ("class A:\n    x: int = ⟦None⟧\n    def f(self):\n        return self.x.y\n", Strategy.ANNOTATE),
        (
            "class A:\n    def __init__(self, a):\n        self.r = a.r\ndef f(b):\n    ⟦b.r⟧.x()\n    b.r.y()\n",
            Strategy.FIELD,
        ),
    ],
)
def test_a_declaration_that_may_be_right_stays(marked: str, never: Strategy) -> None:
    assert never not in [offer.strategy for offer in offered(marked)[1]]


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        ("xs = List()", "xs: List = List()"),
        ("xs = traits.List(3)", "xs: traits.List = traits.List(3)"),
        ("xs: list = List()", None),
        ("xs = make()", None),
        ("def __init__(self):\n        self.xs = List()", None),
    ],
)
def test_a_descriptor_is_declared_as_what_it_is(body: str, declared: str | None) -> None:
    """Checkers then look at what its own methods say that it gives."""
    head = "import traits\nfrom traits import List, make\nclass A(Base):\n"
    text, offers = offered(f"{head}    {body}\n    def f(self):\n        return ⟦self.xs⟧.append(1)\n")
    made = [written(text, offer) for offer in offers if offer.strategy is Strategy.FIELD]
    assert made == ([text.replace(body, declared)] if declared else [])


@pytest.mark.parametrize(
    ("field", "other", "made"),
    [
        ("text: Text = None", "pass", None),
        ("text: str = None", "if self.text is None: return", None),
        ("text: str = None", "self.text = g()", None),
    ],
)
def test_a_fields_default_becomes_what_its_annotation_says(field: str, other: str, made: str | None) -> None:
    head = "from dataclasses import dataclass\n@dataclass\nclass Note:\n"
    marked = (
        f"{head}    {field}\n    def f(self):\n        return ⟦self.text⟧.strip()\n    def g(self):\n        {other}\n"
    )
    text, offers = offered(marked)
    written_ = [written(text, offer) for offer in offers if offer.strategy is Strategy.INITIAL]
    assert written_ == ([text.replace(field, made)] if made is not None else [])

"""An attribute's None that is meant: its declaration as what it is else is for a person to choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import Offer, Strategy, Use
from nullcheck.python.cases import offered, written
from project.folders import known

OPTION = """\
class Config:
    host: str | None = None
"""
KEY = """\
class Key:
    def __init__(self, value{}):
        self.value = value
    def __hash__(self):
        return hash(self.value if self.value is not None else id(self))
    def low(self):
        return ⟦self.value⟧.lower() + self.value.upper() + self.value.title()
    def strip(self):
        return self.value.strip()
"""
USES = "def f(config: Config):\n    ⟦config.host⟧.strip()\ndef g(config: Config):\n    config.host.lower()\n"
HANDSHAKE = """\
class Handshake:
    def __init__(self, headers):
        self.upgrade: bytes | None = None
        for name, value in headers:
            if name == b"upgrade":
                self.upgrade = value
    def is_valid(self):
        return ⟦self.upgrade⟧.lower() == b"websocket"
    def other(self):
        return self.upgrade.strip()
"""


def _declared(offers: list[Offer]) -> Offer:
    [found] = [offer for offer in offers if offer.strategy is Strategy.FIELD]
    return found


def _is_to_choose(offers: list[Offer]) -> bool:
    """Whether nobody but a person takes it, and not before an assertion."""
    declared = _declared(offers)
    asserted = next((offer for offer in offers if offer.strategy is Strategy.ASSERT), None)
    if declared.is_asked_for:
        assert asserted is not None
        assert offers.index(asserted) < offers.index(declared)
        assert "(fails where it is None" in declared.title
        assert "never tests" not in declared.reason
    return declared.is_asked_for


@pytest.mark.parametrize("is_asked", [False, True])
def test_of_its_declaration_too(tmp_path: Path, *, is_asked: bool) -> None:
    test = "from config import Config\ndef test(config: Config):\n    if config.host:\n        return\n"
    project = known(tmp_path, {"config.py": OPTION, "main.py": test})
    uri = (tmp_path / "config.py").as_uri()
    marked = OPTION.replace("host", "⟦host⟧") + USES.replace("⟦", "").replace("⟧", "") if is_asked else OPTION + USES
    _, offers = offered(marked, use=Use.ASSIGN if is_asked else Use.ATTRIBUTE, uri=uri, project=project)
    assert _declared(offers).is_asked_for


@pytest.mark.parametrize(
    ("parameter", "is_meant"),
    [("", False)],
    ids=["said", ""],
)
def test_what_a_caller_may_leave_out_and_the_class_tests(parameter: str, *, is_meant: bool) -> None:
    _, offers = offered(KEY.format(parameter))
    declared = [offer for offer in offers if offer.strategy is Strategy.FIELD]
    assert [offer.is_asked_for for offer in declared] == [is_meant][: len(declared)]
    assert bool(declared) or not is_meant


def test_what_data_sets_or_doesnt() -> None:
    assert _is_to_choose(offered(HANDSHAKE)[1])


MADE = """\
class Stub:
    def __init__(self, stub):
        {}
    def size(self):
        return ⟦self.data⟧.size
    def more(self):
        return self.data.more
"""


@pytest.mark.parametrize(
    ("made", "is_meant"),
    [
        ("try:\n    self.data = Data(stub)\nexcept KeyError:\n    self.data = None", True),
        ("self.data = None\ntry:\n    self.data = Data(stub)\nexcept KeyError:\n    pass", True),
        ("self.data = None\nif stub:\n    self.data = Data(stub)", True),
        ("if stub:\n    self.data = Data(stub)\nelse:\n    self.data = None", True),
        ("self.data = None\nwhile stub:\n    self.data = Data(stub.pop())", True),
        ("self.data = None\nmatch stub:\n    case 1:\n        self.data = Data(stub)", True),
        ("self.data = None\ntry:\n    self.data = Data(stub)\nexcept KeyError:\n    raise OSError", False),
        ("self.data = None\nwith stub:\n    self.data = Data(stub)", False),
        ("self.data = None\nself.data = Data(stub)", False),
        ("self.data = None\nwhile True:\n    self.data = Data(stub)\n    break", False),
    ],
)
@pytest.mark.parametrize("later", ["", "    def set(self, to):\n        self.data = Data(to)\n"])
def test_what_a_branch_or_a_round_sets(made: str, later: str, *, is_meant: bool) -> None:
    marked = "from data import Data\n\n" + MADE.format(made.replace("\n", "\n        ")) + later
    assert _is_to_choose(offered(marked)[1]) is (is_meant and not later)

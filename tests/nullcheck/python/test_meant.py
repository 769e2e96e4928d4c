"""An attribute's None that is meant: its declaration as what it is else is for a person to choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import Strategy, Use
from nullcheck.python.cases import offered
from project.folders import known

HANDSHAKE = """\
class Handshake:
    def __init__(self, headers: list):
        self.upgrade{annotation} = None
        for name, value in headers:
            if name == b"upgrade":
                self.upgrade = bytes(value)
    def is_valid(self):
        return ⟦self.upgrade⟧.lower() == b"websocket"
    def other(self):
        return self.upgrade.strip()
    def more(self):
        return self.upgrade.strip() {test}
"""


@pytest.mark.parametrize(
    ("annotation", "test", "is_asked_for"),
    [
        (": bytes | None", "if self.upgrade else b''", True),  # its author reckons with it
        ("", "if self.upgrade else b''", True),
        (": bytes | None", "", True),
        ("", "", False),
    ],
)
def test_who_says_that_it_may_be_none(annotation: str, test: str, is_asked_for: bool) -> None:
    _, offers = offered(HANDSHAKE.format(annotation=annotation, test=test))
    [declared] = [offer for offer in offers if offer.strategy is Strategy.FIELD]
    asserted = next(offer for offer in offers if offer.strategy is Strategy.ASSERT)
    assert declared.is_asked_for == is_asked_for
    is_first = offers.index(declared) < offers.index(asserted)
    assert is_first == (bool(annotation) or not is_asked_for)  # maintainers mostly narrow an annotation like that


def test_few_uses_say_less_than_the_annotation() -> None:
    marked = "class Node:\n    up: 'Node | None' = None\ndef f(n: Node):\n    return ⟦n.up⟧.a\n"
    for more, is_asked_for in ((0, True), (3, True), (4, False)):
        _, offers = offered(marked + "def h(n: Node):\n    return n.up.b\n" * more)
        assert [offer.is_asked_for for offer in offers if offer.strategy is Strategy.FIELD] == [is_asked_for]


@pytest.mark.parametrize("use", [Use.ATTRIBUTE, Use.ASSIGN])
def test_another_file_that_tests_it(tmp_path: Path, use: Use) -> None:
    option = "class Config:\n    def __init__(self):\n        self.host = None\n    def load(self):\n"
    option += "        self.host = str(1)\n"
    uses = "def f(config: Config):\n    config.host.strip()\ndef g(config: Config):\n    config.host.lower()\n"
    test = "from config import Config\ndef test(config: Config):\n    if config.host:\n        return\n"
    project = known(tmp_path, {"config.py": option, "main.py": test})
    marked = option.replace("self.host = None", "⟦self.host⟧ = None") + uses
    if use is Use.ATTRIBUTE:
        marked = option + uses.replace("config.host.strip", "⟦config.host⟧.strip")
    _, offers = offered(marked, use=use, uri=(tmp_path / "config.py").as_uri(), project=project)
    assert [offer.is_asked_for for offer in offers if offer.strategy is Strategy.FIELD] == [True]

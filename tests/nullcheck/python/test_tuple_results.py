"""A function whose tuples may have a None in them: when it is declared by what its callers rely on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import Offer, Strategy
from breadknife.text.document import apply_edits
from nullcheck.python.cases import offered, swapped_in, written
from project.folders import known

CLIENT = """\
from __future__ import annotations
from typing import Any


class Client:
    def _read(self, number):
        for packet in self.packets:
            if packet.number == number:
                return "ok", packet
        return None, None

    def open(self, name):
        code, packet = self._read(1)
        ⟦packet⟧.check(code)
        packet.close()

    def close(self):
        code, packet = self._read(2)
        packet.check(code)
"""
DECLARED = "def _read(self, number) -> tuple[str | Any, Any]:"
HANDED = "    def _request(self, number):\n        return self._read(number)\n\n    def open"


swapped = partial(swapped_in, CLIENT)


def declared(offers: list[Offer]) -> list[Offer]:
    return [offer for offer in offers if offer.strategy is Strategy.RETURN_TYPE]


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        (CLIENT, DECLARED),
        (swapped(("code, packet = self._read(1)", "[code, packet] = self._read(1)")), DECLARED),
        (swapped(("    def open", HANDED), (" = self._read", " = self._request")), DECLARED),
        (swapped(("def _read", "async def _read"), (" def open", " async def open"), (" def close", " async def close"),
                 ("= self._read", "= await self._read")), DECLARED),
        (swapped(("return None, None", "return (None, None)"), ("code, packet =", "(code, packet) =")), DECLARED),
        (swapped(("return None, None", 'return "no", None')), "def _read(self, number) -> tuple[str, Any]:"),
        (swapped(("from __future__ import annotations\n", "")), DECLARED.replace("tuple[str | Any, Any]",
                                                                               '"tuple[str | Any, Any]"')),
        (swapped(("from typing import Any\n", "import os\n")), "import os\nfrom typing import Any"),
    ],
)  # fmt: skip
def test_where_callers_rely_on_it(marked: str, line: str) -> None:
    text, offers = offered(marked)
    [offer] = declared(offers)
    assert line in written(text, offer)
    assert offer.reason == "most of its callers rely on a value"


@pytest.mark.parametrize(
    "marked",
    [
        # it has a declaration
        swapped(("number):", "number) -> tuple:")),
        # a single caller says little
        swapped(("        packet.check(code)\n", "        return code\n")),
        # callers look for a None
        swapped(("        packet.check(code)\n", "        if code:\n            packet.check(code)\n")),
        # no None comes from there
        swapped(("return None, None", 'return None, ""')),
        # not all that it gives is one tuple
        swapped(("return None, None", "return None")),
        swapped(("return None, None", "return None, None, None")),
        swapped(("return None, None", "return *self.packets, None")),
        # who gives it isn't known
        swapped((" = self._read", " = self.other._read")),
        swapped(("        ⟦packet⟧", "        packet = self.find()\n        ⟦packet⟧")),
        swapped(
            ("    def open", HANDED.replace("return", "number = number or")), (" = self._read", " = self._request")
        ),
    ],
)
def test_else_only_the_place_is_repaired(marked: str) -> None:
    assert declared(offered(marked)[1]) == []


def test_in_another_file(tmp_path: Path) -> None:
    source = "def read(name):\n    if name:\n        return open(name), 1\n    return None, None\n"
    project = known(tmp_path, {"reading.py": source})
    use = "    {}, _ = read(name)\n    {}.close()\n"
    here = (
        "from reading import read\n\ndef f(name):\n"
        + use.format("a", "⟦a⟧")
        + "\ndef g(name):\n"
        + use.format("b", "b")
    )
    _, offers = offered(here, uri=(tmp_path / "here.py").as_uri(), project=project)
    [offer] = declared(offers)
    [change] = offer.elsewhere
    assert offer.edits == ()
    written_there = apply_edits(change.document.text, change.edits)
    assert 'def read(name) -> "tuple[Any, int | Any]":' in written_there
    assert written_there.startswith("from typing import Any\n")

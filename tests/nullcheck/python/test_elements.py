"""An element of a container: what its declaration says of the elements is repaired."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered, swapped_in, written
from project.folders import known

POOL = """\
from typing import Any
from net import Socket
class Pool:
    def __init__(self) -> None:
        self.socks: dict[str, Socket | None] = {}
    def add(self, host: str) -> None:
        self.socks[host] = Socket()
    def send(self, host: str) -> None:
        ⟦self.socks[host]⟧.send()
    def more(self, host: str) -> None:
        pass
"""
HEAD = "from net import Socket\n"


@pytest.mark.parametrize(
    ("marked", "old", "new"),
    [
        (POOL, "dict[str, Socket | None]", "dict[str, Socket]"),
        (swapped_in(POOL, ("dict[str, Socket | None]", "Dict[str, Optional[Socket]]")),
         "Dict[str, Optional[Socket]]", "Dict[str, Socket]"),
        (swapped_in(POOL, ("dict[str, Socket | None]", '"dict[str, Socket | None]"')),
         '"dict[str, Socket | None]"', '"dict[str, Socket]"'),
        (swapped_in(POOL, ("⟦self.socks[host]⟧.send()", "sock = self.socks[host]\n        ⟦sock⟧.send()")),
         "dict[str, Socket | None]", "dict[str, Socket]"),
        (f"{HEAD}def f(socks: list[Socket | None]):\n    for sock in socks:\n        ⟦sock⟧.send()\n",
         "list[Socket | None]", "list[Socket]"),
        (f"{HEAD}def f(socks: dict[str, Socket | None]):\n    for host, sock in sorted(socks.items()):\n        pass\n"
         "    for host, sock in list(socks.items()):\n        ⟦sock⟧.send()\n",
         "dict[str, Socket | None]", "dict[str, Socket]"),
        (f"{HEAD}def f(socks: dict[str, Socket | None]):\n    return [⟦sock⟧.send() for sock in socks.values()]\n",
         "dict[str, Socket | None]", "dict[str, Socket]"),
        (f"{HEAD}SOCKS: list[Socket | None] = []\ndef f():\n    ⟦SOCKS[0]⟧.send()\n",
         "list[Socket | None]", "list[Socket]"),
        (f"{HEAD}def f():\n    socks: list[Socket | None] = []\n    ⟦socks[0]⟧.send()\n",
         "list[Socket | None]", "list[Socket]"),
    ],
)  # fmt: skip
def test_none_goes_from_the_declaration_where_none_is_put_in(marked: str, old: str, new: str) -> None:
    text, (first, *_) = offered(marked)
    assert first.strategy is Strategy.DROP_NONE
    assert new in first.title
    assert written(text, first) == swapped_in(text, (old, new))


@pytest.mark.parametrize(
    "body",
    ["self.socks[host] = None", "self.socks.setdefault(host, None)", "self.socks = {host: None}",
     "assert self.socks[host] is not None\n        self.socks[''].send()\n        self.socks[' '].send()"],
)  # fmt: skip
def test_who_relies_on_a_value_gets_one_where_a_none_is_put_in_or_looked_for(body: str) -> None:
    text, (first, *_) = offered(swapped_in(POOL, ("        pass\n", f"        {body}\n")))
    assert first.strategy is Strategy.FIELD
    assert first.title == "Declare `self.socks` as `dict[str, Socket | Any]`: None is for who asks for it"
    assert written(text, first) == swapped_in(text, ("dict[str, Socket | None]", "dict[str, Socket | Any]"))


@pytest.mark.parametrize(
    "marked",
    [
        swapped_in(POOL, ("        pass\n", "        if self.socks[host]:\n            pass\n")),
        swapped_in(POOL, ("        pass\n", "        sock = self.socks[host]\n        if sock:\n            pass\n")),
        swapped_in(POOL, ("class Pool:", "class Pool(BaseModel):")),
        swapped_in(POOL, ("[host]⟧", "[1:2]⟧")),
        swapped_in(POOL, ("dict[str, Socket | None]", "Optional[Socket]")),
        f"{HEAD}def f(pairs: dict[str | None, Socket | None]):\n    ⟦pairs['']⟧.send()\n",
        f"{HEAD}def f(socks: list[Socket | None]):\n    socks = other()\n    for sock in other(socks):\n"
        "        ⟦sock⟧.send()\n",
        f"{HEAD}def f(socks: list[Socket | None], n: int):\n    def g():\n        other: list[Socket | None] = []\n"
        "    ⟦other[n]⟧.send()\n",
    ],
)
def test_a_declaration_stays_that_may_be_right_or_says_something_else(marked: str) -> None:
    _, offers = offered(marked)
    assert offers
    assert not any(offer.strategy in (Strategy.DROP_NONE, Strategy.FIELD) for offer in offers)


def test_the_container_of_another_object_is_declared_in_its_file(tmp_path: Path) -> None:
    pool = POOL.replace("⟦", "").replace("⟧", "")
    project = known(tmp_path, {"pool.py": pool, "use.py": ""})
    use = "from pool import Pool\ndef f(pool: Pool):\n    ⟦pool.socks['']⟧.send()\n"
    _, (first, *_) = offered(use, uri=(tmp_path / "use.py").as_uri(), project=project)
    assert first.title == (
        "Declare `Pool.socks` without None: `dict[str, Socket]` (to put None there becomes a type error, in pool.py)"
    )
    (edits,) = first.elsewhere
    assert edits.document.edited(edits.edits).text == swapped_in(pool, ("Socket | None", "Socket"))

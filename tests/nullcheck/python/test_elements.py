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
SOCKS = "from net import Socket\nsocks: list[Socket | None] = []\nsocks.append(Socket())\n"
DECLARING = (Strategy.DROP_NONE, Strategy.FIELD)


def sending(*lines: str) -> str:
    return swapped_in(POOL, ("⟦self.socks[host]⟧.send()", "\n        ".join(lines)))


def with_more(*lines: str) -> str:
    return swapped_in(POOL, ("        pass\n", "".join(f"        {line}\n" for line in lines)))


def declared_as(annotation: str) -> str:
    return swapped_in(POOL, ("dict[str, Socket | None]", annotation))


@pytest.mark.parametrize(
    ("marked", "old", "new"),
    [
        (POOL, "dict[str, Socket | None]", "dict[str, Socket]"),
        (declared_as("Dict[str, Optional[Socket]]"), "Dict[str, Optional[Socket]]", "Dict[str, Socket]"),
        (declared_as('"dict[str, Socket | None]"'), '"dict[str, Socket | None]"', '"dict[str, Socket]"'),
        (sending("sock = self.socks[host]", "⟦sock⟧.send()"), "dict[str, Socket | None]", "dict[str, Socket]"),
        (sending("for sock in self.socks.values():", "    ⟦sock⟧.send()"), "Socket | None", "Socket"),
        (sending("for host, sock in sorted(self.socks.items()):", "    ⟦sock⟧.send()"), "Socket | None", "Socket"),
        (sending("return [⟦sock⟧.send() for sock in self.socks.values()]"), "Socket | None", "Socket"),
        (with_more("if self.socks and host in self.socks:", "    del self.socks[host]", "    print(len(self.socks))"),
         "Socket | None", "Socket"),
        (f"{SOCKS}def f():\n    ⟦socks[0]⟧.send()\n", "Socket | None", "Socket"),
        (f"{SOCKS}def f():\n    for n, sock in enumerate(socks):\n        ⟦sock⟧.send()\n", "Socket | None", "Socket"),
        ("from net import Socket\ndef f():\n    socks: list[Socket | None] = []\n    socks.append(Socket())\n"
         "    ⟦socks[0]⟧.send()\n", "Socket | None", "Socket"),
    ],
)  # fmt: skip
def test_none_goes_from_the_declaration_where_only_values_are_put_in(marked: str, old: str, new: str) -> None:
    text, (first, *_) = offered(marked)
    assert first.strategy is Strategy.DROP_NONE
    assert written(text, first) == swapped_in(text, (old, new))


@pytest.mark.parametrize(
    "lines",
    [
        ["self.socks[host] = None"],
        ["self.socks[host] = find(host)"],
        ["self.socks.setdefault(host, None)"],
        ["self.socks.update(others)"],
        ["self.socks = load()"],
        ["fill(self.socks)"],
        ["socks = self.socks"],
        ["assert self.socks[host] is not None"],
        ["for sock in self.socks.values():", "    if sock is None: continue"],
        ["return [sock for sock in self.socks.values() if sock]"],
        ["return None in self.socks"],
    ],
)  # fmt: skip
def test_who_relies_on_a_value_gets_one_where_a_none_may_be_put_in_or_is_looked_for(lines: list[str]) -> None:
    marked = with_more(*lines, "self.socks[''].send()", "self.socks[' '].send()")
    text, (first, *_) = offered(marked)
    assert first.strategy is Strategy.FIELD
    assert first.title == "Declare `self.socks` as `dict[str, Socket | Any]` (fails where one is None)"
    assert first.removes == 3
    assert written(text, first) == swapped_in(text, ("dict[str, Socket | None]", "dict[str, Socket | Any]"))
    assert not any(offer.strategy in DECLARING for offer in offered(with_more(*lines))[1]), "of one use"


@pytest.mark.parametrize(
    "marked",
    [
        swapped_in(POOL, ("class Pool:", "class Pool(BaseModel):")),
        swapped_in(POOL, ("[host]⟧", "[1:2]⟧")),
        swapped_in(POOL, ("class Pool:", "@dataclass\nclass Pool:\n    socks: dict[str, Socket | None] = {}"),
                   ("        self.socks: dict[str, Socket | None] = {}\n", "        pass\n")),
        *map(declared_as, ["Optional[Socket]", "Box[str, Socket | None]", "Callable[..., Socket | None]",
                           "Mapped[Socket | None]", 'dict[str, "Socket | None"]', 'dict[str, Optional["Socket"]]',
                           "dict[str, t.Optional[t.Union[int, Socket]]]", "dict[str | None, Socket]"]),
        sending("for sock in self.socks:", "    ⟦sock⟧.send()"),
        sending("for sock, host in self.socks.items():", "    ⟦sock⟧.send()"),
        sending("for sock in self.socks.values():", "    sock, n = other()", "    ⟦sock⟧.send()"),
        sending("return [lambda sock: ⟦sock⟧.send() for sock in self.socks.values()]"),
        f"{SOCKS}def f(socks):\n    ⟦socks[0]⟧.send()\n",
        f"{SOCKS}def f():\n    socks = load()\n    ⟦socks[0]⟧.send()\n",
        f"{SOCKS}def f(socks):\n    def g():\n        ⟦socks[0]⟧.send()\n",
        "class A:\n    socks: list[int | None] = []\ndef f():\n    ⟦socks[0]⟧.send()\n",
        "def f(socks: list[int | None]):\n    ⟦socks[0]⟧.send()\n",
    ],
)  # fmt: skip
def test_a_declaration_stays_that_may_be_right_or_says_something_else(marked: str) -> None:
    _, offers = offered(marked)
    assert not any(offer.strategy in DECLARING for offer in offers)


@pytest.mark.parametrize("more", ["", "def drop(pool: Pool):\n    pool.socks[''] = None\n"])
def test_the_container_of_another_object_is_declared_in_its_file(tmp_path: Path, more: str) -> None:
    pool = POOL.replace("⟦", "").replace("⟧", "")
    project = known(tmp_path, {"pool.py": pool, "use.py": ""})
    use = f"from pool import Pool\ndef f(pool: Pool):\n    ⟦pool.socks['']⟧.send()\n{more}"
    _, (first, *_) = offered(use, uri=(tmp_path / "use.py").as_uri(), project=project)
    (edits,) = first.elsewhere
    if more:
        title = "Declare `Pool.socks` as `dict[str, Socket | Any]` (fails where one is None, in pool.py)"
    else:
        consequence = "a None there becomes a type error, in pool.py"
        title = f"Declare `Pool.socks` without None: `dict[str, Socket]` ({consequence})"
    assert first.title == title
    changed = swapped_in(pool, ("Socket | None", "Socket | Any" if more else "Socket"))
    assert edits.document.edited(edits.edits).text == changed

"""A variable of the module that is None until a function sets it: when it is declared."""

from __future__ import annotations

from functools import partial

import pytest

from breadknife.plugins.nullcheck.values import Offer, Strategy, Use
from nullcheck.python.cases import offered, swapped_in, written

POOL = """\
from typing import Any

from net import Pool, make

pool = None


def start(size):
    global pool
    pool = Pool(size)


def send(data):
    ⟦pool⟧.send(data)


def receive():
    return pool.receive()
"""


swapped = partial(swapped_in, POOL)


def declared(offers: list[Offer]) -> list[Offer]:
    return [offer for offer in offers if offer.strategy is Strategy.FIELD]


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        (POOL, 'pool: "Pool | Any" = None'),
        ("from __future__ import annotations\n" + POOL, "pool: Pool | Any = None"),
        (swapped(("Pool(size)", "make(size)")), "pool: Any = None"),
        (swapped(("from typing import Any\n\n", "")), "from typing import Any\n\nfrom net import Pool, make"),
        (swapped(("    pool = Pool", "    if pool is None:\n        pool = Pool")), 'pool: "Pool | Any" = None'),
        (POOL + "\n\ndef has():\n    return bool(pool)\n\n\ndef last():\n    return pool.last\n\n\n"
         "def name():\n    return pool.name\n", 'pool: "Pool | Any" = None'),
        (POOL + "\n\ndef own(pool=None):\n    return pool or None\n\n\nclass A:\n    pool = None\n",
         'pool: "Pool | Any" = None'),
    ],
)  # fmt: skip
def test_where_uses_rely_on_it(marked: str, line: str) -> None:
    text, offers = offered(marked)
    [offer] = declared(offers)
    assert line in written(text, offer)
    assert offer.reason == "nearly all of its uses rely on it"


@pytest.mark.parametrize(
    "marked",
    [
        # nothing sets it, or not for the module
        swapped(("    global pool\n", "")),
        swapped(("    pool = Pool(size)", "    pass")),
        # it is taken away again
        POOL + "\n\ndef stop():\n    global pool\n    pool = None\n",
        swapped(("pool = None\n", "pool = None\npool = None\n")),
        # others reckon with a None
        POOL + "\n\ndef has():\n    return bool(pool)\n",
        # it has a declaration
        swapped(("pool = None", "pool: Pool | None = None")),
        # another value of the name
        swapped(("def send(data)", "def send(data, pool=None)")),
        swapped(("    ⟦pool⟧", "    pool = None\n    ⟦pool⟧")),
        # not a statement of the module's own
        swapped(("pool = None\n", "if Pool:\n    pool = None\n")),
    ],
)
def test_else_it_stays_as_it_is(marked: str) -> None:
    assert not any("until it is set" in offer.title for offer in declared(offered(marked)[1]))


def test_the_declaration_itself_may_be_asked_about() -> None:
    asked = swapped(("⟦pool⟧", "pool"), ("pool = None", "⟦pool⟧ = None"))
    text, [offer] = offered(asked, source="nullcheck", use=Use.ASSIGN)
    assert 'pool: "Pool | Any" = None' in written(text, offer)


# --- parameters ---

TRACER = """\
from typing import Any


def tracer(name, app=None):
    ⟦app⟧.start(name)
    limit = app.limit

    def trace():
        return app.trace(limit)

    return trace
"""


@pytest.mark.parametrize(
    "typed",
    [
        TRACER.replace("    ⟦", "    # type: (str, Any) -> Any\n    ⟦"),
        TRACER.replace("name, app=None", "name,  # type: str\n    app=None,  # type: Any\n"),
    ],
)
def test_a_parameter_with_a_type_comment_gets_no_annotation(typed: str) -> None:
    assert declared(offered(typed)[1]) == []


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        (TRACER, "def tracer(name, app: Any = None):"),
        (TRACER.replace("from typing import Any", "import os"), "import os\nfrom typing import Any"),
        (TRACER.replace("app=None", "*, app = None"), "def tracer(name, *, app: Any = None):"),
    ],
)
def test_a_parameter_whose_uses_all_rely_on_it_is_declared(marked: str, line: str) -> None:
    text, offers = offered(marked)
    [offer] = declared(offers)
    assert line in written(text, offer)
    assert offers[0] is not offer
    assert offer.reason == "nothing in the function tests it for None"


@pytest.mark.parametrize(
    "marked",
    [
        TRACER.replace("    limit =", "    if app:\n        app.stop()\n    limit ="),
        TRACER.replace("    limit =", "    app = app or name\n    limit ="),
        TRACER.replace("app=None", "app: 'App | None' = None"),
        TRACER.replace("app=None", "app"),
        TRACER.replace("app.limit", "name"),
    ],
)
def test_else_a_parameter_stays_as_it_is(marked: str) -> None:
    assert declared(offered(marked)[1]) == []

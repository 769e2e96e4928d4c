"""What a finding says: its kind, and the path by which the null came."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.core.findings import explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from nullcheck.core.drawing import home


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (OriginKind.LOOKUP, "import re\nre.match(p, s).group()"),
        (OriginKind.LOOKUP, "{}.get(k).strip()"),
        (OriginKind.OUTSIDE, "import os\nos.getenv('A').strip()"),
        (OriginKind.OUTSIDE, "from email.utils import parsedate\nparsedate(s)[0]"),
        (OriginKind.OUTSIDE, "import subprocess\nx = subprocess.Popen(a)\nx.poll().real"),
        (OriginKind.CALL, "def f(x):\n    if x:\n        return x\nf(1 + 1).y"),
        (OriginKind.EXIT, "def f(xs):\n    last = None\n    for x in xs:\n        last = x\n    last.y"),
        (OriginKind.ANNOTATION, "def f(x: int | None):\n    x + 1"),
        (OriginKind.DEFAULT, "def f(x=None):\n    x.y"),
        (OriginKind.COMPARISON, "def f(x):\n    if x is None:\n        print(1)\n    x.y"),
    ],
)  # fmt: skip
def test_a_null_has_a_kind(kind: OriginKind, text: str) -> None:
    assert [each.kind for each in explained(home(text))] == [kind]


TEXT = """\
import re
def find(xs):
    for x in xs:
        if x.ok:
            return x
def f(s, verbose):
    m = re.match("a", s)
    log = None
    if verbose:
        log = open("x")
    log.x
    if m:
        m.a
    return find(s).y, m.end()
"""


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (
            "`log` may be None: it is None here",
            [
                ("None", "It is None here"),
                ("log = None", "`log` gets it here"),
                ("log", "It arrives only where `verbose` is false; nothing checks it before the use"),
            ],
        ),
        (
            "`find(s)` may be None: `find` may return None",
            [
                ("def find(xs):", "`find` may return None"),
                ("find(s)", "This call gives it: `find` may return None; nothing checks it before the use"),
            ],
        ),
        (
            "`m` may be None: `re.match` returns None when nothing matches",
            [
                ('re.match("a", s)', "`re.match` returns None when nothing matches"),
                ('m = re.match("a", s)', "`m` gets it here"),
                ("m", "This checks `m`, but doesn't cover the use"),
            ],
        ),
    ],
)
def test_a_finding_has_the_path_of_its_null(message: str, path: list[tuple[str, str]]) -> None:
    findings = {each.finding.message: each.finding for each in explained(home(TEXT))}
    related = findings[message].related
    assert [(TEXT[one.span.start : one.span.end], one.message) for one in related] == path

"""Where the code is right and the checker can't see it: only its ignore comment is offered, with the reason."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.repairs.python.invariants import INVARIANTS
from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered, written

GUARDED = (
    "def f(x=None):\n    ensure_given(x)\n    ⟦x⟧.y",
    "def f(x=None):\n    assert_is_not_none(x)\n    ⟦x⟧.y",
    "def f(x=None):\n    check.that(x is not None)\n    check_that(x is not None)\n    ⟦x⟧.y",
    "class A:\n    def _check_open(self):\n        if self.x is None:\n            raise OSError\n"
    "    def f(self):\n        self._check_open()\n        ⟦self.x⟧.y",
    "class A:\n    def _ensure_open(self):\n        self.x = make()\n"
    "    def f(self):\n        self._ensure_open()\n        if a:\n            ⟦self.x⟧.y",
    "class A:\n    def f(self):\n        if self.x is None:\n            self.connect()\n        ⟦self.x⟧.y",
    "class A:\n    def f(self):\n        if not self.x:\n            self.connect()\n        ⟦self.x⟧.y",
    "def f(x=None):\n    if x is None:\n        usage()\n    ⟦x⟧.y",
    "def f(a, b):\n    if None in (a, b):\n        return\n    ⟦a⟧.y",
    "def f(a, b):\n    if None not in (a, b):\n        ⟦a⟧.y",
    "def f(a, b):\n    if all((a, b)):\n        ⟦a⟧.y",
    "def f(a, b):\n    if not all((a, b)):\n        return\n    ⟦a⟧.y",
    "def f(x):\n    ok = x is not None\n    if ok:\n        ⟦x⟧.y",
    "def f(x, z):\n    ok = x is not None and z\n    if ok and z:\n        ⟦x⟧.y",
    "def f(x):\n    ok = x is not None\n    if not ok:\n        return\n    ⟦x⟧.y",
    "def f(x):\n    ok = bool(x)\n    return ⟦x⟧.y if ok else 0",
    "class A:\n    def f(self):\n        if self.has_sock():\n            ⟦self.sock⟧.send()",
    "class A:\n    def f(self):\n        return self.has_sock and ⟦self._sock⟧.send()",
    "def f(x):\n    if is_usable(x):\n        ⟦x⟧.y",
    "def f(x):\n    if not is_usable(x):\n        raise ValueError(x)\n    ⟦x⟧.y",
    "def f(x):\n    while is_usable(x):\n        ⟦x⟧.y()",
    "def f(xs):\n    for x in filter(None, xs):\n        ⟦x⟧.y()",
    "def f(xs):\n    return [⟦x⟧.y for x in filter(None, xs)]",
    "def f(d, k):\n    if k in d:\n        ⟦d.get(k)⟧.y()",
    "def f(s):\n    if m(s):\n        return ⟦m(s)⟧.end()",
    "class A:\n    def _is_open(self):\n        return self.x is not None\n"
    "    def f(self):\n        assert self._is_open()\n        ⟦self.x⟧.y",
    "class A:\n    def _is_open(self):\n        return self.x is not None\n"
    "    def f(self):\n        if not self._is_open():\n            return\n        ⟦self.x⟧.y",
    "class A:\n    @property\n    def ready(self):\n        return self.x is not None and self.y\n"
    "    def f(self):\n        return ⟦self.x⟧.y if self.ready else 0",
    "class A:\n    def _require_loop(self):\n        if self.loop is None:\n            raise RuntimeError\n"
    "    def f(self):\n        self._require_loop()\n        ⟦self.loop⟧.run()",
    "def f(parser, args=None):\n    if args is None:\n        parser.error('no args')\n    ⟦args⟧.y",
    "def f(a, b):\n    if any(x is None for x in (a, b)):\n        return\n    ⟦a⟧.y",
    "def f(x):\n    if not (ok := x is not None):\n        return\n    ⟦x⟧.y",
)
EAFP = (
    "def f(x=None):\n    try:\n        return ⟦x⟧.y\n    except AttributeError:\n        return 0",
    "def f(x=None):\n    try:\n        a()\n        if a:\n            return ⟦x⟧.y\n"
    "    except (KeyError, AttributeError):\n        return 0",
    "def f(x=None):\n    with suppress(AttributeError):\n        ⟦x⟧.y()",
    "def test_f(x=None):\n    with pytest.raises(AttributeError):\n        ⟦x⟧.y()",
    "class T(TestCase):\n    def test_f(self, x=None):\n        with self.assertRaises(AttributeError):\n"
    "            ⟦x⟧.y()",
    "def f(x=None):\n    try:\n        return ⟦x⟧()\n    except TypeError:\n        return 0",
    "def f(x=None):\n    try:\n        return ⟦x⟧.y\n    except Exception:\n        return 0",
    "def f(x=None):\n    try:\n        return ⟦x⟧.y\n    except:\n        return 0",
    "def f(x=None):\n    try:\n        ⟦x⟧.close()\n    except Exception as error:\n        log(error)",
    "def f(x=None):\n    with suppress(Exception):\n        ⟦x⟧.close()",
    "def f(x=None):\n    try:\n        return ⟦x⟧.y\n    except (OSError, AttributeError) as e:\n        print(e)",
    "import contextlib\ndef f(x=None):\n    with contextlib.suppress(KeyError, AttributeError):\n        ⟦x⟧.y()",
)
FRAMEWORK = (
    *(row.example for row in INVARIANTS),
    "import re\ndef f(s):\n    return ⟦re.match(r'\\s*', s)⟧.end()",
    "class T(TestCase):\n    x = None\n    def setUp(self):\n        self.x = A()\n    def test_a(self):\n"
    "        ⟦self.x⟧.y()",
    "class T(TestCase):\n    x = None\n    @classmethod\n    def setUpClass(cls):\n        cls.x = A()\n"
    "    def test_a(self):\n        ⟦self.x⟧.y()",
    "class TestA:\n    x = None\n    def setup_method(self):\n        self.x = A()\n    def test_a(self):\n"
    "        ⟦self.x⟧.y()",
    "class A:\n    def __init__(self):\n        self.x = None\n    def __enter__(self):\n        self.x = a()\n"
    "    def __exit__(self, *a):\n        ⟦self.x⟧.close()",
    "class A:\n    def __init__(self):\n        self.x = None\n    async def __aenter__(self):\n        self.x = a()\n"
    "    async def __aexit__(self, *a):\n        await ⟦self.x⟧.close()",
    "try:\n    import httpx\nexcept ImportError:\n    httpx = None\n\ndef f():\n    return ⟦httpx⟧.get(1)",
    "class T(IsolatedAsyncioTestCase):\n    x = None\n    async def asyncSetUp(self):\n        self.x = A()\n"
    "    async def test_a(self):\n        ⟦self.x⟧.y()",
    "try:\n    import ssl\nexcept ImportError:\n    ssl = None\n\ndef f():\n    return ⟦ssl⟧.wrap()",
    "try:\n    from a import b\nexcept ImportError:\n    b = c = None\n\ndef f():\n    return ⟦b⟧.get(1)",
)


@pytest.mark.parametrize("marked", [*GUARDED, *EAFP, *FRAMEWORK])
def test_only_the_ignore_comment(marked: str) -> None:
    text, offers = offered(marked + "\n")
    assert [offer.strategy for offer in offers] in ([Strategy.IGNORE], []), offers[0].title
    for offer in offers:
        assert f"# pyright: ignore[reportOptionalMemberAccess]  # {offer.reason}\n" in written(text, offer)


LONG = "the_first_of_all_the_words, the_second_of_all_the_words"
CALLEE = ".".join(["self", *("one_more_object_below",) * 3])


@pytest.mark.parametrize(
    ("marked", "reason"),
    [
        (f"def f(x):\n    if is_usable(x, {LONG}):\n        ⟦x⟧.y", "the condition says that it is there"),
        (f"def f(x):\n    if not is_usable(x, {LONG}):\n        return\n    ⟦x⟧.y", "an `if` has left before"),
        (f"def f(x=None):\n    ensure_given(x, {LONG})\n    ⟦x⟧.y", "`ensure_given()` has checked it"),
        (f"def f(x=None):\n    {CALLEE}.check(x)\n    ⟦x⟧.y", "the call before has checked it"),
        (f"def f(x=None):\n    if x is None:\n        usage({LONG})\n    ⟦x⟧.y", "`usage()` ensures it"),
        (f"def f(x):\n    assert is_usable(x, {LONG})\n    ⟦x⟧.y", "an `assert` says so before"),
    ],
)
def test_a_reason_is_whole_words(marked: str, reason: str) -> None:
    text, (offer,) = offered(marked + "\n")
    assert offer.reason == reason
    assert f"  # {reason}\n" in written(text, offer)


WRONG_ANNOTATIONS = (
    (
        "class T1:\n    pass\nclass A:\n    def __init__(self):\n        self.x: list | None = []\n"
        "    def f(self):\n        ⟦self.x⟧.append(1)\n",
        "self.x: list = []",
    ),
    (
        "class Box:\n    pass\nclass A:\n    x: Box | None\n    def __init__(self):\n        self.x = Box()\n"
        "    def f(self):\n        ⟦self.x⟧.y()\n",
        "x: Box\n",
    ),
    (
        "from typing import Optional\ndef f(a) -> Optional[str]:\n    if a:\n        return 'a'\n    return 'b'\n"
        "def g(a):\n    return ⟦f(a)⟧.strip()\n",
        "def f(a) -> str:",
    ),
    (
        "def f(a) -> 'str | None':\n    if a:\n        raise ValueError\n    else:\n        return 'b'\n"
        "def g(a):\n    x = f(a)\n    return ⟦x⟧.strip()\n",
        "def f(a) -> 'str':",
    ),
    (
        "from typing import Optional\nclass Box:\n    pass\nclass A:\n    def __init__(self):\n"
        "        self.x: Optional[Box] = Box()\n    def f(self):\n        ⟦self.x⟧.y()\n",
        "self.x: Box = Box()",
    ),
    (
        "class A:\n    def name(self) -> 'str | None':\n        return 'a'\n    def f(self):\n"
        "        return ⟦self.name()⟧.strip()\n",
        "def name(self) -> 'str':",
    ),
)


@pytest.mark.parametrize(("marked", "corrected"), WRONG_ANNOTATIONS)
def test_of_a_wrong_annotation_only_the_annotation_is_corrected(marked: str, corrected: str) -> None:
    text, offers = offered(marked)
    assert [offer.strategy for offer in offers] in ([Strategy.DROP_NONE], [Strategy.RETURN_TYPE])
    assert corrected in written(text, offers[0])


@pytest.mark.parametrize(
    "marked",
    [
        "def f(x=None):\n    if x is None:\n        log.warning('no x')\n    ⟦x⟧.y",
        "def f(x=None):\n    try:\n        ⟦x⟧.y\n    except OSError:\n        pass",
        "def f(x=None):\n    try:\n        ⟦x⟧.y\n    except Exception:\n        g()\n        raise",
        "def f(x=None):\n    try:\n        g()\n        ⟦x⟧.y\n    except Exception:\n        pass",
        "def f(x=None):\n    if len(x):\n        ⟦x⟧.y",
        "def f(x=None):\n    if other:\n        ⟦x⟧.y",
        "def f(x, z):\n    ok = z is not None\n    if ok:\n        ⟦x⟧.y",
        "class A:\n    def f(self):\n        self.ensure_newline()\n        ⟦self.x⟧.y",
        "def f(x):\n    while is_usable(x):\n        x = x.up\n        ⟦x⟧.y()",
        "import re\ndef f(s):\n    ⟦re.match('a', s)⟧.end()",
        "def f():\n    p = Popen(['a'])\n    ⟦p.stdout⟧.read()",
    ],
)
def test_what_only_looks_like_a_guard_is_none(marked: str) -> None:
    assert Strategy.ASSERT in [offer.strategy for offer in offered(marked + "\n")[1]]


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        ("pyright", "⟦x⟧.y", "x.y  # pyright: ignore[reportOptionalMemberAccess]  # the AttributeError is caught"),
        ("Pylance", "⟦x⟧.y", "x.y  # pyright: ignore  # the AttributeError is caught"),
        ("mypy", "⟦x⟧.y  # noqa", "x.y  # type: ignore[union-attr]  # the AttributeError is caught  # noqa"),
        ("ty", "⟦x⟧.y", "x.y  # ty: ignore[missing-attribute]  # the AttributeError is caught"),
        ("pyrefly", "⟦x⟧.y", "x.y  # pyrefly: ignore  # the AttributeError is caught"),
        ("nullcheck", "a('#', ⟦x⟧.y)", "a('#', x.y)  # type: ignore  # the AttributeError is caught"),
        ("pyright", 'a("""\n""", ⟦x⟧.y)', None),
        ("pyright", "⟦x⟧.y + \\\n 1", ""),
        ("pyright", 'a(⟦x⟧.y, """\n""")', ""),
    ],
)
def test_the_comment_is_the_checkers_own(source: str, line: str, expected: str | None) -> None:
    text, offers = offered(
        f"def f(x=None):\n    try:\n        {line}\n    except AttributeError:\n        pass\n", source
    )
    if expected == "":
        assert offers == []
    elif expected is not None:
        assert f"        {expected}\n" in written(text, offers[0])

"""Where the code is right and the checker can't see it: only its ignore comment is offered, with the reason."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered, written

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
    "def f(x=None):\n    try:\n        return ⟦x⟧.y\n    except (OSError, AttributeError) as e:\n        print(e)",
    "import contextlib\ndef f(x=None):\n    with contextlib.suppress(KeyError, AttributeError):\n        ⟦x⟧.y()",
)


@pytest.mark.parametrize("marked", EAFP)
def test_only_the_ignore_comment(marked: str) -> None:
    text, offers = offered(marked + "\n")
    assert [offer.strategy for offer in offers] in ([Strategy.IGNORE], []), offers[0].title
    for offer in offers:
        assert f"# pyright: ignore[reportOptionalMemberAccess]  # {offer.reason}\n" in written(text, offer)


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

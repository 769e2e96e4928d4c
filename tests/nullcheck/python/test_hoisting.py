"""A name for a value that is checked: what it is called, and what the statement looks like that binds it."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered, written


def asserted(marked: str) -> str:
    text, offers = offered(marked)
    return written(text, next(offer for offer in offers if offer.strategy is Strategy.ASSERT))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        # the key
        ("g(⟦d.get('state')⟧.y)", "state"),
        ("g(⟦d['first-name']⟧.y)", "first_name"),
        ("g(⟦root.find('stateMessage')⟧.y)", "state_message"),
        ("g(⟦os.environ.get('HOME_DIR')⟧.y)", "home_dir"),
        ("g(⟦getattr(d, '__module__', None)⟧.y)", "module"),
        ("g(⟦shutil.which('git')⟧.y)", "git"),
        ("g(⟦re.match('state', d)⟧.y)", "match"),
        # which is none, or taken
        ("g(⟦d.get('a/b')⟧.y)", "value"),
        ("g(⟦d.get('class')⟧.y)", "value"),
        ("g(⟦d.get('id')⟧.y)", "value"),
        ("g(⟦d.get('x')⟧.y)", "value"),
        ("g(⟦d.get('root')⟧.y)", "value"),
        ("g(⟦d.get('os')⟧.y)", "value"),
        ("g(⟦d.get('helper')⟧.y)", "value"),
        ("g(⟦d.get('other')⟧.y)", "other"),  # another function's
        # what it is for
        ("self.size = ⟦root.find(d)⟧.y", "size"),
        ("d['size'] = int(g(⟦root.find(d)⟧.y))", "size"),
        ("size = int(⟦root.find(d)⟧.y)", "found_size"),
        ("size = 1 + ⟦root.find(d)⟧.y", "found"),
        ("size = ⟦re.match(d)⟧.y", "match"),
        ("g(⟦root.find(d)⟧.y)", "found"),
    ],
)
def test_it_is_called_after_what_it_is(line: str, name: str) -> None:
    head = "import os\ndef helper(other): ...\n"
    after = asserted(f"{head}def f(self, d, root):\n    {line}\n")
    assert f"def f(self, d, root):\n    {name} = " in after
    assert f"    assert {name} is not None\n" in after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "d['x'] = g(\n        h(\n            ⟦ask(\n                1,\n\n"
            "                [\n                    2,\n"
            "                ],\n            )⟧.y\n        )\n    )",
            "answer = ask(\n        1,\n\n        [\n            2,\n        ],\n    )\n    assert answer is not None\n"
            "    d['x'] = g(\n        h(\n            answer.y\n        )\n    )",
        ),
        (
            "return g(⟦ask(1,\n                 2)⟧.y)",
            "answer = ask(1,\n                 2)\n    assert answer is not None\n    return g(answer.y)",
        ),
        (
            "g(\n        ⟦ask(\n            '''a\n            b''',\n            2)⟧.y)",
            "answer = ask(\n        '''a\n            b''',\n        2)\n    assert answer is not None\n"
            "    g(\n        answer.y)",
        ),
    ],
)
def test_a_call_of_several_lines_comes_with_them(before: str, after: str) -> None:
    assert asserted(f"def f(d):\n    {before}\n") == f"def f(d):\n    {after}\n"


@pytest.mark.parametrize(
    ("marked", "consequence", "reason"),
    [
        ("def f(x):\n    if x.a: return\n    ⟦x⟧.y()\n", "returns None", "the function returns this elsewhere"),
        ("def f(x):\n    if x.a: return 1\n    ⟦x⟧.y()\n", "returns `1`", "the function returns this elsewhere"),
        ("def f(x):\n    ⟦x⟧.y()\n", "returns None", "the function returns nothing anyway"),
        ("def f(x):\n    ⟦x⟧.y()\n    yield 1\n", "yields no more", "a generator may end anywhere"),
        ("def f(x):\n    if x.a: return\n    ⟦x⟧.y()\n    yield 1\n", "yields no more",
         "the function returns this elsewhere"),
    ],
)  # fmt: skip
def test_an_early_return_says_what_is_true(marked: str, consequence: str, reason: str) -> None:
    (offer,) = (offer for offer in offered(marked)[1] if offer.strategy is Strategy.RETURN)
    assert offer.title.endswith(f"({consequence})")
    assert offer.reason == reason

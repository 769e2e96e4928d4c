"""A value that was looked up and tested, in place of the same lookup again."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.values import Strategy
from breadknife.task.values import Finding
from breadknife.text.document import Span, apply_edits
from nullcheck.ecmascript.asking import offered, opened

LOOKED_UP = "function f(m: Map<string, X>, k: string, xs: X[]) {{\n  const v = m.get(k);\n{}}}\n"


@pytest.mark.parametrize(
    ("body", "is_known"),
    [
        ("  if (v) {\n    g(m.get(k).x);\n  }\n", True),
        ("  if (!v) return;\n  m.get(k).x();\n", True),
        ("  if (v === undefined) {\n    throw k;\n  }\n  const y = m.get(k).x;\n", True),
        ("  return v && m.get(k).x;\n", True),
        ("  return v ? m.get(k).x : 0;\n", True),
        ("  m.get(k).x();\n", False),
        ("  if (v) g();\n  m.get(k).x();\n", False),
        ("  if (v) {\n    g();\n    m.get(k).x();\n  }\n", False),
        ("  if (v) {\n    m.delete(k);\n    m.get(k).x();\n  }\n", False),
        ("  if (!v) return;\n  k = 'b';\n  m.get(k).x();\n", False),
        ("  if (!v) return;\n  m = n;\n  m.get(k).x();\n", False),
        ("  if (v) {\n    xs.map((k) => m.get(k).x);\n  }\n", False),
        ("  if (v) {\n    later(() => m.get(k).x);\n  }\n", False),
        ("  if (v) {\n    m.get(l).x();\n  }\n", False),
        ("  if (!v) return;\n  for (const x of xs) {\n    const l = m.get(k).x;\n  }\n", True),
        # other things of the same names
        ("  if (!v) return;\n  for (const k of ['x']) {\n    const l = m.get(k).x;\n  }\n", False),
        ("  if (v) {\n    const m: Map<string, X> = n;\n    const l = m.get(k).x;\n  }\n", False),
        ("  if (v) {\n    const { l: k } = n;\n    const o = m.get(k).x;\n  }\n", False),
        ("  if (v) {\n    const v = n;\n    const l = m.get(k).x;\n  }\n", False),
        ("  if (v) {\n    try {\n    } catch (k) {\n      const l = m.get(k).x;\n    }\n  }\n", False),
        ("  if (v) {\n    class A {\n      x = m.get(k).x;\n    }\n  }\n", False),
        # something may have changed
        ("  if (!v) return;\n  for (k of ['b']) {\n  }\n  m.get(k).x();\n", False),
        ("  if (!v) return;\n  for await (const x of xs) {\n  }\n  m.get(k).x();\n", False),
        ("  if (!v) return;\n  delete m[k];\n  m.get(k).x();\n", False),
    ],
)
def test_what_was_looked_up_and_tested_is_not_looked_up_again(body: str, is_known: bool) -> None:
    text = LOOKED_UP.format(body)
    offers = offered(text)
    assert (offers[0].strategy is Strategy.REUSE) is is_known
    assert any(offer.strategy is Strategy.REUSE for offer in offers) is is_known
    if is_known:
        assert apply_edits(text, offers[0].edits) == text[:60] + text[60:].replace("m.get(k).x", "v.x")
        assert offers[0].title == "Use `v`, which is the same and was tested"


@pytest.mark.parametrize("before", ["let v = m.get(k)", "const v = m.pop()", "const { v } = m.get(k)"])
def test_another_value_is_not_used_instead(before: str) -> None:
    called = before.partition("= ")[2]
    text = f"function f(m: X[], k: string) {{\n  {before};\n  if (v) {{\n    g({called}.x);\n  }}\n}}\n"
    file = opened(text)
    at = text.index(f"{called}.x")
    said = Finding(Span(at, at + len(called)), "ts", "2532", "Object is possibly 'undefined'.")
    place = file.place(said)
    assert place is not None
    assert Strategy.REUSE not in {offer.strategy for offer in file.offers(place, (said,))}

"""Which offer comes first, and why: what the code around the place says."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.menu.never_first import with_a_good_first
from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.ecmascript.asking import offered, results, told_offers


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("function f(x?: X) {\n  x.y();\n}\n", "optional-chain"),
        ("function f(x?: X) {\n  if (!a) throw new Error('a');\n  return x.y;\n}\n", "raise"),
        ("function f(xs, m: Map<X, Y>) {\n  for (const x of xs) {\n    if (!x) continue;\n    m.get(x).y();\n  }\n}\n",
         "continue"),
        ("function f(x?: X, a = x?.b) {\n  return x.y ?? 0;\n}\n", "optional-chain"),
        ("function f(x?: X, a = x?.b) {\n  return x.y ?? x.z;\n}\n", "raise"),
        ("function f(x?: X, a = x?.b) {\n  return x.y ?? 'x.z';\n}\n", "optional-chain"),
        ("function f(x?: X) {\n  return x.y ?? x.z ?? x?.a;\n}\n", "raise"),
        ("const f = (x?: X) => {\n  x.a.b();\n  x.b();\n};\n", "raise"),
        ("const f = (x?: X) => {\n  x.a.b();\n  if (x) x.b();\n};\n", "optional-chain"),
        ("const f = (x?: X) => {\n  x.a.b();\n  x?.b();\n};\n", "optional-chain"),
    ],
)  # fmt: skip
def test_the_surroundings_decide_what_comes_first(text: str, first: str) -> None:
    offers = offered(text)
    assert offers[0].strategy.value == first
    assert offers[-1].strategy is Strategy.NON_NULL


@pytest.mark.parametrize(
    ("loop", "goes_on"),
    [
        ("for (const y of ys) {\n    x.y(y);\n  }", True),
        ("for (const y of ys) x.y(y);", False),  # no block for the check
        ("for (let i = 0; i < n; i++) {\n    x.y(i);\n  }", True),
        ("for (let i = 0; i < n;) {\n    x.y(i);\n    i++;\n  }", False),
        ("for (;;) {\n    x.y();\n  }", False),
        ("for (;; i++) {\n    x.y(i);\n  }", False),
        ("while (i < n) {\n    const k = s[i];\n    x = m.get(k);\n    x.y();\n    i++;\n  }", False),
        ("while (true) {\n    x.y();\n    x = m.get(1);\n  }", False),
        ("while (g()) {\n    if (g()) {\n      x = m.get(1);\n    }\n    x.y();\n  }", False),
        ("while (i < n) {\n    const z = m.get(i);\n    z.y();\n    i++;\n  }", False),
        ("while (i < n) {\n    m.get(i).y();\n    i += 1;\n  }", False),
        ("while (g()) {\n    const z = s.match(/a/);\n    z.at(1);\n    s.shift();\n  }", False),
        ("do {\n    const z = m.get(i);\n    z.y();\n    i++;\n  } while (i < n);", False),
    ],
)  # fmt: skip
def test_a_round_is_skipped_where_the_next_one_may_find_another_value(loop: str, goes_on: bool) -> None:
    made = results(f"function f(ys: Y[], m: Map<number, X>, s: string, i, n, x?: X) {{\n  {loop}\n}}\n")
    assert made
    assert ("continue" in made) is goes_on


@pytest.mark.parametrize(
    ("other", "is_first"),
    [
        ("if (!x) continue;", True),
        ("if (i < n) {\n      out[i] = 1;\n      continue;\n    }", False),  # the round is done
        ("if (x.is(1)) continue;", False),
    ],
)
def test_a_round_is_skipped_first_where_it_is_for_another_null(other: str, is_first: bool) -> None:
    body = f"  for (const x of xs) {{\n    {other}\n    out[i] = m.get(x).size ** 2;\n  }}\n"
    best = offered(f"function f(xs: X[], m: Map<X, Y>) {{\n{body}}}\n")[0]
    assert best.strategy is (Strategy.CONTINUE if is_first else Strategy.RAISE)


@pytest.mark.parametrize(
    ("marked", "first", "is_asked"),
    [
        ("function f(s: P[]) {\n  ⟦s[0]⟧.close();\n}\n", "raise", True),
        ("async function f(s: P[]) {\n  await ⟦s[0]⟧.close();\n}\n", "raise", True),
        ("function f(s: P[]) {\n  const b = s[0];\n  b?.open();\n  ⟦b⟧.close();\n}\n", "optional-chain", False),
        ("function f(b: P | null) {\n  ⟦b⟧.close();\n}\n", "optional-chain", False),
        ("function f(m: Map<K, P>) {\n  ⟦m.get(k)⟧.close();\n}\n", "raise", True),
        ("function f() {\n  const b = document.querySelector('a');\n  ⟦b⟧.focus();\n}\n", "optional-chain", False),
    ],
)
def test_what_is_looked_up_is_taken_to_be_there(marked: str, first: str, is_asked: bool) -> None:
    offers = told_offers(marked)[1]
    asked = {offer.strategy.value: offer.is_asked_for for offer in offers}
    assert (offers[0].strategy.value, asked["optional-chain"]) == (first, is_asked)


@pytest.mark.parametrize(
    ("after", "is_right"),
    [
        ("x.b();", False),
        ("g(x.b);", False),
        ("return x[0];", False),
        ("if (x.b) g();", False),
        ("x?.b();", True),
        ("if (x) x.b();", True),
        ("x = new X();\n  x.b();", True),
        ("g();", True),
    ],
)
def test_a_check_of_one_use_alone_is_no_way_where_the_value_is_used_after_it(after: str, is_right: bool) -> None:
    text = f"function f(x?: X | null) {{\n  x.a();\n  {after}\n}}\n"
    made = results(text)
    assert ("optional-chain" in made) == is_right
    taken_in = made.get("narrow", after).partition("x != null) {")
    assert is_right or not taken_in[1] or after in taken_in[2].partition("\n  }\n")[0]
    assert {"raise", "non-null"} <= made.keys()


LOOPS = "function f(xs: X[], m: Map<X, Y>) {\n  for (const x of xs) {\n    const y = m.get(x);\n    y.run();\n  }\n}\n"


@pytest.mark.parametrize(
    ("text", "first", "reason"),
    [
        ("function f(x?: X) {\n  return x.y;\n}\n", Strategy.RAISE, "it fails anyway, without a message"),
        ("function g(x?: X) {\n  if (!x) throw new Error('x');\n}\nfunction f(x?: X) {\n  x.y();\n}\n",
         Strategy.RAISE, "the file does so elsewhere"),
        ("function g(x?: X) {\n  if (x === undefined) {\n    return;\n  }\n}\nfunction f(x?: X) {\n  x.y();\n}\n",
         Strategy.RETURN, "the file does so elsewhere"),
        (LOOPS + "for (const y of ys) if (!y) continue;\n", Strategy.CONTINUE,
         "the file does so elsewhere"),
        ("function f(x?: X) {\n  try {\n    return x.y;\n  } finally {\n    g();\n  }\n}\n",
         Strategy.RAISE, "it fails anyway, without a message"),
    ],
)  # fmt: skip
def test_evidence_decides_what_comes_first(text: str, first: Strategy, reason: str) -> None:
    best = offered(text)[0]
    assert (best.strategy, best.reason) == (first, reason)


@pytest.mark.parametrize(
    ("uri", "is_test"),
    [
        ("src/a.test.ts", True),
        ("src/a.spec.tsx", True),
        ("src/__tests__/deep/a.ts", True),
        ("test/a.ts", True),
        ("src/a.ts", False),
        ("src/latest/a.ts", False),
    ],
)
def test_a_test_fails_and_says_why(uri: str, is_test: bool) -> None:
    text = "it('runs', () => {\n  const x = document.querySelector('a');\n  x.click();\n});\n"
    best = with_a_good_first(offered(text), False, f"file:///project/{uri}")[0]
    assert best.strategy is (Strategy.RAISE if is_test else Strategy.OPTIONAL_CHAIN)

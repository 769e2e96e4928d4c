"""Python's syntax in the intermediate language."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.languages.python.types import type_of
from nullcheck.core.drawing import home, told_all


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("x = a.b[0].c(1, k=x)", "x = a.b[0].c(1, k=x)"),
        ("x = y = f()", "x = f(); y = x"),
        ("a, *b = f()", "tuple(a, parts(b)) = f()"),
        ("x += 1", "x = +(x, 1)"),
        ("x: int = None", "x = null"),
        ("x: int", ""),
        ("a + b + c", "+(+(a, b), c)"),
        ("x = a < b, -c", "x = tuple(<(a, b), unary(c))"),
        ("x is not None", "x not is null"),
        ("a == b != c", "parts(a == b, b not == c)"),
        ("isinstance(x, (A, B))", "x instance tuple(A, B)"),
        ("a and b and not c", "((a and b) and not c)"),
        ("x if t else y", "(t ? x : y)"),
        ("f(m := g())", "f((m := g()))"),
        ("[x.y for x in z if x]", "list of x.y"),
        ("xs[1:2]", "xs[:]"),
        ("f'{a.b} {c!r:>{d}}'", "str(a.b, c)"),
            ("f(*a, **b)", "f(*=a, **=b)"),
        ("lambda a: a.b", "function"),
        ("async def f():\n    await g()", "define f"),
        ("if a: b()\nelif c: d()\nelse: e()", "if a {b()} else {if c {d()} else {e()}}"),
        ("assert x, y", "if not x {raise y}"),
        ("for a, b in c:\n    break\nelse:\n    d()", "for tuple(a, b) in c {break}"),
        ("while a:\n    continue", "while a {continue}"),
        ("with a as b, c: d()", "b = with(a); with(c); d()"),
        ("with suppress(TypeError):\n    a()", "with(suppress(TypeError)); try {a()} catch TypeError {}"),
        ("try:\n    a()\nexcept (B, c.D) as e:\n    f()\nfinally:\n    g()",
         "try {a()} catch B|D {f()} finally {g()}"),
        ("try:\n    a()\nexcept* B:\n    f()", "try {a()} catch B {f()}"),
        ("match x:\n    case None: a()\n    case _: b()", "switch {x is null: a(); break; default: b(); break}"),
        ("match x:\n    case A(y): y()", "switch {x instance parts(): y = parts(); y(); break}"),
        ("match x:\n    case y: y()", "switch {default: y = parts(); y(); break}"),
        ("match f():\n    case 1 if g: h()", "switch {(f() instance parts() and g): h(); break}"),
        ("del a, b[0]", "delete a, b[0]"),
        ("type A = int | None", ""),
        ("@d(1)\nclass A(B): x = 1", "parts(d(1)); define A"),
        ("raise A from b", "raise A, b"),
        ("x = (yield y)", "x = parts(y)"),
        ("return", "return"),
    ],
)  # fmt: skip
def test_syntax(text: str, lowered: str) -> None:
    assert told_all(home(text).file.main.body) == lowered


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("x", "x"), ("x.a", "x.a"), ("d['k']", 'd["k"]'), ('d["k"]', 'd["k"]'), ("d[i + 1]", "d[(i + 1)]"),
        ("d.get('k')", 'd.get("k")'), ("f(x)[0].a", "f(x)[0].a"), ("(x)", "x"), ("d[1:]", ""), ("[x]", ""),
        ("f([x])", ""), ("f(" + "x" * 200 + ")", ""),
    ],
)  # fmt: skip
def test_a_key_names_a_value_in_one_spelling(written: str, key: str) -> None:
    [statement] = home(written).file.main.body
    assert isinstance(statement, il.Evaluate)
    assert statement.value.key == key


@pytest.mark.parametrize(
    ("written", "type_"),
    [
        ("int", Type("int")),
        ("Optional[int]", Type("int", nullable=True)),
        ("'int | None'", Type("int", nullable=True)),
        ("Union[int, None]", Type("int", nullable=True)),
        ("typing.List[Optional[A]]", Type("list", (Type("A", nullable=True),))),
        ("Dict[str, 'A | None']", Type("dict", (Type("str"), Type("A", nullable=True)))),
        ("A | B", Type("|", (Type("A"), Type("B")))),
        ("A | Any", Type("A")),
        ("Annotated[A | None, 1]", Type("A", nullable=True)),
        ("Literal['a', None]", Type("", nullable=True)),
        ("m.A", Type("pkg.mod.A")),
        ("1 +", None),
        ("A" * 1000, None),
    ],
)
def test_annotations(written: str, type_: Type | None) -> None:
    names = {"List": "list", "Dict": "dict"}
    assert type_of(written, names, {"m": "pkg.mod"}) == type_

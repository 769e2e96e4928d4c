"""TypeScript's and JavaScript's syntax in the intermediate language."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.languages.ecmascript.outline import home_of
from breadknife.text.syntax import parse
from nullcheck.core.alike import told_alike


def lowered(text: str) -> str:
    tree = parse(text, "typescriptreact")
    assert tree is not None
    return "; ".join(map(told, home_of(tree).file.main.body))


def told(action: object) -> str:
    """Statements and expressions in few words."""
    match action:
        case il.If(test=test, then=then, otherwise=otherwise):
            return f"if {told(test)} {{{block(then)}}} else {{{block(otherwise)}}}"
        case il.Loop(target=target, iterable=iterable, body=body) if target is not None:
            return f"for {told(target)} of {told(iterable)} {{{block(body)}}}"
        case il.Loop(test=test, body=body, update=update, label=label):
            head = f"{label + ': ' if label else ''}while {told(test) if test else 'true'}"
            return f"{head} {{{block(body)}}} then {{{block(update)}}}"
        case il.Switch(cases=cases):
            said = (f"{told(each.test) if each.test else 'default'} {{{block(each.body)}}}" for each in cases)
            return f"switch {' '.join(said)}"
        case il.Try(body=body, handlers=handlers, finally_=final):
            return f"try {{{block(body)}}} catch {{{block(handlers[0].body)}}} finally {{{block(final)}}}"
        case il.Raise(values=values):
            return f"throw {', '.join(map(told, values))}".rstrip()
        case il.NamedDefinition(name=name):
            return f"class {name}"
        case il.Null(nulls=nulls):
            return {1: "null", 2: "undefined", 3: "nothing"}[nulls]
        case il.ChainNull(owner=owner):
            return f"absent {told(owner)}"
        case il.TypeAssertion(value=value, type=type_):
            return f"<{type_.name if type_ is not None else '!'}>{told(value)}"
        case il.Invocation(callee=callee, arguments=arguments):
            return f"{told(callee)}({', '.join(each.name + told(each.value) for each in arguments)})"
        case il.Name(key=key) | il.Constant(key=key):
            return key if key[:1] != "@" else "it"
        case _:
            return told_alike(action, told)


def block(statements: il.Block) -> str:
    return "; ".join(map(told, statements))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b[0].c('d', ...e)", 'a.b[0].c("d", *e)'),
        ("a['b']", "a.b"),
        ("a?.b.c", "(a not ask nothing ? a.b.c : absent a)"),
        ("a?.b?.c", "(a not ask nothing ? (a.b not ask nothing ? a.b.c : absent a.b) : absent a)"),
        ("f()?.b", "((it := f()) not ask nothing ? it.b : absent it)"),
        ("a?.(b)", "(a not ask nothing ? a(b) : absent a)"),
        ("a ?? b", "(a not ask nothing ? a : b)"),
        ("a === null", "a compare null"),
        ("undefined !== a", "a not compare undefined"),
        ("a != null", "a not compare nothing"),
        ("a == void 0", "a compare nothing"),
        ("typeof a === 'undefined'", "a ask undefined"),
        ("typeof a === 'object'", "a not ask undefined"),
        ("typeof a !== 'string'", 'a not instance "string"'),
        ("a instanceof B", "a instance B"),
        ("a?.b === 1", "(a not ask nothing ? a.b == 1 : )"),
        ("a?.b! - c!", "-(<!>(a not ask nothing ? <!>a.b : absent a), <!>c)"),
        ("a - b!.c", "-(a, <!>b.c)"),
        ("(a as B).c", "<B>a.c"),
        ("new Map<string, A>()", "<Map>Map()"),
        ("!a && b || c", "((not a and b) or c)"),
        ("f((a, b))", "f(parts(a, b))"),
        ("f(a = b)", "f((a := b))"),
        ("a ??= b", "(a := (a not ask nothing ? a : b))"),
        ("a ||= b", "(a := (a or b))"),
        ("a += b", "(a := +(a, b))"),
        ("a++", "(a := ++(a))"),
        ("`a${b}`", "string(b)"),
        ("[a, ...b]", "list(a, parts(iterate(b)))"),
        ("[...a]", "list(parts(iterate(a)))"),
        ("({ a, b: c, ...d })", "object(a, c, d)"),
        ("const { a, b: c } = d", "unpack(d); a = d.a; c = d.b"),
        ("const { a = 1 } = d", "unpack(d); a = (d.a not ask undefined ? d.a : 1)"),
        ("const [a, , b] = c", "list(a, it, b) = c"),
        ("let a", "a = undefined"),
        ("let a: A", ""),
        ("x => x.y", "function"),
        ("<A b={c}>{d.e}</A>", "parts(parts(A, parts(parts(c))), parts(d.e), parts(A))"),
        ("if (a) b(); else c()", "if a {b()} else {c()}"),
        ("for (const a of b) a()", "for a of b {a()}"),
        ("for (const a in b) a()", "for a of parts(b) {if b ask nothing {break} else {}; a()}"),
        ("for (let i = 0; i < n; i++) f()", "i = 0; while <(i, n) {f()} then {(i := ++(i))}"),
        ("do f(); while (a)", "while true {f()} then {if a {} else {break}}"),
        ("a: for (;;) continue a", "a: while true {continue a} then {}"),
        ("switch (a) { case 1: b(); default: c() }", "switch a == 1 {b()} default {c()}"),
        ("switch (true) { case a != null: b() }", "switch a not compare nothing {b()}"),
        ("try { a() } catch { b() } finally { c() }", "try {a()} catch {b()} finally {c()}"),
        ("assert(a, 'b')", "if a {} else {throw}"),
        ("throw a", "throw a"),
        ("class A {}", "class A"),
        ("import a from 'b'; type A = B; interface C {}", ""),
    ],
)
def test_syntax(text: str, expected: str) -> None:
    assert lowered(text) == expected


def test_a_name_of_an_inner_block_has_a_key_of_its_own() -> None:
    assert lowered("const a = 1; { const a = 2; f(a) } g(a)") == "a = 1; a@15 = 2; f(a@15); g(a)"

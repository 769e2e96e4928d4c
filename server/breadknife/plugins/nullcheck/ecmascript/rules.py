"""What is known without reading a file: which calls and properties of the platform may give null, what never returns.

A rule is data and carries its own examples; a test runs each of them. To add one, add a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from breadknife.plugins.nullcheck.rows import rows


class When(StrEnum):
    """What must be seen of a call before the rule believes that the method is the platform's."""

    RECEIVER = "the receiver's type is known"
    FUNCTION = "its first argument is a function written in place"
    REGEX = "its argument or receiver is a regular expression"
    STRING = "its first argument is a string written in place"
    NAME = "the name alone says it"


@dataclass(frozen=True)
class NullableCall:
    """A call that may give null. `fires` must each be found, `silent` must not."""

    owner: str
    """`Array`, `Map`, `document` …; "" for any."""
    name: str
    null: str
    why: str
    """Ends the sentence "`name` returns null …"."""
    fires: tuple[str, ...]
    silent: tuple[str, ...] = ()
    when: When = When.RECEIVER
    typed_only: bool = False
    """In JavaScript it is common to know better, and nothing can be said."""
    gives: str = ""
    """The type of the value when it is there; `0` or `1` is that argument of the receiver's type."""


_NO_MATCH = "when nothing matches"
_EMPTY = "when the array is empty"
_NO_KEY = "when the key is missing"

NULLABLE_CALLS = (
    NullableCall(
        "Array", "find", "undefined", _NO_MATCH,
        ("const xs: A[] = g(); xs.find(ok).name", "g(xs.find((x) => x.ok).name)"),
        ("wrapper.find('a').click()", "const x = xs.find((x) => x.ok); if (x) g(x.name)", "xs.find((x) => x.ok)?.name"),
        When.FUNCTION, gives="0",
    ),
    NullableCall(
        "Array", "findLast", "undefined", _NO_MATCH, ("xs.findLast((x) => x.ok).name",), ("db.findLast(q).name",),
        When.FUNCTION, gives="0",
    ),
    NullableCall(
        "Array", "pop", "undefined", _EMPTY,
        ("const xs: A[] = g(); xs.pop().name",),
        ("stack.pop().name", "const xs: A[] = g(); if (xs.length) xs.pop().name",
         "const xs: A[] = g(); while (xs.length > 0) { const x = xs.pop(); x.name }"),
        typed_only=True, gives="0",
    ),
    NullableCall(
        "Array", "shift", "undefined", _EMPTY, ("function f(xs: string[]) { return xs.shift().length }",),
        ("function f(xs: Queue) { return xs.shift().length }",), typed_only=True, gives="0",
    ),
    NullableCall(
        "Array", "at", "undefined", "when there is no such index",
        ("function f(xs: string[]) { return xs.at(-1).length }",),
        ("function f(xs: string[]) { return xs[0].length }",), typed_only=True, gives="0",
    ),
    NullableCall(
        "Map", "get", "undefined", _NO_KEY,
        ("const m = new Map<string, A>(); m.get(k).name",
         "function f(m: Map<string, A>) { const v = m.get('a'); v.name }"),
        ("cache.get(k).name", "const m = new Map(); if (m.has(k)) m.get(k).name",
         "const m = new Map(); m.get(k)?.name"),
        typed_only=True, gives="1",
    ),
    NullableCall(
        "WeakMap", "get", "undefined", _NO_KEY, ("const m = new WeakMap(); m.get(k).name",),
        ("const m = new WeakMap(); m.set(k, v).x",), typed_only=True, gives="1",
    ),
    NullableCall(
        "String", "match", "null", _NO_MATCH,
        ("s.match(/a/)[0]", "const R = /a/; s.match(R)[0]", "const m = s.match(/a/g); m.length"),
        ("router.match(path).name", "(s.match(/a/) || [])[0]", "const m = s.match(/a/); m && m[0]",
         "s.match(/^\\s*/)[0]", "const R = /^a*/; s.match(R)[0]", "let R = /a/; R = b; s.match(R)[0]"), When.REGEX,
    ),
    NullableCall(
        "RegExp", "exec", "null", _NO_MATCH,
        ("/a/.exec(s)[1]", "const R = /a/; function f(s) { return R.exec(s)[1] }"),
        ("db.exec(q)[0]", "const R = /a*/; R.exec(s)[0]", "let m; while ((m = /a/g.exec(s))) { m[0] }"), When.REGEX,
    ),
    NullableCall(
        "document", "getElementById", "null", "when there is no such element",
        ("document.getElementById('a').focus()", "window.document.getElementById('a').focus()"),
        ("doc.byId('a').focus()",), When.RECEIVER, typed_only=True, gives="Element",
    ),
    NullableCall(
        "", "querySelector", "null", _NO_MATCH, ("document.querySelector('a').focus()", "el.querySelector('a').b"),
        ("document.querySelectorAll('a').length",), When.STRING, typed_only=True, gives="Element",
    ),
    NullableCall(
        "Element", "closest", "null", _NO_MATCH,
        ("function f(e: HTMLElement) { return e.closest('a').id }",), ("$(x).closest('a').id",),
        typed_only=True, gives="Element",
    ),
    NullableCall(
        "Element", "getAttribute", "null", "when there is no such attribute",
        ("function f(e: Element) { return e.getAttribute('a').length }",), ("driver.getAttribute('a').then(b)",),
        typed_only=True, gives="string",
    ),
    NullableCall(
        "localStorage", "getItem", "null", _NO_KEY,
        ("localStorage.getItem('a').split(',')", "JSON.parse(localStorage.getItem('a'))"),
        ("store.getItem('a').split(',')", "localStorage.getItem('a') ?? ''"), gives="string",
    ),
    NullableCall(
        "sessionStorage", "getItem", "null", _NO_KEY,
        ("sessionStorage.getItem('a').length", "window.sessionStorage.getItem('a').length"),
        ("sessionStorage.getItem('a')?.length",), gives="string",
    ),
    NullableCall(
        "URLConstructor", "parse", "null", "when it isn't a URL", ("URL.parse(s).host",),
        ("url.parse(s).host", "class URL { static parse(s) { return new URL() } }; URL.parse(s).host",
         "import { URL } from './url'; URL.parse(s).host"), gives="URL",
    ),
    NullableCall(
        "URLSearchParams", "get", "null", _NO_KEY,
        ("new URLSearchParams(s).get('a').length", "new URL(s).searchParams.get('a').length"),
        ("params.get('a').length", "req.searchParams.get('a').length"), gives="string",
    ),
    NullableCall(
        "Headers", "get", "null", _NO_KEY, ("function f(h: Headers) { return h.get('a').length }",),
        ("function f(h: Headers) { return h.get('a') }",), gives="string",
    ),
    NullableCall(
        "FormData", "get", "null", _NO_KEY, ("const d = new FormData(e); d.get('a').toString()",),
        ("const d = new FormData(e); d.getAll('a').toString()",),
    ),
    NullableCall(
        "WeakRef", "deref", "undefined", "once the object is garbage-collected", ("new WeakRef(a).deref().b",),
        ("new WeakRef(a).deref()?.b",),
    ),
    NullableCall(
        "canvas", "getContext", "null", "when the context isn't supported",
        ("function f(c: HTMLCanvasElement) { c.getContext('2d').fill() }",), ("app.getContext('2d').fill()",),
        typed_only=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class TypedCall:
    """A function of React's whose result has the type that is written in the call."""

    name: str
    fires: tuple[str, ...]
    silent: tuple[str, ...]


_CONTEXT = "const C = createContext<U | null>(null); function f() { const c = useContext(C); "
_TYPED_CALLS = (
    TypedCall(
        "useState",
        ("const [a] = useState<U | null>(null); a.b", "const [a, set] = React.useState<U>(); () => a.b",
         "const [{}, set] = useState<U | null>(null)"),
        ("const [, set] = useState<U | null>(null); set.b", "const [a] = useState<U | null>(null); a?.b",
         "const [a] = useState<U>(u); a.b", "const [a] = useState(null); a.b"),
    ),
    TypedCall(
        "createContext", (_CONTEXT + "return c.b }",),
        (_CONTEXT + "if (!c) throw e; return c.b }", "createContext<U | null>(null).Provider"),
    ),
    TypedCall(
        "useContext", (_CONTEXT + "return () => c.b }",),
        ("const C = createContext<U>(u); useContext(C).b", "useContext(D).b",
         "const C = createContext(null); useContext(C).b"),
    ),
    TypedCall(
        "useRef", ("const r = useRef<E>(null); r.current.b",),
        ("const r = useRef<E | null>(null); r.current.b", "const r = useRef<E>(e); r.current.b"),
    ),
)  # fmt: skip
TYPED_CALLS = {call.name: call for call in _TYPED_CALLS}

CALLS = {name: tuple(rule for rule in NULLABLE_CALLS if rule.name == name) for name in {r.name for r in NULLABLE_CALLS}}


@dataclass(frozen=True)
class UsersRules:
    """What a user knows of types and modules that no table knows of."""

    methods: Mapping[tuple[str, str], str]
    """(Type, method) -> when it gives null."""
    functions: Mapping[tuple[str, str], str]
    """(Module, name) -> the same."""


NO_RULES = UsersRules({}, {})


def users_rules(written: Iterable[str]) -> UsersRules:
    """`Orders.find -> when there is none`, `@acme/orders.find`, `./orders.find`: the module as an import writes it."""
    found = {(row.owner, row.name): row.why or "at times" for row in rows(written) if row.owner}
    return UsersRules({key: why for key, why in found.items() if key[0].isidentifier()}, found)


GLOBALS = {
    "document": "document", "localStorage": "localStorage", "sessionStorage": "sessionStorage", "URL": "URLConstructor",
}  # fmt: skip
"""Global name -> the type under which rules know its value."""
KINDS = {
    "string": "String", "HTMLCanvasElement": "canvas", "Document": "document", "Storage": "localStorage",
    "ReadonlyMap": "Map", "RegExpMatchArray": "Array", "RegExpExecArray": "Array",
}  # fmt: skip
"""Name of a type -> the owner under which rules know it."""


def owner_of(type: str) -> str:
    """The owner under which the rules know values of a type."""
    if type in KINDS:
        return KINDS[type]
    if type == "Element" or (type.startswith(("HTML", "SVG")) and type.endswith("Element")):
        return "Element"
    return type


PROPERTIES = {
    ("URL", "searchParams"): "URLSearchParams", ("Response", "headers"): "Headers", ("Request", "headers"): "Headers",
}  # fmt: skip
"""(Type, property) -> the property's type."""
ELEMENT_PROPERTIES = frozenset({
    "parentElement", "nextElementSibling", "previousElementSibling", "firstElementChild", "lastElementChild",
    "shadowRoot",
})  # fmt: skip
"""Properties of an element that may be null."""

ORIGIN_WORDS = frozenset({"null", "undefined", "env", *CALLS, *ELEMENT_PROPERTIES, "useRef", "useContext", "useState"})
"""Without one of these, or a name of the file that may be null, nothing in a piece of code may be null."""

NO_RETURN = frozenset({"process.exit", "process.abort", "fail", "assertNever", "assert.fail", "Deno.exit"})
ASSERTS = frozenset({
    "assert", "invariant", "ensure", "console.assert", "expect", "check", "guard", "require", "verify", "validate",
    "must", "should", "is", "debug", "precondition",
})  # fmt: skip
"""First word of a function's name: one that is called with a value may throw unless it is there."""

REFUSES_FALSE = frozenset({"assert", "assert.ok", "invariant", "precondition"})
"""Those of them that don't come back when they are called with false."""

PREDICATE = re.compile(r"(?:^|\.)_?(?:is|has)(?![a-z])")
"""The name of a function that may tell of which type its argument is."""

TAKES_STRING = frozenset({"JSON.parse", "parseInt", "parseFloat", "atob", "decodeURIComponent"})
"""Functions whose first parameter TypeScript declares as a string."""
THROWS = frozenset({
    "Object.keys", "Object.values", "Object.entries", "Object.getPrototypeOf", "Array.from", "Object.fromEntries",
})  # fmt: skip
"""Functions that throw a TypeError for null and undefined."""

STRING_METHODS = frozenset({
    "charAt", "charCodeAt", "codePointAt", "endsWith", "localeCompare", "match", "matchAll", "normalize", "padEnd",
    "padStart", "repeat", "replace", "replaceAll", "search", "split", "startsWith", "substring", "substr",
    "toLowerCase", "toUpperCase", "trim", "trimEnd", "trimStart",
})  # fmt: skip
ARRAY_METHODS = frozenset({
    "every", "filter", "find", "findIndex", "flat", "flatMap", "forEach", "join", "map", "pop", "push", "reduce",
    "reverse", "shift", "some", "sort", "splice", "unshift",
})  # fmt: skip
"""Methods that, of the types with literals, only strings or only arrays have."""

"""What is known of a language's own functions and library without reading them: a TOML file, as values."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from breadknife.plugins.nullcheck.core.flow.cfg import Errors
from breadknife.plugins.nullcheck.core.il import ANY_NULL, Type
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.values import Use

_FOLDER = "breadknife.plugins.nullcheck.knowledge"


_HEAD = 5000
"""Bytes at the beginning of a file."""
_TABLES: dict[str, Any] = {
    "call": [], "attribute": [], "taker": [], "results": {}, "annotations": {}, "functions": {}, "classes": {},
    "operators": {}, "contexts": {}, "imports": True,
    "types_exclude_null": True,
    "ignored": r"(?!)", "generated": r"(?!)",
}  # fmt: skip
"""What a language may leave out."""
_WAYS = {
    "error": [["null", "there"], ["value", "none"]],
    "ok": [["null", "no"], ["value", "yes"]],
}
"""Names of ways to come back that many functions share."""


class NullableCall(NamedTuple):
    name: str
    why: str
    kind: OriginKind
    default: str
    """Whether a default of the call's own decides that null comes out: `never`, `optional`, `alone`, `required`."""
    default_at: int
    gives: Type | None
    """The type of the value if there is one."""
    nulls: int = ANY_NULL
    """Which null comes out, as bits."""
    is_typed_only: bool = False
    """Where types aren't written it is common to know better, and nothing can be said."""
    unless: str = ""
    """An argument of this type makes a value certain."""
    is_examined: bool = False
    """A test of what the container holds makes it doubtful that a null can come out."""
    ways: tuple[tuple[str, ...], ...] = ()
    """Of a call that gives several values: what they are at once, in each of the ways in which it comes back."""
    tells: bool = False
    """Null comes with an error."""
    shown: str = ""
    """How people call it, if not by its name here."""
    literals: bool = False
    """It can't fail for literals, as far as anybody who runs it once would know."""
    unless_literals: frozenset[str] = frozenset()
    """First arguments for which there always is a value."""
    only_for: str = ""
    """The literal that its last argument must be."""
    where_asked: bool = False
    """Only for an object that the file asks whether there is a value."""


class NullableAttribute(NamedTuple):
    name: str
    why: str
    kind: OriginKind
    gives: Type | None = None
    nulls: int = ANY_NULL
    is_typed_only: bool = False


class Examples(NamedTuple):
    name: str
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    calls: Mapping[str, NullableCall]
    attributes: Mapping[str, NullableAttribute]
    takers: frozenset[str]
    results: Mapping[str, Type]
    annotations: Mapping[str, str]
    functions: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]
    operators: Mapping[str, Use]
    catching: frozenset[str]
    errors: Errors
    types: frozenset[str]
    """The types that it says something of."""
    ensures: Mapping[str, tuple[str, ...]]
    """Method -> the keys of what is there after a call of it."""
    makers: Mapping[str, str]
    """A class and the number of arguments -> the special type of what it makes of so many."""
    same: Mapping[str, str]
    """Methods -> others that give null for the same objects: a test of one is a test of the other."""
    boxed: frozenset[str]
    """The types of objects that stand for numbers and truths: operators need their values."""
    given: frozenset[str]
    """The types of what its calls give."""
    words: Mapping[str, frozenset[bytes]]
    """Top module, or a word that a file must have, or "" -> the words under which something of it may be null."""
    telling_words: Mapping[str, frozenset[bytes]]
    """The same for what comes with an error that tells of it."""
    examples: tuple[Examples, ...]
    types_exclude_null: bool
    """A declaration that says nothing of null excludes it."""
    ignored: re.Pattern[bytes]
    """The comments that tell a checker to be silent."""
    needs_imports: bool
    nulls: tuple[str, ...]
    """The names of the language's nulls."""
    left_out: int
    """The null, as a bit, that is where nothing was given."""
    believes_arguments: bool
    """An argument of which nothing is known is taken to be true."""
    by_argument: Mapping[str, tuple[tuple[str, str], ...]]
    """Method -> (type of the first argument, qualified name): calls that this argument tells from others."""
    typed_operators: Mapping[str, Use]
    """Operators that take null, though a checker of types refuses it."""
    typed_takers: frozenset[str]
    """Functions that take null, though a checker of types refuses it."""
    properties: Mapping[str, Type]
    """Qualified name of an attribute -> its type, for the type arguments of its object."""
    globals: Mapping[str, Type]
    """Names that need no declaration -> their types."""
    elements: Mapping[str, Type]
    """Type -> what one gets by iterating over it, besides those that every language has."""
    callbacks: Mapping[str, tuple[Type, ...]]
    """Call -> what the function gets that it is given."""
    typed_calls: Mapping[str, Type]
    """Call -> its result's type for the type arguments that are written in it."""
    implies: Mapping[str, tuple[str, ...]]
    """Method -> the keys of what is there where it is true."""

    @property
    def null(self) -> str:
        """Any null, in words."""
        return self.null_name(ANY_NULL)

    generated: re.Pattern[bytes]
    """How a file says at its beginning that a program has written it."""

    def is_generated(self, source: bytes) -> bool:
        return self.generated.search(source, 0, _HEAD) is not None

    def null_name(self, nulls: int) -> str:
        """The nulls of these bits in words."""
        return " or ".join(name for at, name in enumerate(self.nulls) if nulls & 1 << at)

    def ignores(self, line: bytes) -> bool:
        return self.ignored.search(line) is not None


def read(name: str) -> Knowledge:
    """The knowledge about a language. Raises an error if the file that is part of breadknife is broken."""
    table = _TABLES | tomllib.loads(files(_FOLDER).joinpath(f"{name}.toml").read_text("utf-8"))
    calls = {row["name"]: _call(row) for row in table["call"]}
    attributes = {
        row["name"]: NullableAttribute(
            name=row["name"],
            why=row["why"],
            kind=OriginKind(row["kind"]),
            gives=_given(row),
            nulls=row.get("nulls", ANY_NULL),
            is_typed_only=row.get("typed_only", False),
        )
        for row in table["attribute"]
    }
    rows = [*table["call"], *table["attribute"], *table["taker"]]
    results = _types(table["results"])
    types = {key.rpartition(".")[0] for key in (*calls, *attributes, *results)} - {""}
    return Knowledge(
        calls=calls,
        attributes=attributes,
        takers=frozenset(row["name"] for row in table["taker"] if "typed_only" not in row),
        results=results,
        annotations=table["annotations"],
        functions=_sets(table["functions"]),
        classes=_sets(table["classes"]),
        operators={key: Use(value) for key, value in table["operators"].items()},
        catching=frozenset(table["contexts"].get("catching", ())),
        errors=Errors(frozenset(table["errors"]["exact"]), frozenset(table["errors"]["broad"])),
        types=frozenset(types),
        ensures={key: tuple(value) for key, value in table.get("ensures", {}).items()},
        makers=table.get("makers", {}),
        same=table.get("same", {}),
        boxed=frozenset(table.get("boxed", ())),
        given=frozenset(rule.gives.name for rule in calls.values() if rule.gives is not None),
        words=_words(
            [*(name for name, rule in calls.items() if not rule.tells), *attributes],
            {key: type_.name for key, type_ in results.items()},
        )
        if table["imports"]
        else _words_of_rows([*table["call"], *table["attribute"]]),
        telling_words=_words([name for name, rule in calls.items() if rule.tells], {}),
        examples=tuple(Examples(row["name"], tuple(row["fires"]), tuple(row.get("silent", ()))) for row in rows),
        types_exclude_null=table["types_exclude_null"],
        ignored=re.compile(table["ignored"].encode()),
        needs_imports=table["imports"],
        nulls=tuple(table["nulls"]["names"]),
        left_out=table["nulls"]["left_out"],
        believes_arguments=table["nulls"].get("believes_arguments", False),
        by_argument={method: tuple(rows) for method, rows in _by_argument(table["call"]).items()},
        typed_operators={key: Use(value) for key, value in table.get("typed_operators", {}).items()},
        typed_takers=frozenset(row["name"] for row in table["taker"] if "typed_only" in row),
        properties=_types(table.get("properties", {})),
        globals=_types(table.get("globals", {})),
        elements=_types(table.get("elements", {})),
        callbacks={key: tuple(parse_type(each) for each in value) for key, value in table.get("callbacks", {}).items()},
        typed_calls=_types(table.get("typed_calls", {})),
        implies={key: tuple(value) for key, value in table.get("implies", {}).items()},
        generated=re.compile(table["generated"].encode()),
    )


def _sets(table: Mapping[str, list[str]]) -> Mapping[str, frozenset[str]]:
    """The lists of a table. One that a language has no use for is empty."""
    return defaultdict(frozenset, {key: frozenset(value) for key, value in table.items()})


def _types(table: Mapping[str, str]) -> Mapping[str, Type]:
    return {key: parse_type(value) for key, value in table.items()}


def _by_argument(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, list[tuple[str, str]]]:
    found = dict[str, list[tuple[str, str]]]()
    for row in rows:
        if "argument" in row:
            found.setdefault(row["name"].rpartition(".")[2], []).append((row["argument"], row["name"]))
    return found


def _words_of_rows(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, frozenset[bytes]]:
    words: dict[str, set[bytes]] = {"": set()}
    for row in rows:
        for need in row.get("needs", [""]):
            words.setdefault(need, set()).add(row.get("word", row["name"].rpartition(".")[2]).encode())
    return {need: frozenset(each) for need, each in words.items()}


def _words(rules: list[str], results: Mapping[str, str]) -> Mapping[str, frozenset[bytes]]:
    words = dict[str, set[bytes]]()
    for name in rules:
        words.setdefault(_module(name), set()).add(name.rpartition(".")[2].encode())
    for name, type_ in results.items():
        words.setdefault(_module(name), set()).update(words.get(_module(type_), ()))
    return {module: frozenset(each) for module, each in words.items()}


def _module(name: str) -> str:
    """The module that must be imported for a name, or ""."""
    root, dot, _ = name.partition(".")
    return root if dot and root not in ("dict", "list", "self") else ""


def _call(row: Mapping[str, Any]) -> NullableCall:
    ways = row.get("ways", ())
    return NullableCall(
        name=row["name"],
        why=row["why"],
        kind=OriginKind(row["kind"]),
        default=row.get("default", "never"),
        default_at=row.get("default_at", 0),
        gives=_given(row),
        nulls=row.get("nulls", ANY_NULL),
        is_typed_only=row.get("typed_only", False),
        unless=row.get("unless", ""),
        is_examined=row.get("examined", False),
        ways=tuple(tuple(way) for way in (_WAYS[ways] if isinstance(ways, str) else ways)),
        tells=ways == "error",
        shown=row.get("shown", ""),
        literals=row.get("literals", False),
        unless_literals=frozenset(row.get("unless_literals", ())),
        only_for=row.get("only_for", ""),
        where_asked=row.get("where_asked", False),
    )


def _given(row: Mapping[str, Any]) -> Type | None:
    return parse_type(row["gives"]) if "gives" in row else None


def parse_type(written: str) -> Type:
    """`iterable[tuple[$0, int]]` as a type."""
    name, bracket, rest = written.strip().partition("[")
    if not bracket:
        return Type(name)
    arguments, depth, start = list[Type](), 0, 0
    inside = rest.removesuffix("]")
    for at, char in enumerate(inside):
        depth += (char == "[") - (char == "]")
        if char == "," and not depth:
            arguments.append(parse_type(inside[start:at]))
            start = at + 1
    return Type(name, (*arguments, parse_type(inside[start:])))


def filled(
    type_: Type, own: tuple[Type, ...], first: Type | None, elements: Mapping[str, Type] = MappingProxyType({})
) -> Type | None:
    """A result's type for an object with these type arguments, and a first argument of this type."""
    match type_.name[:1]:
        case "$":
            at = int(type_.name[1:])
            return own[at] if at < len(own) else None
        case "@":
            return element(first, elements) if first is not None else None
        case "?":
            return None
        case _:
            arguments = tuple(filled(each, own, first, elements) or Type("") for each in type_.arguments)
            return type_._replace(arguments=arguments)


def element(type_: Type, elements: Mapping[str, Type]) -> Type | None:
    """What one gets by iterating over a value of the type."""
    if type_.name in elements:
        return filled(elements[type_.name], type_.arguments, None)
    if type_.name == "tuple":
        return type_.arguments[0] if len(type_.arguments) == 2 and type_.arguments[1].name == "..." else None
    return type_.arguments[0] if type_.arguments and type_.name in ("list", "iterable", "dict") else None


def held(type_: Type, key: str) -> Type | None:
    """What one gets by a key or an index."""
    if type_.name == "dict":
        return type_.arguments[1] if len(type_.arguments) == 2 else None
    if type_.name == "tuple" and type_.arguments and type_.arguments[-1].name != "...":
        return type_.arguments[int(key)] if key.isdigit() and int(key) < len(type_.arguments) else None
    return type_.arguments[0] if type_.name in ("list", "tuple") and type_.arguments else None

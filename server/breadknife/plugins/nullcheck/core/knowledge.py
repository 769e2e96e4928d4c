"""What is known of a language's own functions and library without reading them: a TOML file, as values."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from breadknife.plugins.nullcheck.core.flow.cfg import Errors
from breadknife.plugins.nullcheck.core.il import ANY_NULL, Type
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.values import Use

_Made = TypeVar("_Made")
_Words: TypeAlias = Mapping[str, frozenset[bytes]]

_NOTHING = r"(?!)"
"""A pattern that nothing matches."""
_FOLDER = "breadknife.plugins.nullcheck.knowledge"
_HEAD = 5000
"""Bytes at the beginning of a file."""
_WAYS = {
    "error": [["null", "there"], ["value", "none"]],
    "ok": [["null", "no"], ["value", "yes"]],
}
"""Names of ways to come back that many functions share."""


class NullableCall(NamedTuple):
    """A call or an attribute that may give null: a row of the file."""

    name: str
    why: str
    kind: OriginKind
    default: str = "never"
    """Whether a default of the call's own decides that null comes out: `never`, `optional`, `alone`, `required`."""
    default_at: int = 0
    gives: Type | None = None
    """The type of the value if there is one."""
    nulls: int = ANY_NULL
    """Which null comes out, as bits."""
    typed_only: bool = False
    """Where types aren't written it is common to know better, and nothing can be said."""
    ways: tuple[tuple[str, ...], ...] = ()
    """For a call that gives several values: what these are together, for each way in which it comes back."""
    tells: bool = False
    """Null comes with an error."""
    shown: str = ""
    """How people call it, if not by its name here."""
    literals: bool = False
    """It can't fail for literals, as far as anybody who runs it once would know."""
    unless: str = ""
    """A first argument of this type makes a value certain."""
    unless_literals: frozenset[str] = frozenset()
    """First arguments for which there always is a value."""
    argument: str | None = None
    """The type of the first argument, which tells the method from others of its name; "" for an unknown one."""
    needs: tuple[str, ...] = ()
    """Words one of which a file must have; for a language with imports, the module is one."""
    word: str = ""
    """The word under which a file has it, if not the last one of its name."""


class Examples(NamedTuple):
    name: str
    fires: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    """Most fields are the tables of the file, which says what each is for."""

    calls: Mapping[str, NullableCall]
    attributes: Mapping[str, NullableCall]
    takers: frozenset[str]
    types: frozenset[str]
    """The types that it says something of."""
    given: frozenset[str]
    """The types of what its calls give."""
    words: Mapping[str, frozenset[bytes]]
    """Top module, or a word that a file must have, or "" -> the words under which something of it may be null."""
    telling_words: Mapping[str, frozenset[bytes]]
    """The same words for what may be null only where an error tells of it."""
    by_argument: Mapping[str, Sequence[tuple[str, str]]]
    """Method -> (type of the first argument, qualified name): calls that this argument tells from others."""
    examples: Sequence[Examples]
    errors: Errors
    catching: frozenset[str]
    nulls: Sequence[str]
    """The names of the language's nulls."""
    left_out: int
    """The null, as a bit, that is where nothing was given."""
    believes_arguments: bool
    """An argument of which nothing is known is taken to be true."""
    needs_imports: bool
    types_exclude_null: bool
    """A declaration that says nothing of null excludes it."""
    ignored: re.Pattern[bytes]
    """The comments that tell a checker to be silent."""
    generated: re.Pattern[bytes]
    """How a file says at its beginning that a program has written it."""
    functions: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]
    annotations: Mapping[str, str]
    results: Mapping[str, Type]
    operators: Mapping[str, Use]
    ensures: Mapping[str, Sequence[str]]
    """Method -> the keys of what is there after a call of it."""
    implies: Mapping[str, Sequence[str]]
    """Method -> the keys of what is there where it is true."""
    makers: Mapping[str, str]
    """A class and the number of arguments -> the special type of what it makes of so many."""
    same: Mapping[str, str]
    """Methods -> others that give null for the same objects: a test of one is a test of the other."""
    properties: Mapping[str, Type]
    """Qualified name of an attribute -> its type, for the type arguments of its object."""
    globals: Mapping[str, Type]
    """Names that need no declaration -> their types."""
    elements: Mapping[str, Type]
    """Type -> what one gets by iterating over it, besides those that every language has."""
    typed_calls: Mapping[str, Type]
    """Call -> its result's type for the type arguments that are written in it."""

    @property
    def null(self) -> str:
        """Any null, in words."""
        return self.null_name(ANY_NULL)

    def null_name(self, nulls: int) -> str:
        """The nulls of these bits in words."""
        return " or ".join(name for at, name in enumerate(self.nulls) if nulls & 1 << at)

    def is_generated(self, source: bytes) -> bool:
        return self.generated.search(source, 0, _HEAD) is not None

    def ignores(self, line: bytes) -> bool:
        return self.ignored.search(line) is not None


def read(name: str) -> Knowledge:
    """The knowledge about a language. Raises an error if the file that is part of breadknife is broken."""
    table = tomllib.loads(files(_FOLDER).joinpath(f"{name}.toml").read_text("utf-8"))
    calls, attributes = (
        {row["name"]: _rule(row) for row in table.get(rows, ())} for rows in ("call", "attribute")
    )  # fmt: skip
    takers: Sequence[Mapping[str, Any]] = table.get("taker", ())
    results = _each(parse_type, table, "results")
    by_argument = defaultdict[str, list[tuple[str, str]]](list)
    for rule in calls.values():
        if rule.argument is not None:
            by_argument[rule.name.rpartition(".")[2]].append((rule.argument, rule.name))
    needs_imports: bool = table.get("imports", True)
    errors: Mapping[str, Sequence[str]] = table.get("errors", {})
    rules = [*calls.values(), *attributes.values()]
    return Knowledge(
        calls=calls,
        attributes=attributes,
        takers=frozenset(row["name"] for row in takers),
        types=frozenset(key.rpartition(".")[0] for key in (*calls, *attributes, *results)) - {""},
        given=frozenset(rule.gives.name for rule in calls.values() if rule.gives is not None),
        words=_words([each for each in rules if not each.tells], results if needs_imports else {}, needs_imports),
        telling_words=_words([each for each in rules if each.tells], {}, needs_imports),
        by_argument=by_argument,
        examples=[
            Examples(row["name"], tuple(row["fires"]), tuple(row.get("silent", ())))
            for row in (*table.get("call", ()), *table.get("attribute", ()), *takers)
        ],
        errors=Errors(frozenset(errors.get("exact", ())), frozenset(errors.get("broad", ()))),
        catching=frozenset(table.get("contexts", {}).get("catching", ())),
        nulls=table["nulls"]["names"],
        left_out=table["nulls"]["left_out"],
        believes_arguments=table["nulls"].get("believes_arguments", False),
        needs_imports=needs_imports,
        types_exclude_null=table.get("types_exclude_null", True),
        ignored=re.compile(table.get("ignored", _NOTHING).encode()),
        generated=re.compile(table.get("generated", _NOTHING).encode()),
        functions=defaultdict(frozenset, _each(frozenset, table, "functions")),
        classes=defaultdict(frozenset, _each(frozenset, table, "classes")),
        annotations=table.get("annotations", {}),
        results=results,
        operators=_each(Use, table, "operators"),
        ensures=table.get("ensures", {}),
        implies=table.get("implies", {}),
        makers=table.get("makers", {}),
        same=table.get("same", {}),
        properties=_each(parse_type, table, "properties"),
        globals=_each(parse_type, table, "globals"),
        elements=_each(parse_type, table, "elements"),
        typed_calls=_each(parse_type, table, "typed_calls"),
    )


def _each(make: Callable[[Any], _Made], table: Mapping[str, Any], name: str) -> dict[str, _Made]:
    """The values of a table within the table, which a language may leave out."""
    return {key: make(value) for key, value in table.get(name, {}).items()}


def _rule(row: Mapping[str, Any]) -> NullableCall:
    ways = row.get("ways", ())
    made: dict[str, Any] = {key: value for key, value in row.items() if key in NullableCall._fields}
    return NullableCall(**made)._replace(
        kind=OriginKind(row["kind"]),
        gives=parse_type(row["gives"]) if "gives" in row else None,
        ways=tuple(tuple(way) for way in (_WAYS[ways] if isinstance(ways, str) else ways)),
        tells=ways == "error",
        unless_literals=frozenset(row.get("unless_literals", ())),
        needs=tuple(row.get("needs", ())),
    )


def _words(rules: Sequence[NullableCall], results: Mapping[str, Type], needs_imports: bool) -> _Words:
    words = defaultdict[str, set[bytes]](set)
    for rule in rules:
        for need in rule.needs or (_module(rule.name) if needs_imports else "",):
            words[need].add((rule.word or rule.name.rpartition(".")[2]).encode())
    for name, type_ in results.items():
        words[_module(name)] |= words.get(_module(type_.name), set())
    words.setdefault("", set())
    return {need: frozenset(each) for need, each in words.items()}


def _module(name: str) -> str:
    """The module that must be imported for a name, or ""."""
    root, dot, _ = name.partition(".")
    return root if dot and root not in ("dict", "list", "self") else ""


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

"""What is known of a language's own functions and library without reading them: a TOML file, as values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from breadknife.plugins.nullcheck.core.il import ANY_NULL, Type
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.values import Use

_NOTHING = r"(?!)"
"""A pattern that nothing matches."""
_FOLDER = "breadknife.plugins.nullcheck.knowledge"
_VALUE = r"(?<![\w.$])([\w$]++(?:\.[\w$]++)*+(?:\([^()\n]*+\))?+)"
"""What `{v}` stands for in a pattern of `belief`: a name, an attribute, or a short call."""


class Errors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names of exceptions by which a handler catches a use of null."""

    exact: frozenset[str] = frozenset()
    """Those that a use of null raises."""
    broad: frozenset[str] = frozenset()
    """Those whose handlers catch nearly everything."""


class Examples(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of a table with pieces of code: a finding is made in each of `fires`, and none in those of `silent`."""

    name: str
    fires: tuple[str, ...]
    silent: tuple[str, ...] = ()


class NullableCall(Examples, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call or an attribute that may give null."""

    why: str
    kind: OriginKind
    default: str = "never"
    """How an argument that is a default decides whether null comes out. `never`: there is none. `optional`: null comes
    out without it, but for a call that has no arguments at all. `alone`: null comes out without it. `required`: only if
    the default itself is null."""
    default_at: int = 0
    """The index of the argument that is the default."""
    gives: str = ""
    """The type of the value if there is one."""
    nulls: int = ANY_NULL
    """Which null comes out, as bits."""
    typed_only: bool = False
    """The row only holds in files whose types are declared: in others people often know that there is a value."""
    beside_error: bool = False
    """The call gives two values: null comes with an error."""
    shown: str = ""
    """How messages call it, if not by its name here."""
    literals: bool = False
    """The row says nothing of calls with literals alone: who has run such a call once knows what it gives."""
    unless: str = ""
    """The type of a first argument for which there always is a value."""
    unless_literals: frozenset[str] = frozenset()
    """Keys of first arguments for which there always is a value."""
    argument: str | None = None
    """The type of the first argument, which tells the method from others of its name; "" for an unknown one."""


class BeliefPatterns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a text shows what its author believes; `{v}` stands for a value. See `belief`."""

    compared: Sequence[str] = ()
    """Comparisons with null."""
    tested: Sequence[str] = ()
    """Tests whether a value is true."""
    given: Sequence[str] = ()
    """Null is given to an attribute, whose name is the pattern's group."""


class BeliefReader(NamedTuple):
    """The same patterns, ready to search bytes."""

    compared: re.Pattern[bytes]
    tested: re.Pattern[bytes]
    given: re.Pattern[bytes]
    library: frozenset[bytes]
    """Names of methods of the library that may give null."""
    of_library: re.Pattern[bytes]
    """A call of one of them: its object, and its name."""
    passing: re.Pattern[bytes]
    """A call with null among its arguments: its function, and these."""
    null: re.Pattern[bytes]


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """A file of knowledge, which says in comments what each table is for. Types are as `parse_type` reads them."""

    call: Sequence[NullableCall] = ()
    attribute: Sequence[NullableCall] = ()
    taker: Sequence[Examples] = ()
    """Calls whose first argument must not be null."""
    errors: Errors = Errors()
    catching: frozenset[str] = frozenset()
    language: str = ""
    """Set by `knowledge_of`."""
    nulls: Sequence[str]
    """The names of the language's nulls."""
    left_out: int = 1
    """The null, as a bit, that a value has which nobody gave: JavaScript's `undefined`."""
    builtins: frozenset[str]
    """Names that need no declaration."""
    null_attributes: frozenset[str] = frozenset()
    """The attributes that null has, too."""
    calls_methods_of_null: bool = False
    """A method may be called on null, and decides itself what it does then, as in Go."""
    extending: str = ""
    """How a file says that objects have methods that are written elsewhere, as a regular expression."""
    first_nulls: bool = False
    """A variable's first null that may still be there is reason enough for a finding, since no exception can have kept
    another value from it."""
    implies_receiver: bool = False
    """A name alone may be an attribute of the object, as in Java."""
    believes_arguments: bool = False
    """An argument of which nothing is known is taken to be true."""
    needs_imports: bool = True
    """A file must import what it uses of the library."""
    types_exclude_null: bool = True
    """A declaration that says nothing of null excludes it."""
    ignored: str = _NOTHING
    """A pattern for comments that tell a checker to be silent."""
    private: str = _NOTHING
    """A pattern for the beginning of a function's text that only its own file can call."""
    belief: BeliefPatterns = BeliefPatterns()
    functions: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]] = {}
    annotations: Mapping[str, str] = {}
    results: Mapping[str, str] = {}
    generic: Mapping[str, str] = {}
    """Function that holds a value for its caller -> the type of what it gives, where `$0` is the value's."""
    operators: Mapping[str, Use]
    ensures: Mapping[str, Sequence[str]] = {}
    """Method -> the keys of what is there after a call of it."""
    implies: Mapping[str, Sequence[str]] = {}
    """Method -> the keys of what is there where it is true."""
    requires: Mapping[str, int] = {}
    """Function or method that fails a test -> the index of the argument that is there once it has come back."""
    makers: Mapping[str, str] = {}
    """A class and the number of arguments, as `Name/2` -> the special type of an object that is made with so many."""
    same: Mapping[str, str] = {}
    """Methods -> others that give null for the same objects: a test of one is a test of the other."""
    properties: Mapping[str, str] = {}
    """Qualified name of an attribute -> its type, for the type arguments of its object."""
    globals: Mapping[str, str] = {}
    """Names that need no declaration -> their types."""
    elements: Mapping[str, str] = {}
    """Type -> the type of its elements when one iterates over it, besides those that every language has."""

    @cached_property
    def calls(self) -> Mapping[str, NullableCall]:
        return {row.name: row for row in self.call}

    @cached_property
    def beliefs(self) -> BeliefReader:
        library = frozenset(name.rpartition(".")[2].encode() for name in self.calls if "." in name)
        methods = b"|".join(map(re.escape, sorted(library)))
        of_library = re.compile(rb"(?<![\w$])([\w$]++)\.(%b)\(" % (methods or b"(?!)"))
        null = b"|".join(name.encode() for name in self.nulls)
        passing = re.compile(rb"(?<![\w$])(?<!def )([\w$]++)\(([^()]{0,200}?\b(?:%b)\b[^()]{0,200}+)\)" % null)
        written = self.belief
        compared, tested, given = map(_searching, (written.compared, written.tested, written.given))
        return BeliefReader(compared, tested, given, library, of_library, passing, re.compile(rb"\b(?:%b)\b" % null))

    @cached_property
    def attributes(self) -> Mapping[str, NullableCall]:
        return {row.name: row for row in self.attribute}

    @cached_property
    def takers(self) -> frozenset[str]:
        return frozenset(row.name for row in self.taker)

    @cached_property
    def examples(self) -> Sequence[Examples]:
        return [*self.call, *self.attribute, *self.taker]

    @cached_property
    def types(self) -> frozenset[str]:
        """Return the types of whose members the file says something."""
        return frozenset(name.rpartition(".")[0] for name in (*self.calls, *self.attributes, *self.results)) - {""}

    @cached_property
    def given(self) -> frozenset[str]:
        """Return the types of the values that its nullable calls give."""
        return frozenset(parse_type(row.gives).name for row in self.call)

    @cached_property
    def by_argument(self) -> Mapping[str, Mapping[str, str]]:
        """Return the methods that the first argument tells from others of their names, as method -> type of the first
        argument -> qualified name."""
        table = defaultdict[str, dict[str, str]](dict)
        for row in self.call:
            if row.argument is not None:
                table[row.name.rpartition(".")[2]][row.argument] = row.name
        return table

    @property
    def null(self) -> str:
        """Return all nulls of the language, in words."""
        return self.null_name(ANY_NULL)

    def null_name(self, nulls: int) -> str:
        """Return the nulls of these bits in words."""
        return " or ".join(name for at, name in enumerate(self.nulls) if nulls & 1 << at)

    def is_private(self, function: bytes) -> bool:
        """Tell by a function's text whether only its own file can call it, as far as that doesn't export it."""
        return re.match(self.private.encode(), function) is not None

    def ignores(self, line: bytes) -> bool:
        return re.search(self.ignored.encode(), line) is not None


@cache
def knowledge_of(language: str) -> Knowledge:
    """Return the knowledge of a language, for example "python". Tables that its file doesn't have are empty."""
    written = files(_FOLDER).joinpath(f"{language}.toml").read_bytes()
    knowledge = msgspec.toml.decode(written, type=Knowledge)
    functions, classes = (defaultdict(frozenset[str], table) for table in (knowledge.functions, knowledge.classes))
    return msgspec.structs.replace(knowledge, language=language, functions=functions, classes=classes)


def _searching(patterns: Sequence[str]) -> re.Pattern[bytes]:
    joined = "|".join(pattern.replace("{v}", _VALUE) for pattern in patterns)
    return re.compile((joined or _NOTHING).encode(), re.MULTILINE)


@lru_cache(maxsize=1 << 10)
def parse_type(written: str) -> Type:
    """Return what is written as a type. `iterable[tuple[$0, int]]` has an argument, which has two; see `filled` for
    `$0`."""
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


def filled(written: Type, own: tuple[Type, ...], first: Type | None, elements: Mapping[str, str] = {}) -> Type | None:
    """Return a type of the knowledge for one call; None if it isn't known.

    In `written`, `$0` stands for the first one of `own`, the type arguments of the object, `@` for an element of the
    call's first argument, whose type is `first`, and `?` for an unknown type."""
    match written.name[:1]:
        case "$":
            at = int(written.name[1:])
            return own[at] if at < len(own) else None
        case "@":
            return element(first, elements) if first is not None else None
        case "?":
            return None
        case _:
            arguments = tuple(filled(argument, own, first, elements) or Type("") for argument in written.arguments)
            return written._replace(arguments=arguments)


def element(type_: Type, elements: Mapping[str, str]) -> Type | None:
    """Return the type of what one gets by iterating over a value of the type; None if it isn't known. `elements` is the
    table of the language."""
    if type_.name in elements:
        return filled(parse_type(elements[type_.name]), type_.arguments, None)
    if type_.name == "tuple":
        return type_.arguments[0] if len(type_.arguments) == 2 and type_.arguments[1].name == "..." else None
    return type_.arguments[0] if type_.arguments and type_.name in ("list", "iterable", "dict") else None


def held(type_: Type, key: str) -> Type | None:
    """Return the type of what one gets from a container of the type by a key or an index; None if it isn't known."""
    if type_.name == "dict":
        return type_.arguments[1] if len(type_.arguments) == 2 else None
    if type_.name == "tuple" and type_.arguments and type_.arguments[-1].name != "...":
        return type_.arguments[int(key)] if key.isdigit() and int(key) < len(type_.arguments) else None
    return type_.arguments[0] if type_.name in ("list", "tuple") and type_.arguments else None

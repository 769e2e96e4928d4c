"""What is known of a language, as data: its nodes, what is written in it, and the order of its repairs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from breadknife.plugins.nullcheck.values import Use

_FOLDER = "breadknife.plugins.nullcheck.knowledge"
_HOLE = re.compile(r"\{(\w+)\}")


class CauseKind(StrEnum):
    """What makes a value null."""

    ATTRIBUTE = "attribute"
    FUNCTION = "function"
    """What a function of the project gives back."""
    PARAMETER = "parameter"
    VARIABLE = "variable"
    LIBRARY = "library"
    """A function that isn't the project's: there is no declaration to repair."""
    PLACE = "place"
    """Nothing more is known than where it is used."""


@dataclass(frozen=True)
class DeclarationNodes:
    """A language's nodes that declare something."""

    declarations: Mapping[str, tuple[CauseKind, str]]
    """With the field that has the name, through others with dots; "" for the first child."""
    owners: Mapping[str, str]
    """What has attributes and methods, likewise."""
    values: frozenset[str] = frozenset()
    """Functions without a name of their own: they go by that of what they are put into."""
    blocks: frozenset[str] = frozenset()
    """What stands in one is declared by nothing around it."""
    own: tuple[str, ...] = ()
    """What a method calls its object: `self.`."""


class NodeKinds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which nodes of the grammar (tree-sitter's) are what."""

    lists: frozenset[str]
    """Those whose children are statements."""
    functions: frozenset[str]
    loops: frozenset[str]
    steps: frozenset[str]
    """Loops, or children of one, that come to another value by themselves."""
    first: Mapping[str, tuple[str, ...]]
    """Statement -> the fields, or kinds of children, that are evaluated once, before anything else of it; none: all of
    it. Before no other statement a check may stand."""
    again: Mapping[str, str] = {}
    """Loop -> the field that is evaluated in each round: a check before the loop holds there for a name that is not
    set in it."""
    lazy: frozenset[str]
    """What is in these is evaluated later than the statement around them, or not at all."""
    chosen: Mapping[str, str]
    """Expression -> its only operand that is always evaluated, "" for none; of those with an operator, where that is
    one of `short_circuits`."""
    conditions: Mapping[str, str]
    """What asks for the truth of a part -> the field that has it, "" for any, or its index among the named children."""
    loose: frozenset[str] = frozenset()
    """Expressions that bind less than `and`."""
    short_circuits: frozenset[str]
    effects: frozenset[str]
    """Expressions that may change what is evaluated after them."""
    reads: frozenset[str] = frozenset()
    """Expressions whose value a call may change."""
    steady: frozenset[str] = frozenset()
    """Names whose value no other code changes while a statement runs."""
    results: frozenset[str] = frozenset()
    """Expressions that may get a name of their own: calls and the like."""
    skipped: frozenset[str]
    """What may stand alone as a statement and be left out, since nothing else gets its value."""
    members: frozenset[str] = frozenset()
    """The declarations that an edit at a place stays in; without any, functions."""
    handlers: frozenset[str] = frozenset()
    """Code that runs where an exception was caught; `finals`: where one may be under way."""
    finals: frozenset[str] = frozenset()
    result: str = ""
    """Where a function says whether it may give null: a field, or a child of that kind."""


class LoweringKinds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How nodes are lowered that need no code of their own."""

    blocks: frozenset[str]
    """Those that are lists of statements."""
    silent: frozenset[str]
    """Those that aren't evaluated: types, declarations, names of members."""
    literals: Mapping[str, str]
    """Kinds, and the types of what is written there."""
    like: Mapping[str, str]
    """Kinds, and those in whose way they are lowered."""


class CodeTemplates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The templates of what is written. `{x}` is the value, `{null}` the null, `{message}` the words for it."""

    name: str
    """A regular expression: an expression that is the same again at its next use."""
    is_null: str
    is_there: str
    opening: str
    """`if ({test}) {`."""
    closing: str = ""
    is_exactly: str = ""
    """`{x} === {null}`, where only one null is possible; and the contrary, `is_not`."""
    is_not: str = ""
    null_tests: tuple[str, ...]
    """How a file asks whether a value is null."""
    throw: str = ""
    """`throw new {exception}("{message}"{cause});`"""
    cause: str = ""
    """What names the exception that is being handled, `{caught}`."""
    exception: str = ""
    """The usual one, which takes a message; `for_parameter`: the one for what a caller passes."""
    for_parameter: str = ""
    unfit: frozenset[str] = frozenset()
    """Exceptions that say something else than that a value is missing."""
    throws: str = ""
    """A regular expression of a way in which a function fails: its group is the exception."""
    result: str = "return {value};"
    bare_result: str = "return;"
    round: str = "continue;"
    bind: str = ""
    """`const {name} = {x};`"""
    constants: str
    """A regular expression: what a function may give back early, if it gives it back elsewhere."""
    must_run: str = ""
    """A regular expression: what has to be called each time, so that nothing may leave before it."""
    raw: str
    """What begins a text of several lines, which indentation would change."""
    names: Mapping[str, str] = {}
    """Called function -> the name of its result; `reserved`: what is no name."""
    reserved: frozenset[str] = frozenset()
    releases: Mapping[str, str] = {}
    """Method that takes something, such as a lock -> the one that gives it back."""


class TestFailure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a test fails where a value is missing."""

    needs: str
    """A regular expression of what the file must have: the import of the library."""
    line: str
    """The statement; `{t}` is what a test of Go is given."""
    fails: bool = False
    """It always fails, and is written into a check."""


class LanguageGrammar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    language: str
    """The name of its files of data: a language with several LSP ids has one."""
    null: str
    """What people call it."""
    nodes: NodeKinds
    lowering: LoweringKinds
    writing: CodeTemplates
    order: tuple[str, ...]
    """See `repair.ProposalOrder`."""
    platform: frozenset[str] = frozenset()
    """Names and packages of the language's own functions: what they do with a null is known."""
    pointers: Mapping[str, tuple[str, ...]] = {}
    """Use, or `at` of a checker's row -> the parts of nodes that it is about, as `pointing` says."""
    discards: frozenset[str] = frozenset()
    """Functions that have no use for what the function returns that they are given."""
    meant: frozenset[Use] = frozenset()
    """Uses that do no harm by themselves: what gets the null may reckon with it."""
    bases: Mapping[str, tuple[str, ...]] = {}
    """Exception of the language -> what it is of, other than what every exception is."""
    ignores: Mapping[str, str] = {}
    """Checker, in small letters -> its own ignore comment."""
    tests: tuple[TestFailure, ...] = ()
    shapes: DeclarationNodes
    """What declares something."""


@cache
def grammar_of(language: str) -> LanguageGrammar:
    text = files(_FOLDER).joinpath("grammar", f"{language}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), LanguageGrammar)


def filled(template: str, **values: str) -> str:
    """Return a template with its holes filled; brackets of the code itself stay."""
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), template)

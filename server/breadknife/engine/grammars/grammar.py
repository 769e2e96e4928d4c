"""Gives a request's grammar, GBNF or a JSON schema, to llguidance, and limits what it may cost.

llguidance follows a grammar with Earley's algorithm over automata, and counts its steps: if a grammar needs too many,
it raises an error. llama.cpp's own grammars have no such limits: an enumeration of 200 values takes a second for one
token of a large vocabulary, an ambiguous rule all memory.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from breadknife.engine.grammars.gbnf import GbnfError
from breadknife.engine.grammars.gbnf_parser import parse_gbnf
from breadknife.engine.grammars.json_schema import SchemaError, closed_schema
from breadknife.errors import EngineError

if TYPE_CHECKING:
    from llguidance import LLParserLimits

MOST_CHARACTERS = 100_000
"""The longest grammar. GBNF of that length takes 30 ms to translate, a JSON schema 3 ms to compile."""
_SPACES = " ?"
"""The blanks that may stand between the tokens of JSON, as in llama.cpp: a small model that may write more blanks than
one goes on writing them."""


def limits() -> LLParserLimits:
    """Return what llguidance may spend on a grammar and on each token. Its other limits are its own defaults.

    Recursive GBNF takes many small steps, 20,000 in a millisecond. A state of the lexer takes 1 to 2 kB.
    """
    from llguidance import LLParserLimits

    return LLParserLimits(
        step_max_items=1_000_000, max_lexer_states=25_000, precompute_large_lexemes=False, verbose_errors=False
    )


def translated(grammar: str) -> str:
    """Return a grammar in llguidance's own format. Raises EngineError if it is invalid or too big."""
    from llguidance import LLMatcher

    source = _read(grammar)
    if is_schema(grammar):
        return LLMatcher.grammar_from_json_schema(source, overrides={"whitespace_pattern": _SPACES})
    return LLMatcher.grammar_from_lark(source)


def check(grammar: str) -> None:
    """Raise EngineError if a grammar is invalid or too big, as far as that is seen without compiling it."""
    _read(grammar)


def is_schema(grammar: str) -> bool:
    """Tell whether a grammar is a JSON schema; otherwise it is GBNF."""
    return grammar.lstrip().startswith("{")


def _read(grammar: str) -> str:
    """Return a JSON schema closed (see `closed_schema`), or GBNF in Lark's language. Raises EngineError."""
    if len(grammar) > MOST_CHARACTERS:
        raise refused(f"it has {len(grammar):,} characters, and {MOST_CHARACTERS:,} are the most")
    try:
        return json.dumps(closed_schema(grammar)) if is_schema(grammar) else parse_gbnf(grammar).lark()
    except (GbnfError, SchemaError) as error:
        raise refused(str(error)) from error


def prefix_of(grammar: str) -> str:
    """Return the text that the output begins with, if a grammar says that and no more; empty for any other."""
    if not grammar.rstrip().endswith("]*"):  # most needn't be parsed
        return ""
    try:
        return parse_gbnf(grammar).beginning
    except GbnfError:
        return ""


def refused(why: str) -> EngineError:
    """Return the error for a grammar that can't be used."""
    return EngineError(f"the request's grammar can't be used: {why}")


def first_line(message: str) -> str:
    """Return a message of llguidance without the excerpt of the grammar that follows it."""
    return message.strip().partition("\n")[0]

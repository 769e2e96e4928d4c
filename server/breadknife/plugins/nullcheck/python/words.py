"""The words under which something may be None in any file, by what it imports."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from breadknife.plugins.nullcheck.python.outline import Outline
from breadknife.plugins.nullcheck.python.rules import KINDS, NULLABLE_ATTRIBUTES, NULLABLE_CALLS
from breadknife.plugins.nullcheck.summaries import Dotted
from breadknife.text.document import common_prefix, common_suffix

_ORIGINS = frozenset({b"None", b"Optional"})
"""Without one of these words, one of the library's that the file imports, or a function of the file that may return
None, nothing in a function may be None."""

_WORD = re.compile(rb"\w+")
_PART = re.compile(rb"[\w.]")


def dotted_names(source: bytes, modules: Sequence[str], before: Dotted | None = None) -> Dotted:
    """Of a text of which an earlier one is known only the lines are read that are other ones: a name that they don't
    have any more stays."""
    start, end, known = 0, len(source), frozenset[str]()
    if before is not None and before.modules == modules:
        start = common_prefix(before.source, source)
        end = len(source) - common_suffix(before.source, source, start)
        start, end = source.rfind(b"\n", 0, start) + 1, source.find(b"\n", end)
        known = before.names
    lines = source[start:end] if end >= 0 else source[start:]
    found = (each.decode("utf-8", "replace") for name in modules for each in _dotted(lines, name.encode()))
    return Dotted(source, modules, known.union(found))


def _dotted(source: bytes, name: bytes) -> Iterator[bytes]:
    begin = name + b"."
    at = source.find(begin)
    while at >= 0:  # to compile a pattern for each name takes longer
        word = _WORD.match(source, at + len(begin))
        if word is not None and not (at and _PART.match(source, at - 1)):
            yield begin + word[0]
        at = source.find(begin, at + 1)


def _library_words() -> Mapping[str, frozenset[bytes]]:
    """Top module, "" for builtins -> the words under which something of it, or that it makes, may be None."""
    words, makes = dict[str, set[bytes]](), dict[str, set[str]]()
    for rule in (*NULLABLE_CALLS, *NULLABLE_ATTRIBUTES):
        words.setdefault(_module(rule.name), set()).add(rule.name.rpartition(".")[2].encode())
    for name, kind in (*KINDS.items(), *((rule.name, rule.gives) for rule in NULLABLE_CALLS if rule.gives)):
        makes.setdefault(_module(name), set()).add(_module(kind))
    for module, kinds in makes.items():
        words[module] = words.get(module, set[bytes]()).union(*(words.get(kind, set[bytes]()) for kind in kinds))
    return {module: frozenset(each) for module, each in words.items()}


def members_of(kind: str) -> frozenset[bytes]:
    """The words under which something of an object of that class may be None."""
    return _MEMBERS.get(kind, frozenset())


def _module(name: str) -> str:
    root = name.partition(".")[0]
    return root if root in sys.stdlib_module_names else ""


_LIBRARY_WORDS = _library_words()


def _member_words() -> Mapping[str, frozenset[bytes]]:
    words = dict[str, set[bytes]]()
    for rule in (*NULLABLE_CALLS, *NULLABLE_ATTRIBUTES):
        kind, _, name = rule.name.rpartition(".")
        words.setdefault(kind, set()).add(name.encode())
    return {kind: frozenset(each) for kind, each in words.items()}


_MEMBERS = _member_words()


def origins(outline: Outline) -> frozenset[bytes]:
    """Those that count in one file."""
    roots = {name.partition(".")[0] for name in outline.imports.values()}
    return _ORIGINS.union(_LIBRARY_WORDS[""], *(_LIBRARY_WORDS.get(root, ()) for root in roots))

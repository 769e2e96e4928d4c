"""The names that a source annotates as nullable, by patterns: before anything is followed, and without the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONGEST_NAME, _LONGEST_TYPE = 100, 400
"""Bytes."""
_NULLABLE_RESULT = re.compile(rb"\)(?=[ \t]*:[^;{=\n]*\b(?:null|undefined)\b)")
_CALLEE_AT_END = re.compile(rb"(?<![\w$])([\w$]+)\??[ \t]*$")
_OPTIONAL = re.compile(rb"\?:")
_NAME_AT_END = re.compile(rb"(?<![\w$])[\w$]+$")
_OR_NULL = re.compile(rb"\|[ \t]*(?:null|undefined)\b")
_BEFORE_TYPE = re.compile(rb"[:|&<][ \t\n]*(?:readonly[ \t]+)?$")
"""A parenthesis after it is one around a type."""
_NAME_AND_COLON = re.compile(rb"(?<![\w$])([\w$]+)[ \t]*:[^;,(){}=]*$")


def annotated_nullable(source: bytes) -> Iterator[bytes]:
    """Functions, parameters, variables and members whose types say so. What comes after a name is looked for first:
    there are far fewer of it than of names."""
    for match in _NULLABLE_RESULT.finditer(source):
        opening = source.rfind(b"(", 0, match.start())
        if opening >= 0 and source.rfind(b")", opening, match.start()) < 0:
            yield from _CALLEE_AT_END.findall(source, max(opening - _LONGEST_NAME, 0), opening)
    for match in _OPTIONAL.finditer(source):
        yield from _NAME_AT_END.findall(source, max(match.start() - _LONGEST_NAME, 0), match.start())
    for match in _OR_NULL.finditer(source):
        line = source[source.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        name = _NAME_AND_COLON.search(line)
        if name is not None:
            yield name[1]
        elif declared := _declared_before(source, match.start()):
            yield declared


def _declared_before(source: bytes, end: int) -> bytes:
    """The name whose type, with whatever brackets and on however many lines, goes on at `end`; empty for none."""
    depth = 0
    for at in range(end - 1, max(end - _LONGEST_TYPE, 0), -1):
        char = source[at : at + 1]
        if char in (b")", b"]", b"}") or (char == b">" and source[at - 1 : at] != b"="):
            depth += 1
        elif char in (b"(", b"[", b"{", b"<"):
            if depth == 0 and char != b"<" and not (char == b"(" and _BEFORE_TYPE.search(source, max(at - 20, 0), at)):
                break
            depth = max(depth - 1, 0)
        elif depth == 0 and char == b":":
            found = _NAME_AT_END.search(source[max(at - _LONGEST_NAME, 0) : at].rstrip(b" \t?"))
            return found[0] if found else b""
        elif depth == 0 and char in (b";", b"=") and source[at : at + 2] != b"=>":
            break
    return b""

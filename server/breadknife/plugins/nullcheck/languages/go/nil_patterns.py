"""What the text of a function of Go shows of nil, without a tree: most functions have nothing to do with it."""

from __future__ import annotations

import re
from typing import NamedTuple


class NilPattern(NamedTuple):
    """A pattern with pieces of Go in which it is found, and others in which it isn't."""

    pattern: re.Pattern[bytes]
    found_in: tuple[bytes, ...]
    not_in: tuple[bytes, ...]

    def is_in(self, source: bytes) -> bool:
        return self.pattern.search(source) is not None


_ASSIGNS = rb"[ \t]*+:?="
_SECOND_NAME = rb",[ \t]*\w++" + _ASSIGNS
_NO_ERROR = rb" nil\b(?<!\berr [!=]= nil)(?<!\bErr [!=]= nil)(?<!\bError [!=]= nil)"
"""What follows `!=` or `==` in a comparison with nil of something else than an error."""
_LOOKUP = _SECOND_NAME + rb"[^\n]*\["
_ASSERTION = rb"\.\(\*|\.\(map"
_ZERO_VALUE = rb"var(?<=\bvar)\s+(?:\(|\w+\s+(?:map\b|\*|func\b|[A-Z]))"
_ASSIGNED_NIL = rb"=(?<!\berr =)(?<![!=]=)\s*nil\b"
_CASE_NIL = rb"case nil\b(?<=\bcase nil)"
_COMPARED = rb"!=" + _NO_ERROR + rb"|==" + _NO_ERROR

HAS_NIL = NilPattern(
    re.compile(b"|".join((_LOOKUP, _ASSERTION, _ZERO_VALUE, _ASSIGNED_NIL, _CASE_NIL, _COMPARED))),
    (b"v, ok := m[k]", b"p := x.(*T)", b"var p *T", b"var (", b"p = nil", b"case nil:", b"if p == nil {", b"p != nil"),
    (b"v := m[k]", b"x.(T)", b"var n int", b"err = nil", b"if err != nil {", b"if r.Err == nil {"),
)
"""A function where something may be nil: a look-up or an assertion that also tells whether there is a value, a variable
that is declared without a value, or `nil` itself, but for errors.

Each alternative begins with a fixed character, by which the search finds it quickly. So conditions on what stands
before are look-behinds that come later in the pattern."""

GIVES_NIL = NilPattern(
    re.compile(rb"\breturn\b[^\n]*\bnil\b"), (b"return nil", b"return nil, err"), (b"return p", b"returned = nil")
)
"""A function that returns nil, maybe beside an error."""

GIVES_NIL_SILENTLY = NilPattern(
    re.compile(rb"\breturn\b(?:[^\n]*\bnil,[^\n]*)?[ \t]*\b(?:nil|nil, true|nil, false)\s*(?:$|//|\})", re.M),
    (b"return nil\n", b"return nil, nil\n", b"return nil, false }", b"return nil // none"),
    (b"return nil, err\n", b"return p, nil\n"),
)
"""A function that returns nil without an error."""

_FAILED = rb"\w*[eE]rr\w* != nil \{\s*"
"""Begins a check of an error."""
_LEAVES = rb"(?:return\b(?![^\n]*\b\1\.)|continue|break|panic|goto|log\.Fatal|t\.Fatal)"
"""Leaves the statements around, without a use of the call's value, whose name is in group 1."""
_IS_CHECKED = rb"[^\n]*(?:\n\s*if |; )" + _FAILED + _LEAVES
"""The rest of the call, with a check of its error on the same line or the next one."""

IGNORES_ERROR = NilPattern(
    re.compile(rb"\b(\w++)" + _SECOND_NAME + rb"[ \t]*[\w.]++\((?!" + _IS_CHECKED + rb")"),
    (b"f, err := os.Open(p)\nf.Read(b)", b"f, _ := os.Open(p)", b"f, err := g()\nif err != nil {\n\treturn f.x\n}"),
    (b"f, err := os.Open(p)\nif err != nil {\n\treturn err\n}", b"f := os.Open(p)", b"a, b = 1, 2"),
)
"""A call with two results whose error isn't checked at once, or in a check that goes on."""

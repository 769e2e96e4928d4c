"""What each rule is about, in a sentence: for `breadknife lint`, and the reports that it writes."""

from __future__ import annotations

from collections.abc import Mapping

from breadknife.plugins.nullcheck.values import SOURCE, Use

_ABOUT: Mapping[Use, str] = {
    Use.ATTRIBUTE: "An attribute, a method or a field of a value that may be null is used.",
    Use.CALL: "A value that may be null is called.",
    Use.SUBSCRIPT: "A value that may be null is subscripted.",
    Use.ITERATE: "A value that may be null is iterated over or unpacked.",
    Use.OPERAND: "A value that may be null is an operand.",
    Use.ARGUMENT: "A value that may be null is passed where null isn't accepted.",
    Use.WITH: "A value that may be null is used as a context manager.",
    Use.RETURN: "A value that may be null is returned where the signature excludes null.",
    Use.ASSIGN: "A value that may be null is assigned where the declaration excludes null.",
}

RULES: Mapping[str, str] = {f"{SOURCE}/{use}": about for use, about in _ABOUT.items()}
"""What each rule is about, by the rule's id."""

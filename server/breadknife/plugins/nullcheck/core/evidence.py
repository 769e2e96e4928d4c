"""Gathers what others do with a value that a function uses: the evidence that the fitted model weighs."""

from __future__ import annotations

from collections.abc import Iterable

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.belief import (
    ELEMENT,
    Beliefs,
    Evidence,
    parameter_subject,
    subject_at,
    subject_of,
    word_of,
)
from breadknife.plugins.nullcheck.core.declarations import WORDS, FileDeclarations, Function, unit_of
from breadknife.plugins.nullcheck.core.nullness import Fact

_COMMENT = 2000
"""Bytes of a comment that are read."""


class FileEvidence:
    """Tells by words alone what is known of the values that the units of one file use."""

    def __init__(self, beliefs: Beliefs, file: FileDeclarations) -> None:
        self.beliefs, self._main = beliefs, file.main
        self._variables = file.variables
        """Those of functions have names, too, but these say nothing of each other."""
        self._evidence = dict[tuple[Function, bytes, bytes, str], Evidence]()

    def changed_since(self, before: FileEvidence) -> frozenset[bytes]:
        """Return the words of subjects of which something else is believed than `before`."""
        return frozenset(map(word_of, self.beliefs.changed_since(before.beliefs)))

    def subject(self, expression: il.Expression, function: Function) -> bytes:
        """Return what beliefs about the value of an expression in a function are about."""
        subject, unit = subject_of(expression, self.beliefs.library), unit_of(function, self._main)
        return self.beliefs.named(subject, unit if unit is not self._main else function)

    def of(self, expression: il.Expression, fact: Fact, function: Function) -> Evidence:
        """Return what others than the function do with the value of an expression in it, of which `fact` is known."""
        own = self.subject(expression, function)
        key = function, fact.subject or own, own, fact.parameter
        if key not in self._evidence:
            _, subject, name, parameter = key
            unit = unit_of(function, self._main)
            name = name if b"." not in name and not name.endswith((b")", ELEMENT)) else b""
            if subject == ELEMENT:
                subject = name = b""
            elif subject == name and name.decode("utf-8", "replace") not in self._variables:
                subject = b""
            given = list[bytes]()
            if parameter and name == parameter.encode():
                names = [each.name for each in function.parameters[function.is_bound :]]
                at = names.index(parameter) if parameter in names else -1
                given = [f"{function.name}#{which}".encode() for which in (at, parameter)]
                subject = parameter_subject(function, name)
                name = b"" if parameter == function.receiver else name  # a method's object has a name of its own
            evidence = self.beliefs.about(subject, name, unit if unit is not self._main else None, given)
            is_said = bool(name) and self._is_said(function, name)
            self._evidence[key] = evidence._replace(is_said=is_said, is_parameter=bool(given))
        evidence = self._evidence[key]
        return evidence._replace(is_typed=True) if fact.type is not None else evidence

    def at(self, at: il.ByteRange, functions: Iterable[Function]) -> Evidence:
        """Return what others do with a value that stands at a range, whether or not anything was found there.
        `functions` are those of the file."""
        units = {unit_of(each, self._main) for each in functions} - {self._main}
        unit = next((each for each in units if each.at[0] <= at[0] < each.at[1]), None)
        source, start = (unit.source, unit.at[0]) if unit is not None else (self._main.source, 0)
        written = self._main.source[slice(*at)]
        subject = subject_at(source, at[0] - start, written, self.beliefs.library)
        subject = self.beliefs.named(subject, unit)
        return self.beliefs.about(subject, written if written.isalnum() else b"", unit)

    def _is_said(self, function: Function, name: bytes) -> bool:
        """Tell whether the comment on a function speaks of a variable and of null in a sentence."""
        start = function.at[0]
        before = self._main.source[max(0, start - _COMMENT) : start].rstrip()
        comment = before[before.rfind(b"/*") :] if before.endswith(b"*/") else b""
        inside = function.source[:_COMMENT].split(b'"""')
        comment += inside[1] if len(inside) > 2 else b""
        return any(
            self.beliefs.says_null(sentence) and name in sentence.translate(WORDS).split()
            for sentence in comment.split(b". ")
        )

    def is_compared(self, expression: il.Expression, function: Function) -> bool:
        """Tell whether the function compares the expression with null somewhere."""
        unit = unit_of(function, self._main)
        return unit is not self._main and self.subject(expression, function) in self.beliefs.tests(unit).compared

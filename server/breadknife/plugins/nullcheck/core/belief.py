"""What a project's authors believe of a value: where they test it for null, and where they use it untested.

A use that isn't tested, of a value that others test, deviates (Engler et al., "Bugs as deviant behavior", SOSP 2001).
Tests are counted by their words, without following anything: a file is read at some 5 MB a second.

What a belief is about is a subject: `.x` is an attribute, `x()` what a function gives, `x` a variable, `f(x)` the
parameter of all functions of a name. Of the object of a Go method it is `T(x)`: T's methods, and its name there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Function, UnitTests
from breadknife.plugins.nullcheck.core.knowledge import Knowledge

_STORED = re.compile(
    rb"(?<![\w.$])([\w$]++)(?:\s*+,\s*+[\w$]++)*+\s*+(?::[^=\n(){};]{0,99}+)?=(?!=)\s*+(?:await\s++)?([\w$]++(?:\.[\w$]++)*+)(\()?"
)
_USED = re.compile(rb"(\.?+)(?<![\w$])([\w$]++)(?=([.\[(]))")
_FILLED = re.compile(rb"[)\s]*+[:{]\s*+([\w$.]++)\s*+:?=(?!=)")
"""A test, and what gets a value where that succeeds."""
_DECLARED = re.compile(rb"(?<!\breturn)(?<!\bthrow)(?<!\belse)(?<!\bassert)(?<=[\w>\]])\s++(\w++)\s*+(?=[=;:](?!=))")
"""A variable that is declared."""
NOBODY = (0, 0)
ELEMENT = b"[]"
"""The subject of an element in a loop: what has its name elsewhere says nothing of it."""


class FileBeliefs(NamedTuple):
    """What one file's units do with the subjects that at least one of them tests."""

    counted: Mapping[str, tuple[int, int]]
    """Subject -> the number of units that test it, and of those that use it untested."""
    given: frozenset[bytes]
    """Attributes to which some unit gives null."""


class Evidence(NamedTuple):
    """What others do with a value that one unit uses."""

    tested: int = 0
    """Units of the file that test the value's subject."""
    untested: int = 0
    """Other units of the file that use it untested."""
    tested_around: int = 0
    """Units of imported files that test it."""
    untested_around: int = 0
    name_tested: int = 0
    """Units of the file that test a variable of the same name."""
    name_untested: int = 0
    is_given: bool = False
    """Somebody gives null to the attribute or the parameter."""
    is_tested_here: bool = False
    """The unit itself tests it at another place."""
    is_said: bool = False
    """A comment on the function speaks of the value and of null."""
    is_parameter: bool = False
    is_typed: bool = False
    """Its type is known, and says nothing of null."""

    @property
    def tests(self) -> int:
        """Return the number of other functions that test it, or what has its name."""
        return max(self.tested, self.name_tested) + self.tested_around


def subject_of(expression: il.Expression, library: frozenset[bytes]) -> bytes:
    """Return what a belief about the expression's value is about; b"" where nobody could have one."""
    match expression:
        case il.Name(key=key):
            return b"" if key[:1] == "%" else key.partition("@")[0].encode()
        case il.Member(name=name):
            return b"." + name.encode()
        case il.Invocation(callee=callee):
            return _called(_written(callee), library)
        case il.Operation(operator="await", operands=(operand,)):
            return subject_of(operand, library)
        case il.Operation(operator="next"):
            return ELEMENT
        case il.Subscript(at=at, owner=owner) if at == owner.at:  # the second name of a loop in Go
            return ELEMENT
        case _:
            return b""


def _written(callee: il.Expression) -> bytes:
    if isinstance(callee, il.Member):
        owner = callee.owner.name if isinstance(callee.owner, il.Member) else callee.owner.key
        return f"{owner}.{callee.name}".encode()
    return callee.key.encode()


def _called(callee: bytes, library: frozenset[bytes]) -> bytes:
    """Return the subject of a call. Of a method of the library the object tells more than its own name."""
    owner, dot, name = callee.rpartition(b".")
    if dot and name in library:
        return b"%b.%b()" % (owner.rpartition(b".")[2], name)
    return name + b"()" if name else b""


def subject_written(written: bytes, library: frozenset[bytes]) -> bytes:
    """Return the subject of a value as a text has it."""
    head, call, _ = written.partition(b"(")
    _, dot, last = head.rpartition(b".")
    return _called(head, library) if call else b"." + last if dot else head


def rounded(number: int) -> int:
    """Return the number with two binary digits: one more of many changes nothing, and each key may add one."""
    shift = max(number.bit_length() - 2, 0)
    return number >> shift << shift


def _steps(*numbers: int) -> Sequence[int]:
    """Return what the numbers are as evidence, also for a unit that is itself one of those that are counted."""
    return [rounded(each) for number in numbers for each in (number, max(number - 1, 0))]


def parameter_subject(function: Function, name: bytes) -> bytes:
    """Return what beliefs about a parameter are about; about the object of a method, what other methods do with it."""
    class_ = function.receiver_class if name == function.receiver.encode() else None
    return b"%b(%b)" % ((class_.name if class_ is not None else function.name).encode(), name)


def word_of(subject: bytes) -> bytes:
    """Return the word under which a function speaks of the subject."""
    return subject.removesuffix(b"()").rpartition(b".")[2].rpartition(b"(")[2].removesuffix(b")")


def tests_of(source: bytes, knowledge: Knowledge) -> UnitTests:
    """Return what a unit with this text does with its values."""
    patterns = knowledge.beliefs
    stored: dict[bytes, list[tuple[int, bytes]]] | None = None
    compared, tested = set[bytes](), set[bytes]()
    for pattern, found in ((patterns.compared, compared), (patterns.tested, tested)):
        for match in pattern.finditer(source):
            written = match[match.lastindex or 0]
            if patterns.null.fullmatch(written) or _fills(source, match.end(), written):
                continue
            found.add(subject_written(written, patterns.library))
            if written.isalnum():
                if stored is None:
                    stored = _stores(source, patterns.library)
                found.update(_stored_before(stored.get(written, ()), match.start()))
    used = set[bytes]()
    for dot, word, after in _USED.findall(source):
        used.add(b"." + word if dot else word)
        if after == b"(":
            used.add(word + b"()")
    used |= {b"%b.%b()" % pair for pair in patterns.of_library.findall(source)}
    for name, stores in stored.items() if stored is not None else ():
        if name in used:
            used |= {subject for _, subject in stores}
    given = {match[match.lastindex or 0] for match in patterns.given.finditer(source)}
    for function, arguments in patterns.passing.findall(source):
        given |= {b"%b#%b" % (function, which) for which in _null_arguments(arguments, patterns.null)}
    return UnitTests(frozenset(compared), frozenset(compared | tested), frozenset(used), frozenset(given))


def _fills(source: bytes, end: int, written: bytes) -> bool:
    """Tell whether a value gets another one where its test, which ends there, has found none: from then on it has one,
    and others may rely on that."""
    filled = _FILLED.match(source, end)
    return filled is not None and filled[1] == written


def _null_arguments(arguments: bytes, null: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield the place, from 0, or the name of each argument that is null."""
    for place, argument in enumerate(arguments.split(b",")):
        name, named, value = argument.rpartition(b"=")
        if null.fullmatch(value.strip()):
            yield name.strip() if named else b"%d" % place


def _stores(source: bytes, library: frozenset[bytes]) -> dict[bytes, list[tuple[int, bytes]]]:
    """Return what variables get: name -> where, and the subject of the value."""
    stores = dict[bytes, list[tuple[int, bytes]]]()
    for match in _STORED.finditer(source):
        name, value, call = match.groups()
        _, dot, last = value.rpartition(b".")
        if call or dot:
            subject = _called(value, library) if call else b"." + last
            stores.setdefault(name, []).append((match.start(), subject))
    return stores


def subject_at(source: bytes, at: int, written: bytes, library: frozenset[bytes]) -> bytes:
    """Return the subject of a value that a text has at a place: of a variable, that of what it got last before."""
    stored = _stored_before(_stores(source[:at], library).get(written, ()), at)
    return stored[0] if stored else subject_written(written, library)


def _stored_before(stores: Sequence[tuple[int, bytes]], at: int) -> Sequence[bytes]:
    """Return the subject of the value that a variable got last before a place."""
    before = [subject for start, subject in stores if start <= at]
    return before[-1:]


class Beliefs:
    """The beliefs about the values that one file uses."""

    def __init__(
        self, units: Iterable[Function], knowledge: Knowledge, around: Callable[[], Iterable[FileBeliefs]]
    ) -> None:
        """`around` returns what the files do that this one imports."""
        self._units, self._knowledge, self._get_around = dict.fromkeys(units), knowledge, around
        self.library, self.null = knowledge.beliefs.library, knowledge.null
        self.language, self.asks_methods_of_null = knowledge.language, knowledge.calls_methods_of_null

    def tests(self, unit: Function) -> UnitTests:
        if unit.tests is None:
            tests, names = tests_of(unit.source, self._knowledge), [name.encode() for name in unit.parameter_names]
            tested, used = (
                words.union(parameter_subject(unit, name) for name in names if name in words)
                for words in (tests.tested, tests.used)
            )
            tests = tests._replace(tested=tested, used=used)
            unit.tests = self._with_attributes(tests, unit) if self._knowledge.implies_receiver else tests
        return unit.tests

    def _with_attributes(self, tests: UnitTests, unit: Function) -> UnitTests:
        """Return the tests with names that are attributes of the unit's object as such."""
        stores = unit.receiver_class.stores if unit.receiver_class is not None else ()
        attributes = {name.encode() for name in stores}.difference(
            (name.encode() for name in unit.parameter_names), _DECLARED.findall(unit.source)
        )

        def renamed(subjects: frozenset[bytes]) -> frozenset[bytes]:
            return frozenset(b"." + each if each in attributes else each for each in subjects)

        return UnitTests(renamed(tests.compared), renamed(tests.tested), renamed(tests.used), tests.given)

    def says_null(self, text: bytes) -> bool:
        return self._knowledge.beliefs.null.search(text) is not None

    @cached_property
    def own(self) -> FileBeliefs:
        """What the file's own units do, which files that import it see."""
        counted = {subject.decode("utf-8", "replace"): counts for subject, counts in self._own.items()}
        return FileBeliefs(counted, self._given)

    @cached_property
    def _given(self) -> frozenset[bytes]:
        return frozenset[bytes]().union(*(self.tests(unit).given for unit in self._units))

    @cached_property
    def _own(self) -> Mapping[bytes, tuple[int, int]]:
        tests = [self.tests(unit) for unit in self._units]
        counted = Counter(subject for each in tests for subject in each.tested)
        untested = Counter(
            subject for each in tests for subject in each.used & counted.keys() if subject not in each.tested
        )
        return {subject: (counted[subject], untested[subject]) for subject in counted}

    @cached_property
    def _used(self) -> Counter[bytes]:
        return Counter(subject for unit in self._units for subject in self.tests(unit).used)

    @cached_property
    def _around(self) -> tuple[Mapping[bytes, tuple[int, int]], frozenset[bytes]]:
        """What the other files do, added up, with the subjects that this file uses; and to what they give null."""
        counted, given = dict[bytes, tuple[int, int]](), set[bytes]()
        used = {subject.decode("utf-8", "replace"): subject for subject in self._used}
        for beliefs in self._get_around():
            for name in beliefs.counted.keys() & used.keys():
                tested, untested = counted.get(used[name], NOBODY)
                counted[used[name]] = tested + beliefs.counted[name][0], untested + beliefs.counted[name][1]
            given |= beliefs.given
        return counted, frozenset(given)

    def about(self, subject: bytes, name: bytes, unit: Function | None = None, given: Iterable[bytes] = ()) -> Evidence:
        """Return what others than the unit do with a subject, and with variables of a name."""
        tests = self.tests(unit) if unit is not None else None
        counted = tests if unit in self._units else None  # a function without a name isn't
        given = {subject[1:]} if subject[:1] == b"." else set(given)
        return Evidence(
            *map(rounded, self._counted(subject, counted)), *map(rounded, self._around[0].get(subject, NOBODY)),
            *map(rounded, self._counted(name, counted)),
            is_given=not given.isdisjoint(self._given) or not given.isdisjoint(self._around[1]),
            is_tested_here=tests is not None and (subject in tests.tested or name in tests.tested),
        )  # fmt: skip

    def _counted(self, subject: bytes, besides: UnitTests | None) -> tuple[int, int]:
        """Return how many units of the file test a subject, and how many use it untested, without one of them."""
        tested, untested = self._own.get(subject) or (0, self._used[subject])
        if besides is not None and subject in besides.tested:
            return tested - 1, untested
        return tested, untested - (besides is not None and subject in besides.used)

    def changed_since(self, before: Beliefs) -> frozenset[bytes]:
        """Return the subjects with which the file's units do something else than `before`."""
        subjects = self._own.keys() | before._own.keys()
        counted = {
            each for each in subjects if _steps(*self._own.get(each, NOBODY)) != _steps(*before._own.get(each, NOBODY))
        }
        around = self._around[0].keys() | before._around[0].keys()
        counted |= {subject for subject in around if _steps(self._used[subject]) != _steps(before._used[subject])}
        given = {b"." + each.partition(b"#")[0] for each in self._given ^ before._given}
        return frozenset(counted | given)

    def tested(self) -> Iterable[bytes]:
        """Return the subjects that this file uses and that somebody tests."""
        return [subject for subject in self._used if subject in self._own or subject in self._around[0]]

"""What a project's authors believe of a value: where they test it for null, and where they use it untested.

A use that isn't tested, of a value that others test, deviates (Engler et al., "Bugs as deviant behavior", SOSP 2001).
Tests are counted by their words, without following anything: a file is read at some 5 MB a second.

What a belief is about is a subject: `T.x` is an attribute of T's objects, `o.x` that of an object which is written so,
`x()` what a function gives, `x[]` what a container has under a key, `x` a variable of the file, `f(x)` the parameter of
all functions of a name. Of the object of a Go method it is `T(x)`: T's methods, and its name there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, Function, UnitTests
from breadknife.plugins.nullcheck.core.knowledge import Knowledge

_STORED = re.compile(
    rb"(?<![\w.$])([\w$]++)(?:\s*+,\s*+[\w$]++)*+\s*+(?::[^=\n(){};]{0,99}+)?=(?!=)\s*+(?:await\s++)?([\w$]++(?:\.[\w$]++)*+)([\[(])?"
)
_USED = re.compile(rb"(?<![\w$])([\w$]*+(?:\.[\w$]++)*+)([.\[(]?)")
_ELEMENT_USED = re.compile(rb"(?<![\w$.])([\w$]*+(?:\.[\w$]++)*+)\[[^\[\]\n]{0,80}+\](?=[.\[(])")
_FILLED = re.compile(rb"[)\s]*+[:{]\s*+([\w$.]++)\s*+:?=(?!=)")
"""A test, and what gets a value where that succeeds."""
_DECLARED = re.compile(rb"(?<!\breturn)(?<!\bthrow)(?<!\belse)(?<!\bassert)(?<=[\w>\]])\s++(\w++)\s*+(?=[=;:](?!=))")
"""A variable that is declared."""
_MOST_ABOVE = 5
"""Classes above one that are looked at."""
NOBODY = (0, 0)
ELEMENT = b"[]"
"""The subject of an element in a loop: what has its name elsewhere says nothing of it. Behind the subject of a
container, that of what one gets by a key."""


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
        """Return the number of other functions that test it."""
        return self.tested + self.tested_around


def subject_of(expression: il.Expression, library: frozenset[bytes]) -> bytes:
    """Return what a belief about the expression's value is about; b"" where nobody could have one."""
    match expression:
        case il.Name(key=key):
            return b"" if key[:1] == "%" else key.partition("@")[0].encode()
        case il.Member(owner=owner, name=name):
            return _last_word(owner) + b"." + name.encode()
        case il.Invocation(callee=callee):
            return _called(_written(callee), library)
        case il.Operation(operator="await", operands=(operand,)):
            return subject_of(operand, library)
        case il.Operation(operator="next"):
            return ELEMENT
        case il.Subscript(at=at, owner=owner) if at == owner.at:  # the second name of a loop in Go
            return ELEMENT
        case il.Subscript(owner=owner):
            container = subject_of(owner, library)
            return container + ELEMENT if container and not container.endswith(b")") else b""
        case _:
            return b""


def _last_word(owner: il.Expression) -> bytes:
    """Return the word that an object is written by, next to the dot; b"" for one that isn't a name or an attribute."""
    written = owner.name if isinstance(owner, il.Member) else owner.key if isinstance(owner, il.Name) else ""
    return written.partition("@")[0].encode() if written[:1] != "%" else b""


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
    container, element, _ = head.partition(b"[")
    name = b".".join(container.split(b".")[-2:])
    return _called(head, library) if call else name + (ELEMENT if element else b"")


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
    return subject.removesuffix(ELEMENT).removesuffix(b"()").rpartition(b".")[2].rpartition(b"(")[2].removesuffix(b")")


def tests_of(source: bytes, knowledge: Knowledge) -> UnitTests:
    """Return what a unit with this text does with its values."""
    patterns = knowledge.beliefs
    stored = _stores(source, patterns.library)
    compared, tested = set[bytes](), set[bytes]()
    for pattern, found in ((patterns.compared, compared), (patterns.tested, tested)):
        for match in pattern.finditer(source):
            written = match[match.lastindex or 0]
            if patterns.null.fullmatch(written) or _fills(source, match.end(), written):
                continue
            found.add(subject_written(written, patterns.library))
            if written.isalnum():
                found.update(_stored_before(stored.get(written, ()), match.start()))
    used = set[bytes]()
    for chain, after in _USED.findall(source):
        owner, *words = chain.split(b".")
        if words or after:
            used.add(owner)
        for at, word in enumerate(words, 1):
            if at < len(words) or after:
                used.add(owner + b"." + word)
            owner = word
        if after == b"(":
            used.add(owner + b"()")
    used |= {b"%b.%b()" % pair for pair in patterns.of_library.findall(source)}
    used |= {subject_written(chain + b"[", patterns.library) for chain in _ELEMENT_USED.findall(source)}
    for name, stores in stored.items():
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
        name, value, bracket = match.groups()
        if bracket or b"." in value:
            subject = subject_written(value + (bracket or b""), library)
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
        self,
        units: Iterable[Function],
        classes: Mapping[str, Class],
        knowledge: Knowledge,
        around: Callable[[], Iterable[FileBeliefs]],
    ) -> None:
        """`classes` are those of the file. `around` returns what the files do that this one imports."""
        self._classes = classes
        self._units, self._knowledge, self._get_around = dict.fromkeys(units), knowledge, around
        self.library = knowledge.beliefs.library

    def tests(self, unit: Function) -> UnitTests:
        if unit.tests is None:
            tests, names = tests_of(unit.source, self._knowledge), [name.encode() for name in unit.parameter_names]
            compared, tested, used = (
                words.union(parameter_subject(unit, name) for name in names if name in words)
                for words in (tests.compared, tests.tested, tests.used)
            )
            own = frozenset[bytes]()
            if self._knowledge.implies_receiver and unit.receiver_class is not None:
                own = frozenset(name.encode() for name in unit.receiver_class.stores)
                own = own.difference(names, _DECLARED.findall(unit.source))
            unit.tests = UnitTests(
                *(frozenset(self.named(each, unit, own) for each in subjects)
                  for subjects in (compared, tested, used, tests.given))
            )  # fmt: skip
        return unit.tests

    def named(self, subject: bytes, unit: Function | None, own: frozenset[bytes] = frozenset()) -> bytes:
        """Return the subject of a unit as others see it: an attribute of its object by the class that stores it. `own`
        are names that are such attributes without saying so."""
        owner, dot, name = subject.partition(b".")
        if unit is None or unit.receiver_class is None:
            return subject
        if not dot and subject.removesuffix(ELEMENT) in own:
            owner, name = unit.receiver.encode(), subject
        if owner != unit.receiver.encode() or not name:
            return subject
        return b"%b.%b" % (self._class_with(unit.receiver_class, name.removesuffix(ELEMENT).decode()), name)

    def _class_with(self, class_: Class, attribute: str) -> bytes:
        """Return the name of the class that stores an attribute of the objects of a class: one above it, or itself."""
        name, waiting = class_.name, _MOST_ABOVE
        above: Class | None = class_
        while above is not None and attribute not in above.stores and above.bases and waiting:
            name, waiting = above.bases[0].rpartition(".")[2], waiting - 1
            above = self._classes.get(name)
        return (name if above is None or attribute in above.stores else class_.name).encode()

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
                more = beliefs.counted[name]
                counted[used[name]] = tested + more[0], untested + more[1]
            given |= beliefs.given
        return counted, frozenset(given)

    def about(self, subject: bytes, name: bytes, unit: Function | None = None, given: Iterable[bytes] = ()) -> Evidence:
        """Return what others than the unit do with a subject, and with variables of a name."""
        tests = self.tests(unit) if unit is not None else None
        counted = tests if unit in self._units else None  # a function without a name isn't
        given = {subject} if b"." in subject else set(given)
        counts = (
            *self._counted(subject, counted), *self._around[0].get(subject, NOBODY), *self._counted(name, counted)
        )  # fmt: skip
        return Evidence(
            *map(rounded, counts),
            is_given=not given.isdisjoint(self._given) or not given.isdisjoint(self._around[1]),
            is_tested_here=tests is not None and (subject in tests.tested or name in tests.tested),
        )

    def _counted(self, subject: bytes, besides: UnitTests | None) -> tuple[int, int]:
        """Return how many units of the file test a subject, and use it untested, without one of them."""
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
        given = {each.partition(b"#")[0] for each in self._given ^ before._given}
        return frozenset(counted | given)

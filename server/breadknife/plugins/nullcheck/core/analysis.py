"""The analysis of one file: each function is followed when somebody asks for it, and once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import FileDeclarations, Function, Parameter, StoredValue
from breadknife.plugins.nullcheck.core.flow.build import build
from breadknife.plugins.nullcheck.core.flow.calls import TransferFunctions
from breadknife.plugins.nullcheck.core.flow.solve import solve
from breadknife.plugins.nullcheck.core.il import ByteRange, Type, covers
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.moving import FactMover
from breadknife.plugins.nullcheck.core.nullness import UNKNOWN_FACT, Fact, Nullness, NullOrigin, OriginKind
from breadknife.plugins.nullcheck.core.reuse import (
    STAYS,
    MovedSolution,
    UnitMatch,
    matched,
    outside_words,
    units,
    visible_facts,
)
from breadknife.plugins.nullcheck.core.solution import NullDereference, Solution
from breadknife.plugins.nullcheck.core.state import FlowState
from breadknife.plugins.nullcheck.core.summaries import Summaries
from breadknife.plugins.nullcheck.core.symbols import ProjectSymbols

_MOST_UNDER_WAY = 10
"""How deep functions are followed that others call: the next one is taken for unknown."""


@dataclass(frozen=True)
class FunctionDereference:
    """A finding before it is put into words, with the function that it is in."""

    dereference: NullDereference
    function: Function


class FileAnalysis(Summaries):
    """The analysis of one file, as far as somebody has asked for it."""

    def __init__(
        self, file: FileDeclarations, knowledge: Knowledge, others: ProjectSymbols | None = None, uri: str = ""
    ) -> None:
        super().__init__(file, knowledge, others, uri)
        self._is_early = False
        """Set where a function was asked for that couldn't be followed yet, as it was under way."""
        self._solutions = dict[Function, Solution]()
        self._provisional = dict[Function, Solution]()
        """Solutions that came about while a function that they ask for was under way. They do for callers; what is
        found in such a function is looked for once more when its turn comes."""
        self._first_facts = dict[Function, dict[str, Fact]]()
        self._under_way = list[Function]()
        """The functions that are being followed now, the innermost last."""
        self._found = dict[Function, Sequence[FunctionDereference]]()
        """Unit -> what was found in it, with the functions within."""
        self._kept = dict[Function, MovedSolution]()
        """Solutions that were found in the text before an edit, and still hold."""
        self._needs = dict[tuple[Function, str], bool]()
        """Function and parameter -> whether the function uses it without a check; see `needs`."""
        self._values = dict[tuple[Function, str], bool]()
        """Function and parameter -> whether all callers give it a value; see `_gets_value`."""
        self._callees = set[bytes]()
        """The names of the functions of whose callers that was asked."""

    # Following functions

    def findings(self) -> Sequence[FunctionDereference]:
        """Return every use of a value that may be null, in the order of the text."""
        return self._in_order(self._units)

    def findings_between(self, start: int, end: int) -> Sequence[FunctionDereference]:
        """Return the uses in functions that overlap these bytes; if none does, those outside of all functions."""
        main = self.file.main
        overlapping = [unit for unit in self._units if unit.at[0] < end and start < unit.at[1] and unit is not main]
        return self._in_order(overlapping or [main])

    def findings_in(self, unit: Function) -> Sequence[FunctionDereference]:
        """Return the uses in one unit: a function that is in no other one, or the file outside of all functions."""
        return self._in_order([unit])

    def _in_order(self, units: Iterable[Function]) -> Sequence[FunctionDereference]:
        """Return the uses in these units in the order of the text, one for each range."""
        by_range = dict[ByteRange, FunctionDereference]()
        for unit in units:
            for found in self._found_in(unit):
                by_range.setdefault(found.dereference.at, found)
        return [by_range[at] for at in sorted(by_range)]

    def _found_in(self, unit: Function) -> Sequence[FunctionDereference]:
        """Return the uses in a unit, which are looked for once."""
        known = self._found.get(unit)
        if known is None:
            known = self._found[unit] = list(self._find(unit))
        return known

    @cached_property
    def _units(self) -> Mapping[Function, Sequence[Function]]:
        return units(self.file)

    def _find(self, unit: Function) -> Iterator[FunctionDereference]:
        """Follow the functions of a unit, and yield the uses of null in them."""
        main = self.file.main
        waiting = [*self._units.get(unit, (unit,))]
        other_units = set(self.file.functions) if unit is main else set[Function]()
        known = set(waiting) | other_units
        for function in waiting:  # grows: lowering a function adds those without a name that are in it
            new = [inner for inner in function.within if inner not in known] if function.body else []
            waiting += new
            known.update(new)
            if self._provisional.pop(function, None) is not None:
                self.summaries.pop(function, None)
            solution = self.solution(function)
            for dereference in solution.dereferences if solution is not None else ():
                if not self._gets_value(function, dereference.fact.parameter):
                    yield FunctionDereference(dereference, function)
                elif dereference.at in self.assumed:
                    self.denied[dereference.at] = function.at

    def _gets_value(self, function: Function, name: str) -> bool:
        """Tell whether each call of a function gives a value for a parameter: the callers have tested it. Nobody can
        say so of a function that other files may call, or that is handed on."""
        is_private = name and self.knowledge.is_private(function.source)
        if not is_private or not function.name or function.name in self.file.exports.values():
            return False
        key = function, name
        if key not in self._values:
            self._callees.add(word := function.name.encode())
            mentions = re.findall(rb"(?<![\w$])%b(?![\w$])" % re.escape(word), self.file.main.source)
            calls = [
                call for each in self._solutions_with(word) for call in each.calls if call.callee == function.label
            ]
            self._values[key] = len(calls) == len(mentions) - 1 > 0 and all(name in call.parameters for call in calls)
        return self._values[key]

    def _solutions_with(self, word: bytes) -> Iterator[Solution]:
        """Yield the solutions of all functions that have a word, and of those in them."""
        waiting = [function for function in (self.file.main, *self.file.functions) if word in function.words]
        known = {*waiting, *self.file.functions}
        for function in waiting:  # grows: lowering a function adds those without a name that are in it
            if (solution := self.solution(function)) is not None:
                yield solution
            waiting += [inner for inner in function.within if inner not in known]
            known.update(function.within)

    def inherit(self, before: FileAnalysis, *, is_tried: bool = False) -> None:
        """Take over what was found before an edit, as far as it still holds. Call it before anything else is asked.

        `before` is the analysis of the text before the edit. `is_tried`: the edit is only tried, and only the edited
        functions will be asked for. Then those that speak of them are dropped without a look at what has changed."""
        units_matched = matched(before.file, self.file)
        if units_matched is None:
            return
        for function, was in units_matched.same.items():
            if function is self.file.main:
                self._outside = before._outside
            else:
                function.words, function.tests = was.words, was.tests
        self._inherit_same(before, units_matched)
        self._drop_affected(before, units_matched, is_tried=is_tried)

    def _inherit_same(self, before: FileAnalysis, units_matched: UnitMatch) -> None:
        """Take over what was found in the units whose text is the same."""
        mover = FactMover(units_matched.change, self.uri)
        for function, was in units_matched.same.items():
            if (known := before.kept(was)) is None:
                continue  # it wasn't followed before, and has to be now
            self._kept[function] = known.then(units_matched.change)
            if was in before._found:
                self._found[function] = [
                    FunctionDereference(mover.dereference(found.dereference), function) for found in before._found[was]
                ]

    def _drop_affected(self, before: FileAnalysis, units_matched: UnitMatch, *, is_tried: bool) -> None:
        """Drop what was taken over for units that speak of something of which the edited ones tell otherwise now. What
        speaks of the dropped ones may be affected, too, and so on."""
        # A variable of the file has another key in functions that have one of its name.
        changed_names = before._outside ^ self._outside
        self._callees |= before._callees
        kept = {unit: units_matched.same[unit] for unit in self._units if unit in units_matched.same}
        if not is_tried:  # a repair isn't refused for what it makes of others' beliefs
            likelier = self.evidence.changed_since(before.evidence)
            for unit in self._speaking(filter(self._found.get, kept), likelier):
                self._drop(unit)
        gone, new, is_unseen = units_matched.gone, units_matched.new, False
        followed = list[Function]()
        while gone or new:
            asked = {was.name for was in gone if before.kept(was) is not None}
            facts_before = visible_facts(before, gone, asked, units_matched.change, is_unseen=is_unseen)
            facts_now = visible_facts(self, new, asked, STAYS, is_unseen=is_unseen)
            changed_names |= {
                name.removeprefix("#").encode()  # a private name of JavaScript without what is no part of a word
                for name in facts_before.keys() | facts_now.keys()
                if facts_before.get(name) != facts_now.get(name)
            }
            followed += new
            changed_names |= {
                name for name in self._callees
                if any(name in home._words(unit) for home, units in ((before, gone), (self, new)) for unit in units)
            }  # fmt: skip
            new = self._speaking(kept, changed_names)
            # A new unit that was followed for this has learned from these what no longer holds.
            stale = self._speaking(followed, {unit.name.encode() for unit in new} - {b""})
            changed_names |= {unit.name.encode() for unit in stale}
            new = self._speaking(kept, changed_names)
            gone = [kept.pop(unit) for unit in new]
            for unit in (*new, *stale):
                self._drop(unit)
            is_unseen = is_tried

    def _speaking(self, units: Iterable[Function], names: AbstractSet[bytes]) -> Sequence[Function]:
        """Return those of the units that have one of the names in their text."""
        return [unit for unit in units if not self._words(unit).isdisjoint(names)]

    def _drop(self, unit: Function) -> None:
        for function in self._units[unit]:
            for table in (self._kept, self._found, self._solutions, self.summaries):
                table.pop(function, None)

    def _words(self, unit: Function) -> frozenset[bytes]:
        """Return the words of a unit; for the file, those outside of all functions."""
        return unit.words if unit is not self.file.main else self._outside

    @cached_property
    def _outside(self) -> frozenset[bytes]:
        return outside_words(self.file)

    def assuming(self, assumed: Mapping[ByteRange, Fact]) -> FileAnalysis:
        """Return the analysis of the same text where the expressions at these ranges may be null. Only the functions
        around them are followed again; what is known of the others is shared."""
        home = self.anew()
        home.assumed = assumed
        main, functions = self.file.main, {*self._solutions, *self._kept}
        around = {
            function
            for function in functions | {*self.file.functions}
            if any(covers(function.at, at) for at in assumed)
        }
        around -= {main} if around - {main} else set[Function]()
        home._solutions = {
            function: self._solutions[function] for function in self._solutions if function not in around
        }
        home._kept = {function: self._kept[function] for function in self._kept if function not in around}
        home.summaries = {function: self.summaries[function] for function in self.summaries if function not in around}
        return home

    def anew(self) -> FileAnalysis:
        """Return an analysis of the same file that knows nothing yet."""
        return type(self)(self.file, self.knowledge, self.others, self.uri)

    def kept(self, function: Function) -> MovedSolution | None:
        """Return the solution of the function, if it has been followed, in this text or in the one before an edit."""
        known = self._solutions.get(function) or self._provisional.get(function)
        return MovedSolution(known) if known is not None else self._kept.get(function)

    def solution(self, function: Function, /) -> Solution | None:
        if function in self._kept:
            self._solutions[function] = self._kept.pop(function).moved(self.uri)
        solution = self._solutions.get(function) or self._provisional.get(function)
        if solution is None:
            if function in self._under_way or len(self._under_way) >= _MOST_UNDER_WAY:
                self._is_early = True
                return None
            self._under_way.append(function)
            was_early, self._is_early = self._is_early, False
            try:
                graph = build(function.body, self.knowledge.errors)
                solution = solve(self, function, graph, FlowState(dict(self.first_facts(function)), {}))
            except RecursionError:  # code that is nested too deeply is a normal file of which nothing is known
                solution = Solution()
            finally:
                self._under_way.pop()
            is_inner = function.around is not None and function.around in self._under_way
            if is_inner or (self._is_early and self._under_way):
                self._provisional[function] = solution
            else:
                self._solutions[function] = solution
            self._is_early = bool(self._under_way) and (self._is_early or was_early)
        elif function in self._provisional:
            self._is_early = True
        return solution

    def first_facts(self, function: Function, /) -> Mapping[str, Fact]:
        facts = self._first_facts.get(function)
        if facts is not None:
            return facts
        facts = self._first_facts[function] = {}
        if function.receiver and function.receiver_class is not None:
            class_ = function.receiver_class
            if class_.statics.get(function.name) is function:
                facts[function.receiver] = Fact(Nullness.NON_NULL, called=class_.name)
            elif self.knowledge.calls_methods_of_null:
                written = function.parameters[0].annotation if function.is_bound and function.parameters else None
                is_value = written is not None and written.is_value
                own = self.own_type(class_)._replace(is_value=is_value)
                facts[function.receiver] = Fact(type=own, parameter=function.receiver)
            else:
                facts[function.receiver] = Fact(Nullness.NON_NULL, type=self.own_type(class_))
        for parameter in function.parameters:
            if parameter.name == function.receiver and parameter is function.parameters[0]:
                continue
            facts[parameter.name] = self.given(function, parameter)
        return facts

    def given(self, function: Function, parameter: Parameter, /) -> Fact:
        type_ = self.qualified_type(parameter.annotation)
        name = parameter.name
        if parameter.kind == "*":
            return Fact(Nullness.NON_NULL, type=Type("list", (type_,) if type_ is not None else ()))
        if parameter.kind == "**":
            return Fact(Nullness.NON_NULL, type=Type("dict", (Type("str"), type_) if type_ is not None else ()))
        declared = self.declared_fact(type_, name, parameter.at)._replace(parameter=name)
        if not isinstance(parameter.default, il.Null):
            return declared
        nulls = parameter.default.nulls
        why = f"the default of `{name}` in `{function.name}` is {self.knowledge.null_name(nulls)}"
        return declared._replace(
            nullness=Nullness.MAYBE, origin=NullOrigin(OriginKind.DEFAULT, parameter.at, why), nulls=nulls
        )

    def needs(self, function: Function, name: str, /) -> bool:
        """Tell whether the function uses what it gets as the parameter, without a check, if that is null."""
        known = self._needs.get((function, name))
        if known is None:
            self._needs[function, name] = False  # what calls itself decides nothing
            start = FlowState(dict(self.first_facts(function)), {})
            own = start.facts.get(name, UNKNOWN_FACT)
            start.facts[name] = own._replace(nullness=Nullness.NULL)
            solution = solve(self, function, build(function.body, self.knowledge.errors), start)
            known = self._needs[function, name] = any(dereference.key == name for dereference in solution.dereferences)
        return known

    # Stores

    def value_of(self, store: StoredValue, /) -> Fact:
        expression = store.value()
        if expression is None or expression.forks:
            return UNKNOWN_FACT
        function = store.function or self.file.main
        evaluator = TransferFunctions(self, function)
        state = FlowState(dict(self.first_facts(function)), {})
        return evaluator.value(expression, state)

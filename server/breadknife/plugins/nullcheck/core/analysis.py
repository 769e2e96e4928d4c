"""The analysis of one file: each function is followed when somebody asks for it, and once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from breadknife.plugins.nullcheck.core.reuse import STAYS, MovedSolution, matched, outside_words, units, visible_facts
from breadknife.plugins.nullcheck.core.solution import NullDereference, Solution
from breadknife.plugins.nullcheck.core.state import FlowState
from breadknife.plugins.nullcheck.core.summaries import Summaries
from breadknife.plugins.nullcheck.core.symbols import ProjectSymbols

_MOST_UNDER_WAY = 10
"""Functions that wait for what others say of null."""


@dataclass(frozen=True)
class FunctionDereference:
    """A finding before it is put into words."""

    dereference: NullDereference
    function: Function


class FileAnalysis(Summaries):
    def __init__(
        self, file: FileDeclarations, knowledge: Knowledge, others: ProjectSymbols | None = None, uri: str = ""
    ) -> None:
        super().__init__(file, knowledge, others, uri)
        self._is_early = False
        """Set where a question couldn't be answered yet, as the function was under way."""
        self._solutions = dict[Function, Solution]()
        self._provisional = dict[Function, Solution]()
        """Solutions that came about while a function that they ask of was under way. They do for whoever asks; what is
        found in such a function is looked for once more when its turn comes."""
        self._starts = dict[Function, dict[str, Fact]]()
        self._under_way = list[Function]()
        self._found = dict[Function, Sequence[FunctionDereference]]()
        """What was found in the functions that stand in no other one, with those within."""
        self._kept = dict[Function, MovedSolution]()
        """Solutions of the text before an edit, at the places that they had there."""
        self._needs = dict[tuple[Function, str], bool]()

    # Following functions

    def findings(self) -> Sequence[FunctionDereference]:
        """Return every use of a value that may be null, in the order of the text."""
        if self.others is None and not self.assumed and not self.gate.may_use_null(self.file.main):
            return ()
        return self._in_order(self._units)

    def findings_between(self, start: int, end: int) -> Sequence[FunctionDereference]:
        """Return the uses in functions that have a part of these bytes; if none has, those outside of all functions."""
        main = self.file.main
        within = [unit for unit in self._units if unit.at[0] < end and start < unit.at[1] and unit is not main]
        return self._in_order(within or [main])

    def findings_in(self, unit: Function) -> Sequence[FunctionDereference]:
        """Return those of one function that stands in no other one, or of the file outside of all functions."""
        return self._in_order([unit])

    def _in_order(self, units: Iterable[Function]) -> Sequence[FunctionDereference]:
        by_range = dict[ByteRange, FunctionDereference]()
        for unit in units:
            for found in self._found_in(unit):
                by_range.setdefault(found.dereference.at, found)
        return [by_range[at] for at in sorted(by_range)]

    def _found_in(self, unit: Function) -> Sequence[FunctionDereference]:
        """Return what is found in a function and in those within it."""
        known = self._found.get(unit)
        if known is None:
            known = self._found[unit] = list(self._looked_for(unit))
        return known

    @cached_property
    def _units(self) -> Mapping[Function, Sequence[Function]]:
        return units(self.file)

    def _looked_for(self, unit: Function) -> Iterator[FunctionDereference]:
        main = self.file.main
        waiting = [*self._units.get(unit, (unit,))]
        others = set(self.file.functions) if unit is main else set[Function]()
        known = set(waiting) | others
        for function in waiting:  # lowering one adds the functions without a name that are in it
            is_inner = function.around is not None and function.around is not main and not function.name
            is_assumed = any(covers(function.at, at) for at in self.assumed)
            if function is main or is_inner or is_assumed or self.gate.may_use_null(function):
                new = [inner for inner in function.within if inner not in known] if function.body else []
                waiting += new
                known.update(new)
                if self._provisional.pop(function, None) is not None:
                    self.summaries.pop(function, None)
                solution = self.solution(function)
                for dereference in solution.dereferences if solution is not None else ():
                    yield FunctionDereference(dereference, function)

    def inherit(self, before: FileAnalysis, *, is_tried: bool = False) -> None:
        """Take over what was found before an edit, as far as it still holds. To be called before anything is asked.
        `is_tried`: only the edited functions will be asked for, so that it isn't worth while to see whether those that
        speak of them still say the same."""
        units_matched = matched(before.file, self.file)
        if units_matched is None:
            return
        mover = FactMover(units_matched.change, self.uri)
        for function, was in units_matched.same.items():
            if function is self.file.main:
                self._outside = before._outside
            else:
                function.words = was.words
        for function, was in units_matched.same.items():
            if (known := before.kept(was)) is not None:
                self._kept[function] = known.then(units_matched.change)
            elif self.gate.may_use_null(function):
                continue  # it wasn't followed before, and may have to be now
            if was in before._found:
                self._found[function] = [
                    FunctionDereference(mover.dereference(found.dereference), function) for found in before._found[was]
                ]
        # A variable of the file has another key in functions that have one of its name.
        names = before._outside ^ self._outside
        kept = {unit: units_matched.same[unit] for unit in self._units if unit in units_matched.same}
        gone, new, is_unseen = units_matched.gone, units_matched.new, False
        while gone or new:
            known = {was: before.kept(was) is not None for was in gone}
            asked = {was.name: known[was] for was in gone if known[was] or not before.gate.needs_flow(was)}
            then = visible_facts(before, gone, asked, units_matched.change, is_unseen=is_unseen)
            now = visible_facts(self, new, asked, STAYS, is_unseen=is_unseen)
            names |= {name.encode() for name in then.keys() | now.keys() if then.get(name) != now.get(name)}
            new = [unit for unit in kept if not self._words(unit).isdisjoint(names)]
            gone = [kept.pop(unit) for unit in new]
            for function in (each for unit in new for each in self._units[unit]):
                for table in (self._kept, self._found, self._solutions, self.summaries):
                    table.pop(function, None)
            is_unseen = is_tried

    def _words(self, unit: Function) -> frozenset[bytes]:
        """Return the words of a unit; for the file, those outside of all functions."""
        return unit.words if unit is not self.file.main else self._outside

    @cached_property
    def _outside(self) -> frozenset[bytes]:
        return outside_words(self.file)

    def assuming(self, assumed: Mapping[ByteRange, Fact]) -> FileAnalysis:
        """Return the same text where other values may be null: only the functions around them are followed again."""
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
        """Return the same file, of which nothing is known yet."""
        return type(self)(self.file, self.knowledge, self.others, self.uri)

    def kept(self, function: Function) -> MovedSolution | None:
        """Return what is known of the function, if it has been followed."""
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
        facts = self._starts.get(function)
        if facts is not None:
            return facts
        facts = self._starts[function] = {}
        if function.receiver and function.receiver_class is not None:
            class_ = function.receiver_class
            if class_.statics.get(function.name) is function:
                facts[function.receiver] = Fact(Nullness.NON_NULL, called=class_.name)
            elif self.knowledge.calls_methods_of_null:
                facts[function.receiver] = Fact(type=self.own_type(class_), parameter=function.receiver)
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

"""The analysis of one file: each function is followed when somebody asks for it, and once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.declarations import Class, File, Function, Parameter, Store
from breadknife.plugins.nullcheck.core.flow.build import build
from breadknife.plugins.nullcheck.core.flow.calls import CallEvaluator
from breadknife.plugins.nullcheck.core.flow.evaluate import NullUse
from breadknife.plugins.nullcheck.core.flow.solve import Solution, solve
from breadknife.plugins.nullcheck.core.flow.trying import tries
from breadknife.plugins.nullcheck.core.gate import Gate
from breadknife.plugins.nullcheck.core.il import At, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.moving import Mover
from breadknife.plugins.nullcheck.core.names import Language, Names, Others
from breadknife.plugins.nullcheck.core.nullness import NOTHING, SURE, Fact, Nullness, Origin, OriginKind
from breadknife.plugins.nullcheck.core.reuse import (
    Kept,
    changed_names,
    matched,
    outside_words,
    says_the_same,
    spoken_of,
    unit_of,
)
from breadknife.plugins.nullcheck.core.state import State
from breadknife.plugins.nullcheck.core.summary import UNKNOWN, Condition, Outcome, Summary, outcomes_at, summarised

_MOST_UNDER_WAY = 10
"""Functions that wait for what others say of null."""


@dataclass(frozen=True)
class Found:
    """A finding before it is put into words."""

    use: NullUse
    function: Function


class FileHome(Names):
    def __init__(
        self, file: File, knowledge: Knowledge, language: Language, others: Others | None = None, uri: str = ""
    ) -> None:
        super().__init__(file, knowledge, language, others, uri)
        self._solutions = dict[Function, Solution]()
        self._summaries = dict[Function, Summary]()
        self._provisional = dict[Function, Solution]()
        """Solutions that came about while a function that they ask of was under way. They do for whoever asks; what is
        found in such a function is looked for once more when its turn comes."""
        self._starts = dict[Function, dict[str, Fact]]()
        self._under_way = list[Function]()
        self._found = dict[Function, Sequence[Found]]()
        """What was found in the functions that stand in no other one, with those within."""
        self._kept = dict[Function, Kept]()
        """Solutions of the text before an edit, at the places that they had there."""
        self._coping = dict[Function, bool]()

    # Following functions

    @cached_property
    def gate(self) -> Gate:
        others = self.others
        return Gate(self.file, self.knowledge, lambda: others.nullable(self) if others is not None else frozenset())

    def findings(self) -> Sequence[Found]:
        """Every use of a value that may be null, in the order of the text."""
        main = self.file.main
        if self.others is None and not self.gate.may_use_null(main):
            return ()
        units = [main, *(each for each in self.file.functions if unit_of(each, main) is each)]
        return self._in_order(units)

    def findings_between(self, start: int, end: int) -> Sequence[Found]:
        """Those of the functions that have a part of these bytes; of what is in no function, if none has."""
        main = self.file.main
        units = [each for each in self.file.functions if each.at[0] < end and start < each.at[1]]
        return self._in_order([each for each in units if unit_of(each, main) is each] or [main])

    def _in_order(self, units: Sequence[Function]) -> Sequence[Found]:
        found = dict[At, Found]()
        for unit in units:
            for each in self._found_in(unit):
                found.setdefault(each.use.at, each)
        return [found[at] for at in sorted(found) if found[at].function.at not in self.forgiven]

    def _found_in(self, unit: Function) -> Sequence[Found]:
        """What is found in a function and in those within it."""
        known = self._found.get(unit)
        if known is None:
            known = self._found[unit] = list(self._looked_for(unit))
        return known

    @cached_property
    def _within(self) -> Mapping[Function, Sequence[Function]]:
        """Outermost function -> those within it, of those that the file declares."""
        found = dict[Function, list[Function]]()
        for function in self.file.functions:
            if (unit := unit_of(function, self.file.main)) is not function:
                found.setdefault(unit, []).append(function)
        return found

    def _looked_for(self, unit: Function) -> Iterator[Found]:
        main = self.file.main
        waiting = [unit] if unit is main else [unit, *self._within.get(unit, ())]
        others = set(self.file.functions) if unit is main else set[Function]()
        known = set(waiting) | others
        for function in waiting:  # lowering one adds the functions without a name that are in it
            is_inner = function.around is not None and function.around is not main and not function.name
            if function is main or is_inner or self.gate.may_use_null(function):
                new = [each for each in function.within if each not in known] if function.body else []
                waiting += new
                known.update(new)
                if self._provisional.pop(function, None) is not None:
                    self._summaries.pop(function, None)
                solution = self.solution(function)
                for use in solution.uses if solution is not None else ():
                    yield Found(use, function)

    def inherit(self, before: FileHome) -> None:
        """Take over what was found before an edit, as far as it still holds. To be called before anything is asked."""
        found = matched(before.file, self.file)
        if found is None:
            return
        change, edited, same = found.change, found.edited, found.same
        names = changed_names(before.file, self.file, edited)
        mover = Mover(change, self.uri)
        self.forgiven |= {mover.place(at) for at in before.forgiven}
        kept = {each for each in same if self._words(each).isdisjoint(names)}
        for function in kept:
            was = same[function]
            if (known := before.kept(was)) is not None:
                self._kept[function] = known.then(change)
            if was in before._found:
                self._found[function] = [Found(mover.use(each.use), each.function) for each in before._found[was]]
        waiting = [(edited.after, edited.before)]
        while waiting:
            function, was = waiting.pop()
            if (known := before._summaries.get(was)) is None or says_the_same(known, self.summary(function)):
                continue
            spoken = spoken_of(function)
            for each in [each for each in kept if not self._words(each).isdisjoint(spoken)]:
                kept.discard(each)
                self._forget(each)
                waiting.append((each, same[each]))

    def _words(self, function: Function) -> frozenset[bytes]:
        """Of a function and those around it; of the file, those that are in none."""
        unit = unit_of(function, self.file.main)
        return unit.words if unit is not self.file.main else self._outside

    @cached_property
    def _outside(self) -> frozenset[bytes]:
        return outside_words(self.file)

    def _forget(self, function: Function) -> None:
        for table in (self._kept, self._found, self._solutions, self._summaries, self._coping):
            table.pop(function, None)

    def kept(self, function: Function) -> Kept | None:
        """What is known of the function for good."""
        known = self._solutions.get(function)
        return Kept(known) if known is not None else self._kept.get(function)

    def solution(self, function: Function, /) -> Solution | None:
        if function in self._kept:
            self._solutions[function] = self._kept.pop(function).moved(self.uri)
        found = self._solutions.get(function) or self._provisional.get(function)
        if found is None:
            if function in self._under_way or len(self._under_way) >= _MOST_UNDER_WAY:
                self.is_early = True
                return None
            self._under_way.append(function)
            was_early, self.is_early = self.is_early, False
            try:
                graph = build(function.body, self.knowledge.errors)
                found = solve(self, function, graph, self.start(function))
            except RecursionError:  # code that is nested too deeply is a normal file of which nothing is known
                found = Solution()
            finally:
                self._under_way.pop()
            is_inner = function.around is not None and function.around in self._under_way
            if is_inner or (self.is_early and self._under_way):
                self._provisional[function] = found
            else:
                self._solutions[function] = found
            self.is_early = bool(self._under_way) and (self.is_early or was_early)
            if not self._under_way:
                self.forget_early()
        elif function in self._provisional:
            self.is_early = True
        return found

    def start(self, function: Function) -> State:
        """What is known where the function begins."""
        facts = dict(self.first_facts(function))
        truths = dict[str, bool]()
        around = function.around
        if around is not None and (solution := self.solution(around)) is not None:
            given = solution.given.get(function.at, ())
            for parameter, fact in zip(function.parameters, given, strict=False):
                if parameter.annotation is None:
                    facts[parameter.name] = fact
                if fact.key_of:
                    facts[f"{fact.key_of}.get({parameter.name})"] = SURE
            last = solution.end or (solution.returns[-1].state if solution.returns else None)
            state = solution.captured.get(function.at)
            for known in (last, state):  # a function may be made before the variables that it uses
                if known is not None:
                    facts |= {key: fact for key, fact in known.facts.items() if self._is_kept(key, function)}
            if state is not None:
                kept = ((key, self._is_kept(key.removesuffix(" is None"), function)) for key in state.truths)
                truths = {key: state.truths[key] for key, is_kept in kept if is_kept}
        return State(facts, truths)

    def _is_kept(self, key: str, function: Function) -> bool:
        """Whether a value that the function around knows is the same one whenever the function runs."""
        name = key.partition("@")[0]
        around = function.around
        if not name.isidentifier() or key in function.parameter_names or name.encode() not in function.words:
            return False
        while around is not None:
            if not around.keeps(name):
                return False
            around = around.around
        return True

    def first_facts(self, function: Function, /) -> Mapping[str, Fact]:
        facts = self._starts.get(function)
        if facts is not None:
            return facts
        facts = self._starts[function] = {}
        if function.receiver and function.receiver_class is not None:
            class_ = function.receiver_class
            if class_.statics.get(function.name) is function:
                facts[function.receiver] = Fact(Nullness.THERE, called=class_.name)
            elif self.language.calls_methods_of_null:
                facts[function.receiver] = Fact(type=self.own_type(class_), parameter=function.receiver)
            else:
                facts[function.receiver] = Fact(Nullness.THERE, type=self.own_type(class_))
        for parameter in function.parameters:
            if parameter.name == function.receiver and parameter is function.parameters[0]:
                continue
            facts[parameter.name] = self.given(function, parameter)
        if function.owner is not None and self.is_first(function):
            facts |= self._initial(function.owner, function)
        return facts

    def _initial(self, class_: Class, function: Function) -> dict[str, Fact]:
        """What the body of the class has set to null before an object is made."""
        found = dict[str, Fact]()
        nullness = Nullness.MAYBE if self.has_own_fields(class_) and function.name != "__init__" else Nullness.NULL
        for name, stores in class_.stores.items():
            first = stores[0]
            if first.function is None and first.is_null:
                origin = Origin(OriginKind.LIFE_CYCLE, first.at, f"`{name}` is set to {self.knowledge.null}")
                found[f"{function.receiver}.{name}"] = Fact(nullness, origin, self.qualified_type(first.annotation))
        return found

    def given(self, function: Function, parameter: Parameter, /) -> Fact:
        type_ = self.qualified_type(parameter.annotation)
        name = parameter.name
        if parameter.kind == "*":
            return Fact(Nullness.THERE, type=Type("list", (type_,) if type_ is not None else ()))
        if parameter.kind == "**":
            return Fact(Nullness.THERE, type=Type("dict", (Type("str"), type_) if type_ is not None else ()))
        bare = type_._replace(nullable=False) if type_ is not None else None
        if isinstance(parameter.default, il.Null):
            nulls = parameter.default.nulls
            why = f"the default of `{name}` in `{function.name}` is {self.knowledge.null_name(nulls)}"
            origin = Origin(OriginKind.DEFAULT, parameter.at, why)
            return Fact(Nullness.MAYBE, origin, bare, parameter=name, nulls=nulls)
        if type_ is not None and type_.nullable:
            why = f"`{name}` is declared so that it may be {self.knowledge.null}"
            origin = Origin(OriginKind.ANNOTATION, parameter.at, why)
            return Fact(Nullness.MAYBE, origin, bare, parameter=name, nulls=type_.nullable)
        return Fact(type=bare, parameter=name)

    def null_has(self, type_: Type | None, name: str, /, *, is_called: bool) -> bool:
        language = self.language
        if name in language.null_attributes:
            return True
        if not is_called or not language.calls_methods_of_null:
            return False
        if type_ is None:
            return True
        target = self.method(type_, name)
        if target is not None and target.function is not None and isinstance(target.home, FileHome):
            return target.home.copes(target.function)
        target = self.class_target(type_.name)
        if target is not None and target.class_ is not None:
            return name not in target.class_.stores and not target.class_.is_interface
        full = f"{type_.name}.{name}"
        is_known = type_.name in self.knowledge.types or type_.name in self.knowledge.given
        return not is_known or full in self.knowledge.functions["cope"]

    def copes(self, function: Function) -> bool:
        """Whether the method does no harm when its object is null."""
        known = self._coping.get(function)
        if known is None:
            self._coping[function] = True  # what calls itself decides nothing
            start = self.start(function)
            own = start.facts.get(function.receiver, NOTHING)
            start.facts[function.receiver] = own._replace(nullness=Nullness.NULL)
            uses = solve(self, function, build(function.body, self.knowledge.errors), start).uses
            known = self._coping[function] = all(use.key != function.receiver for use in uses)
        return known

    # Summaries

    def summary(self, function: Function, /) -> Summary:
        found = self._summaries.get(function)
        if found is None:
            if not function.is_plain or function.is_generator:
                found = UNKNOWN
            elif function.returns is not None and function.returns.name in self.knowledge.functions["never_types"]:
                found = Summary((), is_known=True)
            elif function.is_stub:
                is_declared = function.returns is not None or function.asserts
                found = self._declared_summary(function) if is_declared else UNKNOWN
            elif not self.gate.needs_flow(function):
                result = self._declared_result(function)
                found = Summary((Outcome(result, frozenset()),), True, tries(function, self.knowledge))
            else:
                solution = self.solution(function)
                if solution is None:
                    return UNKNOWN if function.returns is None else self._declared_summary(function)
                found = self._summarised(function, solution)
            self._summaries[function] = found
        return found

    def _declared_summary(self, function: Function) -> Summary:
        asserted = {Condition(function.narrows, "truth", True)} if function.asserts else ()
        return Summary((Outcome(self._declared_result(function), frozenset(asserted)),), True)

    def _declared_result(self, function: Function) -> Fact:
        type_ = self.qualified_type(function.returns)
        if type_ is None or not type_.nullable:
            return Fact(type=type_)
        why = f"`{function.name}` may return {self.knowledge.null_name(type_.nullable)}"
        origin = Origin(OriginKind.CALL, function.at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), nulls=type_.nullable)

    def _summarised(self, function: Function, solution: Solution) -> Summary:
        ways = list[Outcome]()
        gives_value = solution.gives_value
        says = function.returns is not None and (function.returns.nullable or self.knowledge.types_exclude_null)
        declared = self._declared_result(function) if says else None
        parameters = function.parameters
        for state, fact in solution.returns:
            ways += outcomes_at(state, fact if gives_value else NOTHING, parameters)
        if solution.end is not None:
            fact = Fact(Nullness.NULL) if gives_value else NOTHING
            ways += outcomes_at(solution.end, fact, parameters)
        if declared is not None and not (declared.may_be_null and any(each.result.may_be_null for each in ways)):
            ways = [Outcome(declared, each.conditions) for each in ways]
        return summarised(ways, tries(function, self.knowledge))

    def property_fact(self, function: Function, at: At, /) -> Fact:
        summary = self.summary(function)
        nulls = [way for way in summary.outcomes if way.result.may_be_null]
        types = {way.result.type for way in summary.outcomes if not way.result.may_be_null}
        type_ = types.pop() if len(types) == 1 else None
        if not nulls:
            return Fact(type=type_)
        bits = 0
        for way in nulls:
            bits |= way.result.nulls
        inner = nulls[0].result.origin
        kind = inner.kind if inner is not None and inner.kind is not OriginKind.EXIT else OriginKind.CALL
        return Fact(
            Nullness.MAYBE,
            Origin(kind, function.at, f"`{function.name}` may return {self.knowledge.null_name(bits)}"),
            type_,
            nulls=bits,
        )

    # Stores

    def may_store_null(self, function: Function, /) -> bool:
        return self.gate.may_use_null(function)

    def value_of(self, store: Store, /) -> Fact:
        expression = store.value()
        if expression is None or expression.forks:
            return NOTHING
        function = store.function or self.file.main
        evaluator = CallEvaluator(self, function)
        state = self.start(function) if store.function is not None else State({}, {})
        return evaluator.value(expression, state)

    def ends_with_null(self, at: At, /) -> Fact | None:
        functions = self._under_way[-1].within if self._under_way else ()
        function = next((each for each in functions if each.at == at), None)
        solution = self.solution(function) if function is not None and not function.is_generator else None
        if solution is None:
            return None
        facts = [each.fact for each in solution.returns]
        facts += [Fact(Nullness.NULL, nulls=self.knowledge.left_out)] if solution.end is not None else []
        return next((each for each in facts if each.nullness == Nullness.NULL), None)

"""What functions give to those who call them."""

from __future__ import annotations

from abc import ABC
from functools import cached_property

from breadknife.plugins.nullcheck.core.declarations import File, Function
from breadknife.plugins.nullcheck.core.flow.solve import Solution
from breadknife.plugins.nullcheck.core.flow.trying import tries
from breadknife.plugins.nullcheck.core.gate import Gate
from breadknife.plugins.nullcheck.core.il import At
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.names import Language, Names, Others
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact, Nullness, Origin, OriginKind
from breadknife.plugins.nullcheck.core.summary import UNKNOWN, Condition, Outcome, Summary, outcomes_at, summarised


class Results(Names, ABC):
    """The part of a home that knows what calls give; see `Home` for what its methods answer."""

    def __init__(
        self, file: File, knowledge: Knowledge, language: Language, others: Others | None = None, uri: str = ""
    ) -> None:
        super().__init__(file, knowledge, language, others, uri)
        self.summaries = dict[Function, Summary]()

    @cached_property
    def gate(self) -> Gate:
        others = self.others
        return Gate(self.file, self.knowledge, lambda: others.nullable(self) if others is not None else frozenset())

    def summary(self, function: Function, /) -> Summary:
        found = self.summaries.get(function)
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
            self.summaries[function] = found
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

    def code_summary(self, function: Function) -> Summary:
        """What the function's text gives, whatever it is declared to return."""
        solution = self.solution(function) if not function.is_stub and not function.is_generator else None
        return self._code_summary(function, solution) if solution is not None else self.summary(function)

    def believe_code(self, function: Function) -> None:
        """Have callers get what the function's text gives, whatever it is declared to return."""
        self.gate.nullable |= {function.name.encode()}
        self.summaries[function] = self.code_summary(function)

    def _summarised(self, function: Function, solution: Solution) -> Summary:
        found = self._code_summary(function, solution)
        if function.returns is None or not (function.returns.nullable or self.knowledge.types_exclude_null):
            return found
        declared = self._declared_result(function)
        if declared.may_be_null and any(each.result.may_be_null for each in found.outcomes):
            return found
        return found._replace(outcomes=tuple(Outcome(declared, each.conditions) for each in found.outcomes))

    def _code_summary(self, function: Function, solution: Solution) -> Summary:
        ways = list[Outcome]()
        for state, fact in solution.returns:
            ways += outcomes_at(state, fact if solution.gives_value else NOTHING, function.parameters)
        if solution.end is not None:
            fact = Fact(Nullness.NULL) if solution.gives_value else NOTHING
            ways += outcomes_at(solution.end, fact, function.parameters)
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

"""What the analysis of a function asks of what is around it: its file, and the files that this imports."""

from __future__ import annotations

from abc import abstractmethod

from breadknife.plugins.nullcheck.core.attributes import Target as Target
from breadknife.plugins.nullcheck.core.declarations import Function
from breadknife.plugins.nullcheck.core.flow.trying import tries
from breadknife.plugins.nullcheck.core.il import At, Type
from breadknife.plugins.nullcheck.core.names import Names
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact, Nullness, Origin, OriginKind
from breadknife.plugins.nullcheck.core.solution import Solution
from breadknife.plugins.nullcheck.core.summary import UNKNOWN, Condition, Outcome, Summary, outcomes_at, summarised


class Home(Names):
    """A file as the analysis of a function sees it. Most answers are facts; nothing found is the empty one. The methods
    without a body need that analysis themselves."""

    @abstractmethod
    def null_has(self, type_: Type | None, name: str, /, *, is_called: bool) -> bool:
        """Whether a null of the type has the attribute, or a method of the name that does no harm then."""

    @abstractmethod
    def needs(self, function: Function, name: str, /) -> bool:
        """Whether the function uses what it gets as the parameter, without a check, if that is null."""

    @abstractmethod
    def ends_with_null(self, at: At, /) -> Fact | None:
        """What a function without a name that stands there gives, if that may be null."""

    def target(self, name: str, /) -> Target | None:
        """The function or class with a qualified name, if its text is known."""
        file = self.file
        if self.uri and name.startswith(self.uri):
            name = name.removeprefix(f"{self.uri}#")
        if name in file.named:
            return Target(self, file.named[name])
        if name in file.classes:
            return Target(self, class_=file.classes[name])
        if name in file.closures:
            return Target(self, file.closures[name])
        root, dot, rest = name.partition(".")
        if dot and root in file.classes and "#" not in name:
            function = self.static(file.classes[root], rest) or file.classes[root].methods.get(rest)
            return Target(self, function) if function is not None and function.is_of_class else None
        if ">" in name:
            outer, _, inner = name.partition(">")
            for each in file.functions:
                if each.name == inner and each.around is not None and each.around.name == outer:
                    return Target(self, each)
        return self.others.target(self, name) if self.others is not None else None

    def summary(self, function: Function, /) -> Summary:
        """What callers need to know of the function."""
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

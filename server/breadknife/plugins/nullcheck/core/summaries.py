"""What a function's analysis asks of its surroundings: the file, and the files that this imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, reduce

from breadknife.plugins.nullcheck.core.declarations import Function, Predicate
from breadknife.plugins.nullcheck.core.il import ByteRange, Type
from breadknife.plugins.nullcheck.core.nullness import UNKNOWN_FACT, Fact, Nullness, NullOrigin, OriginKind, join_facts
from breadknife.plugins.nullcheck.core.solution import Solution
from breadknife.plugins.nullcheck.core.summary import (
    UNKNOWN_SUMMARY,
    Condition,
    Summary,
    SummaryCase,
    cases_at,
    summarised,
)
from breadknife.plugins.nullcheck.core.symbols import ResolvedSymbol, SymbolTable


class Summaries(SymbolTable):
    """A file as the analysis of its functions sees it: its symbols, with the summaries of what they call. Where nothing
    is known, an answer is the empty fact."""

    def null_has(self, type_: Type | None, name: str, /, *, is_called: bool) -> bool | None:
        """Tell whether a null of the type has an attribute of this name, or, if it `is_called`, a method that copes
        with being called on null; None of a method of which nothing is known."""
        knowledge = self.knowledge
        if name in knowledge.null_attributes:
            return True
        if is_called and self._may_extend:
            return None
        if not is_called or not knowledge.calls_methods_of_null:
            return False
        if type_ is None:
            return None
        target = self.method(type_, name, 0)
        if target is not None and target.function is not None:
            return not target.home.needs(target.function, target.function.receiver)
        target = self.class_target(type_.name)
        if target is not None and target.class_ is not None:
            return name not in target.class_.stores and not target.class_.is_interface
        if type_.name in knowledge.types or type_.name in knowledge.given:
            return f"{type_.name}.{name}" in knowledge.functions["cope"]
        return None

    @cached_property
    def _may_extend(self) -> bool:
        """Whether methods that the file calls may be functions elsewhere, which get the object as an argument."""
        extending = self.knowledge.extending.encode()
        return bool(extending) and re.search(extending, self.file.main.source) is not None

    def target(self, name: str, /) -> ResolvedSymbol | None:
        """Return the function or class with a qualified name, if its text is known."""
        file = self.file
        if self.uri and name.startswith(self.uri):
            name = name.removeprefix(f"{self.uri}#")
        if name in file.named:
            return ResolvedSymbol(self, file.named[name])
        if name in file.classes:
            return ResolvedSymbol(self, class_=file.classes[name])
        if name in file.closures:
            return ResolvedSymbol(self, file.closures[name])
        root, dot, rest = name.partition(".")
        if dot and root in file.classes and "#" not in name:
            function = self.static(file.classes[root], rest) or file.classes[root].methods.get(rest)
            return ResolvedSymbol(self, function) if function is not None and function.is_of_class else None
        return self.others.target(self, name) if self.others is not None else None

    def summary(self, function: Function, /) -> Summary:
        summary = self.summaries.get(function)
        if summary is None:
            if function.returns is not None and function.returns.name in self.knowledge.functions["never_types"]:
                summary = Summary((), is_known=True)
            elif function.predicate is not None:
                summary = self._as_told(function, function.predicate)
            elif not function.is_plain or function.is_generator:
                summary = UNKNOWN_SUMMARY
            elif function.is_stub:
                summary = self._as_declared(function) if function.returns is not None else UNKNOWN_SUMMARY
            else:
                solution = self.solution(function)
                if solution is None:
                    return UNKNOWN_SUMMARY
                summary = self._summarised(function, solution)
            self.summaries[function] = summary
        return summary

    def _as_declared(self, function: Function) -> Summary:
        """Return the summary that the declaration alone gives: one case without conditions."""
        return Summary((SummaryCase(self._declared_result(function), frozenset()),), is_known=True)

    def _as_told(self, function: Function, predicate: Predicate) -> Summary:
        """Return the summary of a function that is declared to tell what a value is."""
        told = frozenset(self._told(predicate))
        if predicate.is_asserted:
            return Summary((SummaryCase(UNKNOWN_FACT, told),), is_known=True)
        known = self.code_summary(function) if function.is_plain and not function.is_stub else UNKNOWN_SUMMARY
        others = [case for case in known.cases if case.result.truth is False]
        answer = Fact(Nullness.NON_NULL, type=Type("boolean"))
        is_false = others or [SummaryCase(answer._replace(truth=False), frozenset())]
        return Summary((SummaryCase(answer._replace(truth=True), told), *is_false), is_known=True)

    def _told(self, predicate: Predicate) -> Iterator[Condition]:
        """Yield what a predicate says of null: of the value, and of those of its attributes that are never null in one
        of the classes that it is of, while they may be in another one."""
        if (type_ := self.qualified_type(predicate.type)) is None:
            yield Condition(predicate.name, "truth", True)
        elif not type_.nullable:
            yield Condition(predicate.name, "null", False)
            lineage = list(self.lineage_of(type_))
            for name in {name for _, class_ in lineage for name in class_.stores}:
                declared = [
                    home.own_attribute(class_, name).may_be_null
                    for home, class_ in lineage
                    if name in class_.methods or class_.stores.get(name)
                ]
                if any(declared) and not all(declared):
                    yield Condition(f"{predicate.name}.{name}", "null", False)

    def _declared_result(self, function: Function) -> Fact:
        """Return what a call gives as far as the function's declared result says."""
        type_ = self.qualified_type(function.returns)
        if type_ is None or not type_.nullable or type_.name == self.knowledge.null:
            return Fact(type=type_)
        why = f"{function.shown} may return {self.knowledge.null_name(type_.nullable)}"
        origin = NullOrigin(OriginKind.CALL, function.at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), nulls=type_.nullable)

    def code_summary(self, function: Function) -> Summary:
        """Return the summary of the function's text, whatever it is declared to return."""
        solution = self.solution(function) if not function.is_stub and not function.is_generator else None
        return self._code_summary(function, solution) if solution is not None else self.summary(function)

    def believe_code(self, function: Function) -> None:
        """Have callers get what the function's text gives, whatever it is declared to return."""
        self.summaries[function] = self.code_summary(function)

    def _summarised(self, function: Function, solution: Solution) -> Summary:
        """Return the summary of a function that has been followed. If its results don't fit what it is declared to
        return, the declaration is believed."""
        summary = self._code_summary(function, solution)
        if function.returns is None or not (function.returns.nullable or self.knowledge.types_exclude_null):
            return summary
        declared = self._declared_result(function)
        if declared.may_be_null and any(case.result.may_be_null for case in summary.cases):
            return summary
        cases = (SummaryCase(declared._replace(truth=case.result.truth), case.conditions) for case in summary.cases)
        return summary._replace(cases=tuple(cases))

    def _code_summary(self, function: Function, solution: Solution) -> Summary:
        cases = list[SummaryCase]()
        for state, fact in solution.returns:
            cases += cases_at(state, fact if solution.gives_value else UNKNOWN_FACT, function)
        if solution.end is not None:
            fact = Fact(Nullness.NULL) if solution.gives_value else UNKNOWN_FACT
            cases += cases_at(solution.end, fact, function)
        return summarised(cases)

    def property_fact(self, function: Function, at: ByteRange, /) -> Fact:
        results = [case.result for case in self.summary(function).cases]
        fact = reduce(join_facts, results) if results else UNKNOWN_FACT
        if not fact.may_be_null:
            return Fact(type=fact.type)
        kind = fact.origin.kind if fact.origin is not None else OriginKind.CALL
        why = f"{function.shown} may return {self.knowledge.null_name(fact.nulls)}"
        is_own = kind in (OriginKind.EXIT, OriginKind.INITIAL)
        origin = NullOrigin(OriginKind.CALL if is_own else kind, function.at, why)
        return Fact(Nullness.MAYBE, origin, fact.type, nulls=fact.nulls)

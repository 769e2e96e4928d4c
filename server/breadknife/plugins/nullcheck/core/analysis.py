"""The analysis of one file: each function is followed when somebody asks for it, and once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from breadknife.plugins.nullcheck.core import cfg, il
from breadknife.plugins.nullcheck.core.attributes import Attributes
from breadknife.plugins.nullcheck.core.calls import CallEvaluator
from breadknife.plugins.nullcheck.core.evaluate import NullUse
from breadknife.plugins.nullcheck.core.gate import Gate
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.il import At, Class, File, Function, Store, Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, filled
from breadknife.plugins.nullcheck.core.nullness import NOTHING, SURE, Fact, Nullness, Origin, OriginKind, State
from breadknife.plugins.nullcheck.core.solve import Solution, solve
from breadknife.plugins.nullcheck.core.summary import UNKNOWN, Condition, Outcome, Summary, outcomes_at, summarised
from breadknife.plugins.nullcheck.core.trying import tries

_MOST_UNDER_WAY = 10
"""Functions that wait for what others say of null."""


class Language(Protocol):
    """What the analysis must be told of a language besides its knowledge."""

    @property
    def null_attributes(self) -> frozenset[str]: ...

    @property
    def calls_methods_of_null(self) -> bool:
        """Whether a method decides itself what it does when its object is null."""
        ...

    @property
    def builtins(self) -> frozenset[str]: ...

    def refined_result(self, name: str, argument: str, /) -> Type | None: ...


class Others(Protocol):
    """The other files of a project."""

    def target(self, home: FileHome, name: str, /) -> Target | None:
        """The function or the class that a qualified name means."""
        ...

    def variable(self, home: FileHome, name: str, /) -> Fact: ...


@dataclass(frozen=True)
class Found:
    """A finding before it is put into words."""

    use: NullUse
    function: Function


class FileHome(Attributes):
    def __init__(
        self, file: File, knowledge: Knowledge, language: Language, others: Others | None = None, uri: str = ""
    ) -> None:
        super().__init__()
        self.file, self.knowledge, self.language, self.others, self.uri = file, knowledge, language, others, uri
        self.builtins = language.builtins
        self.forgiven = set[At]()
        self._solutions = dict[Function, Solution]()
        self._summaries = dict[Function, Summary]()
        self._coping = dict[Function, bool]()
        self._set_by = dict[tuple[Class, Function], frozenset[str]]()
        self._starts = dict[Function, dict[str, Fact]]()
        self._globals = dict[str, Fact]()
        self._under_way = list[Function]()

    # Following functions

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.file, self.knowledge)

    @cached_property
    def shared(self) -> frozenset[str]:
        names = (name for name, stores in self.file.variables.items() if any(each.function for each in stores))
        return frozenset(names)

    def findings(self) -> Sequence[Found]:
        """Every use of a value that may be null, in the order of the text."""
        found = dict[At, Found]()
        waiting = [self.file.main, *self.file.functions]
        known = set(waiting)
        for function in waiting:  # lowering one adds the functions without a name that are in it
            if function is self.file.main or self.gate.may_use_null(function):
                waiting += [each for each in function.within if each not in known] if function.body else []
                solution = self.solution(function)
                for use in solution.uses if solution is not None else ():
                    found.setdefault(use.at, Found(use, function))
        return [found[at] for at in sorted(found) if found[at].function.at not in self.forgiven]

    def solution(self, function: Function, /) -> Solution | None:
        found = self._solutions.get(function)
        if found is None:
            if function in self._under_way or len(self._under_way) >= _MOST_UNDER_WAY:
                return None
            self._under_way.append(function)
            try:
                graph = cfg.build(function.body, self.knowledge.errors)
                found = solve(self, function, graph, self.start(function))
            except RecursionError:  # code that is nested too deeply is a normal file of which nothing is known
                found = Solution()
            finally:
                self._under_way.pop()
            if function.around is None or function.around not in self._under_way:
                self._solutions[function] = found
        return found

    def start(self, function: Function) -> State:
        """What is known where the function begins."""
        facts = dict(self._first_facts(function))
        truths = dict[str, bool]()
        around = function.around
        if around is not None and (solution := self.solution(around)) is not None:
            given = solution.given.get(function.at, ())
            for parameter, fact in zip(function.parameters, given, strict=False):
                if parameter.annotation is None:
                    facts[parameter.name] = fact
                    if fact.key_of:
                        facts[f"{fact.key_of}.get({parameter.name})"] = SURE
            if (state := solution.captured.get(function.at)) is not None:
                facts |= {key: fact for key, fact in state.facts.items() if self._is_kept(key, function)}
                truths = {key: truth for key, truth in state.truths.items() if self._is_kept(key.removesuffix(" is None"), function)}
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

    def _first_facts(self, function: Function) -> Mapping[str, Fact]:
        facts = self._starts.get(function)
        if facts is not None:
            return facts
        facts = self._starts[function] = {}
        if function.receiver and function.receiver_class is not None:
            class_ = function.receiver_class
            own = Fact(Nullness.THERE, type=Type(class_.name))
            if class_.statics.get(function.name) is function:
                own = Fact(Nullness.THERE, called=class_.name)
            elif self.language.calls_methods_of_null:
                own = Fact(type=own.type, parameter=function.receiver)
            facts[function.receiver] = own
        for parameter in function.parameters:
            if parameter.name == function.receiver and parameter is function.parameters[0]:
                continue
            facts[parameter.name] = self._given(function, parameter)
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

    def _given(self, function: Function, parameter: il.Parameter) -> Fact:
        type_ = self.qualified_type(parameter.annotation)
        name = parameter.name
        if parameter.kind == "*":
            return Fact(Nullness.THERE, type=Type("list", (type_,) if type_ is not None else ()))
        if parameter.kind == "**":
            return Fact(Nullness.THERE, type=Type("dict", (Type("str"), type_) if type_ is not None else ()))
        bare = type_._replace(nullable=False) if type_ is not None else None
        if isinstance(parameter.default, il.Null):
            if self.is_filled(function, name):
                return Fact(type=bare, parameter=name)
            why = f"the default of `{name}` in `{function.name}` is None"
            return Fact(Nullness.MAYBE, Origin(OriginKind.DEFAULT, parameter.at, why), bare, parameter=name)
        if type_ is not None and type_.nullable:
            why = f"`{name}` is declared so that it may be {self.knowledge.null}"
            origin = Origin(OriginKind.ANNOTATION, parameter.at, why)
            return Fact(Nullness.MAYBE, origin, bare, parameter=name, nulls=type_.nullable)
        return Fact(type=bare, parameter=name)

    def is_filled(self, function: Function, parameter: str) -> bool:
        """Whether a decorator of this file gives the parameter a value where a call gives none."""
        return any(
            target is not None and target.function is not None and _fills(target, parameter)
            for target in (self.target(name) for name in function.decorators)
        )

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
            uses = solve(self, function, cfg.build(function.body, self.knowledge.errors), start).uses
            known = self._coping[function] = all(use.key != function.receiver for use in uses)
        return known

    # Summaries

    def summary(self, function: Function, /) -> Summary:
        found = self._summaries.get(function)
        if found is None:
            if not function.is_plain or function.is_generator:
                found = UNKNOWN
            elif function.is_stub:
                is_declared = function.returns is not None or function.asserts
                found = self._declared_summary(function) if is_declared else UNKNOWN
            elif not self.gate.needs_flow(function):
                result = Fact(type=self.qualified_type(function.returns))
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
        if function.returns is not None and function.returns.name in ("NoReturn", "Never"):
            return Summary((), True)
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
        if declared is not None:
            if not declared.may_be_null or not any(each.result.may_be_null for each in ways):
                ways = [Outcome(declared, each.conditions) for each in ways]
        return summarised(ways, tries(function, self.knowledge))

    def property_fact(self, function: Function, at: At, /) -> Fact:
        summary = self.summary(function)
        nulls = [way for way in summary.outcomes if way.result.may_be_null]
        types = {way.result.type for way in summary.outcomes if not way.result.may_be_null}
        type_ = types.pop() if len(types) == 1 else None
        if not nulls:
            return Fact(type=type_)
        inner = nulls[0].result.origin
        kind = inner.kind if inner is not None and inner.kind is not OriginKind.EXIT else OriginKind.CALL
        return Fact(Nullness.MAYBE, Origin(kind, function.at, f"`{function.name}` may return {self.knowledge.null}"), type_)

    # Names

    def declared(self, function: Function, key: str, /) -> Fact:
        if key[:1] == "%" or "(" in key or "[" in key or "@" in key:
            return NOTHING
        owner, dot, name = key.rpartition(".")
        if dot:
            fact = self._first_facts(function).get(owner) or self.declared(function, owner)
            if fact.type is not None:
                return self.member(fact.type, name, function.at)
            return self.global_(f"{fact.called}.{name}") if fact.called else NOTHING
        if function is not self.file.main and (key in function.locals or key in function.parameter_names):
            return NOTHING
        around = function.around
        while around is not None:
            if key in around.parameter_names or (around.body is not None and key in around.locals):  # lowering fills `locals`
                return self._captured(function, around, key)
            around = around.around
        if key in self.file.variables and function is not self.file.main:
            return self.variable(key, self.file.variables[key])
        return self.global_(key)

    def _captured(self, function: Function, around: Function, key: str) -> Fact:
        """A parameter of the function around, which may be null if nothing but inner functions ever uses it."""
        if key in around.types:
            return self.declared_fact(self.qualified_type(around.types[key]), key, around.at)
        parameter = next((each for each in around.parameters if each.name == key), None)
        if parameter is not None and around.tells_types:
            return self._given(around, parameter)._replace(parameter="")
        within = {each.name for each in around.within}
        if parameter is None:
            return Fact(Nullness.THERE, called=f"{around.name}>{key}") if key in within else NOTHING
        if parameter.annotation is None or key in around.locals or key in around.reads:
            return NOTHING
        return self._given(around, parameter)._replace(parameter="")

    def declared_fact(self, type_: Type | None, name: str, at: At) -> Fact:
        """A variable of a declared type."""
        if type_ is None or not type_.nullable:
            return Fact(type=type_)
        why = f"`{name}` is declared so that it may be {self.knowledge.null_name(type_.nullable)}"
        origin = Origin(OriginKind.ANNOTATION, at, why)
        return Fact(Nullness.MAYBE, origin, type_._replace(nullable=0), nulls=type_.nullable)

    def global_(self, name: str, /) -> Fact:
        fact = self._globals.get(name)
        if fact is None:
            fact = self._globals[name] = self._global(name)
        return fact

    def _global(self, name: str) -> Fact:
        file = self.file
        root, dot, rest = name.partition(".")
        if not dot:
            if name in file.named or name in file.classes:
                return Fact(Nullness.THERE, called=name)
            if name in file.imports:
                known = self.others.variable(self, file.imports[name]) if self.others is not None else NOTHING
                return known if known != NOTHING else Fact(called=file.imports[name])
            if name in self.knowledge.globals:
                return Fact(Nullness.THERE, type=self.knowledge.globals[name], called=name)
            return Fact(Nullness.THERE, called=name) if name in self.builtins else NOTHING
        if root in file.classes:
            class_ = file.classes[root]
            if rest in class_.methods or self.static(class_, rest) is not None:
                return Fact(Nullness.THERE, called=name)
            if any(isinstance(each.value(), il.Call) and each.annotation for each in class_.stores.get(rest, ())):
                return NOTHING  # a descriptor: the class has another value than its objects
            stores = [each for each in class_.stores.get(rest, ()) if each.function is None]
            return self.attribute(class_, rest) if stores or not class_.stores.get(rest) else NOTHING
        if self.others is not None and (known := self.others.variable(self, name)) != NOTHING:
            return known
        return Fact(called=name)

    def member(self, type_: Type, name: str, at: At, /) -> Fact:
        if type_.name == "|":
            facts = [self.member(each, name, at) for each in type_.arguments]
            is_known = all(self.class_target(each.name) is not None for each in type_.arguments)
            return next((fact for fact in facts if fact.may_be_null), NOTHING) if is_known else NOTHING
        full = f"{type_.name}.{name}"
        rule = self.knowledge.attributes.get(full) or self.knowledge.attributes.get(f"{type_.name}.*")
        if rule is not None and rule.is_typed_only and not self.file.is_typed:
            return Fact(type=rule.gives)
        if rule is not None:
            return Fact(Nullness.MAYBE, Origin(rule.kind, at, f"`{full}` is {self.knowledge.null_name(rule.nulls)} {rule.why}"), rule.gives, nulls=rule.nulls)
        if full in self.knowledge.properties:
            held = filled(self.knowledge.properties[full], type_.arguments, None)
            return self.declared_fact(held, full, at)
        target = self.class_target(type_.name)
        if target is not None and target.class_ is not None and isinstance(target.home, FileHome):
            fact = target.home.attribute(target.class_, name)
            if target.home is not self and fact.origin is not None and not fact.origin.file:
                return fact._replace(origin=fact.origin._replace(file=target.home.uri))
            return fact
        return Fact(Nullness.THERE, called=full) if full in self.knowledge.calls else NOTHING

    def class_target(self, name: str, /) -> Target | None:
        target = self.target(name)
        return target if target is not None and target.class_ is not None else None

    def target(self, name: str, /) -> Target | None:
        file = self.file
        if name in file.named:
            return Target(self, file.named[name])
        if name in file.classes:
            return Target(self, class_=file.classes[name])
        root, dot, rest = name.partition(".")
        if dot and root in file.classes:
            function = self.static(file.classes[root], rest) or file.classes[root].methods.get(rest)
            return Target(self, function) if function is not None and function.is_of_class else None
        if ">" in name:
            outer, _, inner = name.partition(">")
            for each in file.functions:
                if each.name == inner and each.around is not None and each.around.name == outer:
                    return Target(self, each)
        return self.others.target(self, name) if self.others is not None else None

    def static(self, class_: Class, name: str, steps: int = 8) -> Function | None:
        """A method of the class itself, or of one above it."""
        if (found := class_.statics.get(name)) is not None:
            return found
        bases = [self.class_target(base) for base in class_.bases] if steps else []
        found = (self.static(each.class_, name, steps - 1) for each in bases if each is not None and each.class_ is not None)
        return next((each for each in found if each is not None), None)

    def is_below(self, name: str, base: str, steps: int = 8, /) -> bool:
        if name == base:
            return True
        target = self.class_target(name) if steps else None
        bases = target.class_.bases if target is not None and target.class_ is not None else ()
        return any(self.is_below(each, base, steps - 1) for each in bases)

    def excludes_null(self, type_: Type, /) -> bool:
        exclusive = self.knowledge.functions["exclusive_types"]
        if not exclusive or type_.nullable or not self.file.is_typed:
            return False
        return type_.name in exclusive or self.class_target(type_.name) is not None

    def ends_with_null(self, at: At, /) -> Fact | None:
        functions = (self._under_way[-1].within if self._under_way else ())
        function = next((each for each in functions if each.at == at), None)
        solution = self.solution(function) if function is not None and not function.is_generator else None
        if solution is None:
            return None
        facts = [each.fact for each in solution.returns]
        facts += [Fact(Nullness.NULL, nulls=self.knowledge.left_out)] if solution.end is not None else []
        return next((each for each in facts if each.nullness == Nullness.NULL), None)

    def method(self, type_: Type, name: str, /) -> Target | None:
        target = self.class_target(type_.name)
        for _ in range(8):
            if target is None or target.class_ is None or not isinstance(target.home, FileHome):
                return None
            if (function := target.class_.methods.get(name)) is not None:
                return Target(target.home, function) if not function.is_property else None
            bases = [target.home.class_target(base) for base in target.class_.bases]
            target = next((base for base in bases if base is not None), None)
        return None

    def is_overridden(self, function: Function, /) -> bool:
        owner = function.owner
        return owner is not None and any(
            name_ is not owner and function.name in name_.methods and self._is_below(name_, owner.name)
            for name_ in self.file.classes.values()
        )

    def _is_below(self, class_: Class, name: str, steps: int = 8) -> bool:
        bases = [self.file.classes[base] for base in class_.bases if base in self.file.classes]
        return name in class_.bases or (steps > 0 and any(self._is_below(base, name, steps - 1) for base in bases))

    def attributes_set_by(self, class_: Class, function: Function, /) -> frozenset[str] | None:
        key = class_, function
        if (known := self._set_by.get(key)) is not None:
            return known
        found, waiting, seen = set[str](), [function], set[Function]()
        while waiting:
            each = waiting.pop()
            seen.add(each)
            within = {each, *each.within}
            found |= {name for name, stores in class_.stores.items() if any(s.function in within for s in stores)}
            waiting += (
                method
                for name, method in class_.methods.items()
                if method not in seen and name.encode() in each.words
            )
        known = self._set_by[key] = frozenset(found)
        return known

    def typed_field(self, type_: Type, key: str, /, *, is_asked: bool) -> Type | None:
        target = self.class_target(type_.name)
        if target is None or target.class_ is None or not isinstance(target.home, FileHome):
            return None
        class_, name = target.class_, key[1:-1]
        kinds = self.knowledge.classes["typed_dicts"]
        for _ in range(8):
            if name in class_.stores:
                found = target.home.qualified_type(class_.stores[name][0].annotation)
                if found is None or not target.home.is_typed_dict(class_):
                    return None
                if found.name == "NotRequired":
                    return found.arguments[0]._replace(nullable=found.arguments[0].nullable or is_asked)
                return found
            bases = [target.home.class_target(base) for base in class_.bases if base not in kinds]
            known = next((base for base in bases if base is not None and base.class_ is not None), None)
            if known is None or known.class_ is None:
                return None
            class_ = known.class_
        return None

    def is_typed_dict(self, class_: Class, steps: int = 8) -> bool:
        if not self.knowledge.classes["typed_dicts"].isdisjoint(class_.bases):
            return True
        bases = [self.class_target(base) for base in class_.bases] if steps else []
        return any(base is not None and base.class_ is not None and self.is_typed_dict(base.class_, steps - 1) for base in bases)

    def instance_type(self, function: Function, classes: il.Expression, /) -> Type | None:
        if isinstance(classes, il.Display):
            types = [self.instance_type(function, each) for each in classes.items]
            known = tuple(each for each in types if each is not None)
            return Type("|", known) if known and len(known) == len(types) else None
        if isinstance(classes, il.Name):
            called = self.declared(function, classes.key).called
            return Type(self.knowledge.annotations.get(called, called)) if called else None
        if isinstance(classes, il.Attribute) and classes.key:
            called = self.declared(function, classes.key).called
            return Type(called) if called else None
        return None

    def qualified_type(self, type_: Type | None, /) -> Type | None:
        return type_

    def refined_result(self, name: str, argument: str, /) -> Type | None:
        return self.language.refined_result(name, argument)

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


def _fills(target: Target, parameter: str) -> bool:
    return False

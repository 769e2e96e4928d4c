"""Finds values that may be None where they are used as if they couldn't: a pure function of one file's syntax tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from weakref import proxy

from breadknife.plugins.nullcheck.python.annotations import holds_optional, is_optional, optional_items
from breadknife.plugins.nullcheck.python.captured import Around, around, captured, may_capture
from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.demands import may_demand, states
from breadknife.plugins.nullcheck.python.doubts import assurance
from breadknife.plugins.nullcheck.python.expressions import Evaluator, TooDeepError
from breadknife.plugins.nullcheck.python.facts import NOTHING, Cause, Env, Fact, NullUse, Summary, key_of
from breadknife.plugins.nullcheck.python.findings import as_finding, explained, is_ignored
from breadknife.plugins.nullcheck.python.flow import Flow
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.module_given import given_by_calls
from breadknife.plugins.nullcheck.python.outline import Function, Outline, outline, text
from breadknife.plugins.nullcheck.python.parameters import parameters
from breadknife.plugins.nullcheck.python.returned import summary_of
from breadknife.plugins.nullcheck.python.reuse import (
    MOST_NAMES,
    FunctionResult,
    Results,
    Surroundings,
    TextFacts,
    differing,
    moved,
    using,
)
from breadknife.plugins.nullcheck.python.rule import NullableCall
from breadknife.plugins.nullcheck.python.rules import NULLABLE
from breadknife.plugins.nullcheck.python.site import site_of
from breadknife.plugins.nullcheck.python.trying import tries_what_it_is_given
from breadknife.plugins.nullcheck.python.words import origins
from breadknife.plugins.nullcheck.summaries import Outside
from breadknife.task.values import Finding
from breadknife.text.syntax import Node, SyntaxTree

_WORD = re.compile(rb"\w+")
_NONE = re.compile(rb"None(?<!\wNone)(?!\w)")
"""Of `origins` the one that most functions with any have."""
_RETURNS_VALUE = re.compile(rb"return(?<!\wreturn)[ \t]*[^\s;#]")  # begins with a word, which is found far sooner
_PASSES_ON = frozenset({"identifier", "call", "conditional_expression", "boolean_operator", "attribute"})
"""Expressions whose value may be that of a parameter or of a call."""
_BARE_RETURN = re.compile(rb"return(?<!\wreturn)[ \t]*(?:[;#\r\n]|$)")
_MAY_END = frozenset({
    "raise_statement", "if_statement", "try_statement", "with_statement", "while_statement", "for_statement",
    "match_statement",
})  # fmt: skip
"""Statements that may never be left at their end."""
_NAMES_END = re.compile(rb"raise|exit|abort|fail|die\b")
"""In the name of what a function calls last, where that may never come back."""
_MAX_CALL_CHAIN = 12
"""Calls within the file are followed this far for what they may return."""


Given = dict[tuple[str, str], Fact]
"""(Kind of the object, attribute) -> what is assigned to it that may be None."""


def detect(tree: SyntaxTree) -> list[Finding]:
    """Every use of a value that may be None, in the order of the text."""
    return FileAnalysis(tree).findings()


class FileAnalysis:
    """The analyses of one file's functions, each made at most once. Not for use from two threads."""

    def __init__(
        self,
        tree: SyntaxTree,
        outside: Outside | None = None,
        before: Results | None = None,
        rules: Mapping[str, NullableCall] = NULLABLE,
    ) -> None:
        self.tree = tree
        self.outside = outside
        self.rules = rules
        self._uses: dict[int, list[NullUse]] = {}
        self._summaries: dict[int, Summary] = {}
        self._running: set[int] = set()
        self._tries = dict[int, bool]()
        self._asked: set[int] = set()
        """Functions that couldn't say yet what they give back or assign: whoever asked them knows too little."""
        self._provisional: set[int] = set()
        """Functions whose summary came about without what those can say."""
        self._given: Given = {}
        self._giving: dict[int, dict[str, list[Function]]] = {}
        self._gives: dict[int, Collection[tuple[str, str]]] = {}
        """Function -> what it assigns of `_given`."""
        self._before = before
        self._texts = dict[bytes, TextFacts]()
        self.finished = before
        """For the next analysis of the document."""

    @cached_property
    def outline(self) -> Outline:
        return outline(self.tree, self._before.inert if self._before is not None else frozenset())

    @cached_property
    def _meaning(self) -> Meaning:
        return Meaning(self.outline, proxy(self))  # held, it would hold all of this until a collection

    @cached_property
    def _around(self) -> Around:
        return around(self.outline.functions)

    @cached_property
    def _origins(self) -> frozenset[bytes]:
        return origins(self.outline)

    @cached_property
    def _known_texts(self) -> Mapping[bytes, TextFacts]:
        before = self._before
        return before.texts if before is not None and before.origins == self._origins else {}

    @cached_property
    def _nullable(self) -> frozenset[bytes]:
        """The words under which this file may use what may be None, besides `origins`."""
        tables = [self.outline.variables, *(class_.variables for class_ in self.outline.classes.values())]
        names = [function.name for function in self.outline.functions if self._may_be_nullable(function)]
        names += [name for table in tables for name, variable in table.items() if _allows_none(variable)]
        names += [name.rpartition(".")[2] for name, kind in self.outline.kinds.items() if kind in self.rules]
        names += self._given_names()
        names += self._module_given
        return self._foreign.union(name.encode() for name in names)

    @cached_property
    def _foreign(self) -> frozenset[bytes]:
        """Those under which it may use what is None by the user's rules, or as other files say."""
        rules = (rule.rpartition(".")[2].encode() for rule in self.rules.keys() - NULLABLE.keys())
        return self._meaning.nullable_elsewhere().union(rules)

    @cached_property
    def _module_given(self) -> Mapping[str, Fact]:
        return dict(given_by_calls(self.tree, self._meaning, self._origins | self._foreign))

    def given_at_top(self, name: str, /) -> Fact:
        return self._module_given.get(name, NOTHING)

    def findings(self) -> list[Finding]:
        found = [finding for each in self.results.functions.values() for finding in each.findings]
        found += self.results.top_level
        return sorted(found, key=lambda finding: (finding.span.start, finding.span.end))

    @cached_property
    def results(self) -> Results:
        """What was found in each function; of a text that was analysed before, only the changed ones are followed."""
        around, before = Surroundings(self.outline, self._nullable, self._origins), self._before
        reused = self._reused(before, around) if before is not None else None
        self._before = None
        functions, top_level = reused if reused is not None else ({}, None)
        if reused is None:
            self._start_with({})
            functions = {function.node.start_byte: self._result(function) for function in self.outline.functions}
        if top_level is None:
            top_level = self._findings(self._follow(self.tree.root, None)[0])
        self.finished = Results(
            self.tree,
            around,
            self.outside.known() if self.outside is not None else {},
            functions,
            top_level,
            self._origins,
            self._texts,
            self.outline.inert,
        )
        return self.finished

    def _reused(
        self, before: Results, around: Surroundings
    ) -> tuple[dict[int, FunctionResult], Sequence[Finding] | None] | None:
        """The functions' results and the top level's, which is None where it is to be followed again; None for both
        where what has changed may matter to most of them."""
        names = before.surroundings.changed(around)
        if names is None or (self.outside is not None and not self.outside.agrees(before.outside)):
            return None
        old = moved(before, self.tree)
        ends = {function.node.start_byte: function.node.end_byte for function in self.outline.functions}
        kept = {at: result for at, result in old.functions.items() if ends.get(at) == result.end}
        outer = {at: self._around.get(at, ()) for at in kept}
        within_changed = [
            at
            for at, result in kept.items()
            if result.depth != len(outer[at]) or any(each.node.start_byte not in kept for each in outer[at])
        ]
        for at in within_changed:
            del kept[at]
        gone = [*old.changed, *(result for at, result in old.functions.items() if at not in kept)]
        for _ in range(_MAX_CALL_CHAIN):
            if len(names) > MOST_NAMES:
                return None
            again = using(self.outline, names)
            functions = {at: result for at, result in kept.items() if at not in again}
            self._start_with(functions)
            fresh = [self._result(each) for each in self.outline.functions if each.node.start_byte not in functions]
            different = differing((*gone, *(kept[at] for at in again if at in kept)), fresh)
            if different <= names:
                # Bodies of functions mean nothing to the statements around them.
                within = old.around is not None and ends.get(old.around[0]) == old.around[1]
                rest = [each for each in self.outline.functions if each.node.start_byte not in functions]
                functions |= {each.node.start_byte: result for each, result in zip(rest, fresh, strict=True)}
                return functions, old.top_level if within and not names else None
            names |= different
        return None

    def _start_with(self, known: Mapping[int, FunctionResult]) -> None:
        """Nothing was followed yet, and this is known of some functions."""
        self._summaries = {at: result.summary for at, result in known.items() if result.summary is not None}
        self._uses, self._gives, self._given = {}, {}, {}
        self._asked = set()

    def _result(self, function: Function) -> FunctionResult:
        at = function.node.start_byte
        self._analyse(function)
        given = frozenset(
            (self.outline.classes[int(kind[1:])].name if kind.startswith("#") else kind, name)
            for kind, name in self._gives.get(at, ())
        )
        found = self._findings(self._uses.get(at, []))
        depth = len(self._around.get(at, ()))
        return FunctionResult(function.name, function.node.end_byte, found, self.summary(function), given, depth)

    def _findings(self, uses: Iterable[NullUse]) -> list[Finding]:
        told = (use for use in uses if not is_ignored(self.tree, use.node))
        return [as_finding(self.tree, use) for use in told if not assurance(site_of(self.tree, use.node, use.use))]

    def findings_of(self, tree: SyntaxTree, changed: Node, original: Node) -> list[Finding]:
        """What would be found in this file's function `original` if `changed`, of another tree, stood in its place."""
        function = next((f for f in self.outline.functions if f.node == original), None)
        return [explained(tree, use) for use in self._follow(changed, function)[0]]

    def summary(self, function: Function) -> Summary:
        annotation = function.node.child_by_field_name("return_type")
        if not function.is_plain:
            return Summary()
        written = text(annotation) if annotation is not None else ""
        if written and not (written == "None" and may_demand(self._source(function))):
            may_be_none = is_optional(written) and written != "None"
            return Summary(may_be_none, written.rpartition(".")[2] in ("NoReturn", "Never"), optional_items(written))
        key = function.node.start_byte
        if key not in self._summaries:
            if key in self._running or len(self._running) >= _MAX_CALL_CHAIN:
                self._asked.add(key)
            elif self._needs_flow(function):
                self._analyse(function, for_summary=True)
            else:
                self._summaries[key] = Summary()
        return self._summaries.get(key, Summary())

    def tries(self, function: Function, /) -> bool:
        key = function.node.start_byte
        if key not in self._tries:
            self._tries[key] = tries_what_it_is_given(function.node)
        return self._tries[key]

    def _needs_flow(self, function: Function) -> bool:
        """Whether the function's text alone doesn't show that it gives back a value at every end, or never one."""
        source, last = self._source(function), function.body.named_children[-1:]
        ends = last[0].type if last else ""
        if not _RETURNS_VALUE.search(source):
            if ends == "expression_statement":
                return _NAMES_END.search(last[0].text or b"") is not None or may_demand(source)
            return b"raise" in source and ends in _MAY_END
        return ends != "return_statement" or _BARE_RETURN.search(source) is not None or self._may_tell(function)

    def _text_facts(self, function: Function) -> TextFacts:
        source = self._source(function)
        found = self._texts.get(source) or self._known_texts.get(source)
        if found is None:
            returns_value = _RETURNS_VALUE.search(source) is not None
            has_origin = _NONE.search(source) is not None or not self._origins.isdisjoint(_WORD.findall(source))
            found = TextFacts(returns_value, has_origin)
        self._texts[source] = found
        return found

    def _source(self, function: Function) -> bytes:
        return self.outline.source[function.node.start_byte : function.node.end_byte]

    def _given_names(self) -> Iterator[str]:
        """The attributes to which a method with something of None in it assigns more than a literal."""
        for at in self.outline.classes:
            yield from self._givers(at)

    def _may_be_nullable(self, function: Function) -> bool:
        annotation = function.node.child_by_field_name("return_type")
        if annotation is not None:
            written = text(annotation)
            return is_optional(written) or holds_optional(written)
        return self._text_facts(function).returns_value

    def _may_tell(self, function: Function) -> bool:
        """Whether it has a word without any of which a function has nothing to do with None."""
        if self._text_facts(function).has_origin:
            return True
        return not self._nullable.isdisjoint(_WORD.findall(self._source(function)))

    def _analyse(self, function: Function, for_summary: bool = False) -> None:
        key = function.node.start_byte
        if key in self._uses or key in self._running:
            return
        if for_summary or self._may_tell(function) or self._captures(function):
            self._running.add(key)
            before, self._asked = self._asked, set()
            uses, self._summaries[key], given = self._follow(function.node, function)
            self._running.discard(key)
            self._asked.discard(key)
            if not self._asked or not self._running:
                self._uses[key] = uses
            else:  # it is followed again when they are done
                self._provisional.add(key)
            if not self._running:
                for each in self._provisional:
                    self._summaries.pop(each, None)
                self._provisional.clear()
            self._asked = self._asked | before if self._running else set()
            self._gives[key] = given.keys()
            for name, fact in given.items():
                self._given.setdefault(name, fact)

    def given(self, owner: int, name: str, /) -> Fact:
        for function in self._givers(owner).get(name, ()):
            at = function.node.start_byte
            if at in self._gives:
                continue
            if at in self._running or len(self._running) >= _MAX_CALL_CHAIN:
                self._asked.add(at)
            else:
                self._analyse(function, for_summary=True)
        return self._given.get((f"#{owner}", name), NOTHING)

    def _givers(self, owner: int) -> Mapping[str, Sequence[Function]]:
        """Attribute -> the methods with something of None in them that assign more than a literal to it."""
        found = self._giving.get(owner)
        if found is None:
            found = self._giving[owner] = dict[str, list[Function]]()
            methods = dict[str, Function | None]()
            for name, variable in self.outline.classes[owner].variables.items():
                if variable.annotation or not any(value.type in _PASSES_ON for value in variable.values):
                    continue
                for method in sorted(variable.setters):
                    if method not in methods:
                        function = self.outline.methods.get((owner, method))
                        origin = function is not None and self._text_facts(function).has_origin
                        methods[method] = function if origin else None
                    if (giver := methods[method]) is not None and _gives(giver, variable):
                        found.setdefault(name, []).append(giver)
        return found

    def cause_of(self, variable: Variable, name: str, owner: Class | None) -> Cause | None:
        """Why an attribute of a class, or a name of the module, may be None for whoever uses it."""
        if owner is not None:
            return self._meaning.assigned(variable, name, owner).cause
        # What isn't annotated is another thing by the time that another file imports it.
        return self._meaning.cause(variable, f"`{name}`") if variable.annotation and variable.optional else None

    def _may_be_another(self, function: Function) -> bool:
        """Whether a call by its name may mean the method of a class below."""
        if function.owner is None or function.is_abstract:
            return function.owner is not None
        below = [at for at, name in self.outline.methods if name == function.name and at != function.owner]
        return any(f"#{function.owner}" in self._meaning.above(f"#{at}") for at in below)

    def _captures(self, function: Function) -> bool:
        outer = self._around.get(function.node.start_byte, ()) if self._around else ()
        return bool(outer) and may_capture(function, outer)

    def _follow(self, scope: Node, function: Function | None) -> tuple[list[NullUse], Summary, Given]:
        """Follow a function, or the module. `scope` may be the function as it would be after an edit."""
        evaluator = Evaluator(self.outline, self)
        flow = Flow(evaluator)
        body, name = scope.child_by_field_name("body"), scope.child_by_field_name("name")
        evaluator.method = text(name) if name is not None else ""
        try:
            receiver = _receiver(function)
            env = parameters(scope, evaluator, receiver)
            if function is not None and self._captures(function):
                outer = self._around[function.node.start_byte]
                env = captured(self.tree, evaluator.meaning, function, outer) | env
            end = flow.block(body or scope, env)
        except TooDeepError:
            return [], Summary(), {}
        given, used = evaluator.given, {key_of(use.node) for use in evaluator.uses.values()}
        if end is not None and not flow.returns:
            given = {name: fact for name, fact in given.items() if not _is_settled(end, receiver, name, used)}
        ends = states(evaluator.defaults, end) if end is not None else None
        summary = summary_of(flow.returns, ends, scope, evaluator.defaults, evaluator.changed)
        if (summary.never_returns or summary.back_where) and function is not None and self._may_be_another(function):
            summary = summary._replace(never_returns=False, back_where=())
        return list(evaluator.uses.values()), summary, given


def _is_settled(end: Env, receiver: tuple[str, str], name: tuple[str, str], used: Collection[str]) -> bool:
    """Whether the object's attribute of that name is surely there by the end of its method, and not because the method
    relies on it: that is told with what else does."""
    key = f"{receiver[0]}.{name[1]}"
    fact = end.get(key) if name[0] == receiver[1] != "" else None
    return fact is not None and fact.cause is None and key not in used


def _allows_none(variable: Variable) -> bool:
    """Also where an annotation without None has one for its default, or what it holds may be None."""
    is_contradicted = variable.annotation != "" and variable.none is not None
    return variable.optional or is_contradicted or holds_optional(variable.annotation)


def _gives(function: Function, variable: Variable) -> bool:
    start, end = function.node.start_byte, function.node.end_byte
    return any(start <= one.start_byte < end and one.type in _PASSES_ON for one in variable.values)


def _receiver(function: Function | None) -> tuple[str, str]:
    if function is None:
        return "", ""
    return (function.receiver, f"#{function.receiver_class}") if function.receiver_class is not None else ("", "")

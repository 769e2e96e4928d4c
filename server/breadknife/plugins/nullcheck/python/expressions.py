"""What an expression may evaluate to, and what it uses without a check.

`Evaluator` changes the environment that it is given in place, in the order of evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from breadknife.plugins.nullcheck.python import demands
from breadknife.plugins.nullcheck.python.by_class import class_called
from breadknife.plugins.nullcheck.python.calls import after_call, call_result, changed_by, evaluate_arguments
from breadknife.plugins.nullcheck.python.classes import TUPLE_PATTERNS
from breadknife.plugins.nullcheck.python.containers import (
    at_index,
    element,
    held_by,
    of_builtin,
    of_method,
)
from breadknife.plugins.nullcheck.python.facts import (
    CHECKED,
    FLAGS,
    NOTHING,
    Cause,
    Contents,
    Env,
    Fact,
    NullUse,
    become,
    forget,
    is_trusted,
    join,
    join_branches,
    key_of,
    narrow,
    there,
)
from breadknife.plugins.nullcheck.python.loops import comprehension
from breadknife.plugins.nullcheck.python.meaning import Analysis, Meaning
from breadknife.plugins.nullcheck.python.narrowing import branch, is_and
from breadknife.plugins.nullcheck.python.operators import binary, comparison, unary
from breadknife.plugins.nullcheck.python.outline import Outline, text
from breadknife.plugins.nullcheck.python.rules import NONE_ATTRIBUTES
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

MAX_DEPTH = 150
"""Expressions and blocks nested deeper than this are left alone, with their whole function."""


_DISPLAYS = frozenset({"list", "tuple", "dictionary"})


class TooDeepError(Exception):
    """A function nested past MAX_DEPTH."""


class Evaluator:
    def __init__(self, outline: Outline, analysis: Analysis) -> None:
        self.meaning = Meaning(outline, analysis)
        self._outline = outline
        self._depth = 0
        self.method = ""
        """The name of the function that is followed."""
        self.defaults: dict[str, str] = {}
        """Parameter -> source of its default ("" without one), as long as it is given no other value."""
        self.changed = set[str]()
        """Parameters that may hold more or less than when the function was called."""
        self.globals: set[str] = set()
        """Names of the module that the function may assign to."""
        self.given: dict[tuple[str, str], Fact] = {}
        """(Kind of the object, attribute) -> what the function assigns to it that may be None."""
        self.tests: dict[str, list[Node]] = {}
        """Key -> the conditions that say something about it, in the order in which they were met."""
        self._filled = set[str]()
        """See `thinned_out`."""
        self.forgiven = 0
        """How many surrounding `try` blocks catch what a use of None raises."""
        self.uses: dict[tuple[int, int], NullUse] = {}

    @property
    def shared(self) -> frozenset[str]:
        return self._outline.shared

    def value(self, node: Node, env: Env) -> Fact:
        """Evaluate: report uses, bind walrus names, and say what is known of the result."""
        self._depth += 1  # as `descend` does: this is called for each node
        if self._depth > MAX_DEPTH:
            raise TooDeepError
        handler = self._handlers.get(node.type)
        if handler is None:
            fact = NOTHING
            for child in node.named_children:
                self.value(child, env)
        else:
            fact = handler(self, node, env)
        self._depth -= 1
        return fact

    def descend(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError

    def ascend(self) -> None:
        self._depth -= 1

    def use(self, node: Node, fact: Fact, use: Use, env: Env) -> None:
        """The value is used in a way that None doesn't allow; after that, it is none."""
        if fact.cause is None or node.type == "none":  # `str | None` is a type
            return
        if not self.forgiven:
            tests = [test for test in self.tests.get(key_of(node), ()) if test.end_byte <= node.start_byte]
            found = NullUse(node, use, fact.cause, fact.via, tests[-1] if tests else None)
            self.uses.setdefault((node.start_byte, node.end_byte), found)
        narrow(env, key_of(node))

    def tested(self, key: str, test: Node) -> None:
        """A condition says something about `key`."""
        self.tests.setdefault(key, []).append(test)

    def iterate(self, node: Node, env: Env) -> Fact:
        """What each turn gets."""
        fact = self.value(node, env)
        self.use(node, fact, Use.ITERATE, env)
        return element(self.meaning, self._held(node, fact, env))

    def change(self, name: str, env: Env) -> None:
        """Something is done with a parameter."""
        if demands.changed(name, self.defaults, env):
            self.changed.add(name)

    def thinned_out(self, element: Node, env: Env) -> None:
        """An element gets a value, or is deleted: if that is done to one after the other, none may be None after it."""
        container = element.child_by_field_name("value")
        if element.type == "subscript" and container is not None:
            self._filled.add(key_of(container))
            self.change(text(container), env)

    def _held(self, container: Node, fact: Fact, env: Env) -> Contents | None:
        if fact.contents is None:
            return None
        key = held_by(container)
        return fact.contents if key not in self._filled and not is_trusted(env, key) else None

    # --- names and what they hold ---

    def bind(self, target: Node, fact: Fact, env: Env) -> None:
        """Assign a value to one target: a name, an attribute, a subscript or a pattern of them."""
        match target.type:
            case "identifier":
                name = text(target)
                forget(env, name)
                self.defaults.pop(name, None)
                if name in self.globals:
                    env[name] = fact._replace(via=target) if fact.cause else CHECKED
                    return
                self.meaning.bound.add(name)
                if fact is not NOTHING and name not in self._outline.shared:
                    env[name] = fact._replace(via=target) if fact.cause else fact
            case "attribute":
                owner = target.child_by_field_name("object")
                of = self._use_attribute(target, owner, env) if owner is not None else NOTHING
                if key := key_of(target):
                    forget(env, key)
                    env[key] = fact._replace(via=target) if fact.cause else fact if fact is not NOTHING else CHECKED
                    name = target.child_by_field_name("attribute")
                    if fact.cause is not None and name is not None:
                        self.given.setdefault((of.kind, text(name)), Fact(fact.cause, via=target))
            case "subscript":
                self._subscript(target, env)
                if fact.cause is None:
                    self.thinned_out(target, env)
                if key := key_of(target):
                    forget(env, key)
                    env[key] = fact._replace(via=target) if fact.cause else fact if fact is not NOTHING else CHECKED
            case _:
                targets = target.named_children
                is_known = len(targets) == len(fact.items) and target.type in TUPLE_PATTERNS
                items = fact.items if is_known else (NOTHING,) * len(targets)
                for child, item in zip(targets, items, strict=True):
                    self.bind(child, item, env)

    def _name(self, node: Node, env: Env) -> Fact:
        name = text(node)
        fact = env.get(name)
        if fact is not None:
            return fact
        if name not in self.meaning.bound and (kind := self._outline.kinds.get(name)):
            return self.meaning.variable(name)._replace(kind=kind)
        if name in self._outline.imported:
            return self.meaning.imported_value(node)
        return self.meaning.variable(name)

    def _attribute(self, node: Node, env: Env) -> Fact:
        owner = node.child_by_field_name("object")
        if owner is None:
            return NOTHING
        of = self._use_attribute(node, owner, env)
        key = self.meaning.key(node)
        fact = env.get(key) if key else None
        if fact is not None and fact != CHECKED:
            return fact
        declared = self.meaning.attribute(of.kind, node)
        if key and (kind := self.meaning.constant(key, of.kind)):
            declared = declared._replace(kind=declared.kind or kind)
        elif key and self.meaning.qualified(node) == "os.environ":
            return Fact(kind="dict")
        elif declared is NOTHING and of.kind and (method := self.meaning.method(of.kind, node)):
            return Fact(kind=method)
        elif declared is NOTHING and key and not of.kind:
            declared = self.meaning.imported_value(node)
        return declared if fact is None else there(declared.kind, declared.contents)

    def _use_attribute(self, node: Node, owner: Node, env: Env) -> Fact:
        fact = self.value(owner, env)
        if fact.cause is not None:
            name = node.child_by_field_name("attribute")
            if name is None or text(name) not in NONE_ATTRIBUTES:
                self.use(owner, fact, Use.ATTRIBUTE, env)
        return fact

    # --- calls ---

    def _call(self, node: Node, env: Env, awaited: bool = False) -> Fact:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return NOTHING
        receiver, held = NOTHING, None
        if function.type == "attribute" and (owner := function.child_by_field_name("object")) is not None:
            receiver = self._use_attribute(function, owner, env)
            held = self._held(owner, receiver, env) if receiver.contents is not None else None
            receiver = receiver if receiver.kind else self.peek(owner, env)
        else:
            called = self.value(function, env)
            self.use(function, called, Use.CALL, env)
            receiver = Fact(kind=called.kind) if called.kind in self.meaning.rules else NOTHING  # `P.match` has a name
        qualified = self.meaning.qualified(function)
        if "." in qualified and not receiver.kind:
            receiver = class_called(self.meaning, function)
        if arguments.type == "generator_expression":
            self._comprehension(arguments, env)
            return NOTHING
        given = [child for child in arguments.named_children if child.type != "comment"]
        first = evaluate_arguments(self, given, qualified, env, function, receiver.kind)
        result = call_result(self.meaning, function, qualified, receiver.kind, given, first, awaited, env)
        if (held is not None or (receiver.kind and given and given[0].type == "string")) and result == NOTHING:
            result = of_method(self.meaning, receiver, held, function, given)
        elif first.contents is not None and function.type == "identifier" and qualified == text(function):
            result = of_builtin(qualified, self._held(given[0], first, env))
        changed_by(self, function, qualified, given, env)
        if result.cause is not None and env.get(key_of(node)) == CHECKED:
            return NOTHING
        if env:
            after_call(self, function, receiver.kind, env)
        return result

    def peek(self, node: Node, env: Env) -> Fact:
        """The kind of a receiver that was just evaluated, without evaluating it again."""
        key = self.meaning.key(node)
        fact = env.get(key)
        if fact is not None:
            return fact
        if key and (key.startswith("self.") or key.partition(".")[0] not in self.meaning.bound):
            if kind := self.meaning.constant(key, env.get(key.rpartition(".")[0], NOTHING).kind):
                return Fact(kind=kind)
            if self.meaning.qualified(node) == "os.environ":
                return Fact(kind="dict")
        if node.type in ("dictionary", "dictionary_comprehension"):
            return Fact(kind="dict")
        return NOTHING

    def kind_made_by(self, node: Node) -> str:
        classes = node.named_children if node.type == "tuple" else [node]
        return self.meaning.common(self.meaning.made_by(each) for each in classes if each.type != "comment")

    def _await(self, node: Node, env: Env) -> Fact:
        inner = node.named_children[0] if node.named_child_count else None
        if inner is None:
            return NOTHING
        return self._call(inner, env, awaited=True) if inner.type == "call" else self.value(inner, env) and NOTHING

    # --- operators ---

    def _subscript(self, node: Node, env: Env) -> Fact:
        value, indices = node.child_by_field_name("value"), node.children_by_field_name("subscript")
        fact = NOTHING
        if value is not None:
            fact = self.value(value, env)
            self.use(value, fact, Use.SUBSCRIPT, env)
        for index in indices:
            self.value(index, env)
        if value is None or len(indices) != 1 or fact is NOTHING:
            return NOTHING
        key = key_of(node)
        known = env.get(key)
        if known is not None:
            return known
        held = self._held(value, fact, env) if key else None  # what has no name would be told of after a check, too
        return at_index(self.meaning, fact, held, indices[0])

    def _boolean(self, node: Node, env: Env) -> Fact:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return NOTHING
        yes, no = branch(self, left, env)
        conjunction = is_and(node)
        if not conjunction and self.meaning.is_always_true(left):
            become(env, yes)
            return NOTHING
        fact = self.value(right, yes if conjunction else no)
        become(env, join(yes, no))
        if conjunction:
            first = self.peek(left, no)
            return fact._replace(cause=fact.cause or first.cause, kind="") if first.cause or fact.cause else NOTHING
        either = Fact(fact.cause, fact.kind) if fact.cause or fact.kind == self.peek(left, yes).kind else NOTHING
        is_empty = right.type in _DISPLAYS and not right.named_child_count
        held = self.value(left, yes).contents if is_empty else None
        return either if held is None else either._replace(contents=held)

    def _ternary(self, node: Node, env: Env) -> Fact:
        parts = [child for child in node.named_children if child.type != "comment"]
        if len(parts) != 3:
            return NOTHING
        yes, no = branch(self, parts[1], env)
        a, b = self.value(parts[0], yes), self.value(parts[2], no)
        become(env, join(yes, no))
        joined = join_branches(text(parts[1]), {"": a}, {"": b}) or {}
        return joined.get("", NOTHING)

    def _walrus(self, node: Node, env: Env) -> Fact:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return NOTHING
        fact = self.value(value, env)
        self.bind(name, fact, env)
        return fact

    def _parenthesized(self, node: Node, env: Env) -> Fact:
        fact = NOTHING
        for child in node.named_children:
            if child.type != "comment":
                fact = self.value(child, env)
        return fact

    # --- displays and comprehensions ---

    def _string(self, node: Node, env: Env) -> Fact:
        for child in node.named_children:
            if child.type == "interpolation":
                self.value(child, env)
        return NOTHING

    def _none(self, node: Node, env: Env) -> Fact:
        return Fact(Cause(node, "it is None here"))

    def _tuple(self, node: Node, env: Env) -> Fact:
        values = [child for child in node.named_children if child.type != "comment"]
        facts = tuple(FLAGS.get(child.type) or self.value(child, env) for child in values)
        is_told = any(fact.cause is not None or fact.kind in FLAGS for fact in facts)
        known = is_told and not any("splat" in child.type for child in values)
        return Fact(items=facts) if known else NOTHING

    def _dictionary(self, node: Node, env: Env) -> Fact:
        for child in node.named_children:
            self.value(child, env)
        return Fact(kind="dict")

    def _dict_comprehension(self, node: Node, env: Env) -> Fact:
        self._comprehension(node, env)
        return Fact(kind="dict")

    def _lambda(self, node: Node, env: Env) -> Fact:
        """It runs later: only what can't change until then is known."""
        inner = {key: fact for key, fact in env.items() if fact.cause is None}
        bound = set(self.meaning.bound)
        parameters, body = node.child_by_field_name("parameters"), node.child_by_field_name("body")
        for parameter in parameters.named_children if parameters is not None else ():
            name = parameter.child_by_field_name("name") or parameter
            self.bind(name, NOTHING, inner)
        if body is not None:
            self.value(body, inner)
        self.meaning.bound = bound
        return NOTHING

    def _splat(self, node: Node, env: Env) -> Fact:
        for child in node.named_children:
            self.iterate(child, env)
        return NOTHING

    def _comprehension(self, node: Node, env: Env) -> Fact:
        comprehension(self, node, env)
        return NOTHING

    def _skip(self, node: Node, env: Env) -> Fact:
        return NOTHING

    _handlers: ClassVar[Mapping[str, Callable[[Any, Node, Env], Fact]]] = {
        "identifier": _name,
        "attribute": _attribute,
        "call": _call,
        "subscript": _subscript,
        "parenthesized_expression": _parenthesized,
        "named_expression": _walrus,
        "conditional_expression": _ternary,
        "boolean_operator": _boolean,
        "comparison_operator": comparison,
        "binary_operator": binary,
        "unary_operator": unary,
        "await": _await,
        "string": _string,
        "none": _none,
        "tuple": _tuple,
        "expression_list": _tuple,
        "dictionary": _dictionary,
        "dictionary_comprehension": _dict_comprehension,
        "list_comprehension": _comprehension,
        "set_comprehension": _comprehension,
        "generator_expression": _comprehension,
        "list_splat": _splat,
        "lambda": _lambda,
        "integer": _skip,
        "comment": _skip,
        "type": _skip,
    }
    """For all: methods of its own would keep each from being freed but by a collection, and a key makes hundreds."""

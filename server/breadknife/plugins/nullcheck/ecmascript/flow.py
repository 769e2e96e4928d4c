"""The path of facts through the statements of one file, functions and classes where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from breadknife.plugins.nullcheck.ecmascript.declaring import Declarer
from breadknife.plugins.nullcheck.ecmascript.expressions import MAX_DEPTH, Evaluator, TooDeepError
from breadknife.plugins.nullcheck.ecmascript.facts import (
    NOTHING,
    Cause,
    Env,
    Fact,
    forget,
    join,
    join_all,
    join_branches,
)
from breadknife.plugins.nullcheck.ecmascript.narrowing import arguments_of, branch, inner, is_null, there, truth
from breadknife.plugins.nullcheck.ecmascript.outline import CLASSES, FIELDS, WORD
from breadknife.plugins.nullcheck.ecmascript.rules import ASSERTS
from breadknife.plugins.nullcheck.ecmascript.types import UNKNOWN, Type
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_MAX_LOOPS = 3
"""Loops nested deeper than this are followed once round only, or the work would double with each level."""
_ORIGIN_MARKS = ("?.", "?:", "void 0")
_DECLARATIONS = frozenset({"function_declaration", "generator_function_declaration", *(CLASSES - {"class"})})
"""What is followed with what is known at the end of its block: it is called later."""
_SAY_NOTHING = (
    "import_statement", "interface_declaration", "type_alias_declaration", "comment", "empty_statement",
    "enum_declaration", "ambient_declaration", "function_signature", "import_alias",
)  # fmt: skip


@dataclass
class _Loop:
    is_switch: bool = False
    breaks: list[Env] = field(default_factory=list[Env])
    continues: list[Env] = field(default_factory=list[Env])


@dataclass
class Frame:
    """A function that is being followed."""

    node: Node
    returns: list[Fact] = field(default_factory=list[Fact])
    """What each `return` gives back; NOTHING for a value that isn't known to be null."""
    loops: list[_Loop] = field(default_factory=list[_Loop])
    raised: list[Env | None] = field(default_factory=list["Env | None"])
    """For each surrounding `try`: what may hold when a statement in it throws."""
    demands: Type | None = None
    """What it must return."""
    ends: bool = False
    """The end of its body can be reached."""


Entered = Callable[[Node, Env], None]
_KEYS = 4_000
"""Names that are remembered taken apart."""


@lru_cache(_KEYS)
def _root_and_rest(key: str) -> tuple[str, frozenset[str]]:
    """A dotted name's first, and the words of what follows."""
    at = min((at for at in (key.find("."), key.find("["), key.find("(")) if at >= 0), default=len(key))
    return key[:at], frozenset(WORD.findall(key[at:]))


class Flow:
    """Follows every path. A statement takes the environment before it and gives the one after, None if none is."""

    def __init__(self, evaluator: Evaluator, entered: Entered | None = None) -> None:
        self.evaluator = evaluator
        self.frames: list[Frame] = []
        self._declarer = Declarer(evaluator)
        self._entered = entered
        """Told of each outermost function, with the environment at its start."""
        self._words = dict[tuple[int, int], frozenset[str] | None]()
        self._depth = 0
        self._turns = 0
        evaluator.closure = self.closure
        self._handlers: dict[str, Callable[[Node, Env], Env | None]] = {
            "expression_statement": self._expression,
            "lexical_declaration": self._declaration,
            "variable_declaration": self._declaration,
            "return_statement": self._return,
            "throw_statement": self._throw,
            "break_statement": self._break,
            "continue_statement": self._continue,
            "if_statement": self._if,
            "for_statement": self._for,
            "for_in_statement": self._for_in,
            "while_statement": self._while,
            "do_statement": self._do,
            "try_statement": self._try,
            "switch_statement": self._switch,
            "statement_block": self.block,
            "labeled_statement": self._labeled,
            "export_statement": self._export,
            **dict.fromkeys(_SAY_NOTHING, self._pass),
        }  # fmt: skip

    @property
    def _frame(self) -> Frame:
        return self.frames[-1]

    def run(self, root: Node, env: Env) -> Frame:
        """Follow the statements of a file."""
        frame = Frame(root)
        self.frames.append(frame)
        self._declarer.imported(root, env)
        frame.ends = self._statements(root.named_children, env) is not None
        return self.frames.pop()

    def declare_imported(self, root: Node) -> None:
        self._declarer.imported(root, {})

    def block(self, node: Node, env: Env) -> Env | None:
        scopes = self.evaluator.scopes
        scopes.enter()
        marks = [(loop, len(loop.breaks), len(loop.continues)) for loop in self._frame.loops]
        end = self._statements(node.named_children, env)
        left = [env for loop, b, c in marks for env in (*loop.breaks[b:], *loop.continues[c:])]
        scopes.leave(end, *left)
        return end

    def _statements(self, statements: Sequence[Node], env: Env | None) -> Env | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError
        later = list[Node]()
        for statement in statements:
            node = _exported(statement)
            if node.type in _DECLARATIONS:
                later.append(node)
            self._declarer.hoist(node, self._frame.node)
        known = env
        for statement in statements:
            if env is None:
                break
            known = env
            if statement.type not in _DECLARATIONS:
                env = self._statement(statement, env)
        for node in later:
            self.closure(node, env if env is not None else known or {}, ())
        self._depth -= 1
        return env

    def _statement(self, node: Node, env: Env) -> Env | None:
        raised = self._frame.raised
        if raised:
            raised[-1] = join(raised[-1], env)
        handler = self._handlers.get(node.type)
        if handler is not None:
            after = handler(node, env)
        else:
            after = env
            for child in node.named_children:
                if child.type == "statement_block":  # a namespace
                    after = self.block(child, env)
                else:
                    self.evaluator.value(child, env)
        if raised and after is not None:
            raised[-1] = join(raised[-1], after)
        return after

    def _pass(self, node: Node, env: Env) -> Env:
        return env

    def relevant(self, node: Node, env: Env) -> bool:
        """Whether anything in a piece of code may be null, or changes what is known."""
        words = self._words_of(node)
        if words is None:
            return True
        assigned = self.evaluator.outline.assigned
        for key, fact in env.items():
            root, rest = _root_and_rest(key)
            if root not in words and root != "this":
                continue
            if root == key:
                if fact.cause is not None or fact.test is not None or root in assigned:
                    return True
            elif not words.isdisjoint(rest):
                return True
        return any(start < node.end_byte and end > node.start_byte for start, end in self.evaluator.assumed)

    def _words_of(self, node: Node) -> frozenset[str] | None:
        """None where something in it may be null whatever is known before it. A loop asks each time round."""
        key = (node.start_byte, node.end_byte)
        if key not in self._words:
            text = self.evaluator.text(node)
            words = frozenset(WORD.findall(text))
            is_origin = any(mark in text for mark in _ORIGIN_MARKS)
            origins = self.evaluator.outline.origins
            self._words[key] = words if not is_origin and words.isdisjoint(origins) else None
        return self._words[key]

    # --- functions and classes ---

    def closure(self, node: Node, env: Env, given: tuple[Type, ...]) -> None:
        """Follow a function or class with what is known where it is made; `given` are its parameters' types."""
        if node.type in CLASSES:
            self._class(node, env)
            return
        body = node.child_by_field_name("body")
        if body is None:
            return
        self._forget_assigned(node, env)
        if not self.relevant(node, env):
            return
        evaluator = self.evaluator
        captured = self._declarer.captured(node, env)
        if self._entered is not None and len(self.frames) == 1:
            self._entered(node, captured)
        depth, levels, turns = evaluator.depth, self._depth, len(self.frames)
        evaluator.scopes.enter()
        try:
            self.function(node, captured, given)
        except TooDeepError:
            evaluator.depth, self._depth = depth, levels
            del self.frames[turns:]
            raise
        finally:
            evaluator.scopes.leave()

    def function(self, node: Node, env: Env, given: tuple[Type, ...] = ()) -> Frame:
        """Follow a function's body."""
        body = node.child_by_field_name("body")
        evaluator = self.evaluator
        frame = Frame(node)
        if evaluator.typed and (annotation := node.child_by_field_name("return_type")) is not None:
            frame.demands = evaluator.type_of(annotation)
            generic = node.child_by_field_name("type_parameters") is not None
            if node.children[0].type == "async" and frame.demands.name == "Promise" and frame.demands.args:
                frame.demands = evaluator.outline.resolved(frame.demands.args[0])
            if generic or any(child.type == "*" for child in node.children):
                frame.demands = None
        own_this = node.type not in ("arrow_function", "method_definition")
        if own_this:
            evaluator.this.append(UNKNOWN)
        forgiven, evaluator.forgiven = evaluator.forgiven, 0
        self.frames.append(frame)
        self._declarer.parameters(node, env, given)
        if body is not None and body.type == "statement_block":
            frame.ends = self._statements(body.named_children, env) is not None
        elif body is not None:
            fact = evaluator.value(body, env)
            frame.returns.append(fact)
            self._returned(body, fact, env)
        self.frames.pop()
        evaluator.forgiven = forgiven
        if own_this:
            evaluator.this.pop()
        return frame

    def _class(self, node: Node, env: Env) -> None:
        body = node.child_by_field_name("body")
        if body is None or not self.relevant(node, env):
            return
        self.evaluator.this.append(self.evaluator.outline.class_type(node))
        for member in body.named_children:
            if member.type == "method_definition":
                self.closure(member, env, ())
            elif member.type in FIELDS and (value := member.child_by_field_name("value")) is not None:
                inside = self._declarer.captured(member, env)
                fact = self.evaluator.value(value, inside)
                annotation = member.child_by_field_name("type")
                if annotation is not None:
                    self._declarer.demanded(value, fact, self.evaluator.type_of(annotation), inside)
            elif member.type == "class_static_block" and (block := member.child_by_field_name("body")) is not None:
                self.block(block, dict(env))
        self.evaluator.this.pop()

    def _forget_assigned(self, node: Node, env: Env) -> None:
        """A function that assigns to a variable may be called at any time."""
        if not self.frames or not env:
            return
        for name in [name for name, fact in env.items() if fact.cause is not None and name.isidentifier()]:
            offsets = self.evaluator.outline.assigned.get(name)
            if offsets and any(node.start_byte <= offset < node.end_byte for offset in offsets):
                forget(env, name)

    # --- simple statements ---

    def _expression(self, node: Node, env: Env) -> Env | None:
        if not self.relevant(node, env):
            return None if self._throws(node) else env
        for child in node.named_children:
            if child.type == "call_expression":
                self._asserted(child, env)
                if self.evaluator.ends_here(child):
                    return None
            elif child.type == "binary_expression" and not child.has_error:
                yes, no = branch(self.evaluator, child, env)  # `x && x.y()`, `ok || fail()`
                return join(yes, no)
            elif child.type != "comment":
                self.evaluator.value(child, env)
        return env

    def _throws(self, node: Node) -> bool:
        return any(child.type == "call_expression" and self.evaluator.ends_here(child) for child in node.named_children)

    def _asserted(self, call: Node, env: Env) -> None:
        """A call as a statement: `assert(x)`, `expect(x).toBeDefined()`."""
        root = call
        while True:
            function = root.child_by_field_name("function" if root.type == "call_expression" else "object")
            if function is None or function.type not in ("call_expression", "member_expression"):
                break
            root = function
        name = self.evaluator.text(function) if function is not None else ""
        variable = self.evaluator.scopes[name]
        signature = variable.function if variable is not None else None
        first = "".join(char if char.islower() else " " for char in name).split(" ")[0]
        asserts = signature.asserts if signature is not None and signature.returns is not None else first in ASSERTS
        if not asserts and not (signature is not None and signature.asserts):
            self.evaluator.value(call, env)
            return
        while root.type == "member_expression" or root.child_by_field_name("function") != function:
            root = root.parent or call
            if root == call:
                break
        arguments = list(arguments_of(root))
        self.evaluator.value(call, dict(env))
        if not arguments:
            return
        yes, _ = branch(self.evaluator, arguments[0], env)
        env.clear()
        env.update(yes)
        for argument in arguments:
            there(self.evaluator, env, argument)

    def _declaration(self, node: Node, env: Env) -> Env:
        for declarator in node.named_children:
            if declarator.type == "variable_declarator":
                self._declarer.declare(declarator, env, node.children[0].type == "const", self._frame.node)
        return env

    def _return(self, node: Node, env: Env) -> None:
        values = [child for child in node.named_children if child.type != "comment"]
        if not values:
            self._frame.returns.append(Fact(Cause(node, "", "undefined")))
        elif not self.relevant(node, env):
            self._frame.returns.append(NOTHING)
        else:
            fact = self.evaluator.value(values[0], env)
            self._frame.returns.append(fact)
            self._returned(values[0], fact, env)

    def _returned(self, node: Node, fact: Fact, env: Env) -> None:
        if self._frame.demands is not None:
            self._declarer.demanded(node, fact, self._frame.demands, env, Use.RETURN)

    def _throw(self, node: Node, env: Env) -> None:
        for child in node.named_children:
            self.evaluator.value(child, env)

    def _break(self, node: Node, env: Env) -> None:
        loops = self._frame.loops
        if loops and node.child_by_field_name("label") is None:
            loops[-1].breaks.append(env)

    def _continue(self, node: Node, env: Env) -> None:
        loop = next((loop for loop in reversed(self._frame.loops) if not loop.is_switch), None)
        if loop is not None and node.child_by_field_name("label") is None:
            loop.continues.append(env)

    def _labeled(self, node: Node, env: Env) -> Env | None:
        body = node.child_by_field_name("body")
        after = self._statement(body, env) if body is not None else env
        return after if after is not None else {}  # a `break` with the label may lead here

    def _export(self, node: Node, env: Env) -> Env | None:
        declaration = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        if declaration is None or declaration.type in _DECLARATIONS:
            return env
        return self._statement(declaration, env)

    # --- compound statements ---

    def _branch(self, node: Node | None, env: Env) -> tuple[Env, Env]:
        if node is None or not self.relevant(node, env):
            return dict(env), env
        return branch(self.evaluator, node, env)

    def _body(self, node: Node | None, env: Env | None) -> Env | None:
        return self._statement(node, env) if node is not None and env is not None else env

    def _if(self, node: Node, env: Env) -> Env | None:
        ends: list[tuple[str, Env | None]] = []
        rest: Env | None = env
        clause: Node | None = node
        while clause is not None and rest is not None:  # `else if … else if …`, as long as a file may be
            condition = clause.child_by_field_name("condition")
            if condition is None:
                break
            constant = truth(self.evaluator, condition)
            yes, no = self._branch(condition, rest)
            end = self._body(clause.child_by_field_name("consequence"), yes if constant is not False else None)
            ends.append((self.evaluator.text(inner(condition)), end))
            rest = no if constant is not True else None
            alternative = clause.child_by_field_name("alternative")
            clause = None
            for child in alternative.named_children if alternative is not None else ():
                if child.type == "if_statement":
                    clause = child
                elif child.type != "comment":
                    rest = self._body(child, rest)
        for condition_text, end in reversed(ends):
            rest = join_branches(condition_text, end, rest)
        return rest

    def _loop(self, env: Env, test: Node | None, body: Node | None, start: Callable[[Env], None] | None,
              step: Node | None = None, first: bool = False) -> Env | None:  # fmt: skip
        """Round until nothing new may be null at its head."""
        frame = self._frame
        head, out, loop = env, None, _Loop()
        self._turns += 1
        for turn in range(3):
            loop = _Loop()
            entry, out = dict(head), None
            if test is not None and not first:
                entry, out = self._branch(test, entry)
            elif start is not None:
                out = dict(head)
                start(entry)
            frame.loops.append(loop)
            end = self._body(body, entry)
            frame.loops.pop()
            back = join_all((end, *loop.continues))
            if first and test is not None and back is not None:
                back, out = self._branch(test, back)
            if step is not None and back is not None:
                self.evaluator.value(step, back)
            grown = join(dict(head), back) or {}
            if turn == 2 or self._turns > _MAX_LOOPS or _may_be_null(grown) <= _may_be_null(head):
                break
            head = grown
        self._turns -= 1
        if test is not None and truth(self.evaluator, test) is True:
            out = None
        return join_all((out, *loop.breaks))

    def _for(self, node: Node, env: Env) -> Env | None:
        initializer, test, step = (node.child_by_field_name(n) for n in ("initializer", "condition", "increment"))
        self.evaluator.scopes.enter()
        before: Env | None = env
        if initializer is not None:
            before = self._statement(initializer, env) or env
        if test is not None and test.type == "empty_statement":
            test = None
        after = self._loop(before or env, test, node.child_by_field_name("body"), None, step)
        self.evaluator.scopes.leave(after)
        return after

    def _for_in(self, node: Node, env: Env) -> Env | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        of = any(child.type == "of" for child in node.children)
        fact = NOTHING
        if right is not None and self.relevant(right, env):
            fact = self.evaluator.value(right, env)
            if of:
                self.evaluator.use(right, fact, Use.ITERATE, env)
        element = fact.type.args[0] if of and fact.type.name == "Array" and fact.type.args else UNKNOWN
        self.evaluator.scopes.enter()
        declared = node.child_by_field_name("kind") is not None

        def start(entry: Env) -> None:
            if left is not None:
                cause = Cause(left, f"an element may be {element.null}", element.null) if element.null else None
                item = Fact(cause, self.evaluator.outline.resolved(element.present)) if element != UNKNOWN else NOTHING
                if declared:
                    self._declarer.names(left, entry, self._frame.node)
                self.evaluator.bind(left, item, entry)

        after = self._loop(env, None, node.child_by_field_name("body"), start)
        self.evaluator.scopes.leave(after)
        return after

    def _while(self, node: Node, env: Env) -> Env | None:
        return self._loop(env, node.child_by_field_name("condition"), node.child_by_field_name("body"), None)

    def _do(self, node: Node, env: Env) -> Env | None:
        test = node.child_by_field_name("condition")
        return self._loop(env, test, node.child_by_field_name("body"), None, first=True)

    def _try(self, node: Node, env: Env) -> Env | None:
        frame = self._frame
        handler, finalizer = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
        forgives = handler is not None and not self.evaluator.typed
        frame.raised.append(dict(env))
        self.evaluator.forgiven += forgives
        end = self._body(node.child_by_field_name("body"), dict(env))
        self.evaluator.forgiven -= forgives
        raised = frame.raised.pop()
        outer, after = raised, end
        if handler is not None:
            frame.raised.append(None)
            self.evaluator.scopes.enter()
            caught = dict(raised or {})
            if (parameter := handler.child_by_field_name("parameter")) is not None:
                self._declarer.names(parameter, caught, frame.node)
            handled = self._body(handler.child_by_field_name("body"), caught)
            self.evaluator.scopes.leave(handled)
            outer = frame.raised.pop()
            after = join(end, handled)
        if finalizer is not None and (body := finalizer.child_by_field_name("body")) is not None:
            leaving = self.block(body, dict(join(outer, after) or {}))
            after = self.block(body, after) if after is not None and leaving is not None else None
        if frame.raised:
            frame.raised[-1] = join(frame.raised[-1], outer)
        return after

    def _switch(self, node: Node, env: Env) -> Env | None:
        subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        if subject is None or body is None:
            return env
        evaluator = self.evaluator
        if self.relevant(subject, env):
            evaluator.value(subject, env)
        constant = truth(evaluator, subject)
        loop = _Loop(is_switch=True)
        self._frame.loops.append(loop)
        evaluator.scopes.enter()
        rest = dict(env)
        end: Env | None = None
        default = False
        for case in body.named_children:
            statements = case.children_by_field_name("body")
            value = case.child_by_field_name("value")
            entry = dict(rest)
            if case.type == "switch_default":
                default = True
            elif value is not None:
                if constant is True:
                    entry, rest = self._branch(value, rest)
                elif is_null(evaluator, value):
                    there(evaluator, rest, inner(subject), chain=value.type != "null")
                else:
                    evaluator.value(value, rest)
                    entry = dict(rest)
                    there(evaluator, entry, inner(subject))
            end = self._statements(statements, join(entry, end))
        self._frame.loops.pop()
        after = join_all((end, *loop.breaks, None if default else rest))
        evaluator.scopes.leave(after)
        return after


def _exported(node: Node) -> Node:
    if node.type == "export_statement":
        return node.child_by_field_name("declaration") or node.child_by_field_name("value") or node
    return node


def _may_be_null(env: Env) -> set[str]:
    return {key for key, fact in env.items() if fact.cause}

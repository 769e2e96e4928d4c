"""The path of facts through the statements of one file, functions and classes where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from breadknife.plugins.nullcheck.ecmascript.control import STATEMENTS
from breadknife.plugins.nullcheck.ecmascript.declaring import Declarer
from breadknife.plugins.nullcheck.ecmascript.expressions import MAX_DEPTH, Evaluator, TooDeepError
from breadknife.plugins.nullcheck.ecmascript.facts import (
    NOTHING,
    Cause,
    Env,
    Fact,
    forget,
    join,
)
from breadknife.plugins.nullcheck.ecmascript.frames import Frame
from breadknife.plugins.nullcheck.ecmascript.jsdoc import tells_of_parameters
from breadknife.plugins.nullcheck.ecmascript.narrowing import arguments_of, branch, there
from breadknife.plugins.nullcheck.ecmascript.outline import CLASSES, FIELDS, WORD
from breadknife.plugins.nullcheck.ecmascript.rules import ASSERTS, PREDICATE
from breadknife.plugins.nullcheck.ecmascript.types import CLASS_ITSELF, UNKNOWN, Type
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_ORIGIN_MARKS = ("?.", "?:", "void 0", ".catch(")
_DECLARATIONS = frozenset({"function_declaration", "generator_function_declaration", *(CLASSES - {"class"})})
"""What is followed with what is known at the end of its block: it is called later."""
_SAY_NOTHING = (
    "import_statement", "interface_declaration", "type_alias_declaration", "comment", "empty_statement",
    "enum_declaration", "ambient_declaration", "function_signature", "import_alias",
)  # fmt: skip


Entered = Callable[[Node, Env, tuple[Type, ...], int], None]
_KEYS = 4_000
"""Names that are remembered taken apart."""


@lru_cache(_KEYS)
def _may_be_predicate(word: str) -> bool:
    return PREDICATE.match(word) is not None


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
        self.declarer = Declarer(evaluator)
        self._entered = entered
        """Told of each function, with the environment at its start, its parameters' types, and how deep it is."""
        self._words = dict[tuple[int, int], frozenset[str] | None]()
        self._depth = 0
        self.turns = 0
        """Loops around the statement that is followed."""
        evaluator.closure = self.closure
        self._handlers: dict[str, Callable[[Node, Env], Env | None]] = {
            "expression_statement": self._expression,
            "lexical_declaration": self._declaration,
            "variable_declaration": self._declaration,
            "return_statement": self._return,
            "throw_statement": self._throw,
            "break_statement": self._break,
            "continue_statement": self._continue,
            "statement_block": self.block,
            "labeled_statement": self._labeled,
            "export_statement": self._export,
            **{kind: partial(statement, self) for kind, statement in STATEMENTS.items()},
            **dict.fromkeys(_SAY_NOTHING, self._pass),
        }  # fmt: skip

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def run(self, root: Node, env: Env) -> Frame:
        """Follow the statements of a file."""
        frame = Frame(root)
        self.frames.append(frame)
        self.declarer.imported(root, env)
        frame.ends = self.statements(root.named_children, env) is not None
        return self.frames.pop()

    def declare_imported(self, root: Node) -> None:
        self.declarer.imported(root, {})

    def block(self, node: Node, env: Env) -> Env | None:
        self.enter()
        marks = [(loop, len(loop.breaks), len(loop.continues)) for loop in self.frame.loops]
        end = self.statements(node.named_children, env)
        left = [env for loop, b, c in marks for env in (*loop.breaks[b:], *loop.continues[c:])]
        self.leave(end, *left)
        return end

    def enter(self) -> None:
        """Begin a scope."""
        self.evaluator.scopes.enter()
        if self.frame.raised:
            self.frame.raised.append(None)

    def leave(self, *envs: Env | None) -> None:
        """End it: what is known of its names goes, also where something in it throws."""
        raised = self.frame.raised
        inside = raised.pop() if raised else None
        self.evaluator.scopes.leave(*envs, inside)
        if raised:
            raised[-1] = join(raised[-1], inside)

    def statements(self, statements: Sequence[Node], env: Env | None) -> Env | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError
        later = list[Node]()
        for statement in statements:
            node = _exported(statement)
            if node.type in _DECLARATIONS:
                later.append(node)
            self.declarer.hoist(node, self.frame.node)
        known = env
        for statement in statements:
            if env is None:
                break
            known = env
            if statement.type not in _DECLARATIONS:
                env = self.statement(statement, env)
        for node in later:
            self.closure(node, env if env is not None else known or {}, ())
        self._depth -= 1
        return env

    def statement(self, node: Node, env: Env) -> Env | None:
        raised = self.frame.raised
        if raised:
            raised[-1] = join(raised[-1], dict(env))  # `env` will change
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
            raised[-1] = join(raised[-1], dict(after))
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
            if fact.unless and words.issuperset(WORD.findall(fact.unless)):
                return True
            root, rest = _root_and_rest(key)
            if root not in words and root != "this" and "(" not in key:
                continue
            if root == key:
                if fact.cause is not None or fact.test is not None or root in assigned:
                    return True
            elif not words.isdisjoint(rest):
                return True
        return any(start < node.end_byte and end > node.start_byte for start, end in self.evaluator.assumed)

    def tells_type(self, node: Node) -> bool:
        """Whether a condition may say of which type something is."""
        words = self._words_of(node) if self.evaluator.typed else frozenset[str]()
        return words is None or "instanceof" in words or any(map(_may_be_predicate, words))

    def _words_of(self, node: Node) -> frozenset[str] | None:
        """None where something in it may be null whatever is known before it. A loop asks each time round."""
        key = (node.start_byte, node.end_byte)
        if key not in self._words:
            text = self.evaluator.text(node)
            words = frozenset(WORD.findall(text))
            is_origin = any(mark in text for mark in _ORIGIN_MARKS)
            origins = self.evaluator.outline.origins
            if self.evaluator.documented and not is_origin:
                is_origin = tells_of_parameters(text)
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
        may_be_null = any(type.null for type in given) or self.declarer.documented(node)
        if not may_be_null and not self.relevant(node, env):
            return
        evaluator = self.evaluator
        captured = self.declarer.captured(node, env)
        if self._entered is not None:
            self._entered(node, captured, given, len(self.frames))
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
        self.declarer.parameters(node, env, given)
        if body is not None and body.type == "statement_block":
            frame.ends = self.statements(body.named_children, env) is not None
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
        made = self.evaluator.outline.class_type(node)
        self.evaluator.this.append(made)
        for member in body.named_children:
            static = any(child.type == "static" for child in member.children)
            self.evaluator.this[-1] = Type(CLASS_ITSELF + made.name) if static else made
            if member.type == "method_definition":
                self.closure(member, env, ())
            elif member.type in FIELDS and (value := member.child_by_field_name("value")) is not None:
                inside = self.declarer.captured(member, env)
                fact = self.evaluator.value(value, inside)
                annotation = member.child_by_field_name("type")
                if annotation is not None and all(child.type != "?" for child in member.children):
                    self.declarer.demanded(value, fact, self.evaluator.type_of(annotation), inside)
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
                self.declarer.declare(declarator, env, node.children[0].type == "const", self.frame.node)
        return env

    def _return(self, node: Node, env: Env) -> None:
        values = [child for child in node.named_children if child.type != "comment"]
        if not values:
            self.frame.returns.append(Fact(Cause(node, "", "undefined")))
        elif not self.relevant(node, env):
            self.frame.returns.append(NOTHING)
        else:
            fact = self.evaluator.value(values[0], env)
            self.frame.returns.append(fact)
            self._returned(values[0], fact, env)

    def _returned(self, node: Node, fact: Fact, env: Env) -> None:
        if self.frame.demands is not None:
            self.declarer.demanded(node, fact, self.frame.demands, env, Use.RETURN)

    def _throw(self, node: Node, env: Env) -> None:
        for child in node.named_children:
            self.evaluator.value(child, env)

    def _break(self, node: Node, env: Env) -> None:
        loops = self.frame.loops
        if loops and node.child_by_field_name("label") is None:
            loops[-1].breaks.append(env)

    def _continue(self, node: Node, env: Env) -> None:
        loop = next((loop for loop in reversed(self.frame.loops) if not loop.is_switch), None)
        if loop is not None and node.child_by_field_name("label") is None:
            loop.continues.append(env)

    def _labeled(self, node: Node, env: Env) -> Env | None:
        body = node.child_by_field_name("body")
        after = self.statement(body, env) if body is not None else env
        return after if after is not None else {}  # a `break` with the label may lead here

    def _export(self, node: Node, env: Env) -> Env | None:
        declaration = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        if declaration is None or declaration.type in _DECLARATIONS:
            return env
        return self.statement(declaration, env)


def _exported(node: Node) -> Node:
    if node.type == "export_statement":
        return node.child_by_field_name("declaration") or node.child_by_field_name("value") or node
    return node

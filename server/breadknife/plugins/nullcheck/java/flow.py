"""The path of facts through the statements of one method."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from breadknife.plugins.nullcheck.braces.assigning import assigned_in
from breadknife.plugins.nullcheck.braces.facts import (
    NOTHING,
    Env,
    Fact,
    forget_soft,
    join,
    join_all,
    join_branches,
    narrow,
)
from breadknife.plugins.nullcheck.braces.loops import after_rounds, set_later
from breadknife.plugins.nullcheck.braces.narrowing import canonical
from breadknife.plugins.nullcheck.braces.targets import Targets
from breadknife.plugins.nullcheck.java.expressions import Evaluator, File
from breadknife.plugins.nullcheck.java.keys import map_of_entries, values_of
from breadknife.plugins.nullcheck.java.narrowing import branch, truth
from breadknife.plugins.nullcheck.java.outline import CLASSES
from breadknife.plugins.nullcheck.java.rules import CHECKS, NO_RETURN, NO_RETURN_BARE, PRIMITIVES, RETURNING
from breadknife.plugins.nullcheck.java.trying import catches_all, unset_by
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_COMPOUND = frozenset({
    "block", "if_statement", "while_statement", "do_statement", "for_statement", "labeled_statement",
})  # fmt: skip
"""What throws in these is a statement in them: one with a call, hardly ever a test."""
_SCOPES = frozenset({
    "block", "for_statement", "enhanced_for_statement", "try_statement", "try_with_resources_statement",
    "switch_expression",
})  # fmt: skip
_CATCHES_NULL = "NullPointerException"


class Flow:
    """Follows every path. A statement takes the environment before it and gives the one after, None if none is."""

    def __init__(self, file: File, owner: int | None, result: str = "") -> None:
        self.evaluator = Evaluator(file, owner, self.statement)
        self._outline = file.outline
        self._file = file
        self._owner = owner
        self._result = result
        """The method's primitive result, if it has one."""
        self.returns: list[Fact] = []
        """What each `return` gives back."""
        self._targets = Targets()
        self._raised: list[Env | None] = []
        """For each surrounding `try`: what may hold when a statement in it throws."""
        self._handlers: dict[str, Callable[[Node, Env], Env | None]] = {
            "block": self._block,
            "constructor_body": self._block,
            "static_initializer": self._block,
            "expression_statement": self._expression,
            "local_variable_declaration": self._declaration,
            "return_statement": self._return,
            "throw_statement": self._throw,
            "break_statement": self._break,
            "continue_statement": self._continue,
            "yield_statement": self._yield,
            "assert_statement": self._assert,
            "if_statement": self._if,
            "while_statement": self._while,
            "do_statement": self._do,
            "for_statement": self._for,
            "enhanced_for_statement": self._each,
            "try_statement": self._try,
            "try_with_resources_statement": self._try,
            "switch_expression": self._switch,
            "synchronized_statement": self._synchronized,
            "labeled_statement": self._labeled,
            "line_comment": _same,
            "block_comment": _same,
        }

    def statement(self, node: Node, env: Env) -> Env | None:
        throws = bool(self._raised) and node.type not in _COMPOUND and b"(" in (node.text or b"")
        if throws and env:
            self._raised[-1] = join(self._raised[-1], env)
        handler = self._handlers.get(node.type)
        after: Env | None = env
        if handler is not None:
            types = self.evaluator.types
            if node.type in _SCOPES:  # a name that is declared inside may mean a field outside
                self.evaluator.types = dict(types)
            after = handler(node, env)
            if node.type in _SCOPES:
                self.evaluator.types = types
        elif node.type in CLASSES:
            self.evaluator.classes.append(node)
        else:
            for child in node.named_children:
                self.evaluator.value(child, env)
        if throws and after is not None:
            self._raised[-1] = join(self._raised[-1], after)
        return after

    def _block(self, node: Node, env: Env) -> Env | None:
        self.evaluator.descend()
        after = self._list(node.named_children, env)
        self.evaluator.ascend()
        return after

    def _list(self, statements: list[Node], env: Env | None) -> Env | None:
        for statement in statements:
            if env is None:
                break
            env = self.statement(statement, env)
        return env

    # --- simple statements ---

    def _expression(self, node: Node, env: Env) -> Env | None:
        for child in node.named_children:
            self.evaluator.value(child, env)
            if child.type == "method_invocation" and self._ends(child, env):
                return None
        return env

    def _ends(self, call: Node, env: Env) -> bool:
        """Whether a call never comes back; of one that may not, what only comparisons said is forgotten."""
        receiver, name = call.child_by_field_name("object"), call.child_by_field_name("name")
        called = self._outline.text(name) if name is not None else ""
        if receiver is None:
            method = self._outline.method_named(self._owner, called)
            if called in NO_RETURN_BARE or (method is not None and always_throws(method.body)):
                return True
            if method is None:
                forget_soft(env)
                self._believe(call, env)
        elif f"{self._outline.text(receiver)}.{called}" in NO_RETURN:
            return True
        elif called not in RETURNING:
            forget_soft(env)
        return False

    def _believe(self, call: Node, env: Env) -> None:
        """What is given to an unknown call, whose name is that of a check, is checked by it."""
        source = self._outline.text(call).partition("(")[0].lower()
        arguments = call.child_by_field_name("arguments")
        if arguments is not None and any(part.lower() in source for part in (*CHECKS, "check", "validate")):
            for argument in arguments.named_children:
                narrow(env, self.evaluator.key_of(argument))

    def _declaration(self, node: Node, env: Env) -> Env:
        kind = node.child_by_field_name("type")
        written = self._outline.text(kind) if kind is not None else ""
        for declarator in node.children_by_field_name("declarator"):
            name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
            if name is None:
                continue
            fact = self.evaluator.tested(value, env) if value is not None else NOTHING
            its = written
            if written == "var" and value is not None:
                its = fact.type or self.evaluator.type_of(value)
            if value is not None:
                self.evaluator.unbox(value, fact, written, env)
            self.evaluator.types[self._outline.text(name)] = its
            self.evaluator.assign(name, fact, env)
            if value is not None:
                self.evaluator.keys.made(self._outline.text(name), value, env)
        return env

    def _return(self, node: Node, env: Env) -> None:
        for child in node.named_children:
            fact = self.evaluator.value(child, env)
            self.returns.append(fact)
            if self._result in PRIMITIVES:
                self.evaluator.unbox(child, fact, self._result, env)

    def _throw(self, node: Node, env: Env) -> None:
        for child in node.named_children:
            self.evaluator.use(child, self.evaluator.value(child, env), Use.OPERAND, env)

    def _yield(self, node: Node, env: Env) -> None:
        for child in node.named_children:
            self.evaluator.value(child, env)
        self._targets.broken(env)

    def _assert(self, node: Node, env: Env) -> Env | None:
        parts = [child for child in node.named_children if not child.type.endswith("comment")]
        return branch(self.evaluator, parts[0], env)[0] if parts else env

    def _break(self, node: Node, env: Env) -> None:
        self._targets.broken(env, self._outline.text(node.named_children[0]) if node.named_children else "")

    def _continue(self, node: Node, env: Env) -> None:
        self._targets.continued(env, self._outline.text(node.named_children[0]) if node.named_children else "")

    def _labeled(self, node: Node, env: Env) -> Env | None:
        label, *statements = node.named_children
        if not statements:
            return env
        if statements[-1].type in ("block", "if_statement"):
            with self._targets.within(self._outline.text(label), is_loop=False) as target:
                after = self.statement(statements[-1], env)
            return join_all((after, *target.breaks))
        self._targets.label = self._outline.text(label)
        return self.statement(statements[-1], env)

    # --- compound statements ---

    def _if(self, node: Node, env: Env) -> Env | None:
        condition, consequence, alternative = (
            node.child_by_field_name(name) for name in ("condition", "consequence", "alternative")
        )
        if condition is None:
            return env
        test, constant = canonical(self.evaluator, condition), truth(condition)
        yes, no = branch(self.evaluator, condition, env)
        then: Env | None = yes
        otherwise: Env | None = no
        if consequence is not None:
            then = self.statement(consequence, yes) if constant is not False else None
        if constant is True:
            otherwise = None
        elif alternative is not None:
            otherwise = self.statement(alternative, no)
        signs = partial(assigned_in, self._outline.text, consequence, alternative)
        return join_branches(test, then, otherwise, signs)

    def _while(self, node: Node, env: Env) -> Env | None:
        return self._rounds(node, env, test=node.child_by_field_name("condition"))

    def _for(self, node: Node, env: Env) -> Env | None:
        for part in node.children_by_field_name("init"):
            env = self.statement(part, env) or env
        return self._rounds(
            node, env, test=node.child_by_field_name("condition"), updates=node.children_by_field_name("update")
        )

    def _each(self, node: Node, env: Env) -> Env | None:
        value, name, kind = (node.child_by_field_name(field) for field in ("value", "name", "type"))
        if value is not None:
            self.evaluator.use(value, self.evaluator.value(value, env), Use.ITERATE, env)
        if name is not None:
            its = self._outline.text(name)
            self.evaluator.types[its] = self._outline.text(kind) if kind is not None else ""
            self.evaluator.assign(name, NOTHING, env)
            if value is not None:
                self.evaluator.keys.each(self._outline.text(value), its, env)
                if of := map_of_entries(self._outline.text(value)):
                    narrow(env, next(values_of(of, f"{its}.getKey()")))
        return self._rounds(node, env)

    def _rounds(self, node: Node, env: Env, test: Node | None = None, updates: list[Node] | None = None) -> Env | None:
        body = node.child_by_field_name("body")
        endless = node.type != "enhanced_for_statement" and (test is None or truth(test) is True)

        def tested(env: Env) -> tuple[Env, Env | None]:
            inside, out = branch(self.evaluator, test, env) if test is not None else (env, dict(env))
            return inside, None if endless else out

        def body_followed(env: Env) -> Env | None:
            return self.statement(body, env) if body is not None else env

        def updated(env: Env) -> Env:
            for update in updates or ():
                self.evaluator.value(update, env)
            return env

        assigned = cache(partial(assigned_in, self._outline.text, node))
        head = set_later(env, lambda key: key in assigned())
        return after_rounds(self._targets, head, tested, body_followed, updated)

    def _do(self, node: Node, env: Env) -> Env | None:
        label = self._targets.label_taken()
        body, test = node.child_by_field_name("body"), node.child_by_field_name("condition")
        with self._targets.within(label, is_loop=True) as target:
            end = self.statement(body, env) if body is not None else env
        end = join_all((end, *target.continues))
        out: Env | None = None
        if end is not None and test is not None:
            _, out = branch(self.evaluator, test, end)
        return join_all((out if test is None or truth(test) is not True else None, *target.breaks))

    def _try(self, node: Node, env: Env) -> Env | None:
        body = node.child_by_field_name("body")
        handlers = [child for child in node.named_children if child.type == "catch_clause"]
        forgives = any(_CATCHES_NULL in self._outline.text(handler).partition(")")[0] for handler in handlers)
        self._raised.append(None)
        self.evaluator.forgiven += forgives
        if (resources := node.child_by_field_name("resources")) is not None:
            for resource in resources.named_children:
                self._resource(resource, env)
        end = self.statement(body, dict(env)) if body is not None else env
        self.evaluator.forgiven -= forgives
        raised, unset = self._raised.pop(), unset_by(self._outline, node, env)
        takes_all = False
        ends: list[Env | None] = []
        outer = raised
        for handler in handlers:
            block = handler.child_by_field_name("body")
            inside = dict(raised or {})
            if catches_all(self._outline, handler):
                takes_all = True
                inside |= unset
            for parameter in handler.named_children:
                if (name := parameter.child_by_field_name("name")) is not None:
                    self.evaluator.types[self._outline.text(name)] = ""
                    inside.pop(self._outline.text(name), None)
            self._raised.append(None)
            ends.append(self.statement(block, inside) if block is not None else raised)
            outer = join(outer, self._raised.pop())
        after = join_all((end, *ends))
        final = next((child for child in node.named_children if child.type == "finally_clause"), None)
        if final is not None and final.named_children:
            leaving = self.statement(
                final.named_children[-1], (join(outer, after) or {}) | ({} if takes_all else unset)
            )
            after = (
                self.statement(final.named_children[-1], after) if after is not None and leaving is not None else None
            )
        if self._raised:
            self._raised[-1] = join(self._raised[-1], outer)
        return after

    def _resource(self, resource: Node, env: Env) -> None:
        name, value, kind = (resource.child_by_field_name(field) for field in ("name", "value", "type"))
        if value is not None:
            self.evaluator.value(value, env)
        if name is not None:
            self.evaluator.types[self._outline.text(name)] = self._outline.text(kind) if kind is not None else ""
            self.evaluator.assign(name, NOTHING, env)

    def _synchronized(self, node: Node, env: Env) -> Env | None:
        for child in node.named_children:
            if child.type == "parenthesized_expression":
                self.evaluator.use(child, self.evaluator.value(child, env), Use.WITH, env)
        body = node.child_by_field_name("body")
        return self.statement(body, env) if body is not None else env

    def _switch(self, node: Node, env: Env) -> Env | None:
        label = self._targets.label_taken()
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        if condition is None or body is None:
            return env
        takes_null = any(
            child.type == "null_literal" for case in body.named_children for part in case.named_children
            if part.type == "switch_label" for child in part.named_children
        )  # fmt: skip
        fact = self.evaluator.value(condition, env)
        if not takes_null:
            self.evaluator.use(condition, fact, Use.OPERAND, env)
        self.evaluator.descend()
        ends: list[Env | None] = []
        fallen: Env | None = None
        has_default = False
        with self._targets.within(label, is_loop=False) as target:
            for case in body.named_children:
                if case.type not in ("switch_block_statement_group", "switch_rule"):
                    continue
                labels = [part for part in case.named_children if part.type == "switch_label"]
                has_default = has_default or any(self._outline.text(part).startswith("default") for part in labels)
                inside = join(dict(env), fallen) or {}
                statements = [part for part in case.named_children if part.type != "switch_label"]
                if takes_null and labels and "null" not in self._outline.text(labels[0]):
                    narrow(inside, self.evaluator.key_of(condition))
                end = self._list(statements, inside)
                if case.type == "switch_rule":
                    ends.append(end)
                else:
                    fallen = end
        self.evaluator.ascend()
        if not has_default:
            ends.append(env)
        return join_all((fallen, *ends, *target.breaks))


def always_throws(body: Node) -> bool:
    """Whether a method's last statement throws, and nothing leaves before."""
    statements = [child for child in body.named_children if not child.type.endswith("comment")]
    return len(statements) > 0 and statements[-1].type == "throw_statement" and len(statements) <= 3


def _same(node: Node, env: Env) -> Env:
    return env

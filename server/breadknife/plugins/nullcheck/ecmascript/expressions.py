"""What an expression may evaluate to, and what it uses without a check.

`Evaluator` changes the environment that it is given in place, in the order of evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from breadknife.plugins.nullcheck.ecmascript.calls import Callee, Summaries, argument_uses, ends, result
from breadknife.plugins.nullcheck.ecmascript.facts import (
    CHECKED,
    NOTHING,
    Cause,
    Env,
    Fact,
    NullUse,
    narrow,
)
from breadknife.plugins.nullcheck.ecmascript.jsdoc import is_cast
from breadknife.plugins.nullcheck.ecmascript.keys import removed
from breadknife.plugins.nullcheck.ecmascript.narrowing import LINKS, key_of, there
from breadknife.plugins.nullcheck.ecmascript.operators import OPERATORS
from breadknife.plugins.nullcheck.ecmascript.outline import Outline
from breadknife.plugins.nullcheck.ecmascript.rules import ELEMENT_PROPERTIES, GLOBALS, PREDICATE, PROPERTIES, owner_of
from breadknife.plugins.nullcheck.ecmascript.scopes import Scopes
from breadknife.plugins.nullcheck.ecmascript.types import CLASS_ITSELF, SOME, UNKNOWN, Type, read_type
from breadknife.plugins.nullcheck.values import Use
from breadknife.text.syntax import Node

_GLOBAL_OBJECTS = ("window.", "globalThis.", "self.")
MAX_DEPTH = 120
"""Expressions and blocks nested deeper than this are left alone, with their whole function."""
_LITERALS = {
    "string": "string", "template_string": "string", "number": "number", "true": "boolean", "false": "boolean",
    "array": "Array", "regex": "RegExp",
}  # fmt: skip
_CALLBACKS = frozenset({
    "map", "filter", "forEach", "find", "findIndex", "findLast", "some", "every", "flatMap",
})  # fmt: skip
"""Methods of arrays that give their elements to a function, one by one."""


class TooDeepError(Exception):
    """A function nested past MAX_DEPTH."""


@dataclass(frozen=True)
class Link:
    """What is known of a part of an optional chain."""

    fact: Fact
    short: Cause | None = None
    """Why the chain may have ended before, giving undefined."""
    receiver: Type = UNKNOWN
    """Of what the last property was read from."""


class Evaluator:
    def __init__(
        self, source: bytes, outline: Outline, summaries: Summaries, assumed: Mapping[tuple[int, int], Cause]
    ) -> None:
        self.source = source
        self.outline = outline
        self.scopes = Scopes()
        self.closure: Callable[[Node, Env, tuple[Type, ...]], None] = lambda node, env, given: None
        """Follows a function or class that an expression makes."""
        self.this: list[Type] = [UNKNOWN]
        self.forgiven = 0
        """How many surrounding `try` blocks catch what a use of null throws."""
        self.uses: dict[tuple[int, int], NullUse] = {}
        self.lost: dict[str, Node] = {}
        """What a check was lost of, and the function that it doesn't reach into."""
        self._summaries = summaries
        self.assumed = assumed
        """Byte ranges of expressions that may be null because somebody else says so."""
        self._claimed = set[tuple[int, int]]()
        """Byte ranges of operands that `!` is written behind."""
        self.depth = 0
        self._handlers: dict[str, Callable[[Node, Env], Fact]] = {
            "identifier": self.name,
            "this": self.this_value,
            "shorthand_property_identifier": self.name,
            "member_expression": self._chain,
            "subscript_expression": self._chain,
            "call_expression": self._chain,
            "non_null_expression": self._chain,
            "new_expression": self._new,
            "parenthesized_expression": self.parenthesized,
            "satisfies_expression": self.parenthesized,
            "sequence_expression": self._sequence,
            "arrow_function": self._function,
            "function_expression": self._function,
            "generator_function": self._function,
            "method_definition": self._function,
            "class": self._function,
            "spread_element": self._spread,
            "null": self.null,
            "undefined": self.null,
            "pair": self._pair,
            **{kind: partial(operator, self) for kind, operator in OPERATORS.items()},
            **dict.fromkeys(("string", "number", "true", "false", "regex"), self._literal),
            **dict.fromkeys(("comment", "property_identifier", "jsx_text", "string_fragment"), _skip),
        }

    @property
    def typed(self) -> bool:
        return self.outline.typed

    @property
    def documented(self) -> bool:
        return self.outline.documented

    def text(self, node: Node, /) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def type_of(self, node: Node | None) -> Type:
        return self.outline.resolved(read_type(node, self.source)) if node is not None else UNKNOWN

    def value(self, node: Node, env: Env, /) -> Fact:
        """Evaluate: report uses, bind names that are assigned, and say what is known of the result."""
        self.descend()
        handler = self._handlers.get(node.type)
        if handler is None:
            for child in node.named_children:
                self.value(child, env)
            name = _LITERALS.get(node.type)
            fact = Fact(type=Type(name)) if name else NOTHING
        else:
            fact = handler(node, env)
        self.ascend()
        return self._assume(node, fact, env) if self.assumed else fact

    def _assume(self, node: Node, fact: Fact, env: Env) -> Fact:
        cause = self.assumed.get((node.start_byte, node.end_byte))
        if cause is None or fact.cause is not None or fact.checked:
            return fact
        key = key_of(self, node)
        return fact if key and env.get(key, NOTHING).checked else replace(fact, cause=cause)

    def descend(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooDeepError

    def ascend(self) -> None:
        self.depth -= 1

    def use(self, node: Node, fact: Fact, use: Use, env: Env) -> None:
        """The value is used in a way that null doesn't allow; after that, it is there."""
        if fact.cause is None or (node.start_byte, node.end_byte) in self._claimed:
            return
        key = key_of(self, node)
        if not self.forgiven:
            cause, lost = fact.cause, self.lost.get(key)
            if lost is not None and lost.start_byte <= node.start_byte < lost.end_byte:
                cause = replace(cause, lost=lost)
            self.uses.setdefault((node.start_byte, node.end_byte), NullUse(node, use, cause))
        if key:
            narrow(env, key)

    # --- names and what they hold ---

    def declared(self, type: Type, name: str) -> Fact:
        """What the declaration of a type says of a property."""
        if type.name == "":
            return NOTHING
        if owner_of(type.name) == "Element" and name in ELEMENT_PROPERTIES and self.typed:
            return Fact(Cause(self.outline.tree.root, f"`{name}` is null where there is no such element", "null"),
                        Type("Element"))  # fmt: skip
        if type.name == "Ref" and name == "current":
            return Fact(Cause(self.outline.tree.root, "a ref is null until its element is there", "null"))
        member = self.outline.member(type, name)
        if member is None and (given := PROPERTIES.get((type.name, name))) is not None:
            return Fact(type=Type(given))
        if member is None or member.is_method:
            return NOTHING
        if not member.type.null:
            return Fact(type=member.type) if member.type.name else NOTHING
        annotated = "is optional" if member.type.null == "undefined" else f"may be {member.type.null}"
        cause = Cause(member.node, f"the property `{name}` {annotated}", member.type.null, elsewhere=member.elsewhere)
        return Fact(cause, member.type.present)

    def name(self, node: Node, env: Env) -> Fact:
        name = self.text(node)
        fact = env.get(name)
        if fact is not None:
            return fact if fact.narrowed is None else replace(fact, type=fact.narrowed)
        variable = self.scopes[name]
        if variable is None:
            if name == "undefined":
                return self.null(node, env)
            if self.outline.declared(name) is not None:
                return Fact(type=Type(CLASS_ITSELF + name))
            is_global = name in GLOBALS and name not in self._summaries.imports
            return Fact(type=Type(GLOBALS[name])) if is_global else NOTHING
        return Fact(type=variable.type.present) if variable.type.name else NOTHING

    def instance(self, node: Node, made: Node, env: Env, /) -> Type | None:
        """What an instance of the class `made` is; None where that says no more than what is known of it."""
        name, outline = self.text(made), self.outline
        if outline.declared(name) is None and owner_of(name) != "Element":
            return SOME
        return Type(name) if not outline.derives(self.value(node, env).type.name, name) else None

    def narrows(self, name: str, /) -> bool:
        """Whether a call of a function that is true may say more of its argument's type: `x is T`."""
        variable = self.scopes[name]
        if variable is None or variable.function is None or variable.function.known is not None:
            return PREDICATE.search(name) is not None
        returns = variable.function.node.child_by_field_name("return_type")
        return returns is not None and returns.type == "type_predicate_annotation"

    def this_value(self, node: Node, env: Env) -> Fact:
        return Fact(None, self.this[-1], checked=True)

    def null(self, node: Node, env: Env) -> Fact:
        written = "null" if node.type == "null" else "undefined"
        return Fact(Cause(node, f"it is set to {written}", written))

    # --- chains: `a?.b.c(d)[e]` ---

    def _chain(self, node: Node, env: Env) -> Fact:
        link = self._link(node, env)
        fact = link.fact
        return Fact(link.short, fact.type) if link.short is not None and fact.cause is None else fact

    def _link(self, node: Node, env: Env) -> Link:
        if node.type not in LINKS:
            return Link(self.value(node, env))
        self.descend()
        match node.type:
            case "call_expression":
                link = self._call(node, env)
            case "non_null_expression":
                self.claim(node.named_children[0])
                link = self._link(node.named_children[0], env)
                link = Link(Fact(None, link.fact.type, checked=True), receiver=link.receiver)
            case _:
                link = self._property(node, env)
        self.ascend()
        return replace(link, fact=self._assume(node, link.fact, env)) if self.assumed else link

    def claim(self, node: Node, /) -> None:
        """Of `a + -b!`, which the grammar takes for `(a + -b)!`: the operand that `!` is written behind."""
        while (operand := node.child_by_field_name("right") or node.child_by_field_name("argument")) is not None:
            self._claimed.add((operand.start_byte, operand.end_byte))
            node = operand

    def _property(self, node: Node, env: Env) -> Link:
        owner = node.child_by_field_name("object")
        if owner is None:
            return Link(NOTHING)
        before = self._link(owner, env)
        short = before.short
        if node.child_by_field_name("optional_chain") is not None:
            short = short or self._shortened(owner, before.fact)
        else:
            subscript = node.type == "subscript_expression"
            self.use(owner, before.fact, Use.SUBSCRIPT if subscript else Use.ATTRIBUTE, env)
        type = before.fact.type
        index = node.child_by_field_name("index")
        if index is not None and short is not None:
            inside = dict(env)
            there(self, inside, node)
            self.value(index, inside)
        elif index is not None:
            self.value(index, env)
        key = key_of(self, node)
        known = env.get(key) if key else None
        if known is None:
            return Link(self._part(node, key, type), short, type)
        if known.narrowed is not None:
            known = replace(known, type=known.narrowed)
        elif type.name and not known.type.name:  # a test tells nothing but that it is there
            said = self._part(node, key, type).type
            known = replace(known, type=said) if said.name else known
        return Link(known, short, type)

    def _part(self, node: Node, key: str, type: Type) -> Fact:
        """What the declaration of an owner's type says of its property or element."""
        name = node.child_by_field_name("property")
        if name is None:
            element = type.args[0] if type.name == "Array" and type.args else UNKNOWN
            fact = Fact(Cause(node, f"an element may be {element.null}", element.null)) if element.null else NOTHING
            return replace(fact, type=element.present) if element.name else fact
        written = self.text(name)
        if key.startswith(_GLOBAL_OBJECTS) and key.count(".") == 1 and self.scopes[key.partition(".")[0]] is None:
            return Fact(type=Type(GLOBALS.get(written, "")))
        if key == f"process.env.{written}" and self.scopes["process"] is None:
            why = f"the environment variable `{written}` may not be set"
            return Fact(Cause(node, why, "undefined"), Type("string"))
        return self.declared(type, written)

    def _shortened(self, owner: Node, fact: Fact) -> Cause | None:
        """Why `owner?.x` may be undefined; None where it can't be, or nobody knows."""
        if fact.cause is None:
            return None
        cause = fact.cause
        reason = f"`{self.text(owner)}` may be {cause.null or 'null'} ({cause.reason})"
        return replace(cause, reason=reason, null="undefined")

    def _call(self, node: Node, env: Env) -> Link:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return Link(NOTHING)
        before = self._link(function, env) if function.type != "import" else Link(NOTHING)
        short = before.short
        if any(child.type == "?." for child in node.children):
            short = short or self._shortened(function, before.fact)
        else:
            self.use(function, before.fact, Use.CALL, env)
        inside = env
        if short is not None:
            inside = dict(env)
            there(self, inside, node)
        given = self._arguments(arguments, inside, function, before.receiver)
        callee = Callee(function, before.receiver, given, before.fact.type)
        argument_uses(self, callee, inside)
        for key in removed(self, node, env):
            del env[key]
        if env.get(key_of(self, node), NOTHING).checked:
            return Link(CHECKED, short)
        return Link(result(self, callee, self._summaries), short)

    def _arguments(self, arguments: Node, env: Env, function: Node, receiver: Type) -> list[tuple[Node, Fact]]:
        element: tuple[Type, ...] = ()
        if receiver.name == "Array" and receiver.args:
            name = function.child_by_field_name("property")
            if name is not None and self.text(name) in _CALLBACKS:
                element = receiver.args[:1]
        given = list[tuple[Node, Fact]]()
        for argument in arguments.named_children:
            if argument.type == "comment":
                continue
            if element and argument.type in ("arrow_function", "function_expression"):
                self.closure(argument, env, element)
                given.append((argument, NOTHING))
            else:
                given.append((argument, self.value(argument, env)))
        return given

    def ends_here(self, node: Node) -> bool:
        """Whether a call never comes back."""
        return node.type == "call_expression" and ends(self, node, self._summaries)

    def _new(self, node: Node, env: Env) -> Fact:
        made, arguments = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
        if made is None:
            return NOTHING
        self.use(made, self.value(made, env), Use.CALL, env)
        if arguments is not None:
            for argument in arguments.named_children:
                self.value(argument, env)
        name = self.text(made)
        args = node.child_by_field_name("type_arguments")
        types = tuple(read_type(child, self.source) for child in args.named_children) if args is not None else ()
        return Fact(None, Type(name, types), checked=True) if name.isidentifier() else CHECKED

    # --- what has expressions inside ---

    def parenthesized(self, node: Node, env: Env) -> Fact:
        children = [child for child in node.named_children if child.type != "comment"]
        fact = self.value(children[0], env) if children else NOTHING
        said = not self.typed and is_cast(node, self.source)
        return replace(fact, cause=None, checked=True) if said else fact

    def _sequence(self, node: Node, env: Env) -> Fact:
        fact = NOTHING
        for child in node.named_children:
            fact = self.value(child, env)
        return fact

    def _literal(self, node: Node, env: Env) -> Fact:
        return Fact(None, Type(_LITERALS[node.type]), checked=True)

    def _function(self, node: Node, env: Env) -> Fact:
        self.closure(node, env, ())
        return CHECKED

    def _pair(self, node: Node, env: Env) -> Fact:
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is not None and key.type == "computed_property_name":
            self.value(key, env)
        if value is not None:
            self.value(value, env)
        return NOTHING

    def _spread(self, node: Node, env: Env) -> Fact:
        if not node.named_child_count:
            return NOTHING
        value = node.named_children[0]
        fact = self.value(value, env)
        if node.parent is not None and node.parent.type in ("array", "arguments"):
            self.use(value, fact, Use.ITERATE, env)
        return NOTHING


def _skip(node: Node, env: Env) -> Fact:
    return NOTHING

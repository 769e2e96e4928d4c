"""Names of the module that a call gives what may be None: `HOME = os.environ.get("HOME")`."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.python.by_class import class_called
from breadknife.plugins.nullcheck.python.calls import call_result
from breadknife.plugins.nullcheck.python.facts import NOTHING, Fact
from breadknife.plugins.nullcheck.python.meaning import Meaning
from breadknife.plugins.nullcheck.python.occurrences import Role, occurrences
from breadknife.text.syntax import Node, SyntaxTree


def given_by_calls(tree: SyntaxTree, meaning: Meaning, words: frozenset[bytes]) -> Iterator[tuple[str, Fact]]:
    """Those that get a value once, and aren't tested outside of functions: who does that may go no further. `words`
    are the names of calls that may give None, not those of this file's own functions: who calls them asks."""
    for name, variable in meaning.outline.variables.items():
        value = variable.values[0] if len(variable.values) == variable.places == 1 else None
        if value is None or value.type != "call" or variable.annotation or name in meaning.outline.shared:
            continue
        function = value.child_by_field_name("function")
        callee = (function.text or b"").rpartition(b".")[2] if function is not None else b""
        if function is None or callee not in words or b"import" in callee:  # who gets there has what is optional
            continue
        fact = _called(meaning, function, value)
        if fact.cause is not None and not _is_tested(tree, name):
            yield name, fact


def _called(meaning: Meaning, function: Node, call: Node) -> Fact:
    arguments = call.child_by_field_name("arguments")
    if arguments is None or arguments.type != "argument_list":
        return NOTHING
    root, owner = meaning.key(function).partition(".")[0], function.child_by_field_name("object")
    if not root or root in meaning.outline.by_name or root in meaning.outline.class_named:
        return NOTHING
    receiver = meaning.constant(meaning.key(owner)) if owner is not None else ""
    receiver = receiver or class_called(meaning, function).kind
    given = [child for child in arguments.named_children if child.type != "comment"]
    return call_result(meaning, function, meaning.qualified(function), receiver, given, NOTHING, False, {})


def _is_tested(tree: SyntaxTree, name: str) -> bool:
    return any(one.role is Role.TEST and one.scope is None for one in occurrences(tree, name, tree.root))

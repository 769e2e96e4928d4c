"""Which JavaScript reads something, which changes it, and the rounds of its loops."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.languages.ecmascript.language import knowledge
from breadknife.plugins.nullcheck.order import Accesses
from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS

_READS = re.compile(
    r"(?:get|find|has|is|query|to|peek|match|exec|closest|deref|parse)(?:[A-Z]\w*)?|at|concat|entries|includes|indexOf|keys|slice|values"
)
_TAKES = frozenset({"pop", "push", "reverse", "shift", "sort", "splice", "unshift"})


def _only_reads(name: str) -> bool:
    methods = knowledge().functions["string_methods"] | knowledge().functions["array_methods"]
    return (name in methods and name not in _TAKES) or _READS.fullmatch(name) is not None


ACCESSES = Accesses(
    sets={"update_expression": "argument", "assignment_expression": "left", "augmented_assignment_expression": "left"},
    call="call_expression",
    only_reads=_only_reads,
    names=frozenset({"identifier", "shorthand_property_identifier", "this"}),
    members={"member_expression": "object", "subscript_expression": "object"},
    unread={"call_expression": "function", "variable_declarator": "name", "assignment_expression": "left"},
    later=FUNCTIONS,
    waits=frozenset({"await_expression", "yield_expression"}),
)
